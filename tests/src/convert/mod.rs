//! From the house's words to the SDK's and back. The sandbox has the same for its own bindings, which are other types.

pub(crate) mod decider;
pub(crate) mod replies;

use chrono::{Datelike, NaiveDate};
use reveille_core::model::{
    self, DayPlan, Exception, Fault, Minute, Moment, Schedule, ServerKind, ServerState, Turn, Want,
};
use reveille_sdk::{planner, types};

pub(crate) fn date(date: NaiveDate) -> types::Date {
    types::Date {
        year: u16::try_from(date.year()).unwrap_or_default(),
        month: u8::try_from(date.month()).unwrap_or_default(),
        day: u8::try_from(date.day()).unwrap_or_default(),
    }
}

pub(crate) fn moment(moment: Moment) -> types::Moment {
    types::Moment {
        date: date(moment.date),
        minute: moment.minute.0,
    }
}

pub(crate) fn want(want: Want) -> types::Want {
    match want {
        Want::Run => types::Want::Run,
        Want::Stop => types::Want::Stop,
        Want::Hold => types::Want::Hold,
    }
}

fn want_back(want: types::Want) -> Want {
    match want {
        types::Want::Run => Want::Run,
        types::Want::Stop => Want::Stop,
        types::Want::Hold => Want::Hold,
    }
}

pub(crate) fn turn(turn: Turn) -> types::Turn {
    match turn {
        Turn::Start => types::Turn::Start,
        Turn::Stop => types::Turn::Stop,
    }
}

pub(crate) fn server_kind(kind: ServerKind) -> types::ServerKind {
    match kind {
        ServerKind::Ec2 => types::ServerKind::Ec2,
        ServerKind::RdsInstance => types::ServerKind::RdsInstance,
        ServerKind::RdsCluster => types::ServerKind::RdsCluster,
    }
}

pub(crate) fn server_state(state: ServerState) -> types::ServerState {
    match state {
        ServerState::Running => types::ServerState::Running,
        ServerState::Stopped => types::ServerState::Stopped,
        ServerState::Starting => types::ServerState::Starting,
        ServerState::Stopping => types::ServerState::Stopping,
        ServerState::Busy => types::ServerState::Busy,
        // The contract has no word for what is gone: such a server is not asked about.
        ServerState::Problem | ServerState::Gone => types::ServerState::Problem,
    }
}

pub(crate) fn exception(exception: &Exception) -> types::Exception {
    types::Exception {
        date: date(exception.date),
        action: turn(exception.action),
        at: exception.at.map(|minute| minute.0),
        by: exception.by.clone(),
        reason: exception.reason.clone(),
    }
}

pub(crate) fn schedule(schedule: &Schedule) -> types::Schedule {
    let period_use = |used: &model::PeriodUse| types::PeriodUse {
        period: types::Period {
            name: used.period.name.clone(),
            begin_time: used.period.begin_time.clone(),
            end_time: used.period.end_time.clone(),
            weekdays: used.period.weekdays.clone(),
            monthdays: used.period.monthdays.clone(),
            months: used.period.months.clone(),
        },
        instance_type: used.instance_type.clone(),
    };
    types::Schedule {
        name: schedule.name.clone(),
        timezone: schedule.timezone.name().to_owned(),
        periods: schedule.periods.iter().map(period_use).collect(),
        override_status: schedule.override_status.map(want),
        holiday_calendar: schedule.holiday_calendar.clone(),
        extra: Vec::new(),
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

pub(crate) fn plan_back(plan: types::DayPlan) -> DayPlan {
    let span = |span: types::Span| model::Span {
        begin: Minute(span.begin),
        end: Minute(span.end),
        want: want_back(span.want),
        instance_type: span.instance_type,
        period: span.period,
        reason: span.reason,
    };
    DayPlan {
        spans: plan.spans.into_iter().map(span).collect(),
        notes: plan.notes,
    }
}

pub(crate) fn fault_back(fault: planner::Fault) -> Fault {
    Fault {
        item: fault.item,
        attribute: fault.attribute,
        message: fault.message,
    }
}
