//! A rule that is loaded: its component, ready to be instantiated, and what it said of itself.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use reveille_core::model::{FailureKind, LoadedRule, RuleFailure, Tier};
use wasmtime::{
    Engine,
    component::{Component, InstancePre, Linker},
};

use crate::{
    answer,
    bindings::exports::reveille::rules::{about, decider, formatter, planner},
    bindings::reveille::rules::types::RuleError,
    call::{self, Call, Surroundings, Usage},
    error::LoadError,
    fault::Fault,
    fingerprint::Fingerprint,
    inspect::{self, CONTRACT_VERSION},
    wasi::{self, WasiCall},
};

/// A component, linked with what its tier has.
enum Linked {
    Pure(InstancePre<Call>),
    Wasi(InstancePre<WasiCall>),
}

/// What a component said of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Description {
    pub(crate) version: String,
    pub(crate) summary: String,
    pub(crate) tags: Vec<String>,
    pub(crate) data: Vec<String>,
    pub(crate) clock: bool,
    pub(crate) config_schema: Option<String>,
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
    /// The data sources of the host, by the names that the rule has for them.
    pub(crate) data: BTreeMap<String, String>,
}

/// A rule that is loaded.
pub(crate) struct Rule {
    pub(crate) surroundings: Arc<Surroundings>,
    pub(crate) origin: Origin,
    pub(crate) description: Description,
    linked: Arc<Linked>,
    about: about::GuestIndices,
    planner: Option<planner::GuestIndices>,
    decider: Option<decider::GuestIndices>,
    formatter: Option<formatter::GuestIndices>,
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

/// Makes the body of a call for either kind of store.
macro_rules! with_guest {
    ($indices:expr, |$guest:ident, $store:ident| $call:expr) => {
        |$store, instance| {
            let $guest = $indices.load(&mut *$store, instance)?;
            $call
        }
    };
}

/// Runs a call in whichever kind of store the rule has.
macro_rules! run {
    ($rule:expr, $clock:expr, $indices:expr, |$guest:ident, $store:ident| $call:expr) => {
        match &*$rule.linked {
            Linked::Pure(pre) => call::run(
                pre,
                Call::new(&$rule.surroundings),
                with_guest!($indices, |$guest, $store| $call),
            ),
            Linked::Wasi(pre) => wasi::run(
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
        let name = surroundings.rule.as_ref().to_owned();
        inspect::imports(&name, component, engine, origin.wasi)?;
        inspect::exports(&name, component, engine)?;
        let unfit = |error: wasmtime::Error| LoadError::Type {
            name: name.clone(),
            ours: CONTRACT_VERSION,
            cause: format!("{error:#}"),
        };
        let linked = if origin.wasi {
            let mut linker = Linker::new(engine);
            wasi::link(&mut linker).map_err(unfit)?;
            Linked::Wasi(linker.instantiate_pre(component).map_err(unfit)?)
        } else {
            let mut linker = Linker::new(engine);
            call::link(&mut linker).map_err(unfit)?;
            Linked::Pure(linker.instantiate_pre(component).map_err(unfit)?)
        };
        let found = Found::look(&linked, &name)?;
        let mut rule = Self {
            print: print(&surroundings, &origin),
            surroundings: Arc::new(surroundings),
            origin,
            description: Description {
                version: String::new(),
                summary: String::new(),
                tags: Vec::new(),
                data: Vec::new(),
                clock: false,
                config_schema: None,
            },
            linked: Arc::new(linked),
            about: found.about,
            planner: found.planner,
            decider: found.decider,
            formatter: found.formatter,
            tally: Arc::default(),
        };
        rule.check_types().map_err(unfit)?;
        rule.description = rule.describe()?;
        Ok(rule)
    }

    /// The same rule with other data; what was counted goes on.
    pub(crate) fn with_surroundings(&self, surroundings: Surroundings) -> Self {
        Self {
            print: print(&surroundings, &self.origin),
            surroundings: Arc::new(surroundings),
            origin: self.origin.clone(),
            description: self.description.clone(),
            linked: Arc::clone(&self.linked),
            about: self.about.clone(),
            planner: self.planner.clone(),
            decider: self.decider.clone(),
            formatter: self.formatter.clone(),
            tally: Arc::clone(&self.tally),
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
        self.planner.is_some()
    }

    pub(crate) fn decides(&self) -> bool {
        self.decider.is_some()
    }

    pub(crate) fn formats(&self) -> bool {
        self.formatter.is_some()
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

    /// The data sources of the host that it reads, sorted.
    fn data_sources(&self) -> Vec<String> {
        let bound = |name| self.origin.data.get(name).unwrap_or(name);
        let mut sources: Vec<String> = self.description.data.iter().map(bound).cloned().collect();
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
        let Some(indices) = &self.planner else {
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
        let Some(indices) = &self.planner else {
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
        let Some(indices) = &self.decider else {
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
        let Some(indices) = &self.formatter else {
            return Err(no_role("formatter"));
        };
        let ran = run!(self, clock, indices, |guest, store| guest.call_format(
            &mut *store,
            context,
            reply
        ));
        self.settle(ran)
    }

    pub(crate) fn check_config(&self, config: &str) -> Result<(), Fault> {
        let indices = &self.about;
        let ran = run!(self, Duration::ZERO, indices, |guest, store| guest
            .call_check_config(&mut *store, config));
        self.settle(ran)
    }

    fn describe(&self) -> Result<Description, LoadError> {
        let indices = &self.about;
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

    /// Looks at the type of every function of every role, in an instance on which nothing is called.
    fn check_types(&self) -> wasmtime::Result<()> {
        let mut failed = None;
        let mut note = |result: wasmtime::Result<()>| {
            if let Err(error) = result {
                failed.get_or_insert(error);
            }
            Ok(())
        };
        macro_rules! look {
            ($indices:expr) => {
                // The instance may fail to come up; its first call says so with the limit that it hit.
                match &*self.linked {
                    Linked::Pure(pre) => {
                        let _ = call::run(pre, Call::new(&self.surroundings), |store, instance| {
                            note($indices.load(store, instance).map(drop))
                        });
                    }
                    Linked::Wasi(pre) => {
                        let _ = wasi::run(
                            pre,
                            &self.surroundings,
                            Duration::ZERO,
                            |store, instance| note($indices.load(store, instance).map(drop)),
                        );
                    }
                }
            };
        }
        look!(self.about);
        if let Some(indices) = &self.planner {
            look!(indices);
        }
        if let Some(indices) = &self.decider {
            look!(indices);
        }
        if let Some(indices) = &self.formatter {
            look!(indices);
        }
        failed.map_or(Ok(()), Err)
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

/// The roles that a component exports.
struct Found {
    about: about::GuestIndices,
    planner: Option<planner::GuestIndices>,
    decider: Option<decider::GuestIndices>,
    formatter: Option<formatter::GuestIndices>,
}

impl Found {
    fn look(linked: &Linked, name: &str) -> Result<Self, LoadError> {
        match linked {
            Linked::Pure(pre) => Self::look_in(pre, name),
            Linked::Wasi(pre) => Self::look_in(pre, name),
        }
    }

    fn look_in<T>(pre: &InstancePre<T>, name: &str) -> Result<Self, LoadError> {
        let exports = |interface: &str| {
            let interface = format!("reveille:rules/{interface}@{CONTRACT_VERSION}");
            pre.component()
                .get_export_index(None, &*interface)
                .is_some()
        };
        let unfit = |error: wasmtime::Error| LoadError::Type {
            name: name.to_owned(),
            ours: CONTRACT_VERSION,
            cause: format!("{error:#}"),
        };
        if !exports("about") {
            return Err(LoadError::Export {
                name: name.to_owned(),
                missing: "reveille:rules/about",
                remedy: "every rule exports it, whatever its role: build it for one of the worlds in `wit/worlds.wit`",
            });
        }
        let found = Self {
            about: about::GuestIndices::new(pre).map_err(unfit)?,
            planner: role(exports("planner"), || planner::GuestIndices::new(pre)).map_err(unfit)?,
            decider: role(exports("decider"), || decider::GuestIndices::new(pre)).map_err(unfit)?,
            formatter: role(exports("formatter"), || formatter::GuestIndices::new(pre))
                .map_err(unfit)?,
        };
        if found.planner.is_none() && found.decider.is_none() && found.formatter.is_none() {
            return Err(LoadError::Export {
                name: name.to_owned(),
                missing: "reveille:rules/planner, decider or formatter",
                remedy: "a rule has at least one of these roles",
            });
        }
        Ok(found)
    }
}

fn role<R>(
    exported: bool,
    indices: impl FnOnce() -> wasmtime::Result<R>,
) -> wasmtime::Result<Option<R>> {
    exported.then(indices).transpose()
}
