//! A message from chat, and what is answered to it.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

use crate::model::reply::{Message, Reply};

/// Who wrote a message, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The name that they go by; two people may share one.
    pub name: String,
    /// Their e-mail address, where the messenger tells it.
    pub email: Option<String>,
    /// The room that they wrote in.
    pub room: String,
}

impl Caller {
    /// What people are shown: the name, else the e-mail address as far as its `@`. A whole address is never shown.
    #[must_use]
    pub fn shown(&self) -> &str {
        match &self.email {
            Some(email) if self.name.trim().is_empty() => {
                email.split_once('@').map_or(email, |(local, _)| local)
            }
            Some(_) | None => &self.name,
        }
    }

    /// What the audit keeps: the name, and the e-mail address that tells two of one name apart.
    #[must_use]
    pub fn identity(&self) -> String {
        match &self.email {
            Some(email) if email != self.shown() => format!("{} <{email}>", self.shown()),
            Some(_) | None => self.shown().to_owned(),
        }
    }

    /// What people are shown of an identity that the audit has kept.
    #[must_use]
    pub fn shown_of(identity: &str) -> &str {
        identity
            .split_once(" <")
            .map_or(identity, |(shown, _)| shown)
    }

    /// Whether `entry`, an e-mail address, a name or a room, means this caller.
    ///
    /// An entry with an `@` is an e-mail address and nothing else: anybody can take one for a name.
    #[must_use]
    pub fn is_meant_by(&self, entry: &str) -> bool {
        let entry = folded(entry);
        let email = self.email.as_deref().map(folded);
        if entry.contains('@') {
            return email == Some(entry);
        }
        !entry.is_empty() && (entry == folded(&self.name) || entry == folded(&self.room))
    }
}

/// Two spellings of one text are the same after this: Hangul typed on a Mac, capitals, blanks at the ends.
fn folded(text: &str) -> String {
    text.trim().nfkc().collect::<String>().to_lowercase()
}

/// A message from chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// What was typed, without the `/keyword`.
    pub text: String,
    /// Who wrote it.
    pub writer: Caller,
    /// The keyword, without the slash: examples use it.
    pub keyword: String,
    /// Names of the schedules that the message's token may see; none is all.
    pub sees: Option<BTreeSet<String>>,
    /// Names the message: the same one delivered twice has the same key ([`crate::port::Delivery::key`]).
    pub delivery_key: String,
}

impl Incoming {
    /// Whether its token may see the schedule of this name.
    #[must_use]
    pub fn may_see(&self, schedule: &str) -> bool {
        self.sees
            .as_ref()
            .is_none_or(|sees| sees.contains(schedule))
    }
}

/// What is answered to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// In words.
    pub message: Message,
    /// As data; none where the message, or the same question, was answered before and is answered as it was then.
    pub reply: Option<Reply>,
    /// What is wanted has changed: the scheduler should look now rather than at its next tick.
    pub changed: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hana() -> Caller {
        Caller {
            name: "Hana".to_owned(),
            email: Some("hana@example.com".to_owned()),
            room: "개발".to_owned(),
        }
    }

    #[test]
    fn a_caller_is_meant_by_address_name_or_room_in_any_case() {
        for entry in ["HANA@example.com", " hana ", "개발", "개발"] {
            assert!(hana().is_meant_by(entry), "{entry}");
        }
        for entry in ["", "han", "hana@example", "ops"] {
            assert!(!hana().is_meant_by(entry), "{entry}");
        }
    }

    #[test]
    fn a_name_that_looks_like_an_address_is_not_one() {
        let impostor = Caller {
            name: "boss@example.com".to_owned(),
            email: None,
            room: "boss@example.com".to_owned(),
        };
        assert!(!impostor.is_meant_by("boss@example.com"));
    }

    #[test]
    fn the_audit_tells_two_of_one_name_apart() {
        assert_eq!(hana().identity(), "Hana <hana@example.com>");
        let nameless = Caller {
            name: " ".to_owned(),
            ..hana()
        };
        assert_eq!(nameless.identity(), "hana <hana@example.com>");
        assert_eq!(Caller::shown_of(&nameless.identity()), "hana");
        let unknown = Caller {
            email: None,
            ..hana()
        };
        assert_eq!(unknown.identity(), "Hana");
    }
}
