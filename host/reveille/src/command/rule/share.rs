//! Machine code of a rule for hosts without a compiler, which cannot make it themselves.

use anyhow::ensure;
use reveille_sandbox::{Candidate, TARGET};

use crate::{
    command::Setting,
    house::{House, print},
};

/// Puts the machine code of `candidate` where hosts share it, and says so; nothing where the configuration names no such
/// place.
///
/// # Errors
/// When those hosts run on something else than this one, or the code cannot be put there.
pub(super) async fn share(
    setting: &Setting,
    house: &House,
    candidate: &Candidate,
) -> anyhow::Result<()> {
    let Some(shared) = &setting.config.taking.shared else {
        return Ok(());
    };
    let (word, target) = shared.target;
    ensure!(
        target == TARGET,
        "nothing was changed: machine code is shared for Linux on {word} (`target` under [sandbox]), and this Reveille \
         compiles for {TARGET} alone. Run one that is built for {target}, or name the other target"
    );
    let (sandbox, candidate) = (house.sandbox.clone(), candidate.clone());
    let sharing = tokio::task::spawn_blocking(move || sandbox.share(&candidate));
    if let Some(place) = sharing.await?? {
        print(&format!(
            "shared: {place} (Reveille {}, {TARGET})\n",
            env!("CARGO_PKG_VERSION")
        ));
    }
    Ok(())
}
