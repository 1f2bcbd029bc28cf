//! Conversations as files: what is typed, and below it what is answered.
//!
//! A line of a script is one of these; everything else is an answer and is written anew by `REVEILLE_GOLDEN=write`.
//!
//! | line | meaning |
//! |---|---|
//! | `# …` | a remark |
//! | `@ 2026-11-23 13:00` | the clock stands still here from now on |
//! | `> Development status` | said in chat, after the slash and the keyword |
//! | `$ tick` | a command line of `reveille` |
//!
//! The clock never moves by itself and no timer runs, so that an answer depends on nothing but the lines above it.
//! Whenever an answer shows an example, the example is said too, on a copy of the store: it must be understood.

use std::{fmt::Write as _, fs, path::PathBuf};

use chrono::{DateTime, Utc};
use reveille_core::{
    model::{LeftOut, ServerKind, ServerState},
    port::{Change, Store as _},
};
use reveille_local::{Database, SimulatedFleet, SimulatedServer, SqliteStore};
use serde_json::{Value, json};

use crate::house::{Answer, House, Place, data, text};

/// Real servers' pace, as far as the simulation has one.
const PACE: &str = "[simulation]\nspeed = 1\n";

/// The colour of an answer that does what was asked.
pub const OK: &str = "#1DDB16";

/// A store, a clock that stands still, and a house between two movements of the clock.
pub struct Conversation {
    place: Option<Place>,
    house: Option<House>,
    at: String,
    /// What is in front of the subcommand.
    options: Vec<String>,
    /// How much was said: no two messages are written at the same time.
    said: u32,
}

impl Conversation {
    /// Over the store at `place`.
    pub fn new(place: Place) -> Self {
        let config = place.file("reveille.toml", PACE);
        Self {
            options: vec!["--config".into(), config.display().to_string()],
            place: Some(place),
            house: None,
            at: String::new(),
            said: 0,
        }
    }

    /// With `more` in the configuration.
    pub fn with_config(self, more: &str) -> Self {
        self.place().file("reveille.toml", &format!("{PACE}{more}"));
        self
    }

    /// Over the example of `reveille demo`, on a Sunday night, all of its servers stopped and looked at once.
    pub fn demo() -> Self {
        let mut place = Place::new().demo("2026-11-22 03:00").kill();
        // What the demo's timer has come to do depends on when it was killed; after this it does not.
        place.ok(&["--at", "2026-11-22 04:00", "tick"]);
        let again = Self::new(std::mem::replace(&mut place, Place::new()));
        again.at("2026-11-22 04:00")
    }

    /// Over definitions of several teams, with servers for each.
    pub fn teams() -> Self {
        let place = Place::new();
        place.file("teams.yaml", &data("golden/teams.yaml"));
        place.ok(&["apply", "-f", "teams.yaml"]);
        seed(&place, &team_servers());
        // No file would be applied with it, but a table that somebody writes to by hand may hold it.
        put(
            &place,
            json!({"type": "schedule", "name": "broken", "timezone": "Asia/Seoul", "periods": ["office", "lunch"]}),
        );
        Self::new(place).at("2026-11-22 04:00")
    }

    /// With the clock at `at`.
    pub fn at(mut self, at: &str) -> Self {
        self.move_to(at);
        self
    }

    /// Moves the clock. The process that was there is killed, as if the power had failed.
    pub fn move_to(&mut self, at: &str) {
        if let Some(house) = self.house.take() {
            self.place = Some(house.kill());
        }
        at.clone_into(&mut self.at);
    }

    /// The house at this time.
    pub fn house(&mut self) -> &House {
        if let Some(place) = self.place.take() {
            self.house = Some(serve(place, &self.options, &self.at));
        }
        self.house.as_ref().expect("a house")
    }

    pub fn place(&self) -> &Place {
        let house = self.house.as_ref().map(|house| &house.place);
        house.or(self.place.as_ref()).expect("a place")
    }

    /// What is answered to `words`.
    pub fn say(&mut self, words: &str) -> Answer {
        self.said += 1;
        let created_at = format!("2026-11-22T00:00:00.{:03}Z", self.said);
        self.house().say_at(words, &created_at)
    }

    /// Runs a command at this time and gives what it prints.
    pub fn run(&self, words: &str) -> String {
        let mut arguments: Vec<&str> = self.options.iter().map(String::as_str).collect();
        arguments.extend(["--at", &self.at, "--freeze"]);
        arguments.extend(words.split_whitespace());
        // The log goes to standard error, with the machine's time.
        text(&self.place().run(&arguments).stdout)
    }

    /// What is answered to `words` here and now, without anything of it staying.
    pub fn try_out(&self, words: &str) -> Answer {
        let copy = Place::new();
        for entry in fs::read_dir(self.place().folder.path()).expect("the folder") {
            let entry = entry.expect("a file");
            // A folder holds what was compiled, which is made anew.
            if entry.file_type().expect("a kind").is_dir() {
                continue;
            }
            fs::copy(entry.path(), copy.folder.path().join(entry.file_name())).expect("a copy");
        }
        let house = serve(copy, &self.options, &self.at);
        // Another time of writing than any message before it.
        house.say_at(words, "2026-11-22T01:00:00.000Z")
    }
}

fn serve(place: Place, options: &[String], at: &str) -> House {
    let mut arguments: Vec<&str> = options.iter().map(String::as_str).collect();
    arguments.extend(["--at", at, "--freeze", "serve", "--no-timer"]);
    arguments.extend(["--listen", "127.0.0.1:0"]);
    House::start(place, &arguments)
}

/// Holds `tests/golden/<name>.txt` against what is answered now.
#[track_caller]
pub fn holds(name: &str, mut talk: Conversation) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("golden/{name}.txt"));
    let script = data(&format!("golden/{name}.txt"));
    let mut heard = String::new();
    let mut faults = Vec::new();
    for line in script.lines() {
        let Some((sign, words)) = line
            .split_once(' ')
            .filter(|(sign, _)| matches!(*sign, "#" | "@" | ">" | "$"))
        else {
            continue;
        };
        if !heard.is_empty() && (sign != "#" || !heard.ends_with('#')) {
            heard.push('\n');
        }
        writeln!(heard, "{line}").unwrap();
        match sign {
            "@" => talk.move_to(words),
            "$" => {
                for line in talk.run(words).lines() {
                    writeln!(heard, "{}", indented(line)).unwrap();
                }
            }
            ">" => {
                let answer = talk.say(words);
                assert_eq!(answer.status, 200, "{words}: {answer:?}");
                heard.push_str(&drawn(&answer));
                faults.extend(broken_examples(&talk, words, &answer));
            }
            _ => {}
        }
    }
    if std::env::var_os("REVEILLE_GOLDEN").is_some_and(|value| value == "write") {
        fs::write(&path, &heard).expect("the script is written");
    } else if let Some((number, (now, then))) = (1..)
        .zip(heard.lines().zip(script.lines()))
        .find(|(_, (now, then))| now != then)
    {
        panic!(
            "{}:{number}: `{now}` where the file has `{then}`\n{heard}",
            path.display()
        );
    } else {
        assert_eq!(heard, script, "{}", path.display());
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The examples of an answer that are not understood, or that nobody could carry out.
fn broken_examples(talk: &Conversation, words: &str, answer: &Answer) -> Vec<String> {
    let examples = examples(answer);
    let mut faults = Vec::new();
    for example in &examples {
        let said = talk.try_out(example);
        let shown = said.message();
        let is_understood = ![
            "알아듣지 못했습니다",
            "빠진 것이 있습니다",
            "어느 스케줄인지",
            "스케줄이 없습니다",
            "not understood",
            "is missing",
            "Which schedule",
            "There is no schedule",
            "이미 지난",
            "is over",
            "설정 문제가 있어",
        ]
        .iter()
        .any(|refusal| shown.contains(refusal));
        if !is_understood {
            faults.push(format!(
                "`{words}` is answered with the example `{example}`, which is answered with\n{shown}"
            ));
        }
    }
    faults
}

/// The commands that an answer shows, without slash and keyword; one that leaves the schedule open stands for its
/// shape only.
fn examples(answer: &Answer) -> Vec<String> {
    let message = answer.message();
    let mut examples: Vec<String> = message
        .lines()
        .filter_map(|line| line.split_once("/서버 "))
        .map(|(_, command)| command.split(" : ").next().unwrap_or(command))
        .map(|command| command.trim_end_matches(['.', ')']).trim().to_owned())
        .filter(|command| !command.contains(['<', '[']) && !command.starts_with('뒤'))
        .collect();
    examples.dedup();
    examples
}

/// The answer as it is seen: its colour, its body, its blocks.
fn drawn(answer: &Answer) -> String {
    let message: Value = serde_json::from_str(&answer.body).expect("JSON");
    let mut shown = format!("  ({})\n", colour(&answer.colour()));
    let mut add = |text: &str, margin: &str| {
        for line in text.lines() {
            writeln!(shown, "{}", format!("  {margin}{line}").trim_end()).unwrap();
        }
    };
    add(message["body"].as_str().expect("a body"), "");
    for block in message["connectInfo"].as_array().into_iter().flatten() {
        add(block["title"].as_str().unwrap_or_default(), "▪ ");
        add(block["description"].as_str().unwrap_or_default(), "    ");
    }
    shown
}

fn colour(colour: &str) -> &str {
    match colour {
        OK => "green",
        "#FFBB00" => "yellow",
        "#FF0000" => "red",
        other => other,
    }
}

fn indented(line: &str) -> String {
    format!("  {line}").trim_end().to_owned()
}

/// Puts servers into the simulation at `place`.
pub fn seed(place: &Place, servers: &[SimulatedServer]) {
    let database = Database::open(place.db()).expect("the store opens");
    let fleet = SimulatedFleet::new(database, std::num::NonZeroU32::MIN);
    tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime")
        .block_on(fleet.seed(servers.to_vec()))
        .expect("the servers are put there");
}

/// Puts an item into the store at `place`, past every check.
pub fn put(place: &Place, item: Value) {
    let database = Database::open(place.db()).expect("the store opens");
    let store = SqliteStore::new(database, chrono_tz::Asia::Seoul);
    let item = serde_json::from_value(item).expect("an item");
    tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime")
        .block_on(store.commit(&[Change::PutItem(item)]))
        .expect("the item is put there");
}

/// A stopped EC2 instance.
pub fn server(name: &str, schedule: &str, group: Option<&str>) -> SimulatedServer {
    let since: DateTime<Utc> = "2026-11-21T00:00:00Z".parse().expect("a time");
    SimulatedServer {
        id: format!("i-{name}").as_str().into(),
        name: name.to_owned(),
        kind: ServerKind::Ec2,
        state: ServerState::Stopped,
        since,
        instance_type: None,
        schedule: schedule.to_owned(),
        group: group.map(str::to_owned),
        tags: std::collections::BTreeMap::new(),
        left_out: None,
        backup_minute: None,
    }
}

/// The servers of `teams.yaml`: a chain of three groups, and one or two of each other schedule.
fn team_servers() -> Vec<SimulatedServer> {
    let mut servers = vec![
        SimulatedServer {
            kind: ServerKind::RdsInstance,
            ..server("orders-db", "shop", Some("db"))
        },
        server("orders-api-1", "shop", Some("api")),
        server("orders-api-2", "shop", Some("api")),
        server("batch-1", "shop", Some("batch")),
        SimulatedServer {
            kind: ServerKind::RdsInstance,
            left_out: Some(LeftOut::ReadReplica),
            ..server("orders-db-replica", "shop", Some("db"))
        },
        server("etl-1", "nightly", None),
        server("web-us", "newyork", None),
        server("pay-1", "payments", None),
        server("demo-1", "showroom", None),
        server("old-1", "legacy", None),
        server("lab-1", "실험실", None),
        server("bad-1", "broken", None),
    ];
    for server in &mut servers {
        if matches!(&*server.schedule, "showroom") {
            server.state = ServerState::Running;
        }
    }
    servers
}
