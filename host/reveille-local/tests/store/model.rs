//! Random calls, to the store in memory and to the one in a file: both must answer alike.

use proptest::prelude::*;
use reveille_core::testing::contract::{Place, model};

use crate::sample::{in_file, open};

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn both_stores_answer_alike(bytes in prop::collection::vec(any::<u8>(), 1..160)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let file = in_file();
        let place = Place::new(move || open(&file.folder));
        runtime.block_on(model::answers_like_the_one_in_memory(&place, &bytes));
    }
}
