//! What people are told unasked: news become notices, which the store keeps until they are sent to a topic of JANDI's.
//!
//! A [`Teller`] makes them, with what else they tell about in one write; a [`Courier`] sends them, each once.

mod courier;
mod event;
mod figures;
#[cfg(feature = "remote")]
mod incoming;
mod morning;
mod outlet;
mod pace;
mod post;
mod teller;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub(crate) use courier::Courier;
pub(crate) use event::Event;
pub(crate) use figures::NoticeFigures;
pub(crate) use post::{Post, Posted};
pub(crate) use teller::{Log, Teller};

/// The messenger.
///
/// # Errors
/// On a machine that cannot speak TLS.
#[cfg(feature = "remote")]
pub(crate) fn messenger() -> anyhow::Result<Arc<dyn Post>> {
    use anyhow::Context as _;
    let jandi = incoming::Jandi::new().context("messages cannot be sent from this machine")?;
    Ok(Arc::new(jandi))
}

/// None: a build without a network has no targets.
///
/// # Errors
/// Always.
#[cfg(not(feature = "remote"))]
pub(crate) fn messenger() -> anyhow::Result<Arc<dyn Post>> {
    anyhow::bail!("this build has no network in it. Build it with `cargo build --features aws`")
}
