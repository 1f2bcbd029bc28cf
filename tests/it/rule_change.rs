//! Rules that come and go while a host runs: added, pinned, rolled back, removed. Every host follows the store.

use reveille_core::port::Store as _;
use reveille_local::{Database, SqliteStore};
use serde_json::{Value, json};

use crate::{
    component::component,
    conversation::put,
    house::{House, Place},
};

const AT: &str = "2026-11-23 13:00";

/// Requests that are sent at most while a host takes up what the store says: it looks twice a second.
const MOST_REQUESTS: u32 = 100_000;

/// Definitions without a schedule.
const OFFICE: &str =
    "periods:\n  office: { begintime: \"09:00\", endtime: \"18:00\", weekdays: mon-fri }\n";

/// A place with two rules to choose from, and a schedule that uses `holidays`.
fn place() -> Place {
    let place = Place::new();
    let write = |name: &str, bytes: &[u8]| std::fs::write(place.folder.path().join(name), bytes);
    write("old.wasm", &component("company-days")).unwrap();
    write("new.wasm", &component("kr-holidays")).unwrap();
    place.file("office.yaml", OFFICE);
    place.ok(&["apply", "-f", "office.yaml"]);
    put(
        &place,
        json!({"type": "schedule", "name": "dev", "periods": ["office"], "rules": ["holidays"]}),
    );
    place
}

fn house(place: Place) -> House {
    let arguments = ["--at", AT, "serve", "--no-timer", "--listen", "127.0.0.1:0"];
    let house = House::start_with_admin(place, &arguments);
    house.place.file(
        "reveille.toml",
        &format!("[http]\nadmin = \"{}\"\n", house.admin),
    );
    house
}

/// `reveille rule …` beside a running host.
fn rule(place: &Place, arguments: &[&str]) -> String {
    place.ok(&command(arguments))
}

fn refused(place: &Place, arguments: &[&str]) -> String {
    place.fails(&command(arguments))
}

fn command<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    let mut all = vec!["--config", "reveille.toml", "--at", AT, "rule"];
    all.extend(arguments);
    all
}

/// The rule as the running host has it, once that is as `expected` says.
#[track_caller]
fn follows(house: &House, expected: impl Fn(Option<&Value>) -> bool) -> Value {
    let mut last = Value::Null;
    for _ in 0..MOST_REQUESTS {
        last = serde_json::from_str(&house.ask_admin("GET", "/rules").body).unwrap();
        let rules = last["rules"].as_array().unwrap();
        let rule = rules.iter().find(|rule| rule["name"] == "holidays");
        if expected(rule) {
            return rule.cloned().unwrap_or_default();
        }
    }
    panic!("the host has not followed: {last:#}");
}

/// Whether it is the version with this summary, and everything about it is known.
fn summary_begins(begin: &'static str) -> impl Fn(Option<&Value>) -> bool {
    move |rule| {
        let summary = rule.and_then(|rule| rule["summary"].as_str());
        let trust = rule.and_then(|rule| rule["trust"].as_str());
        summary.is_some_and(|summary| summary.starts_with(begin)) && trust.is_some()
    }
}

const OLD: &str = "Keeps servers off on days that a company has off";
const NEW: &str = "Keeps servers off, or only starts none";

#[test]
fn a_running_host_follows_a_rule_that_is_added_rolled_back_and_removed() {
    let house = house(place());
    let place = &house.place;

    let added = rule(place, &["add", "holidays", "old.wasm", "--yes"]);
    assert!(
        added.contains("nobody vouches for it but you") && added.contains("added: holidays 0.1.0"),
        "{added}"
    );
    assert!(
        added.contains("dev (Asia/Seoul): 90 days work again"),
        "{added}"
    );
    let old = follows(&house, summary_begins(OLD));
    assert_eq!(old["trust"], "pinned");

    let updated = rule(place, &["add", "holidays", "new.wasm", "--yes"]);
    assert!(
        updated.contains("2026-12-25 Fri") && updated.contains("(기독탄신일)"),
        "{updated}"
    );
    let new = follows(&house, summary_begins(NEW));
    assert_ne!(old["sha256"], new["sha256"]);
    assert_eq!(new["history"].as_array().unwrap().len(), 2);
    let listed = rule(place, &["list"]);
    assert!(
        listed.contains("in the store, pinned, since ")
            && listed.contains("; 1 earlier version is kept"),
        "{listed}"
    );
    let christmas = || {
        let plan = place.ok(&[
            "plan",
            "dev",
            "--from",
            "2026-12-25",
            "--days",
            "1",
            "--json",
        ]);
        serde_json::from_str::<Value>(&plan).unwrap()[0]["notes"][0].clone()
    };
    assert_eq!(christmas(), "기독탄신일");

    // Its first digits name a version that is kept, also for a comparison.
    let digest = old["sha256"].as_str().unwrap();
    let back = refused(place, &["diff", "holidays", &digest[..8]]);
    assert!(back.contains("2026-12-25 Fri"), "{back}");
    let rolled = rule(place, &["rollback", "holidays"]);
    assert!(
        rolled.contains(&format!("pinned to 0.1.0 ({})", &digest[..12]))
            && rolled.contains("turn servers at other times"),
        "{rolled}"
    );
    let again = follows(&house, summary_begins(OLD));
    assert_eq!(again["sha256"], old["sha256"]);
    assert_eq!(christmas(), Value::Null);
    rule(place, &["rollback", "holidays"]);
    follows(&house, summary_begins(NEW));
    rule(place, &["pin", "holidays", &digest[..6]]);
    follows(&house, summary_begins(OLD));
    let nothing = rule(place, &["pin", "holidays"]);
    assert!(nothing.contains("nothing to change"), "{nothing}");

    let kept = refused(place, &["remove", "holidays"]);
    assert!(
        kept.contains("`holidays` is used by 1 schedule: dev"),
        "{kept}"
    );
    let unasked = refused(place, &["remove", "holidays", "--force"]);
    assert!(unasked.contains("Say --yes"), "{unasked}");
    let removed = rule(place, &["remove", "holidays", "--force", "--yes"]);
    assert!(removed.contains("removed: holidays"), "{removed}");
    follows(&house, |rule| rule.is_none());

    let database = Database::open(place.db()).unwrap();
    let store = SqliteStore::new(database, chrono_tz::Asia::Seoul);
    let audit = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(store.audit("rule holidays", 20))
        .unwrap();
    let actions: Vec<&str> = audit.iter().rev().map(|it| it.action.as_str()).collect();
    assert_eq!(
        actions,
        [
            "rule add",
            "rule add",
            "rule rollback",
            "rule rollback",
            "rule pin",
            "rule remove"
        ]
    );
    assert!(audit.iter().all(|record| record.room == "terminal"));
    assert!(audit[1].reason.contains(digest), "{:?}", audit[1]);
}

#[test]
fn a_rule_that_is_no_good_changes_nothing() {
    let place = place();
    place.file("reveille.toml", "");
    place.file("text.wasm", "this is no component");
    rule(&place, &["add", "holidays", "old.wasm", "--yes"]);
    let before = place.ok(&["export"]);
    let wrong = "0".repeat(64);
    for (arguments, expected) in [
        (&["add", "holidays", "text.wasm", "--yes"][..], "component"),
        (
            &["add", "holidays", "lost.wasm", "--yes"],
            "there is nothing at",
        ),
        (
            &["add", "holidays", "new.wasm", "--sha256", &wrong, "--yes"],
            &wrong,
        ),
        (
            &["add", "holidays", "new.wasm", "--data", "calendar", "--yes"],
            "`calendar` binds nothing",
        ),
        (&["add", "periods", "new.wasm", "--yes"], "built in"),
        (&["add", "holidays", "new.wasm"], "Say --yes"),
        (&["pin", "holidays", "xyz"], "`xyz` is no SHA-256"),
        (&["pin", "holidays", "abcdef"], "begins with `abcdef`"),
        (
            &["pin", "holidays", "--unpin"],
            "without its pin it would not be taken",
        ),
        (
            &["rollback", "holidays"],
            "no earlier version of `holidays`",
        ),
        (
            &["rollback", "other"],
            "the store has no rule `other`; it has holidays",
        ),
        (&["remove", "other"], "the store has no rule `other`"),
        (&["remove", "holidays"], "dev"),
    ] {
        let complaint = refused(&place, arguments);
        assert!(complaint.contains(expected), "{arguments:?}: {complaint}");
        assert_eq!(place.ok(&["export"]), before, "{arguments:?}");
    }
}

#[test]
fn a_rule_that_is_written_elsewhere_is_changed_there() {
    let place = place();
    place.file(
        "reveille.toml",
        "[sandbox]\nfolder = \"rules\"\n[[rules]]\nname = \"holidays\"\nlocation = \"old.wasm\"\n",
    );
    std::fs::create_dir(place.folder.path().join("rules")).unwrap();
    std::fs::copy(
        place.folder.path().join("new.wasm"),
        place.folder.path().join("rules/dropped.wasm"),
    )
    .unwrap();
    for arguments in [
        &["add", "holidays", "new.wasm", "--yes"][..],
        &["remove", "holidays", "--force"],
        &["pin", "holidays"],
        &["rollback", "holidays"],
    ] {
        let complaint = refused(&place, arguments);
        assert!(
            complaint.contains("stands in the configuration `reveille.toml`"),
            "{complaint}"
        );
    }
    let complaint = refused(&place, &["remove", "dropped"]);
    assert!(complaint.contains("in the watched folder"), "{complaint}");
}

#[test]
fn a_rule_without_its_pin_follows_a_place_that_is_trusted() {
    let place = place();
    let folder = place.folder.path().display().to_string();
    place.file(
        "reveille.toml",
        &format!("[sandbox]\ntrusted = [\"{folder}/\"]\n"),
    );
    rule(&place, &["add", "holidays", "old.wasm", "--yes"]);
    let told = rule(&place, &["pin", "holidays", "--unpin"]);
    assert!(
        told.contains("holidays follows /") && told.contains("(from "),
        "{told}"
    );
    assert!(!place.ok(&["export"]).contains("sha256"));
    let told = rule(&place, &["pin", "holidays"]);
    assert!(told.contains("holidays is pinned to 0.1.0"), "{told}");
    assert!(place.ok(&["export"]).contains("sha256"));
}

#[test]
fn a_file_that_names_a_rule_before_it_is_there_is_told_how_it_comes() {
    let place = place();
    place.file(
        "early.yaml",
        "schedules:\n  dev: { periods: [office], rules: [not-yet] }\n\
         periods:\n  office: { begintime: \"09:00\", endtime: \"18:00\" }\n",
    );
    let complaint = place.fails(&["apply", "-f", "early.yaml"]);
    assert!(
        complaint.contains("rule not-yet: it comes before the schedules that name it"),
        "{complaint}"
    );
}

#[test]
fn a_file_that_takes_out_a_rule_which_its_schedule_uses_is_refused() {
    let place = place();
    place.ok(&["rule", "add", "early", "old.wasm", "--yes"]);
    let schedule = "schedules:\n  dev: { periods: [office], rules: [early] }\n";
    place.file("dev.yaml", &(OFFICE.to_owned() + schedule));
    let complaint = place.fails(&["apply", "-f", "dev.yaml"]);
    assert!(
        complaint.contains("rule early: this file takes it out of the store")
            && !complaint.contains("rule add"),
        "{complaint}"
    );
    let exported = place.ok(&["export"]);
    assert!(
        exported.contains("early"),
        "nothing was applied: {exported}"
    );

    let (_, rules) = exported.split_once("rules:\n  \"early\"").unwrap();
    place.file(
        "dev.yaml",
        &format!("{OFFICE}{schedule}rules:\n  \"early\"{rules}"),
    );
    place.ok(&["apply", "-f", "dev.yaml"]);
    // One that nothing uses any more may go.
    place.file("office.yaml", OFFICE);
    let applied = place.ok(&["apply", "-f", "office.yaml"]);
    assert!(applied.contains("- rule early"), "{applied}");
}
