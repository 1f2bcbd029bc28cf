//! `exception info` and `exception list`: what was set.

use chrono::NaiveDate;

use crate::model::reply::{ExceptionsView, Reply};

use super::subject::Subject;

/// Shows the exceptions of a date.
pub(super) fn show(subject: &Subject<'_>, date: NaiveDate) -> Reply {
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

#[cfg(test)]
mod tests {
    use super::super::{
        Command,
        stage::{Stage, the_view},
    };
    use crate::{
        model::{Minute, Turn, reply::ExceptionsView, reply::Reply},
        testing::{date, schedule},
    };

    async fn set(stage: &Stage, day: u32, at: Option<Minute>, now: &str) {
        let command = Command::SetException {
            schedule: "dev".to_owned(),
            date: date(2026, 11, day),
            action: Turn::Stop,
            at,
        };
        assert!(stage.answer(command, now).await.changed);
    }

    async fn listed(stage: &Stage, now: &str) -> ExceptionsView {
        let command = Command::ExceptionList {
            schedule: "dev".to_owned(),
        };
        the_view!(stage.reply(command, now).await, Exceptions)
    }

    #[tokio::test]
    async fn a_date_shows_its_exceptions_only() {
        let stage = Stage::new(schedule("dev"));
        set(&stage, 23, Some(Minute(1380)), "2026-11-23 10:00").await;
        set(&stage, 24, None, "2026-11-23 10:00").await;
        let command = Command::ExceptionInfo {
            schedule: "dev".to_owned(),
            date: Some(date(2026, 11, 23)),
        };
        let view = the_view!(stage.reply(command, "2026-11-23 10:00").await, Exceptions);
        assert_eq!(view.date, Some(date(2026, 11, 23)));
        assert_eq!(view.exceptions.len(), 1);
        assert_eq!(view.exceptions[0].by, "Hana");
    }

    #[tokio::test]
    async fn without_a_date_all_that_lie_ahead_are_shown() {
        let stage = Stage::new(schedule("dev"));
        set(&stage, 24, None, "2026-11-23 10:00").await;
        let command = Command::ExceptionInfo {
            schedule: "dev".to_owned(),
            date: None,
        };
        let view = the_view!(stage.reply(command, "2026-11-23 10:00").await, Exceptions);
        assert_eq!((view.date, view.exceptions.len()), (None, 1));
    }

    #[tokio::test]
    async fn the_list_leaves_out_what_is_over() {
        let stage = Stage::new(schedule("dev"));
        set(&stage, 23, Some(Minute(1380)), "2026-11-23 10:00").await;
        set(&stage, 24, Some(Minute(1560)), "2026-11-23 10:00").await;
        set(&stage, 30, None, "2026-11-23 10:00").await;
        assert_eq!(listed(&stage, "2026-11-23 10:00").await.exceptions.len(), 3);
        // Tuesday's stop at 26:00 reaches into Wednesday.
        assert_eq!(listed(&stage, "2026-11-25 01:00").await.exceptions.len(), 2);
        assert_eq!(listed(&stage, "2026-11-26 01:00").await.exceptions.len(), 1);
    }

    #[tokio::test]
    async fn a_past_date_can_be_looked_up() {
        let stage = Stage::new(schedule("dev"));
        set(&stage, 23, Some(Minute(1380)), "2026-11-23 10:00").await;
        let command = Command::ExceptionInfo {
            schedule: "dev".to_owned(),
            date: Some(date(2026, 11, 23)),
        };
        let view = the_view!(stage.reply(command, "2026-12-23 10:00").await, Exceptions);
        assert_eq!(view.exceptions.len(), 1);
    }
}
