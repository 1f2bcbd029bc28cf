//! The tier in which WASI is there and nothing happens by itself.

use std::time::{Duration, Instant};

use reveille_core::{
    model::{FailureKind, OnFailure, RuleSource, Tier},
    port::Rules,
};
use reveille_sandbox::{LOG_BYTES, Limits, LogLevel, Sandbox};

use crate::{
    guest::{EMPTY_PLAN, Guest},
    house::{decide, goes_on, plan, sandbox, servers, source, with_rule},
};

fn loaded(guest: &Guest) -> Sandbox {
    loaded_with(guest, Limits::of(Tier::Rule))
}

fn loaded_with(guest: &Guest, limits: Limits) -> Sandbox {
    let sandbox = sandbox();
    let granted = RuleSource {
        wasi: true,
        ..source("wasi")
    };
    sandbox
        .load_bytes(&granted, limits, &guest.build())
        .expect("WASI is granted");
    sandbox
}

/// Plans with the guest in the chain and expects the plan.
#[track_caller]
fn plans(guest: &Guest) -> Sandbox {
    let sandbox = loaded(guest);
    plan(&sandbox, &with_rule("seoul", "wasi", OnFailure::Hold), &[]).expect("it plans");
    sandbox
}

/// Plans with the guest in the chain, expects the failure, and looks that the sandbox goes on.
#[track_caller]
fn fails(guest: &Guest, kind: FailureKind, named: &str) -> Sandbox {
    let sandbox = loaded(guest);
    let failure = plan(&sandbox, &with_rule("seoul", "wasi", OnFailure::Hold), &[])
        .expect_err("the schedule holds");
    assert_eq!(failure.kind, kind, "{failure}");
    assert!(failure.cause.contains(named), "{failure}");
    goes_on(&sandbox);
    sandbox
}

/// Writes to standard output; `$out` is the stream, once `$open` was called.
fn writer(plan: &str) -> Guest {
    writer_to("stdout", plan)
}

/// The same with another stream.
fn writer_to(stream: &str, plan: &str) -> Guest {
    Guest::new()
        .importing(&format!(
            "import wasi:io/streams@0.2.6; import wasi:cli/{stream}@0.2.6;"
        ))
        .core_imports(&format!(
            r#"(import "wasi:cli/{stream}@0.2.6" "get-{stream}" (func $open-stream (result i32)))
               (import "wasi:io/streams@0.2.6" "[method]output-stream.write" (func $write (param i32 i32 i32 i32)))
               (import "wasi:io/streams@0.2.6" "[method]output-stream.blocking-write-and-flush" (func $print (param i32 i32 i32 i32)))
               (import "wasi:io/streams@0.2.6" "[resource-drop]output-stream" (func $drop (param i32)))"#,
        ))
        .fields(
            r#"(global $out (mut i32) (i32.const 0))
               (func $open (global.set $out (call $open-stream)))
               (data (i32.const 2048) "fifteen letters\0a")
               (data (i32.const 2064) "at src/lib.rs:7\0a")"#,
        )
        .plan(plan)
}

/// Asks for sockets, addresses and directories.
fn seeker(plan: &str) -> Guest {
    Guest::new()
        .importing(
            "import wasi:sockets/network@0.2.6; import wasi:sockets/instance-network@0.2.6;
             import wasi:sockets/tcp@0.2.6; import wasi:sockets/tcp-create-socket@0.2.6;
             import wasi:sockets/udp@0.2.6; import wasi:sockets/udp-create-socket@0.2.6;
             import wasi:sockets/ip-name-lookup@0.2.6;
             import wasi:filesystem/types@0.2.6; import wasi:filesystem/preopens@0.2.6;",
        )
        .core_imports(
            r#"(import "wasi:sockets/instance-network@0.2.6" "instance-network" (func $network (result i32)))
               (import "wasi:sockets/tcp-create-socket@0.2.6" "create-tcp-socket" (func $tcp (param i32 i32)))
               (import "wasi:sockets/udp-create-socket@0.2.6" "create-udp-socket" (func $udp (param i32 i32)))
               (import "wasi:sockets/ip-name-lookup@0.2.6" "resolve-addresses" (func $resolve (param i32 i32 i32 i32)))
               (import "wasi:filesystem/preopens@0.2.6" "get-directories" (func $directories (param i32)))"#,
        )
        // `err(access-denied)`, or it traps.
        .fields(
            r#"(func $denied
                   (if (i32.ne (i32.load8_u (i32.const 512)) (i32.const 1)) (then (unreachable)))
                   (if (i32.ne (i32.load8_u (i32.const 516)) (i32.const 1)) (then (unreachable))))
               (data (i32.const 2048) "localhost")"#,
        )
        .plan(&format!("{plan} (i64.store (i32.const 512) (i64.const 0)) {EMPTY_PLAN}"))
}

/// Sleeps as often as it can, and keeps every handle.
const COLLECT: &str =
    "(loop $again (drop (call $subscribe (i64.const 0))) (br $again)) (unreachable)";

fn collector() -> Guest {
    Guest::new()
        .importing("import wasi:clocks/monotonic-clock@0.2.6; import wasi:io/poll@0.2.6;")
        .core_imports(
            r#"(import "wasi:clocks/monotonic-clock@0.2.6" "subscribe-duration" (func $subscribe (param i64) (result i32)))
               (import "wasi:io/poll@0.2.6" "[method]pollable.block" (func $block (param i32)))
               (import "wasi:io/poll@0.2.6" "[resource-drop]pollable" (func $drop (param i32)))"#,
        )
        .plan(COLLECT)
}

#[test]
fn an_exit_is_a_failed_call() {
    let sandbox = loaded(
        &Guest::new()
            .importing("import wasi:cli/exit@0.2.6;")
            .core_imports(r#"(import "wasi:cli/exit@0.2.6" "exit" (func $exit (param i32)))"#)
            .plan("(call $exit (i32.const 1)) (unreachable)"),
    );
    let schedule = with_rule("seoul", "wasi", OnFailure::Hold);
    let failure = plan(&sandbox, &schedule, &[]).expect_err("it exits");
    assert_eq!(failure.kind, FailureKind::Exit);
    assert!(failure.cause.contains("exit"), "{failure}");
    goes_on(&sandbox);
}

#[test]
fn a_sleep_is_over_at_once_and_the_clock_has_not_moved() {
    let sandbox = loaded(
        &Guest::new()
            .importing("import wasi:clocks/monotonic-clock@0.2.6; import wasi:io/poll@0.2.6;")
            .core_imports(
                r#"(import "wasi:clocks/monotonic-clock@0.2.6" "now" (func $now (result i64)))
                   (import "wasi:clocks/monotonic-clock@0.2.6" "subscribe-duration" (func $subscribe (param i64) (result i32)))
                   (import "wasi:io/poll@0.2.6" "[method]pollable.block" (func $block (param i32)))"#,
            )
            .plan(&format!(
                "(call $block (call $subscribe (i64.const 60000000000)))
                 (if (i64.ne (call $now) (i64.const 0)) (then (unreachable)))
                 {EMPTY_PLAN}"
            )),
    );
    let begun = Instant::now();
    plan(&sandbox, &with_rule("seoul", "wasi", OnFailure::Hold), &[])
        .expect("it sleeps and goes on");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn the_wall_clock_stands_at_the_date_of_the_request() {
    // 2026-11-23T00:00:00Z
    let sandbox = loaded(
        &Guest::new()
            .importing("import wasi:clocks/wall-clock@0.2.6;")
            .core_imports(r#"(import "wasi:clocks/wall-clock@0.2.6" "now" (func $now (param i32)))"#)
            .plan(&format!(
                "(call $now (i32.const 512))
                 (if (i64.ne (i64.load (i32.const 512)) (i64.const 1795392000)) (then (unreachable)))
                 {EMPTY_PLAN}"
            )),
    );
    plan(&sandbox, &with_rule("seoul", "wasi", OnFailure::Hold), &[]).expect("it is that date");
}

#[test]
fn random_numbers_are_the_same_at_every_call() {
    // A reason that is made of the number: two schedules get the same one.
    let sandbox = loaded(
        &Guest::new()
            .importing("import wasi:random/random@0.2.6;")
            .core_imports(r#"(import "wasi:random/random@0.2.6" "get-random-u64" (func $random (result i64)))"#)
            .plan(
                "(i32.store (i32.const 516) (i32.const 1024)) (i32.store (i32.const 520) (i32.const 1))
                 (i32.store16 (i32.const 1026) (i32.add (i32.const 1) (i32.wrap_i64 (i64.rem_u (call $random) (i64.const 1440)))))
                 (i32.const 512)",
            ),
    );
    let one = plan(&sandbox, &with_rule("one", "wasi", OnFailure::Hold), &[]).expect("it plans");
    let two = plan(&sandbox, &with_rule("two", "wasi", OnFailure::Hold), &[]).expect("it plans");
    assert_eq!(one, two);
}

#[test]
fn one_random_number_is_not_the_next() {
    plans(
        &Guest::new()
            .importing("import wasi:random/random@0.2.6;")
            .core_imports(r#"(import "wasi:random/random@0.2.6" "get-random-u64" (func $random (result i64)))"#)
            .plan(&format!(
                "(if (i64.eq (call $random) (call $random)) (then (unreachable))) {EMPTY_PLAN}"
            )),
    );
}

#[test]
fn there_are_no_arguments() {
    let sandbox = loaded(
        &Guest::new()
            .importing("import wasi:cli/environment@0.2.6;")
            .core_imports(r#"(import "wasi:cli/environment@0.2.6" "get-arguments" (func $arguments (param i32)))"#)
            .plan(&format!(
                "(call $arguments (i32.const 512))
                 (if (i32.load (i32.const 516)) (then (unreachable)))
                 {EMPTY_PLAN}"
            )),
    );
    plan(&sandbox, &with_rule("seoul", "wasi", OnFailure::Hold), &[]).expect("the list is empty");
}

#[test]
fn there_is_no_environment_and_no_folder_to_be_in() {
    // The test's own process has one.
    assert!(std::env::vars_os().next().is_some());
    plans(
        &Guest::new()
            .importing("import wasi:cli/environment@0.2.6;")
            .core_imports(
                r#"(import "wasi:cli/environment@0.2.6" "get-environment" (func $environment (param i32)))
                   (import "wasi:cli/environment@0.2.6" "initial-cwd" (func $cwd (param i32)))"#,
            )
            .plan(&format!(
                "(call $environment (i32.const 512))
                 (if (i32.load (i32.const 516)) (then (unreachable)))
                 (call $cwd (i32.const 512))
                 (if (i32.load8_u (i32.const 512)) (then (unreachable)))
                 {EMPTY_PLAN}"
            )),
    );
}

#[test]
fn there_is_nothing_on_standard_input() {
    // `err(closed)`.
    plans(
        &Guest::new()
            .importing("import wasi:io/streams@0.2.6; import wasi:cli/stdin@0.2.6;")
            .core_imports(
                r#"(import "wasi:cli/stdin@0.2.6" "get-stdin" (func $stdin (result i32)))
                   (import "wasi:io/streams@0.2.6" "[method]input-stream.blocking-read" (func $read (param i32 i64 i32)))"#,
            )
            .plan(&format!(
                "(call $read (call $stdin) (i64.const 100) (i32.const 512))
                 (if (i32.ne (i32.load8_u (i32.const 512)) (i32.const 1)) (then (unreachable)))
                 (if (i32.ne (i32.load8_u (i32.const 516)) (i32.const 1)) (then (unreachable)))
                 (i64.store (i32.const 512) (i64.const 0))
                 {EMPTY_PLAN}"
            )),
    );
}

#[test]
fn there_are_no_directories() {
    // Without one there is no file: every path begins at a directory.
    plans(&seeker(
        "(call $directories (i32.const 512)) (if (i32.load (i32.const 516)) (then (unreachable)))",
    ));
}

#[test]
fn sockets_are_denied() {
    for family in [0, 1] {
        for socket in ["$tcp", "$udp"] {
            plans(&seeker(&format!(
                "(call {socket} (i32.const {family}) (i32.const 512)) (call $denied)"
            )));
        }
    }
}

#[test]
fn names_of_hosts_are_not_looked_up() {
    // Of the errors that a name server gives, none is `access-denied` or `permanent-resolver-failure`.
    plans(&seeker(
        "(call $resolve (call $network) (i32.const 2048) (i32.const 9) (i32.const 512))
         (if (i32.ne (i32.load8_u (i32.const 512)) (i32.const 1)) (then (unreachable)))
         (if (i32.ne (i32.load8_u (i32.const 516)) (i32.const 20)) (then (unreachable)))",
    ));
}

#[test]
fn what_is_written_to_standard_output_goes_to_the_log() {
    let sandbox = plans(&writer(&format!(
        "(call $open)
         (call $write (global.get $out) (i32.const 2048) (i32.const 16) (i32.const 512))
         {EMPTY_PLAN}"
    )));
    let lines = sandbox.log("wasi");
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].level, LogLevel::Info);
    assert_eq!(lines[0].message, "fifteen letters");
}

#[test]
fn a_panic_is_told_with_the_first_line_that_it_wrote_and_no_other() {
    let panic = "(call $open)
        (call $write (global.get $out) (i32.const 2048) (i32.const 32) (i32.const 512))
        (unreachable)";
    let sandbox = fails(
        &writer_to("stderr", panic),
        FailureKind::Panic,
        "panicked: fifteen letters",
    );
    let failure = plan(&sandbox, &with_rule("seoul", "wasi", OnFailure::Hold), &[])
        .expect_err("the schedule holds");
    assert!(!failure.cause.contains("lib.rs"), "{failure}");
    let lines = sandbox.log("wasi");
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[1].level, LogLevel::Warn);
}

#[test]
fn a_flood_of_standard_output_is_told_that_it_is_closed_and_uses_up_its_fuel() {
    let limits = Limits {
        fuel: 100_000,
        ..Limits::of(Tier::Rule)
    };
    let flood = "(call $open)
        (loop $again
            (call $print (global.get $out) (i32.const 2048) (i32.const 16) (i32.const 512))
            (br $again))
        (unreachable)";
    let sandbox = loaded_with(&writer(flood), limits);
    let failure = plan(&sandbox, &with_rule("seoul", "wasi", OnFailure::Hold), &[])
        .expect_err("it does not end");
    assert_eq!(failure.kind, FailureKind::Fuel, "{failure}");
    let lines = sandbox.log("wasi");
    assert_eq!(lines.len(), limits.host_calls as usize);
    goes_on(&sandbox);
}

#[test]
fn output_past_the_limit_is_told_as_too_much_and_not_kept() {
    let too_much = LOG_BYTES + 1;
    let body = format!(
        "(call $open)
         (call $write (global.get $out) (i32.const 8192) (i32.const {too_much}) (i32.const 512))
         {EMPTY_PLAN}"
    );
    let sandbox = fails(
        &writer(&body),
        FailureKind::HostCalls,
        "wrote more than the 8,192 bytes",
    );
    assert!(sandbox.log("wasi").is_empty());
}

#[test]
fn output_that_fits_leaves_no_room_for_one_byte_more() {
    let body = format!(
        "(call $open)
         (call $write (global.get $out) (i32.const 8192) (i32.const {LOG_BYTES}) (i32.const 512))
         (if (i32.load8_u (i32.const 512)) (then (unreachable)))
         (call $write (global.get $out) (i32.const 8192) (i32.const 1) (i32.const 512))
         {EMPTY_PLAN}"
    );
    fails(&writer(&body), FailureKind::HostCalls, "8,192 bytes");
}

#[test]
fn more_random_bytes_than_are_given_at_once_are_refused() {
    let random = |bytes: u64| {
        Guest::new()
            .memory("8")
            .importing("import wasi:random/random@0.2.6;")
            .core_imports(r#"(import "wasi:random/random@0.2.6" "get-random-bytes" (func $random (param i64 i32)))"#)
            .plan(&format!(
                "(call $random (i64.const {bytes}) (i32.const 512))
                 (i64.store (i32.const 512) (i64.const 0)) {EMPTY_PLAN}"
            ))
    };
    plans(&random(4_096));
    fails(&random(4_097), FailureKind::Output, "random bytes");
    fails(&random(u64::MAX), FailureKind::Output, "random bytes");
}

/// A guest whose one reason is what it was told, 56 bytes, as letters.
fn teller() -> Guest {
    Guest::new()
        .importing(
            "import wasi:random/random@0.2.6; import wasi:random/insecure@0.2.6;
             import wasi:random/insecure-seed@0.2.6;
             import wasi:clocks/wall-clock@0.2.6; import wasi:clocks/monotonic-clock@0.2.6;",
        )
        .core_imports(
            r#"(import "wasi:random/random@0.2.6" "get-random-u64" (func $random (result i64)))
               (import "wasi:random/insecure@0.2.6" "get-insecure-random-u64" (func $insecure (result i64)))
               (import "wasi:random/insecure-seed@0.2.6" "insecure-seed" (func $seed (param i32)))
               (import "wasi:clocks/wall-clock@0.2.6" "now" (func $wall (param i32)))
               (import "wasi:clocks/monotonic-clock@0.2.6" "now" (func $now (result i64)))"#,
        )
        .plan(
            "(local $i i32)
             (call $seed (i32.const 2048))
             (call $wall (i32.const 2064))
             (i64.store (i32.const 2080) (call $random))
             (i64.store (i32.const 2088) (call $insecure))
             (i64.store (i32.const 2096) (call $now))
             (loop $again
                (i32.store8 (i32.add (i32.const 2304) (i32.mul (local.get $i) (i32.const 2)))
                    (i32.add (i32.const 65) (i32.shr_u (i32.load8_u (i32.add (i32.const 2048) (local.get $i))) (i32.const 4))))
                (i32.store8 (i32.add (i32.const 2305) (i32.mul (local.get $i) (i32.const 2)))
                    (i32.add (i32.const 65) (i32.and (i32.load8_u (i32.add (i32.const 2048) (local.get $i))) (i32.const 15))))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br_if $again (i32.lt_u (local.get $i) (i32.const 56))))
             (i32.store (i32.const 516) (i32.const 1024)) (i32.store (i32.const 520) (i32.const 1))
             (i32.store16 (i32.const 1026) (i32.const 60))
             (i32.store (i32.const 1056) (i32.const 2304)) (i32.store (i32.const 1060) (i32.const 112))
             (i32.const 512)",
        )
}

#[test]
fn two_runs_see_the_same_clocks_and_the_same_random_numbers() {
    let run = || {
        let sandbox = loaded(&teller());
        let schedule = with_rule("seoul", "wasi", OnFailure::Hold);
        let plan = plan(&sandbox, &schedule, &[]).expect("it plans");
        plan.spans[0].reason.clone()
    };
    let told = run();
    assert_eq!(told.len(), 112);
    let letters: std::collections::BTreeSet<char> = told.chars().collect();
    assert!(letters.len() > 8, "{told}");
    assert_eq!(run(), told);
}

#[test]
fn a_decider_that_did_not_ask_for_the_time_does_not_get_it_from_the_wall_clock() {
    let sandbox = loaded(
        &Guest::new()
            .importing("import wasi:clocks/wall-clock@0.2.6;")
            .core_imports(
                r#"(import "wasi:clocks/wall-clock@0.2.6" "now" (func $now (param i32)))"#,
            )
            .decide(
                "(call $now (i32.const 512))
                 (if (i64.ne (i64.load (i32.const 512)) (i64.const 0)) (then (unreachable)))
                 (call $agree (local.get 0))",
            ),
    );
    let schedule = with_rule("seoul", "wasi", OnFailure::Hold);
    decide(&sandbox, &schedule, &servers(1)).expect("the clock stands at zero");
}

#[test]
fn handles_that_are_collected_without_end_are_too_many() {
    fails(&collector(), FailureKind::Handles, "handles");
    // The largest tier may hold more of them than the host keeps.
    let sandbox = loaded_with(&collector(), Limits::of(Tier::Heavy));
    let failure = plan(&sandbox, &with_rule("seoul", "wasi", OnFailure::Hold), &[])
        .expect_err("it does not end");
    assert_eq!(failure.kind, FailureKind::Handles, "{failure}");
    assert!(
        failure.cause.contains("than the host keeps for a call"),
        "{failure}"
    );
    goes_on(&sandbox);
}

#[test]
fn a_handle_that_is_given_up_twice_is_no_value() {
    fails(
        &collector().plan(
            "(local $one i32) (local.set $one (call $subscribe (i64.const 0)))
             (call $drop (local.get $one)) (call $drop (local.get $one)) (unreachable)",
        ),
        FailureKind::BadValue,
        "handle",
    );
}

#[test]
fn a_handle_that_was_never_given_is_no_value() {
    fails(
        &collector().plan("(call $block (i32.const 77)) (unreachable)"),
        FailureKind::BadValue,
        "handle",
    );
}

#[test]
fn a_handle_of_another_type_is_no_value() {
    fails(
        &writer(
            "(call $open) (call $write (i32.const 77) (i32.const 0) (i32.const 0) (i32.const 512)) (unreachable)",
        ),
        FailureKind::BadValue,
        "handle",
    );
}

#[test]
fn a_loop_of_calls_that_fuel_hardly_prices_ends_at_the_deadline_at_last() {
    let limits = Limits {
        fuel: u64::MAX / 2,
        deadline: Duration::from_millis(30),
        ..Limits::of(Tier::Rule)
    };
    let sandbox = loaded_with(
        &collector().plan("(loop $again (call $drop (call $subscribe (i64.const 60000000000))) (br $again)) (unreachable)"),
        limits,
    );
    let failure = plan(&sandbox, &with_rule("seoul", "wasi", OnFailure::Hold), &[])
        .expect_err("it does not end");
    assert_eq!(failure.kind, FailureKind::Deadline, "{failure}");
    assert!(sandbox.loaded().iter().any(|rule| rule.name == "wasi"));
    goes_on(&sandbox);
}
