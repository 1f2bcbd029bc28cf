//! `exception del`: takes an exception back.

use chrono::NaiveDate;

use crate::{
    model::{
        Exception, Turn,
        reply::{ExceptionDeletedView, Reply},
    },
    port::Change,
};

use super::{
    done::Done,
    subject::{Subject, day},
};

/// Removes an exception, and says so when there is none.
pub(super) fn delete(subject: &Subject<'_>, date: NaiveDate, action: Turn) -> Done {
    let deleted = subject.exception(date, action).cloned();
    let rest: Vec<Exception> = subject
        .exceptions
        .iter()
        .filter(|exception| (exception.date, exception.action) != (date, action))
        .cloned()
        .collect();
    let changes = deleted
        .iter()
        .map(|exception| Change::DeleteException {
            schedule: exception.schedule.clone(),
            date,
            action,
        })
        .collect();
    Done {
        reply: Reply::ExceptionDeleted(ExceptionDeletedView {
            schedule: subject.name(),
            date,
            action,
            deleted,
            spans: day(&subject.timeline_with(&rest), date),
        }),
        changes,
    }
}
