//! Schedules and plans.

use reveille_core::model::{self, DayPlan, Fault, Minute, Schedule, Want};

use super::want;
use crate::{
    bindings::{exports::reveille::rules::planner, reveille::rules::types},
    text,
};

pub(crate) fn schedule(schedule: &Schedule) -> types::Schedule {
    types::Schedule {
        name: schedule.name.clone(),
        timezone: schedule.timezone.name().to_owned(),
        periods: schedule.periods.iter().map(period_use).collect(),
        override_status: schedule.override_status.map(want),
        holiday_calendar: schedule.holiday_calendar.clone(),
        extra: Vec::new(),
    }
}

fn period_use(used: &model::PeriodUse) -> types::PeriodUse {
    let period = &used.period;
    types::PeriodUse {
        period: types::Period {
            name: period.name.clone(),
            begin_time: period.begin_time.clone(),
            end_time: period.end_time.clone(),
            weekdays: period.weekdays.clone(),
            monthdays: period.monthdays.clone(),
            months: period.months.clone(),
        },
        instance_type: used.instance_type.clone(),
    }
}

pub(crate) fn span(span: &model::Span) -> types::Span {
    types::Span {
        begin: span.begin.0,
        end: span.end.0,
        want: want(span.want),
        instance_type: span.instance_type.clone(),
        period: span.period.clone(),
        reason: span.reason.clone(),
    }
}

pub(crate) fn plan(plan: &DayPlan) -> types::DayPlan {
    types::DayPlan {
        spans: plan.spans.iter().map(span).collect(),
        notes: plan.notes.clone(),
    }
}

/// The plan in the house's words; its texts lose what acts, and nothing else is looked at.
pub(crate) fn answered(plan: types::DayPlan) -> DayPlan {
    DayPlan {
        spans: plan
            .spans
            .into_iter()
            .map(|span| model::Span {
                begin: Minute(span.begin),
                end: Minute(span.end),
                want: match span.want {
                    types::Want::Run => Want::Run,
                    types::Want::Stop => Want::Stop,
                    types::Want::Hold => Want::Hold,
                },
                instance_type: span.instance_type.map(text::line),
                period: span.period.map(text::line),
                reason: text::line(span.reason),
            })
            .collect(),
        notes: plan.notes.into_iter().map(text::line).collect(),
    }
}

pub(crate) fn fault(fault: planner::Fault) -> Fault {
    Fault {
        item: text::line(fault.item),
        attribute: text::line(fault.attribute),
        message: text::line(fault.message),
    }
}
