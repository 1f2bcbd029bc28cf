//! One server in a line: its name, how it is, and what people should know about it.

use reveille_sdk::{
    formatter::replies::{ServerNote, ServerView},
    types::ServerState,
};

use super::words::{listed, more_things};
use crate::text::{name, sentence};

/// `web-1 : 중지됨 · 대기(DB)`
pub(super) fn line(server: &ServerView) -> String {
    let mut line = format!("{} : {}", name(&server.name), state(server));
    if let Some(note) = &server.note {
        line.push_str(" · ");
        line.push_str(&self::note(note));
    }
    line
}

fn state(server: &ServerView) -> String {
    let native = server.native_state.as_str();
    match server.state {
        ServerState::Running => "실행 중".to_owned(),
        ServerState::Stopped => "중지됨".to_owned(),
        ServerState::Starting => "시작하는 중".to_owned(),
        ServerState::Stopping => "중지하는 중".to_owned(),
        ServerState::Busy => known_or("작업 중", busy(native), native),
        ServerState::Problem => known_or("이상", problem(native), native),
    }
}

/// The word for the provider's state, or the general one with that state beside it.
fn known_or(general: &str, known: Option<&str>, native: &str) -> String {
    match known {
        Some(known) => known.to_owned(),
        None => format!("{general}({})", name(native)),
    }
}

/// States in which RDS runs and cannot be stopped.
fn busy(native: &str) -> Option<&'static str> {
    Some(match native {
        "backing-up" => "백업 중",
        "modifying" => "변경 중",
        "maintenance" => "점검 중",
        "upgrading" => "업그레이드 중",
        "rebooting" => "재부팅 중",
        "storage-optimization" => "저장소 최적화 중",
        "" => "작업 중",
        other if other.starts_with("configuring-") => "설정 중",
        _ => return None,
    })
}

/// States in which somebody has to look.
fn problem(native: &str) -> Option<&'static str> {
    Some(match native {
        "storage-full" => "저장 공간 부족",
        "failed" => "장애",
        "shutting-down" => "삭제 중",
        "terminated" => "삭제됨",
        "not-found" => "대상 없음",
        "" | "unknown" => "확인 불가",
        other if other.starts_with("inaccessible-") => "접근 불가",
        other if other.starts_with("incompatible-") => "설정 오류",
        _ => return None,
    })
}

fn note(note: &ServerNote) -> String {
    match note {
        ServerNote::Stuck(None) => "지연".to_owned(),
        ServerNote::Stuck(Some(reason)) => format!("지연: {}", sentence(reason)),
        ServerNote::Failed((code, message)) => {
            format!("실패({}): {}", name(code), sentence(message))
        }
        ServerNote::WaitsFor(groups) => format!("대기({})", listed(groups, more_things)),
        ServerNote::Busy => "작업이 끝나면 다시 시도".to_owned(),
        ServerNote::Retained => "손으로 켠 서버, 계속 실행".to_owned(),
        ServerNote::Kept((Some(rule), reason)) => {
            format!(
                "규칙 '{}'의 판단으로 그대로 둠: {}",
                name(rule),
                sentence(reason)
            )
        }
        ServerNote::Kept((None, reason)) => format!("그대로 둠: {}", sentence(reason)),
        ServerNote::LeftOut(reason) => format!("스케줄 제외({})", left_out(reason)),
    }
}

fn left_out(reason: &str) -> String {
    match reason {
        "read-replica" => "읽기 전용 복제본".to_owned(),
        "replicated" => "읽기 전용 복제본이 있음".to_owned(),
        "cluster-member" => "클러스터 구성원".to_owned(),
        "auto-scaling" => "Auto Scaling 구성원".to_owned(),
        other => name(other),
    }
}
