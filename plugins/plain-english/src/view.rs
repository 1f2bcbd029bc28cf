//! Answers to questions.

use reveille_sdk::formatter::replies::{
    Context, ExceptionsView, GroupView, HolidaysView, InfoView, Layer, PastAction, ScheduleLine,
    StatusView, Topic, WhyView,
};

use crate::{
    message::{Draft, Tone},
    words::{
        self, because, counted, counts, data, date, example, forced, held, holiday, minute, moment,
        names, next, on_off, order, servers, spans, turning_in, wanted,
    },
};

const fn tone(is_wrong: bool) -> Tone {
    if is_wrong { Tone::Careful } else { Tone::Good }
}

fn faults(all: &[String]) -> Vec<String> {
    all.iter()
        .map(|fault| format!("Fault: {}", data(fault)))
        .collect()
}

pub(crate) fn help(context: &Context, schedules: &[String]) -> Draft {
    let first = schedules.first().map(String::as_str);
    let say = |topic, what: &str| format!("{} — {what}", example(context, first, topic));
    Draft::new(Tone::Good, "Commands")
        .line(format!("Schedules: {}", names(schedules, 0)))
        .block(
            "Ask",
            [
                say(Topic::Schedules, "all schedules"),
                say(Topic::Status, "servers"),
                say(Topic::Info, "a day"),
                say(Topic::Why, "why on or off"),
                say(Topic::ExceptionList, "exceptions ahead"),
                say(Topic::ExceptionInfo, "exceptions of a day"),
                say(Topic::HolidayList, "days off"),
                say(Topic::Help, "this"),
            ],
        )
        .block(
            "Change",
            [
                say(Topic::ForceStart, "on now"),
                say(Topic::ForceStop, "off now"),
                say(Topic::Cancel, "end that"),
                say(Topic::Extend, "stop later"),
                say(Topic::ExceptionSet, "another time; `none` for no stop"),
                say(Topic::ExceptionDelete, "undo"),
                say(Topic::HolidayAdd, "a day off"),
                say(Topic::HolidayWork, "a working day"),
                say(Topic::HolidayDelete, "undo"),
            ],
        )
        .block(
            "Dates and times",
            [
                "today, tomorrow, monday, 11/23, 2026-11-23".to_owned(),
                "23:00, 11pm, 26:00 for 02:00 of the next day; 90m, 2h".to_owned(),
            ],
        )
}

pub(crate) fn schedules(context: &Context, lines: &[ScheduleLine]) -> Draft {
    let is_wrong = lines
        .iter()
        .any(|line| !line.faults.is_empty() || line.counts.problem > 0);
    let written = lines.iter().map(|line| {
        let mut text = format!(
            "{}: {}; {}",
            data(&line.name),
            wanted(line.want),
            counts(&line.counts)
        );
        if let Some(order) = &line.forced {
            text += &format!("; {}", until(context, &line.timezone, order));
        }
        if let Some(next) = &line.next {
            text += &format!("; {}", turning_in(context, &line.timezone, next));
        }
        for fault in &line.faults {
            text += &format!("; fault: {}", data(fault));
        }
        text
    });
    let count = counted(lines.len() as u64, "schedule");
    Draft::new(tone(is_wrong), count).lines(written)
}

/// `Forced on until 22:00`, in the zone of a schedule.
pub(crate) fn until(
    context: &Context,
    zone: &str,
    of: &reveille_sdk::formatter::replies::ForceView,
) -> String {
    let until = crate::words::moment_in(context, zone, of.until);
    format!("{} until {until}", order(of.want))
}

pub(crate) fn status(context: &Context, of: &StatusView) -> Draft {
    let is_wrong = of.held.is_some() || !of.faults.is_empty() || of.counts.problem > 0;
    let mut draft = Draft::new(
        tone(is_wrong),
        format!("{}: {}", data(&of.schedule), counts(&of.counts)),
    )
    .lines(of.held.iter().flat_map(|hold| held(context, hold)))
    .lines(of.forced.iter().map(|order| forced(context, order)))
    .line(next(context, of.next.as_ref()))
    .lines(
        of.seen
            .map(|seen| format!("Seen at {}", moment(context, seen))),
    )
    .lines(faults(&of.faults));
    for group in &of.groups {
        draft = draft.block(group_name(group), servers(&group.servers));
    }
    draft
}

fn group_name(group: &GroupView) -> String {
    let name = group.name.as_deref().map_or("No group".into(), data);
    if group.depends_on.is_empty() {
        name
    } else {
        format!("{name}, after {}", names(&group.depends_on, 0))
    }
}

pub(crate) fn info(context: &Context, of: &InfoView) -> Draft {
    let is_wrong = of.held.is_some() || !of.faults.is_empty();
    let turning = |name: &str, turning: Option<&reveille_sdk::formatter::replies::Turning>| {
        turning.map(|turning| {
            format!(
                "{name} {}{}",
                moment(context, turning.at),
                because(&turning.reason)
            )
        })
    };
    let option = |(name, value): &(String, String)| format!("{}: {}", data(name), data(value));
    Draft::new(
        tone(is_wrong),
        format!("{}, {}", data(&of.schedule), date(of.date)),
    )
    .lines(of.description.iter().map(|text| data(text)))
    .lines(of.notes.iter().map(|note| data(note)))
    .lines(of.held.iter().flat_map(|hold| held(context, hold)))
    .lines(of.forced.iter().map(|order| forced(context, order)))
    .lines(
        of.override_status
            .map(|want| format!("Always {} (override_status)", on_off(want))),
    )
    .lines(turning("Starts", of.next_start.as_ref()))
    .lines(turning("Stops", of.next_stop.as_ref()))
    .lines(faults(&of.faults))
    .block("Plan", spans(&of.spans))
    .block("Exceptions", words::exceptions(&of.exceptions))
    .block(
        format!("Options ({})", data(&context.timezone)),
        of.options.iter().map(option),
    )
}

pub(crate) fn why(context: &Context, of: &WhyView) -> Draft {
    let is_wrong = of.held.is_some() || !of.differing.is_empty();
    Draft::new(
        tone(is_wrong),
        format!(
            "{}: {}; {}",
            data(&of.schedule),
            wanted(of.want),
            counts(&of.counts)
        ),
    )
    .lines(of.held.iter().flat_map(|hold| held(context, hold)))
    .lines(of.forced.iter().map(|order| forced(context, order)))
    .lines(
        of.override_status
            .map(|want| format!("Always {} (override_status)", on_off(want))),
    )
    .line(next(context, of.next.as_ref()))
    .block("Rules, the last wins", of.layers.iter().map(layer))
    .block("Exceptions", words::exceptions(&of.exceptions))
    .block("Not as wanted", servers(&of.differing))
    .block(
        "Done, newest first",
        of.actions.iter().map(|action| past(context, action)),
    )
}

fn layer(of: &Layer) -> String {
    let version = of
        .version
        .as_deref()
        .map(|version| format!(" {}", data(version)));
    format!(
        "{}{}: {}–{} {}{}{}",
        data(&of.rule),
        version.unwrap_or_default(),
        minute(of.begin),
        minute(of.end),
        on_off(of.want),
        because(&of.reason),
        if of.covered { ", covered" } else { "" }
    )
}

fn past(context: &Context, of: &PastAction) -> String {
    let to = if of.count == 0 {
        String::new()
    } else {
        let count = usize::try_from(of.count).unwrap_or(usize::MAX);
        format!(" {}", names(&of.servers, count))
    };
    let error = of.error.as_deref().map(|error| {
        if is_refusal(error) {
            format!(", refused: {}", error.replace('-', " "))
        } else {
            format!(", failed: {}", data(error))
        }
    });
    format!(
        "{} {}{to}, by {}{}{}",
        moment(context, of.at),
        data(&of.action),
        data(&of.by),
        because(&of.reason),
        error.unwrap_or_default()
    )
}

/// Whether it is the name that the contract gives a refusal, such as `no-such-holiday`.
fn is_refusal(error: &str) -> bool {
    let is_of_a_name = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
    !error.is_empty() && error.bytes().all(is_of_a_name)
}

pub(crate) fn exceptions(of: &ExceptionsView) -> Draft {
    let when = of.date.map_or("ahead".to_owned(), date);
    let draft = Draft::new(
        Tone::Good,
        format!("{}: exceptions {when}", data(&of.schedule)),
    );
    if of.exceptions.is_empty() {
        draft.line("None")
    } else {
        draft.lines(words::exceptions(&of.exceptions))
    }
}

pub(crate) fn holidays(context: &Context, of: &HolidaysView) -> Draft {
    let line = |of: &reveille_sdk::formatter::replies::Holiday| {
        format!("{} {}", date(of.date), holiday(of))
    };
    let is_wrong = !of.faults.is_empty() || of.read_by.is_empty();
    let mut draft = Draft::new(
        tone(is_wrong),
        format!(
            "{}: calendar {}, from {}",
            data(&of.schedule),
            data(&of.calendar),
            date(of.from)
        ),
    );
    if of.days.is_empty() && of.days_of_all.is_empty() {
        let example = example(context, Some(&of.schedule), Topic::HolidayAdd);
        draft = draft
            .line("No days.")
            .line(format!("To add one: {example}"));
    }
    if of.read_by.is_empty() {
        draft = draft.line("No rule of the schedule reads it.");
    } else {
        draft = draft.line(format!("Read by {}", names(&of.read_by, 0)));
    }
    if !of.shared_with.is_empty() {
        draft = draft.line(format!("Shared with {}", names(&of.shared_with, 0)));
    }
    draft
        .lines(faults(&of.faults))
        .block("Days", of.days.iter().map(line))
        .block("Days of every schedule", of.days_of_all.iter().map(line))
}
