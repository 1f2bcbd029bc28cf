//! What the day brings, a line a schedule.

use reveille_sdk::{
    formatter::replies::{Context, MorningLine, MorningView},
    types::Date,
};

use super::words;
use crate::{
    message::{Colour, Draft, names},
    text::{name, sentence},
    when,
};

/// The message of the morning.
pub(super) fn morning(context: &Context, view: &MorningView) -> Draft {
    let date = words::date(context.now.date, view.date);
    if view.schedules.is_empty() {
        return Draft::new(Colour::Ok, format!("{date}, 알려 드릴 스케줄이 없습니다."));
    }
    let troubled =
        |line: &MorningLine| line.held.is_some() || line.want.is_none() || !line.faults.is_empty();
    let colour = if view.schedules.iter().any(troubled) {
        Colour::Warning
    } else {
        Colour::Ok
    };
    let mut draft = Draft::new(
        colour,
        format!("{date}, 스케줄 {}개의 하루입니다.", view.schedules.len()),
    );
    draft.lines(
        view.schedules
            .iter()
            .map(|line| schedule(context, view.date, line)),
    );
    draft
}

/// `개발 : 09:30 시작, 22:00 중지 · 총 36대: 실행 0, 중지 36`
fn schedule(context: &Context, today: Date, line: &MorningLine) -> String {
    let turns: Vec<String> = line
        .turns
        .iter()
        .map(|turn| {
            let at = when::carried(turn.at);
            let clock = when::clock(at.minute);
            let at = if at.date == today {
                clock
            } else {
                format!("{} {clock}", words::full_date(at.date))
            };
            format!("{at} {}", words::turn_to(turn.want))
        })
        .collect();
    let day = match (line.want, turns.as_slice()) {
        (None, _) => "계획 없음".to_owned(),
        (Some(want), []) => format!("종일 {}", words::want(want)),
        (Some(_), turns) => format!(
            "{}{}",
            names(turns, words::more_things),
            words::zone(context, &line.timezone)
        ),
    };
    let mut text = format!("{} : {day}", name(&line.schedule));
    text.push_str(&format!(" · {}", words::counts_or_none(&line.counts)));
    if !line.notes.is_empty() {
        let notes: Vec<String> = line.notes.iter().map(|note| sentence(note)).collect();
        text.push_str(&format!(" · 비고: {}", names(&notes, words::more_things)));
    }
    if !line.exceptions.is_empty() {
        let changes: Vec<String> = line.exceptions.iter().map(words::change).collect();
        text.push_str(&format!(" · 예외: {}", names(&changes, words::more_things)));
    }
    if let Some(forced) = &line.forced {
        text.push_str(&format!(
            " · {} 중({}까지)",
            words::order(forced.want),
            words::moment_in(context, &line.timezone, forced.until)
        ));
    }
    if let Some(held) = &line.held {
        text.push_str(&format!(" · 보류 중(규칙 '{}')", name(&held.rule)));
    }
    if !line.faults.is_empty() {
        text.push_str(" · 설정 문제: ");
        text.push_str(&names(&words::faults(&line.faults), words::more_things));
    }
    text
}
