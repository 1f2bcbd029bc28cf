//! Whether a rule that has failed is asked again, and when.
//!
//! A failure that comes again with the same question is kept as its answer, so only other failures wait. What is here
//! begins anew with another version of the rule and with other data: each has a [`Health`] of its own.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use reveille_core::model::FailureKind;

use crate::fault::Fault;

/// Failures in a row after which a rule is disabled for a schedule. With the waits between them that is four hours of
/// deadlines, or ten minutes of a rule that answers at once, and wrongly, whatever it is asked.
pub const FAILURES_IN_A_ROW: u32 = 10;

/// How far apart failures are counted: what fails for several days of one tick has failed once.
const APART: TimeDelta = TimeDelta::minutes(1);

/// The first wait; each further one is twice as long.
const FIRST_WAIT: TimeDelta = TimeDelta::minutes(1);
/// No wait is longer.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);

/// Time that the failing calls of one rule may take within a minute, whatever schedules they are for; the last of them
/// may go beyond it. A thousand schedules with a rule that loops would keep a tick busy for minutes otherwise.
const WASTE: Duration = Duration::from_secs(1);
/// The minute.
const WASTE_WITHIN: TimeDelta = TimeDelta::minutes(1);

/// Schedules that are remembered for one rule; more than anyone has.
const SCHEDULES: usize = 8_192;

/// What a rule is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case<'a> {
    /// A schedule; the print stands for it and for the configuration that it has for the rule.
    Schedule {
        rule: &'a str,
        name: &'a str,
        print: u128,
        errand: Errand,
    },
    /// The words of a message. It is never disabled: people wait for an answer, and get the plain one meanwhile.
    Words,
}

/// What a rule does for a schedule. Each has failures in a row of its own: a rule that plans every day may fail in every
/// check, and the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Errand {
    /// Looking at the configuration that the schedule has for it.
    CheckConfig,
    /// Looking at the schedule.
    CheckSchedule,
    /// Planning its days.
    Plan,
    /// Deciding about its servers.
    Decide,
}

/// How one rule has fared.
#[derive(Debug, Default)]
pub(crate) struct Health(Mutex<State>);

/// What a rule has failed in for one schedule.
type Ailments = BTreeMap<Errand, Ailment>;

#[derive(Debug, Default)]
struct State {
    schedules: BTreeMap<String, Ailments>,
    words: Option<Ailment>,
    wasted: Option<Wasted>,
}

/// Failures in a row.
#[derive(Debug, Clone)]
struct Ailment {
    print: u128,
    failures: u32,
    counted: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
    last: Fault,
}

/// What failing calls have taken since the first of them.
#[derive(Debug)]
struct Wasted {
    since: DateTime<Utc>,
    time: Duration,
    last: Fault,
}

/// What is remembered of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) schedule: Option<String>,
    pub(crate) failures: u32,
    pub(crate) until: Option<DateTime<Utc>>,
    pub(crate) last: Fault,
}

impl Health {
    /// Whether the rule is asked now; the fault says why not.
    pub(crate) fn ask(&self, case: Case<'_>, now: DateTime<Utc>) -> Result<(), Fault> {
        let mut state = self.state();
        state.forget_another(case);
        if let Some(ailment) = state.ailment(case) {
            if let Case::Schedule { rule, name, .. } = case
                && ailment.is_disabled()
            {
                return Err(ailment.disabled(rule, name));
            }
            if let Some(until) = ailment.until
                && is_ahead(until, now)
            {
                return Err(ailment.waits(until));
            }
        }
        match &state.wasted {
            Some(wasted) if WASTE <= wasted.time && is_ahead(wasted.end(), now) => {
                Err(wasted.waits())
            }
            _ => Ok(()),
        }
    }

    /// Notes that the rule has answered everything that it was asked.
    pub(crate) fn answered(&self, case: Case<'_>) {
        let mut state = self.state();
        match case {
            Case::Schedule { name, errand, .. } => {
                if let Some(ailments) = state.schedules.get_mut(name) {
                    ailments.remove(&errand);
                    if ailments.is_empty() {
                        state.schedules.remove(name);
                    }
                }
            }
            Case::Words => state.words = None,
        }
    }

    /// Notes a failure.
    pub(crate) fn failed(&self, case: Case<'_>, now: DateTime<Utc>, fault: &Fault) {
        let mut state = self.state();
        state.waste(now, fault);
        state.forget_another(case);
        let again = fault.is_deterministic();
        match case {
            // Another message may go well.
            Case::Words if again => {}
            Case::Words => {
                let ailment = Ailment::after(state.words.take(), 0, now, fault);
                state.words = Some(ailment);
            }
            Case::Schedule {
                name,
                print,
                errand,
                ..
            } => {
                if !state.schedules.contains_key(name) && state.schedules.len() >= SCHEDULES {
                    state.schedules.pop_first();
                }
                let ailments = state.schedules.entry(name.to_owned()).or_default();
                let ailment = Ailment::after(ailments.remove(&errand), print, now, fault);
                ailments.insert(errand, ailment);
            }
        }
    }

    /// The same, of which nothing is held against the rule for one schedule, nor the time that it has wasted.
    pub(crate) fn without(&self, schedule: &str) -> Self {
        let state = self.state();
        let mut schedules = state.schedules.clone();
        schedules.remove(schedule);
        Self(Mutex::new(State {
            schedules,
            words: state.words.clone(),
            wasted: None,
        }))
    }

    /// The cases for which the rule is not asked at this time; of a schedule the worst.
    pub(crate) fn troubles(&self, now: DateTime<Utc>) -> Vec<Trouble> {
        let state = self.state();
        let words = state.words.iter();
        let words = words.filter_map(|ailment| ailment.trouble(None, now));
        let schedules = state.schedules.iter();
        let schedules = schedules.filter_map(|(name, ailments)| {
            ailments
                .values()
                .filter_map(|ailment| ailment.trouble(Some(name), now))
                .max_by_key(|trouble| (trouble.until.is_none(), trouble.until))
        });
        words.chain(schedules).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn ailment(&self, case: Case<'_>) -> Option<&Ailment> {
        match case {
            Case::Schedule { name, errand, .. } => self.schedules.get(name)?.get(&errand),
            Case::Words => self.words.as_ref(),
        }
    }

    /// A schedule that was changed, or its configuration of the rule, is another one.
    fn forget_another(&mut self, case: Case<'_>) {
        if let Case::Schedule { name, print, .. } = case
            && let Some(ailments) = self.schedules.get_mut(name)
        {
            ailments.retain(|_, ailment| ailment.print == print);
            if ailments.is_empty() {
                self.schedules.remove(name);
            }
        }
    }

    fn waste(&mut self, now: DateTime<Utc>, fault: &Fault) {
        let wasted = match self.wasted.take() {
            Some(wasted) if is_ahead(wasted.end(), now) => Wasted {
                time: wasted.time + fault.took,
                last: fault.clone(),
                ..wasted
            },
            _ => Wasted {
                since: now,
                time: fault.took,
                last: fault.clone(),
            },
        };
        self.wasted = Some(wasted);
    }
}

impl Ailment {
    /// One failure more, if it lies at another time than the one before.
    fn after(known: Option<Self>, print: u128, now: DateTime<Utc>, fault: &Fault) -> Self {
        let (failures, counted) = match known {
            Some(known) if is_ahead(known.counted + APART, now) => (known.failures, known.counted),
            Some(known) => (known.failures.saturating_add(1), now),
            None => (1, now),
        };
        Self {
            print,
            failures,
            counted,
            until: (!fault.is_deterministic()).then(|| now + wait(failures)),
            last: fault.clone(),
        }
    }

    /// Where it is for a schedule.
    fn is_disabled(&self) -> bool {
        FAILURES_IN_A_ROW <= self.failures
    }

    /// What the rule is not asked at this time; none where it is.
    fn trouble(&self, schedule: Option<&String>, now: DateTime<Utc>) -> Option<Trouble> {
        let disabled = schedule.is_some() && self.is_disabled();
        let until = self.until.filter(|until| is_ahead(*until, now));
        (disabled || until.is_some()).then(|| Trouble {
            schedule: schedule.cloned(),
            failures: self.failures,
            until: until.filter(|_| !disabled),
            last: self.last.clone(),
        })
    }

    fn disabled(&self, rule: &str, schedule: &str) -> Fault {
        let disabled = self.last.held_back(format!(
            "disabled for this schedule after {} failures in a row; the last: {}. Mend the rule, its configuration, its \
             data or the schedule: it is asked again when one of them changes, when the host starts anew, and after \
             `reveille rule retry {rule} {schedule}`",
            self.failures, self.last.cause
        ));
        disabled.of_kind(FailureKind::Disabled)
    }

    fn waits(&self, until: DateTime<Utc>) -> Fault {
        let times = if self.failures == 1 {
            "1 failure".to_owned()
        } else {
            format!("{} failures in a row", self.failures)
        };
        self.last.held_back(format!(
            "asked again at {} UTC, after {times}; the last: {}",
            until.format("%H:%M"),
            self.last.cause
        ))
    }
}

impl Wasted {
    fn end(&self) -> DateTime<Utc> {
        self.since + WASTE_WITHIN
    }

    fn waits(&self) -> Fault {
        self.last.held_back(format!(
            "asked again at {} UTC, as its failing calls may take no more than {} ms of a minute; the last: {}",
            self.end().format("%H:%M"),
            WASTE.as_millis(),
            self.last.cause
        ))
    }
}

/// How long it waits after so many failures in a row.
fn wait(failures: u32) -> TimeDelta {
    let doubled = 1_i32
        .checked_shl(failures.saturating_sub(1))
        .filter(|times| *times > 0)
        .unwrap_or(i32::MAX);
    FIRST_WAIT
        .checked_mul(doubled)
        .map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT))
}

/// Whether a time is still to come. One that lies further ahead than anything waits was set by a clock that has been put
/// back since.
fn is_ahead(time: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now < time && time - now <= LONGEST_WAIT
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const SEOUL: Case<'_> = Case::Schedule {
        rule: "season",
        name: "seoul",
        print: 1,
        errand: Errand::Plan,
    };
    const CHECK_OF_SEOUL: Case<'_> = Case::Schedule {
        rule: "season",
        name: "seoul",
        print: 1,
        errand: Errand::CheckSchedule,
    };
    const TOKYO: Case<'_> = Case::Schedule {
        rule: "season",
        name: "tokyo",
        print: 1,
        errand: Errand::Plan,
    };

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn fault(kind: FailureKind) -> Fault {
        Fault::new(kind, "it went wrong")
    }

    /// Fails whenever it is asked, minute by minute, and says in which minutes that was.
    fn tried(kind: FailureKind, case: Case<'_>, minutes: i64) -> (Health, Vec<i64>) {
        let health = Health::default();
        let tried = (0..minutes).filter(|minute| {
            let asked = health.ask(case, at(*minute)).is_ok();
            if asked {
                health.failed(case, at(*minute), &fault(kind));
            }
            asked
        });
        let tried = tried.collect();
        (health, tried)
    }

    #[test]
    fn a_failure_that_may_pass_is_tried_again_after_longer_and_longer_waits() {
        let (health, tried) = tried(FailureKind::Deadline, SEOUL, 600);
        assert_eq!(tried, [0, 1, 3, 7, 15, 31, 63, 123, 183, 243]);
        let disabled = health.ask(SEOUL, at(10_000)).unwrap_err();
        assert_eq!(disabled.kind, FailureKind::Disabled);
        assert!(!disabled.is_deterministic(), "it must not be kept");
        assert!(
            disabled.cause.starts_with(
                "disabled for this schedule after 10 failures in a row; the last: it went wrong."
            ),
            "{}",
            disabled.cause
        );
        assert!(
            disabled
                .cause
                .ends_with("and after `reveille rule retry season seoul`"),
            "{}",
            disabled.cause
        );
    }

    #[test]
    fn another_try_for_one_schedule_leaves_the_others_as_they_are() {
        let (health, _) = tried(FailureKind::Deadline, SEOUL, 600);
        health.failed(TOKYO, at(600), &fault(FailureKind::Deadline));
        let without = health.without("seoul");
        without.ask(SEOUL, at(600)).unwrap();
        without.ask(TOKYO, at(600)).unwrap_err();
    }

    #[test]
    fn a_failure_that_comes_again_does_not_wait_and_is_counted_once_a_minute() {
        let (health, tried) = tried(FailureKind::Panic, SEOUL, 600);
        assert_eq!(tried, (0..10).collect::<Vec<_>>());
        health.ask(TOKYO, at(600)).unwrap();
    }

    #[test]
    fn the_days_of_one_tick_fail_once() {
        let health = Health::default();
        for _ in 0..50 {
            health.failed(SEOUL, at(0), &fault(FailureKind::Panic));
        }
        health.ask(SEOUL, at(0)).unwrap();
    }

    #[test]
    fn an_answer_ends_the_row() {
        let (health, _) = tried(FailureKind::Deadline, SEOUL, 8);
        health.answered(SEOUL);
        health.ask(SEOUL, at(8)).unwrap();
        assert_eq!(health.troubles(at(8)), []);
    }

    #[test]
    fn checks_that_fail_say_nothing_of_plans_and_plans_end_no_row_of_checks() {
        let (health, tried) = tried(FailureKind::Panic, CHECK_OF_SEOUL, 600);
        assert_eq!(tried.len(), 10);
        health.ask(SEOUL, at(600)).unwrap();
        health.failed(SEOUL, at(600), &fault(FailureKind::Deadline));
        health.answered(SEOUL);
        let disabled = health.ask(CHECK_OF_SEOUL, at(601)).unwrap_err();
        assert_eq!(disabled.kind, FailureKind::Disabled);
    }

    #[test]
    fn a_schedule_is_listed_once_with_the_worst_of_its_troubles() {
        let (health, _) = tried(FailureKind::Deadline, CHECK_OF_SEOUL, 600);
        health.failed(SEOUL, at(600), &fault(FailureKind::Deadline));
        health.failed(TOKYO, at(600), &fault(FailureKind::Deadline));
        let troubles = health.troubles(at(600));
        let listed: Vec<_> = troubles
            .iter()
            .map(|trouble| (trouble.schedule.as_deref(), trouble.until.is_none()))
            .collect();
        assert_eq!(listed, [(Some("seoul"), true), (Some("tokyo"), false)]);
    }

    #[test]
    fn a_schedule_that_was_changed_is_asked_at_once() {
        let (health, _) = tried(FailureKind::Deadline, SEOUL, 600);
        let changed = Case::Schedule {
            rule: "season",
            name: "seoul",
            print: 2,
            errand: Errand::Plan,
        };
        health.ask(changed, at(600)).unwrap();
    }

    #[test]
    fn the_words_wait_and_are_never_given_up() {
        let (health, tried) = tried(FailureKind::Deadline, Case::Words, 24 * 60);
        assert!(tried.len() > 20, "{tried:?}");
        let waits = health.ask(Case::Words, at(24 * 60)).unwrap_err();
        assert!(
            waits.cause.starts_with("asked again at "),
            "{}",
            waits.cause
        );
        let (health, _) = self::tried(FailureKind::Panic, Case::Words, 100);
        health.ask(Case::Words, at(100)).unwrap();
    }

    #[test]
    fn the_failing_calls_of_all_schedules_share_what_they_may_take_of_a_minute() {
        let health = Health::default();
        let slow = fault(FailureKind::Deadline).that_took(Duration::from_millis(250));
        let names: Vec<String> = (0..1_000).map(|number| number.to_string()).collect();
        let tick = |minute: i64| {
            let asked = names.iter().filter(|name| {
                let case = Case::Schedule {
                    rule: "season",
                    name,
                    print: 1,
                    errand: Errand::Plan,
                };
                let asked = health.ask(case, at(minute)).is_ok();
                if asked {
                    health.failed(case, at(minute), &slow);
                }
                asked
            });
            asked.cloned().collect::<Vec<_>>()
        };
        assert_eq!(tick(0), ["0", "1", "2", "3"]);
        assert_eq!(tick(0), [""; 0]);
        assert_eq!(tick(1), ["0", "1", "2", "3"]);
        assert_eq!(tick(2), ["4", "5", "6", "7"]);
    }

    #[test]
    fn what_waits_is_listed_with_its_time() {
        let health = Health::default();
        health.failed(SEOUL, at(0), &fault(FailureKind::Host));
        health.failed(TOKYO, at(0), &fault(FailureKind::Panic));
        let listed = health.troubles(at(0));
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].schedule.as_deref(), Some("seoul"));
        assert_eq!(listed[0].until, Some(at(1)));
        assert_eq!(health.troubles(at(1)), []);
    }

    #[test]
    fn a_clock_that_was_put_back_makes_nobody_wait_longer() {
        let health = Health::default();
        health.failed(SEOUL, at(1_000), &fault(FailureKind::Deadline));
        health.ask(SEOUL, at(0)).unwrap();
        health.ask(SEOUL, at(1_000)).unwrap_err();
    }
}
