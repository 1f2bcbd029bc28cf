//! What the documents show is what happens: their definitions are applied and their commands run.
//!
//! A block of `yaml` is applied to a store of its own; in a block of `console` each `$ reveille …` is run on it and
//! must print what stands below it. A block of `chat` is said to the demo's servers on a Monday at 13:00.
//! `REVEILLE_DOCS=write` writes down what is printed.

use std::{fmt::Write as _, path::Path};

use crate::house::{House, Place, text};

/// A block of a document, with the line that it begins at.
struct Block<'a> {
    language: &'a str,
    line: usize,
    lines: Vec<&'a str>,
}

fn blocks(document: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut open: Option<Block<'_>> = None;
    for (index, line) in document.lines().enumerate() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(language), None) => {
                open = Some(Block {
                    language,
                    line: index + 1,
                    lines: Vec::new(),
                })
            }
            (Some(_), Some(block)) => blocks.push(block),
            (None, Some(mut block)) => {
                block.lines.push(line);
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    blocks
}

/// Runs the words of a line after `$ reveille`, as a shell would split them.
fn run(place: &Place, words: &str) -> String {
    let mut arguments = Vec::new();
    let mut quoted = None;
    let mut word = String::new();
    for character in words.chars() {
        match quoted {
            Some(quote) if character == quote => quoted = None,
            Some(_) => word.push(character),
            None if matches!(character, '\'' | '"') => quoted = Some(character),
            None if character == ' ' => {
                arguments.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()))
            }
            None => word.push(character),
        }
    }
    arguments.extend(Some(word).filter(|word| !word.is_empty()));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    // What writes a configuration decides on the store itself.
    let output = if arguments.contains(&"init") {
        place
            .bare_command()
            .args(&arguments)
            .output()
            .expect("the binary runs")
    } else {
        place.run(&arguments)
    };
    text(&output.stdout) + &text(&output.stderr)
}

/// The demo's servers on a Monday at 13:00, all up.
fn monday() -> House {
    let place = Place::new().demo("2026-11-23 09:00").kill();
    for time in ["09:30", "09:31", "09:32", "09:33", "10:00", "10:01"] {
        place.ok(&["--at", &format!("2026-11-23 {time}"), "tick", "--json"]);
    }
    House::start(
        place,
        &[
            "--at",
            "2026-11-23 13:00",
            "--freeze",
            "serve",
            "--no-timer",
            "--listen",
            "127.0.0.1:0",
        ],
    )
}

/// What `block` shows when it is done again.
fn redone(block: &Block<'_>, place: &Place) -> String {
    let mut shown = String::new();
    let asked = block.lines.iter().filter(|line| line.starts_with("$ "));
    if block.language == "chat" {
        let house = monday();
        for line in asked {
            let words = line.trim_start_matches("$ /서버").trim();
            let _ = writeln!(shown, "{line}\n{}", house.say(words).message());
        }
    } else {
        for line in asked {
            let words = line.strip_prefix("$ reveille ").unwrap_or_else(|| {
                panic!("line {}: not a command of ours: {line}", block.line);
            });
            let _ = write!(shown, "{line}\n{}", run(place, words));
        }
    }
    shown
        .lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

#[track_caller]
fn check(path: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let document = std::fs::read_to_string(root.join(path)).expect("the document");
    let example =
        std::fs::read_to_string(root.join("host/reveille/demo.yaml")).expect("the example");
    let begin = |definitions: &str| {
        let place = Place::new();
        place.file("house.yaml", definitions);
        place.ok(&["apply", "-f", "house.yaml"]);
        place
    };
    let mut place = begin(&example);
    let mut written = document.clone();
    for block in blocks(&document) {
        match block.language {
            "yaml" => place = begin(&block.lines.join("\n")),
            "console" | "chat" => {
                let stands: String = block.lines.iter().map(|line| format!("{line}\n")).collect();
                let shown = redone(&block, &place);
                if std::env::var_os("REVEILLE_DOCS").is_some_and(|value| value == "write") {
                    written = written.replacen(&stands, &shown, 1);
                } else {
                    assert_eq!(shown, stands, "{path}:{}", block.line);
                }
            }
            _ => {}
        }
    }
    if written != document {
        std::fs::write(root.join(path), written).expect("the document is written");
    }
}

#[test]
fn every_example_of_the_semantics_is_true() {
    check("host/reveille-core/SEMANTICS.md");
}

#[test]
fn what_the_readme_shows_is_what_happens() {
    check("README.md");
}

#[test]
fn what_the_first_day_shows_is_what_happens() {
    check("host/reveille/FIRST_DAY.md");
}
