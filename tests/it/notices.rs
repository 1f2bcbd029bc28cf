//! What people are told in JANDI: the program, a tick a process, against an endpoint that has JANDI's limits and errors.
//! Every message arrives exactly once.

use std::process::{Command, Output};

use reveille_core::{
    model::{ServerId, ServerKind, ServerState},
    port::Store as _,
    testing::utc,
};
use reveille_local::{Database, SimulatedServer, SqliteStore};
use reveille_tests::jandi::{Fault, Jandi};
use serde_json::{Value, json};

use crate::{
    conversation::{put, seed},
    house::{House, Place, text},
};

const DEFINITIONS: &str = "\
periods:
  office: { begintime: \"09:00\", endtime: \"18:00\", weekdays: mon-fri }
schedules:
  개발: { timezone: Asia/Seoul, periods: [office], groups: [ { name: DB }, { name: APP, depends_on: [DB] } ] }
";

/// A folder with a store, servers and targets, and the JANDI that those are in.
struct Town {
    place: Place,
    jandi: Jandi,
}

/// A target of this name in the topic of the same name.
fn target(jandi: &Jandi, name: &str, more: &str) -> String {
    format!(
        "[[jandi.targets]]\nname = \"{name}\"\nurl = {{ value = \"{}\" }}\n{more}\n",
        jandi.url(name)
    )
}

impl Town {
    /// One target, `ops`, of which the configuration says `more`.
    fn new(more: &str) -> Self {
        let jandi = Jandi::start();
        let targets = target(&jandi, "ops", more);
        Self::of(jandi, DEFINITIONS, &targets)
    }

    fn of(jandi: Jandi, definitions: &str, targets: &str) -> Self {
        let place = Place::new();
        place.file("reveille.toml", targets);
        place.file("house.yaml", definitions);
        let town = Self { place, jandi };
        town.ok(&["apply", "-f", "house.yaml"]);
        let servers = [("db-1", "DB"), ("app-1", "APP"), ("app-2", "APP")];
        seed(&town.place, &servers.map(server));
        town
    }

    fn run_at(&self, at: &str, arguments: &[&str]) -> Output {
        let mut command = self.place.command();
        command.args(["--config", "reveille.toml", "--at", at]);
        command.args(arguments).output().unwrap()
    }

    #[track_caller]
    fn ok_at(&self, at: &str, arguments: &[&str]) -> String {
        let output = self.run_at(at, arguments);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(output.status.success(), "{arguments:?} at {at}: {said}");
        said
    }

    #[track_caller]
    fn ok(&self, arguments: &[&str]) -> String {
        self.ok_at("2026-11-23 08:00", arguments)
    }

    /// A scheduling run on that Monday, in a process of its own; what it printed and logged.
    #[track_caller]
    fn tick(&self, time: &str) -> String {
        self.ok_at(&format!("2026-11-23 {time}"), &["tick"])
    }

    /// Runs at all these times, and what the topic shows in the end.
    #[track_caller]
    fn ticks(&self, times: &[&str]) -> Vec<String> {
        for time in times {
            self.tick(time);
        }
        self.jandi.take("ops")
    }

    /// Says something in chat, with nothing else going on.
    #[track_caller]
    fn say(&mut self, time: &str, words: &str) -> String {
        let at = format!("2026-11-23 {time}");
        let place = std::mem::take(&mut self.place);
        let house = House::start(
            place,
            &[
                "--at",
                &at,
                "--freeze",
                "serve",
                "--no-timer",
                "--listen",
                "127.0.0.1:0",
            ],
        );
        let answer = house.say(words).message();
        self.place = house.kill();
        answer
    }
}

fn server((name, group): (&str, &str)) -> SimulatedServer {
    SimulatedServer {
        id: ServerId::from(name),
        name: name.to_owned(),
        kind: ServerKind::Ec2,
        state: ServerState::Stopped,
        since: utc("2026-11-20 00:00"),
        instance_type: None,
        schedule: "개발".to_owned(),
        group: Some(group.to_owned()),
        tags: [("Schedule".to_owned(), "개발".to_owned())].into(),
        left_out: None,
        backup_minute: None,
    }
}

#[track_caller]
fn one<'a>(shown: &'a [String], words: &str) -> &'a str {
    assert_eq!(shown.len(), 1, "{shown:#?}");
    assert!(shown[0].contains(words), "{words}: {shown:#?}");
    &shown[0]
}

#[test]
fn a_whole_day_is_told_each_thing_once() {
    let mut town = Town::new("morning = \"08:50\"");
    assert_eq!(town.ticks(&["08:00", "08:49"]), [""; 0]);

    // What the day brings, at its time and once, whichever process it is.
    let morning = town.ticks(&["08:50", "08:51", "08:55"]);
    let line = one(&morning, "개발 : 09:00 시작, 18:00 중지");
    assert!(line.contains("총 3대: 실행 0, 중지 3"), "{line}");

    // One message for both groups.
    let started = town.ticks(&["09:00", "09:01", "09:02", "09:03"]);
    let started = one(&started, "서버 3대를 시작합니다");
    assert!(started.contains("그룹: DB, APP"), "{started}");
    assert_eq!(town.ticks(&["12:00", "17:49"]), [""; 0]);

    // The command that stands in the warning does what it says.
    let warned = town.ticks(&["17:50", "17:51", "17:52"]);
    let warned = one(&warned, "10분 뒤 서버를 중지합니다");
    let command = warned.rsplit("/서버 ").next().unwrap();
    assert_eq!(command, "개발 연장 1시간");
    let answer = town.say("17:55", command);
    assert!(answer.contains("19:00"), "{answer}");
    assert_eq!(town.ticks(&["17:56", "18:00", "18:10", "18:49"]), [""; 0]);
    let warned = town.ticks(&["18:50", "18:51"]);
    one(&warned, "오늘(11/23 월) 19:00");

    // A server that cannot be stopped is told of once.
    town.ok_at(
        "2026-11-23 18:55",
        &["fleet", "fault", "app-1", "refuse-stop"],
    );
    let stopped = town.ticks(&["19:00"]);
    assert_eq!(stopped.len(), 2, "{stopped:#?}");
    assert!(stopped[0].contains("서버 3대를 중지합니다"), "{stopped:#?}");
    assert!(
        stopped[1].contains("서버 1대를 시작하거나 중지하지 못했습니다"),
        "{stopped:#?}"
    );
    assert_eq!(town.ticks(&["19:01", "19:02", "19:04"]), [""; 0]);
    assert_eq!(town.jandi.strays(), 0);
    let left = town.ok_at("2026-11-23 20:00", &["notices", "list"]);
    assert!(
        left.contains("everything that people were to be told was sent"),
        "{left}"
    );
}

#[test]
fn an_endpoint_that_is_down_over_restarts_gets_everything_when_it_is_back() {
    let jandi = Jandi::closed();
    let targets = target(&jandi, "ops", "");
    let mut town = Town::of(jandi, DEFINITIONS, &targets);
    let log = town.tick("09:00");
    assert!(log.contains("JANDI is not reached"), "{log}");
    assert!(!log.contains("connect-api"), "{log}");
    town.tick("09:05");
    let waiting = town.ok_at("2026-11-23 09:06", &["notices", "list"]);
    assert!(waiting.contains("waits"), "{waiting}");
    town.jandi.open();
    let shown = town.ticks(&["09:20", "09:21"]);
    one(&shown, "서버 3대를 시작합니다");
}

#[test]
fn what_is_pointless_by_then_is_dropped_and_listed() {
    let jandi = Jandi::closed();
    let targets = target(&jandi, "ops", "");
    let mut town = Town::of(jandi, DEFINITIONS, &targets);
    town.tick("09:00");
    town.jandi.open();
    assert_eq!(town.ticks(&["10:30"]), [""; 0]);
    let listed = town.ok_at("2026-11-23 10:31", &["notices", "list"]);
    assert!(
        listed.contains("lost") && listed.contains("pointless"),
        "{listed}"
    );
    let retried = town.ok_at("2026-11-23 10:31", &["notices", "retry"]);
    assert!(retried.contains("pointless by now: 1"), "{retried}");
}

#[test]
fn too_many_messages_and_errors_of_the_server_are_tried_again() {
    let town = Town::new("");
    town.jandi.fault(
        "ops",
        [
            Fault::TooMany(Some(120)),
            Fault::TooMany(None),
            Fault::Status(503),
            Fault::Status(500),
        ],
    );
    // It says to wait for two minutes.
    town.tick("09:00");
    town.tick("09:01");
    assert_eq!(town.jandi.attempts("ops"), 1);
    for time in ["09:03", "09:04", "09:06"] {
        assert_eq!(town.ticks(&[time]), [""; 0], "{time}");
    }
    let shown = town.ticks(&["09:10", "09:20"]);
    one(&shown, "서버 3대를 시작합니다");
    assert_eq!(town.jandi.attempts("ops"), 5);
}

#[test]
fn an_answer_that_is_lost_on_the_way_is_not_asked_for_twice() {
    let town = Town::new("");
    town.jandi.fault("ops", [Fault::Silence]);
    let log = town.tick("09:00");
    assert!(log.contains("it may have arrived"), "{log}");
    let shown = town.ticks(&["09:01", "09:10"]);
    one(&shown, "서버 3대를 시작합니다");
    let listed = town.ok_at("2026-11-23 09:30", &["notices", "list"]);
    assert!(listed.contains("it may have arrived"), "{listed}");
    // An operator who has looked may have it sent once more.
    let retried = town.ok_at("2026-11-23 09:30", &["notices", "retry"]);
    assert!(retried.contains("within a minute: 1"), "{retried}");
    one(&town.ticks(&["09:31", "09:32"]), "서버 3대를 시작합니다");
}

#[test]
fn a_wrong_url_is_told_without_it_and_mended_without_a_restart() {
    let town = Town::new("");
    let secret = town.place.folder.path().join("url");
    std::fs::write(&secret, town.jandi.url("ops")).unwrap();
    town.place.file(
        "reveille.toml",
        "[[jandi.targets]]\nname = \"ops\"\nurl = { file = \"url\" }\n",
    );
    let right = town.jandi.url("ops");
    town.jandi.url("gone");
    town.jandi.delete("gone");
    std::fs::write(&secret, town.jandi.url("gone")).unwrap();
    let log = town.tick("09:00");
    assert!(log.contains("40051"), "{log}");
    let secret_part = right.rsplit('/').next().unwrap();
    assert!(
        !log.contains("connect-api") && !log.contains(secret_part),
        "{log}"
    );

    std::fs::write(&secret, right.replace("/1/", "/")).unwrap();
    let log = town.ok_at("2026-11-23 09:10", &["notices", "retry"]) + &town.tick("09:11");
    assert!(log.contains("no webhook at its URL (403)"), "{log}");
    assert!(!log.contains("connect-api"), "{log}");

    std::fs::write(&secret, right).unwrap();
    town.ok_at("2026-11-23 09:30", &["notices", "retry"]);
    one(&town.ticks(&["09:31", "09:32"]), "서버 3대를 시작합니다");
}

#[test]
fn quiet_hours_over_midnight_keep_what_is_worth_it_until_the_morning() {
    let definitions = DEFINITIONS.replace("18:00", "23:00");
    let jandi = Jandi::start();
    let targets = target(&jandi, "ops", "quiet = \"22:00-08:00\"");
    let town = Town::of(jandi, &definitions, &targets);
    town.ticks(&["09:00", "09:01", "09:02", "09:03"]);
    town.ok_at(
        "2026-11-23 22:30",
        &["fleet", "fault", "app-1", "refuse-stop"],
    );
    // The warning and the stop are over when people wake up; the server that did not stop is not.
    assert_eq!(town.ticks(&["22:50", "23:00", "23:01", "23:10"]), [""; 0]);
    town.ok_at("2026-11-24 07:59", &["tick"]);
    assert_eq!(town.jandi.take("ops"), [""; 0]);
    town.ok_at("2026-11-24 08:01", &["tick"]);
    let shown = town.jandi.take("ops");
    let failed = |text: &&String| text.contains("서버 1대를 시작하거나 중지하지 못했습니다");
    assert_eq!(shown.iter().filter(failed).count(), 1, "{shown:#?}");
    for text in &shown {
        assert!(
            !text.contains("10분 뒤") && !text.contains("대를 중지합니다"),
            "{text}"
        );
    }
    town.ok_at("2026-11-24 08:02", &["tick"]);
    assert_eq!(town.jandi.take("ops"), [""; 0]);
}

#[test]
fn targets_are_told_of_their_own_and_one_that_is_broken_holds_up_no_other() {
    let jandi = Jandi::start();
    let definitions = DEFINITIONS.to_owned()
        + "  조용: { timezone: Asia/Seoul, periods: [office], notify: [], warn_before_stop: 30 }\n";
    let targets = [
        target(&jandi, "broken", ""),
        target(&jandi, "elsewhere", "schedules = [\"조용\"]"),
        target(&jandi, "ops", ""),
        target(&jandi, "warned", "events = [\"stop-near\"]"),
    ];
    let town = Town::of(jandi, &definitions, &targets.concat());
    town.jandi.fault("broken", [Fault::Status(502); 20]);
    one(
        &town.ticks(&["09:00", "09:02", "09:04"]),
        "서버 3대를 시작합니다",
    );
    one(&town.ticks(&["17:50"]), "10분 뒤");
    assert_eq!(town.jandi.shown("broken"), []);
    assert_eq!(town.jandi.shown("elsewhere"), []);
    one(&town.jandi.take("warned"), "10분 뒤");
}

#[test]
fn a_storm_of_messages_keeps_to_the_limits_and_arrives_once() {
    let town = Town::new("");
    for number in 0..70 {
        put(
            &town.place,
            json!({"type": "schedule", "name": format!("s{number}"), "periods": ["office"], "rules": ["gone"]}),
        );
    }
    // Seventy schedules hold at once, because their rule is not there.
    town.tick("08:00");
    assert_eq!(town.jandi.shown("ops").len(), 60);
    assert_eq!(town.jandi.attempts("ops"), 60);
    town.jandi.a_minute_passes();
    let shown = town.ticks(&["08:02", "08:03"]);
    assert_eq!(shown.len(), 70, "{shown:#?}");
    for number in 0..70 {
        let name = format!("s{number} 스케줄을 보류합니다");
        assert_eq!(
            shown.iter().filter(|text| text.contains(&name)).count(),
            1,
            "{name}"
        );
    }
}

#[test]
fn a_host_that_runs_sends_at_once_counts_and_stops_in_time() {
    let jandi = Jandi::start();
    let targets = target(&jandi, "ops", "morning = \"08:50\"");
    let town = Town::of(jandi, DEFINITIONS, &targets);
    let Town { place, jandi } = town;
    let arguments = [
        "--config",
        "reveille.toml",
        "--at",
        "2026-11-23 09:00",
        "serve",
        "--listen",
        "127.0.0.1:0",
    ];
    let mut house = House::start_with_admin(place, &arguments);
    let shown = jandi.wait_for("ops", 2);
    assert!(
        shown
            .iter()
            .any(|text| text.contains("서버 3대를 시작합니다")),
        "{shown:#?}"
    );
    assert!(
        shown.iter().any(|text| text.contains("하루입니다")),
        "{shown:#?}"
    );
    let sent = "reveille_notices_total{target=\"ops\",outcome=\"sent\"} 2";
    let counted = (0..20_000).any(|_| house.ask_admin("GET", "/metrics").body.contains(sent));
    assert!(counted, "{}", house.ask_admin("GET", "/metrics").body);
    let stopped = Command::new("kill")
        .arg(house.child.id().to_string())
        .status();
    assert!(stopped.unwrap().success());
    assert!(house.child.wait().unwrap().success());
    assert_eq!(jandi.shown("ops").len(), 2);
}

#[test]
fn what_is_to_be_sent_outlives_new_configurations_and_is_sent_once() {
    let jandi = Jandi::start();
    let targets = target(&jandi, "ops", "morning = \"08:50\"");
    let Town { place, jandi } = Town::of(jandi, DEFINITIONS, &targets);
    let mut arguments = vec!["--config", "reveille.toml", "--at", "2026-11-23 09:00"];
    arguments.extend(["serve", "--listen", "127.0.0.1:0"]);
    let house = House::start_with_admin(place, &arguments);
    let reloads = "reveille_config_reloads_total{outcome=\"done\"}";
    for number in 1..=5 {
        house.signal("HUP");
        let counted = format!("{reloads} {number}\n");
        let done = (0..20_000).any(|_| house.ask_admin("GET", "/metrics").body.contains(&counted));
        assert!(done, "{number}");
    }
    jandi.wait_for("ops", 2);
    house.signal("TERM");
    assert_eq!(house.ended().1, 0);
    assert_eq!(jandi.shown("ops").len(), 2, "{:?}", jandi.texts("ops"));
}

#[test]
fn a_sender_that_died_after_its_claim_is_found_and_nothing_is_sent_twice() {
    let town = Town::new("");
    // As a process leaves it that is killed between the claim and the answer.
    let jandi = Jandi::closed();
    let targets = target(&jandi, "ops", "");
    town.place.file("away.toml", &targets);
    let mut command = town.place.command();
    command.args(["--config", "away.toml", "--at", "2026-11-23 09:00", "tick"]);
    assert!(command.output().unwrap().status.success());
    let listed = town.run_at("2026-11-23 09:01", &["notices", "list", "--json"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let key = listed["notices"][0]["key"].as_str().unwrap().to_owned();
    let database = Database::open(town.place.db()).unwrap();
    let store = SqliteStore::new(database, chrono_tz::Asia::Seoul);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let now = utc("2026-11-23 00:01");
    let claimed = runtime.block_on(store.claim_notice(&key, now));
    assert!(claimed.unwrap());
    drop(store);
    // Not yet given up: it may be under way.
    let log = town.tick("09:02");
    assert!(!log.contains("has ended"), "{log}");
    let log = town.tick("09:10");
    assert!(log.contains("has ended; it may have arrived"), "{log}");
    assert!(!town.tick("09:20").contains("has ended"));
    assert_eq!(town.jandi.take("ops"), [""; 0]);
    town.ok_at("2026-11-23 09:21", &["notices", "retry", &key]);
    one(&town.ticks(&["09:22", "09:23"]), "서버 3대를 시작합니다");
}

#[test]
fn a_host_that_is_killed_while_it_sends_sends_nothing_twice() {
    let town = Town::new("");
    town.jandi.fault("ops", [Fault::Forever]);
    let Town { place, jandi } = town;
    let run = |place, time: &str| {
        let at = format!("2026-11-23 {time}");
        let arguments = ["--config", "reveille.toml", "--at", &at, "serve"];
        House::start(
            place,
            &[&arguments[..], &["--listen", "127.0.0.1:0"]].concat(),
        )
    };
    let house = run(place, "09:00");
    let shown = jandi.wait_for("ops", 1);
    one(&shown, "서버 3대를 시작합니다");
    // The next stop is told by another process, and the start is not told again.
    let house = run(house.kill(), "18:00");
    let shown = jandi.wait_for("ops", 2);
    assert!(shown[1].contains("대를 중지합니다"), "{shown:#?}");
    let town = Town {
        place: house.kill(),
        jandi,
    };
    let listed = town.ok_at("2026-11-23 18:01", &["notices", "list"]);
    assert!(
        listed.contains("has ended; it may have arrived"),
        "{listed}"
    );
}

#[test]
fn names_that_stand_for_nothing_are_found_by_check() {
    let town = Town::new("schedules = [\"개발\", \"prod\"]");
    let item = json!({
        "type": "schedule", "name": "stage", "periods": ["office"], "notify": ["ops", "opps"],
        "quiet_hours": "22:00-08:00", "warn_before_stop": 30,
    });
    put(&town.place, item);
    let output = town.run_at("2026-11-23 08:00", &["check"]);
    let said = text(&output.stdout);
    assert!(!output.status.success(), "{said}");
    for fault in [
        "schedule stage: `notify`: there is no target `opps`",
        "target ops: there is no schedule `prod`",
        "2 faults",
    ] {
        assert!(said.contains(fault), "{fault}: {said}");
    }
}

#[test]
fn a_target_can_be_tried_out() {
    let town = Town::new("");
    let told = town.ok(&["notices", "test", "ops"]);
    assert!(told.contains("`ops` has it"), "{told}");
    one(&town.jandi.take("ops"), "개발 : 09:00 시작, 18:00 중지");
    town.jandi.delete("ops");
    let output = town.run_at("2026-11-23 08:00", &["notices", "test", "ops"]);
    let said = text(&output.stderr);
    assert!(!output.status.success() && said.contains("40051"), "{said}");
    let output = town.run_at("2026-11-23 08:00", &["notices", "test", "opps"]);
    assert!(text(&output.stderr).contains("there is no target `opps`; there are ops"));
    assert!(town.ok(&["notices", "list"]).contains("was sent"));
}
