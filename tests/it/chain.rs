//! A rule that a team wrote: built from its source, loaded from a file, part of the chain; and what becomes of
//! schedules whose rule is not there or fails.

use std::sync::OnceLock;

use chrono_tz::Tz;
use reveille_core::port::{Change, Store};
use reveille_local::{Database, SqliteStore};
use serde_json::{Value, json};

use crate::{
    component::component,
    house::{House, Place},
};

/// A Monday, as the other days below it.
const MONDAY: &str = "2026-11-23 09:30";

/// The component of `plugins/company-days`.
fn company_days() -> &'static [u8] {
    static COMPONENT: OnceLock<Vec<u8>> = OnceLock::new();
    COMPONENT.get_or_init(|| component("company-days"))
}

/// Three schedules of one office: one with a rule of its own, one that names the rule and goes on without it, and one
/// without.
fn definitions(config: &Value) -> Vec<Change> {
    let schedule = |name: &str, rules: &Value| json!({ "type": "schedule", "name": name, "periods": "office", "rules": rules });
    [
        json!({ "type": "period", "name": "office", "begintime": "09:00", "endtime": "18:00", "weekdays": "mon-fri" }),
        schedule("with", &json!([{ "name": "company-days", "config": config }])),
        schedule("skipping", &json!([{ "name": "company-days", "config": config, "on_failure": "skip" }])),
        schedule("without", &json!([])),
    ]
    .into_iter()
    .map(|item| Change::PutItem(serde_json::from_value(item).unwrap()))
    .collect()
}

/// A store with these schedules, written past everything that would look at them first, and a configuration that
/// loads the rule.
fn place(config: &Value) -> Place {
    let place = Place::new();
    let path = place.folder.path().join("company-days.wasm");
    std::fs::write(&path, company_days()).unwrap();
    place.file(
        "reveille.toml",
        &format!(
            "[[rules]]\nname = \"company-days\"\nlocation = \"{}\"\n",
            path.display()
        ),
    );
    let store = SqliteStore::new(Database::open(place.db()).unwrap(), Tz::Asia__Seoul);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime
        .block_on(store.commit(&definitions(config)))
        .unwrap();
    place
}

/// What the rule understands.
fn founding_day() -> Value {
    json!({ "off": { "2026-11-24": "창립기념일" } })
}

fn with_rule(arguments: &[&str]) -> Vec<String> {
    let mut all: Vec<String> = ["--config", "reveille.toml", "--at", MONDAY]
        .map(str::to_owned)
        .into();
    all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
    all
}

#[track_caller]
fn ok(place: &Place, arguments: &[&str]) -> String {
    let arguments = with_rule(arguments);
    place.ok(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

#[track_caller]
fn json_of(place: &Place, arguments: &[&str]) -> Value {
    serde_json::from_str(&ok(place, arguments)).unwrap()
}

#[test]
fn a_rule_from_a_file_takes_its_place_in_the_chain() {
    let place = place(&founding_day());

    let days = json_of(&place, &["plan", "with", "--days", "2", "--json"]);
    assert_eq!(days[0]["spans"][0]["want"], "run", "{days}");
    assert_eq!(days[1]["notes"][0], "창립기념일", "{days}");
    assert!(
        days[1]["spans"]
            .as_array()
            .unwrap()
            .iter()
            .all(|span| span["want"] != "run"),
        "{days}"
    );

    let layers = json_of(
        &place,
        &["explain", "with", "--date", "2026-11-24", "--json"],
    );
    let names: Vec<&str> = layers
        .as_array()
        .unwrap()
        .iter()
        .map(|layer| layer["rule"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["periods", "company-days"]);
    assert_eq!(layers[0]["plan"]["spans"][0]["want"], "run", "{layers}");

    let rules = ok(&place, &["rule", "list"]);
    assert!(
        rules.contains("company-days") && rules.contains("planner"),
        "{rules}"
    );
    assert!(ok(&place, &["tick"]).contains("3 schedules"));
}

#[test]
fn a_schedule_whose_rule_is_not_loaded_holds_and_the_others_go_on() {
    let place = place(&founding_day());
    // The same store without the configuration that loads the rule.
    let tick: Value = serde_json::from_str(&place.ok(&["--at", MONDAY, "tick", "--json"])).unwrap();
    assert_eq!(tick["held"], json!(["with"]), "{tick}");
    assert_eq!(tick["schedules"], 3, "{tick}");
    let check = place.fails(&["--at", MONDAY, "check"]);
    assert!(
        check.contains("with") && check.contains("company-days") && check.contains("not loaded"),
        "{check}"
    );
    assert!(
        place
            .fails(&["--at", MONDAY, "plan", "with"])
            .contains("company-days")
    );
    for other in ["without", "skipping"] {
        assert!(
            place
                .ok(&["--at", MONDAY, "plan", other])
                .contains("09:00-18:00"),
            "{other}"
        );
    }

    let house = House::start(
        place,
        &[
            "--at",
            MONDAY,
            "--freeze",
            "serve",
            "--listen",
            "127.0.0.1:0",
        ],
    );
    let status = house.say("with status").message();
    assert!(status.contains("company-days"), "{status}");
    let status = house.say("without status").message();
    assert!(!status.contains("company-days"), "{status}");
}

#[test]
fn a_rule_that_fails_holds_its_schedule_unless_that_says_to_skip_it() {
    let place = place(&json!({ "of": 1 }));
    let tick = json_of(&place, &["tick", "--json"]);
    assert_eq!(tick["held"], json!(["with"]), "{tick}");
    assert!(ok(&place, &["plan", "skipping"]).contains("09:00-18:00"));
    let house = House::start(
        place,
        &[
            "--config",
            "reveille.toml",
            "--at",
            MONDAY,
            "--freeze",
            "serve",
            "--listen",
            "127.0.0.1:0",
        ],
    );
    let status = house.say("with status").message();
    assert!(status.contains("company-days"), "{status}");
}

#[test]
fn a_rule_is_a_file_of_the_digest_that_the_operator_named() {
    let place = place(&founding_day());
    let path = place.folder.path().join("company-days.wasm");
    let digest = "0".repeat(64);
    place.file(
        "reveille.toml",
        &format!(
            "[[rules]]\nname = \"company-days\"\nlocation = \"{}\"\nsha256 = \"{digest}\"\n",
            path.display()
        ),
    );
    let arguments = with_rule(&["rule", "list"]);
    let listed = place.fails(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(
        listed.contains("company-days: not loaded") && listed.contains("000000"),
        "{listed}"
    );
}
