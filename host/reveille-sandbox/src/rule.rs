//! A rule that is loaded: its component, ready to be called, what it said of itself, and what was counted of it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use reveille_core::model::{
    FailureKind, LoadedRule, RuleFailure, RuleStatistics, RuleTrouble, Tier,
};
use wasmtime::{Engine, component::Component};

use crate::{
    answer,
    bindings::exports::reveille::rules::{decider, formatter, planner},
    bindings::reveille::rules::types::RuleError,
    call::{self, Call, Spent, Surroundings},
    data::{DataSource, Datum},
    engine::{SHARE, Slots},
    error::LoadError,
    fault::Fault,
    fingerprint::Fingerprint,
    health::Health,
    linked::{Linked, Pre, with_guest},
    tally::{Asked, Tally},
    wasi,
};

/// What a component says of itself. The host has looked at its lengths and names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Description {
    /// Its own version.
    pub version: String,
    /// What it does, on one line.
    pub summary: String,
    /// Tags of servers that it is shown.
    pub tags: Vec<String>,
    /// Names of the data that it reads.
    pub data: Vec<String>,
    /// Whether it is shown the time of day when it decides.
    pub clock: bool,
    /// JSON Schema of its configuration.
    pub config_schema: Option<String>,
}

/// Where a rule comes from and what it is granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) source: String,
    pub(crate) sha256: String,
    pub(crate) tier: Tier,
    pub(crate) wasi: bool,
    /// The host's data sources, by its own names for them; a name that is not here is that of its data source.
    pub(crate) data: BTreeMap<String, String>,
}

impl Origin {
    /// The host's data source behind one of the rule's own names.
    fn data_source<'a>(&'a self, own: &'a str) -> &'a str {
        self.data.get(own).map_or(own, String::as_str)
    }
}

/// A rule that is loaded. A copy is the same rule: what is counted of one is counted of the other.
#[derive(Clone)]
pub(crate) struct Rule {
    pub(crate) surroundings: Arc<Surroundings>,
    pub(crate) origin: Arc<Origin>,
    pub(crate) description: Arc<Description>,
    linked: Arc<Linked>,
    slots: Arc<Slots>,
    tally: Tally,
    health: Arc<Health>,
    /// How often an operator has asked for another try.
    tries: u32,
    print: u128,
    /// Here and not behind `linked`, as each scheduling run looks at them.
    roles: Roles,
}

/// What a component exports.
#[derive(Debug, Clone, Copy)]
struct Roles {
    plans: bool,
    decides: bool,
    formats: bool,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rule")
            .field("name", &self.surroundings.rule)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

/// Runs a call in whichever kind of store the rule has, when the rule has a place for one more.
macro_rules! run {
    ($rule:expr, $clock:expr, $indices:expr, |$guest:ident, $store:ident| $call:expr) => {{
        let _place = $rule.slots.take();
        match &$rule.linked.pre {
            Pre::Pure(pre) => call::run(
                pre,
                Call::new(&$rule.surroundings),
                with_guest!($indices, |$guest, $store| $call),
            ),
            Pre::Wasi(pre) => wasi::run(
                pre,
                &$rule.surroundings,
                $clock,
                with_guest!($indices, |$guest, $store| $call),
            ),
        }
    }};
}

impl Rule {
    /// Links a component, looks at its types and asks it who it is.
    pub(crate) fn new(
        engine: &Engine,
        component: &Component,
        surroundings: Surroundings,
        origin: Origin,
    ) -> Result<Self, LoadError> {
        let surroundings = Arc::new(surroundings);
        let linked = Linked::new(engine, component, &surroundings, origin.wasi)?;
        let mut rule = Self {
            print: print(&surroundings, &origin, 0),
            roles: Roles {
                plans: linked.planner.is_some(),
                decides: linked.decider.is_some(),
                formats: linked.formatter.is_some(),
            },
            surroundings,
            origin: Arc::new(origin),
            description: Arc::default(),
            linked: Arc::new(linked),
            slots: Slots::new(SHARE),
            tally: Tally::default(),
            health: Arc::default(),
            tries: 0,
        };
        rule.description = Arc::new(rule.describe()?);
        Ok(rule)
    }

    /// The same rule with other data. What it has failed in counts no more, unless it is the same data.
    pub(crate) fn with_data(&self, data: DataSource) -> Self {
        let surroundings = Surroundings {
            data,
            ..(*self.surroundings).clone()
        };
        let print = print(&surroundings, &self.origin, self.tries);
        Self {
            print,
            surroundings: Arc::new(surroundings),
            health: if print == self.print {
                Arc::clone(&self.health)
            } else {
                Arc::default()
            },
            ..self.clone()
        }
    }

    /// The same rule, of which no answer is kept. What it has failed in counts no more, for one schedule or for all.
    pub(crate) fn tried_again(&self, schedule: Option<&str>) -> Self {
        let tries = self.tries.wrapping_add(1);
        Self {
            print: print(&self.surroundings, &self.origin, tries),
            health: match schedule {
                Some(schedule) => Arc::new(self.health.without(schedule)),
                None => Arc::default(),
            },
            tries,
            ..self.clone()
        }
    }

    /// This rule in the place of `former`, which has its name: with the data that is bound to that, by the host's
    /// names for it, and with its own where the other has none.
    pub(crate) fn in_place_of(&self, former: &Self) -> Self {
        let mut data = self.surroundings.data.clone();
        for own in &self.description.data {
            let source = self.origin.data_source(own);
            let theirs = former.surroundings.data.iter();
            let mut bound = theirs
                .filter(|(name, _)| former.origin.data_source(name) == source)
                .map(|(_, datum)| datum);
            if let Some(datum) = bound.next_back() {
                data.insert(own.clone(), datum.clone());
            }
        }
        Self {
            tally: former.tally.of_next_version(),
            ..self.with_data(data)
        }
    }

    /// This rule with other data behind a name of the host's, or none; none when it does not read it.
    pub(crate) fn supplied(&self, name: &str, datum: Option<&Datum>) -> Option<Self> {
        let needed = self.description.data.iter();
        let mut own = needed
            .filter(|own| self.origin.data_source(own) == name)
            .peekable();
        own.peek()?;
        let mut data = self.surroundings.data.clone();
        for own in own {
            match datum {
                Some(datum) => data.insert(own.clone(), datum.clone()),
                None => data.remove(own),
            };
        }
        Some(self.with_data(data))
    }

    /// The same rule, of which everything is counted, logged and held against it apart.
    pub(crate) fn apart(&self) -> Self {
        Self {
            surroundings: Arc::new(Surroundings {
                journal: Arc::default(),
                ..(*self.surroundings).clone()
            }),
            slots: Slots::new(SHARE),
            tally: Tally::default(),
            health: Arc::default(),
            ..self.clone()
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.surroundings.rule
    }

    /// Stands for everything that its answers depend on besides the request.
    pub(crate) fn print(&self) -> u128 {
        self.print
    }

    pub(crate) fn plans(&self) -> bool {
        self.roles.plans
    }

    pub(crate) fn decides(&self) -> bool {
        self.roles.decides
    }

    pub(crate) fn formats(&self) -> bool {
        self.roles.formats
    }

    /// The rule as lists show it.
    pub(crate) fn listed(&self) -> LoadedRule {
        let roles = [
            (self.plans(), "planner"),
            (self.decides(), "decider"),
            (self.formats(), "formatter"),
        ];
        let counted = self.tally.read().total;
        LoadedRule {
            name: self.name().to_owned(),
            version: self.description.version.clone(),
            summary: self.description.summary.clone(),
            roles: roles
                .into_iter()
                .filter_map(|(has, role)| has.then_some(role))
                .collect(),
            source: self.origin.source.clone(),
            sha256: self.origin.sha256.clone(),
            tier: self.origin.tier,
            data: self.data_sources(),
            calls: counted.calls.total(),
            failures: counted.failed(),
        }
    }

    /// The host's data sources that it reads, sorted.
    fn data_sources(&self) -> Vec<String> {
        let own = self.description.data.iter();
        let mut sources: Vec<String> = own
            .map(|own| self.origin.data_source(own).to_owned())
            .collect();
        sources.sort_unstable();
        sources.dedup();
        sources
    }

    /// What was counted of its calls.
    pub(crate) fn statistics(&self) -> RuleStatistics {
        self.tally.read()
    }

    /// What it has failed in.
    pub(crate) fn health(&self) -> &Health {
        &self.health
    }

    /// What it is not asked for at this time.
    pub(crate) fn troubles(&self, now: DateTime<Utc>) -> Vec<RuleTrouble> {
        let troubles = self.health.troubles(now).into_iter();
        troubles
            .map(|trouble| RuleTrouble {
                schedule: trouble.schedule,
                failures: trouble.failures,
                until: trouble.until,
                last: self.failure(trouble.last),
            })
            .collect()
    }

    pub(crate) fn plan_day(
        &self,
        request: &planner::PlanRequest,
        clock: Duration,
    ) -> Result<planner::DayPlan, Fault> {
        let Some(indices) = &self.linked.planner else {
            return Err(no_role("planner"));
        };
        let ran = run!(self, clock, indices, |guest, store| guest
            .call_plan_day(&mut *store, request));
        self.settle(Asked::Planner, ran)
    }

    pub(crate) fn check_schedule(
        &self,
        schedule: &planner::Schedule,
    ) -> Result<Vec<planner::Fault>, Fault> {
        let Some(indices) = &self.linked.planner else {
            return Err(no_role("planner"));
        };
        let (answer, spent) = run!(self, Duration::ZERO, indices, |guest, store| guest
            .call_check_schedule(&mut *store, schedule));
        self.settle(Asked::Planner, (answer.map(Ok), spent))
    }

    pub(crate) fn decide(
        &self,
        request: &decider::DecideRequest,
        clock: Duration,
    ) -> Result<Vec<decider::Decision>, Fault> {
        let Some(indices) = &self.linked.decider else {
            return Err(no_role("decider"));
        };
        let ran = run!(self, clock, indices, |guest, store| guest
            .call_decide(&mut *store, request));
        self.settle(Asked::Decider, ran)
    }

    pub(crate) fn format(
        &self,
        context: &formatter::Context,
        reply: &formatter::Reply,
        clock: Duration,
    ) -> Result<formatter::Message, Fault> {
        let Some(indices) = &self.linked.formatter else {
            return Err(no_role("formatter"));
        };
        let ran = run!(self, clock, indices, |guest, store| guest.call_format(
            &mut *store,
            context,
            reply
        ));
        self.settle(Asked::Formatter, ran)
    }

    /// Makes an instance and drops it.
    pub(crate) fn instantiate(&self) -> Result<(), Fault> {
        let indices = &self.linked.about;
        let (answer, usage) = run!(self, Duration::ZERO, indices, |_guest, _store| Ok(()));
        self.settle(Asked::About, (answer.map(Ok), usage))
    }

    pub(crate) fn check_config(&self, config: &str) -> Result<(), Fault> {
        let indices = &self.linked.about;
        let ran = run!(self, Duration::ZERO, indices, |guest, store| guest
            .call_check_config(&mut *store, config));
        self.settle(Asked::About, ran)
    }

    fn describe(&self) -> Result<Description, LoadError> {
        let indices = &self.linked.about;
        let (answer, spent) = run!(self, Duration::ZERO, indices, |guest, store| guest
            .call_describe(&mut *store));
        let described = self
            .settle(Asked::About, (answer.map(Ok), spent))
            .map_err(|fault| LoadError::Describe(self.failure(fault)))?;
        answer::description(described).map_err(|what| LoadError::Description {
            name: self.name().to_owned(),
            what,
        })
    }

    /// A fault of this rule, for the callers of the sandbox.
    pub(crate) fn failure(&self, fault: Fault) -> RuleFailure {
        RuleFailure {
            rule: self.name().to_owned(),
            kind: fault.kind,
            cause: fault.cause,
        }
    }

    /// Notes that what a call answered breaks the contract.
    pub(crate) fn refuse(&self, what: String) -> Fault {
        self.tally.count_failure(FailureKind::Answer);
        Fault::new(FailureKind::Answer, what)
    }

    fn settle<R>(
        &self,
        asked: Asked,
        (answer, spent): (Result<Result<R, RuleError>, Fault>, Spent),
    ) -> Result<R, Fault> {
        self.tally.count_call(asked, &spent);
        let settled = answer.and_then(|answer| answer.map_err(answer::rule_error));
        settled.map_err(|fault| {
            self.tally.count_failure(fault.kind);
            tracing::debug!(rule = self.name(), kind = ?fault.kind, "{}", fault.cause);
            fault.that_used(spent.fuel, &self.surroundings.limits)
        })
    }
}

fn print(surroundings: &Surroundings, origin: &Origin, tries: u32) -> u128 {
    let mut print = Fingerprint::new()
        .with(&surroundings.rule)
        .with(&surroundings.limits)
        .with(&(&origin.sha256, origin.wasi, tries));
    for (name, datum) in &surroundings.data {
        print = print.with(&(name, &datum.digest));
    }
    print.print()
}

fn no_role(role: &str) -> Fault {
    Fault::new(FailureKind::Missing, format!("it is no {role}"))
}
