//! English: the second language, with the same facts in the same order.

mod announcement;
mod command;
mod day;
mod force;
mod help;
mod holiday;
mod morning;
mod persona;
mod refusal;
mod rule;
mod server;
mod status;
mod why;
mod words;

use reveille_sdk::formatter::{
    Message,
    replies::{Context, Reply},
};

/// The reply in English.
pub(crate) fn message(context: &Context, reply: &Reply) -> Message {
    let draft = match reply {
        Reply::Help(schedules) => help::help(context, schedules),
        Reply::Schedules(lines) => status::schedules(context, lines),
        Reply::Status(view) => status::status(context, view),
        Reply::Info(view) => day::info(context, view),
        Reply::Exceptions(view) => day::exceptions(context, view),
        Reply::ExceptionSet(view) => day::exception_set(context, view),
        Reply::ExceptionDeleted(view) => day::exception_deleted(context, view),
        Reply::Forced(view) => force::forced(context, view),
        Reply::Cancelled(view) => force::cancelled(context, view),
        Reply::Extended(view) => force::extended(context, view),
        Reply::Why(view) => why::why(context, view),
        Reply::Holidays(view) => holiday::holidays(context, view),
        Reply::HolidayAdded(view) => holiday::added(context, view),
        Reply::HolidayDeleted(view) => holiday::deleted(context, view),
        Reply::Refused(refusal) => refusal::refused(context, refusal),
        Reply::Announced(announcement) => announcement::announced(context, announcement),
    };
    draft.finish(persona::phrases(context.persona, reply), words::MORE)
}
