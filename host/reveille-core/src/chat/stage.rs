//! A house for the tests of the commands: everything in memory, and rules that apply exceptions.
//!
//! The schedule `dev` runs from 09:00 to 22:00 UTC, Monday to Friday, unless a test says otherwise. 2026-11-23 is a
//! Monday.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use chrono_tz::Tz;

use crate::{
    model::{
        DayPlan, Decision, Exception, Fault, Layer, LoadedRule, Minute, RuleFailure, Schedule,
        Server, Span, Turn, Want,
        reply::{Context, Message, Persona, Refusal, Reply},
    },
    port::{DecideRequest, Fleet, Formatter, PlanRequest, Rules, Store},
    testing::{MemoryFleet, MemoryStore, PaintedRules, ScheduleBuilder, definitions, failure, utc},
};

use super::{Answer, Caller, Chat, Command, Incoming, Manners};

/// A house with one schedule.
pub(super) struct Stage {
    pub(super) memory: Arc<MemoryStore>,
    pub(super) servers: Arc<MemoryFleet>,
    pub(super) store: Arc<dyn Store>,
    pub(super) fleet: Arc<dyn Fleet>,
    pub(super) rules: Arc<dyn Rules>,
    pub(super) formatter: Arc<dyn Formatter>,
    pub(super) writer: Caller,
    pub(super) calendars_are_read: bool,
    messages: AtomicUsize,
}

impl Stage {
    pub(super) fn new(schedule: ScheduleBuilder) -> Self {
        let memory = Arc::new(MemoryStore::with_definitions(definitions([
            schedule.build()
        ])));
        let servers = Arc::new(MemoryFleet::new([]));
        Self {
            store: Arc::clone(&memory) as Arc<dyn Store>,
            fleet: Arc::clone(&servers) as Arc<dyn Fleet>,
            memory,
            servers,
            rules: Arc::new(Chain::new(PaintedRules::weekdays("09:00", "22:00"))),
            formatter: Arc::new(Debugged),
            writer: Caller {
                name: "Hana".to_owned(),
                email: Some("hana@example.com".to_owned()),
                room: "dev-room".to_owned(),
            },
            calendars_are_read: true,
            messages: AtomicUsize::new(0),
        }
    }

    /// With these servers.
    pub(super) fn servers(self, servers: impl IntoIterator<Item = impl Into<Server>>) -> Self {
        for server in servers {
            self.servers.add(server.into());
        }
        self
    }

    /// With these rules before the exceptions.
    pub(super) fn rules(mut self, rules: PaintedRules) -> Self {
        self.rules = Arc::new(Chain::new(rules));
        self
    }

    /// With a rule that fails on every day.
    pub(super) fn failing_rule(self) -> Self {
        self.rules(PaintedRules::new(|_, _| Err(failure("kr-holidays"))))
    }

    pub(super) fn chat(&self) -> Chat {
        Chat::new(
            Arc::clone(&self.store),
            Arc::clone(&self.fleet),
            Arc::clone(&self.rules),
            Arc::clone(&self.formatter),
            Manners {
                locale: "ko".to_owned(),
                persona: Persona::Light,
                timezone: Tz::Asia__Seoul,
                calendars_are_read: self.calendars_are_read,
            },
        )
    }

    /// A message that was not delivered before.
    pub(super) fn message(&self, text: &str) -> Incoming {
        let number = self.messages.fetch_add(1, Ordering::Relaxed);
        Incoming {
            text: text.to_owned(),
            writer: self.writer.clone(),
            keyword: "서버".to_owned(),
            sees: None,
            delivery_key: format!("key-{number}"),
        }
    }

    /// What is answered at `now` (`2026-11-23 10:00`, UTC).
    pub(super) async fn answer(&self, command: Command, now: &str) -> Answer {
        let message = self.message("as it was typed");
        self.chat().obey(command, &message, utc(now)).await
    }

    pub(super) async fn reply(&self, command: Command, now: &str) -> Reply {
        self.answer(command, now).await.reply.unwrap()
    }

    pub(super) async fn refusal(&self, command: Command, now: &str) -> Refusal {
        let answer = self.answer(command, now).await;
        assert!(!answer.changed, "a refusal changes nothing");
        match answer.reply {
            Some(Reply::Refused(refusal)) => refusal,
            other => panic!("not a refusal: {other:?}"),
        }
    }
}

/// What is in a reply of the kind that is expected.
macro_rules! the_view {
    ($reply:expr, $kind:ident) => {
        match $reply {
            Reply::$kind(view) => view,
            other => panic!("not what was expected: {other:?}"),
        }
    };
}
pub(super) use the_view;

/// Says what it is told as Rust would print it.
struct Debugged;

impl Formatter for Debugged {
    fn format(&self, context: &Context, reply: &Reply) -> Result<Message, RuleFailure> {
        Ok(Message {
            body: format!("{} {} {reply:?}", context.locale, context.timezone),
            connect_color: "#000000".to_owned(),
            connect_info: Vec::new(),
        })
    }
}

/// Fails.
pub(super) struct Speechless;

impl Formatter for Speechless {
    fn format(&self, _: &Context, _: &Reply) -> Result<Message, RuleFailure> {
        Err(failure("serverbyeong"))
    }
}

/// Painted rules, and the exceptions after them.
struct Chain {
    periods: PaintedRules,
}

impl Chain {
    fn new(periods: PaintedRules) -> Self {
        Self { periods }
    }
}

impl Rules for Chain {
    fn plan(&self, request: &PlanRequest<'_>) -> Result<Arc<DayPlan>, RuleFailure> {
        let plan = self.periods.plan(request)?;
        if request.schedule.override_status.is_some() {
            return Ok(plan);
        }
        Ok(Arc::new(excepted(&plan, request)))
    }

    fn layers(&self, request: &PlanRequest<'_>) -> Result<Vec<Layer>, RuleFailure> {
        let mut layers = self.periods.layers(request)?;
        layers.push(Layer {
            rule: "exceptions".to_owned(),
            plan: (*self.plan(request)?).clone(),
        });
        Ok(layers)
    }

    fn decide(&self, request: &DecideRequest<'_>) -> Result<Vec<Decision>, RuleFailure> {
        self.periods.decide(request)
    }

    fn check_schedule(&self, schedule: &Schedule) -> Vec<Fault> {
        self.periods.check_schedule(schedule)
    }

    fn loaded(&self) -> Vec<LoadedRule> {
        self.periods.loaded()
    }
}

/// The plan of a day with its exceptions, and those of the day before that reach into it, minute by minute.
fn excepted(plan: &DayPlan, request: &PlanRequest<'_>) -> DayPlan {
    let mut day: Vec<(Want, String)> = (0..1440)
        .map(|minute| {
            let span = plan.span_at(Minute(minute));
            span.map_or((Want::Stop, String::new()), |span| {
                (span.want, span.reason.clone())
            })
        })
        .collect();
    let of = |date| {
        request
            .exceptions
            .iter()
            .filter(move |exception| Some(exception.date) == date)
    };
    for exception in of(request.date.pred_opt()) {
        let reason = format!("exception by {}", exception.by);
        match (exception.action, exception.at) {
            (Turn::Stop, Some(at)) if at > Minute::DAY_END => {
                let end = usize::from(at.0 - 1440);
                day[..end].fill((Want::Run, reason));
            }
            (Turn::Stop, None) => {
                let first = first_run(&day).unwrap_or(1440);
                day[..first].fill((Want::Hold, reason));
            }
            (Turn::Stop | Turn::Start, _) => {}
        }
    }
    for exception in of(Some(request.date)) {
        apply(&mut day, exception);
    }
    DayPlan {
        spans: (0_u16..)
            .zip(&day)
            .collect::<Vec<_>>()
            .chunk_by(|(_, a), (_, b)| a == b)
            .map(|chunk| Span {
                begin: Minute(chunk[0].0),
                end: Minute(chunk[chunk.len() - 1].0 + 1),
                want: chunk[0].1.0,
                instance_type: None,
                period: None,
                reason: chunk[0].1.1.clone(),
            })
            .filter(|span| span.want != Want::Stop || !span.reason.is_empty())
            .collect(),
        notes: plan.notes.clone(),
    }
}

fn apply(day: &mut [(Want, String)], exception: &Exception) {
    let painted = |want| (want, format!("exception by {}", exception.by));
    let first = first_run(day);
    let last_end = day.iter().rposition(|(want, _)| *want == Want::Run);
    let last_end = last_end.map(|last| last + 1);
    match (exception.action, exception.at) {
        (Turn::Start, Some(at)) => {
            let at = usize::from(at.0).min(1440);
            if let Some(first) = first {
                day[first.min(at)..first.max(at)].fill(painted(if at < first {
                    Want::Run
                } else {
                    Want::Stop
                }));
            } else {
                day[at..].fill(painted(Want::Run));
            }
        }
        (Turn::Start, None) => {
            for minute in day.iter_mut().filter(|(want, _)| *want == Want::Run) {
                *minute = painted(Want::Hold);
            }
        }
        (Turn::Stop, at) => {
            let Some(end) = last_end else { return };
            match at.map(|at| usize::from(at.0).min(1440)) {
                Some(at) if at < end => day[at..end].fill((Want::Stop, String::new())),
                Some(at) => day[end..at].fill(painted(Want::Run)),
                None => day[end..].fill(painted(Want::Hold)),
            }
        }
    }
}

fn first_run(day: &[(Want, String)]) -> Option<usize> {
    day.iter().position(|(want, _)| *want == Want::Run)
}
