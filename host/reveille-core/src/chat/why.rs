//! `why`: who made the servers as they are.

use crate::model::{
    AuditRecord, Layer, Minute, Span, Want,
    reply::{LayerView, PastAction, Reply, WhyView},
};

use super::{incoming::Caller, roster::Roster, subject::Subject};

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
            && painted
                .last()
                .is_none_or(|(_, before)| told(before) != told(&span))
        {
            painted.push((&layer.rule, span));
        }
    }
    let top = painted.len();
    (1..)
        .zip(painted)
        .map(|(place, (rule, span))| LayerView {
            rule: rule.to_owned(),
            version: subject.version_of(rule),
            want: span.want,
            begin: span.begin,
            end: span.end,
            reason: span.reason,
            covered: place < top,
        })
        .collect()
}

/// What people are told of a span: where this is the same, so is the span for them.
fn told(span: &Span) -> (Want, Minute, Minute, &str) {
    (span.want, span.begin, span.end, &span.reason)
}

fn past_action(subject: &Subject<'_>, record: &AuditRecord) -> PastAction {
    PastAction {
        at: subject.local(record.at),
        action: record.action.clone(),
        servers: record.servers.iter().take(NAMED_SERVERS).cloned().collect(),
        count: u32::try_from(record.servers.len()).unwrap_or(u32::MAX),
        by: Caller::shown_of(&record.by).to_owned(),
        reason: record.reason.clone(),
        error: record.error.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        Command, ForceEnd,
        stage::{Stage, the_view},
    };
    use super::*;
    use crate::{
        model::{AuditSubject, ServerState, Turn},
        port::{Change, Store},
        testing::{date, schedule, server, utc},
    };

    async fn explained(stage: &Stage, now: &str) -> WhyView {
        let why = Command::Why {
            schedule: "dev".to_owned(),
        };
        the_view!(stage.reply(why, now).await, Why)
    }

    async fn extend_to_midnight(stage: &Stage) {
        let set = Command::SetException {
            schedule: "dev".to_owned(),
            date: date(2026, 11, 23),
            action: Turn::Stop,
            at: Some(Minute::DAY_END),
        };
        assert!(stage.answer(set, "2026-11-23 10:00").await.changed);
    }

    #[tokio::test]
    async fn who_painted_this_minute_is_told_and_who_was_covered() {
        let stage = Stage::new(schedule("dev"));
        extend_to_midnight(&stage).await;
        let view = explained(&stage, "2026-11-23 23:00").await;
        let layers: Vec<(&str, Want, bool)> = view
            .layers
            .iter()
            .map(|layer| (layer.rule.as_str(), layer.want, layer.covered))
            .collect();
        assert_eq!(
            layers,
            [
                ("periods", Want::Stop, true),
                ("exceptions", Want::Run, false)
            ]
        );
        assert_eq!(view.layers[1].reason, "exception by Hana");
        assert_eq!(view.exceptions.len(), 1);
        assert_eq!(view.want, Some(Want::Run));
        assert_eq!(view.next.unwrap().want, Want::Stop);
    }

    #[tokio::test]
    async fn a_rule_that_left_the_minute_as_it_was_painted_nothing() {
        let stage = Stage::new(schedule("dev"));
        let view = explained(&stage, "2026-11-23 10:00").await;
        assert_eq!(view.layers.len(), 1);
        assert_eq!(view.layers[0].rule, "periods");
        assert!(!view.layers[0].covered);
    }

    #[tokio::test]
    async fn an_order_is_what_stands_and_servers_that_differ_are_told() {
        let stage = Stage::new(schedule("dev")).servers([
            server("up", "dev").running(),
            server("down", "dev"),
            server("going", "dev").state(ServerState::Stopping),
        ]);
        let force = Command::Force {
            schedule: "dev".to_owned(),
            want: Want::Stop,
            end: ForceEnd::Plan,
        };
        stage.answer(force, "2026-11-23 10:00").await;
        let view = explained(&stage, "2026-11-23 10:01").await;
        assert_eq!(view.want, Some(Want::Stop));
        assert!(view.forced.is_some());
        let differing: Vec<&str> = view
            .differing
            .iter()
            .map(|server| server.name.as_str())
            .collect();
        assert_eq!(differing, ["going", "up"]);
        assert_eq!(view.counts.total, 3);
        assert_eq!(view.actions[0].action, "force_stop");
        assert_eq!(view.actions[0].by, "Hana");
    }

    #[tokio::test]
    async fn the_last_ten_actions_are_told_with_ten_servers_each() {
        let stage = Stage::new(schedule("dev"));
        for minute in 0..12 {
            let record = AuditRecord {
                at: utc("2026-11-23 09:00") + chrono::Duration::minutes(minute),
                schedule: "dev".to_owned(),
                subject: AuditSubject::Action,
                action: "start".to_owned(),
                servers: (0..36).map(|number| format!("web-{number}")).collect(),
                by: "dev".to_owned(),
                room: String::new(),
                reason: "office-hours".to_owned(),
                error: None,
            };
            stage.memory.commit(&[Change::Audit(record)]).await.unwrap();
        }
        let view = explained(&stage, "2026-11-23 10:00").await;
        assert_eq!(view.actions.len(), 10);
        assert_eq!(view.actions[0].at.to_string(), "2026-11-23 09:11");
        assert_eq!(view.actions[0].servers.len(), 10);
        assert_eq!(view.actions[0].count, 36);
    }

    #[tokio::test]
    async fn while_a_rule_fails_that_is_why() {
        let stage = Stage::new(schedule("dev")).failing_rule();
        let view = explained(&stage, "2026-11-23 10:00").await;
        assert_eq!(view.held.unwrap().rule, "kr-holidays");
        assert_eq!(view.want, None);
        assert_eq!(view.layers, []);
    }
}
