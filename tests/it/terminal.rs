//! The subcommands, as an operator types them.

use crate::house::{House, Place};

const OFFICE: &str = "\
periods:
  office: { begintime: \"09:00\", endtime: \"18:00\", weekdays: mon-fri }
schedules:
  dev: { timezone: Asia/Seoul, periods: [office] }
";

#[test]
fn a_file_is_applied_exported_and_compared() {
    let place = Place::new();
    place.file("house.yaml", OFFICE);
    assert!(
        place
            .ok(&["apply", "-f", "house.yaml"])
            .contains("+ schedule dev")
    );
    assert_eq!(
        place.ok(&["apply", "-f", "house.yaml"]),
        "nothing to change\n"
    );
    for format in ["yaml", "toml"] {
        let exported = place.ok(&["export", "--format", format]);
        let name = format!("again.{format}");
        place.file(&name, &exported);
        assert_eq!(place.ok(&["diff", "-f", &name]), "", "{exported}");
    }
    place.file("house.yaml", &OFFICE.replace("18:00", "19:00"));
    assert!(
        place
            .fails(&["diff", "-f", "house.yaml"])
            .contains("endtime: \"18:00\" -> \"19:00\"")
    );
}

#[test]
fn what_a_file_lacks_is_removed() {
    let place = Place::new();
    place.file("house.yaml", OFFICE);
    place.ok(&["apply", "-f", "house.yaml"]);
    place.file("empty.yaml", "schedules: {}\n");
    let shown = place.ok(&["apply", "-f", "empty.yaml"]);
    assert!(
        shown.contains("- period office") && shown.contains("- schedule dev"),
        "{shown}"
    );
    assert_eq!(place.ok(&["export"]), "");
}

#[test]
fn every_fault_of_a_file_is_told_with_its_line_and_nothing_is_applied() {
    let place = Place::new();
    place.file(
        "bad.yaml",
        "periods:\n  office: { begintime: \"25:00\", weekdays: someday }\nschedules:\n  dev:\n    timezone: Mars/Olympus\n    \
         periods: [office, night]\n    enforce: true\n",
    );
    let complaint = place.fails(&["apply", "-f", "bad.yaml"]);
    for expected in [
        "line 2",
        "25:00",
        "someday",
        "line 5",
        "Mars/Olympus",
        "line 6",
        "night",
        "line 7",
        "did you mean `enforced`?",
    ] {
        assert!(
            complaint.contains(expected),
            "`{expected}` is missing in: {complaint}"
        );
    }
    assert_eq!(place.ok(&["export"]), "");
}

#[test]
fn a_file_that_is_no_yaml_or_toml_says_where() {
    let place = Place::new();
    place.file("a.yaml", "periods:\n  office: [1, 2\n");
    assert!(place.fails(&["apply", "-f", "a.yaml"]).contains("line "));
    place.file("a.toml", "[periods.office]\nbegintime = \n");
    assert!(place.fails(&["apply", "-f", "a.toml"]).contains("line 2"));
    place.file(
        "twice.yaml",
        "schedules:\n  a: { override_status: running }\n  a: { override_status: stopped }\n",
    );
    assert!(
        place
            .fails(&["apply", "-f", "twice.yaml"])
            .contains("a second time")
    );
    place.file("bomb.yaml", "a: &a [x]\nb: *a\n");
    assert!(
        place
            .fails(&["apply", "-f", "bomb.yaml"])
            .contains("aliases")
    );
}

#[test]
fn a_plan_is_a_picture_or_json() {
    let place = Place::new();
    place.file("house.yaml", OFFICE);
    place.ok(&["apply", "-f", "house.yaml"]);
    let picture = place.ok(&["plan", "dev", "--from", "2026-11-23"]);
    let monday = picture
        .lines()
        .find(|line| line.starts_with("2026-11-23 Mon"))
        .expect("a line for Monday");
    assert!(
        monday.contains(&format!(
            "{}{}{}",
            "·".repeat(18),
            "█".repeat(18),
            "·".repeat(12)
        )),
        "{picture}"
    );
    assert!(
        picture
            .lines()
            .any(|line| line.starts_with("2026-11-28 Sat") && line.ends_with("off")),
        "{picture}"
    );
    let json: serde_json::Value =
        serde_json::from_str(&place.ok(&["plan", "dev", "--from", "2026-11-23", "--json"]))
            .expect("JSON");
    assert_eq!(json[0]["spans"][0]["begin"], 540);
    assert_eq!(json.as_array().map(Vec::len), Some(7));
}

#[test]
fn explain_shows_each_rule_of_the_chain() {
    let place = Place::new();
    place.file("house.yaml", OFFICE);
    place.ok(&["apply", "-f", "house.yaml"]);
    let shown = place.ok(&["explain", "dev", "--date", "2026-11-23"]);
    assert!(
        shown.contains("periods") && shown.contains("09:00-18:00"),
        "{shown}"
    );

    let house = Place::new().demo("2026-11-23 13:00");
    assert_eq!(
        house
            .say("Development exception set 2026-11-24 stop 23:30")
            .status,
        200
    );
    let shown = house
        .place
        .ok(&["explain", "Development", "--date", "2026-11-24"]);
    for layer in [
        "09:30-22:00  run  period weekdays",
        "exceptions",
        "22:00-23:30  run  exception by 하나",
    ] {
        assert!(shown.contains(layer), "`{layer}` is missing in {shown}");
    }
}

#[test]
fn an_unknown_schedule_is_told_with_those_that_there_are() {
    let place = Place::new();
    assert!(
        place
            .fails(&["plan", "dev"])
            .contains("there is no schedule yet")
    );
    place.file("house.yaml", OFFICE);
    place.ok(&["apply", "-f", "house.yaml"]);
    assert!(place.fails(&["plan", "prod"]).contains("there are dev"));
}

#[test]
fn check_says_what_is_well_and_fails_when_something_is_not() {
    let place = Place::new();
    place.file("house.yaml", OFFICE);
    place.ok(&["apply", "-f", "house.yaml"]);
    let shown = place.ok(&["check"]);
    for room in ["config", "rules", "store", "fleet", "all is well"] {
        assert!(shown.contains(room), "{shown}");
    }
    let config = place.file(
        "reveille.toml",
        "[[rules]]\nname = \"lost\"\nlocation = \"lost.wasm\"\n",
    );
    let complaint = place.fails(&["--config", config.to_str().expect("UTF-8"), "check"]);
    assert!(complaint.contains("lost"), "{complaint}");
}

#[test]
fn the_embedded_rules_are_listed() {
    let shown = Place::new().ok(&["rule", "list"]);
    for name in ["periods", "exceptions", "transitions", "serverbyeong"] {
        assert!(shown.contains(name), "{shown}");
    }
}

#[test]
fn serve_without_a_token_says_where_to_put_one() {
    assert!(
        Place::new()
            .fails(&["serve"])
            .contains("REVEILLE_JANDI_TOKENS")
    );
}

#[test]
fn an_address_that_is_taken_names_the_option_that_helps() {
    let house = Place::new().demo("2026-11-23 13:00");
    let complaint = Place::new().fails(&["demo", "--listen", &house.address]);
    assert!(complaint.contains("--listen"), "{complaint}");
}

#[test]
fn say_draws_the_answer_of_a_running_house() {
    let house = Place::new().demo("2026-11-23 13:00");
    let drawn = house.place.ok(&[
        "say",
        "--to",
        &house.address,
        "--token",
        crate::house::TOKEN,
        "/서버 Development status",
    ]);
    assert!(drawn.starts_with("▌ ") && drawn.contains("36"), "{drawn}");
    assert!(
        house
            .place
            .fails(&["say", "--to", &house.address, "--token", "wrong", "/서버"])
            .contains("--token")
    );
    assert!(
        house
            .place
            .fails(&["say", "--to", "127.0.0.1:1", "/서버"])
            .contains("reveille demo")
    );
}

#[test]
fn a_time_that_is_none_says_how_to_write_one() {
    assert!(
        Place::new()
            .fails(&["--at", "noon", "tick"])
            .contains("2026-11-23 09:30")
    );
}

#[test]
fn a_run_of_an_earlier_time_says_that_it_comes_too_late() {
    let place = Place::new();
    place.ok(&["--at", "2026-11-23 12:00", "tick"]);
    let late = place.ok(&["--at", "2026-11-23 11:00", "tick"]);
    assert!(late.contains("a later one was done before"), "{late}");
}

#[test]
fn completions_are_printed_for_every_shell() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(
            Place::new()
                .ok(&["completions", shell])
                .contains("evaluate"),
            "{shell}"
        );
    }
}

#[test]
fn a_house_stops_when_it_is_told_to() {
    let mut house: House = Place::new().demo("2026-11-23 13:00");
    let stopped = std::process::Command::new("kill")
        .arg(house.child.id().to_string())
        .status()
        .expect("kill");
    assert!(stopped.success());
    assert!(house.child.wait().expect("it ends").success());
}

#[test]
fn what_another_process_writes_is_in_the_next_answer() {
    let house = Place::new().demo("2026-11-23 08:00");
    let asked = || house.say("Development status").message();
    let before = asked();
    assert_eq!(asked(), before);
    house.place.ok(&["fleet", "set", "socket-1", "running"]);
    assert_ne!(asked(), before);
    assert!(asked().contains("socket-1 : 실행 중"));

    let plan = || house.say("Development info").message();
    let before = plan();
    house.say("Development exception set 2026-11-23 stop 23:30");
    assert_ne!(plan(), before);
}
