//! What a component that has the words may answer. Whatever it does, the caller has an error in hand and answers with
//! the plain text.

use std::sync::Arc;

use reveille_core::{
    chat::plain,
    model::{
        FailureKind, Minute, Moment, RuleFailure, Tier,
        reply::{Context, Message, Persona, Reply},
    },
    port::Formatter,
};
use reveille_sandbox::{Limits, SERVERBYEONG, Sandbox, SandboxFormatter};

use crate::{
    guest::Guest,
    house::{MONDAY, goes_on, load, sandbox, source},
};

/// A message whose body is what stands at 2048, of the colour `#112233`; `how` changes it.
fn saying(body: &str, chars: u32, how: &str) -> Guest {
    Guest::new()
        .memory("8")
        .fields(&format!(
            r##"(data (i32.const 1024) "#112233") (data (i32.const 2048) "{body}")"##
        ))
        .format(&format!(
            "(i32.store (i32.const 516) (i32.const 2048)) (i32.store (i32.const 520) (i32.const {chars}))
             (i32.store (i32.const 524) (i32.const 1024)) (i32.store (i32.const 528) (i32.const 7))
             {how} (i32.const 512)"
        ))
}

/// So many blocks, at 65536: zeros, so that nothing is in them.
fn blocks(count: u32) -> String {
    format!(
        "(i32.store (i32.const 532) (i32.const 65536)) (i32.store (i32.const 536) (i32.const {count}))"
    )
}

pub(crate) fn reply() -> Reply {
    Reply::Help {
        schedules: vec!["seoul".to_owned()],
    }
}

pub(crate) fn context() -> Context {
    Context {
        locale: "en".to_owned(),
        persona: Persona::Off,
        keyword: "server".to_owned(),
        timezone: "Asia/Seoul".to_owned(),
        now: Moment {
            date: MONDAY,
            minute: Minute(570),
        },
        schedule: None,
    }
}

fn formatted(sandbox: &Arc<Sandbox>, rule: &str) -> Result<Message, RuleFailure> {
    SandboxFormatter::new(Arc::clone(sandbox), rule).format(&context(), &reply())
}

fn said(guest: &Guest) -> (Arc<Sandbox>, Result<Message, RuleFailure>) {
    let sandbox = Arc::new(sandbox());
    load(&sandbox, "words", &guest.build()).expect("it can be loaded");
    let said = formatted(&sandbox, "words");
    (sandbox, said)
}

#[track_caller]
fn format_fails(guest: &Guest, kind: FailureKind, named: &str) {
    let (sandbox, said) = said(guest);
    let failure = said.expect_err("it is no message");
    assert_eq!(failure.kind, kind, "{failure}");
    assert_eq!(failure.rule, "words");
    assert!(failure.cause.contains(named), "{failure}");
    // What chat answers in its place, and what another formatter still says.
    assert!(plain(&reply()).body.contains("seoul"));
    formatted(&sandbox, SERVERBYEONG).expect("another one has the words");
    goes_on(&sandbox);
}

#[test]
fn a_candidate_is_tried_before_it_has_the_words() {
    let sandbox = sandbox();
    let component = saying("hello", 5, "").build();
    let candidate = sandbox
        .prepare(&source("words"), Limits::of(Tier::Rule), &component)
        .expect("it fits");
    let tried = Arc::new(sandbox.with(&candidate));
    assert_eq!(
        formatted(&tried, "words").expect("it answers").body,
        "hello"
    );
    formatted(&Arc::new(sandbox), "words").expect_err("it is not loaded");
}

#[test]
fn a_component_has_the_words() {
    let (sandbox, said) = said(&saying("hello", 5, &blocks(50)));
    let said = said.expect("it is a message");
    assert_eq!(said.body, "hello");
    assert_eq!(said.connect_color, "#112233");
    assert_eq!(said.connect_info.len(), 50);
    assert_eq!(sandbox.counters().formatter_calls, 1);
}

#[test]
fn what_acts_is_taken_out_of_every_part_of_a_message() {
    // A title: escape, newline, "A". An image would be refused; the description is the body's text.
    let block = format!(
        "(i32.store (i32.const 65536) (i32.const 1))
         (i32.store (i32.const 65540) (i32.const 2049)) (i32.store (i32.const 65544) (i32.const 6))
         (i32.store (i32.const 65548) (i32.const 1))
         (i32.store (i32.const 65552) (i32.const 2048)) (i32.store (i32.const 65556) (i32.const 12))
         {}",
        blocks(1)
    );
    // Escape, a bell and a mark that turns the direction of what follows.
    let (_, said) = said(&saying(r"A\1b[31m\0a\07\e2\80\aeB", 12, &block));
    let said = said.expect("it is a message");
    assert_eq!(said.body, "A[31m\nB");
    assert_eq!(said.connect_info[0].title.as_deref(), Some("[31m\n"));
    assert_eq!(
        said.connect_info[0].description.as_deref(),
        Some("A[31m\nB")
    );
}

#[test]
fn too_long_a_body_is_refused() {
    let fill = "(memory.fill (i32.const 2048) (i32.const 65) (i32.const 5001))";
    format_fails(
        &saying("", 5_001, fill),
        FailureKind::Answer,
        "the message has 5001 characters; at most 5,000 are allowed",
    );
    let (_, said) = said(&saying("", 5_000, fill));
    said.expect("5,000 are allowed");
}

#[test]
fn a_body_of_a_megabyte_is_too_much() {
    let guest = saying("", (1 << 20) + 1, "").memory("40");
    format_fails(&guest, FailureKind::Output, "1,048,576 bytes");
}

#[test]
fn a_colour_that_is_none_is_refused() {
    format_fails(
        &saying("hello", 5, "(i32.store (i32.const 528) (i32.const 6))"),
        FailureKind::Answer,
        "the colour `#11223` is not of the form #RRGGBB",
    );
}

#[test]
fn too_many_blocks_are_refused() {
    format_fails(
        &saying("hello", 5, &blocks(51)),
        FailureKind::Answer,
        "the message has 51 blocks; at most 50 are allowed",
    );
}

#[test]
fn an_image_from_anywhere_but_https_is_refused() {
    let block = format!(
        "(i32.store (i32.const 65560) (i32.const 1))
         (i32.store (i32.const 65564) (i32.const 2048)) (i32.store (i32.const 65568) (i32.const 12))
         {}",
        blocks(1)
    );
    format_fails(
        &saying("file:///etc/", 12, &block),
        FailureKind::Answer,
        "not at an https:// address",
    );
    let (_, said) = said(&saying("https://a.b/", 12, &block));
    said.expect("https is allowed");
}

#[test]
fn a_formatter_that_panics_is_an_error() {
    format_fails(
        &saying("hello", 5, "(unreachable)"),
        FailureKind::Panic,
        "panicked",
    );
}

#[test]
fn a_formatter_that_does_not_end_is_an_error() {
    format_fails(
        &saying("hello", 5, "(loop $again (br $again))"),
        FailureKind::Fuel,
        "10,000,000 units of fuel",
    );
}

#[test]
fn a_formatter_may_say_why_it_has_no_words() {
    // `err(failed("no\nwords"))`.
    let guest = saying(
        r"no\0awords",
        0,
        "(i32.store8 (i32.const 512) (i32.const 1)) (i32.store8 (i32.const 516) (i32.const 3))
         (i32.store (i32.const 520) (i32.const 2048)) (i32.store (i32.const 524) (i32.const 8))",
    );
    format_fails(&guest, FailureKind::Rule, "no words");
}

#[test]
fn a_formatter_that_is_not_loaded_or_has_no_words_is_an_error() {
    let sandbox = Arc::new(sandbox());
    for (rule, cause) in [
        ("nobody", "it is not loaded"),
        ("periods", "it is no formatter"),
    ] {
        let failure = formatted(&sandbox, rule).expect_err("it has no words");
        assert_eq!(failure.kind, FailureKind::Missing);
        assert_eq!(failure.cause, cause);
    }
}
