//! Named data with the real program: from a file, over HTTP and from the calendars of the store into the plans of a rule
//! that reads it.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    path::Path,
    sync::{Arc, Mutex, OnceLock, mpsc},
};

use chrono_tz::Tz;
use reveille_core::port::{Change, Store as _};
use reveille_local::{Database, SqliteStore};
use serde_json::{Value, json};

use crate::{
    component::component,
    house::{House, Place},
};

/// A Tuesday without anything special.
const DAY: &str = "2026-11-24";

const DEFINITIONS: &str = "\
periods:
  office: { begintime: \"09:00\", endtime: \"18:00\", weekdays: mon-fri }
schedules:
  dev:
    timezone: Asia/Seoul
    periods: [office]
    holiday_calendar: seoul
    rules:
      - { name: kr-holidays, config: { data_required: true } }
  plain:
    timezone: Asia/Seoul
    periods: [office]
";

/// More polls than a program needs that does what is waited for.
const POLLS: u32 = 100_000;

fn kr_holidays() -> &'static [u8] {
    static COMPONENT: OnceLock<Vec<u8>> = OnceLock::new();
    COMPONENT.get_or_init(|| component("kr-holidays"))
}

/// A store with the definitions, and a configuration that loads the rule and has further lines.
fn place(data: &str) -> Place {
    let place = Place::new();
    place.file("definitions.yaml", DEFINITIONS);
    std::fs::write(place.folder.path().join("kr.wasm"), kr_holidays()).unwrap();
    configure(&place, data);
    ok(&place, &["apply", "--file", "definitions.yaml"]);
    place
}

fn configure(place: &Place, data: &str) {
    let rule = "[[rules]]\nname = \"kr-holidays\"\nlocation = \"kr.wasm\"\n";
    place.file("reveille.toml", &format!("{rule}{data}"));
}

fn feed(location: &str, more: &str) -> String {
    format!("[[data]]\nname = \"holidays\"\nlocation = \"{location}\"\n{more}\n")
}

fn configured<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    let mut all = vec!["--config", "reveille.toml", "--at", "2026-11-24 10:00"];
    all.extend(arguments);
    all
}

#[track_caller]
fn ok(place: &Place, arguments: &[&str]) -> String {
    place.ok(&configured(arguments))
}

#[track_caller]
fn fails(place: &Place, arguments: &[&str]) -> String {
    place.fails(&configured(arguments))
}

/// The notes of the day.
#[track_caller]
fn notes(place: &Place) -> Vec<String> {
    let answer = ok(place, &["plan", "dev", "--days", "1", "--json"]);
    let days: Value = serde_json::from_str(&answer).unwrap();
    let notes = days[0]["notes"].as_array().into_iter().flatten();
    notes
        .map(|note| note.as_str().unwrap().to_owned())
        .collect()
}

#[track_caller]
fn held(place: &Place) -> Value {
    let tick: Value = serde_json::from_str(&ok(place, &["tick", "--json"])).unwrap();
    tick["held"].clone()
}

/// Makes the copy in this file one that was confirmed long ago.
fn make_old(copy: &Path) {
    let whole = std::fs::read_to_string(copy).unwrap();
    let (label, bytes) = whole.split_once('\n').unwrap();
    let mut label: Value = serde_json::from_str(label).unwrap();
    label["confirmed"] = "2026-01-01T00:00:00Z".into();
    std::fs::write(copy, format!("{label}\n{bytes}")).unwrap();
}

#[test]
fn a_change_of_a_file_changes_the_plan() {
    let place = place(&feed("days.txt", ""));
    place.file("days.txt", &format!("{DAY} 창립기념일\n"));
    assert_eq!(notes(&place), ["창립기념일"]);
    place.file(
        "days.txt",
        &format!("[seoul]\n{DAY} 휴무\n[busan]\n{DAY} 축제\n"),
    );
    assert_eq!(notes(&place), ["휴무"]);
    place.file("days.txt", "");
    assert_eq!(notes(&place), [""; 0]);
    assert_eq!(held(&place), json!([]));

    place.file("days.txt", "someday");
    let message = fails(&place, &["plan", "dev"]);
    assert!(message.contains("line 1, `someday`"), "{message}");
    place.file("days.txt", &format!("{DAY} 창립기념일\n"));
    assert_eq!(notes(&place), ["창립기념일"]);
}

#[test]
fn stale_data_holds_the_schedule_and_says_so_until_it_is_there_again() {
    let place = place(&feed("days.txt", "max_age = \"2d\""));
    let days = place.file("days.txt", &format!("{DAY} 창립기념일\n"));
    assert_eq!(notes(&place), ["창립기념일"]);

    std::fs::remove_file(&days).unwrap();
    assert_eq!(notes(&place), ["창립기념일"], "the last good copy");
    let listed = ok(&place, &["data", "list"]);
    assert!(
        listed.contains("unreachable") && listed.contains("there is nothing at"),
        "{listed}"
    );

    make_old(&place.folder.path().join("reveille.db-data/holidays"));
    assert_eq!(held(&place), json!(["dev"]));
    let message = fails(&place, &["plan", "dev"]);
    assert!(
        message.contains("nothing is bound to `holidays`"),
        "{message}"
    );
    ok(&place, &["plan", "plain"]);
    for command in ["check", "doctor"] {
        let message = fails(&place, &[command]);
        assert!(
            message.contains("data holidays: rules get nothing"),
            "{message}"
        );
    }
    let listed = fails(&place, &["data", "list"]);
    assert!(listed.contains("stale"), "{listed}");

    place.file("days.txt", &format!("{DAY} 휴무\n"));
    assert_eq!(notes(&place), ["휴무"]);
    assert_eq!(held(&place), json!([]));
    let listed = ok(&place, &["data", "list"]);
    assert!(
        listed.contains("fresh") && listed.contains("kr-holidays"),
        "{listed}"
    );
}

#[test]
fn the_calendars_of_the_store_are_read_unless_something_else_is_configured() {
    let place = place("");
    assert_eq!(notes(&place), [""; 0]);
    let store = SqliteStore::new(Database::open(place.db()).unwrap(), Tz::Asia__Seoul);
    let calendar = |name: &str, day: &str| {
        let item = json!({ "type": "calendar", "name": name, "days": [format!("{DAY} {day}")] });
        Change::PutItem(serde_json::from_value(item).unwrap())
    };
    let calendars = [("holidays", "모두"), ("seoul", "서울"), ("busan", "부산")];
    let changes = calendars.map(|(name, day)| calendar(name, day));
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(store.commit(&changes))
        .unwrap();
    assert_eq!(notes(&place), ["모두, 서울"]);
    let listed = ok(&place, &["data", "list"]);
    assert!(listed.contains("3 calendars of the store"), "{listed}");

    place.file("days.txt", &format!("{DAY} 파일\n"));
    configure(&place, &feed("days.txt", ""));
    assert_eq!(notes(&place), ["파일"]);
    let listed = ok(&place, &["data", "list"]);
    assert!(!listed.contains("calendars of the store"), "{listed}");
}

#[test]
fn data_that_a_rule_is_to_read_and_that_nobody_configured_is_a_fault() {
    let place = place("data = { holidays = \"team-feed\" }\n");
    for command in ["check", "doctor"] {
        let message = fails(&place, &[command]);
        assert!(
            message.contains("its data `holidays` should be `team-feed`"),
            "{message}"
        );
    }
    let listed = ok(&place, &["data", "list"]);
    assert!(
        listed.contains("team-feed") && listed.contains("not configured"),
        "{listed}"
    );
    place.file("days.txt", &format!("{DAY} 팀\n"));
    configure(
        &place,
        "data = { holidays = \"team-feed\" }\n[[data]]\nname = \"team-feed\"\nlocation = \"days.txt\"\n",
    );
    assert_eq!(notes(&place), ["팀"]);
    ok(&place, &["check"]);
}

/// A calendar on the web: its text, and a word for every request that was answered.
struct Web {
    port: u16,
    text: Arc<Mutex<Option<String>>>,
    answered: mpsc::Receiver<u16>,
}

impl Web {
    fn open(text: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let text = Arc::new(Mutex::new(Some(text.to_owned())));
        let (answer, answered) = mpsc::channel();
        let shown = Arc::clone(&text);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    if stream.read_exact(&mut byte).is_err() {
                        break;
                    }
                    head.push(byte[0]);
                }
                let head = String::from_utf8_lossy(&head).to_lowercase();
                let text = shown.lock().unwrap().clone();
                let (status, tag, body) = match text {
                    None => (503, String::new(), String::new()),
                    Some(text) => {
                        let tag = format!(
                            "\"{}-{}\"",
                            text.len(),
                            text.chars().map(u32::from).sum::<u32>()
                        );
                        if head.contains(&format!("if-none-match: {tag}")) {
                            (304, tag, String::new())
                        } else {
                            (200, tag, text)
                        }
                    }
                };
                let length = body.len();
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status} X\r\nETag: {tag}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
                );
                if answer.send(status).is_err() {
                    return;
                }
            }
        });
        Self {
            port,
            text,
            answered,
        }
    }

    fn location(&self) -> String {
        format!("http://127.0.0.1:{}/days?key=hush", self.port)
    }

    fn says(&self, text: Option<&str>) {
        *self.text.lock().unwrap() = text.map(str::to_owned);
    }

    /// Waits for an answer of this status.
    #[track_caller]
    fn answers(&self, status: u16) {
        assert!(self.answered.iter().any(|it| it == status));
    }
}

/// Asks in chat until the answer has `words` in it.
#[track_caller]
fn comes_to_say(house: &House, question: &str, words: &str) {
    let mut last = String::new();
    for _ in 0..POLLS {
        last = house.say(question).message();
        if last.contains(words) {
            return;
        }
    }
    panic!("{last}");
}

#[test]
fn a_change_on_the_web_reaches_a_running_house_and_an_outage_does_not() {
    let web = Web::open(&format!("{DAY} 창립기념일\n"));
    let place = place(&feed(&web.location(), "every = \"1s\"\nprivate = true"));
    let house = House::start(
        place,
        &[
            "--config",
            "reveille.toml",
            "--at",
            "2026-11-24 10:00",
            "serve",
            "--listen",
            "127.0.0.1:0",
        ],
    );
    web.answers(200);
    comes_to_say(&house, "dev info", "창립기념일");
    web.answers(304);
    web.says(Some(&format!("{DAY} 임시공휴일\n")));
    web.answers(200);
    comes_to_say(&house, "dev info", "임시공휴일");
    web.says(None);
    web.answers(503);
    web.answers(503);
    comes_to_say(&house, "dev info", "임시공휴일");

    let place = house.kill();
    assert_eq!(notes(&place), ["임시공휴일"]);
    let listed = ok(&place, &["data", "list"]);
    assert!(
        listed.contains("503") && !listed.contains("hush"),
        "{listed}"
    );
    web.says(Some(""));
    // It is asked again when it is due: by the next command a second later, or by one that finds no copy.
    std::fs::remove_dir_all(place.folder.path().join("reveille.db-data")).unwrap();
    assert_eq!(notes(&place), [""; 0]);
}

#[test]
fn a_place_on_this_machine_is_refused_unless_it_is_allowed() {
    let web = Web::open("");
    let https = web.location().replace("http://", "https://");
    let place = place(&feed(&https, ""));
    let listed = fails(&place, &["data", "list"]);
    assert!(
        listed.contains("`private = true`") && !listed.contains("hush"),
        "{listed}"
    );
    assert_eq!(held(&place), json!(["dev"]));
    assert!(web.answered.try_recv().is_err());
}
