//! The two exceptions that a day can have.

use reveille_sdk::types::{Date, Exception, Minute, Turn};

/// The exceptions of one date.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Pair<'a> {
    pub(crate) start: Option<Change<'a>>,
    pub(crate) stop: Option<Change<'a>>,
}

/// A turn that was moved or cancelled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change<'a> {
    /// When it happens instead; none when it is cancelled.
    pub(crate) at: Option<Minute>,
    exception: &'a Exception,
}

impl<'a> Pair<'a> {
    /// Those of a date. Where there are several for a turn, which no store keeps, the last one counts.
    pub(crate) fn of(date: Date, exceptions: &'a [Exception]) -> Self {
        let last = |turn| {
            let mut all = exceptions.iter().rev();
            let found = all.find(|exception| exception.date == date && exception.action == turn);
            found.map(|exception| Change {
                at: exception.at,
                exception,
            })
        };
        Self {
            start: last(Turn::Start),
            stop: last(Turn::Stop),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.start.is_none() && self.stop.is_none()
    }
}

impl Change<'_> {
    /// Who changed it, and why if they said so.
    pub(crate) fn reason(&self) -> String {
        let Exception { by, reason, .. } = self.exception;
        match reason.as_deref().filter(|reason| !reason.is_empty()) {
            Some(reason) => format!("exception by {by}: {reason}"),
            None => format!("exception by {by}"),
        }
    }
}
