//! A conversation in a terminal: a question, its default in brackets, and once more when the answer makes no sense.

use std::{
    collections::BTreeMap,
    io::{BufRead, Read as _, Write},
};

use anyhow::{Context as _, anyhow, bail};

/// Most bytes of an answer: more than any path, ARN or URL has.
const LONGEST_ANSWER: u64 = 4096;

/// A question.
pub(super) struct Question<'a> {
    /// The option that answers it.
    pub(super) option: &'static str,
    /// What is asked.
    pub(super) text: &'a str,
    /// The answer of somebody who only presses Enter.
    pub(super) default: &'a str,
}

/// Who asks.
pub(super) struct Asking<R, W> {
    given: BTreeMap<&'static str, String>,
    takes_defaults: bool,
    input: R,
    output: W,
}

impl<R: BufRead, W: Write> Asking<R, W> {
    /// Asks what is not `given`; with `takes_defaults` nothing at all.
    pub(super) fn new(
        given: BTreeMap<&'static str, String>,
        takes_defaults: bool,
        input: R,
        output: W,
    ) -> Self {
        Self {
            given,
            takes_defaults,
            input,
            output,
        }
    }

    /// What `read` makes of the answer. It says why it can make nothing of one, without showing it: people type secrets
    /// where they should not.
    ///
    /// # Errors
    /// When an option makes no sense, or nobody answers.
    pub(super) fn ask<T>(
        &mut self,
        question: &Question<'_>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> anyhow::Result<T> {
        let Question {
            option,
            text,
            default,
        } = question;
        if let Some(given) = self.given.remove(option) {
            return read(given.trim()).map_err(|why| anyhow!("--{option} cannot be used: {why}"));
        }
        if self.takes_defaults {
            return read(default).map_err(|why| anyhow!("--{option} must be given: {why}"));
        }
        loop {
            write!(self.output, "{text} [{default}] ")?;
            self.output.flush()?;
            let typed = self.line().with_context(|| {
                format!("nobody answers. Give --{option}, or --yes for what stands in brackets")
            })?;
            let answer = if typed.is_empty() { default } else { &*typed };
            match read(answer) {
                Ok(answer) => return Ok(answer),
                Err(why) => writeln!(self.output, "  That cannot be: {why}")?,
            }
        }
    }

    fn line(&mut self) -> anyhow::Result<String> {
        let mut typed = String::new();
        let mut some = self.input.by_ref().take(LONGEST_ANSWER);
        if some.read_line(&mut typed)? == 0 {
            bail!("the input has ended");
        }
        Ok(typed.trim().to_owned())
    }

    /// Ends it.
    ///
    /// # Errors
    /// When an answer was given that nothing has asked for.
    pub(super) fn end(self) -> anyhow::Result<()> {
        match self.given.keys().next() {
            None => Ok(()),
            Some(option) => bail!(
                "--{option} has no use beside the other answers. Leave it out, or change those"
            ),
        }
    }
}
