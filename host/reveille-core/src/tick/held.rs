//! Schedules that hold because a rule fails.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};

use super::{news::News, round::Results};
use crate::model::{
    Definitions, FailureKind, RuleFailure, Schedule, local_moment,
    reply::{Announcement, HoldView},
};

/// A failure that holds a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    rule: String,
    kind: FailureKind,
    pub(super) since: DateTime<Utc>,
}

/// Tells of schedules that have come to hold, or to hold for another reason, and of those that go on. What holds
/// now.
pub(super) fn tell_held(
    results: &mut Results<'_>,
    definitions: &Definitions,
    before: &BTreeMap<String, Held>,
    now: DateTime<Utc>,
) -> BTreeMap<String, Held> {
    let mut held = BTreeMap::new();
    let mut news = Vec::new();
    for (schedule, RuleFailure { rule, kind, cause }) in &results.held {
        let known = before.get(&schedule.name);
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
        Some(News {
            schedule: Arc::clone(definitions.schedules.get(name)?),
            announcement: Announcement::Resumed {
                schedule: name.clone(),
            },
        })
    }));
    results.news.extend(news);
    held
}

fn held_news(schedule: &Arc<Schedule>, rule: &str, cause: &str, since: DateTime<Utc>) -> News {
    News {
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
