//! The Terraform modules, applied.

use std::path::Path;

use reveille_tests::{
    ground::{
        deploy::{ACCOUNT, Cloud},
        terraform::terraform,
    },
    house::{Place, TOKEN, text},
    lambda::Lambda,
};
use serde_json::{Value, json};

use crate::folder::{blocks, copy, iam, original, statements};

const SEOUL: &str = "ap-northeast-2";

/// The configuration that a function has.
#[track_caller]
pub fn configuration(cloud: &Cloud, function: &str) -> String {
    let name = json!({"FunctionName": function});
    let function = cloud.ask("lambda", "get_function_configuration", &name);
    let text = function["Environment"]["Variables"]["REVEILLE_CONFIG_TOML"].as_str();
    text.unwrap().to_owned()
}

/// The policy of a role, as it is there.
#[track_caller]
pub fn policy(cloud: &Cloud, role: &str) -> Value {
    let name = json!({"RoleName": role, "PolicyName": "reveille"});
    cloud.ask("iam", "get_role_policy", &name)["PolicyDocument"].clone()
}

/// The rule calls the function each minute and does not call again.
#[track_caller]
pub fn the_rule_calls_the_function(cloud: &Cloud, name: &str) {
    let rule = format!("{name}-tick");
    let targets = cloud.ask("events", "list_targets_by_rule", &json!({"Rule": rule}));
    let target = &targets["Targets"][0];
    let function = cloud.ask("lambda", "get_function", &json!({"FunctionName": name}));
    assert_eq!(target["Arn"], function["Configuration"]["FunctionArn"]);
    let retries = json!({"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 0});
    assert_eq!(target["RetryPolicy"], retries);
    let rule = cloud.ask("events", "describe_rule", &json!({"Name": rule}));
    assert_eq!(rule["ScheduleExpression"], "rate(1 minute)");
    let allowed = cloud.ask("lambda", "get_policy", &json!({"FunctionName": name}));
    let allowed: Value = serde_json::from_str(allowed["Policy"].as_str().unwrap()).unwrap();
    let statements = allowed["Statement"].as_array().unwrap();
    let by_rule = statements
        .iter()
        .find(|it| it["Principal"]["Service"] == "events.amazonaws.com");
    assert_eq!(
        by_rule.unwrap()["Condition"]["ArnLike"]["AWS:SourceArn"],
        rule["Arn"]
    );
}

/// What was made works together: with the function's environment, on its tables, the program stops a server at night
/// when the rule's event comes, and answers what JANDI sends.
#[track_caller]
pub fn it_works(place: &Place, cloud: &Cloud, function: &str) {
    let token = json!({"Name": "/reveille/jandi-token", "Value": TOKEN, "Type": "SecureString"});
    cloud.ask("ssm", "put_parameter", &token);
    place.file("deployed.toml", &configuration(cloud, function));
    place.file("house.yaml", &blocks("yaml").concat());
    let reveille = |arguments: &[&str]| {
        let mut command = place.bare_command();
        cloud.is_aws_of(&mut command);
        command.args(["--config", "deployed.toml"]).args(arguments);
        let output = command.output().unwrap();
        let all = text(&output.stdout) + &text(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {all}");
        all
    };
    let tables = reveille(&["tables", "check"]);
    assert_eq!(tables.matches("ok   ").count(), 2, "{tables}");
    reveille(&["apply", "-f", "house.yaml"]);
    let tags = json!([{"ResourceType": "instance", "Tags": [{"Key": "Schedule", "Value": "dev"}]}]);
    let wanted =
        json!({"ImageId": "ami-12c6146b", "MinCount": 1, "MaxCount": 1, "TagSpecifications": tags});
    let made = cloud.ask("ec2", "run_instances", &wanted);
    let id = &made["Instances"][0]["InstanceId"];

    let mut command = place.bare_command();
    cloud.is_aws_of(&mut command);
    command
        .env("REVEILLE_CONFIG_TOML", configuration(cloud, function))
        .args(["--at", "2026-11-23 23:00", "lambda"]);
    let function = Lambda::start(&mut command).unwrap();
    let mut event = recorded("schedule-rule");
    event["time"] = "2026-11-23T14:00:00Z".into();
    let told = function.invoke(&event).answer();
    assert_eq!(told["actions"].as_array().unwrap().len(), 1, "{told}");
    let now = cloud.ask("ec2", "describe_instances", &json!({"InstanceIds": [id]}));
    let state = &now["Reservations"][0]["Instances"][0]["State"]["Name"];
    assert_eq!(state, "stopped");
    let answer = function.invoke(&recorded("http-v2")).answer();
    assert_eq!(answer["statusCode"], 200, "{answer}");
    let said = answer["body"].as_str().unwrap();
    assert!(said.contains("dev") && said.contains("중지 1"), "{said}");
}

#[track_caller]
fn recorded(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/lambda");
    let text = std::fs::read_to_string(folder.join(name).with_extension("json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_modules_are_written_as_terraform_writes_them() {
    let folder = original().join("terraform");
    let Some(terraform) = terraform("format of the modules", &folder) else {
        return;
    };
    let told = terraform.ok(&["fmt", "-check", "-recursive", "-diff"]);
    assert_eq!(told, "");
}

#[test]
fn what_the_example_makes_is_found_unchanged_and_works() {
    let place = copy();
    let cloud = Cloud::start(SEOUL);
    let test = "applying the example";
    let folder = place.folder.path().join("terraform/example");
    let Some(terraform) = terraform(test, &folder).and_then(|it| it.with_provider(test, &cloud))
    else {
        return;
    };
    terraform.ok(&["validate"]);
    terraform.ok(&["apply", "-auto-approve"]);
    let again = terraform.ok(&["plan", "-detailed-exitcode"]);
    assert!(again.contains("No changes"), "{again}");

    let configuration = configuration(&cloud, "reveille");
    assert_eq!(
        terraform.ok(&["output", "-raw", "configuration"]),
        configuration
    );
    let printed = iam(
        &place,
        &configuration,
        &["--lambda", "reveille", "--account", ACCOUNT],
    );
    assert_eq!(
        statements(&policy(&cloud, "reveille")),
        statements(&printed)
    );
    the_rule_calls_the_function(&cloud, "reveille");
    it_works(&place, &cloud, "reveille");

    let name = json!({"FunctionName": "reveille"});
    let function = cloud.ask("lambda", "get_function_configuration", &name);
    assert_eq!(function["Runtime"], "provided.al2023");
    assert_eq!(function["Handler"], "bootstrap");
    assert_eq!(function["Architectures"], json!(["x86_64"]));
    let retries = cloud.ask("lambda", "get_function_event_invoke_config", &name);
    assert_eq!(retries["MaximumRetryAttempts"], 0);
    assert_eq!(retries["MaximumEventAgeInSeconds"], 60);

    let apis = cloud.ask("apigatewayv2", "get_apis", &json!({}));
    let api = &apis["Items"][0]["ApiId"];
    let routes = cloud.ask("apigatewayv2", "get_routes", &json!({"ApiId": api}));
    let keys: Vec<&Value> = routes["Items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["RouteKey"])
        .collect();
    assert_eq!(keys, ["POST /jandi/webhook"]);
    let url = terraform.ok(&["output", "-raw", "webhook_url"]);
    assert!(
        url.starts_with("https://") && url.ends_with("/jandi/webhook"),
        "{url}"
    );
}

#[test]
fn what_the_readme_shows_is_valid() {
    let place = copy();
    let cloud = Cloud::start(SEOUL);
    let test = "validating what the README shows";
    let folder = place.folder.path().join("terraform/readme");
    std::fs::create_dir(&folder).unwrap();
    let shown = blocks("hcl");
    assert_eq!(shown.len(), 3);
    place.file("terraform/readme/main.tf", &shown.concat());
    let Some(terraform) = terraform(test, &folder).and_then(|it| it.with_provider(test, &cloud))
    else {
        return;
    };
    terraform.ok(&["validate"]);
    terraform.ok(&["plan"]);
    let told = terraform.ok(&["fmt", "-check", "-diff"]);
    assert_eq!(told, "");
}

/// Everything that can be asked for, and the role of another account beside it.
fn everything() -> Value {
    json!({
        "module": {
            "reveille": {
                "source": "../",
                "name": "nightwatch",
                "zip_in_s3": {"bucket": "zips", "key": "bootstrap.zip"},
                "reserved_concurrency": 10,
                "ticks": false,
                "regions": [SEOUL, "us-east-1"],
                "spokes": [{"roles": ["arn:aws:iam::444455556666:role/reveille"], "external_id": "between-us", "regions": ["us-east-1"]}],
                "snapshot_on_stop": "reveille",
                "ssm_windows": true,
                "traces": {"tags": true, "event_bus": "default", "metrics": "Reveille"},
                "encrypted_volumes": true,
                "config_table": "instance-scheduler-ConfigTable-1A2B3C",
                "webhook": "function-url",
                "alarm_email": "ops@example.com",
                "alarm_topics": ["arn:aws:sns:ap-northeast-2:123456789012:ours"],
                "tags": {"Team": "ops"},
            },
            "spoke": {
                "source": "../spoke",
                "name": "seen-from-afar",
                "home_role": "arn:aws:iam::111122223333:role/nightwatch",
                "external_id": "between-us",
                "regions": ["us-east-1"],
                "snapshots": true,
                "ssm_windows": true,
                "traces_in_tags": true,
                "encrypted_volumes": true,
            },
        },
        "output": {"url": {"value": "${module.reveille.webhook_url}"}},
    })
}

#[test]
fn everything_that_can_be_asked_for_is_made() {
    let place = copy();
    let cloud = Cloud::start(SEOUL);
    let test = "applying everything";
    let folder = place.folder.path().join("terraform/everything");
    std::fs::create_dir(&folder).unwrap();
    place.file(
        "terraform/everything/main.tf.json",
        &everything().to_string(),
    );
    let Some(terraform) = terraform(test, &folder).and_then(|it| it.with_provider(test, &cloud))
    else {
        return;
    };
    crate::stack::put_zip(&cloud);
    terraform.ok(&["apply", "-auto-approve"]);
    let again = terraform.ok(&["plan", "-detailed-exitcode"]);
    assert!(again.contains("No changes"), "{again}");

    let configuration = configuration(&cloud, "nightwatch");
    let flags = ["--account", ACCOUNT, "--encrypted-volumes"];
    let printed = iam(
        &place,
        &configuration,
        &[&flags, ["--lambda", "nightwatch"].as_slice()].concat(),
    );
    assert_eq!(
        statements(&policy(&cloud, "nightwatch")),
        statements(&printed)
    );
    // The role is made in this account, and stands for one in the other.
    let principal = [
        "--spoke",
        "--principal",
        "arn:aws:iam::111122223333:role/nightwatch",
    ];
    let spokes = iam(
        &place,
        &configuration,
        &[flags.as_slice(), &principal].concat(),
    );
    let spoke = &spokes["arn:aws:iam::444455556666:role/reveille"];
    let there = policy(&cloud, "seen-from-afar").to_string();
    let there: Value = serde_json::from_str(&there.replace(ACCOUNT, "444455556666")).unwrap();
    assert_eq!(statements(&there), statements(&spoke["policy"]));
    let role = cloud.ask("iam", "get_role", &json!({"RoleName": "seen-from-afar"}));
    assert_eq!(role["Role"]["AssumeRolePolicyDocument"], spoke["trust"]);

    let alarms = cloud.ask("cloudwatch", "describe_alarms", &json!({}));
    let alarms = alarms["MetricAlarms"].as_array().unwrap();
    assert_eq!(alarms.len(), 4);
    for alarm in alarms {
        assert_eq!(
            alarm["AlarmActions"].as_array().unwrap().len(),
            2,
            "{alarm}"
        );
        let is_missing = alarm["AlarmName"] == "nightwatch-ticks-missing";
        assert_eq!(alarm["ActionsEnabled"], !is_missing, "{alarm}");
    }
    let rule = cloud.ask(
        "events",
        "describe_rule",
        &json!({"Name": "nightwatch-tick"}),
    );
    assert_eq!(rule["State"], "DISABLED");
    // The one table is somebody else's.
    let tables = cloud.ask("dynamodb", "list_tables", &json!({}));
    assert_eq!(tables["TableNames"], json!(["nightwatch-state"]));
    let url = terraform.ok(&["output", "-raw", "url"]);
    assert!(
        url.starts_with("https://") && url.ends_with("/jandi/webhook"),
        "{url}"
    );
}

#[test]
fn what_cannot_be_is_refused_with_what_would_be_right() {
    let place = copy();
    let cloud = Cloud::start(SEOUL);
    let test = "refusing what cannot be";
    let folder = place.folder.path().join("terraform/refused");
    std::fs::create_dir(&folder).unwrap();
    let write = |variables: Value| {
        let mut module = json!({"source": "../"});
        module
            .as_object_mut()
            .unwrap()
            .extend(variables.as_object().unwrap().clone());
        let root = json!({"module": {"reveille": module}});
        place.file("terraform/refused/main.tf.json", &root.to_string());
    };
    write(json!({
        "name": "1st",
        "architecture": "riscv",
        "memory": 64,
        "timeout": 5,
        "reserved_concurrency": 1,
        "regions": ["Seoul"],
        "spokes": [{"roles": ["reveille"], "regions": []}],
        "services": ["s3"],
        "jandi_tokens": ["token"],
        "objects": ["https://example.com"],
        "machine_code": {"place": "s3://bucket", "key_parameter": "/key"},
        "webhook": "open",
        "log_retention_days": 31,
    }));
    let Some(terraform) = terraform(test, &folder).and_then(|it| it.with_provider(test, &cloud))
    else {
        return;
    };
    let complaint = terraform.fails(&["plan"]);
    for remedy in [
        "Write 1 to 40 letters",
        "Write x86_64 or arm64",
        "Write a whole number of MB",
        "Write whole seconds from 15 to 300",
        "Write at least 2",
        "Write names of regions",
        "Write ARNs of roles",
        "Each spoke needs at least one role and one region",
        "Write ec2, rds or both",
        "Write names of parameters",
        "Write each as s3://bucket/key",
        "Write the place as s3://bucket/prefix",
        "Write http-api, function-url or none",
        "Write a number of days that CloudWatch knows",
    ] {
        assert!(complaint.contains(remedy), "{remedy}: {complaint}");
    }
    write(json!({"more_configuration": "#".repeat(4_000)}));
    let complaint = terraform.fails(&["plan"]);
    for remedy in ["Give one of zip and zip_in_s3", "longer than the 4 KB"] {
        assert!(complaint.contains(remedy), "{remedy}: {complaint}");
    }
    write(
        json!({"webhook": "function-url", "zip_in_s3": {"bucket": "zips", "key": "bootstrap.zip"}}),
    );
    let complaint = terraform.fails(&["plan"]);
    let remedy = "set reserved_concurrency to 2 or more";
    assert!(complaint.contains(remedy), "{complaint}");
}
