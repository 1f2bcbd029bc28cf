//! The last good copy of a feed, in memory and in a file of the host.

use std::{
    fs::{DirBuilder, File},
    io::{self, Read as _},
    os::unix::fs::DirBuilderExt as _,
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use chrono::{DateTime, Utc};
use reveille_sandbox::Datum;
use serde::{Deserialize, Serialize};

use super::feed::Feed;
use crate::{digest::sha256, draft};

/// Bytes of the longest line about a copy.
const LABEL_BYTES: u64 = 16 << 10;

/// What was fetched last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Copy {
    pub(crate) datum: Datum,
    /// What its place calls this version.
    pub(crate) version: Option<String>,
    /// When the bytes came.
    pub(crate) fetched: DateTime<Utc>,
    /// When the place last said that these are they.
    pub(crate) confirmed: DateTime<Utc>,
}

/// What stands before the bytes, as JSON on a line of its own.
#[derive(Debug, Serialize, Deserialize)]
struct Label {
    /// SHA-256 of the location: the copy of another one is none, and a location may have a password in it.
    location: String,
    sha256: String,
    version: Option<String>,
    fetched: DateTime<Utc>,
    confirmed: DateTime<Utc>,
}

/// A folder of copies, one file for each feed. It may be deleted at any time: then everything is fetched again.
#[derive(Debug)]
pub(crate) struct Copies {
    folder: PathBuf,
    drafts: AtomicU64,
}

impl Copies {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            drafts: AtomicU64::new(0),
        }
    }

    /// The copy of a feed. A file that is anything else, or was torn, is none.
    pub(crate) fn read(&self, feed: &Feed) -> Option<Copy> {
        let path = self.path(feed);
        let mut whole = Vec::new();
        let read = File::open(&path).and_then(|file| {
            let most = feed.max_bytes.saturating_add(LABEL_BYTES);
            file.take(most).read_to_end(&mut whole)
        });
        match read {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                tracing::warn!(data = feed.name, path = %path.display(), "the last copy cannot be read: {error}");
                return None;
            }
        }
        let end = whole.iter().position(|byte| *byte == b'\n')?;
        let (label, rest) = whole.split_at(end);
        let label: Label = serde_json::from_slice(label).ok()?;
        let bytes = rest.get(1..)?;
        let datum = Datum::new(bytes);
        let is_it = label.location == sha256(feed.location.as_bytes())
            && label.sha256 == *datum.digest
            && bytes.len() as u64 <= feed.max_bytes;
        is_it.then_some(Copy {
            datum,
            version: label.version,
            fetched: label.fetched,
            confirmed: label.confirmed,
        })
    }

    /// Keeps a copy. Whoever reads meanwhile sees the old one or the new one.
    ///
    /// # Errors
    /// When the folder cannot be written. The copy in memory does without.
    pub(crate) fn write(&self, feed: &Feed, copy: &Copy) -> io::Result<()> {
        let label = Label {
            location: sha256(feed.location.as_bytes()),
            sha256: copy.datum.digest.as_ref().to_owned(),
            version: copy.version.clone(),
            fetched: copy.fetched,
            confirmed: copy.confirmed,
        };
        let mut whole = serde_json::to_vec(&label)?;
        whole.push(b'\n');
        whole.extend_from_slice(&copy.datum.bytes);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)?;
        let number = self.drafts.fetch_add(1, Relaxed);
        let draft = format!(".{}-{}-{number}", feed.name, std::process::id());
        let draft = self.folder.join(draft);
        draft::replace(&self.path(feed), &draft, &whole)
    }

    fn path(&self, feed: &Feed) -> PathBuf {
        self.folder.join(&feed.name)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::fs;

    use super::{super::feed::tests::feed, *};

    fn copy(bytes: &[u8]) -> Copy {
        let at = |second| DateTime::from_timestamp(second, 0).unwrap();
        Copy {
            datum: Datum::new(bytes),
            version: Some("\"v1\"".to_owned()),
            fetched: at(1_000),
            confirmed: at(2_000),
        }
    }

    #[test]
    fn what_was_kept_is_read_whatever_its_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let copies = Copies::new(folder.path().join("deep/data"));
        let feed = feed("days", "https://example.com/?key=hush");
        assert_eq!(copies.read(&feed), None);
        for bytes in [&b""[..], b"one\ntwo\n", &[0, 255, b'\n'], &[b'x'; 100_000]] {
            let copy = copy(bytes);
            copies.write(&feed, &copy).unwrap();
            assert_eq!(copies.read(&feed), Some(copy));
        }
        let files: Vec<_> = fs::read_dir(&copies.folder).unwrap().collect();
        assert_eq!(files.len(), 1);
        let kept = fs::read(copies.path(&feed)).unwrap();
        assert!(!String::from_utf8_lossy(&kept).contains("hush"));
    }

    #[test]
    fn a_copy_of_another_place_or_one_that_is_too_large_now_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let copies = Copies::new(folder.path().into());
        let here = feed("days", "https://example.com/");
        copies.write(&here, &copy(b"twelve bytes")).unwrap();
        assert_eq!(copies.read(&feed("days", "https://example.org/")), None);
        assert_eq!(copies.read(&feed("other", "https://example.com/")), None);
        for (max_bytes, is_read) in [(11, false), (12, true)] {
            let limited = Feed {
                max_bytes,
                ..here.clone()
            };
            assert_eq!(copies.read(&limited).is_some(), is_read, "{max_bytes}");
        }
    }

    #[test]
    fn a_file_that_was_torn_or_changed_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let copies = Copies::new(folder.path().into());
        let feed = feed("days", "days.txt");
        copies.write(&feed, &copy(b"2026-12-24 x")).unwrap();
        let whole = fs::read(copies.path(&feed)).unwrap();
        for end in 0..whole.len() {
            fs::write(copies.path(&feed), &whole[..end]).unwrap();
            assert_eq!(copies.read(&feed), None, "{end}");
        }
        let mut changed = whole;
        *changed.last_mut().unwrap() ^= 1;
        fs::write(copies.path(&feed), changed).unwrap();
        assert_eq!(copies.read(&feed), None);
    }
}
