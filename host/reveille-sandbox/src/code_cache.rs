//! Machine code that was compiled before, in a folder of files. Machine code is run as it is, so every file carries a
//! mark that only this host can make, over the code and what it was made of.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::SystemTime,
};

use reveille_core::model::Tier;

use crate::{
    compile_limits::CompileLimits,
    host_key::{self, KEY_FILE},
    mark::{self, MARK_BYTES, MarkKey},
};

/// Bytes of all files together: forty rules in Python (42 MiB each), four hundred in JavaScript (5 MiB), some thousands in Rust.
/// Were it less than is in use, each start would compile what did not fit.
const FOLDER_BYTES: u64 = 2 << 30;

/// Bytes of the largest file.
pub(crate) const FILE_BYTES: u64 = CompileLimits::of(Tier::Heavy).output_bytes + MARK_BYTES as u64;

/// A folder of machine code, by what it was made of.
#[derive(Debug)]
pub(crate) struct CodeCache {
    folder: PathBuf,
    most_bytes: u64,
    key: OnceLock<Option<MarkKey>>,
    drafts: AtomicU64,
}

impl CodeCache {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            most_bytes: FOLDER_BYTES,
            key: OnceLock::new(),
            drafts: AtomicU64::new(0),
        }
    }

    /// The file with machine code of the component with this digest, when this host has made it with this engine. A file
    /// that is anything else is deleted.
    pub(crate) fn find(&self, sha256: &str) -> Option<PathBuf> {
        let key = self.ready()?;
        let path = self.path(sha256);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => return self.drop_file(&path, &error.to_string()),
        };
        match key.has_marked_file(sha256, &file) {
            Ok(true) => {}
            Ok(false) => return self.drop_file(&path, "it is not what this host has written"),
            Err(error) => return self.drop_file(&path, &error.to_string()),
        }
        // The oldest go first, so one that is used is young.
        let _ = file.set_modified(SystemTime::now());
        Some(path)
    }

    /// Keeps machine code. When that fails it is compiled again next time.
    pub(crate) fn write(&self, sha256: &str, native: &[u8]) {
        let Some(key) = self.ready() else {
            return;
        };
        let kept = self
            .put(&self.path(sha256), &key.marked(sha256, native))
            .and_then(|()| self.remove_oldest());
        if let Err(error) = kept {
            tracing::warn!(folder = %self.folder.display(), "compiled code is not kept: {error}");
        }
    }

    /// Deletes what is kept of a component.
    pub(crate) fn remove(&self, sha256: &str) {
        self.drop_file(&self.path(sha256), "it does not load");
    }

    /// The key; none when nothing can be kept safely, which is logged once.
    fn ready(&self) -> Option<&MarkKey> {
        let key = self.key.get_or_init(|| {
            host_key::open(&self.folder)
                .inspect_err(|error| {
                    tracing::warn!("compiled code is not kept, and every start compiles: {error}");
                })
                .ok()
        });
        key.as_ref()
    }

    fn path(&self, sha256: &str) -> PathBuf {
        self.folder.join(mark::name(sha256))
    }

    fn drop_file(&self, path: &Path, why: &str) -> Option<PathBuf> {
        tracing::warn!(path = %path.display(), "compiled code is thrown away and made anew: {why}");
        let _ = fs::remove_file(path);
        None
    }

    /// Whoever reads meanwhile sees the old file or the new one, never a part.
    fn put(&self, path: &Path, marked: &[u8]) -> io::Result<()> {
        let number = self.drafts.fetch_add(1, Relaxed);
        let draft = self
            .folder
            .join(format!("{}-{number}.draft", std::process::id()));
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)?;
        let written = file
            .write_all(marked)
            .and_then(|()| fs::rename(&draft, path));
        if written.is_err() {
            let _ = fs::remove_file(&draft);
        }
        written
    }

    /// Removes what was not used for longest until the rest fits.
    fn remove_oldest(&self) -> io::Result<()> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let metadata = entry.metadata()?;
            if metadata.is_file() && entry.file_name() != KEY_FILE {
                files.push((metadata.modified()?, entry.path(), metadata.len()));
            }
        }
        let mut bytes: u64 = files.iter().map(|(_, _, bytes)| bytes).sum();
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
pub(crate) mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::time::Duration;

    use super::*;

    /// A folder that is removed at the end of the test.
    pub(crate) struct Folder(pub(crate) PathBuf);

    impl Folder {
        pub(crate) fn new(test: &str) -> Self {
            let name = format!("reveille-{test}-{}", std::process::id());
            Self(std::env::temp_dir().join(name))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn what_is_kept_is_there_at_the_next_start() {
        let folder = Folder::new("kept");
        let cache = CodeCache::new(folder.0.clone());
        assert!(cache.find("aa").is_none());
        cache.write("aa", b"code");
        let again = CodeCache::new(folder.0.clone());
        assert!(
            fs::read(again.find("aa").unwrap())
                .unwrap()
                .starts_with(b"code")
        );
        again.remove("aa");
        assert!(again.find("aa").is_none());
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed_and_the_file_deleted() {
        let folder = Folder::new("flipped");
        let cache = CodeCache::new(folder.0.clone());
        cache.write("aa", b"code");
        let file = cache.path("aa");
        let whole = fs::read(&file).unwrap();
        for place in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[place] ^= 1;
            for broken in [flipped.as_slice(), &whole[..place]] {
                fs::write(&file, broken).unwrap();
                assert!(cache.find("aa").is_none());
                assert!(!file.exists());
            }
        }
    }

    #[test]
    fn code_of_another_component_or_another_host_is_not_taken() {
        let (ours, theirs) = (Folder::new("ours"), Folder::new("theirs"));
        let cache = CodeCache::new(ours.0.clone());
        cache.write("aa", b"code");
        fs::copy(cache.path("aa"), cache.path("bb")).unwrap();
        assert!(cache.find("bb").is_none());
        let other = CodeCache::new(theirs.0.clone());
        other.write("aa", b"evil");
        fs::copy(other.path("aa"), cache.path("aa")).unwrap();
        assert!(cache.find("aa").is_none());
    }

    #[test]
    fn the_oldest_go_when_the_folder_is_full_and_the_key_stays() {
        let folder = Folder::new("full");
        let mut cache = CodeCache::new(folder.0.clone());
        cache.most_bytes = 2 * (MARK_BYTES as u64 + 4);
        for (age, sha256) in ["aa", "bb", "cc"].iter().enumerate() {
            cache.write(sha256, b"code");
            let then = SystemTime::UNIX_EPOCH + Duration::from_secs(age as u64);
            if let Ok(file) = File::open(cache.path(sha256)) {
                file.set_modified(then).unwrap();
            }
        }
        assert!(cache.find("aa").is_none());
        assert!(cache.find("bb").is_some());
        assert!(cache.find("cc").is_some());
        assert!(host_key::open(&folder.0).is_ok());
    }

    #[test]
    fn a_key_that_others_can_read_has_nothing_kept() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = Folder::new("open-key");
        CodeCache::new(folder.0.clone()).write("aa", b"code");
        let key = folder.0.join(KEY_FILE);
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
        let cache = CodeCache::new(folder.0.clone());
        assert!(cache.find("aa").is_none());
        cache.write("bb", b"code");
        assert!(!cache.path("bb").exists());
    }
}
