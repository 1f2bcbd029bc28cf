//! Why a command was not carried out: what was wrong, and one command that is right.

use reveille_sdk::{
    formatter::replies::{
        Context, Contradiction, Refusal, Topic, Turning, UnknownSchedule, UnknownWord,
    },
    types::{Date, Minute, Turn},
};

use super::{command, holiday, words};
use crate::{
    message::{Colour, Draft},
    reason::RULE_FAILED,
    text::name,
    when::{self, DAY_MINUTES, Length, consistent},
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
            if known.is_empty() {
                return warning("There are no schedules that you can see.");
            }
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
            let mut line = format!("'{}' is a date that does not exist.", name(text));
            if let Some(nearest) = nearest {
                line.push_str(&format!(" The nearest is {}.", words::full_date(*nearest)));
            }
            let mut draft = warning(line);
            let is_ahead = |date: &Date| {
                (date.year, date.month, date.day) > (today.year, today.month, today.day)
            };
            let date = nearest
                .filter(is_ahead)
                .unwrap_or_else(|| when::next_date(today));
            draft.line(stop_example(context, date, ANY_STOP));
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
            draft.line(format!(
                "It needs today or a day to come. Example: tomorrow, {}",
                when::iso(when::next_date(today))
            ));
            draft
        }
        Refusal::PastTime(moment) => {
            let mut draft = warning(format!(
                "That time is over: {} (it is {} now)",
                words::moment(context.now, *moment),
                when::clock(context.now.minute)
            ));
            draft.line(command::example(context, Topic::ExceptionSet, None));
            draft
        }
        Refusal::Contradiction(contradiction) => contradicted(context, contradiction),
        Refusal::Incomplete(topic) => {
            let mut draft = warning(format!(
                "Something is missing in the command. It needs {}.",
                needed(*topic)
            ));
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
        Refusal::NoSuchHoliday(none) => holiday::none_such(context, none),
        Refusal::TooManyDays((text, most)) => {
            let mut draft = warning(format!(
                "'{}' is too long. At most {} can be changed at once.",
                name(text),
                words::counted(most, "day")
            ));
            draft.line(command::example(context, Topic::HolidayAdd, None));
            draft
        }
        Refusal::NameTooLong(most) => {
            let mut draft = warning(format!(
                "The name of the day is too long. It may have {}.",
                words::counted(most, "character")
            ));
            draft.line(command::example(context, Topic::HolidayAdd, None));
            draft
        }
        Refusal::CalendarFull((calendar, most)) => {
            let mut draft = warning(format!(
                "The calendar '{}' is full. It may have {}; please delete days that are over.",
                name(calendar),
                words::counted(most, "day")
            ));
            draft.line(command::example(context, Topic::HolidayList, None));
            draft
        }
        Refusal::CalendarUnreadable((calendar, faults)) => {
            let mut draft = warning(format!(
                "The calendar '{}' has something in it that cannot be read, so nothing was changed. An operator has to mend it first.",
                name(calendar)
            ));
            draft.block_of_any(
                "Faults of the calendar",
                &words::faults(faults),
                words::more,
            );
            draft
        }
        Refusal::Failed((code, number)) => {
            let mut draft = Draft::new(
                Colour::Error,
                if code == RULE_FAILED {
                    "A rule of this schedule does not answer, so its plan is not known. Forced starts and stops still work."
                } else {
                    "This could not be done, and the fault is ours. Please try again in a while."
                },
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

/// A time for examples about any stop.
const ANY_STOP: Minute = 23 * 60;

/// An example of a stop on `date`.
fn stop_example(context: &Context, date: Date, at: Minute) -> String {
    format!(
        "Example: {} {} exception set {} stop {}",
        command::keyword(context),
        command::schedule(context, None),
        when::iso(date),
        when::clock(at)
    )
}

fn ambiguous_time(context: &Context, text: &str, times: &[Minute]) -> Draft {
    let readings: Vec<String> = times
        .iter()
        .map(|time| match time.checked_sub(DAY_MINUTES) {
            None | Some(0) => when::clock(*time),
            Some(late) => format!("{} the next day", when::clock(late)),
        })
        .collect();
    let mut draft = warning(format!(
        "'{}' can be morning or evening. Say which: {}",
        name(text),
        readings.join(" or ")
    ));
    let within_the_day = times.iter().rfind(|time| **time <= DAY_MINUTES);
    let time = within_the_day.copied().unwrap_or(ANY_STOP);
    draft.line(stop_example(
        context,
        when::next_date(context.now.date),
        time,
    ));
    draft
}

fn contradicted(context: &Context, view: &Contradiction) -> Draft {
    let now = context.now;
    let set = &view.set;
    let at = set
        .at
        .map_or_else(|| "none".to_owned(), |at| words::minute_of(set.date, at));
    let other = if view.other.date == set.date {
        words::minute_of(set.date, view.other.minute)
    } else {
        words::moment(now, view.other)
    };
    let line = match set.action {
        Turn::Start => format!("the start ({at}) must be before the stop ({other})."),
        Turn::Stop => format!("the stop ({at}) must be after the start ({other})."),
    };
    let mut draft = warning(format!(
        "Schedule {}, {}: {line}",
        name(&view.schedule),
        words::date(now.date, set.date)
    ));
    draft.line(format!(
        "Example: {} {} exception set {} {} {}",
        command::keyword(context),
        name(&view.schedule),
        when::iso(set.date),
        words::turn(set.action),
        when::clock(consistent(view))
    ));
    draft.block_of_any(
        format!("Plan for {}", words::date(now.date, set.date)),
        &words::spans(&view.spans),
        words::more,
    );
    draft
}

/// What a command about `topic` must have.
fn needed(topic: Topic) -> &'static str {
    match topic {
        Topic::Help | Topic::Schedules => "a word to go by",
        Topic::Status
        | Topic::Info
        | Topic::ExceptionInfo
        | Topic::ExceptionList
        | Topic::ForceStart
        | Topic::ForceStop
        | Topic::Cancel
        | Topic::Why
        | Topic::HolidayList => "a schedule",
        Topic::HolidayAdd => "a schedule, a date, and what the day is called",
        Topic::HolidayWork | Topic::HolidayDelete => "a schedule and a date",
        Topic::ExceptionSet => "a schedule, a date, start or stop, and a time",
        Topic::ExceptionDelete => "a schedule, a date, and start or stop",
        Topic::Extend => "a schedule, and how long or until when",
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
