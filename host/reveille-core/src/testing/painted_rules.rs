//! Rules that paint what a test tells them, and decide as `transitions` does in its plainest form.

use std::sync::Arc;

use chrono::{Datelike, NaiveDate, Weekday};

use crate::{
    model::{
        Action, DayPlan, Decision, FailureKind, Fault, GroupState, Layer, LoadedRule, Minute,
        OnTimeout, RuleFailure, Schedule, ServerKind, ServerState, Span, Stored, Want,
    },
    port::{DecideRequest, DecidedServer, PlanRequest, Rules},
};

type Paint = dyn Fn(&PlanRequest<'_>) -> Result<DayPlan, RuleFailure> + Send + Sync;

/// Rules from a closure.
pub struct PaintedRules {
    paint: Box<Paint>,
}

impl PaintedRules {
    /// Each day of each schedule as `paint` says. Exceptions are not applied.
    #[must_use]
    pub fn new(
        paint: impl Fn(&Schedule, NaiveDate) -> Result<DayPlan, RuleFailure> + Send + Sync + 'static,
    ) -> Self {
        Self::of_requests(move |request| paint(request.schedule, request.date))
    }

    /// As [`PaintedRules::new`], for a closure that looks at the exceptions.
    #[must_use]
    pub fn of_requests(
        paint: impl Fn(&PlanRequest<'_>) -> Result<DayPlan, RuleFailure> + Send + Sync + 'static,
    ) -> Self {
        Self {
            paint: Box::new(paint),
        }
    }

    /// Every schedule runs from `begin` to `end` on every day.
    #[must_use]
    pub fn every_day(begin: &str, end: &str) -> Self {
        let plan = daily(begin, end);
        Self::new(move |_, _| Ok(plan.clone()))
    }

    /// Every schedule runs from `begin` to `end`, Monday to Friday.
    #[must_use]
    pub fn weekdays(begin: &str, end: &str) -> Self {
        let plan = daily(begin, end);
        Self::new(move |_, date| {
            Ok(match date.weekday() {
                Weekday::Sat | Weekday::Sun => DayPlan::default(),
                Weekday::Mon | Weekday::Tue | Weekday::Wed | Weekday::Thu | Weekday::Fri => {
                    plan.clone()
                }
            })
        })
    }
}

/// A plan that runs from `begin` to `end`, for the reason `office-hours`.
#[must_use]
pub fn daily(begin: &str, end: &str) -> DayPlan {
    plan_of(&[(begin, end, Want::Run)])
}

/// A plan of these spans, which must be sorted; a time that cannot be read is 00:00.
#[must_use]
pub fn plan_of(spans: &[(&str, &str, Want)]) -> DayPlan {
    DayPlan {
        spans: spans
            .iter()
            .map(|&(begin, end, want)| Span {
                begin: minute(begin),
                end: minute(end),
                want,
                instance_type: None,
                period: Some("office-hours".to_owned()),
                reason: "office-hours".to_owned(),
            })
            .collect(),
        notes: Vec::new(),
    }
}

/// The failure of a rule of this name.
#[must_use]
pub fn failure(rule: &str) -> RuleFailure {
    RuleFailure {
        rule: rule.to_owned(),
        kind: FailureKind::Fuel,
        cause: "it ran out of fuel".to_owned(),
    }
}

fn minute(text: &str) -> Minute {
    text.split_once(':')
        .and_then(|(hour, minute)| Minute::at(hour.parse().ok()?, minute.parse().ok()?))
        .unwrap_or(Minute::MIDNIGHT)
}

impl Rules for PaintedRules {
    fn plan(&self, request: &PlanRequest<'_>) -> Result<Arc<DayPlan>, RuleFailure> {
        if let Some(want) = request.schedule.override_status {
            let mut plan = plan_of(&[("00:00", "24:00", want)]);
            for span in &mut plan.spans {
                "override_status".clone_into(&mut span.reason);
                span.period = None;
            }
            return Ok(Arc::new(plan));
        }
        (self.paint)(request).map(Arc::new)
    }

    fn layers(&self, request: &PlanRequest<'_>) -> Result<Vec<Layer>, RuleFailure> {
        let plan = self.plan(request)?;
        Ok(vec![Layer {
            rule: "periods".to_owned(),
            plan: (*plan).clone(),
        }])
    }

    fn decide(&self, request: &DecideRequest<'_>) -> Result<Vec<Decision>, RuleFailure> {
        let decide = |decided| {
            let (action, remember, reason) = decide_one(request, decided);
            Decision {
                server: decided.server.id.clone(),
                action,
                remember,
                reason: reason.into(),
            }
        };
        Ok(request.servers.iter().map(decide).collect())
    }

    fn check_schedule(&self, _: &Schedule) -> Vec<Fault> {
        Vec::new()
    }

    fn loaded(&self) -> Vec<LoadedRule> {
        Vec::new()
    }
}

fn decide_one(
    request: &DecideRequest<'_>,
    decided: &DecidedServer<'_>,
) -> (Action, Stored, String) {
    let (action, remember, reason) = transition(request, decided);
    // Who is there already waits for nobody: otherwise it would be remembered as it was before the turn, and the turn
    // after that would pass it by.
    let waits_for = match (&action, decided.server.state) {
        (Action::Start, ServerState::Running | ServerState::Busy)
        | (Action::Stop, ServerState::Stopped)
        | (Action::None, _) => None,
        (Action::Start | Action::Resize(_), _) => must_run_first(request, decided),
        (Action::Stop, _) => must_stop_first(request, decided),
    };
    match waits_for {
        Some(group) => (
            Action::None,
            decided.stored.clone(),
            format!("waits for {group}"),
        ),
        None => (action, remember, reason),
    }
}

fn transition(
    request: &DecideRequest<'_>,
    decided: &DecidedServer<'_>,
) -> (Action, Stored, String) {
    let (schedule, stored) = (request.schedule, decided.stored);
    let can_be_acted_on = decided.server.kind == ServerKind::Ec2
        || matches!(
            decided.server.state,
            ServerState::Running | ServerState::Stopped
        );
    if !can_be_acted_on {
        return (Action::None, stored.clone(), "not ready".to_owned());
    }
    let is_running = matches!(
        decided.server.state,
        ServerState::Running | ServerState::Busy
    );
    let start = match &request.wanted.instance_type {
        Some(wanted)
            if decided.server.kind == ServerKind::Ec2
                && decided.server.instance_type.as_deref() != Some(wanted.as_str()) =>
        {
            Action::Resize(wanted.clone())
        }
        Some(_) | None => Action::Start,
    };
    if let Some(force) = request.force {
        let reason = format!("forced by {}", force.by);
        let pending =
            |target: &Stored| decided.force_pending || schedule.enforced || stored != target;
        return match force.want {
            Want::Run if pending(&Stored::RUNNING) => (Action::Start, Stored::RUNNING, reason),
            Want::Run => (Action::None, Stored::RUNNING, reason),
            Want::Stop if pending(&Stored::STOPPED) => (Action::Stop, Stored::STOPPED, reason),
            Want::Stop => (Action::None, Stored::STOPPED, reason),
            Want::Hold => (Action::None, stored.clone(), reason),
        };
    }
    if decided.maintenance_now {
        return (Action::Start, Stored::RUNNING, "maintenance".to_owned());
    }
    let reason = request.wanted.reason.clone();
    let (action, remember) = match request.wanted.want {
        Want::Hold => (Action::None, Stored::ANY),
        Want::Stop => {
            if *stored == Stored::UNKNOWN && !schedule.stop_new_instances {
                (Action::None, Stored::STOPPED)
            } else if schedule.enforced || decided.restarted_by_provider {
                (Action::Stop, Stored::STOPPED)
            } else if (*stored == Stored::RETAIN_RUNNING && schedule.retain_running)
                || *stored == Stored::STOPPED
            {
                (Action::None, Stored::STOPPED)
            } else {
                (Action::Stop, Stored::STOPPED)
            }
        }
        Want::Run => {
            if schedule.enforced {
                (start, Stored::RUNNING)
            } else if (schedule.retain_running && *stored == Stored::STOPPED && is_running)
                || *stored == Stored::RETAIN_RUNNING
            {
                (Action::None, Stored::RETAIN_RUNNING)
            } else if *stored == Stored::RUNNING {
                (Action::None, Stored::RUNNING)
            } else {
                (start, Stored::RUNNING)
            }
        }
    };
    (action, remember, reason)
}

fn must_run_first(request: &DecideRequest<'_>, decided: &DecidedServer<'_>) -> Option<String> {
    let name = decided.server.group.as_deref()?;
    let own = request.groups.iter().find(|group| group.name == name)?;
    request
        .groups
        .iter()
        .filter(|group| own.depends_on.contains(&group.name))
        .find(|group| {
            group.state != GroupState::Running
                && !(group.overdue && group.on_timeout == OnTimeout::Pass)
        })
        .map(|group| group.name.clone())
}

fn must_stop_first(request: &DecideRequest<'_>, decided: &DecidedServer<'_>) -> Option<String> {
    let name = decided.server.group.as_deref()?;
    request
        .groups
        .iter()
        .filter(|group| group.depends_on.iter().any(|other| other == name))
        .find(|group| {
            group.state != GroupState::Stopped
                && !(group.overdue && group.on_timeout == OnTimeout::Pass)
        })
        .map(|group| group.name.clone())
}
