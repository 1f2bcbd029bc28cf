//! Many servers and many sites: how many calls a tick makes, counted.

use std::sync::Arc;

use aws_config::SdkConfig;
use chrono::{DateTime, Duration, Utc};
use reveille_aws::{
    fleet::{AwsFleet, FleetSettings, SITES_AT_ONCE},
    target::Target,
};
use reveille_core::{
    testing::{MemoryStore, PaintedRules, RecordingNotifier, definitions, schedule, utc},
    tick::{Scheduler, Settings},
};
use reveille_tests::fake_aws::{FakeAws, HOME};

use super::reach::sdk;

const SEOUL: &str = "ap-northeast-2";
/// Instances of a page of `DescribeInstances`.
const PAGE: usize = 1_000;
/// Instances that one call starts or stops: `BATCH` of the adapter.
const BATCH: usize = 250;

/// A scheduler over `targets`, in memory otherwise: schedule `office` from 09:00 to 18:00 in UTC.
async fn scheduler(home: &SdkConfig, targets: Vec<Target>) -> Scheduler {
    let settings = FleetSettings {
        targets,
        ..FleetSettings::default()
    };
    let fleet = AwsFleet::new(home, settings).await;
    Scheduler::new(
        Arc::new(MemoryStore::with_definitions(definitions([schedule(
            "office",
        )
        .build()]))),
        Arc::new(fleet),
        Arc::new(PaintedRules::every_day("09:00", "18:00")),
        Arc::new(RecordingNotifier::default()),
        Settings::new("one"),
    )
}

fn home_target() -> Target {
    Target {
        account: Some(HOME.to_owned()),
        role: None,
        external_id: None,
        regions: vec![SEOUL.to_owned()],
    }
}

/// What a tick did, and how many calls of which kind it made.
#[derive(Debug, PartialEq, Eq)]
struct Counted {
    actions: usize,
    describes: usize,
    starts: usize,
    stops: usize,
    /// Besides one look at RDS.
    others: usize,
}

async fn counted(fake: &FakeAws, scheduler: &Scheduler, now: DateTime<Utc>) -> Counted {
    fake.set_now(now);
    fake.forget_calls();
    let report = scheduler.tick(now).await.unwrap();
    assert!(report.actions.iter().all(|action| action.refused.is_none()));
    let (describes, starts, stops) = (
        fake.count("ec2", "DescribeInstances"),
        fake.count("ec2", "StartInstances"),
        fake.count("ec2", "StopInstances"),
    );
    let rds = fake.count("rds", "DescribeDBInstances") + fake.count("rds", "DescribeDBClusters");
    assert_eq!(rds, 2);
    Counted {
        actions: report.actions.len(),
        describes,
        starts,
        stops,
        others: fake.calls().len() - describes - starts - stops - rds,
    }
}

/// A tick that only looks, so many times.
fn idle(describes: usize) -> Counted {
    Counted {
        actions: 0,
        describes,
        starts: 0,
        stops: 0,
        others: 0,
    }
}

#[tokio::test]
async fn ten_thousand_instances_cost_ten_calls_when_idle_and_one_for_each_batch_that_turns() {
    let fake = FakeAws::start().unwrap();
    let region = fake.home().region(SEOUL);
    let up = region
        .instances("up", 5_000)
        .tag("Schedule", "office")
        .running();
    let down = region
        .instances("down", 5_000)
        .tag("Schedule", "office")
        .running();
    let _ = region.instances("bystander", 500).running();
    let scheduler = scheduler(&sdk(&fake, SEOUL).await, vec![home_target()]).await;
    let pages = 10_000_usize.div_ceil(PAGE);

    let minute = Duration::minutes(1);
    let morning = utc("2026-11-23 09:00");
    assert_eq!(counted(&fake, &scheduler, morning).await, idle(pages));

    let evening = utc("2026-11-23 18:00");
    let stopped = counted(&fake, &scheduler, evening).await;
    let calls = 10_000_usize.div_ceil(BATCH);
    assert_eq!(
        stopped,
        Counted {
            actions: 10_000,
            stops: calls,
            ..idle(pages)
        }
    );

    // Somebody is early and starts half of them.
    let up = up.running();
    let next_morning = utc("2026-11-24 09:00");
    let started = counted(&fake, &scheduler, next_morning).await;
    let calls = 5_000_usize.div_ceil(BATCH);
    assert_eq!(
        started,
        Counted {
            actions: 5_000,
            starts: calls,
            ..idle(pages)
        }
    );
    assert_eq!(
        counted(&fake, &scheduler, next_morning + minute).await,
        idle(pages)
    );
    assert_eq!((up.state(), down.state()), ("running", "running"));
}

#[tokio::test]
async fn one_more_than_a_page_is_one_more_call() {
    let fake = FakeAws::start().unwrap();
    let region = fake.home().region(SEOUL);
    let _ = region
        .instances("web", PAGE)
        .tag("Schedule", "office")
        .running();
    let scheduler = scheduler(&sdk(&fake, SEOUL).await, vec![home_target()]).await;
    let now = utc("2026-11-23 09:00");
    assert_eq!(counted(&fake, &scheduler, now).await, idle(1));
    let _ = region
        .instance("one-more")
        .tag("Schedule", "office")
        .running();
    let later = now + Duration::minutes(1);
    assert_eq!(counted(&fake, &scheduler, later).await, idle(2));
}

#[tokio::test]
async fn two_hundred_sites_are_seen_in_seven_rounds() {
    const ACCOUNTS: usize = 50;
    const REGIONS: [&str; 4] = ["ap-northeast-2", "eu-west-1", "us-east-1", "us-west-2"];
    /// EC2 instances, RDS instances, RDS clusters.
    const PARTS: usize = 3;
    let fake = FakeAws::start().unwrap();
    let mut targets = Vec::new();
    for number in 0..ACCOUNTS {
        let id = format!("{:012}", 200_000_000_000 + number);
        let account = fake.account(&id).role("reveille");
        for region in REGIONS {
            let web = account.region(region).instance("web");
            let _ = web.tag("Schedule", "office").running();
        }
        targets.push(Target {
            role: Some(account.role_arn("reveille")),
            account: Some(id),
            external_id: None,
            regions: REGIONS.map(str::to_owned).to_vec(),
        });
    }
    let scheduler = scheduler(&sdk(&fake, SEOUL).await, targets).await;
    let now = utc("2026-11-23 09:00");
    fake.set_now(now);
    let report = scheduler.tick(now).await.unwrap();
    assert_eq!((report.servers, report.unseen.len()), (200, 0));
    assert_eq!(fake.count("sts", "AssumeRole"), ACCOUNTS);

    // Credentials are there; every first call waits for those that must be made at the same time.
    fake.forget_calls();
    let together = SITES_AT_ONCE * PARTS;
    fake.on("*", "*")
        .come_together(u32::try_from(together).unwrap());
    let report = scheduler.tick(now + Duration::minutes(1)).await.unwrap();
    assert_eq!((report.servers, report.unseen.len()), (200, 0));
    let calls = fake.calls().len();
    assert_eq!(calls, ACCOUNTS * REGIONS.len() * PARTS);
    assert_eq!(calls.div_ceil(together), 7);
}
