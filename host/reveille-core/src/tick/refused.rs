//! Orders that the fleet refused, or that were not given: what is remembered, written down and told of them.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{
    member::Member,
    news::{self, Event},
    report::ActionTaken,
    round::Results,
    settings::MAX_AUDITED_NAMES,
    standing::action_word,
};
use crate::{
    model::{
        AuditRecord, AuditSubject, Remembered, Schedule, ServerId,
        reply::{Announcement, ServerNote, ServerView},
    },
    port::{ActErrorKind, Outcome},
};

/// What came of the orders of a tick.
#[derive(Default)]
pub(super) struct Refused {
    pub(super) changed: Vec<Remembered>,
    pub(super) gone: Vec<ServerId>,
    pub(super) audit: Vec<AuditRecord>,
    pub(super) news: Vec<Event>,
    pub(super) actions: Vec<ActionTaken>,
}

impl Refused {
    pub(super) fn of(results: &Results<'_>, outcomes: &[Outcome], now: DateTime<Utc>) -> Self {
        let mut refused = Self::default();
        for (ordered, outcome) in results.orders.iter().zip(outcomes) {
            let error = outcome.result.as_ref().err();
            refused.actions.push(ActionTaken {
                schedule: ordered.schedule.name.clone(),
                server: ordered.server.id.clone(),
                name: Arc::clone(&ordered.server.name),
                action: ordered.action.clone(),
                refused: error.map(|error| error.code.clone()),
            });
            let Some(error) = error else { continue };
            if error.kind == ActErrorKind::Gone {
                refused.gone.push(ordered.server.id.clone());
                continue;
            }
            let Some(memory) = results.changed.get(ordered.memory) else {
                continue;
            };
            let mut memory = memory.clone();
            if Member::refused(&mut memory, ordered.server, error, now) {
                let note = ServerNote::Failed {
                    code: error.code.clone(),
                    message: error.message.clone(),
                };
                refused.tell(ordered.schedule, news::view(ordered.server, Some(note)));
                refused.write_down(
                    &ordered.schedule.name,
                    action_word(&ordered.action),
                    &ordered.server.name,
                    &memory.reason,
                    &error.to_string(),
                    now,
                );
            }
            refused.changed.push(memory);
        }
        refused
    }

    /// The orders after the first `given` ones were not given. Their servers.
    pub(super) fn postpone(&mut self, results: &Results<'_>, given: usize) -> Vec<ServerId> {
        let mut postponed = Vec::new();
        for ordered in results.orders.iter().skip(given) {
            if let Some(memory) = results.changed.get(ordered.memory) {
                let mut memory = memory.clone();
                Member::postponed(&mut memory);
                self.changed.push(memory);
            }
            postponed.push(ordered.server.id.clone());
        }
        postponed
    }

    fn tell(&mut self, schedule: &Arc<Schedule>, server: ServerView) {
        if let Some(Event {
            schedule: about,
            announcement: Announcement::Failed { servers, .. },
        }) = self.news.last_mut()
            && about.name == schedule.name
        {
            servers.push(server);
            return;
        }
        self.news.push(Event {
            schedule: Arc::clone(schedule),
            announcement: Announcement::Failed {
                schedule: schedule.name.clone(),
                servers: vec![server],
            },
        });
    }

    fn write_down(
        &mut self,
        schedule: &str,
        action: &str,
        server: &str,
        reason: &str,
        error: &str,
        now: DateTime<Utc>,
    ) {
        let known = self
            .audit
            .iter_mut()
            .rev()
            .take_while(|record| record.schedule == schedule)
            .find(|record| record.action == action && record.error.as_deref() == Some(error));
        if let Some(record) = known {
            if record.servers.len() < MAX_AUDITED_NAMES {
                record.servers.push(server.to_owned());
            }
            return;
        }
        self.audit.push(AuditRecord {
            at: now,
            schedule: schedule.to_owned(),
            subject: AuditSubject::Action,
            action: action.to_owned(),
            servers: vec![server.to_owned()],
            by: schedule.to_owned(),
            room: String::new(),
            reason: reason.to_owned(),
            error: Some(error.to_owned()),
        });
    }
}
