//! What makes components of JavaScript and of Python: `componentize-qjs` from npm and `componentize-py` from PyPI, as
//! the rules of `plugins/` that need them have locked them. Installed once beside what cargo builds.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use super::{installed, python, run, venv};

const PACKAGE: &str = include_str!("../../../plugins/keep-until/package.json");
const LOCK: &str = include_str!("../../../plugins/keep-until/package-lock.json");
const REQUIREMENTS: &str = include_str!("../../../plugins/office-hours-by-season/requirements.txt");

/// The folder that `componentize-qjs` is in.
///
/// # Panics
/// When it cannot be installed, with what to do about it.
#[must_use]
#[expect(clippy::panic, reason = "without it no test can go on")]
pub fn javascript() -> PathBuf {
    match installed("componentize-qjs", LOCK, install_javascript) {
        Ok(folder) => folder.join("node_modules/.bin"),
        Err(error) => panic!("componentize-qjs cannot be installed for the tests: {error}"),
    }
}

/// The folder that `componentize-py` is in.
///
/// # Panics
/// When it cannot be installed, with what to do about it.
#[must_use]
#[expect(clippy::panic, reason = "without it no test can go on")]
pub fn componentize_py() -> PathBuf {
    let installed = installed("componentize-py", REQUIREMENTS, |folder| {
        venv(folder, REQUIREMENTS)
    });
    match installed {
        Ok(folder) => python(&folder)
            .parent()
            .map(Path::to_path_buf)
            .unwrap_or_default(),
        Err(error) => panic!("componentize-py cannot be installed for the tests: {error}"),
    }
}

fn install_javascript(folder: &Path) -> io::Result<()> {
    fs::write(folder.join("package.json"), PACKAGE)?;
    fs::write(folder.join("package-lock.json"), LOCK)?;
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(folder);
    run(&mut npm, "install Node.js, version 18 or later")
}
