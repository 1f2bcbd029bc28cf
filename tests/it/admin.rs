//! The address of the operators: figures, rules, whether the host is ready.

use serde_json::json;

use crate::{
    conversation::put,
    house::{House, Place},
};

/// Requests that are sent at most while something is waited for: the timer's first look comes within a second.
const MOST_REQUESTS: u32 = 20_000;

const DEV: &str = "\
periods:
  office: { begintime: \"09:00\", endtime: \"18:00\", weekdays: mon-fri }
schedules:
  dev: { timezone: Asia/Seoul, periods: [office] }
";

/// A house with an address for operators, its clock standing still, and no timer.
fn house(more: &[&str]) -> House {
    let place = Place::new();
    place.file("house.yaml", DEV);
    place.ok(&["apply", "-f", "house.yaml"]);
    put(
        &place,
        json!({"type": "schedule", "name": "lost", "periods": ["office"], "rules": ["gone"]}),
    );
    let mut arguments = vec!["--at", "2026-11-23 13:00", "--freeze", "serve"];
    arguments.extend(["--listen", "127.0.0.1:0"]);
    arguments.extend(more);
    House::start_with_admin(place, &arguments)
}

#[track_caller]
fn value(metrics: &str, name: &str) -> f64 {
    let line = metrics.lines().find(|line| {
        line.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(' '))
    });
    let line = line.unwrap_or_else(|| panic!("`{name}` is missing in {metrics}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

#[test]
fn figures_are_what_prometheus_reads() {
    let house = house(&["--no-timer"]);
    assert_eq!(house.say("dev status").status, 200);
    assert_eq!(house.say("dev status").status, 200);
    assert_eq!(house.post_bytes(b"{").status, 400);
    let answer = house.ask_admin("GET", "/metrics");
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .head
            .contains("content-type: application/openmetrics-text; version=1.0.0"),
        "{}",
        answer.head
    );
    let metrics = answer.body;
    assert!(metrics.ends_with("# EOF\n"), "{metrics}");
    let answered = "reveille_webhook_answers_total";
    assert!(value(&metrics, &format!("{answered}{{status=\"200\"}}")) >= 2.0);
    assert!((value(&metrics, &format!("{answered}{{status=\"400\"}}")) - 1.0).abs() < 0.1);
    assert!(
        value(
            &metrics,
            "reveille_rule_calls_total{rule=\"serverbyeong\",role=\"formatter\"}"
        ) >= 1.0
    );
    for name in [
        "reveille_build_info{version=\"",
        "reveille_rule_info{rule=\"periods\",version=\"",
        "reveille_rule_call_duration_seconds_bucket{le=\"+Inf\",rule=\"serverbyeong\"}",
        "reveille_rule_memory_peak_bytes{rule=\"serverbyeong\"}",
        "reveille_answers_computed_total{role=\"planner\"}",
        "reveille_components_total{from=\"compiler\"}",
    ] {
        assert!(metrics.contains(name), "{name}: {metrics}");
    }
    // Every line is a remark or a value.
    for line in metrics.lines().filter(|line| !line.starts_with('#')) {
        let number = line.rsplit(' ').next().unwrap();
        assert!(number.parse::<f64>().is_ok(), "{line}");
    }
}

#[test]
fn ticks_and_schedules_that_hold_are_counted() {
    let house = house(&[]);
    let ready = (0..MOST_REQUESTS).any(|_| house.ask_admin("GET", "/readyz").status == 200);
    assert!(ready, "{:?}", house.ask_admin("GET", "/readyz"));
    let metrics = house.ask_admin("GET", "/metrics").body;
    assert!(value(&metrics, "reveille_ticks_total{outcome=\"done\"}") >= 1.0);
    assert!(value(&metrics, "reveille_tick_duration_seconds_count") >= 1.0);
    assert!((value(&metrics, "reveille_schedules") - 2.0).abs() < 0.1);
    assert!((value(&metrics, "reveille_schedule_held{schedule=\"lost\"}") - 1.0).abs() < 0.1);
    assert!(!metrics.contains("schedule=\"dev\""), "{metrics}");
}

#[test]
fn data_that_is_there_and_data_that_is_missing_are_told_apart() {
    let place = Place::new();
    place.file("days.txt", "2026-12-24 founding day\n");
    let config = place.file(
        "reveille.toml",
        "[[data]]\nname = \"there\"\nlocation = \"days.txt\"\n\
         [[data]]\nname = \"missing\"\nlocation = \"gone.txt\"\n",
    );
    let mut arguments = vec!["--config", config.to_str().unwrap()];
    arguments.extend(["serve", "--no-timer", "--listen", "127.0.0.1:0"]);
    let house = House::start_with_admin(place, &arguments);
    let metrics = house.ask_admin("GET", "/metrics").body;
    for (data, is_usable) in [("there", true), ("missing", false)] {
        for name in ["usable", "reachable"] {
            let told = value(
                &metrics,
                &format!("reveille_data_{name}{{data=\"{data}\"}}"),
            );
            assert_eq!(told > 0.5, is_usable, "{name} {data}");
        }
        let failures = value(
            &metrics,
            &format!("reveille_data_failures_total{{data=\"{data}\"}}"),
        );
        assert_eq!(failures < 0.5, is_usable, "{data}: {failures}");
    }
    assert!(value(&metrics, "reveille_data_age_seconds{data=\"there\"}") >= 0.0);
    assert!(
        !metrics.contains("reveille_data_age_seconds{data=\"missing\"}"),
        "{metrics}"
    );
}

#[test]
fn a_host_that_is_not_ready_says_why() {
    let place = Place::new();
    let config = place.file("reveille.toml", "[defaults]\nformatter = \"poet\"\n");
    let mut arguments = vec!["--config", config.to_str().unwrap()];
    arguments.extend(["serve", "--no-timer", "--listen", "127.0.0.1:0"]);
    let house = House::start_with_admin(place, &arguments);
    let answer = house.ask_admin("GET", "/readyz");
    assert_eq!(answer.status, 503, "{answer:?}");
    assert!(
        answer.body.contains("the formatter `poet` is not loaded"),
        "{answer:?}"
    );
    assert_eq!(house.ask_admin("GET", "/healthz").status, 200);
}

#[test]
fn operators_and_the_messenger_have_addresses_of_their_own() {
    let house = house(&["--no-timer"]);
    for path in ["/metrics", "/rules", "/readyz"] {
        assert_eq!(house.request("GET", path, b"").status, 404, "{path}");
        assert_eq!(house.ask_admin("GET", path).status, 200, "{path}");
        let refused = house.ask_admin("POST", path);
        assert_eq!(refused.status, 405, "{path}");
        assert!(
            refused.head.contains("allow: GET, HEAD"),
            "{}",
            refused.head
        );
    }
    assert_eq!(house.request("GET", "/healthz", b"").status, 200);
    assert_eq!(house.request("POST", "/rules/retry", b"").status, 404);
    assert_eq!(house.ask_admin("GET", "/rules/retry").status, 405);
    for path in ["/jandi/webhook", "/", "/metrics/", "/rules/periods"] {
        assert_eq!(house.ask_admin("GET", path).status, 404, "{path}");
    }
}

#[test]
fn the_list_of_rules_is_that_of_the_running_host() {
    let house = house(&["--no-timer"]);
    house.say("dev status");
    let asked = ["rule", "list", "--from", &house.admin];
    let shown = house.place.ok(&asked);
    assert!(
        shown.contains("serverbyeong") && shown.contains("formatter), none failed; p50 "),
        "{shown}"
    );
    let json = house.place.ok(&[&asked[..], &["--json"]].concat());
    let listing: serde_json::Value = serde_json::from_str(&json).unwrap();
    let rules = listing["rules"].as_array().unwrap();
    let words = rules.iter().find(|rule| rule["name"] == "serverbyeong");
    assert!(
        words.unwrap()["figures"]["calls_by_role"]["formatter"]
            .as_u64()
            .unwrap()
            >= 1,
        "{json}"
    );

    let admin = house.admin.clone();
    let place = house.kill();
    let complaint = place.fails(&["rule", "list", "--from", &admin]);
    assert!(complaint.contains("nothing listens on"), "{complaint}");
    place.file("reveille.toml", &format!("[http]\nadmin = \"{admin}\"\n"));
    let shown = place.ok(&["--config", "reveille.toml", "rule", "list"]);
    assert!(
        shown.contains("periods")
            && shown.contains("it has no figures, because nothing listens on"),
        "{shown}"
    );
}

#[test]
fn a_rule_is_asked_again_when_an_operator_says_so() {
    let house = house(&["--no-timer"]);
    let retry = ["rule", "retry", "--from", &house.admin];
    let told = house.place.ok(&[&retry[..], &["periods"]].concat());
    assert_eq!(
        told,
        "the rule `periods` is asked again for every schedule\n"
    );
    let told = house.place.ok(&[&retry[..], &["periods", "dev"]].concat());
    assert_eq!(
        told,
        "the rule `periods` is asked again for the schedule `dev`\n"
    );
    let complaint = house.place.fails(&[&retry[..], &["gone"]].concat());
    assert!(
        complaint.contains("rule `gone`: it is not loaded"),
        "{complaint}"
    );
    let complaint = house.place.fails(&["rule", "retry", "periods"]);
    assert!(
        complaint.contains("`admin` under [http]"),
        "nobody is known: {complaint}"
    );
    let to = ["rule", "retry", "periods", "--from", &house.address];
    let complaint = house.place.fails(&to);
    assert!(complaint.contains("answered 404"), "{complaint}");
}

#[test]
fn what_is_no_reveille_is_told() {
    let house = house(&["--no-timer"]);
    let complaint = house
        .place
        .fails(&["rule", "list", "--from", &house.address]);
    assert!(
        complaint.contains("answered 404") && complaint.contains("`admin` under [http]"),
        "{complaint}"
    );
}
