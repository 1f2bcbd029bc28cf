//! `reveille iam`: the least policy that the configuration needs.

use std::{process::ExitCode, time::Duration};

use anyhow::{Context as _, ensure};
use reveille_aws::{
    fleet::FleetSettings,
    policy::{self, PolicyInput},
    s3,
    secret::SecretId,
};
use reveille_core::model::RuleSource;
use serde_json::{Map, Value, json};
use tokio::time::timeout;

use super::Setting;
use crate::{
    cli::IamArgs,
    config::{Config, SecretPlace, StoreConfig},
    house::{self, print, tell},
};

/// How long the store is waited for: without credentials nothing there can be read, and the rest is told all the same.
const STORE_TIME: Duration = Duration::from_secs(5);

pub(super) async fn run(args: IamArgs, setting: &Setting) -> anyhow::Result<ExitCode> {
    let stored = match stored(&setting.config).await {
        Ok(stored) => stored,
        Err(error) => {
            tell(&format!(
                "rules that stand in the store alone are not in this policy, because it cannot be read: {error:#}\n"
            ));
            Vec::new()
        }
    };
    let input = input(&args, &setting.config, &stored)?;
    let shown = match &args.principal {
        Some(principal) if args.spoke => spokes(&input, principal)?,
        Some(_) | None => policy::home(&input),
    };
    print(&format!("{shown:#}\n"));
    Ok(ExitCode::SUCCESS)
}

/// The rules of the store, as far as nothing comes before them.
async fn stored(config: &Config) -> anyhow::Result<Vec<RuleSource>> {
    let reading = async {
        let Some(store) = house::store(config).await? else {
            return Ok(Vec::new());
        };
        let definitions = store.definitions().await?;
        let is_configured = |name: &String| config.rules.iter().any(|rule| rule.name == *name);
        let rules = definitions.rules.iter();
        Ok(rules
            .filter(|(name, _)| !is_configured(name))
            .map(|(_, rule)| rule.clone())
            .collect())
    };
    timeout(STORE_TIME, reading)
        .await
        .with_context(|| format!("it has not answered within {} s", STORE_TIME.as_secs()))?
}

fn input(args: &IamArgs, config: &Config, stored: &[RuleSource]) -> anyhow::Result<PolicyInput> {
    let tables = match &config.store {
        StoreConfig::Sqlite(_) => None,
        StoreConfig::Dynamo(tables) => Some(tables),
    };
    let aws = config.aws.as_ref();
    let objects = objects(config, stored);
    let secrets = secrets(config);
    ensure!(
        tables.is_some() || aws.is_some() || !objects.is_empty() || !secrets.is_empty(),
        "the configuration needs nothing of AWS: its store is the file `{}`, its servers are simulated, neither rules nor \
         data are on S3, and it keeps none of its secrets",
        config.file().display()
    );
    let region = aws
        .map(|aws| aws.region.clone())
        .or_else(|| config.table_region.clone());
    ensure!(
        secrets.is_empty() || region.is_some(),
        "no region is known, and ARNs of secrets have one: set AWS_REGION, or `region` under [aws]"
    );
    Ok(PolicyInput {
        account: args.account.clone(),
        function: args.lambda.clone(),
        region: region.unwrap_or_default(),
        config_table: tables.map(|tables| tables.config.clone()),
        state_table: tables.map(|tables| tables.state.clone()),
        makes_tables: args.create_tables,
        // AWS Instance Scheduler's are.
        encrypted_tables: tables.is_some(),
        registry_table: args.registry.clone(),
        targets: aws.map(|aws| aws.fleet.targets.clone()).unwrap_or_default(),
        schedule_tags: aws
            .map(|aws| aws.fleet.schedule_tags.clone())
            .unwrap_or_default(),
        services: aws.map_or(FleetSettings::default().services, |aws| aws.fleet.services),
        resizes: !args.no_resize,
        encrypted_volumes: args.encrypted_volumes,
        snapshots: aws.is_some_and(|aws| aws.fleet.snapshot_on_stop.is_some()),
        ssm_windows: aws.is_some_and(|aws| aws.ssm_windows),
        traces: aws.map(|aws| aws.traces.clone()).unwrap_or_default(),
        objects,
        machine_code: config
            .taking
            .shared
            .as_ref()
            .map(|shared| shared.place.clone()),
        secrets,
    })
}

/// What is read of S3: the rules of the configuration and of the store, with the signatures beside them, and data.
fn objects(config: &Config, stored: &[RuleSource]) -> Vec<String> {
    let rules = config.rules.iter().chain(stored).flat_map(|rule| {
        let signature = config.taking.trust.signature(rule);
        std::iter::once(rule.location.clone()).chain(signature)
    });
    let data = config.data.iter().map(|feed| feed.location.clone());
    let begin = format!("{}://", s3::SCHEME);
    rules
        .chain(data)
        .filter(|location| location.starts_with(&begin))
        .collect()
}

/// What AWS keeps of the configuration's secrets.
fn secrets(config: &Config) -> Vec<SecretId> {
    config
        .secrets()
        .filter_map(|secret| match &secret.place {
            SecretPlace::Aws { id, .. } => Some(id.clone()),
            SecretPlace::Configuration(_) | SecretPlace::Variable { .. } | SecretPlace::File(_) => {
                None
            }
        })
        .collect()
}

/// Policy and trust of each role that is assumed, by its ARN.
fn spokes(input: &PolicyInput, principal: &str) -> anyhow::Result<Value> {
    let mut roles = Map::new();
    for target in &input.targets {
        if let Some(role) = &target.role {
            let of_role = json!({
                "policy": policy::spoke(input, target),
                "trust": policy::trust(principal, target.external_id.as_deref()),
            });
            roles.insert(role.clone(), of_role);
        }
    }
    ensure!(
        !roles.is_empty(),
        "no target of the configuration has a role: name one under [[aws.targets]], or leave --spoke out"
    );
    Ok(Value::Object(roles))
}
