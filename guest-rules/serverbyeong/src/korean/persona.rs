//! The character: what 서버병 says before and after the facts.
//!
//! `light` opens, `full` also closes, and the soldier's ending comes once, in a closing, and only where nothing has
//! been changed. Stops by order, deletions of nothing, warnings and refusals have no phrases.

use reveille_sdk::{
    formatter::replies::{Announcement, Persona, Reply},
    types::{Turn, Want},
};

use crate::{message::Phrases, servers::makes_working_days};

/// The phrases around `reply`.
pub(super) fn phrases(persona: Persona, reply: &Reply) -> Phrases {
    let (opening, closing) = spoken(reply);
    match persona {
        Persona::Off => Phrases::default(),
        Persona::Light => Phrases {
            opening,
            closing: None,
        },
        Persona::Full => Phrases { opening, closing },
    }
}

fn spoken(reply: &Reply) -> (Option<&'static str>, Option<&'static str>) {
    match reply {
        Reply::Help(_) => (
            Some("충성! 서버병입니다."),
            Some("부르시면 언제든 달려오지 말입니다."),
        ),
        Reply::Schedules(_) => (
            Some("근무 명단입니다."),
            Some("명단은 늘 품에 지니고 있지 말입니다."),
        ),
        Reply::Status(_) => (
            Some("점호 결과입니다."),
            Some("눈 크게 뜨고 보초 서고 있지 말입니다."),
        ),
        Reply::Info(_) => (
            Some("일과표를 펼쳤습니다."),
            Some("일과표는 달달 외우고 있지 말입니다."),
        ),
        Reply::Exceptions(_) => (
            Some("예외 장부를 펼쳤습니다."),
            Some("장부는 또박또박 적고 있지 말입니다."),
        ),
        // What leaves servers on is as serious as what turns them off.
        Reply::ExceptionSet(view) if view.set.action == Turn::Stop && view.set.at.is_none() => {
            (None, None)
        }
        Reply::ExceptionSet(_) => (Some("예외 장부에 적었습니다."), Some("서버병 올림.")),
        Reply::ExceptionDeleted(_) => (Some("예외 장부를 고쳤습니다."), Some("서버병 올림.")),
        Reply::Forced(view) => match view.forced.want {
            Want::Run if view.to_change == 0 => (None, None),
            Want::Run => (Some("기상 나팔 불었습니다."), Some("서버병 올림.")),
            Want::Stop | Want::Hold => (None, None),
        },
        Reply::Cancelled(_) => (Some("평소 일과로 돌아갑니다."), Some("서버병 올림.")),
        Reply::Extended(_) => (Some("야간 근무 준비를 마쳤습니다."), Some("서버병 올림.")),
        Reply::Why(_) => (
            Some("근무 일지를 펼쳤습니다."),
            Some("일지는 하루도 거르지 않지 말입니다."),
        ),
        Reply::Holidays(_) => (
            Some("휴무표를 펼쳤습니다."),
            Some("쉬는 날은 절대 안 잊지 말입니다."),
        ),
        // A day that is worked on after all starts servers.
        Reply::HolidayAdded(view) if makes_working_days(view) => (None, None),
        Reply::HolidayAdded(_) => (Some("휴무표에 적었습니다."), Some("서버병 올림.")),
        Reply::HolidayDeleted(_) => (Some("휴무표를 고쳤습니다."), Some("서버병 올림.")),
        Reply::Refused(_) => (None, None),
        Reply::Announced(announcement) => match announcement {
            Announcement::Turned(wave) => match wave.want {
                Want::Run => (Some("기상 시간입니다."), Some("서버병 올림.")),
                Want::Stop => (Some("소등 시간입니다."), Some("서버병 올림.")),
                Want::Hold => (None, None),
            },
            Announcement::Morning(_) => (Some("아침 점호 보고입니다."), Some("서버병 올림.")),
            Announcement::Resumed(_) => (Some("다시 근무 시작합니다."), Some("서버병 올림.")),
            Announcement::StopNear(_)
            | Announcement::Stuck(_)
            | Announcement::Failed(_)
            | Announcement::RestartedByProvider(_)
            | Announcement::Held(_)
            | Announcement::GroupOverdue(_)
            | Announcement::RuleTaken(_)
            | Announcement::RuleRejected(_)
            | Announcement::RuleUnreachable(_)
            | Announcement::RuleReachable(_)
            | Announcement::DataStale(_)
            | Announcement::DataFresh(_) => (None, None),
        },
    }
}
