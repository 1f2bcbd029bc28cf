//! Schedules that hold because a rule fails.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};

use super::{news::Event, round::Results, settings::MOST_HELD_BYTES};
use crate::{
    model::{
        Definitions, RuleFailure, Schedule, local_moment,
        reply::{Announcement, HoldView},
    },
    port::Held,
};

/// Bytes that a schedule that holds takes besides its name and that of its rule, wherever it is kept.
const BYTES_EACH: usize = 100;

/// Tells of schedules that have come to hold, or to hold for another reason, and of those that go on. What people know
/// to hold then; of more than fit into [`MOST_HELD_BYTES`] they are not told one by one.
pub(super) fn tell_held(
    results: &mut Results<'_>,
    definitions: &Definitions,
    before: &BTreeMap<String, Held>,
    now: DateTime<Utc>,
) -> BTreeMap<String, Held> {
    let mut held = BTreeMap::new();
    let mut news = Vec::new();
    let bytes = |schedule: &str, rule: &str| schedule.len() + rule.len() + BYTES_EACH;
    let mut taken: usize = before
        .iter()
        .map(|(name, known)| bytes(name, &known.rule))
        .sum();
    for (schedule, RuleFailure { rule, kind, cause }) in &results.held {
        let known = before.get(&schedule.name);
        if known.is_none() {
            taken += bytes(&schedule.name, rule);
            if taken > MOST_HELD_BYTES {
                continue;
            }
        }
        let since = known.map_or(now, |known| known.since);
        if known.is_none_or(|known| known.rule != *rule || known.kind != *kind) {
            news.push(held_news(schedule, rule, cause, since));
        }
        held.insert(
            schedule.name.clone(),
            Held {
                rule: rule.clone(),
                kind: *kind,
                since,
            },
        );
    }
    let resumed = before.keys().filter(|name| !held.contains_key(*name));
    news.extend(resumed.filter_map(|name| {
        Some(Event {
            schedule: Arc::clone(definitions.schedules.get(name)?),
            announcement: Announcement::Resumed {
                schedule: name.clone(),
            },
        })
    }));
    results.news.extend(news);
    held
}

fn held_news(schedule: &Arc<Schedule>, rule: &str, cause: &str, since: DateTime<Utc>) -> Event {
    Event {
        schedule: Arc::clone(schedule),
        announcement: Announcement::Held {
            schedule: schedule.name.clone(),
            hold: HoldView {
                rule: rule.to_owned(),
                cause: cause.to_owned(),
                since: Some(local_moment(since, schedule.timezone)),
            },
        },
    }
}
