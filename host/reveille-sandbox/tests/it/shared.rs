//! Machine code that one host makes and another one, without a compiler, runs: that and no other.

use reveille_core::model::{OnFailure, Tier};
use reveille_sandbox::{CodeError, Compiler, Limits, LoadError, Sandbox, TARGET};

use crate::{
    bucket::{Bucket, KEY, OTHER_KEY},
    guest::Guest,
    house::{goes_on, load, plan, sandbox, source, with_rule},
};

fn quiet() -> Vec<u8> {
    Guest::new().build()
}

/// Another component.
fn other() -> Vec<u8> {
    Guest::new()
        .fields("(global $version i32 (i32.const 7))")
        .build()
}

/// Makes its machine code and shares it.
fn share(bucket: &Bucket, component: &[u8]) -> String {
    let maker = bucket.maker();
    let limits = Limits::of(Tier::Rule);
    let candidate = maker.prepare(&source("mine"), limits, component).unwrap();
    maker.share(&candidate).unwrap().unwrap()
}

/// Why a host does not load the component; everything else goes on there.
#[track_caller]
fn refused(sandbox: &Sandbox, component: &[u8]) -> CodeError {
    match load(sandbox, "mine", component) {
        Err(LoadError::Code { name, cause }) => {
            assert_eq!(name, "mine");
            let held = plan(sandbox, &with_rule("s", "mine", OnFailure::Hold), &[]);
            assert!(held.is_err());
            goes_on(sandbox);
            cause
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_host_without_a_compiler_runs_what_another_has_shared() {
    let bucket = Bucket::new();
    let place = share(&bucket, &quiet());
    assert!(place.starts_with("s3://code/"), "{place}");
    let lean = bucket.lean();
    load(&lean, "mine", &quiet()).unwrap();
    let schedule = with_rule("s", "mine", OnFailure::Hold);
    let there = sandbox();
    load(&there, "mine", &quiet()).unwrap();
    assert_eq!(
        plan(&lean, &schedule, &[]).unwrap(),
        plan(&there, &schedule, &[]).unwrap()
    );
    let counts = lean.compiled();
    assert_eq!((counts.compiled, counts.from_cache), (0, 1));
}

#[test]
fn nothing_is_shared_unless_somebody_says_so() {
    let bucket = Bucket::new();
    load(&bucket.maker(), "mine", &quiet()).unwrap();
    assert!(bucket.objects.lock().unwrap().is_empty());
}

#[test]
fn code_that_nobody_has_shared_is_missed_with_what_to_do() {
    let error = refused(&Bucket::new().lean(), &quiet());
    assert!(matches!(error, CodeError::Missing { .. }), "{error}");
    let said = error.to_string();
    for part in [
        "s3://code/",
        "reveille rule compile",
        env!("CARGO_PKG_VERSION"),
        TARGET,
    ] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn every_changed_byte_and_every_cut_is_noticed_before_anything_runs() {
    let bucket = Bucket::new();
    share(&bucket, &quiet());
    let lean = bucket.lean();
    let (name, whole) = bucket.objects.lock().unwrap().pop_first().unwrap();
    let forged = |bytes: Vec<u8>| {
        bucket.objects.lock().unwrap().insert(name.clone(), bytes);
        let error = load(&lean, "mine", &quiet()).unwrap_err().to_string();
        assert!(error.contains("was not run"), "{error}");
    };
    for place in [0, 31, 32, 33, whole.len() / 2, whole.len() - 1] {
        let mut flipped = whole.clone();
        flipped[place] ^= 1;
        forged(flipped);
        forged(whole[..place].to_vec());
    }
    forged(Vec::new());
}

#[test]
fn code_under_another_key_is_forged_and_a_key_that_was_changed_counts_for_a_while() {
    let bucket = Bucket::new();
    share(&bucket, &quiet());
    let error = refused(&bucket.seen_with(&[OTHER_KEY]).lean(), &quiet());
    assert!(matches!(error, CodeError::Forged { .. }), "{error}");
    let both = bucket.seen_with(&[OTHER_KEY, KEY]);
    load(&both.lean(), "mine", &quiet()).unwrap();
    // What is shared now has the new one.
    share(&both, &quiet());
    load(&bucket.seen_with(&[OTHER_KEY]).lean(), "mine", &quiet()).unwrap();
}

#[test]
fn code_of_another_component_or_another_engine_is_forged() {
    let bucket = Bucket::new();
    share(&bucket, &quiet());
    let code = bucket.objects.lock().unwrap().pop_first().unwrap();
    share(&bucket, &other());
    let name = bucket.objects.lock().unwrap().pop_first().unwrap().0;
    bucket.objects.lock().unwrap().insert(name, code.1.clone());
    let error = refused(&bucket.lean(), &other());
    assert!(matches!(error, CodeError::Forged { .. }), "{error}");

    // What another engine has made lies under another name, and is not looked at.
    let (component, _) = code.0.split_once('-').unwrap();
    let theirs = format!("{component}-{}.native", "0".repeat(64));
    bucket.objects.lock().unwrap().insert(theirs, code.1);
    let error = refused(&bucket.lean(), &quiet());
    assert!(matches!(error, CodeError::Missing { .. }), "{error}");
}

#[test]
fn a_place_or_a_key_that_cannot_be_had_keeps_a_rule_out_and_says_why() {
    let bucket = Bucket::new();
    share(&bucket, &quiet());
    let error = refused(&bucket.down().lean(), &quiet());
    assert!(matches!(error, CodeError::Unread { .. }), "{error}");
    let error = refused(&bucket.seen_with(&[]).lean(), &quiet());
    assert_eq!(error.to_string(), "the key is not there");
    let nowhere = Sandbox::with_compiler(Compiler::absent()).unwrap();
    let error = refused(&nowhere, &quiet());
    assert!(error.to_string().contains("[sandbox] cache"), "{error}");
}

#[test]
fn a_host_with_a_compiler_makes_anew_what_it_cannot_take() {
    let bucket = Bucket::new();
    share(&bucket, &quiet());
    for bucket in [bucket.seen_with(&[OTHER_KEY]), bucket.down()] {
        let maker = bucket.maker();
        load(&maker, "mine", &quiet()).unwrap();
        assert_eq!(maker.compiled().compiled, 1);
    }
    let taken = bucket.maker();
    load(&taken, "mine", &quiet()).unwrap();
    assert_eq!(taken.compiled().compiled, 0);
}

#[test]
fn code_that_cannot_be_shared_says_so() {
    let bucket = Bucket::new();
    let maker = bucket.down().maker();
    let limits = Limits::of(Tier::Rule);
    let candidate = maker.prepare(&source("mine"), limits, &quiet()).unwrap();
    let error = maker.share(&candidate).unwrap_err();
    assert!(matches!(error, CodeError::Unwritten { .. }), "{error}");
    let alone = Sandbox::embedded().unwrap();
    let candidate = alone.prepare(&source("mine"), limits, &quiet()).unwrap();
    assert!(alone.share(&candidate).unwrap().is_none());
}
