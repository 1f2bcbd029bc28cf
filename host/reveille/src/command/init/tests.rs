#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use super::{answers::Answers, asking::Asking, writing};
#[cfg(feature = "aws")]
use crate::config::{Config, ENV_CONFIG_TOML};

/// What somebody types, line by line; and everything that was asked.
fn converse(typed: &str) -> (anyhow::Result<Answers>, String) {
    let mut shown = Vec::new();
    let asking = Asking::new(BTreeMap::new(), false, typed.as_bytes(), &mut shown);
    let answers = Answers::ask(asking);
    (answers, String::from_utf8(shown).unwrap())
}

/// What is said of `options`, with defaults for the rest.
fn answered(options: &[(&'static str, &str)]) -> anyhow::Result<Answers> {
    let given = options.iter().map(|(name, it)| (*name, (*it).to_owned()));
    Answers::ask(Asking::new(given.collect(), true, &b""[..], Vec::new()))
}

#[track_caller]
fn refused(options: &[(&'static str, &str)], why: &str) {
    let error = answered(options).err().unwrap().to_string();
    assert!(error.contains(why), "{error}");
}

/// Every setting that the text has or offers.
#[cfg(feature = "aws")]
fn load(text: &str) -> Config {
    let offered: String = text
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(setting) if !setting.starts_with(' ') => format!("{setting}\n"),
            Some(_) | None => format!("{line}\n"),
        })
        .collect();
    let variables = |name: &str| (name == ENV_CONFIG_TOML).then(|| offered.clone());
    Config::load(None, &variables).unwrap()
}

#[test]
fn enter_takes_what_stands_in_brackets() {
    let (answers, shown) = converse("\n\n\n\n\n\n");
    let text = writing::configuration(&answers.unwrap());
    assert!(text.contains("path = \"reveille.db\""), "{text}");
    assert!(shown.contains("[simulated]"), "{shown}");
    assert!(!shown.contains("region"), "{shown}");
}

#[test]
fn what_makes_no_sense_is_asked_again_with_the_reason() {
    let (answers, shown) =
        converse("azure\nsimulated\ndynamodb:a,b\n\n\n\nAsia/Soul\nAsia/Tokyo\nfr\nen\n");
    let text = writing::configuration(&answers.unwrap());
    assert!(
        text.contains("timezone = \"Asia/Tokyo\"\nlocale = \"en\""),
        "{text}"
    );
    for why in [
        "write `simulated` or `aws`",
        "simulated servers live in the store's file",
        "did you mean `Asia/Seoul`?",
        "write `ko` or `en`",
    ] {
        assert!(shown.contains(why), "{why}: {shown}");
    }
}

#[test]
fn a_secret_that_is_typed_instead_of_its_place_is_not_taken_and_not_repeated() {
    let token = "a123456789abcdef0123456789abcdef";
    let typed = format!("\n\n{token}\nenv:{token}\nenv:JANDI_TOKEN\n\n\n\n");
    let (answers, shown) = converse(&typed);
    let text = writing::configuration(&answers.unwrap());
    assert!(!text.contains(token) && !shown.contains(token), "{shown}");
    assert_eq!(shown.matches("That cannot be").count(), 2, "{shown}");
    let typed = answered(&[("token", &format!("value:{token}"))]).unwrap();
    assert!(!format!("{typed:?}").contains(token));
    assert!(writing::configuration(&typed).contains(token));
}

#[test]
fn the_end_of_the_input_is_no_answer() {
    let (answers, _) = converse("simulated\n");
    let error = answers.err().unwrap().to_string();
    assert!(error.contains("--store"), "{error}");
}

#[test]
fn answers_that_go_together_with_nothing_are_refused() {
    refused(&[("region", "us-east-1")], "--region has no use");
    refused(
        &[("token", "PASSWORD")],
        "where it will be, not what it says",
    );
    refused(
        &[("token", "ssm:/reveille/token")],
        "beside simulated servers",
    );
    refused(&[("token", "env:A-B")], "no name of a variable");
}

#[cfg(feature = "aws")]
#[test]
fn what_is_meant_for_aws_must_be_possible_there() {
    const AWS: (&str, &str) = ("servers", "aws");
    refused(&[("target", "value:ops")], "no URL");
    refused(&[AWS, ("region", "seoul")], "such as `ap-northeast-2`");
    refused(&[AWS, ("token", "none")], "nobody could speak to it");
    refused(&[AWS, ("store", "dynamodb:reveille")], "two tables");
    refused(
        &[AWS, ("store", "dynamodb:a b,reveille")],
        "name of a table",
    );
    refused(
        &[AWS, ("token", "ssm:no name")],
        "such as `/reveille/token`",
    );
    refused(
        &[AWS, ("home", "lambda"), ("store", "file:a.db")],
        "keeps no files",
    );
    refused(
        &[AWS, ("home", "lambda"), ("token", "file:token")],
        "keeps no files",
    );
}

#[cfg(feature = "aws")]
#[test]
fn what_a_simulated_house_is_offered_can_be_taken_up() {
    let text = writing::configuration(&answered(&[]).unwrap());
    let config = load(&text);
    assert_eq!((config.tokens.len(), config.targets.len()), (1, 1));
}

#[cfg(feature = "aws")]
#[test]
fn what_a_house_on_aws_is_offered_can_be_taken_up() {
    for home in ["machine", "lambda"] {
        let answers = [
            ("servers", "aws"),
            ("home", home),
            ("token", "secret:reveille/jandi#token"),
            ("target", "ssm:/reveille/url"),
        ];
        let config = load(&writing::configuration(&answered(&answers).unwrap()));
        assert_eq!((config.tokens.len(), config.targets.len()), (1, 1));
        assert_eq!(config.aws.unwrap().fleet.targets.len(), 2);
    }
}
