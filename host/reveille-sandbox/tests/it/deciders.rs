//! What a decider may answer, what it is told, and how many servers it is asked about at once.

use reveille_core::model::{Action, FailureKind, OnFailure, Schedule};
use reveille_sandbox::Sandbox;

use crate::{
    guest::Guest,
    house::{decide, goes_on, load, sandbox, schedule, servers, with_rule},
};

/// Agrees to nothing being done, and then changes the list.
fn tampering(how: &str) -> Vec<u8> {
    Guest::new()
        .decide(&format!(
            "(drop (call $agree (local.get 0))) {how} (i32.const 512)"
        ))
        .build()
}

fn with_decider(component: &[u8]) -> (Sandbox, Schedule) {
    let sandbox = sandbox();
    load(&sandbox, "guard", component).expect("it can be loaded");
    (sandbox, with_rule("seoul", "guard", OnFailure::Hold))
}

/// Decides about three servers with a tampering rule in the chain: the schedule holds, or passes over the rule where
/// it may be skipped, and the sandbox goes on.
#[track_caller]
fn decide_fails(how: &str, kind: FailureKind, named: &str) {
    let (sandbox, held) = with_decider(&tampering(how));
    let failure = decide(&sandbox, &held, &servers(3)).expect_err("the schedule holds");
    assert_eq!(failure.kind, kind, "{failure}");
    assert_eq!(failure.rule, "guard");
    assert!(failure.cause.contains(named), "{failure}");
    let skipping = with_rule("seoul", "guard", OnFailure::Skip);
    let decisions = decide(&sandbox, &skipping, &servers(3)).expect("it is passed over");
    assert!(
        decisions
            .iter()
            .all(|decision| decision.action == Action::Stop)
    );
    goes_on(&sandbox);
    let listed = reveille_core::port::Rules::loaded(&sandbox);
    let guard = listed.iter().find(|rule| rule.name == "guard");
    assert!(guard.is_some_and(|rule| rule.failures > 0));
}

/// Points the reason of the first decision to what stands at 2048.
fn reason(chars: u32) -> String {
    format!(
        "(i32.store offset=28 (global.get $decisions) (i32.const 2048))
         (i32.store offset=32 (global.get $decisions) (i32.const {chars}))"
    )
}

/// Points what the first decision remembers to a word of so many bytes.
fn remembering(word: &str, bytes: usize) -> Guest {
    Guest::new()
        .fields(&format!("(data (i32.const 2048) \"{word}\")"))
        .decide(&format!(
            "(drop (call $agree (local.get 0)))
             (i32.store offset=20 (global.get $decisions) (i32.const 2048))
             (i32.store offset=24 (global.get $decisions) (i32.const {bytes}))
             (i32.const 512)"
        ))
}

#[test]
fn a_decider_from_a_file_changes_what_was_decided_before_it() {
    let (sandbox, schedule) = with_decider(&tampering(""));
    let decisions = decide(&sandbox, &schedule, &servers(3)).expect("it decides");
    let ids: Vec<&str> = decisions.iter().map(|one| &*one.server.0).collect();
    assert_eq!(ids, ["i-0", "i-1", "i-2"]);
    assert!(decisions.iter().all(|one| one.action == Action::None));
    assert!(decisions.iter().all(|one| one.remember.0 == "any"));
}

#[test]
fn a_decision_that_is_missing_breaks_the_contract() {
    decide_fails(
        "(i32.store (i32.const 520) (i32.const 2))",
        FailureKind::Answer,
        "it decided about 2 servers; it was asked about 3",
    );
}

#[test]
fn no_decisions_at_all_break_the_contract() {
    decide_fails(
        "(i32.store (i32.const 520) (i32.const 0))",
        FailureKind::Answer,
        "about 0 servers",
    );
}

#[test]
fn more_decisions_than_servers_break_the_contract() {
    // A fourth one that repeats the third.
    decide_fails(
        "(memory.copy
            (i32.add (global.get $decisions) (i32.const 108))
            (i32.add (global.get $decisions) (i32.const 72))
            (i32.const 36))
         (i32.store (i32.const 520) (i32.const 4))",
        FailureKind::Answer,
        "it decided about 4 servers; it was asked about 3",
    );
}

#[test]
fn a_decision_on_a_server_that_was_not_asked_about_breaks_the_contract() {
    // `1.0.0`, as if it were a server.
    decide_fails(
        "(i32.store offset=36 (global.get $decisions) (i32.const 32))
         (i32.store offset=40 (global.get $decisions) (i32.const 5))",
        FailureKind::Answer,
        "it decided about `1.0.0` where `i-1` was asked about",
    );
}

#[test]
fn two_decisions_on_one_server_break_the_contract() {
    decide_fails(
        "(i64.store offset=36 align=4 (global.get $decisions) (i64.load align=4 (global.get $decisions)))",
        FailureKind::Answer,
        "it decided about `i-0` where `i-1` was asked about",
    );
}

#[test]
fn decisions_in_another_order_break_the_contract() {
    decide_fails(
        "(i64.store (i32.const 2048) (i64.load align=4 (global.get $decisions)))
         (i64.store align=4 (global.get $decisions) (i64.load offset=36 align=4 (global.get $decisions)))
         (i64.store offset=36 align=4 (global.get $decisions) (i64.load (i32.const 2048)))",
        FailureKind::Answer,
        "it decided about `i-1` where `i-0` was asked about",
    );
}

#[test]
fn an_id_that_would_act_on_a_terminal_is_shown_without_what_acts() {
    // Escape, newline.
    decide_fails(
        "(i32.store (i32.const 2048) (i32.const 0x0a1b))
         (i32.store (global.get $decisions) (i32.const 2048)) (i32.store offset=4 (global.get $decisions) (i32.const 2))",
        FailureKind::Answer,
        "`\u{FFFD}\u{FFFD}`",
    );
}

#[test]
fn a_reason_for_a_decision_has_at_most_two_hundred_characters() {
    let fill = "(memory.fill (i32.const 2048) (i32.const 65) (i32.const 201))";
    decide_fails(
        &format!("{fill} {}", reason(201)),
        FailureKind::Answer,
        "a reason has 201 characters; at most 200 are allowed",
    );
    let (sandbox, schedule) = with_decider(&tampering(&format!("{fill} {}", reason(200))));
    let decisions = decide(&sandbox, &schedule, &servers(1)).expect("200 are allowed");
    assert_eq!(decisions[0].reason.len(), 200);
}

#[test]
fn a_reason_of_a_megabyte_is_too_much() {
    let component = Guest::new()
        .memory("40")
        .decide(&format!(
            "(drop (call $agree (local.get 0))) {} (i32.const 512)",
            reason(1 << 20)
        ))
        .build();
    let (sandbox, schedule) = with_decider(&component);
    let failure = decide(&sandbox, &schedule, &servers(1)).expect_err("the schedule holds");
    assert_eq!(failure.kind, FailureKind::Output, "{failure}");
    goes_on(&sandbox);
}

#[test]
fn what_acts_is_taken_out_of_the_reason_for_a_decision() {
    // "A", escape, newline, "B".
    let component = tampering(&format!(
        "(i32.store (i32.const 2048) (i32.const 0x420a1b41)) {}",
        reason(4)
    ));
    let (sandbox, schedule) = with_decider(&component);
    let decisions = decide(&sandbox, &schedule, &servers(1)).expect("it decides");
    assert_eq!(&*decisions[0].reason, "A B");
}

#[test]
fn a_decider_remembers_one_short_word() {
    for (word, bytes, named) in [
        ("two words", 9, "`two words` is no word to remember"),
        (r"a\1bb", 3, "`a\u{FFFD}b` is no word to remember"),
        (&"w".repeat(65), 65, "is no word to remember"),
    ] {
        let (sandbox, schedule) = with_decider(&remembering(word, bytes).build());
        let failure = decide(&sandbox, &schedule, &servers(1)).expect_err("the schedule holds");
        assert_eq!(failure.kind, FailureKind::Answer, "{failure}");
        assert!(failure.cause.contains(named), "{failure}");
    }
    let (sandbox, schedule) = with_decider(&remembering(&"w".repeat(64), 64).build());
    decide(&sandbox, &schedule, &servers(1)).expect("64 characters are allowed");
}

#[test]
fn a_server_is_not_resized_to_what_is_no_instance_type() {
    // Resize, with the text at the place and of the length that follow.
    let resize = |at: u32, chars: u32| {
        format!(
            "(i32.store8 offset=8 (global.get $decisions) (i32.const 3))
             (i32.store offset=12 (global.get $decisions) (i32.const {at}))
             (i32.store offset=16 (global.get $decisions) (i32.const {chars}))"
        )
    };
    decide_fails(&resize(48, 0), FailureKind::Answer, "to no instance type");
    decide_fails(
        &format!(
            "(i32.store (i32.const 2048) (i32.const 0x2e203374)) {}",
            resize(2048, 4)
        ),
        FailureKind::Answer,
        "`t3 .` is no word to remember and no instance type",
    );
}

#[test]
fn an_action_that_is_none_is_no_value() {
    decide_fails(
        "(i32.store8 offset=8 (global.get $decisions) (i32.const 77))",
        FailureKind::BadValue,
        "discriminant",
    );
}

#[test]
fn a_decider_that_panics_holds_the_schedule() {
    decide_fails("(unreachable)", FailureKind::Panic, "panicked");
}

#[test]
fn two_and_a_half_thousand_servers_are_decided_in_three_calls_and_in_order() {
    let sandbox = sandbox();
    let servers = servers(2_500);
    let decisions = decide(&sandbox, &schedule("seoul"), &servers).expect("it decides");
    assert_eq!(sandbox.counters().decider_calls, 3);
    assert!(
        decisions
            .iter()
            .map(|decision| &decision.server)
            .eq(servers.iter().map(|server| &server.id))
    );
    assert!(decisions.iter().all(|one| one.action == Action::Stop));
    let again = decide(&sandbox, &schedule("seoul"), &servers).expect("it is at hand");
    assert_eq!(again, decisions);
    assert_eq!(sandbox.counters().decider_calls, 3);
    assert_eq!(sandbox.counters().decision_hits, 1);
}

#[test]
fn a_thousand_servers_are_one_call_and_one_more_are_two() {
    for (count, calls) in [(999, 1), (1_000, 1), (1_001, 2), (2_000, 2)] {
        let sandbox = sandbox();
        decide(&sandbox, &schedule("seoul"), &servers(count)).expect("it decides");
        assert_eq!(sandbox.counters().decider_calls, calls, "{count} servers");
    }
}

/// Traps when it is asked about exactly this many servers.
fn not_asked_about(count: u32) -> Vec<u8> {
    Guest::new()
        .memory("16")
        .decide(&format!(
            "(if (i32.eq (i32.load offset=96 (local.get 0)) (i32.const {count})) (then (unreachable)))
             (call $agree (local.get 0))"
        ))
        .build()
}

#[test]
fn every_rule_of_the_chain_is_asked_about_every_thousand() {
    let (sandbox, schedule) = with_decider(&not_asked_about(2_500));
    let decisions = decide(&sandbox, &schedule, &servers(2_500)).expect("it decides");
    assert_eq!(sandbox.counters().decider_calls, 6);
    assert!(decisions.iter().all(|one| one.action == Action::None));
}

#[test]
fn a_failure_in_the_last_call_holds_all_servers() {
    let (sandbox, schedule) = with_decider(&not_asked_about(500));
    let failure = decide(&sandbox, &schedule, &servers(2_500)).expect_err("the schedule holds");
    assert_eq!(failure.kind, FailureKind::Panic);
}

#[test]
fn a_rule_that_is_skipped_is_skipped_for_the_servers_of_that_call() {
    let (sandbox, _) = with_decider(&not_asked_about(500));
    let schedule = with_rule("seoul", "guard", OnFailure::Skip);
    let decisions = decide(&sandbox, &schedule, &servers(2_500)).expect("it decides");
    assert!(
        decisions[..2_000]
            .iter()
            .all(|one| one.action == Action::None)
    );
    assert!(
        decisions[2_000..]
            .iter()
            .all(|one| one.action == Action::Stop)
    );
}

#[test]
fn a_decider_is_told_neither_the_time_nor_the_tags_that_it_did_not_ask_for() {
    let body = "
        (if (i32.load8_u offset=12 (local.get 0)) (then (unreachable)))
        (if (i32.load offset=68 (i32.load offset=92 (local.get 0))) (then (unreachable)))
        (call $agree (local.get 0))";
    let (sandbox, schedule) = with_decider(&Guest::new().decide(body).build());
    decide(&sandbox, &schedule, &servers(1)).expect("it is told neither");
}

#[test]
fn a_decider_that_asks_for_the_time_is_told_it() {
    // The flag `clock`; then the year and the minute.
    let body = "
        (if (i32.ne (i32.load8_u offset=12 (local.get 0)) (i32.const 1)) (then (unreachable)))
        (if (i32.ne (i32.load16_u offset=14 (local.get 0)) (i32.const 2026)) (then (unreachable)))
        (if (i32.ne (i32.load16_u offset=18 (local.get 0)) (i32.const 570)) (then (unreachable)))
        (call $agree (local.get 0))";
    let guest = Guest::new()
        .describe("(i32.store8 (i32.const 104) (i32.const 1)) (i32.const 64)")
        .decide(body);
    let (sandbox, schedule) = with_decider(&guest.build());
    decide(&sandbox, &schedule, &servers(1)).expect("it is told the time");
}
