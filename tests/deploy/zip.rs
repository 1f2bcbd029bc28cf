//! What `deploy/lambda/pack` makes of a program.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use reveille_tests::{
    demo::program,
    house::{Place, text},
};

use crate::folder::original;

const COMMITTED: &str = "1700000000";

fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    output
}

/// A program that needs nothing that Lambda does not have.
fn small(place: &Place) -> String {
    place.file("small.c", "int main(void) { return 7; }\n");
    let small = place.folder.path().join("small");
    let source = place.folder.path().join("small.c");
    run(Command::new("cc").args([&source, Path::new("-o"), &small]));
    small.display().to_string()
}

fn pack(place: &Place, program: &str, zip: &str) -> Output {
    Command::new(original().join("lambda/pack"))
        .current_dir(place.folder.path())
        .env("SOURCE_DATE_EPOCH", COMMITTED)
        .args([program, zip])
        .output()
        .unwrap()
}

#[test]
fn the_zip_has_a_program_that_runs_and_nothing_else() {
    let place = Place::new();
    let small = small(&place);
    let packed = pack(&place, &small, "one.zip");
    assert!(packed.status.success(), "{}", text(&packed.stderr));
    assert!(text(&packed.stdout).contains("one.zip: "));

    let folder = place.folder.path();
    run(Command::new("unzip")
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
        let packed = pack(&place, &small, name);
        assert!(packed.status.success(), "{}", text(&packed.stderr));
        fs::read(place.folder.path().join(name)).unwrap()
    };
    assert_eq!(zip("one.zip"), zip("two.zip"));
}

#[test]
fn a_program_that_can_compile_is_not_packed() {
    let place = Place::new();
    let full = program().unwrap().display().to_string();
    let packed = pack(&place, &full, "full.zip");
    assert!(!packed.status.success());
    let complaint = text(&packed.stderr);
    assert!(
        complaint.contains("there is a compiler in the program"),
        "{complaint}"
    );
    assert!(!place.folder.path().join("full.zip").exists());
}
