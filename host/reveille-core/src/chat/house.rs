//! The one way in for messages: from a message to its answer.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::{
    model::{
        AuditRecord, AuditSubject, Definitions, Schedule, Want, local_moment,
        reply::{
            Context, Message, MorningLine, MorningView, Persona, Refusal, Reply, ScheduleLine,
        },
    },
    port::{Change, Delivery, Fleet, FleetView, Formatter, Rules, Store, StoreError},
};

use super::{
    Command, GrammarContext, KnownSchedule, cancel,
    done::Done,
    exception_delete, exception_set, exceptions, extend, force, holidays,
    incoming::{Answer, Incoming},
    info, morning,
    natural::natural,
    parse,
    plain::plain,
    recent::{Recent, Stamp},
    refusal_code::refusal_code,
    roster::Roster,
    schedule_of, schedules, status,
    subject::{Kept, Subject},
    trouble::{Trouble, chain},
    why,
};

/// How often a command is tried that writes what somebody else has written in between.
const ATTEMPTS: u32 = 3;

/// How the house speaks where a schedule does not say.
#[derive(Debug, Clone)]
pub struct Manners {
    /// Language tag: `ko` or `en`.
    pub locale: String,
    /// How much of the character shows.
    pub persona: Persona,
    /// The zone of what is said about no schedule in particular.
    pub timezone: Tz,
    /// Whether rules read the calendars of the store; not where an operator gives them other data in their place.
    pub calendars_are_read: bool,
}

/// Answers messages.
///
/// A message that changes something is answered only after the change, its audit record and the answer itself were
/// written together: what was answered is durable, and the same message delivered twice acts once and is answered the
/// same. That holds for its refusals too. A message that only reads leaves no trace; delivered twice it is read twice.
#[derive(Clone)]
pub struct Chat {
    store: Arc<dyn Store>,
    fleet: Arc<dyn Fleet>,
    rules: Arc<dyn Rules>,
    formatter: Arc<dyn Formatter>,
    manners: Manners,
    recent: Arc<Recent>,
}

impl Chat {
    /// A chat over these ports.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        fleet: Arc<dyn Fleet>,
        rules: Arc<dyn Rules>,
        formatter: Arc<dyn Formatter>,
        manners: Manners,
    ) -> Self {
        Self {
            store,
            fleet,
            rules,
            formatter,
            manners,
            recent: Arc::default(),
        }
    }

    /// The answer to `message`. There always is one.
    pub async fn answer(&self, message: &Incoming, now: DateTime<Utc>) -> Answer {
        // Before anything is read: what is written meanwhile makes the stamp an old one.
        let stamp = self.stamp(now);
        if let Some(answer) = stamp.and_then(|stamp| self.recent.answer(stamp, message)) {
            return answer;
        }
        let read = |context: &GrammarContext| parse(&message.text, context).map_err(Trouble::from);
        let answer = self.serve(message, now, read).await;
        if let Some(stamp) = stamp
            && answer.reply.as_ref().is_some_and(only_tells)
        {
            self.recent.keep(stamp, message, &answer);
        }
        answer
    }

    /// None where the ports cannot tell whether anything has changed.
    fn stamp(&self, now: DateTime<Utc>) -> Option<Stamp> {
        Some(Stamp::new(
            now,
            self.store.revision()?,
            self.fleet.revision()?,
            self.rules.revision(),
        ))
    }

    /// Carries out `command` as if `message` had said it: for whoever has a command without its words.
    pub async fn obey(&self, command: Command, message: &Incoming, now: DateTime<Utc>) -> Answer {
        self.serve(message, now, |_| Ok(command)).await
    }

    async fn serve(
        &self,
        message: &Incoming,
        now: DateTime<Utc>,
        read: impl FnOnce(&GrammarContext) -> Result<Command, Trouble> + Send,
    ) -> Answer {
        match self.attempt(message, now, read).await {
            Ok(answer) => answer,
            Err(trouble) => {
                let refusal = trouble.into_refusal(&message.delivery_key, now);
                let context = self.context(None, message, now);
                self.say(&context, Reply::Refused(refusal))
            }
        }
    }

    async fn attempt(
        &self,
        message: &Incoming,
        now: DateTime<Utc>,
        read: impl FnOnce(&GrammarContext) -> Result<Command, Trouble> + Send,
    ) -> Result<Answer, Trouble> {
        let definitions = self.store.definitions().await?;
        let visible = self.visible(&definitions, message, now);
        // Where one schedule is all that the writer can mean, its language is theirs.
        let only = match visible.schedules.as_slice() {
            [only] => definitions.schedules.get(&only.name),
            [] | [_, ..] => None,
        };
        let context = self.context(only.map(AsRef::as_ref), message, now);
        let read = read(&visible);
        // Looking twice does no harm, and nothing is kept of it. A message that is refused now may have been carried
        // out when it came first: what was a coming day then is a past one a moment after midnight.
        let may_repeat = read
            .as_ref()
            .map_or(true, |command| command.change().is_some());
        if may_repeat && let Some(delivery) = self.store.delivery(&message.delivery_key).await? {
            return repeat(&delivery);
        }
        let command = match read {
            Ok(command) => command,
            Err(Trouble::Refused(refusal)) => {
                let about = schedule_of(&message.text, &visible)
                    .and_then(|name| definitions.schedules.get(name));
                let context = self.context(about.map(AsRef::as_ref), message, now);
                return Ok(self.say(&context, Reply::Refused(*refusal)));
            }
            Err(trouble) => return Err(trouble),
        };
        match command.schedule() {
            Some(name) => {
                self.about_one(&command, name, &definitions, message, now)
                    .await
            }
            None if command == Command::Schedules => {
                let context = self.context(None, message, now);
                let lines = self.lines(&definitions, message, now).await?;
                Ok(self.say(&context, Reply::Schedules(lines)))
            }
            None => {
                let schedules = visible.schedules.into_iter().map(|known| known.name);
                let help = Reply::Help {
                    schedules: schedules.collect(),
                };
                Ok(self.say(&context, help))
            }
        }
    }

    /// Carries out a command about one schedule. What somebody else has written in between must be in what is written.
    async fn about_one(
        &self,
        command: &Command,
        name: &str,
        definitions: &Definitions,
        message: &Incoming,
        now: DateTime<Utc>,
    ) -> Result<Answer, Trouble> {
        let mut attempt = 1;
        loop {
            let answer = self
                .try_about_one(command, name, definitions, message, now)
                .await;
            match answer {
                Err(Trouble::Store(StoreError::Conflict)) if attempt < ATTEMPTS => attempt += 1,
                answered => return answered,
            }
        }
    }

    async fn try_about_one(
        &self,
        command: &Command,
        name: &str,
        definitions: &Definitions,
        message: &Incoming,
        now: DateTime<Utc>,
    ) -> Result<Answer, Trouble> {
        let schedule = find(definitions, name, message)?;
        let context = self.context(Some(schedule), message, now);
        let kept = Kept::read(&*self.store, Some(name), command.date(), now).await?;
        let subject = Subject::new(schedule, definitions, &kept, &*self.rules, now);
        let done = self
            .carry_out(command, &subject, definitions, message)
            .await;
        let Some(change) = command.change() else {
            return Ok(self.say(&context, done?.reply));
        };
        let (done, error) = match done {
            Ok(done) => (done, None),
            Err(Trouble::Refused(refusal)) => {
                let code = refusal_code(&refusal).to_owned();
                (Done::from(Reply::Refused(*refusal)), Some(code))
            }
            Err(trouble) => return Err(trouble),
        };
        let record = AuditRecord {
            at: now,
            schedule: subject.name(),
            subject: AuditSubject::Command,
            action: change.to_owned(),
            servers: Vec::new(),
            by: message.writer.identity(),
            room: message.writer.room.clone(),
            reason: message.text.clone(),
            error,
        };
        self.settle(done, record, &context, &message.delivery_key)
            .await
    }

    /// Carries out a command, as far as saying what is to be written.
    async fn carry_out(
        &self,
        command: &Command,
        subject: &Subject<'_>,
        definitions: &Definitions,
        message: &Incoming,
    ) -> Result<Done, Trouble> {
        let (schedule, by) = (&subject.schedule, message.writer.shown());
        if command.change().is_some() && !may_change(schedule, message) {
            return Err(Refusal::NotAllowed {
                schedule: subject.name(),
                allowed: schedule.allow.clone(),
            }
            .into());
        }
        match command {
            Command::Help | Command::Schedules => Ok(Reply::Help {
                schedules: vec![subject.name()],
            }
            .into()),
            Command::Status { .. } => {
                let roster = self.roster(subject).await?.asked(subject);
                Ok(status::show(subject, &roster).into())
            }
            Command::Info { date, .. } => Ok(info::show(subject, *date).into()),
            Command::ExceptionInfo {
                date: Some(date), ..
            } => Ok(exceptions::show(subject, *date).into()),
            Command::ExceptionInfo { date: None, .. } | Command::ExceptionList { .. } => {
                Ok(exceptions::list(subject).into())
            }
            Command::Why { .. } => {
                let roster = self.roster(subject).await?.asked(subject);
                let audit = self.store.audit(&schedule.name, why::PAST_ACTIONS).await?;
                Ok(why::explain(subject, &roster, &audit).into())
            }
            Command::SetException {
                date, action, at, ..
            } => exception_set::set(subject, *date, *action, *at, by),
            Command::DeleteException { date, action, .. } => {
                Ok(exception_delete::delete(subject, *date, *action))
            }
            Command::Force { want, end, .. } => {
                let roster = self.roster_if_seen(subject).await?;
                force::order(subject, roster.as_ref(), *want, *end, by)
            }
            Command::Cancel { .. } => Ok(cancel::end(subject)),
            Command::Extend { to, .. } => extend::put_off(subject, *to, by),
            Command::HolidayList { .. } => {
                Ok(holidays::list(subject, definitions, self.manners.calendars_are_read).into())
            }
            Command::SetHoliday {
                first,
                last,
                name,
                working,
                ..
            } => {
                let unnamed = || (!working).then(|| self.day_off(schedule));
                let days = holidays::Days {
                    first: *first,
                    last: *last,
                    name: name.as_deref().or_else(unnamed),
                    working: *working,
                };
                holidays::set(subject, &self.kept().await?, days)
            }
            Command::DeleteHoliday { first, last, .. } => {
                holidays::delete(subject, &self.kept().await?, *first, *last)
            }
        }
    }

    /// The definitions as they stand now.
    async fn kept(&self) -> Result<holidays::Kept, Trouble> {
        let items = self.store.items().await?;
        Ok(holidays::Kept::new(items, &self.manners))
    }

    /// What a day off is called that nobody gave a name.
    fn day_off(&self, schedule: &Schedule) -> &'static str {
        let locale = schedule.locale.as_ref().unwrap_or(&self.manners.locale);
        if locale.to_lowercase().starts_with("ko") {
            "휴일"
        } else {
            "day off"
        }
    }

    /// Writes what a command comes to, with its record and its answer, and then answers.
    async fn settle(
        &self,
        done: Done,
        record: AuditRecord,
        context: &Context,
        delivery_key: &str,
    ) -> Result<Answer, Trouble> {
        let changed = !done.changes.is_empty();
        let answer = Answer {
            changed,
            ..self.say(context, done.reply)
        };
        let mut changes = done.changes;
        let delivery = Delivery {
            key: delivery_key.to_owned(),
            at: record.at,
            answer: serde_json::to_string(&answer.message)?,
        };
        changes.push(Change::Audit(record));
        changes.push(Change::Deliver(delivery));
        match self.store.commit(&changes).await {
            Ok(()) => Ok(answer),
            // The same message was carried out elsewhere in the meantime: its answer stands.
            Err(StoreError::Conflict) => match self.store.delivery(delivery_key).await? {
                Some(delivery) => repeat(&delivery),
                None => Err(StoreError::Conflict.into()),
            },
            Err(error) => Err(error.into()),
        }
    }

    async fn lines(
        &self,
        definitions: &Definitions,
        message: &Incoming,
        now: DateTime<Utc>,
    ) -> Result<Vec<ScheduleLine>, Trouble> {
        let kept = Kept::read(&*self.store, None, None, now).await?;
        let memory = self.store.remembered().await?;
        let fleet = self.seen(now).await;
        let zone = self.manners.timezone;
        let used = definitions.schedules.values().map(|schedule| {
            let subject = Subject::new(schedule, definitions, &kept, &*self.rules, now);
            let roster = fleet
                .as_ref()
                .map(|fleet| Roster::new(schedule, fleet, Arc::clone(&memory)));
            let roster = roster.as_ref().map_err(|unseen| unseen.as_str());
            schedules::line(&subject, roster)
        });
        let servers = fleet.as_ref().map_or(&[][..], |fleet| &fleet.servers);
        let set_aside = definitions
            .set_aside
            .iter()
            .map(|(name, faults)| schedules::set_aside(name, zone, faults, servers));
        let mut lines: Vec<ScheduleLine> = used
            .chain(set_aside)
            .filter(|line| message.may_see(&line.name))
            .collect();
        lines.sort_by(|a, b| natural(&a.name, &b.name));
        Ok(lines)
    }

    /// What today brings to the schedules that `sees` says yes to: what is told unasked in the morning.
    ///
    /// # Errors
    /// When the store cannot be read. That no server can be seen is said in the view.
    pub async fn morning(
        &self,
        sees: &(dyn Fn(&str) -> bool + Sync),
        now: DateTime<Utc>,
    ) -> Result<MorningView, StoreError> {
        let definitions = self.store.definitions().await?;
        let kept = Kept::read(&*self.store, None, None, now).await?;
        let memory = self.store.remembered().await?;
        let fleet = self.seen(now).await;
        let used = definitions.schedules.values().map(|schedule| {
            let subject = Subject::new(schedule, &definitions, &kept, &*self.rules, now);
            let roster = fleet
                .as_ref()
                .map(|fleet| Roster::new(schedule, fleet, Arc::clone(&memory)));
            morning::line(&subject, roster.as_ref().map_err(|unseen| unseen.as_str()))
        });
        let zone = self.manners.timezone;
        let servers = fleet.as_ref().map_or(&[][..], |fleet| &fleet.servers);
        let set_aside = definitions
            .set_aside
            .iter()
            .map(|(name, faults)| morning::set_aside(name, zone, faults, servers));
        let lines = used.chain(set_aside);
        let mut schedules: Vec<MorningLine> = lines.filter(|line| sees(&line.schedule)).collect();
        schedules.sort_by(|a, b| natural(&a.schedule, &b.schedule));
        Ok(MorningView {
            date: local_moment(now, zone).date,
            schedules,
        })
    }

    /// What will be wanted of the servers of `schedule`, which is one of `definitions`, at `then`, as its plan, exceptions
    /// and orders stand now. None while it holds.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn wanted(
        &self,
        definitions: &Definitions,
        schedule: &Arc<Schedule>,
        then: DateTime<Utc>,
    ) -> Result<Option<Want>, StoreError> {
        let kept = Kept::read(&*self.store, Some(&schedule.name), None, then).await?;
        Ok(Subject::new(schedule, definitions, &kept, &*self.rules, then).wanted())
    }

    /// The servers, or what to say when none can be seen.
    async fn seen(&self, now: DateTime<Utc>) -> Result<FleetView, String> {
        self.fleet.servers(now).await.map_err(|error| {
            tracing::warn!(error = chain(&error), "no server can be seen");
            format!("{error} ({})", error.code)
        })
    }

    async fn roster<'s>(&self, subject: &'s Subject<'_>) -> Result<Roster<'s>, Trouble> {
        let fleet = self.fleet.servers(subject.now).await?;
        let memory = self.store.remembered().await?;
        Ok(Roster::new(&subject.schedule, &fleet, memory))
    }

    /// As [`Chat::roster`]; none when no server can be seen.
    async fn roster_if_seen<'s>(
        &self,
        subject: &'s Subject<'_>,
    ) -> Result<Option<Roster<'s>>, Trouble> {
        match self.roster(subject).await {
            Ok(roster) => Ok(Some(roster)),
            Err(Trouble::Fleet(error)) => {
                tracing::warn!(
                    schedule = subject.schedule.name,
                    error = chain(&error),
                    "no server can be seen"
                );
                Ok(None)
            }
            Err(trouble) => Err(trouble),
        }
    }

    /// The schedules that the writer can mean: those that are set aside too, so that they are told why.
    fn visible(
        &self,
        definitions: &Definitions,
        message: &Incoming,
        now: DateTime<Utc>,
    ) -> GrammarContext {
        let used = definitions
            .schedules
            .values()
            .map(|schedule| (&schedule.name, schedule.timezone));
        let set_aside = definitions
            .set_aside
            .keys()
            .map(|name| (name, self.manners.timezone));
        let mut schedules: Vec<KnownSchedule> = used
            .chain(set_aside)
            .filter(|(name, _)| message.may_see(name))
            .map(|(name, zone)| KnownSchedule {
                name: name.clone(),
                now: local_moment(now, zone),
            })
            .collect();
        // Examples are made with the first: it should be one that does what they say.
        schedules.sort_by_key(|known| {
            let is_set_aside = definitions.set_aside.contains_key(&known.name);
            (is_set_aside, known.name.clone())
        });
        GrammarContext { schedules }
    }

    fn context(
        &self,
        schedule: Option<&Schedule>,
        message: &Incoming,
        now: DateTime<Utc>,
    ) -> Context {
        let zone = schedule.map_or(self.manners.timezone, |schedule| schedule.timezone);
        Context {
            locale: schedule
                .and_then(|schedule| schedule.locale.as_ref())
                .unwrap_or(&self.manners.locale)
                .clone(),
            persona: self.manners.persona,
            keyword: message.keyword.clone(),
            timezone: zone.name().to_owned(),
            now: local_moment(now, zone),
            schedule: schedule.map(|schedule| schedule.name.clone()),
        }
    }

    /// A reply in words, plain ones when the formatter has none.
    fn say(&self, context: &Context, reply: Reply) -> Answer {
        let message = self
            .formatter
            .format(context, &reply)
            .unwrap_or_else(|failure| {
                tracing::warn!(
                    rule = failure.rule,
                    cause = failure.cause,
                    "the formatter failed"
                );
                plain(&reply)
            });
        Answer {
            message,
            reply: Some(reply),
            changed: false,
        }
    }
}

/// The schedule of this name, if the writer may see it and it can be used.
fn find<'d>(
    definitions: &'d Definitions,
    name: &str,
    message: &Incoming,
) -> Result<&'d Arc<Schedule>, Trouble> {
    if message.may_see(name) {
        if let Some(schedule) = definitions.schedules.get(name) {
            return Ok(schedule);
        }
        if let Some(faults) = definitions.set_aside.get(name) {
            return Err(Refusal::SetAside {
                schedule: name.to_owned(),
                faults: faults.iter().map(ToString::to_string).collect(),
            }
            .into());
        }
    }
    let known = definitions
        .schedules
        .keys()
        .filter(|name| message.may_see(name));
    Err(Refusal::UnknownSchedule {
        name: name.to_owned(),
        known: known.cloned().collect(),
        suggestion: None,
    }
    .into())
}

fn may_change(schedule: &Schedule, message: &Incoming) -> bool {
    schedule.allow.is_empty()
        || schedule
            .allow
            .iter()
            .any(|entry| message.writer.is_meant_by(entry))
}

/// The answer that a message got when it was first delivered.
fn repeat(delivery: &Delivery) -> Result<Answer, Trouble> {
    let message: Message = serde_json::from_str(&delivery.answer)?;
    Ok(Answer {
        message,
        reply: None,
        changed: false,
    })
}

/// Whether this is what somebody is told who only asks.
fn only_tells(reply: &Reply) -> bool {
    match reply {
        Reply::Help { .. }
        | Reply::Schedules(_)
        | Reply::Status(_)
        | Reply::Info(_)
        | Reply::Exceptions(_)
        | Reply::Why(_)
        | Reply::Holidays(_) => true,
        Reply::ExceptionSet(_)
        | Reply::ExceptionDeleted(_)
        | Reply::Forced(_)
        | Reply::Cancelled(_)
        | Reply::Extended(_)
        | Reply::HolidayAdded(_)
        | Reply::HolidayDeleted(_)
        | Reply::Refused(_)
        | Reply::Announced(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use async_trait::async_trait;

    use super::super::{
        ForceEnd,
        stage::{Speechless, Stage, the_view},
    };
    use super::*;
    use crate::{
        model::Want,
        port::{FleetError, Order, Outcome},
        testing::{FailingStore, StoreCall, schedule, server, utc},
    };

    const NOW: &str = "2026-11-23 10:00";

    fn force_stop() -> Command {
        Command::Force {
            schedule: "dev".to_owned(),
            want: Want::Stop,
            end: ForceEnd::Plan,
        }
    }

    fn status() -> Command {
        Command::Status {
            schedule: "dev".to_owned(),
        }
    }

    /// While this host looks at the servers, another one answers the same message.
    struct Meanwhile {
        fleet: Arc<dyn Fleet>,
        other: Chat,
        message: Incoming,
    }

    #[async_trait]
    impl Fleet for Meanwhile {
        async fn servers(&self, now: DateTime<Utc>) -> Result<FleetView, FleetError> {
            let answer = self.other.obey(force_stop(), &self.message, utc(NOW)).await;
            assert!(answer.changed);
            self.fleet.servers(now).await
        }

        async fn act(&self, orders: &[Order], now: DateTime<Utc>) -> Vec<Outcome> {
            self.fleet.act(orders, now).await
        }
    }

    #[tokio::test]
    async fn the_same_message_acts_once_and_is_answered_the_same() {
        let stage = Stage::new(schedule("dev"));
        let message = stage.message("force_stop");
        let chat = stage.chat();
        let first = chat.obey(force_stop(), &message, utc(NOW)).await;
        assert!(first.changed);
        let again = chat
            .obey(force_stop(), &message, utc("2026-11-23 10:05"))
            .await;
        assert_eq!(again.message, first.message);
        assert_eq!((again.reply, again.changed), (None, false));
        assert_eq!(stage.memory.whole_audit().len(), 1);
        let forces = stage.memory.forces().await.unwrap();
        assert_eq!(forces[0].since, utc(NOW));
    }

    #[tokio::test]
    async fn the_same_message_is_refused_the_same() {
        let mut stage = Stage::new(schedule("dev").allow(&["ops@example.com"]));
        let message = stage.message("force_stop");
        let first = stage.chat().obey(force_stop(), &message, utc(NOW)).await;
        stage.writer.email = Some("ops@example.com".to_owned());
        let again = stage.chat().obey(force_stop(), &message, utc(NOW)).await;
        assert_eq!(again.message, first.message);
        assert_eq!(stage.memory.forces().await.unwrap(), []);
    }

    #[tokio::test]
    async fn one_commit_holds_the_change_the_record_and_the_answer() {
        let stage = Stage::new(schedule("dev"));
        stage.answer(force_stop(), NOW).await;
        assert_eq!(stage.memory.writes(), 1);
        let audit = stage.memory.whole_audit();
        assert_eq!(audit[0].action, "force_stop");
        assert_eq!(audit[0].by, "Hana <hana@example.com>");
        assert_eq!(audit[0].room, "dev-room");
        assert_eq!(audit[0].reason, "as it was typed");
        assert_eq!(audit[0].error, None);
    }

    #[tokio::test]
    async fn reading_writes_nothing() {
        let stage = Stage::new(schedule("dev"));
        stage.answer(status(), NOW).await;
        stage.answer(Command::Schedules, NOW).await;
        stage.answer(Command::Help, NOW).await;
        assert_eq!(stage.memory.writes(), 0);
    }

    #[tokio::test]
    async fn the_answer_of_whoever_was_faster_stands() {
        let mut stage = Stage::new(schedule("dev"));
        let message = stage.message("force_stop");
        stage.fleet = Arc::new(Meanwhile {
            fleet: Arc::clone(&stage.fleet),
            other: stage.chat(),
            message: message.clone(),
        });
        let late = utc("2026-11-23 10:01");
        let answer = stage.chat().obey(force_stop(), &message, late).await;
        assert_eq!((answer.reply, answer.changed), (None, false));
        assert_eq!(stage.memory.whole_audit().len(), 1);
        assert_eq!(stage.memory.forces().await.unwrap()[0].since, utc(NOW));
    }

    #[tokio::test]
    async fn a_conflict_over_something_else_is_a_failure() {
        let mut stage = Stage::new(schedule("dev"));
        stage.store = Arc::new(FailingStore::new(stage.store, |call, _| {
            (call == StoreCall::Commit).then_some(StoreError::Conflict)
        }));
        let refusal = stage.refusal(force_stop(), NOW).await;
        assert!(
            matches!(refusal, Refusal::Failed { ref code, .. } if code == "store.conflict"),
            "{refusal:?}"
        );
    }

    #[tokio::test]
    async fn a_failing_store_changes_nothing_and_says_so() {
        for call in [
            StoreCall::Delivery,
            StoreCall::Definitions,
            StoreCall::Exceptions,
            StoreCall::Forces,
            StoreCall::Remembered,
            StoreCall::Commit,
        ] {
            let mut stage = Stage::new(schedule("dev"));
            stage.store = Arc::new(FailingStore::on(stage.store, call));
            let refusal = stage.refusal(force_stop(), NOW).await;
            let Refusal::Failed { code, incident } = refusal else {
                panic!("{call:?}: not a failure: {refusal:?}");
            };
            assert_eq!(code, "store.busy", "{call:?}");
            assert_eq!(incident.len(), 8, "{call:?}");
            assert_eq!(stage.memory.writes(), 0, "{call:?}");
            assert_eq!(stage.memory.forces().await.unwrap(), [], "{call:?}");
        }
    }

    #[tokio::test]
    async fn only_those_who_are_allowed_may_change_and_everyone_may_read() {
        let stage = Stage::new(schedule("dev").allow(&["ops@example.com", "운영"]));
        let expected = Refusal::NotAllowed {
            schedule: "dev".to_owned(),
            allowed: vec!["ops@example.com".to_owned(), "운영".to_owned()],
        };
        assert_eq!(stage.refusal(force_stop(), NOW).await, expected);
        assert_eq!(
            stage.memory.whole_audit()[0].error.as_deref(),
            Some("not-allowed")
        );
        the_view!(stage.reply(status(), NOW).await, Status);
    }

    #[tokio::test]
    async fn an_address_a_name_or_a_room_lets_change() {
        for entry in ["HANA@example.com", "hana", "Dev-Room"] {
            let stage = Stage::new(schedule("dev").allow(&["ops@example.com", entry]));
            assert!(stage.answer(force_stop(), NOW).await.changed, "{entry}");
        }
    }

    #[tokio::test]
    async fn a_formatter_that_fails_is_replaced_by_plain_words() {
        let mut stage = Stage::new(schedule("dev")).servers([server("web", "dev").running()]);
        stage.formatter = Arc::new(Speechless);
        let answer = stage.answer(force_stop(), NOW).await;
        assert!(answer.changed);
        assert!(
            answer
                .message
                .body
                .contains("stop by Hana until 2026-11-24 09:00"),
            "{}",
            answer.message.body
        );
    }

    #[tokio::test]
    async fn an_answer_is_in_the_language_and_zone_of_its_schedule() {
        let stage = Stage::new(
            schedule("dev")
                .zone("America/New_York")
                .with(|schedule| schedule.locale = Some("en".to_owned())),
        );
        let answer = stage.answer(status(), NOW).await;
        assert!(answer.message.body.starts_with("en America/New_York "));
        let answer = stage.answer(Command::Schedules, NOW).await;
        assert!(answer.message.body.starts_with("ko Asia/Seoul "));
    }

    #[tokio::test]
    async fn help_names_the_schedules_that_the_writer_can_see() {
        let stage = Stage::new(schedule("dev"));
        let mut message = stage.message("");
        let chat = stage.chat();
        let answer = chat.obey(Command::Help, &message, utc(NOW)).await;
        let expected = Reply::Help {
            schedules: vec!["dev".to_owned()],
        };
        assert_eq!(answer.reply, Some(expected));
        message.sees = Some(BTreeSet::new());
        let answer = chat.obey(Command::Help, &message, utc(NOW)).await;
        let expected = Reply::Help { schedules: vec![] };
        assert_eq!(answer.reply, Some(expected));
    }

    #[tokio::test]
    async fn text_is_read_by_the_grammar() {
        let stage = Stage::new(schedule("dev"));
        let said = async |text: &str| {
            let answer = stage.chat().answer(&stage.message(text), utc(NOW)).await;
            answer.reply.unwrap()
        };
        the_view!(said("dev 상태").await, Status);
        let forced = the_view!(said("dev 중지").await, Forced);
        assert_eq!(forced.forced.until.to_string(), "2026-11-24 09:00");
        the_view!(said("dev 취소").await, Cancelled);
        let extended = the_view!(said("dev 연장 2시간").await, Extended);
        assert_eq!(extended.to.to_string(), "2026-11-23 24:00");
        let refusal = the_view!(said("prod 상태").await, Refused);
        assert!(!matches!(refusal, Refusal::Failed { .. }), "{refusal:?}");
        let audit = stage.memory.whole_audit();
        assert_eq!(audit[0].reason, "dev 중지");
    }
}
