//! The key that only this host has, with which it marks the machine code that it keeps.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use rustix::process::geteuid;
use thiserror::Error;

use crate::mark::{KEY_BYTES, MarkKey};

/// Name of the key's file.
pub(crate) const KEY_FILE: &str = "key";

/// Why there is no key that can be trusted.
#[derive(Debug, Error)]
pub(crate) enum KeyError {
    #[error("`{path}` cannot be used: {cause}")]
    Io { path: PathBuf, cause: io::Error },
    #[error("`{path}` belongs to another user; delete it, and a new one is made")]
    Owner { path: PathBuf },
    #[error(
        "`{path}` has mode {mode:03o}, so others can reach it; delete the folder and it is made anew"
    )]
    Mode { path: PathBuf, mode: u32 },
    #[error("`{path}` is no key; delete it, and a new one is made")]
    Malformed { path: PathBuf },
}

/// The key in `folder`, which others on this machine cannot read. Either is made when it is missing.
pub(crate) fn open(folder: &Path) -> Result<MarkKey, KeyError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |cause| KeyError::Io { path, cause }
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(failed(folder))?;
    // Who may write into the folder could put another key there.
    let metadata = fs::metadata(folder).map_err(failed(folder))?;
    private(folder, &metadata, 0o022)?;
    let path = folder.join(KEY_FILE);
    let mut file = match File::open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make(folder, &path).map_err(failed(&path))?;
            File::open(&path).map_err(failed(&path))?
        }
        opened => opened.map_err(failed(&path))?,
    };
    let metadata = file.metadata().map_err(failed(&path))?;
    private(&path, &metadata, 0o077)?;
    let mut key = [0; KEY_BYTES];
    if metadata.len() != KEY_BYTES as u64 || !metadata.is_file() {
        return Err(KeyError::Malformed { path });
    }
    file.read_exact(&mut key).map_err(failed(&path))?;
    Ok(MarkKey(key))
}

/// Refuses what belongs to another user, or what others may do with it.
fn private(path: &Path, metadata: &fs::Metadata, others: u32) -> Result<(), KeyError> {
    let path = path.to_owned();
    if metadata.uid() != geteuid().as_raw() {
        return Err(KeyError::Owner { path });
    }
    let mode = metadata.mode() & 0o777;
    if mode & others != 0 {
        return Err(KeyError::Mode { path, mode });
    }
    Ok(())
}

/// Makes a key, unless another process of this host has just made one.
fn make(folder: &Path, path: &Path) -> io::Result<()> {
    let mut key = [0; KEY_BYTES];
    File::open("/dev/urandom")?.read_exact(&mut key)?;
    let draft = folder.join(format!(".{KEY_FILE}.{}", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(&key)?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::code_cache::tests::Folder;

    fn allow(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_key_is_made_once_and_for_its_owner_only() {
        let folder = Folder::new("key-once");
        let first = open(&folder.0).unwrap();
        let second = open(&folder.0).unwrap();
        assert_eq!(first.0, second.0);
        let mode = fs::metadata(folder.0.join(KEY_FILE)).unwrap().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let folder = Folder::new("key-mode");
        open(&folder.0).unwrap();
        for mode in [0o640, 0o604, 0o620] {
            allow(&folder.0.join(KEY_FILE), mode);
            let error = open(&folder.0).unwrap_err().to_string();
            assert!(error.contains(&format!("has mode {mode:03o}")), "{error}");
        }
    }

    #[test]
    fn a_folder_that_others_can_write_into_is_refused() {
        let folder = Folder::new("key-folder");
        open(&folder.0).unwrap();
        allow(&folder.0, 0o770);
        let error = open(&folder.0).unwrap_err().to_string();
        assert!(error.contains("has mode 770"), "{error}");
    }

    #[test]
    fn a_key_of_another_length_is_refused() {
        let folder = Folder::new("key-length");
        open(&folder.0).unwrap();
        fs::write(folder.0.join(KEY_FILE), [7; 16]).unwrap();
        let error = open(&folder.0).unwrap_err().to_string();
        assert!(error.contains("is no key"), "{error}");
    }
}
