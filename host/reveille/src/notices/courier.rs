//! Takes notices that are due out of the store and to their targets: each target on its own, so that one that does not
//! answer holds nobody else up.
//!
//! INVARIANT: a notice is claimed in the store before it is sent, and by one sender only. What was claimed and not settled
//! is not sent again: it may have been.

use std::{
    collections::BTreeMap,
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use reveille_core::{
    chat::Chat,
    model::{KeptNotice, Notice, NoticeStanding, Settled, Want},
    port::{Store, StoreError},
    tick::Clock,
};
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
    time::{Instant, sleep, timeout_at},
};

use super::{
    figures::{Ended, NoticeFigures},
    morning::Mornings,
    outlet::{Outlet, Shift},
    pace::Paces,
    post::{POST_TIME, Post, Posted},
    teller::{Teller, warns},
};
use crate::{http::stopped, secrets::Secrets};

/// How many notices are read at once: those of a bad hour.
const AT_ONCE: u32 = 200;
/// How many are read where a target that does not answer has so many that they hide those of the others.
const MOST_AT_ONCE: u32 = 5_000;
/// How long it sleeps between two looks that nothing asks for: what another host has written, and what quiet hours have
/// kept, is found within this time.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// The shortest sleep: what is due at once must not become a loop.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
/// How often those are looked for that were claimed by somebody who has died.
const DEAD_EVERY: TimeDelta = TimeDelta::minutes(5);
/// How long a claim lasts: longer than any message takes.
const CLAIM_LASTS: TimeDelta = TimeDelta::minutes(2);
/// What becomes of a notice is written down after so many tries, this long after one another: without that it counts as
/// lost.
const SETTLE_PAUSES: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_millis(300),
    Duration::from_millis(1_500),
];
/// How long a message may take with what is written before and after it; nothing is begun that could not be finished.
const MESSAGE_TIME: Duration = POST_TIME.saturating_add(Duration::from_secs(2));

/// Delivers notices.
pub(crate) struct Courier {
    store: Arc<dyn Store>,
    post: Arc<dyn Post>,
    outlets: BTreeMap<String, Arc<Outlet>>,
    paces: Paces,
    teller: Arc<Teller>,
    chat: Chat,
    mornings: Arc<Mornings>,
    time: Clock,
    figures: NoticeFigures,
    /// When the dead were last looked for, in seconds since 1970; 0 is never.
    dead_looked: AtomicI64,
}

/// How long messages may be sent.
#[derive(Clone)]
struct Until {
    deadline: Option<Instant>,
    stop: Option<watch::Receiver<bool>>,
}

impl Until {
    /// Whether a message that is begun now might not be finished.
    fn is_over(&self) -> bool {
        let is_late = |deadline: Instant| deadline.duration_since(Instant::now()) < MESSAGE_TIME;
        self.deadline.is_some_and(is_late) || self.stop.as_ref().is_some_and(|stop| *stop.borrow())
    }
}

impl Courier {
    /// For the targets of `teller`.
    pub(crate) fn new(
        store: Arc<dyn Store>,
        post: Arc<dyn Post>,
        secrets: &Arc<Secrets>,
        teller: Arc<Teller>,
        chat: Chat,
        time: Clock,
        figures: NoticeFigures,
    ) -> Self {
        let outlets = teller.targets.iter().map(|target| {
            let outlet = Outlet::new(target.clone(), Arc::clone(secrets));
            (target.name.clone(), Arc::new(outlet))
        });
        Self {
            outlets: outlets.collect(),
            paces: Paces::default(),
            mornings: Arc::new(Mornings::new(
                Arc::clone(&store),
                Arc::clone(&teller),
                chat.clone(),
            )),
            chat,
            store,
            post,
            teller,
            time,
            figures,
            dead_looked: AtomicI64::new(0),
        }
    }

    /// Sends everything that is due, as long as it is done before `deadline`. For hosts that are called: after a tick, and
    /// after whatever else may have told something.
    ///
    /// # Errors
    /// When the store cannot be read; what is due stays so.
    pub(crate) async fn deliver(
        self: &Arc<Self>,
        deadline: Option<Instant>,
    ) -> Result<(), StoreError> {
        let until = Until {
            deadline,
            stop: None,
        };
        let mut tasks = JoinSet::new();
        while self.dispatch(&mut tasks, &until).await? {
            let all = async { while tasks.join_next().await.is_some() {} };
            match deadline {
                None => all.await,
                // Nothing is under way then but the look at the servers for a morning line, which is made again.
                Some(deadline) if timeout_at(deadline, all).await.is_err() => break,
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Sends what is due until `stop` turns true; `wake` tells that there may be something.
    pub(crate) async fn run(self: Arc<Self>, wake: Arc<Notify>, mut stop: watch::Receiver<bool>) {
        let until = Until {
            deadline: None,
            stop: Some(stop.clone()),
        };
        let mut tasks = JoinSet::new();
        let mut failing = None;
        loop {
            match self.dispatch(&mut tasks, &until).await {
                Ok(_) => failing = None,
                Err(error) => {
                    let code = error.code();
                    if failing.replace(code) != Some(code) {
                        let error: &dyn std::error::Error = &error;
                        tracing::error!(code, error, "notices cannot be read; it is tried again");
                    }
                }
            }
            tokio::select! {
                Some(_) = tasks.join_next() => {}
                () = sleep(self.pause()) => {}
                () = wake.notified() => {}
                () = stopped(&mut stop) => break,
            }
        }
        // Each ends by itself after the message that it is at.
        while tasks.join_next().await.is_some() {}
    }

    /// How long nothing needs to be looked at.
    fn pause(&self) -> Duration {
        let now = (self.time)();
        let outlets = self.outlets.values();
        let rests = outlets.filter_map(|outlet| outlet.rests_until(now));
        let earliest = rests.chain(self.mornings.next(now)).min();
        let pause = earliest.and_then(|at| (at - now).to_std().ok());
        pause.map_or(LOOK_EVERY, |pause| pause.clamp(SHORTEST_PAUSE, LOOK_EVERY))
    }

    /// Sets every target to work that has something due, does not rest and is not at work. Whether there was one.
    async fn dispatch(
        self: &Arc<Self>,
        tasks: &mut JoinSet<()>,
        until: &Until,
    ) -> Result<bool, StoreError> {
        if until.is_over() {
            return Ok(false);
        }
        let now = (self.time)();
        let mut is_any = false;
        if let Some(dawn) = self.mornings.begin(now) {
            is_any = true;
            // Servers are looked at for it, which may take its time.
            tasks.spawn(dawn.tell(now));
        }
        self.look_for_the_dead_if_due(now).await?;
        for (target, notices) in self.due(now).await? {
            let Some(outlet) = self.outlets.get(&target) else {
                let cause = "the configuration has no target of this name";
                for notice in &notices {
                    let _ = self.give_up(notice, Ended::Refused, cause).await;
                }
                continue;
            };
            let Some(shift) = outlet.begin(now) else {
                continue;
            };
            is_any = true;
            let (courier, until) = (Arc::clone(self), until.clone());
            tasks.spawn(async move { courier.serve(&shift, notices, &until).await });
        }
        Ok(is_any)
    }

    /// What is due, by target.
    async fn due(&self, now: DateTime<Utc>) -> Result<BTreeMap<String, Vec<Notice>>, StoreError> {
        let mut notices = self.store.notices(now, AT_ONCE).await?;
        if notices.len() >= AT_ONCE as usize {
            notices = self.store.notices(now, MOST_AT_ONCE).await?;
        }
        let mut by_target: BTreeMap<String, Vec<Notice>> = BTreeMap::new();
        for notice in notices {
            by_target
                .entry(notice.target.clone())
                .or_default()
                .push(notice);
        }
        // One that was tried in vain is due later than others that were made after it.
        for notices in by_target.values_mut() {
            notices.sort_by_key(|notice| notice.at);
        }
        Ok(by_target)
    }

    /// Sends `notices` to their target, one after the other, until one cannot be sent.
    async fn serve(&self, shift: &Shift, notices: Vec<Notice>, until: &Until) {
        for notice in notices {
            if until.is_over() || self.take(shift, &notice, until).await.is_break() {
                return;
            }
        }
    }

    /// Sends one notice, and tells whether the next may be sent.
    async fn take(&self, shift: &Shift, notice: &Notice, until: &Until) -> ControlFlow<()> {
        let now = (self.time)();
        if let Some(cause) = self.pointless(notice, now).await {
            let given_up = self.give_up(notice, Ended::Expired, cause).await;
            if given_up.is_break() {
                shift.fails("the store does not take claims", None, notice.attempts, now);
            }
            return given_up;
        }
        let url = match shift.url().await {
            Ok(url) => url,
            Err(cause) => {
                shift.fails(&cause, None, notice.attempts, now);
                return ControlFlow::Break(());
            }
        };
        if let Err(until) = self.paces.take(url.expose(), now) {
            shift.rests(until);
            return ControlFlow::Break(());
        }
        match self.store.claim_notice(&notice.key, now).await {
            Ok(true) => {}
            // Another host has it.
            Ok(false) => return ControlFlow::Continue(()),
            Err(error) => {
                let cause = format!("the store does not take claims ({})", error.code());
                shift.fails(&cause, None, notice.attempts, now);
                return ControlFlow::Break(());
            }
        }
        if until.is_over() {
            // The claim took long. It is given back, as nothing was sent.
            self.settle(&notice.key, &Settled::Again { due: now }).await;
            return ControlFlow::Break(());
        }
        let posted = self.post.post(url.expose(), &notice.message).await;
        let is_taken = posted == Posted::Taken;
        let (settled, ended) = self.judge(shift, notice, posted).await;
        if let Settled::Lost { cause } = &settled {
            lost(notice, cause);
        }
        self.figures.ended(&notice.target, ended);
        self.settle(&notice.key, &settled).await;
        if is_taken {
            shift.succeeds();
            tracing::debug!(to = notice.target, key = notice.key, "told");
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }

    /// Why a notice is not worth sending any more.
    async fn pointless(&self, notice: &Notice, now: DateTime<Utc>) -> Option<&'static str> {
        if notice.expires <= now {
            return Some("it was pointless before it could be sent");
        }
        let name = notice.schedule.as_ref()?;
        let definitions = self.store.definitions().await.ok()?;
        let schedule = definitions.schedules.get(name)?;
        if !warns(notice, schedule) {
            return None;
        }
        let wanted = self.chat.wanted(&definitions, schedule, notice.expires);
        (wanted.await.ok()? == Some(Want::Run))
            .then_some("the stop was put off before it could be sent")
    }

    /// What is made of what became of a message. The target rests after whatever is not well: the others that wait for it
    /// would fare as badly, and some of them cannot be sent twice.
    async fn judge(&self, shift: &Shift, notice: &Notice, posted: Posted) -> (Settled, Ended) {
        let now = (self.time)();
        match posted {
            Posted::Taken => (Settled::Sent, Ended::Sent),
            Posted::Later { cause, wait } => {
                let due = shift.fails(&cause, wait, notice.attempts, now);
                self.again(shift, notice, due, cause).await
            }
            // The new one has not refused anything yet.
            Posted::Refused(cause) if shift.has_new_url().await => {
                self.again(shift, notice, now, cause).await
            }
            Posted::Refused(cause) => {
                shift.fails(&cause, None, notice.attempts, now);
                (Settled::Lost { cause }, Ended::Refused)
            }
            Posted::Unknown(cause) => {
                shift.fails(&cause, None, notice.attempts, now);
                let cause = format!("{cause}; it may have arrived");
                (Settled::Lost { cause }, Ended::Unknown)
            }
        }
    }

    /// Another try at `due`, or when quiet hours end that begin before it, if it is not pointless then.
    async fn again(
        &self,
        shift: &Shift,
        notice: &Notice,
        due: DateTime<Utc>,
        cause: String,
    ) -> (Settled, Ended) {
        let definitions = self.store.definitions().await.unwrap_or_default();
        let schedule = notice.schedule.as_ref();
        let schedule = schedule.and_then(|name| definitions.schedules.get(name));
        let quiet = self
            .teller
            .quiet_until(shift.target(), schedule.map(AsRef::as_ref), due);
        let due = quiet.unwrap_or(due);
        if due < notice.expires {
            (Settled::Again { due }, Ended::Again)
        } else {
            (Settled::Lost { cause }, Ended::Expired)
        }
    }

    /// Takes a notice out of those that are sent, unless somebody sends it just now.
    async fn give_up(&self, notice: &Notice, ended: Ended, cause: &str) -> ControlFlow<()> {
        match self.store.claim_notice(&notice.key, (self.time)()).await {
            Ok(true) => {
                lost(notice, cause);
                self.figures.ended(&notice.target, ended);
                let cause = cause.to_owned();
                self.settle(&notice.key, &Settled::Lost { cause }).await;
                ControlFlow::Continue(())
            }
            Ok(false) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }

    /// Writes down what came of a notice. While that cannot be written it counts as claimed, and is not sent again.
    async fn settle(&self, key: &str, settled: &Settled) {
        for pause in SETTLE_PAUSES {
            sleep(pause).await;
            match self.store.settle_notice(key, settled, (self.time)()).await {
                Ok(()) => return,
                Err(error) => {
                    let code = error.code();
                    tracing::warn!(key, code, "what came of a notice cannot be written down");
                }
            }
        }
    }

    async fn look_for_the_dead_if_due(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let last = self.dead_looked.load(Ordering::Relaxed);
        if last != 0 && now.timestamp() < last + DEAD_EVERY.num_seconds() {
            return Ok(());
        }
        self.look_for_the_dead(now).await?;
        self.dead_looked.store(now.timestamp(), Ordering::Relaxed);
        Ok(())
    }

    /// Gives up what somebody claimed who has died since: it may have arrived.
    async fn look_for_the_dead(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        for KeptNotice { notice, standing } in self.store.kept_notices().await? {
            match standing {
                NoticeStanding::Claimed { at } if at + CLAIM_LASTS <= now => {
                    let cause = String::from(
                        "the Reveille that was sending it has ended; it may have arrived",
                    );
                    lost(&notice, &cause);
                    self.figures.ended(&notice.target, Ended::Unknown);
                    self.settle(&notice.key, &Settled::Lost { cause }).await;
                }
                NoticeStanding::Claimed { .. }
                | NoticeStanding::Waits
                | NoticeStanding::Lost { .. } => {}
            }
        }
        Ok(())
    }
}

fn lost(notice: &Notice, cause: &str) {
    tracing::error!(
        to = notice.target,
        schedule = notice.schedule,
        key = notice.key,
        "not told, and not tried again: {cause}"
    );
}
