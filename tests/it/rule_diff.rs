//! Two versions of a rule side by side, as an operator sees them before the switch.
//!
//! `company-days` without a configuration leaves every day as it is, so that `kr-holidays` under the same name changes
//! exactly the public holidays.

use std::path::Path;

use serde_json::Value;

use crate::{
    component::component,
    house::{House, Place, data, text},
};

const AT: &str = "2026-11-23 13:00";

const TEAMS: &str = "\
periods:
  office: { begintime: \"09:00\", endtime: \"18:00\", weekdays: mon-fri }
  always: { begintime: \"00:00\", endtime: \"24:00\" }
schedules:
  dev: { timezone: Asia/Seoul, periods: [office], rules: [holidays] }
  ops: { timezone: Asia/Seoul, periods: [always], rules: [{ name: holidays, on_failure: skip }] }
  other: { timezone: Asia/Seoul, periods: [office] }
  stopped: { timezone: Europe/London, periods: [office], override_status: stopped, rules: [holidays] }
";

/// A place where `holidays` is `company-days`, with `kr-holidays` beside it in `new.wasm`.
fn place() -> Place {
    let place = Place::new();
    let write = |name: &str, bytes: &[u8]| std::fs::write(place.folder.path().join(name), bytes);
    write("old.wasm", &component("company-days")).unwrap();
    write("new.wasm", &component("kr-holidays")).unwrap();
    place.file(
        "reveille.toml",
        "[[rules]]\nname = \"holidays\"\nlocation = \"old.wasm\"\n",
    );
    place.file("teams.yaml", TEAMS);
    place.ok(&["--config", "reveille.toml", "apply", "-f", "teams.yaml"]);
    place
}

/// What `rule diff` prints, and how it ends.
fn diff(place: &Place, arguments: &[&str]) -> (String, Option<i32>) {
    let mut all = vec!["--config", "reveille.toml", "--at", AT, "rule", "diff"];
    all.extend(arguments);
    let output = place.run(&all);
    (
        text(&output.stdout) + &text(&output.stderr),
        output.status.code(),
    )
}

/// Digests are those of the compiler of the day.
fn without_digests(shown: &str) -> String {
    let (head, rest) = shown.split_once('\n').unwrap();
    let mut told = String::new();
    for word in head.split_inclusive(' ') {
        let digits = word.trim().trim_matches(['(', ')', ',']);
        let is_digest = digits.len() == 12 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        told.push_str(&if is_digest {
            word.replace(digits, "…")
        } else {
            word.to_owned()
        });
    }
    format!("{told}\n{rest}")
}

#[track_caller]
fn holds(name: &str, shown: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("golden/{name}.txt"));
    if std::env::var_os("REVEILLE_GOLDEN").is_some_and(|value| value == "write") {
        std::fs::write(&path, shown).unwrap();
    }
    assert_eq!(shown, data(&format!("golden/{name}.txt")), "{shown}");
}

#[test]
fn what_another_version_would_change_is_shown_day_by_day() {
    let place = place();
    // Exceptions count as they stand: on Christmas somebody works in the morning.
    let house = House::start(
        place,
        &[
            "--config",
            "reveille.toml",
            "--at",
            AT,
            "--freeze",
            "serve",
            "--no-timer",
            "--listen",
            "127.0.0.1:0",
        ],
    );
    for words in [
        "dev exception set 2026-12-25 start 10:00",
        "dev exception set 2026-12-25 stop 12:00",
    ] {
        assert_eq!(house.say(words).status, 200);
    }
    let place = house.kill();
    let (shown, code) = diff(&place, &["holidays", "new.wasm"]);
    assert_eq!(code, Some(1), "{shown}");
    holds("rule-diff", &without_digests(&shown));
}

#[test]
fn the_same_version_changes_nothing() {
    let place = place();
    let (shown, code) = diff(&place, &["holidays", "old.wasm", "--days", "30"]);
    assert_eq!(code, Some(0), "{shown}");
    assert!(
        shown.ends_with("nothing changes on 30 days of 3 schedules\n"),
        "{shown}"
    );
}

#[test]
fn a_difference_is_told_in_json_with_every_date() {
    let place = place();
    let (shown, code) = diff(&place, &["holidays", "new.wasm", "--json"]);
    assert_eq!(code, Some(1), "{shown}");
    let compared: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(compared["rule"], "holidays");
    assert_eq!(compared["days"], 90);
    assert_ne!(compared["before"]["sha256"], compared["after"]["sha256"]);
    let schedules = compared["schedules"].as_array().unwrap();
    let names: Vec<&Value> = schedules.iter().map(|it| &it["schedule"]).collect();
    assert_eq!(names, ["dev", "ops", "stopped"]);
    let christmas = &schedules[0]["changes"][0];
    assert_eq!(christmas["kind"], "turns");
    assert_eq!(christmas["dates"][0], "2026-12-25");
    assert_eq!(christmas["before"]["plan"]["spans"][0]["begin"], 540);
    assert_eq!(christmas["after"]["plan"]["notes"][0], "기독탄신일");
    assert_eq!(schedules[2]["changes"], Value::Array(Vec::new()));
}

#[test]
fn a_rule_that_is_not_there_yet_mends_the_schedules_that_name_it() {
    let place = place();
    place.file("reveille.toml", "");
    let (shown, code) = diff(&place, &["holidays", "new.wasm", "--days", "7"]);
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.starts_with("holidays: not loaded → 0."), "{shown}");
    assert!(
        shown.contains("dev (Asia/Seoul): 7 days work again") && shown.contains("it is not loaded"),
        "{shown}"
    );
}

#[test]
fn a_configuration_that_the_new_version_refuses_is_told_before_the_switch() {
    let place = place();
    place.file(
        "teams.yaml",
        &TEAMS.replace(
            "rules: [holidays] }\n  ops",
            "rules: [{ name: holidays, config: { off: { 2026-12-24: 창립기념일 } } }] }\n  ops",
        ),
    );
    place.ok(&["--config", "reveille.toml", "apply", "-f", "teams.yaml"]);
    let (shown, code) = diff(&place, &["holidays", "new.wasm", "--days", "40"]);
    assert_eq!(code, Some(1), "{shown}");
    for expected in [
        "dev (Asia/Seoul): 40 days fail with the new version",
        "the new version refuses it: schedule dev: `rules`: rule `holidays`",
        "unknown field `off`",
    ] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
}

#[test]
fn what_cannot_be_compared_is_told_with_what_to_do() {
    let place = place();
    place.file("text.wasm", "this is no component");
    let (shown, _) = diff(&place, &["holidays", "text.wasm"]);
    assert!(shown.contains("rule `holidays`"), "{shown}");
    let (shown, _) = diff(&place, &["holidays", "lost.wasm"]);
    assert!(shown.contains("`lost.wasm`"), "{shown}");
    let (shown, _) = diff(&place, &["periods", "new.wasm"]);
    assert!(shown.contains("built in"), "{shown}");
}
