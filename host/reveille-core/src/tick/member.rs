//! One server in a tick: from a decision to an order, and on to its arrival.
//!
//! "Accepted" is not "done": an order is a [`Request`] that stands until the server has been seen in its state. While
//! the want lasts it is repeated with growing pauses, and past its limit it is reported once. What is remembered is
//! copied only when it changes.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::{
    preferred,
    settings::{
        JUST_STARTED, LONGEST_RETRY, PROVIDER_RESTARTS_AFTER, Settings, is_due, retry_delay,
    },
    standing::{Standing, direction, failed, is_in_maintenance, is_up, standing, target},
};
use crate::{
    model::{
        Action, Decision, Remembered, Request, Schedule, Server, ServerError, ServerKind,
        ServerState, Stored, Want,
    },
    port::{ActError, ActErrorKind, OrderAction},
};

/// Resizing takes two orders, a stop and a start: neither is a failed attempt.
const RESIZE_STEPS: u32 = 2;

/// What a decision is carried out for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Aim<'a> {
    pub(super) schedule: &'a Schedule,
    pub(super) settings: &'a Settings,
    pub(super) now: DateTime<Utc>,
    /// What is wanted of this server in the end.
    pub(super) want: Want,
    /// When the force that wants it was given.
    pub(super) forced_since: Option<DateTime<Utc>>,
    /// Whether the plan says with which type it runs: then its tag has no say.
    pub(super) is_type_planned: bool,
}

/// What follows from a decision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Step {
    /// To be ordered now.
    pub(super) order: Option<Action>,
    /// The request is new: it was made in this tick.
    pub(super) new: bool,
    /// It has just been found not to arrive.
    pub(super) stuck: bool,
}

/// One server, what was remembered of it, and what will be.
#[derive(Debug)]
pub(super) struct Member<'a> {
    pub(super) server: &'a Server,
    pub(super) memory: Cow<'a, Remembered>,
    was: Option<&'a Remembered>,
    pub(super) restarted_by_provider: bool,
}

impl<'a> Member<'a> {
    /// The server as it is, beside what was remembered of it. What has arrived has its request fulfilled.
    pub(super) fn meet(
        server: &'a Server,
        was: Option<&'a Remembered>,
        now: DateTime<Utc>,
    ) -> Self {
        let memory = match was {
            Some(was) if was.schedule.as_str() == server.schedule.as_ref() => Cow::Borrowed(was),
            // Under another schedule than before it is as good as new; only how it was seen goes on.
            Some(was) => Cow::Owned(Remembered {
                seen: was.seen,
                seen_since: was.seen_since,
                ..unknown(server, now)
            }),
            None => Cow::Owned(unknown(server, now)),
        };
        let restarted_by_provider = match server.kind {
            ServerKind::Ec2 => false,
            ServerKind::RdsInstance | ServerKind::RdsCluster => {
                memory.stored == Stored::STOPPED
                    && memory.request.is_none()
                    && memory.seen == ServerState::Stopped
                    && memory.seen_since + PROVIDER_RESTARTS_AFTER <= now
                    && is_up(server.state)
            }
        };
        let mut member = Self {
            server,
            memory,
            was,
            restarted_by_provider,
        };
        // What the provider starts by itself is not noted until it can be stopped again: the fact would be lost on
        // its way up, and while it is backed up after that.
        let is_noted = !restarted_by_provider || server.state == ServerState::Running;
        if member.memory.seen != server.state && is_noted {
            let memory = member.memory.to_mut();
            memory.seen = server.state;
            memory.seen_since = now;
        }
        member.arrive();
        member
    }

    /// What is to be remembered, when it is not what was.
    pub(super) fn into_change(self) -> Option<Remembered> {
        match self.memory {
            Cow::Borrowed(_) => None,
            Cow::Owned(memory) => (self.was != Some(&memory)).then_some(memory),
        }
    }

    /// Whether it stands where `want` would have it; everything stands where hold would have it.
    pub(super) fn is_at(&self, want: Want) -> bool {
        match want {
            Want::Run => matches!(self.server.state, ServerState::Running | ServerState::Busy),
            Want::Stop => self.server.state == ServerState::Stopped,
            Want::Hold => true,
        }
    }

    /// Whether a force given at `since` has not been applied to it yet.
    pub(super) fn is_force_pending(&self, want: Want, since: DateTime<Utc>) -> bool {
        !self.is_at(want) && self.is_older_than(since)
    }

    /// Until when it counts as just started.
    pub(super) fn just_started_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let memory = &self.memory;
        let until = memory
            .applied_at
            .filter(|_| memory.wanted == Some(Want::Run))?
            + JUST_STARTED;
        (now < until).then_some(until)
    }

    /// Whether it is not where `want` would have it and the scheduler leaves it there: it had arrived, and then
    /// somebody started or stopped it by hand; or it is protected.
    pub(super) fn is_left_alone(&self, schedule: &Schedule, want: Want) -> bool {
        let action = match want {
            Want::Run => Action::Start,
            Want::Stop => Action::Stop,
            Want::Hold => return true,
        };
        if self.is_protected_from(&action, schedule) {
            return true;
        }
        self.memory.request.is_none()
            && self.memory.stored == target(&action)
            && !schedule.enforced
            && !self.restarted_by_provider
            && !is_in_maintenance(self.server, schedule)
    }

    /// Carries `decision` out as far as memory goes.
    pub(super) fn follow(&mut self, decision: &Decision, aim: &Aim<'_>) -> Step {
        let action = match &decision.action {
            // Only EC2 has types that a schedule may change.
            Action::Resize(_) if self.server.kind != ServerKind::Ec2 => &Action::Start,
            Action::None | Action::Start | Action::Stop | Action::Resize(_) => &decision.action,
        };
        if self.is_protected_from(action, aim.schedule) {
            if self.memory.request.is_some() {
                self.memory.to_mut().request = None;
            }
            return Step::default();
        }
        match action {
            Action::None => self.leave(decision, aim),
            Action::Start | Action::Stop | Action::Resize(_) => {
                self.pursue(&action.clone(), decision, aim)
            }
        }
    }

    /// Nothing is decided about it, because a rule fails: a request that stands may still arrive, or be stuck.
    pub(super) fn hold(&mut self, aim: &Aim<'_>) -> Step {
        Step {
            stuck: self.look_whether_stuck(aim),
            ..Step::default()
        }
    }

    /// The fleet has refused what was ordered of `server`. Whether people are to be told.
    pub(super) fn refused(
        memory: &mut Remembered,
        server: &Server,
        error: &ActError,
        now: DateTime<Utc>,
    ) -> bool {
        let request = memory.request.as_ref();
        let tried = request.and_then(|request| request.instance_type.as_deref());
        let lacks_capacity = error.kind == ActErrorKind::Capacity;
        let next_type = tried
            .filter(|_| lacks_capacity)
            .and_then(|tried| preferred::after(server, tried));
        let is_news = match error.kind {
            // These pass by themselves; if they do not, the server is stuck, and that is told.
            ActErrorKind::Throttled | ActErrorKind::WrongState | ActErrorKind::Gone => false,
            ActErrorKind::Capacity if next_type.is_some() => false,
            ActErrorKind::Capacity | ActErrorKind::Denied | ActErrorKind::Other => {
                memory.error.as_ref().map(|error| &error.code) != Some(&error.code)
                    || request.is_some_and(|request| !request.reported)
            }
        };
        memory.error = Some(ServerError {
            code: error.code.clone(),
            message: error.message.clone(),
            at: now,
        });
        if let Some(request) = &mut memory.request {
            memory.stored = failed(&request.action);
            request.reported |= is_news;
            if lacks_capacity {
                request.instance_type = next_type.map(str::to_owned);
            }
            let failures = preferred::rounds(server, request.attempts);
            request.not_before = match error.kind {
                ActErrorKind::WrongState => None,
                ActErrorKind::Capacity if next_type.is_some() => None,
                // Only people can help: a call now and then finds out that they did.
                ActErrorKind::Denied => Some(now + LONGEST_RETRY),
                ActErrorKind::Capacity
                | ActErrorKind::Throttled
                | ActErrorKind::Gone
                | ActErrorKind::Other => Some(now + retry_delay(failures)),
            };
        }
        is_news
    }

    /// The attempt that was written down has not been made: the next tick makes it.
    pub(super) fn postponed(memory: &mut Remembered) {
        if let Some(request) = &mut memory.request {
            request.attempts = request.attempts.saturating_sub(1);
            request.not_before = None;
        }
    }

    /// What is handed to the fleet for `action`; none for [`Action::None`].
    pub(super) fn order_for(&self, action: &Action, schedule: &Schedule) -> Option<OrderAction> {
        match action {
            Action::None => None,
            Action::Start => Some(OrderAction::Start),
            Action::Stop => Some(OrderAction::Stop {
                hibernate: schedule.hibernate && self.server.kind == ServerKind::Ec2,
            }),
            Action::Resize(to) => Some(OrderAction::Resize(to.clone())),
        }
    }

    /// Whether `schedule` says that it is never stopped, and the action would: by a resize too.
    pub(super) fn is_protected_from(&self, action: &Action, schedule: &Schedule) -> bool {
        let would_stop = match action {
            Action::None | Action::Start => false,
            Action::Stop => true,
            Action::Resize(_) => is_up(self.server.state),
        };
        would_stop && schedule.protects(self.server)
    }

    fn arrive(&mut self) {
        let Some(request) = &self.memory.request else {
            return;
        };
        if standing(self.server, &request.action) != Standing::Arrived {
            return;
        }
        let (was_ordered, target) = (request.attempts > 0, target(&request.action));
        let memory = self.memory.to_mut();
        memory.request = None;
        memory.error = None;
        if was_ordered {
            memory.stored = target;
        }
    }

    fn leave(&mut self, decision: &Decision, aim: &Aim<'_>) -> Step {
        if self.memory.stored != decision.remember {
            let memory = self.memory.to_mut();
            memory.stored = decision.remember.clone();
            decision.reason.as_ref().clone_into(&mut memory.reason);
        }
        if let Some(since) = aim.forced_since
            && self.is_at(aim.want)
            && self.is_older_than(since)
        {
            // The force found it as it should be: from here on what people do to it is respected.
            self.applied(decision, aim);
        }
        let Some(request) = &self.memory.request else {
            return self.note_turn(decision, aim);
        };
        let (action, was_ordered) = (request.action.clone(), request.attempts > 0);
        let is_wanted = direction(&action) == aim.want;
        // Who can be ordered and is not, though it never was, is kept back by a decider: nothing is on its way.
        let is_kept_back = !was_ordered
            && decision.remember != target(&action)
            && standing(self.server, &action) == Standing::Ready;
        if !is_wanted || is_kept_back {
            self.memory.to_mut().request = None;
            return Step::default();
        }
        if decision.remember == target(&action) {
            // For the decider it is done; it is not until it has arrived.
            return self.pursue(&action, decision, aim);
        }
        self.hold(aim)
    }

    /// A turn that reaches the server while nothing can be ordered of it is noted, so that it is not lost when the
    /// plan holds by the time it can, and so that people are told when that takes too long.
    fn note_turn(&mut self, decision: &Decision, aim: &Aim<'_>) -> Step {
        let action = match aim.want {
            Want::Run => Action::Start,
            Want::Stop => Action::Stop,
            Want::Hold => return Step::default(),
        };
        let is_due = decision.remember != target(&action)
            && standing(self.server, &action) == Standing::Blocked
            && !self.is_protected_from(&action, aim.schedule);
        if is_due {
            self.request(&action, decision, aim);
        }
        Step {
            new: is_due,
            ..Step::default()
        }
    }

    fn pursue(&mut self, action: &Action, decision: &Decision, aim: &Aim<'_>) -> Step {
        let is_new = self.memory.request.as_ref().is_none_or(|request| {
            direction(&request.action) != direction(action)
                || aim.forced_since.is_some_and(|since| request.since < since)
        });
        match (standing(self.server, action), is_new) {
            (Standing::Arrived, _) | (Standing::OnItsWay, true) => {
                self.settle(decision, aim);
                Step::default()
            }
            (Standing::Blocked, true) => {
                self.request(action, decision, aim);
                Step {
                    new: true,
                    ..Step::default()
                }
            }
            (Standing::OnItsWay | Standing::Blocked, false) => self.hold(aim),
            (Standing::Ready, true) => {
                self.request(action, decision, aim);
                Step {
                    order: Some(self.attempt(action, decision, aim)),
                    new: true,
                    stuck: false,
                }
            }
            (Standing::Ready, false) => {
                let stuck = self.look_whether_stuck(aim);
                let is_due = self
                    .memory
                    .request
                    .as_ref()
                    .is_some_and(|request| is_due(request, aim.now));
                Step {
                    order: is_due.then(|| self.attempt(action, decision, aim)),
                    new: false,
                    stuck,
                }
            }
        }
    }

    /// It is there already, or somebody else has brought it on its way: no call, and it counts as done.
    fn settle(&mut self, decision: &Decision, aim: &Aim<'_>) {
        let is_news = self.memory.stored != decision.remember
            || self.memory.request.is_some()
            || self.memory.error.is_some()
            || aim
                .forced_since
                .is_some_and(|since| self.is_older_than(since));
        if is_news {
            self.applied(decision, aim);
            let memory = self.memory.to_mut();
            memory.stored = decision.remember.clone();
            memory.request = None;
            memory.error = None;
        }
    }

    fn request(&mut self, action: &Action, decision: &Decision, aim: &Aim<'_>) {
        let memory = self.memory.to_mut();
        memory.request = Some(Request {
            action: action.clone(),
            instance_type: None,
            since: aim.now,
            at: aim.now,
            attempts: 0,
            not_before: None,
            reported: false,
        });
        memory.error = None;
        decision.reason.as_ref().clone_into(&mut memory.reason);
    }

    /// Writes down one more attempt, before it is made: should the process die now, the next tick makes it. What it
    /// is made with.
    fn attempt(&mut self, action: &Action, decision: &Decision, aim: &Aim<'_>) -> Action {
        self.applied(decision, aim);
        let memory = self.memory.to_mut();
        let has_failed = memory.error.is_some();
        // A refusal has given the turn to the next type already.
        let fell_back = preferred::fell_back(self.server)
            && memory
                .error
                .as_ref()
                .is_none_or(|error| error.code == ServerError::STUCK);
        let Some(request) = &mut memory.request else {
            return action.clone();
        };
        if let Some(tried) = request.instance_type.take_if(|_| fell_back) {
            request.instance_type = preferred::after(self.server, &tried).map(str::to_owned);
        }
        request.attempts += 1;
        request.at = aim.now;
        request.action = action.clone();
        let by_tag = match action {
            Action::Start if !aim.is_type_planned => {
                preferred::turn(self.server, request.instance_type.as_deref())
            }
            Action::None | Action::Start | Action::Stop | Action::Resize(_) => None,
        };
        request.instance_type = by_tag.map(str::to_owned);
        let failures = match action {
            Action::Resize(_) => request.attempts.saturating_sub(RESIZE_STEPS),
            Action::Start => preferred::rounds(self.server, request.attempts),
            Action::None | Action::Stop => request.attempts,
        };
        request.not_before = Some(aim.now + retry_delay(failures));
        // What has failed before counts as failed until it arrives.
        if !has_failed {
            memory.stored = target(action);
        }
        match by_tag {
            Some(to) if self.server.instance_type.as_deref() != Some(to) => {
                Action::Resize(to.to_owned())
            }
            Some(_) | None => action.clone(),
        }
    }

    fn applied(&mut self, decision: &Decision, aim: &Aim<'_>) {
        let memory = self.memory.to_mut();
        memory.wanted = Some(aim.want);
        memory.applied_at = Some(aim.now);
        decision.reason.as_ref().clone_into(&mut memory.reason);
    }

    fn look_whether_stuck(&mut self, aim: &Aim<'_>) -> bool {
        let limit = aim.settings.limit(self.server.kind);
        let is_stuck = self
            .memory
            .request
            .as_ref()
            .is_some_and(|request| !request.reported && request.since + limit <= aim.now);
        if !is_stuck {
            return false;
        }
        let message = self
            .server
            .state_reason
            .clone()
            .unwrap_or_else(|| self.server.native_state.to_string());
        let memory = self.memory.to_mut();
        if memory.error.is_none() {
            memory.error = Some(ServerError {
                code: ServerError::STUCK.to_owned(),
                message,
                at: aim.now,
            });
        }
        if let Some(request) = &mut memory.request {
            request.reported = true;
            if request.attempts > 0 {
                memory.stored = failed(&request.action);
            }
        }
        true
    }

    fn is_older_than(&self, since: DateTime<Utc>) -> bool {
        self.memory
            .applied_at
            .is_none_or(|applied_at| applied_at < since)
    }
}

fn unknown(server: &Server, now: DateTime<Utc>) -> Remembered {
    Remembered::adopted(server, Stored::UNKNOWN, now)
}
