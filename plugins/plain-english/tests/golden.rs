//! What is said, word for word: `tests/golden/<case>.txt`, for every case that the words of the house are tested with.
//!
//! `REVEILLE_GOLDEN=write cargo test -p plain-english` writes the files anew; read the difference before you keep it.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, reason = "tests")]

#[path = "../../../guest-rules/serverbyeong/tests/it/cases/mod.rs"]
mod cases;

use std::{collections::BTreeSet, fmt::Write as _, fs, path::PathBuf};

use plain_english::{PlainEnglish, message};
use reveille_sdk::{
    about::Guest as _,
    formatter::{Message, replies::Persona},
};

use crate::cases::{all, context};

fn rendered(message: &Message) -> String {
    let mut text = format!("{}\n{}\n", message.connect_color, message.body);
    for block in &message.connect_info {
        let (title, lines) = (block.title.as_deref(), block.description.as_deref());
        write!(text, "--- {}\n{}\n", title.unwrap(), lines.unwrap()).unwrap();
    }
    text
}

#[test]
fn every_reply_says_what_its_golden_file_says() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let write = std::env::var_os("REVEILLE_GOLDEN").is_some_and(|value| value == "write");
    let (mut differing, mut files) = (Vec::new(), BTreeSet::new());
    for (name, reply) in all() {
        let text = rendered(&message(&context("en", Persona::Off), &reply));
        let file = folder.join(format!("{name}.txt"));
        if write {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&file, text).unwrap();
        } else if fs::read_to_string(&file).unwrap_or_default() != text {
            differing.push(format!("{name}:\n{text}"));
        }
        files.insert(file);
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        assert!(
            files.contains(&path),
            "{} belongs to no case",
            path.display()
        );
    }
}

#[test]
fn neither_the_language_nor_the_character_changes_a_word() {
    for (name, reply) in all() {
        let plain = message(&context("en", Persona::Off), &reply);
        for (locale, persona) in [
            ("ko-KR", Persona::Full),
            ("en", Persona::Light),
            ("fr", Persona::Off),
        ] {
            let mut other = context(locale, persona);
            other.keyword = "server".to_owned();
            assert_eq!(
                rendered(&message(&other, &reply)),
                rendered(&plain),
                "{name}"
            );
        }
    }
}

#[test]
fn its_sentences_are_shorter_than_those_of_the_house() {
    let (mut own, mut house, mut longer) = (0, 0, Vec::new());
    for (name, reply) in all() {
        let context = context("en", Persona::Off);
        let length = |message: &Message| message.body.chars().count();
        let ours = length(&message(&context, &reply));
        let theirs = length(&serverbyeong::format(&context, &reply).unwrap());
        own += ours;
        house += theirs;
        if ours > theirs + 20 {
            longer.push(format!("{name}: {ours} against {theirs}"));
        }
    }
    assert!(own * 4 < house * 3, "{own} against {house}");
    assert!(longer.is_empty(), "{longer:#?}");
}

#[test]
#[expect(clippy::wildcard_enum_match_arm, reason = "a few replies will do")]
fn a_message_is_what_a_messenger_takes_however_much_there_is_to_say() {
    use reveille_sdk::formatter::replies::Reply;
    let evil = "[이름](http://example.com)\u{7}\n".repeat(200);
    for (name, reply) in all() {
        let mut reply = reply;
        match &mut reply {
            Reply::Status(view) => {
                view.schedule.clone_from(&evil);
                let group = view.groups.first().cloned();
                view.groups = group.into_iter().cycle().take(90).collect();
                for group in &mut view.groups {
                    let server = group.servers.first().cloned();
                    group.servers = server.into_iter().cycle().take(400).collect();
                    group.name = Some(evil.clone());
                }
            }
            Reply::Schedules(lines) => {
                let line = lines.first().cloned();
                *lines = line.into_iter().cycle().take(1_000).collect();
            }
            Reply::Why(view) => view
                .layers
                .iter_mut()
                .for_each(|layer| layer.reason.clone_from(&evil)),
            Reply::Help(schedules) => *schedules = vec![evil.clone(); 500],
            _ => {}
        }
        let Message {
            body,
            connect_color,
            connect_info,
        } = message(&context("en", Persona::Off), &reply);
        assert!((1..=5_000).contains(&body.chars().count()), "{name}");
        assert!(
            connect_color.len() == 7 && connect_info.len() <= 50,
            "{name}"
        );
        let blocks = connect_info
            .iter()
            .flat_map(|block| [&block.title, &block.description]);
        for text in blocks.flatten().chain([&body]) {
            assert!(!text.is_empty(), "{name}");
            assert!(
                !text.contains("](") && !text.chars().any(|c| c.is_control() && c != '\n'),
                "{name}: {text}"
            );
        }
    }
}

#[test]
fn it_says_what_it_is_within_the_limits_of_the_contract() {
    let description = PlainEnglish::describe();
    assert_eq!(description.name, "plain-english");
    assert!(description.summary.chars().count() <= 200);
    assert_eq!(PlainEnglish::check_config("{}".to_owned()), Ok(()));
}
