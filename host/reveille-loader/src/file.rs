//! Files of this machine.

use std::{
    fs::{self, File, Metadata},
    io::{self, Read as _},
    os::unix::fs::MetadataExt as _,
    sync::Arc,
};

use async_trait::async_trait;
use reveille_core::port::{FetchRequest, Fetched, Source, SourceError};

/// Begins the version of a file that was read once.
const ONCE: &str = "once ";

/// Files, by their path. What tells one version from another are the file's time, its size and which file it is.
///
/// Two writes within a few milliseconds may leave all of these as they were, so a file that has changed is read twice:
/// the second time when it is asked for again.
#[derive(Debug, Clone, Copy, Default)]
pub struct FileSource;

#[async_trait]
impl Source for FileSource {
    async fn fetch(&self, request: &FetchRequest<'_>) -> Result<Fetched, SourceError> {
        let location = request.location.to_owned();
        let known = request.known.map(str::to_owned);
        let most_bytes = request.most_bytes;
        let read = tokio::task::spawn_blocking({
            let location = location.clone();
            move || read(&location, known.as_deref(), most_bytes)
        });
        read.await.unwrap_or_else(|error| {
            Err(SourceError::Other {
                location,
                source: Arc::new(error),
            })
        })
    }
}

fn read(location: &str, known: Option<&str>, most_bytes: u64) -> Result<Fetched, SourceError> {
    let failed = |error| failure(location, error);
    // Opening a pipe would wait for somebody who writes into it.
    if !fs::metadata(location).map_err(failed)?.is_file() {
        return Err(SourceError::Unusable {
            location: location.to_owned(),
            remedy: "it is not a file; write the path of one".to_owned(),
        });
    }
    let mut file = File::open(location).map_err(failed)?;
    let stamp = stamp(&file.metadata().map_err(failed)?);
    if known == Some(stamp.as_str()) {
        return Ok(Fetched::Unchanged);
    }
    let mut bytes = Vec::new();
    (&mut file)
        .take(most_bytes.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if self::stamp(&file.metadata().map_err(failed)?) != stamp {
        return Err(SourceError::Busy {
            location: location.to_owned(),
            cause: "it is being written".to_owned(),
        });
    }
    if bytes.len() as u64 > most_bytes {
        return Err(SourceError::TooLarge {
            location: location.to_owned(),
            most_bytes,
        });
    }
    let read_before = known.and_then(|known| known.strip_prefix(ONCE)) == Some(&stamp);
    Ok(Fetched::New {
        bytes,
        version: Some(if read_before {
            stamp
        } else {
            format!("{ONCE}{stamp}")
        }),
    })
}

/// What changes when a file does, or when another one takes its place.
fn stamp(metadata: &Metadata) -> String {
    format!(
        "{}.{:09} {} {}:{}",
        metadata.mtime(),
        metadata.mtime_nsec(),
        metadata.len(),
        metadata.dev(),
        metadata.ino()
    )
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is left is told as it is"
)]
fn failure(location: &str, error: io::Error) -> SourceError {
    let location = location.to_owned();
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => SourceError::Missing { location },
        io::ErrorKind::PermissionDenied => SourceError::Denied {
            location,
            cause: "the system does not let this process read it; change its owner or mode"
                .to_owned(),
        },
        _ => SourceError::Other {
            location,
            source: Arc::new(error),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use std::{path::Path, process::Command};

    use super::*;

    async fn fetch(path: &Path, known: Option<&str>) -> Result<Fetched, SourceError> {
        let location = path.to_str().unwrap();
        let request = FetchRequest {
            location,
            known,
            most_bytes: 8,
        };
        FileSource.fetch(&request).await
    }

    #[track_caller]
    fn new(fetched: Result<Fetched, SourceError>) -> (Vec<u8>, String) {
        match fetched.unwrap() {
            Fetched::New { bytes, version } => (bytes, version.unwrap()),
            Fetched::Unchanged => panic!("it is unchanged"),
        }
    }

    #[tokio::test]
    async fn a_file_is_read_twice_and_then_again_when_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wasm");
        fs::write(&path, "one").unwrap();
        let (bytes, once) = new(fetch(&path, None).await);
        assert_eq!(bytes, b"one");
        let (bytes, twice) = new(fetch(&path, Some(&once)).await);
        assert_eq!(bytes, b"one");
        assert_eq!(
            fetch(&path, Some(&twice)).await.unwrap(),
            Fetched::Unchanged
        );
        fs::write(&path, "three").unwrap();
        assert_eq!(new(fetch(&path, Some(&twice)).await).0, b"three");
    }

    #[tokio::test]
    async fn another_file_of_the_same_size_in_its_place_is_another_version() {
        let folder = tempfile::tempdir().unwrap();
        let (path, draft) = (folder.path().join("a"), folder.path().join("draft"));
        fs::write(&path, "one").unwrap();
        let (_, once) = new(fetch(&path, None).await);
        let (_, twice) = new(fetch(&path, Some(&once)).await);
        fs::write(&draft, "two").unwrap();
        fs::rename(&draft, &path).unwrap();
        assert_eq!(new(fetch(&path, Some(&twice)).await).0, b"two");
    }

    #[tokio::test]
    async fn what_is_no_file_is_refused_without_waiting_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(
            Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        for path in [folder.path(), &pipe] {
            let error = fetch(path, None).await.unwrap_err();
            assert!(error.to_string().contains("not a file"), "{error}");
        }
        let error = fetch(&folder.path().join("none"), None).await.unwrap_err();
        assert!(matches!(error, SourceError::Missing { .. }), "{error}");
    }

    #[tokio::test]
    async fn a_file_above_the_limit_is_refused_and_one_at_it_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "12345678").unwrap();
        assert_eq!(new(fetch(&path, None).await).0.len(), 8);
        fs::write(&path, "123456789").unwrap();
        let error = fetch(&path, None).await.unwrap_err();
        assert!(error.to_string().contains("more than 8 bytes"), "{error}");
    }
}
