//! Looks for rules, again and again: fetches what has changed, verifies it, tries it, and switches in one step.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use reveille_core::{
    model::{Definitions, LoadedRule, RuleSource, Tier},
    port::{FetchRequest, Fetched, Rules as _, Source as _, SourceError},
};
use reveille_sandbox::{Candidate, Limits, Sandbox};
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    digest::sha256,
    error::{TakeError, told},
    folder::{self, Listing},
    known::{KnownRule, Taken},
    news::{Event, News},
    place::shown,
    shelf::{Shelf, Shelved},
    signature,
    slot::{Refused, Slot, State},
    sources::Sources,
    trial::{self, Trial},
    trust::{Distrust, Grounds, Trust},
    wanted::{Wanted, Written, gather},
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
    sandbox: Arc<Sandbox>,
    sources: Sources,
    trust: Trust,
    configured: Vec<RuleSource>,
    shelf: Option<Arc<Shelf>>,
    folder: Option<PathBuf>,
    every: Duration,
    listing: Mutex<Listing>,
    folder_trouble: Mutex<Option<String>>,
    slots: Mutex<BTreeMap<String, Arc<Slot>>>,
    turns: Semaphore,
}

/// A component that was fetched and looked at, and is not in use.
#[derive(Debug)]
pub struct Fitting {
    /// Ready to be compared and switched to.
    pub candidate: Candidate,
    /// The component.
    pub bytes: Vec<u8>,
    /// SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// What its place calls it.
    pub place_version: Option<String>,
    /// Why it is trusted, or why not.
    pub grounds: Result<Grounds, Distrust>,
    /// What it answers for the schedules that use it.
    pub trial: Trial,
}

/// Bytes and what came with them.
struct Component {
    bytes: Vec<u8>,
    sha256: String,
    place_version: Option<String>,
    signature: Option<String>,
    is_copy: bool,
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
            sources,
            trust,
            configured,
            shelf: None,
            folder: None,
            every: FAR_EVERY,
            listing: Mutex::default(),
            folder_trouble: Mutex::default(),
            slots: Mutex::default(),
            turns: Semaphore::new(AT_ONCE),
        }
    }

    /// Keeps what was taken in a folder.
    #[must_use]
    pub fn with_shelf(mut self, folder: PathBuf) -> Self {
        self.shelf = Some(Arc::new(Shelf::new(folder)));
        self
    }

    /// Watches a folder: every `NAME.wasm` in it is a rule.
    #[must_use]
    pub fn watching(mut self, folder: PathBuf) -> Self {
        self.folder = Some(folder);
        self
    }

    /// Looks at places that are no files as often as this.
    #[must_use]
    pub fn looking_every(mut self, every: Duration) -> Self {
        self.every = every;
        self
    }

    /// Where components are kept, when they are.
    #[must_use]
    pub fn shelf(&self) -> Option<&Shelf> {
        self.shelf.as_deref()
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
            Places::Near | Places::All => self.list(&mut news).await,
            Places::Far => locked(&self.listing).clone(),
        };
        let wanted = gather(&self.configured, definitions, listing.rules);
        news.extend(self.forget(&wanted, &listing.faults, definitions).await);

        let wanted_names: BTreeSet<String> = wanted.keys().cloned().collect();
        let mut steps = JoinSet::new();
        for (name, wanted) in wanted {
            let is_asked = match places {
                Places::Near => wanted.is_near(),
                Places::Far => !wanted.is_near(),
                Places::All => true,
            };
            if is_asked {
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
            let event = slot.fault(self.lying(&name), fault, places == Places::All);
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

    /// Fetches what `source` names, makes it ready and tries it, without trusting or using it. A component with the
    /// digest that is asked for is taken from the shelf when it is there.
    ///
    /// # Errors
    /// When it cannot be read or is no rule. Whether it may be trusted, and what its trial has shown, is in the answer.
    pub async fn fit(
        &self,
        source: &RuleSource,
        definitions: &Arc<Definitions>,
        now: DateTime<Utc>,
    ) -> Result<Fitting, TakeError> {
        let wanted = Wanted {
            source: source.clone(),
            written: Written::Store,
        };
        let component = match self.pinned_copy(source).await {
            Some(component) => component,
            None => self.fetch(&wanted).await?,
        };
        let grounds = self.judge(&wanted, &component);
        let (candidate, component) = self.prepare(source, component).await?;
        let (candidate, trial) = self.tried(candidate, definitions, now).await?;
        Ok(Fitting {
            candidate,
            sha256: component.sha256,
            bytes: component.bytes,
            place_version: component.place_version,
            grounds,
            trial,
        })
    }

    /// Reads the watched folder. While it cannot be read, what was last in it is what counts.
    async fn list(&self, news: &mut Vec<News>) -> Listing {
        let Some(folder) = self.folder.clone() else {
            return Listing::default();
        };
        let shown = folder.display().to_string();
        let read = tokio::task::spawn_blocking(move || folder::list(&folder)).await;
        let trouble = match read {
            Ok(Ok(listing)) => {
                let mut last = locked(&self.listing);
                // A component that is gone stays in use: many a tool deletes a file before it writes the new one.
                let gone: Vec<RuleSource> = last
                    .rules
                    .iter()
                    .filter(|rule| {
                        let is_it = |it: &RuleSource| it.name == rule.name;
                        !listing.rules.iter().any(is_it) && !listing.faults.contains_key(&rule.name)
                    })
                    .cloned()
                    .collect();
                *last = listing;
                last.rules.extend(gone);
                None
            }
            Ok(Err(error)) => Some(format!("the folder `{shown}` cannot be read: {error}")),
            Err(error) => Some(format!("the folder `{shown}` cannot be read: {error}")),
        };
        let mut told = locked(&self.folder_trouble);
        if let Some(cause) = &trouble
            && told.is_none()
        {
            news.push(News {
                rule: format!("{shown}/*"),
                event: Event::OutOfReach {
                    cause: cause.clone(),
                    kept: None,
                },
            });
        }
        *told = trouble;
        drop(told);
        locked(&self.listing).clone()
    }

    /// A rule of the watched folder of which no more than the name is known.
    fn lying(&self, name: &str) -> Wanted {
        let file = format!("{name}.wasm");
        let path = self.folder.as_ref().map(|folder| folder.join(&file));
        Wanted {
            source: RuleSource {
                name: name.to_owned(),
                location: path.unwrap_or_else(|| file.into()).display().to_string(),
                sha256: None,
                tier: Tier::default(),
                wasi: false,
                data: BTreeMap::new(),
            },
            written: Written::Folder,
        }
    }

    /// Unloads what nobody wants any more. What is wanted in a way that cannot be read stays.
    async fn forget(
        &self,
        wanted: &BTreeMap<String, Wanted>,
        faults: &BTreeMap<String, String>,
        definitions: &Definitions,
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
            let was_loaded = state.taken.is_some();
            locked(&self.slots).remove(&name);
            if was_loaded {
                self.sandbox.unload(&name);
                news.push(News {
                    rule: name,
                    event: Event::Unloaded,
                });
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
            Err(error) => events.extend(state.out_of_reach(told(&error), at_once)),
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
            if let Some(copy) = self.pinned_copy(source).await {
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
        let fetched = self.fetch_new(wanted, state.place_version.as_deref()).await;
        let component = match fetched {
            Ok(Some(component)) => component,
            Ok(None) => {
                let Some(refused) = &state.refused else {
                    return Ok(());
                };
                let signature = self.signature(wanted).await;
                let now_basis = basis(wanted, &refused.sha256, signature.as_deref(), definitions);
                if refused.basis == now_basis {
                    return Ok(());
                }
                self.fetch(wanted).await?
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
        let Some(copy) = self.last_copy(&wanted.source).await else {
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
                let before = state.taken.as_ref().map(|before| before.sha256.clone());
                events.push(Event::Taken {
                    version: taken.version.clone(),
                    sha256: digest,
                    before: before.filter(|before| *before != taken.sha256),
                    grounds: taken.grounds.clone(),
                    is_copy: taken.is_copy,
                });
                state.taken = Some(taken);
                state.refused = None;
            }
            Err(error) => {
                state.refused = Some(Refused {
                    cause: plain(&told(&error), &wanted.source.name),
                    sha256: digest,
                    basis,
                    looks: 0,
                    is_told: false,
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
        let grounds = self.judge(wanted, &component)?;
        let (candidate, component) = self.prepare(&wanted.source, component).await?;
        let (candidate, trial) = self.tried(candidate, definitions, now).await?;
        if !trial.is_passed() {
            return Err(TakeError::Trial(trial));
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
        self.put(wanted, component, &listed, now).await;
        Ok(taken)
    }

    fn judge(&self, wanted: &Wanted, component: &Component) -> Result<Grounds, Distrust> {
        let location = signature::beside(&wanted.source.location);
        let signer = match &component.signature {
            Some(text) if self.trust.wants_signature(wanted) => {
                self.trust
                    .keys()
                    .signer(&component.bytes, text, &shown(&location))?
            }
            Some(_) | None => None,
        };
        self.trust.judge(wanted, &component.sha256, signer)
    }

    async fn prepare(
        &self,
        source: &RuleSource,
        component: Component,
    ) -> Result<(Candidate, Component), TakeError> {
        let (sandbox, wanted) = (Arc::clone(&self.sandbox), source.clone());
        let prepared = tokio::task::spawn_blocking(move || {
            let limits = Limits::of(wanted.tier);
            let candidate = sandbox.prepare(&wanted, limits, &component.bytes);
            candidate.map(|candidate| (candidate, component))
        });
        Ok(prepared.await.map_err(|_| TakeError::Broken)??)
    }

    async fn tried(
        &self,
        candidate: Candidate,
        definitions: &Arc<Definitions>,
        now: DateTime<Utc>,
    ) -> Result<(Candidate, Trial), TakeError> {
        let (sandbox, definitions) = (Arc::clone(&self.sandbox), Arc::clone(definitions));
        let tried = tokio::task::spawn_blocking(move || {
            let trial = trial::try_out(&sandbox, &candidate, &definitions, now);
            (candidate, trial)
        });
        tried.await.map_err(|_| TakeError::Broken)
    }

    /// Keeps a component for the next start.
    async fn put(
        &self,
        wanted: &Wanted,
        component: Component,
        listed: &LoadedRule,
        now: DateTime<Utc>,
    ) {
        let rule = wanted.source.name.clone();
        let shelved = Shelved {
            sha256: component.sha256,
            version: listed.version.clone(),
            location: wanted.source.location.clone(),
            place_version: component.place_version,
            signature: component.signature,
            taken: now,
        };
        let in_use = self.sandbox.loaded().into_iter().map(|rule| rule.sha256);
        let in_use: BTreeSet<String> = in_use.collect();
        let put = move |shelf: &Shelf| {
            if let Err(error) = shelf.put(&rule, shelved, &component.bytes, &in_use) {
                tracing::warn!(
                    rule,
                    "the component is not kept for the next start: {error}"
                );
            }
        };
        self.shelved(put).await;
    }

    /// The component that is asked for by its digest, when it is on the shelf.
    async fn pinned_copy(&self, source: &RuleSource) -> Option<Component> {
        let (name, digest) = (source.name.clone(), source.sha256.as_ref()?.to_lowercase());
        let find = move |shelf: &Shelf| {
            let bytes = shelf.component(&digest)?;
            let mut known = shelf.history(&name).into_iter();
            let known = known.find(|version| version.sha256 == digest);
            Some(Component {
                bytes,
                sha256: digest,
                place_version: known.and_then(|version| version.place_version),
                signature: None,
                is_copy: false,
            })
        };
        self.shelved(find).await?
    }

    /// What was last taken from the place of a rule.
    async fn last_copy(&self, source: &RuleSource) -> Option<Component> {
        if source.sha256.is_some() {
            return None;
        }
        let (name, location) = (source.name.clone(), source.location.clone());
        let find = move |shelf: &Shelf| {
            let mut known = shelf.history(&name).into_iter();
            let last = known.find(|version| version.location == location)?;
            Some(Component {
                bytes: shelf.component(&last.sha256)?,
                sha256: last.sha256,
                place_version: last.place_version,
                signature: last.signature,
                is_copy: true,
            })
        };
        self.shelved(find).await?
    }

    /// Works on the shelf, where waiting for the disk holds nobody up.
    async fn shelved<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shelf) -> T + Send + 'static,
    ) -> Option<T> {
        let shelf = Arc::clone(self.shelf.as_ref()?);
        tokio::task::spawn_blocking(move || work(&shelf)).await.ok()
    }

    /// What is at the place of a rule, whatever it is.
    async fn fetch(&self, wanted: &Wanted) -> Result<Component, SourceError> {
        let fetched = self.fetch_new(wanted, None).await?;
        fetched.ok_or_else(|| SourceError::Unusable {
            location: shown(&wanted.source.location),
            remedy: "it says that nothing has changed where nothing is known".to_owned(),
        })
    }

    /// What is at the place of a rule, unless it is what is known.
    async fn fetch_new(
        &self,
        wanted: &Wanted,
        known: Option<&str>,
    ) -> Result<Option<Component>, SourceError> {
        let source = &wanted.source;
        let request = FetchRequest {
            location: &source.location,
            known,
            most_bytes: Limits::of(source.tier).file_bytes as u64,
        };
        let Fetched::New { bytes, version } = self.sources.fetch(&request).await? else {
            return Ok(None);
        };
        Ok(Some(Component {
            sha256: sha256(&bytes),
            bytes,
            place_version: version,
            signature: self.signature(wanted).await,
            is_copy: false,
        }))
    }

    /// The signature beside a component, when it could make a difference.
    async fn signature(&self, wanted: &Wanted) -> Option<String> {
        if !self.trust.wants_signature(wanted) {
            return None;
        }
        let location = signature::beside(&wanted.source.location);
        let request = FetchRequest {
            location: &location,
            known: None,
            most_bytes: signature::MOST_BYTES,
        };
        match self.sources.fetch(&request).await {
            Ok(Fetched::New { bytes, .. }) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Ok(Fetched::Unchanged) | Err(SourceError::Missing { .. }) => None,
            // S3 says of what is not there that it is denied to those who may not list.
            Err(error) => {
                tracing::debug!(rule = wanted.source.name, "no signature: {error}");
                None
            }
        }
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
