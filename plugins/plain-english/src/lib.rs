//! Every reply in short, plain English, whatever the locale and without a character.
//!
//! One fact a line, the most important first; days are told by their weekday, and today's not at all. Names and reasons
//! are data: they are shown as they are, in one line, and cut where they are long.

mod announcement;
mod change;
mod message;
mod refusal;
mod view;
mod words;

use reveille_sdk::{
    about,
    formatter::{
        self, Message,
        replies::{Context, Reply},
    },
    types::RuleError,
};

/// The rule.
#[derive(Debug, Clone, Copy)]
pub struct PlainEnglish;

impl about::Guest for PlainEnglish {
    fn describe() -> about::Description {
        about::About::new(
            "plain-english",
            env!("CARGO_PKG_VERSION"),
            "Says everything in short, plain English.",
        )
        .into()
    }

    /// There is nothing to configure.
    fn check_config(_config: String) -> Result<(), RuleError> {
        Ok(())
    }
}

impl formatter::Guest for PlainEnglish {
    fn format(context: Context, reply: Reply) -> Result<Message, RuleError> {
        Ok(message(&context, &reply))
    }
}

/// A reply in English.
#[must_use]
pub fn message(context: &Context, reply: &Reply) -> Message {
    let draft = match reply {
        Reply::Help(schedules) => view::help(context, schedules),
        Reply::Schedules(lines) => view::schedules(context, lines),
        Reply::Status(of) => view::status(context, of),
        Reply::Info(of) => view::info(context, of),
        Reply::Exceptions(of) => view::exceptions(of),
        Reply::Why(of) => view::why(context, of),
        Reply::Holidays(of) => view::holidays(context, of),
        Reply::ExceptionSet(of) => change::exception_set(context, of),
        Reply::ExceptionDeleted(of) => change::exception_deleted(context, of),
        Reply::Forced(of) => change::forced(context, of),
        Reply::Cancelled(of) => change::cancelled(context, of),
        Reply::Extended(of) => change::extended(context, of),
        Reply::HolidayAdded(of) => change::holidays(context, of, "Saved"),
        Reply::HolidayDeleted(of) => change::holidays(context, of, "Deleted"),
        Reply::Refused(of) => refusal::refused(context, of),
        Reply::Announced(of) => announcement::announced(context, of),
    };
    draft.finish()
}

#[cfg(target_arch = "wasm32")]
reveille_sdk::export_formatter!(PlainEnglish);
