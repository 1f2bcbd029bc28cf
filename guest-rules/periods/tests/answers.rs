//! What AWS Instance Scheduler itself answered, minute for minute: see `data/README.md`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

use chrono_tz::Tz;
use periods::Timetable;
use reveille_sdk::chrono::{DateTime, Timelike};
use reveille_sdk::types::{Date, Minute, Period, PeriodUse, Schedule, Want};
use serde::Deserialize;

const ANSWERS: &str = include_str!("../../../tests/data/aws-instance-scheduler-answers.jsonl");

#[derive(Deserialize)]
struct Answer {
    dt: String,
    schedule: ScheduleItem,
    periods: Vec<PeriodItem>,
    desired: String,
    #[serde(rename = "type")]
    instance_type: Option<String>,
    period: Option<String>,
    period_checked: bool,
}

#[derive(Deserialize)]
struct ScheduleItem {
    name: String,
    periods: String,
    timezone: Option<String>,
    override_status: Option<String>,
}

#[derive(Deserialize)]
struct PeriodItem {
    name: String,
    begintime: Option<String>,
    endtime: Option<String>,
    weekdays: Option<String>,
    monthdays: Option<String>,
    months: Option<String>,
}

impl Answer {
    fn schedule(&self) -> Schedule {
        let set = |text: &Option<String>| text.clone().map(|text| vec![text]);
        let usage = |text: &str| {
            let (name, instance_type) = text
                .split_once('@')
                .map_or((text, None), |(name, rest)| (name, Some(rest)));
            let item = self.periods.iter().find(|item| item.name == name).unwrap();
            let period = Period {
                name: name.into(),
                begin_time: item.begintime.clone(),
                end_time: item.endtime.clone(),
                weekdays: set(&item.weekdays),
                monthdays: set(&item.monthdays),
                months: set(&item.months),
            };
            PeriodUse {
                period,
                instance_type: instance_type.map(Into::into),
            }
        };
        Schedule {
            name: self.schedule.name.clone(),
            timezone: self
                .schedule
                .timezone
                .clone()
                .unwrap_or_else(|| "UTC".into()),
            periods: self
                .schedule
                .periods
                .split(',')
                .filter(|text| !text.is_empty())
                .map(usage)
                .collect(),
            override_status: self.schedule.override_status.as_deref().map(want),
            holiday_calendar: None,
            extra: Vec::new(),
        }
    }
}

fn want(state: &str) -> Want {
    match state.to_lowercase().as_str() {
        "running" => Want::Run,
        "stopped" => Want::Stop,
        "any" => Want::Hold,
        other => panic!("{other}"),
    }
}

#[test]
fn every_answer_of_the_original_is_given() {
    let mut count = 0;
    for line in ANSWERS.lines() {
        let answer: Answer = serde_json::from_str(line).unwrap();
        let schedule = answer.schedule();
        let zone: Tz = schedule.timezone.parse().unwrap();
        let local = DateTime::parse_from_rfc3339(&answer.dt)
            .unwrap()
            .with_timezone(&zone);
        let date = Date::from(local.date_naive());
        let minute = Minute::try_from(local.hour() * 60 + local.minute()).unwrap();

        let timetable = Timetable::read(&schedule).unwrap();
        let plan = timetable.plan(date);
        let span = plan.span_at(minute);
        assert_eq!(plan.want_at(minute), want(&answer.desired), "{line}");
        if answer.period_checked {
            assert_eq!(
                span.and_then(|span| span.period.as_ref()),
                answer.period.as_ref(),
                "{line}"
            );
            assert_eq!(
                span.and_then(|span| span.instance_type.as_ref()),
                answer.instance_type.as_ref(),
                "{line}"
            );
        }

        let state = timetable.at(date, minute);
        assert_eq!(state.want, plan.want_at(minute), "{line}");
        assert_eq!(
            state.period,
            span.and_then(|span| span.period.as_deref()),
            "{line}"
        );
        count += 1;
    }
    assert_eq!(count, 2004);
}
