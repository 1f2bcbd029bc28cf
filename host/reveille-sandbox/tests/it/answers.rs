//! Whatever a rule answers, what the sandbox hands on keeps to the contract. The fuzz target `answer` does the same
//! for as long as one lets it.

use std::sync::LazyLock;

use proptest::{collection::vec, prelude::*};

use crate::stage::{Asked, Stage};

/// Loading the rule takes longer than a thousand answers.
static STAGE: LazyLock<Stage> = LazyLock::new(Stage::new);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_plan_is_refused_or_keeps_to_the_contract(bytes in vec(any::<u8>(), 0..2_000)) {
        STAGE.ask(Asked::Plan, &bytes);
    }

    #[test]
    fn decisions_are_refused_or_keep_to_the_contract(bytes in vec(any::<u8>(), 0..2_000)) {
        STAGE.ask(Asked::Decisions, &bytes);
    }

    #[test]
    fn a_message_is_refused_or_keeps_to_the_contract(bytes in vec(any::<u8>(), 0..2_000)) {
        STAGE.ask(Asked::Message, &bytes);
    }
}

#[test]
fn what_is_made_up_is_taken_often_enough_to_mean_something() {
    for asked in [Asked::Plan, Asked::Decisions, Asked::Message] {
        let mut rng = 1_u32;
        let mut taken = 0;
        for length in 0..200 {
            let bytes: Vec<u8> = (0..length)
                .map(|_| {
                    rng = rng.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    rng.to_le_bytes()[3]
                })
                .collect();
            taken += u32::from(STAGE.ask(asked, &bytes));
        }
        assert!((20..200).contains(&taken), "{asked:?}: {taken} of 200");
    }
}
