//! What is said unasked of rules, data and the morning.

use reveille_sdk::{
    formatter::replies::{
        Announcement, Counts, DataTrouble, MorningLine, MorningView, RuleChange, RuleDistance,
        RuleRejection, RuleVersion, StaleData,
    },
    types::{Turn, Want},
};

use super::{
    date, exception, force, hold, start_tomorrow, stop_tonight, strings, today, tomorrow, turning,
};

fn version(version: &str, digit: &str) -> RuleVersion {
    RuleVersion {
        version: version.to_owned(),
        sha256: digit.repeat(64),
    }
}

pub(super) fn all() -> Vec<(&'static str, Announcement)> {
    let mut all = rules();
    all.extend(data());
    all.extend(mornings());
    all
}

fn rules() -> Vec<(&'static str, Announcement)> {
    let change = RuleChange {
        rule: "kr-holidays".to_owned(),
        from: Some(version("1.2.0", "a")),
        to: version("1.3.0", "b"),
        schedules: strings(&["개발", "스테이징"]),
        by: None,
    };
    let rejection = RuleRejection {
        rule: "kr-holidays".to_owned(),
        version: Some("1.4.0".to_owned()),
        cause: "the call for 2026-11-22 ran out of fuel".to_owned(),
        kept: Some(version("1.3.0", "b")),
        schedules: strings(&["개발"]),
    };
    let distance = RuleDistance {
        rule: "kr-holidays".to_owned(),
        location: "https://rules.example.com/kr_holidays.wasm".to_owned(),
        cause: "the server does not answer".to_owned(),
        since: today(1140),
        kept: Some(version("1.3.0", "b")),
        schedules: strings(&["개발"]),
    };
    vec![
        (
            "announced-rule-taken",
            Announcement::RuleTaken(change.clone()),
        ),
        (
            "announced-rule-new",
            Announcement::RuleTaken(RuleChange {
                from: None,
                schedules: Vec::new(),
                ..change.clone()
            }),
        ),
        (
            "announced-rule-of-the-same-version",
            Announcement::RuleTaken(RuleChange {
                to: version("1.2.0", "b"),
                by: Some("하나".to_owned()),
                ..change
            }),
        ),
        (
            "announced-rule-rejected",
            Announcement::RuleRejected(rejection.clone()),
        ),
        (
            "announced-rule-rejected-without-another",
            Announcement::RuleRejected(RuleRejection {
                version: None,
                kept: None,
                ..rejection
            }),
        ),
        (
            "announced-rule-passed-over",
            Announcement::RuleRejected(RuleRejection {
                rule: "kr-holidays".to_owned(),
                version: Some("1.3.0".to_owned()),
                cause: "passed over: disabled after 10 failures in a row; the last: worked longer than 250 ms"
                    .to_owned(),
                kept: Some(version("1.3.0", "b")),
                schedules: strings(&["개발"]),
            }),
        ),
        (
            "announced-rule-unreachable",
            Announcement::RuleUnreachable(distance),
        ),
        (
            "announced-rule-reachable",
            Announcement::RuleReachable("kr-holidays".to_owned()),
        ),
    ]
}

fn data() -> Vec<(&'static str, Announcement)> {
    let stale = DataTrouble {
        data: "team-feed".to_owned(),
        fetched: Some(today(520)),
        max_age_minutes: Some(360),
        cause: "the server answers 503".to_owned(),
        instead: StaleData::LastCopy,
        rules: strings(&["team-calendar"]),
        schedules: strings(&["개발"]),
    };
    vec![
        (
            "announced-data-stale",
            Announcement::DataStale(stale.clone()),
        ),
        (
            "announced-data-missing",
            Announcement::DataStale(DataTrouble {
                fetched: None,
                max_age_minutes: None,
                instead: StaleData::Nothing,
                ..stale
            }),
        ),
        (
            "announced-data-fresh",
            Announcement::DataFresh(("team-feed".to_owned(), strings(&["개발"]))),
        ),
    ]
}

fn mornings() -> Vec<(&'static str, Announcement)> {
    let counts = Counts {
        total: 36,
        running: 0,
        moving: 0,
        stopped: 36,
        problem: 0,
    };
    let calm = MorningLine {
        schedule: "개발".to_owned(),
        timezone: "Asia/Seoul".to_owned(),
        want: Some(Want::Stop),
        turns: vec![
            turning(today(570), Want::Run, "period office-hours"),
            stop_tonight(),
        ],
        notes: Vec::new(),
        exceptions: Vec::new(),
        counts,
        forced: None,
        held: None,
        faults: Vec::new(),
    };
    let busy = MorningLine {
        schedule: "Staging".to_owned(),
        notes: strings(&["추석"]),
        exceptions: vec![exception(date(11, 22), Turn::Stop, Some(1560), None)],
        forced: Some(force(Want::Run, tomorrow(120), None)),
        turns: vec![turning(tomorrow(120), Want::Stop, "")],
        ..calm.clone()
    };
    let far = MorningLine {
        schedule: "nyc".to_owned(),
        timezone: "America/New_York".to_owned(),
        turns: vec![turning(today(540), Want::Run, ""), start_tomorrow()],
        ..calm.clone()
    };
    let off = MorningLine {
        schedule: "야간".to_owned(),
        turns: Vec::new(),
        counts: Counts {
            total: 0,
            stopped: 0,
            ..counts
        },
        ..calm.clone()
    };
    let troubled = MorningLine {
        schedule: "qa".to_owned(),
        want: None,
        turns: Vec::new(),
        held: Some(hold("team-calendar")),
        faults: strings(&["schedule qa: `rules`: `team-calendar` is not loaded"]),
        ..calm.clone()
    };
    let morning = |schedules| {
        Announcement::Morning(MorningView {
            date: date(11, 22),
            schedules,
        })
    };
    vec![
        (
            "announced-morning",
            morning(vec![calm.clone(), busy, far, off]),
        ),
        (
            "announced-morning-of-trouble",
            morning(vec![calm, troubled]),
        ),
        ("announced-morning-of-nothing", morning(Vec::new())),
    ]
}
