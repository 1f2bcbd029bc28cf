//! Rules that come while the program runs.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::Stdio,
    time::{Duration, Instant},
};

use chrono_tz::Tz;
use reveille_core::port::{Change, Store as _};
use reveille_local::{Database, SqliteStore};
use serde_json::json;

use crate::{
    component::component,
    house::{House, Place, TOKEN},
};

/// How long a running host is waited for, on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// Two schedules, each with a rule that is not there yet.
fn place() -> Place {
    let place = Place::new();
    fs::create_dir(place.folder.path().join("rules")).unwrap();
    place.file("reveille.toml", "[sandbox]\nfolder = \"rules\"\n");
    let config = json!({ "off": { "2026-11-23": "창립기념일" } });
    let schedule = |name: &str| {
        json!({
            "type": "schedule", "name": name, "periods": "office",
            "rules": [{ "name": format!("days-of-{name}"), "config": config }],
        })
    };
    let changes: Vec<Change> = [
        json!({ "type": "period", "name": "office", "begintime": "09:00", "endtime": "18:00", "weekdays": "mon-fri" }),
        schedule("dev"),
        schedule("ali"),
    ]
    .into_iter()
    .map(|item| Change::PutItem(serde_json::from_value(item).unwrap()))
    .collect();
    let store = SqliteStore::new(Database::open(place.db()).unwrap(), Tz::Asia__Seoul);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(store.commit(&changes)).unwrap();
    place
}

/// Asks until the day of a schedule is off for its rule.
#[track_caller]
fn until_off(house: &House, schedule: &str) {
    let begin = Instant::now();
    loop {
        let answer = house.say(&format!("{schedule} info")).message();
        if answer.contains("창립기념일") {
            return;
        }
        assert!(
            begin.elapsed() < PATIENCE,
            "the rule is not there: {answer}"
        );
        std::thread::yield_now();
    }
}

#[test]
fn a_file_that_is_copied_into_the_watched_folder_makes_the_next_plan() {
    let house = House::start(
        place(),
        &[
            "--config",
            "reveille.toml",
            "--at",
            "2026-11-23 12:00",
            "--freeze",
            "serve",
            "--listen",
            "127.0.0.1:0",
        ],
    );
    let rules = house.place.folder.path().join("rules");
    let held = house.say("dev status").message();
    assert!(held.contains("days-of-dev"), "{held}");
    let component = component("company-days");
    fs::write(rules.join("days-of-dev.wasm"), &component).unwrap();
    until_off(&house, "dev");

    // What comes next is cut off: the first version goes on, and so does every other rule. Files are looked at together.
    let half = &component[..component.len() / 2];
    fs::write(rules.join("days-of-dev.wasm"), half).unwrap();
    fs::write(rules.join("days-of-ali.wasm"), &component).unwrap();
    until_off(&house, "ali");
    let info = house.say("dev info").message();
    assert!(info.contains("창립기념일"), "{info}");

    // A start takes what was good, and says what is wrong with the file.
    let place = house.kill();
    let plan = place.ok(&[
        "--config",
        "reveille.toml",
        "plan",
        "dev",
        "--from",
        "2026-11-23",
        "--days",
        "1",
    ]);
    assert!(plan.contains("창립기념일"), "{plan}");
}

#[test]
fn people_are_told_of_a_new_version_and_of_one_that_is_not_taken() {
    let place = place();
    let rules = place.folder.path().join("rules");
    let mut child = place
        .command()
        .env("REVEILLE_JANDI_TOKENS", TOKEN)
        .env("RUST_LOG", "reveille=info")
        .args(["--config", "reveille.toml", "serve", "--no-timer"])
        .args(["--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut announced = || {
        let mut lines = log.by_ref().map(|line| line.unwrap());
        lines.find(|line| line.contains("announced")).unwrap()
    };
    let mut greeting = String::new();
    let mut shown = BufReader::new(child.stdout.take().unwrap());
    shown.read_line(&mut greeting).unwrap();

    let component = component("company-days");
    fs::write(rules.join("days-of-dev.wasm"), &component).unwrap();
    let taken = announced();
    assert!(taken.contains("새 규칙을 씁니다: 'days-of-dev'"), "{taken}");
    fs::write(rules.join("days-of-dev.wasm"), b"no component").unwrap();
    let rejected = announced();
    assert!(
        rejected.contains("규칙 'days-of-dev'의 새 버전을 쓰지 않습니다."),
        "{rejected}"
    );
    child.kill().unwrap();
    child.wait().unwrap();
}
