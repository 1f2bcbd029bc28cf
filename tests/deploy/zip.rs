//! What `deploy/lambda/pack` makes of a program.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use reveille_tests::house::{Place, binary, text};

use crate::folder::original;

const COMMITTED: &str = "1700000000";

/// What `command` says, which succeeds.
fn ok(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// A program that needs nothing that Lambda does not have.
fn small(place: &Place) -> PathBuf {
    let source = place.file("small.c", "int main(void) { return 7; }\n");
    let small = place.folder.path().join("small");
    ok(Command::new("cc").args([&source, Path::new("-o"), &small]));
    small
}

fn pack(place: &Place, program: &Path, zip: &str) -> Command {
    let mut command = Command::new(original().join("lambda/pack"));
    command
        .current_dir(place.folder.path())
        .env("SOURCE_DATE_EPOCH", COMMITTED)
        .arg(program)
        .arg(zip);
    command
}

#[test]
fn the_zip_has_a_program_that_runs_and_nothing_else() {
    let place = Place::new();
    let small = small(&place);
    let said = ok(&mut pack(&place, &small, "one.zip"));
    assert!(said.contains("one.zip: "), "{said}");

    let folder = place.folder.path();
    ok(Command::new("unzip")
        .current_dir(folder)
        .args(["-q", "one.zip", "-d", "out"]));
    let files: Vec<_> = fs::read_dir(folder.join("out")).unwrap().collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let ended = Command::new(folder.join("out/bootstrap")).status().unwrap();
    assert_eq!(ended.code(), Some(7));
}

#[test]
fn the_same_program_is_the_same_zip() {
    let place = Place::new();
    let small = small(&place);
    let zip = |name: &str| {
        ok(&mut pack(&place, &small, name));
        fs::read(place.folder.path().join(name)).unwrap()
    };
    assert_eq!(zip("one.zip"), zip("two.zip"));
}

#[test]
fn a_program_that_can_compile_is_not_packed() {
    let place = Place::new();
    let packed = pack(&place, &binary(), "full.zip").output().unwrap();
    assert!(!packed.status.success());
    let complaint = text(&packed.stderr);
    assert!(
        complaint.contains("there is a compiler in the program"),
        "{complaint}"
    );
    assert!(!place.folder.path().join("full.zip").exists());
}
