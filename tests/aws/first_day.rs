//! The guide of the first day, followed word by word: its commands, its schedule, and a server that stops.

use std::process::{Command, Output};

use reveille_tests::{
    fake_aws::FakeAws,
    ground::dynamodb::{dynamodb, with_transactions},
    house::{Place, TOKEN, text},
};

use crate::dynamo::names;

const GUIDE: &str = include_str!("../../host/reveille/FIRST_DAY.md");

/// The arguments of each `reveille …` in the shell blocks of the part of the guide under `heading`.
fn commands(heading: &str) -> Vec<Vec<&'static str>> {
    let (_, part) = GUIDE.split_once(heading).expect("the heading");
    let part = part.split("\n## ").next().unwrap();
    let blocks = part.split("```sh\n").skip(1);
    let lines = blocks.flat_map(|block| block.split("\n```").next().unwrap().lines());
    lines
        .filter_map(|line| line.strip_prefix("reveille "))
        .map(|line| {
            let words = line.split_whitespace();
            words
                .take_while(|word| !["#", ">"].contains(word))
                .collect()
        })
        .collect()
}

struct Newcomer {
    place: Place,
    fake: FakeAws,
}

impl Newcomer {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.place.bare_command();
        self.fake.lead(&mut command);
        command
            .env("AWS_ENDPOINT_URL_DYNAMODB", &dynamodb().endpoint)
            .env("JANDI_TOKEN", TOKEN)
            .args(arguments);
        command
    }

    #[track_caller]
    fn ok(&self, arguments: &[&str]) -> String {
        let output: Output = self.command(arguments).output().unwrap();
        let all = text(&output.stdout) + &text(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {all}");
        all
    }
}

#[test]
fn who_follows_the_guide_sees_the_first_server_stop() {
    if with_transactions("who_follows_the_guide").is_none() {
        return;
    }
    let newcomer = Newcomer {
        place: Place::new(),
        fake: FakeAws::start().unwrap(),
    };
    let tables = names();
    let store = format!("dynamodb:{},{}", tables.config, tables.state);
    let config = ["--config", "aws.toml"];
    let answers = ["init", "--yes", "--servers", "aws", "--store", &store];
    newcomer.ok(&[&config[..], &answers[..]].concat());

    let mut followed = Vec::new();
    for command in commands("\n## 4. ") {
        if !command.contains(&"serve") {
            newcomer.ok(&command);
            followed.push(command[2]);
        }
    }
    assert_eq!(followed, ["iam", "tables", "doctor"]);

    let definitions = GUIDE.split("```yaml\n").nth(1).unwrap();
    newcomer
        .place
        .file("house.yaml", definitions.split("```").next().unwrap());
    for command in commands("\n## 5. ") {
        newcomer.ok(&command);
    }
    let seoul = newcomer.fake.home().region("ap-northeast-2");
    let server = seoul.instance("web-1").tag("Schedule", "dev").running();
    let tick = |at: &str| newcomer.ok(&["--config", "aws.toml", "--at", at, "tick"]);

    // On a Friday within the hours of its schedule, and at their end.
    let noon = tick("2026-11-27 12:00");
    assert!(noon.contains("1 schedules, 1 servers"), "{noon}");
    assert_eq!(server.state(), "running");
    tick("2026-11-27 18:00");
    assert_ne!(server.state(), "running");

    // What the guide warns of.
    let another = seoul.instance("web-2").tag("Schedule", "dev").running();
    tick("2026-11-27 19:00");
    assert_ne!(another.state(), "running");
}
