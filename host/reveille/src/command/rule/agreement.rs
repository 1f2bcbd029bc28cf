//! Asks before something is changed for everybody.

use std::io::{BufRead as _, IsTerminal as _};

use anyhow::ensure;

use crate::house::print;

/// Asks whoever sits there.
///
/// # Errors
/// When nobody does.
pub(super) fn agreed(question: &str) -> anyhow::Result<bool> {
    let input = std::io::stdin();
    ensure!(
        input.is_terminal(),
        "nothing was changed: nobody is there to ask. Say --yes to do it"
    );
    print(&format!("{question} [y/N] "));
    let mut answer = String::new();
    input.lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
