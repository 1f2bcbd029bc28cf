//! What is said unasked. Each message stands alone: it names what it is about and says what comes next.

use reveille_sdk::{
    formatter::replies::{Announcement, Context, ServerView, Wave},
    types::Want,
};

use super::{command, morning, rule, words};
use crate::{
    message::{Colour, Draft},
    text::name,
};

/// Something that happened, or is about to.
pub(super) fn announced(context: &Context, announcement: &Announcement) -> Draft {
    let now = context.now;
    match announcement {
        Announcement::Turned(wave) => turned(context, wave),
        Announcement::StopNear((schedule, at, minutes)) => {
            let mut draft = Draft::new(
                Colour::Warning,
                format!(
                    "{} 스케줄, {minutes}분 뒤 서버를 중지합니다: {}",
                    name(schedule),
                    words::moment(now, *at)
                ),
            );
            draft.line(format!(
                "더 쓰시려면: {}",
                command::an_hour_more(context, schedule)
            ));
            draft
        }
        Announcement::Stuck((schedule, servers)) => about_servers(
            format!(
                "{} 스케줄, 서버 {}대가 제시간에 시작되거나 중지되지 않았습니다. 간격을 두고 다시 시도합니다.",
                name(schedule),
                servers.len()
            ),
            servers,
        ),
        Announcement::Failed((schedule, servers)) => about_servers(
            format!(
                "{} 스케줄, 서버 {}대를 시작하거나 중지하지 못했습니다. 간격을 두고 다시 시도합니다.",
                name(schedule),
                servers.len()
            ),
            servers,
        ),
        Announcement::RestartedByProvider((schedule, servers)) => about_servers(
            format!(
                "{} 스케줄, AWS가 자동으로 켠 서버 {}대를 다시 중지합니다. RDS는 중지된 지 7일이 지나면 자동으로 켜집니다.",
                name(schedule),
                servers.len()
            ),
            servers,
        ),
        Announcement::Held((schedule, held)) => {
            let mut draft = Draft::new(
                Colour::Warning,
                format!("{} 스케줄을 보류합니다.", name(schedule)),
            );
            draft.lines(words::hold_lines(now, held));
            draft
        }
        Announcement::Resumed(schedule) => Draft::new(
            Colour::Ok,
            format!(
                "{} 스케줄, 규칙이 다시 답합니다. 보류를 풀고 시간표를 따릅니다.",
                name(schedule)
            ),
        ),
        Announcement::GroupOverdue((schedule, groups)) => Draft::new(
            Colour::Warning,
            format!(
                "{} 스케줄, 제시간에 준비되지 않은 그룹: {}",
                name(schedule),
                words::listed(groups, words::more_things)
            ),
        ),
        Announcement::RuleTaken(change) => rule::taken(change),
        Announcement::RuleRejected(rejection) => rule::rejected(rejection),
        Announcement::RuleUnreachable(distance) => rule::unreachable(context, distance),
        Announcement::RuleReachable(rule) => rule::reachable(rule),
        Announcement::DataStale(trouble) => rule::data_stale(context, trouble),
        Announcement::DataFresh((data, schedules)) => rule::data_fresh(data, schedules),
        Announcement::Morning(view) => morning::morning(context, view),
    }
}

/// Servers were started or stopped.
fn turned(context: &Context, wave: &Wave) -> Draft {
    let now = context.now;
    let done = match wave.want {
        Want::Run => "시작합니다",
        Want::Stop => "중지합니다",
        Want::Hold => "그대로 둡니다",
    };
    let mut draft = Draft::new(
        Colour::Ok,
        format!(
            "{} 스케줄, 서버 {}대를 {done}.",
            name(&wave.schedule),
            wave.count
        ),
    );
    if !wave.groups.is_empty() {
        draft.line(format!(
            "그룹: {}",
            words::listed(&wave.groups, words::more_things)
        ));
    }
    if !wave.servers.is_empty() {
        draft.line(format!(
            "서버: {}",
            words::some_servers(&wave.servers, wave.count)
        ));
    }
    if let Some(reason) = words::decided(&wave.reason) {
        draft.line(format!("사유: {reason}"));
    }
    draft.line(words::next_line(now, wave.next.as_ref()));
    draft
}

fn about_servers(line: String, servers: &[ServerView]) -> Draft {
    let mut draft = Draft::new(Colour::Warning, line);
    draft.block_of_any("서버", &words::servers(servers), words::more_servers);
    draft
}
