//! What the doctor finds, over real HTTP.

use std::collections::BTreeSet;

use aws_config::SdkConfig;
use chrono::{DateTime, Duration, Utc};
use reveille_aws::{
    doctor::{Ailment, Check, DoctorInput, examine},
    dynamo::create_tables,
    fleet::FleetSettings,
    target::Target,
    trace::TraceSettings,
};
use reveille_tests::{fake_aws::FakeAws, ground::dynamodb::with_transactions};
use tokio::sync::mpsc;

use super::{dynamo, reach::sdk};

const SEOUL: &str = "ap-northeast-2";
const OTHER: &str = "444455556666";

fn target(account: Option<&str>, role: Option<String>) -> Target {
    Target {
        account: account.map(str::to_owned),
        role,
        external_id: None,
        regions: vec![SEOUL.to_owned()],
    }
}

fn input(targets: Vec<Target>) -> DoctorInput {
    DoctorInput {
        fleet: FleetSettings {
            targets,
            ..FleetSettings::default()
        },
        tables: None,
        schedules: Some(BTreeSet::from(["office".to_owned()])),
        resizes: true,
        ssm_windows: true,
        traces: TraceSettings {
            tags: true,
            event_bus: Some("ops".to_owned()),
            metrics: Some("Reveille".to_owned()),
        },
    }
}

async fn examined(fake: &FakeAws, input: &DoctorInput) -> Vec<Check> {
    examined_by(&sdk(fake, SEOUL).await, input, Utc::now()).await
}

async fn examined_by(sdk: &SdkConfig, input: &DoctorInput, now: DateTime<Utc>) -> Vec<Check> {
    let (found, mut checks) = mpsc::unbounded_channel();
    examine(sdk, input, now, found).await;
    std::iter::from_fn(|| checks.try_recv().ok()).collect()
}

#[track_caller]
fn ailment(checks: &[Check], what: &str) -> Ailment {
    let check = checks.iter().find(|check| check.what == what);
    let check = check.unwrap_or_else(|| panic!("{what} is not in {checks:#?}"));
    check.result.clone().unwrap_err()
}

fn ailing(checks: &[Check]) -> Vec<&str> {
    checks
        .iter()
        .filter(|check| check.result.is_err())
        .map(|check| check.what.as_str())
        .collect()
}

fn populate(fake: &FakeAws, account: &str) {
    let seoul = fake.account(account).region(SEOUL);
    let _web = seoul.instance("web").tag("Schedule", "office").running();
    let _db = seoul.database("db").tag("Schedule", "office");
    let _orders = seoul.cluster("orders").tag("Schedule", "office");
}

#[tokio::test]
async fn where_all_is_well_everything_is_looked_at_and_nothing_changed() {
    let fake = FakeAws::start().unwrap();
    populate(&fake, "111122223333");
    populate(&fake, OTHER);
    let other = fake.account(OTHER).role("reveille");
    let targets = vec![
        target(None, None),
        target(Some(OTHER), Some(other.role_arn("reveille"))),
    ];
    let before = fake.home().region(SEOUL).states();
    let checks = examined(&fake, &input(targets)).await;
    assert_eq!(ailing(&checks), [""; 0], "{checks:#?}");
    assert_eq!(fake.home().region(SEOUL).states(), before);
    let whats: Vec<&str> = checks.iter().map(|check| check.what.as_str()).collect();
    assert_eq!(
        whats,
        [
            "credentials",
            "clock",
            "events to `ops`",
            "figures in `Reveille`",
            "role `arn:aws:iam::444455556666:role/reveille`",
            "EC2 instances in ap-northeast-2",
            "acting on EC2 instances in ap-northeast-2",
            "maintenance windows in ap-northeast-2",
            "RDS instances in ap-northeast-2",
            "acting on RDS instances in ap-northeast-2",
            "RDS clusters in ap-northeast-2",
            "acting on RDS clusters in ap-northeast-2",
            "EC2 instances in 444455556666 ap-northeast-2",
            "acting on EC2 instances in 444455556666 ap-northeast-2",
            "maintenance windows in 444455556666 ap-northeast-2",
            "RDS instances in 444455556666 ap-northeast-2",
            "acting on RDS instances in 444455556666 ap-northeast-2",
            "RDS clusters in 444455556666 ap-northeast-2",
            "acting on RDS clusters in 444455556666 ap-northeast-2",
            "tags",
        ]
    );
    assert_eq!(
        checks.last().unwrap().result,
        Ok("6 servers carry `Schedule` or `ScheduleName`".to_owned())
    );
    for call in fake.calls() {
        let is_look = ["Describe", "Get", "Simulate", "Assume"]
            .iter()
            .any(|verb| call.action.starts_with(verb));
        assert!(is_look || call.dry_run, "{call:?}");
    }
}

#[tokio::test]
async fn a_missing_permission_is_told_by_its_name_and_who_needs_it() {
    let fake = FakeAws::start().unwrap();
    populate(&fake, "111122223333");
    let home = fake.home();
    home.denies("ec2:StopInstances");
    home.denies("rds:StopDBInstance");
    home.denies("events:PutEvents");
    home.denies("ssm:DescribeMaintenanceWindows");
    home.denies("rds:DescribeDBClusters");
    let checks = examined(&fake, &input(vec![target(None, None)])).await;
    assert_eq!(
        ailing(&checks),
        [
            "events to `ops`",
            "acting on EC2 instances in ap-northeast-2",
            "maintenance windows in ap-northeast-2",
            "acting on RDS instances in ap-northeast-2",
            "RDS clusters in ap-northeast-2",
        ]
    );
    assert_eq!(
        ailment(&checks, "acting on EC2 instances in ap-northeast-2").remedy,
        "Give `arn:aws:iam::111122223333:user/reveille` the permission `ec2:StopInstances`; `reveille iam` prints the \
         whole policy."
    );
    let simulated = ailment(&checks, "acting on RDS instances in ap-northeast-2");
    assert_eq!(
        simulated.cause,
        "its policies do not allow `rds:StopDBInstance`"
    );
}

#[tokio::test]
async fn an_instance_with_preferred_types_needs_its_type_changed() {
    let fake = FakeAws::start().unwrap();
    let home = fake.home();
    home.denies("ec2:ModifyInstanceAttribute");
    let mut input = input(vec![target(None, None)]);
    input.resizes = false;
    let what = "acting on EC2 instances in ap-northeast-2";
    let web = home
        .region(SEOUL)
        .instance("web-1")
        .tag("Schedule", "office");
    let _web = web.running();
    assert_eq!(ailing(&examined(&fake, &input).await), [""; 0]);
    let picky = home
        .region(SEOUL)
        .instance("web-2")
        .tag("Schedule", "office");
    let _picky = picky.tag("IS-PreferredInstanceTypes", "m5.large").running();
    assert_eq!(ailing(&examined(&fake, &input).await), [what]);
}

#[tokio::test]
async fn every_call_that_tables_need_is_simulated() {
    let fake = FakeAws::start().unwrap();
    let home = fake.home();
    home.denies("dynamodb:Scan");
    home.denies("dynamodb:BatchWriteItem");
    let mut input = input(vec![target(None, None)]);
    input.tables = Some(dynamo::names());
    let names = input.tables.clone().unwrap();
    let checks = examined(&fake, &input).await;
    let cause = |name: &str| {
        ailment(&checks, &format!("using table `{name}`"))
            .cause
            .clone()
    };
    assert_eq!(
        [cause(&names.config), cause(&names.state)],
        [
            "its policies do not allow `dynamodb:Scan`",
            "its policies do not allow `dynamodb:BatchWriteItem`, `dynamodb:Scan`",
        ]
    );
}

#[tokio::test]
async fn what_cannot_be_simulated_is_no_problem() {
    let fake = FakeAws::start().unwrap();
    populate(&fake, "111122223333");
    fake.home().denies("iam:SimulatePrincipalPolicy");
    let checks = examined(&fake, &input(vec![target(None, None)])).await;
    assert_eq!(ailing(&checks), [""; 0]);
    let check = checks
        .iter()
        .find(|check| check.what == "acting on RDS instances in ap-northeast-2");
    let fact = check.unwrap().result.clone().unwrap();
    assert!(fact.starts_with("not looked at"), "{fact}");
}

#[tokio::test]
async fn a_role_that_cannot_be_assumed_is_told_with_its_trust() {
    let fake = FakeAws::start().unwrap();
    populate(&fake, "111122223333");
    let guarded = fake.account(OTHER).guarded_role("reveille", "right");
    let mut there = target(Some(OTHER), Some(guarded.role_arn("reveille")));
    there.external_id = Some("wrong".to_owned());
    let checks = examined(&fake, &input(vec![there, target(None, None)])).await;
    assert_eq!(
        ailing(&checks),
        ["role `arn:aws:iam::444455556666:role/reveille`"]
    );
    let ailment = ailment(&checks, "role `arn:aws:iam::444455556666:role/reveille`");
    assert_eq!(
        ailment.remedy,
        "Let the trust policy of `arn:aws:iam::444455556666:role/reveille` name \
         `arn:aws:iam::111122223333:user/reveille`, with the external id that is configured, and let that one call \
         `sts:AssumeRole` on it; `reveille iam` prints both."
    );
}

#[tokio::test]
async fn a_role_of_another_account_than_the_configured_one_is_found() {
    let fake = FakeAws::start().unwrap();
    let other = fake.account(OTHER).role("reveille");
    let there = target(Some("777788889999"), Some(other.role_arn("reveille")));
    let checks = examined(&fake, &input(vec![there])).await;
    let ailment = ailment(&checks, "role `arn:aws:iam::444455556666:role/reveille`");
    assert_eq!(
        ailment.cause,
        "it leads to account 444455556666, and 777788889999 is configured"
    );
}

#[tokio::test]
async fn a_region_that_is_not_enabled_is_told_and_the_others_are_looked_at() {
    let fake = FakeAws::start().unwrap();
    let other = fake.account(OTHER).role("reveille");
    other.region("eu-south-2").not_enabled();
    populate(&fake, OTHER);
    let mut there = target(Some(OTHER), Some(other.role_arn("reveille")));
    there.regions = vec!["eu-south-2".to_owned(), SEOUL.to_owned()];
    let checks = examined(&fake, &input(vec![there])).await;
    let disabled = [
        "EC2 instances in 444455556666 eu-south-2",
        "RDS instances in 444455556666 eu-south-2",
        "RDS clusters in 444455556666 eu-south-2",
    ];
    assert_eq!(ailing(&checks), disabled);
    for what in disabled {
        assert_eq!(
            ailment(&checks, what).remedy,
            "Enable the region for the account, or take it out of the configuration."
        );
    }
    let tags = checks.last().unwrap().result.clone();
    assert!(tags.unwrap().starts_with("3 servers"));
}

#[tokio::test]
async fn without_credentials_there_is_one_check() {
    let fake = FakeAws::start().unwrap();
    fake.on("sts", "*").expires();
    let checks = examined(&fake, &input(vec![target(None, None)])).await;
    assert_eq!(ailing(&checks), ["credentials"]);
    assert_eq!(checks.len(), 1);
}

#[tokio::test]
async fn a_clock_that_is_off_is_told() {
    let fake = FakeAws::start().unwrap();
    let slow: DateTime<Utc> = Utc::now() - Duration::seconds(30 * 60 + 30);
    let sdk = sdk(&fake, SEOUL).await;
    let checks = examined_by(&sdk, &input(vec![]), slow).await;
    let cause = ailment(&checks, "clock").cause;
    assert!(cause.starts_with("it is 30 minutes slow"), "{cause}");
}

#[tokio::test]
async fn tables_are_looked_at() {
    if with_transactions("the doctor's look at tables").is_none() {
        return;
    }
    let (sdk, mut names) = (dynamo::sdk().await, dynamo::names());
    create_tables(&sdk, &names).await.unwrap();
    names.config = "nowhere".to_owned();
    let checks = reveille_aws::doctor::tables(&sdk, &names).await;
    assert_eq!(ailing(&checks), ["table `nowhere`"]);
    assert_eq!(
        ailment(&checks, "table `nowhere`").remedy,
        "Make it with `reveille tables create`, or correct its name or the region."
    );
    assert_eq!(checks[1].result, Ok("as it must be".to_owned()));
}
