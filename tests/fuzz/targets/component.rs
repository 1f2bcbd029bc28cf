//! Components with bytes changed, cut out and put in are refused, or run in their sandbox.
#![no_main]

#[path = "../../../host/reveille-sandbox/tests/it/guest.rs"]
#[expect(dead_code, reason = "a few components are made with it here")]
mod guest;
#[path = "../../../host/reveille-sandbox/tests/it/house.rs"]
#[expect(dead_code, reason = "only what is asked here is used")]
mod house;

use std::sync::LazyLock;

use guest::Guest;
use house::{goes_on, load, plan, sandbox, with_rule};
use libfuzzer_sys::fuzz_target;
use reveille_core::model::OnFailure;
use reveille_sandbox::Sandbox;

/// Largest component that is tried, in bytes: the ones that it is made of have some ten thousand.
const LARGEST: usize = 64 << 10;

static SANDBOX: LazyLock<Sandbox> = LazyLock::new(sandbox);

/// What is changed: components of every role.
static WHOLE: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    vec![
        Guest::new().build(),
        Guest::new()
            .decide("(call $agree (local.get 0))")
            .format("(i32.const 256)")
            .build(),
    ]
});

fuzz_target!(|bytes: &[u8]| {
    let Some((first, mut edits)) = bytes.split_first() else {
        return;
    };
    let mut component = WHOLE[usize::from(*first) % WHOLE.len()].clone();
    while let [kind, high, low, value, rest @ ..] = edits {
        let at = usize::from(u16::from_be_bytes([*high, *low])) % component.len().max(1);
        match kind % 4 {
            0 => component[at] = *value,
            1 => component[at] ^= 1 << (value % 8),
            2 => component.insert(at, *value),
            _ => drop(component.drain(at..(at + usize::from(*value)).min(component.len()))),
        }
        if component.is_empty() || component.len() > LARGEST {
            return;
        }
        edits = rest;
    }
    if load(&SANDBOX, "changed", &component).is_ok() {
        let _ = plan(
            &SANDBOX,
            &with_rule("seoul", "changed", OnFailure::Hold),
            &[],
        );
        SANDBOX.unload("changed");
    }
    goes_on(&SANDBOX);
});
