//! The small signed client, over real HTTP: what befalls the SDKs' calls befalls its own, and is borne in the same way.

use std::time::Duration as Span;

use reveille_aws::{
    client::Patience,
    signed::{Service, Signed},
    site::Site,
    target::Target,
    trouble::{Trouble, TroubleKind},
};
use reveille_tests::{fake_aws::FakeAws, ground::moto::moto};
use serde_json::{Value, json};

use super::reach::{patient_sdk, sdk, sdk_at};

const SEOUL: &str = "ap-northeast-2";
const OTHER: &str = "444455556666";
const DESCRIBE: &str = "ssm:DescribeMaintenanceWindows";
const HASTY: Patience = Patience {
    connect: Span::from_millis(500),
    attempt: Span::from_millis(500),
    call: Span::from_secs(2),
    attempts: 1,
};

async fn described(ssm: &Signed) -> Result<Value, (TroubleKind, String)> {
    let described = ssm.json(DESCRIBE, &json!({})).await;
    described.map_err(|trouble: Trouble| {
        assert_eq!(trouble.call, DESCRIBE);
        (trouble.kind, trouble.code)
    })
}

#[tokio::test]
async fn what_is_worth_another_attempt_gets_it() {
    let fake = FakeAws::start().unwrap();
    let ssm = Signed::new(&sdk(&fake, SEOUL).await, Service::SSM);
    let faults: [fn(&FakeAws); 5] = [
        |fake| fake.on("ssm", "*").times(1).throttles(),
        |fake| fake.on("ssm", "*").times(1).breaks(),
        |fake| fake.on("ssm", "*").times(1).resets(),
        |fake| fake.on("ssm", "*").times(1).truncates_the_answer(),
        |fake| fake.on("ssm", "*").times(1).garbles_the_answer(),
    ];
    for fault in faults {
        fake.forget_calls();
        fault(&fake);
        assert!(described(&ssm).await.is_ok());
        assert_eq!(fake.calls().len(), 2);
    }
}

#[tokio::test]
async fn what_goes_wrong_has_a_kind_and_awss_code() {
    let fake = FakeAws::start().unwrap();
    let ssm = Signed::new(&patient_sdk(&fake, SEOUL, HASTY).await, Service::SSM);
    let unreachable = |code: &str| Err((TroubleKind::Unreachable, code.to_owned()));
    fake.on("ssm", "*").times(1).throttles();
    let throttled = described(&ssm).await.unwrap_err();
    assert_eq!(throttled.0, TroubleKind::Throttled);
    fake.on("ssm", "*").times(1).is_denied();
    let denied = described(&ssm).await.unwrap_err();
    assert_eq!(
        denied,
        (TroubleKind::Denied, "AccessDeniedException".to_owned())
    );
    fake.on("ssm", "*").times(1).expires();
    let expired = described(&ssm).await.unwrap_err();
    assert_eq!(expired.0, TroubleKind::Credentials);
    fake.on("ssm", "*").times(1).resets();
    assert_eq!(described(&ssm).await, unreachable("Unreachable"));
    fake.on("ssm", "*").times(1).hangs();
    assert_eq!(described(&ssm).await, unreachable("Timeout"));
    fake.on("ssm", "*").times(1).garbles_the_answer();
    assert_eq!(described(&ssm).await, unreachable("BrokenAnswer"));
    assert!(described(&ssm).await.is_ok());
}

#[tokio::test]
async fn a_refusal_of_a_query_service_is_read_too() {
    let fake = FakeAws::start().unwrap();
    let sdk = patient_sdk(&fake, SEOUL, HASTY).await;
    fake.home().denies("cloudwatch:PutMetricData");
    let cloudwatch = Signed::new(&sdk, Service::CLOUDWATCH);
    let put = cloudwatch.query("cloudwatch:PutMetricData", &[]).await;
    let trouble = put.unwrap_err();
    assert_eq!(trouble.kind, TroubleKind::Denied);
    assert!(trouble.message.contains("PutMetricData"), "{trouble}");
}

#[tokio::test]
async fn calls_are_signed_for_the_region_of_the_service() {
    let fake = FakeAws::start().unwrap();
    let sdk = sdk(&fake, SEOUL).await;
    let ssm = Signed::new(&sdk, Service::SSM);
    assert!(described(&ssm).await.is_ok());
    let iam = Signed::new(&sdk, Service::IAM);
    let asked = [
        ("PolicySourceArn", "arn:aws:iam::111122223333:user/reveille"),
        ("ActionNames.member.1", "ec2:StartInstances"),
    ];
    let asked = asked.map(|(name, value)| (name.to_owned(), value.to_owned()));
    iam.query("iam:SimulatePrincipalPolicy", &asked)
        .await
        .unwrap();
    let calls = fake.calls();
    assert_eq!((calls[0].service, calls[0].region.as_str()), ("ssm", SEOUL));
    assert_eq!(
        (calls[1].service, calls[1].region.as_str()),
        ("iam", "us-east-1")
    );
}

#[tokio::test]
async fn a_role_is_assumed_once_for_all_clients_of_its_account() {
    let fake = FakeAws::start().unwrap();
    let role = fake.account(OTHER).role("reveille").role_arn("reveille");
    let target = Target {
        account: Some(OTHER.to_owned()),
        role: Some(role),
        external_id: None,
        regions: vec![SEOUL.to_owned(), "eu-west-1".to_owned()],
    };
    let sites = Site::of(&sdk(&fake, SEOUL).await, &target).await;
    for site in &sites {
        for _ in 0..2 {
            let ssm = Signed::new(&site.sdk, Service::SSM);
            assert!(described(&ssm).await.is_ok());
        }
        let ec2 = aws_sdk_ec2::Client::new(&site.sdk);
        ec2.describe_instances().send().await.unwrap();
    }
    assert_eq!(fake.count("sts", "AssumeRole"), 1);
    let calls = fake.calls();
    let accounts = calls.iter().filter(|call| call.service == "ssm");
    assert!(accounts.map(|call| &call.account).all(|it| it == OTHER));
}

/// moto, whose reading of the API is not ours.
async fn shapes() -> aws_config::SdkConfig {
    let patient = Patience {
        connect: Span::from_secs(10),
        attempt: Span::from_secs(60),
        call: Span::from_secs(120),
        attempts: 3,
    };
    sdk_at(&moto().endpoint, ("AKIAHOME", "secret"), SEOUL, patient).await
}

#[tokio::test]
async fn windows_have_the_shape_that_moto_gives() {
    let ssm = Signed::new(&shapes().await, Service::SSM);
    let window = json!({
        "Name": "patch", "Schedule": "cron(0 5 ? * SUN *)", "Duration": 2, "Cutoff": 0,
        "AllowUnassociatedTargets": true,
    });
    ssm.json("ssm:CreateMaintenanceWindow", &window)
        .await
        .unwrap();
    let asked = json!({"Filters": [{"Key": "Name", "Values": ["patch"]}], "MaxResults": 100});
    let told = ssm.json(DESCRIBE, &asked).await.unwrap();
    let window = &told["WindowIdentities"][0];
    assert_eq!(window["Name"], "patch");
    assert_eq!(window["Duration"], 2);
    assert!(window["WindowId"].as_str().unwrap().starts_with("mw-"));
}

#[tokio::test]
async fn who_calls_is_read_from_moto() {
    let sts = Signed::new(&shapes().await, Service::STS);
    let answer = sts.query("sts:GetCallerIdentity", &[]).await.unwrap();
    assert!(answer.body.contains("<Account>"), "{}", answer.body);
    assert!(answer.date.is_some());
}

#[tokio::test]
async fn events_and_figures_have_the_shapes_that_moto_takes() {
    use reveille_aws::{
        fleet::{AwsFleet, FleetSettings},
        trace::TraceSettings,
    };
    use reveille_core::{
        port::{Fleet, Order, OrderAction, Outcome, Trace},
        testing::{server, utc},
    };
    let sdk = shapes().await;
    let settings = TraceSettings {
        tags: false,
        event_bus: Some("default".to_owned()),
        metrics: Some("Reveille & more".to_owned()),
    };
    let fleet = AwsFleet::new(&sdk, FleetSettings::default())
        .await
        .with_traces(&settings);
    let id = "arn:aws:ec2:ap-northeast-2:123456789012:instance/i-0abc";
    let web = server(id, "서버").build();
    let order = Order {
        server: web.id.clone(),
        action: OrderAction::Start,
    };
    let outcome = Outcome {
        server: web.id.clone(),
        result: Ok(()),
    };
    let trace = Trace {
        servers: std::slice::from_ref(&web),
        unscheduled: &[],
        orders: std::slice::from_ref(&order),
        outcomes: std::slice::from_ref(&outcome),
        last: None,
    };
    // moto loads a service when it is first called, which takes longer than a tick waits.
    let events = Signed::new(&sdk, Service::EVENTS);
    let entry = json!({"Source": "x", "DetailType": "y", "Detail": "{}"});
    let put = events
        .json("events:PutEvents", &json!({"Entries": [entry]}))
        .await
        .unwrap();
    assert_eq!(put["FailedEntryCount"], 0, "{put}");
    let cloudwatch = Signed::new(&sdk, Service::CLOUDWATCH);
    let list = async || {
        let named = [("Namespace".to_owned(), "Reveille & more".to_owned())];
        let listed = cloudwatch.query("cloudwatch:ListMetrics", &named).await;
        listed.unwrap().body
    };
    assert!(!list().await.contains("ManagedInstances"));
    fleet.trace(&trace, utc("2026-11-23 05:00")).await;
    let listed = list().await;
    for word in [
        "ManagedInstances",
        "RunningInstances",
        "StoppedInstances",
        "HoursSaved",
        "SchedulingInterval",
        "%EC%84%9C%EB%B2%84",
    ] {
        assert!(listed.contains(word), "{word}: {listed}");
    }
}
