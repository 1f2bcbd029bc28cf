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

pub(crate) use courier::Courier;
pub(crate) use event::Event;
pub(crate) use figures::NoticeFigures;
#[cfg(feature = "remote")]
pub(crate) use incoming::Jandi;
pub(crate) use post::{Post, Posted};
pub(crate) use teller::{Log, Teller};
