//! How the servers are: of one schedule, and of all of them at a glance.

use reveille_sdk::formatter::replies::{Context, GroupView, ScheduleLine, StatusView};

use super::words;
use crate::{
    message::{Colour, Draft},
    servers::{self, counted, is_left_out},
    text::name,
};

/// `<schedule> status`.
pub(super) fn status(context: &Context, view: &StatusView) -> Draft {
    let now = context.now;
    let mut draft = Draft::new(
        servers::colour(view),
        format!(
            "{} 스케줄, {}",
            name(&view.schedule),
            words::counts(&view.counts)
        ),
    );
    if let Some(forced) = &view.forced {
        draft.line(words::force_line(now, forced));
    }
    if let Some(held) = &view.held {
        draft.lines(words::hold_lines(now, held));
    }
    draft.line(words::next_line(now, view.next.as_ref()));
    if let Some(seen) = view.seen {
        draft.line(format!(
            "지금 상태를 확인하지 못해 {} 기준으로 알려 드립니다.",
            words::moment(now, seen)
        ));
    }
    for group in &view.groups {
        let only = view.groups.len() == 1;
        draft.block(
            title(group, only),
            &words::servers(&group.servers),
            words::more_servers,
        );
    }
    draft.block_of_any(
        "설정 문제",
        &words::faults(&view.faults),
        words::more_things,
    );
    draft
}

fn title(group: &GroupView, only: bool) -> String {
    let label = match &group.name {
        Some(group) => name(group),
        None if only => "서버".to_owned(),
        None => "그룹 없는 서버".to_owned(),
    };
    let counts = counted(&group.servers);
    let left_out = match group.servers.iter().filter(|one| is_left_out(one)).count() {
        0 => String::new(),
        left_out => format!(", 제외 {left_out}"),
    };
    if counts.total == 0 {
        return format!("{label} (서버 없음{left_out})");
    }
    format!(
        "{label} ({}대: {}{left_out})",
        counts.total,
        words::shares(&counts)
    )
}

/// The list of schedules.
pub(super) fn schedules(context: &Context, lines: &[ScheduleLine]) -> Draft {
    if lines.is_empty() {
        return Draft::new(Colour::Warning, "볼 수 있는 스케줄이 없습니다.");
    }
    let troubled = lines
        .iter()
        .any(|line| !line.faults.is_empty() || line.want.is_none());
    let colour = if troubled {
        Colour::Warning
    } else {
        Colour::Ok
    };
    let mut draft = Draft::new(colour, format!("스케줄은 모두 {}개입니다.", lines.len()));
    draft.lines(lines.iter().map(|line| schedule(context, line)));
    draft
}

/// `개발 : 실행 · 총 36대: 실행 30, 중지 6 · 다음 오늘(11/22 일) 22:00 중지`
fn schedule(context: &Context, line: &ScheduleLine) -> String {
    let want = line.want.map_or("계획 없음", words::want);
    let mut text = format!(
        "{} : {want} · {}",
        name(&line.name),
        words::counts_or_none(&line.counts)
    );
    if let Some(forced) = &line.forced {
        text.push_str(&format!(
            " · {} 중({}까지)",
            words::order(forced.want),
            words::moment_in(context, &line.timezone, forced.until)
        ));
    }
    if let Some(next) = &line.next {
        text.push_str(&format!(
            " · 다음 {} {}",
            words::moment_in(context, &line.timezone, next.at),
            words::turn_to(next.want)
        ));
    }
    if !line.faults.is_empty() {
        let faults = words::faults(&line.faults);
        text.push_str(" · 설정 문제: ");
        text.push_str(&crate::message::names(&faults, words::more_things));
    }
    text
}
