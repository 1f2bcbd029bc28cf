//! What is said unasked.

use reveille_sdk::{
    formatter::replies::{
        Announcement, Context, DataTrouble, MorningLine, MorningView, RuleVersion, StaleData, Wave,
    },
    types::Want,
};

use crate::{
    message::{Draft, Tone},
    view::until,
    words::{
        because, counted, counts, data, date, exception, held, length, moment, moment_in, names,
        next, servers, turning_in, wanted,
    },
};

/// Begins the cause of a rejection that is none: some schedules go on without the rule.
const PASSED_OVER: &str = "passed over: ";

pub(crate) fn announced(context: &Context, announcement: &Announcement) -> Draft {
    let list = |tone, (schedule, all): &(String, Vec<_>), what: &str| {
        let count = counted(all.len() as u64, "server");
        Draft::new(tone, format!("{}: {count} {what}", data(schedule))).lines(servers(all))
    };
    match announcement {
        Announcement::Turned(wave) => turned(context, wave),
        Announcement::StopNear((schedule, at, minutes)) => Draft::new(
            Tone::Careful,
            format!(
                "{} stops in {}, at {}",
                data(schedule),
                counted(*minutes, "minute"),
                moment(context, *at)
            ),
        )
        .line(format!(
            "Later: /{} {} extend 1h",
            data(&context.keyword),
            data(schedule)
        )),
        Announcement::Stuck(all) => list(Tone::Bad, all, "late"),
        Announcement::Failed(all) => list(Tone::Bad, all, "failed"),
        Announcement::RestartedByProvider(all) => list(
            Tone::Careful,
            all,
            "started by the provider; stopping again",
        ),
        Announcement::Held((schedule, hold)) => {
            Draft::new(Tone::Bad, data(schedule)).lines(held(context, hold))
        }
        Announcement::Resumed(schedule) => {
            Draft::new(Tone::Good, format!("{}: no longer on hold", data(schedule)))
        }
        Announcement::GroupOverdue((schedule, groups)) => Draft::new(
            Tone::Bad,
            format!(
                "{}: not ready in time: {}",
                data(schedule),
                names(groups, 0)
            ),
        ),
        Announcement::RuleTaken(of) => Draft::new(
            Tone::Good,
            format!("Rule `{}` is now {}", data(&of.rule), version(&of.to)),
        )
        .lines(of.from.as_ref().map(|old| format!("Was {}", version(old))))
        .lines(of.by.as_ref().map(|by| format!("By {}", data(by))))
        .lines(used_by(&of.schedules)),
        Announcement::RuleRejected(of) if of.cause.starts_with(PASSED_OVER) => Draft::new(
            Tone::Careful,
            format!("Rule `{}` is passed over", data(&of.rule)),
        )
        .line(data(&of.cause))
        .lines(used_by(&of.schedules)),
        Announcement::RuleRejected(of) => {
            let what = of
                .version
                .as_deref()
                .map(|version| format!(" {}", data(version)));
            Draft::new(
                Tone::Bad,
                format!(
                    "Rule `{}`{} is not taken",
                    data(&of.rule),
                    what.unwrap_or_default()
                ),
            )
            .line(data(&of.cause))
            .line(kept(of.kept.as_ref()))
            .lines(used_by(&of.schedules))
        }
        Announcement::RuleUnreachable(of) => Draft::new(
            Tone::Careful,
            format!(
                "Rule `{}`: {} cannot be reached",
                data(&of.rule),
                data(&of.location)
            ),
        )
        .line(format!(
            "Since {}: {}",
            moment(context, of.since),
            data(&of.cause)
        ))
        .line(kept(of.kept.as_ref()))
        .lines(used_by(&of.schedules)),
        Announcement::RuleReachable(rule) => {
            Draft::new(Tone::Good, format!("Rule `{}`: reached again", data(rule)))
        }
        Announcement::DataStale(of) => stale(context, of),
        Announcement::DataFresh((name, schedules)) => Draft::new(
            Tone::Good,
            format!("Data `{}`: up to date again", data(name)),
        )
        .lines(used_by(schedules)),
        Announcement::Morning(of) => morning(context, of),
    }
}

fn used_by(schedules: &[String]) -> Option<String> {
    (!schedules.is_empty()).then(|| format!("Used by {}", names(schedules, 0)))
}

/// `1.3.0`, told apart by the beginning of its digest.
fn version(of: &RuleVersion) -> String {
    let digest: String = of.sha256.chars().take(12).collect();
    format!("{} ({})", data(&of.version), data(&digest))
}

fn kept(of: Option<&RuleVersion>) -> String {
    of.map_or_else(
        || "Nothing to use instead: its schedules hold.".to_owned(),
        |kept| format!("Still in use: {}", version(kept)),
    )
}

fn turned(context: &Context, of: &Wave) -> Draft {
    let what = match of.want {
        Want::Run => "started",
        Want::Stop => "stopped",
        Want::Hold => "left alone",
    };
    let count = usize::try_from(of.count).unwrap_or(usize::MAX);
    let draft = Draft::new(
        Tone::Good,
        format!(
            "{}: {} {what}{}",
            data(&of.schedule),
            counted(of.count, "server"),
            because(why(&of.reason))
        ),
    )
    .line(names(&of.servers, count));
    let groups = (!of.groups.is_empty()).then(|| format!("Groups: {}", names(&of.groups, 0)));
    draft.lines(groups).line(next(context, of.next.as_ref()))
}

/// A reason without the turn that the line tells already: `start: period office-hours`.
fn why(reason: &str) -> &str {
    let turns = ["start: ", "stop: "];
    turns
        .iter()
        .find_map(|turn| reason.strip_prefix(turn))
        .unwrap_or(reason)
}

fn stale(context: &Context, of: &DataTrouble) -> Draft {
    let age = match of.fetched {
        Some(fetched) => format!("is from {}", moment(context, fetched)),
        None => "was never fetched".to_owned(),
    };
    let limit = of
        .max_age_minutes
        .map(|minutes| format!(", and may be {} old", length(minutes)));
    let instead = match of.instead {
        StaleData::LastCopy => "Rules go on with that copy.",
        StaleData::Nothing => "Rules get none; those that need it hold their schedules.",
    };
    Draft::new(
        Tone::Bad,
        format!(
            "Data `{}` {age}{}",
            data(&of.data),
            limit.unwrap_or_default()
        ),
    )
    .line(data(&of.cause))
    .line(instead)
    .lines((!of.rules.is_empty()).then(|| format!("Read by {}", names(&of.rules, 0))))
    .lines(used_by(&of.schedules))
}

fn morning(context: &Context, of: &MorningView) -> Draft {
    let is_wrong = |line: &MorningLine| line.held.is_some() || !line.faults.is_empty();
    let tone = if of.schedules.iter().any(is_wrong) {
        Tone::Careful
    } else {
        Tone::Good
    };
    let count = counted(of.schedules.len() as u64, "schedule");
    Draft::new(tone, format!("{}: {count}", date(of.date)))
        .lines(of.schedules.iter().map(|line| morning_line(context, line)))
}

fn morning_line(context: &Context, of: &MorningLine) -> String {
    let mut facts = Vec::new();
    if of.turns.is_empty() {
        facts.push(format!("{} all day", wanted(of.want)));
    }
    facts.extend(
        of.turns
            .iter()
            .map(|turn| turning_in(context, &of.timezone, turn)),
    );
    facts.push(counts(&of.counts));
    facts.extend(of.notes.iter().map(|note| data(note)));
    facts.extend(
        of.exceptions
            .iter()
            .map(|of| format!("exception: {}", exception(of))),
    );
    facts.extend(
        of.forced
            .iter()
            .map(|order| until(context, &of.timezone, order)),
    );
    facts.extend(of.held.iter().map(|hold| {
        let since = hold
            .since
            .map(|since| format!(" since {}", moment_in(context, &of.timezone, since)));
        format!(
            "on hold{}: rule `{}`: {}",
            since.unwrap_or_default(),
            data(&hold.rule),
            data(&hold.cause)
        )
    }));
    facts.extend(
        of.faults
            .iter()
            .map(|fault| format!("fault: {}", data(fault))),
    );
    format!("{}: {}", data(&of.schedule), facts.join("; "))
}
