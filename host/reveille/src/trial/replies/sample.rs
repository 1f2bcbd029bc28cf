//! What the replies are about.

use chrono::{DateTime, NaiveDate};
use reveille_core::model::{
    Exception, Holiday, Minute, Moment, ServerKind, ServerState, Span, Turn, Want,
    reply::{Counts, ForceView, HoldView, RuleVersion, ServerNote, ServerView, Turning},
};

pub(super) fn text(text: &str) -> String {
    text.to_owned()
}

pub(super) fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&one| text(one)).collect()
}

pub(super) fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap_or_default()
}

pub(super) fn at(hour: u16, minute: u16) -> Moment {
    Moment {
        date: day(),
        minute: Minute(hour * 60 + minute),
    }
}

pub(super) fn next() -> Option<Turning> {
    Some(Turning {
        at: at(18, 0),
        want: Want::Stop,
        reason: text("period office-hours"),
    })
}

pub(super) fn force() -> ForceView {
    ForceView {
        want: Want::Run,
        by: text("hana@example.com"),
        reason: Some(text("release day")),
        since: at(9, 0),
        until: at(22, 0),
    }
}

pub(super) fn hold() -> HoldView {
    HoldView {
        rule: text("team-calendar"),
        cause: text("it lacks data: nothing is bound to `calendar`"),
        since: Some(at(8, 0)),
    }
}

pub(super) fn counts() -> Counts {
    Counts {
        total: 5,
        running: 2,
        moving: 1,
        stopped: 1,
        problem: 1,
    }
}

pub(super) fn view(name: &str, state: ServerState, note: Option<ServerNote>) -> ServerView {
    ServerView {
        name: text(name),
        id: format!("i-{name}"),
        kind: ServerKind::Ec2,
        state,
        native_state: crate::trial::servers::word(state).to_owned(),
        note,
    }
}

pub(super) fn views() -> Vec<ServerView> {
    vec![
        view("web-1", ServerState::Running, None),
        view(
            "web-2",
            ServerState::Starting,
            Some(ServerNote::Stuck(Some(text("capacity")))),
        ),
        view(
            "web-3",
            ServerState::Problem,
            Some(ServerNote::Failed {
                code: text("InsufficientInstanceCapacity"),
                message: text("there is no room"),
            }),
        ),
        view(
            "web-4",
            ServerState::Stopped,
            Some(ServerNote::WaitsFor(texts(&["db"]))),
        ),
        view("web-5", ServerState::Busy, Some(ServerNote::Busy)),
        view("web-6", ServerState::Running, Some(ServerNote::Retained)),
        view(
            "web-7",
            ServerState::Stopping,
            Some(ServerNote::LeftOut(text("auto-scaling"))),
        ),
        view("web-8", ServerState::Running, Some(ServerNote::Stuck(None))),
        view(
            "web-9",
            ServerState::Running,
            Some(ServerNote::Kept {
                rule: Some(text("keep-until")),
                reason: text("kept until 22:00 (tag KeepUntil)"),
            }),
        ),
    ]
}

pub(super) fn spans() -> Vec<Span> {
    let span = |begin, end, want, reason: &str| Span {
        begin: Minute(begin),
        end: Minute(end),
        want,
        instance_type: None,
        period: None,
        reason: text(reason),
    };
    vec![
        span(0, 540, Want::Stop, ""),
        span(540, 1080, Want::Run, "period office-hours"),
        span(1080, 1440, Want::Hold, "exception by hana@example.com"),
    ]
}

pub(super) fn exception(action: Turn, at: Option<Minute>) -> Exception {
    Exception {
        schedule: text("Development"),
        date: day(),
        action,
        at,
        by: text("hana@example.com"),
        reason: Some(text("release day")),
        created_at: DateTime::UNIX_EPOCH,
    }
}

pub(super) fn exceptions() -> Vec<Exception> {
    vec![
        exception(Turn::Start, None),
        exception(Turn::Stop, Some(Minute(26 * 60))),
    ]
}

pub(super) fn holiday(name: Option<&str>) -> Holiday {
    Holiday {
        date: day(),
        name: name.map(text),
        working: name.is_none(),
    }
}

pub(super) fn version() -> RuleVersion {
    RuleVersion {
        version: text("1.2.0"),
        sha256: "7f3a".repeat(16),
    }
}
