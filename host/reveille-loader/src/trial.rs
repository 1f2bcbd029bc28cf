//! Trying a candidate: what it would answer for every schedule that uses it.
//!
//! A candidate fails its trial where it fails and the version in use does not, so that a new version never takes away
//! what worked. Where there is no version in use, its own errors are no failure: there is nothing to lose, and the
//! schedules that hold say why.

use std::{collections::BTreeMap, fmt, sync::Arc};

use chrono::{DateTime, Days, NaiveDate, Utc};
use reveille_core::{
    model::{
        Definitions, FailureKind, RuleFailure, RuleUse, Schedule, Server, ServerId, ServerKind,
        ServerState, Stored, Want, Wanted, local_moment,
        reply::{Context, Counts, Persona, Reply, StatusView},
    },
    port::{DecideRequest, DecidedServer, Formatter as _, PlanRequest, Rules as _},
};
use reveille_sandbox::{Candidate, Sandbox, SandboxFormatter};

/// Days from today for which every schedule is planned: each weekday, and the same one again.
pub const TRIAL_DAYS: u64 = 8;

/// Most plans of a trial. With more schedules than this allows, each is planned for fewer days: a rule of an
/// interpreter takes milliseconds for one.
pub const TRIAL_PLANS: u64 = 4_000;

/// Failures that are told; the others are like them.
const SHOWN: usize = 3;

/// What a trial has shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trial {
    /// Schedules that use the rule.
    pub schedules: u32,
    /// Days that were planned.
    pub plans: u32,
    /// Schedules for which something was decided.
    pub decisions: u32,
    /// Replies that were put into words.
    pub replies: u32,
    /// Where the candidate fails and the version in use does not.
    pub failures: Vec<TrialFailure>,
}

/// A failure of a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialFailure {
    /// What it was asked: `schedule dev, 2026-11-24`.
    pub asked: String,
    /// How it failed.
    pub failure: RuleFailure,
}

impl Trial {
    /// Whether the candidate may take the place of the version in use.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// The failures, or how much was tried.
impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_passed() {
            return write!(
                f,
                "{} plans, {} decisions and {} replies for {} schedules",
                self.plans, self.decisions, self.replies, self.schedules
            );
        }
        let shown: Vec<String> = self
            .failures
            .iter()
            .take(SHOWN)
            .map(|it| format!("{}: {}", it.asked, it.failure.cause))
            .collect();
        f.write_str(&shown.join("; "))?;
        match self.failures.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

/// Asks a candidate everything that it will be asked in the next days. `sandbox` has the version in use, if there is
/// one, and is not changed.
#[must_use]
pub fn try_out(
    sandbox: &Sandbox,
    candidate: &Candidate,
    definitions: &Definitions,
    now: DateTime<Utc>,
) -> Trial {
    let name = candidate.name();
    let listed = candidate.listed();
    let mut run = Run {
        name,
        in_use: sandbox,
        has_version_in_use: sandbox.description(name).is_ok(),
        tried: Arc::new(sandbox.with(candidate)),
        trial: Trial::default(),
    };
    let schedules: Vec<_> = users(definitions, name).collect();
    let has_role = |role| listed.roles.contains(&role);
    let days = (TRIAL_PLANS / (schedules.len() as u64).max(1)).clamp(1, TRIAL_DAYS);
    for (schedule, used) in schedules {
        run.trial.schedules += 1;
        run.configuration(schedule, used);
        if has_role("planner") {
            let today = local_moment(now, schedule.timezone).date;
            let dates = (0..days).filter_map(|day| today.checked_add_days(Days::new(day)));
            for date in dates {
                run.plan(schedule, date);
            }
        }
        if has_role("decider") {
            run.decide(schedule, now);
        }
    }
    if has_role("formatter") {
        run.format(now);
    }
    run.trial
}

/// The schedules that name a rule, each with how it does so first.
pub(crate) fn users<'a>(
    definitions: &'a Definitions,
    rule: &'a str,
) -> impl Iterator<Item = (&'a Schedule, &'a RuleUse)> {
    definitions.schedules.values().filter_map(move |schedule| {
        let used = schedule.rules.iter().find(|used| used.name == rule)?;
        Some((&**schedule, used))
    })
}

struct Run<'a> {
    name: &'a str,
    in_use: &'a Sandbox,
    has_version_in_use: bool,
    tried: Arc<Sandbox>,
    trial: Trial,
}

impl Run<'_> {
    fn configuration(&mut self, schedule: &Schedule, used: &RuleUse) {
        let config = match used.config.trim() {
            "" => "{}",
            config => config,
        };
        let ask = |sandbox: &Sandbox| sandbox.check_config(&used.name, config);
        let asked = || format!("schedule {}, its configuration", schedule.name);
        self.compare(ask(&self.tried), || ask(self.in_use), asked);
    }

    fn plan(&mut self, schedule: &Schedule, date: NaiveDate) {
        let request = PlanRequest {
            schedule,
            date,
            exceptions: &[],
        };
        self.trial.plans += 1;
        let asked = || format!("schedule {}, {date}", schedule.name);
        self.compare(
            self.tried.plan(&request),
            || self.in_use.plan(&request),
            asked,
        );
    }

    fn decide(&mut self, schedule: &Schedule, now: DateTime<Utc>) {
        let servers =
            [ServerState::Stopped, ServerState::Running].map(|state| server(schedule, state));
        let stored = Stored::STOPPED;
        let decided: Vec<DecidedServer<'_>> = servers
            .iter()
            .map(|server| DecidedServer {
                server,
                stored: &stored,
                maintenance_now: false,
                restarted_by_provider: false,
                force_pending: false,
                just_started: false,
            })
            .collect();
        let wanted = Wanted {
            want: Want::Run,
            instance_type: None,
            period: None,
            reason: "trial".to_owned(),
        };
        let request = DecideRequest {
            schedule,
            now: local_moment(now, schedule.timezone),
            wanted: &wanted,
            force: None,
            groups: &[],
            servers: &decided,
        };
        self.trial.decisions += 1;
        let asked = || format!("schedule {}, a decision on two servers", schedule.name);
        self.compare(
            self.tried.decide(&request),
            || self.in_use.decide(&request),
            asked,
        );
    }

    fn format(&mut self, now: DateTime<Utc>) {
        let context = Context {
            locale: "ko".to_owned(),
            persona: Persona::Light,
            keyword: "서버".to_owned(),
            timezone: chrono_tz::Asia::Seoul.name().to_owned(),
            now: local_moment(now, chrono_tz::Asia::Seoul),
            schedule: None,
        };
        let status = Reply::Status(StatusView {
            schedule: "trial".to_owned(),
            counts: Counts::default(),
            groups: Vec::new(),
            next: None,
            forced: None,
            held: None,
            faults: Vec::new(),
            seen: None,
        });
        let formatter = SandboxFormatter::new(Arc::clone(&self.tried), self.name);
        let help = Reply::Help {
            schedules: vec!["trial".to_owned()],
        };
        for (reply, word) in [(help, "help"), (status, "status")] {
            self.trial.replies += 1;
            // What it is asked here it must be able to answer: no schedule is at fault.
            if let Err(failure) = formatter.format(&context, &reply) {
                self.trial.failures.push(TrialFailure {
                    asked: format!("the reply `{word}`"),
                    failure,
                });
            }
        }
    }

    /// Counts a failure of the rule itself that the version in use does not have.
    fn compare<T>(
        &mut self,
        answer: Result<T, RuleFailure>,
        in_use: impl FnOnce() -> Result<T, RuleFailure>,
        asked: impl FnOnce() -> String,
    ) {
        let Err(failure) = answer else {
            return;
        };
        if failure.rule != self.name {
            return;
        }
        let is_nothing_new = if self.has_version_in_use {
            in_use().is_err()
        } else {
            failure.kind == FailureKind::Rule
        };
        if !is_nothing_new {
            self.trial.failures.push(TrialFailure {
                asked: asked(),
                failure,
            });
        }
    }
}

/// A server that nobody has.
fn server(schedule: &Schedule, state: ServerState) -> Server {
    let name = format!("trial-{state:?}").to_lowercase();
    Server {
        id: ServerId::from(name.as_str()),
        native_state: name.as_str().into(),
        name: name.into(),
        kind: ServerKind::Ec2,
        state,
        state_reason: None,
        instance_type: None,
        schedule: schedule.name.as_str().into(),
        group: None,
        tags: Arc::new(BTreeMap::new()),
        left_out: None,
        open_windows: Vec::new(),
    }
}
