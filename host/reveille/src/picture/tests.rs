use std::sync::Arc;

use chrono::{Datelike as _, NaiveDate, Weekday};
use reveille_core::model::{DayPlan, Minute, Span, Want};

use super::{draw_svg, draw_weeks};
use crate::trial::{DayOf, Year};

/// A year of office hours that are an hour longer in summer, with two days off and one without a plan.
fn year() -> Year {
    let first = NaiveDate::from_ymd_opt(2027, 1, 1).unwrap_or_default();
    let days = first.iter_days().take_while(|date| date.year() == 2027);
    let day = |date: NaiveDate| {
        let off = |note: &str| {
            Ok(Arc::new(DayPlan {
                spans: Vec::new(),
                notes: vec![note.to_owned()],
            }))
        };
        let plan = match (date.month(), date.day()) {
            (3, 1) => off("삼일절 <& \"more\">"),
            (12, 24) => off("the founding\u{b} day"),
            (12, 31) => Err("rule `x`: panicked".to_owned()),
            (month, _) => Ok(Arc::new(working(date, (6..=8).contains(&month)))),
        };
        DayOf { date, plan }
    };
    Year {
        year: 2027,
        title: "example 1.0.0".to_owned(),
        zone: chrono_tz::Tz::Asia__Seoul,
        days: days.map(day).collect(),
    }
}

fn working(date: NaiveDate, is_summer: bool) -> DayPlan {
    let span = |begin, end, want| Span {
        begin: Minute(begin),
        end: Minute(end),
        want,
        instance_type: None,
        period: None,
        reason: "period office".to_owned(),
    };
    let spans = match date.weekday() {
        Weekday::Sat => vec![span(540, 720, Want::Hold)],
        Weekday::Sun => Vec::new(),
        Weekday::Mon | Weekday::Tue | Weekday::Wed | Weekday::Thu | Weekday::Fri => {
            let begin = if is_summer { 450 } else { 540 };
            vec![span(begin, 1080, Want::Run)]
        }
    };
    DayPlan {
        spans,
        notes: Vec::new(),
    }
}

/// Compares with a file of `tests/golden`, or writes it when `REVEILLE_GOLDEN` is `write`.
#[track_caller]
fn golden(name: &str, drawn: &str) {
    let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("REVEILLE_GOLDEN").is_some_and(|value| value == "write") {
        std::fs::write(&path, drawn).unwrap_or_else(|error| unreachable!("{path}: {error}"));
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == drawn,
        "{path} is another one; look at the difference, and set REVEILLE_GOLDEN=write to take it:\n{drawn}"
    );
}

#[test]
fn a_year_in_a_terminal_shows_weekends_seasons_and_days_with_a_note() {
    let drawn = draw_weeks(&year(), false);
    golden("year.txt", &drawn);
    let widest = drawn
        .lines()
        .take(55)
        .map(|line| line.chars().count())
        .max();
    assert!(widest.is_some_and(|widest| widest <= 72), "{widest:?}");
}

#[test]
fn a_year_as_svg_is_well_formed_and_says_every_day() {
    let drawn = draw_svg(&year());
    golden("year.svg", &drawn);
    assert_eq!(drawn.matches("<g>").count(), 365);
    assert!(drawn.contains("삼일절 &lt;&amp; &quot;more&quot;&gt;"));
    assert_eq!(unclosed(&drawn), Vec::<String>::new());
}

/// Elements that are opened and not closed in their order: enough of XML for what is drawn here.
fn unclosed(svg: &str) -> Vec<String> {
    let mut open = Vec::new();
    for tag in svg.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').unwrap_or((tag, ""));
        if let Some(name) = tag.strip_prefix('/') {
            if open.last().map(String::as_str) != Some(name) {
                open.push(format!("/{name}"));
                return open;
            }
            open.pop();
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap_or_default().to_owned());
        }
    }
    open
}
