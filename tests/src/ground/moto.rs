//! moto, from PyPI: every shape of AWS's answers, of several accounts and regions.
//!
//! It is installed once beside what cargo builds, started once for a test binary, and ends with it. What it gets wrong:
//! states between, pages of instances, conditions under contention, quotas; no such thing is tested on it.

use std::{
    env,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use super::dynamodb::listening;

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
    let folder = install()?;
    let mut server = Command::new(python(&folder))
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

/// Installs it beside what cargo builds, unless it is there.
fn install() -> io::Result<PathBuf> {
    let test = env::current_exe()?;
    // target/<profile>/deps/<test>
    let target = test
        .ancestors()
        .nth(3)
        .ok_or_else(|| io::Error::other("the test is not where cargo puts it"))?;
    let folder = target.join("ground").join("moto");
    fs::create_dir_all(&folder)?;
    // Other test binaries may do the same at this moment.
    let lock = File::create(folder.join("lock"))?;
    lock.lock()?;
    let installed = folder.join("installed");
    if fs::read_to_string(&installed).is_ok_and(|what| what == REQUIREMENTS) {
        return Ok(folder);
    }
    let requirements = folder.join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS)?;
    let venv = folder.join("venv");
    run(Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&venv))?;
    run(Command::new(python(&folder))
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .args(["--require-hashes", "--only-binary", ":all:", "-r"])
        .arg(&requirements))?;
    fs::write(installed, REQUIREMENTS)?;
    Ok(folder)
}

fn python(folder: &Path) -> PathBuf {
    let scripts = if cfg!(windows) { "Scripts" } else { "bin" };
    folder.join("venv").join(scripts).join("python")
}

fn run(command: &mut Command) -> io::Result<()> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| {
        io::Error::other(format!(
            "`python3` cannot be run ({error}): install Python, version 3.10 or later, with venv"
        ))
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!(
        "`{command:?}` has failed: {said}: is a package registry within reach?"
    )))
}
