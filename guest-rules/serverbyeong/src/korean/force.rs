//! Orders that stand above the plan: given, ended, extended.

use reveille_sdk::{
    formatter::replies::{CancelledView, Context, ExtendedView, ForcedView, Topic, UntilSource},
    types::Want,
};

use super::{command, particle::Particle, words};
use crate::{
    message::{Colour, Draft, sequence},
    text::{name, sentence},
    when::{Length, carried},
};

/// `<schedule> force_start` or `force_stop` was accepted.
pub(super) fn forced(context: &Context, view: &ForcedView) -> Draft {
    let now = context.now;
    let forced = &view.forced;
    // An order that no turn of the plan ends is the one that is forgotten.
    let nobody = view.to_change == 0 && view.already == 0;
    let colour = match view.until_source {
        UntilSource::Plan | UntilSource::Asked if !nobody => Colour::Ok,
        UntilSource::Plan | UntilSource::Asked | UntilSource::Limit => Colour::Warning,
    };
    let mut draft = Draft::new(
        colour,
        format!(
            "{} 스케줄, {}: {}",
            name(&view.schedule),
            words::order(forced.want),
            extent(view)
        ),
    );
    draft.line(format!(
        "기한: {}까지 ({})",
        words::moment(now, forced.until),
        words::until_source(forced.want, view.until_source)
    ));
    if let Some(reason) = &forced.reason {
        draft.line(format!("사유: {}", sentence(reason)));
    }
    if view.to_change > 0 && view.groups.len() > 1 {
        draft.line(format!("순서: {}", in_order(&view.groups)));
    }
    if let Some(replaced) = &view.replaced {
        draft.line(format!(
            "바꾸기 전: {}, {}",
            words::order(replaced.want),
            words::force_facts(now, replaced)
        ));
    }
    draft.line(format!(
        "되돌리려면: {}",
        command::typed(context, Topic::Cancel, Some(&view.schedule))
    ));
    draft
}

/// How much there is to do: `36대를 시작합니다.`
fn extent(view: &ForcedView) -> String {
    let (change, already) = (view.to_change, view.already);
    if change == 0 && already == 0 {
        // There are none, or the fleet does not answer: the order is kept in both cases.
        return "지금 보이는 대상 서버가 없습니다. 지시는 그대로 유효합니다.".to_owned();
    }
    let (there, verb) = match view.forced.want {
        Want::Run => ("실행 중", "시작"),
        Want::Stop => ("중지된 상태", "중지"),
        Want::Hold => return "지금 상태를 유지합니다.".to_owned(),
    };
    if change == 0 {
        return format!("이미 모두 {there}입니다. ({already}대)");
    }
    let in_groups = match view.groups.len() {
        0 | 1 => String::new(),
        groups => format!("{groups}개 그룹의 "),
    };
    let how = if in_groups.is_empty() {
        ""
    } else {
        "차례로 "
    };
    let rest = if already == 0 {
        String::new()
    } else {
        format!(" {already}대는 이미 {there}입니다.")
    };
    format!("{in_groups}서버 {change}대를 {how}{verb}합니다.{rest}")
}

fn in_order(groups: &[String]) -> String {
    let groups: Vec<String> = groups.iter().map(|group| name(group)).collect();
    sequence(&groups, words::more_things)
}

/// `<schedule> cancel` was done, or there was nothing to cancel.
pub(super) fn cancelled(context: &Context, view: &CancelledView) -> Draft {
    let now = context.now;
    let schedule = name(&view.schedule);
    let mut draft = match &view.cancelled {
        Some(forced) => {
            let order = words::order(forced.want);
            let object = Particle::Object.after(order).unwrap_or_default();
            let mut draft = Draft::new(
                Colour::Ok,
                format!("{schedule} 스케줄, {order}{object} 해제했습니다. 이제 시간표를 따릅니다."),
            );
            draft.line(format!("해제한 지시: {}", words::force_facts(now, forced)));
            draft
        }
        None => Draft::new(
            Colour::Warning,
            format!(
                "{schedule} 스케줄, 해제할 강제 시작이나 강제 중지가 없습니다. 바뀐 것은 없습니다."
            ),
        ),
    };
    draft.line(format!(
        "지금 계획: {}",
        view.want.map_or("알 수 없음", words::want)
    ));
    draft.line(words::next_line(now, view.next.as_ref()));
    draft
}

/// `<schedule> extend …` was done.
pub(super) fn extended(context: &Context, view: &ExtendedView) -> Draft {
    let now = context.now;
    let what = if view.forced {
        "강제 시작의 기한을"
    } else {
        "중지 시각을"
    };
    let by = Length::between(carried(view.from), carried(view.to))
        .map_or_else(String::new, |by| format!(" ({} 연장)", words::length(by)));
    let mut draft = Draft::new(
        Colour::Ok,
        format!(
            "{} 스케줄, {what} 늦췄습니다: {} → {}{by}",
            name(&view.schedule),
            words::moment(now, view.from),
            words::moment(now, view.to)
        ),
    );
    draft.line(format!(
        "다음 중지: {} ({})",
        words::moment(now, view.to),
        words::time_until(now, view.to)
    ));
    draft
}
