//! A rule as the one that has the words.

use std::sync::Arc;

use reveille_core::{
    model::{
        RuleFailure,
        reply::{Context, Message, Reply},
    },
    port::Formatter,
};

use crate::{
    answer, convert, fault::Fault, fingerprint::Fingerprint, health::Case, planning::since_1970,
    rule::Rule, sandbox::Sandbox,
};

/// One rule of a sandbox as the one that has the words.
#[derive(Debug, Clone)]
pub struct SandboxFormatter {
    sandbox: Arc<Sandbox>,
    rule: String,
}

impl SandboxFormatter {
    /// The rule of this name; whether it is loaded is looked at with every call.
    #[must_use]
    pub fn new(sandbox: Arc<Sandbox>, rule: impl Into<String>) -> Self {
        Self {
            sandbox,
            rule: rule.into(),
        }
    }
}

impl Formatter for SandboxFormatter {
    fn format(&self, context: &Context, reply: &Reply) -> Result<Message, RuleFailure> {
        let rules = self.sandbox.rules();
        let rule = rules.get(&self.rule)?;
        let print = Fingerprint::new()
            .with_print(rule.print())
            .with(context)
            .with(reply)
            .print();
        if let Some(kept) = self.sandbox.cache.message(print) {
            self.sandbox.counters.hit_message();
            return kept
                .map(|message| Message::clone(&message))
                .map_err(|failure| RuleFailure::clone(&failure));
        }
        let message = self.ask(rule, context, reply);
        let keep = message
            .as_ref()
            .map_or_else(|fault| fault.is_deterministic(), |_| true);
        let message = message.map_err(|fault| rule.failure(fault));
        if keep {
            let kept = message.clone().map(Arc::new).map_err(Arc::new);
            self.sandbox.cache.keep_message(print, kept);
        }
        message
    }
}

impl SandboxFormatter {
    /// Asks the rule, unless it has failed lately and is not to be asked now.
    fn ask(&self, rule: &Rule, context: &Context, reply: &Reply) -> Result<Message, Fault> {
        let now = self.sandbox.now();
        if let Some(now) = now {
            rule.health().ask(Case::Words, now)?;
        }
        self.sandbox.counters.asked_formatter();
        let formatted = rule.format(
            &convert::replies::context(context),
            &convert::replies::reply(reply),
            since_1970(context.now.date),
        );
        let message = formatted.and_then(|message| {
            answer::message(convert::replies::message(message)).map_err(|what| rule.refuse(what))
        });
        match (&message, now) {
            (Err(fault), Some(now)) => rule.health().failed(Case::Words, now, fault),
            (Ok(_), Some(_)) => rule.health().answered(Case::Words),
            (_, None) => {}
        }
        message
    }
}
