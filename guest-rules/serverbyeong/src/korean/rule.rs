//! News of rules and of the data that they read.

use reveille_sdk::formatter::replies::{
    Context, DataTrouble, RuleChange, RuleDistance, RuleRejection, RuleVersion, StaleData,
};

use super::words;
use crate::{
    message::{Colour, Draft},
    reason::passed_over,
    text::{name, sentence},
    version,
    when::Length,
};

/// A new version of a rule is in use.
pub(super) fn taken(change: &RuleChange) -> Draft {
    let rule = name(&change.rule);
    let (to, from) = version::told_apart(&change.to, change.from.as_ref());
    let mut draft = Draft::new(
        Colour::Ok,
        match from {
            Some(from) => format!("규칙 '{rule}'의 새 버전을 씁니다: {to} (이전 {from})"),
            None => format!("새 규칙을 씁니다: '{rule}' {to}"),
        },
    );
    if let Some(by) = &change.by {
        draft.line(format!("요청: {}", name(by)));
    }
    schedules(&mut draft, &change.schedules);
    draft
}

/// A version of a rule was not taken.
pub(super) fn rejected(rejection: &RuleRejection) -> Draft {
    if let Some(cause) = passed_over(rejection) {
        return without(rejection, cause);
    }
    let rule = name(&rejection.rule);
    let mut draft = Draft::new(
        Colour::Warning,
        match &rejection.version {
            Some(version) => format!("규칙 '{rule}'의 새 버전을 쓰지 않습니다: {}", name(version)),
            None => format!("규칙 '{rule}'의 새 버전을 쓰지 않습니다."),
        },
    );
    draft.line(format!("원인: {}", sentence(&rejection.cause)));
    kept(&mut draft, rejection.kept.as_ref());
    schedules(&mut draft, &rejection.schedules);
    draft
}

/// A rule is passed over by schedules that go on without it.
fn without(rejection: &RuleRejection, cause: &str) -> Draft {
    let version = rejection.version.as_deref().map(name).unwrap_or_default();
    let mut draft = Draft::new(
        Colour::Warning,
        format!(
            "계속 실패하는 규칙을 건너뜁니다: '{}' {version}",
            name(&rejection.rule)
        ),
    );
    draft.line(format!("원인: {}", sentence(cause)));
    draft.line("다음 스케줄은 보류하지 않고 이 규칙 없이 시간표를 따릅니다.");
    schedules(&mut draft, &rejection.schedules);
    draft
}

/// The place of a rule is not reached.
pub(super) fn unreachable(context: &Context, distance: &RuleDistance) -> Draft {
    let mut draft = Draft::new(
        Colour::Warning,
        format!(
            "규칙 '{}'의 새 버전이 있는지 확인하지 못하고 있습니다: {}부터",
            name(&distance.rule),
            words::moment(context.now, distance.since)
        ),
    );
    draft.line(format!(
        "가져오는 곳: {} · 원인: {}",
        sentence(&distance.location),
        sentence(&distance.cause)
    ));
    kept(&mut draft, distance.kept.as_ref());
    schedules(&mut draft, &distance.schedules);
    draft
}

/// The place of a rule is reached again.
pub(super) fn reachable(rule: &str) -> Draft {
    Draft::new(
        Colour::Ok,
        format!(
            "규칙 '{}'의 새 버전이 있는지 다시 확인하고 있습니다.",
            name(rule)
        ),
    )
}

/// Data is too old.
pub(super) fn data_stale(context: &Context, trouble: &DataTrouble) -> Draft {
    let now = context.now;
    let data = name(&trouble.data);
    let mut draft = Draft::new(
        Colour::Warning,
        match trouble.fetched {
            Some(fetched) => {
                let age = Length::between(fetched, now)
                    .map_or_else(String::new, |age| format!(" ({} 전)", words::length(age)));
                format!(
                    "데이터가 오래되었습니다: '{data}', 마지막으로 받은 때 {}{age}",
                    words::moment(now, fetched)
                )
            }
            None => format!("데이터를 아직 받지 못했습니다: '{data}'"),
        },
    );
    if let Some(most) = trouble.max_age_minutes {
        draft.line(format!("허용 기간: {}", words::length(Length::of(most))));
    }
    draft.line(format!("원인: {}", sentence(&trouble.cause)));
    draft.line(match trouble.instead {
        StaleData::LastCopy => "규칙에는 마지막으로 받은 내용을 계속 넘깁니다.",
        StaleData::Nothing => {
            "규칙에 넘길 내용이 없습니다. 이 데이터 없이 답할 수 없는 규칙의 스케줄은 보류합니다."
        }
    });
    if !trouble.rules.is_empty() {
        draft.line(format!(
            "이 데이터를 읽는 규칙: {}",
            words::listed(&trouble.rules, words::more_things)
        ));
    }
    schedules(&mut draft, &trouble.schedules);
    draft
}

/// Data is new again.
pub(super) fn data_fresh(data: &str, used_by: &[String]) -> Draft {
    let mut draft = Draft::new(
        Colour::Ok,
        format!("데이터를 다시 제때 받고 있습니다: '{}'", name(data)),
    );
    schedules(&mut draft, used_by);
    draft
}

fn kept(draft: &mut Draft, kept: Option<&RuleVersion>) {
    draft.line(match kept {
        Some(kept) => format!("지금 버전을 계속 씁니다: {}", name(&kept.version)),
        None => "쓸 수 있는 버전이 없습니다. 이 규칙을 쓰는 스케줄은 보류합니다.".to_owned(),
    });
}

fn schedules(draft: &mut Draft, schedules: &[String]) {
    if !schedules.is_empty() {
        draft.line(format!(
            "관련 스케줄: {}",
            words::listed(schedules, words::more_things)
        ));
    }
}
