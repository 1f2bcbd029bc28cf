//! Every case of `cases.toml`.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use reveille_cases::native;
use reveille_sdk::{Guarding, guard, types::RuleError};
use stagger::Stagger;

#[test]
fn every_case_is_decided_as_it_says() {
    let wrong = native::decider::<Guarding<Stagger>>(include_str!("../cases.toml"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_configuration_with_which_nothing_would_start_is_refused() {
    for config in [
        r#"{ "per_minute": 0 }"#,
        r#"{ "groups": { "API": 0 } }"#,
        r#"{ "per_minute": -1 }"#,
        r#"{ "perminute": 3 }"#,
    ] {
        assert!(
            matches!(
                guard::check_config::<Stagger>(config),
                Err(RuleError::InvalidConfig(_))
            ),
            "{config}"
        );
    }
    assert_eq!(
        guard::check_config::<Stagger>(r#"{ "per_minute": 3 }"#),
        Ok(())
    );
}
