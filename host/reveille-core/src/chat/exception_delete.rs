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

#[cfg(test)]
mod tests {
    use super::super::{
        Command,
        stage::{Stage, the_view},
    };
    use super::*;
    use crate::{
        model::Minute,
        testing::{date, schedule},
    };

    const NOW: &str = "2026-11-23 10:00";

    fn delete() -> Command {
        Command::DeleteException {
            schedule: "dev".to_owned(),
            date: date(2026, 11, 24),
            action: Turn::Stop,
        }
    }

    #[tokio::test]
    async fn what_was_set_is_taken_back() {
        let stage = Stage::new(schedule("dev"));
        let set = Command::SetException {
            schedule: "dev".to_owned(),
            date: date(2026, 11, 24),
            action: Turn::Stop,
            at: Some(Minute(1200)),
        };
        stage.answer(set, NOW).await;
        let answer = stage.answer(delete(), NOW).await;
        assert!(answer.changed);
        let view = the_view!(answer.reply.unwrap(), ExceptionDeleted);
        assert_eq!(view.deleted.unwrap().at, Some(Minute(1200)));
        assert_eq!(view.spans[1].end, Minute(22 * 60));
    }

    #[tokio::test]
    async fn where_nothing_was_set_that_is_said() {
        let stage = Stage::new(schedule("dev"));
        let answer = stage.answer(delete(), NOW).await;
        assert!(!answer.changed);
        let view = the_view!(answer.reply.unwrap(), ExceptionDeleted);
        assert_eq!(view.deleted, None);
        assert_eq!(stage.memory.whole_audit().len(), 1);
    }
}
