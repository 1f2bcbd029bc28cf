//! The policies of the Terraform module are those that `reveille iam` prints, whatever is set.

use reveille_tests::{
    ground::terraform::{Terraform, terraform},
    house::Place,
};
use serde_json::{Map, Value, json};

use crate::folder::{copy, iam, iam_with_tokens, statements};

const HOME_ROLE: &str = "arn:aws:iam::111122223333:role/nightwatch";

/// A setting, and what `reveille iam` is told of it on the command line.
struct Case {
    variables: Value,
    flags: Vec<&'static str>,
}

impl Case {
    /// The secrets that are not the module's own, where the configuration that it writes has no place for them.
    fn tokens(&self) -> String {
        let listed = |key: &str, scheme: &str| -> Vec<String> {
            let names = self.variables[key].as_array().into_iter().flatten();
            names
                .map(|name| format!("{scheme}:{}", name.as_str().unwrap()))
                .collect()
        };
        [listed("parameters", "ssm"), listed("secrets", "secret")]
            .concat()
            .join(",")
    }
}

/// Every combination of what is on or off, each with one of the other things that may be said.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for number in 0..48_usize {
        let is_on = |bit: usize| ((number / 3) >> bit) & 1 == 1;
        let services = match number % 3 {
            0 => ["ec2"].as_slice(),
            1 => &["rds"],
            _ => &["ec2", "rds"],
        };
        let mut flags = Vec::new();
        if !is_on(3) {
            flags.push("--no-resize");
        }
        let encrypted = number % 2 == 1;
        if encrypted {
            flags.push("--encrypted-volumes");
        }
        let mut variables = json!({
            "services": services,
            "snapshot_on_stop": is_on(0).then_some("reveille"),
            "ssm_windows": is_on(1),
            "traces": {"tags": is_on(2)},
            "resizes": is_on(3),
            "encrypted_volumes": encrypted,
        });
        let more = others(number % 7);
        variables
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        variables["traces"]["tags"] = is_on(2).into();
        cases.push(Case { variables, flags });
    }
    cases
}

fn others(number: usize) -> Value {
    match number {
        0 => json!({}),
        1 => json!({"schedule_tag": "Night \"shift\" ${x} <&>", "group_tag": "Crew"}),
        2 => json!({
            "regions": ["us-east-1", "ap-northeast-2", "eu-west-1"],
            "spokes": [
                {"roles": ["arn:aws:iam::555566667777:role/b", "arn:aws:iam::444455556666:role/a"], "external_id": "x1", "regions": ["eu-west-1"]},
                {"roles": ["arn:aws:iam::888899990000:role/c"], "regions": ["us-east-1", "ap-northeast-2"]},
            ],
        }),
        3 => json!({
            "regions": [],
            "spokes": [{"roles": ["arn:aws:iam::444455556666:role/a"], "external_id": "x1", "regions": ["eu-west-1"]}],
        }),
        4 => json!({
            "partition": "aws-cn",
            "region": "cn-north-1",
            "regions": ["cn-northwest-1", "cn-north-1"],
            "traces": {"event_bus": "ops", "metrics": "Our servers"},
        }),
        5 => json!({
            "traces": {"event_bus": "arn:aws:events:eu-west-1:444455556666:event-bus/ops"},
            "machine_code": {"place": "s3://code/rules", "key_parameter": "/reveille/code-key"},
            "architecture": "arm64",
            "objects": ["s3://rules/team/days.wasm", "s3://rules/a*/b?$c.ics"],
            "more_configuration":
                "[[rules]]\nname = \"days\"\nlocation = \"s3://rules/team/days.wasm\"\n[[data]]\nname = \"c\"\nlocation = \
                 \"s3://rules/a*/b?$c.ics\"\n",
        }),
        _ => json!({
            "jandi_tokens": ["/z/token", "/a/token"],
            "parameters": ["/m/token", "n"],
            "secrets": ["reveille/jandi"],
            "timezone": "Europe/Berlin",
        }),
    }
}

/// The modules with each case, without any provider.
fn root(cases: &[Case]) -> Value {
    let mut modules = Map::new();
    let mut outputs = Map::new();
    for (number, case) in cases.iter().enumerate() {
        let mut settings = json!({
            "source": "../settings",
            "name": "nightwatch",
            "partition": "aws",
            "account": "111122223333",
            "region": "eu-west-1",
            "config_table": "ConfigTable",
            "state_table": "reveille",
            "regions": ["eu-west-1"],
            "jandi_tokens": ["/reveille/jandi-token"],
        });
        let given = case.variables.as_object().unwrap();
        // In JSON, too, `${` begins a template.
        let escaped = json!(given).to_string().replace("${", "$${");
        let given: Map<String, Value> = serde_json::from_str(&escaped).unwrap();
        settings.as_object_mut().unwrap().extend(given);
        let name = format!("case_{number}");
        outputs.insert(
            name.clone(),
            json!({"value": {
                "configuration": format!("${{module.{name}.configuration}}"),
                "policy": format!("${{jsondecode(module.{name}.policy)}}"),
                "spoke": {"Statement": format!("${{module.{name}_spoke.statements}}")},
            }}),
        );
        let of = |key: &str, otherwise: Value| settings.get(key).cloned().unwrap_or(otherwise);
        let spoke = &settings["spokes"][0];
        modules.insert(
            format!("{name}_spoke"),
            json!({
                "source": "../servers",
                "partition": settings["partition"],
                "account": spoke["roles"][0].as_str().map_or("444455556666", |role| &role[13..25]),
                "regions": spoke.get("regions").cloned().unwrap_or(json!(["eu-west-1"])),
                "schedule_tag": of("schedule_tag", Value::Null),
                "services": settings["services"],
                "snapshots": !settings["snapshot_on_stop"].is_null(),
                "ssm_windows": settings["ssm_windows"],
                "traces_in_tags": settings["traces"]["tags"],
                "resizes": settings["resizes"],
                "encrypted_volumes": settings["encrypted_volumes"],
            }),
        );
        modules.insert(name, settings);
    }
    json!({"module": modules, "output": outputs})
}

fn applied(place: &Place, terraform: &Terraform<'_>, cases: &[Case]) -> Value {
    place.file("terraform/cases/main.tf.json", &root(cases).to_string());
    terraform.ok(&["init"]);
    terraform.ok(&["apply", "-auto-approve"]);
    serde_json::from_str(&terraform.ok(&["output", "-json"])).unwrap()
}

#[test]
fn every_setting_gives_the_policies_that_reveille_prints() {
    let place = copy();
    let folder = place.folder.path().join("terraform/cases");
    std::fs::create_dir(&folder).unwrap();
    let Some(terraform) = terraform("settings and policies", &folder) else {
        return;
    };
    let cases = cases();
    let applied = applied(&place, &terraform, &cases);
    for (number, case) in cases.iter().enumerate() {
        let output = &applied[format!("case_{number}")]["value"];
        let configuration = output["configuration"].as_str().unwrap();
        let mut arguments = vec!["--account", "111122223333"];
        arguments.extend(&case.flags);
        let home = iam_with_tokens(
            &place,
            configuration,
            &case.tokens(),
            &[arguments.as_slice(), &["--lambda", "nightwatch"]].concat(),
        );
        assert_eq!(
            statements(&output["policy"]),
            statements(&home),
            "{}\n{configuration}",
            case.variables
        );
        let Some(role) = case.variables["spokes"][0]["roles"][0].as_str() else {
            continue;
        };
        arguments.extend(["--spoke", "--principal", HOME_ROLE]);
        let spokes = iam(&place, configuration, &arguments);
        assert_eq!(
            statements(&output["spoke"]),
            statements(&spokes[role]["policy"]),
            "{}\n{configuration}",
            case.variables
        );
    }
}
