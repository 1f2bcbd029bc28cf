//! A sandbox, a schedule of office hours, and short ways to ask.

use std::sync::Arc;

use chrono::NaiveDate;
use reveille_core::{
    model::{
        DayPlan, Decision, Exception, FailureKind, Minute, Moment, OnFailure, Period, PeriodUse,
        RuleFailure, RuleSource, RuleUse, Schedule, Server, ServerKind, ServerState, Stored, Tier,
        Turn, Want, Wanted,
    },
    port::{DecideRequest, DecidedServer, PlanRequest, Rules},
};
use reveille_sandbox::{Limits, LoadError, Sandbox};

pub(crate) const MONDAY: NaiveDate = match NaiveDate::from_ymd_opt(2026, 11, 23) {
    Some(date) => date,
    None => NaiveDate::MIN,
};

pub(crate) fn sandbox() -> Sandbox {
    Sandbox::embedded().expect("the sandbox runs here")
}

pub(crate) fn source(name: &str) -> RuleSource {
    RuleSource {
        name: name.to_owned(),
        location: format!("{name}.wasm"),
        sha256: None,
        tier: Tier::Rule,
        wasi: false,
        data: std::collections::BTreeMap::new(),
    }
}

/// Loads `component` as `name` under the limits of the `rule` tier.
pub(crate) fn load(sandbox: &Sandbox, name: &str, component: &[u8]) -> Result<(), LoadError> {
    sandbox
        .load_bytes(&source(name), Limits::of(Tier::Rule), component)
        .map(drop)
}

pub(crate) fn schedule(name: &str) -> Schedule {
    let office = Period {
        name: "office-hours".to_owned(),
        begin_time: Some("09:00".to_owned()),
        end_time: Some("18:00".to_owned()),
        weekdays: Some(vec!["mon-fri".to_owned()]),
        ..Period::default()
    };
    let mut digest = [0; 32];
    for (place, byte) in name.bytes().enumerate().take(32) {
        digest[place] = byte;
    }
    Schedule {
        name: name.to_owned(),
        description: None,
        timezone: chrono_tz::Asia::Seoul,
        periods: vec![PeriodUse {
            period: Arc::new(office),
            instance_type: None,
        }],
        override_status: None,
        enforced: false,
        retain_running: false,
        stop_new_instances: true,
        hibernate: false,
        use_maintenance_window: None,
        ssm_maintenance_windows: Vec::new(),
        configured_in_stack: None,
        rules: Vec::new(),
        groups: Vec::new(),
        holiday_calendar: None,
        notify: None,
        quiet_hours: None,
        warn_before_stop: None,
        allow: Vec::new(),
        locale: None,
        protect: Vec::new(),
        digest,
    }
}

/// The schedule with a rule of its own.
pub(crate) fn with_rule(name: &str, rule: &str, on_failure: OnFailure) -> Schedule {
    Schedule {
        rules: vec![RuleUse {
            name: rule.to_owned(),
            config: "{}".to_owned(),
            on_failure,
        }],
        ..schedule(name)
    }
}

pub(crate) fn plan(
    sandbox: &Sandbox,
    schedule: &Schedule,
    exceptions: &[Exception],
) -> Result<Arc<DayPlan>, RuleFailure> {
    sandbox.plan(&PlanRequest {
        schedule,
        date: MONDAY,
        exceptions,
    })
}

pub(crate) fn exception(action: Turn, at: Option<u16>) -> Exception {
    Exception {
        schedule: "seoul".to_owned(),
        date: MONDAY,
        action,
        at: at.map(Minute),
        by: "Hana".to_owned(),
        reason: None,
        created_at: chrono::DateTime::UNIX_EPOCH,
    }
}

/// Plans with a hostile rule in the chain, expects the failure, and looks that the sandbox goes on.
#[track_caller]
pub(crate) fn fails(component: &[u8], kind: FailureKind, named: &str) {
    let sandbox = sandbox();
    load(&sandbox, "hostile", component).expect("it can be loaded");
    let held = with_rule("seoul", "hostile", OnFailure::Hold);
    let failure = plan(&sandbox, &held, &[]).expect_err("the schedule holds");
    assert_eq!(failure.kind, kind, "{failure}");
    assert_eq!(failure.rule, "hostile");
    assert!(failure.cause.contains(named), "{failure}");
    goes_on(&sandbox);
    let listed = sandbox.loaded();
    let listed = listed.iter().find(|rule| rule.name == "hostile");
    assert!(listed.is_some_and(|rule| rule.failures > 0));
}

/// Expects that a component is refused at load for this reason.
#[track_caller]
pub(crate) fn refused(component: &[u8], named: &str) {
    let sandbox = sandbox();
    let error = load(&sandbox, "hostile", component).expect_err("it is refused");
    let mut said = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        said = format!("{said}: {cause}");
        source = cause.source();
    }
    assert!(said.contains(named), "{said}");
    goes_on(&sandbox);
}

/// Another schedule is planned as ever.
#[track_caller]
pub(crate) fn goes_on(sandbox: &Sandbox) {
    let plan = plan(sandbox, &schedule("tokyo"), &[]).expect("other schedules go on");
    assert_eq!(plan.spans.len(), 1);
    assert_eq!(plan.spans[0].reason, "period office-hours");
}

/// So many servers that run, `i-0` and on.
pub(crate) fn servers(count: usize) -> Vec<Server> {
    (0..count)
        .map(|place| Server {
            id: format!("i-{place}").as_str().into(),
            name: format!("web-{place}").into(),
            kind: ServerKind::Ec2,
            state: ServerState::Running,
            native_state: "running".into(),
            state_reason: None,
            instance_type: Some("t3.micro".into()),
            schedule: "seoul".into(),
            group: None,
            tags: Arc::new([("Team".to_owned(), "web".to_owned())].into()),
            left_out: None,
            open_windows: Vec::new(),
        })
        .collect()
}

/// What is to be done with `servers` at half past nine, when the plan wants them to stop.
pub(crate) fn decide(
    sandbox: &Sandbox,
    schedule: &Schedule,
    servers: &[Server],
) -> Result<Vec<Decision>, RuleFailure> {
    let decided: Vec<DecidedServer<'_>> = servers
        .iter()
        .map(|server| DecidedServer {
            server,
            stored: &Stored::RUNNING,
            maintenance_now: false,
            restarted_by_provider: false,
            force_pending: false,
            just_started: false,
        })
        .collect();
    sandbox.decide(&DecideRequest {
        schedule,
        now: Moment {
            date: MONDAY,
            minute: Minute(570),
        },
        wanted: &Wanted {
            want: Want::Stop,
            instance_type: None,
            period: None,
            reason: "after office-hours".to_owned(),
        },
        force: None,
        groups: &[],
        servers: &decided,
    })
}
