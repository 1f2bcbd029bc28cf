//! The program in its release build, as benches measure it.

use std::{
    env, io,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::json;

use crate::memory::memory;

/// The program beside this bench.
///
/// # Errors
/// When it is not built.
pub fn program() -> io::Result<PathBuf> {
    let bench = env::current_exe()?;
    let program = bench
        .ancestors()
        .nth(2)
        .map(|folder| folder.join("reveille"));
    program.filter(|program| program.exists()).ok_or_else(|| {
        io::Error::other("the program is not built: run `cargo build --release -p reveille` first")
    })
}

/// What JANDI posts when somebody types `/서버 …`; `number` tells one message from another.
#[must_use]
pub fn payload(words: &str, number: u64) -> String {
    json!({
        "token": "demo", "teamName": "팀", "roomName": "개발", "writerName": "하나", "writerEmail": "hana@example.com",
        "text": format!("/서버 {words}"), "data": words, "keyword": "서버", "createdAt": format!("message-{number}"),
        "platform": "web", "ip": "192.0.2.7",
    })
    .to_string()
}

/// A running demo on a Monday morning; it is killed when it is dropped.
#[derive(Debug)]
pub struct Demo {
    child: Child,
    /// Where it listens.
    pub address: String,
}

impl Demo {
    /// Starts it on the store `db` and waits until it says that it listens.
    ///
    /// # Errors
    /// When it does not.
    pub fn start(db: &Path) -> io::Result<Self> {
        let mut child = Command::new(program()?)
            .arg("--db")
            .arg(db)
            .args([
                "--at",
                "2026-11-23 10:00",
                "demo",
                "--listen",
                "127.0.0.1:0",
            ])
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let output = child
            .stdout
            .take()
            .ok_or_else(|| io::Error::other("it has no output"))?;
        let mut lines = BufReader::new(output);
        let mut line = String::new();
        while lines.read_line(&mut line)? > 0 {
            if let Some(address) = line
                .split_once("http://")
                .and_then(|(_, rest)| rest.split('/').next())
            {
                let address = address.to_owned();
                // What it draws later must not fill the pipe.
                std::thread::spawn(move || io::copy(&mut lines, &mut io::sink()));
                return Ok(Self { child, address });
            }
            line.clear();
        }
        child.kill()?;
        Err(io::Error::other("the demo does not listen"))
    }

    /// Posts a message on a connection of its own and gives the body of the answer.
    ///
    /// # Errors
    /// When there is no answer of status 200.
    pub fn say(&self, words: &str, number: u64) -> io::Result<String> {
        let body = payload(words, number);
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_nodelay(true)?;
        write!(
            stream,
            "POST /jandi/webhook HTTP/1.1\r\nHost: demo\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        match answer.split_once("\r\n\r\n") {
            Some((head, body)) if head.starts_with("HTTP/1.1 200") => Ok(body.to_owned()),
            _ => Err(io::Error::other(answer)),
        }
    }

    /// Kilobytes that it holds in memory, by the name that Linux gives them in `/proc/<pid>/status`: `VmRSS`, or
    /// `RssAnon` for what is not a file's.
    ///
    /// # Errors
    /// On other systems.
    pub fn memory(&self, name: &str) -> io::Result<u64> {
        memory(self.child.id(), name)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The middle one of some measurements; the upper one of two.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}
