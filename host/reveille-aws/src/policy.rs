//! The least IAM policy that a configuration needs: for the program's own role, for the role in each other account, and
//! whom that role trusts. What a setting does not need is not in it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    fleet::Services, function::INVOKE_FUNCTION, s3, secret::SecretId, secret_policy, tags,
    target::Target, trace::TraceSettings,
};

/// Any account, as an ARN has it.
const ANY: &str = "*";

/// What the policies are made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyInput {
    /// The twelve digits of the account in which the program runs; none leaves the account in ARNs open.
    pub account: Option<String>,
    /// The region of the tables, and of the bus when it is given by name.
    pub region: String,
    /// Name of the config table; none when the store is elsewhere.
    pub config_table: Option<String>,
    /// Name of the state table; none when the store is elsewhere.
    pub state_table: Option<String>,
    /// Whether the program may make the two tables.
    pub makes_tables: bool,
    /// Whether a table is encrypted with a key of the customer, as AWS Instance Scheduler makes its own: DynamoDB asks
    /// for the key in the caller's name (KMS Developer Guide, "How Amazon DynamoDB uses AWS KMS", read 2026-11-23).
    pub encrypted_tables: bool,
    /// Name of the registry table of AWS Instance Scheduler, for `reveille shadow`; it is only read.
    pub registry_table: Option<String>,
    /// Where servers are. Those without a role are reached by the program's own.
    pub targets: Vec<Target>,
    /// Keys of the schedule tag, at least one: only what carries one of them may be started and stopped.
    pub schedule_tags: Vec<String>,
    /// Which services are looked at.
    pub services: Services,
    /// Whether instance types are changed.
    pub resizes: bool,
    /// Whether volumes of instances are encrypted with keys of the customer: starting needs a grant for them.
    pub encrypted_volumes: bool,
    /// Whether RDS instances leave a snapshot when they are stopped, which replaces the one before.
    pub snapshots: bool,
    /// Whether maintenance windows of Systems Manager are read.
    pub ssm_windows: bool,
    /// Which traces are left.
    pub traces: TraceSettings,
    /// Name of the function of Lambda that the program is: it writes a log, and invokes itself.
    pub function: Option<String>,
    /// Objects that are read, as `s3://bucket/key`; locations elsewhere need nothing.
    pub objects: Vec<String>,
    /// Where machine code of rules is read, as `s3://bucket/prefix`.
    pub machine_code: Option<String>,
    /// Secrets that are read.
    pub secrets: Vec<SecretId>,
}

impl PolicyInput {
    fn account(&self) -> &str {
        self.account.as_deref().unwrap_or(ANY)
    }
}

/// The partition of a region: `aws`, `aws-cn`, `aws-us-gov`.
#[must_use]
pub fn partition(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}

/// The policy of the program's own role.
#[must_use]
pub fn home(input: &PolicyInput) -> Value {
    let mut statements = tables(input);
    let roles: BTreeSet<&str> = input
        .targets
        .iter()
        .filter_map(|target| target.role.as_deref())
        .collect();
    if !roles.is_empty() {
        statements.push(json!({
            "Sid": "AssumeRoles",
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": roles,
        }));
    }
    let own: Vec<&Target> = input
        .targets
        .iter()
        .filter(|target| target.role.is_none())
        .collect();
    if !own.is_empty() {
        let regions = regions(&own);
        statements.extend(servers(input, input.account(), &regions));
    }
    if let Some(bus) = &input.traces.event_bus {
        let arn = if bus.starts_with("arn:") {
            bus.clone()
        } else {
            arn(
                "events",
                &input.region,
                input.account(),
                &format!("event-bus/{bus}"),
            )
        };
        statements.push(json!({
            "Sid": "SendEvents",
            "Effect": "Allow",
            "Action": "events:PutEvents",
            "Resource": arn,
        }));
    }
    if let Some(namespace) = &input.traces.metrics {
        statements.push(json!({
            "Sid": "SendFigures",
            "Effect": "Allow",
            "Action": "cloudwatch:PutMetricData",
            "Resource": "*",
            "Condition": {"StringEquals": {"cloudwatch:namespace": namespace}},
        }));
    }
    let objects: BTreeSet<String> = input
        .objects
        .iter()
        .filter_map(|location| s3::parts(location).ok())
        .map(|(bucket, key)| object_arn(&input.region, bucket, key))
        .collect();
    if !objects.is_empty() {
        statements.push(json!({
            "Sid": "ReadRulesAndData",
            "Effect": "Allow",
            "Action": s3::GET_OBJECT,
            "Resource": objects,
        }));
    }
    statements.extend(input.function.iter().flat_map(|name| function(input, name)));
    let code = input.machine_code.as_deref();
    if let Some((bucket, key)) = code.and_then(|code| s3::parts(code).ok()) {
        statements.push(json!({
            "Sid": "ReadMachineCode",
            "Effect": "Allow",
            "Action": s3::GET_OBJECT,
            "Resource": object_arn(&input.region, bucket, key) + "/*",
        }));
    }
    statements.extend(secret_policy::statements(
        &input.secrets,
        &input.region,
        input.account(),
    ));
    policy(statements)
}

/// What a function needs as such: its log, whose group is made with it, and itself, in any version and by any alias.
fn function(input: &PolicyInput, name: &str) -> [Value; 2] {
    let here = |service, resource: &str| arn(service, &input.region, input.account(), resource);
    let itself = here("lambda", &format!("function:{name}"));
    [
        json!({
            "Sid": "WriteLog",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": here("logs", &format!("log-group:/aws/lambda/{name}:*")),
        }),
        json!({
            "Sid": "InvokeItself",
            "Effect": "Allow",
            "Action": INVOKE_FUNCTION,
            "Resource": [itself, format!("{itself}:*")],
        }),
    ]
}

/// One object, though its key may have what stands for any text in a policy.
fn object_arn(region: &str, bucket: &str, key: &str) -> String {
    let mut arn = format!("arn:{}:s3:::{bucket}/", partition(region));
    for letter in key.chars() {
        match letter {
            '*' => arn.push_str("${*}"),
            '?' => arn.push_str("${?}"),
            '$' => arn.push_str("${$}"),
            plain => arn.push(plain),
        }
    }
    arn
}

/// The policy of the role in `target`'s account.
#[must_use]
pub fn spoke(input: &PolicyInput, target: &Target) -> Value {
    // The role's ARN tells the account where the configuration does not.
    let told = target
        .role
        .as_deref()
        .and_then(|role| role.split(':').nth(4));
    let account = target.account.as_deref().or(told).unwrap_or(ANY);
    policy(servers(input, account, &regions(&[target])))
}

/// Whom the role in another account trusts: the `principal`, the ARN of the program's own role, when it gives the
/// external id.
#[must_use]
pub fn trust(principal: &str, external_id: Option<&str>) -> Value {
    let mut statement = json!({
        "Sid": "TrustReveille",
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "sts:AssumeRole",
    });
    if let Some(id) = external_id {
        statement["Condition"] = json!({"StringEquals": {"sts:ExternalId": id}});
    }
    policy(vec![statement])
}

fn policy(statements: Vec<Value>) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn arn(service: &str, region: &str, account: &str, resource: &str) -> String {
    format!(
        "arn:{}:{service}:{region}:{account}:{resource}",
        partition(region)
    )
}

fn regions<'a>(targets: &[&'a Target]) -> BTreeSet<&'a str> {
    targets
        .iter()
        .flat_map(|target| target.regions.iter().map(String::as_str))
        .collect()
}

fn tables(input: &PolicyInput) -> Vec<Value> {
    let table = |name: &String| {
        arn(
            "dynamodb",
            &input.region,
            input.account(),
            &format!("table/{name}"),
        )
    };
    let own: Vec<String> = [&input.config_table, &input.state_table]
        .into_iter()
        .flatten()
        .map(table)
        .collect();
    let mut statements = Vec::new();
    if !own.is_empty() {
        statements.push(json!({
            "Sid": "UseTables",
            "Effect": "Allow",
            "Action": [
                "dynamodb:BatchWriteItem",
                "dynamodb:ConditionCheckItem",
                "dynamodb:DeleteItem",
                "dynamodb:DescribeTable",
                "dynamodb:DescribeTimeToLive",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
                "dynamodb:Scan",
                "dynamodb:UpdateItem",
            ],
            "Resource": own,
        }));
        if input.makes_tables {
            statements.push(json!({
                "Sid": "MakeTables",
                "Effect": "Allow",
                "Action": [
                    "dynamodb:CreateTable",
                    "dynamodb:UpdateContinuousBackups",
                    "dynamodb:UpdateTimeToLive",
                ],
                "Resource": own,
            }));
        }
    }
    if let Some(registry) = &input.registry_table {
        statements.push(json!({
            "Sid": "ReadRegistry",
            "Effect": "Allow",
            "Action": ["dynamodb:DescribeTable", "dynamodb:Query", "dynamodb:Scan"],
            "Resource": table(registry),
        }));
    }
    if input.encrypted_tables && !statements.is_empty() {
        let suffix = match partition(&input.region) {
            "aws-cn" => ".cn",
            _ => "",
        };
        let through = format!("dynamodb.{}.amazonaws.com{suffix}", input.region);
        statements.push(allow(
            "ReadEncryptedTables",
            &["kms:Decrypt", "kms:DescribeKey"],
            &[arn("kms", &input.region, input.account(), "key/*")],
            &json!({"StringEquals": {"kms:ViaService": through}}),
        ));
    }
    statements
}

/// What may be done to servers of `account` in `regions`, which are of one partition.
fn servers(input: &PolicyInput, account: &str, regions: &BTreeSet<&str>) -> Vec<Value> {
    let partition = regions.first().map_or("aws", |region| partition(region));
    let all = |service, resource| format!("arn:{partition}:{service}:*:{account}:{resource}");
    let instances = [all("ec2", "instance/*")];
    let databases = [all("rds", "cluster:*"), all("rds", "db:*")];
    let there = json!({"StringEquals": {"aws:RequestedRegion": regions}});
    let tagged = Tagged {
        keys: &input.schedule_tags,
        there: &there,
    };

    let Services { ec2, rds } = input.services;
    let mut looks = Vec::new();
    if ec2 {
        looks.push("ec2:DescribeInstances");
    }
    if rds {
        looks.extend(["rds:DescribeDBClusters", "rds:DescribeDBInstances"]);
    }
    if ec2 && input.ssm_windows {
        looks.push("ssm:DescribeMaintenanceWindows");
    }
    let mut statements = vec![allow("SeeServers", &looks, &["*".to_owned()], &there)];
    if ec2 {
        let mut runs = vec!["ec2:StartInstances", "ec2:StopInstances"];
        if input.resizes {
            runs.push("ec2:ModifyInstanceAttribute");
        }
        statements.extend(tagged.may("RunInstances", &runs, &instances));
    }
    if rds {
        let mut runs = vec![
            "rds:StartDBCluster",
            "rds:StartDBInstance",
            "rds:StopDBCluster",
            "rds:StopDBInstance",
        ];
        if input.snapshots {
            runs.push("rds:CreateDBSnapshot");
        }
        statements.extend(tagged.may("RunDatabases", &runs, &databases));
    }
    if rds && input.snapshots {
        statements.push(allow(
            "ReplaceSnapshots",
            &[
                "rds:CreateDBSnapshot",
                "rds:DeleteDBSnapshot",
                "rds:StopDBInstance",
            ],
            &[all("rds", "snapshot:*-stopped-*")],
            &there,
        ));
    }
    if ec2 && input.traces.tags {
        let tags = ["ec2:CreateTags", "ec2:DeleteTags"];
        statements.extend(tagged.may_tag("TagInstances", &tags, &instances));
    }
    if rds && input.traces.tags {
        let tags = ["rds:AddTagsToResource", "rds:RemoveTagsFromResource"];
        statements.extend(tagged.may_tag("TagDatabases", &tags, &databases));
    }
    if ec2 && input.encrypted_volumes {
        let suffix = if partition == "aws-cn" { ".cn" } else { "" };
        let through: Vec<String> = regions
            .iter()
            .map(|region| format!("ec2.{region}.amazonaws.com{suffix}"))
            .collect();
        let condition = json!({
            "Bool": {"kms:GrantIsForAWSResource": "true"},
            "StringEquals": {"kms:ViaService": through},
        });
        statements.push(allow(
            "StartWithEncryptedVolumes",
            &["kms:CreateGrant"],
            &[all("kms", "key/*")],
            &condition,
        ));
    }
    statements
}

fn allow(sid: &str, actions: &[&str], resources: &[String], condition: &Value) -> Value {
    json!({
        "Sid": sid,
        "Effect": "Allow",
        "Action": actions,
        "Resource": resources,
        "Condition": condition,
    })
}

/// Statements about what carries a schedule tag. Conditions of one statement must hold all, so each key has its own.
struct Tagged<'a> {
    keys: &'a [String],
    /// The condition that it is in one of the regions.
    there: &'a Value,
}

impl Tagged<'_> {
    fn may(&self, sid: &str, actions: &[&str], resources: &[String]) -> Vec<Value> {
        self.statements(sid, actions, resources, self.there.clone())
    }

    /// To change our own tags and no other: both conditions, since an empty list of keys satisfies the first.
    fn may_tag(&self, sid: &str, actions: &[&str], resources: &[String]) -> Vec<Value> {
        let ours = [tags::ERROR, tags::ERROR_MESSAGE, tags::LAST_ACTION];
        let mut condition = self.there.clone();
        condition["ForAllValues:StringEquals"] = json!({"aws:TagKeys": ours});
        condition["Null"] = json!({"aws:TagKeys": "false"});
        self.statements(sid, actions, resources, condition)
    }

    fn statements(
        &self,
        sid: &str,
        actions: &[&str],
        resources: &[String],
        condition: Value,
    ) -> Vec<Value> {
        let keys = self.keys.iter().enumerate();
        keys.map(|(index, key)| {
            let mut condition = condition.clone();
            condition["Null"][format!("aws:ResourceTag/{key}")] = "false".into();
            let number = match index {
                0 => String::new(),
                _ => (index + 1).to_string(),
            };
            allow(&format!("{sid}{number}"), actions, resources, &condition)
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    fn target(account: Option<&str>, role: Option<&str>, regions: &[&str]) -> Target {
        Target {
            account: account.map(str::to_owned),
            role: role.map(str::to_owned),
            external_id: None,
            regions: regions.iter().map(|&region| region.to_owned()).collect(),
        }
    }

    fn least() -> PolicyInput {
        PolicyInput {
            account: Some("111122223333".into()),
            region: "eu-west-1".into(),
            config_table: Some("ConfigTable".into()),
            state_table: Some("reveille".into()),
            makes_tables: false,
            encrypted_tables: false,
            registry_table: None,
            targets: vec![target(None, None, &["eu-west-1"])],
            schedule_tags: vec!["Schedule".into()],
            services: Services {
                ec2: true,
                rds: true,
            },
            resizes: false,
            encrypted_volumes: false,
            snapshots: false,
            ssm_windows: false,
            traces: TraceSettings::default(),
            function: None,
            objects: Vec::new(),
            machine_code: None,
            secrets: Vec::new(),
        }
    }

    fn most() -> PolicyInput {
        PolicyInput {
            makes_tables: true,
            encrypted_tables: true,
            registry_table: Some("RegistryTable".into()),
            targets: vec![
                target(None, None, &["eu-west-1", "ap-northeast-2"]),
                target(
                    None,
                    Some("arn:aws:iam::444455556666:role/reveille"),
                    &["eu-west-1"],
                ),
            ],
            schedule_tags: vec!["Schedule".into(), "ScheduleName".into()],
            resizes: true,
            encrypted_volumes: true,
            snapshots: true,
            ssm_windows: true,
            traces: TraceSettings {
                tags: true,
                event_bus: Some("ops".into()),
                metrics: Some("Reveille".into()),
            },
            function: Some("reveille".into()),
            objects: vec![
                "s3://rules/team/days.wasm".into(),
                "rules/near.wasm".into(),
                "s3://rules/holidays.ics".into(),
            ],
            ..least()
        }
    }

    fn statements(policy: &Value) -> &Vec<Value> {
        policy["Statement"].as_array().unwrap()
    }

    fn sids(policy: &Value) -> Vec<&str> {
        statements(policy)
            .iter()
            .map(|statement| statement["Sid"].as_str().unwrap())
            .collect()
    }

    #[test]
    fn the_least_policy_is_this_one() {
        let golden: Value =
            serde_json::from_str(include_str!("../golden/policy-least.json")).unwrap();
        assert_eq!(home(&least()), golden, "{:#}", home(&least()));
    }

    #[test]
    fn the_policy_of_everything_is_this_one() {
        let golden: Value =
            serde_json::from_str(include_str!("../golden/policy-most.json")).unwrap();
        assert_eq!(home(&most()), golden, "{:#}", home(&most()));
    }

    #[test]
    fn without_tables_and_servers_of_its_own_it_may_only_assume_roles() {
        let input = PolicyInput {
            config_table: None,
            state_table: None,
            targets: vec![target(
                None,
                Some("arn:aws:iam::444455556666:role/reveille"),
                &["eu-west-1"],
            )],
            ..least()
        };
        assert_eq!(sids(&home(&input)), ["AssumeRoles"]);
    }

    #[test]
    fn a_service_that_is_not_looked_at_needs_nothing() {
        let without = |service: &str| {
            let services = Services {
                ec2: service != "ec2:",
                rds: service != "rds:",
            };
            let input = PolicyInput { services, ..most() };
            home(&input).to_string()
        };
        for service in ["ec2:", "rds:"] {
            assert!(!without(service).contains(service), "{service}");
        }
        assert!(!without("ec2:").contains("ssm:"));
    }

    #[test]
    fn a_role_elsewhere_has_neither_tables_nor_figures() {
        let input = most();
        let policy = spoke(&input, &input.targets[1]);
        assert_eq!(
            sids(&policy),
            [
                "SeeServers",
                "RunInstances",
                "RunInstances2",
                "RunDatabases",
                "RunDatabases2",
                "ReplaceSnapshots",
                "TagInstances",
                "TagInstances2",
                "TagDatabases",
                "TagDatabases2",
                "StartWithEncryptedVolumes",
            ]
        );
        assert_eq!(
            statements(&policy)[1]["Resource"],
            json!(["arn:aws:ec2:*:444455556666:instance/*"])
        );
    }

    #[test]
    fn nothing_but_looking_is_allowed_without_a_tag_or_a_name() {
        for statement in statements(&home(&most())) {
            let sid = statement["Sid"].as_str().unwrap();
            let is_open = statement["Resource"] == "*" || statement["Resource"] == json!(["*"]);
            assert!(
                !is_open || ["SeeServers", "SendFigures"].contains(&sid),
                "{sid}"
            );
            if sid.starts_with("Run") || sid.starts_with("Tag") {
                let null = statement["Condition"]["Null"].to_string();
                assert!(null.contains("aws:ResourceTag/Schedule"), "{sid}");
            }
        }
    }

    #[test]
    fn a_key_stands_for_itself_alone() {
        assert_eq!(
            object_arn("cn-north-1", "rules", "a*/b?$c.wasm"),
            "arn:aws-cn:s3:::rules/a${*}/b${?}${$}c.wasm"
        );
    }

    #[test]
    fn a_policy_fits_into_a_role() {
        // A managed policy takes 6,144 characters without white space (IAM User Guide, "IAM quotas").
        let length = home(&most()).to_string().len();
        assert!(length < 6_144, "{length}");
    }

    #[test]
    fn china_has_its_own_partition() {
        let input = PolicyInput {
            region: "cn-north-1".into(),
            targets: vec![target(None, None, &["cn-north-1"])],
            encrypted_volumes: true,
            ..least()
        };
        let policy = home(&input).to_string();
        assert!(policy.contains("arn:aws-cn:dynamodb:cn-north-1:111122223333:table/reveille"));
        assert!(policy.contains("ec2.cn-north-1.amazonaws.com.cn"));
        assert!(!policy.contains("arn:aws:"));
    }

    #[test]
    fn trust_names_the_principal_and_the_external_id() {
        let role = "arn:aws:iam::111122223333:role/reveille";
        assert_eq!(
            trust(role, Some("x")),
            json!({
                "Version": "2012-10-17",
                "Statement": [{
                    "Sid": "TrustReveille",
                    "Effect": "Allow",
                    "Principal": {"AWS": role},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"sts:ExternalId": "x"}},
                }],
            })
        );
        assert_eq!(trust(role, None)["Statement"][0]["Condition"], Value::Null);
    }
}
