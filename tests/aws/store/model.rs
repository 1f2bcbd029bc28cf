//! Random calls, to the store in memory and to the one on DynamoDB: both must answer alike.

use proptest::prelude::*;
use reveille_core::testing::contract::model;

use crate::dynamo::place;

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn the_store_answers_like_the_one_in_memory(bytes in prop::collection::vec(any::<u8>(), 1..160)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            if let Some(place) = place().await {
                model::answers_like_the_one_in_memory(&place, &bytes).await;
            }
        });
    }
}
