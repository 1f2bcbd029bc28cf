//! Days to plan: schedules from a few words, and the dates on which calendars and clocks are odd.

use std::collections::BTreeSet;

use chrono::{Datelike as _, Days, NaiveDate};
use chrono_tz::Tz;
use reveille_cases::{PeriodLine, SpanLine};
use reveille_core::{
    model::{
        DayPlan, Definitions, Exception, Item, Minute, Moment, OnFailure, RuleUse, Schedule, Span,
        Want, instant_of,
    },
    port::{PlanRequest, Rules as _},
};
use reveille_sandbox::{Alone, Called, DayRequest, Sandbox};
use serde_json::json;

/// The zone where nothing else is said.
pub(crate) const SEOUL: Tz = Tz::Asia__Seoul;

/// A day that is asked of a planner.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) schedule: Schedule,
    pub(crate) date: NaiveDate,
    pub(crate) so_far: DayPlan,
    pub(crate) day_before: Option<DayPlan>,
    pub(crate) exceptions: Vec<Exception>,
}

impl Asked {
    /// Asks `rule`.
    pub(crate) fn of(&self, rule: &Alone, config: &str) -> Called<DayPlan> {
        rule.plan_day(&DayRequest {
            schedule: &self.schedule,
            date: self.date,
            so_far: &self.so_far,
            day_before: self.day_before.as_ref(),
            exceptions: &self.exceptions,
            config,
        })
    }
}

/// A schedule of these periods.
///
/// # Errors
/// When the host cannot read it, with every fault.
pub(crate) fn schedule_of(
    periods: &[PeriodLine],
    zone: &str,
    calendar: Option<&str>,
) -> Result<Schedule, String> {
    let mut items = Vec::with_capacity(periods.len() + 1);
    for period in periods {
        let mut item = json!({
            "type": "period", "name": period.name, "begintime": period.begin, "endtime": period.end,
        });
        if let Some(weekdays) = &period.weekdays {
            let elements: Vec<&str> = weekdays.split([' ', ',']).collect();
            item["weekdays"] = json!(elements);
        }
        items.push(item);
    }
    let names: Vec<&str> = periods.iter().map(|period| period.name.as_str()).collect();
    let mut schedule =
        json!({ "type": "schedule", "name": "cases", "timezone": zone, "periods": names });
    if let Some(calendar) = calendar {
        schedule["holiday_calendar"] = json!(calendar);
    }
    items.push(schedule);
    let items = items
        .into_iter()
        .map(serde_json::from_value::<Item>)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| error.to_string())?;
    let definitions = Definitions::read(&items, SEOUL);
    match definitions.schedules.into_values().next() {
        Some(schedule) if definitions.faults.is_empty() => Ok((*schedule).clone()),
        Some(_) | None => {
            let faults: Vec<String> = definitions.faults.iter().map(ToString::to_string).collect();
            Err(faults.join("; "))
        }
    }
}

/// The schedule with `rule` as its only rule.
pub(crate) fn with_rule(mut schedule: Schedule, rule: &str, config: &str) -> Schedule {
    schedule.rules = vec![RuleUse {
        name: rule.to_owned(),
        config: config.to_owned(),
        on_failure: OnFailure::Hold,
    }];
    schedule
}

/// A span of the house from a line of a case.
pub(crate) fn span(line: &SpanLine) -> Span {
    Span {
        begin: Minute(line.begin),
        end: Minute(line.end),
        want: match line.want {
            reveille_cases::Want::Run => Want::Run,
            reveille_cases::Want::Stop => Want::Stop,
            reveille_cases::Want::Hold => Want::Hold,
        },
        instance_type: line.instance_type.clone(),
        period: line.period().map(str::to_owned),
        reason: line.reason.clone(),
    }
}

/// A line of a case from a span of the house.
pub(crate) fn line(span: &Span) -> SpanLine {
    SpanLine {
        begin: span.begin.0,
        end: span.end.0,
        want: match span.want {
            Want::Run => reveille_cases::Want::Run,
            Want::Stop => reveille_cases::Want::Stop,
            Want::Hold => reveille_cases::Want::Hold,
        },
        instance_type: span.instance_type.clone(),
        reason: span.reason.clone(),
    }
}

/// A plan from lines.
pub(crate) fn plan_of(lines: &[SpanLine]) -> DayPlan {
    DayPlan {
        spans: lines.iter().map(span).collect(),
        notes: Vec::new(),
    }
}

/// What the periods of `schedule` want on `date`: what a rule behind them is handed.
pub(crate) fn planned(sandbox: &Sandbox, schedule: &Schedule, date: NaiveDate) -> DayPlan {
    let plan = sandbox.plan(&PlanRequest {
        schedule,
        date,
        exceptions: &[],
    });
    plan.map(|plan| (*plan).clone()).unwrap_or_default()
}

/// Seven days from `first`.
pub(crate) fn week(first: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    first.iter_days().take(7)
}

/// Years that are looked at, both included.
pub(crate) const YEARS: std::ops::RangeInclusive<i32> = 2000..=2100;

/// Sampled days of [`YEARS`]: about three of each year.
const SAMPLED: usize = 300;

/// Seed of the sample. Any number does; it is fixed so that everybody sees the same days.
const SEED: u64 = 0x5eed_0001;

/// The first and last day of every year, and days sampled between them.
pub(crate) fn of_every_year() -> BTreeSet<NaiveDate> {
    let ends = YEARS.flat_map(|year| {
        [(1, 1), (12, 31)]
            .into_iter()
            .filter_map(move |(month, day)| NaiveDate::from_ymd_opt(year, month, day))
    });
    let mut days: BTreeSet<NaiveDate> = ends.collect();
    let first = NaiveDate::from_ymd_opt(*YEARS.start(), 1, 1).unwrap_or_default();
    let length = u64::try_from(YEARS.count()).unwrap_or(1) * 365;
    let mut random = SEED;
    for _ in 0..SAMPLED {
        // Knuth's linear congruential generator; its high bits are good enough to scatter days.
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        days.extend(first.checked_add_days(Days::new((random >> 33) % length)));
    }
    days
}

/// The last of February and the first of March, of years that leap, that do not, and of 2100, which does not.
pub(crate) fn around_leap_days() -> BTreeSet<NaiveDate> {
    YEARS
        .filter(|year| year % 4 == 0)
        .chain([2001, 2027])
        .flat_map(|year| {
            [(2, 28), (2, 29), (3, 1)]
                .into_iter()
                .filter_map(move |(month, day)| NaiveDate::from_ymd_opt(year, month, day))
        })
        .collect()
}

/// Zones whose clocks change: forward and back by an hour, by half an hour, at midnight, never any more, and a day
/// that was left out.
const ZONES: [Tz; 7] = [
    Tz::America__New_York,
    Tz::Europe__Berlin,
    Tz::Australia__Lord_Howe,
    Tz::America__Santiago,
    Tz::Africa__Cairo,
    Tz::Asia__Tehran,
    Tz::Pacific__Apia,
];

/// Years whose clock changes are looked at; 2011 has the day that Samoa left out, 2022 Iran's last change.
const CLOCK_YEARS: [i32; 4] = [2011, 2022, 2026, 2028];

/// Days on which the clocks of a zone change, each with the day before and after it.
pub(crate) fn around_clock_changes() -> Vec<(Tz, NaiveDate)> {
    let mut days = BTreeSet::new();
    for (place, zone) in ZONES.into_iter().enumerate() {
        for year in CLOCK_YEARS {
            let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
            let of_year = first.iter_days().take_while(|day| day.year() == year);
            for day in of_year.filter(|day| is_odd(*day, zone)) {
                let around = [day.pred_opt(), Some(day), day.succ_opt()];
                days.extend(around.into_iter().flatten().map(|day| (place, day)));
            }
        }
    }
    days.into_iter()
        .map(|(place, day)| (ZONES[place], day))
        .collect()
}

/// Whether a day of the zone has not 24 hours.
fn is_odd(day: NaiveDate, zone: Tz) -> bool {
    let midnight = |date| {
        instant_of(
            Moment {
                date,
                minute: Minute::MIDNIGHT,
            },
            zone,
        )
    };
    day.succ_opt().is_some_and(|next| {
        (midnight(next) - midnight(day)).num_minutes() != i64::from(Minute::DAY_END.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn every_year_has_its_first_and_last_day() {
        let days = of_every_year();
        for year in YEARS {
            assert!(days.contains(&date(&format!("{year}-01-01"))), "{year}");
            assert!(days.contains(&date(&format!("{year}-12-31"))), "{year}");
        }
        assert!(days.len() > 450, "{}", days.len());
        let last = days.last().map(chrono::Datelike::year);
        assert_eq!(last, Some(2100));
    }

    #[test]
    fn every_leap_day_of_the_years_is_there_and_2100_has_none() {
        let days = around_leap_days();
        let leaping = days
            .iter()
            .filter(|day| (day.month(), day.day()) == (2, 29));
        assert_eq!(leaping.count(), 25);
        assert!(days.contains(&date("2100-02-28")) && days.contains(&date("2100-03-01")));
    }

    #[test]
    fn days_without_24_hours_are_found() {
        let days = around_clock_changes();
        for (zone, day) in [
            (Tz::America__New_York, "2026-03-08"),
            (Tz::America__New_York, "2026-11-01"),
            (Tz::Australia__Lord_Howe, "2026-10-04"),
            (Tz::Asia__Tehran, "2022-03-22"),
            (Tz::Pacific__Apia, "2011-12-30"),
        ] {
            assert!(days.contains(&(zone, date(day))), "{zone} {day}");
        }
        assert!(days.iter().any(|(zone, _)| *zone == Tz::America__Santiago));
    }

    #[test]
    fn a_schedule_comes_from_lines() {
        let periods: Vec<PeriodLine> = ["office 09:00-18:00 mon-fri"]
            .into_iter()
            .filter_map(|line| line.parse().ok())
            .collect();
        let schedule = schedule_of(&periods, "Asia/Seoul", Some("seoul"));
        let calendar = schedule.as_ref().map(|it| it.holiday_calendar.as_deref());
        assert_eq!(calendar, Ok(Some("seoul")));
        assert!(schedule_of(&periods, "Asia/Soul", None).is_err());
    }
}
