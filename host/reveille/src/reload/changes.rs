//! When to read the configuration anew: at SIGHUP, when its file has become another one, and again while the last
//! reading was refused.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use reveille_loader::NEAR_EVERY;
use sha2::{Digest as _, Sha256};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How many looks after a refusal it is tried again, 30 seconds: what it stumbled over may lie elsewhere.
const LOOKS_UNTIL_RETRY: u32 = 60;

/// What tells that there is something new.
#[derive(Debug)]
pub(crate) struct Changes {
    hangup: Signal,
    watch: Option<Watch>,
}

impl Changes {
    /// Listens to SIGHUP and watches `file` from now on.
    ///
    /// # Errors
    /// When the system does not let it listen.
    pub(crate) fn listen(file: Option<PathBuf>) -> io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            watch: file.map(Watch::new),
        })
    }

    /// Waits for the next one. A wait that is broken off misses nothing.
    pub(crate) async fn next(&mut self) {
        loop {
            tokio::select! {
                _ = self.hangup.recv() => {
                    if let Some(watch) = &mut self.watch {
                        watch.catch_up();
                    }
                    return;
                }
                () = tokio::time::sleep(NEAR_EVERY), if self.watch.is_some() => {
                    if self.watch.as_mut().is_some_and(Watch::look) {
                        return;
                    }
                }
            }
        }
    }

    /// What was read last cannot be used: it is worth another try after a while.
    pub(crate) fn try_again(&mut self) {
        if let Some(watch) = &mut self.watch {
            watch.sight.retry_in = Some(LOOKS_UNTIL_RETRY);
        }
    }
}

/// A file that is looked at.
#[derive(Debug)]
struct Watch {
    file: PathBuf,
    sight: Sight,
}

impl Watch {
    fn new(file: PathBuf) -> Self {
        let sight = Sight::new(print(&file));
        Self { file, sight }
    }

    fn look(&mut self) -> bool {
        self.sight.look(print(&self.file))
    }

    /// It is about to be read: what it is now is nothing new.
    fn catch_up(&mut self) {
        self.sight = Sight::new(print(&self.file));
    }
}

/// Stands for what a file says; nothing while it cannot be read.
type Print = Option<[u8; 32]>;

/// A configuration is a few kilobytes, so that reading it costs no more than asking for its time. It is what the path
/// leads to, so that links that are switched, as Kubernetes does it, are seen.
fn print(file: &Path) -> Print {
    fs::read(file).ok().map(|text| Sha256::digest(text).into())
}

/// What was seen of a file, look by look.
#[derive(Debug)]
struct Sight {
    /// What was read last.
    read: Print,
    /// What was there at the last look.
    last: Print,
    /// Looks until it is read again all the same.
    retry_in: Option<u32>,
}

impl Sight {
    fn new(now: Print) -> Self {
        Self {
            read: now,
            last: now,
            retry_in: None,
        }
    }

    /// Whether it is to be read now: it is another one than was read, and as it was at the last look, so that nobody is
    /// in the middle of writing it.
    fn look(&mut self, now: Print) -> bool {
        let is_settled = self.last == now;
        self.last = now;
        let is_due = match &mut self.retry_in {
            None => false,
            Some(0) => true,
            Some(looks) => {
                *looks -= 1;
                false
            }
        };
        let reads = is_settled && (is_due || self.read != now);
        if reads {
            *self = Self::new(now);
        }
        reads
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const OLD: Print = Some([1; 32]);
    const HALF: Print = Some([2; 32]);
    const NEW: Print = Some([3; 32]);

    /// What is there at each look, and at which of them it is read.
    #[track_caller]
    fn check(looks: &[Print], read_at: &[usize]) {
        let mut sight = Sight::new(OLD);
        let read: Vec<usize> = (0..looks.len())
            .filter(|look| sight.look(looks[*look]))
            .collect();
        assert_eq!(read, read_at);
    }

    #[test]
    fn a_file_that_stays_as_it_is_is_not_read_again() {
        check(&[OLD, OLD, OLD], &[]);
    }

    #[test]
    fn a_changed_file_is_read_once_when_nobody_writes_it_any_more() {
        check(&[OLD, HALF, NEW, NEW, NEW], &[3]);
    }

    #[test]
    fn a_file_that_is_gone_for_a_moment_and_comes_back_is_not_read() {
        check(&[None, OLD, OLD], &[]);
    }

    #[test]
    fn a_file_that_stays_away_is_told_once() {
        check(&[None, None, None], &[1]);
    }

    #[test]
    fn what_was_refused_is_tried_again_after_a_while() {
        let mut sight = Sight::new(OLD);
        sight.retry_in = Some(2);
        let read: Vec<bool> = (0..5).map(|_| sight.look(OLD)).collect();
        assert_eq!(read, [false, false, true, false, false]);
    }

    #[test]
    fn a_link_that_is_switched_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let link = |to: &str| {
            std::os::unix::fs::symlink(to, path("..data_tmp")).unwrap();
            fs::rename(path("..data_tmp"), path("..data")).unwrap();
        };
        for (version, text) in [("one", "a = 1"), ("two", "a = 2")] {
            fs::create_dir(path(version)).unwrap();
            fs::write(path(version).join("reveille.toml"), text).unwrap();
        }
        link("one");
        std::os::unix::fs::symlink("..data/reveille.toml", path("reveille.toml")).unwrap();
        let mut watch = Watch::new(path("reveille.toml"));
        assert!(!watch.look());
        link("two");
        assert_eq!(
            [watch.look(), watch.look(), watch.look()],
            [false, true, false]
        );
    }
}
