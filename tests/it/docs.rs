//! What the documents show is what happens: their definitions are applied and their commands run.
//!
//! A block of `yaml` is applied to a store of its own; in a block of `console` each `$ reveille …` is run on it and
//! must print what stands below it. `REVEILLE_DOCS=write` writes down what is printed.

use std::path::{Path, PathBuf};

use crate::house::{Place, text};

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
    let output = place.run(&arguments);
    text(&output.stdout) + &text(&output.stderr)
}

#[track_caller]
fn check(path: &str) {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    let document = std::fs::read_to_string(&path).expect("the document");
    let mut place = Place::new();
    let mut printed = document.clone();
    for block in blocks(&document) {
        match block.language {
            "yaml" => {
                place = Place::new();
                place.file("house.yaml", &block.lines.join("\n"));
                place.ok(&["apply", "-f", "house.yaml"]);
            }
            "console" => {
                let mut shown = String::new();
                for line in block.lines.iter().filter(|line| line.starts_with("$ ")) {
                    let words = line
                        .strip_prefix("$ reveille ")
                        .unwrap_or_else(|| panic!("{}: not a command of ours: {line}", block.line));
                    shown.push_str(&format!("{line}\n{}", run(&place, words)));
                }
                let stands = block
                    .lines
                    .iter()
                    .map(|line| format!("{line}\n"))
                    .collect::<String>();
                let trimmed: String = shown
                    .lines()
                    .map(|line| format!("{}\n", line.trim_end()))
                    .collect();
                if std::env::var_os("REVEILLE_DOCS").is_some_and(|value| value == "write") {
                    printed = printed.replacen(&stands, &trimmed, 1);
                } else {
                    assert_eq!(trimmed, stands, "{}:{}", path.display(), block.line);
                }
            }
            _ => {}
        }
    }
    if printed != document {
        std::fs::write(&path, printed).expect("the document is written");
    }
}

#[test]
fn every_example_of_the_semantics_is_true() {
    check("host/reveille-core/SEMANTICS.md");
}
