//! Schedules and plans.

use reveille_core::model::{self, DayPlan, Fault, Minute, Schedule, Want};

use super::{WORD_CHARS, is_word, want};
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

/// Says what is wrong with the words of a plan that [`DayPlan::check`] does not look at.
pub(crate) fn check_words(plan: &DayPlan) -> Result<(), String> {
    for span in &plan.spans {
        if let Some(instance_type) = span.instance_type.as_deref()
            && (instance_type.is_empty() || !is_word(instance_type))
        {
            return Err(format!(
                "`{}` is no instance type",
                text::log_line(&text::shortened(instance_type, WORD_CHARS))
            ));
        }
        let chars = span
            .period
            .as_ref()
            .map_or(0, |period| period.chars().count());
        if chars > model::MAX_REASON_CHARS {
            return Err(format!(
                "the name of a period has {chars} characters; at most {} are allowed",
                model::MAX_REASON_CHARS
            ));
        }
    }
    Ok(())
}

/// Most faults of one rule that are told, and most characters of each part of them.
const FAULTS: usize = 256;
const FAULT_CHARS: usize = 1_000;

/// The faults in the house's words; people would not read more of them than these.
pub(crate) fn faults(faults: Vec<planner::Fault>) -> impl Iterator<Item = Fault> {
    let told = |said: String| text::line(text::shortened(&said, FAULT_CHARS).into_owned());
    faults.into_iter().take(FAULTS).map(move |fault| Fault {
        item: told(fault.item),
        attribute: told(fault.attribute),
        message: told(fault.message),
    })
}
