//! A rule that is loaded: its component, ready to be called, what it said of itself, and what was counted of it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use reveille_core::model::{FailureKind, LoadedRule, RuleFailure, Tier};
use wasmtime::{Engine, component::Component};

use crate::{
    answer,
    bindings::exports::reveille::rules::{decider, formatter, planner},
    bindings::reveille::rules::types::RuleError,
    call::{self, Call, Surroundings, Usage},
    data::{DataSource, Datum},
    error::LoadError,
    fault::Fault,
    fingerprint::Fingerprint,
    linked::{Linked, Pre, with_guest},
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

/// What has been counted of a rule since the start.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    calls: AtomicU64,
    failures: AtomicU64,
    most_fuel: AtomicU64,
    most_memory: AtomicU64,
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
    tally: Arc<Tally>,
    print: u128,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rule")
            .field("name", &self.surroundings.rule)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

/// Runs a call in whichever kind of store the rule has.
macro_rules! run {
    ($rule:expr, $clock:expr, $indices:expr, |$guest:ident, $store:ident| $call:expr) => {
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
    };
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
            print: print(&surroundings, &origin),
            surroundings,
            origin: Arc::new(origin),
            description: Arc::default(),
            linked: Arc::new(linked),
            tally: Arc::default(),
        };
        rule.description = Arc::new(rule.describe()?);
        Ok(rule)
    }

    /// The same rule with other data.
    pub(crate) fn with_data(&self, data: DataSource) -> Self {
        let surroundings = Surroundings {
            data,
            ..(*self.surroundings).clone()
        };
        Self {
            print: print(&surroundings, &self.origin),
            surroundings: Arc::new(surroundings),
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
            let bound = theirs
                .filter(|(name, _)| former.origin.data_source(name) == source)
                .map(|(_, datum)| datum);
            if let Some(datum) = bound.last() {
                data.insert(own.clone(), datum.clone());
            }
        }
        self.with_data(data)
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

    /// The same rule, of which everything is counted and logged apart.
    pub(crate) fn apart(&self) -> Self {
        Self {
            surroundings: Arc::new(Surroundings {
                journal: Arc::default(),
                ..(*self.surroundings).clone()
            }),
            tally: Arc::default(),
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
        self.linked.planner.is_some()
    }

    pub(crate) fn decides(&self) -> bool {
        self.linked.decider.is_some()
    }

    pub(crate) fn formats(&self) -> bool {
        self.linked.formatter.is_some()
    }

    /// The rule as lists show it.
    pub(crate) fn listed(&self) -> LoadedRule {
        let roles = [
            (self.plans(), "planner"),
            (self.decides(), "decider"),
            (self.formats(), "formatter"),
        ];
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
            calls: self.tally.calls.load(Relaxed),
            failures: self.tally.failures.load(Relaxed),
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

    /// The most that one call has used.
    pub(crate) fn most_used(&self) -> Usage {
        Usage {
            fuel: self.tally.most_fuel.load(Relaxed),
            memory_bytes: usize::try_from(self.tally.most_memory.load(Relaxed))
                .unwrap_or(usize::MAX),
        }
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
        self.settle(ran)
    }

    pub(crate) fn check_schedule(
        &self,
        schedule: &planner::Schedule,
    ) -> Result<Vec<planner::Fault>, Fault> {
        let Some(indices) = &self.linked.planner else {
            return Err(no_role("planner"));
        };
        let (answer, usage) = run!(self, Duration::ZERO, indices, |guest, store| guest
            .call_check_schedule(&mut *store, schedule));
        self.settle((answer.map(Ok), usage))
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
        self.settle(ran)
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
        self.settle(ran)
    }

    /// Makes an instance and drops it.
    pub(crate) fn instantiate(&self) -> Result<(), Fault> {
        let indices = &self.linked.about;
        let (answer, usage) = run!(self, Duration::ZERO, indices, |_guest, _store| Ok(()));
        self.settle((answer.map(Ok), usage))
    }

    pub(crate) fn check_config(&self, config: &str) -> Result<(), Fault> {
        let indices = &self.linked.about;
        let ran = run!(self, Duration::ZERO, indices, |guest, store| guest
            .call_check_config(&mut *store, config));
        self.settle(ran)
    }

    fn describe(&self) -> Result<Description, LoadError> {
        let indices = &self.linked.about;
        let (answer, usage) = run!(self, Duration::ZERO, indices, |guest, store| guest
            .call_describe(&mut *store));
        let described = self
            .settle((answer.map(Ok), usage))
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
        self.tally.failures.fetch_add(1, Relaxed);
        Fault::new(FailureKind::Answer, what)
    }

    fn settle<R>(
        &self,
        (answer, usage): (Result<Result<R, RuleError>, Fault>, Usage),
    ) -> Result<R, Fault> {
        self.tally.calls.fetch_add(1, Relaxed);
        self.tally.most_fuel.fetch_max(usage.fuel, Relaxed);
        let memory = u64::try_from(usage.memory_bytes).unwrap_or(u64::MAX);
        self.tally.most_memory.fetch_max(memory, Relaxed);
        let settled = answer.and_then(|answer| answer.map_err(answer::rule_error));
        if let Err(fault) = &settled {
            self.tally.failures.fetch_add(1, Relaxed);
            tracing::debug!(rule = self.name(), kind = ?fault.kind, "{}", fault.cause);
        }
        settled
    }
}

fn print(surroundings: &Surroundings, origin: &Origin) -> u128 {
    let mut print = Fingerprint::new()
        .with(&surroundings.rule)
        .with(&surroundings.limits)
        .with(&(&origin.sha256, origin.wasi));
    for (name, datum) in &surroundings.data {
        print = print.with(&(name, &datum.digest));
    }
    print.print()
}

fn no_role(role: &str) -> Fault {
    Fault::new(FailureKind::Missing, format!("it is no {role}"))
}
