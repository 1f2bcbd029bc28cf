//! Words for replies.

use crate::model::{
    RuleFailure,
    reply::{Context, Message, Reply},
};

/// Puts replies into words. Called once a reply.
pub trait Formatter: Send + Sync {
    /// The reply in words, checked against the messenger's limits and without control characters.
    ///
    /// # Errors
    /// When the component fails; the caller then answers with [`crate::chat::plain`].
    fn format(&self, context: &Context, reply: &Reply) -> Result<Message, RuleFailure>;
}
