//! The conformance suite: what every rule must keep to, whatever it does. It may answer, or say with an error of the
//! contract why it does not; it may not trap, go beyond a limit, break a bound of the contract, or answer the same
//! question differently.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate};
use reveille_cases::PeriodLine;
use reveille_core::model::{
    DayPlan, Exception, Force, GroupState, GroupView, MAX_NOTES, MAX_REASON_CHARS, MAX_SPANS,
    Minute, OnTimeout, Period, PeriodUse, RuleFailure, Schedule, Span, Turn, Want,
};
use reveille_sandbox::{Alone, DataSource, Datum};

use super::{
    Asked, Crew, Trial, contexts,
    days::{self, around_clock_changes, around_leap_days, of_every_year, planned, week},
    inputs::{Input, Question},
    named_replies,
    property::{Property, Said},
    schedule_of, servers,
};

/// How many of the days are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Days {
    /// All of them, some 850.
    All,
    /// Every tenth, for rules of which a call takes long.
    Tenth,
}

impl Days {
    fn step(self) -> usize {
        match self {
            Self::All => 1,
            Self::Tenth => 10,
        }
    }
}

/// A property with everything that the rule is asked for it.
type Family = (&'static str, Vec<Input>);

/// Runs the suite.
///
/// # Errors
/// When its own schedules cannot be read, which no rule has to do with.
pub(crate) fn conform(trial: &Trial, days: Days) -> anyhow::Result<Vec<Property>> {
    let suite = Suite::new(trial)?;
    let mut families = vec![suite.configuration(), suite.configurations()];
    if trial.plans() {
        families.extend(suite.of_days(days.step()));
    }
    if trial.decides() {
        families.extend(suite.of_servers());
    }
    if trial.formats() {
        families.push(suite.replies());
    }
    families.push(suite.data()?);
    families.retain(|(_, inputs)| !inputs.is_empty());

    let mut properties = Vec::with_capacity(families.len() + 1);
    let mut answers: Vec<(&Input, Result<Said, RuleFailure>)> = Vec::new();
    for (name, inputs) in &families {
        let mut property = Property::new(name);
        for input in inputs {
            answers.push((input, property.ask(input)));
        }
        properties.push(property);
    }
    properties[0].require_answers(&answers);
    properties.push(same_again(&answers));
    Ok(properties)
}

impl Property {
    /// Its own configuration must not only be answered: it must be accepted.
    fn require_answers(&mut self, answers: &[(&Input, Result<Said, RuleFailure>)]) {
        if let (true, Some(error), Some((input, _))) =
            (self.holds(), self.error.take(), answers.first())
        {
            self.tell(error, || input.lines());
        }
    }
}

/// Everything once more, the last first: in fresh instances, in another order, and when the clock has moved.
fn same_again(answers: &[(&Input, Result<Said, RuleFailure>)]) -> Property {
    let mut property = Property::new("the same again, in another order and later");
    for (input, before) in answers.iter().rev() {
        property.calls += 1;
        let after = input.ask().answer;
        if after != *before {
            let what = format!(
                "it answered {}, and before {}",
                shown(&after),
                shown(before)
            );
            property.tell(what, || input.lines());
        }
    }
    property
}

fn shown(answer: &Result<Said, RuleFailure>) -> String {
    const CHARS: usize = 300;
    let text = match answer {
        Ok(Said::Plan(plan)) => {
            let lines: Vec<String> = plan
                .spans
                .iter()
                .map(|span| days::line(span).to_string())
                .collect();
            format!("{lines:?} with the notes {:?}", plan.notes)
        }
        Ok(other) => format!("{other:?}"),
        Err(failure) => format!("`{}`", failure.cause),
    };
    text.chars().take(CHARS).collect()
}

struct Suite<'a> {
    trial: &'a Trial,
    /// 09:00 to 18:00 from Monday to Friday.
    office: Schedule,
    /// 22:00 to 02:00 every day.
    night: Schedule,
}

impl<'a> Suite<'a> {
    fn new(trial: &'a Trial) -> anyhow::Result<Self> {
        let schedule = |lines: &[&str]| {
            let periods: Result<Vec<PeriodLine>, String> =
                lines.iter().map(|line| line.parse()).collect();
            periods
                .and_then(|periods| schedule_of(&periods, "Asia/Seoul", None))
                .map_err(|fault| anyhow::anyhow!("the suite's own schedule is wrong: {fault}"))
        };
        Ok(Self {
            trial,
            office: schedule(&["office 09:00-18:00 mon-fri"])?,
            night: schedule(&["night 22:00-24:00", "rest 00:00-02:00"])?,
        })
    }

    fn input(&self, question: Question) -> Input {
        self.input_of(self.trial.alone.clone(), &self.trial.config, question)
    }

    fn input_of(&self, rule: Alone, config: &str, question: Question) -> Input {
        Input {
            rule,
            config: config.to_owned(),
            question,
        }
    }

    /// A day as the periods of the schedule leave it.
    fn day(&self, schedule: &Schedule, date: NaiveDate) -> Asked {
        Asked {
            so_far: planned(&self.trial.sandbox, schedule, date),
            schedule: schedule.clone(),
            date,
            day_before: None,
            exceptions: Vec::new(),
        }
    }

    fn days(&self, days: impl IntoIterator<Item = Asked>) -> Vec<Input> {
        let day = |asked| self.input(Question::Day(Box::new(asked)));
        days.into_iter().map(day).collect()
    }

    fn configuration(&self) -> Family {
        (
            "its configuration is accepted",
            vec![self.input(Question::Config)],
        )
    }

    /// Texts that are no configuration of any rule, or of few.
    fn configurations(&self) -> Family {
        let nested = format!("{}{}", "[".repeat(200), "]".repeat(200));
        let long = format!("{{\"a\":\"{}\"}}", "가".repeat(20_000));
        let texts = [
            "",
            " ",
            "{}",
            "null",
            "[]",
            "0",
            "\"\"",
            "true",
            "{",
            "{\"a\":}",
            "{\"a\":1}",
            "{\"a\":null,\"a\":1}",
            "{\"\":{}}",
            "{\"days\":[1,2]}",
            "{\"policy\":{}}",
            &nested,
            &long,
        ];
        let inputs = texts.iter().flat_map(|text| {
            [Some(Question::Config), self.any_question()]
                .into_iter()
                .flatten()
                .map(|question| self.input_of(self.trial.alone.clone(), text, question))
                .collect::<Vec<_>>()
        });
        ("any text as its configuration", inputs.collect())
    }

    /// Something of its first role that depends on its configuration; a formatter has none.
    fn any_question(&self) -> Option<Question> {
        if self.trial.plans() {
            let day = self.day(&self.office, monday());
            Some(Question::Day(Box::new(day)))
        } else if self.trial.decides() {
            let crew = servers::few(self.trial.alone.tags(), &self.office);
            Some(Question::Servers(Box::new(crew)))
        } else {
            None
        }
    }

    /// Nothing, and nonsense, bound to every name that the rule asks for.
    fn data(&self) -> anyhow::Result<Family> {
        let asked = self.trial.alone.data();
        let mut inputs = Vec::new();
        if !asked.is_empty() {
            let long = "2026-11-23 a line\n".repeat(1_000);
            let kinds: [&[u8]; 5] = [
                b"",
                b"\0\xff\xfe nonsense",
                b"{}",
                b"a,b\n1,2\n",
                long.as_bytes(),
            ];
            for bytes in kinds {
                let bound: DataSource = asked
                    .iter()
                    .map(|name| (name.clone(), Datum::new(bytes)))
                    .collect();
                let rule = self.trial.with_data(&bound)?;
                let question = self.any_question().unwrap_or(Question::Config);
                inputs.push(self.input_of(rule, &self.trial.config, question));
            }
            self.trial.with_data(&DataSource::new())?;
        }
        Ok(("any bytes as its data", inputs))
    }

    fn of_days(&self, step: usize) -> Vec<Family> {
        let schedules = [&self.office, &self.night];
        let on = |dates: &mut dyn Iterator<Item = NaiveDate>| {
            let asked: Vec<Asked> = dates
                .step_by(step)
                .map(|date| self.day(&self.office, date))
                .collect();
            self.days(asked)
        };
        let weekdays = schedules
            .into_iter()
            .flat_map(|schedule| week(monday()).map(|date| self.day(schedule, date)));
        let zones = around_clock_changes().into_iter().step_by(step);
        let zones = zones.flat_map(|(zone, date)| {
            schedules.map(|schedule| {
                let mut schedule = schedule.clone();
                schedule.timezone = zone;
                self.day(&schedule, date)
            })
        });
        vec![
            ("every weekday", self.days(weekdays)),
            ("years 2000 to 2100", on(&mut of_every_year().into_iter())),
            ("leap days", on(&mut around_leap_days().into_iter())),
            ("days on which the clocks change", self.days(zones)),
            (
                "empty and full plans so far",
                self.days(self.plans_so_far()),
            ),
            (
                "exceptions on the day and before",
                self.days(self.exceptions()),
            ),
            ("any schedule", self.schedules()),
        ]
    }

    /// From nothing to everything that a plan may hold.
    fn plans_so_far(&self) -> Vec<Asked> {
        let span = |begin, end, want, reason: &str| Span {
            begin: Minute(begin),
            end: Minute(end),
            want,
            instance_type: None,
            period: None,
            reason: reason.to_owned(),
        };
        let longest = "가".repeat(MAX_REASON_CHARS);
        let wants = [Want::Run, Want::Stop, Want::Hold];
        let many = (0..MAX_SPANS).filter_map(|place| {
            let begin = u16::try_from(place * 5).ok()?;
            Some(span(begin, begin + 5, wants[place % 3], &longest))
        });
        let mut typed = span(540, 1080, Want::Run, "period office");
        typed.instance_type = Some("m5.large".to_owned());
        typed.period = Some("office".to_owned());
        let plans = [
            DayPlan::default(),
            DayPlan {
                spans: vec![span(0, 1440, Want::Run, "period always")],
                notes: Vec::new(),
            },
            DayPlan {
                spans: vec![span(0, 1440, Want::Hold, "")],
                notes: Vec::new(),
            },
            DayPlan {
                spans: vec![span(0, 1, Want::Run, ""), span(1439, 1440, Want::Run, "")],
                notes: Vec::new(),
            },
            DayPlan {
                spans: vec![typed],
                notes: vec!["a note".to_owned()],
            },
            DayPlan {
                spans: vec![span(540, 1080, Want::Run, "period office")],
                notes: vec![longest.clone(); MAX_NOTES],
            },
            DayPlan {
                spans: many.collect(),
                notes: Vec::new(),
            },
        ];
        // A working day, a Sunday, a holiday in most countries, and days before others.
        let dates = [
            (2026, 11, 23),
            (2026, 11, 22),
            (2026, 12, 25),
            (2026, 9, 25),
            (2027, 1, 1),
        ];
        let mut asked = Vec::new();
        for (year, month, day) in dates {
            let Some(date) = NaiveDate::from_ymd_opt(year, month, day) else {
                continue;
            };
            for plan in &plans {
                let mut day = self.day(&self.office, date);
                day.so_far = plan.clone();
                asked.push(day);
            }
        }
        asked
    }

    /// Both turns, on the day and on the day before, at the ends of what is allowed and cancelled.
    fn exceptions(&self) -> Vec<Asked> {
        let ats = [
            None,
            Some(0),
            Some(1),
            Some(600),
            Some(1440),
            Some(1560),
            Some(2879),
        ];
        let mut asked = Vec::new();
        for schedule in [&self.office, &self.night] {
            for date in [Some(monday()), NaiveDate::from_ymd_opt(2026, 9, 25)]
                .into_iter()
                .flatten()
            {
                let before = date.pred_opt().unwrap_or(date);
                let exception = |date, action, at: Option<u16>| Exception {
                    schedule: schedule.name.clone(),
                    date,
                    action,
                    at: at.map(Minute),
                    by: "하나 <hana@example.com>".to_owned(),
                    reason: Some("\"release\" \u{1F680}".to_owned()),
                    created_at: DateTime::UNIX_EPOCH,
                };
                let mut with = |exceptions: Vec<Exception>| {
                    let mut day = self.day(schedule, date);
                    day.day_before = Some(planned(&self.trial.sandbox, schedule, before));
                    day.exceptions = exceptions;
                    asked.push(day);
                };
                for at in ats {
                    for turn in [Turn::Start, Turn::Stop] {
                        with(vec![exception(date, turn, at)]);
                        with(vec![exception(before, turn, at)]);
                    }
                }
                with(vec![
                    exception(before, Turn::Start, Some(600)),
                    exception(before, Turn::Stop, Some(1560)),
                    exception(date, Turn::Start, None),
                    exception(date, Turn::Stop, Some(60)),
                ]);
            }
        }
        asked
    }

    /// Schedules with no periods, with many, with periods that cannot be read, constantly something.
    fn schedules(&self) -> Vec<Input> {
        let period = |name: String, begin: &str| PeriodUse {
            period: Arc::new(Period {
                name,
                begin_time: Some(begin.to_owned()),
                end_time: Some("18:00".to_owned()),
                weekdays: Some(vec!["mon-fri".to_owned(), "nonsense".to_owned()]),
                ..Period::default()
            }),
            instance_type: None,
        };
        let changed = |change: &dyn Fn(&mut Schedule)| {
            let mut schedule = self.office.clone();
            change(&mut schedule);
            schedule
        };
        let schedules = [
            changed(&|it| it.periods.clear()),
            changed(&|it| it.periods = vec![period("odd".to_owned(), "25:99")]),
            changed(&|it| {
                it.periods = (0..100)
                    .map(|place| period(format!("p{place:03}"), "09:00"))
                    .collect();
            }),
            changed(&|it| it.override_status = Some(Want::Run)),
            changed(&|it| it.override_status = Some(Want::Stop)),
            changed(&|it| it.holiday_calendar = Some("달력 \u{1F4C5} \"x\"".to_owned())),
            changed(&|it| it.name = "개발 서버 \u{1F5A5}".to_owned()),
        ];
        let mut inputs = Vec::new();
        for schedule in schedules {
            let so_far = planned(&self.trial.sandbox, &self.office, monday());
            let mut day = self.day(&schedule, monday());
            day.so_far = so_far;
            inputs.push(self.input(Question::Schedule(Box::new(schedule))));
            inputs.push(self.input(Question::Day(Box::new(day))));
        }
        inputs
    }

    fn of_servers(&self) -> Vec<Family> {
        let tags = self.trial.alone.tags();
        let wants = [Want::Run, Want::Stop, Want::Hold];
        let crowd = |count, want| servers::crowd(count, want, tags, &self.office);
        let crews = |crews: Vec<Crew>| -> Vec<Input> {
            let asked = |crew| self.input(Question::Servers(Box::new(crew)));
            crews.into_iter().map(asked).collect()
        };
        let numbers = [0, 1, 1_000].into_iter();
        let numbers = numbers.flat_map(|count| wants.map(|want| crowd(count, want)));
        // Six states by eight words is forty-eight; twice that has them in other groups and kinds too.
        let states = wants.map(|want| crowd(96, want));
        vec![
            ("no, one and 1,000 servers", crews(numbers.collect())),
            (
                "every state and everything remembered",
                crews(states.to_vec()),
            ),
            ("orders, groups and options", crews(self.circumstances())),
            ("every time of the day", crews(self.moments())),
        ]
    }

    fn circumstances(&self) -> Vec<Crew> {
        let few = || servers::few(self.trial.alone.tags(), &self.office);
        let mut crews = Vec::new();
        for want in [Want::Run, Want::Stop] {
            let mut crew = few();
            crew.force = Some(Force {
                schedule: crew.schedule.name.clone(),
                want,
                since: DateTime::UNIX_EPOCH,
                until: DateTime::UNIX_EPOCH,
                by: "하나".to_owned(),
                reason: Some("now".to_owned()),
            });
            crews.push(crew);
        }
        for state in [GroupState::Running, GroupState::Stopped, GroupState::Mixed] {
            for on_timeout in [OnTimeout::Wait, OnTimeout::Pass] {
                let group = |name: &str, depends_on: &[&str]| GroupView {
                    name: name.to_owned(),
                    depends_on: depends_on.iter().map(|&name| name.to_owned()).collect(),
                    state,
                    overdue: on_timeout == OnTimeout::Pass,
                    on_timeout,
                };
                let mut crew = few();
                crew.groups = vec![group("db", &[]), group("api", &["db"])];
                crews.push(crew);
            }
        }
        for options in 0..16_u8 {
            let mut crew = few();
            let on = |bit: u8| options & (1 << bit) != 0;
            crew.schedule.enforced = on(0);
            crew.schedule.retain_running = on(1);
            crew.schedule.stop_new_instances = on(2);
            crew.schedule.hibernate = on(3);
            crews.push(crew);
        }
        let mut typed = few();
        typed.wanted.instance_type = Some("m5.large".to_owned());
        crews.push(typed);
        let mut first = few();
        first.is_first = true;
        crews.push(first);
        crews
    }

    fn moments(&self) -> Vec<Crew> {
        let dates = [
            (2026, 11, 23),
            (2028, 2, 29),
            (2026, 12, 31),
            (2100, 12, 31),
        ];
        let dates = dates.into_iter();
        let dates =
            dates.filter_map(|(year, month, day)| NaiveDate::from_ymd_opt(year, month, day));
        dates
            .flat_map(|date| {
                [0, 1, 539, 540, 1080, 1439].map(|minute| {
                    let mut crew = servers::few(self.trial.alone.tags(), &self.office);
                    crew.now.date = date;
                    crew.now.minute = Minute(minute);
                    crew
                })
            })
            .collect()
    }

    fn replies(&self) -> Family {
        let contexts = contexts();
        let inputs = named_replies()
            .into_iter()
            .flat_map(|named| {
                let question = |context: &reveille_core::model::reply::Context| {
                    Question::Reply(named.name, context.clone(), Box::new(named.reply.clone()))
                };
                contexts
                    .iter()
                    .map(|context| self.input(question(context)))
                    .collect::<Vec<_>>()
            })
            .collect();
        ("every reply, in every language and manner", inputs)
    }
}

/// A Monday that is no holiday anywhere that rules of ours know.
fn monday() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap_or_default()
}
