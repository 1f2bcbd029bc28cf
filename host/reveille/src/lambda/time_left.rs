//! How much time an invocation has left.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

/// The longest that an invocation may take (Lambda Developer Guide, "Lambda quotas", read 2026-11-23). What lies further
/// ahead is no deadline: emulators tell such ones.
const LONGEST: TimeDelta = TimeDelta::minutes(15);
/// What is assumed where no deadline can be told: half of what `deploy/` gives the function.
const ASSUMED: TimeDelta = TimeDelta::seconds(30);
/// What is kept for the end: the lease is given back, a line is logged, and the answer is posted.
const END: Duration = Duration::from_secs(2);
/// What a tick needs after its last order: a write of what was refused, the record, the traces.
const AFTER_ORDERS: TimeDelta = TimeDelta::seconds(2);

/// When an invocation must have done.
#[derive(Debug, Clone, Copy)]
pub(super) struct TimeLeft {
    end: Instant,
}

impl TimeLeft {
    /// By the deadline that Lambda tells, in milliseconds since 1970, at `now` by the machine's clock.
    pub(super) fn until(deadline: u64, now: DateTime<Utc>) -> Self {
        Self::of(left(deadline, now))
    }

    /// This much, the end included.
    pub(super) fn of(left: Duration) -> Self {
        Self {
            end: Instant::now() + left,
        }
    }

    /// All of it.
    pub(super) fn whole(self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }

    /// What may be worked in.
    pub(super) fn for_work(self) -> Duration {
        self.whole().saturating_sub(END)
    }

    /// When work ends.
    pub(super) fn end_of_work(self) -> Instant {
        Instant::now() + self.for_work()
    }

    /// By when the orders of a tick must be carried out, on a clock that shows `now`.
    pub(super) fn for_orders(self, now: DateTime<Utc>) -> DateTime<Utc> {
        let work = TimeDelta::from_std(self.for_work()).unwrap_or(LONGEST);
        now + work - AFTER_ORDERS
    }
}

fn left(deadline: u64, now: DateTime<Utc>) -> Duration {
    let deadline = i64::try_from(deadline)
        .ok()
        .and_then(DateTime::from_timestamp_millis);
    deadline
        .map(|deadline| deadline - now)
        .filter(|left| (TimeDelta::zero()..=LONGEST).contains(left))
        .unwrap_or(ASSUMED)
        .to_std()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;

    use super::*;

    #[track_caller]
    fn check(deadline: u64, seconds: u64) {
        let now = Utc.with_ymd_and_hms(2026, 11, 23, 0, 30, 0).unwrap();
        assert_eq!(left(deadline, now), Duration::from_secs(seconds));
    }

    #[test]
    fn a_deadline_is_told_in_milliseconds_since_1970() {
        check(1_795_393_860_000, 60);
        check(1_795_394_700_000, 900);
    }

    #[test]
    fn what_cannot_be_a_deadline_is_none() {
        for nonsense in [0, 600_000, 1_795_393_799_999, 1_795_394_700_001, u64::MAX] {
            check(nonsense, 30);
        }
    }

    #[test]
    fn orders_end_before_work_does_and_work_before_the_invocation() {
        let now = Utc.with_ymd_and_hms(2026, 11, 23, 0, 30, 0).unwrap();
        let time = TimeLeft::of(Duration::from_secs(60));
        assert!(time.for_work() <= Duration::from_secs(58));
        assert!(time.for_orders(now) <= now + TimeDelta::seconds(56));
        let none = TimeLeft::of(Duration::from_secs(1));
        assert_eq!(none.for_work(), Duration::ZERO);
        assert!(none.for_orders(now) < now);
    }
}
