//! Every default component answers exactly as the library that it is built from, whatever it is asked.

mod deciding;
mod painting;
mod wording;

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicU64, Ordering},
};

use chrono::NaiveDate;
use proptest::{prelude::*, sample::select, test_runner::Config};
use reveille_core::{
    model::{Minute, Moment, RuleFailure, Want},
    testing::date,
};
use reveille_sandbox::{SERVERBYEONG, Sandbox, SandboxFormatter};

/// Random questions asked of each role. A call takes a millisecond where nothing is optimised.
const CASES: u32 = 250;

fn sandbox() -> &'static Arc<Sandbox> {
    static SANDBOX: OnceLock<Arc<Sandbox>> = OnceLock::new();
    SANDBOX.get_or_init(|| Arc::new(Sandbox::embedded().expect("the default components load")))
}

fn formatter() -> SandboxFormatter {
    SandboxFormatter::new(Arc::clone(sandbox()), SERVERBYEONG)
}

fn config() -> Config {
    Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    }
}

/// A digest that no other schedule has: plans are kept under it.
fn new_digest() -> [u8; 32] {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&LAST.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    digest
}

/// Both have an answer and it is the same, or both have none and it is the same rule that says why.
#[track_caller]
fn assert_agree<T: PartialEq + std::fmt::Debug>(
    component: &Result<T, RuleFailure>,
    library: &Result<T, RuleFailure>,
) {
    match (component, library) {
        (Err(component), Err(library)) => {
            assert_eq!(
                (&component.rule, component.kind),
                (&library.rule, library.kind)
            );
            // The sandbox says what kind of error it was in front, and cuts what is too long for a message.
            let start: String = library.cause.chars().take(300).collect();
            assert!(
                component.cause.contains(&start),
                "{component} is not {library}"
            );
        }
        _ => assert_eq!(component, library),
    }
}

fn wants() -> impl Strategy<Value = Want> {
    select(vec![Want::Run, Want::Stop, Want::Hold])
}

/// Names and reasons as people write them, some of them longer than a reason may be. Nothing in them acts on a
/// terminal: that is taken out on the way out of the sandbox and nowhere else.
fn texts() -> BoxedStrategy<String> {
    prop_oneof![
        4 => "[a-z][a-z0-9-]{0,12}",
        2 => "[가-힣]{1,8}( [가-힣]{1,8})?",
        2 => "[ -~]{0,40}",
        1 => "[ -~가-힣🌅]{180,260}",
    ]
    .boxed()
}

fn options_of<T: Clone + std::fmt::Debug + 'static>(
    of: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Option<T>> {
    proptest::option::of(of).boxed()
}

fn dates() -> BoxedStrategy<NaiveDate> {
    let edges = vec![
        date(2024, 2, 29),
        date(2026, 12, 31),
        date(2027, 1, 1),
        date(1970, 1, 3),
        date(9999, 12, 30),
    ];
    prop_oneof![
        8 => (0u64..2_500).prop_map(|days| date(2024, 1, 1) + chrono::Days::new(days)),
        1 => select(edges),
    ]
    .boxed()
}

fn minutes() -> impl Strategy<Value = Minute> {
    (0u16..=1440).prop_map(Minute)
}

fn moments() -> BoxedStrategy<Moment> {
    (dates(), minutes())
        .prop_map(|(date, minute)| Moment { date, minute })
        .boxed()
}
