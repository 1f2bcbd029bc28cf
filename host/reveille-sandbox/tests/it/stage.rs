//! The puppet in a sandbox, asked, and what it answers looked at.

use std::sync::{Arc, Mutex, PoisonError};

use reveille_core::{
    model::{
        Action, DayPlan, Decision, MAX_NOTES, MAX_REASON_CHARS, MAX_SPANS, OnFailure, Server,
        reply::Message,
    },
    port::Formatter as _,
};
use reveille_sandbox::{DataSource, Datum, Sandbox, SandboxFormatter};

use crate::{
    formatters::{context, reply},
    house::{decide, goes_on, load, plan, sandbox, servers, with_rule},
    puppet::{ANSWER, Answer, Choices, puppet},
};

/// What the puppet is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asked {
    Plan,
    Decisions,
    Message,
}

/// A sandbox with the puppet in it.
pub(crate) struct Stage {
    sandbox: Mutex<Arc<Sandbox>>,
    servers: Vec<Server>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let sandbox = sandbox();
        load(&sandbox, "puppet", &puppet()).expect("the puppet is a rule");
        Self {
            sandbox: Mutex::new(Arc::new(sandbox)),
            servers: servers(3),
        }
    }

    /// Has the puppet answer what `choices` make up, and looks at it. Whether it was taken.
    pub(crate) fn ask(&self, asked: Asked, choices: &[u8]) -> bool {
        // What is bound is the answer to one question.
        let sandbox = self.sandbox.lock().unwrap_or_else(PoisonError::into_inner);
        let choices = Choices::new(choices);
        let seoul = with_rule("seoul", "puppet", OnFailure::Hold);
        let taken = match asked {
            Asked::Plan => {
                answer(&sandbox, &Answer::plan(choices));
                plan(&sandbox, &seoul, &[]).map(|plan| check_plan(&plan))
            }
            Asked::Decisions => {
                let ids: Vec<&str> = self.servers.iter().map(|server| &*server.id.0).collect();
                answer(&sandbox, &Answer::decisions(choices, &ids));
                decide(&sandbox, &seoul, &self.servers)
                    .map(|decisions| check_decisions(&decisions, &self.servers))
            }
            Asked::Message => {
                answer(&sandbox, &Answer::message(choices));
                SandboxFormatter::new(Arc::clone(&sandbox), "puppet")
                    .format(&context(), &reply())
                    .map(|message| check_message(&message))
            }
        };
        goes_on(&sandbox);
        match taken {
            Ok(()) => true,
            Err(failure) => {
                assert_eq!(failure.rule, "puppet");
                check_text(&failure.cause, 2_000);
                false
            }
        }
    }
}

fn answer(sandbox: &Sandbox, bytes: &[u8]) {
    let data = DataSource::from([(ANSWER.to_owned(), Datum::new(bytes))]);
    sandbox.bind("puppet", data);
}

fn check_plan(plan: &DayPlan) {
    assert!(plan.spans.len() <= MAX_SPANS && plan.notes.len() <= MAX_NOTES);
    let mut reached = 0;
    for span in &plan.spans {
        assert!(reached <= span.begin.0 && span.begin < span.end && span.end.0 <= 1440);
        reached = span.end.0;
        check_text(&span.reason, MAX_REASON_CHARS);
        check_text(span.period.as_deref().unwrap_or_default(), MAX_REASON_CHARS);
        let kind = span.instance_type.as_deref().unwrap_or("t3.micro");
        check_type(kind);
    }
    for note in &plan.notes {
        check_text(note, MAX_REASON_CHARS);
    }
}

fn check_decisions(decisions: &[Decision], servers: &[Server]) {
    assert_eq!(decisions.len(), servers.len());
    for (decision, server) in decisions.iter().zip(servers) {
        assert_eq!(decision.server, server.id);
        check_text(&decision.reason, MAX_REASON_CHARS);
        if let Action::Resize(kind) = &decision.action {
            check_type(kind);
        }
    }
}

fn check_message(message: &Message) {
    let chars = |text: &Option<String>| text.as_deref().unwrap_or_default().chars().count();
    check_lines(&message.body);
    assert!(message.body.chars().count() <= 5_000);
    assert!(message.connect_info.len() <= 50);
    assert!(message.connect_color.len() == 7 && message.connect_color.starts_with('#'));
    for block in &message.connect_info {
        let parts = [&block.title, &block.description, &block.image_url];
        assert!(parts.iter().map(|part| chars(part)).sum::<usize>() <= 2_000);
        for part in parts.into_iter().flatten() {
            check_lines(part);
        }
    }
}

#[track_caller]
fn check_type(kind: &str) {
    let is_visible = kind.bytes().all(|byte| byte.is_ascii_graphic());
    assert!(is_visible && (1..=64).contains(&kind.len()), "{kind:?}");
}

/// One line of at most so many characters, in which nothing acts on a terminal.
#[track_caller]
fn check_text(text: &str, longest: usize) {
    assert!(text.chars().count() <= longest, "{text:?}");
    assert!(!text.chars().any(acts), "{text:?}");
}

#[track_caller]
fn check_lines(text: &str) {
    let acts = |character| acts(character) && !matches!(character, '\n' | '\t');
    assert!(!text.chars().any(acts), "{text:?}");
}

fn acts(character: char) -> bool {
    character.is_control() || ('\u{202a}'..='\u{202e}').contains(&character)
}
