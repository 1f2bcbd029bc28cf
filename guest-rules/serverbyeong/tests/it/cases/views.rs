//! Answers to commands.

use reveille_sdk::{
    formatter::replies::{
        CancelledView, Counts, ExceptionDeletedView, ExceptionSetView, ExceptionsView,
        ExtendedView, ForcedView, GroupView, InfoView, Layer, PastAction, Reply, ScheduleLine,
        ServerNote, StatusView, UntilSource, WhyView,
    },
    types::{ServerState, Turn, Want},
};

use super::{
    at, date, day_off, exception, force, hold, office_day, server, span, start_tomorrow,
    stop_tonight, strings, today, tomorrow, turning,
};

pub(super) fn all() -> Vec<(&'static str, Reply)> {
    let mut all = vec![
        ("help", Reply::Help(strings(&["개발", "스테이징"]))),
        ("help-no-schedules", Reply::Help(Vec::new())),
        ("schedules", schedules()),
        ("schedules-none", Reply::Schedules(Vec::new())),
    ];
    all.extend(statuses());
    all.extend(infos());
    all.extend(exceptions());
    all.extend(exceptions_set());
    all.extend(exceptions_deleted());
    all.extend(forced());
    all.extend(cancelled());
    all.extend(extended());
    all.extend(whys());
    all
}

fn counts(running: u32, moving: u32, stopped: u32, problem: u32) -> Counts {
    Counts {
        total: running + moving + stopped + problem,
        running,
        moving,
        stopped,
        problem,
    }
}

fn schedules() -> Reply {
    let line = |name: &str| ScheduleLine {
        name: name.to_owned(),
        timezone: "Asia/Seoul".to_owned(),
        want: Some(Want::Run),
        next: Some(stop_tonight()),
        counts: counts(30, 0, 6, 0),
        forced: None,
        faults: Vec::new(),
    };
    Reply::Schedules(vec![
        line("개발"),
        ScheduleLine {
            want: Some(Want::Stop),
            next: None,
            forced: Some(force(Want::Run, today(1440), None)),
            counts: counts(0, 2, 0, 1),
            ..line("Staging")
        },
        ScheduleLine {
            timezone: "America/New_York".to_owned(),
            forced: Some(force(Want::Stop, tomorrow(540), None)),
            ..line("nyc")
        },
        ScheduleLine {
            want: None,
            next: None,
            counts: counts(0, 0, 0, 0),
            faults: strings(&["`begintime` of period `night`: `25:00` is not a time"]),
            ..line("야간")
        },
    ])
}

fn group(
    name: Option<&str>,
    servers: Vec<reveille_sdk::formatter::replies::ServerView>,
) -> GroupView {
    GroupView {
        name: name.map(str::to_owned),
        depends_on: Vec::new(),
        servers,
    }
}

fn statuses() -> Vec<(&'static str, Reply)> {
    let running = |name: &str| server(name, ServerState::Running, "running", None);
    let calm = StatusView {
        schedule: "개발".to_owned(),
        counts: counts(4, 0, 1, 0),
        groups: vec![
            group(
                Some("ZOOKEEPER"),
                vec![running("zk-10"), running("zk-2"), running("zk-1")],
            ),
            group(
                Some("데이터베이스"),
                vec![
                    running("주문 DB"),
                    server("회원 DB", ServerState::Stopped, "stopped", None),
                ],
            ),
        ],
        next: Some(stop_tonight()),
        forced: None,
        held: None,
        faults: Vec::new(),
        seen: None,
    };
    let states = vec![
        server(
            "a-running",
            ServerState::Running,
            "running",
            Some(ServerNote::Retained),
        ),
        server(
            "b-stopped",
            ServerState::Stopped,
            "stopped",
            Some(ServerNote::WaitsFor(strings(&["ZOOKEEPER", "MONGODB"]))),
        ),
        server("c-starting", ServerState::Starting, "pending", None),
        server("d-stopping", ServerState::Stopping, "stopping", None),
        server(
            "e-late",
            ServerState::Starting,
            "pending",
            Some(ServerNote::Stuck(None)),
        ),
        server(
            "f-late",
            ServerState::Starting,
            "pending",
            Some(ServerNote::Stuck(Some(
                "InsufficientInstanceCapacity: no m5.large in ap-northeast-2a".to_owned(),
            ))),
        ),
        server(
            "g-failed",
            ServerState::Stopped,
            "stopped",
            Some(ServerNote::Failed((
                "UnauthorizedOperation".to_owned(),
                "ec2:StartInstances is not allowed".to_owned(),
            ))),
        ),
        server(
            "h-backup",
            ServerState::Busy,
            "backing-up",
            Some(ServerNote::Busy),
        ),
        server("i-modify", ServerState::Busy, "modifying", None),
        server("j-maintain", ServerState::Busy, "maintenance", None),
        server("k-upgrade", ServerState::Busy, "upgrading", None),
        server("l-reboot", ServerState::Busy, "rebooting", None),
        server(
            "m-optimize",
            ServerState::Busy,
            "storage-optimization",
            None,
        ),
        server(
            "n-configure",
            ServerState::Busy,
            "configuring-enhanced-monitoring",
            None,
        ),
        server("o-renaming", ServerState::Busy, "renaming", None),
        server("p-busy", ServerState::Busy, "", None),
        server("q-full", ServerState::Problem, "storage-full", None),
        server("r-failed", ServerState::Problem, "failed", None),
        server(
            "s-key",
            ServerState::Problem,
            "inaccessible-encryption-credentials",
            None,
        ),
        server(
            "t-option",
            ServerState::Problem,
            "incompatible-parameters",
            None,
        ),
        server("u-going", ServerState::Problem, "shutting-down", None),
        server("v-unseen", ServerState::Problem, "", None),
        server("w-odd", ServerState::Problem, "restore-error", None),
        server(
            "x-replica",
            ServerState::Running,
            "available",
            Some(ServerNote::LeftOut("read-replica".to_owned())),
        ),
        server(
            "y-member",
            ServerState::Running,
            "available",
            Some(ServerNote::LeftOut("cluster-member".to_owned())),
        ),
        server(
            "z-scaling",
            ServerState::Running,
            "running",
            Some(ServerNote::LeftOut("auto-scaling".to_owned())),
        ),
    ];
    let (first, second) = states.split_at(13);
    let many: Vec<_> = (1..=200)
        .map(|index| running(&format!("web-{index}")))
        .collect();
    vec![
        ("status", Reply::Status(calm.clone())),
        (
            "status-latin",
            Reply::Status(StatusView {
                schedule: "Development".to_owned(),
                groups: vec![group(None, vec![running("web-10"), running("web-9")])],
                counts: counts(2, 0, 0, 0),
                ..calm.clone()
            }),
        ),
        (
            "status-every-state",
            Reply::Status(StatusView {
                counts: counts(10, 4, 2, 7),
                groups: vec![
                    group(Some("API"), first.to_vec()),
                    group(None, second.to_vec()),
                    group(Some("빈 그룹"), Vec::new()),
                ],
                ..calm.clone()
            }),
        ),
        (
            "status-forced",
            Reply::Status(StatusView {
                forced: Some(force(Want::Run, tomorrow(120), Some("성능 시험"))),
                ..calm.clone()
            }),
        ),
        (
            "status-held",
            Reply::Status(StatusView {
                held: Some(hold("kr-holidays")),
                next: None,
                ..calm.clone()
            }),
        ),
        (
            "status-old-and-faulty",
            Reply::Status(StatusView {
                seen: Some(today(1185)),
                faults: strings(&["group `API` depends on `DB`, which is not there"]),
                ..calm.clone()
            }),
        ),
        (
            "status-many-servers",
            Reply::Status(StatusView {
                counts: counts(200, 0, 0, 0),
                groups: vec![group(Some("웹"), many)],
                ..calm.clone()
            }),
        ),
        (
            "status-no-servers",
            Reply::Status(StatusView {
                counts: counts(0, 0, 0, 0),
                groups: Vec::new(),
                ..calm
            }),
        ),
    ]
}

fn infos() -> Vec<(&'static str, Reply)> {
    let working = InfoView {
        schedule: "개발".to_owned(),
        description: Some("개발팀 업무 시간".to_owned()),
        date: date(11, 23),
        spans: office_day(),
        notes: Vec::new(),
        exceptions: Vec::new(),
        override_status: None,
        next_start: Some(start_tomorrow()),
        next_stop: Some(turning(tomorrow(1320), Want::Stop, "")),
        forced: None,
        held: None,
        options: [
            ("enforced", "off"),
            ("retain-running", "off"),
            ("maintenance-window-ec2", "on"),
            ("maintenance-window-rds", "off"),
        ]
        .map(|(option, value)| (option.to_owned(), value.to_owned()))
        .to_vec(),
        faults: Vec::new(),
    };
    let mut resized = office_day();
    resized[1].instance_type = Some("t3.large".to_owned());
    vec![
        ("info", Reply::Info(working.clone())),
        (
            "info-day-off",
            Reply::Info(InfoView {
                date: date(11, 28),
                spans: day_off(""),
                description: None,
                options: Vec::new(),
                ..working.clone()
            }),
        ),
        (
            "info-holiday",
            Reply::Info(InfoView {
                date: date(12, 25),
                spans: day_off("기독탄신일"),
                notes: strings(&["기독탄신일"]),
                next_stop: None,
                ..working.clone()
            }),
        ),
        (
            "info-exception",
            Reply::Info(InfoView {
                date: date(11, 22),
                spans: vec![
                    span(0, 600, Want::Stop, ""),
                    span(600, 1440, Want::Run, "exception by 하나"),
                ],
                exceptions: vec![
                    exception(date(11, 22), Turn::Start, Some(600), Some("배포 준비")),
                    exception(date(11, 22), Turn::Stop, Some(1560), None),
                ],
                next_stop: Some(turning(tomorrow(120), Want::Stop, "")),
                ..working.clone()
            }),
        ),
        (
            "info-fixed",
            Reply::Info(InfoView {
                spans: day_off("override_status"),
                override_status: Some(Want::Stop),
                next_start: None,
                next_stop: None,
                options: Vec::new(),
                ..working.clone()
            }),
        ),
        (
            "info-options-on",
            Reply::Info(InfoView {
                spans: resized,
                override_status: Some(Want::Run),
                options: [
                    ("enforced", "on"),
                    ("retain-running", "on"),
                    ("maintenance-window-ec2", "off"),
                    ("maintenance-window-rds", "on"),
                    ("new-option", "42"),
                ]
                .map(|(option, value)| (option.to_owned(), value.to_owned()))
                .to_vec(),
                ..working.clone()
            }),
        ),
        (
            "info-forced",
            Reply::Info(InfoView {
                date: date(11, 24),
                forced: Some(force(Want::Stop, tomorrow(570), None)),
                spans: vec![
                    span(0, 570, Want::Hold, "배포 동결"),
                    span(570, 1440, Want::Stop, "period night"),
                ],
                ..working.clone()
            }),
        ),
        (
            "info-held",
            Reply::Info(InfoView {
                spans: Vec::new(),
                held: Some(hold("공휴일")),
                next_start: None,
                next_stop: None,
                faults: strings(&["period `night` is not there"]),
                options: Vec::new(),
                ..working
            }),
        ),
    ]
}

fn exceptions() -> Vec<(&'static str, Reply)> {
    let ahead = ExceptionsView {
        schedule: "개발".to_owned(),
        date: None,
        exceptions: vec![
            exception(date(11, 24), Turn::Stop, Some(1380), Some("정기 점검")),
            exception(date(12, 24), Turn::Stop, Some(1560), None),
            exception(date(12, 25), Turn::Start, None, None),
        ],
    };
    vec![
        ("exceptions-ahead", Reply::Exceptions(ahead.clone())),
        (
            "exceptions-of-a-day",
            Reply::Exceptions(ExceptionsView {
                date: Some(date(11, 23)),
                exceptions: vec![exception(date(11, 23), Turn::Start, Some(480), None)],
                ..ahead.clone()
            }),
        ),
        (
            "exceptions-none-of-a-day",
            Reply::Exceptions(ExceptionsView {
                date: Some(date(11, 21)),
                exceptions: Vec::new(),
                ..ahead.clone()
            }),
        ),
        (
            "exceptions-none-ahead",
            Reply::Exceptions(ExceptionsView {
                exceptions: Vec::new(),
                ..ahead
            }),
        ),
    ]
}

fn exceptions_set() -> Vec<(&'static str, Reply)> {
    let later = ExceptionSetView {
        schedule: "개발".to_owned(),
        set: exception(date(11, 23), Turn::Stop, Some(1380), Some("배포")),
        replaced: Some(exception(date(11, 23), Turn::Stop, Some(1260), None)),
        spans: vec![
            span(0, 570, Want::Stop, ""),
            span(570, 1380, Want::Run, "exception by 하나"),
            span(1380, 1440, Want::Stop, ""),
        ],
        next_start: Some(start_tomorrow()),
        next_stop: Some(turning(tomorrow(1380), Want::Stop, "exception by 하나")),
        without_effect: false,
    };
    vec![
        ("exception-set", Reply::ExceptionSet(later.clone())),
        (
            "exception-set-past-midnight",
            Reply::ExceptionSet(ExceptionSetView {
                set: exception(date(11, 27), Turn::Stop, Some(1560), None),
                replaced: None,
                ..later.clone()
            }),
        ),
        (
            "exception-set-midnight",
            Reply::ExceptionSet(ExceptionSetView {
                set: exception(date(11, 23), Turn::Stop, Some(1440), None),
                replaced: None,
                next_stop: Some(turning(tomorrow(1440), Want::Stop, "")),
                ..later.clone()
            }),
        ),
        (
            "exception-set-no-stop",
            Reply::ExceptionSet(ExceptionSetView {
                set: exception(date(11, 22), Turn::Stop, None, None),
                replaced: None,
                ..later.clone()
            }),
        ),
        (
            "exception-set-no-stop-ever",
            Reply::ExceptionSet(ExceptionSetView {
                set: exception(date(11, 22), Turn::Stop, None, None),
                replaced: None,
                next_stop: None,
                ..later.clone()
            }),
        ),
        (
            "exception-set-without-effect",
            Reply::ExceptionSet(ExceptionSetView {
                set: exception(date(11, 28), Turn::Stop, Some(1380), None),
                replaced: None,
                spans: day_off(""),
                without_effect: true,
                ..later.clone()
            }),
        ),
        (
            "exception-set-fixed",
            Reply::ExceptionSet(ExceptionSetView {
                set: exception(date(11, 28), Turn::Stop, Some(1380), None),
                replaced: None,
                spans: vec![span(0, 1440, Want::Run, "override_status")],
                next_start: None,
                next_stop: None,
                without_effect: true,
                ..later
            }),
        ),
    ]
}

fn exceptions_deleted() -> Vec<(&'static str, Reply)> {
    let deleted = ExceptionDeletedView {
        schedule: "개발".to_owned(),
        date: date(11, 23),
        action: Turn::Stop,
        deleted: Some(exception(date(11, 23), Turn::Stop, Some(1380), None)),
        spans: office_day(),
    };
    vec![
        (
            "exception-deleted",
            Reply::ExceptionDeleted(deleted.clone()),
        ),
        (
            "exception-deleted-nothing",
            Reply::ExceptionDeleted(ExceptionDeletedView {
                deleted: None,
                action: Turn::Start,
                ..deleted
            }),
        ),
    ]
}

fn forced() -> Vec<(&'static str, Reply)> {
    let start = ForcedView {
        schedule: "개발".to_owned(),
        forced: force(Want::Run, today(1320), None),
        until_source: UntilSource::Plan,
        replaced: None,
        groups: strings(&["ZOOKEEPER", "MONGODB", "API"]),
        to_change: 32,
        already: 4,
    };
    vec![
        ("forced-start", Reply::Forced(start.clone())),
        (
            "forced-start-asked",
            Reply::Forced(ForcedView {
                forced: force(Want::Run, tomorrow(120), Some("성능 시험")),
                until_source: UntilSource::Asked,
                replaced: Some(force(Want::Stop, tomorrow(570), None)),
                groups: strings(&["웹"]),
                already: 0,
                ..start.clone()
            }),
        ),
        (
            "forced-start-limit",
            Reply::Forced(ForcedView {
                forced: force(Want::Run, at(date(11, 29), 1190), None),
                until_source: UntilSource::Limit,
                groups: Vec::new(),
                to_change: 1,
                already: 1,
                ..start.clone()
            }),
        ),
        (
            "forced-start-nothing-to-do",
            Reply::Forced(ForcedView {
                to_change: 0,
                already: 36,
                ..start.clone()
            }),
        ),
        (
            "forced-start-no-servers",
            Reply::Forced(ForcedView {
                to_change: 0,
                already: 0,
                groups: Vec::new(),
                ..start.clone()
            }),
        ),
        (
            "forced-stop",
            Reply::Forced(ForcedView {
                forced: force(Want::Stop, tomorrow(570), None),
                groups: strings(&["API", "MONGODB", "ZOOKEEPER"]),
                to_change: 36,
                already: 0,
                ..start.clone()
            }),
        ),
        (
            "forced-stop-nothing-to-do",
            Reply::Forced(ForcedView {
                forced: force(Want::Stop, at(date(11, 29), 1190), None),
                until_source: UntilSource::Limit,
                to_change: 0,
                already: 36,
                ..start
            }),
        ),
    ]
}

fn cancelled() -> Vec<(&'static str, Reply)> {
    let start = CancelledView {
        schedule: "개발".to_owned(),
        cancelled: Some(force(Want::Run, today(1320), None)),
        want: Some(Want::Stop),
        next: Some(start_tomorrow()),
    };
    vec![
        ("cancelled", Reply::Cancelled(start.clone())),
        (
            "cancelled-nothing",
            Reply::Cancelled(CancelledView {
                cancelled: None,
                want: None,
                next: None,
                ..start
            }),
        ),
    ]
}

fn extended() -> Vec<(&'static str, Reply)> {
    let plan = ExtendedView {
        schedule: "개발".to_owned(),
        from: today(1320),
        to: today(1440),
        forced: false,
    };
    vec![
        ("extended", Reply::Extended(plan.clone())),
        (
            "extended-forced-past-midnight",
            Reply::Extended(ExtendedView {
                to: tomorrow(90),
                forced: true,
                ..plan
            }),
        ),
    ]
}

fn whys() -> Vec<(&'static str, Reply)> {
    let layer = |rule: &str, want, begin, end, reason: &str, covered| Layer {
        rule: rule.to_owned(),
        version: (rule == "kr-holidays").then(|| "1.3.0".to_owned()),
        want,
        begin,
        end,
        reason: reason.to_owned(),
        covered,
    };
    let past = |action: &str, servers: &[&str], count, by: &str, reason: &str| PastAction {
        at: today(570),
        action: action.to_owned(),
        servers: strings(servers),
        count,
        by: by.to_owned(),
        reason: reason.to_owned(),
        error: None,
    };
    let calm = WhyView {
        schedule: "개발".to_owned(),
        counts: counts(30, 0, 6, 0),
        want: Some(Want::Run),
        layers: vec![layer(
            "periods",
            Want::Run,
            570,
            1320,
            "period office-hours",
            false,
        )],
        exceptions: Vec::new(),
        override_status: None,
        forced: None,
        held: None,
        actions: vec![past(
            "start",
            &["web-1", "web-2"],
            36,
            "개발",
            "start: period office-hours",
        )],
        differing: Vec::new(),
        next: Some(stop_tonight()),
    };
    vec![
        ("why", Reply::Why(calm.clone())),
        (
            "why-everything",
            Reply::Why(WhyView {
                want: Some(Want::Hold),
                layers: vec![
                    layer("periods", Want::Run, 570, 1320, "period office-hours", true),
                    layer("kr-holidays", Want::Stop, 0, 1440, "추석", true),
                    layer(
                        "exceptions",
                        Want::Hold,
                        600,
                        1440,
                        "exception by 하나: 배포",
                        false,
                    ),
                ],
                exceptions: vec![exception(date(11, 22), Turn::Stop, None, None)],
                override_status: Some(Want::Stop),
                forced: Some(force(Want::Run, today(1320), Some("배포"))),
                held: Some(hold("team-calendar")),
                actions: vec![
                    PastAction {
                        error: Some("RequestLimitExceeded: slow down".to_owned()),
                        ..past("stop", &["web-1"], 1, "개발", "")
                    },
                    past(
                        "resize",
                        &["db-1"],
                        1,
                        "개발",
                        "start, as t3.large: period night",
                    ),
                    past(
                        "stop",
                        &["web-9"],
                        1,
                        "개발",
                        "enforced, was started by hand",
                    ),
                    past(
                        "start",
                        &["web-9"],
                        1,
                        "개발",
                        "start again after a failure: exception by 하나: 배포",
                    ),
                    past("force_start", &[], 0, "하나", "성능 시험"),
                    past("force_stop", &[], 0, "하나", "force_stop"),
                    past("exception set", &[], 0, "하나", "예외 설정 내일 중지 23시"),
                    past("exception del", &[], 0, "하나", ""),
                    past("cancel", &[], 0, "하나", ""),
                    past("holiday add", &[], 0, "하나", ""),
                    past("holiday work", &[], 0, "하나", ""),
                    PastAction {
                        error: Some("no-such-holiday".to_owned()),
                        ..past("holiday del", &[], 0, "하나", "")
                    },
                    past("rule rollback", &[], 0, "operator", "calendar 1.1.0"),
                    past("extend", &[], 0, "하나", ""),
                    past("apply", &[], 0, "operator", ""),
                ],
                differing: vec![
                    server(
                        "web-3",
                        ServerState::Stopped,
                        "stopped",
                        Some(ServerNote::WaitsFor(strings(&["데이터베이스"]))),
                    ),
                    server(
                        "web-4",
                        ServerState::Running,
                        "running",
                        Some(ServerNote::Kept((
                            Some("keep-until".to_owned()),
                            "KeepUntil 2026-11-22 22:00".to_owned(),
                        ))),
                    ),
                    server(
                        "web-5",
                        ServerState::Running,
                        "running",
                        Some(ServerNote::Kept((None, "배포 중".to_owned()))),
                    ),
                ],
                next: None,
                ..calm
            }),
        ),
    ]
}
