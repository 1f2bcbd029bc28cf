//! Maintenance windows of Systems Manager, over real HTTP.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use reveille_aws::{
    dynamo::DynamoWindows,
    fleet::{AwsFleet, FleetSettings},
    site::Site,
    target::Target,
    windows::{Forgetful, KeptWindow, WindowMemory, Windows},
};
use reveille_core::{
    model::MaintenanceWindow,
    port::{Fleet, StoreError},
    testing::utc,
};
use reveille_tests::fake_aws::FakeAws;

use super::{dynamo, reach::sdk};

const SEOUL: &str = "ap-northeast-2";
const DESCRIBE: (&str, &str) = ("ssm", "DescribeMaintenanceWindows");

/// What is kept beside the store, of one site.
#[derive(Debug, Default)]
struct Kept(Mutex<Vec<KeptWindow>>);

#[async_trait]
impl WindowMemory for Kept {
    async fn load(&self, _site: &str) -> Result<Vec<KeptWindow>, StoreError> {
        Ok(self.0.lock().unwrap().clone())
    }

    async fn keep(&self, _site: &str, runs: &[KeptWindow]) -> Result<(), StoreError> {
        *self.0.lock().unwrap() = runs.to_vec();
        Ok(())
    }
}

fn target() -> Target {
    Target {
        account: None,
        role: None,
        external_id: None,
        regions: vec![SEOUL.to_owned()],
    }
}

async fn site(fake: &FakeAws) -> Site {
    Site::of(&sdk(fake, SEOUL).await, &target()).await.remove(0)
}

fn at(time: &str) -> DateTime<Utc> {
    utc(&format!("2026-11-23 {time}"))
}

fn named(names: &[&str]) -> Vec<MaintenanceWindow> {
    names
        .iter()
        .map(|&name| MaintenanceWindow::Ssm(name.to_owned()))
        .collect()
}

#[tokio::test]
async fn a_window_is_open_from_its_lead_to_its_end() {
    let fake = FakeAws::start().unwrap();
    let seoul = fake.home().region(SEOUL);
    seoul.maintenance_window("patch", Some("2026-11-23T14:00:00+09:00"), 2);
    let site = site(&fake).await;
    let windows = Windows::new(Arc::new(Forgetful));
    for (time, open) in [("04:48", false), ("04:49", true), ("04:59", true)] {
        let expected = named(if open { &["patch"] } else { &[] });
        assert_eq!(
            windows.open(&site, at(time)).await.unwrap(),
            expected,
            "{time}"
        );
    }
    // From now on SSM tells of the next run alone.
    seoul.clear_maintenance_windows();
    seoul.maintenance_window("patch", Some("2026-11-24T14:00:00+09:00"), 2);
    for (time, open) in [("05:01", true), ("06:59", true), ("07:00", false)] {
        let expected = named(if open { &["patch"] } else { &[] });
        assert_eq!(
            windows.open(&site, at(time)).await.unwrap(),
            expected,
            "{time}"
        );
    }
}

#[tokio::test]
async fn a_restart_within_a_window_does_not_end_it() {
    let fake = FakeAws::start().unwrap();
    let seoul = fake.home().region(SEOUL);
    seoul.maintenance_window("patch", Some("2026-11-23T05:00Z"), 2);
    let site = site(&fake).await;
    let memory = Arc::new(Kept::default());
    let before = Windows::new(memory.clone());
    assert_eq!(
        before.open(&site, at("04:55")).await.unwrap(),
        named(&["patch"])
    );
    seoul.clear_maintenance_windows();
    seoul.maintenance_window("patch", Some("2026-11-24T05:00Z"), 2);
    let after = Windows::new(memory);
    assert_eq!(
        after.open(&site, at("05:30")).await.unwrap(),
        named(&["patch"])
    );
    let forgetful = Windows::new(Arc::new(Forgetful));
    assert_eq!(
        forgetful.open(&site, at("05:30")).await.unwrap(),
        named(&[])
    );
}

#[tokio::test]
async fn a_host_that_takes_over_recalls_what_the_other_has_kept() {
    let fake = FakeAws::start().unwrap();
    let seoul = fake.home().region(SEOUL);
    let site = site(&fake).await;
    let memory = Arc::new(Kept::default());
    let (one, other) = (Windows::new(memory.clone()), Windows::new(memory));
    assert_eq!(other.open(&site, at("04:00")).await.unwrap(), named(&[]));
    seoul.maintenance_window("patch", Some("2026-11-23T05:00Z"), 2);
    assert_eq!(
        one.open(&site, at("04:55")).await.unwrap(),
        named(&["patch"])
    );
    seoul.clear_maintenance_windows();
    assert_eq!(
        other.open(&site, at("05:30")).await.unwrap(),
        named(&["patch"])
    );
}

#[tokio::test]
async fn two_windows_of_one_name_are_both_used_and_pages_are_read_to_the_last() {
    let fake = FakeAws::start().unwrap();
    let seoul = fake.home().region(SEOUL);
    for number in 0..150 {
        seoul.maintenance_window(&format!("other-{number}"), None, 1);
    }
    seoul.maintenance_window("patch", Some("2026-11-23T05:00Z"), 1);
    seoul.maintenance_window("patch", Some("2026-11-23T08:00Z"), 1);
    let site = site(&fake).await;
    let windows = Windows::new(Arc::new(Forgetful));
    assert_eq!(
        windows.open(&site, at("05:30")).await.unwrap(),
        named(&["patch"])
    );
    assert_eq!(fake.count(DESCRIBE.0, DESCRIBE.1), 2);
    assert_eq!(windows.open(&site, at("07:00")).await.unwrap(), named(&[]));
    assert_eq!(
        windows.open(&site, at("08:30")).await.unwrap(),
        named(&["patch"])
    );
}

#[tokio::test]
async fn a_site_is_asked_every_five_minutes() {
    let fake = FakeAws::start().unwrap();
    let site = site(&fake).await;
    let windows = Windows::new(Arc::new(Forgetful));
    for minute in 0..15 {
        let now = at("00:00") + Duration::minutes(minute);
        windows.open(&site, now).await.unwrap();
    }
    assert_eq!(fake.count(DESCRIBE.0, DESCRIBE.1), 3);
}

#[tokio::test]
async fn a_failure_leaves_what_is_known_and_the_servers_seen() {
    let fake = FakeAws::start().unwrap();
    let home = fake.home();
    let seoul = home.region(SEOUL);
    seoul.maintenance_window("patch", Some("2026-11-23T05:00Z"), 2);
    let _web = seoul.instance("web").tag("Schedule", "office").running();
    let settings = FleetSettings {
        targets: vec![target()],
        ..FleetSettings::default()
    };
    let fleet = AwsFleet::new(&sdk(&fake, SEOUL).await, settings)
        .await
        .with_windows(Arc::new(Forgetful));
    let open = async |time| {
        let view = fleet.servers(at(time)).await.unwrap();
        assert_eq!(view.unseen.len(), 0);
        assert_eq!(view.servers.len(), 1);
        view.servers[0].open_windows.clone()
    };
    assert_eq!(open("04:00").await, named(&[]));
    home.denies("ssm:DescribeMaintenanceWindows");
    assert_eq!(open("05:00").await, named(&["patch"]));
    fake.heal();
    home.allows("ssm:DescribeMaintenanceWindows");
    seoul.clear_maintenance_windows();
    fake.on("ssm", "*").times(1).hangs_up();
    assert_eq!(open("05:10").await, named(&["patch"]));
    assert_eq!(open("07:00").await, named(&[]));
}

#[tokio::test]
async fn the_state_table_keeps_windows_over_a_restart() {
    let Some(tables) = dynamo::tables("windows kept in the state table").await else {
        return;
    };
    let memory = DynamoWindows::new(&tables.sdk, &tables.names.state);
    let run = |begin, end| KeptWindow {
        id: "mw-0123456789abcdef0".to_owned(),
        name: "patch".to_owned(),
        begin: at(begin),
        end: at(end),
    };
    assert_eq!(memory.load("111122223333 eu-west-1").await.unwrap(), []);
    let runs = [run("05:00", "07:00"), run("20:00", "22:00")];
    memory.keep("111122223333 eu-west-1", &runs).await.unwrap();
    let again = DynamoWindows::new(&tables.sdk, &tables.names.state);
    assert_eq!(again.load("111122223333 eu-west-1").await.unwrap(), runs);
    assert_eq!(again.load("111122223333 eu-west-2").await.unwrap(), []);
    again.keep("111122223333 eu-west-1", &[]).await.unwrap();
    assert_eq!(memory.load("111122223333 eu-west-1").await.unwrap(), []);
}

/// Fails once, then has what it has.
#[derive(Debug)]
struct FailsFirst(Kept, AtomicBool);

#[async_trait]
impl WindowMemory for FailsFirst {
    async fn load(&self, site: &str) -> Result<Vec<KeptWindow>, StoreError> {
        if self.1.swap(false, Ordering::Relaxed) {
            return Err(StoreError::Busy);
        }
        self.0.load(site).await
    }

    async fn keep(&self, site: &str, runs: &[KeptWindow]) -> Result<(), StoreError> {
        self.0.keep(site, runs).await
    }
}

#[tokio::test]
async fn instances_are_left_as_they_are_while_nobody_knows_which_windows_are_open() {
    let fake = FakeAws::start().unwrap();
    let _web = fake
        .home()
        .region(SEOUL)
        .instance("web")
        .tag("Schedule", "office")
        .running();
    let run = KeptWindow {
        id: "mw-0123456789abcdef0".to_owned(),
        name: "patch".to_owned(),
        begin: at("05:00"),
        end: at("07:00"),
    };
    // Another host has kept the run; SSM no longer tells of it.
    let memory = FailsFirst(Kept(Mutex::new(vec![run])), AtomicBool::new(true));
    let settings = FleetSettings {
        targets: vec![target()],
        ..FleetSettings::default()
    };
    let fleet = AwsFleet::new(&sdk(&fake, SEOUL).await, settings)
        .await
        .with_windows(Arc::new(memory));
    let view = fleet.servers(at("05:30")).await.unwrap();
    assert_eq!(view.servers.len(), 0);
    assert_eq!(view.unseen.len(), 1);
    assert_eq!(view.unseen[0].code, "fleet.unreachable");
    let view = fleet.servers(at("05:31")).await.unwrap();
    assert_eq!(view.unseen.len(), 0);
    assert_eq!(view.servers[0].open_windows, named(&["patch"]));
}

#[tokio::test]
async fn a_table_that_is_not_there_does_not_close_windows() {
    let fake = FakeAws::start().unwrap();
    let site = site(&fake).await;
    // The fake answers for no table.
    let memory = DynamoWindows::new(&site.sdk, "nowhere");
    let windows = Windows::new(Arc::new(memory));
    let unknown = windows.open(&site, at("05:30")).await.unwrap_err();
    assert_eq!(unknown.call, "ssm:DescribeMaintenanceWindows");
}
