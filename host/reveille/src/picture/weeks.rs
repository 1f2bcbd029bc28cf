//! A year in a terminal: a row for each week, eight cells of three hours for each day, so that weekends stand in their
//! columns, seasons show down the page, and days with a note stand out. It is 72 columns wide.

use std::{collections::BTreeMap, fmt::Write as _};

use chrono::{Datelike as _, Days, NaiveDate};

use crate::{
    terminal::draw_cells,
    trial::{DayOf, Year},
};

/// Minutes of one cell: eight of them to a day let a week fit into 80 columns.
const CELL_MINUTES: u16 = 180;
/// Cells of a day.
const CELLS: usize = 8;
/// Plans that are told by their times, most frequent first.
const PLANS: usize = 8;
/// Days with a note that are listed.
const NOTES: usize = 60;
/// Stretches of days without a plan that are listed.
const STRETCHES: usize = 10;

/// The year, a legend, and what it is made of.
pub(crate) fn draw_weeks(year: &Year, colours: bool) -> String {
    let mut text = format!("{}: {} ({})\n       ", year.title, year.year, year.zone);
    for day in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] {
        let _ = write!(text, " {day:CELLS$}");
    }
    let mut text = text.trim_end().to_owned();
    text.push('\n');
    let by_date: BTreeMap<NaiveDate, &DayOf> =
        year.days.iter().map(|day| (day.date, day)).collect();
    let mut monday = year
        .days
        .first()
        .map(|day| day.date - Days::new(u64::from(day.date.weekday().num_days_from_monday())));
    while let Some(first) = monday
        && first.year() <= year.year
    {
        let mut row = format!("{:<7}", first.format("%b %e").to_string());
        for date in first.iter_days().take(7) {
            row.push(' ');
            row.push_str(&match by_date.get(&date) {
                Some(day) => cells(day, colours),
                None => " ".repeat(CELLS),
            });
        }
        let _ = writeln!(text, "{}", row.trim_end());
        monday = first.checked_add_days(Days::new(7));
    }
    text.push_str("\n█ run   ▒ hold   · stop   x stop on a day with a note   ! no plan   (a cell is 3 hours)\n\n");
    tell_plans(year, &mut text);
    tell_notes(year, &mut text);
    tell_failures(year, &mut text);
    text
}

fn cells(day: &DayOf, colours: bool) -> String {
    match &day.plan {
        Ok(plan) => {
            let stop = if plan.notes.is_empty() { '·' } else { 'x' };
            draw_cells(plan, CELL_MINUTES, stop, colours)
        }
        Err(_) if colours => format!("\x1b[31m{}\x1b[0m", "!".repeat(CELLS)),
        Err(_) => "!".repeat(CELLS),
    }
}

fn tell_plans(year: &Year, text: &mut String) {
    let mut plans: BTreeMap<String, (usize, NaiveDate)> = BTreeMap::new();
    for day in year.days.iter().filter(|day| day.plan.is_ok()) {
        plans.entry(day.in_words()).or_insert((0, day.date)).0 += 1;
    }
    let mut plans: Vec<(String, (usize, NaiveDate))> = plans.into_iter().collect();
    plans.sort_by_key(|(_, (count, first))| (std::cmp::Reverse(*count), *first));
    for (words, (count, first)) in plans.iter().take(PLANS) {
        let _ = writeln!(text, "{:>8} from {first}  {words}", days(*count));
    }
    let rest: usize = plans.iter().skip(PLANS).map(|(_, (count, _))| count).sum();
    if rest > 0 {
        let _ = writeln!(
            text,
            "{:>8} {} other plans",
            days(rest),
            plans.len() - PLANS
        );
    }
}

fn tell_notes(year: &Year, text: &mut String) {
    let noted: Vec<&DayOf> = year
        .days
        .iter()
        .filter(|day| !day.notes().is_empty())
        .collect();
    if noted.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{} with a note:", days(noted.len()));
    for day in noted.iter().take(NOTES) {
        let _ = writeln!(
            text,
            "  {}  {} ({})",
            day.date.format("%Y-%m-%d %a"),
            day.notes().join("; "),
            day.in_words()
        );
    }
    if noted.len() > NOTES {
        let _ = writeln!(text, "  and {} more", noted.len() - NOTES);
    }
}

fn tell_failures(year: &Year, text: &mut String) {
    // A cause often names the day: neighbours are taken together all the same.
    let mut stretches: Vec<(NaiveDate, NaiveDate, &str)> = Vec::new();
    for day in &year.days {
        let Err(cause) = &day.plan else { continue };
        match stretches.last_mut() {
            Some((_, last, _)) if last.succ_opt() == Some(day.date) => *last = day.date,
            Some(_) | None => stretches.push((day.date, day.date, cause)),
        }
    }
    if stretches.is_empty() {
        return;
    }
    let failed = days(year.failed());
    let _ = writeln!(
        text,
        "\n{} without a plan, on which the schedule holds:",
        failed
    );
    for (first, last, cause) in stretches.iter().take(STRETCHES) {
        let dates = if first == last {
            first.to_string()
        } else {
            format!("{first}..{last}")
        };
        let _ = writeln!(text, "  {dates}  {cause}");
    }
    if stretches.len() > STRETCHES {
        let _ = writeln!(text, "  and {} more stretches", stretches.len() - STRETCHES);
    }
}

fn days(count: usize) -> String {
    format!("{count} {}", if count == 1 { "day" } else { "days" })
}
