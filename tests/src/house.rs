//! A running Reveille: the real binary on a store of its own, spoken to over HTTP as JANDI would.

#![allow(
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "only tests use it, and each name says what it does"
)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread::JoinHandle,
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The token that houses are started with.
pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// The binary under test, built beside this one by `cargo test --workspace`.
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("the path of this test");
    let folder = test
        .ancestors()
        .nth(2)
        .expect("target/<profile>/deps/<test>");
    let binary = folder.join("reveille");
    assert!(
        binary.exists(),
        "{} is not built: run `cargo test --workspace`",
        binary.display()
    );
    binary
}

/// A store in a folder of its own, and commands on it.
pub struct Place {
    pub folder: TempDir,
}

impl Default for Place {
    fn default() -> Self {
        Self {
            folder: TempDir::new().expect("a folder"),
        }
    }
}

impl Place {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn db(&self) -> PathBuf {
        self.folder.path().join("reveille.db")
    }

    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    }

    pub fn command(&self) -> Command {
        let mut command = self.bare_command();
        command.arg("--db").arg(self.db());
        command
    }

    /// A command that is told of no store.
    pub fn bare_command(&self) -> Command {
        let mut command = Command::new(binary());
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("NO_COLOR", "1")
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command()
            .args(arguments)
            .output()
            .expect("the binary runs")
    }

    /// Runs a command that must go well, and gives what it printed.
    #[track_caller]
    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(
            output.status.success(),
            "{arguments:?}: {}{}",
            text(&output.stdout),
            text(&output.stderr)
        );
        text(&output.stdout)
    }

    /// Runs a command that must go wrong, and gives what it complained of.
    #[track_caller]
    pub fn fails(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(
            !output.status.success(),
            "{arguments:?} went well: {}",
            text(&output.stdout)
        );
        text(&output.stdout) + &text(&output.stderr)
    }

    /// Starts the demo, its clock standing still at `at`, and waits until it listens.
    pub fn demo(self, at: &str) -> House {
        House::start(
            self,
            &["--at", at, "--freeze", "demo", "--listen", "127.0.0.1:0"],
        )
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A Reveille that listens. It is killed when it is dropped.
pub struct House {
    pub place: Place,
    pub child: Child,
    pub address: String,
    /// Where operators look; empty unless it was started so.
    pub admin: String,
    messages: AtomicU32,
    /// What it prints from then on, and what it logs.
    written: Vec<JoinHandle<String>>,
}

/// How long it may take to end when it is told to: Docker waits ten seconds before it kills.
const STOP_TIME: Duration = Duration::from_secs(10);

/// Sends a signal, such as `HUP`, to a process.
pub fn send_signal(id: u32, signal: &str) {
    let sent = Command::new("kill")
        .args([format!("-{signal}"), id.to_string()])
        .status();
    assert!(sent.expect("kill").success(), "{signal} to {id}");
}

/// An answer over HTTP.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    /// The text of the message that JANDI would show, its blocks below it.
    #[track_caller]
    pub fn message(&self) -> String {
        assert_eq!(self.status, 200, "{self:?}");
        let message: Value = serde_json::from_str(&self.body).expect("JSON");
        let mut shown = message["body"].as_str().expect("a body").to_owned();
        for block in message["connectInfo"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default()
        {
            for part in ["title", "description"] {
                if let Some(part) = block[part].as_str() {
                    shown.push('\n');
                    shown.push_str(part);
                }
            }
        }
        shown
    }

    pub fn colour(&self) -> String {
        let message: Value = serde_json::from_str(&self.body).expect("JSON");
        message["connectColor"]
            .as_str()
            .expect("a colour")
            .to_owned()
    }
}

impl House {
    /// Starts the binary with `arguments` and waits until it says where it listens.
    pub fn start(place: Place, arguments: &[&str]) -> Self {
        let command = place.command();
        Self::begin(place, command, arguments, false)
    }

    /// Starts it with an address for operators too.
    pub fn start_with_admin(place: Place, arguments: &[&str]) -> Self {
        let mut command = place.command();
        command.env("REVEILLE_HTTP_ADMIN", "127.0.0.1:0");
        Self::begin(place, command, arguments, true)
    }

    /// Starts a command, such as one with other variables, with `arguments`.
    pub fn start_command(place: Place, command: Command, arguments: &[&str]) -> Self {
        Self::begin(place, command, arguments, false)
    }

    /// The same with an address for operators too.
    pub fn start_command_with_admin(
        place: Place,
        mut command: Command,
        arguments: &[&str],
    ) -> Self {
        command.env("REVEILLE_HTTP_ADMIN", "127.0.0.1:0");
        Self::begin(place, command, arguments, true)
    }

    /// Starts `command`, a way to run the binary, and waits as [`House::start`] does.
    pub fn begin(place: Place, mut command: Command, arguments: &[&str], with_admin: bool) -> Self {
        let mut child = command
            .env("REVEILLE_JANDI_TOKENS", TOKEN)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        // A log that nobody reads fills its pipe.
        let log = to_the_end(child.stderr.take().expect("its log"));
        let mut lines = BufReader::new(child.stdout.take().expect("its output"));
        let mut seen = String::new();
        let mut addresses = Vec::new();
        while addresses.len() < 1 + usize::from(with_admin) {
            let mut line = String::new();
            if lines.read_line(&mut line).expect("a line") == 0 {
                let complaint = log.join().expect("what it logged");
                panic!("it does not listen: {seen}{complaint}");
            }
            seen.push_str(&line);
            if let Some((_, rest)) = line.split_once("http://") {
                addresses.push(rest.split('/').next().expect("an address").to_owned());
            }
        }
        let mut addresses = addresses.into_iter();
        // What it prints later must not fill the pipe.
        let written = vec![to_the_end(lines), log];
        Self {
            place,
            child,
            address: addresses.next().expect("an address"),
            admin: addresses.next().unwrap_or_default(),
            messages: AtomicU32::new(0),
            written,
        }
    }

    /// Says something in chat, after the slash and the keyword.
    pub fn say(&self, words: &str) -> Answer {
        let number = self.messages.fetch_add(1, Ordering::Relaxed);
        self.say_at(words, &format!("2026-11-22T00:00:00.{number:03}Z"))
    }

    /// Says something that was written at `created_at`: said again at the same time it is the same message.
    pub fn say_at(&self, words: &str, created_at: &str) -> Answer {
        self.post(&json!({
            "token": TOKEN, "teamName": "팀", "roomName": "개발", "writerName": "하나",
            "writerEmail": "hana@example.com", "text": format!("/서버 {words}"), "data": words, "keyword": "서버",
            "createdAt": created_at, "platform": "web", "ip": "192.0.2.7",
        }))
    }

    /// Posts a payload.
    pub fn post(&self, payload: &Value) -> Answer {
        self.post_bytes(payload.to_string().as_bytes())
    }

    /// Posts a body.
    pub fn post_bytes(&self, body: &[u8]) -> Answer {
        self.request("POST", "/jandi/webhook", body)
    }

    /// Sends a request and reads the answer to its end.
    pub fn request(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        Self::request_at(&self.address, method, path, body)
    }

    /// Sends a request to the address of operators.
    pub fn ask_admin(&self, method: &str, path: &str) -> Answer {
        Self::request_at(&self.admin, method, path, b"")
    }

    fn request_at(address: &str, method: &str, path: &str, body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(address).expect("it listens");
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("the head is sent");
        // A server that has refused may close before all is sent.
        let _ = stream.write_all(body);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        read_answer(&answer)
    }

    /// Sends a signal, such as `HUP`.
    pub fn signal(&self, signal: &str) {
        send_signal(self.child.id(), signal);
    }

    /// Waits until it has ended by itself, and gives its place and its exit code, or the number of the signal that ended
    /// it. One that does not end in time is killed.
    pub fn ended(mut self) -> (Place, i32) {
        let id = self.child.id();
        let (tell, told) = std::sync::mpsc::channel::<()>();
        let watchdog = std::thread::spawn(move || {
            if told.recv_timeout(STOP_TIME) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                send_signal(id, "KILL");
            }
        });
        let status = self.child.wait().expect("it ends");
        drop(tell);
        watchdog.join().expect("the watchdog");
        let code = status
            .code()
            .or(std::os::unix::process::ExitStatusExt::signal(&status))
            .expect("a code or a signal");
        (std::mem::replace(&mut self.place, Place::new()), code)
    }

    /// Kills it, and gives everything that it has written since it listens.
    pub fn all_written(mut self) -> String {
        self.child.kill().expect("it is killed");
        let written = self.written.drain(..);
        written
            .map(|thread| thread.join().expect("what it wrote"))
            .collect()
    }

    /// Kills it as a power cut would, and gives its place back.
    pub fn kill(mut self) -> Place {
        self.child.kill().expect("it is killed");
        self.child.wait().expect("it is gone");
        std::mem::replace(&mut self.place, Place::new())
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn to_the_end(mut from: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.read_to_end(&mut bytes);
        text(&bytes)
    })
}

#[track_caller]
pub fn read_answer(bytes: &[u8]) -> Answer {
    let answer = text(bytes);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or(0);
    Answer {
        status,
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

/// Reads a file beside the tests.
pub fn data(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
