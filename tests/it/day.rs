//! A working week, tick by tick, on everything that is real but the servers: the store's file, the components, the
//! scheduler's own idea of when to look again.

use std::{num::NonZeroU32, sync::Arc};

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;
use reveille_core::{
    model::{
        Action, Exception, Force, Item, Minute, Moment, ServerId, ServerKind, ServerState, Turn,
        Want, instant_of, reply::Announcement,
    },
    port::{Change, Fleet, Rules, Store},
    testing::{RecordingNotifier, date},
    tick::{Scheduler, Settings, TickOutcome},
};
use reveille_local::{Database, SimulatedFleet, SimulatedServer, SqliteStore, Trouble};
use reveille_sandbox::Sandbox;
use reveille_tests::Crowd;
use serde_json::json;
use tempfile::TempDir;

const ZONE: Tz = Tz::Asia__Seoul;
/// Name and group; each group after the one that it depends on.
const SERVERS: [(&str, &str); 7] = [
    ("db-1", "DB"),
    ("db-2", "DB"),
    ("app-1", "APP"),
    ("app-2", "APP"),
    ("app-3", "APP"),
    ("web-1", "WEB"),
    ("web-2", "WEB"),
];

/// An order that was accepted.
#[derive(Debug, Clone, PartialEq)]
struct Done {
    at: DateTime<Utc>,
    server: String,
    action: Action,
}

struct Week {
    _folder: TempDir,
    store: Arc<SqliteStore>,
    fleet: Arc<SimulatedFleet>,
    notifier: Arc<RecordingNotifier>,
    scheduler: Scheduler,
    now: DateTime<Utc>,
    done: Vec<Done>,
    refusals: usize,
}

/// A time of the week that begins on Monday, 2026-11-23.
fn at(day: u32, time: &str) -> DateTime<Utc> {
    let (hour, minute) = time.split_once(':').unwrap();
    let minute = Minute::at(hour.parse().unwrap(), minute.parse().unwrap()).unwrap();
    instant_of(Moment::new(date(2026, 11, 22 + day), minute), ZONE)
}

const MONDAY: u32 = 1;
const TUESDAY: u32 = 2;
const WEDNESDAY: u32 = 3;
const THURSDAY: u32 = 4;
const FRIDAY: u32 = 5;
const SUNDAY: u32 = 7;

fn definitions() -> Vec<Change> {
    [
        json!({ "type": "period", "name": "office", "begintime": "09:00", "endtime": "18:00", "weekdays": "mon-fri" }),
        json!({
            "type": "schedule", "name": "dev", "timezone": "Asia/Seoul", "periods": ["office"],
            "groups": [
                { "name": "DB" },
                { "name": "APP", "depends_on": ["DB"] },
                { "name": "WEB", "depends_on": ["APP"] },
            ],
        }),
    ]
    .into_iter()
    .map(|item| Change::PutItem(serde_json::from_value::<Item>(item).unwrap()))
    .collect()
}

fn simulated((name, group): (&str, &str)) -> SimulatedServer {
    SimulatedServer {
        id: ServerId::from(name),
        name: name.to_owned(),
        kind: if group == "DB" {
            ServerKind::RdsInstance
        } else {
            ServerKind::Ec2
        },
        state: ServerState::Stopped,
        since: at(MONDAY, "00:00"),
        instance_type: None,
        schedule: "dev".to_owned(),
        group: Some(group.to_owned()),
        tags: [("Schedule".to_owned(), "dev".to_owned())].into(),
        left_out: None,
        backup_minute: None,
    }
}

impl Week {
    async fn begin() -> Self {
        let folder = TempDir::new().unwrap();
        let database = Database::open(folder.path().join("reveille.db")).unwrap();
        let store = Arc::new(SqliteStore::new(Arc::clone(&database), ZONE));
        let fleet = Arc::new(SimulatedFleet::new(database, NonZeroU32::MIN));
        store.commit(&definitions()).await.unwrap();
        fleet.seed(SERVERS.map(simulated).into()).await.unwrap();
        let notifier = Arc::new(RecordingNotifier::default());
        let scheduler = Scheduler::new(
            Arc::clone(&store) as Arc<dyn Store>,
            Arc::clone(&fleet) as Arc<dyn Fleet>,
            Arc::new(Sandbox::embedded().unwrap()),
            Arc::clone(&notifier) as _,
            Settings::new("week"),
        );
        let now = at(MONDAY, "00:00");
        Self {
            _folder: folder,
            store,
            fleet,
            notifier,
            scheduler,
            now,
            done: Vec::new(),
            refusals: 0,
        }
    }

    /// Looks whenever the scheduler asks to, until this time of this day.
    async fn until(&mut self, day: u32, time: &str) {
        let end = at(day, time);
        while self.now < end {
            let report = self.scheduler.tick(self.now).await.unwrap();
            assert_eq!(report.outcome, TickOutcome::Done, "{}", self.now);
            assert!(report.held.is_empty(), "{report:?}");
            assert!(self.now < report.next_look, "{report:?}");
            for taken in report.actions {
                if taken.refused.is_some() {
                    self.refusals += 1;
                } else {
                    self.done.push(Done {
                        at: self.now,
                        server: taken.server.to_string(),
                        action: taken.action,
                    });
                }
            }
            self.now = report.next_look.min(end);
        }
    }

    async fn set(&self, change: Change) {
        self.store.commit(&[change]).await.unwrap();
    }

    /// How every server is now.
    async fn states(&self) -> Vec<ServerState> {
        self.fleet
            .servers(self.now)
            .await
            .unwrap()
            .servers
            .iter()
            .map(|server| server.state)
            .collect()
    }

    #[track_caller]
    fn assert_all(states: &[ServerState], expected: ServerState) {
        assert_eq!(states, [expected; SERVERS.len()]);
    }

    fn first(&self, day: u32, name: &str, action: &Action) -> DateTime<Utc> {
        let of_day = at(day, "00:00")..at(day + 1, "06:00");
        let done = self.done.iter().find(|done| {
            of_day.contains(&done.at) && done.server == name && done.action == *action
        });
        done.unwrap_or_else(|| panic!("{name} does not {action:?} on day {day}: {:#?}", self.done))
            .at
    }

    /// Each group has arrived before the first server of the next one is told anything.
    #[track_caller]
    fn assert_in_order(
        &self,
        day: u32,
        action: &Action,
        names: &[&[&str]],
        takes: impl Fn(&str) -> Duration,
    ) {
        for pair in names.windows(2) {
            let arrived = pair[0]
                .iter()
                .map(|name| self.first(day, name, action) + takes(name))
                .max()
                .unwrap();
            let told = pair[1]
                .iter()
                .map(|name| self.first(day, name, action))
                .min()
                .unwrap();
            assert!(
                arrived <= told,
                "{action:?} on day {day}: {:?} at {arrived}, {:?} at {told}",
                pair[0],
                pair[1]
            );
        }
    }
}

fn start_length(name: &str) -> Duration {
    if name.starts_with("db") {
        reveille_local::RDS_START
    } else {
        reveille_local::EC2_START
    }
}

fn stop_length(name: &str) -> Duration {
    if name.starts_with("db") {
        reveille_local::RDS_STOP
    } else {
        reveille_local::EC2_STOP
    }
}

fn exception(day: u32, action: Turn, at: Option<Minute>) -> Change {
    let date: NaiveDate = date(2026, 11, 22 + day);
    Change::PutException(Exception {
        schedule: "dev".to_owned(),
        date,
        action,
        at,
        by: "하나".to_owned(),
        reason: None,
        created_at: DateTime::UNIX_EPOCH,
    })
}

#[tokio::test]
async fn a_week_of_ticks_starts_and_stops_everything_once_in_the_order_of_its_groups() {
    const UP: [&[&str]; 3] = [
        &["db-1", "db-2"],
        &["app-1", "app-2", "app-3"],
        &["web-1", "web-2"],
    ];
    const DOWN: [&[&str]; 3] = [UP[2], UP[1], UP[0]];
    let mut week = Week::begin().await;

    week.until(MONDAY, "09:30").await;
    Week::assert_all(&week.states().await, ServerState::Running);
    week.until(MONDAY, "18:30").await;
    Week::assert_all(&week.states().await, ServerState::Stopped);
    assert_eq!(
        week.first(MONDAY, "db-1", &Action::Start),
        at(MONDAY, "09:00")
    );
    assert_eq!(
        week.first(MONDAY, "web-1", &Action::Stop),
        at(MONDAY, "18:00")
    );
    week.assert_in_order(MONDAY, &Action::Start, &UP, start_length);
    week.assert_in_order(MONDAY, &Action::Stop, &DOWN, stop_length);

    // Somebody works late: the stop of Tuesday is at 01:00 of the next morning.
    week.set(exception(TUESDAY, Turn::Stop, Minute::at(25, 0)))
        .await;
    week.until(TUESDAY, "24:30").await;
    Week::assert_all(&week.states().await, ServerState::Running);
    week.until(WEDNESDAY, "02:00").await;
    Week::assert_all(&week.states().await, ServerState::Stopped);
    assert_eq!(
        week.first(TUESDAY, "web-1", &Action::Stop),
        at(TUESDAY, "25:00")
    );

    // Nobody is there on Wednesday.
    let before = week.done.len();
    week.set(exception(WEDNESDAY, Turn::Start, None)).await;
    week.until(THURSDAY, "07:00").await;
    assert_eq!(week.done[before..], []);

    // Somebody starts everything early on Thursday, until the plan stops it.
    week.set(Change::PutForce(Force {
        schedule: "dev".to_owned(),
        want: Want::Run,
        since: at(THURSDAY, "07:00"),
        until: at(THURSDAY, "18:00"),
        by: "하나".to_owned(),
        reason: None,
    }))
    .await;
    week.until(THURSDAY, "07:30").await;
    Week::assert_all(&week.states().await, ServerState::Running);
    week.assert_in_order(THURSDAY, &Action::Start, &UP, start_length);
    week.until(THURSDAY, "18:30").await;
    Week::assert_all(&week.states().await, ServerState::Stopped);

    // On Friday there is no capacity for one, and another never arrives.
    let _ = week.notifier.take();
    week.fleet
        .set_trouble(
            &"app-2".into(),
            Trouble::NoCapacity {
                until: at(FRIDAY, "10:00"),
            },
        )
        .await
        .unwrap();
    week.fleet
        .set_trouble(&"web-2".into(), Trouble::Stuck)
        .await
        .unwrap();
    week.until(FRIDAY, "11:00").await;
    assert!(week.refusals > 0);
    assert!(week.first(FRIDAY, "app-2", &Action::Start) >= at(FRIDAY, "10:00"));
    week.assert_in_order(FRIDAY, &Action::Start, &UP, start_length);
    let stuck: Vec<String> = week
        .notifier
        .take()
        .into_iter()
        .filter_map(|announcement| match announcement {
            Announcement::Stuck { servers, .. } => Some(servers),
            _ => None,
        })
        .flatten()
        .map(|server| server.name)
        .collect();
    assert_eq!(stuck, ["web-2"]);
    week.fleet.clear_troubles(&"web-2".into()).await.unwrap();
    week.until(FRIDAY, "12:00").await;
    Week::assert_all(&week.states().await, ServerState::Running);
    week.until(SUNDAY, "12:00").await;
    Week::assert_all(&week.states().await, ServerState::Stopped);

    // Four working days, and nothing was done twice: what is started is next stopped and the other way round. The
    // one that got stuck was told more than once.
    for (name, _) in SERVERS {
        let actions: Vec<&Action> = week
            .done
            .iter()
            .filter(|done| done.server == name)
            .map(|done| &done.action)
            .collect();
        let mut turns = actions.clone();
        if name == "web-2" {
            turns.dedup();
        }
        assert_eq!(turns, [&Action::Start, &Action::Stop].repeat(4), "{name}");
    }
}

#[tokio::test]
async fn the_second_tick_of_a_minute_computes_no_plan_and_asks_no_decider_again() {
    let sandbox = Arc::new(Sandbox::embedded().unwrap());
    let mut crowd = Crowd::gather(40, Arc::clone(&sandbox) as Arc<dyn Rules>)
        .await
        .unwrap();
    // What was decided of servers that were new is no answer to what they are now.
    crowd.tick_after(Duration::minutes(1)).await.unwrap();
    let before = sandbox.counters();
    crowd.tick_after(Duration::seconds(15)).await.unwrap();
    let after = sandbox.counters();
    assert_eq!(after.plans_computed, before.plans_computed);
    assert_eq!(after.decider_calls, before.decider_calls);
    assert!(after.plan_hits > before.plan_hits);
}
