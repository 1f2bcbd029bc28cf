//! Components that were taken, kept by their digest: for a start while their place is out of reach, and for going
//! back.
//!
//! The folder belongs to the host. What is in it is looked at again when it is used: a component by its digest, and
//! whether it may be taken by what the operator trusts then.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, DirBuilder, File},
    io::{self, Read as _},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::{Duration, SystemTime},
};

use chrono::{DateTime, Utc};
use reveille_core::model::Tier;
use reveille_sandbox::Limits;
use serde::{Deserialize, Serialize};

use crate::{
    digest::{is_sha256, sha256},
    draft,
};

/// Bytes of all components together: two dozen in Python, some thousands in Rust.
pub const SHELF_BYTES: u64 = 512 << 20;

/// Versions of one rule that are remembered.
pub const HISTORY: usize = 10;

/// Bytes of the largest component.
const FILE_BYTES: u64 = Limits::of(Tier::Heavy).file_bytes as u64;

/// How old a draft is of which nobody writes any more.
const DRAFT_AGE: Duration = Duration::from_secs(3_600);

const HISTORY_FILE: &str = "history.json";
const LOCK_FILE: &str = "lock";
const COMPONENT: &str = "wasm";

/// A version of a rule that was in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shelved {
    /// SHA-256 of the component, in hexadecimal digits.
    pub sha256: String,
    /// The version that it gives itself.
    pub version: String,
    /// Where it came from.
    pub location: String,
    /// What its place called it, such as an ETag or the digest of a manifest.
    pub place_version: Option<String>,
    /// Its signature, as it lay beside it.
    pub signature: Option<String>,
    /// When it was taken last.
    pub taken: DateTime<Utc>,
}

/// By name of the rule, newest first.
type History = BTreeMap<String, Vec<Shelved>>;

/// A folder of components.
#[derive(Debug)]
pub struct Shelf {
    folder: PathBuf,
    most_bytes: u64,
    drafts: AtomicU64,
}

impl Shelf {
    /// A shelf in this folder, which is made at first use.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            most_bytes: SHELF_BYTES,
            drafts: AtomicU64::new(0),
        }
    }

    /// The component with this digest. A file that is anything else is deleted.
    #[must_use]
    pub fn component(&self, digest: &str) -> Option<Vec<u8>> {
        if !is_sha256(digest) {
            return None;
        }
        let path = self.path(digest);
        let mut bytes = Vec::new();
        let read =
            File::open(&path).and_then(|file| file.take(FILE_BYTES + 1).read_to_end(&mut bytes));
        match read {
            Ok(_) if sha256(&bytes) == digest => {
                // The oldest go first, so one that is used is young.
                let _ = File::open(&path).and_then(|file| file.set_modified(SystemTime::now()));
                Some(bytes)
            }
            Ok(_) => {
                tracing::warn!(path = %path.display(), "a component on the shelf is not what was put there, and is thrown away");
                let _ = fs::remove_file(&path);
                None
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                tracing::warn!(path = %path.display(), "a component on the shelf cannot be read: {error}");
                None
            }
        }
    }

    /// The versions of a rule that are here, newest first.
    #[must_use]
    pub fn history(&self, rule: &str) -> Vec<Shelved> {
        let mut versions = self.read_history().remove(rule).unwrap_or_default();
        versions.retain(|it| is_sha256(&it.sha256) && self.path(&it.sha256).is_file());
        versions
    }

    /// Keeps a component that a rule is now made of. Those that are in use stay, whatever the room that they take.
    ///
    /// # Errors
    /// When the folder cannot be written; nothing else depends on it.
    pub(crate) fn put(
        &self,
        rule: &str,
        shelved: Shelved,
        bytes: &[u8],
        in_use: &BTreeSet<String>,
    ) -> io::Result<()> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)?;
        // Another process of this host may have the same shelf.
        let lock = File::create(self.folder.join(LOCK_FILE))?;
        lock.lock()?;
        let digest = shelved.sha256.clone();
        let path = self.path(&digest);
        if !path.is_file() {
            self.write(&path, bytes)?;
        }
        let mut history = self.read_history();
        let versions = history.entry(rule.to_owned()).or_default();
        versions.retain(|version| version.sha256 != digest);
        versions.insert(0, shelved);
        versions.truncate(HISTORY);
        self.write(
            &self.folder.join(HISTORY_FILE),
            &serde_json::to_vec(&history)?,
        )?;
        self.remove_oldest(&digest, in_use)
    }

    fn path(&self, digest: &str) -> PathBuf {
        self.folder.join(format!("{digest}.{COMPONENT}"))
    }

    /// Nothing when it cannot be read: what it tells is of use and not needed.
    fn read_history(&self) -> History {
        let path = self.folder.join(HISTORY_FILE);
        match fs::read(&path).map(|bytes| serde_json::from_slice(&bytes)) {
            Ok(Ok(history)) => history,
            Ok(Err(error)) => {
                tracing::warn!(path = %path.display(), "the history of the rules cannot be read and begins anew: {error}");
                History::new()
            }
            Err(_) => History::new(),
        }
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let number = self.drafts.fetch_add(1, Relaxed);
        let draft = self
            .folder
            .join(format!("{}-{number}.draft", std::process::id()));
        draft::replace(path, &draft, bytes)
    }

    /// Removes what was not used for longest until the rest fits.
    fn remove_oldest(&self, newest: &str, in_use: &BTreeSet<String>) -> io::Result<()> {
        let mut bytes = 0;
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let metadata = entry.metadata()?;
            let path = entry.path();
            // A draft of a process that is gone has no room of its own.
            if path.extension().is_some_and(|ending| ending == "draft") {
                let age = metadata.modified()?.elapsed().unwrap_or_default();
                if age > DRAFT_AGE {
                    fs::remove_file(path)?;
                }
                continue;
            }
            let digest = path.file_stem().and_then(|name| name.to_str());
            let Some(digest) = digest.filter(|name| is_sha256(name)) else {
                continue;
            };
            bytes += metadata.len();
            if digest != newest && !in_use.contains(digest) {
                files.push((metadata.modified()?, path, metadata.len()));
            }
        }
        files.sort();
        for (_, path, size) in files {
            if bytes <= self.most_bytes {
                break;
            }
            fs::remove_file(path)?;
            bytes -= size;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use tempfile::TempDir;

    use super::*;

    fn shelf() -> (TempDir, Shelf) {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(folder.path().join("shelf"));
        (folder, shelf)
    }

    fn put(shelf: &Shelf, rule: &str, bytes: &[u8]) -> String {
        let digest = sha256(bytes);
        let shelved = Shelved {
            sha256: digest.clone(),
            version: "1.0.0".to_owned(),
            location: "a.wasm".to_owned(),
            place_version: None,
            signature: None,
            taken: DateTime::UNIX_EPOCH,
        };
        shelf.put(rule, shelved, bytes, &BTreeSet::new()).unwrap();
        digest
    }

    fn digests(shelf: &Shelf, rule: &str) -> Vec<String> {
        let history = shelf.history(rule);
        history.into_iter().map(|version| version.sha256).collect()
    }

    #[test]
    fn versions_are_remembered_newest_first_and_also_at_the_next_start() {
        let (_folder, shelf) = shelf();
        assert!(shelf.history("a").is_empty());
        let (one, two) = (put(&shelf, "a", b"one"), put(&shelf, "a", b"two"));
        put(&shelf, "b", b"one");
        let shelf = Shelf::new(shelf.folder);
        assert_eq!(digests(&shelf, "a"), [two.clone(), one.clone()]);
        assert_eq!(shelf.component(&one).unwrap(), b"one");
        put(&shelf, "a", b"one");
        assert_eq!(digests(&shelf, "a"), [one, two]);
    }

    #[test]
    fn a_component_that_was_changed_is_not_handed_out_and_deleted() {
        let (_folder, shelf) = shelf();
        let digest = put(&shelf, "a", b"one");
        fs::write(shelf.path(&digest), b"One").unwrap();
        assert_eq!(shelf.component(&digest), None);
        assert!(!shelf.path(&digest).exists());
        assert!(shelf.history("a").is_empty());
    }

    #[test]
    fn a_digest_that_is_none_names_no_file() {
        let (_folder, shelf) = shelf();
        put(&shelf, "a", b"one");
        for name in ["", "../shelf/history", "history", &"g".repeat(64)] {
            assert_eq!(shelf.component(name), None);
        }
    }

    #[test]
    fn the_oldest_go_when_it_is_full_and_those_in_use_stay() {
        let (_folder, mut shelf) = shelf();
        shelf.most_bytes = 7;
        let digests: Vec<String> = (0..2).map(|it| put(&shelf, "a", &[it; 3])).collect();
        for (age, digest) in digests.iter().enumerate() {
            let then = SystemTime::UNIX_EPOCH + Duration::from_secs(age as u64);
            let file = File::open(shelf.path(digest)).unwrap();
            file.set_modified(then).unwrap();
        }
        let in_use = BTreeSet::from([digests[0].clone()]);
        let newest = Shelved {
            sha256: sha256(b"new"),
            ..shelf.history("a").remove(0)
        };
        shelf.put("b", newest, b"new", &in_use).unwrap();
        assert!(shelf.component(&digests[0]).is_some());
        assert!(shelf.component(&digests[1]).is_none());
        assert!(shelf.component(&sha256(b"new")).is_some());
    }

    #[test]
    fn a_history_that_cannot_be_read_begins_anew() {
        let (_folder, shelf) = shelf();
        put(&shelf, "a", b"one");
        fs::write(shelf.folder.join(HISTORY_FILE), "{").unwrap();
        assert!(shelf.history("a").is_empty());
        put(&shelf, "a", b"two");
        assert_eq!(shelf.history("a").len(), 1);
    }

    #[test]
    fn others_on_this_machine_cannot_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_folder, shelf) = shelf();
        let digest = put(&shelf, "a", b"one");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&shelf.folder), 0o700);
        assert_eq!(mode(&shelf.path(&digest)), 0o600);
    }
}
