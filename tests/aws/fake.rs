//! The fake answers as AWS does, asked by AWS's own clients.

use std::time::Duration as Span;

use aws_sdk_ec2::{
    error::{ProvideErrorMetadata, SdkError},
    types::{Filter, Tag},
};
use chrono::Duration;
use reveille_aws::{
    client::Patience,
    site::Site,
    target::Target,
    trouble::{Trouble, TroubleKind},
};
use reveille_core::testing::utc;
use reveille_tests::fake_aws::{FakeAws, HOME, Refill, Region};

use super::reach::{patient_sdk, sdk, sdk_at};

const SEOUL: &str = "ap-northeast-2";
const OTHER: &str = "444455556666";
/// One attempt that gives up at once: what fails is seen as it is.
const HASTY: Patience = Patience {
    connect: Span::from_millis(500),
    attempt: Span::from_millis(500),
    call: Span::from_secs(2),
    attempts: 1,
};

async fn ec2(fake: &FakeAws) -> aws_sdk_ec2::Client {
    aws_sdk_ec2::Client::new(&patient_sdk(fake, SEOUL, HASTY).await)
}

async fn rds(fake: &FakeAws) -> aws_sdk_rds::Client {
    aws_sdk_rds::Client::new(&patient_sdk(fake, SEOUL, HASTY).await)
}

fn seoul(fake: &FakeAws) -> Region {
    fake.home().region(SEOUL)
}

/// Code and message of a refusal.
fn said<E, R>(error: &SdkError<E, R>) -> (String, String)
where
    E: ProvideErrorMetadata,
{
    (
        error.code().unwrap_or_default().to_owned(),
        error.message().unwrap_or_default().to_owned(),
    )
}

#[tokio::test]
async fn an_instance_is_described_as_it_is() {
    let fake = FakeAws::start().unwrap();
    let web = seoul(&fake)
        .instance("web-1")
        .tag("Schedule", "office & <home>")
        .can_hibernate()
        .instance_type("t3.medium")
        .running();
    let answer = ec2(&fake).await.describe_instances().send().await.unwrap();
    let reservation = &answer.reservations()[0];
    assert_eq!(reservation.owner_id(), Some(HOME));
    let instance = &reservation.instances()[0];
    assert_eq!(instance.instance_id(), Some(web.id()));
    assert_eq!(instance.instance_type().unwrap().as_str(), "t3.medium");
    assert_eq!(
        instance.state().unwrap().name().unwrap().as_str(),
        "running"
    );
    assert_eq!(instance.state().unwrap().code(), Some(16));
    assert_eq!(
        instance.hibernation_options().unwrap().configured(),
        Some(true)
    );
    assert!(instance.launch_time().is_some());
    let schedule = instance
        .tags()
        .iter()
        .find(|tag| tag.key() == Some("Schedule"));
    assert_eq!(schedule.unwrap().value(), Some("office & <home>"));
}

#[tokio::test]
async fn pages_count_instances_and_not_reservations() {
    let fake = FakeAws::start().unwrap();
    let _ = seoul(&fake)
        .instances("crowd", 2_300)
        .tag("Schedule", "office")
        .launched_together();
    let _ = seoul(&fake).instance("bystander");
    let client = ec2(&fake).await;
    let mut pages = client
        .describe_instances()
        .filters(Filter::builder().name("tag-key").values("Schedule").build())
        .into_paginator()
        .page_size(1_000)
        .send();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        let size: usize = page
            .reservations()
            .iter()
            .map(|of| of.instances().len())
            .sum();
        sizes.push(size);
    }
    assert_eq!(sizes, [1_000, 1_000, 300]);
    let too_many = client.describe_instances().max_results(1_001).send().await;
    assert_eq!(said(&too_many.unwrap_err()).0, "InvalidParameterValue");
    let both = client
        .describe_instances()
        .max_results(5)
        .instance_ids("i-1")
        .send()
        .await;
    assert_eq!(said(&both.unwrap_err()).0, "InvalidParameterCombination");
}

#[tokio::test]
async fn filters_find_by_tag_and_state() {
    let fake = FakeAws::start().unwrap();
    let _ = seoul(&fake)
        .instance("web")
        .tag("Schedule", "office")
        .running();
    let _ = seoul(&fake)
        .instance("db")
        .tag("Schedule", "nights")
        .running();
    let _ = seoul(&fake)
        .instance("old")
        .tag("Schedule", "office")
        .stopped();
    let client = ec2(&fake).await;
    let count = async |name: &str, value: &str| {
        let filter = Filter::builder().name(name).values(value).build();
        let running = Filter::builder()
            .name("instance-state-name")
            .values("running")
            .build();
        let found = client
            .describe_instances()
            .filters(filter)
            .filters(running)
            .send()
            .await;
        found.unwrap().reservations().len()
    };
    assert_eq!(count("tag:Schedule", "office").await, 1);
    assert_eq!(count("tag:Schedule", "*i*").await, 2);
    assert_eq!(count("tag-key", "Schedule").await, 2);
    assert_eq!(count("tag-key", "schedule").await, 0);
}

#[tokio::test]
async fn starting_and_stopping_takes_its_time_by_the_clock_of_the_test() {
    let fake = FakeAws::start().unwrap();
    let web = seoul(&fake)
        .instance("web")
        .takes(Duration::seconds(20), Duration::seconds(90));
    let client = ec2(&fake).await;
    let answer = client
        .start_instances()
        .instance_ids(web.id())
        .send()
        .await
        .unwrap();
    let change = &answer.starting_instances()[0];
    assert_eq!(change.previous_state().unwrap().code(), Some(80));
    assert_eq!(change.current_state().unwrap().code(), Some(0));
    fake.set_now(utc("2026-11-23 00:00") + Duration::seconds(19));
    assert_eq!(web.state(), "pending");
    let refused = client
        .stop_instances()
        .instance_ids(web.id())
        .send()
        .await
        .unwrap_err();
    assert_eq!(said(&refused).0, "IncorrectInstanceState");
    fake.set_now(utc("2026-11-23 00:00") + Duration::seconds(20));
    assert_eq!(web.state(), "running");
    client
        .stop_instances()
        .instance_ids(web.id())
        .send()
        .await
        .unwrap();
    client
        .stop_instances()
        .instance_ids(web.id())
        .send()
        .await
        .unwrap();
    let refused = client
        .start_instances()
        .instance_ids(web.id())
        .send()
        .await
        .unwrap_err();
    let message = format!(
        "The instance '{}' is not in a state from which it can be started.",
        web.id()
    );
    assert_eq!(
        said(&refused),
        ("IncorrectInstanceState".to_owned(), message)
    );
    fake.set_now(utc("2026-11-23 00:02"));
    assert_eq!(web.state(), "stopped");
}

#[tokio::test]
async fn a_batch_is_started_wholly_or_not_at_all() {
    let fake = FakeAws::start().unwrap();
    let web = seoul(&fake).instance("web");
    let client = ec2(&fake).await;
    let lost = client
        .start_instances()
        .set_instance_ids(Some(vec!["i-1".into(), web.id().into(), "i-2".into()]))
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        said(&lost),
        (
            "InvalidInstanceID.NotFound".to_owned(),
            "The instance IDs 'i-1, i-2' do not exist".to_owned()
        )
    );
    assert_eq!(web.state(), "stopped");
    let big = seoul(&fake).instance("big").instance_type("p5.48xlarge");
    seoul(&fake).no_capacity("p5.48xlarge");
    let both = vec![web.id().to_owned(), big.id().to_owned()];
    let refused = client
        .start_instances()
        .set_instance_ids(Some(both))
        .send()
        .await
        .unwrap_err();
    assert_eq!(said(&refused).0, "InsufficientInstanceCapacity");
    assert_eq!(refused.raw_response().unwrap().status().as_u16(), 500);
    assert_eq!((web.state(), big.state()), ("stopped", "stopped"));
}

#[tokio::test]
async fn only_a_stopped_instance_changes_its_type() {
    let fake = FakeAws::start().unwrap();
    let web = seoul(&fake).instance("web").running();
    let client = ec2(&fake).await;
    let to = |name: &str| {
        let value = aws_sdk_ec2::types::AttributeValue::builder()
            .value(name)
            .build();
        client
            .modify_instance_attribute()
            .instance_id(web.id())
            .instance_type(value)
            .send()
    };
    let refused = to("m5.xlarge").await.unwrap_err();
    assert_eq!(said(&refused).0, "IncorrectInstanceState");
    let web = web.clone().stopped();
    to("m5.xlarge").await.unwrap();
    assert_eq!(web.type_now(), "m5.xlarge");
}

#[tokio::test]
async fn an_instance_hibernates_only_when_it_was_launched_for_it() {
    let fake = FakeAws::start().unwrap();
    let web = seoul(&fake).instance("web").running();
    let client = ec2(&fake).await;
    let hibernate = || {
        client
            .stop_instances()
            .instance_ids(web.id())
            .hibernate(true)
            .send()
    };
    let refused = hibernate().await.unwrap_err();
    assert_eq!(said(&refused).0, "UnsupportedHibernationConfiguration");
    let _ = web.clone().can_hibernate();
    hibernate().await.unwrap();
    assert_eq!(web.state(), "stopping");
    assert!(
        fake.calls()
            .iter()
            .all(|call| call.hibernates && !call.forced)
    );
}

#[tokio::test]
async fn an_accepted_start_may_end_stopped_with_a_reason() {
    let fake = FakeAws::start().unwrap();
    let reason = "Server.InsufficientInstanceCapacity";
    let web = seoul(&fake)
        .instance("web")
        .falls_back(reason, "Insufficient capacity");
    let client = ec2(&fake).await;
    client
        .start_instances()
        .instance_ids(web.id())
        .send()
        .await
        .unwrap();
    fake.set_now(utc("2026-11-23 00:01"));
    let answer = client
        .describe_instances()
        .instance_ids(web.id())
        .send()
        .await
        .unwrap();
    let instance = &answer.reservations()[0].instances()[0];
    assert_eq!(instance.state_reason().unwrap().code(), Some(reason));
    assert_eq!(web.state(), "stopped");
}

#[tokio::test]
async fn tags_are_added_and_removed() {
    let fake = FakeAws::start().unwrap();
    let web = seoul(&fake).instance("web");
    let client = ec2(&fake).await;
    let tag = Tag::builder().key("IS-LastAction").value("Started").build();
    client
        .create_tags()
        .resources(web.id())
        .tags(tag.clone())
        .send()
        .await
        .unwrap();
    assert_eq!(web.tags()["IS-LastAction"], "Started");
    client
        .delete_tags()
        .resources(web.id())
        .tags(tag)
        .send()
        .await
        .unwrap();
    assert!(!web.tags().contains_key("IS-LastAction"));
    let reserved = Tag::builder().key("aws:mine").value("").build();
    let refused = client
        .create_tags()
        .resources(web.id())
        .tags(reserved)
        .send()
        .await;
    assert_eq!(said(&refused.unwrap_err()).0, "InvalidParameterValue");
}

#[tokio::test]
async fn a_dry_run_does_nothing_and_says_whether_it_might() {
    let fake = FakeAws::start().unwrap();
    let web = seoul(&fake).instance("web");
    let client = ec2(&fake).await;
    let dry = || {
        client
            .start_instances()
            .instance_ids(web.id())
            .dry_run(true)
            .send()
    };
    assert_eq!(said(&dry().await.unwrap_err()).0, "DryRunOperation");
    fake.home().denies("ec2:StartInstances");
    let (code, message) = said(&dry().await.unwrap_err());
    assert_eq!(code, "UnauthorizedOperation");
    assert!(
        message.contains("is not authorized to perform: ec2:StartInstances"),
        "{message}"
    );
    assert_eq!(web.state(), "stopped");
}

#[tokio::test]
async fn what_a_call_changed_may_be_seen_late() {
    let fake = FakeAws::start().unwrap();
    let web = seoul(&fake)
        .instance("web")
        .takes(Duration::zero(), Duration::zero());
    seoul(&fake).shows_late(2);
    let client = ec2(&fake).await;
    client
        .start_instances()
        .instance_ids(web.id())
        .send()
        .await
        .unwrap();
    let mut seen = Vec::new();
    for _ in 0..3 {
        let answer = client.describe_instances().send().await.unwrap();
        let state = answer.reservations()[0].instances()[0]
            .state()
            .unwrap()
            .clone();
        seen.push(state.name().unwrap().as_str().to_owned());
    }
    assert_eq!(seen, ["stopped", "stopped", "running"]);
}

#[tokio::test]
async fn databases_are_described_in_pages_with_their_tags() {
    let fake = FakeAws::start().unwrap();
    for number in 0..45 {
        let _ = seoul(&fake)
            .database(&format!("db-{number:02}"))
            .tag("Schedule", "office");
    }
    let client = rds(&fake).await;
    let mut pages = client
        .describe_db_instances()
        .into_paginator()
        .page_size(20)
        .send();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        assert!(
            page.db_instances()
                .iter()
                .all(|db| db.tag_list()[0].value() == Some("office"))
        );
        sizes.push(page.db_instances().len());
    }
    assert_eq!(sizes, [20, 20, 5]);
    let too_few = client.describe_db_instances().max_records(19).send().await;
    assert_eq!(said(&too_few.unwrap_err()).0, "InvalidParameterValue");
}

#[tokio::test]
async fn a_database_is_stopped_with_a_snapshot_and_started_again_after_seven_days() {
    let fake = FakeAws::start().unwrap();
    let orders = seoul(&fake).database("orders").available();
    let client = rds(&fake).await;
    let stop = || {
        client
            .stop_db_instance()
            .db_instance_identifier("orders")
            .db_snapshot_identifier("house-stopped-orders")
            .send()
    };
    let answer = stop().await.unwrap();
    assert_eq!(
        answer.db_instance().unwrap().db_instance_status(),
        Some("stopping")
    );
    let (code, message) = said(&stop().await.unwrap_err());
    assert_eq!(code, "InvalidDBInstanceState");
    assert_eq!(message, "Instance orders is not in available state.");
    fake.set_now(utc("2026-11-23 00:06"));
    assert_eq!(orders.state(), "stopped");
    assert_eq!(seoul(&fake).snapshots()["house-stopped-orders"], "orders");
    fake.set_now(utc("2026-11-30 00:00"));
    assert_eq!(orders.state(), "starting");
    fake.set_now(utc("2026-11-30 00:08"));
    assert_eq!(orders.state(), "available");
    assert_eq!(
        said(&stop().await.unwrap_err()).0,
        "DBSnapshotAlreadyExists"
    );
}

#[tokio::test]
async fn a_cluster_takes_its_members_along_and_replicas_stay() {
    let fake = FakeAws::start().unwrap();
    let aurora = seoul(&fake).cluster("aurora").available();
    let member = seoul(&fake)
        .database("aurora-1")
        .engine("aurora-mysql")
        .member_of("aurora")
        .available();
    let _ = seoul(&fake).database("primary").available();
    let _ = seoul(&fake)
        .database("replica")
        .available()
        .replica_of("primary");
    let client = rds(&fake).await;
    let described = client.describe_db_clusters().send().await.unwrap();
    let cluster = &described.db_clusters()[0];
    assert_eq!(
        cluster.db_cluster_members()[0].db_instance_identifier(),
        Some("aurora-1")
    );
    let stop = async |id: &str| {
        let call = client.stop_db_instance().db_instance_identifier(id);
        said(&call.send().await.unwrap_err()).0
    };
    assert_eq!(stop("aurora-1").await, "InvalidParameterCombination");
    assert_eq!(stop("primary").await, "InvalidDBInstanceState");
    assert_eq!(stop("replica").await, "InvalidDBInstanceState");
    assert_eq!(stop("nobody").await, "DBInstanceNotFound");
    let stop = || {
        client
            .stop_db_cluster()
            .db_cluster_identifier("aurora")
            .send()
    };
    stop().await.unwrap();
    assert_eq!(
        (aurora.state(), member.state()),
        ("stopping".into(), "stopping".into())
    );
    assert_eq!(
        said(&stop().await.unwrap_err()).0,
        "InvalidDBClusterStateFault"
    );
    client
        .add_tags_to_resource()
        .resource_name(aurora.arn())
        .tags(
            aws_sdk_rds::types::Tag::builder()
                .key("IS-LastAction")
                .value("Stopped")
                .build(),
        )
        .send()
        .await
        .unwrap();
    assert_eq!(aurora.tags()["IS-LastAction"], "Stopped");
    client
        .remove_tags_from_resource()
        .resource_name(aurora.arn())
        .tag_keys("IS-LastAction")
        .send()
        .await
        .unwrap();
    assert!(aurora.tags().is_empty());
}

#[tokio::test]
async fn accounts_are_reached_by_their_roles_only() {
    let fake = FakeAws::start().unwrap();
    let other = fake.account(OTHER).guarded_role("reveille", "shared words");
    let _ = other.region(SEOUL).instance("theirs").running();
    let _ = seoul(&fake).instance("ours").running();
    let home = patient_sdk(&fake, SEOUL, HASTY).await;
    let site = async |external_id: Option<&str>| {
        let target = Target {
            account: Some(OTHER.into()),
            role: Some(other.role_arn("reveille")),
            external_id: external_id.map(str::to_owned),
            regions: vec![SEOUL.into()],
        };
        Site::of(&home, &target).await.remove(0)
    };
    let good = site(Some("shared words")).await;
    let identity = aws_sdk_sts::Client::new(&good.sdk)
        .get_caller_identity()
        .send()
        .await
        .unwrap();
    assert_eq!(identity.account(), Some(OTHER));
    let seen = aws_sdk_ec2::Client::new(&good.sdk)
        .describe_instances()
        .send()
        .await
        .unwrap();
    assert_eq!(seen.reservations().len(), 1);
    assert_eq!(seen.reservations()[0].owner_id(), Some(OTHER));
    fake.expire_sessions();
    let expired = aws_sdk_ec2::Client::new(&good.sdk)
        .describe_instances()
        .send()
        .await;
    assert_eq!(said(&expired.unwrap_err()).0, "RequestExpired");

    let bad = site(Some("other words")).await;
    let refused = aws_sdk_ec2::Client::new(&bad.sdk)
        .describe_instances()
        .send()
        .await;
    let trouble = Trouble::of("ec2:DescribeInstances", refused.unwrap_err());
    assert_eq!(
        (trouble.kind, trouble.call),
        (TroubleKind::Denied, "sts:AssumeRole"),
        "{trouble:?}"
    );
    let mut assumed = fake
        .calls()
        .into_iter()
        .filter(|call| call.is("sts", "AssumeRole"));
    assert_eq!(
        assumed.next_back().unwrap().refused.as_deref(),
        Some("AccessDenied")
    );
}

#[tokio::test]
async fn a_request_must_be_signed_by_whoever_has_the_key() {
    let fake = FakeAws::start().unwrap();
    let (key, secret) = fake.credentials();
    let said_to = async |key: &str, secret: &str| {
        let sdk = sdk_at(&fake.endpoint(), (key, secret), SEOUL, HASTY).await;
        let answer = aws_sdk_sts::Client::new(&sdk)
            .get_caller_identity()
            .send()
            .await;
        answer.map(drop).map_err(|refused| said(&refused).0)
    };
    assert_eq!(said_to(key, secret).await, Ok(()));
    let forged = said_to(key, "a guess").await.unwrap_err();
    assert_eq!(forged, "SignatureDoesNotMatch");
    let stolen = said_to("ASIA4444555566660000", "a guess")
        .await
        .unwrap_err();
    assert_eq!(stolen, "InvalidClientTokenId");
}

#[tokio::test]
async fn a_region_that_is_not_enabled_knows_no_credentials() {
    let fake = FakeAws::start().unwrap();
    fake.home().region("ap-east-1").not_enabled();
    let sdk = patient_sdk(&fake, "ap-east-1", HASTY).await;
    let refused = aws_sdk_ec2::Client::new(&sdk)
        .describe_instances()
        .send()
        .await;
    assert_eq!(said(&refused.unwrap_err()).0, "AuthFailure");
    let refused = aws_sdk_rds::Client::new(&sdk)
        .describe_db_instances()
        .send()
        .await;
    assert_eq!(said(&refused.unwrap_err()).0, "InvalidClientTokenId");
}

#[tokio::test]
async fn buckets_empty_and_fill_again() {
    let fake = FakeAws::start().unwrap();
    fake.throttle(Refill::TestClock);
    let web = seoul(&fake).instance("web");
    let client = ec2(&fake).await;
    let start = || client.start_instances().instance_ids(web.id()).send();
    for _ in 0..5 {
        start().await.unwrap();
    }
    let refused = start().await.unwrap_err();
    assert_eq!(said(&refused).0, "RequestLimitExceeded");
    assert_eq!(refused.raw_response().unwrap().status().as_u16(), 503);
    client.describe_instances().send().await.unwrap();
    fake.set_now(utc("2026-11-23 00:00") + Duration::seconds(1));
    start().await.unwrap();
    start().await.unwrap();
    assert_eq!(said(&start().await.unwrap_err()).0, "RequestLimitExceeded");
}

#[tokio::test]
async fn scripted_faults_befall_the_calls_that_they_are_for() {
    let fake = FakeAws::start().unwrap();
    let client = ec2(&fake).await;
    let call = async || {
        let called = client.describe_instances().send().await;
        called.map(drop).map_err(|error| {
            let trouble = Trouble::of("ec2:DescribeInstances", error);
            (trouble.kind, trouble.code)
        })
    };
    let unreachable = |code: &str| Err((TroubleKind::Unreachable, code.to_owned()));
    fake.on("rds", "*").breaks();
    fake.on("ec2", "*").in_region("eu-west-1").breaks();
    fake.on("ec2", "*").in_account(OTHER).breaks();
    assert_eq!(call().await, Ok(()));
    fake.on("ec2", "DescribeInstances").times(1).breaks();
    assert_eq!(call().await, unreachable("Unavailable"));
    assert_eq!(call().await, Ok(()));
    fake.on("ec2", "*").times(1).throttles();
    assert_eq!(
        call().await,
        Err((TroubleKind::Throttled, "RequestLimitExceeded".to_owned()))
    );
    fake.on("ec2", "*").times(1).expires();
    assert_eq!(call().await.unwrap_err().0, TroubleKind::Credentials);
    fake.on("ec2", "*").times(1).is_denied();
    assert_eq!(call().await.unwrap_err().0, TroubleKind::Denied);
    fake.on("ec2", "*")
        .times(1)
        .says(400, "OptInRequired", "You are not subscribed");
    assert_eq!(call().await.unwrap_err().0, TroubleKind::Region);
    fake.on("ec2", "*").times(1).resets();
    assert_eq!(call().await, unreachable("Unreachable"));
    fake.on("ec2", "*").times(1).hangs_up();
    assert_eq!(call().await, unreachable("Unreachable"));
    fake.on("ec2", "*").times(1).hangs();
    assert_eq!(call().await, unreachable("Timeout"));
    fake.on("ec2", "*").times(1).takes(Span::from_secs(5));
    assert_eq!(call().await, unreachable("Timeout"));
    fake.on("ec2", "*").times(1).garbles_the_answer();
    assert_eq!(call().await, unreachable("BrokenAnswer"));
    fake.on("ec2", "*").times(1).truncates_the_answer();
    assert_eq!(call().await, unreachable("BrokenAnswer"));
    assert_eq!(call().await, Ok(()));
}

#[tokio::test]
async fn a_lost_answer_is_of_a_call_that_was_carried_out() {
    let fake = FakeAws::start().unwrap();
    let web = seoul(&fake).instance("web");
    fake.on("ec2", "StartInstances").times(1).loses_the_answer();
    let client = aws_sdk_ec2::Client::new(&sdk(&fake, SEOUL).await);
    client
        .start_instances()
        .instance_ids(web.id())
        .send()
        .await
        .unwrap();
    assert_eq!(fake.count("ec2", "StartInstances"), 2);
    assert_eq!(fake.calls()[0].refused, None);
    assert!(!fake.calls()[0].answered);
    assert_eq!(web.state(), "pending");
}
