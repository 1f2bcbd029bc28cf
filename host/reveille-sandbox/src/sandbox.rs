//! The rules that are loaded, and the ports that they stand behind.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read},
    sync::{Arc, PoisonError, RwLock},
};

use reveille_core::{
    model::{
        DayPlan, Decision, Fault, Layer, LoadedRule, RuleFailure, RuleSource, Schedule, Tier,
        reply::{Context, Message, Reply},
    },
    port::{DecideRequest, Formatter, PlanRequest, Rules},
};
use sha2::{Digest, Sha256};
use wasmtime::component::Component;

use crate::{
    answer,
    cache::Cache,
    call::{Surroundings, Usage},
    chain::{self, Ordered, RuleSet},
    compiler::{Compiled, Compiler, Native},
    convert,
    counters::{Counters, Tallies},
    data::{DataSource, hex},
    deciding,
    embedded::{EMBEDDED, Embedded, SERVERBYEONG},
    engine,
    error::LoadError,
    fingerprint::Fingerprint,
    inspect,
    journal::{Journal, LogLine},
    limits::Limits,
    planning::{self, Planning, since_1970},
    rule::{Origin, Rule},
    text,
};

/// Most characters of the name of a rule.
const NAME_CHARS: usize = 64;

/// Rules in their sandbox. The default components are always in it; others come and go.
///
/// A call takes the rules as they are when it begins: what is loaded meanwhile is for the next one.
#[derive(Debug)]
pub struct Sandbox {
    rules: RwLock<Arc<RuleSet>>,
    cache: Cache,
    counters: Tallies,
    compiler: Compiler,
}

impl Sandbox {
    /// A sandbox with the default components, which compiles others in this process.
    ///
    /// # Errors
    /// When this machine cannot run them.
    pub fn embedded() -> Result<Self, LoadError> {
        Self::with_compiler(Compiler::in_process())
    }

    /// A sandbox with the default components, and a compiler for others.
    ///
    /// # Errors
    /// When this machine cannot run them.
    pub fn with_compiler(compiler: Compiler) -> Result<Self, LoadError> {
        let mut rules = BTreeMap::new();
        for component in EMBEDDED {
            let rule = load_embedded(component, &compiler)?;
            rules.insert(component.name.to_owned(), Arc::new(rule));
        }
        Ok(Self {
            rules: RwLock::new(Arc::new(RuleSet::new(rules))),
            cache: Cache::new(),
            counters: Tallies::default(),
            compiler,
        })
    }

    /// Loads a rule under the limits of its tier, in place of one of the same name. Compiling takes from a tenth of a
    /// second to a minute, and up to half a gigabyte of memory for the largest interpreters.
    ///
    /// # Errors
    /// When the file is not a component that may run here; what was loaded before stays.
    pub fn load(&self, source: &RuleSource) -> Result<LoadedRule, LoadError> {
        self.load_with(source, Limits::of(source.tier))
    }

    /// Loads a rule under limits of its own.
    ///
    /// # Errors
    /// As [`Sandbox::load`].
    pub fn load_with(&self, source: &RuleSource, limits: Limits) -> Result<LoadedRule, LoadError> {
        let bytes = read(source, &limits)?;
        self.load_bytes(source, limits, &bytes)
    }

    /// Loads a rule from `bytes`; the path of the source is only shown.
    ///
    /// # Errors
    /// As [`Sandbox::load`].
    pub fn load_bytes(
        &self,
        source: &RuleSource,
        limits: Limits,
        bytes: &[u8],
    ) -> Result<LoadedRule, LoadError> {
        let rule = Arc::new(load_bytes(source, limits, bytes, &self.compiler)?);
        let listed = rule.listed();
        self.change(|rules| {
            rules.insert(source.name.clone(), rule);
        });
        Ok(listed)
    }

    /// Looks whether a rule could be loaded, and changes nothing.
    ///
    /// # Errors
    /// As [`Sandbox::load`].
    pub fn check(source: &RuleSource, compiler: &Compiler) -> Result<LoadedRule, LoadError> {
        let limits = Limits::of(source.tier);
        let bytes = read(source, &limits)?;
        Ok(load_bytes(source, limits, &bytes, compiler)?.listed())
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
                let bound = Surroundings {
                    data,
                    ..(*rule.surroundings).clone()
                };
                *rule = Arc::new(rule.with_surroundings(bound));
            }
        });
    }

    /// Names of the data that a rule asks for.
    ///
    /// # Errors
    /// When it is not loaded.
    pub fn needed_data(&self, name: &str) -> Result<Vec<String>, RuleFailure> {
        Ok(self.rules().get(name)?.description.data.clone())
    }

    /// JSON Schema of a rule's configuration, when it has one.
    ///
    /// # Errors
    /// When it is not loaded.
    pub fn config_schema(&self, name: &str) -> Result<Option<String>, RuleFailure> {
        Ok(self.rules().get(name)?.description.config_schema.clone())
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

    /// The most that one call of a rule has used of its limits.
    ///
    /// # Errors
    /// When it is not loaded.
    pub fn most_used(&self, name: &str) -> Result<Usage, RuleFailure> {
        Ok(self.rules().get(name)?.most_used())
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

    fn rules(&self) -> Arc<RuleSet> {
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<String, Arc<Rule>>)) {
        let mut current = self.rules.write().unwrap_or_else(PoisonError::into_inner);
        let mut rules = current.rules.clone();
        change(&mut rules);
        *current = Arc::new(RuleSet::new(rules));
    }

    fn planning<'a>(&'a self, schedule: &'a Schedule) -> Planning<'a> {
        Planning {
            cache: &self.cache,
            counters: &self.counters,
            schedule,
        }
    }
}

impl Rules for Sandbox {
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
        let ordered = match request.force {
            Some(_) => Ordered::ByPerson,
            None => Ordered::ByPlan,
        };
        let steps = rules.deciders(request.schedule, ordered)?;
        let schedule = Fingerprint::new().with(&request.schedule.name).print();
        let print = deciding::print(request, &steps);
        if let Some(kept) = self.cache.decisions(schedule, print) {
            self.counters.hit_decisions();
            return match kept {
                Ok(decisions) => Ok(decisions.to_vec()),
                Err(failure) => Err((*failure).clone()),
            };
        }
        let (answer, keep) = deciding::decide(request, &steps, &self.counters);
        if keep {
            self.cache
                .keep_decisions(schedule, print, deciding::kept(&answer));
        }
        answer
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
            let checked = rules.get(&used.name).and_then(|rule| {
                rule.check_config(chain::config(used))
                    .map_err(|fault| rule.failure(fault))
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
            match step.rule.check_schedule(&seen) {
                Ok(found) => faults.extend(convert::planner::faults(found)),
                Err(unanswered) => faults.push(fault(&step.rule.failure(unanswered))),
            }
        }
        faults
    }

    fn loaded(&self) -> Vec<LoadedRule> {
        self.rules()
            .rules
            .values()
            .map(|rule| rule.listed())
            .collect()
    }
}

/// One rule of a sandbox as the one that has the words.
#[derive(Debug, Clone)]
pub struct SandboxFormatter {
    sandbox: Arc<Sandbox>,
    rule: String,
}

impl SandboxFormatter {
    /// The rule of this name; whether it is loaded is looked at with every call.
    #[must_use]
    pub fn new(sandbox: Arc<Sandbox>, rule: impl Into<String>) -> Self {
        Self {
            sandbox,
            rule: rule.into(),
        }
    }
}

impl Formatter for SandboxFormatter {
    fn format(&self, context: &Context, reply: &Reply) -> Result<Message, RuleFailure> {
        let rules = self.sandbox.rules();
        let rule = rules.get(&self.rule)?;
        let print = Fingerprint::new()
            .with_print(rule.print())
            .with(context)
            .with(reply)
            .print();
        if let Some(kept) = self.sandbox.cache.message(print) {
            self.sandbox.counters.hit_message();
            return kept
                .map(|message| Message::clone(&message))
                .map_err(|failure| RuleFailure::clone(&failure));
        }
        self.sandbox.counters.asked_formatter();
        let formatted = rule.format(
            &convert::replies::context(context),
            &convert::replies::reply(reply),
            since_1970(context.now.date),
        );
        let message = formatted.and_then(|message| {
            answer::message(convert::replies::message(message)).map_err(|what| rule.refuse(what))
        });
        let keep = message
            .as_ref()
            .map_or_else(|fault| fault.is_deterministic(), |_| true);
        let message = message.map_err(|fault| rule.failure(fault));
        if keep {
            let kept = message.clone().map(Arc::new).map_err(Arc::new);
            self.sandbox.cache.keep_message(print, kept);
        }
        message
    }
}

fn is_embedded(name: &str) -> bool {
    EMBEDDED.iter().any(|component| component.name == name)
}

fn load_embedded(embedded: &Embedded, compiler: &Compiler) -> Result<Rule, LoadError> {
    let engine = engine::engine().map_err(|cause| LoadError::Engine { cause })?;
    // SAFETY: the build script of this crate made the bytes with the same configuration.
    #[expect(unsafe_code, reason = "the bytes stand in this binary")]
    let adopted = unsafe { engine::adopt(engine, embedded.native) };
    let component = match adopted {
        Ok(component) => component,
        // A processor that the build did not foresee: it costs a moment at the start, and nothing else.
        Err(error) => {
            tracing::warn!(
                rule = embedded.name,
                "the embedded machine code does not fit this machine and is made anew: {error:#}"
            );
            compiled(
                compiler,
                embedded.name,
                embedded.wasm,
                embedded.sha256,
                Tier::Rule,
            )?
        }
    };
    // A list of 1,000 schedules with their faults takes some 25 million units to put into words.
    let tier = if embedded.name == SERVERBYEONG {
        Tier::Scripted
    } else {
        Tier::Rule
    };
    let surroundings = surroundings(embedded.name, Limits::of(tier));
    let origin = Origin {
        source: "embedded".to_owned(),
        sha256: embedded.sha256.to_owned(),
        tier,
        wasi: false,
        data: BTreeMap::new(),
    };
    Rule::new(engine, &component, surroundings, origin)
}

fn load_bytes(
    source: &RuleSource,
    limits: Limits,
    bytes: &[u8],
    compiler: &Compiler,
) -> Result<Rule, LoadError> {
    let name = &source.name;
    check_name(name)?;
    // A file that was read up to its limit has another digest than the whole of it.
    inspect::size(name, bytes, &limits)?;
    let sha256 = hex(&Sha256::digest(bytes));
    if let Some(expected) = &source.sha256
        && !expected.eq_ignore_ascii_case(&sha256)
    {
        return Err(LoadError::Digest {
            name: name.clone(),
            expected: expected.clone(),
            actual: sha256,
        });
    }
    inspect::file(name, bytes)?;
    let engine = engine::engine().map_err(|cause| LoadError::Engine { cause })?;
    let component = compiled(compiler, name, bytes, &sha256, source.tier)?;
    let origin = Origin {
        source: source.location.clone(),
        sha256,
        tier: source.tier,
        wasi: source.wasi,
        data: source.data.clone(),
    };
    Rule::new(engine, &component, surroundings(name, limits), origin)
}

fn check_name(name: &str) -> Result<(), LoadError> {
    if is_embedded(name) {
        return Err(LoadError::NameTaken {
            name: name.to_owned(),
        });
    }
    let fits = !name.is_empty()
        && name.trim() == name
        && name.chars().count() <= NAME_CHARS
        && !name.chars().any(text::acts);
    if fits {
        return Ok(());
    }
    Err(LoadError::Name {
        shown: text::log_line(&text::shortened(name, NAME_CHARS)),
        limit: NAME_CHARS,
    })
}

/// The component, ready to be linked: from machine code that was kept, or compiled now.
fn compiled(
    compiler: &Compiler,
    name: &str,
    wasm: &[u8],
    sha256: &str,
    tier: Tier,
) -> Result<Component, LoadError> {
    let engine = engine::engine().map_err(|cause| LoadError::Engine { cause })?;
    let adopt = |native: &Native| {
        // SAFETY: a `Native` has what `engine::compile` returned, in this process, in a child that is this very program,
        // or in an earlier run: then the file had the mark that only this host can make.
        #[expect(unsafe_code, reason = "nobody but the compiler makes these bytes")]
        unsafe {
            engine::adopt(engine, native.bytes())
        }
    };
    if let Some(native) = compiler.kept(sha256) {
        match adopt(&native) {
            Ok(component) => {
                compiler.count_kept();
                return Ok(component);
            }
            Err(error) => {
                tracing::debug!(rule = name, "{error:#}");
                compiler.forget(sha256);
            }
        }
    }
    let native = compiler.compile(name, wasm, tier)?;
    let component = adopt(&native).map_err(|error| LoadError::Compile {
        name: name.to_owned(),
        cause: format!("{error:#}"),
    })?;
    compiler.keep(sha256, &native);
    Ok(component)
}

fn surroundings(name: &str, limits: Limits) -> Surroundings {
    Surroundings {
        rule: name.into(),
        limits,
        data: DataSource::new(),
        journal: Arc::new(Journal::default()),
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
