//! Rules that are tried before they are switched to, and what a switch leaves as it was.

use std::collections::BTreeMap;

use reveille_core::{
    model::{Minute, OnFailure, RuleSource, Tier, Want},
    port::{PlanRequest, Rules as _},
};
use reveille_sandbox::{Candidate, DataSource, Datum, Limits, LoadError, Sandbox};

use crate::{
    guest::{EMPTY_PLAN, Guest},
    house::{MONDAY, load, plan, sandbox, source, with_rule},
};

/// Paints the whole day as `hold`.
const PAINT: &str = "
    (i32.store (i32.const 516) (i32.const 1024)) (i32.store (i32.const 520) (i32.const 1))
    (i32.store16 (i32.const 1026) (i32.const 1440)) (i32.store8 (i32.const 1028) (i32.const 2))
    (i32.const 512)";

/// Asks for the data `any`, and paints nothing, or panics when there is none.
fn reader() -> Guest {
    Guest::new()
        .core_imports(
            r#"(import "reveille:rules/data@0.1.0" "read" (func $read (param i32 i32 i32)))"#,
        )
        .describe(
            "(i32.store (i32.const 96) (i32.const 1032)) (i32.store (i32.const 100) (i32.const 1))
             (i32.store (i32.const 1032) (i32.const 48)) (i32.store (i32.const 1036) (i32.const 3))
             (i32.const 64)",
        )
        .plan(&format!(
            "(call $read (i32.const 48) (i32.const 3) (i32.const 512))
             (if (i32.eqz (i32.load8_u (i32.const 512))) (then (unreachable)))
             (i32.store (i32.const 512) (i32.const 0)) {EMPTY_PLAN}"
        ))
}

fn prepared(sandbox: &Sandbox, source: &RuleSource, component: &[u8]) -> Candidate {
    sandbox
        .prepare(source, Limits::of(Tier::Rule), component)
        .expect("it fits")
}

fn data(name: &str) -> DataSource {
    DataSource::from([(name.to_owned(), Datum::new(b"days"))])
}

#[test]
fn a_candidate_is_tried_beside_the_rule_that_is_loaded() {
    let sandbox = sandbox();
    load(&sandbox, "mine", &Guest::new().build()).expect("it can be loaded");
    let schedule = with_rule("seoul", "mine", OnFailure::Hold);
    let want = |sandbox: &Sandbox| {
        let planned = plan(sandbox, &schedule, &[]).expect("it plans");
        planned.want_at(Minute(600))
    };
    let candidate = prepared(&sandbox, &source("mine"), &Guest::new().plan(PAINT).build());
    assert_eq!(candidate.listed().name, "mine");
    let tried = sandbox.with(&candidate);
    assert_eq!(want(&tried), Want::Hold);
    assert_eq!(want(&sandbox), Want::Stop);
    let listed = sandbox.switch(candidate);
    assert_eq!(want(&sandbox), Want::Hold);
    assert!(
        sandbox
            .loaded()
            .iter()
            .any(|rule| rule.sha256 == listed.sha256)
    );
}

#[test]
fn what_a_trial_comes_to_is_counted_and_logged_apart() {
    let sandbox = sandbox();
    let logger = Guest::new()
        .core_imports(
            r#"(import "reveille:rules/log@0.1.0" "write" (func $log (param i32 i32 i32)))"#,
        )
        .plan(&format!(
            "(call $log (i32.const 1) (i32.const 16) (i32.const 7)) {EMPTY_PLAN}"
        ))
        .build();
    load(&sandbox, "mine", &logger).expect("it can be loaded");
    let candidate = prepared(&sandbox, &source("mine"), &logger);
    let (calls, computed) = (sandbox.loaded(), sandbox.counters());
    let tried = sandbox.with(&candidate);
    plan(&tried, &with_rule("seoul", "mine", OnFailure::Hold), &[]).expect("it plans");
    assert_eq!(tried.log("mine").len(), 1);
    assert_eq!(sandbox.log("mine"), []);
    assert_eq!((sandbox.loaded(), sandbox.counters()), (calls, computed));
}

#[test]
fn a_candidate_with_another_digest_is_refused_before_it_is_compiled() {
    let sandbox = sandbox();
    let source = RuleSource {
        sha256: Some("00".repeat(32)),
        ..source("mine")
    };
    let refused = sandbox.prepare(&source, Limits::of(Tier::Rule), &Guest::new().build());
    assert!(matches!(refused, Err(LoadError::Digest { .. })));
    assert_eq!(sandbox.compiled().compiled, 0);
}

#[test]
fn data_stays_bound_through_a_switch() {
    let sandbox = sandbox();
    let schedule = with_rule("seoul", "mine", OnFailure::Hold);
    load(&sandbox, "mine", &reader().build()).expect("it can be loaded");
    plan(&sandbox, &schedule, &[]).expect_err("it has no data");
    sandbox.bind("mine", data("any"));
    plan(&sandbox, &schedule, &[]).expect("it has data");
    let other = reader().fields("(global i32 (i32.const 1))").build();
    let candidate = prepared(&sandbox, &source("mine"), &other);
    plan(&sandbox.with(&candidate), &schedule, &[]).expect("it has the data of the other");
    sandbox.switch(candidate);
    plan(&sandbox, &schedule, &[]).expect("it has the data of the other");
}

#[test]
fn data_stays_bound_by_the_name_of_the_hosts_data_source() {
    let sandbox = sandbox();
    let schedule = with_rule("seoul", "mine", OnFailure::Hold);
    let reading = |host: &str| RuleSource {
        data: BTreeMap::from([("any".to_owned(), host.to_owned())]),
        ..source("mine")
    };
    let switch = |source: &RuleSource| {
        let candidate = prepared(&sandbox, source, &reader().build());
        sandbox.switch(candidate);
    };
    switch(&reading("holidays"));
    sandbox.bind("mine", data("any"));
    switch(&reading("holidays"));
    plan(&sandbox, &schedule, &[]).expect("it is the same data source");
    switch(&reading("birthdays"));
    plan(&sandbox, &schedule, &[]).expect_err("it is another data source");
}

#[test]
fn a_first_version_is_tried_with_data_of_its_own() {
    let sandbox = sandbox();
    let schedule = with_rule("seoul", "mine", OnFailure::Hold);
    let candidate = prepared(&sandbox, &source("mine"), &reader().build());
    assert_eq!(candidate.description().data, ["any"]);
    plan(&sandbox.with(&candidate), &schedule, &[]).expect_err("it has no data");
    let candidate = candidate.with_data(data("any"));
    plan(&sandbox.with(&candidate), &schedule, &[]).expect("it has data");
    sandbox.switch(candidate);
    plan(&sandbox, &schedule, &[]).expect("it has data");
}

#[test]
fn what_the_host_supplies_reaches_every_rule_that_reads_it_whenever_that_is_loaded() {
    let sandbox = sandbox();
    let schedule = with_rule("seoul", "mine", OnFailure::Hold);
    let days = || Some(Datum::new(b"days"));
    load(&sandbox, "other", &Guest::new().build()).expect("it can be loaded");
    assert!(sandbox.supply("team", days()));
    assert!(!sandbox.supply("team", days()), "it is the same");
    assert!(!sandbox.supply("nothing", None), "there was none");

    // Loaded later, under its own name for the data; tried with it before.
    let bound = RuleSource {
        data: BTreeMap::from([("any".to_owned(), "team".to_owned())]),
        ..source("mine")
    };
    let candidate = prepared(&sandbox, &bound, &reader().build());
    plan(&sandbox.with(&candidate), &schedule, &[]).expect("it is tried with its data");
    let listed = sandbox.switch(candidate);
    assert_eq!(listed.data, ["team"]);
    plan(&sandbox, &schedule, &[]).expect("it has its data");

    let before = sandbox.revision();
    assert!(sandbox.supply("team", None));
    plan(&sandbox, &schedule, &[]).expect_err("it is taken away");
    assert!(sandbox.supply("team", days()));
    plan(&sandbox, &schedule, &[]).expect("it is there again");
    assert_ne!(sandbox.revision(), before);
    assert_eq!(sandbox.supplied("team"), days());

    // A version that has another data source in mind reads that.
    sandbox.switch(prepared(&sandbox, &source("mine"), &reader().build()));
    plan(&sandbox, &schedule, &[]).expect_err("`any` was never supplied");
}

#[test]
fn what_other_data_would_lead_to_can_be_asked_without_supplying_it() {
    let sandbox = sandbox();
    let schedule = with_rule("seoul", "mine", OnFailure::Hold);
    load(&sandbox, "mine", &reader().build()).expect("it can be loaded");
    let then = sandbox.with_data("any", b"days").expect("it can be told");
    let request = PlanRequest {
        schedule: &schedule,
        date: MONDAY,
        exceptions: &[],
    };
    then.plan(&request).expect("it has its data");
    plan(&sandbox, &schedule, &[]).expect_err("here it has none");
}
