//! `cancel`: ends an order.

use crate::{
    model::reply::{CancelledView, Reply},
    port::Change,
};

use super::{done::Done, subject::Subject};

/// Ends the order, if one stands, and tells what the plan makes of it.
pub(super) fn end(subject: &Subject<'_>) -> Done {
    let timeline = subject.timeline();
    let changes = subject
        .force
        .iter()
        .map(|force| Change::DeleteForce {
            schedule: force.schedule.clone(),
        })
        .collect();
    Done {
        reply: Reply::Cancelled(CancelledView {
            schedule: subject.name(),
            cancelled: subject.forced(),
            want: timeline
                .wanted_at(subject.here)
                .ok()
                .map(|wanted| wanted.want),
            next: timeline.next_change(subject.here).ok().flatten(),
        }),
        changes,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        Command, ForceEnd,
        stage::{Stage, the_view},
    };
    use super::*;
    use crate::{model::Want, port::Store, testing::schedule};

    fn cancel() -> Command {
        Command::Cancel {
            schedule: "dev".to_owned(),
        }
    }

    async fn force(stage: &Stage, now: &str) {
        let command = Command::Force {
            schedule: "dev".to_owned(),
            want: Want::Stop,
            end: ForceEnd::Plan,
        };
        assert!(stage.answer(command, now).await.changed);
    }

    #[tokio::test]
    async fn an_order_is_ended_and_the_plan_stands_again() {
        let stage = Stage::new(schedule("dev"));
        force(&stage, "2026-11-23 14:00").await;
        let answer = stage.answer(cancel(), "2026-11-23 15:00").await;
        assert!(answer.changed);
        let view = the_view!(answer.reply.unwrap(), Cancelled);
        assert_eq!(view.cancelled.unwrap().want, Want::Stop);
        assert_eq!(view.want, Some(Want::Run));
        assert_eq!(view.next.unwrap().at.to_string(), "2026-11-23 22:00");
        assert_eq!(stage.memory.forces().await.unwrap(), []);
    }

    #[tokio::test]
    async fn where_no_order_stands_that_is_said() {
        let stage = Stage::new(schedule("dev"));
        force(&stage, "2026-11-23 14:00").await;
        let answer = stage.answer(cancel(), "2026-11-24 10:00").await;
        assert!(!answer.changed, "the order had ended by itself");
        let view = the_view!(answer.reply.unwrap(), Cancelled);
        assert_eq!(view.cancelled, None);
    }

    #[tokio::test]
    async fn while_a_rule_fails_nothing_is_said_of_the_plan() {
        let stage = Stage::new(schedule("dev")).failing_rule();
        force(&stage, "2026-11-23 14:00").await;
        let view = the_view!(stage.reply(cancel(), "2026-11-23 15:00").await, Cancelled);
        assert!(view.cancelled.is_some());
        assert_eq!((view.want, view.next), (None, None));
    }
}
