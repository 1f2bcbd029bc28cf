#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use reveille_core::{
    chat::{Chat, Manners},
    model::{
        Force, Minute, Notice, NoticeStanding, RuleFailure, Want, local_moment,
        reply::{Announcement, Context, Message, Persona, Reply, RuleChange, RuleVersion},
    },
    port::{Change, Formatter, News, Notifier as _, Store as _},
    testing::{MemoryFleet, MemoryStore, PaintedRules, definitions, schedule, utc},
};
use tokio::sync::{Notify, watch};

use super::{Courier, Event, Log, NoticeFigures, Post, Posted, Teller};
use crate::{
    config::{Config, Secret, SecretPlace, SecretText, Target},
    secrets::Secrets,
};

/// A Monday, in the house's zone 10:00.
const NOW: &str = "2026-11-23 01:00";

fn target(name: &str) -> Target {
    Target {
        name: name.to_owned(),
        url: Secret {
            key: "jandi.targets.url".to_owned(),
            place: SecretPlace::Configuration(SecretText::new(name).unwrap()),
        },
        schedules: None,
        events: BTreeSet::from(Event::ALL),
        quiet: "22:00-08:00".parse().unwrap(),
        morning: None,
        warn_minutes: 10,
    }
}

/// Says what it is told as Rust would print it.
struct Debugged;

impl Formatter for Debugged {
    fn format(&self, context: &Context, reply: &Reply) -> Result<Message, RuleFailure> {
        Ok(Message {
            body: format!("{} {reply:?}", context.keyword),
            connect_color: "#000000".to_owned(),
            connect_info: Vec::new(),
        })
    }
}

/// A messenger that does to each message what it is told, and then takes all. URLs are the names of targets.
#[derive(Default)]
struct Messenger {
    script: Mutex<VecDeque<Posted>>,
    /// The target that never answers.
    hangs: Option<&'static str>,
    taken: Mutex<Vec<(String, String)>>,
    heard: Notify,
}

impl Messenger {
    fn doing(script: impl IntoIterator<Item = Posted>) -> Arc<Self> {
        Arc::new(Self {
            script: Mutex::new(script.into_iter().collect()),
            ..Self::default()
        })
    }

    fn taken(&self) -> Vec<(String, String)> {
        self.taken.lock().unwrap().clone()
    }
}

#[async_trait]
impl Post for Messenger {
    async fn post(&self, url: &str, message: &Message) -> Posted {
        if self.hangs == Some(url) {
            std::future::pending::<()>().await;
        }
        let next = self.script.lock().unwrap().pop_front();
        let posted = next.unwrap_or(Posted::Taken);
        if posted == Posted::Taken {
            let told = (url.to_owned(), message.body.clone());
            self.taken.lock().unwrap().push(told);
            self.heard.notify_one();
        }
        posted
    }
}

struct Room {
    store: Arc<MemoryStore>,
    targets: Vec<Target>,
    now: Arc<Mutex<DateTime<Utc>>>,
}

impl Room {
    fn new(targets: impl IntoIterator<Item = Target>) -> Self {
        let known = definitions([schedule("dev").build()]);
        Self {
            store: Arc::new(MemoryStore::with_definitions(known)),
            targets: targets.into_iter().collect(),
            now: Arc::new(Mutex::new(utc(NOW))),
        }
    }

    fn config(&self) -> Config {
        let mut config = Config::load(None, &|_| None).unwrap();
        config.targets.clone_from(&self.targets);
        config
    }

    fn teller(&self) -> Arc<Teller> {
        Arc::new(Teller::new(
            Arc::new(Debugged),
            &self.config(),
            NoticeFigures::default(),
            Arc::default(),
            Log::Lines,
        ))
    }

    fn courier(&self, post: Arc<Messenger>) -> Arc<Courier> {
        let config = self.config();
        let chat = Chat::new(
            Arc::clone(&self.store) as _,
            Arc::new(MemoryFleet::new([])),
            Arc::new(PaintedRules::weekdays("09:00", "18:00")),
            Arc::new(Debugged),
            Manners {
                locale: "ko".to_owned(),
                persona: Persona::Off,
                timezone: Tz::Asia__Seoul,
                calendars_are_read: true,
            },
        );
        let now = Arc::clone(&self.now);
        Arc::new(Courier::new(
            Arc::clone(&self.store) as _,
            post,
            &Arc::new(Secrets::new(&config)),
            self.teller(),
            chat,
            Arc::new(move || *now.lock().unwrap()),
            NoticeFigures::default(),
        ))
    }

    async fn enqueue(&self, key: &str, target: &str) {
        let now = *self.now.lock().unwrap();
        let notice = Notice {
            key: key.to_owned(),
            target: target.to_owned(),
            schedule: Some("dev".to_owned()),
            message: Message {
                body: key.to_owned(),
                connect_color: "#000000".to_owned(),
                connect_info: Vec::new(),
            },
            at: now,
            due: now,
            expires: now + TimeDelta::hours(24),
            attempts: 0,
        };
        self.store.commit(&[Change::Enqueue(notice)]).await.unwrap();
    }

    /// Lets it be that time, with or without seconds.
    fn at(&self, time: &str) {
        let (minute, seconds) = time.split_at("2026-11-23 01:00".len());
        let seconds = seconds.strip_prefix(':').unwrap_or("0");
        *self.now.lock().unwrap() = utc(minute) + TimeDelta::seconds(seconds.parse().unwrap());
    }

    async fn standing(&self, key: &str) -> Option<NoticeStanding> {
        let kept = self.store.kept_notices().await.unwrap();
        let found = kept.into_iter().find(|kept| kept.notice.key == key);
        found.map(|found| found.standing)
    }
}

fn bodies(messenger: &Messenger) -> Vec<String> {
    let taken = messenger.taken().into_iter();
    taken.map(|(_, body)| body).collect()
}

#[tokio::test]
async fn what_is_due_is_sent_in_order_and_once_by_however_many() {
    let room = Room::new([target("ops")]);
    for key in ["a", "b", "c"] {
        room.enqueue(key, "ops").await;
    }
    let messenger = Messenger::doing([]);
    let couriers = [0; 4].map(|_| room.courier(Arc::clone(&messenger)));
    let all = couriers.map(|courier| tokio::spawn(async move { courier.deliver(None).await }));
    for delivered in all {
        delivered.await.unwrap().unwrap();
    }
    let mut told = bodies(&messenger);
    told.sort();
    assert_eq!(told, ["a", "b", "c"]);

    let room = Room::new([target("ops")]);
    for key in ["a", "b", "c"] {
        room.enqueue(key, "ops").await;
    }
    let messenger = Messenger::doing([]);
    room.courier(Arc::clone(&messenger))
        .deliver(None)
        .await
        .unwrap();
    assert_eq!(bodies(&messenger), ["a", "b", "c"]);
}

#[tokio::test]
async fn a_target_rests_after_a_failure_and_what_waits_for_it_is_not_tried() {
    let room = Room::new([target("ops")]);
    room.enqueue("a", "ops").await;
    room.enqueue("b", "ops").await;
    let messenger = Messenger::doing([Posted::later("busy"), Posted::Unknown("cut".to_owned())]);
    let courier = room.courier(Arc::clone(&messenger));
    courier.deliver(None).await.unwrap();
    room.at("2026-11-23 01:00:14");
    courier.deliver(None).await.unwrap();
    assert_eq!(messenger.script.lock().unwrap().len(), 1, "it rests");
    room.at("2026-11-23 01:00:15");
    courier.deliver(None).await.unwrap();
    assert!(messenger.taken().is_empty());
    room.at("2026-11-23 01:00:44");
    courier.deliver(None).await.unwrap();
    assert!(messenger.taken().is_empty(), "it rests for longer");
    room.at("2026-11-23 01:00:45");
    courier.deliver(None).await.unwrap();
    // One of the two may have arrived when the connection was cut.
    assert_eq!(messenger.taken().len(), 1);
    let kept = room.store.kept_notices().await.unwrap();
    assert!(
        matches!(&kept[..], [kept] if matches!(&kept.standing, NoticeStanding::Lost { cause, .. } if cause.contains("may have arrived"))),
        "{kept:?}"
    );
}

#[tokio::test]
async fn what_was_tried_in_vain_goes_before_what_came_later() {
    let room = Room::new([target("ops")]);
    room.enqueue("z", "ops").await;
    let messenger = Messenger::doing([Posted::later("busy")]);
    let courier = room.courier(Arc::clone(&messenger));
    courier.deliver(None).await.unwrap();
    room.at("2026-11-23 01:00:05");
    room.enqueue("a", "ops").await;
    room.at("2026-11-23 01:01");
    courier.deliver(None).await.unwrap();
    assert_eq!(bodies(&messenger), ["z", "a"]);
}

#[tokio::test]
async fn a_messenger_that_says_how_long_to_wait_is_heard() {
    let room = Room::new([target("ops")]);
    room.enqueue("a", "ops").await;
    let messenger = Messenger::doing([Posted::Later {
        cause: "too many".to_owned(),
        wait: Some(Duration::from_secs(120)),
    }]);
    let courier = room.courier(Arc::clone(&messenger));
    courier.deliver(None).await.unwrap();
    room.at("2026-11-23 01:01:59");
    courier.deliver(None).await.unwrap();
    assert!(messenger.taken().is_empty());
    room.at("2026-11-23 01:02:00");
    courier.deliver(None).await.unwrap();
    assert_eq!(bodies(&messenger), ["a"]);
}

#[tokio::test]
async fn another_try_waits_for_the_end_of_quiet_hours() {
    let room = Room::new([target("ops")]);
    // 21:59:50 in Seoul.
    room.at("2026-11-23 12:59:50");
    room.enqueue("a", "ops").await;
    let messenger = Messenger::doing([Posted::later("busy")]);
    let courier = room.courier(Arc::clone(&messenger));
    courier.deliver(None).await.unwrap();
    room.at("2026-11-23 22:59:59");
    courier.deliver(None).await.unwrap();
    assert!(messenger.taken().is_empty());
    room.at("2026-11-23 23:00");
    courier.deliver(None).await.unwrap();
    assert_eq!(bodies(&messenger), ["a"]);
}

#[tokio::test]
async fn nothing_is_tried_when_it_is_pointless() {
    let room = Room::new([target("ops")]);
    room.enqueue("a", "ops").await;
    room.enqueue("b", "gone").await;
    let messenger = Messenger::doing([]);
    let courier = room.courier(Arc::clone(&messenger));
    room.at("2026-11-24 01:00");
    courier.deliver(None).await.unwrap();
    assert!(messenger.taken().is_empty());
    for (key, why) in [("a", "pointless"), ("b", "no target of this name")] {
        let standing = room.standing(key).await;
        let is_lost =
            matches!(&standing, Some(NoticeStanding::Lost { cause, .. }) if cause.contains(why));
        assert!(is_lost, "{standing:?}");
    }
}

#[tokio::test]
async fn a_warning_is_tried_again_unless_its_stop_was_put_off() {
    let ops = Target {
        quiet: "none".parse().unwrap(),
        ..target("ops")
    };
    let until = |time: &str| Force {
        schedule: "dev".to_owned(),
        want: Want::Run,
        since: utc("2026-11-23 17:51"),
        until: utc(time),
        by: "Kim".to_owned(),
        reason: None,
    };
    for (order, is_told) in [
        (None, true),
        (Some(until("2026-11-23 18:00")), true),
        (Some(until("2026-11-23 19:00")), false),
    ] {
        let room = Room::new([ops.clone()]);
        room.at("2026-11-23 17:50");
        let announcement = Announcement::StopNear {
            schedule: "dev".to_owned(),
            at: local_moment(utc("2026-11-23 18:00"), Tz::UTC),
            minutes: 10,
        };
        let dev = schedule("dev").build();
        let notices = room.teller().notices(&News {
            schedule: Some(&dev),
            announcement: &announcement,
            now: utc("2026-11-23 17:50"),
            since: None,
        });
        let key = notices[0].key.clone();
        let enqueued: Vec<Change> = notices.into_iter().map(Change::Enqueue).collect();
        room.store.commit(&enqueued).await.unwrap();
        let messenger = Messenger::doing([Posted::later("busy")]);
        let courier = room.courier(Arc::clone(&messenger));
        courier.deliver(None).await.unwrap();
        let ordered: Vec<Change> = order.into_iter().map(Change::PutForce).collect();
        room.store.commit(&ordered).await.unwrap();
        room.at("2026-11-23 17:52");
        courier.deliver(None).await.unwrap();
        assert_eq!(messenger.taken().len(), usize::from(is_told));
        let standing = room.standing(&key).await;
        let is_lost = matches!(
            &standing,
            Some(NoticeStanding::Lost { cause, .. }) if cause.contains("put off")
        );
        assert_eq!(is_lost, !is_told, "{standing:?}");
    }
}

#[tokio::test]
async fn a_target_that_hangs_holds_nobody_up() {
    let room = Room::new([target("hung"), target("ops")]);
    for key in ["a", "b"] {
        room.enqueue(key, "hung").await;
    }
    room.enqueue("c", "ops").await;
    let messenger = Arc::new(Messenger {
        hangs: Some("hung"),
        ..Messenger::default()
    });
    let (_stop, stopped) = watch::channel(false);
    let wake = Arc::new(Notify::new());
    let running = tokio::spawn(
        room.courier(Arc::clone(&messenger))
            .run(Arc::clone(&wake), stopped),
    );
    messenger.heard.notified().await;
    room.enqueue("d", "ops").await;
    wake.notify_one();
    messenger.heard.notified().await;
    assert_eq!(bodies(&messenger), ["c", "d"]);
    running.abort();
}

#[tokio::test]
async fn nothing_is_begun_that_might_not_be_finished() {
    let room = Room::new([target("ops")]);
    room.enqueue("a", "ops").await;
    let messenger = Messenger::doing([]);
    let courier = room.courier(Arc::clone(&messenger));
    let now = tokio::time::Instant::now();
    courier
        .deliver(Some(now + Duration::from_secs(1)))
        .await
        .unwrap();
    assert!(messenger.taken().is_empty());
    courier
        .deliver(Some(now + Duration::from_secs(3_600)))
        .await
        .unwrap();
    assert_eq!(bodies(&messenger), ["a"]);
}

#[tokio::test]
async fn the_morning_is_told_once_a_day_by_however_many() {
    let room = Room::new([Target {
        morning: Some(Minute(530)),
        ..target("ops")
    }]);
    let messenger = Messenger::doing([]);
    // 08:49 in Seoul.
    for (time, told) in [
        ("2026-11-22 23:49", 0),
        ("2026-11-22 23:50", 1),
        ("2026-11-23 00:20", 1),
        ("2026-11-23 05:00", 1),
        ("2026-11-23 23:55", 2),
        ("2026-11-24 10:00", 2),
        // Too late for that day.
        ("2026-11-26 01:00", 2),
    ] {
        room.at(time);
        for _ in 0..2 {
            room.courier(Arc::clone(&messenger))
                .deliver(None)
                .await
                .unwrap();
        }
        assert_eq!(messenger.taken().len(), told, "{time}");
    }
    assert!(bodies(&messenger)[0].contains("Morning"));
}

/// Names of the targets that are told.
fn told(
    room: &Room,
    schedule: Option<&reveille_core::model::Schedule>,
    announcement: &Announcement,
) -> Vec<String> {
    let news = News {
        schedule,
        announcement,
        now: utc(NOW),
        since: None,
    };
    let notices = room.teller().notices(&news);
    notices.into_iter().map(|notice| notice.target).collect()
}

#[test]
fn news_go_to_those_whom_they_concern() {
    let only = |schedule: &str| Some(BTreeSet::from([schedule.to_owned()]));
    let room = Room::new([
        target("all"),
        Target {
            schedules: only("dev"),
            ..target("dev")
        },
        Target {
            schedules: only("prod"),
            ..target("prod")
        },
        Target {
            events: BTreeSet::from([Event::Failed]),
            ..target("failures")
        },
    ]);
    let dev = schedule("dev").build();
    let resumed = Announcement::Resumed {
        schedule: "dev".to_owned(),
    };
    assert_eq!(told(&room, Some(&dev), &resumed), ["all", "dev"]);
    let overdue = Announcement::GroupOverdue {
        schedule: "dev".to_owned(),
        groups: Vec::new(),
    };
    assert_eq!(
        told(&room, Some(&dev), &overdue),
        ["all", "dev", "failures"]
    );

    // The schedule has the first word.
    let mut own = dev.clone();
    own.notify = Some(vec!["prod".to_owned()]);
    assert_eq!(told(&room, Some(&own), &resumed), ["prod"]);
    own.notify = Some(Vec::new());
    assert!(told(&room, Some(&own), &resumed).is_empty());

    let taken = |schedules: &[&str]| {
        Announcement::RuleTaken(RuleChange {
            rule: "kr-holidays".to_owned(),
            from: None,
            to: RuleVersion {
                version: "1.0.0".to_owned(),
                sha256: "0".repeat(64),
            },
            schedules: schedules.iter().map(|it| (*it).to_owned()).collect(),
            by: None,
        })
    };
    assert_eq!(told(&room, None, &taken(&["prod"])), ["all", "prod"]);
    assert_eq!(told(&room, None, &taken(&[])), ["all"]);
}

#[test]
fn quiet_hours_keep_what_lasts_and_drop_what_does_not() {
    let room = Room::new([target("ops")]);
    let mut dev = schedule("dev").zone("Asia/Seoul").build();
    let notice =
        |schedule: &reveille_core::model::Schedule, announcement: &Announcement, now: &str| {
            let news = News {
                schedule: Some(schedule),
                announcement,
                now: utc(now),
                since: None,
            };
            room.teller().notices(&news).pop()
        };
    let resumed = Announcement::Resumed {
        schedule: "dev".to_owned(),
    };
    // 22:30 in Seoul.
    let kept = notice(&dev, &resumed, "2026-11-23 13:30").unwrap();
    assert_eq!(kept.due, utc("2026-11-23 23:00"));
    let near = Announcement::StopNear {
        schedule: "dev".to_owned(),
        at: reveille_core::model::Moment {
            date: reveille_core::testing::date(2026, 11, 23),
            minute: Minute(1380),
        },
        minutes: 10,
    };
    assert_eq!(notice(&dev, &near, "2026-11-23 13:50"), None);
    dev.quiet_hours = Some("none".parse().unwrap());
    let now = notice(&dev, &near, "2026-11-23 13:50").unwrap();
    assert_eq!(now.due, utc("2026-11-23 13:50"));
    assert_eq!(now.expires, utc("2026-11-23 14:00"));
}

#[test]
fn the_longest_warning_of_those_who_want_one_counts() {
    let warns = |targets: Vec<Target>| {
        let room = Room::new(targets);
        let warning = room.teller().warning(&schedule("dev").build());
        warning.map(|warning| warning.num_minutes())
    };
    let minutes = |name: &str, warn_minutes| Target {
        warn_minutes,
        ..target(name)
    };
    assert_eq!(warns(vec![minutes("a", 10), minutes("b", 30)]), Some(30));
    assert_eq!(warns(vec![minutes("a", 0)]), None);
    assert_eq!(warns(vec![]), None);
    let deaf = Target {
        events: BTreeSet::from([Event::Turned]),
        ..target("a")
    };
    assert_eq!(warns(vec![deaf]), None);
}
