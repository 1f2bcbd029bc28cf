//! Cases run through the library of a rule in Rust: as quick as any unit test, and with a debugger.

use chrono::{Datelike as _, NaiveDate, Timelike as _};
use reveille_sdk::{
    about,
    decider::{self, DecideRequest, Decision, Forced, Group, GroupState, OnTimeout},
    planner::{self, PlanRequest},
    testing,
    types::{Date, DayPlan, Exception, Moment, Period, RuleError, ServerState, Span, Turn},
};

use crate::{
    Action, Case, Datum, DecideCase, DecisionLine, GroupLine, Kind, PeriodLine, PlanCase,
    ServerLine, SpanLine, Want, read,
};

/// Runs every case of `text` through a planner. What is wrong, a text for each case and day that is not as it should
/// be; nothing when all is well.
#[must_use]
pub fn planner<T: about::Guest + planner::Guest>(text: &str) -> Vec<String> {
    run::<T>(text, |case, kind| match kind {
        Kind::Plan(plan) => plan
            .dates
            .iter()
            .filter_map(|date| {
                let got = T::plan_day(request(case, plan, *date));
                let got = got
                    .map(|plan| (plan.spans.iter().map(span_line).collect(), plan.notes))
                    .map_err(said);
                let difference = plan.differs(&got)?;
                Some(format!("{}, {date}:\n{difference}", case.name))
            })
            .collect(),
        Kind::Decide(_) | Kind::Format(_) => vec![format!("{}: it is no planner's", case.name)],
    })
}

/// Runs every case of `text` through a decider; as [`planner()`].
#[must_use]
pub fn decider<T: about::Guest + decider::Guest>(text: &str) -> Vec<String> {
    let needs = T::describe().needs;
    run::<T>(text, |case, kind| match kind {
        Kind::Decide(asked) => {
            let mut request = decide_request(case, asked);
            request.now = request.now.filter(|_| needs.clock);
            for server in &mut request.servers {
                server.tags.retain(|(key, _)| needs.tags.contains(key));
            }
            let got = T::decide(request)
                .map(|decisions| decisions.iter().map(decision_line).collect())
                .map_err(said);
            asked
                .differs(&got)
                .map(|difference| format!("{}:\n{difference}", case.name))
                .into_iter()
                .collect()
        }
        Kind::Plan(_) | Kind::Format(_) => vec![format!("{}: it is no decider's", case.name)],
    })
}

fn run<T: about::Guest>(text: &str, each: impl Fn(&Case, &Kind) -> Vec<String>) -> Vec<String> {
    let cases = match read(text) {
        Ok(cases) => cases,
        Err(faults) => return faults,
    };
    let names = T::describe().needs.data;
    let mut wrong = Vec::new();
    for case in &cases {
        let mut bound = Vec::new();
        for (name, datum) in &case.data {
            let Some(name) = name.as_ref().or(names.first()) else {
                wrong.push(format!("{}: the rule asks for no data", case.name));
                continue;
            };
            match datum {
                Datum::Text(text) => bound.push(testing::bind(name, text.as_bytes())),
                // Cargo runs tests in the folder of their package, where the cases are.
                Datum::File(file) => match std::fs::read(file) {
                    Ok(bytes) => bound.push(testing::bind(name, bytes)),
                    Err(error) => wrong.push(format!("{}: `{file}`: {error}", case.name)),
                },
            }
        }
        wrong.extend(each(case, &case.kind));
    }
    wrong
}

fn request(case: &Case, plan: &PlanCase, day: NaiveDate) -> PlanRequest {
    let mut request = testing::request(&day.to_string());
    request.schedule = testing::schedule("cases", plan.periods.iter().map(period));
    request.schedule.timezone.clone_from(&plan.zone);
    request.schedule.holiday_calendar.clone_from(&plan.calendar);
    request.so_far.spans = plan.so_far.iter().map(span).collect();
    request.day_before = plan.day_before.as_ref().map(|spans| DayPlan {
        spans: spans.iter().map(span).collect(),
        notes: Vec::new(),
    });
    request.exceptions = plan
        .exceptions
        .iter()
        .map(|exception| Exception {
            date: date(exception.date),
            action: if exception.start {
                Turn::Start
            } else {
                Turn::Stop
            },
            at: exception.at,
            by: exception.by.clone(),
            reason: None,
        })
        .collect();
    request.config = config(case);
    request
}

fn decide_request(case: &Case, asked: &DecideCase) -> DecideRequest {
    let servers = asked
        .servers
        .iter()
        .map(|line| (server(line), action(&line.decided)));
    let mut request = testing::decided(servers);
    request.schedule = "cases".into();
    request.wanted.want = want(asked.wanted.0);
    request.wanted.reason.clone_from(&asked.wanted.1);
    request.wanted.period = asked.wanted.1.strip_prefix("period ").map(Into::into);
    request.forced = asked.forced.as_ref().map(|(forced, by)| Forced {
        want: want(*forced),
        by: by.clone(),
        reason: None,
    });
    let on = |option: &str| asked.options.iter().any(|on| on == option);
    request.options.enforced = on("enforced");
    request.options.retain_running = on("retain-running");
    request.options.stop_new_instances = !on("keep-new-instances");
    request.options.hibernate = on("hibernate");
    request.groups = asked.groups.iter().map(group).collect();
    let minute = asked.now.hour() * 60 + asked.now.minute();
    request.now = Some(Moment {
        date: date(asked.now.date()),
        minute: u16::try_from(minute).unwrap_or_default(),
    });
    request.config = config(case);
    request
}

fn config(case: &Case) -> String {
    serde_json::Value::Object(case.config.clone()).to_string()
}

fn group(line: &GroupLine) -> Group {
    Group {
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
    }
}

fn server(line: &ServerLine) -> decider::Server {
    let state = match line.state.as_str() {
        "running" => ServerState::Running,
        "stopped" => ServerState::Stopped,
        "starting" => ServerState::Starting,
        "stopping" => ServerState::Stopping,
        "busy" => ServerState::Busy,
        _ => ServerState::Problem,
    };
    let mut server = testing::server(&line.id).being(state, &line.remembered);
    server.native_state.clone_from(&line.state);
    server.group.clone_from(&line.group);
    server.maintenance_now = line.has("maintenance");
    server.tags = line.tags.clone().into_iter().collect();
    line.facts
        .iter()
        .filter(|fact| *fact != "maintenance")
        .fold(server, |server, fact| server.with_fact(fact))
}

fn action(action: &Action) -> decider::Action {
    match action {
        Action::None => decider::Action::None,
        Action::Start => decider::Action::Start,
        Action::Stop => decider::Action::Stop,
        Action::Resize(instance_type) => decider::Action::Resize(instance_type.clone()),
    }
}

fn decision_line(decision: &Decision) -> DecisionLine {
    DecisionLine {
        id: decision.server_id.clone(),
        action: match &decision.action {
            decider::Action::None => Action::None,
            decider::Action::Start => Action::Start,
            decider::Action::Stop => Action::Stop,
            decider::Action::Resize(instance_type) => Action::Resize(instance_type.clone()),
        },
        remember: Some(decision.remember.clone()),
        reason: Some(decision.reason.clone()),
    }
}

fn period(line: &PeriodLine) -> Period {
    let period = Period::named(&line.name)
        .begins(&line.begin)
        .ends(&line.end);
    match &line.weekdays {
        Some(weekdays) => period.on_weekdays(weekdays),
        None => period,
    }
}

fn span(line: &SpanLine) -> Span {
    let mut span = Span::new(line.begin, line.end, want(line.want), &line.reason);
    span.instance_type.clone_from(&line.instance_type);
    span.period = line.period().map(Into::into);
    span
}

fn span_line(span: &Span) -> SpanLine {
    SpanLine {
        begin: span.begin,
        end: span.end,
        want: match span.want {
            reveille_sdk::types::Want::Run => Want::Run,
            reveille_sdk::types::Want::Stop => Want::Stop,
            reveille_sdk::types::Want::Hold => Want::Hold,
        },
        instance_type: span.instance_type.clone(),
        reason: span.reason.clone(),
    }
}

fn want(want: Want) -> reveille_sdk::types::Want {
    match want {
        Want::Run => reveille_sdk::types::Want::Run,
        Want::Stop => reveille_sdk::types::Want::Stop,
        Want::Hold => reveille_sdk::types::Want::Hold,
    }
}

fn date(date: NaiveDate) -> Date {
    testing::date(&format!(
        "{:04}-{:02}-{:02}",
        date.year(),
        date.month(),
        date.day()
    ))
}

fn said(error: RuleError) -> String {
    let (RuleError::InvalidConfig(text)
    | RuleError::MissingData(text)
    | RuleError::Unsupported(text)
    | RuleError::Failed(text)) = error;
    text
}
