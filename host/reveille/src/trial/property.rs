//! What must hold of every rule, and what breaks it.

use reveille_core::model::{FailureKind, RuleFailure};
use reveille_sandbox::Called;
use serde::Serialize;

use super::inputs::Input;

/// Breaches of one property that are told; the others are counted.
const TOLD: usize = 3;

/// Something that must hold, after it was looked at.
#[derive(Debug, Serialize)]
pub(crate) struct Property {
    /// What was varied.
    pub(crate) name: &'static str,
    /// How often the rule was asked.
    pub(crate) calls: usize,
    /// How often it answered with an error of its own, which it may.
    pub(crate) errors: usize,
    /// The first such error.
    pub(crate) error: Option<String>,
    /// How often it broke.
    pub(crate) broken: usize,
    /// The first of those.
    pub(crate) breaches: Vec<Breach>,
}

/// An input on which a property does not hold, as small as it could be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Breach {
    /// What happened.
    pub(crate) what: String,
    /// The input, in the words of a case.
    pub(crate) input: Vec<String>,
}

impl Property {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            calls: 0,
            errors: 0,
            error: None,
            broken: 0,
            breaches: Vec::new(),
        }
    }

    pub(crate) fn holds(&self) -> bool {
        self.broken == 0
    }

    /// Asks the rule, and keeps what it answered.
    pub(crate) fn ask(&mut self, input: &Input) -> Result<Said, RuleFailure> {
        self.calls += 1;
        let answer = input.ask().answer;
        if let Err(failure) = &answer {
            if failure.kind == FailureKind::Rule {
                self.errors += 1;
                self.error.get_or_insert_with(|| failure.cause.clone());
            } else {
                self.broke(failure, input);
            }
        }
        answer
    }

    fn broke(&mut self, failure: &RuleFailure, input: &Input) {
        let kind = failure.kind;
        self.tell(failure.cause.clone(), || {
            input
                .shrunk(|smaller| {
                    smaller
                        .ask()
                        .answer
                        .is_err_and(|failure| failure.kind == kind)
                })
                .lines()
        });
    }

    /// Notes a breach; the input is only asked for while it is told.
    pub(crate) fn tell(&mut self, what: String, input: impl FnOnce() -> Vec<String>) {
        self.broken += 1;
        if self.breaches.len() < TOLD {
            self.breaches.push(Breach {
                what,
                input: input(),
            });
        }
    }
}

/// Any answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    Plan(reveille_core::model::DayPlan),
    Decisions(Vec<reveille_core::model::Decision>),
    Message(reveille_core::model::reply::Message),
    Faults(Vec<reveille_core::model::Fault>),
    Nothing,
}

/// The answer of one role as any answer.
pub(crate) fn said<R>(called: Called<R>, wrap: impl FnOnce(R) -> Said) -> Called<Said> {
    Called {
        answer: called.answer.map(wrap),
        usage: called.usage,
    }
}
