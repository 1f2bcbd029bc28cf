//! What rules cost a running host: from a copied file to the first plan, what chat and the scheduler feel of it
//! meanwhile, a thousand schedules on a rule in JavaScript, and two hundred rules at once.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a bench"
)]

use std::{
    collections::BTreeMap,
    env, fs,
    num::NonZeroU32,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use chrono_tz::Tz;
use reveille_core::{
    model::{ServerKind, ServerState},
    port::{Change, Store as _},
};
use reveille_local::{Database, SimulatedFleet, SimulatedServer, SqliteStore};
use reveille_tests::{
    demo::median,
    ground::tools,
    house::{House, Place, binary},
    memory,
};

use serde_json::{Value, json};

/// A Monday in winter at noon: servers run.
const NOON: &str = "2026-11-23 12:00";

/// Longest wait for a rule.
const PATIENCE: Duration = Duration::from_secs(300);

/// A rule as it is copied into the watched folder.
struct Rule {
    name: &'static str,
    component: Vec<u8>,
    tier: &'static str,
    /// Its configuration, and what its plan of the day says then.
    config: Value,
    says: &'static str,
}

fn rules() -> [Rule; 3] {
    let workshop = tempfile::TempDir::new().expect("a folder");
    let made = |folder: &Path, name: &str| {
        let output = workshop.path().join(format!("{name}.wasm"));
        let own = env::var_os("PATH").unwrap_or_default();
        let tools = [tools::javascript(), tools::componentize_py()];
        let path =
            env::join_paths(tools.into_iter().chain(env::split_paths(&own))).expect("a path");
        let built = Command::new(binary())
            .args(["rule", "build", "--output"])
            .arg(&output)
            .current_dir(folder)
            .env("PATH", path)
            .output()
            .expect("the binary runs");
        assert!(built.status.success(), "{name} is not built");
        fs::read(output).expect("a component")
    };
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins");
    let javascript = workshop.path().join("early");
    let made_new = Command::new(binary())
        .args(["rule", "new", "early", "--lang", "js"])
        .current_dir(workshop.path())
        .output()
        .expect("the binary runs");
    assert!(made_new.status.success());
    [
        Rule {
            name: "Rust (company-days)",
            component: made(&plugins.join("company-days"), "company-days"),
            tier: "rule",
            config: json!({ "off": { "2026-11-23": "rust day" } }),
            says: "rust day",
        },
        Rule {
            name: "JavaScript (the planner of `rule new`)",
            component: made(&javascript, "early"),
            tier: "scripted",
            config: json!({ "weekday": "mon", "from": "16:00" }),
            says: "early day",
        },
        Rule {
            name: "Python (office-hours-by-season)",
            component: made(
                &plugins.join("office-hours-by-season"),
                "office-hours-by-season",
            ),
            tier: "heavy",
            config: json!({
            "seasons": [{ "name": "python days", "from": "11-01", "to": "11-30", "begin": "10:00", "end": "19:00" }]
            }),
            says: "python days",
        },
    ]
}

/// A house of `schedules` schedules of one server each, of which those up to `with_rule` use the rules that `rule`
/// names for them.
fn house(
    schedules: usize,
    rule: impl Fn(usize) -> Option<Value>,
    rules: &[(String, &[u8], &str)],
) -> House {
    let place = Place::new();
    let folder = place.folder.path().join("rules");
    fs::create_dir(&folder).expect("a folder");
    for (name, component, tier) in rules {
        put(&folder, name, component, tier);
    }
    place.file("reveille.toml", "[sandbox]\nfolder = \"rules\"\n");
    let office = json!({
        "type": "period", "name": "office", "begintime": "09:00", "endtime": "18:00", "weekdays": "mon-fri",
    });
    let items = (0..schedules).map(|number| {
        let name = format!("s{number}");
        let rules: Vec<Value> = rule(number).into_iter().collect();
        json!({
            "type": "schedule", "name": name, "timezone": "Asia/Seoul", "periods": "office", "rules": rules,
        })
    });
    let items: Vec<Value> = items.chain([office]).collect();
    // Past every check: the rules are not there yet.
    write(&place, items);
    seed(&place, schedules);
    House::start_with_admin(
        place,
        &[
            "--config",
            "reveille.toml",
            "--at",
            NOON,
            "serve",
            "--listen",
            "127.0.0.1:0",
        ],
    )
}

fn write(place: &Place, items: Vec<Value>) {
    let store = SqliteStore::new(
        Database::open(place.db()).expect("a store"),
        Tz::Asia__Seoul,
    );
    let changes: Vec<Change> = items
        .into_iter()
        .map(|item| Change::PutItem(serde_json::from_value(item).expect("an item")))
        .collect();
    tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime")
        .block_on(store.commit(&changes))
        .expect("the items are kept");
}

/// One server for each schedule.
fn seed(place: &Place, schedules: usize) {
    let servers = (0..schedules)
        .map(|number| SimulatedServer {
            id: format!("i-{number:08x}").as_str().into(),
            name: format!("server-{number}"),
            kind: ServerKind::Ec2,
            state: ServerState::Stopped,
            since: "2026-11-21T00:00:00Z".parse().expect("a time"),
            instance_type: None,
            schedule: format!("s{number}"),
            group: None,
            tags: BTreeMap::new(),
            left_out: None,
            backup_minute: None,
        })
        .collect();
    let fleet = SimulatedFleet::new(
        Database::open(place.db()).expect("a store"),
        NonZeroU32::MIN,
    );
    tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime")
        .block_on(fleet.seed(servers))
        .expect("servers");
}

fn put(folder: &Path, name: &str, component: &[u8], tier: &str) {
    fs::write(
        folder.join(format!("{name}.toml")),
        format!("tier = \"{tier}\"\n"),
    )
    .expect("a file");
    fs::write(folder.join(format!("{name}.wasm")), component).expect("a file");
}

/// Sum and count of the ticks that looked at everything.
fn ticks(house: &House) -> (f64, f64) {
    let metrics = house.ask_admin("GET", "/metrics").body;
    let value = |name: &str| {
        metrics
            .lines()
            .find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
            .unwrap_or(0.0)
    };
    (
        value("reveille_tick_duration_seconds_sum"),
        value("reveille_tick_duration_seconds_count"),
    )
}

/// Chats and changes things, so that the scheduler runs, until `done`; gives the median answer and the mean tick in
/// milliseconds.
fn work(house: &House, mut done: impl FnMut(usize) -> bool) -> (f64, f64) {
    let (sum, count) = ticks(house);
    let mut answers = Vec::new();
    for turn in 0.. {
        let words = match turn % 10 {
            3 => "s0 exception set 2027-03-01 stop 23:00",
            8 => "s0 exception del 2027-03-01 stop",
            _ => "s0 status",
        };
        let begun = Instant::now();
        let answer = house.say(words);
        if words == "s0 status" {
            answers.push(begun.elapsed().as_secs_f64() * 1_000.0);
        }
        assert_eq!(answer.status, 200, "{}", answer.body);
        if done(turn) {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let (later_sum, later_count) = ticks(house);
    (
        median(answers),
        (later_sum - sum) * 1_000.0 / (later_count - count).max(1.0),
    )
}

/// Megabytes of a line of the process's status.
fn mebibytes(house: &House, name: &str) -> u64 {
    memory(house.child.id(), name).expect("a number") >> 10
}

fn arrivals() {
    for rule in rules() {
        let uses = |number: usize| {
            (number == 1).then(|| json!({ "name": "probe", "config": rule.config }))
        };
        let house = house(100, uses, &[]);
        let (quiet_chat, quiet_tick) = work(&house, |turn| turn == 600);
        let folder = house.place.folder.path().join("rules");
        let begun = Instant::now();
        put(&folder, "probe", &rule.component, rule.tier);
        let mut taken = Duration::ZERO;
        let (chat, tick) = work(&house, |_| {
            assert!(begun.elapsed() < PATIENCE, "{} does not come", rule.name);
            let there = house.say("s1 info").message().contains(rule.says);
            if there {
                taken = begun.elapsed();
            }
            there
        });
        println!(
            "{}, {} KB: first plan after {:.2} s; chat {chat:.2} ms meanwhile against {quiet_chat:.2} ({:.2}), \
             tick {tick:.2} ms against {quiet_tick:.2} ({:.2})",
            rule.name,
            rule.component.len() / 1_000,
            taken.as_secs_f64(),
            chat / quiet_chat,
            tick / quiet_tick,
        );
    }
}

fn until_loaded(house: &House, count: usize) {
    let begun = Instant::now();
    loop {
        let metrics = house.ask_admin("GET", "/metrics").body;
        let loaded = metrics
            .lines()
            .filter(|line| line.starts_with("reveille_rule_info"))
            .count();
        // The embedded four are among them.
        if loaded >= count + 4 {
            return;
        }
        assert!(
            begun.elapsed() < PATIENCE * 4,
            "{loaded} of {count} rules are loaded"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn thousand_schedules() {
    for rule in rules().into_iter().skip(1) {
        // Each its own plan: what a rule paints over says so.
        let uses = |number| {
            let mut config = rule.config.clone();
            if let Some(name) = config.pointer_mut("/seasons/0/name") {
                *name = json!(format!("python days {number}"));
            }
            if let Some(from) = config.get_mut("from") {
                *from = json!(format!("{:02}:{:02}", 10 + number / 60 % 8, number % 60));
            }
            Some(json!({ "name": "probe", "config": config }))
        };
        let house = house(
            1_000,
            uses,
            &[(String::from("probe"), &rule.component, rule.tier)],
        );
        until_loaded(&house, 1);
        let begun = Instant::now();
        let first = loop {
            let (sum, count) = ticks(&house);
            if count > 0.0 {
                break sum / count;
            }
            assert!(begun.elapsed() < PATIENCE, "no tick");
            std::thread::sleep(Duration::from_millis(50));
        };
        let warm = work(&house, |turn| turn == 400).1;
        println!(
            "1,000 schedules, each another plan of {}: first tick {first:.2} s, warm {warm:.1} ms (under 1,000)",
            rule.name
        );
    }
}

/// The component under another digest: a custom section at its end.
fn another(component: &[u8], number: u8) -> Vec<u8> {
    let mut another = component.to_vec();
    another.extend([0, 3, 1, b'n', number]);
    another
}

fn two_hundred_rules() {
    for rule in rules().into_iter().take(2) {
        for count in [5_u8, 200] {
            let components: Vec<Vec<u8>> = (0..count)
                .map(|number| another(&rule.component, number))
                .collect();
            let named: Vec<(String, &[u8], &str)> = components
                .iter()
                .enumerate()
                .map(|(number, component)| {
                    (format!("probe-{number}"), component.as_slice(), rule.tier)
                })
                .collect();
            let uses = |number: usize| {
                let name = format!("probe-{}", number % usize::from(count));
                Some(json!({ "name": name, "config": rule.config }))
            };
            let house = house(200, uses, &named);
            until_loaded(&house, usize::from(count));
            work(&house, |turn| turn == 50);
            let (chat, tick) = work(&house, |turn| turn == 400);
            println!(
                "{count} rules, each another {}: {} MiB resident, {} of it its own; tick over 200 schedules {tick:.2} ms, \
                 chat {chat:.2} ms",
                rule.name,
                mebibytes(&house, "VmRSS"),
                mebibytes(&house, "RssAnon"),
            );
        }
    }
}

fn main() {
    let only: Vec<String> = env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let wanted = |name: &str| only.is_empty() || only.iter().any(|only| only == name);
    if wanted("arrivals") {
        arrivals();
    }
    if wanted("schedules") {
        thousand_schedules();
    }
    if wanted("rules") {
        two_hundred_rules();
    }
}
