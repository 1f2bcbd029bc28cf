//! `exception info` and `exception list`: what was set.

use chrono::NaiveDate;

use crate::model::reply::{ExceptionsView, Reply};

use super::subject::Subject;

/// Shows the exceptions of a date.
pub(super) fn show(subject: &Subject<'_>, date: Option<NaiveDate>) -> Reply {
    let date = date.unwrap_or(subject.here.date);
    Reply::Exceptions(ExceptionsView {
        schedule: subject.name(),
        date: Some(date),
        exceptions: subject
            .exceptions
            .iter()
            .filter(|exception| exception.date == date)
            .cloned()
            .collect(),
    })
}

/// Shows the exceptions from today on, and yesterday's that reach into today.
pub(super) fn list(subject: &Subject<'_>) -> Reply {
    let today = subject.here.date;
    let mut exceptions = subject.exceptions_reaching(today);
    exceptions.extend(
        subject
            .exceptions
            .iter()
            .filter(|exception| exception.date > today)
            .cloned(),
    );
    Reply::Exceptions(ExceptionsView {
        schedule: subject.name(),
        date: None,
        exceptions,
    })
}
