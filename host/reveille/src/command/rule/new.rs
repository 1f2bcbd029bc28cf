//! `reveille rule new`.

use std::{fs, io::ErrorKind, path::Path, process::ExitCode};

use anyhow::{Context as _, bail};

use super::template;
use crate::{
    cli::{NewArgs, RuleKind, RuleLanguage},
    house::print,
};

/// Characters that the name of a rule may have; the contract says so.
const NAME_CHARACTERS: usize = 64;

/// Names that something else has: the host's own rules, and the SDK that a project depends on.
const TAKEN: &[&str] = &[
    "periods",
    "exceptions",
    "transitions",
    "serverbyeong",
    "reveille-sdk",
    "serde",
];

/// What cargo takes for no package, because a crate cannot be called so.
const NO_CRATE: &[&str] = &[
    "abstract", "alloc", "as", "async", "await", "become", "box", "break", "const", "continue",
    "core", "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen",
    "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv",
    "pub", "ref", "return", "self", "static", "std", "struct", "super", "test", "trait", "true",
    "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Reads the name of a rule: lower-case words joined by `-`.
///
/// # Errors
/// Why it is none, with one that is near.
pub(crate) fn rule_name(text: &str) -> Result<String, String> {
    if TAKEN.contains(&text) {
        return Err(String::from("the name is taken; choose another"));
    }
    let word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let begins = text.starts_with(|first: char| first.is_ascii_lowercase());
    if begins && text.len() <= NAME_CHARACTERS && text.split('-').all(word) {
        return Ok(text.to_owned());
    }
    let mut near = String::new();
    for character in text.chars().map(|character| character.to_ascii_lowercase()) {
        if character.is_ascii_alphanumeric() {
            near.push(character);
        } else if !near.is_empty() && !near.ends_with('-') {
            near.push('-');
        }
    }
    near.truncate(NAME_CHARACTERS);
    let near = near
        .trim_start_matches(|first: char| !first.is_ascii_lowercase())
        .trim_end_matches('-');
    let near = if near.is_empty() {
        "early-friday"
    } else {
        near
    };
    Err(format!(
        "write lower-case letters and digits, words joined by `-`, at most {NAME_CHARACTERS} characters: `{near}`"
    ))
}

/// Makes the project in a folder of its name.
pub(super) fn run(args: &NewArgs) -> anyhow::Result<ExitCode> {
    let (name, language) = (&args.name, args.lang);
    if language == RuleLanguage::Rust && NO_CRATE.contains(&name.as_str()) {
        bail!("`{name}` cannot be the name of a crate; choose another, such as `{name}-rule`");
    }
    let folder = Path::new(name);
    fs::create_dir(folder).map_err(|error| {
        if error.kind() == ErrorKind::AlreadyExists {
            anyhow::anyhow!("`{name}` exists already; choose another name, or another folder")
        } else {
            anyhow::Error::new(error).context(format!("cannot make the folder `{name}`"))
        }
    })?;
    if let Err(error) = write(folder, args) {
        // A half of a project helps nobody; the folder was ours from the beginning.
        let _ = fs::remove_dir_all(folder);
        return Err(error);
    }
    let (written, steps): (_, &[&str]) = match language {
        RuleLanguage::Rust => ("Rust", &["cargo test"]),
        RuleLanguage::Js => ("JavaScript", &["npm install", "npm test"]),
        RuleLanguage::Python => (
            "Python",
            &[
                "python3 -m venv .venv",
                ".venv/bin/pip install -r requirements.txt",
                "python3 -m unittest",
            ],
        ),
    };
    let kind = match args.kind {
        RuleKind::Planner => "a planner",
        RuleKind::Decider => "a decider",
        RuleKind::Formatter => "a formatter",
    };
    let mut text = format!("made `{name}`, {kind} in {written}. Next:\n  cd {name}\n");
    for step in steps.iter().chain(&["reveille rule build"]) {
        text.push_str(&format!("  {step}\n"));
    }
    print(&text);
    Ok(ExitCode::SUCCESS)
}

fn write(folder: &Path, args: &NewArgs) -> anyhow::Result<()> {
    for (path, text) in template::project(&args.name, args.lang, args.kind) {
        let path = folder.join(path);
        let written = match path.parent() {
            Some(parent) => fs::create_dir_all(parent),
            None => Ok(()),
        };
        written
            .and_then(|()| fs::write(&path, text))
            .with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[track_caller]
    fn refused(text: &str, said: &str) {
        let message = rule_name(text).unwrap_err();
        assert!(message.contains(said), "{message}");
    }

    #[test]
    fn a_name_is_of_lower_case_words_joined_by_hyphens() {
        for name in ["early-friday", "kr-holidays", "a", "web2", "x-1"] {
            assert_eq!(rule_name(name).as_deref(), Ok(name));
        }
    }

    #[test]
    fn a_name_that_is_none_is_told_one_that_is_near() {
        refused("Early Friday", "`early-friday`");
        refused("early_friday", "`early-friday`");
        refused("-early--friday-", "`early-friday`");
        refused("2nd-shift", "`nd-shift`");
        refused("../etc", "`etc`");
        refused("공휴일", "`early-friday`");
        refused("", "`early-friday`");
        refused(&"a".repeat(65), &format!("`{}`", "a".repeat(64)));
    }

    #[test]
    fn a_name_that_the_host_has_is_taken() {
        refused("periods", "taken");
    }
}
