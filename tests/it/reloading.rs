//! A new configuration for a house that goes on answering.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use serde_json::Value;

use crate::{
    component::component,
    house::{House, Place},
};

/// Looks at the host while something is waited for; each takes a millisecond or more.
const MOST_LOOKS: u32 = 60_000;
/// Readings of the configuration in one life of a host.
const RELOADS: u64 = 100;
/// Those after which its memory is first looked at: what is kept for good has been kept by then.
const FIRST_RELOADS: u64 = 20;
/// How much larger it may be at the end: less than half a MiB for each reading in between, and the allocator keeps some
/// of what two houses had side by side.
const MOST_GROWTH_KIB: u64 = 32 << 10;

const DEV: &str = "\
periods:
  office: { begintime: \"09:00\", endtime: \"18:00\", weekdays: mon-fri }
schedules:
  dev: { timezone: Asia/Seoul, periods: [office] }
";

fn locale(locale: &str) -> String {
    format!("[defaults]\nlocale = \"{locale}\"\npersona = \"off\"\n")
}

/// A house whose configuration is the file `conf/reveille.toml` in its place.
fn house(text: &str, more: &[&str]) -> House {
    let place = Place::new();
    fs::create_dir(place.folder.path().join("conf")).unwrap();
    place.file("conf/reveille.toml", text);
    start(place, more)
}

fn start(place: Place, more: &[&str]) -> House {
    place.file("house.yaml", DEV);
    place.ok(&["apply", "-f", "house.yaml"]);
    let mut arguments = vec!["--config", "conf/reveille.toml", "serve"];
    arguments.extend(["--listen", "127.0.0.1:0"]);
    arguments.extend(more);
    House::start_with_admin(place, &arguments)
}

/// What `/readyz` says of the last reading.
fn last(house: &House) -> Value {
    let answer = house.ask_admin("GET", "/readyz");
    let told: Value = serde_json::from_str(&answer.body).unwrap();
    told["reload"].clone()
}

/// Waits for a reading that is another one than `before`, and gives it.
#[track_caller]
fn next(house: &House, before: &Value) -> Value {
    (0..MOST_LOOKS)
        .map(|_| last(house))
        .find(|reload| reload != before)
        .expect("it reads the configuration anew")
}

fn figure(house: &House, name: &str) -> u64 {
    let metrics = house.ask_admin("GET", "/metrics").body;
    let line = metrics.lines().find_map(|line| line.strip_prefix(name));
    line.map_or(0, |value| value.trim().parse().unwrap())
}

#[test]
fn a_file_that_has_changed_is_taken_up_while_the_house_answers() {
    let house = house(&locale("ko"), &["--no-timer"]);
    assert!(house.say("dev status").message().contains("서버"));
    assert_eq!(last(&house), Value::Null);
    house.place.file("conf/reveille.toml", &locale("en"));
    let reload = next(&house, &Value::Null);
    assert_eq!(reload["refused"], Value::Null, "{reload}");
    let said = house.say("dev status").message();
    assert!(said.contains("servers"), "{said}");
}

#[test]
fn a_signal_has_it_read_although_nothing_has_changed() {
    let house = house(&locale("ko"), &["--no-timer"]);
    house.signal("HUP");
    let reload = next(&house, &Value::Null);
    assert_eq!(reload["refused"], Value::Null, "{reload}");
    assert_eq!(
        figure(&house, "reveille_config_reloads_total{outcome=\"done\"}"),
        1
    );
}

#[test]
fn a_configuration_that_cannot_be_used_is_told_and_the_old_one_stays() {
    let house = house(&locale("ko"), &["--no-timer"]);
    house
        .place
        .file("conf/reveille.toml", "[defaults]\nlocale = 7\n");
    let refused = next(&house, &Value::Null);
    let cause = refused["refused"].as_str().unwrap();
    assert!(cause.contains("line 2") && !cause.contains('\n'), "{cause}");
    assert_eq!(house.ask_admin("GET", "/readyz").status, 200);
    assert!(house.say("dev status").message().contains("서버"));
    assert_eq!(figure(&house, "reveille_config_last_reload_successful"), 0);

    house.place.file("conf/reveille.toml", &locale("en"));
    let mended = next(&house, &refused);
    assert_eq!(mended["refused"], Value::Null, "{mended}");
    assert_eq!(figure(&house, "reveille_config_last_reload_successful"), 1);
}

#[test]
fn a_rule_that_works_is_not_lost_to_a_configuration_that_cannot_load_it() {
    let place = Place::new();
    fs::create_dir(place.folder.path().join("conf")).unwrap();
    let component = component("kr-holidays");
    fs::write(place.folder.path().join("conf/kr.wasm"), component).unwrap();
    let rule = |file: &str| {
        format!("[sandbox]\ncache = \"\"\n[[rules]]\nname = \"kr\"\nlocation = \"{file}\"\n")
    };
    place.file("conf/reveille.toml", &rule("kr.wasm"));
    let house = start(place, &["--no-timer"]);
    house.place.file("conf/reveille.toml", &rule("gone.wasm"));
    let refused = next(&house, &Value::Null);
    let cause = refused["refused"].as_str().unwrap();
    assert!(cause.contains("the rule `kr`, which works now"), "{cause}");
    let rules = house.ask_admin("GET", "/rules").body;
    assert!(rules.contains("kr.wasm"), "{rules}");
}

#[test]
fn an_address_that_has_changed_is_said_to_need_another_start() {
    let listen = |port: u16| format!("[http]\nlisten = \"127.0.0.1:{port}\"\n");
    let place = Place::new();
    fs::create_dir(place.folder.path().join("conf")).unwrap();
    place.file("conf/reveille.toml", &listen(0));
    let house = House::start_with_admin(
        place,
        &["--config", "conf/reveille.toml", "serve", "--no-timer"],
    );
    house.place.file("conf/reveille.toml", &listen(1));
    let reload = next(&house, &Value::Null);
    assert_eq!(
        reload["needs_restart"][0],
        "http.listen is now `127.0.0.1:1`, and it stays `127.0.0.1:0`"
    );
    assert_eq!(house.request("GET", "/healthz", b"").status, 200);
}

/// As the kubelet does it: a folder for each version, and a link that is switched.
#[test]
fn links_that_kubernetes_switches_are_seen() {
    use std::os::unix::fs::symlink;
    let place = Place::new();
    let conf = place.folder.path().join("conf");
    for (version, language) in [("..one", "ko"), ("..two", "en")] {
        fs::create_dir_all(conf.join(version)).unwrap();
        fs::write(conf.join(version).join("reveille.toml"), locale(language)).unwrap();
    }
    symlink("..one", conf.join("..data")).unwrap();
    symlink("..data/reveille.toml", conf.join("reveille.toml")).unwrap();
    let house = start(place, &["--no-timer"]);
    symlink("..two", conf.join("..data_tmp")).unwrap();
    fs::rename(conf.join("..data_tmp"), conf.join("..data")).unwrap();
    let reload = next(&house, &Value::Null);
    assert_eq!(reload["refused"], Value::Null, "{reload}");
    assert!(house.say("dev status").message().contains("servers"));
}

#[test]
fn the_timer_goes_on_and_the_lease_is_its_own() {
    let house = house(&locale("ko"), &[]);
    let done = "reveille_ticks_total{outcome=\"done\"}";
    let waits = |more: u64| (0..MOST_LOOKS).any(|_| more < figure(&house, done));
    assert!(waits(0));
    let before = figure(&house, done);
    house.signal("HUP");
    next(&house, &Value::Null);
    assert!(waits(before), "the new one looks at the servers");
    assert_eq!(
        figure(&house, "reveille_ticks_total{outcome=\"not-mine\"}"),
        0
    );
}

/// KiB that are resident, open files and threads.
fn size(house: &House) -> (u64, usize, usize) {
    let process = Path::new("/proc").join(house.child.id().to_string());
    let status = fs::read_to_string(process.join("status")).unwrap();
    let resident = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|line| line.trim().split(' ').next())
        .unwrap();
    let count = |folder: &str| fs::read_dir(process.join(folder)).unwrap().count();
    (resident.parse().unwrap(), count("fd"), count("task"))
}

#[test]
fn no_request_fails_while_it_is_read_a_hundred_times_and_nothing_grows() {
    let house = Arc::new(house(&locale("ko"), &[]));
    let ends = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..2)
        .map(|_| {
            let (house, ends) = (Arc::clone(&house), Arc::clone(&ends));
            thread::spawn(move || {
                let mut answered = 0_u32;
                while !ends.load(Ordering::Relaxed) {
                    let answer = house.say("dev status");
                    assert_eq!(answer.status, 200, "{answer:?}");
                    answered += 1;
                }
                answered
            })
        })
        .collect();
    let mut reload = Value::Null;
    let mut early = (0, 0, 0);
    for number in 1..=RELOADS {
        let language = if number % 2 == 0 { "ko" } else { "en" };
        house.place.file("conf/reveille.toml", &locale(language));
        house.signal("HUP");
        reload = next(&house, &reload);
        assert_eq!(reload["refused"], Value::Null, "{reload}");
        if number == FIRST_RELOADS {
            early = size(&house);
        }
    }
    ends.store(true, Ordering::Relaxed);
    for caller in callers {
        assert!(caller.join().unwrap() > 0);
    }
    assert!(
        RELOADS <= figure(&house, "reveille_config_reloads_total{outcome=\"done\"}"),
        "each was carried out"
    );
    let late = size(&house);
    eprintln!("resident KiB, open files, threads: {early:?} then {late:?}");
    assert!(late.0 <= early.0 + MOST_GROWTH_KIB, "{early:?} {late:?}");
    assert!(late.1 <= early.1 + 8, "{early:?} {late:?}");
}
