//! The end of a house that is told to stop: by Docker, by Kubernetes, by Ctrl-C.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    process::Command,
};

use serde_json::json;

use crate::{
    component::component,
    house::{House, Place, TOKEN, binary, read_answer, send_signal},
};

/// Looks while something is waited for; each takes a millisecond or more.
const MOST_LOOKS: u32 = 60_000;

/// Callers that wait at the same time: more than it takes while it looks at the signal.
const CALLERS: usize = 40;

const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

/// A message to the webhook of which the last byte is not sent yet.
struct Underway {
    stream: TcpStream,
    last: u8,
}

impl Underway {
    /// One that the house knows of: it has read the head, and waits for the body.
    fn to(house: &House) -> Self {
        let mut underway = Self::send(house, "Expect: 100-continue\r\n");
        let mut goes_on = [0; 25];
        underway.stream.read_exact(&mut goes_on).unwrap();
        assert!(goes_on.starts_with(b"HTTP/1.1 100"), "{goes_on:?}");
        underway
    }

    /// One that the house may not know of yet.
    fn before(house: &House) -> Self {
        Self::send(house, "")
    }

    fn send(house: &House, header: &str) -> Self {
        let body = json!({
            "token": TOKEN, "text": "/서버 목록", "data": "목록", "keyword": "서버", "writerName": "하나",
        })
        .to_string();
        let (last, rest) = body.as_bytes().split_last().unwrap();
        let mut stream = TcpStream::connect(&house.address).unwrap();
        let length = body.len();
        let head = format!(
            "POST /jandi/webhook HTTP/1.1\r\nHost: x\r\n{header}Content-Length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(rest).unwrap();
        Self {
            stream,
            last: *last,
        }
    }

    /// Sends the rest and reads the answer.
    fn finish(mut self) -> u16 {
        self.stream.write_all(&[self.last]).unwrap();
        let mut answer = Vec::new();
        let _ = self.stream.read_to_end(&mut answer);
        read_answer(&answer).status
    }
}

/// Waits until nobody takes requests any more.
#[track_caller]
fn closes(house: &House) {
    let refused = (0..MOST_LOOKS).any(|_| TcpStream::connect(&house.address).is_err());
    assert!(refused, "it still takes requests");
}

#[test]
fn what_is_under_way_is_answered_and_nothing_else_is_taken() {
    for signal in ["TERM", "INT"] {
        let house = House::start(Place::new(), &SERVE);
        let underway = Underway::to(&house);
        house.signal(signal);
        closes(&house);
        assert_eq!(underway.finish(), 200, "{signal}");
        assert_eq!(house.ended().1, 0, "{signal}");
    }
}

/// Whoever has connected before it stops is answered, even where it has not taken the connection yet.
#[test]
fn who_waits_to_be_taken_is_answered() {
    let house = House::start(Place::new(), &SERVE);
    house.signal("STOP");
    let waiting: Vec<Underway> = (0..CALLERS).map(|_| Underway::before(&house)).collect();
    house.signal("TERM");
    house.signal("CONT");
    for underway in waiting {
        assert_eq!(underway.finish(), 200);
    }
    assert_eq!(house.ended().1, 0);
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let house = House::start(Place::new(), &SERVE);
    let _underway = Underway::to(&house);
    house.signal("TERM");
    closes(&house);
    house.signal("TERM");
    assert_eq!(house.ended().1, 128 + 15);
}

#[test]
fn another_one_may_act_at_once() {
    let house = House::start_with_admin(Place::new(), &SERVE);
    let ready = (0..MOST_LOOKS).any(|_| house.ask_admin("GET", "/readyz").status == 200);
    assert!(ready, "its timer has looked");
    let complaint = house.place.fails(&["tick"]);
    assert!(complaint.contains("another Reveille"), "{complaint}");
    house.signal("TERM");
    let (place, code) = house.ended();
    assert_eq!(code, 0);
    place.ok(&["tick"]);
}

/// The process that `unshare` has started: process 1 of a namespace of its own. None where this machine does not let us.
fn as_process_1(place: Place, arguments: &[&str]) -> Option<(House, u32)> {
    let allowed = Command::new("unshare")
        .args(["--pid", "--fork", "--mount-proc", "true"])
        .output();
    if !allowed.is_ok_and(|output| output.status.success()) {
        eprintln!(
            "NOT RUN: nothing can be process 1 here: run this as root, with `unshare` of util-linux"
        );
        return None;
    }
    let mut command = Command::new("unshare");
    command
        .args(["--pid", "--fork", "--mount-proc", "--kill-child"])
        .arg(binary())
        .arg("--db")
        .arg(place.db())
        .current_dir(place.folder.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("RUST_LOG", "warn")
        .env("REVEILLE_HTTP_ADMIN", "127.0.0.1:0");
    let house = House::begin(place, command, arguments, true);
    let id = children(house.child.id())[0];
    Some((house, id))
}

/// The children of all its threads, dead ones that nobody has looked after included.
pub fn children(of: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{of}/task")).unwrap();
    let lists = threads
        .filter_map(|thread| fs::read_to_string(thread.unwrap().path().join("children")).ok());
    let lists: Vec<String> = lists.collect();
    let ids = lists.iter().flat_map(|list| list.split_whitespace());
    ids.map(|id| id.parse().unwrap()).collect()
}

#[test]
fn as_process_1_it_hears_signals_and_leaves_no_dead_children() {
    let place = Place::new();
    let folder = place.folder.path().join("rules");
    fs::create_dir(&folder).unwrap();
    let trusted = format!(
        "[sandbox]\ncache = \"\"\nfolder = \"{0}\"\ntrusted = [\"{0}/\"]\n",
        folder.display()
    );
    place.file("reveille.toml", &trusted);
    let arguments = [&["--config", "reveille.toml"][..], &SERVE].concat();
    let Some((house, id)) = as_process_1(place, &arguments) else {
        return;
    };
    // A child compiles it, and has been looked after when the rule is loaded.
    fs::write(folder.join("kr.wasm"), component("kr-holidays")).unwrap();
    let loaded = (0..MOST_LOOKS).any(|_| {
        let rules = house.ask_admin("GET", "/rules").body;
        rules.contains("kr.wasm\",\"sha256")
    });
    assert!(loaded, "{}", house.ask_admin("GET", "/rules").body);
    assert_eq!(children(id), [0; 0], "dead children");
    send_signal(id, "HUP");
    assert_eq!(house.say("목록").status, 200);
    let underway = Underway::to(&house);
    send_signal(id, "TERM");
    closes(&house);
    assert_eq!(underway.finish(), 200);
    assert_eq!(house.ended().1, 0);
}
