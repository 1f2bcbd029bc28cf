//! What people are told unasked.

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use sha2::{Digest as _, Sha256};

use crate::model::{
    Notice, Schedule,
    reply::{Announcement, ServerNote, ServerView},
};

/// Bytes of a digest that a key has: no two events of all the years of a house meet by chance.
const KEY_BYTES: usize = 16;

/// Something to tell people.
#[derive(Debug, Clone, Copy)]
pub struct News<'a> {
    /// The schedule that it is about; none where it is about none in particular, as with a rule, data or the morning.
    pub schedule: Option<&'a Schedule>,
    /// What there is to tell.
    pub announcement: &'a Announcement,
    /// When it is told. Of several in one tick each is a microsecond after the one before.
    pub now: DateTime<Utc>,
    /// Since when it is news: the tick before the one that tells it. The same when that tick is made again after a crash.
    pub since: Option<DateTime<Utc>>,
}

impl News<'_> {
    /// The key of the notice for `target`: the same each time the same event is told, by whatever tick or host, and
    /// different for every other event.
    ///
    /// It is made of what the event is about and since when it is news. What only describes it, such as reasons and what
    /// comes next, may have changed when it is told again, and is left out.
    #[must_use]
    pub fn key(&self, target: &str) -> String {
        let mut parts = parts(self.announcement);
        if let Some(since) = self.since.filter(|_| !has_its_time(self.announcement)) {
            parts.push(since.to_rfc3339());
        }
        parts.push(target.to_owned());
        let mut digest = Sha256::new();
        for part in &parts {
            // A count on a 64-bit host and on a 32-bit one is encoded alike.
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        let digest = digest.finalize();
        digest
            .iter()
            .take(KEY_BYTES)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// Whether it says itself when it happens, so that it is one event whenever it is told.
fn has_its_time(announcement: &Announcement) -> bool {
    match announcement {
        Announcement::StopNear { .. }
        | Announcement::RuleUnreachable(_)
        | Announcement::Morning(_) => true,
        Announcement::DataStale(trouble) => trouble.fetched.is_some(),
        Announcement::Turned(_)
        | Announcement::Stuck { .. }
        | Announcement::Failed { .. }
        | Announcement::RestartedByProvider { .. }
        | Announcement::Held { .. }
        | Announcement::Resumed { .. }
        | Announcement::GroupOverdue { .. }
        | Announcement::RuleTaken(_)
        | Announcement::RuleRejected(_)
        | Announcement::RuleReachable { .. }
        | Announcement::DataFresh { .. } => false,
    }
}

/// What the event is about.
fn parts(announcement: &Announcement) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut add = |part: &str| parts.push(part.to_owned());
    match announcement {
        // Whoever is added to a wave by the tick that makes it again belongs to it.
        Announcement::Turned(wave) => {
            add("turned");
            add(&wave.schedule);
            add(wave.want.as_str());
        }
        Announcement::StopNear { schedule, at, .. } => {
            add("stop-near");
            add(schedule);
            add(&at.to_string());
        }
        Announcement::Stuck { schedule, servers } => {
            add("stuck");
            add(schedule);
            servers.iter().for_each(|server| add(&server.id));
        }
        Announcement::Failed { schedule, servers } => {
            add("failed");
            add(schedule);
            for server in servers {
                add(&server.id);
                add(code(server));
            }
        }
        Announcement::RestartedByProvider { schedule, servers } => {
            add("restarted-by-provider");
            add(schedule);
            servers.iter().for_each(|server| add(&server.id));
        }
        Announcement::Held { schedule, hold } => {
            add("held");
            add(schedule);
            add(&hold.rule);
        }
        Announcement::Resumed { schedule } => {
            add("resumed");
            add(schedule);
        }
        Announcement::GroupOverdue { schedule, groups } => {
            add("group-overdue");
            add(schedule);
            groups.iter().for_each(|group| add(group));
        }
        Announcement::RuleTaken(change) => {
            add("rule-taken");
            add(&change.rule);
            add(change.from.as_ref().map_or("", |from| &from.sha256));
            add(&change.to.sha256);
        }
        Announcement::RuleRejected(rejection) => {
            add("rule-rejected");
            add(&rejection.rule);
            add(rejection.version.as_deref().unwrap_or_default());
            // Of two that are refused one after the other often nothing else is known.
            add(&rejection.cause);
        }
        Announcement::RuleUnreachable(distance) => {
            add("rule-unreachable");
            add(&distance.rule);
            add(&distance.location);
            add(&distance.since.to_string());
        }
        Announcement::RuleReachable { rule } => {
            add("rule-reachable");
            add(rule);
        }
        Announcement::DataStale(trouble) => {
            add("data-stale");
            add(&trouble.data);
            // The copy that has become too old.
            let fetched = trouble.fetched.as_ref();
            add(&fetched.map(ToString::to_string).unwrap_or_default());
        }
        Announcement::DataFresh { data, .. } => {
            add("data-fresh");
            add(data);
        }
        Announcement::Morning(morning) => {
            add("morning");
            add(&morning.date.to_string());
        }
    }
    parts
}

fn code(server: &ServerView) -> &str {
    match &server.note {
        Some(ServerNote::Failed { code, .. }) => code,
        Some(
            ServerNote::Stuck(_)
            | ServerNote::WaitsFor(_)
            | ServerNote::Busy
            | ServerNote::Retained
            | ServerNote::LeftOut(_)
            | ServerNote::Kept { .. },
        )
        | None => "",
    }
}

/// Tells people.
#[async_trait]
pub trait Notifier: Send + Sync {
    /// How long before a stop those of `schedule` want to know of it, where the schedule itself does not say; none when
    /// they do not. Called once a tick for every schedule with servers that run.
    fn warning(&self, schedule: &Schedule) -> Option<Duration>;

    /// The messages that tell `news`, one for each target whom it concerns, each with [`News::key`] as its key. Called
    /// once for each change, never once a tick, before anything is written: whoever asks puts them into the store
    /// together with what they tell. It must not fail: what cannot be put into words is told plainly.
    fn notices(&self, news: &News<'_>) -> Vec<Notice>;

    /// `news` is in the store. For those who look on, such as a log; it is called again when a tick dies between the two.
    async fn announce(&self, news: &News<'_>);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{
            Minute, Moment, ServerKind, ServerState, Want,
            reply::{HoldView, RuleDistance, Wave},
        },
        testing::{date, utc},
    };

    fn wave(want: Want) -> Announcement {
        Announcement::Turned(Wave {
            schedule: "dev".to_owned(),
            want,
            count: 3,
            groups: Vec::new(),
            servers: Vec::new(),
            reason: "office-hours".to_owned(),
            next: None,
        })
    }

    fn stop_near(minute: u16) -> Announcement {
        Announcement::StopNear {
            schedule: "dev".to_owned(),
            at: Moment {
                date: date(2026, 11, 23),
                minute: Minute(minute),
            },
            minutes: 10,
        }
    }

    fn stuck(ids: &[&str]) -> Announcement {
        let server = |id: &&str| ServerView {
            name: "web".to_owned(),
            id: (*id).to_owned(),
            kind: ServerKind::Ec2,
            state: ServerState::Starting,
            native_state: "pending".to_owned(),
            note: None,
        };
        Announcement::Stuck {
            schedule: "dev".to_owned(),
            servers: ids.iter().map(server).collect(),
        }
    }

    fn key(announcement: &Announcement, since: &str) -> String {
        let news = News {
            schedule: None,
            announcement,
            now: utc("2026-11-23 09:00"),
            since: Some(utc(since)),
        };
        news.key("people")
    }

    #[test]
    fn an_event_has_one_key_whatever_is_said_of_it() {
        const LAST: &str = "2026-11-23 08:59";
        let told_later = Announcement::Turned(Wave {
            schedule: "dev".to_owned(),
            want: Want::Run,
            count: 4,
            groups: vec!["db".to_owned()],
            servers: vec!["web".to_owned()],
            reason: "another".to_owned(),
            next: None,
        });
        assert_eq!(key(&wave(Want::Run), LAST), key(&told_later, LAST));
        let held = |cause: &str| Announcement::Held {
            schedule: "dev".to_owned(),
            hold: HoldView {
                rule: "r".to_owned(),
                cause: cause.to_owned(),
                since: None,
            },
        };
        assert_eq!(key(&held("one"), LAST), key(&held("other"), LAST));
        assert_eq!(
            key(&stop_near(1080), LAST),
            key(&stop_near(1080), "2026-11-23 17:52")
        );
    }

    #[test]
    fn events_have_different_keys() {
        const LAST: &str = "2026-11-23 08:59";
        let keys = [
            key(&wave(Want::Run), LAST),
            key(&wave(Want::Stop), LAST),
            key(&wave(Want::Run), "2026-11-24 08:59"),
            key(&stop_near(1080), LAST),
            key(&stop_near(1140), LAST),
            key(&stuck(&["i-1"]), LAST),
            key(&stuck(&["i-1", "i-2"]), LAST),
            // No two lists of ids are one text.
            key(&stuck(&["i-1i-2"]), LAST),
        ];
        for (number, one) in keys.iter().enumerate() {
            assert_eq!(one.len(), 2 * KEY_BYTES);
            assert!(!keys[..number].contains(one), "{number}");
        }
    }

    #[test]
    fn a_place_that_is_out_of_reach_once_more_is_another_event() {
        const HOUR: &str = "2026-11-23 09:00";
        let unreachable = |minute: u16| {
            Announcement::RuleUnreachable(RuleDistance {
                rule: "r".to_owned(),
                location: "s3://bucket/r.wasm".to_owned(),
                cause: "it does not answer".to_owned(),
                since: Moment {
                    date: date(2026, 11, 23),
                    minute: Minute(minute),
                },
                kept: None,
                schedules: Vec::new(),
            })
        };
        assert_ne!(key(&unreachable(545), HOUR), key(&unreachable(555), HOUR));
        // Whoever tells it, and whenever.
        assert_eq!(
            key(&unreachable(545), HOUR),
            key(&unreachable(545), "2026-11-23 10:00")
        );
    }

    #[test]
    fn each_target_has_a_key_of_its_own() {
        let announcement = wave(Want::Run);
        let news = News {
            schedule: None,
            announcement: &announcement,
            now: utc("2026-11-23 09:00"),
            since: None,
        };
        assert_ne!(news.key("dev"), news.key("ops"));
    }
}
