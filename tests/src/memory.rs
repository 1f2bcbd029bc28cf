//! What a process takes of memory.

use std::{fs, io};

/// Kilobytes that a process holds in memory, by the name that Linux gives them in `/proc/<pid>/status`: `VmRSS` now, `VmHWM`
/// at most so far, `RssAnon` what is not a file's.
///
/// # Errors
/// On other systems.
pub fn memory(process: u32, name: &str) -> io::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.ok_or_else(|| io::Error::other(format!("there is no {name}")))
}
