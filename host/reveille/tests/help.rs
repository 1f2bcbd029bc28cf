//! What somebody sees who types nothing but the name.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::process::Command;

#[test]
fn help_teaches_the_first_steps() {
    let output = Command::new(env!("CARGO_BIN_EXE_reveille"))
        .arg("--help")
        .output()
        .unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for word in [
        "reveille demo",
        "reveille say",
        "reveille plan",
        "REVEILLE_JANDI_TOKENS",
    ] {
        assert!(help.contains(word), "`{word}` is missing in: {help}");
    }
}
