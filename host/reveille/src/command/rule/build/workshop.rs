//! A folder that a build works in, beside what it makes, so that a half-written component is seen by nobody.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use super::super::template::CONTRACT;

/// The folder. It goes when this is dropped.
pub(super) struct Workshop(PathBuf);

impl Workshop {
    pub(super) fn beside(output: &Path) -> anyhow::Result<Self> {
        let name = format!(".reveille-build-{}", std::process::id());
        let folder = match output.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.join(name),
            _ => PathBuf::from(name),
        };
        fs::create_dir_all(&folder)
            .and_then(|()| folder.canonicalize())
            .map(Self)
            .with_context(|| format!("cannot write beside `{}`", output.display()))
    }

    /// A file in it.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The contract of this host, as files.
    pub(super) fn contract(&self) -> anyhow::Result<PathBuf> {
        fs::create_dir_all(self.file("wit"))?;
        for (path, text) in CONTRACT {
            fs::write(self.file(path), text)?;
        }
        Ok(self.file("wit"))
    }

    /// Puts what was made to its place in one step.
    pub(super) fn deliver(&self, component: &[u8], output: &Path) -> anyhow::Result<()> {
        let made = self.file("delivered.wasm");
        fs::write(&made, component)
            .and_then(|()| fs::rename(&made, output))
            .with_context(|| format!("cannot write `{}`", output.display()))
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
