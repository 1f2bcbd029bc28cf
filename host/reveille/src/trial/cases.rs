//! Cases of a `cases.toml`, run through the component.

use std::{borrow::Cow, collections::BTreeMap, path::Path, sync::Arc};

use chrono::{DateTime, NaiveDate, Timelike as _, Utc};
use reveille_cases::{
    Action as ActionLine, Case, Datum as CaseDatum, DecideCase, DecisionLine, Difference,
    FormatCase, Kind, PlanCase, Ruled, ServerLine, Want as WantLine,
};
use reveille_core::model::{
    Action, DayPlan, Decision, Exception, Force, GroupState, GroupView, Minute, Moment, OnTimeout,
    RuleFailure, Schedule, ServerState, Stored, Turn, Want,
    reply::{Context, Message, Persona},
};
use reveille_sandbox::{Alone, DataSource, Datum};

use super::{
    Asked, Crew, Trial,
    days::{self, plan_of},
    replies::{context, named_replies},
    schedule_of,
    servers::{self, Told},
};

/// A case, or a day of it, whose answer is not the one that it expects.
#[derive(Debug)]
pub(crate) struct Failed {
    /// Name of the case.
    pub(crate) case: String,
    /// The day, of a planner's.
    pub(crate) date: Option<NaiveDate>,
    /// What it differs in.
    pub(crate) difference: Difference,
    /// The day as expected and as it came, where both are plans.
    pub(crate) days: Option<(DayPlan, DayPlan)>,
}

/// Runs `cases`; `folder` is that of their file.
///
/// # Errors
/// When a case cannot be run, with what is wrong with it.
pub(crate) fn run_cases(
    trial: &Trial,
    cases: &[Case],
    folder: &Path,
) -> Result<Vec<Failed>, Vec<String>> {
    let mut failed = Vec::new();
    let mut faults = Vec::new();
    for case in cases {
        match run(trial, case, folder) {
            Ok(more) => failed.extend(more),
            Err(fault) => faults.push(format!("case `{}`: {fault}", case.name)),
        }
    }
    if faults.is_empty() {
        Ok(failed)
    } else {
        Err(faults)
    }
}

fn run(trial: &Trial, case: &Case, folder: &Path) -> Result<Vec<Failed>, String> {
    let rule = trial
        .with_data(&bound(trial, case, folder)?)
        .map_err(|failure| failure.to_string())?;
    let config = serde_json::Value::Object(case.config.clone()).to_string();
    let config = if case.config.is_empty() {
        &trial.config
    } else {
        &config
    };
    let role = |has: bool, role: &str| {
        if has {
            Ok(())
        } else {
            Err(format!("the rule is no {role}"))
        }
    };
    match &case.kind {
        Kind::Plan(plan) => {
            role(trial.plans(), "planner")?;
            run_days(&rule, config, case, plan)
        }
        Kind::Decide(asked) => {
            role(trial.decides(), "decider")?;
            run_decision(&rule, config, case, asked)
        }
        Kind::Format(asked) => {
            role(trial.formats(), "formatter")?;
            run_reply(&rule, case, asked)
        }
    }
}

fn bound(trial: &Trial, case: &Case, folder: &Path) -> Result<DataSource, String> {
    let asked = trial.alone.data();
    let mut bound = DataSource::new();
    for (name, datum) in &case.data {
        let name = match (name, asked) {
            (Some(name), _) if asked.contains(name) => name,
            (Some(name), _) => {
                return Err(format!(
                    "`data`: the rule asks for no data `{name}`; {}",
                    names(asked)
                ));
            }
            (None, [only]) => only,
            (None, _) => return Err(format!("`data` names none; {}", names(asked))),
        };
        let bytes = match datum {
            CaseDatum::Text(text) => Cow::Borrowed(text.as_bytes()),
            CaseDatum::File(file) => std::fs::read(folder.join(file))
                .map(Cow::Owned)
                .map_err(|error| format!("`data`: `{file}` cannot be read: {error}"))?,
        };
        bound.insert(name.clone(), Datum::new(&bytes));
    }
    Ok(bound)
}

fn names(asked: &[String]) -> String {
    if asked.is_empty() {
        String::from("it asks for none")
    } else {
        format!("it asks for `{}`", asked.join("`, `"))
    }
}

fn run_days(
    rule: &Alone,
    config: &str,
    case: &Case,
    plan: &PlanCase,
) -> Result<Vec<Failed>, String> {
    let schedule = schedule_of(&plan.periods, &plan.zone, plan.calendar.as_deref())?;
    let exceptions: Vec<Exception> = plan
        .exceptions
        .iter()
        .map(|line| Exception {
            schedule: schedule.name.clone(),
            date: line.date,
            action: if line.start { Turn::Start } else { Turn::Stop },
            at: line.at.map(Minute),
            by: line.by.clone(),
            reason: None,
            created_at: DateTime::UNIX_EPOCH,
        })
        .collect();
    let mut asked = Asked {
        schedule,
        date: NaiveDate::default(),
        so_far: plan_of(&plan.so_far),
        day_before: plan.day_before.as_deref().map(plan_of),
        exceptions,
    };
    let mut failed = Vec::new();
    for date in &plan.dates {
        asked.date = *date;
        let answer = asked.of(rule, config).answer;
        let got: Ruled<_> = ruled(answer.as_ref(), |day: &DayPlan| {
            (
                day.spans.iter().map(days::line).collect(),
                day.notes.clone(),
            )
        });
        if let Some(difference) = plan.differs(&got) {
            let days = match (&plan.expected, answer) {
                (Ok((spans, _)), Ok(came)) => Some((plan_of(spans), came)),
                (Ok(_) | Err(_), Ok(_) | Err(_)) => None,
            };
            failed.push(Failed {
                case: case.name.clone(),
                date: Some(*date),
                difference,
                days,
            });
        }
    }
    Ok(failed)
}

fn ruled<A, B>(answer: Result<&A, &RuleFailure>, seen: impl Fn(&A) -> B) -> Ruled<B> {
    answer.map(seen).map_err(|failure| failure.cause.clone())
}

fn run_decision(
    rule: &Alone,
    config: &str,
    case: &Case,
    asked: &DecideCase,
) -> Result<Vec<Failed>, String> {
    let on = |option: &str| asked.options.iter().any(|on| on == option);
    let office = "office 09:00-18:00"
        .parse()
        .map_err(|why: String| format!("the schedule of the cases is wrong: {why}"))?;
    let mut schedule: Schedule = schedule_of(&[office], "Asia/Seoul", None)?;
    schedule.enforced = on("enforced");
    schedule.retain_running = on("retain-running");
    schedule.stop_new_instances = !on("keep-new-instances");
    schedule.hibernate = on("hibernate");
    let mut wanted = servers::wanted(want(asked.wanted.0));
    wanted.period = asked.wanted.1.strip_prefix("period ").map(str::to_owned);
    wanted.reason.clone_from(&asked.wanted.1);
    let minutes = asked.now.hour() * 60 + asked.now.minute();
    let crew = Crew {
        force: asked.forced.as_ref().map(|(forced, by)| Force {
            schedule: schedule.name.clone(),
            want: want(*forced),
            since: DateTime::<Utc>::UNIX_EPOCH,
            until: DateTime::<Utc>::UNIX_EPOCH,
            by: by.clone(),
            reason: None,
        }),
        schedule,
        now: Moment {
            date: asked.now.date(),
            minute: Minute(u16::try_from(minutes).unwrap_or_default()),
        },
        wanted,
        groups: asked
            .groups
            .iter()
            .map(|line| GroupView {
                name: line.name.clone(),
                depends_on: line.depends_on.clone(),
                state: match line.state.as_str() {
                    "running" => GroupState::Running,
                    "stopped" => GroupState::Stopped,
                    _ => GroupState::Mixed,
                },
                overdue: line.overdue,
                on_timeout: if line.pass {
                    OnTimeout::Pass
                } else {
                    OnTimeout::Wait
                },
            })
            .collect(),
        told: asked.servers.iter().map(told).collect(),
        is_first: false,
    };
    let answer = crew.of(rule, config).answer;
    let got = ruled(answer.as_ref(), |decisions: &Vec<Decision>| {
        decisions.iter().map(decision_line).collect::<Vec<_>>()
    });
    Ok(asked
        .differs(&got)
        .map(|difference| failed(case, difference))
        .into_iter()
        .collect())
}

fn failed(case: &Case, difference: Difference) -> Failed {
    Failed {
        case: case.name.clone(),
        date: None,
        difference,
        days: None,
    }
}

fn told(line: &ServerLine) -> Told {
    let state = match line.state.as_str() {
        "running" => ServerState::Running,
        "stopped" => ServerState::Stopped,
        "starting" => ServerState::Starting,
        "stopping" => ServerState::Stopping,
        "busy" => ServerState::Busy,
        _ => ServerState::Problem,
    };
    let tags: BTreeMap<String, String> = line.tags.clone();
    let mut server = servers::server(&line.id, state, tags);
    server.group = line.group.as_deref().map(Into::into);
    Told {
        decided: Decision {
            server: server.id.clone(),
            action: match &line.decided {
                ActionLine::None => Action::None,
                ActionLine::Start => Action::Start,
                ActionLine::Stop => Action::Stop,
                ActionLine::Resize(instance_type) => Action::Resize(instance_type.clone()),
            },
            remember: Stored(line.remembers().to_owned().into()),
            reason: "so far".into(),
        },
        server,
        stored: Stored(line.remembered.clone().into()),
        maintenance_now: line.has("maintenance"),
        restarted_by_provider: line.has("restarted-by-provider"),
        force_pending: line.has("force-pending"),
        just_started: line.has("just-started"),
    }
}

fn decision_line(decision: &Decision) -> DecisionLine {
    DecisionLine {
        id: decision.server.to_string(),
        action: match &decision.action {
            Action::None => ActionLine::None,
            Action::Start => ActionLine::Start,
            Action::Stop => ActionLine::Stop,
            Action::Resize(instance_type) => ActionLine::Resize(instance_type.clone()),
        },
        remember: Some(decision.remember.to_string()),
        reason: Some(Arc::clone(&decision.reason).to_string()),
    }
}

fn want(want: WantLine) -> Want {
    match want {
        WantLine::Run => Want::Run,
        WantLine::Stop => Want::Stop,
        WantLine::Hold => Want::Hold,
    }
}

fn run_reply(rule: &Alone, case: &Case, asked: &FormatCase) -> Result<Vec<Failed>, String> {
    let replies = named_replies();
    let Some(named) = replies.iter().find(|named| named.name == asked.reply) else {
        let known: Vec<&str> = replies.iter().map(|named| named.name).collect();
        return Err(format!(
            "`reply`: there is no `{}`; there are {}",
            asked.reply,
            known.join(", ")
        ));
    };
    let persona = match asked.persona.as_str() {
        "off" => Persona::Off,
        "full" => Persona::Full,
        _ => Persona::Light,
    };
    let context: Context = context(&asked.locale, persona, &asked.keyword);
    let answer = rule.format(&context, &named.reply).answer;
    let got = ruled(answer.as_ref(), |message: &Message| {
        (whole_text(message), message.connect_color.clone())
    });
    Ok(asked
        .differs(&got)
        .map(|difference| failed(case, difference))
        .into_iter()
        .collect())
}

/// A message with everything under it, line by line.
fn whole_text(message: &Message) -> String {
    let blocks = message
        .connect_info
        .iter()
        .flat_map(|block| [&block.title, &block.description].into_iter().flatten());
    std::iter::once(&message.body)
        .chain(blocks)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join("\n")
}
