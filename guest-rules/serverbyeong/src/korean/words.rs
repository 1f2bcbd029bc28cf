//! The small words: times, counts, states, lists. Everything that more than one reply needs.

use reveille_sdk::{
    formatter::replies::{Context, Counts, ForceView, HoldView, ServerView, Turning, UntilSource},
    types::{Date, Exception, Minute, Moment, Span, Turn, Want},
};

use super::{particle::Particle, server};
use crate::{
    decided::{self, Decided, Special},
    message::{More, names},
    reason::{self, Reason},
    servers::sorted,
    text::{name, sentence},
    when::{self, DAY_MINUTES, Length, Near},
};

const WEEKDAYS: [&str; 7] = ["월", "화", "수", "목", "금", "토", "일"];

pub(super) const MORE: More = More {
    lines: more_lines,
    blocks: |count| format!("외 {count}개 항목"),
};

pub(super) fn more_lines(count: usize) -> String {
    format!("외 {count}줄")
}

pub(super) fn more_servers(count: usize) -> String {
    format!("외 {count}대")
}

pub(super) fn more_things(count: usize) -> String {
    format!("외 {count}개")
}

pub(super) fn more_people(count: usize) -> String {
    format!("외 {count}명")
}

/// `월`
pub(super) fn weekday(date: Date) -> &'static str {
    usize::try_from(when::weekday(date))
        .ok()
        .and_then(|index| WEEKDAYS.get(index).copied())
        .unwrap_or_default()
}

/// `2026-11-27(금)`, and near today `내일(11/23 월)`.
pub(super) fn date(today: Date, date: Date) -> String {
    let near = match when::near(today, date) {
        Near::Yesterday => "어제",
        Near::Today => "오늘",
        Near::Tomorrow => "내일",
        Near::DayAfter => "모레",
        Near::Far => return full_date(date),
    };
    format!("{near}({}/{} {})", date.month, date.day, weekday(date))
}

/// `2026-11-27(금)`
pub(super) fn full_date(date: Date) -> String {
    format!("{}({})", when::iso(date), weekday(date))
}

/// `내일(11/23 월) 02:00`
pub(super) fn moment(now: Moment, moment: Moment) -> String {
    let moment = when::carried(moment);
    format!(
        "{} {}",
        date(now.date, moment.date),
        when::clock(moment.minute)
    )
}

/// A moment of the zone `timezone`: in another zone than the message's it may be another day, so that it is told with
/// its whole date and with its zone.
pub(super) fn moment_in(context: &Context, timezone: &str, moment: Moment) -> String {
    if timezone == context.timezone {
        return self::moment(context.now, moment);
    }
    let moment = when::carried(moment);
    format!(
        "{} {}{}",
        full_date(moment.date),
        when::clock(moment.minute),
        zone(context, timezone)
    )
}

/// ` (America/New_York)` where that is not the zone of the message.
pub(super) fn zone(context: &Context, timezone: &str) -> String {
    if timezone == context.timezone {
        String::new()
    } else {
        format!(" ({})", name(timezone))
    }
}

/// `23:00`, and past 24:00 of `day` `다음 날(11/24 화) 02:00`.
pub(super) fn minute_of(day: Date, minute: Minute) -> String {
    match minute.checked_sub(DAY_MINUTES) {
        None | Some(0) => when::clock(minute),
        Some(late) => {
            let next = when::next_date(day);
            format!(
                "다음 날({}/{} {}) {}",
                next.month,
                next.day,
                weekday(next),
                when::clock(late)
            )
        }
    }
}

/// `2시간 10분`
pub(super) fn length(length: Length) -> String {
    let parts = [
        (length.days, "일"),
        (length.hours, "시간"),
        (length.minutes, "분"),
    ];
    let mut text = String::new();
    for (count, unit) in parts {
        if count > 0 {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&format!("{count}{unit}"));
        }
    }
    text
}

/// `2시간 10분 뒤`; `곧` when the moment is here.
pub(super) fn time_until(now: Moment, moment: Moment) -> String {
    Length::between(now, moment)
        .map_or_else(|| "곧".to_owned(), |ahead| format!("{} 뒤", length(ahead)))
}

pub(super) fn want(want: Want) -> &'static str {
    match want {
        Want::Run => "실행",
        Want::Stop => "중지",
        Want::Hold => "현재 상태 유지",
    }
}

pub(super) fn turn(turn: Turn) -> &'static str {
    match turn {
        Turn::Start => "시작",
        Turn::Stop => "중지",
    }
}

/// What an order is called: `강제 시작`.
pub(super) fn order(want: Want) -> &'static str {
    match want {
        Want::Run => "강제 시작",
        Want::Stop => "강제 중지",
        Want::Hold => "상태 유지 지시",
    }
}

/// What a turn to a want is called: `시작`.
pub(super) fn turn_to(want: Want) -> &'static str {
    match want {
        Want::Run => "시작",
        Want::Stop => "중지",
        Want::Hold => "상태 유지",
    }
}

/// `총 36대: 실행 30, 중지 6`
pub(super) fn counts(counts: &Counts) -> String {
    if counts.total == 0 {
        return "대상 서버가 없습니다.".to_owned();
    }
    format!("총 {}대: {}", counts.total, shares(counts))
}

/// As [`counts`], for one of several in a line.
pub(super) fn counts_or_none(counts: &Counts) -> String {
    if counts.total == 0 {
        "서버 없음".to_owned()
    } else {
        self::counts(counts)
    }
}

/// `실행 30, 중지 6`, and what is neither when there is any.
pub(super) fn shares(counts: &Counts) -> String {
    let mut text = format!("실행 {}, 중지 {}", counts.running, counts.stopped);
    if counts.moving > 0 {
        text.push_str(&format!(", 전환 중 {}", counts.moving));
    }
    if counts.problem > 0 {
        text.push_str(&format!(", 이상 {}", counts.problem));
    }
    text
}

/// A span's reason: `office-hours 시간대`.
pub(super) fn reason(text: &str) -> Option<String> {
    match reason::read(text) {
        Reason::None => None,
        Reason::Period(period) => Some(format!("{} 시간대", name(period))),
        Reason::Fixed => Some("고정, override_status".to_owned()),
        Reason::Exception(by, why) => Some(format!("예외: {}", person_and_why(by, why))),
        Reason::Order(by, why) => Some(format!("지시: {}", person_and_why(by, why))),
        Reason::Other(other) => Some(sentence(other)),
    }
}

/// `하나, 배포`
fn person_and_why(by: &str, why: Option<&str>) -> String {
    why.map_or_else(
        || name(by),
        |why| format!("{}, {}", name(by), sentence(why)),
    )
}

/// Why something was done to servers: `실패한 뒤 다시 시도, office-hours 시간대`.
pub(super) fn decided(text: &str) -> Option<String> {
    let Decided {
        special,
        instance_type,
        why,
    } = decided::read(text);
    let special = match special {
        Special::Nothing => None,
        Special::MaintenanceWindow => Some("유지 관리 기간"),
        Special::StoppedByHand => Some("손으로 끈 서버를 되돌림"),
        Special::StartedByHand => Some("손으로 켠 서버를 되돌림"),
        Special::Again => Some("실패한 뒤 다시 시도"),
        Special::StartedByProvider => Some("AWS가 스스로 켠 서버"),
    };
    let parts: Vec<String> = [
        special.map(str::to_owned),
        instance_type.map(|kind| format!("유형 {}", name(kind))),
        reason(why),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// ` (추석)`, or nothing.
pub(super) fn because(text: &str) -> String {
    reason(text).map_or_else(String::new, |reason| format!(" ({reason})"))
}

/// `내일(11/23 월) 09:30 시작 (9시간 뒤)`
pub(super) fn turning(now: Moment, next: &Turning) -> String {
    format!(
        "{} {} ({})",
        moment(now, next.at),
        turn_to(next.want),
        time_until(now, next.at)
    )
}

/// The line about what comes next.
pub(super) fn next_line(now: Moment, next: Option<&Turning>) -> String {
    next.map_or_else(
        || "다음 차례: 예정된 시작이나 중지가 없습니다.".to_owned(),
        |next| format!("다음 차례: {}", turning(now, next)),
    )
}

/// The line about a start or stop that comes next.
pub(super) fn next_turn_line(now: Moment, which: Turn, next: Option<&Turning>) -> String {
    let label = turn(which);
    next.map_or_else(
        || format!("다음 {label}: 예정 없음"),
        |next| {
            let reason =
                reason(&next.reason).map_or_else(String::new, |reason| format!(", {reason}"));
            format!(
                "다음 {label}: {} ({}{reason})",
                moment(now, next.at),
                time_until(now, next.at)
            )
        },
    )
}

/// `09:30–22:00 실행 (office-hours 시간대)`, a line a span.
pub(super) fn spans(spans: &[Span]) -> Vec<String> {
    spans
        .iter()
        .map(|span| {
            let kind = span
                .instance_type
                .as_deref()
                .map_or_else(String::new, |kind| format!(", {}", name(kind)));
            format!(
                "{}–{} {}{kind}{}",
                when::clock(span.begin),
                when::clock(span.end),
                want(span.want),
                because(&span.reason)
            )
        })
        .collect()
}

/// What an exception does: `중지 23:00`.
pub(super) fn change(exception: &Exception) -> String {
    let turn = turn(exception.action);
    exception.at.map_or_else(
        || format!("{turn} 안 함"),
        |at| format!("{turn} {}", minute_of(exception.date, at)),
    )
}

/// `중지 23:00 · 설정: 하나 · 사유: 배포`
pub(super) fn change_with_author(exception: &Exception) -> String {
    let mut text = change(exception);
    if !exception.by.is_empty() {
        text.push_str(&format!(" · 설정: {}", name(&exception.by)));
    }
    if let Some(reason) = &exception.reason {
        text.push_str(&format!(" · 사유: {}", sentence(reason)));
    }
    text
}

/// Exceptions with their dates, a line each.
pub(super) fn exceptions(today: Date, exceptions: &[Exception]) -> Vec<String> {
    exceptions
        .iter()
        .map(|exception| {
            format!(
                "{} {}",
                date(today, exception.date),
                change_with_author(exception)
            )
        })
        .collect()
}

/// The line about an order that stands.
pub(super) fn force_line(now: Moment, forced: &ForceView) -> String {
    format!("{} 중: {}", order(forced.want), force_facts(now, forced))
}

/// `오늘(11/22 일) 22:00까지 · 지시: 하나, 오늘(11/22 일) 14:00부터 · 사유: 배포`
pub(super) fn force_facts(now: Moment, forced: &ForceView) -> String {
    let mut text = format!(
        "{}까지 · 지시: {}, {}부터",
        moment(now, forced.until),
        name(&forced.by),
        moment(now, forced.since)
    );
    if let Some(reason) = &forced.reason {
        text.push_str(&format!(" · 사유: {}", sentence(reason)));
    }
    text
}

/// Where an order's end comes from.
pub(super) fn until_source(forced: Want, source: UntilSource) -> &'static str {
    match (source, forced) {
        (UntilSource::Plan, Want::Run) => "다음에 예정된 중지 시각",
        (UntilSource::Plan, Want::Stop) => "다음에 예정된 시작 시각",
        (UntilSource::Plan, Want::Hold) => "계획이 바뀌는 시각",
        (UntilSource::Asked, Want::Run | Want::Stop | Want::Hold) => "요청하신 시각",
        (UntilSource::Limit, Want::Run) => "예정된 중지를 찾지 못해 정한 기한",
        (UntilSource::Limit, Want::Stop) => "예정된 시작을 찾지 못해 정한 기한",
        (UntilSource::Limit, Want::Hold) => "계획이 바뀌는 때를 찾지 못해 정한 기한",
    }
}

/// The lines about a rule that does not answer.
pub(super) fn hold_lines(now: Moment, held: &HoldView) -> Vec<String> {
    let rule = name(&held.rule);
    let silent = Particle::Subject.after(&rule).map_or_else(
        || format!("답하지 않는 규칙: '{rule}'"),
        |particle| format!("규칙 '{rule}'{particle} 답하지 않습니다"),
    );
    let mut lines = vec![
        "보류 중: 자동으로 시작하거나 중지하지 않고 지금 상태를 유지합니다.".to_owned(),
        format!("{silent}. 원인: {}", sentence(&held.cause)),
    ];
    if let Some(since) = held.since {
        lines.push(format!("보류 시작: {}", moment(now, since)));
    }
    lines
}

/// Lines under a schedule's name about what is wrong with it.
pub(super) fn faults(faults: &[String]) -> Vec<String> {
    faults.iter().map(|fault| sentence(fault)).collect()
}

/// Names as data, in a row.
pub(super) fn listed(list: &[String], more: fn(usize) -> String) -> String {
    let list: Vec<String> = list.iter().map(|entry| name(entry)).collect();
    names(&list, more)
}

/// The first names of `count` servers.
pub(super) fn some_servers(first: &[String], count: u32) -> String {
    let mut text = listed(first, more_servers);
    let left_out = usize::try_from(count)
        .unwrap_or_default()
        .saturating_sub(first.len());
    if left_out > 0 && !first.is_empty() {
        text.push_str(&format!(" {}", more_servers(left_out)));
    }
    text
}

/// `web-1 : 실행 중`, a line a server.
pub(super) fn servers(servers: &[ServerView]) -> Vec<String> {
    sorted(servers).into_iter().map(server::line).collect()
}
