//! Recurrence rules, expanded near one day and at a bounded cost.
//!
//! The library walks a rule from its start, and a rule may begin centuries ago or never come to anything. Here it is let
//! begin near the day that is asked for where that changes nothing, and what remains to be walked is counted beforehand.

use std::fmt;

use ical::recur::{IcalRecurDateTime, IcalRecurFreq, IcalRecurRule, expand::IcalRecurExpand};

/// Seconds of a day.
pub(crate) const DAY_SECONDS: i64 = 86_400;

/// Instances of one event that may touch one day: one for every minute.
const INSTANCES: usize = 1_440;

/// Days, or hours, that the rules of a feed may be walked for one answer, all events together. A day costs some 100 units
/// of fuel, so that this is at most a third of what the smallest tier allows. A weekly meeting of half a year with a
/// `COUNT` costs 180, a yearly one a month.
const STEPS: u64 = 30_000;

/// Why a rule is not expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RuleFault {
    /// It is not understood.
    Unread(String),
    /// It repeats every minute or every second, or by another calendar than the Gregorian.
    Unsupported(&'static str),
    /// More than [`INSTANCES`] of its instances touch one day.
    Crowded,
    /// The walk would take more than what is left of [`STEPS`].
    Far,
}

impl fmt::Display for RuleFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unread(error) => write!(f, "its rule is not understood: {error}"),
            Self::Unsupported(what) => write!(f, "its rule repeats {what}, which is not supported"),
            Self::Crowded => write!(f, "more than {INSTANCES} instances of it touch one day"),
            Self::Far => f.write_str(
                "following its rule to the day that is planned takes too long; let it begin later, end it with `UNTIL` \
                 instead of `COUNT`, or take it out of the feed",
            ),
        }
    }
}

/// What is left of the steps of one answer.
#[derive(Debug)]
pub(crate) struct Budget(u64);

impl Budget {
    pub(crate) const fn new() -> Self {
        Self(STEPS)
    }

    fn spend(&mut self, steps: u64) -> Result<(), RuleFault> {
        self.0 = self.0.checked_sub(steps).ok_or(RuleFault::Far)?;
        Ok(())
    }
}

/// A rule as it stands in a feed.
///
/// # Errors
///
/// [`RuleFault`] when it is not understood, or not supported.
pub(crate) fn read(text: &str) -> Result<IcalRecurRule, RuleFault> {
    let rule = IcalRecurRule::parse(text).map_err(|error| RuleFault::Unread(error.to_string()))?;
    match rule.freq {
        IcalRecurFreq::Secondly => return Err(RuleFault::Unsupported("every second")),
        IcalRecurFreq::Minutely => return Err(RuleFault::Unsupported("every minute")),
        IcalRecurFreq::Hourly
        | IcalRecurFreq::Daily
        | IcalRecurFreq::Weekly
        | IcalRecurFreq::Monthly
        | IcalRecurFreq::Yearly => {}
    }
    match rule.scale.as_deref() {
        None | Some("GREGORIAN") => Ok(rule),
        Some(_) => Err(RuleFault::Unsupported(
            "by another calendar than the Gregorian",
        )),
    }
}

/// The instances of a rule from `start` that lie in `[from, to]`, in their order. All are times on the clock of `start`,
/// `from` and `to` in seconds as that clock counts them.
///
/// # Errors
///
/// [`RuleFault`] when they are too many, or too far.
pub(crate) fn expand(
    mut rule: IcalRecurRule,
    start: IcalRecurDateTime,
    (from, to): (i64, i64),
    budget: &mut Budget,
) -> Result<Vec<IcalRecurDateTime>, RuleFault> {
    let last = IcalRecurDateTime::from_seconds(to);
    if start > last || rule.until.is_some_and(|until| until.seconds() < from) {
        return Ok(Vec::new());
    }
    // Without a bound the library looks for an instance up to the year 9999.
    rule.until = Some(rule.until.map_or(last, |until| until.min(last)));
    if is_in_one_month(&rule, start) {
        rule.freq = IcalRecurFreq::Monthly;
        rule.interval = rule.interval.saturating_mul(12);
        rule.by_month.clear();
    }
    let Some(start) = counted_later(&mut rule, start, from) else {
        return Ok(Vec::new());
    };
    let start = later_start(&rule, start, from);
    budget.spend(steps(&rule, start, to))?;
    let mut instances = Vec::new();
    for instance in IcalRecurExpand::new(rule, start).skip_while(|time| time.seconds() < from) {
        if instances.len() == INSTANCES {
            return Err(RuleFault::Crowded);
        }
        instances.push(instance);
    }
    Ok(instances)
}

/// Whether a yearly rule is about the month of its start alone. It is the same as one of every twelve months, for which
/// only that month is looked at and not every day of the year.
fn is_in_one_month(rule: &IcalRecurRule, start: IcalRecurDateTime) -> bool {
    let names_days = !rule.by_day.is_empty() || !rule.by_month_day.is_empty();
    let month = match rule.by_month.as_slice() {
        [] => !names_days,
        [month] => *month == start.month,
        _ => false,
    };
    rule.freq == IcalRecurFreq::Yearly
        && month
        && rule.by_week_no.is_empty()
        && rule.by_year_day.is_empty()
}

/// A later start from which a rule gives the same instances from `near` on, in seconds; the start itself when there is
/// none, as of a rule that is counted.
///
/// It is as many whole periods later as fit before `near`, so that whatever a rule takes from its start (the time, the
/// day of the week or of the month) stays the same.
pub(crate) fn later_start(
    rule: &IcalRecurRule,
    start: IcalRecurDateTime,
    near: i64,
) -> IcalRecurDateTime {
    let distance = near - start.seconds();
    let interval = i64::from(rule.interval.max(1));
    if rule.count.is_some() || distance <= 0 {
        return start;
    }
    let months = match rule.freq {
        IcalRecurFreq::Monthly => interval,
        IcalRecurFreq::Yearly => interval.saturating_mul(12),
        IcalRecurFreq::Secondly
        | IcalRecurFreq::Minutely
        | IcalRecurFreq::Hourly
        | IcalRecurFreq::Daily
        | IcalRecurFreq::Weekly => {
            let period = interval * seconds(rule.freq);
            // One more, as what a week begins with may come before the start's own day of it.
            let periods = (distance / period - 1).max(0);
            return IcalRecurDateTime::from_seconds(start.seconds() + periods * period);
        }
    };
    // A month has at most 31 days: this never goes beyond.
    let periods = (distance / (31 * DAY_SECONDS) / months - 1).max(0);
    (0..=periods)
        .rev()
        .map(|periods| plus_months(start, periods * months))
        .find(|later| later.day <= days_in_month(*later))
        .unwrap_or(start)
}

/// Begins a counted rule later when it has the same number of instances in every period, and takes those before off its
/// count; none when nothing is left of it.
fn counted_later(
    rule: &mut IcalRecurRule,
    start: IcalRecurDateTime,
    near: i64,
) -> Option<IcalRecurDateTime> {
    let Some(count) = rule.count else {
        return Some(start);
    };
    if !always_has_an_instance(rule) || !rule.by_minute.is_empty() || !rule.by_second.is_empty() {
        return Some(start);
    }
    let of_period = (0..7_u8)
        .filter(|day| rule.by_day.iter().any(|other| other.weekday as u8 == *day))
        .count()
        .max(1);
    rule.count = None;
    let later = later_start(rule, start, near);
    let length = seconds(rule.freq) * i64::from(rule.interval.max(1));
    let periods = (later.seconds() - start.seconds()) / length;
    let before = periods.saturating_mul(i64::try_from(of_period).unwrap_or(7));
    let left = u32::try_from(i64::from(count) - before).ok()?;
    rule.count = Some(left);
    (left > 0).then_some(later)
}

fn plus_months(start: IcalRecurDateTime, months: i64) -> IcalRecurDateTime {
    let month = i64::from(start.year) * 12 + i64::from(start.month) - 1 + months;
    IcalRecurDateTime {
        year: i32::try_from(month.div_euclid(12)).unwrap_or(i32::MAX),
        month: u8::try_from(month.rem_euclid(12) + 1).unwrap_or(1),
        ..start
    }
}

fn days_in_month(of: IcalRecurDateTime) -> u8 {
    let first = |time: IcalRecurDateTime| {
        IcalRecurDateTime::date(time.year, time.month, 1).seconds() / DAY_SECONDS
    };
    u8::try_from(first(plus_months(of, 1)) - first(of)).unwrap_or(28)
}

/// Seconds of one period of a frequency; of the shortest, when they differ.
const fn seconds(freq: IcalRecurFreq) -> i64 {
    match freq {
        IcalRecurFreq::Secondly => 1,
        IcalRecurFreq::Minutely => 60,
        IcalRecurFreq::Hourly => 3_600,
        IcalRecurFreq::Daily => DAY_SECONDS,
        IcalRecurFreq::Weekly => 7 * DAY_SECONDS,
        IcalRecurFreq::Monthly => 28 * DAY_SECONDS,
        IcalRecurFreq::Yearly => 365 * DAY_SECONDS,
    }
}

/// What walking a rule to `to` costs at most: every day of every period is looked at, every hour of an hourly rule.
fn steps(rule: &IcalRecurRule, start: IcalRecurDateTime, to: i64) -> u64 {
    let interval = i64::from(rule.interval.max(1));
    let period = seconds(rule.freq);
    let mut periods = (to - start.seconds()).max(0) / period / interval + 2;
    if let Some(count) = rule.count
        && always_has_an_instance(rule)
    {
        periods = periods.min(i64::from(count) + 1);
    }
    let times = |part: &Vec<u8>| part.len().max(1);
    let times = times(&rule.by_hour) * times(&rule.by_minute) * times(&rule.by_second);
    let of_one = match rule.freq {
        IcalRecurFreq::Secondly
        | IcalRecurFreq::Minutely
        | IcalRecurFreq::Hourly
        | IcalRecurFreq::Daily => 1,
        IcalRecurFreq::Weekly => 7,
        IcalRecurFreq::Monthly => 31,
        // Weeks of a year may begin before it and end after it.
        IcalRecurFreq::Yearly => 366 + 14,
    };
    u64::try_from(periods.saturating_mul(of_one))
        .unwrap_or(u64::MAX)
        .saturating_mul(u64::try_from(times).unwrap_or(u64::MAX))
}

/// Whether every period has an instance, so that a count is reached after as many periods at most.
fn always_has_an_instance(rule: &IcalRecurRule) -> bool {
    let narrowed = !rule.by_month.is_empty()
        || !rule.by_month_day.is_empty()
        || !rule.by_year_day.is_empty()
        || !rule.by_week_no.is_empty()
        || !rule.by_set_pos.is_empty()
        || !rule.by_hour.is_empty();
    match rule.freq {
        IcalRecurFreq::Daily => !narrowed && rule.by_day.is_empty(),
        IcalRecurFreq::Weekly => !narrowed,
        IcalRecurFreq::Secondly
        | IcalRecurFreq::Minutely
        | IcalRecurFreq::Hourly
        | IcalRecurFreq::Monthly
        | IcalRecurFreq::Yearly => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn time(text: &str) -> IcalRecurDateTime {
        IcalRecurDateTime::parse(text).unwrap()
    }

    /// The same as walking the rule from its very start.
    #[track_caller]
    fn check(rule: &str, start: &str, from: &str, to: &str) {
        let (rule, start) = (read(rule).unwrap(), time(start));
        let (from, to) = (time(from).seconds(), time(to).seconds());
        let walked: Vec<_> = IcalRecurExpand::new(rule.clone(), start)
            .skip_while(|time| time.seconds() < from)
            .take_while(|time| time.seconds() <= to)
            .collect();
        assert!(!walked.is_empty());
        let mut budget = Budget(u64::MAX);
        assert_eq!(
            expand(rule, start, (from, to), &mut budget).unwrap(),
            walked
        );
    }

    #[test]
    fn a_rule_that_begins_later_gives_the_same_from_there_on() {
        for (rule, start) in [
            ("FREQ=DAILY;INTERVAL=3", "20150131T090000"),
            ("FREQ=DAILY;BYHOUR=9,15;BYDAY=MO,TH", "20150131T093000"),
            (
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU",
                "20150131T090000",
            ),
            (
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=MO",
                "20150131T090000",
            ),
            ("FREQ=MONTHLY", "20150131T090000"),
            ("FREQ=MONTHLY;INTERVAL=5;BYDAY=-1FR", "20150131T090000"),
            (
                "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
                "20150131T090000",
            ),
            ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31", "20151231T090000"),
            ("FREQ=YEARLY;BYMONTH=12;BYDAY=-1TH", "20151201T090000"),
            ("FREQ=YEARLY;BYMONTH=1,12;BYDAY=1MO", "20150101T090000"),
            ("FREQ=YEARLY;BYWEEKNO=1,53", "20141230T090000"),
            ("FREQ=YEARLY;BYYEARDAY=-1,1", "20151231T090000"),
            ("FREQ=YEARLY", "16041225"),
            ("FREQ=HOURLY;INTERVAL=7", "20150131T091500"),
            ("FREQ=DAILY;COUNT=4500", "20150131T090000"),
            ("FREQ=DAILY;INTERVAL=2;COUNT=2170", "20150131T090000"),
            ("FREQ=WEEKLY;COUNT=620", "20150131T090000"),
            (
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO,SU;WKST=SU;COUNT=619",
                "20150131T090000",
            ),
        ] {
            check(rule, start, "20261101T000000", "20270301T000000");
        }
        check(
            "FREQ=YEARLY",
            "20040229T090000",
            "20280101T000000",
            "20320301T000000",
        );
        check(
            "FREQ=YEARLY;INTERVAL=3",
            "20040229T090000",
            "20280101T000000",
            "20400301T000000",
        );
    }

    #[test]
    fn what_takes_too_long_is_refused_before_it_is_walked() {
        let refused = |rule: &str, start: &str| {
            let (from, to) = (time("20261101").seconds(), time("20261102").seconds());
            let rule = read(rule)?;
            expand(rule, time(start), (from, to), &mut Budget::new())
        };
        assert_eq!(
            refused("FREQ=HOURLY;COUNT=4000000", "19700101T000000"),
            Err(RuleFault::Far)
        );
        assert_eq!(
            refused("FREQ=YEARLY;COUNT=5;BYMONTH=2;BYMONTHDAY=30", "16010101"),
            Err(RuleFault::Far)
        );
        assert!(matches!(
            refused("FREQ=SECONDLY", "20261101"),
            Err(RuleFault::Unsupported(_))
        ));
        assert!(matches!(
            refused("FREQ=MINUTELY", "20261101"),
            Err(RuleFault::Unsupported(_))
        ));
        assert!(matches!(
            refused("FREQ=DAILY;RSCALE=HEBREW", "20261101"),
            Err(RuleFault::Unsupported(_))
        ));
        assert!(matches!(
            refused("FREQ=SOMETIMES", "20261101"),
            Err(RuleFault::Unread(_))
        ));
        assert_eq!(
            refused("FREQ=WEEKLY;COUNT=13", "19700101T000000"),
            Ok(Vec::new())
        );
        assert_eq!(
            refused("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "00010101T000000"),
            Ok(Vec::new())
        );
        assert_eq!(
            refused("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "00010101T000000"),
            Ok(Vec::new())
        );
    }
}
