//! What is said unasked.

use reveille_core::model::{
    Want,
    reply::{
        Announcement, DataTrouble, MorningLine, MorningView, Reply, RuleChange, RuleDistance,
        RuleRejection, StaleData, Wave,
    },
};

use super::{
    Named, named,
    sample::{at, counts, day, exceptions, force, hold, next, text, texts, version, views},
};

fn morning_line(full: bool) -> MorningLine {
    MorningLine {
        schedule: text("Development"),
        timezone: text("Asia/Seoul"),
        want: full.then_some(Want::Run),
        turns: next().filter(|_| full).into_iter().collect(),
        notes: if full { texts(&["추석"]) } else { Vec::new() },
        exceptions: if full { exceptions() } else { Vec::new() },
        counts: counts(),
        forced: full.then(force),
        held: full.then(hold),
        faults: if full {
            texts(&["a period cannot be read"])
        } else {
            Vec::new()
        },
    }
}

/// About rules, their data, and the day.
pub(super) fn news() -> Vec<Named> {
    let schedules = || texts(&["Development"]);
    let announced = |name, announcement| named(name, Reply::Announced(announcement));
    let taken = |from, by| {
        Announcement::RuleTaken(RuleChange {
            rule: text("team-calendar"),
            from,
            to: version(),
            schedules: schedules(),
            by,
        })
    };
    vec![
        announced(
            "announced-rule-taken",
            taken(Some(version()), Some(text("hana"))),
        ),
        announced("announced-rule-taken-bare", taken(None, None)),
        announced(
            "announced-rule-rejected",
            Announcement::RuleRejected(RuleRejection {
                rule: text("team-calendar"),
                version: Some(text("1.3.0")),
                cause: text("the file has another digest"),
                kept: Some(version()),
                schedules: schedules(),
            }),
        ),
        announced(
            "announced-rule-unreachable",
            Announcement::RuleUnreachable(RuleDistance {
                rule: text("team-calendar"),
                location: text("oci://registry.example.com/team/calendar:1"),
                cause: text("nobody answers"),
                since: at(8, 0),
                kept: None,
                schedules: schedules(),
            }),
        ),
        announced(
            "announced-rule-reachable",
            Announcement::RuleReachable {
                rule: text("team-calendar"),
            },
        ),
        announced(
            "announced-data-stale",
            Announcement::DataStale(DataTrouble {
                data: text("calendar"),
                fetched: Some(at(7, 0)),
                max_age_minutes: Some(60),
                cause: text("nobody answers"),
                instead: StaleData::LastCopy,
                rules: texts(&["team-calendar"]),
                schedules: schedules(),
            }),
        ),
        announced(
            "announced-data-fresh",
            Announcement::DataFresh {
                data: text("calendar"),
                schedules: schedules(),
            },
        ),
        announced(
            "announced-morning",
            Announcement::Morning(MorningView {
                date: day(),
                schedules: vec![morning_line(true), morning_line(false)],
            }),
        ),
        announced(
            "announced-morning-bare",
            Announcement::Morning(MorningView {
                date: day(),
                schedules: Vec::new(),
            }),
        ),
    ]
}

pub(super) fn announcements() -> Vec<Named> {
    let schedule = || text("Development");
    let announced = |name, announcement| named(name, Reply::Announced(announcement));
    vec![
        announced(
            "announced-turned",
            Announcement::Turned(Wave {
                schedule: schedule(),
                want: Want::Run,
                count: 3,
                groups: texts(&["web"]),
                servers: texts(&["web-1", "web-2", "web-3"]),
                reason: text("period office-hours"),
                next: next(),
            }),
        ),
        announced(
            "announced-stop-near",
            Announcement::StopNear {
                schedule: schedule(),
                at: at(18, 0),
                minutes: 10,
            },
        ),
        announced(
            "announced-stuck",
            Announcement::Stuck {
                schedule: schedule(),
                servers: views(),
            },
        ),
        announced(
            "announced-failed",
            Announcement::Failed {
                schedule: schedule(),
                servers: views(),
            },
        ),
        announced(
            "announced-restarted-by-provider",
            Announcement::RestartedByProvider {
                schedule: schedule(),
                servers: views(),
            },
        ),
        announced(
            "announced-held",
            Announcement::Held {
                schedule: schedule(),
                hold: hold(),
            },
        ),
        announced(
            "announced-resumed",
            Announcement::Resumed {
                schedule: schedule(),
            },
        ),
        announced(
            "announced-group-overdue",
            Announcement::GroupOverdue {
                schedule: schedule(),
                groups: texts(&["web"]),
            },
        ),
    ]
}
