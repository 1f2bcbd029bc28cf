//! The SAM template and the template of the role in other accounts, looked at and created.

use reveille_tests::{
    ground::deploy::{ACCOUNT, Cloud, tool, transformed},
    house::{Place, text},
};
use serde_json::{Map, Value, json};

use crate::{
    folder::{copy, iam, iam_with_tokens, statements},
    terraform::{configuration, it_works, policy, the_rule_calls_the_function},
};

const IRELAND: &str = "eu-west-1";
const ZIP: [&str; 2] = ["zips", "bootstrap.zip"];

/// Puts a zip into a bucket, as `sam deploy` does.
pub fn put_zip(cloud: &Cloud) {
    let [bucket, key] = ZIP;
    let place = json!({"LocationConstraint": cloud.region});
    let bucket_and = |more: Value| {
        let mut parameters = json!({"Bucket": bucket});
        parameters
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        parameters
    };
    let made = bucket_and(json!({"CreateBucketConfiguration": place}));
    cloud.ask("s3", "create_bucket", &made);
    let empty = "PK\u{5}\u{6}".to_owned() + &"\0".repeat(18);
    cloud.ask(
        "s3",
        "put_object",
        &bucket_and(json!({"Key": key, "Body": empty})),
    );
}

/// Creates a stack, and gives its outputs.
#[track_caller]
fn created(cloud: &Cloud, name: &str, template: &str, parameters: &Value) -> Map<String, Value> {
    let given: Vec<Value> = parameters
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, value)| json!({"ParameterKey": key, "ParameterValue": value}))
        .collect();
    let wanted = json!({
        "StackName": name,
        "TemplateBody": template,
        "Parameters": given,
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
    });
    cloud.ask("cloudformation", "create_stack", &wanted);
    let stacks = cloud.ask(
        "cloudformation",
        "describe_stacks",
        &json!({"StackName": name}),
    );
    let stack = &stacks["Stacks"][0];
    assert_eq!(stack["StackStatus"], "CREATE_COMPLETE", "{stack}");
    let outputs = stack["Outputs"].as_array().unwrap();
    let output = |it: &Value| {
        (
            it["OutputKey"].as_str().unwrap().to_owned(),
            it["OutputValue"].clone(),
        )
    };
    outputs.iter().map(output).collect()
}

#[test]
fn the_templates_are_without_fault() {
    let place = copy();
    let templates = ["sam/template.yaml", "sam/spoke.yaml"];
    let mut cfn_lint = tool("cfn-lint", place.folder.path());
    cfn_lint.current_dir(place.folder.path()).args(templates);
    let output = cfn_lint.output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stdout));
    for template in templates {
        let mut sam = tool("sam", place.folder.path());
        sam.current_dir(place.folder.path())
            .args(["validate", "--lint", "--template", template]);
        let output = sam.output().unwrap();
        assert!(
            output.status.success(),
            "{template}: {}{}",
            text(&output.stdout),
            text(&output.stderr)
        );
    }
}

#[test]
fn a_stack_of_the_template_works() {
    let place = copy();
    let cloud = Cloud::start(IRELAND);
    put_zip(&cloud);
    let template = transformed(
        &place.folder.path().join("sam/template.yaml"),
        ZIP,
        &json!({}),
    );
    let outputs = created(&cloud, "reveille", &template.to_string(), &json!({}));
    assert!(
        outputs["WebhookUrl"]
            .as_str()
            .unwrap()
            .ends_with("/jandi/webhook")
    );
    let configuration = configuration(&cloud, "reveille");
    assert!(
        configuration.contains(outputs["StateTable"].as_str().unwrap()),
        "{configuration}"
    );
    the_rule_calls_the_function(&cloud, "reveille");
    // moto passes over this part of a template.
    let ages = &template["Resources"]["Memories"]["Properties"]["TimeToLiveSpecification"];
    assert_eq!(
        *ages,
        json!({"AttributeName": "expires_at", "Enabled": true})
    );
    let state = json!({"TableName": outputs["StateTable"], "TimeToLiveSpecification": ages});
    cloud.ask("dynamodb", "update_time_to_live", &state);
    it_works(&place, &cloud, "reveille");
}

/// Creates a stack and compares the policy of its role with what is printed.
#[track_caller]
fn check(
    place: &Place,
    cloud: &Cloud,
    name: &str,
    mut parameters: Value,
    flags: &[&str],
) -> String {
    parameters["Name"] = name.into();
    let template = transformed(
        &place.folder.path().join("sam/template.yaml"),
        ZIP,
        &parameters,
    );
    created(cloud, name, &template.to_string(), &parameters);
    let configuration = configuration(cloud, name);
    let arguments = [&["--account", ACCOUNT, "--lambda", name], flags].concat();
    let listed = |key: &str, scheme: &str| {
        let arn = parameters[key].as_str()?;
        Some(format!("{scheme}:{arn}"))
    };
    let tokens = [
        listed("ParameterArns", "ssm"),
        listed("SecretArns", "secret"),
    ];
    let tokens = tokens.into_iter().flatten().collect::<Vec<_>>().join(",");
    let printed = iam_with_tokens(place, &configuration, &tokens, &arguments);
    assert_eq!(
        statements(&policy(cloud, name)),
        statements(&printed),
        "{parameters}\n{configuration}"
    );
    configuration
}

#[test]
fn every_parameter_gives_the_policy_that_reveille_prints() {
    let place = copy();
    let cloud = Cloud::start(IRELAND);
    put_zip(&cloud);
    check(&place, &cloud, "least", json!({}), &[]);
    check(
        &place,
        &cloud,
        "instances",
        json!({"Services": "ec2", "SsmWindows": "true", "TraceTags": "true"}),
        &[],
    );
    check(
        &place,
        &cloud,
        "databases",
        json!({"Services": "rds", "SnapshotOnStop": "reveille", "TraceTags": "true"}),
        &[],
    );
    check(
        &place,
        &cloud,
        "small",
        json!({"Resizes": "false"}),
        &["--no-resize"],
    );
    let spokes = "arn:aws:iam::444455556666:role/reveille,arn:aws:iam::555566667777:role/reveille";
    let elsewhere = json!({"OwnAccount": "false", "SpokeRoles": spokes, "SnapshotOnStop": "reveille", "TraceTags": "true"});
    check(&place, &cloud, "elsewhere", elsewhere, &[]);
    let most = json!({
        "Regions": "ap-northeast-2,eu-west-1",
        "SpokeRoles": spokes,
        "ExternalId": "between-us",
        "EncryptedVolumes": "true",
        "SnapshotOnStop": "reveille",
        "SsmWindows": "true",
        "TraceTags": "true",
        "TraceEventBus": "default",
        "TraceMetrics": "Reveille",
        "AlarmEmail": "ops@example.com",
        "ConfigTable": "instance-scheduler-ConfigTable-1A2B3C",
        "StateTable": "nightwatch",
        "ParameterArns": "arn:aws:ssm:eu-west-1:123456789012:parameter/z/token",
        "SecretArns": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:jandi-a1B2c3",
        "MachineCode": "code/rules",
        "ObjectArns": "arn:aws:s3:::rules/days.wasm",
        "MoreConfiguration":
            "[[rules]]\nname = \"days\"\nlocation = \"s3://rules/days.wasm\"\n",
    });
    check(&place, &cloud, "most", most, &["--encrypted-volumes"]);
}

#[test]
fn the_role_in_another_account_is_the_one_that_reveille_prints() {
    let place = copy();
    let cloud = Cloud::start(IRELAND);
    let file = place.folder.path().join("sam/spoke.yaml");
    let template = transformed(&file, ZIP, &json!({})).to_string();
    let role = "arn:aws:iam::123456789012:role/reveille";
    let home = "arn:aws:iam::111122223333:role/reveille";
    let least = format!(
        "[aws]\nregion = \"{IRELAND}\"\n[[aws.targets]]\nrole = \"{role}\"\nregions = [\"eu-west-1\", \"us-east-1\"]\n"
    );
    let most = format!(
        "[aws]\nregion = \"{IRELAND}\"\nsnapshot_on_stop = \"r\"\nssm_windows = true\ntraces.tags = true\n[[aws.targets]]\n\
         role = \"{role}\"\nexternal_id = \"between-us\"\nregions = [\"eu-west-1\", \"us-east-1\"]\n"
    );
    let regions = "eu-west-1,us-east-1";
    for (name, configuration, parameters, flags) in [
        (
            "least",
            &least,
            json!({"HomeRole": home, "Regions": regions}),
            [].as_slice(),
        ),
        (
            "most",
            &most,
            json!({
                "HomeRole": home,
                "Regions": regions,
                "ExternalId": "between-us",
                "EncryptedVolumes": "true",
                "Snapshots": "true",
                "SsmWindows": "true",
                "TraceTags": "true",
            }),
            &["--encrypted-volumes"],
        ),
    ] {
        let mut parameters = parameters;
        parameters["Name"] = name.into();
        created(&cloud, name, &template, &parameters);
        let printed = iam(
            &place,
            configuration,
            &[&["--spoke", "--principal", home], flags].concat(),
        );
        assert_eq!(
            statements(&policy(&cloud, name)),
            statements(&printed[role]["policy"])
        );
        let made = cloud.ask("iam", "get_role", &json!({"RoleName": name}));
        assert_eq!(
            made["Role"]["AssumeRolePolicyDocument"],
            printed[role]["trust"]
        );
    }
}
