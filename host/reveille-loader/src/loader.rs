//! Looks for rules, again and again: fetches what has changed, verifies it, tries it, and switches in one step.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use reveille_core::{
    model::{Definitions, RuleSource},
    port::{Rules as _, SourceError},
};
use reveille_sandbox::Sandbox;
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    component::{Component, Fetcher},
    copies::Copies,
    digest::sha256,
    error::{TakeError, told},
    known::{KnownRule, Taken},
    news::{Event, News},
    shelf::Shelf,
    slot::{Refused, Slot, State},
    sources::Sources,
    trial,
    trust::Trust,
    wanted::{Wanted, Written, gather},
    watch::Watch,
};

/// How often files are looked at.
pub const NEAR_EVERY: Duration = Duration::from_millis(500);

/// How often other places are looked at unless the operator says otherwise.
pub const FAR_EVERY: Duration = Duration::from_secs(60);

/// How long it is waited at most before a place that is out of reach is tried again.
pub const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

/// Places that are read at the same time.
const AT_ONCE: usize = 8;

/// Which places to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Places {
    /// Files, and the watched folder: it costs next to nothing.
    Near,
    /// All others, when they are due.
    Far,
    /// Both, for a start: what is wrong is told at once.
    All,
}

/// The rules of this host, from their places into the sandbox.
pub struct Loader {
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) fetcher: Fetcher,
    pub(crate) copies: Copies,
    configured: Vec<RuleSource>,
    watch: Watch,
    every: Duration,
    slots: Mutex<BTreeMap<String, Arc<Slot>>>,
    turns: Semaphore,
}

impl Loader {
    /// Rules of the configuration, from these places, of those that are trusted.
    #[must_use]
    pub fn new(
        sandbox: Arc<Sandbox>,
        sources: Sources,
        trust: Trust,
        configured: Vec<RuleSource>,
    ) -> Self {
        Self {
            sandbox,
            fetcher: Fetcher { sources, trust },
            copies: Copies::default(),
            configured,
            watch: Watch::default(),
            every: FAR_EVERY,
            slots: Mutex::default(),
            turns: Semaphore::new(AT_ONCE),
        }
    }

    /// Keeps what was taken in a folder.
    #[must_use]
    pub fn with_shelf(mut self, folder: PathBuf) -> Self {
        self.copies = Copies(Some(Arc::new(Shelf::new(folder))));
        self
    }

    /// Watches a folder: every `NAME.wasm` in it is a rule.
    #[must_use]
    pub fn watching(mut self, folder: PathBuf) -> Self {
        self.watch.folder = Some(folder);
        self
    }

    /// Looks at places that are no files as often as this.
    #[must_use]
    pub fn looking_every(mut self, every: Duration) -> Self {
        self.every = every;
        self
    }

    /// Where the rules are.
    #[must_use]
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Where components are kept, when they are.
    #[must_use]
    pub fn shelf(&self) -> Option<&Shelf> {
        self.copies.0.as_deref()
    }

    /// Every rule that is wanted, by name, with what became of it.
    #[must_use]
    pub fn known(&self) -> Vec<KnownRule> {
        let slots = locked(&self.slots);
        slots.values().filter_map(|slot| slot.known()).collect()
    }

    /// Names of rules that are wanted and not loaded, each with the reason.
    #[must_use]
    pub fn unloaded(&self) -> Vec<(String, String)> {
        let of = |known: KnownRule| match (known.taken, known.error) {
            (None, Some(error)) => Some((known.source.name, error)),
            _ => None,
        };
        self.known().into_iter().filter_map(of).collect()
    }

    /// Looks once. Rules that `definitions` and the configuration no longer want are unloaded; those that have changed
    /// are fetched, verified, tried on the schedules of `definitions`, and switched to. One rule's failure never touches
    /// another. What happened is answered, each thing once.
    pub async fn look(
        self: &Arc<Self>,
        places: Places,
        definitions: &Arc<Definitions>,
        now: DateTime<Utc>,
    ) -> Vec<News> {
        let mut news = Vec::new();
        let listing = match places {
            Places::Near | Places::All => self.watch.list(&mut news, now).await,
            Places::Far => self.watch.last(),
        };
        let wanted = gather(&self.configured, definitions, listing.rules);
        news.extend(self.forget(&wanted, &listing.faults, definitions, now));

        let wanted_names: BTreeSet<String> = wanted.keys().cloned().collect();
        let mut steps = JoinSet::new();
        for (name, wanted) in wanted {
            let is_asked = match places {
                Places::Near => wanted.is_near(),
                Places::Far => !wanted.is_near(),
                Places::All => true,
            };
            let is_missing = match wanted.written {
                Written::Folder => listing.missing.contains(&name),
                Written::Configuration | Written::Store => false,
            };
            if is_asked && !is_missing {
                let (loader, definitions) = (Arc::clone(self), Arc::clone(definitions));
                let slot = Arc::clone(locked(&self.slots).entry(name).or_default());
                steps.spawn(async move {
                    loader
                        .step(&slot, wanted, places, &definitions, now)
                        .await
                        .unwrap_or_default()
                });
            }
        }
        for (name, fault) in listing.faults {
            // Where the rule is written elsewhere as well, the folder does not count.
            if places == Places::Far || wanted_names.contains(&name) {
                continue;
            }
            let slot = Arc::clone(locked(&self.slots).entry(name.clone()).or_default());
            let event = slot.fault(self.watch.lying(&name), fault, places == Places::All);
            news.extend(event.map(|event| News { rule: name, event }));
        }
        while let Some(step) = steps.join_next().await {
            match step {
                Ok(more) => news.extend(more),
                Err(error) => tracing::error!("a look at a rule broke off: {error}"),
            }
        }
        news.sort_by(|one, other| one.rule.cmp(&other.rule));
        news
    }

    /// Unloads what nobody wants any more. What is wanted in a way that cannot be read stays.
    fn forget(
        &self,
        wanted: &BTreeMap<String, Wanted>,
        faults: &BTreeMap<String, String>,
        definitions: &Definitions,
        now: DateTime<Utc>,
    ) -> Vec<News> {
        let unread: BTreeSet<&str> = definitions
            .faults
            .iter()
            .filter_map(|fault| fault.item.strip_prefix("rule "))
            .collect();
        let is_gone = |name: &String| {
            !wanted.contains_key(name) && !faults.contains_key(name) && !unread.contains(&**name)
        };
        let gone: Vec<(String, Arc<Slot>)> = locked(&self.slots)
            .iter()
            .filter(|(name, _)| is_gone(name))
            .map(|(name, slot)| (name.clone(), Arc::clone(slot)))
            .collect();
        let mut news = Vec::new();
        for (name, slot) in gone {
            // A look that is under way would load it again.
            let Ok(state) = slot.state.try_lock() else {
                continue;
            };
            // Another look may have been here in between.
            let is_first = locked(&self.slots).remove(&name).is_some();
            if is_first && state.taken.is_some() {
                self.sandbox.unload(&name);
                // Nobody has said that it shall go: a file may be deleted by mistake.
                let file = slot.known().and_then(|known| match known.written {
                    Written::Folder => Some(known.source.location),
                    Written::Configuration | Written::Store => None,
                });
                let gone = file.map(|location| Event::OutOfReach {
                    cause: format!("`{location}` is gone from the watched folder"),
                    location,
                    since: now,
                    kept: None,
                });
                news.extend(gone.into_iter().chain([Event::Unloaded]).map(|event| News {
                    rule: name.clone(),
                    event,
                }));
            }
        }
        news
    }

    /// One look at one rule. None when another look at it is under way, or it is not due.
    async fn step(
        &self,
        slot: &Slot,
        wanted: Wanted,
        places: Places,
        definitions: &Arc<Definitions>,
        now: DateTime<Utc>,
    ) -> Option<Vec<News>> {
        let mut state = slot.state.try_lock().ok()?;
        state.want(&wanted.source);
        if !wanted.is_near() && state.next.is_some_and(|next| now < next) {
            return None;
        }
        let _turn = self.turns.acquire().await.ok()?;
        let mut events = Vec::new();
        let looked = self
            .look_at(&mut state, &wanted, definitions, now, &mut events)
            .await;
        // A place that is no file has been whole when it was read.
        let at_once = places != Places::Near;
        match looked {
            Ok(()) => {
                if let Some(trouble) = state.trouble.take()
                    && trouble.is_told
                    && events.is_empty()
                {
                    events.push(Event::WithinReach);
                }
                events.extend(state.refused_news(at_once));
            }
            Err(error) => {
                events.extend(state.out_of_reach(&wanted.source, told(&error), now, at_once));
            }
        }
        state.next = Some(now + self.wait(&state));
        slot.know(&state, &wanted, now);
        let news = events.into_iter().map(|event| News {
            rule: wanted.source.name.clone(),
            event,
        });
        Some(news.collect())
    }

    /// How long until a place is looked at again.
    fn wait(&self, state: &State) -> Duration {
        let failures = state.trouble.as_ref().map_or(0, |trouble| trouble.looks);
        let doubled = 1_u32
            .checked_shl(failures.saturating_sub(1))
            .unwrap_or(u32::MAX);
        self.every
            .saturating_mul(doubled)
            .min(LONGEST_WAIT.max(self.every))
    }

    /// Takes what is at the place of a rule, if it is anything new. A refusal is kept in the state.
    async fn look_at(
        &self,
        state: &mut State,
        wanted: &Wanted,
        definitions: &Arc<Definitions>,
        now: DateTime<Utc>,
        events: &mut Vec<Event>,
    ) -> Result<(), SourceError> {
        let source = &wanted.source;
        if !state.is_current(source) {
            if let Some(copy) = self.copies.pinned(source).await {
                let basis = basis(wanted, &copy.sha256, None, definitions);
                if !state.was_refused(&basis) {
                    self.take(state, wanted, copy, basis, definitions, now, events)
                        .await;
                }
            } else if !wanted.is_near() {
                // A start must not wait for a place that may not answer.
                self.fall_back(state, wanted, definitions, now, events)
                    .await;
            }
        }
        // What is asked for by its digest cannot be anything else.
        if source.sha256.is_some() && state.is_current(source) {
            return Ok(());
        }
        let fetched = self
            .fetcher
            .fetch_new(wanted, state.place_version.as_deref())
            .await;
        let component = match fetched {
            Ok(Some(component)) => component,
            Ok(None) => {
                let Some(refused) = &state.refused else {
                    return Ok(());
                };
                let signature = self.fetcher.signature(wanted).await;
                let now_basis = basis(wanted, &refused.sha256, signature.as_deref(), definitions);
                if refused.basis == now_basis {
                    return Ok(());
                }
                self.fetcher.fetch(wanted).await?
            }
            Err(error) => {
                self.fall_back(state, wanted, definitions, now, events)
                    .await;
                return Err(error);
            }
        };
        state.place_version.clone_from(&component.place_version);
        if state.is_current(source)
            && let Some(taken) = &mut state.taken
            && taken.sha256 == component.sha256
        {
            taken.is_copy = false;
            taken.place_version = component.place_version;
            state.refused = None;
            return Ok(());
        }
        let basis = basis(
            wanted,
            &component.sha256,
            component.signature.as_deref(),
            definitions,
        );
        if !state.was_refused(&basis) {
            self.take(state, wanted, component, basis, definitions, now, events)
                .await;
        }
        self.fall_back(state, wanted, definitions, now, events)
            .await;
        Ok(())
    }

    /// Where nothing is in use, takes what was last good.
    async fn fall_back(
        &self,
        state: &mut State,
        wanted: &Wanted,
        definitions: &Arc<Definitions>,
        now: DateTime<Utc>,
        events: &mut Vec<Event>,
    ) {
        if state.taken.is_some() {
            return;
        }
        let Some(copy) = self.copies.last(&wanted.source).await else {
            return;
        };
        let basis = basis(wanted, &copy.sha256, copy.signature.as_deref(), definitions);
        if state.tried_copy.as_ref() == Some(&basis) {
            return;
        }
        // What is told is what is wrong with that which is there now.
        let refused = state.refused.take();
        state.tried_copy = Some(basis.clone());
        self.take(state, wanted, copy, basis, definitions, now, events)
            .await;
        if refused.is_some() {
            state.refused = refused;
        }
    }

    /// Makes a component the rule, or keeps why not.
    #[expect(
        clippy::too_many_arguments,
        reason = "the whole of a look, and each has another type"
    )]
    async fn take(
        &self,
        state: &mut State,
        wanted: &Wanted,
        component: Component,
        basis: String,
        definitions: &Arc<Definitions>,
        now: DateTime<Utc>,
        events: &mut Vec<Event>,
    ) {
        let digest = component.sha256.clone();
        match self.switch(wanted, component, definitions, now).await {
            Ok(taken) => {
                events.push(Event::Taken {
                    version: taken.rule_version(),
                    before: state.kept(),
                    grounds: taken.grounds.clone(),
                    is_copy: taken.is_copy,
                });
                state.taken = Some(taken);
                state.refused = None;
            }
            Err(error) => {
                let cause = plain(&told(&error), &wanted.source.name);
                let before = state.refused.take();
                let same = before.filter(|it| it.sha256 == digest && it.cause == cause);
                state.refused = Some(Refused {
                    version: error.version().map(str::to_owned),
                    // What rests on nothing is tried again at the next look.
                    basis: if error.may_pass() {
                        String::new()
                    } else {
                        basis
                    },
                    looks: same.as_ref().map_or(0, |same| same.looks),
                    is_told: same.is_some_and(|same| same.is_told),
                    cause,
                    sha256: digest,
                });
            }
        }
    }

    /// Verifies, prepares, tries and switches.
    async fn switch(
        &self,
        wanted: &Wanted,
        component: Component,
        definitions: &Arc<Definitions>,
        now: DateTime<Utc>,
    ) -> Result<Taken, TakeError> {
        let judged = self.fetcher.judge(wanted, &component)?;
        let (candidate, component) = self.prepare(&wanted.source, component).await?;
        let version = candidate.listed().version;
        // What is kept here has been in use, and nobody else can put it there.
        let in_use = if component.is_copy {
            None
        } else {
            self.version_in_use(&wanted.source.name).await
        };
        let grounds = judged.of_version(&wanted.source, &version, in_use.as_deref())?;
        let (candidate, trial) = self.tried(candidate, definitions, now).await?;
        if !trial.is_passed() {
            return Err(TakeError::Trial { version, trial });
        }
        let listed = self.sandbox.switch(candidate);
        let taken = Taken {
            source: wanted.source.clone(),
            sha256: component.sha256.clone(),
            version: listed.version.clone(),
            place_version: component.place_version.clone(),
            grounds,
            since: now,
            is_copy: component.is_copy,
        };
        let in_use = self.sandbox.loaded().into_iter().map(|rule| rule.sha256);
        self.copies
            .put(wanted, component, &listed.version, in_use.collect(), now)
            .await;
        Ok(taken)
    }
}

/// Everything that decides whether a component is taken. While it stays the same, a refusal stands.
fn basis(
    wanted: &Wanted,
    digest: &str,
    signature: Option<&str>,
    definitions: &Definitions,
) -> String {
    let mut whole = format!("{digest} {:?} {signature:?}", wanted.source).into_bytes();
    for (schedule, _) in trial::users(definitions, &wanted.source.name) {
        whole.extend_from_slice(&schedule.digest);
    }
    sha256(&whole)
}

/// A cause without the rule's name in front, which is said anyway.
fn plain(cause: &str, rule: &str) -> String {
    let named = format!("rule `{rule}`");
    match cause.strip_prefix(&named) {
        Some(rest) => match rest.strip_prefix(": ") {
            Some(rest) => rest.to_owned(),
            None => format!("it{rest}"),
        },
        None => cause.to_owned(),
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
