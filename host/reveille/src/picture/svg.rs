//! A year as SVG: a column for each day and the hours from top to bottom, to the minute. Each day says what it is when
//! one points at it.

use std::fmt::Write as _;

use chrono::{Datelike as _, NaiveDate, Weekday};
use reveille_core::model::{Minute, Want};

use crate::trial::{DayOf, Year};

/// Width of a day.
const DAY: usize = 3;
/// Height of an hour.
const HOUR: usize = 12;
/// Where the days begin, from the left and from the top.
const LEFT: usize = 48;
const TOP: usize = 56;
/// Height of a day.
const HEIGHT: usize = 24 * HOUR;
/// Room under the days: the months, then the legend.
const BELOW: usize = 64;
/// Room at the right.
const RIGHT: usize = 16;

// Distinct for most eyes, also in grey.
const RUN: &str = "#2e7d32";
const HOLD: &str = "#f9a825";
const STOP: &str = "#ffffff";
const WEEKEND: &str = "#eceff1";
const NOTED: &str = "#ffcdd2";
const FAILED: &str = "#b71c1c";
const INK: &str = "#263238";
const LINE: &str = "#90a4ae";

/// The year as a document of its own.
pub(crate) fn draw_svg(year: &Year) -> String {
    let width = LEFT + year.days.len() * DAY + RIGHT;
    let height = TOP + HEIGHT + BELOW;
    let title = format!("{}: {} ({})", year.title, year.year, year.zone);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" aria-labelledby=\"title\" font-family=\"sans-serif\" font-size=\"11\" fill=\"{INK}\">\n\
         <title id=\"title\">{title}</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"{STOP}\"/>\n\
         <text x=\"{LEFT}\" y=\"28\" font-size=\"16\" font-weight=\"bold\">{title}</text>\n",
        title = escaped(&title),
    );
    for (place, day) in year.days.iter().enumerate() {
        draw_day(&mut svg, LEFT + place * DAY, day);
    }
    draw_hours(&mut svg, LEFT + year.days.len() * DAY);
    draw_months(&mut svg, year);
    draw_legend(&mut svg);
    svg.push_str("</svg>\n");
    svg
}

fn draw_day(svg: &mut String, x: usize, day: &DayOf) {
    let ground = match &day.plan {
        Err(_) => FAILED,
        Ok(plan) if !plan.notes.is_empty() => NOTED,
        Ok(_) if matches!(day.date.weekday(), Weekday::Sat | Weekday::Sun) => WEEKEND,
        Ok(_) => STOP,
    };
    let mut words = format!("{}: {}", day.date.format("%Y-%m-%d %a"), day.in_words());
    for note in day.notes() {
        let _ = write!(words, "\n{note}");
    }
    let _ = write!(
        svg,
        "<g><title>{}</title><rect x=\"{x}\" y=\"{TOP}\" width=\"{DAY}\" height=\"{HEIGHT}\" fill=\"{ground}\"/>",
        escaped(&words)
    );
    for span in day.plan.iter().flat_map(|plan| &plan.spans) {
        let fill = match span.want {
            Want::Run => RUN,
            Want::Hold => HOLD,
            Want::Stop => continue,
        };
        let (y, end) = (height_of(span.begin), height_of(span.end));
        let _ = write!(
            svg,
            "<rect x=\"{x}\" y=\"{}\" width=\"{DAY}\" height=\"{}\" fill=\"{fill}\"/>",
            tenths(TOP * 10 + y),
            tenths(end - y)
        );
    }
    svg.push_str("</g>\n");
}

/// Tenths of a unit from the top of the day: five minutes are one unit.
fn height_of(minute: Minute) -> usize {
    usize::from(minute.0) * HOUR * 10 / 60
}

fn tenths(tenths: usize) -> String {
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        rest => format!("{}.{rest}", tenths / 10),
    }
}

fn draw_hours(svg: &mut String, right: usize) {
    for hour in (0..=24).step_by(3) {
        let y = TOP + hour * HOUR;
        let _ = writeln!(
            svg,
            "<line x1=\"{LEFT}\" y1=\"{y}\" x2=\"{right}\" y2=\"{y}\" stroke=\"{LINE}\" stroke-width=\"0.5\"/>\
             <text x=\"{}\" y=\"{}\" text-anchor=\"end\">{hour:02}:00</text>",
            LEFT - 6,
            y + 4
        );
    }
}

fn draw_months(svg: &mut String, year: &Year) {
    let bottom = TOP + HEIGHT;
    for (place, day) in year.days.iter().enumerate() {
        if day.date.day() != 1 {
            continue;
        }
        let x = LEFT + place * DAY;
        let _ = writeln!(
            svg,
            "<line x1=\"{x}\" y1=\"{TOP}\" x2=\"{x}\" y2=\"{}\" stroke=\"{LINE}\" stroke-width=\"0.5\"/>\
             <text x=\"{}\" y=\"{}\">{}</text>",
            bottom + 6,
            x + 4,
            bottom + 18,
            NaiveDate::format(&day.date, "%b")
        );
    }
}

fn draw_legend(svg: &mut String) {
    let y = TOP + HEIGHT + 36;
    let entries = [
        (RUN, "run"),
        (HOLD, "hold"),
        (STOP, "stop"),
        (WEEKEND, "stop at a weekend"),
        (NOTED, "stop on a day with a note"),
        (FAILED, "no plan"),
    ];
    let mut x = LEFT;
    for (fill, words) in entries {
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"12\" height=\"12\" fill=\"{fill}\" stroke=\"{LINE}\" stroke-width=\"0.5\"/>\
             <text x=\"{}\" y=\"{}\">{words}</text>",
            x + 18,
            y + 10
        );
        x += 42 + words.len() * 6;
    }
}

/// Text as XML has it; what XML has no place for is left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            control if control.is_control() || ('\u{fffe}'..='\u{ffff}').contains(&control) => {}
            other => escaped.push(other),
        }
    }
    escaped
}
