//! A rule on its author's desk: `reveille rule check`, `test`, `preview`, `bench` and `conformance`, on real components
//! and through the real program.

use std::process::Output;

use serde_json::Value;

use crate::{
    component::{component, workshop},
    house::{Place, text},
};

/// The rules of `plugins/`, each with its tier.
const PLUGINS: [(&str, &str); 7] = [
    ("company-days", "rule"),
    ("keep-until", "scripted"),
    ("kr-holidays", "rule"),
    ("office-hours-by-season", "heavy"),
    ("plain-english", "rule"),
    ("stagger", "rule"),
    ("team-calendar", "scripted"),
];

/// A folder with the component of a package in it.
fn desk(package: &str) -> Place {
    let place = Place::new();
    let path = place.folder.path().join("rule.wasm");
    std::fs::write(path, component(package)).unwrap();
    place
}

/// Runs a command as an author at home would: what is compiled once is kept.
fn at_home(place: &Place, arguments: &[&str]) -> Output {
    let mut command = place.command();
    command
        .env("XDG_CACHE_HOME", workshop())
        .args(arguments)
        .output()
        .unwrap()
}

/// A component of this text, under the same name.
fn odd_desk(wat: &str) -> Place {
    let place = Place::new();
    let bytes = wat::parse_str(wat).unwrap();
    std::fs::write(place.folder.path().join("rule.wasm"), bytes).unwrap();
    place
}

fn check(place: &Place, more: &[&str]) -> Value {
    let arguments = [&["rule", "check", "rule.wasm", "--json"], more].concat();
    serde_json::from_slice(&place.run(&arguments).stdout).unwrap()
}

fn conform(place: &Place, file: &str, more: &[&str]) -> Value {
    let arguments = [&["rule", "conformance", file, "--json"], more].concat();
    let output = at_home(place, &arguments);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
}

/// Names of the properties that are broken, and how many there are.
fn broken(report: &Value) -> (Vec<&str>, usize) {
    let properties = report["properties"].as_array().unwrap();
    let broken = properties.iter().filter(|it| it["broken"] != 0);
    (
        broken.map(|it| it["name"].as_str().unwrap()).collect(),
        properties.len(),
    )
}

#[test]
fn a_rule_gets_the_lowest_tier_that_takes_its_file_unless_one_is_given() {
    let padding = "x".repeat(600 << 10);
    let place = odd_desk(&format!(
        "(component (core module (@custom \"padding\" \"{padding}\")))"
    ));
    let found = check(&place, &[]);
    assert_eq!(found["tier"], "scripted");
    assert!(
        !found["faults"].to_string().contains("larger than"),
        "{found:#}"
    );
    let found = check(&place, &["--tier", "rule"]);
    assert_eq!(found["tier"], "rule");
    assert!(
        found["faults"]
            .to_string()
            .contains("`scripted` is for JavaScript"),
        "{found:#}"
    );
}

#[test]
fn a_rule_that_is_well_is_described_with_what_it_uses() {
    let place = desk("kr-holidays");
    let found = check(&place, &[]);
    assert_eq!(found["faults"], Value::Array(vec![]), "{found:#}");
    assert_eq!(found["name"], "rule", "files are named by their operators");
    assert_eq!(found["roles"][0], "planner");
    assert_eq!(found["data"][0], "holidays");
    assert_eq!(found["sha256"].as_str().unwrap().len(), 64);
    let week = &found["smoke"][0];
    assert_eq!(week["calls"], 7);
    let (fuel, limit) = (
        week["fuel"].as_u64().unwrap(),
        week["fuel_limit"].as_u64().unwrap(),
    );
    assert!(fuel > 0 && fuel < limit / 10, "{week}");
    let text = place.ok(&["rule", "check", "rule.wasm"]);
    assert!(text.ends_with("all is well\n"), "{text}");
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_what_to_do() {
    let place = odd_desk(
        r#"(component
            (import "wasi:clocks/wall-clock@0.2.6" (instance))
            (import "wasi:random/random@0.2.6" (instance))
            (import "other:thing/x" (instance)))"#,
    );
    let found = check(&place, &[]);
    let faults: Vec<&str> = found["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault.as_str().unwrap())
        .collect();
    assert_eq!(faults.len(), 3, "{faults:#?}");
    assert!(
        faults[0].contains("`wasi:clocks/wall-clock@0.2.6`") && faults[0].contains("--stub-wasi")
    );
    assert!(
        faults[1].contains("`wasi:random/random@0.2.6`"),
        "{faults:#?}"
    );
    assert!(faults[2].contains("`other:thing/x`"), "{faults:#?}");
    let told = place.fails(&["rule", "check", "rule.wasm"]);
    assert!(told.contains("3 faults"), "{told}");
    // With WASI granted two of them are none, and what it exports is looked at.
    let found = check(&place, &["--wasi"]);
    assert_eq!(found["faults"].as_array().unwrap().len(), 1, "{found:#}");
}

#[test]
fn a_core_module_and_another_contract_are_refused_by_name() {
    let core = check(&odd_desk("(module)"), &[]);
    assert!(
        core["faults"][0]
            .as_str()
            .unwrap()
            .contains("`reveille rule build`"),
        "{core:#}"
    );
    let later = check(
        &odd_desk(r#"(component (import "reveille:rules/log@2.0.0" (instance)))"#),
        &[],
    );
    let fault = later["faults"][0].as_str().unwrap();
    assert!(
        fault.contains("reveille:rules/log@2.0.0") && fault.contains("0.1.0"),
        "{fault}"
    );
}

#[test]
fn a_configuration_that_the_rule_refuses_is_a_fault_in_its_own_words() {
    let place = desk("kr-holidays");
    let told = place.fails(&[
        "rule",
        "check",
        "rule.wasm",
        "--config",
        r#"{"policy":"on"}"#,
    ]);
    assert!(told.contains("`policy`"), "{told}");
    let told = place.fails(&["rule", "check", "rule.wasm", "--config", "reveille.toml"]);
    assert!(told.contains("is no configuration of a rule"), "{told}");
}

#[test]
fn the_configuration_of_the_program_is_none_of_the_rule() {
    let place = desk("kr-holidays");
    let output = place
        .command()
        .env("REVEILLE_CONFIG", "not-there.toml")
        .args(["rule", "check", "rule.wasm"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn every_case_of_a_plugin_is_as_it_should_be_in_the_component_too() {
    for (package, tier) in PLUGINS {
        let cases = format!(
            "{}/../plugins/{package}/cases.toml",
            env!("CARGO_MANIFEST_DIR")
        );
        let place = desk(package);
        let arguments = [
            "rule",
            "test",
            "rule.wasm",
            "--tier",
            tier,
            "--cases",
            &cases,
        ];
        let output = at_home(&place, &arguments);
        let told = text(&output.stdout);
        assert!(
            output.status.success() && told.ends_with(", all as they should be\n"),
            "{package}: {told}{}",
            text(&output.stderr)
        );
    }
}

#[test]
fn a_case_that_fails_shows_both_days() {
    let place = desk("kr-holidays");
    place.file(
        "cases.toml",
        r#"
[[case]]
name = "a working day"
date = "2026-11-23"
spans = ["09:30-18:00 run period office"]

[[case]]
name = "two days of which one is none"
dates = ["2026-09-24..2026-09-25"]
spans = ["00:00-24:00 stop 추석"]
notes = ["추석"]

[[case]]
name = "a year that is not known"
date = "2060-01-01"
error = "holidays are known"
"#,
    );
    let output = place.run(&["rule", "test", "rule.wasm"]);
    assert_eq!(output.status.code(), Some(1));
    let expected = "\
a working day, 2026-11-23
  - 09:30-18:00 run period office
  + 09:00-18:00 run period office
           0     3     6     9     12    15    18    21
  expected ···················█████████████████············
  got      ··················██████████████████············
                             ^

two days of which one is none, 2026-09-24
  - 00:00-24:00 stop 추석
  - note: 추석
  + 00:00-24:00 stop 추석 전날
  + note: 추석 전날
           0     3     6     9     12    15    18    21
  expected ················································
  got      ················································

3 cases of cases.toml, 2 not as they should be
";
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}

#[test]
fn cases_that_cannot_be_run_say_what_is_wrong_with_them() {
    let place = desk("stagger");
    place.file(
        "cases.toml",
        "[[case]]\nname = \"a\"\ndate = \"2026-11-23\"\nspans = []\n",
    );
    let told = place.fails(&["rule", "test", "rule.wasm"]);
    assert!(told.contains("case `a`: the rule is no planner"), "{told}");
    place.file("cases.toml", "[[case]]\nname = \"a\"\nserver = []\n");
    let told = place.fails(&["rule", "test", "rule.wasm"]);
    assert!(
        told.contains("unknown field `server`") && told.contains("line 3"),
        "{told}"
    );
}

#[test]
fn cases_of_decisions_and_messages_are_told_apart() {
    let place = desk("stagger");
    place.file(
        "cases.toml",
        r#"
[[case]]
name = "one a minute"
config = { per_minute = 1 }
servers = ["a: stopped start", "b: stopped start"]
decisions = ["a: start", "b: start"]
"#,
    );
    let told = place.fails(&["rule", "test", "rule.wasm"]);
    assert!(told.contains("  - b: start\n  + b: none\n"), "{told}");
    let words = Place::new();
    words.file(
        "cases.toml",
        r#"
[[case]]
name = "help names the schedules"
reply = "help"
locale = "en"
persona = "off"
says = ["Development"]
never = ["undefined"]
"#,
    );
    let told = words.ok(&["rule", "test", "serverbyeong", "--cases", "cases.toml"]);
    assert_eq!(told, "1 case of cases.toml, all as they should be\n");
}

#[test]
fn a_year_is_drawn_with_its_holidays() {
    let place = desk("kr-holidays");
    let preview = |more: &[&str]| {
        let arguments = [
            &[
                "rule",
                "preview",
                "rule.wasm",
                "--year",
                "2027",
                "--config",
                r#"{"locale":"en"}"#,
            ],
            more,
        ];
        place.ok(&arguments.concat())
    };
    let year = preview(&[]);
    assert!(
        year.contains("\nFeb  8  xxxxxxxx xxxxxxxx ···███·· ···███·· ···███·· ········ ········\n"),
        "{year}"
    );
    assert!(
        year.contains("\n246 days from 2027-01-04  09:00-18:00 run (period office)\n"),
        "{year}"
    );
    assert!(year.contains("  2027-09-15 Wed  Chuseok (off)\n"), "{year}");
    let svg = preview(&["--svg", "--periods", "night 22:00-06:00"]);
    assert!(
        svg.starts_with("<svg xmlns=") && svg.ends_with("</svg>\n"),
        "{svg}"
    );
    assert!(svg.contains("<title>2027-09-15 Wed: "), "{svg}");
    let unknown = place.fails(&["rule", "preview", "rule.wasm", "--year", "2051"]);
    assert!(
        unknown.contains("365 days without a plan") && unknown.contains("2051-01-01..2051-12-31"),
        "{unknown}"
    );
}

#[test]
fn a_year_is_drawn_with_a_schedule_of_a_definitions_file() {
    let place = desk("kr-holidays");
    place.file(
        "definitions.yaml",
        "periods:\n  late: { begintime: \"12:00\", endtime: \"21:00\" }\nschedules:\n  A: { timezone: Asia/Seoul, periods: [late], rules: [other] }\n  B: { timezone: UTC, periods: [late] }\n",
    );
    let arguments = [
        "rule",
        "preview",
        "rule.wasm",
        "--year",
        "2026",
        "--schedule",
        "definitions.yaml",
    ];
    let told = place.fails(&arguments);
    assert!(
        told.contains("has the schedules A, B; choose one with --name"),
        "{told}"
    );
    let drawn = place.ok(&[&arguments[..], &["--name", "A"]].concat());
    assert!(drawn.contains("12:00-21:00 run (period late)"), "{drawn}");
}

#[test]
fn a_bench_stands_beside_the_periods() {
    let place = desk("stagger");
    let told = place.ok(&["rule", "bench", "rule.wasm", "--calls", "5", "--json"]);
    let report: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(report["call"]["calls"], 5);
    assert_eq!(report["call"]["failed"], 0);
    assert!(report["call"]["fuel"].as_u64().unwrap() > 0, "{report:#}");
    assert!(
        report["times_the_baseline"].as_f64().unwrap() > 0.0,
        "{report:#}"
    );
}

#[test]
fn every_rule_that_is_built_in_keeps_to_what_every_rule_must() {
    let place = Place::new();
    for (name, properties) in [
        ("periods", 10),
        ("exceptions", 10),
        ("transitions", 7),
        ("serverbyeong", 4),
    ] {
        let report = conform(&place, name, &[]);
        assert_eq!(broken(&report), (vec![], properties), "{report:#}");
    }
}

#[test]
fn every_plugin_keeps_to_what_every_rule_must() {
    for (package, tier) in PLUGINS {
        let (configs, days, properties) = match package {
            "company-days" => (&[r#"{"off":{"2026-11-23":"창립기념일"}}"#][..], "", 10),
            "keep-until" => (&["{}", r#"{"orders":"obey"}"#][..], "", 7),
            "kr-holidays" => (
                &["{}", r#"{"policy":"skip-starts","data_required":true}"#][..],
                "",
                11,
            ),
            // A call takes some milliseconds.
            "office-hours-by-season" => (
                &[
                    r#"{"seasons":[{"name":"winter","from":"11-15","to":"03-15","begin":"10:00","end":"19:30"}]}"#,
                ][..],
                "--quick",
                10,
            ),
            "plain-english" => (&["{}"][..], "", 4),
            "stagger" => (&["{}", r#"{"per_minute":1,"groups":{"api":2}}"#][..], "", 7),
            "team-calendar" => (
                &[r#"{"run":{"words":["회식"]},"others":"hold"}"#][..],
                "",
                11,
            ),
            other => panic!("nothing is known of `{other}`"),
        };
        let place = desk(package);
        for config in configs {
            let arguments = ["--tier", tier, "--config", config, days];
            let given = arguments.len() - usize::from(days.is_empty());
            let report = conform(&place, "rule.wasm", &arguments[..given]);
            assert_eq!(
                broken(&report),
                (vec![], properties),
                "{package}: {report:#}"
            );
        }
    }
}

#[test]
fn a_rule_that_breaks_is_shown_with_the_smallest_input() {
    let place = desk("hostile");
    let report = conform(&place, "rule.wasm", &["--config", r#"{"does":"shred"}"#]);
    let (names, _) = broken(&report);
    assert!(
        names.contains(&"every weekday") && names.contains(&"empty and full plans so far"),
        "{names:?}"
    );
    let properties = report["properties"].as_array().unwrap();
    let weekday = properties
        .iter()
        .find(|it| it["name"] == "every weekday")
        .unwrap();
    assert_eq!(weekday["broken"], 14);
    let breach = &weekday["breaches"][0];
    assert!(
        breach["what"].as_str().unwrap().contains("300 spans"),
        "{breach}"
    );
    let input: Vec<&str> = breach["input"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line.as_str().unwrap())
        .collect();
    assert_eq!(
        input[..3],
        ["date = \"2026-11-23\"", "periods = []", "so_far = []"]
    );
    let told = place.fails(&[
        "rule",
        "conformance",
        "rule.wasm",
        "--config",
        r#"{"does":"nothing"}"#,
    ]);
    assert!(
        told.contains("BROKEN its configuration is accepted"),
        "{told}"
    );
}
