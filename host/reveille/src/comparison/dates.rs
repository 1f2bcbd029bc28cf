//! Many dates in few words.

use std::fmt;

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// How many stretches are listed one by one; from here on a weekly pattern is looked for.
const LISTED_STRETCHES: usize = 3;

/// How many days a weekly pattern may lack: more of them would take more words than they save.
const LACKING_DAYS: usize = 6;

/// Some days, sorted and each once, told exactly: `2026-12-24 Thu`, `2026-12-28 Mon to 2026-12-31 Thu`, or
/// `Mon-Fri from 2026-11-23 Mon to 2027-02-19 Fri except 2026-12-25 Fri`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dates<'a>(pub(super) &'a [NaiveDate]);

impl fmt::Display for Dates<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stretches = stretches(self.0);
        if stretches.len() >= LISTED_STRETCHES
            && let Some(weekly) = Weekly::of(self.0)
        {
            return write!(f, "{weekly}");
        }
        list(f, &stretches)
    }
}

/// First and last day of days that follow one another.
type Stretch = (NaiveDate, NaiveDate);

fn stretches(dates: &[NaiveDate]) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for date in dates {
        match stretches.last_mut() {
            Some((_, last)) if last.succ_opt() == Some(*date) => *last = *date,
            Some(_) | None => stretches.push((*date, *date)),
        }
    }
    stretches
}

fn list(f: &mut fmt::Formatter<'_>, stretches: &[Stretch]) -> fmt::Result {
    for (number, (first, last)) in stretches.iter().enumerate() {
        if number > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{}", first.format("%Y-%m-%d %a"))?;
        if first != last {
            write!(f, " to {}", last.format("%Y-%m-%d %a"))?;
        }
    }
    Ok(())
}

/// The same weekdays of many weeks.
struct Weekly {
    weekdays: Vec<Weekday>,
    first: NaiveDate,
    last: NaiveDate,
    lacking: Vec<NaiveDate>,
}

impl Weekly {
    /// The pattern of `dates`, when it lacks so few days that it is shorter than a list.
    fn of(dates: &[NaiveDate]) -> Option<Self> {
        let (first, last) = (*dates.first()?, *dates.last()?);
        let mut counts = [0_usize; 7];
        for date in dates {
            *counts.get_mut(place(date.weekday()))? += 1;
        }
        let weekdays: Vec<Weekday> = WEEK
            .into_iter()
            .filter(|weekday| counts.get(place(*weekday)).is_some_and(|count| *count > 0))
            .collect();
        let lacking: Vec<NaiveDate> = (0..)
            .map_while(|day| first.checked_add_days(Days::new(day)))
            .take_while(|date| *date <= last)
            .filter(|date| weekdays.contains(&date.weekday()) && dates.binary_search(date).is_err())
            .collect();
        let is_shorter = lacking.len() <= LACKING_DAYS && lacking.len() * 4 <= dates.len();
        is_shorter.then_some(Self {
            weekdays,
            first,
            last,
            lacking,
        })
    }
}

impl fmt::Display for Weekly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.weekdays.len() == WEEK.len() {
            f.write_str("every day")?;
        } else {
            write_weekdays(f, &self.weekdays)?;
        }
        let day = |date: &NaiveDate| date.format("%Y-%m-%d %a").to_string();
        write!(f, " from {} to {}", day(&self.first), day(&self.last))?;
        if !self.lacking.is_empty() {
            f.write_str(" except ")?;
            list(f, &stretches(&self.lacking))?;
        }
        Ok(())
    }
}

const WEEK: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

fn place(weekday: Weekday) -> usize {
    weekday.num_days_from_monday() as usize
}

/// `Mon-Wed, Fri`.
fn write_weekdays(f: &mut fmt::Formatter<'_>, weekdays: &[Weekday]) -> fmt::Result {
    let stretches = weekdays.chunk_by(|one, next| place(*one) + 1 == place(*next));
    for (number, stretch) in stretches.enumerate() {
        if number > 0 {
            f.write_str(", ")?;
        }
        match stretch {
            [only] => write!(f, "{only}")?,
            [first, .., last] => write!(f, "{first}-{last}")?,
            [] => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    fn days(from: &str, count: u64, mut keep: impl FnMut(NaiveDate) -> bool) -> Vec<NaiveDate> {
        let from: NaiveDate = from.parse().unwrap();
        let all = (0..count).map(|day| from + Days::new(day));
        all.filter(|date| keep(*date)).collect()
    }

    #[track_caller]
    fn check(dates: &[NaiveDate], expected: &str) {
        assert_eq!(Dates(dates).to_string(), expected);
    }

    fn is_workday(date: NaiveDate) -> bool {
        !matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
    }

    #[test]
    fn one_day_is_told_with_its_weekday() {
        check(&days("2026-12-24", 1, |_| true), "2026-12-24 Thu");
    }

    #[test]
    fn days_in_a_row_are_one_stretch() {
        check(
            &days("2026-12-28", 4, |_| true),
            "2026-12-28 Mon to 2026-12-31 Thu",
        );
    }

    #[test]
    fn a_few_stretches_are_listed() {
        check(
            &days("2026-12-24", 9, is_workday),
            "2026-12-24 Thu to 2026-12-25 Fri, 2026-12-28 Mon to 2027-01-01 Fri",
        );
    }

    #[test]
    fn many_weeks_are_their_weekdays() {
        check(
            &days("2026-11-23", 28, is_workday),
            "Mon-Fri from 2026-11-23 Mon to 2026-12-18 Fri",
        );
        let odd = |date: NaiveDate| matches!(date.weekday(), Weekday::Mon | Weekday::Wed);
        check(
            &days("2026-11-23", 28, odd),
            "Mon, Wed from 2026-11-23 Mon to 2026-12-16 Wed",
        );
    }

    #[test]
    fn what_a_pattern_lacks_is_told() {
        let christmas: NaiveDate = "2026-12-25".parse().unwrap();
        check(
            &days("2026-11-23", 40, |date| {
                is_workday(date) && date != christmas
            }),
            "Mon-Fri from 2026-11-23 Mon to 2027-01-01 Fri except 2026-12-25 Fri",
        );
        let lacking: NaiveDate = "2026-12-01".parse().unwrap();
        check(
            &days("2026-11-23", 40, |date| {
                date != christmas && date != lacking
            }),
            "every day from 2026-11-23 Mon to 2027-01-01 Fri except 2026-12-01 Tue, 2026-12-25 Fri",
        );
    }

    #[test]
    fn days_without_a_pattern_are_all_listed() {
        let scattered = |date: NaiveDate| matches!(date.day(), 1 | 9 | 20);
        check(
            &days("2026-12-01", 31, scattered),
            "2026-12-01 Tue, 2026-12-09 Wed, 2026-12-20 Sun",
        );
    }

    #[test]
    fn every_day_that_is_told_is_one_of_them() {
        // A pattern and what it lacks name exactly the days that went in, whatever they are.
        let mut state = 7_u64;
        for _ in 0..500 {
            let mut next = || {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                state >> 33
            };
            let weekdays: Vec<bool> = (0..7).map(|_| next() % 3 > 0).collect();
            let dates = days("2026-11-23", 90, |date| {
                weekdays[place(date.weekday())] && next() % 40 > 0
            });
            let Some(weekly) = Weekly::of(&dates) else {
                continue;
            };
            let span = (weekly.last - weekly.first).num_days().unsigned_abs() + 1;
            let told: Vec<NaiveDate> = (0..span)
                .map(|day| weekly.first + Days::new(day))
                .filter(|date| {
                    weekly.weekdays.contains(&date.weekday()) && !weekly.lacking.contains(date)
                })
                .collect();
            assert_eq!(told, dates);
        }
    }
}
