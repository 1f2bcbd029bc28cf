//! Which days of which schedules two versions of a rule plan differently.
//!
//! Both sides are whole sets of rules that differ in one: what is compared is what servers would do, after every other
//! rule of the schedule and its exceptions. Nothing is written and no server is asked for; orders that people have given
//! lie above any plan and are left out.

mod dates;
mod drawing;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use reveille_core::{
    model::{
        DayPlan, Definitions, Exception, LoadedRule, Minute, OnFailure, RuleFailure, Schedule,
        Want, local_moment,
    },
    port::Rules,
    timeline::Timeline,
};
use serde::Serialize;

/// How many days ahead are compared unless somebody says otherwise: a quarter has every weekday, the turn of a month,
/// and mostly a holiday.
pub(crate) const DAYS: u32 = 90;

/// The rules as they are, and as they would be.
#[derive(Clone, Copy)]
pub(crate) struct Sides<'a> {
    /// As they are.
    pub(crate) before: &'a dyn Rules,
    /// As they would be.
    pub(crate) after: &'a dyn Rules,
}

/// What the sides are asked about.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    /// Name of the rule in which they differ.
    pub(crate) rule: &'a str,
    /// All definitions; the schedules that use the rule are compared.
    pub(crate) definitions: &'a Definitions,
    /// Exceptions of all schedules, sorted by schedule, date and action.
    pub(crate) exceptions: &'a [Exception],
    /// The first day is that of each schedule's own zone.
    pub(crate) now: DateTime<Utc>,
    /// How many days.
    pub(crate) days: u32,
}

/// What differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Comparison {
    /// Name of the rule.
    pub(crate) rule: String,
    /// The version that is loaded; none when none is.
    pub(crate) before: Option<Version>,
    /// The version that it is compared with.
    pub(crate) after: Option<Version>,
    /// How many days of each schedule.
    pub(crate) days: u32,
    /// Every schedule that uses the rule, by name.
    pub(crate) schedules: Vec<Compared>,
    /// Schedules that cannot be read, so that nobody knows what they use.
    pub(crate) set_aside: Vec<String>,
}

/// A version of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Version {
    /// As it says.
    pub(crate) version: String,
    /// SHA-256 of the component, in hexadecimal digits.
    pub(crate) sha256: String,
    /// Where it is.
    pub(crate) source: String,
    /// What it does: `planner`, `decider`, `formatter`.
    pub(crate) roles: Vec<&'static str>,
}

/// A schedule under both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Compared {
    /// The schedule.
    pub(crate) schedule: String,
    /// Its zone.
    pub(crate) timezone: String,
    /// The first day.
    pub(crate) from: NaiveDate,
    /// What the new version finds wrong with the schedule, or with its own configuration in it, and the old one does
    /// not.
    pub(crate) faults: Vec<String>,
    /// What differs, by the first day of each.
    pub(crate) changes: Vec<Change>,
    /// Minutes that servers run longer on the days that both plan, by the wall clock; negative when they run shorter.
    pub(crate) run_minutes: i64,
}

/// Days on which the same becomes the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Change {
    /// What that means.
    pub(crate) kind: Kind,
    /// The days, sorted.
    pub(crate) dates: Vec<NaiveDate>,
    /// Each of them with the version that is loaded.
    pub(crate) before: Day,
    /// Each of them with the other.
    pub(crate) after: Day,
}

/// What a change means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// Servers do something else.
    Turns,
    /// The new version fails, and the old one does not.
    Breaks,
    /// The old version fails, and the new one does not.
    Mends,
    /// Servers do the same, for other reasons.
    Words,
    /// Both fail. No difference, but nobody should overlook it.
    Fails,
}

impl Kind {
    /// Whether anything differs.
    pub(crate) fn is_difference(self) -> bool {
        match self {
            Self::Turns | Self::Breaks | Self::Mends | Self::Words => true,
            Self::Fails => false,
        }
    }
}

/// A day of a schedule under one version.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub(crate) struct Day {
    /// What is planned; none when the schedule holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) plan: Option<DayPlan>,
    /// Why it holds; beside a plan: why the rule was passed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<RuleFailure>,
}

impl Comparison {
    /// Asks both sides about every schedule that uses the rule.
    pub(crate) fn of(sides: Sides<'_>, subject: &Subject<'_>) -> Self {
        let schedules = subject.definitions.schedules.values().filter(|schedule| {
            let mut used = schedule.rules.iter();
            used.any(|used| used.name == subject.rule)
        });
        Self {
            rule: subject.rule.to_owned(),
            before: version(sides.before, subject.rule),
            after: version(sides.after, subject.rule),
            days: subject.days,
            schedules: schedules
                .map(|schedule| Compared::of(sides, subject, schedule))
                .collect(),
            set_aside: subject.definitions.set_aside.keys().cloned().collect(),
        }
    }

    /// Whether anything differs.
    pub(crate) fn differs(&self) -> bool {
        self.schedules.iter().any(Compared::differs)
    }

    /// How many days of all schedules are of a kind.
    pub(crate) fn count(&self, kind: Kind) -> usize {
        self.schedules
            .iter()
            .map(|compared| compared.count(kind))
            .sum()
    }
}

impl Compared {
    fn of(sides: Sides<'_>, subject: &Subject<'_>, schedule: &Schedule) -> Self {
        let from = local_moment(subject.now, schedule.timezone).date;
        let dates: Vec<NaiveDate> = (0..u64::from(subject.days))
            .map_while(|day| from.checked_add_days(Days::new(day)))
            .collect();
        let exceptions = of_schedule(subject.exceptions, &schedule.name);
        let asked = |rules| Asked {
            rules,
            rule: subject.rule,
            schedule,
            exceptions,
        };
        // Two cores: one for each side.
        let (before, after) = std::thread::scope(|scope| {
            let after = scope.spawn(|| asked(sides.after).days(&dates));
            let before = asked(sides.before).days(&dates);
            match after.join() {
                Ok(after) => (before, after),
                Err(panicked) => std::panic::resume_unwind(panicked),
            }
        });
        let mut run_minutes = 0;
        let mut changes: Vec<Change> = Vec::new();
        let mut places: BTreeMap<Kind, Vec<usize>> = BTreeMap::new();
        for ((date, before), after) in dates.into_iter().zip(before).zip(after) {
            if let (Some(before), Some(after)) = (&before.plan, &after.plan) {
                run_minutes += minutes_of_run(after) - minutes_of_run(before);
            }
            let Some(kind) = kind(&before, &after) else {
                continue;
            };
            let alike = places.entry(kind).or_default();
            let known = alike.iter().copied().find(|place| {
                let change = changes.get(*place);
                change.is_some_and(|change| change.before == before && change.after == after)
            });
            if let Some(change) = known.and_then(|place| changes.get_mut(place)) {
                change.dates.push(date);
                continue;
            }
            alike.push(changes.len());
            changes.push(Change {
                kind,
                dates: vec![date],
                before,
                after,
            });
        }
        let standing = sides.before.check_schedule(schedule);
        let mut faults: Vec<String> = sides
            .after
            .check_schedule(schedule)
            .iter()
            .filter(|fault| !standing.contains(fault))
            .map(ToString::to_string)
            .collect();
        faults.dedup();
        Self {
            schedule: schedule.name.clone(),
            timezone: schedule.timezone.name().to_owned(),
            from,
            faults,
            changes,
            run_minutes,
        }
    }

    /// Whether anything differs.
    pub(crate) fn differs(&self) -> bool {
        !self.faults.is_empty()
            || self
                .changes
                .iter()
                .any(|change| change.kind.is_difference())
    }

    /// How many days are of a kind.
    pub(crate) fn count(&self, kind: Kind) -> usize {
        self.changes
            .iter()
            .filter(|change| change.kind == kind)
            .map(|change| change.dates.len())
            .sum()
    }
}

/// One side, asked about one schedule.
struct Asked<'a> {
    rules: &'a dyn Rules,
    rule: &'a str,
    schedule: &'a Schedule,
    exceptions: &'a [Exception],
}

impl Asked<'_> {
    fn days(&self, dates: &[NaiveDate]) -> Vec<Day> {
        let skips = |name: &str, policy| name == self.rule && policy == OnFailure::Skip;
        let mut uses = self.schedule.rules.iter();
        // A rule that is passed over leaves no trace in the plan: it is asked once more, as if it could not be.
        let strict = uses
            .any(|used| skips(&used.name, used.on_failure))
            .then(|| {
                let mut strict = self.schedule.clone();
                for used in &mut strict.rules {
                    if used.name == self.rule {
                        used.on_failure = OnFailure::Hold;
                    }
                }
                strict
            });
        let timeline = Timeline::new(self.rules, self.schedule, self.exceptions);
        let strict = strict
            .as_ref()
            .map(|strict| Timeline::new(self.rules, strict, self.exceptions));
        dates
            .iter()
            .map(|date| match timeline.plan(*date) {
                Ok(plan) => Day {
                    plan: Some(DayPlan::clone(&plan)),
                    failure: strict.and_then(|strict| strict.plan(*date).err()),
                },
                Err(failure) => Day {
                    plan: None,
                    failure: Some(failure),
                },
            })
            .collect()
    }
}

fn version(rules: &dyn Rules, name: &str) -> Option<Version> {
    let mut loaded = rules.loaded().into_iter();
    let LoadedRule {
        version,
        sha256,
        source,
        roles,
        ..
    } = loaded.find(|rule| rule.name == name)?;
    Some(Version {
        version,
        sha256,
        source,
        roles,
    })
}

fn of_schedule<'a>(exceptions: &'a [Exception], schedule: &str) -> &'a [Exception] {
    let begin = exceptions.partition_point(|exception| exception.schedule.as_str() < schedule);
    let rest = exceptions.get(begin..).unwrap_or_default();
    let count = rest.partition_point(|exception| exception.schedule == schedule);
    rest.get(..count).unwrap_or_default()
}

/// What it means that a day was `before` and becomes `after`; none when it stays as it is.
fn kind(before: &Day, after: &Day) -> Option<Kind> {
    match (&before.failure, &after.failure) {
        (None, Some(_)) => return Some(Kind::Breaks),
        (Some(_), None) => return Some(Kind::Mends),
        (Some(_), Some(_)) => {}
        (None, None) if before == after => return None,
        (None, None) => {}
    }
    let turns = match (&before.plan, &after.plan) {
        (Some(before), Some(after)) => effect(before) != effect(after),
        (None, Some(_)) | (Some(_), None) => true,
        (None, None) => false,
    };
    Some(if turns {
        Kind::Turns
    } else if after.failure.is_some() {
        Kind::Fails
    } else {
        Kind::Words
    })
}

/// What servers do on a day, without the reasons: where it turns, and to what.
fn effect(plan: &DayPlan) -> Vec<(Minute, Want, Option<String>)> {
    let mut effect: Vec<(Minute, Want, Option<String>)> = Vec::new();
    for span in plan.whole_day() {
        // Where servers do not run their type does not show.
        let instance_type = span.instance_type.filter(|_| span.want == Want::Run);
        let stays = effect
            .last()
            .is_some_and(|(_, want, kind)| *want == span.want && *kind == instance_type);
        if !stays {
            effect.push((span.begin, span.want, instance_type));
        }
    }
    effect
}

fn minutes_of_run(plan: &DayPlan) -> i64 {
    let runs = plan.spans.iter().filter(|span| span.want == Want::Run);
    runs.map(|span| i64::from(span.end.0) - i64::from(span.begin.0))
        .sum()
}
