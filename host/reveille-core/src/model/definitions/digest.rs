//! The digest of a schedule: two schedules with the same one are the same to every rule.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::super::{OnFailure, OnTimeout, Schedule, Want};

/// First in every digest: it changes with the encoding, so that nothing kept under an older one is found.
const ENCODING: &str = "reveille schedule 1";

/// SHA-256 over everything in `schedule` that a rule can see. Each text is preceded by its length and each list by
/// its count, so that no two schedules have one encoding.
pub(super) fn of(schedule: &Schedule) -> [u8; 32] {
    let mut digest = Encoder(Sha256::new());
    digest.text(ENCODING);
    digest.text(&schedule.name);
    digest.text(schedule.timezone.name());
    digest.count(schedule.periods.len());
    for used in &schedule.periods {
        let period = &used.period;
        digest.text(&period.name);
        digest.option(period.begin_time.as_deref());
        digest.option(period.end_time.as_deref());
        digest.texts(period.weekdays.as_deref());
        digest.texts(period.monthdays.as_deref());
        digest.texts(period.months.as_deref());
        digest.option(used.instance_type.as_deref());
    }
    digest.option(schedule.override_status.map(Want::as_str));
    digest.truth(schedule.enforced);
    digest.truth(schedule.retain_running);
    digest.truth(schedule.stop_new_instances);
    digest.truth(schedule.hibernate);
    digest.option(
        schedule
            .use_maintenance_window
            .map(|on| if on { "on" } else { "off" }),
    );
    digest.texts(Some(&schedule.ssm_maintenance_windows));
    digest.option(schedule.holiday_calendar.as_deref());
    digest.count(schedule.rules.len());
    for rule in &schedule.rules {
        digest.text(&rule.name);
        digest.text(&rule.config);
        digest.text(match rule.on_failure {
            OnFailure::Hold => "hold",
            OnFailure::Skip => "skip",
        });
    }
    digest.count(schedule.groups.len());
    for group in &schedule.groups {
        digest.text(&group.name);
        digest.texts(Some(&group.depends_on));
        digest.text(&group.ready_timeout.num_seconds().to_string());
        digest.text(match group.on_timeout {
            OnTimeout::Wait => "wait",
            OnTimeout::Pass => "pass",
        });
    }
    digest.0.finalize().into()
}

struct Encoder(Sha256);

impl Encoder {
    fn count(&mut self, count: usize) {
        // A count on a 64-bit host and on a 32-bit one is encoded alike.
        self.0.update((count as u64).to_be_bytes());
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.update(text);
    }

    fn truth(&mut self, truth: bool) {
        self.0.update([u8::from(truth)]);
    }

    fn option(&mut self, text: Option<&str>) {
        self.truth(text.is_some());
        if let Some(text) = text {
            self.text(text);
        }
    }

    fn texts(&mut self, texts: Option<&[String]>) {
        self.truth(texts.is_some());
        if let Some(texts) = texts {
            self.count(texts.len());
            for text in texts {
                self.text(text);
            }
        }
    }
}

/// `value` as JSON text with the keys of its structures sorted: the same value has the same text, in whatever
/// order it was written and whatever map serde_json was built with.
pub(super) fn canonical_json(value: &Value) -> String {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Object(fields) => {
                let mut fields: Vec<_> = fields.iter().collect();
                fields.sort_by_key(|(key, _)| *key);
                Value::Object(
                    fields
                        .into_iter()
                        .map(|(key, value)| (key.clone(), sorted(value)))
                        .collect(),
                )
            }
            Value::Array(values) => Value::Array(values.iter().map(sorted).collect()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
        }
    }
    sorted(value).to_string()
}
