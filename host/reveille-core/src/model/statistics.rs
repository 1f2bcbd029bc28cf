//! What is counted of the calls of a rule.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use super::FailureKind;

/// How many bounds the times of calls are sorted by: from 1 µs to 67 s, each the square root of two times the one
/// before, so that a time is told at most 1.42 times too long.
pub const TIME_BOUNDS: usize = 53;

/// The square root of two, in billionths.
const ROOT_OF_TWO: u64 = 1_414_213_562;

/// Nanoseconds of every bound.
const BOUNDS: [u64; TIME_BOUNDS] = {
    let mut bounds = [0; TIME_BOUNDS];
    let mut place = 0;
    while place < TIME_BOUNDS {
        let power = 1 << (place / 2);
        bounds[place] = if place.is_multiple_of(2) {
            1_000 * power
        } else {
            ROOT_OF_TWO * power / 1_000_000
        };
        place += 1;
    }
    bounds
};

/// Calls by what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct CallCounts {
    /// What it is, and whether it can use a configuration.
    pub about: u64,
    /// Plans of days, and whether it can read a schedule.
    pub planner: u64,
    /// Decisions.
    pub decider: u64,
    /// Messages.
    pub formatter: u64,
}

impl CallCounts {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.about + self.planner + self.decider + self.formatter
    }
}

/// How long calls took, from the making of the instance to the answer, sorted by [`CallTimes::bound`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CallTimes {
    /// For each bound the calls that took at most so long, and longer than the bound before; the last number, behind all
    /// bounds, is of those that took longer.
    pub counts: Vec<u64>,
    /// Nanoseconds of all calls together.
    pub total_nanoseconds: u64,
}

impl CallTimes {
    /// A bound, by its place; none behind the last.
    #[must_use]
    pub fn bound(place: usize) -> Option<Duration> {
        BOUNDS.get(place).copied().map(Duration::from_nanos)
    }

    /// The place in [`CallTimes::counts`] of a call that took so long.
    #[must_use]
    pub fn place(time: Duration) -> usize {
        BOUNDS.partition_point(|bound| u128::from(*bound) < time.as_nanos())
    }

    /// A time that so many of a thousand calls kept within: 500 gives the median, 990 what is called p99. It is up to
    /// 1.42 times the exact one and never less; the last bound when it lies behind it. None without any calls.
    #[must_use]
    pub fn within(&self, per_mille: u64) -> Option<Duration> {
        let calls: u64 = self.counts.iter().sum();
        let wanted = (calls * per_mille).div_ceil(1_000).max(1);
        let mut seen = 0;
        let place = self.counts.iter().position(|count| {
            seen += count;
            seen >= wanted
        })?;
        Self::bound(place.min(TIME_BOUNDS - 1))
    }
}

/// What has been counted of calls.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Statistics {
    /// Calls that were made; answers that were at hand are none.
    pub calls: CallCounts,
    /// Failures, where there are any of a kind. An answer that the host refused is a failure of a call that ended well.
    pub failures: BTreeMap<FailureKind, u64>,
    /// How long the calls took.
    pub times: CallTimes,
    /// Units of fuel of all calls together.
    pub fuel: u64,
    /// Units of fuel of the call that used most.
    pub most_fuel: u64,
    /// Bytes of linear memory of the call that used most.
    pub most_memory_bytes: u64,
    /// Lines that were logged.
    pub log_lines: u64,
}

impl Statistics {
    /// Failures of all kinds.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failures.values().sum()
    }
}

/// What has been counted of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct RuleStatistics {
    /// Of its name, since the host started or the rule was added; it goes on from version to version.
    pub total: Statistics,
    /// Of the version that is loaded, since it was switched to.
    pub version: Statistics,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(micros: u64, place: usize) {
        assert_eq!(CallTimes::place(Duration::from_micros(micros)), place);
    }

    #[test]
    fn a_time_is_sorted_under_the_first_bound_that_it_keeps() {
        check(0, 0);
        check(1, 0);
        check(2, 2);
        check(3, 4);
        check(1_000_000, 40);
        check(70_000_000, TIME_BOUNDS);
    }

    #[test]
    fn every_bound_is_the_root_of_two_times_the_one_before() {
        for pair in BOUNDS.windows(2) {
            let thousandths = pair[1] * 1_000 / pair[0];
            assert!((1_413..=1_415).contains(&thousandths), "{pair:?}");
        }
        assert_eq!(CallTimes::bound(0), Some(Duration::from_micros(1)));
        assert_eq!(
            CallTimes::bound(TIME_BOUNDS - 1),
            Some(Duration::from_micros(1 << 26))
        );
    }

    #[test]
    fn the_median_and_the_slowest_of_a_hundred_are_told_apart() {
        let mut times = CallTimes {
            counts: vec![0; TIME_BOUNDS + 1],
            total_nanoseconds: 0,
        };
        assert_eq!(times.within(500), None);
        times.counts[10] = 98;
        times.counts[20] = 2;
        assert_eq!(times.within(500), Some(Duration::from_micros(32)));
        assert_eq!(times.within(990), Some(Duration::from_micros(1_024)));
        times.counts[TIME_BOUNDS] = 1_000;
        assert_eq!(times.within(990), CallTimes::bound(TIME_BOUNDS - 1));
    }
}
