//! What holds for every message, whatever it says.

use reveille_sdk::formatter::{
    Message,
    replies::{Context, Persona, Reply},
};
use serverbyeong::format;
use unicode_normalization::is_nfc;

use crate::cases::{all, context};

const LEVELS: [Persona; 3] = [Persona::Off, Persona::Light, Persona::Full];
const LOCALES: [&str; 2] = ["ko", "en"];

fn text(message: &Message) -> String {
    let mut text = message.body.clone();
    for block in &message.connect_info {
        for part in [&block.title, &block.description].into_iter().flatten() {
            text.push('\n');
            text.push_str(part);
        }
    }
    text
}

fn said(locale: &str, persona: Persona, reply: &Reply) -> String {
    text(&format(&context(locale, persona), reply).unwrap())
}

#[track_caller]
fn check_all(holds: impl Fn(&str) -> bool) {
    for (name, reply) in all() {
        for locale in LOCALES {
            for persona in LEVELS {
                let said = said(locale, persona, &reply);
                assert!(holds(&said), "{name} {locale} {persona:?}: {said}");
            }
        }
    }
}

#[test]
fn every_message_is_composed() {
    check_all(is_nfc);
}

#[test]
fn a_stop_is_never_called_a_termination() {
    check_all(|said| !said.contains("종료"));
}

#[test]
fn the_word_for_schedule_has_its_standard_spelling() {
    check_all(|said| !said.contains("스케쥴"));
}

#[test]
fn the_soldiers_ending_comes_at_most_once_and_only_in_full() {
    for (name, reply) in all() {
        for persona in LEVELS {
            let most = usize::from(persona == Persona::Full);
            let said = said("ko", persona, &reply);
            assert!(
                said.matches("지 말입니다").count() <= most,
                "{name}: {said}"
            );
        }
    }
}

#[test]
fn the_soldiers_ending_is_the_last_line_of_something_that_was_only_read() {
    for (name, reply) in all() {
        let message = format(&context("ko", Persona::Full), &reply).unwrap();
        if !text(&message).contains("지 말입니다") {
            continue;
        }
        let last = message.body.lines().last().unwrap();
        assert!(last.ends_with("지 말입니다."), "{name}: {last}");
        assert!(
            matches!(
                reply,
                Reply::Help(_)
                    | Reply::Schedules(_)
                    | Reply::Status(_)
                    | Reply::Info(_)
                    | Reply::Exceptions(_)
                    | Reply::Why(_)
                    | Reply::Holidays(_)
            ),
            "{name} changes something"
        );
    }
}

#[test]
fn without_the_character_nothing_sounds_like_a_barracks() {
    const WORDS: [&str; 22] = [
        "충성",
        "서버병",
        "점호",
        "기상",
        "소등",
        "나팔",
        "보초",
        "근무 시작",
        "장부",
        "일지",
        "명단",
        "지 말입니다",
        "올림",
        "일과",
        "orderly",
        "Roll call",
        "bugle",
        "Reveille",
        "Lights out",
        "duty",
        "watch",
        "roster",
    ];
    for (name, reply) in all() {
        for locale in LOCALES {
            let said = said(locale, Persona::Off, &reply);
            for word in WORDS {
                assert!(!said.contains(word), "{name} {locale} says {word}: {said}");
            }
        }
    }
}

#[test]
fn the_character_adds_to_the_facts_and_takes_nothing_away() {
    for (name, reply) in all() {
        for locale in LOCALES {
            let plain = said(locale, Persona::Off, &reply);
            for persona in [Persona::Light, Persona::Full] {
                let said = said(locale, persona, &reply);
                for line in plain.lines() {
                    assert!(
                        said.contains(line),
                        "{name} {locale} {persona:?} leaves out {line}"
                    );
                }
            }
        }
    }
}

#[test]
fn whatever_is_not_plain_good_news_has_no_character() {
    for (name, reply) in all() {
        for locale in LOCALES {
            let plain = format(&context(locale, Persona::Off), &reply).unwrap();
            let full = format(&context(locale, Persona::Full), &reply).unwrap();
            if plain.connect_color != "#1DDB16" {
                assert_eq!(plain, full, "{name}");
            }
        }
    }
}

#[test]
fn an_example_names_the_schedule_that_the_message_is_about() {
    for (name, reply) in all() {
        for locale in LOCALES {
            let known = Context {
                schedule: Some("개발".to_owned()),
                ..context(locale, Persona::Off)
            };
            let message = format(&known, &reply).unwrap();
            let example = message
                .body
                .lines()
                .find(|line| line.contains("<스케줄>") || line.contains("<schedule>"));
            assert_eq!(example, None, "{name}");
        }
    }
}

#[test]
fn only_our_own_faults_are_red() {
    for (name, reply) in all() {
        let message = format(&context("ko", Persona::Light), &reply).unwrap();
        assert_eq!(
            message.connect_color == "#FF0000",
            matches!(name, "refused-failed" | "refused-rule-failed"),
            "{name}"
        );
    }
}

#[test]
fn both_languages_show_the_same_blocks_and_colours() {
    for (name, reply) in all() {
        let [korean, english] =
            LOCALES.map(|locale| format(&context(locale, Persona::Off), &reply).unwrap());
        assert_eq!(korean.connect_color, english.connect_color, "{name}");
        assert_eq!(
            korean.connect_info.len(),
            english.connect_info.len(),
            "{name}"
        );
        assert_eq!(
            korean.body.lines().count(),
            english.body.lines().count(),
            "{name}"
        );
    }
}

#[test]
fn english_has_no_korean_of_its_own() {
    // Names and reasons in the cases are Korean, and help lists the Korean words.
    let (_, reply) = all()
        .into_iter()
        .find(|(name, _)| *name == "status-latin")
        .unwrap();
    let said = said("en", Persona::Full, &reply);
    assert!(
        !said.chars().any(|char| ('가'..='힣').contains(&char)),
        "{said}"
    );
}

#[test]
fn every_locale_of_korean_is_korean_and_every_other_is_english() {
    let (_, reply) = all()
        .into_iter()
        .find(|(name, _)| *name == "refused-past-date")
        .unwrap();
    for (locale, korean) in [
        ("ko", true),
        ("ko-KR", true),
        ("KO_kr", true),
        ("kok", false),
        ("en-GB", false),
        ("ja", false),
        ("", false),
    ] {
        let said = said(locale, Persona::Off, &reply);
        assert_eq!(said.contains("지난 날짜"), korean, "{locale}: {said}");
    }
}

#[test]
fn ids_and_fault_codes_are_never_shown() {
    check_all(|said| !said.contains("i-0") && !said.contains("store.unavailable"));
}
