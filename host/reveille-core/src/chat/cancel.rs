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
