//! Making the two tables, and looking at them.

use aws_sdk_dynamodb::{
    Client,
    types::{
        AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
        TimeToLiveSpecification,
    },
};
use chrono_tz::Tz;
use reveille_aws::dynamo::{DynamoStore, TableNames, check_tables, create_tables};
use reveille_core::{
    port::{Change, Store as _},
    testing::contract::sample::office_hours,
};
use reveille_tests::ground::dynamodb::with_transactions;

use crate::{
    dynamo::{names, sdk, tables},
    wire::{Fate, Wire},
};

/// A table that somebody else has made.
async fn foreign(client: &Client, name: &str, keys: &[(&str, ScalarAttributeType)]) {
    let mut create = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest);
    for ((key, kind), role) in keys.iter().zip([KeyType::Hash, KeyType::Range]) {
        let attribute = AttributeDefinition::builder()
            .attribute_name(*key)
            .attribute_type(kind.clone());
        let element = KeySchemaElement::builder()
            .attribute_name(*key)
            .key_type(role);
        create = create
            .attribute_definitions(attribute.build().unwrap())
            .key_schema(element.build().unwrap());
    }
    create.send().await.unwrap();
}

async fn faults(names: &TableNames) -> [Vec<String>; 2] {
    let states = check_tables(&sdk().await, names).await;
    let found: Vec<_> = states.iter().map(|state| state.name.clone()).collect();
    assert_eq!(found, [names.config.clone(), names.state.clone()]);
    let [config, state] = states.try_into().unwrap();
    [config.faults, state.faults]
}

#[tokio::test]
async fn tables_that_are_missing_are_told_and_made_and_good() {
    // It knows no time to live either.
    if with_transactions("making tables").is_none() {
        return;
    }
    let names = names();
    let [config, state] = faults(&names).await;
    for (name, told) in [(&names.config, config), (&names.state, state)] {
        assert_eq!(
            told,
            [format!(
                "there is no table `{name}`: make it with `reveille tables create`, or correct its name or the region"
            )]
        );
    }
    for is_new in [true, false] {
        let made = create_tables(&sdk().await, &names).await.unwrap();
        assert_eq!(made.len(), 2);
        for state in made {
            assert_eq!((state.is_new, state.faults), (is_new, Vec::new()));
        }
    }
    assert_eq!(faults(&names).await, [Vec::<String>::new(), Vec::new()]);
}

#[tokio::test]
async fn what_stands_in_tables_stays_when_they_are_made_again() {
    if with_transactions("making tables again").is_none() {
        return;
    }
    let (sdk, names) = (sdk().await, names());
    create_tables(&sdk, &names).await.unwrap();
    let store = DynamoStore::new(&sdk, names.clone(), Tz::UTC);
    let change = [Change::PutItem(office_hours())];
    store.commit(&change).await.unwrap();
    create_tables(&sdk, &names).await.unwrap();
    assert_eq!(store.items().await.unwrap(), [office_hours()]);
}

#[tokio::test]
async fn other_keys_are_told_with_those_that_there_must_be() {
    let names = names();
    let client = Client::new(&sdk().await);
    foreign(&client, &names.config, &[("id", ScalarAttributeType::N)]).await;
    let keys = [
        ("pk", ScalarAttributeType::S),
        ("sk", ScalarAttributeType::N),
    ];
    foreign(&client, &names.state, &keys).await;
    let [config, state] = faults(&names).await;
    assert_eq!(
        config,
        [format!(
            "the keys of `{}` are `id` (N), and must be `type` (S) and `name` (S): keys cannot be changed, so give the \
             name of another table",
            names.config
        )]
    );
    assert!(state[0].contains("are `pk` (S) and `sk` (N), and must be `pk` (S) and `sk` (S)"));
    // And they are left alone.
    let made = create_tables(&sdk().await, &names).await.unwrap();
    assert!(
        made.iter()
            .all(|state| !state.is_new && !state.faults.is_empty())
    );
}

#[tokio::test]
async fn a_state_table_that_keeps_everything_for_ever_is_told() {
    let Some(tables) = tables("time to live").await else {
        return;
    };
    let [config, state] = faults(&tables.names).await;
    assert!(config.is_empty());
    assert!(
        state[0].contains("never removes what has expired"),
        "{state:?}"
    );
    let other = TimeToLiveSpecification::builder()
        .attribute_name("ttl")
        .enabled(true)
        .build()
        .unwrap();
    tables
        .client()
        .update_time_to_live()
        .table_name(&tables.names.state)
        .time_to_live_specification(other)
        .send()
        .await
        .unwrap();
    let [_, state] = faults(&tables.names).await;
    assert!(state[0].contains("removes items by `ttl`"), "{state:?}");
}

#[tokio::test]
async fn what_is_not_permitted_is_told_by_its_name() {
    let fate = Fate::IsRefused(
        400,
        "AccessDeniedException",
        "no identity-based policy allows it",
    );
    let (_, sdk) = Wire::tap(&sdk().await, move |_| fate.clone());
    let states = check_tables(&sdk, &names()).await;
    for state in states {
        assert!(
            state.faults[0].ends_with("allow `dynamodb:DescribeTable` for it"),
            "{:?}",
            state.faults
        );
    }
}
