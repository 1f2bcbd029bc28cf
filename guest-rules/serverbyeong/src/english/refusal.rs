//! Why a command was not carried out: what was wrong, and one command that is right.

use reveille_sdk::{
    formatter::replies::{
        Context, Contradiction, Refusal, Topic, Turning, UnknownSchedule, UnknownWord,
    },
    types::{Date, Minute, Turn},
};

use super::{command, words};
use crate::{
    message::{Colour, Draft},
    text::name,
    when::{self, Length},
};

/// A command that was not carried out.
pub(super) fn refused(context: &Context, refusal: &Refusal) -> Draft {
    let today = context.now.date;
    match refusal {
        Refusal::NotUnderstood(word) => unknown(context, word, "is not a word that I know"),
        Refusal::UnclearDate(word) => unknown(context, word, "is not a date that I understand"),
        Refusal::UnclearTime(word) => unknown(context, word, "is not a time that I understand"),
        Refusal::UnclearDuration(word) => {
            unknown(context, word, "is not a length of time that I understand")
        }
        Refusal::UnknownSchedule(unknown) => unknown_schedule(context, unknown),
        Refusal::ScheduleNeeded(known) => {
            let mut draft = warning("Which schedule do you mean?");
            choose(context, &mut draft, known);
            draft
        }
        Refusal::AmbiguousSchedule((text, fitting)) => {
            let mut draft = warning(format!(
                "'{}' is the beginning of several schedules.",
                name(text)
            ));
            choose(context, &mut draft, fitting);
            draft
        }
        Refusal::ImpossibleDate((text, nearest)) => {
            let mut draft = warning(format!("'{}' is a date that does not exist.", name(text)));
            let date = nearest.unwrap_or_else(|| when::next_date(today));
            draft.line(dated_example(context, date));
            draft
        }
        Refusal::AmbiguousTime((text, times)) => ambiguous_time(context, text, times),
        Refusal::TooLong((text, longest)) => {
            let mut draft = warning(format!(
                "'{}' is too long. The longest is {}.",
                name(text),
                words::length(Length::of(*longest))
            ));
            draft.line(command::example(context, Topic::Extend, None));
            draft
        }
        Refusal::PastDate(date) => {
            let mut draft = warning(format!("That date is over: {}", words::date(today, *date)));
            draft.line(dated_example(context, when::next_date(today)));
            draft
        }
        Refusal::PastTime(moment) => {
            let mut draft = warning(format!(
                "That time is over: {} (it is {} now)",
                words::moment(context.now, *moment),
                when::clock(context.now.minute)
            ));
            draft.line(dated_example(context, when::next_date(today)));
            draft
        }
        Refusal::Contradiction(contradiction) => contradicted(context, contradiction),
        Refusal::Incomplete(topic) => {
            let mut draft = warning(format!("Something is missing: {}", missing(*topic)));
            draft.line(command::example(context, *topic, None));
            draft
        }
        Refusal::NothingToExtend((schedule, next)) => {
            nothing_to_extend(context, schedule, next.as_ref())
        }
        Refusal::NotAllowed((schedule, who)) => {
            let mut draft = warning(format!(
                "You may not change the schedule '{}'.",
                name(schedule)
            ));
            draft.line(if who.is_empty() {
                "Nobody may from chat. Please ask an operator.".to_owned()
            } else {
                format!("People and rooms that may: {}", words::listed(who))
            });
            draft
        }
        Refusal::SetAside((schedule, faults)) => {
            let mut draft = warning(format!(
                "The schedule '{}' is set aside until its faults are mended.",
                name(schedule)
            ));
            draft.block_of_any("Faults", &words::faults(faults), words::more);
            draft
        }
        Refusal::TextTooLong(most) => {
            let mut draft = warning(format!(
                "The message is too long. At most {} are read.",
                words::counted(most, "character")
            ));
            draft.line(command::example(context, Topic::Help, None));
            draft
        }
        Refusal::Failed((_, number)) => {
            let mut draft = Draft::new(
                Colour::Error,
                "This could not be done, and the fault is ours. Please try again in a while.",
            );
            draft.line(format!(
                "If it stays, give an operator this number: {}",
                name(number)
            ));
            draft
        }
    }
}

fn warning(line: impl Into<String>) -> Draft {
    Draft::new(Colour::Warning, line)
}

fn did_you_mean(suggestion: &str) -> String {
    format!("Did you mean '{}'?", name(suggestion))
}

fn unknown(context: &Context, word: &UnknownWord, what: &str) -> Draft {
    let mut line = format!("'{}' {what}.", name(&word.text));
    if let Some(suggestion) = &word.suggestion {
        line.push(' ');
        line.push_str(&did_you_mean(suggestion));
    }
    let mut draft = warning(line);
    draft.line(command::example(
        context,
        word.topic,
        word.schedule.as_deref(),
    ));
    draft
}

fn unknown_schedule(context: &Context, unknown: &UnknownSchedule) -> Draft {
    let mut line = format!("There is no schedule '{}'.", name(&unknown.name));
    if let Some(suggestion) = &unknown.suggestion {
        line.push(' ');
        line.push_str(&did_you_mean(suggestion));
    }
    let mut draft = warning(line);
    if unknown.known.is_empty() {
        draft.line("There are no schedules that you can see.");
        return draft;
    }
    draft.line(format!("There are: {}", words::listed(&unknown.known)));
    let schedule = unknown.suggestion.as_ref().or(unknown.known.first());
    draft.line(command::example(
        context,
        Topic::Status,
        schedule.map(String::as_str),
    ));
    draft
}

/// The schedules that there are to choose from, and a command with the first.
fn choose(context: &Context, draft: &mut Draft, schedules: &[String]) {
    draft.line(format!("Schedules: {}", words::listed(schedules)));
    draft.line(command::example(
        context,
        Topic::Status,
        schedules.first().map(String::as_str),
    ));
}

/// An example with `date` in it, which is written out with its weekday.
fn dated_example(context: &Context, date: Date) -> String {
    format!(
        "Example: {} <schedule> exception set {} stop 23:00 ({})",
        command::keyword(context),
        when::iso(date),
        words::weekday(date)
    )
}

fn ambiguous_time(context: &Context, text: &str, times: &[Minute]) -> Draft {
    let readings: Vec<String> = times.iter().map(|time| when::clock(*time)).collect();
    let mut draft = warning(format!(
        "'{}' can be morning or evening. Say which: {}",
        name(text),
        readings.join(" or ")
    ));
    let last = times.last().copied().unwrap_or(23 * 60);
    draft.line(format!(
        "Example: {} <schedule> exception set {} stop {}",
        command::keyword(context),
        when::iso(when::next_date(context.now.date)),
        when::clock(last)
    ));
    draft
}

fn contradicted(context: &Context, view: &Contradiction) -> Draft {
    let now = context.now;
    let set = &view.set;
    let set_to = set
        .at
        .map_or_else(|| "none".to_owned(), |at| words::minute_of(set.date, at));
    let other = words::moment(now, view.other);
    let line = match set.action {
        Turn::Start => format!("start {set_to} is not before the stop {other}."),
        Turn::Stop => format!("stop {set_to} is not after the start {other}."),
    };
    let mut draft = warning(format!(
        "Schedule {}, {}: {line}",
        name(&view.schedule),
        words::date(now.date, set.date)
    ));
    draft.line(possible(context, view));
    draft.block_of_any(
        format!("Plan for {}", words::date(now.date, set.date)),
        &words::spans(&view.spans),
        words::more,
    );
    draft
}

/// A command that would not contradict: an hour to the right side of the other turn, where the day has one.
fn possible(context: &Context, view: &Contradiction) -> String {
    const HOUR: Minute = 60;
    let other = view.other.minute;
    let (turn, at) = match view.set.action {
        Turn::Start => ("start", other.saturating_sub(HOUR)),
        Turn::Stop => ("stop", other.saturating_add(HOUR)),
    };
    format!(
        "Example: {} {} exception set {} {turn} {}",
        command::keyword(context),
        name(&view.schedule),
        when::iso(view.set.date),
        when::clock(at)
    )
}

fn missing(topic: Topic) -> &'static str {
    match topic {
        Topic::Help | Topic::Schedules => "a command",
        Topic::Status | Topic::Info | Topic::ExceptionList | Topic::Cancel | Topic::Why => {
            "a schedule"
        }
        Topic::ExceptionInfo => "a schedule or a date",
        Topic::ExceptionSet => "a date, start or stop, and a time are needed.",
        Topic::ExceptionDelete => "a date, and start or stop, are needed.",
        Topic::ForceStart | Topic::ForceStop => "a schedule or an end",
        Topic::Extend => "how long, or until when, is needed.",
    }
}

fn nothing_to_extend(context: &Context, schedule: &str, next: Option<&Turning>) -> Draft {
    let mut draft = warning(format!(
        "Schedule {}: nothing is planned to run now, so there is nothing to extend.",
        name(schedule)
    ));
    draft.line(words::next_turn_line(context.now, Turn::Start, next));
    draft.line(format!(
        "To use it now: {}",
        command::typed(context, Topic::ForceStart, Some(schedule))
    ));
    draft
}
