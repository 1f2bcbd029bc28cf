//! `why`: who made the servers as they are.

use crate::model::{
    AuditRecord, Layer, Span,
    reply::{LayerView, PastAction, Reply, WhyView},
};

use super::{roster::Roster, subject::Subject};

/// How many of the last commands and actions are told: they fit on one screen of a phone.
pub(super) const PAST_ACTIONS: u32 = 10;
/// How many servers of one action are told by name; the contract's bound.
const NAMED_SERVERS: usize = 10;

/// Tells everything that had a part in how the servers are. `audit` is newest first.
pub(super) fn explain(subject: &Subject<'_>, roster: &Roster<'_>, audit: &[AuditRecord]) -> Reply {
    let today = subject.here.date;
    let want = subject.wanted();
    Reply::Why(WhyView {
        schedule: subject.name(),
        counts: roster.counts(),
        want,
        layers: subject
            .layers()
            .map(|layers| painted_now(subject, &layers))
            .unwrap_or_default(),
        exceptions: subject.exceptions_reaching(today),
        override_status: subject.schedule.override_status,
        forced: subject.forced(),
        held: subject.held(today),
        actions: audit
            .iter()
            .map(|record| past_action(subject, record))
            .collect(),
        differing: want.map_or_else(Vec::new, |want| roster.differing(want)),
        next: subject.next(),
    })
}

/// What each layer painted at this minute. A layer that left it as it was painted nothing.
fn painted_now(subject: &Subject<'_>, layers: &[Layer]) -> Vec<LayerView> {
    let mut painted: Vec<(&str, Span)> = Vec::new();
    for layer in layers {
        let now = layer
            .plan
            .whole_day()
            .into_iter()
            .find(|span| span.begin <= subject.here.minute && subject.here.minute < span.end);
        if let Some(span) = now
            && painted.last().is_none_or(|(_, before)| *before != span)
        {
            painted.push((&layer.rule, span));
        }
    }
    let top = painted.len();
    (1..)
        .zip(painted)
        .map(|(place, (rule, span))| LayerView {
            rule: rule.to_owned(),
            want: span.want,
            begin: span.begin,
            end: span.end,
            reason: span.reason,
            covered: place < top,
        })
        .collect()
}

fn past_action(subject: &Subject<'_>, record: &AuditRecord) -> PastAction {
    PastAction {
        at: subject.local(record.at),
        action: record.action.clone(),
        servers: record.servers.iter().take(NAMED_SERVERS).cloned().collect(),
        count: u32::try_from(record.servers.len()).unwrap_or(u32::MAX),
        by: record.by.clone(),
        reason: record.reason.clone(),
        error: record.error.clone(),
    }
}
