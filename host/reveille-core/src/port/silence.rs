//! The notifier that tells nobody.

use async_trait::async_trait;
use chrono::Duration;

use super::{News, Notifier};
use crate::model::{Notice, Schedule};

/// Nobody is told, and nothing of what would be told is kept.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silence;

#[async_trait]
impl Notifier for Silence {
    fn warning(&self, _: &Schedule) -> Option<Duration> {
        None
    }

    fn notices(&self, _: &News<'_>) -> Vec<Notice> {
        Vec::new()
    }

    async fn announce(&self, _: &News<'_>) {}
}
