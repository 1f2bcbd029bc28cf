//! What tests install and start for themselves: servers that stand in for AWS, on the loopback interface only, and the
//! tools that make components.

use std::{
    env,
    fs::{self, File},
    io::{self, BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

pub mod container;
pub mod deploy;
pub mod dynamodb;
pub mod moto;
pub mod terraform;
pub mod tools;

/// The folder of `server` beside what cargo builds. `install` has filled it, now or earlier, with what `wanted` says.
fn installed(
    server: &str,
    wanted: &str,
    install: impl FnOnce(&Path) -> io::Result<()>,
) -> io::Result<PathBuf> {
    let test = env::current_exe()?;
    // target/<profile>/deps/<test>
    let target = test
        .ancestors()
        .nth(3)
        .ok_or_else(|| io::Error::other("the test is not where cargo puts it"))?;
    let folder = target.join("ground").join(server);
    fs::create_dir_all(&folder)?;
    // Other test binaries may do the same at this moment.
    let lock = File::create(folder.join("lock"))?;
    lock.lock()?;
    let installed = folder.join("installed");
    if !fs::read_to_string(&installed).is_ok_and(|what| what == wanted) {
        install(&folder)?;
        fs::write(installed, wanted)?;
    }
    Ok(folder)
}

/// Makes a Python of its own in a folder, with what `requirements` names and nothing else.
fn venv(folder: &Path, requirements: &str) -> io::Result<()> {
    let file = folder.join("requirements.txt");
    fs::write(&file, requirements)?;
    let missing = "install Python, version 3.10 or later, with venv";
    let mut venv = Command::new("python3");
    venv.args(["-m", "venv", "--clear"])
        .arg(folder.join("venv"));
    run(&mut venv, missing)?;
    let mut pip = Command::new(python(folder));
    pip.args(["-m", "pip", "install", "--quiet"])
        // The list is whole, and pip cannot tell so where an entry of it was asked for with an extra.
        .args([
            "--disable-pip-version-check",
            "--no-deps",
            "--require-hashes",
        ])
        .args(["--only-binary", ":all:", "-r"])
        .arg(&file);
    run(&mut pip, missing)
}

/// The Python of a folder.
fn python(folder: &Path) -> PathBuf {
    let scripts = if cfg!(windows) { "Scripts" } else { "bin" };
    folder.join("venv").join(scripts).join("python")
}

/// Runs `command` to its good end; `missing` is what to do where there is no such program.
fn run(command: &mut Command, missing: &str) -> io::Result<()> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| {
        io::Error::other(format!("`{command:?}` cannot be run ({error}): {missing}"))
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!(
        "`{command:?}` has failed: {said}: is a package registry within reach?"
    )))
}

/// Where it listens, once it does; none when it ends before that, as a Java without a compiler does.
fn listening(server: &mut Child) -> io::Result<Option<String>> {
    let output = server
        .stdout
        .take()
        .ok_or_else(|| io::Error::other("it has no output"))?;
    let mut lines = BufReader::new(output);
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 {
        if let Some(port) = line.trim().strip_prefix("port ") {
            let endpoint = format!("http://127.0.0.1:{port}");
            // What it writes later must not fill the pipe.
            std::thread::spawn(move || io::copy(&mut lines.by_ref(), &mut io::sink()));
            return Ok(Some(endpoint));
        }
        line.clear();
    }
    server.wait()?;
    Ok(None)
}
