//! The simulated fleet: how long things take, what is refused, what AWS does by itself.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::{collections::BTreeMap, num::NonZeroU32, sync::Arc};

use chrono::{DateTime, Duration, Utc};
use reveille_core::{
    model::{LeftOut, Server, ServerId, ServerKind, ServerState},
    port::{ActError, ActErrorKind, Fleet as _, Order, OrderAction},
};
use reveille_local::{
    BACKUP_LENGTH, Database, EC2_START, EC2_STOP, RDS_RESTART, RDS_START, RDS_STOP, SimulatedFleet,
    SimulatedServer, Trouble,
};
use tempfile::TempDir;

const REAL_TIME: NonZeroU32 = NonZeroU32::MIN;
const STOP: OrderAction = OrderAction::Stop { hibernate: false };

struct House {
    folder: TempDir,
    fleet: SimulatedFleet,
    start: DateTime<Utc>,
}

async fn house(servers: Vec<SimulatedServer>) -> House {
    house_at(REAL_TIME, servers).await
}

async fn house_at(speed: NonZeroU32, servers: Vec<SimulatedServer>) -> House {
    let folder = tempfile::tempdir().unwrap();
    let fleet = SimulatedFleet::new(
        Database::open(folder.path().join("reveille.db")).unwrap(),
        speed,
    );
    assert_eq!(fleet.seed(servers.clone()).await.unwrap(), servers.len());
    House {
        folder,
        fleet,
        start: noon(),
    }
}

impl House {
    async fn order(&self, id: &str, action: OrderAction, after: Duration) -> Result<(), ActError> {
        let order = Order {
            server: id.into(),
            action,
        };
        let mut outcomes = self.fleet.act(&[order], self.start + after).await;
        assert_eq!(outcomes[0].server, id.into());
        outcomes.remove(0).result
    }

    async fn see(&self, id: &str, after: Duration) -> Option<Server> {
        let view = self.fleet.servers(self.start + after).await.unwrap();
        assert!(view.unseen.is_empty());
        view.servers
            .iter()
            .find(|server| server.id == id.into())
            .cloned()
    }

    #[track_caller]
    fn check(&self, seen: Option<Server>, state: ServerState, native_state: &str) {
        let seen = seen.unwrap();
        assert_eq!(
            (seen.state, seen.native_state.as_ref()),
            (state, native_state)
        );
    }

    async fn trouble(&self, id: &str, trouble: Trouble) {
        assert!(
            self.fleet
                .set_trouble(&ServerId::from(id), trouble)
                .await
                .unwrap()
        );
    }
}

fn noon() -> DateTime<Utc> {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn server(id: &str, kind: ServerKind, state: ServerState) -> SimulatedServer {
    SimulatedServer {
        id: id.into(),
        name: format!("name of {id}"),
        kind,
        state,
        since: noon(),
        instance_type: Some("t3.small".into()),
        schedule: "seoul".into(),
        group: Some("db".into()),
        tags: BTreeMap::from([("Schedule".into(), "seoul".into())]),
        left_out: None,
        backup_minute: None,
    }
}

fn ec2(state: ServerState) -> SimulatedServer {
    server("i-1", ServerKind::Ec2, state)
}

fn rds(state: ServerState) -> SimulatedServer {
    server("db-1", ServerKind::RdsInstance, state)
}

const MOMENT: Duration = Duration::milliseconds(1);

#[tokio::test]
async fn a_server_is_seen_as_it_was_put() {
    let mut replica = rds(ServerState::Running);
    replica.left_out = Some(LeftOut::ReadReplica);
    let house = house(vec![ec2(ServerState::Stopped), replica]).await;
    let view = house.fleet.servers(house.start).await.unwrap();
    assert_eq!(
        view.servers
            .iter()
            .map(|server| server.id.0.as_ref())
            .collect::<Vec<_>>(),
        ["db-1", "i-1"]
    );
    let (db, web) = (&view.servers[0], &view.servers[1]);
    assert_eq!(db.left_out, Some(LeftOut::ReadReplica));
    assert_eq!(db.kind, ServerKind::RdsInstance);
    assert_eq!(web.name.as_ref(), "name of i-1");
    assert_eq!(web.schedule.as_ref(), "seoul");
    assert_eq!(web.group.as_deref(), Some("db"));
    assert_eq!(web.instance_type.as_deref(), Some("t3.small"));
    assert_eq!(web.tags["Schedule"], "seoul");
    assert_eq!(web.state, ServerState::Stopped);
}

#[tokio::test]
async fn an_instance_takes_its_time_to_start_and_stop() {
    let house = house(vec![ec2(ServerState::Stopped)]).await;
    house
        .order("i-1", OrderAction::Start, Duration::zero())
        .await
        .unwrap();
    house.check(
        house.see("i-1", EC2_START - MOMENT).await,
        ServerState::Starting,
        "pending",
    );
    house.check(
        house.see("i-1", EC2_START).await,
        ServerState::Running,
        "running",
    );
    house.order("i-1", STOP, EC2_START).await.unwrap();
    let stopped = EC2_START + EC2_STOP;
    house.check(
        house.see("i-1", stopped - MOMENT).await,
        ServerState::Stopping,
        "stopping",
    );
    house.check(
        house.see("i-1", stopped).await,
        ServerState::Stopped,
        "stopped",
    );
}

#[tokio::test]
async fn a_database_takes_minutes() {
    let house = house(vec![rds(ServerState::Stopped)]).await;
    house
        .order("db-1", OrderAction::Start, Duration::zero())
        .await
        .unwrap();
    house.check(
        house.see("db-1", RDS_START - MOMENT).await,
        ServerState::Starting,
        "starting",
    );
    house.check(
        house.see("db-1", RDS_START).await,
        ServerState::Running,
        "available",
    );
    house.order("db-1", STOP, RDS_START).await.unwrap();
    let stopped = RDS_START + RDS_STOP;
    house.check(
        house.see("db-1", stopped - MOMENT).await,
        ServerState::Stopping,
        "stopping",
    );
    house.check(
        house.see("db-1", stopped).await,
        ServerState::Stopped,
        "stopped",
    );
}

#[tokio::test]
async fn a_quicker_simulation_takes_less() {
    let house = house_at(
        NonZeroU32::new(10).unwrap(),
        vec![ec2(ServerState::Stopped)],
    )
    .await;
    house
        .order("i-1", OrderAction::Start, Duration::zero())
        .await
        .unwrap();
    house.check(
        house.see("i-1", EC2_START / 10).await,
        ServerState::Running,
        "running",
    );
}

#[tokio::test]
async fn a_database_starts_by_itself_after_seven_days() {
    let house = house(vec![rds(ServerState::Stopped), ec2(ServerState::Stopped)]).await;
    house.check(
        house.see("db-1", RDS_RESTART - MOMENT).await,
        ServerState::Stopped,
        "stopped",
    );
    house.check(
        house.see("db-1", RDS_RESTART).await,
        ServerState::Starting,
        "starting",
    );
    house.check(
        house.see("db-1", RDS_RESTART + RDS_START).await,
        ServerState::Running,
        "available",
    );
    house.check(
        house.see("i-1", RDS_RESTART + RDS_START).await,
        ServerState::Stopped,
        "stopped",
    );
}

#[tokio::test]
async fn a_server_that_is_there_already_accepts_the_order() {
    let house = house(vec![ec2(ServerState::Running)]).await;
    house
        .order("i-1", OrderAction::Start, Duration::zero())
        .await
        .unwrap();
    house.check(
        house.see("i-1", Duration::zero()).await,
        ServerState::Running,
        "running",
    );
    house.order("i-1", STOP, Duration::zero()).await.unwrap();
    house.order("i-1", STOP, EC2_STOP - MOMENT).await.unwrap();
    house.check(
        house.see("i-1", EC2_STOP).await,
        ServerState::Stopped,
        "stopped",
    );
}

#[tokio::test]
async fn a_server_on_its_way_cannot_turn_back() {
    let house = house(vec![ec2(ServerState::Running), rds(ServerState::Stopped)]).await;
    house.order("i-1", STOP, Duration::zero()).await.unwrap();
    house
        .order("db-1", OrderAction::Start, Duration::zero())
        .await
        .unwrap();
    let refused = house
        .order("i-1", OrderAction::Start, MOMENT)
        .await
        .unwrap_err();
    assert_eq!(refused.kind, ActErrorKind::WrongState);
    assert_eq!(
        refused.to_string(),
        "IncorrectInstanceState: i-1 is stopping"
    );
    let refused = house.order("db-1", STOP, MOMENT).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "InvalidDBInstanceState: db-1 is starting"
    );
}

#[tokio::test]
async fn a_database_that_backs_itself_up_cannot_be_stopped() {
    let mut db = rds(ServerState::Running);
    // The test begins at 12:00.
    db.backup_minute = Some(12 * 60 + 5);
    let house = house(vec![db]).await;
    let begin = Duration::minutes(5);
    house.check(
        house.see("db-1", begin - MOMENT).await,
        ServerState::Running,
        "available",
    );
    house.check(
        house.see("db-1", begin).await,
        ServerState::Busy,
        "backing-up",
    );
    let refused = house.order("db-1", STOP, begin).await.unwrap_err();
    assert_eq!(refused.kind, ActErrorKind::WrongState);
    house.check(
        house.see("db-1", begin + BACKUP_LENGTH).await,
        ServerState::Running,
        "available",
    );
    house.check(
        house.see("db-1", begin + Duration::days(1)).await,
        ServerState::Busy,
        "backing-up",
    );
}

#[tokio::test]
async fn a_resize_goes_one_step_at_a_time() {
    let house = house(vec![ec2(ServerState::Running)]).await;
    let resize = || OrderAction::Resize("m5.large".into());
    house
        .order(
            "i-1",
            OrderAction::Resize("t3.small".into()),
            Duration::zero(),
        )
        .await
        .unwrap();
    house.check(
        house.see("i-1", Duration::zero()).await,
        ServerState::Running,
        "running",
    );
    house
        .order("i-1", resize(), Duration::zero())
        .await
        .unwrap();
    house.check(
        house.see("i-1", MOMENT).await,
        ServerState::Stopping,
        "stopping",
    );
    assert!(house.order("i-1", resize(), MOMENT).await.is_err());
    house.order("i-1", resize(), EC2_STOP).await.unwrap();
    let seen = house.see("i-1", EC2_STOP).await;
    assert_eq!(
        seen.as_ref().unwrap().instance_type.as_deref(),
        Some("m5.large")
    );
    house.check(seen, ServerState::Starting, "pending");
}

#[tokio::test]
async fn a_refusal_has_the_kind_that_its_code_has() {
    let house = house(vec![ec2(ServerState::Stopped)]).await;
    house
        .trouble(
            "i-1",
            Trouble::RefuseStart {
                code: "UnauthorizedOperation".into(),
                message: "no".into(),
            },
        )
        .await;
    let refused = house
        .order("i-1", OrderAction::Start, Duration::zero())
        .await
        .unwrap_err();
    assert_eq!(refused.kind, ActErrorKind::Denied);
    assert_eq!(refused.to_string(), "UnauthorizedOperation: no");
    house.order("i-1", STOP, Duration::zero()).await.unwrap();
    house.fleet.clear_troubles(&"i-1".into()).await.unwrap();
    house
        .order("i-1", OrderAction::Start, Duration::zero())
        .await
        .unwrap();
}

#[tokio::test]
async fn capacity_comes_back() {
    let house = house(vec![ec2(ServerState::Stopped)]).await;
    let until = house.start + Duration::minutes(3);
    house.trouble("i-1", Trouble::NoCapacity { until }).await;
    let refused = house
        .order("i-1", OrderAction::Start, Duration::minutes(3) - MOMENT)
        .await
        .unwrap_err();
    assert_eq!(refused.kind, ActErrorKind::Capacity);
    assert_eq!(refused.code, "InsufficientInstanceCapacity");
    house
        .order("i-1", OrderAction::Start, Duration::minutes(3))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_stuck_server_stays_on_its_way_until_it_is_freed() {
    let house = house(vec![ec2(ServerState::Running)]).await;
    house.trouble("i-1", Trouble::Stuck).await;
    house.order("i-1", STOP, Duration::zero()).await.unwrap();
    house.check(
        house.see("i-1", Duration::hours(1)).await,
        ServerState::Stopping,
        "stopping",
    );
    house.fleet.clear_troubles(&"i-1".into()).await.unwrap();
    house.check(
        house.see("i-1", Duration::hours(1)).await,
        ServerState::Stopped,
        "stopped",
    );
}

#[tokio::test]
async fn a_server_that_vanished_is_neither_seen_nor_found() {
    let house = house(vec![ec2(ServerState::Running), rds(ServerState::Gone)]).await;
    house.trouble("i-1", Trouble::Vanished).await;
    for id in ["i-1", "db-1", "never"] {
        assert_eq!(house.see(id, Duration::zero()).await, None);
        let refused = house.order(id, STOP, Duration::zero()).await.unwrap_err();
        assert_eq!(refused.kind, ActErrorKind::Gone, "{id}");
    }
    assert!(
        !house
            .fleet
            .set_trouble(&"never".into(), Trouble::Stuck)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn one_refusal_does_not_touch_the_other_orders() {
    let house = house(vec![ec2(ServerState::Running), rds(ServerState::Running)]).await;
    house
        .trouble(
            "db-1",
            Trouble::RefuseStop {
                code: "Throttling".into(),
                message: "slow down".into(),
            },
        )
        .await;
    let orders = ["db-1", "i-1"].map(|id| Order {
        server: id.into(),
        action: STOP,
    });
    let outcomes = house.fleet.act(&orders, house.start).await;
    assert_eq!(
        outcomes[0].result.as_ref().unwrap_err().kind,
        ActErrorKind::Throttled
    );
    assert!(outcomes[1].result.is_ok());
    house.check(
        house.see("i-1", Duration::zero()).await,
        ServerState::Stopping,
        "stopping",
    );
}

#[tokio::test]
async fn by_hand_a_server_is_at_once_where_it_is_put() {
    let house = house(vec![ec2(ServerState::Stopped)]).await;
    let id = ServerId::from("i-1");
    assert!(
        house
            .fleet
            .set_state(&id, ServerState::Running, house.start)
            .await
            .unwrap()
    );
    house.check(
        house.see("i-1", Duration::zero()).await,
        ServerState::Running,
        "running",
    );
    assert!(
        !house
            .fleet
            .set_state(&"never".into(), ServerState::Running, house.start)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn a_seed_leaves_what_is_there_and_the_file_keeps_it() {
    let house = house(vec![ec2(ServerState::Stopped)]).await;
    house
        .order("i-1", OrderAction::Start, Duration::zero())
        .await
        .unwrap();
    house.trouble("i-1", Trouble::Stuck).await;
    let path = house.folder.path().join("reveille.db");
    let again = SimulatedFleet::new(Database::open(path).unwrap(), REAL_TIME);
    assert_eq!(
        again.seed(vec![ec2(ServerState::Stopped)]).await.unwrap(),
        0
    );
    let seen = again.servers(house.start + EC2_START).await.unwrap();
    assert_eq!(
        seen.servers[0].state,
        ServerState::Starting,
        "still there, and still stuck"
    );
    again.remove(&"i-1".into()).await.unwrap();
    assert!(again.servers(house.start).await.unwrap().servers.is_empty());
}

#[tokio::test]
async fn the_same_moment_is_always_seen_alike() {
    let house = Arc::new(house(vec![rds(ServerState::Stopped)]).await);
    let later = house.see("db-1", RDS_RESTART).await;
    let earlier = house.see("db-1", Duration::zero()).await;
    assert_eq!(house.see("db-1", RDS_RESTART).await, later);
    house.check(earlier, ServerState::Stopped, "stopped");
}
