//! Why the servers are as they are: who painted what, who ordered what, what was done.

use reveille_sdk::formatter::replies::{Context, Layer, PastAction, WhyView};

use super::words;
use crate::{
    message::{Colour, Draft},
    text::{name, sentence},
    when,
};

/// `<schedule> why`.
pub(super) fn why(context: &Context, view: &WhyView) -> Draft {
    let now = context.now;
    let calm = view.forced.is_none() && view.held.is_none() && view.differing.is_empty();
    let colour = if calm { Colour::Ok } else { Colour::Warning };
    let mut draft = Draft::new(
        colour,
        format!(
            "{} 스케줄, 지금 목표: {}",
            name(&view.schedule),
            view.want.map_or("알 수 없음", words::want)
        ),
    );
    draft.line(words::counts(&view.counts));
    if let Some(want) = view.override_status {
        draft.line(format!(
            "고정: 시간표와 관계없이 늘 {} (override_status)",
            words::want(want)
        ));
    }
    if let Some(forced) = &view.forced {
        draft.line(words::force_line(now, forced));
    }
    if let Some(held) = &view.held {
        draft.lines(words::hold_lines(now, held));
    }
    draft.line(words::next_line(now, view.next.as_ref()));
    draft.block_of_any(
        "규칙별 판단 (아래 규칙이 위 규칙을 덮습니다)",
        &view.layers.iter().map(layer).collect::<Vec<_>>(),
        words::more_lines,
    );
    draft.block_of_any(
        "예외",
        &words::exceptions(now.date, &view.exceptions),
        words::more_things,
    );
    draft.block_of_any(
        "목표와 다른 서버",
        &words::servers(&view.differing),
        words::more_servers,
    );
    let actions: Vec<String> = view
        .actions
        .iter()
        .map(|action| past(context, &view.schedule, action))
        .collect();
    draft.block_of_any("최근 작업 (최신순)", &actions, words::more_things);
    draft
}

/// `kr-holidays: 중지 00:00–24:00 (추석) · 덮임`
fn layer(layer: &Layer) -> String {
    let covered = if layer.covered { " · 덮임" } else { "" };
    let version = layer
        .version
        .as_ref()
        .map_or_else(String::new, |version| format!(" {}", name(version)));
    format!(
        "{}{version}: {} {}–{}{}{covered}",
        name(&layer.rule),
        words::want(layer.want),
        when::clock(layer.begin),
        when::clock(layer.end),
        words::because(&layer.reason)
    )
}

/// `오늘(11/22 일) 09:30 시작 36대: web-1, web-2 외 34대 · 스케줄 · office-hours 시간대`
fn past(context: &Context, schedule: &str, past: &PastAction) -> String {
    let mut text = format!(
        "{} {}",
        words::moment(context.now, past.at),
        action(&past.action)
    );
    if past.count > 0 {
        text.push_str(&format!(" {}대", past.count));
    }
    if !past.servers.is_empty() {
        text.push_str(&format!(
            ": {}",
            words::some_servers(&past.servers, past.count)
        ));
    }
    if past.by == schedule {
        text.push_str(" · 스케줄");
    } else if !past.by.is_empty() {
        text.push_str(&format!(" · {}", name(&past.by)));
    }
    if let Some(reason) = words::decided(&past.reason) {
        text.push_str(&format!(" · {reason}"));
    }
    if let Some(error) = &past.error {
        text.push_str(&match refusal(error) {
            Some(why) => format!(" · 거절: {why}"),
            None => format!(" · 실패: {}", sentence(error)),
        });
    }
    text
}

/// What was done, in the words of the commands.
fn action(action: &str) -> String {
    match action {
        "start" => "시작",
        "stop" => "중지",
        "resize" => "유형 변경",
        "force_start" => "강제 시작",
        "force_stop" => "강제 중지",
        "cancel" => "강제 해제",
        "extend" => "연장",
        "exception set" => "예외 설정",
        "exception del" => "예외 삭제",
        "holiday add" => "휴일 추가",
        "holiday work" => "휴일 근무",
        "holiday del" => "휴일 삭제",
        "rule add" => "규칙 추가",
        "rule pin" => "규칙 고정",
        "rule unpin" => "규칙 고정 해제",
        "rule rollback" => "규칙 되돌림",
        "rule remove" => "규칙 제거",
        other => return name(other),
    }
    .to_owned()
}

/// The words for a refusal, of which the audit has the contract's name.
fn refusal(code: &str) -> Option<&'static str> {
    Some(match code {
        "not-understood" => "알아듣지 못함",
        "unknown-schedule" => "없는 스케줄",
        "schedule-needed" => "스케줄을 말하지 않음",
        "ambiguous-schedule" => "스케줄이 여럿",
        "impossible-date" => "없는 날짜",
        "unclear-date" => "날짜가 분명하지 않음",
        "unclear-time" => "시각이 분명하지 않음",
        "ambiguous-time" => "오전인지 오후인지 분명하지 않음",
        "unclear-duration" => "시간의 길이가 분명하지 않음",
        "too-long" => "너무 긴 시간",
        "past-date" => "지난 날짜",
        "past-time" => "지난 시각",
        "contradiction" => "그날의 시간표와 맞지 않음",
        "incomplete" => "명령에 빠진 것이 있음",
        "nothing-to-extend" => "연장할 실행이 없음",
        "not-allowed" => "권한 없음",
        "set-aside" => "정의에 오류가 있는 스케줄",
        "text-too-long" => "너무 긴 문장",
        "no-such-holiday" => "달력에 없는 휴일",
        "too-many-days" => "한 번에 바꾸기에 너무 많은 날",
        "name-too-long" => "너무 긴 이름",
        "calendar-full" => "달력이 가득 참",
        "calendar-unreadable" => "읽을 수 없는 달력",
        "failed" => "내부 오류",
        _ => return None,
    })
}
