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

/// A day as 48 cells: `█` run, `▒` hold, `·` stop; a cell in which it turns shows what holds longest in it.
pub(crate) fn draw_day(plan: &DayPlan, colours: bool) -> String {
    let mut drawn = String::new();
    for cell in 0..Minute::DAY_END.0 / CELL_MINUTES {
        let mut minutes = [0_u16; 3];
        for minute in cell * CELL_MINUTES..(cell + 1) * CELL_MINUTES {
            match plan.want_at(Minute(minute)) {
                Want::Run => minutes[0] += 1,
                Want::Hold => minutes[1] += 1,
                Want::Stop => minutes[2] += 1,
            }
        }
        let (sign, colour) = if minutes[0] * 2 >= CELL_MINUTES {
            ('█', "32")
        } else if minutes[1] > minutes[2] {
            ('▒', "33")
        } else if minutes[0] > 0 {
            ('▌', "32")
        } else {
            ('·', "90")
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
