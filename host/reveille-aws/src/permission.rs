//! What a role may do, asked without doing it: by dry runs where AWS offers them, else by simulating its policies.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_ec2::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    types::{AttributeValue, Tag},
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use chrono::{DateTime, Utc};
use reveille_core::model::{Server, ServerKind};
use serde_json::json;

use crate::{
    doctor::{Check, DoctorInput},
    ec2::Ec2,
    policy::partition,
    rds::Rds,
    signed::{Service, Signed},
    site::Site,
    tagged::{Found, TagKeys},
    tags,
    trouble::{Trouble, TroubleKind},
    xml::{text, texts},
};

/// The tag of an instance that is started with other types while there is no capacity for the first.
const PREFERRED_TYPES: &str = "IS-PreferredInstanceTypes";
const SIMULATE: &str = "iam:SimulatePrincipalPolicy";

/// Who has permissions: a user or a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Principal {
    pub(crate) arn: String,
    pub(crate) account: String,
}

impl Principal {
    /// Of the ARN that a caller has. Sessions are of roles: `arn:aws:sts::1:assumed-role/name/session` is
    /// `arn:aws:iam::1:role/name`, as long as the role has no path.
    pub(crate) fn of(arn: String, account: String) -> Self {
        let role = arn
            .replacen(":sts:", ":iam:", 1)
            .split_once(":assumed-role/")
            .map(|(account, session)| {
                let role = session.split('/').next().unwrap_or(session);
                format!("{account}:role/{role}")
            });
        Self {
            arn: role.unwrap_or(arn),
            account,
        }
    }
}

/// What was found in a site.
#[derive(Debug, Default)]
pub(crate) struct Examined {
    pub(crate) checks: Vec<Check>,
    pub(crate) servers: Vec<Server>,
}

/// What the program's own role may do that no server is needed for.
pub(crate) async fn home(home: &SdkConfig, input: &DoctorInput, who: &Principal) -> Vec<Check> {
    let region = home.region().map_or("us-east-1", |region| region.as_ref());
    let arn = |service: &str, resource: &str| {
        let partition = partition(region);
        format!(
            "arn:{partition}:{service}:{region}:{}:{resource}",
            who.account
        )
    };
    let mut checks = Vec::new();
    if let Some(names) = &input.tables {
        // Large commits go through the state table in batches.
        let batches = [None, Some("dynamodb:BatchWriteItem")];
        for (name, batch) in [&names.config, &names.state].into_iter().zip(batches) {
            let mut actions = vec![
                "dynamodb:ConditionCheckItem",
                "dynamodb:DeleteItem",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
                "dynamodb:Scan",
                "dynamodb:UpdateItem",
            ];
            actions.extend(batch);
            let asked = Asked {
                what: format!("using table `{name}`"),
                actions,
                resource: arn("dynamodb", &format!("table/{name}")),
                context: vec![],
            };
            checks.push(asked.simulate(home, who).await);
        }
    }
    if let Some(bus) = &input.traces.event_bus {
        let resource = if bus.starts_with("arn:") {
            bus.clone()
        } else {
            arn("events", &format!("event-bus/{bus}"))
        };
        let asked = Asked {
            what: format!("events to `{bus}`"),
            actions: vec!["events:PutEvents"],
            resource,
            context: vec![],
        };
        checks.push(asked.simulate(home, who).await);
    }
    if let Some(namespace) = &input.traces.metrics {
        let asked = Asked {
            what: format!("figures in `{namespace}`"),
            actions: vec!["cloudwatch:PutMetricData"],
            resource: "*".to_owned(),
            context: vec![("cloudwatch:namespace".to_owned(), vec![namespace.clone()])],
        };
        checks.push(asked.simulate(home, who).await);
    }
    checks
}

/// What `who` sees in `site` and may do there.
pub(crate) async fn site(
    site: &Site,
    who: &Principal,
    input: &DoctorInput,
    now: DateTime<Utc>,
) -> Examined {
    let name = site.name();
    let keys = Arc::new(TagKeys {
        schedule: input.fleet.schedule_tags.clone(),
        group: input.fleet.group_tags.clone(),
    });
    let mut found = Examined::default();
    if input.fleet.services.ec2 {
        let looked = Ec2::new(site, Arc::clone(&keys)).look(None).await;
        let is_seen = looked.is_ok();
        let servers = found.seen(format!("EC2 instances in {name}"), looked, who);
        if let Some(server) = servers.iter().find(|server| server.left_out.is_none()) {
            let resizes = input.resizes
                || servers
                    .iter()
                    .any(|server| server.tags.contains_key(PREFERRED_TYPES));
            let input = DoctorInput {
                resizes,
                ..input.clone()
            };
            found.checks.push(dry_runs(site, server, who, &input).await);
        }
        found.servers.extend(servers);
        // Where servers cannot be seen, what else fails has the same cause.
        if input.ssm_windows && is_seen {
            found.checks.push(windows(site, who).await);
        }
    }
    if input.fleet.services.rds {
        let rds = Rds::new(site, keys, None);
        let (instances, clusters) = tokio::join!(
            rds.look_at_instances(now, None),
            rds.look_at_clusters(now, None)
        );
        for (kind, looked) in [("instances", instances), ("clusters", clusters)] {
            let servers = found.seen(format!("RDS {kind} in {name}"), looked, who);
            if let Some(server) = servers.iter().find(|server| server.left_out.is_none()) {
                let asked = Asked::of_database(server, site, input);
                found.checks.push(asked.simulate(&site.sdk, who).await);
            }
            found.servers.extend(servers);
        }
    }
    found
}

impl Examined {
    fn seen(
        &mut self,
        what: String,
        looked: Result<Vec<Found>, Trouble>,
        who: &Principal,
    ) -> Vec<Server> {
        match looked {
            Ok(found) => {
                let tagged = format!("{} carry the tag", found.len());
                self.checks.push(Check::well(what, tagged));
                found.into_iter().map(|found| found.server).collect()
            }
            Err(mut trouble) => {
                // They are good where the program is at home, so it is the region that does not know them.
                if trouble.kind == TroubleKind::Credentials {
                    trouble.kind = TroubleKind::Region;
                }
                self.checks.push(Check::trouble(what, &trouble, &who.arn));
                Vec::new()
            }
        }
    }
}

/// Asks for everything that is done to instances, on one of them, without doing it.
async fn dry_runs(site: &Site, server: &Server, who: &Principal, input: &DoctorInput) -> Check {
    let client = Client::new(&site.sdk);
    let id = server.id.resource();
    let started = client.start_instances().instance_ids(id).dry_run(true);
    let stopped = client.stop_instances().instance_ids(id).dry_run(true);
    let (started, stopped) = tokio::join!(started.send(), stopped.send());
    let mut asked = vec![
        refused("ec2:StartInstances", started.err()),
        refused("ec2:StopInstances", stopped.err()),
    ];
    if input.resizes {
        let same = server.instance_type.as_deref().unwrap_or_default();
        let changed = client
            .modify_instance_attribute()
            .instance_id(id)
            .instance_type(AttributeValue::builder().value(same).build())
            .dry_run(true);
        asked.push(refused(
            "ec2:ModifyInstanceAttribute",
            changed.send().await.err(),
        ));
    }
    if input.traces.tags {
        let tag = Tag::builder().key(tags::LAST_ACTION).value("x").build();
        let put = client.create_tags().resources(id).tags(tag).dry_run(true);
        asked.push(refused("ec2:CreateTags", put.send().await.err()));
        let tag = Tag::builder().key(tags::ERROR).build();
        let removed = client.delete_tags().resources(id).tags(tag).dry_run(true);
        asked.push(refused("ec2:DeleteTags", removed.send().await.err()));
    }
    let what = format!("acting on EC2 instances in {}", site.name());
    match asked.into_iter().flatten().next() {
        None => Check::well(what, format!("permitted, by dry runs on {id}")),
        Some(trouble) => Check::trouble(what, &trouble, &who.arn),
    }
}

/// What a dry run says against it. That it would have succeeded, and that the instance is in the wrong state for it,
/// are errors too, and are said to those alone who may do it.
fn refused<E>(call: &'static str, error: Option<SdkError<E, HttpResponse>>) -> Option<Trouble>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let trouble = Trouble::of(call, error?);
    (trouble.kind != TroubleKind::Refused).then_some(trouble)
}

async fn windows(site: &Site, who: &Principal) -> Check {
    const CALL: &str = "ssm:DescribeMaintenanceWindows";
    let what = format!("maintenance windows in {}", site.name());
    let ssm = Signed::new(&site.sdk, Service::SSM);
    match ssm.json(CALL, &json!({"MaxResults": 10})).await {
        Ok(_) => Check::well(what, "can be read"),
        Err(trouble) => Check::trouble(what, &trouble, &who.arn),
    }
}

/// What is simulated.
struct Asked {
    what: String,
    actions: Vec<&'static str>,
    resource: String,
    /// What conditions of policies are told.
    context: Vec<(String, Vec<String>)>,
}

impl Asked {
    fn of_database(server: &Server, site: &Site, input: &DoctorInput) -> Self {
        let (mut actions, kind) = match server.kind {
            ServerKind::RdsCluster => (vec!["rds:StartDBCluster", "rds:StopDBCluster"], "clusters"),
            ServerKind::RdsInstance | ServerKind::Ec2 => (
                vec!["rds:StartDBInstance", "rds:StopDBInstance"],
                "instances",
            ),
        };
        let mut context = vec![("aws:RequestedRegion".to_owned(), vec![site.region.clone()])];
        let tags = server.tags.iter();
        context.extend(
            tags.filter(|(key, _)| input.fleet.schedule_tags.contains(*key))
                .map(|(key, value)| (format!("aws:ResourceTag/{key}"), vec![value.clone()])),
        );
        if input.traces.tags {
            actions.extend(["rds:AddTagsToResource", "rds:RemoveTagsFromResource"]);
            context.push(("aws:TagKeys".to_owned(), vec![tags::ERROR.to_owned()]));
        }
        Self {
            what: format!("acting on RDS {kind} in {}", site.name()),
            actions,
            resource: server.id.to_string(),
            context,
        }
    }

    fn parameters(&self, who: &Principal) -> Vec<(String, String)> {
        let mut parameters = vec![
            ("PolicySourceArn".to_owned(), who.arn.clone()),
            ("ResourceArns.member.1".to_owned(), self.resource.clone()),
        ];
        for (index, action) in self.actions.iter().enumerate() {
            let name = format!("ActionNames.member.{}", index + 1);
            parameters.push((name, (*action).to_owned()));
        }
        for (index, (key, values)) in self.context.iter().enumerate() {
            let at = format!("ContextEntries.member.{}", index + 1);
            // IAM has a type of its own for what may have several values.
            let kind = if key == "aws:TagKeys" {
                "stringList"
            } else {
                "string"
            };
            parameters.push((format!("{at}.ContextKeyName"), key.clone()));
            parameters.push((format!("{at}.ContextKeyType"), kind.to_owned()));
            for (index, value) in values.iter().enumerate() {
                let name = format!("{at}.ContextKeyValues.member.{}", index + 1);
                parameters.push((name, value.clone()));
            }
        }
        parameters
    }

    async fn simulate(self, sdk: &SdkConfig, who: &Principal) -> Check {
        if who.arn.ends_with(":root") {
            return Check::well(self.what, "permitted: the root user may do everything");
        }
        let iam = Signed::new(sdk, Service::IAM);
        let answer = match iam.query(SIMULATE, &self.parameters(who)).await {
            Ok(answer) => answer,
            Err(trouble) if matches!(trouble.kind, TroubleKind::Denied | TroubleKind::Refused) => {
                let fact = format!(
                    "not looked at: `{SIMULATE}` answers {}; the first call will tell",
                    trouble.code
                );
                return Check::well(self.what, fact);
            }
            Err(trouble) => return Check::trouble(self.what, &trouble, &who.arn),
        };
        let denied = denied(&answer.body);
        if denied.is_empty() {
            return Check::well(self.what, "permitted, by simulation");
        }
        let denied = denied.join("`, `");
        Check::ill(
            self.what,
            format!("its policies do not allow `{denied}`"),
            format!(
                "Give `{}` the permission `{denied}` on `{}`; `reveille iam` prints the whole policy.",
                who.arn, self.resource
            ),
        )
    }
}

/// The actions that a simulation has not allowed, each once.
fn denied(body: &str) -> Vec<String> {
    let results = texts(body, "member", &["EvalActionName", "EvalDecision"]).unwrap_or_default();
    let mut denied: Vec<String> = results
        .iter()
        .filter(|result| text(result, "EvalDecision").is_some_and(|it| it != "allowed"))
        .filter_map(|result| text(result, "EvalActionName"))
        .map(str::to_owned)
        .collect();
    denied.sort_unstable();
    denied.dedup();
    denied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_principal(arn: &str, expected: &str) {
        assert_eq!(Principal::of(arn.to_owned(), String::new()).arn, expected);
    }

    #[test]
    fn a_session_is_of_a_role() {
        check_principal(
            "arn:aws:sts::111122223333:assumed-role/reveille/i-0abc",
            "arn:aws:iam::111122223333:role/reveille",
        );
        check_principal(
            "arn:aws-cn:sts::111122223333:assumed-role/reveille/x",
            "arn:aws-cn:iam::111122223333:role/reveille",
        );
        let user = "arn:aws:iam::111122223333:user/anna";
        check_principal(user, user);
    }

    #[test]
    fn what_a_simulation_does_not_allow_is_denied() {
        let body = "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><EvaluationResults>\
            <member><MatchedStatements><member><SourcePolicyId>x</SourcePolicyId></member></MatchedStatements>\
            <EvalDecision>allowed</EvalDecision><EvalActionName>rds:A</EvalActionName></member>\
            <member><EvalActionName>rds:C</EvalActionName><EvalDecision>implicitDeny</EvalDecision></member>\
            <member><EvalActionName>rds:B</EvalActionName><EvalDecision>explicitDeny</EvalDecision></member>\
            </EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>";
        assert_eq!(denied(body), ["rds:B", "rds:C"]);
    }
}
