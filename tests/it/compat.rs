//! Rules that were built with the contract as it was published go on working, and the contract breaks none of them.

use std::{path::Path, sync::Arc};

use reveille_core::{
    model::{
        Action, Minute, Moment, OnFailure, RuleSource, RuleUse, ServerState, Stored, Tier, Want,
        Wanted,
        reply::{Context, Persona, Reply},
    },
    port::{DecideRequest, DecidedServer, Formatter, PlanRequest, Rules},
    testing::{date, schedule, server},
};
use reveille_sandbox::{Limits, Sandbox, SandboxFormatter};
use wit_component::semver_check;
use wit_parser::{PackageId, Resolve};

const COMPAT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/compat");

/// A sandbox with the frozen component of that name.
fn frozen(name: &str) -> Arc<Sandbox> {
    let sandbox = Sandbox::embedded().unwrap();
    let source = RuleSource {
        name: name.to_owned(),
        location: format!("{name}-0.1.0.wasm"),
        sha256: None,
        tier: Tier::Rule,
        wasi: false,
        data: [].into(),
    };
    let bytes = std::fs::read(Path::new(COMPAT).join(&source.location)).unwrap();
    sandbox
        .load_bytes(&source, Limits::of(Tier::Rule), &bytes)
        .unwrap();
    Arc::new(sandbox)
}

fn used(name: &str, config: &str) -> RuleUse {
    RuleUse {
        name: name.to_owned(),
        config: config.to_owned(),
        on_failure: OnFailure::Hold,
    }
}

#[test]
fn a_planner_of_the_first_contract_plans() {
    let sandbox = frozen("company-days");
    let mut office = schedule("office").build();
    office.rules = vec![used(
        "company-days",
        r#"{ "off": { "2026-12-24": "창립기념일" } }"#,
    )];
    let request = PlanRequest {
        schedule: &office,
        date: date(2026, 12, 24),
        exceptions: &[],
    };
    let plan = sandbox.plan(&request).unwrap();
    assert_eq!(plan.notes, ["창립기념일"]);
    assert_eq!(plan.want_at(Minute(720)), Want::Stop);
}

#[test]
fn a_decider_of_the_first_contract_decides() {
    let sandbox = frozen("stagger");
    let mut office = schedule("office").build();
    office.rules = vec![used("stagger", r#"{ "per_minute": 2 }"#)];
    let stopped: Vec<_> = (0..5)
        .map(|place| {
            server(&format!("web-{place}"), "office")
                .state(ServerState::Stopped)
                .build()
        })
        .collect();
    let servers: Vec<DecidedServer<'_>> = stopped
        .iter()
        .map(|server| DecidedServer {
            server,
            stored: &Stored::STOPPED,
            maintenance_now: false,
            restarted_by_provider: false,
            force_pending: false,
            just_started: false,
        })
        .collect();
    let wanted = Wanted {
        want: Want::Run,
        instance_type: None,
        period: None,
        reason: "period office".to_owned(),
    };
    let decisions = sandbox
        .decide(&DecideRequest {
            schedule: &office,
            now: Moment::new(date(2026, 11, 23), Minute(540)),
            wanted: &wanted,
            force: None,
            groups: &[],
            servers: &servers,
        })
        .unwrap();
    let started = decisions
        .iter()
        .filter(|decision| decision.action == Action::Start);
    assert_eq!(started.count(), 2);
}

#[test]
fn a_formatter_of_the_first_contract_has_the_words() {
    let formatter = SandboxFormatter::new(frozen("plain-english"), "plain-english");
    let context = Context {
        locale: "en".to_owned(),
        persona: Persona::Off,
        keyword: "server".to_owned(),
        timezone: "Asia/Seoul".to_owned(),
        now: Moment::new(date(2026, 11, 23), Minute(540)),
        schedule: None,
    };
    let help = Reply::Help {
        schedules: vec!["office".to_owned()],
    };
    let message = formatter.format(&context, &help).unwrap();
    assert_eq!(message.body, "Commands\nSchedules: office");
}

/// Takes the contract of a folder in as the package of that version, and returns it.
fn contract(resolve: &mut Resolve, folder: &Path, version: &str) -> PackageId {
    let mut text = format!("package reveille:rules@{version};\n");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    for file in files {
        let file = std::fs::read_to_string(file).unwrap();
        let (package, body) = file.split_once(';').unwrap();
        assert_eq!(package, "package reveille:rules@0.1.0");
        text.push_str(body);
    }
    resolve.push_str(folder.join("all.wit"), &text).unwrap()
}

#[test]
fn the_contract_breaks_nothing_that_was_published() {
    let mut resolve = Resolve::default();
    // Two packages of one version would be the same; the comparison does not look at versions.
    let published = contract(&mut resolve, &Path::new(COMPAT).join("wit-0.1.0"), "0.0.9");
    let now = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    let now = contract(&mut resolve, &now, "0.1.0");
    for name in ["planner-rule", "decider-rule", "formatter-rule", "rule"] {
        let world = |package| resolve.select_world(&[package], Some(name)).unwrap();
        semver_check(resolve.clone(), world(published), world(now)).unwrap_or_else(|error| {
            panic!("the world `{name}` breaks what was built with it: {error:#}")
        });
    }
}
