//! Loading from files: what is pinned, what cannot be read, and which names a rule may have.

use std::{
    fs,
    path::{Path, PathBuf},
};

use reveille_core::{
    model::{FailureKind, LoadedRule, OnFailure, RuleSource},
    port::Rules,
};
use reveille_sandbox::{LoadError, Sandbox};
use sha2::{Digest, Sha256};

use crate::{
    guest::Guest,
    house::{goes_on, plan, sandbox, source, with_rule},
};

/// A folder that is removed at the end of the test.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("reveille-{test}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder for the test");
        Self(path)
    }

    /// A file of these bytes, as the source of the rule `mine`.
    fn file(&self, bytes: &[u8]) -> RuleSource {
        let path = self.0.join("mine.wasm");
        fs::write(&path, bytes).expect("the file is written");
        at(&path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn at(path: &Path) -> RuleSource {
    RuleSource {
        location: path.to_string_lossy().into_owned(),
        ..source("mine")
    }
}

fn pinned(file: RuleSource, sha256: &str) -> RuleSource {
    RuleSource {
        sha256: Some(sha256.to_owned()),
        ..file
    }
}

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn listed(sandbox: &Sandbox) -> Option<LoadedRule> {
    let mut loaded = sandbox.loaded().into_iter();
    loaded.find(|rule| rule.name == "mine")
}

/// How loading fails; nothing is loaded then.
#[track_caller]
fn not_loaded(source: &RuleSource) -> LoadError {
    let sandbox = sandbox();
    let error = sandbox.load(source).expect_err("it is refused");
    assert!(listed(&sandbox).is_none());
    goes_on(&sandbox);
    error
}

fn quiet() -> Vec<u8> {
    Guest::new().build()
}

#[test]
fn the_file_that_is_pinned_is_loaded_whatever_the_case_of_the_digits() {
    let folder = Folder::new("pinned");
    let file = folder.file(&quiet());
    let digits = sha256(&quiet());
    for digits in [digits.clone(), digits.to_uppercase()] {
        let sandbox = sandbox();
        sandbox
            .load(&pinned(file.clone(), &digits))
            .expect("it is the file");
        let listed = listed(&sandbox).expect("it is loaded");
        assert_eq!(listed.sha256, sha256(&quiet()));
        assert_eq!(listed.source, file.location);
    }
}

#[test]
fn another_file_than_the_pinned_one_is_refused_with_both_digests() {
    let folder = Folder::new("other");
    let mut other = sha256(&quiet());
    let last = if other.ends_with('0') { "1" } else { "0" };
    other.replace_range(63.., last);
    for digits in [
        other.as_str(),
        "",
        &other[..63],
        &format!(" {}", sha256(&quiet())),
    ] {
        let error = not_loaded(&pinned(folder.file(&quiet()), digits));
        assert!(matches!(error, LoadError::Digest { .. }), "{error}");
        let said = error.to_string();
        assert!(said.contains(&sha256(&quiet())), "{said}");
        assert!(said.contains(digits), "{said}");
    }
}

#[test]
fn a_pinned_file_is_not_looked_into_before_its_digest_fits() {
    let folder = Folder::new("order");
    let error = not_loaded(&pinned(folder.file(b"not WebAssembly"), &"0".repeat(64)));
    assert!(matches!(error, LoadError::Digest { .. }), "{error}");
}

#[test]
fn too_large_a_file_is_told_as_one_whether_it_is_pinned_or_not() {
    let folder = Folder::new("large");
    let bytes = vec![0; (512 << 10) + 1_000];
    let file = folder.file(&bytes);
    for source in [file.clone(), pinned(file, &sha256(&bytes))] {
        let error = not_loaded(&source);
        assert!(matches!(error, LoadError::TooLarge { .. }), "{error}");
    }
}

#[test]
fn a_file_that_is_replaced_after_loading_changes_nothing_until_it_is_loaded_again() {
    let folder = Folder::new("replaced");
    let sandbox = sandbox();
    let source = folder.file(&quiet());
    sandbox.load(&source).expect("it can be loaded");
    folder.file(&Guest::new().plan("(unreachable)").build());
    let ask = |schedule: &str| plan(&sandbox, &with_rule(schedule, "mine", OnFailure::Hold), &[]);
    ask("one").expect("what was loaded stays");
    fs::remove_file(&source.location).expect("the file is removed");
    ask("two").expect("what was loaded stays");
    assert_eq!(
        listed(&sandbox).expect("it is loaded").sha256,
        sha256(&quiet())
    );
    folder.file(&Guest::new().plan("(unreachable)").build());
    sandbox.load(&source).expect("the other one can be loaded");
    let failure = ask("one").expect_err("the other one is asked");
    assert_eq!(failure.kind, FailureKind::Panic);
}

#[test]
fn a_replaced_file_that_is_pinned_is_not_loaded_again() {
    let folder = Folder::new("repinned");
    let sandbox = sandbox();
    let source = pinned(folder.file(&quiet()), &sha256(&quiet()));
    sandbox.load(&source).expect("it is the file");
    folder.file(&Guest::new().plan("(unreachable)").build());
    let error = sandbox.load(&source).expect_err("it is another file");
    assert!(matches!(error, LoadError::Digest { .. }), "{error}");
    let schedule = with_rule("seoul", "mine", OnFailure::Hold);
    plan(&sandbox, &schedule, &[]).expect("what was loaded stays");
}

#[test]
fn an_empty_file_is_named_as_one() {
    let folder = Folder::new("empty");
    let error = not_loaded(&folder.file(b""));
    assert!(error.to_string().contains("the file is empty"), "{error}");
}

#[test]
fn what_is_no_file_cannot_be_read() {
    let folder = Folder::new("nofile");
    let inside = Path::new(&folder.file(b"text").location).join("deeper.wasm");
    let circle = folder.0.join("circle.wasm");
    std::os::unix::fs::symlink(&circle, &circle).expect("a link to itself");
    let pipe = folder.0.join("pipe.wasm");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.is_ok_and(|status| status.success()));
    for path in [
        folder.0.as_path(),
        &inside,
        &circle,
        // Opening it would wait for somebody who writes into it.
        &pipe,
        Path::new("/dev/zero"),
        Path::new(""),
        Path::new("nul\0byte.wasm"),
    ] {
        let error = not_loaded(&at(path));
        assert!(matches!(error, LoadError::Read { .. }), "{error}");
        let named = path.to_string_lossy();
        assert!(error.to_string().contains(&*named), "{error}");
        let source = std::error::Error::source(&error);
        assert!(source.is_some_and(|cause| !cause.to_string().is_empty()));
    }
}

#[test]
fn a_link_to_a_file_is_followed() {
    let folder = Folder::new("link");
    let file = folder.file(&quiet());
    let link = folder.0.join("link.wasm");
    std::os::unix::fs::symlink(&file.location, &link).expect("a link");
    sandbox().load(&at(&link)).expect("it can be loaded");
}

#[test]
fn the_names_of_built_in_rules_are_taken_and_what_is_built_in_stays() {
    let folder = Folder::new("taken");
    let file = folder.file(&quiet());
    for name in ["periods", "exceptions", "transitions", "serverbyeong"] {
        let sandbox = sandbox();
        let taken = RuleSource {
            name: name.to_owned(),
            ..file.clone()
        };
        let error = sandbox.load(&taken).expect_err("the name is taken");
        assert!(matches!(error, LoadError::NameTaken { .. }), "{error}");
        assert!(error.to_string().contains(name), "{error}");
        sandbox.unload(name);
        let loaded = sandbox.loaded();
        let built_in = loaded.iter().find(|rule| rule.name == name);
        assert!(built_in.is_some_and(|rule| rule.source == "embedded"));
    }
}

#[test]
fn a_name_is_a_line_that_lists_can_show() {
    let folder = Folder::new("names");
    let file = folder.file(&quiet());
    let named = |name: &str| RuleSource {
        name: name.to_owned(),
        ..file.clone()
    };
    for name in [
        "",
        " ",
        " mine",
        "line\nbreak",
        "esc\u{1b}[2J",
        "turned\u{202e}",
        &"n".repeat(65),
    ] {
        let error = not_loaded(&named(name));
        assert!(matches!(error, LoadError::Name { .. }), "{error}");
        let said = error.to_string();
        assert!(!said.contains(['\n', '\u{1b}', '\u{202e}']), "{said:?}");
        assert!(said.contains("at most 64"), "{said}");
    }
    for name in ["mine", "my_rule-2", "Company days", "추석", &"n".repeat(64)] {
        sandbox().load(&named(name)).expect("a good name");
    }
}
