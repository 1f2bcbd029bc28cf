//! One reply of every kind, and of every kind within it: what a schedule of 36 servers has to say on a Sunday.

mod announcements;
mod holidays;
mod news;
mod refusals;
mod views;

use reveille_sdk::{
    formatter::replies::{
        Context, ForceView, HoldView, Persona, Reply, ServerNote, ServerView, Turning,
    },
    types::{Date, Exception, Minute, Moment, ServerKind, ServerState, Span, Turn, Want},
};

/// Every case with the name of its golden file.
pub(crate) fn all() -> Vec<(&'static str, Reply)> {
    let mut all = views::all();
    all.extend(holidays::all());
    all.extend(
        refusals::all()
            .into_iter()
            .chain(holidays::refusals())
            .map(|(name, refusal)| (name, Reply::Refused(refusal))),
    );
    all.extend(
        announcements::all()
            .into_iter()
            .chain(news::all())
            .map(|(name, announcement)| (name, Reply::Announced(announcement))),
    );
    all
}

/// Sunday, 2026-11-22, 19:50 in Seoul.
pub(crate) fn context(locale: &str, persona: Persona) -> Context {
    Context {
        locale: locale.to_owned(),
        persona,
        keyword: if locale.to_lowercase().starts_with("ko") {
            "서버"
        } else {
            "server"
        }
        .to_owned(),
        timezone: "Asia/Seoul".to_owned(),
        now: today(19 * 60 + 50),
        schedule: None,
    }
}

pub(crate) fn date(month: u8, day: u8) -> Date {
    Date {
        year: 2026,
        month,
        day,
    }
}

pub(crate) fn at(date: Date, minute: Minute) -> Moment {
    Moment { date, minute }
}

pub(crate) fn today(minute: Minute) -> Moment {
    at(date(11, 22), minute)
}

pub(crate) fn tomorrow(minute: Minute) -> Moment {
    at(date(11, 23), minute)
}

pub(crate) fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

fn turning(at: Moment, want: Want, reason: &str) -> Turning {
    Turning {
        at,
        want,
        reason: reason.to_owned(),
    }
}

fn start_tomorrow() -> Turning {
    turning(tomorrow(570), Want::Run, "period office-hours")
}

fn stop_tonight() -> Turning {
    turning(today(1320), Want::Stop, "")
}

fn span(begin: Minute, end: Minute, want: Want, reason: &str) -> Span {
    Span {
        begin,
        end,
        want,
        instance_type: None,
        period: None,
        reason: reason.to_owned(),
    }
}

/// 09:30–22:00.
fn office_day() -> Vec<Span> {
    vec![
        span(0, 570, Want::Stop, ""),
        span(570, 1320, Want::Run, "period office-hours"),
        span(1320, 1440, Want::Stop, ""),
    ]
}

fn day_off(reason: &str) -> Vec<Span> {
    vec![span(0, 1440, Want::Stop, reason)]
}

fn exception(date: Date, action: Turn, at: Option<Minute>, reason: Option<&str>) -> Exception {
    Exception {
        date,
        action,
        at,
        by: "하나".to_owned(),
        reason: reason.map(str::to_owned),
    }
}

fn force(want: Want, until: Moment, reason: Option<&str>) -> ForceView {
    ForceView {
        want,
        by: "하나".to_owned(),
        reason: reason.map(str::to_owned),
        since: today(840),
        until,
    }
}

fn hold(rule: &str) -> HoldView {
    HoldView {
        rule: rule.to_owned(),
        cause: "ran out of fuel after 10000000 units".to_owned(),
        since: Some(today(1140)),
    }
}

fn server(name: &str, state: ServerState, native: &str, note: Option<ServerNote>) -> ServerView {
    ServerView {
        name: name.to_owned(),
        id: "i-0123456789abcdef0".to_owned(),
        kind: ServerKind::Ec2,
        state,
        native_state: native.to_owned(),
        note,
    }
}
