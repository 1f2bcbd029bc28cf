//! Where messages go.

use std::time::Duration;

use async_trait::async_trait;
use reveille_core::model::reply::Message;

/// Longest time for a message: JANDI puts it into a queue and answers at once. Shorter than what a program gets that is
/// told to stop.
pub(crate) const POST_TIME: Duration = Duration::from_secs(8);

/// What became of a message. The texts have no URL in them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "remote"),
    allow(dead_code, reason = "a build without a network sends nothing")
)]
pub(crate) enum Posted {
    /// The messenger has it.
    Taken,
    /// The messenger has it not, and another try is worth it.
    Later {
        /// Why.
        cause: String,
        /// How long to wait, where the messenger says.
        wait: Option<Duration>,
    },
    /// The messenger has it not, and will not take it from this URL: why, and what to do.
    Refused(String),
    /// Nobody knows: the connection ended when the message may have been under way. It is not sent again.
    Unknown(String),
}

impl Posted {
    /// It is tried again; when does not matter to the messenger.
    #[cfg_attr(
        not(feature = "remote"),
        allow(dead_code, reason = "a build without a network sends nothing")
    )]
    pub(crate) fn later(cause: impl Into<String>) -> Self {
        Self::Later {
            cause: cause.into(),
            wait: None,
        }
    }
}

/// Takes messages to a messenger.
#[async_trait]
pub(crate) trait Post: Send + Sync {
    /// Sends `message` to `url`, once.
    async fn post(&self, url: &str, message: &Message) -> Posted;
}
