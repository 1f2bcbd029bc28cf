//! moto, from PyPI: every shape of AWS's answers, of several accounts and regions.
//!
//! It is installed once beside what cargo builds, started once for a test binary, and ends with it. What it gets wrong:
//! states between, pages of instances, conditions under contention, quotas; no such thing is tested on it.

use std::{
    io,
    path::Path,
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use super::{installed, listening, python, venv};

/// What is installed, with the hash of every file: nothing else than what was looked at.
const REQUIREMENTS: &str = include_str!("../../ground/moto/requirements.txt");
/// What starts it.
const SERVE: &str = include_str!("../../ground/moto/serve.py");

/// A server that answers as AWS does, in shape.
#[derive(Debug)]
pub struct Moto {
    /// Where it is, on the loopback interface, for every service. It takes any credentials.
    pub endpoint: String,
    /// Its input is a pipe from here: when this process ends, however it does, so does the server.
    _server: Child,
}

/// The server of this test binary, started with the first call.
///
/// # Panics
/// When it cannot be started, with what to do about it.
#[must_use]
#[expect(clippy::panic, reason = "without it no test can go on")]
pub fn moto() -> &'static Moto {
    static SERVER: OnceLock<Moto> = OnceLock::new();
    SERVER.get_or_init(|| match start() {
        Ok(server) => server,
        Err(error) => panic!("moto cannot be started for the tests: {error}"),
    })
}

fn start() -> io::Result<Moto> {
    let folder = installed("moto", REQUIREMENTS, |folder| venv(folder, REQUIREMENTS))?;
    serve(&folder)
}

/// Starts the server that is installed in a folder.
pub(super) fn serve(folder: &Path) -> io::Result<Moto> {
    let mut server = Command::new(python(folder))
        .args(["-I", "-c", SERVE])
        // Nothing of the caller's own may get into it.
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let endpoint =
        listening(&mut server)?.ok_or_else(|| io::Error::other("it ends before it listens"))?;
    Ok(Moto {
        endpoint,
        _server: server,
    })
}
