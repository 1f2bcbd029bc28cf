//! What the components and their machine code were made of.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use crate::{Build, COMPONENTS, fail, hex, read};

/// Name of the file that tells it, beside the machine code.
pub(crate) const FILE: &str = "origin";

/// Everything that the components are made of, and how they are compiled.
pub(crate) struct Sources {
    paths: Vec<PathBuf>,
    /// SHA-256 of all of it.
    digest: [u8; 32],
}

impl Sources {
    pub(crate) fn of(build: &Build) -> Self {
        let Build {
            manifest,
            workspace,
            ..
        } = build;
        let mut paths = vec![
            manifest.join("build"),
            manifest.join("src/engine_config.rs"),
            workspace.join("wit"),
            workspace.join("Cargo.toml"),
            workspace.join("Cargo.lock"),
        ];
        for guest in COMPONENTS.iter().chain(&["sdk"]) {
            let guest = workspace.join("guest-rules").join(guest);
            paths.push(guest.join("src"));
            paths.push(guest.join("Cargo.toml"));
        }
        let mut files = Vec::new();
        for path in &paths {
            gather(path, &mut files);
        }
        files.sort();
        let mut hasher = Sha256::new();
        for file in files {
            let name = file.strip_prefix(workspace).unwrap_or(&file);
            for part in [name.as_os_str().as_encoded_bytes(), &read(&file)] {
                hasher.update((part.len() as u64).to_le_bytes());
                hasher.update(part);
            }
        }
        Self {
            paths,
            digest: hasher.finalize().into(),
        }
    }

    /// Files and folders to watch: the components are made again when one of them changes and only then.
    pub(crate) fn paths(&self) -> &[PathBuf] {
        &self.paths
    }
}

/// The files under a path.
fn gather(path: &Path, files: &mut Vec<PathBuf>) {
    if !path.is_dir() {
        files.push(path.to_owned());
        return;
    }
    let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match entries {
        Ok(entries) => entries
            .iter()
            .for_each(|entry| gather(&entry.path(), files)),
        Err(error) => fail(&format!("{}: {error}", path.display())),
    }
}

/// Where machine code comes from.
pub(crate) struct Origin {
    /// The sources' digest.
    pub(crate) sources: [u8; 32],
    /// What it was compiled for: a target triple.
    pub(crate) target: String,
    /// What it depends on besides the components.
    pub(crate) print: [u8; 32],
}

impl Origin {
    pub(crate) fn new(build: &Build, sources: &Sources, print: [u8; 32]) -> Self {
        Self {
            sources: sources.digest,
            target: build.target.clone(),
            print,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "sources {}", hex(&self.sources))?;
        writeln!(f, "target {}", self.target)?;
        writeln!(f, "print {}", hex(&self.print))
    }
}
