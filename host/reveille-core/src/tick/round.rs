//! One schedule in a tick: what is wanted, how its groups are, what is decided, what follows.
//!
//! Pure: everything it needs is handed in, everything that it wants done is handed back.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};

use super::{
    group,
    member::{Aim, Member},
    news::{self, Event},
    settings::{DRIFT_LOOK, MAX_AUDITED_NAMES, QUICK_LOOK, Settings},
    standing::{action_word, is_in_maintenance, target},
    stop_near::{self, Warning},
    want::{Underway, wanted},
};
use crate::{
    model::{
        Action, AuditRecord, AuditSubject, Decision, Exception, Force, GroupView, Minute, Moment,
        Remembered, RuleFailure, Schedule, Server, ServerId, ServerState, Want, Wanted,
        local_moment,
        reply::{Announcement, ServerView},
    },
    port::{DecideRequest, DecidedServer, Order, Rules},
    timeline::Timeline,
};

/// The second attempt is written to the audit too, so that people see that it is tried again; how often after that says
/// nothing new.
const AUDITED_ATTEMPTS: u32 = 2;

/// What a round goes by.
#[derive(Clone, Copy)]
pub(super) struct Inputs<'a> {
    pub(super) rules: &'a dyn Rules,
    pub(super) settings: &'a Settings,
    pub(super) schedule: &'a Arc<Schedule>,
    pub(super) exceptions: &'a [Exception],
    /// The force that stands.
    pub(super) force: Option<&'a Force>,
    /// The tick before this one.
    pub(super) last: Option<DateTime<Utc>>,
    /// Since when a rule has been failing.
    pub(super) held_since: Option<DateTime<Utc>>,
    /// How long before a stop people are warned.
    pub(super) warning: Option<Duration>,
    /// The stop that they have been warned of.
    pub(super) warned: Option<DateTime<Utc>>,
    pub(super) now: DateTime<Utc>,
}

/// An order, and where in the changes its memory is.
#[derive(Debug)]
pub(super) struct Ordered<'a> {
    pub(super) schedule: &'a Arc<Schedule>,
    pub(super) server: &'a Server,
    pub(super) action: Action,
    pub(super) order: Order,
    pub(super) memory: usize,
}

/// What all rounds of a tick want done.
#[derive(Debug, Default)]
pub(super) struct Results<'a> {
    pub(super) changed: Vec<Remembered>,
    pub(super) orders: Vec<Ordered<'a>>,
    pub(super) audit: Vec<AuditRecord>,
    pub(super) news: Vec<Event>,
    pub(super) stuck: Vec<ServerId>,
    pub(super) held: Vec<(&'a Arc<Schedule>, RuleFailure)>,
    /// Stops that people are warned of now.
    pub(super) warned: Vec<(&'a str, DateTime<Utc>)>,
    pub(super) moving: bool,
    pub(super) next_look: Option<DateTime<Utc>>,
}

/// What one round has come to, before it is told.
#[derive(Default)]
struct Told<'a> {
    up: Turned<'a>,
    down: Turned<'a>,
    restarted: Vec<ServerView>,
    stuck: Vec<ServerView>,
    /// Whether a server could turn and does not yet.
    waits: bool,
}

/// Servers that turn together, those that wait for a group included.
#[derive(Default)]
struct Turned<'a> {
    servers: Vec<&'a Server>,
    /// Why, once one of them does turn.
    reason: Option<Arc<str>>,
}

impl<'a> Results<'a> {
    /// The round of one schedule with its `servers`, each beside what is remembered of it, sorted by id.
    pub(super) fn round(
        &mut self,
        inputs: &Inputs<'a>,
        servers: &[(&'a Server, Option<&'a Remembered>)],
    ) {
        let now = inputs.now;
        let timeline = Timeline::new(inputs.rules, inputs.schedule, inputs.exceptions);
        let underway = Underway::of(inputs.schedule, servers);
        let mut members: Vec<Member<'a>> = servers
            .iter()
            .map(|&(server, was)| Member::meet(server, was, now))
            .collect();

        let wanted = wanted(inputs, &timeline, &underway);
        let mut failure = wanted.as_ref().err().cloned();
        let want = match (inputs.force, &wanted) {
            (Some(force), _) => force.want,
            (None, Ok(wanted)) => wanted.want,
            (None, Err(_)) => Want::Hold,
        };
        let (groups, overdue) = group::views(inputs, &members, want);
        let wanted = to_decide_by(wanted, inputs.force);
        let mut decisions = None;
        if let Some(wanted) = &wanted {
            let ask = |request: &DecideRequest<'_>| inputs.rules.decide(request);
            match asked(inputs, wanted, &groups, &members, ask) {
                Ok(decided) => decisions = Some(decided),
                Err(failed) => failure = failure.or(Some(failed)),
            }
        }

        let turn_comes = members
            .iter()
            .filter_map(|member| member.just_started_until(inputs.now))
            .min();
        if failure.is_none() {
            self.warn(inputs, &timeline, &members);
        }
        let mut told = Told::default();
        for (index, mut member) in members.drain(..).enumerate() {
            let aim = Aim {
                schedule: inputs.schedule,
                settings: inputs.settings,
                now,
                want: if inputs.force.is_none() && is_in_maintenance(member.server, inputs.schedule)
                {
                    Want::Run
                } else {
                    want
                },
                forced_since: inputs.force.map(|force| force.since),
                is_type_planned: wanted.as_ref().is_some_and(|wanted| {
                    wanted.want == Want::Run && wanted.instance_type.is_some()
                }),
            };
            match decisions.as_ref().and_then(|all| all.get(index)) {
                Some(decision) => self.follow(inputs, member, decision, &aim, &mut told),
                None => {
                    if member.hold(&aim).stuck {
                        told.stuck
                            .push(news::stuck_view(member.server, &member.memory));
                        self.stuck.push(member.server.id.clone());
                    }
                    self.finish(member, &aim);
                }
            }
        }
        if let Some(at) = turn_comes.filter(|_| told.waits) {
            self.look_at(at);
        }
        self.tell(inputs, &timeline, &underway, told, overdue);
        self.look_again(inputs, &timeline);
        if let Some(failure) = failure {
            self.held.push((inputs.schedule, failure));
        }
    }

    /// Warns of a stop that is near.
    fn warn(&mut self, inputs: &Inputs<'a>, timeline: &Timeline<'_>, members: &[Member<'_>]) {
        let Some(ahead) = inputs.warning else { return };
        match stop_near::warning(inputs, timeline, members, ahead) {
            Some(Warning::From(at)) => self.look_at(at),
            Some(Warning::Of(stop)) => {
                self.warned.push((&inputs.schedule.name, stop));
                self.news
                    .push(news::stop_near(inputs.schedule, stop, inputs.now));
            }
            None => {}
        }
    }

    fn follow(
        &mut self,
        inputs: &Inputs<'a>,
        mut member: Member<'a>,
        decision: &Decision,
        aim: &Aim<'_>,
        told: &mut Told<'a>,
    ) {
        let server = member.server;
        let step = member.follow(decision, aim);
        let waits = decision.action == Action::None
            && !member.is_at(aim.want)
            && member.memory.request.is_none()
            && is_short_of(aim.want, decision);
        told.waits |= waits;
        let is_restart = member.restarted_by_provider && decision.action == Action::Stop;
        if step.new && is_restart {
            told.restarted.push(news::view(server, None));
        } else if step.new || waits {
            let turned = match aim.want {
                Want::Run => Some(&mut told.up),
                Want::Stop => Some(&mut told.down),
                Want::Hold => None,
            };
            if let Some(turned) = turned {
                turned.servers.push(server);
                if step.new && turned.reason.is_none() {
                    turned.reason = Some(Arc::clone(&decision.reason));
                }
            }
        }
        if step.stuck {
            told.stuck.push(news::stuck_view(server, &member.memory));
            self.stuck.push(server.id.clone());
        }
        if let Some(action) = step.order
            && let Some(order) = member.order_for(&action, inputs.schedule)
        {
            let request = member.memory.request.as_ref();
            if request.is_some_and(|request| request.attempts <= AUDITED_ATTEMPTS) {
                self.write_down(inputs, server, &action, &member.memory.reason);
            }
            self.orders.push(Ordered {
                schedule: inputs.schedule,
                server,
                action,
                order: Order {
                    server: server.id.clone(),
                    action: order,
                },
                memory: self.changed.len(),
            });
        }
        self.finish(member, aim);
    }

    /// Keeps what has changed, and notes when the server is worth another look.
    fn finish(&mut self, member: Member<'a>, aim: &Aim<'_>) {
        let memory = &member.memory;
        self.moving |= match (&memory.request, member.server.state) {
            (Some(request), state) => {
                if let Some(at) = request.not_before.filter(|at| aim.now < *at) {
                    self.look_at(at);
                }
                // What people have been told of is looked at when it is tried again; a later attempt that takes is
                // watched all the same, because groups may be waiting for it.
                let underway = request.at == aim.now
                    || matches!(state, ServerState::Starting | ServerState::Stopping);
                !request.reported
                    || underway && aim.now < request.at + aim.settings.limit(member.server.kind)
            }
            // Somebody else has sent it on its way; what never arrives is not watched for ever.
            (None, ServerState::Starting | ServerState::Stopping) => {
                aim.now < memory.seen_since + aim.settings.limit(member.server.kind)
            }
            (
                None,
                ServerState::Running
                | ServerState::Stopped
                | ServerState::Busy
                | ServerState::Problem
                | ServerState::Gone,
            ) => false,
        };
        self.changed.extend(member.into_change());
    }

    fn write_down(&mut self, inputs: &Inputs<'a>, server: &Server, action: &Action, reason: &str) {
        let schedule = &inputs.schedule.name;
        let word = action_word(action);
        let known = self
            .audit
            .iter_mut()
            .rev()
            .take_while(|record| record.schedule == *schedule)
            .find(|record| record.action == word);
        if let Some(record) = known {
            if record.servers.len() < MAX_AUDITED_NAMES {
                record.servers.push(server.name.to_string());
            }
            return;
        }
        self.audit.push(AuditRecord {
            at: inputs.now,
            schedule: schedule.clone(),
            subject: AuditSubject::Action,
            action: word.to_owned(),
            servers: vec![server.name.to_string()],
            by: inputs
                .force
                .map_or_else(|| schedule.clone(), |force| force.by.clone()),
            room: String::new(),
            reason: reason.to_owned(),
            error: None,
        });
    }

    fn tell(
        &mut self,
        inputs: &Inputs<'a>,
        timeline: &Timeline<'_>,
        underway: &Underway,
        told: Told<'a>,
        overdue: Vec<String>,
    ) {
        let schedule = inputs.schedule;
        let name = || schedule.name.clone();
        let mut announcements = Vec::new();
        let waves = [
            (Want::Run, told.up, underway.up),
            (Want::Stop, told.down, underway.down),
        ];
        for (want, Turned { servers, reason }, way) in waves {
            // One message a wave: the groups that follow belong to it.
            if let Some(reason) = reason.filter(|_| !way.is_taken) {
                let until = inputs.force.map(|force| force.until);
                let next = news::next_after(timeline, schedule, want, until, inputs.now);
                announcements.push(news::wave(schedule, want, &servers, &reason, next));
            }
        }
        if !told.restarted.is_empty() {
            announcements.push(Announcement::RestartedByProvider {
                schedule: name(),
                servers: told.restarted,
            });
        }
        if !told.stuck.is_empty() {
            announcements.push(Announcement::Stuck {
                schedule: name(),
                servers: told.stuck,
            });
        }
        if !overdue.is_empty() {
            announcements.push(Announcement::GroupOverdue {
                schedule: name(),
                groups: overdue,
            });
        }
        self.news
            .extend(announcements.into_iter().map(|announcement| Event {
                schedule: Arc::clone(schedule),
                announcement,
            }));
    }

    fn look_again(&mut self, inputs: &Inputs<'a>, timeline: &Timeline<'_>) {
        if let Some(force) = inputs.force {
            self.look_at(force.until);
        }
        if let Some(at) = next_edge(timeline, inputs.schedule, inputs.now) {
            self.look_at(at);
        }
    }

    fn look_at(&mut self, at: DateTime<Utc>) {
        self.next_look = Some(self.next_look.map_or(at, |earliest| earliest.min(at)));
    }

    /// When to look again after a tick at `now`.
    pub(super) fn next_look(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        if self.moving {
            return now + QUICK_LOOK;
        }
        let latest = now + DRIFT_LOOK;
        self.next_look.map_or(latest, |at| at.min(latest))
    }
}

/// What decisions go by; none where nothing can be decided. A force stands above the plan, so it acts without one:
/// rules that decide must answer all the same.
pub(super) fn to_decide_by(
    wanted: Result<Wanted, RuleFailure>,
    force: Option<&Force>,
) -> Option<Wanted> {
    match (wanted, force) {
        (Ok(wanted), _) => Some(wanted),
        (Err(_), Some(_)) => Some(Wanted {
            want: Want::Hold,
            instance_type: None,
            period: None,
            reason: String::new(),
        }),
        (Err(_), None) => None,
    }
}

/// What is answered to the request about these members; nothing is asked about none.
pub(super) fn asked<T: Default>(
    inputs: &Inputs<'_>,
    wanted: &Wanted,
    groups: &[GroupView],
    members: &[Member<'_>],
    ask: impl FnOnce(&DecideRequest<'_>) -> Result<T, RuleFailure>,
) -> Result<T, RuleFailure> {
    if members.is_empty() {
        return Ok(T::default());
    }
    let servers: Vec<DecidedServer<'_>> = members
        .iter()
        .map(|member| DecidedServer {
            server: member.server,
            stored: &member.memory.stored,
            maintenance_now: is_in_maintenance(member.server, inputs.schedule),
            restarted_by_provider: member.restarted_by_provider,
            force_pending: inputs
                .force
                .is_some_and(|force| member.is_force_pending(force.want, force.since)),
            just_started: member.just_started_until(inputs.now).is_some(),
        })
        .collect();
    ask(&DecideRequest {
        schedule: inputs.schedule,
        now: local_moment(inputs.now, inputs.schedule.timezone),
        wanted,
        force: inputs.force,
        groups,
        servers: &servers,
    })
}

/// Whether a decision to do nothing leaves the server short of what is wanted: it waits for another group.
fn is_short_of(want: Want, decision: &Decision) -> bool {
    let done = match want {
        Want::Run => target(&Action::Start),
        Want::Stop => target(&Action::Stop),
        Want::Hold => return false,
    };
    decision.remember != done
}

/// The next edge of a span, or midnight, as the earliest instant at which the plan can say something else.
fn next_edge(
    timeline: &Timeline<'_>,
    schedule: &Schedule,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let Moment { date, minute } = local_moment(now, schedule.timezone);
    let plan = timeline.plan(date).ok()?;
    let edge = plan
        .spans
        .iter()
        .flat_map(|span| [span.begin, span.end])
        .find(|edge| minute < *edge)
        .unwrap_or(Minute::DAY_END);
    let at = timeline.instant_after(Moment { date, minute: edge }, now);
    (now < at).then_some(at)
}
