//! The one way in for messages: from a message to its answer.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::{
    model::{
        AuditRecord, AuditSubject, Definitions, Schedule, local_moment,
        reply::{Context, Message, Persona, Refusal, Reply, ScheduleLine},
    },
    port::{Change, Delivery, Fleet, FleetView, Formatter, Rules, Store, StoreError},
};

use super::{
    Command, GrammarContext, KnownSchedule, cancel,
    done::Done,
    exception_delete, exception_set, exceptions, extend, force,
    incoming::{Answer, Incoming},
    info,
    natural::natural,
    parse,
    plain::plain,
    refusal_code::refusal_code,
    roster::Roster,
    schedules, status,
    subject::{Kept, Subject},
    trouble::{Trouble, chain},
    why,
};

/// How the house speaks where a schedule does not say.
#[derive(Debug, Clone)]
pub struct Manners {
    /// Language tag: `ko` or `en`.
    pub locale: String,
    /// How much of the character shows.
    pub persona: Persona,
    /// The zone of what is said about no schedule in particular.
    pub timezone: Tz,
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
        }
    }

    /// The answer to `message`. There always is one.
    pub async fn answer(&self, message: &Incoming, now: DateTime<Utc>) -> Answer {
        let read = |context: &GrammarContext| parse(&message.text, context).map_err(Trouble::from);
        self.serve(message, now, read).await
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
        if let Some(delivery) = self.store.delivery(&message.delivery_key).await? {
            return repeat(&delivery);
        }
        let definitions = self.store.definitions().await?;
        let visible = self.visible(&definitions, message, now);
        // Where one schedule is all that the writer can mean, its language is theirs.
        let only = match visible.schedules.as_slice() {
            [only] => definitions.schedules.get(&only.name),
            [] | [_, ..] => None,
        };
        let context = self.context(only.map(AsRef::as_ref), message, now);
        let command = match read(&visible) {
            Ok(command) => command,
            Err(Trouble::Refused(refusal)) => {
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

    async fn about_one(
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
        let done = self.carry_out(command, &subject, message).await;
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
                Ok(status::show(subject, &self.roster(subject).await?).into())
            }
            Command::Info { date, .. } => Ok(info::show(subject, *date).into()),
            Command::ExceptionInfo { date, .. } => Ok(exceptions::show(subject, *date).into()),
            Command::ExceptionList { .. } => Ok(exceptions::list(subject).into()),
            Command::Why { .. } => {
                let roster = self.roster(subject).await?;
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
        let fleet: Result<FleetView, String> = self.fleet.servers(now).await.map_err(|error| {
            tracing::warn!(error = chain(&error), "no server can be seen");
            format!("{error} ({})", error.code)
        });
        let zone = self.manners.timezone;
        let used = definitions.schedules.values().map(|schedule| {
            let subject = Subject::new(schedule, definitions, &kept, &*self.rules, now);
            let roster = fleet
                .as_ref()
                .map(|fleet| Roster::new(schedule, fleet, Arc::clone(&memory)));
            let roster = roster.as_ref().map_err(|unseen| unseen.as_str());
            schedules::line(&subject, roster, zone)
        });
        let set_aside = definitions
            .set_aside
            .iter()
            .map(|(name, faults)| schedules::set_aside(name, faults));
        let mut lines: Vec<ScheduleLine> = used
            .chain(set_aside)
            .filter(|line| message.may_see(&line.name))
            .collect();
        lines.sort_by(|a, b| natural(&a.name, &b.name));
        Ok(lines)
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
        schedules.sort_by(|a, b| a.name.cmp(&b.name));
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
