//! `reveille evaluate`: the answers of a tick for people who migrate, in bulk. JSON lines in, JSON lines out, in the
//! same order, through the same components as a tick.
//!
//! Lines are read in batches: those of a batch that share schedule and want are decided in one call.

use std::{
    borrow::Cow,
    collections::HashMap,
    io::{BufRead, Read, Write},
    sync::Arc,
};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};

use reveille_core::{
    model::{
        Action, Definitions, Item, ItemKey, Minute, Moment, Schedule, Server, ServerId, ServerKind,
        ServerState, Stored, Want, Wanted, local_moment,
    },
    port::{DecideRequest, DecidedServer, PlanRequest, Rules},
};

/// Lines that are read before any is answered: enough that ten servers of a schedule meet in one call, few enough
/// that a batch stays within some megabytes.
const BATCH_LINES: usize = 8192;
/// Longest line that is read; AWS's largest item is 400 KB.
const MAX_LINE_BYTES: u64 = 1024 * 1024;

/// A line of the input. Unknown fields are passed over.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    dt: Cow<'a, str>,
    #[serde(borrow)]
    schedule: &'a RawValue,
    #[serde(borrow, default)]
    periods: Option<&'a RawValue>,
    #[serde(borrow)]
    stored: Cow<'a, str>,
    #[serde(borrow)]
    actual: Cow<'a, str>,
}

/// A line of the output.
#[derive(Serialize)]
#[serde(untagged)]
enum Answer<'a> {
    Decided {
        desired: &'static str,
        r#type: Option<&'a str>,
        period: Option<&'a str>,
        action: &'static str,
        new_stored: &'a str,
    },
    Failed {
        error: &'a str,
    },
}

/// Answers every line of `input` on `output`.
///
/// # Errors
/// When reading or writing fails; a line that cannot be answered is answered with its `error`.
pub(crate) fn evaluate(
    rules: &dyn Rules,
    default_zone: Tz,
    input: &mut dyn BufRead,
    output: &mut dyn Write,
) -> std::io::Result<()> {
    let mut evaluator = Evaluator {
        rules,
        default_zone,
        schedules: HashMap::new(),
    };
    let mut lines: Vec<Vec<u8>> = Vec::new();
    loop {
        let mut line = Vec::new();
        let read = input.take(MAX_LINE_BYTES).read_until(b'\n', &mut line)?;
        if read > 0 {
            if line.last() != Some(&b'\n') && line.len() as u64 == MAX_LINE_BYTES {
                skip_line(input)?;
            }
            if !line.trim_ascii().is_empty() {
                lines.push(line);
            }
        }
        if lines.len() == BATCH_LINES || (read == 0 && !lines.is_empty()) {
            evaluator.batch(&lines, output)?;
            lines.clear();
        }
        if read == 0 {
            return output.flush();
        }
    }
}

fn skip_line(input: &mut dyn BufRead) -> std::io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffer.len(), |end| end + 1);
        input.consume(used);
        if end.is_some() {
            return Ok(());
        }
    }
}

/// A schedule by the text of its definition and of its periods.
type ScheduleKey = (Box<str>, Box<str>);

struct Evaluator<'r> {
    rules: &'r dyn Rules,
    default_zone: Tz,
    schedules: HashMap<ScheduleKey, Result<Arc<Schedule>, String>>,
}

/// A line that was understood, up to its decision.
struct Planned {
    schedule: Arc<Schedule>,
    now: Moment,
    wanted: Arc<Wanted>,
    stored: Stored,
    actual: ServerState,
}

/// Lines that one call decides: they share the schedule and what is wanted.
type Together = HashMap<(*const Schedule, *const Wanted), Vec<usize>>;

impl Evaluator<'_> {
    fn batch(&mut self, lines: &[Vec<u8>], output: &mut dyn Write) -> std::io::Result<()> {
        // Schedules of another batch are most often others: what is kept stays within one batch.
        self.schedules.clear();
        let mut wants: HashMap<(*const Schedule, NaiveDate, Minute), Arc<Wanted>> = HashMap::new();
        let mut planned: Vec<Result<Planned, String>> = Vec::with_capacity(lines.len());
        let mut together = Together::new();
        for (index, line) in lines.iter().enumerate() {
            let plan = self.plan(line, &mut wants);
            if let Ok(plan) = &plan {
                together
                    .entry((Arc::as_ptr(&plan.schedule), Arc::as_ptr(&plan.wanted)))
                    .or_default()
                    .push(index);
            }
            planned.push(plan);
        }

        let mut decided: Vec<Option<Result<(Action, Stored), String>>> = Vec::new();
        decided.resize_with(lines.len(), || None);
        for indices in together.into_values() {
            for (index, decision) in indices.iter().zip(self.decide(&planned, &indices)) {
                decided[*index] = Some(decision);
            }
        }

        for (plan, decision) in planned.iter().zip(&decided) {
            let answer = match (plan, decision) {
                (Err(error), _) | (Ok(_), Some(Err(error))) => Answer::Failed { error },
                (Ok(_), None) => Answer::Failed {
                    error: "no decision",
                },
                (Ok(plan), Some(Ok((action, stored)))) => Answer::Decided {
                    desired: match plan.wanted.want {
                        Want::Run => "running",
                        Want::Stop => "stopped",
                        Want::Hold => "any",
                    },
                    r#type: plan.wanted.instance_type.as_deref(),
                    period: plan.wanted.period.as_deref(),
                    action: match action {
                        Action::Start | Action::Resize(_) => "Start",
                        Action::Stop => "Stop",
                        Action::None => "None",
                    },
                    new_stored: &stored.0,
                },
            };
            serde_json::to_writer(&mut *output, &answer)?;
            output.write_all(b"\n")?;
        }
        Ok(())
    }

    fn plan(
        &mut self,
        line: &[u8],
        wants: &mut HashMap<(*const Schedule, NaiveDate, Minute), Arc<Wanted>>,
    ) -> Result<Planned, String> {
        let line: Line<'_> = serde_json::from_slice(line)
            .map_err(|error| format!("the line is not understood: {error}"))?;
        let instant = DateTime::parse_from_rfc3339(&line.dt)
            .map_err(|_| {
                format!(
                    "`dt` is `{}`, which is not a time of RFC 3339 with its offset",
                    line.dt
                )
            })?
            .with_timezone(&Utc);
        let schedule = self.schedule(line.schedule, line.periods)?;
        let now = local_moment(instant, schedule.timezone);
        let plan = self
            .rules
            .plan(&PlanRequest {
                schedule: &schedule,
                date: now.date,
                exceptions: &[],
            })
            .map_err(|failure| failure.to_string())?;
        let span = plan.span_at(now.minute);
        // Lines within one span share what is wanted, and with it a call.
        let begin = span.map_or(Minute(u16::MAX), |span| span.begin);
        let wanted = wants
            .entry((Arc::as_ptr(&schedule), now.date, begin))
            .or_insert_with(|| {
                Arc::new(Wanted {
                    want: span.map_or(Want::Stop, |span| span.want),
                    instance_type: span.and_then(|span| span.instance_type.clone()),
                    period: span.and_then(|span| span.period.clone()),
                    reason: span.map(|span| span.reason.clone()).unwrap_or_default(),
                })
            });
        Ok(Planned {
            wanted: Arc::clone(wanted),
            now,
            stored: Stored(Cow::Owned(line.stored.into_owned())),
            actual: state(&line.actual),
            schedule,
        })
    }

    fn schedule(
        &mut self,
        schedule: &RawValue,
        periods: Option<&RawValue>,
    ) -> Result<Arc<Schedule>, String> {
        let key: ScheduleKey = (
            schedule.get().into(),
            periods.map_or("[]", RawValue::get).into(),
        );
        if let Some(known) = self.schedules.get(&key) {
            return known.clone();
        }
        let read = read_schedule(&key.0, &key.1, self.default_zone);
        self.schedules.insert(key, read.clone());
        read
    }

    fn decide(
        &self,
        planned: &[Result<Planned, String>],
        indices: &[usize],
    ) -> Vec<Result<(Action, Stored), String>> {
        let plans: Vec<&Planned> = indices
            .iter()
            .filter_map(|index| planned[*index].as_ref().ok())
            .collect();
        let Some(first) = plans.first() else {
            return Vec::new();
        };
        let servers: Vec<Server> = plans
            .iter()
            .enumerate()
            .map(|(index, plan)| server(index, &first.schedule.name, plan.actual))
            .collect();
        let asked: Vec<DecidedServer<'_>> = plans
            .iter()
            .zip(&servers)
            .map(|(plan, server)| DecidedServer {
                server,
                stored: &plan.stored,
                maintenance_now: false,
                restarted_by_provider: false,
                force_pending: false,
                just_started: false,
            })
            .collect();
        let request = DecideRequest {
            schedule: &first.schedule,
            now: first.now,
            wanted: &first.wanted,
            force: None,
            groups: &[],
            servers: &asked,
        };
        match self.rules.decide(&request) {
            Ok(decisions) => decisions
                .into_iter()
                .map(|decision| Ok((decision.action, decision.remember)))
                .collect(),
            Err(failure) => plans.iter().map(|_| Err(failure.to_string())).collect(),
        }
    }
}

/// Reads a schedule and its periods given as plain attributes.
fn read_schedule(schedule: &str, periods: &str, default_zone: Tz) -> Result<Arc<Schedule>, String> {
    let attributes = |text: &str| -> Result<Map<String, Value>, String> {
        serde_json::from_str(text)
            .map_err(|_| format!("`schedule` is {}, not an object of attributes", shown(text)))
    };
    let periods: Vec<Map<String, Value>> = serde_json::from_str(periods)
        .map_err(|_| format!("`periods` is {}, not a list of objects", shown(periods)))?;
    let mut items = vec![item("schedule", attributes(schedule)?)?];
    for period in periods {
        items.push(item("period", period)?);
    }
    let name = items[0].key.name.clone();
    let definitions = Definitions::read(&items, default_zone);
    definitions.schedules.get(&name).cloned().ok_or_else(|| {
        let faults: Vec<String> = definitions.faults.iter().map(ToString::to_string).collect();
        faults.join("; ")
    })
}

fn item(kind: &str, mut attributes: Map<String, Value>) -> Result<Item, String> {
    attributes.remove("type");
    match attributes.remove("name") {
        Some(Value::String(name)) => Ok(Item {
            key: ItemKey {
                kind: kind.to_owned(),
                name,
            },
            attributes,
        }),
        // A single schedule needs no name of its own.
        None if kind == "schedule" => Ok(Item {
            key: ItemKey {
                kind: kind.to_owned(),
                name: String::from("schedule"),
            },
            attributes,
        }),
        other => Err(format!(
            "the `name` of a {kind} is {}, not a text",
            other.unwrap_or(Value::Null)
        )),
    }
}

fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(60).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("`{shown}`")
}

fn server(index: usize, schedule: &str, state: ServerState) -> Server {
    Server {
        id: ServerId::from(format!("line-{index}")),
        name: Arc::from(""),
        kind: ServerKind::Ec2,
        state,
        native_state: Arc::from(""),
        state_reason: None,
        instance_type: None,
        schedule: Arc::from(schedule),
        group: None,
        tags: Arc::default(),
        left_out: None,
        open_windows: Vec::new(),
    }
}

/// A state in AWS's word, for EC2 or RDS.
fn state(word: &str) -> ServerState {
    match word {
        "running" | "available" => ServerState::Running,
        "stopped" => ServerState::Stopped,
        "pending" | "starting" => ServerState::Starting,
        "stopping" => ServerState::Stopping,
        "shutting-down" | "terminated" | "deleting" => ServerState::Gone,
        _ => ServerState::Problem,
    }
}
