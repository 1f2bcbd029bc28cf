//! Which rules take part, what a failure does to a schedule, and what is kept.

use reveille_core::{
    model::{Exception, FailureKind, Minute, OnFailure, Schedule, Turn, Want},
    port::{PlanRequest, Rules},
};
use reveille_sandbox::{DataSource, Datum};

use crate::{
    guest::Guest,
    house::{MONDAY, exception, load, plan, sandbox, schedule, with_rule},
};

/// Paints the whole day as `hold`.
const PAINT: &str = "
    (i32.store (i32.const 516) (i32.const 1024)) (i32.store (i32.const 520) (i32.const 1))
    (i32.store16 (i32.const 1026) (i32.const 1440)) (i32.store8 (i32.const 1028) (i32.const 2))
    (i32.const 512)";

fn painter() -> Vec<u8> {
    Guest::new().plan(PAINT).build()
}

#[test]
fn the_default_components_have_their_roles() {
    let loaded = sandbox().loaded();
    let roles = |name: &str| {
        let rule = loaded.iter().find(|rule| rule.name == name);
        rule.expect("it is loaded").roles.clone()
    };
    assert_eq!(roles("periods"), ["planner"]);
    assert_eq!(roles("transitions"), ["decider"]);
    assert_eq!(roles("serverbyeong"), ["formatter"]);
}

#[test]
fn a_rule_from_a_file_takes_part_in_the_chain() {
    let folder = std::env::temp_dir().join(format!("reveille-rule-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the file");
    let path = folder.join("painter.wasm");
    std::fs::write(&path, painter()).expect("the file is written");
    let sandbox = sandbox();
    let mut source = crate::house::source("painter");
    source.location = path.to_string_lossy().into_owned();
    sandbox.load(&source).expect("it can be loaded");
    std::fs::remove_dir_all(&folder).expect("the folder is removed");
    let schedule = with_rule("seoul", "painter", OnFailure::Hold);
    let layers = sandbox
        .layers(&PlanRequest {
            schedule: &schedule,
            date: MONDAY,
            exceptions: &[],
        })
        .expect("both answer");
    let names: Vec<&str> = layers.iter().map(|layer| layer.rule.as_str()).collect();
    assert_eq!(names, ["periods", "painter"]);
    assert_eq!(layers[0].plan.want_at(Minute(600)), Want::Run);
    assert_eq!(layers[1].plan.want_at(Minute(600)), Want::Hold);
}

#[test]
fn a_rule_that_is_not_loaded_holds_the_schedule() {
    let schedule = with_rule("seoul", "nobody", OnFailure::Hold);
    let failure = plan(&sandbox(), &schedule, &[]).expect_err("it holds");
    assert_eq!(failure.kind, FailureKind::Missing);
    assert_eq!(failure.to_string(), "rule `nobody`: it is not loaded");
}

#[test]
fn a_failing_rule_that_may_be_skipped_is_passed_over() {
    let sandbox = sandbox();
    load(&sandbox, "bad", &Guest::new().plan("(unreachable)").build()).expect("it can be loaded");
    for rule in ["bad", "nobody"] {
        let schedule = with_rule("seoul", rule, OnFailure::Skip);
        let planned = plan(&sandbox, &schedule, &[]).expect("it is passed over");
        assert_eq!(planned.want_at(Minute(600)), Want::Run);
    }
}

#[test]
fn a_rule_that_is_loaded_again_is_asked_again() {
    let sandbox = sandbox();
    let schedule = with_rule("seoul", "mine", OnFailure::Hold);
    load(
        &sandbox,
        "mine",
        &Guest::new().plan("(unreachable)").build(),
    )
    .expect("it can be loaded");
    plan(&sandbox, &schedule, &[]).expect_err("it fails");
    load(&sandbox, "mine", &painter()).expect("it can be loaded");
    plan(&sandbox, &schedule, &[]).expect("the new one answers");
    sandbox.unload("mine");
    plan(&sandbox, &schedule, &[]).expect_err("it is gone");
}

#[test]
fn an_override_status_leaves_only_the_periods() {
    let sandbox = sandbox();
    load(&sandbox, "painter", &painter()).expect("it can be loaded");
    let schedule = Schedule {
        override_status: Some(Want::Run),
        ..with_rule("seoul", "painter", OnFailure::Hold)
    };
    let planned = plan(&sandbox, &schedule, &[exception(Turn::Stop, Some(600))]).expect("it plans");
    assert_eq!(planned.want_at(Minute(0)), Want::Run);
    assert_eq!(planned.want_at(Minute(1439)), Want::Run);
}

#[test]
fn the_same_question_is_computed_once() {
    let sandbox = sandbox();
    let schedule = schedule("seoul");
    let first = plan(&sandbox, &schedule, &[]).expect("it plans");
    let computed = sandbox.counters().plans_computed;
    let second = plan(&sandbox, &schedule, &[]).expect("it plans");
    assert_eq!(first, second);
    assert_eq!(sandbox.counters().plans_computed, computed);
    assert_eq!(sandbox.counters().plan_hits, 1);
}

#[test]
fn an_exception_changes_the_plan_and_leaves_that_of_the_periods_at_hand() {
    let sandbox = sandbox();
    let schedule = schedule("seoul");
    plan(&sandbox, &schedule, &[]).expect("it plans");
    let set = [exception(Turn::Stop, Some(1_200))];
    let changed = plan(&sandbox, &schedule, &set).expect("it plans");
    assert_eq!(changed.want_at(Minute(1_150)), Want::Run);
    // The exceptions, and the periods of the day before.
    assert_eq!(sandbox.counters().plans_computed, 3);
    let set = [exception(Turn::Stop, Some(1_260))];
    let changed = plan(&sandbox, &schedule, &set).expect("it plans");
    assert_eq!(changed.want_at(Minute(1_250)), Want::Run);
    assert_eq!(sandbox.counters().plans_computed, 4);
}

#[test]
fn exceptions_of_other_days_change_nothing() {
    let sandbox = sandbox();
    let schedule = schedule("seoul");
    plan(&sandbox, &schedule, &[]).expect("it plans");
    let other = Exception {
        date: MONDAY.succ_opt().expect("a Tuesday follows"),
        ..exception(Turn::Stop, None)
    };
    plan(&sandbox, &schedule, &[other]).expect("it plans");
    assert_eq!(sandbox.counters().plans_computed, 1);
}

#[test]
fn other_data_is_another_question_and_the_same_data_is_not() {
    let sandbox = sandbox();
    load(&sandbox, "painter", &painter()).expect("it can be loaded");
    let schedule = with_rule("seoul", "painter", OnFailure::Hold);
    let bind = |bytes: &[u8]| {
        let data = DataSource::from([("holidays".to_owned(), Datum::new(bytes))]);
        sandbox.bind("painter", data);
        plan(&sandbox, &schedule, &[]).expect("it plans");
        sandbox.counters().plans_computed
    };
    let first = bind(b"one");
    assert_eq!(bind(b"one"), first);
    assert_eq!(bind(b"two"), first + 1);
}

#[test]
fn the_faults_of_a_schedule_are_told_with_the_rules_that_are_missing() {
    let schedule = with_rule("seoul", "nobody", OnFailure::Hold);
    let faults = sandbox().check_schedule(&schedule);
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(
        faults[0].to_string(),
        "schedule seoul: `rules`: rule `nobody`: it is not loaded"
    );
    assert!(
        sandbox()
            .check_schedule(&crate::house::schedule("seoul"))
            .is_empty()
    );
}
