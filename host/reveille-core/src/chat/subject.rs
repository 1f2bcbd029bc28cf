//! The schedule that a command is about, with everything that is known of it.

use std::{collections::BTreeSet, sync::Arc};

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};

use crate::{
    model::{
        Definitions, Exception, Force, Layer, MAX_REASON_CHARS, Minute, Moment, Remembered,
        RuleFailure, Schedule, Server, Span, Turn, Want, local_moment,
        reply::{ForceView, HoldView, Turning},
    },
    port::{PlanRequest, Rules, Store, StoreError},
    tick::{self, KeptBack},
    timeline::Timeline,
};

/// The source of a rule that is part of the host.
const EMBEDDED: &str = "embedded";

/// A schedule with its exceptions and its order.
pub(super) struct Subject<'a> {
    pub(super) schedule: Arc<Schedule>,
    /// Sorted by date and action; all that lie ahead, and those of the days before that may matter.
    pub(super) exceptions: Vec<Exception>,
    /// The order, while it stands.
    pub(super) force: Option<Force>,
    pub(super) now: DateTime<Utc>,
    /// `now` as the wall clock of the schedule shows it.
    pub(super) here: Moment,
    rules: &'a dyn Rules,
    definition_faults: Vec<String>,
}

/// What the store keeps beside the definitions, of one schedule or of all.
pub(super) struct Kept {
    exceptions: Vec<Exception>,
    forces: Vec<Force>,
}

impl Kept {
    /// Reads what is kept of `schedule`, or of all: for plans from the day before `earliest`, or before today, on.
    pub(super) async fn read(
        store: &dyn Store,
        schedule: Option<&str>,
        earliest: Option<NaiveDate>,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        // Somewhere it still is yesterday; the plan of the day before is looked at for what reaches over midnight, and
        // has to be planned with the exceptions of the day before itself.
        let today = (now - Duration::days(1)).date_naive();
        let first = earliest.map_or(today, |date| date.min(today));
        let from = first.checked_sub_days(Days::new(2)).unwrap_or(first);
        Ok(Self {
            exceptions: store.exceptions(schedule, from, last_date()).await?,
            forces: store.forces().await?,
        })
    }
}

/// The last date that the contract knows.
fn last_date() -> NaiveDate {
    NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NaiveDate::MAX)
}

impl<'a> Subject<'a> {
    pub(super) fn new(
        schedule: &Arc<Schedule>,
        definitions: &Definitions,
        kept: &Kept,
        rules: &'a dyn Rules,
        now: DateTime<Utc>,
    ) -> Self {
        let item = format!("schedule {}", schedule.name);
        Self {
            schedule: Arc::clone(schedule),
            exceptions: kept
                .exceptions
                .iter()
                .filter(|exception| exception.schedule == schedule.name)
                .cloned()
                .collect(),
            force: kept
                .forces
                .iter()
                .find(|force| force.schedule == schedule.name && now < force.until)
                .cloned(),
            now,
            here: local_moment(now, schedule.timezone),
            rules,
            definition_faults: definitions
                .faults
                .iter()
                .filter(|fault| fault.item == item)
                .map(ToString::to_string)
                .collect(),
        }
    }

    pub(super) fn name(&self) -> String {
        self.schedule.name.clone()
    }

    /// The plan as it stands.
    pub(super) fn timeline(&self) -> Timeline<'_> {
        self.timeline_with(&self.exceptions)
    }

    /// The plan as it would be with other exceptions.
    pub(super) fn timeline_with<'b>(&'b self, exceptions: &'b [Exception]) -> Timeline<'b> {
        Timeline::new(self.rules, &self.schedule, exceptions)
    }

    pub(super) fn local(&self, instant: DateTime<Utc>) -> Moment {
        local_moment(instant, self.schedule.timezone)
    }

    /// The servers that a rule keeps from turning, of `servers`, sorted by id.
    pub(super) fn kept_back(&self, servers: &[(&Server, Option<&Remembered>)]) -> Vec<KeptBack> {
        tick::kept_back(
            self.rules,
            &self.schedule,
            &self.exceptions,
            self.force.as_ref(),
            servers,
            self.now,
        )
    }

    /// The rules of the schedule that read the data source `name`, in their order.
    pub(super) fn readers_of(&self, name: &str) -> Vec<String> {
        let readers = readers_of(self.rules, name);
        let rules = self.schedule.rules.iter().map(|rule| &rule.name);
        rules
            .filter(|rule| readers.contains(*rule))
            .cloned()
            .collect()
    }

    pub(super) fn rules(&self) -> &dyn Rules {
        self.rules
    }

    /// What is wrong with the schedule: in its item, and for the rules of its chain.
    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = self.definition_faults.clone();
        for fault in self.rules.check_schedule(&self.schedule) {
            let fault = fault.to_string();
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
        faults
    }

    /// The version of a rule; none for those that are part of the host.
    pub(super) fn version_of(&self, rule: &str) -> Option<String> {
        let loaded = self.rules.loaded().into_iter();
        loaded
            .filter(|loaded| loaded.name == rule && loaded.source != EMBEDDED)
            .map(|loaded| loaded.version)
            .next()
    }

    /// `force` in the words of a reply.
    pub(super) fn view_of(&self, force: &Force) -> ForceView {
        ForceView {
            want: force.want,
            by: force.by.clone(),
            reason: force.reason.clone(),
            since: self.local(force.since),
            until: self.local(force.until),
        }
    }

    pub(super) fn forced(&self) -> Option<ForceView> {
        self.force.as_ref().map(|force| self.view_of(force))
    }

    /// The rule that keeps `date` from being planned; the schedule holds because of it.
    pub(super) fn held(&self, date: NaiveDate) -> Option<HoldView> {
        self.timeline().plan(date).err().map(|failure| HoldView {
            rule: failure.rule,
            cause: failure.cause,
            since: None,
        })
    }

    /// What stands now, after everything; none while the schedule holds.
    pub(super) fn wanted(&self) -> Option<Want> {
        match &self.force {
            Some(force) => Some(force.want),
            None => self
                .timeline()
                .wanted_at(self.here)
                .ok()
                .map(|wanted| wanted.want),
        }
    }

    /// Today's plan as each rule of the chain left it.
    pub(super) fn layers(&self) -> Result<Vec<Layer>, RuleFailure> {
        self.rules.layers(&PlanRequest {
            schedule: &self.schedule,
            date: self.here.date,
            exceptions: &self.exceptions,
        })
    }

    /// The next turn to run or stop that will really happen.
    pub(super) fn next(&self) -> Option<Turning> {
        match &self.force {
            Some(force) => self.next_turn(self.here, opposite(force.want)),
            None => self.timeline().next_change(self.here).ok().flatten(),
        }
    }

    /// The next turn to `want` after `after` that will really happen: under an order the plan turns nothing, and where
    /// the order ends the plan may turn at once. None while the schedule holds, too.
    pub(super) fn next_turn(&self, after: Moment, want: Want) -> Option<Turning> {
        let timeline = self.timeline();
        let turn_after = |after| timeline.next_turn(after, want).ok().flatten();
        let Some(force) = &self.force else {
            return turn_after(after);
        };
        let end = self.local(force.until);
        if end <= after {
            return turn_after(after);
        }
        let at_end = timeline.wanted_at(end).ok()?;
        if at_end.want == want && want != force.want {
            return Some(Turning {
                at: end,
                want,
                reason: at_end.reason,
            });
        }
        turn_after(end)
    }

    /// The exceptions of `date`, and those of the day before that reach into it.
    pub(super) fn exceptions_reaching(&self, date: NaiveDate) -> Vec<Exception> {
        self.exceptions
            .iter()
            .filter(|exception| {
                exception.date == date
                    || (Some(exception.date) == date.pred_opt() && reaches_over(exception))
            })
            .cloned()
            .collect()
    }

    pub(super) fn exception(&self, date: NaiveDate, action: Turn) -> Option<&Exception> {
        self.exceptions
            .iter()
            .find(|exception| exception.date == date && exception.action == action)
    }
}

/// Names of all rules that read the data source `name`.
pub(super) fn readers_of(rules: &dyn Rules, name: &str) -> BTreeSet<String> {
    let loaded = rules.loaded().into_iter();
    loaded
        .filter(|rule| rule.data.iter().any(|data| data == name))
        .map(|rule| rule.name)
        .collect()
}

/// Whether an exception changes something of the day after its date.
fn reaches_over(exception: &Exception) -> bool {
    match (exception.action, exception.at) {
        (_, Some(at)) => at > Minute::DAY_END,
        // Held from the cancelled stop on, until the next run begins.
        (Turn::Stop, None) => true,
        (Turn::Start, None) => false,
    }
}

/// `date` as `timeline` has it, covered from 0 to 24:00; one span of hold when a rule fails.
pub(super) fn day(timeline: &Timeline<'_>, date: NaiveDate) -> Vec<Span> {
    match timeline.plan(date) {
        Ok(plan) => plan.whole_day(),
        Err(failure) => vec![held_day(&failure)],
    }
}

fn held_day(failure: &RuleFailure) -> Span {
    Span {
        begin: Minute::MIDNIGHT,
        end: Minute::DAY_END,
        want: Want::Hold,
        instance_type: None,
        period: None,
        reason: failure.to_string().chars().take(MAX_REASON_CHARS).collect(),
    }
}

/// Run for stop and stop for run; hold has none but itself.
pub(super) fn opposite(want: Want) -> Want {
    match want {
        Want::Run => Want::Stop,
        Want::Stop => Want::Run,
        Want::Hold => Want::Hold,
    }
}
