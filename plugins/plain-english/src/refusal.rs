//! What was not done, and what to write instead.

use reveille_sdk::formatter::replies::{Context, Refusal, Topic, UnknownWord};

use crate::{
    message::{Draft, Tone},
    words::{
        change, counted, data, date, example, holiday, length, minute, moment, names, next, spans,
    },
};

fn no(line: impl Into<String>) -> Draft {
    Draft::new(Tone::Careful, line)
}

/// Something that was typed and not understood, with what could have been meant.
fn unclear(context: &Context, of: &UnknownWord, what: &str) -> Draft {
    let meant = of
        .suggestion
        .as_deref()
        .map(|text| format!("Did you mean `{}`?", data(text)));
    no(format!("`{}` is no {what}.", data(&of.text)))
        .lines(meant)
        .line(format!(
            "Example: {}",
            example(context, of.schedule.as_deref(), of.topic)
        ))
}

pub(crate) fn refused(context: &Context, refusal: &Refusal) -> Draft {
    let try_it = |topic| format!("Example: {}", example(context, None, topic));
    match refusal {
        Refusal::NotUnderstood(word) => unclear(context, word, "command"),
        Refusal::UnclearDate(word) => unclear(context, word, "date"),
        Refusal::UnclearTime(word) => unclear(context, word, "time"),
        Refusal::UnclearDuration(word) => unclear(context, word, "length of time"),
        Refusal::UnknownSchedule(of) => {
            let meant = of
                .suggestion
                .as_deref()
                .map(|text| format!("Did you mean `{}`?", data(text)));
            no(format!("No schedule `{}`.", data(&of.name)))
                .lines(meant)
                .line(format!("Schedules: {}", names(&of.known, 0)))
        }
        Refusal::ScheduleNeeded(known) => {
            no("Which schedule?").line(format!("Schedules: {}", names(known, 0)))
        }
        Refusal::AmbiguousSchedule((text, known)) => {
            no(format!("`{}` fits {}.", data(text), names(known, 0)))
        }
        Refusal::ImpossibleDate((text, nearest)) => no(format!("There is no {}.", data(text)))
            .lines(nearest.map(|nearest| format!("Nearest: {}", date(nearest)))),
        Refusal::AmbiguousTime((text, times)) => {
            let times: Vec<String> = times.iter().map(|time| minute(*time)).collect();
            no(format!("`{}`: {}?", data(text), times.join(" or ")))
        }
        Refusal::TooLong((text, longest)) => no(format!(
            "`{}` is too long. Longest: {}.",
            data(text),
            length(*longest)
        )),
        Refusal::PastDate(day) => no(format!("{} is over.", date(*day))),
        Refusal::PastTime(at) => no(format!("{} is over.", moment(context, *at))),
        Refusal::Contradiction(of) => no(format!(
            "{}: {} does not fit {}.",
            data(&of.schedule),
            change(&of.set),
            moment(context, of.other)
        ))
        .line("A stop must come after its start.")
        .block("Plan", spans(&of.spans)),
        Refusal::Incomplete(topic) => no("Something is missing.").line(try_it(*topic)),
        Refusal::NothingToExtend((schedule, start)) => {
            no(format!("{}: no run to extend.", data(schedule))).line(next(context, start.as_ref()))
        }
        Refusal::NotAllowed((schedule, who)) => {
            let may = if who.is_empty() {
                "Nobody may, from here.".to_owned()
            } else {
                format!("Ask {}.", names(who, 0))
            };
            no(format!("You may not change {}.", data(schedule))).line(may)
        }
        Refusal::SetAside((schedule, faults)) => no(format!("{} is set aside.", data(schedule)))
            .lines(faults.iter().map(|fault| data(fault))),
        Refusal::TextTooLong(most) => no(format!("Too long. At most {most} characters.")),
        Refusal::NoSuchHoliday(of) => {
            let days = if of.from == of.to {
                date(of.from)
            } else {
                format!("{} to {}", date(of.from), date(of.to))
            };
            let line = |of: &reveille_sdk::formatter::replies::Holiday| {
                format!("{} {}", date(of.date), holiday(of))
            };
            no(format!("{} has no line for {days}.", data(&of.calendar)))
                .line(format!(
                    "To work on a holiday: {}",
                    example(context, Some(&of.schedule), Topic::HolidayWork)
                ))
                .block("Plan", spans(&of.spans))
                .block("Days", of.days.iter().map(line))
        }
        Refusal::TooManyDays((text, most)) => no(format!(
            "`{}`: at most {}.",
            data(text),
            counted(*most, "day")
        )),
        Refusal::NameTooLong(most) => no(format!("Name too long. At most {most} characters.")),
        Refusal::CalendarFull((name, most)) => no(format!(
            "{} is full: {}.",
            data(name),
            counted(*most, "day")
        )),
        Refusal::CalendarUnreadable((name, faults)) => {
            no(format!("{} cannot be read. Nothing changed.", data(name)))
                .lines(faults.iter().map(|fault| data(fault)))
        }
        Refusal::Failed((code, number)) => Draft::new(Tone::Bad, "Our fault. Nothing changed.")
            .line(format!("{} ({})", data(code), data(number))),
    }
}
