//! The rules that are loaded, and the ports that they stand behind.

use std::{
    collections::HashMap,
    fmt,
    fs::{self, File},
    io::{self, Read},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{
            AtomicU64,
            Ordering::{Acquire, Release},
        },
    },
};

use chrono::{DateTime, Utc};
use reveille_core::{
    model::{
        DayPlan, Decision, DecisionLayer, Fault, Layer, LoadedRule, RuleFailure, RuleSource,
        RuleStatistics, RuleTrouble, Schedule,
    },
    port::{DecideRequest, PlanRequest, Rules},
    tick::Clock,
};

use crate::{
    alone::Alone,
    cache::Cache,
    candidate::{self, Candidate, embedded_rule, is_embedded},
    chain::{self, Ordered, RuleSet},
    code_error::CodeError,
    compiler::{Compiled, Compiler},
    convert,
    counters::{Counters, Tallies},
    data::{DataSource, Datum},
    deciding::{self, Deciding},
    embedded::EMBEDDED,
    error::LoadError,
    fingerprint::Fingerprint,
    journal::LogLine,
    limits::Limits,
    planning::{self, Planning},
    rule::{Description, Rule},
};

/// Rules in their sandbox. The default components are always in it; others come and go.
///
/// A call takes the rules as they are when it begins: what is loaded meanwhile is for the next one.
pub struct Sandbox {
    rules: RwLock<Arc<RuleSet>>,
    /// How many times they have changed.
    revision: AtomicU64,
    /// By the names of the host. Whoever changes it and the rules takes this lock first.
    supplied: Mutex<DataSource>,
    pub(crate) cache: Cache,
    pub(crate) counters: Tallies,
    compiler: Arc<Compiler>,
    clock: Option<Clock>,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("rules", &self.rules())
            .finish_non_exhaustive()
    }
}

impl Sandbox {
    /// A sandbox with the default components, which compiles others in this process, or not at all in a build without a
    /// compiler.
    ///
    /// # Errors
    /// When this machine cannot run them.
    pub fn embedded() -> Result<Self, LoadError> {
        #[cfg(feature = "compiler")]
        let compiler = Compiler::in_process();
        #[cfg(not(feature = "compiler"))]
        let compiler = Compiler::absent();
        Self::with_compiler(compiler)
    }

    /// A sandbox with the default components, and a compiler for others.
    ///
    /// # Errors
    /// When this machine cannot run them.
    pub fn with_compiler(compiler: Compiler) -> Result<Self, LoadError> {
        let mut rules = HashMap::new();
        for component in EMBEDDED {
            let rule = embedded_rule(component, &compiler)?;
            rules.insert(component.name.to_owned(), Arc::new(rule));
        }
        Ok(Self {
            rules: RwLock::new(Arc::new(RuleSet::new(rules))),
            revision: AtomicU64::new(0),
            supplied: Mutex::default(),
            cache: Cache::new(),
            counters: Tallies::default(),
            compiler: Arc::new(compiler),
            clock: None,
        })
    }

    /// With a clock. A rule that fails then waits before it is asked again: one minute after a failure that may pass,
    /// then twice as long each time, at most an hour; after [`FAILURES_IN_A_ROW`](crate::FAILURES_IN_A_ROW) at different
    /// times it is not asked for that schedule until something changes. Meanwhile its answer is the failure, and says so;
    /// what it has answered before goes on to hold. Its failing calls together take no more than a second of a minute.
    ///
    /// Without a clock every question is asked, as those want it who try a rule out.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self {
            clock: Some(clock),
            ..self
        }
    }

    /// Makes a rule ready to be called, without taking it in: looks at the digest that is asked for, compiles, links,
    /// and asks it what it is. Compiling takes from a tenth of a second to a minute, and up to half a gigabyte of memory
    /// for the largest interpreters; meanwhile every rule answers as ever.
    ///
    /// # Errors
    /// When the bytes are no component that may run here.
    pub fn prepare(
        &self,
        source: &RuleSource,
        limits: Limits,
        bytes: &[u8],
    ) -> Result<Candidate, LoadError> {
        Candidate::new(source, limits, bytes, &self.compiler)
    }

    /// Puts the machine code of a candidate where hosts share it, with the mark of their key, and answers the location;
    /// none where nothing is shared, or nothing here compiles. Waits for that place.
    ///
    /// # Errors
    /// When the key cannot be had, or the place cannot be written.
    pub fn share(&self, candidate: &Candidate) -> Result<Option<String>, CodeError> {
        let (Some(shared), Some(native)) = (self.compiler.shared(), &candidate.native) else {
            return Ok(None);
        };
        let bytes = native.bytes().map_err(|error| CodeError::Unwritten {
            cause: format!("the machine code that was kept cannot be read: {error}"),
        })?;
        shared.write(candidate.sha256(), &bytes).map(Some)
    }

    /// The rules as they are now, with a candidate among them, to try it or to compare two versions. What is asked here
    /// is kept, counted and logged apart, and what is loaded later on either side is not seen on the other.
    #[must_use]
    pub fn with(&self, candidate: &Candidate) -> Self {
        let apart = self.apart();
        apart.switch(Candidate {
            rule: candidate.rule.apart(),
            native: None,
        });
        apart
    }

    /// The rules and data as they are now, of which everything is kept, counted and logged apart. It has no clock: every
    /// question is asked, so that a day that fails says nothing about the next.
    #[must_use]
    pub fn apart(&self) -> Self {
        let supplied = self.supplies().clone();
        let loaded = self.rules();
        let rules = loaded
            .rules
            .iter()
            .map(|(name, rule)| (name.clone(), Arc::new(rule.apart())))
            .collect();
        Self {
            rules: RwLock::new(Arc::new(RuleSet::new(rules))),
            revision: AtomicU64::new(0),
            supplied: Mutex::new(supplied),
            cache: Cache::new(),
            counters: Tallies::default(),
            compiler: Arc::clone(&self.compiler),
            clock: None,
        }
    }

    /// Takes a candidate in, in place of a rule of its name. The data that is bound to that stays bound, by the names of
    /// the host's data sources; what is supplied comes before it. A call that is under way ends with the rule with which
    /// it began.
    pub fn switch(&self, candidate: Candidate) -> LoadedRule {
        let supplied = self.supplies();
        self.change(|rules| {
            let mut rule = match rules.get(candidate.name()) {
                Some(former) => candidate.rule.in_place_of(former),
                None => candidate.rule,
            };
            for (name, datum) in supplied.iter() {
                rule = rule.supplied(name, Some(datum)).unwrap_or(rule);
            }
            let listed = rule.listed();
            rules.insert(rule.name().to_owned(), Arc::new(rule));
            listed
        })
    }

    /// Hands data to all rules that read it, those that are loaded later included, by the name of the host's data source;
    /// none takes it away. Plans that were made with the same bytes stay. Whether it is other data than before.
    pub fn supply(&self, name: &str, datum: Option<Datum>) -> bool {
        let mut supplied = self.supplies();
        if supplied.get(name) == datum.as_ref() {
            return false;
        }
        self.change(|rules| {
            for rule in rules.values_mut() {
                if let Some(changed) = rule.supplied(name, datum.as_ref()) {
                    *rule = Arc::new(changed);
                }
            }
        });
        match datum {
            Some(datum) => supplied.insert(name.to_owned(), datum),
            None => supplied.remove(name),
        };
        true
    }

    /// What is supplied under a name of the host.
    #[must_use]
    pub fn supplied(&self, name: &str) -> Option<Datum> {
        self.supplies().get(name).cloned()
    }

    fn supplies(&self) -> MutexGuard<'_, DataSource> {
        self.supplied.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Loads a rule from the path that is its location, under the limits of its tier, in place of one of the same name.
    ///
    /// # Errors
    /// When the file is not a component that may run here; what was loaded before stays.
    pub fn load(&self, source: &RuleSource) -> Result<LoadedRule, LoadError> {
        let limits = Limits::of(source.tier);
        let bytes = read(source, &limits)?;
        self.load_bytes(source, limits, &bytes)
    }

    /// Loads a rule from `bytes`: [`Sandbox::prepare`] and [`Sandbox::switch`].
    ///
    /// # Errors
    /// As [`Sandbox::prepare`]; what was loaded before stays.
    pub fn load_bytes(
        &self,
        source: &RuleSource,
        limits: Limits,
        bytes: &[u8],
    ) -> Result<LoadedRule, LoadError> {
        let candidate = self.prepare(source, limits, bytes)?;
        Ok(self.switch(candidate))
    }

    /// Takes a rule out. Schedules that name it hold from now on. The default components cannot be taken out.
    pub fn unload(&self, name: &str) {
        if !is_embedded(name) {
            self.change(|rules| {
                rules.remove(name);
            });
        }
    }

    /// Binds data to a rule, in place of what was bound. Plans that were made with the same bytes stay.
    pub fn bind(&self, name: &str, data: DataSource) {
        self.change(|rules| {
            if let Some(rule) = rules.get_mut(name) {
                *rule = Arc::new(rule.with_data(data));
            }
        });
    }

    /// What a rule says of itself.
    ///
    /// # Errors
    /// When it is not loaded.
    pub fn description(&self, name: &str) -> Result<Arc<Description>, RuleFailure> {
        Ok(Arc::clone(&self.rules().get(name)?.description))
    }

    /// Whether a rule can use a configuration.
    ///
    /// # Errors
    /// When it cannot, in its own words.
    pub fn check_config(&self, name: &str, config: &str) -> Result<(), RuleFailure> {
        let rules = self.rules();
        let rule = rules.get(name)?;
        rule.check_config(config)
            .map_err(|fault| rule.failure(fault))
    }

    /// What a rule logged last, oldest first; nothing when it is not loaded.
    #[must_use]
    pub fn log(&self, name: &str) -> Vec<LogLine> {
        let rules = self.rules();
        rules
            .get(name)
            .map(|rule| rule.surroundings.journal.lines())
            .unwrap_or_default()
    }

    /// What was counted of a rule's calls.
    ///
    /// # Errors
    /// When it is not loaded.
    pub fn statistics(&self, name: &str) -> Result<RuleStatistics, RuleFailure> {
        Ok(self.rules().get(name)?.statistics())
    }

    /// For what a rule is not asked now, because it has failed; nothing when it is not loaded, or without a clock.
    #[must_use]
    pub fn troubles(&self, name: &str) -> Vec<RuleTrouble> {
        let rules = self.rules();
        match (rules.get(name), self.now()) {
            (Ok(rule), Some(now)) => rule.troubles(now),
            _ => Vec::new(),
        }
    }

    /// Asks a rule anew for what it has failed in: for one schedule, or for all of them.
    ///
    /// # Errors
    /// When it is not loaded.
    pub fn retry(&self, name: &str, schedule: Option<&str>) -> Result<(), RuleFailure> {
        self.rules().get(name)?;
        self.change(|rules| {
            if let Some(rule) = rules.get_mut(name) {
                *rule = Arc::new(rule.tried_again(schedule));
            }
        });
        Ok(())
    }

    /// A rule on its own, for the tools of its author.
    ///
    /// # Errors
    /// When it is not loaded.
    pub fn alone(&self, name: &str) -> Result<Alone, RuleFailure> {
        Ok(Alone::new(self.rules().get(name)?))
    }

    /// Everything that keeps a component from being loaded, as far as it can be told at once; empty when nothing does.
    #[must_use]
    pub fn faults(
        source: &RuleSource,
        limits: Limits,
        bytes: &[u8],
        compiler: &Compiler,
    ) -> Vec<LoadError> {
        candidate::faults(source, limits, bytes, compiler)
    }

    /// How much work has been done.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters.read()
    }

    /// What its compiler has done.
    #[must_use]
    pub fn compiled(&self) -> Compiled {
        self.compiler.counts()
    }

    pub(crate) fn now(&self) -> Option<DateTime<Utc>> {
        self.clock.as_ref().map(|clock| clock())
    }

    pub(crate) fn rules(&self) -> Arc<RuleSet> {
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change<R>(&self, change: impl FnOnce(&mut HashMap<String, Arc<Rule>>) -> R) -> R {
        let mut current = self.rules.write().unwrap_or_else(PoisonError::into_inner);
        let mut rules = current.rules.clone();
        let changed = change(&mut rules);
        *current = Arc::new(RuleSet::new(rules));
        self.revision.fetch_add(1, Release);
        changed
    }

    fn deciding<'a>(
        &'a self,
        request: &'a DecideRequest<'a>,
        steps: &'a [chain::Step<'a>],
    ) -> Deciding<'a> {
        Deciding {
            counters: &self.counters,
            request,
            steps,
            now: self.now(),
        }
    }

    fn planning<'a>(&'a self, schedule: &'a Schedule) -> Planning<'a> {
        Planning {
            cache: &self.cache,
            counters: &self.counters,
            schedule,
            now: self.now(),
        }
    }
}

impl Rules for Sandbox {
    fn revision(&self) -> u64 {
        self.revision.load(Acquire)
    }

    fn plan(&self, request: &PlanRequest<'_>) -> Result<Arc<DayPlan>, RuleFailure> {
        let rules = self.rules();
        let exceptions = planning::relevant(request);
        let chain = rules.planners_print(request.schedule, !exceptions.is_empty())?;
        let seen: &[_] = match request.schedule.override_status {
            None => &exceptions,
            Some(_) => &[],
        };
        let key = planning::key(request.schedule, request.date, seen, chain);
        if let Some(kept) = self.cache.plan(key) {
            self.counters.hit_plan();
            return kept.map_err(|failure| (*failure).clone());
        }
        let steps = rules.planners(request.schedule, !exceptions.is_empty())?;
        self.planning(request.schedule)
            .paint(request.date, &exceptions, &steps, &mut |_, _| {})
    }

    fn layers(&self, request: &PlanRequest<'_>) -> Result<Vec<Layer>, RuleFailure> {
        self.planning(request.schedule)
            .layers(&self.rules(), request)
    }

    fn decide(&self, request: &DecideRequest<'_>) -> Result<Vec<Decision>, RuleFailure> {
        if request.servers.is_empty() {
            return Ok(Vec::new());
        }
        let rules = self.rules();
        let steps = rules.deciders(request.schedule, ordered(request))?;
        let schedule = Fingerprint::new().with(&request.schedule.name).print();
        let print = deciding::print(request, &steps);
        if let Some(kept) = self.cache.decisions(schedule, print) {
            self.counters.hit_decisions();
            return match kept {
                Ok(decisions) => Ok(decisions.to_vec()),
                Err(failure) => Err((*failure).clone()),
            };
        }
        let (answer, keep) = self.deciding(request, &steps).decide();
        if keep {
            self.cache
                .keep_decisions(schedule, print, deciding::kept(&answer));
        }
        answer
    }

    fn decided_by(&self, request: &DecideRequest<'_>) -> Result<Vec<DecisionLayer>, RuleFailure> {
        let rules = self.rules();
        let steps = rules.deciders(request.schedule, ordered(request))?;
        self.deciding(request, &steps).layers()
    }

    fn check_schedule(&self, schedule: &Schedule) -> Vec<Fault> {
        let rules = self.rules();
        let fault = |failure: &RuleFailure| Fault {
            item: format!("schedule {}", schedule.name),
            attribute: "rules".to_owned(),
            message: failure.to_string(),
        };
        let mut faults = Vec::new();
        for used in &schedule.rules {
            let checked = rules.step(used).and_then(|step| {
                let checked = self.planning(schedule).check_config(&step);
                checked.map_err(|fault| step.rule.failure(fault))
            });
            faults.extend(checked.err().as_ref().map(fault));
        }
        let steps = match rules.planners(schedule, true) {
            Ok(steps) => steps,
            Err(failure) => {
                let failure = fault(&failure);
                if !faults.contains(&failure) {
                    faults.push(failure);
                }
                return faults;
            }
        };
        let seen = convert::planner::schedule(schedule);
        for step in steps {
            match self.planning(schedule).check(&step, &seen) {
                Ok(found) => faults.extend(convert::planner::faults(found)),
                Err(unanswered) => faults.push(fault(&step.rule.failure(unanswered))),
            }
        }
        faults
    }

    fn with_data(&self, name: &str, bytes: &[u8]) -> Option<Arc<dyn Rules>> {
        let apart = self.apart();
        apart.supply(name, Some(Datum::new(bytes)));
        Some(Arc::new(apart))
    }

    fn loaded(&self) -> Vec<LoadedRule> {
        let rules = self.rules();
        let mut listed: Vec<LoadedRule> = rules.rules.values().map(|rule| rule.listed()).collect();
        listed.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        listed
    }
}

fn ordered(request: &DecideRequest<'_>) -> Ordered {
    match request.force {
        Some(_) => Ordered::ByPerson,
        None => Ordered::ByPlan,
    }
}

/// Reads no more of a file than its limit and one byte.
fn read(source: &RuleSource, limits: &Limits) -> Result<Vec<u8>, LoadError> {
    let failed = |error| LoadError::Read {
        name: source.name.clone(),
        path: source.location.clone(),
        source: error,
    };
    // Opening a pipe would wait for somebody who writes into it.
    if !fs::metadata(&source.location).map_err(failed)?.is_file() {
        return Err(failed(io::Error::other("it is not a file")));
    }
    let file = File::open(&source.location).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(limits.file_bytes as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok(bytes)
}
