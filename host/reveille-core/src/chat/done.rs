//! What a command comes to.

use crate::{model::reply::Reply, port::Change};

/// What a command comes to: what is answered, and what is to be written before it is.
pub(super) struct Done {
    pub(super) reply: Reply,
    pub(super) changes: Vec<Change>,
}

impl From<Reply> for Done {
    fn from(reply: Reply) -> Self {
        Self {
            reply,
            changes: Vec::new(),
        }
    }
}
