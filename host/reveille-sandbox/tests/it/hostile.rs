//! What a component may try in a call. Every test expects the kind of failure, the limit named in its cause, and that
//! other schedules go on.

use std::time::Instant;

use reveille_core::model::{FailureKind, OnFailure};

use crate::{
    guest::{EMPTY_PLAN, Guest, with_instances},
    house::{fails, goes_on, load, plan, refused, sandbox, with_rule},
};

const FOREVER: &str = "(loop $again (br $again)) (unreachable)";

const LOG: &str = r#"(import "reveille:rules/log@0.1.0" "write" (func $log (param i32 i32 i32)))"#;

/// A day plan whose one span is written by `span`, at 1024.
fn one_span(span: &str) -> String {
    format!(
        "(i32.store (i32.const 516) (i32.const 1024)) (i32.store (i32.const 520) (i32.const 1)) {span} (i32.const 512)"
    )
}

#[track_caller]
fn plan_fails(body: &str, kind: FailureKind, named: &str) {
    fails(&Guest::new().plan(body).build(), kind, named);
}

#[test]
fn an_endless_loop_uses_up_its_fuel() {
    plan_fails(FOREVER, FailureKind::Fuel, "10,000,000 units of fuel");
}

#[test]
fn an_endless_start_function_uses_up_its_fuel() {
    let guest = Guest::new()
        .fields("(func $start (loop $again (br $again)))")
        .starting();
    refused(&guest.build(), "10,000,000 units of fuel");
}

#[test]
fn an_endless_allocator_uses_up_its_fuel() {
    let guest = Guest::new().realloc(FOREVER);
    fails(
        &guest.build(),
        FailureKind::Fuel,
        "10,000,000 units of fuel",
    );
}

#[test]
fn an_endless_post_return_uses_up_its_fuel() {
    let post = r#"(func (export "cabi_post_reveille:rules/planner@0.1.0#plan-day") (param i32) (loop $again (br $again)))"#;
    let guest = Guest::new().fields(post);
    fails(&guest.build(), FailureKind::Fuel, "units of fuel");
}

#[test]
fn a_trap_in_post_return_is_a_failed_call() {
    let post = r#"(func (export "cabi_post_reveille:rules/planner@0.1.0#plan-day") (param i32) (unreachable))"#;
    fails(
        &Guest::new().fields(post).build(),
        FailureKind::Panic,
        "panicked",
    );
}

#[test]
fn a_call_that_has_fuel_left_ends_at_its_deadline() {
    let sandbox = sandbox();
    let limits = reveille_sandbox::Limits {
        fuel: u64::MAX / 2,
        deadline: std::time::Duration::from_millis(30),
        ..reveille_sandbox::Limits::of(reveille_core::model::Tier::Rule)
    };
    let component = Guest::new().plan(FOREVER).build();
    sandbox
        .load_bytes(&crate::house::source("hostile"), limits, &component)
        .expect("it can be loaded");
    let schedule = with_rule("seoul", "hostile", OnFailure::Hold);
    let failure = plan(&sandbox, &schedule, &[]).expect_err("the schedule holds");
    assert_eq!(failure.kind, FailureKind::Deadline);
    assert!(failure.cause.contains("30 ms"), "{failure}");
    goes_on(&sandbox);
}

#[test]
fn deep_recursion_uses_up_its_stack() {
    let guest = Guest::new()
        .fields("(func $deep (param i64) (result i64) (i64.add (call $deep (i64.add (local.get 0) (i64.const 1))) (local.get 0)))")
        .plan("(drop (call $deep (i64.const 0))) (i32.const 256)");
    fails(&guest.build(), FailureKind::Stack, "524,288 bytes of stack");
}

#[test]
fn a_panic_is_told_as_one() {
    plan_fails("(unreachable)", FailureKind::Panic, "panicked");
}

#[test]
fn a_reach_outside_of_memory_is_told_as_one() {
    plan_fails(
        "(i32.load (i32.const 0x7fffffff))",
        FailureKind::Stack,
        "outside its memory",
    );
}

#[test]
fn too_large_a_first_memory_is_refused_before_anything_runs() {
    refused(
        &Guest::new().memory("200").build(),
        "13,107,200 bytes of memory; it may have 8,388,608",
    );
    refused(&Guest::new().memory("65536").build(), "memory");
}

#[test]
fn a_memory_that_grows_without_end_is_stopped() {
    plan_fails(
        "(loop $again (drop (memory.grow (i32.const 16))) (br $again)) (unreachable)",
        FailureKind::Memory,
        "it may have 8,388,608",
    );
}

#[test]
fn several_memories_share_one_limit() {
    let component = with_instances(&Guest::new().build(), "(module (memory 60))", 3);
    refused(&component, "it may have 8,388,608");
}

#[test]
fn more_memories_than_allowed_are_refused() {
    let component = with_instances(&Guest::new().build(), "(module (memory 1))", 5);
    refused(&component, "memory count too high");
}

#[test]
fn more_instances_than_allowed_are_refused() {
    let component = with_instances(&Guest::new().build(), "(module)", 30);
    refused(&component, "instance count too high");
}

#[test]
fn more_instances_than_the_pool_has_are_refused() {
    let component = with_instances(&Guest::new().build(), "(module)", 90);
    refused(&component, "instances");
}

#[test]
fn a_table_of_ten_million_elements_is_refused() {
    let component = with_instances(
        &Guest::new().build(),
        "(module (table 10000000 funcref))",
        1,
    );
    refused(&component, "table");
}

#[test]
fn tables_share_one_limit() {
    let component = with_instances(&Guest::new().build(), "(module (table 15000 funcref))", 2);
    refused(
        &component,
        "30,000 elements in its tables; it may have 20,000",
    );
}

#[test]
fn a_table_that_grows_without_end_is_stopped() {
    let guest = Guest::new().fields("(table $t 1 funcref)").plan(
        "(loop $again (drop (table.grow $t (ref.null func) (i32.const 1000))) (br $again)) (unreachable)",
    );
    fails(&guest.build(), FailureKind::Memory, "it may have 20,000");
}

#[test]
fn filling_memory_over_and_over_uses_up_its_fuel() {
    plan_fails(
        "(loop $again (memory.fill (i32.const 4096) (i32.const 7) (i32.const 100000)) (br $again)) (unreachable)",
        FailureKind::Fuel,
        "units of fuel",
    );
}

#[test]
fn an_answer_of_megabytes_is_too_much() {
    let guest = Guest::new().memory("100").plan(&one_span(
        "(i32.store (i32.const 1056) (i32.const 4096)) (i32.store (i32.const 1060) (i32.const 3000000))",
    ));
    fails(&guest.build(), FailureKind::Output, "1,048,576 bytes");
}

#[test]
fn a_list_of_a_million_elements_is_too_much() {
    let guest = Guest::new().memory("100").plan(
        "(i32.store (i32.const 524) (i32.const 4096)) (i32.store (i32.const 528) (i32.const 500000)) (i32.const 512)",
    );
    fails(&guest.build(), FailureKind::Output, "1,048,576 bytes");
}

#[test]
fn many_elements_that_share_one_long_text_are_too_much() {
    // A thousand notes, each the same 50 KB.
    let guest = Guest::new().memory("3").plan(
        "(local $i i32)
         (loop $again
            (i32.store (i32.add (i32.const 8192) (i32.mul (local.get $i) (i32.const 8))) (i32.const 65536))
            (i32.store (i32.add (i32.const 8196) (i32.mul (local.get $i) (i32.const 8))) (i32.const 50000))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $i) (i32.const 1000))))
         (i32.store (i32.const 524) (i32.const 8192)) (i32.store (i32.const 528) (i32.const 1000)) (i32.const 512)",
    );
    fails(&guest.build(), FailureKind::Output, "1,048,576 bytes");
}

#[test]
fn an_answer_outside_of_memory_is_no_value() {
    plan_fails(
        "(i32.const 0x7ffffff0)",
        FailureKind::BadValue,
        "no value of the contract",
    );
}

#[test]
fn an_answer_that_is_not_aligned_is_no_value() {
    plan_fails(
        "(i32.const 257)",
        FailureKind::BadValue,
        "pointer not aligned",
    );
}

#[test]
fn text_that_is_not_utf_8_is_no_value() {
    let span = one_span(
        "(i32.store16 (i32.const 1026) (i32.const 60)) (i32.store (i32.const 1056) (i32.const 2048)) (i32.store (i32.const 1060) (i32.const 1)) (i32.store8 (i32.const 2048) (i32.const 0xff))",
    );
    plan_fails(&span, FailureKind::BadValue, "utf-8");
}

#[test]
fn a_want_that_is_none_is_no_value() {
    let span = one_span(
        "(i32.store16 (i32.const 1026) (i32.const 60)) (i32.store8 (i32.const 1028) (i32.const 77))",
    );
    plan_fails(&span, FailureKind::BadValue, "discriminant");
}

#[test]
fn an_allocator_that_points_outside_of_memory_is_no_value() {
    let guest = Guest::new().realloc("(i32.const 0x7ffffff0)");
    fails(&guest.build(), FailureKind::BadValue, "realloc");
}

#[test]
fn a_plan_that_leaves_the_day_breaks_the_contract() {
    let span = one_span("(i32.store16 (i32.const 1026) (i32.const 1500))");
    plan_fails(&span, FailureKind::Answer, "leaves the day");
}

#[test]
fn an_empty_span_breaks_the_contract() {
    plan_fails(&one_span(""), FailureKind::Answer, "is empty");
}

#[test]
fn a_reason_of_over_two_hundred_characters_breaks_the_contract() {
    let span = one_span(
        "(i32.store16 (i32.const 1026) (i32.const 60)) (i32.store (i32.const 1056) (i32.const 2048)) (i32.store (i32.const 1060) (i32.const 201)) (memory.fill (i32.const 2048) (i32.const 65) (i32.const 201))",
    );
    plan_fails(&span, FailureKind::Answer, "201 characters");
}

/// A day plan of so many spans of a minute each, from 8192 on; a span takes 40 bytes.
fn minutes(count: u32) -> Guest {
    Guest::new().plan(&format!(
        "(local $i i32) (local $at i32)
         (local.set $at (i32.const 8192))
         (loop $again
            (i32.store16 (local.get $at) (local.get $i))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (i32.store16 offset=2 (local.get $at) (local.get $i))
            (local.set $at (i32.add (local.get $at) (i32.const 40)))
            (br_if $again (i32.lt_u (local.get $i) (i32.const {count}))))
         (i32.store (i32.const 516) (i32.const 8192)) (i32.store (i32.const 520) (i32.const {count})) (i32.const 512)"
    ))
}

/// So many notes, which share one text of so many bytes.
fn notes(count: u32, bytes: u32) -> Guest {
    Guest::new().plan(&format!(
        "(local $i i32)
         (memory.fill (i32.const 65536) (i32.const 65) (i32.const {bytes}))
         (loop $again
            (i32.store (i32.add (i32.const 8192) (i32.mul (local.get $i) (i32.const 8))) (i32.const 65536))
            (i32.store (i32.add (i32.const 8196) (i32.mul (local.get $i) (i32.const 8))) (i32.const {bytes}))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $i) (i32.const {count}))))
         (i32.store (i32.const 524) (i32.const 8192)) (i32.store (i32.const 528) (i32.const {count})) (i32.const 512)"
    ))
}

#[track_caller]
fn is_planned(guest: &Guest) -> std::sync::Arc<reveille_core::model::DayPlan> {
    let sandbox = sandbox();
    load(&sandbox, "hostile", &guest.build()).expect("it can be loaded");
    let schedule = with_rule("seoul", "hostile", OnFailure::Hold);
    plan(&sandbox, &schedule, &[]).expect("the plan keeps to the contract")
}

#[test]
fn a_plan_of_three_hundred_spans_breaks_the_contract() {
    assert_eq!(is_planned(&minutes(256)).spans.len(), 256);
    for (count, named) in [(257, "257 spans"), (300, "300 spans; at most 256")] {
        fails(&minutes(count).build(), FailureKind::Answer, named);
    }
}

#[test]
fn a_flood_of_notes_breaks_the_contract() {
    assert_eq!(is_planned(&notes(16, 200)).notes.len(), 16);
    fails(
        &notes(17, 1).build(),
        FailureKind::Answer,
        "17 notes; at most 16",
    );
    fails(
        &notes(7_000, 0).build(),
        FailureKind::Answer,
        "7000 notes; at most 16",
    );
    fails(
        &notes(1, 201).build(),
        FailureKind::Answer,
        "a reason or note has 201 characters",
    );
}

#[test]
fn a_span_that_ends_before_it_begins_breaks_the_contract() {
    let span = one_span(
        "(i32.store16 (i32.const 1024) (i32.const 600)) (i32.store16 (i32.const 1026) (i32.const 540))",
    );
    plan_fails(&span, FailureKind::Answer, "empty or leaves the day");
    let last = one_span("(i32.store (i32.const 1024) (i32.const -1))");
    plan_fails(&last, FailureKind::Answer, "empty or leaves the day");
}

#[test]
fn spans_that_overlap_or_come_in_another_order_break_the_contract() {
    // The first one of two minutes-long spans is moved into, and behind, the second.
    for first in ["0x00020000", "0x00070005"] {
        let guest = minutes(2).fields("").plan(&format!(
            "(i32.store (i32.const 1024) (i32.const {first}))
             (i32.store (i32.const 1064) (i32.const 0x00020001))
             (i32.store (i32.const 516) (i32.const 1024)) (i32.store (i32.const 520) (i32.const 2)) (i32.const 512)"
        ));
        fails(&guest.build(), FailureKind::Answer, "begins before");
    }
}

#[test]
fn a_reason_of_a_megabyte_is_too_much() {
    let reason = |bytes: u32| {
        Guest::new().memory("40").plan(&one_span(&format!(
            "(i32.store16 (i32.const 1026) (i32.const 60))
             (memory.fill (i32.const 65536) (i32.const 65) (i32.const {bytes}))
             (i32.store (i32.const 1056) (i32.const 65536)) (i32.store (i32.const 1060) (i32.const {bytes}))"
        )))
    };
    fails(
        &reason(1 << 20).build(),
        FailureKind::Output,
        "1,048,576 bytes",
    );
    fails(
        &reason(1_000_000).build(),
        FailureKind::Answer,
        "a reason or note has 1000000 characters",
    );
}

#[test]
fn a_plan_names_no_instance_type_that_is_none_and_no_period_without_end() {
    // An option of text at this offset of the span: 8 is the instance type, 20 the period.
    let option = |offset: u32, bytes: u32, byte: u32| {
        let at = 1024 + offset;
        Guest::new().plan(&one_span(&format!(
            "(i32.store16 (i32.const 1026) (i32.const 60))
             (memory.fill (i32.const 65536) (i32.const {byte}) (i32.const {bytes}))
             (i32.store8 (i32.const {at}) (i32.const 1))
             (i32.store (i32.const {}) (i32.const 65536)) (i32.store (i32.const {}) (i32.const {bytes}))",
            at + 4,
            at + 8
        )))
    };
    let typed = is_planned(&option(8, 64, 65));
    assert_eq!(typed.spans[0].instance_type, Some("A".repeat(64)));
    fails(
        &option(8, 65, 65).build(),
        FailureKind::Answer,
        "is no instance type",
    );
    fails(
        &option(8, 2, 32).build(),
        FailureKind::Answer,
        "`  ` is no instance type",
    );
    fails(
        &option(8, 0, 65).build(),
        FailureKind::Answer,
        "`` is no instance type",
    );
    let named = is_planned(&option(20, 200, 65));
    assert_eq!(named.spans[0].period, Some("A".repeat(200)));
    fails(
        &option(20, 201, 65).build(),
        FailureKind::Answer,
        "the name of a period has 201 characters",
    );
}

#[test]
fn a_flood_of_faults_of_a_schedule_is_cut_and_loses_what_acts() {
    use reveille_core::port::Rules;
    // 7,000 faults: the message of the first one is an escape and letters, and nothing is in the others.
    let flood = |bytes: u32| {
        Guest::new().memory("10").check_schedule(&format!(
            "(memory.fill (i32.const 327680) (i32.const 65) (i32.const {bytes}))
             (i32.store8 (i32.const 327680) (i32.const 27))
             (i32.store (i32.const 32784) (i32.const 327680)) (i32.store (i32.const 32788) (i32.const {bytes}))
             (i32.store (i32.const 512) (i32.const 32768)) (i32.store (i32.const 516) (i32.const 7000)) (i32.const 512)"
        ))
    };
    let sandbox = sandbox();
    let schedule = with_rule("seoul", "hostile", OnFailure::Hold);
    load(&sandbox, "hostile", &flood(50_000).build()).expect("it can be loaded");
    let faults = sandbox.check_schedule(&schedule);
    assert_eq!(faults.len(), 256);
    assert!(faults[0].message.starts_with("AAA"));
    // An escape is taken out of the first thousand characters, and dots stand for the rest.
    assert_eq!(faults[0].message.chars().count(), 1_000);
    load(&sandbox, "hostile", &flood(300_000).memory("20").build()).expect("it can be loaded");
    let faults = sandbox.check_schedule(&schedule);
    assert_eq!(faults.len(), 256);
}

#[test]
fn a_flood_of_resources_is_too_many_handles() {
    let flood = |plan: &str| {
        Guest::new()
            .importing("export things;")
            .core_imports(
                r#"(import "[export]test:guest/things" "[resource-new]thing" (func $new (param i32) (result i32)))
                   (import "[export]test:guest/things" "[resource-drop]thing" (func $drop (param i32)))
                   (import "[export]test:guest/things" "[resource-rep]thing" (func $rep (param i32) (result i32)))"#,
            )
            .plan(plan)
            .build()
    };
    fails(
        &flood("(loop $again (drop (call $new (i32.const 1))) (br $again)) (unreachable)"),
        FailureKind::Handles,
        "64 handles",
    );
    // 64 at a time and not one more.
    let collect = |count: u32| {
        flood(&format!(
            "(local $i i32)
             (loop $again
                (drop (call $new (i32.const 1)))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br_if $again (i32.lt_u (local.get $i) (i32.const {count}))))
             (i32.const 256)"
        ))
    };
    fails(&collect(65), FailureKind::Handles, "64 handles");
    let sandbox = sandbox();
    let schedule = with_rule("seoul", "hostile", OnFailure::Hold);
    load(&sandbox, "hostile", &collect(64)).expect("it can be loaded");
    plan(&sandbox, &schedule, &[]).expect("it holds what it may");
    // Whoever gives them back may have as many as the fuel allows.
    let frugal = flood(
        "(local $i i32)
         (loop $again
            (call $drop (call $new (i32.const 1)))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $i) (i32.const 1000))))
         (i32.const 256)",
    );
    load(&sandbox, "hostile", &frugal).expect("it can be loaded");
    plan(&sandbox, &schedule, &[]).expect("it holds one at a time");
    for misuse in [
        "(local $one i32) (local.set $one (call $new (i32.const 1))) (call $drop (local.get $one)) (call $drop (local.get $one)) (unreachable)",
        "(drop (call $rep (i32.const 77))) (unreachable)",
    ] {
        fails(&flood(misuse), FailureKind::BadValue, "handle");
    }
}

#[test]
fn control_characters_are_taken_out_of_reasons() {
    // "A", escape, newline, "B".
    let span = one_span(
        "(i32.store16 (i32.const 1026) (i32.const 60)) (i32.store (i32.const 1056) (i32.const 2048)) (i32.store (i32.const 1060) (i32.const 4)) (i32.store (i32.const 2048) (i32.const 0x420a1b41))",
    );
    let sandbox = sandbox();
    load(&sandbox, "hostile", &Guest::new().plan(&span).build()).expect("it can be loaded");
    let schedule = with_rule("seoul", "hostile", OnFailure::Hold);
    let plan = plan(&sandbox, &schedule, &[]).expect("the plan keeps to the contract");
    assert_eq!(plan.spans[0].reason, "A B");
}

#[test]
fn a_flood_of_log_lines_is_a_failed_call() {
    let body = "(loop $again (call $log (i32.const 1) (i32.const 16) (i32.const 7)) (br $again)) (unreachable)";
    let guest = Guest::new().core_imports(LOG).plan(body);
    fails(&guest.build(), FailureKind::HostCalls, "64 lines");
}

#[test]
fn a_flood_of_logged_bytes_is_a_failed_call() {
    let body = "(memory.fill (i32.const 8192) (i32.const 65) (i32.const 50000)) (call $log (i32.const 1) (i32.const 8192) (i32.const 50000)) (i32.const 256)";
    let guest = Guest::new().core_imports(LOG).plan(body);
    fails(&guest.build(), FailureKind::HostCalls, "8,192 bytes");
}

#[test]
fn a_flood_of_reads_is_a_failed_call() {
    let read = r#"(import "reveille:rules/data@0.1.0" "read" (func $read (param i32 i32 i32)))"#;
    let body = "(loop $again (call $read (i32.const 16) (i32.const 7) (i32.const 512)) (br $again)) (unreachable)";
    let guest = Guest::new().core_imports(read).plan(body);
    fails(&guest.build(), FailureKind::HostCalls, "64 times");
}

#[test]
fn logged_lines_are_kept_and_cannot_forge_others() {
    // Newline, then "ERR".
    let body = "(i32.store (i32.const 2048) (i32.const 0x5252450a)) (call $log (i32.const 2) (i32.const 2048) (i32.const 4)) (i32.const 256)";
    let sandbox = sandbox();
    let guest = Guest::new().core_imports(LOG).plan(body);
    load(&sandbox, "hostile", &guest.build()).expect("it can be loaded");
    let schedule = with_rule("seoul", "hostile", OnFailure::Hold);
    plan(&sandbox, &schedule, &[]).expect("it may log");
    let lines = sandbox.log("hostile");
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].level, reveille_sandbox::LogLevel::Warn);
    assert_eq!(lines[0].message, "\u{FFFD}ERR");
}

#[test]
fn nothing_is_kept_from_one_call_to_the_next() {
    // Traps when its memory is not as it was built.
    let body = "(if (i32.load (i32.const 3000)) (then (unreachable))) (i32.store (i32.const 3000) (i32.const 1)) (i32.const 256)";
    let sandbox = sandbox();
    load(&sandbox, "hostile", &Guest::new().plan(body).build()).expect("it can be loaded");
    for name in ["one", "two", "three"] {
        let schedule = with_rule(name, "hostile", OnFailure::Hold);
        plan(&sandbox, &schedule, &[]).expect("every call finds fresh memory");
    }
}

#[test]
fn one_rule_failing_leaves_another_alone() {
    let sandbox = sandbox();
    load(&sandbox, "bad", &Guest::new().plan("(unreachable)").build()).expect("it can be loaded");
    load(&sandbox, "good", &Guest::new().plan(EMPTY_PLAN).build()).expect("it can be loaded");
    for round in 0..3 {
        let bad = with_rule(&format!("bad-{round}"), "bad", OnFailure::Hold);
        plan(&sandbox, &bad, &[]).expect_err("the bad rule fails");
        let good = with_rule(&format!("good-{round}"), "good", OnFailure::Hold);
        plan(&sandbox, &good, &[]).expect("the good rule answers");
    }
}

#[test]
fn more_calls_at_once_than_there_are_slots_all_get_their_answer() {
    let sandbox = sandbox();
    std::thread::scope(|scope| {
        for thread in 0..64 {
            let sandbox = &sandbox;
            scope.spawn(move || {
                for call in 0..20 {
                    let schedule = crate::house::schedule(&format!("{thread}-{call}"));
                    // So many threads on few processors may well miss the deadline; a place they all find.
                    while let Err(failure) = plan(sandbox, &schedule, &[]) {
                        assert_eq!(failure.kind, FailureKind::Deadline, "{failure}");
                    }
                }
            });
        }
    });
    assert!(sandbox.counters().plans_computed >= 64 * 20);
}

#[test]
fn thousands_of_hostile_calls_leave_no_memory_behind() {
    let sandbox = sandbox();
    let grow = "(drop (memory.grow (i32.const 100))) (memory.fill (i32.const 4096) (i32.const 7) (i32.const 60000)) (unreachable)";
    load(&sandbox, "hostile", &Guest::new().plan(grow).build()).expect("it can be loaded");
    let rounds = |from: u32, to: u32| {
        for round in from..to {
            let schedule = with_rule(&format!("s{round}"), "hostile", OnFailure::Hold);
            plan(&sandbox, &schedule, &[]).expect_err("it fails");
        }
    };
    rounds(0, 1_000);
    let before = resident_kib();
    rounds(1_000, 4_000);
    let grown = resident_kib().saturating_sub(before);
    // The cache keeps 6,000 plans and failures of these; other tests run beside this one.
    assert!(grown < 32 * 1024, "{grown} KiB were left behind");
}

#[test]
fn a_broken_rule_burns_its_fuel_once_for_the_same_question() {
    let sandbox = sandbox();
    load(&sandbox, "hostile", &Guest::new().plan(FOREVER).build()).expect("it can be loaded");
    let schedule = with_rule("seoul", "hostile", OnFailure::Hold);
    let first = plan(&sandbox, &schedule, &[]).expect_err("it fails");
    let computed = sandbox.counters().plans_computed;
    let begun = Instant::now();
    assert_eq!(plan(&sandbox, &schedule, &[]).expect_err("still"), first);
    assert!(begun.elapsed().as_millis() < 50);
    assert_eq!(sandbox.counters().plans_computed, computed);
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .expect("the kernel tells")
}
