//! What DynamoDB refuses or fails, in the words of the port.

use std::sync::Arc;

use chrono::Duration;
use chrono_tz::Tz;
use reveille_aws::{dynamo::DynamoStore, trouble::Trouble};
use reveille_core::{
    port::{Change, Store, StoreError},
    testing::contract::sample::{at, office_hours},
};

use reveille_tests::ground::dynamodb::with_transactions;

use crate::{
    dynamo::{Tables, names, sdk, tables},
    wire::{Fate, Wire},
};

/// The answers of reading, writing and the lease when every request has this fate.
async fn answers(fate: Fate) -> [StoreError; 3] {
    let (_, sdk) = Wire::tap(&sdk().await, move |_| fate.clone());
    let store = DynamoStore::new(&sdk, names(), Tz::UTC);
    [
        store.definitions().await.unwrap_err(),
        store
            .commit(&[Change::PutItem(office_hours())])
            .await
            .unwrap_err(),
        store
            .lease("a", at(0), Duration::minutes(1))
            .await
            .unwrap_err(),
    ]
}

#[tokio::test]
async fn what_passes_by_itself_is_busy() {
    for fate in [
        Fate::IsLost,
        Fate::IsUnanswered,
        Fate::IsRefused(400, "ThrottlingException", "slow down"),
        Fate::IsRefused(400, "ProvisionedThroughputExceededException", "slow down"),
        Fate::IsRefused(400, "RequestLimitExceeded", "slow down"),
        Fate::IsRefused(500, "InternalServerError", "oh"),
        Fate::IsRefused(503, "ServiceUnavailable", "oh"),
    ] {
        for error in answers(fate.clone()).await {
            // What was sent to a table that is not there and answered is no accident of the wire.
            assert_eq!(error.code(), "store.busy", "{fate:?}");
        }
    }
}

#[tokio::test]
async fn what_is_not_permitted_is_denied() {
    for error in answers(Fate::IsRefused(
        400,
        "AccessDeniedException",
        "not authorized",
    ))
    .await
    {
        assert_eq!(error.code(), "store.denied");
    }
}

#[tokio::test]
async fn every_other_code_is_kept() {
    for code in [
        "ExpiredTokenException",
        "UnrecognizedClientException",
        "ValidationException",
        "KMSAccessDeniedException",
    ] {
        for error in answers(Fate::IsRefused(400, code, "no")).await {
            let StoreError::Other(source) = error else {
                panic!("{code}: {error:?}");
            };
            let trouble = source.downcast_ref::<Trouble>().unwrap();
            assert_eq!(trouble.code, code);
            assert!(trouble.call.starts_with("dynamodb:"));
        }
    }
}

fn told(error: StoreError) -> String {
    let StoreError::Other(source) = error else {
        panic!("{error:?}");
    };
    source.to_string()
}

#[tokio::test]
async fn a_table_that_is_not_there_is_named_with_what_makes_it() {
    if with_transactions("a missing table").is_none() {
        return;
    }
    for error in answers(Fate::Arrives).await {
        let told = told(error);
        assert!(
            told.starts_with("the table `") && told.contains("reveille tables create"),
            "{told}"
        );
    }
}

#[tokio::test]
async fn tables_with_other_keys_are_named_with_what_checks_them() {
    let Some(Tables { sdk, names }) = tables("other keys").await else {
        return;
    };
    let mut swapped = names.clone();
    std::mem::swap(&mut swapped.config, &mut swapped.state);
    let store: Arc<dyn Store> = Arc::new(DynamoStore::new(&sdk, swapped, Tz::UTC));
    let errors = [
        store.definitions().await.unwrap_err(),
        store
            .commit(&[Change::PutItem(office_hours())])
            .await
            .unwrap_err(),
        store
            .lease("a", at(0), Duration::minutes(1))
            .await
            .unwrap_err(),
    ];
    for error in errors {
        let told = told(error);
        assert!(
            told.contains("has other keys") && told.contains("reveille tables check"),
            "{told}"
        );
    }
}
