//! Whatever a rule answers, what the sandbox hands on keeps to the contract.
#![no_main]

#[path = "../../../host/reveille-sandbox/tests/it/formatters.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "its tests are run where they stand"
)]
mod formatters;
#[path = "../../../host/reveille-sandbox/tests/it/guest.rs"]
#[expect(dead_code, reason = "only the puppet is made with it here")]
mod guest;
#[path = "../../../host/reveille-sandbox/tests/it/house.rs"]
#[expect(dead_code, reason = "only what the stage needs is used here")]
mod house;
#[path = "../../../host/reveille-sandbox/tests/it/puppet.rs"]
mod puppet;
#[path = "../../../host/reveille-sandbox/tests/it/stage.rs"]
mod stage;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use stage::{Asked, Stage};

static STAGE: LazyLock<Stage> = LazyLock::new(Stage::new);

fuzz_target!(|bytes: &[u8]| {
    let Some((first, choices)) = bytes.split_first() else {
        return;
    };
    let asked = match first % 3 {
        0 => Asked::Plan,
        1 => Asked::Decisions,
        _ => Asked::Message,
    };
    STAGE.ask(asked, choices);
});
