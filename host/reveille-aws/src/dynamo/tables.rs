//! Making the two tables, and looking whether they are as they must be.

use std::{sync::Arc, time::Duration as Pause};

use aws_config::SdkConfig;
use aws_sdk_dynamodb::{
    Client,
    error::{BuildError, DisplayErrorContext, ProvideErrorMetadata, SdkError},
    types::{
        AttributeDefinition, BillingMode, KeySchemaElement, KeyType,
        PointInTimeRecoverySpecification, ScalarAttributeType, TableDescription, TableStatus,
        TimeToLiveSpecification, TimeToLiveStatus,
    },
};

use super::{TableNames, state::EXPIRES};
use crate::trouble::{Trouble, TroubleKind};

/// How often a table that is being made is looked at: DynamoDB takes about ten seconds.
const LOOK: Pause = Pause::from_secs(1);
/// How many times at most: after two minutes people should look themselves.
const LOOKS: u32 = 120;

/// What a table is like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableState {
    /// Its name.
    pub name: String,
    /// Whether it was made just now.
    pub is_new: bool,
    /// What is wrong with it and what to do about it, in plain English; empty when all is well.
    pub faults: Vec<String>,
}

/// One of the two tables as it must be.
#[derive(Debug, Clone, Copy)]
struct Wanted<'a> {
    name: &'a str,
    /// Partition and sort key.
    keys: [&'static str; 2],
    /// Whether it ages.
    ages: bool,
    /// Whether people write into it what they could not write again.
    is_precious: bool,
}

impl<'a> Wanted<'a> {
    fn both(names: &'a TableNames) -> [Self; 2] {
        [
            Self {
                name: &names.config,
                keys: ["type", "name"],
                ages: false,
                is_precious: true,
            },
            Self {
                name: &names.state,
                keys: ["pk", "sk"],
                ages: true,
                is_precious: false,
            },
        ]
    }
}

/// Makes what is missing, paid by request, and waits until it can be used. A table that is there is left as it is,
/// but for our own, which is told what ages. Safe to repeat after a failure.
///
/// # Errors
/// When AWS refuses; what was made until then stays.
pub async fn create_tables(
    sdk: &SdkConfig,
    names: &TableNames,
) -> Result<Vec<TableState>, Trouble> {
    let client = Client::new(sdk);
    let mut new = Vec::new();
    for wanted in Wanted::both(names) {
        let is_new = make(&client, wanted).await?;
        if is_new && wanted.is_precious {
            keep_backups(&client, wanted.name).await?;
        }
        if wanted.ages {
            let_age(&client, wanted.name).await?;
        }
        new.push(is_new);
    }
    let mut states = check_tables(sdk, names).await;
    for (state, is_new) in states.iter_mut().zip(new) {
        state.is_new = is_new;
    }
    Ok(states)
}

/// Looks at both tables. Nothing is changed.
pub async fn check_tables(sdk: &SdkConfig, names: &TableNames) -> Vec<TableState> {
    let client = Client::new(sdk);
    let mut states = Vec::new();
    for wanted in Wanted::both(names) {
        states.push(TableState {
            name: wanted.name.to_owned(),
            is_new: false,
            faults: faults(&client, wanted).await,
        });
    }
    states
}

/// Makes the table unless it is there. Whether it was made.
async fn make(client: &Client, wanted: Wanted<'_>) -> Result<bool, Trouble> {
    const CALL: &str = "dynamodb:CreateTable";
    let [partition, sort] = wanted.keys;
    let mut create = client
        .create_table()
        .table_name(wanted.name)
        .billing_mode(BillingMode::PayPerRequest);
    for (key, role) in [(partition, KeyType::Hash), (sort, KeyType::Range)] {
        create = create
            .attribute_definitions(
                AttributeDefinition::builder()
                    .attribute_name(key)
                    .attribute_type(ScalarAttributeType::S)
                    .build()
                    .map_err(|error| unbuilt(CALL, error))?,
            )
            .key_schema(
                KeySchemaElement::builder()
                    .attribute_name(key)
                    .key_type(role)
                    .build()
                    .map_err(|error| unbuilt(CALL, error))?,
            );
    }
    // Looked at first, so that whoever may not make tables need not when they are there.
    if describe(client, wanted.name).await?.is_some() {
        return Ok(false);
    }
    match create.send().await {
        Ok(_) => {}
        // Somebody else is making it at the same moment.
        Err(error) if error.code() == Some("ResourceInUseException") => {}
        Err(error) => return Err(Trouble::of(CALL, error)),
    }
    for _ in 0..LOOKS {
        let table = describe(client, wanted.name).await?;
        if table.is_some_and(|table| table.table_status == Some(TableStatus::Active)) {
            break;
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(true)
}

async fn describe(client: &Client, name: &str) -> Result<Option<TableDescription>, Trouble> {
    match client.describe_table().table_name(name).send().await {
        Ok(described) => Ok(described.table),
        Err(error) if error.code() == Some("ResourceNotFoundException") => Ok(None),
        Err(error) => Err(Trouble::of("dynamodb:DescribeTable", error)),
    }
}

async fn keep_backups(client: &Client, name: &str) -> Result<(), Trouble> {
    const CALL: &str = "dynamodb:UpdateContinuousBackups";
    let on = PointInTimeRecoverySpecification::builder()
        .point_in_time_recovery_enabled(true)
        .build()
        .map_err(|error| unbuilt(CALL, error))?;
    let mut looks = 1;
    loop {
        let kept = client
            .update_continuous_backups()
            .table_name(name)
            .point_in_time_recovery_specification(on.clone())
            .send()
            .await;
        match kept {
            Ok(_) => return Ok(()),
            Err(error) if is_unknown(&error) => return Ok(()),
            // A new table is not ready for it at once.
            Err(error)
                if looks < LOOKS
                    && error.code() == Some("ContinuousBackupsUnavailableException") =>
            {
                looks += 1;
                tokio::time::sleep(LOOK).await;
            }
            Err(error) => return Err(Trouble::of(CALL, error)),
        }
    }
}

async fn let_age(client: &Client, name: &str) -> Result<(), Trouble> {
    const CALL: &str = "dynamodb:UpdateTimeToLive";
    if ages_by(client, name).await?.is_some() {
        return Ok(());
    }
    let on = TimeToLiveSpecification::builder()
        .attribute_name(EXPIRES)
        .enabled(true)
        .build()
        .map_err(|error| unbuilt(CALL, error))?;
    let set = client
        .update_time_to_live()
        .table_name(name)
        .time_to_live_specification(on)
        .send()
        .await;
    match set {
        Ok(_) => Ok(()),
        Err(error) if is_unknown(&error) => Ok(()),
        Err(error) => Err(Trouble::of(CALL, error)),
    }
}

/// The attribute by which the table's items are removed; none when they never are.
async fn ages_by(client: &Client, name: &str) -> Result<Option<String>, Trouble> {
    let described = match client.describe_time_to_live().table_name(name).send().await {
        Ok(described) => described.time_to_live_description,
        Err(error) if is_unknown(&error) => return Ok(Some(EXPIRES.to_owned())),
        Err(error) => return Err(Trouble::of("dynamodb:DescribeTimeToLive", error)),
    };
    Ok(described
        .filter(|ttl| {
            matches!(
                ttl.time_to_live_status,
                Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)
            )
        })
        .and_then(|ttl| ttl.attribute_name))
}

async fn faults(client: &Client, wanted: Wanted<'_>) -> Vec<String> {
    let name = wanted.name;
    let table = match describe(client, name).await {
        Ok(Some(table)) => table,
        Ok(None) => {
            return vec![format!(
                "there is no table `{name}`: make it with `reveille tables create`, or correct its name or the region"
            )];
        }
        Err(trouble) => return vec![told(name, &trouble)],
    };
    let mut faults = Vec::new();
    faults.extend(key_fault(&table, wanted));
    if table.table_status != Some(TableStatus::Active) {
        let status = table
            .table_status
            .as_ref()
            .map_or("unknown", TableStatus::as_str);
        faults.push(format!("`{name}` is {status}: wait until it is ACTIVE"));
    }
    if wanted.ages {
        // Conditions hold within one region only, and a lease is nothing but a condition.
        if table.replicas.is_some_and(|replicas| !replicas.is_empty()) {
            faults.push(format!(
                "`{name}` has replicas in other regions, where another host could act at the same time: use a table \
                 without them"
            ));
        }
        match ages_by(client, name).await {
            Ok(Some(attribute)) if attribute == EXPIRES => {}
            Ok(Some(attribute)) => faults.push(format!(
                "`{name}` removes items by `{attribute}` and must do so by `{EXPIRES}`: switch that off, wait an hour, \
                 then run `reveille tables create`"
            )),
            Ok(None) => faults.push(format!(
                "`{name}` never removes what has expired: switch time to live on for `{EXPIRES}` with `reveille tables \
                 create`"
            )),
            Err(trouble) => faults.push(told(name, &trouble)),
        }
    }
    let read = client.scan().table_name(name).limit(1).send().await;
    if let Err(error) = read {
        faults.push(told(name, &Trouble::of("dynamodb:Scan", error)));
    }
    faults
}

fn key_fault(table: &TableDescription, wanted: Wanted<'_>) -> Option<String> {
    let kind = |name: &str| {
        let mut attributes = table.attribute_definitions().iter();
        attributes
            .find(|attribute| attribute.attribute_name == name)
            .map_or("?", |attribute| attribute.attribute_type.as_str())
    };
    let key = |role: KeyType| {
        let mut keys = table.key_schema().iter();
        let key = keys.find(|key| key.key_type == role)?;
        Some(format!(
            "`{}` ({})",
            key.attribute_name,
            kind(&key.attribute_name)
        ))
    };
    let found: Vec<String> = [KeyType::Hash, KeyType::Range]
        .into_iter()
        .filter_map(key)
        .collect();
    let [partition, sort] = wanted.keys;
    let must = [format!("`{partition}` (S)"), format!("`{sort}` (S)")];
    (found != must).then(|| {
        format!(
            "the keys of `{}` are {}, and must be {}: keys cannot be changed, so give the name of another table",
            wanted.name,
            found.join(" and "),
            must.join(" and "),
        )
    })
}

/// What a failed look means, and what to do.
fn told(name: &str, trouble: &Trouble) -> String {
    let call = trouble.call;
    let remedy = match trouble.kind {
        TroubleKind::Denied => format!("allow `{call}` for it"),
        TroubleKind::Credentials => {
            "give this host valid credentials: a role, AWS_PROFILE or AWS_ACCESS_KEY_ID".to_owned()
        }
        TroubleKind::Region => "enable the region, or name another".to_owned(),
        TroubleKind::Throttled => "try again in a minute".to_owned(),
        TroubleKind::Unreachable => {
            "let this host reach AWS over HTTPS, or correct region and endpoint".to_owned()
        }
        TroubleKind::Refused => "see the code".to_owned(),
    };
    format!("cannot look at `{name}`: {trouble}: {remedy}")
}

/// Whether the server does not know the call at all: DynamoDB itself knows all of them, those that stand in for it
/// do not.
fn is_unknown<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    error.code() == Some("UnknownOperationException")
}

fn unbuilt(call: &'static str, error: BuildError) -> Trouble {
    Trouble {
        kind: TroubleKind::Refused,
        call,
        code: "Incomplete".into(),
        message: DisplayErrorContext(&error).to_string(),
        source: Box::new(Arc::new(error)),
    }
}
