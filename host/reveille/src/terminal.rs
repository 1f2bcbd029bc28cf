//! Drawing in a terminal: messages with their colour bar, days as bars, tables.

use std::{fmt::Write as _, io::IsTerminal};

use reveille_core::model::{DayPlan, Minute, Want, reply::Message};

/// Minutes that one cell of a day's bar stands for.
const CELL_MINUTES: u16 = 30;

/// Whether colours are wanted: a terminal, and nobody has set `NO_COLOR`.
pub(crate) fn colours() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// A message as JANDI would show it: a bar of its colour at the left, bold titles.
pub(crate) fn draw_message(message: &Message, colours: bool) -> String {
    let bar = match (colours, rgb(&message.connect_color)) {
        (true, Some((r, g, b))) => format!("\x1b[38;2;{r};{g};{b}m▌\x1b[0m "),
        _ => String::from("▌ "),
    };
    let bold = |text: &str| {
        if colours {
            format!("\x1b[1m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    };
    let mut drawn = String::new();
    let mut line = |text: &str| {
        let _ = writeln!(drawn, "{bar}{text}");
    };
    for text in message.body.lines() {
        line(text);
    }
    for block in &message.connect_info {
        line("");
        if let Some(title) = &block.title {
            line(&bold(title));
        }
        for text in block
            .description
            .iter()
            .flat_map(|description| description.lines())
        {
            line(text);
        }
        if let Some(url) = &block.image_url {
            line(url);
        }
    }
    drawn
}

/// A day as 48 cells: `█` run, `▒` hold, `·` stop; a cell in which it turns shows the half that runs.
pub(crate) fn draw_day(plan: &DayPlan, colours: bool) -> String {
    draw_cells(plan, CELL_MINUTES, '·', colours)
}

/// A day as cells of so many minutes, with a sign for stop.
pub(crate) fn draw_cells(plan: &DayPlan, minutes: u16, stop: char, colours: bool) -> String {
    let mut drawn = String::new();
    for cell in 0..Minute::DAY_END.0 / minutes {
        let (begin, end) = (cell * minutes, (cell + 1) * minutes);
        let middle = begin + minutes / 2;
        let time = |want, from: u16, to: u16| {
            let within = plan.spans.iter().filter(|span| span.want == want);
            let lengths =
                within.map(|span| span.end.0.min(to).saturating_sub(span.begin.0.max(from)));
            lengths.sum::<u16>()
        };
        let (early, late) = (time(Want::Run, begin, middle), time(Want::Run, middle, end));
        let most = |run: u16| run * 4 >= minutes;
        let (sign, colour) = match (most(early), most(late)) {
            (true, true) => ('█', "32"),
            (true, false) => ('▌', "32"),
            (false, true) => ('▐', "32"),
            (false, false) if time(Want::Hold, begin, end) * 2 > minutes => ('▒', "33"),
            (false, false) if early > 0 && early >= late => ('▌', "32"),
            (false, false) if late > 0 => ('▐', "32"),
            (false, false) => (stop, "90"),
        };
        if colours {
            let _ = write!(drawn, "\x1b[{colour}m{sign}\x1b[0m");
        } else {
            drawn.push(sign);
        }
    }
    drawn
}

/// The hours over a row of [`draw_day`].
pub(crate) fn day_scale() -> String {
    (0..24)
        .step_by(3)
        .map(|hour| format!("{hour:<6}"))
        .collect::<String>()
        .trim_end()
        .to_owned()
}

fn rgb(colour: &str) -> Option<(u8, u8, u8)> {
    let digits = colour.strip_prefix('#')?;
    if digits.len() != 6 || !digits.is_ascii() {
        return None;
    }
    let part = |from: usize| u8::from_str_radix(&digits[from..from + 2], 16).ok();
    Some((part(0)?, part(2)?, part(4)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use reveille_core::model::{Span, reply::Block};

    fn span(begin: u16, end: u16, want: Want) -> Span {
        Span {
            begin: Minute(begin),
            end: Minute(end),
            want,
            instance_type: None,
            period: None,
            reason: String::new(),
        }
    }

    #[test]
    fn a_day_is_drawn_in_half_hours() {
        let plan = DayPlan {
            spans: vec![
                span(0, 60, Want::Hold),
                span(570, 1320, Want::Run),
                span(1320, 1325, Want::Run),
            ],
            notes: vec![],
        };
        let drawn = draw_day(&plan, false);
        assert_eq!(
            drawn,
            format!("▒▒{}{}▌{}", "·".repeat(17), "█".repeat(25), "·".repeat(3))
        );
    }

    #[test]
    fn a_cell_shows_the_half_that_runs() {
        let plan = DayPlan {
            spans: vec![span(90, 270, Want::Run), span(360, 540, Want::Hold)],
            notes: vec![],
        };
        assert_eq!(draw_cells(&plan, 180, 'x', false), "▐▌▒xxxxx");
    }

    #[test]
    fn a_message_has_its_bar_at_every_line() {
        let message = Message {
            body: "a\nb".into(),
            connect_color: "#1DDB16".into(),
            connect_info: vec![Block {
                title: Some("T".into()),
                description: Some("d".into()),
                image_url: None,
            }],
        };
        assert_eq!(draw_message(&message, false), "▌ a\n▌ b\n▌ \n▌ T\n▌ d\n");
        assert!(draw_message(&message, true).starts_with("\x1b[38;2;29;219;22m▌"));
    }
}
