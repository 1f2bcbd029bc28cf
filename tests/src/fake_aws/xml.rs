//! Elements with text.

use std::fmt::Write;

use chrono::{DateTime, SecondsFormat, Utc};

/// `text` as it may stand between tags.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // What XML cannot say otherwise.
            control if control.is_control() => {
                let _ = write!(out, "&#{};", u32::from(control));
            }
            plain => out.push(plain),
        }
    }
    out
}

/// `<name>text</name>`.
pub(super) fn element(out: &mut String, name: &str, text: &str) {
    let _ = write!(out, "<{name}>{}</{name}>", escaped(text));
}

/// An instant as AWS writes it.
pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
