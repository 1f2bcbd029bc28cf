//! What a formatter says.

use crate::formatter::Message;

/// The bar beside a message, as JANDI's own messages have it.
const COLOUR: &str = "#FAC11B";

impl Message {
    /// A text with nothing under it.
    pub fn new(body: impl Into<String>) -> Self {
        Self {
            body: body.into(),
            connect_color: COLOUR.into(),
            connect_info: Vec::new(),
        }
    }
}
