//! The spans of time that a tick goes by.

use chrono::{DateTime, Duration, Utc};

use crate::model::{Request, ServerKind};

/// How long the right to act is taken for: a tick takes seconds, and a host that has died is waited for at most
/// this long.
pub const LEASE: Duration = Duration::seconds(60);
/// How long an EC2 instance may be on its way: they take seconds to two minutes, hibernating ones longer.
pub const EC2_LIMIT: Duration = Duration::minutes(5);
/// How long an RDS server may be on its way: recovery or a snapshot on the way down can take most of half an hour.
pub const RDS_LIMIT: Duration = Duration::minutes(30);
/// The first retry of a request: soon enough for whatever passes by itself, and never twice in one look at a server
/// that the provider still shows as it was before the order.
pub const FIRST_RETRY: Duration = Duration::seconds(30);
/// The longest time between two retries: capacity comes back in minutes to hours, and a want lasts for hours.
pub const LONGEST_RETRY: Duration = Duration::minutes(15);
/// AWS starts a stopped RDS server by itself after seven days (RDS User Guide, "Stopping an Amazon RDS DB instance
/// temporarily", read 2026-11-22). One hour less, because the server was stopped before it was seen to be.
pub const PROVIDER_RESTARTS_AFTER: Duration = Duration::hours(7 * 24 - 1);
/// How long a server that does not show is remembered: an answer may lack it, or its tag be written anew, and one that
/// comes back as a new one would be stopped outside its periods.
pub(super) const FORGOTTEN_AFTER: Duration = Duration::hours(1);
/// How long a host may sleep when nothing can change: what people do by hand is seen within this time.
pub const DRIFT_LOOK: Duration = Duration::minutes(5);
/// How soon a host looks again while something is on its way.
pub const QUICK_LOOK: Duration = Duration::seconds(15);
/// How long orders may take that are given together: a call of each service, with its attempts while there are too many
/// calls. What takes longer than the host lasts is remembered as ordered, and ordered again.
pub(super) const ORDERS_TAKE: Duration = Duration::seconds(10);
/// How long a server counts as just started: rules that spread starts say how many there may be in a minute.
pub(super) const JUST_STARTED: Duration = Duration::minutes(1);
/// How far before an order its want is looked for, while the order is on its way and the plan already holds: the
/// groups of a wave go one after the other, and a stop at 23:59 is still to reach the last of them.
pub(super) const WAVE_LASTS: Duration = Duration::hours(1);
/// Most names in an audit record: enough to find a server again, and a record stays small.
pub(super) const MAX_AUDITED_NAMES: usize = 50;
/// Most names in a message; the same as in `wit/formatter.wit`.
pub(super) const MAX_TOLD_NAMES: usize = 10;

/// Most bytes of the schedules that hold, as far as people are told of each: what the last tick left behind is written
/// at every tick, into one item of at most 400 KB on DynamoDB. It is some thousand schedules, and nobody reads as many
/// messages.
pub(super) const MOST_HELD_BYTES: usize = 150_000;
/// Most bytes of the schedules whose next stop people have been warned of, in the same place.
pub(super) const MOST_WARNED_BYTES: usize = 150_000;

/// What an operator may set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The name under which this host holds the lease: different on every host.
    pub holder: String,
    /// How long the right to act is taken for; [`LEASE`].
    pub lease: Duration,
    /// How long an EC2 instance may be on its way; [`EC2_LIMIT`].
    pub ec2_limit: Duration,
    /// How long an RDS server may be on its way; [`RDS_LIMIT`].
    pub rds_limit: Duration,
}

impl Settings {
    /// Every default, for the host of this name.
    #[must_use]
    pub fn new(holder: &str) -> Self {
        Self {
            holder: holder.to_owned(),
            lease: LEASE,
            ec2_limit: EC2_LIMIT,
            rds_limit: RDS_LIMIT,
        }
    }

    /// How long a server of this kind may be on its way.
    #[must_use]
    pub fn limit(&self, kind: ServerKind) -> Duration {
        match kind {
            ServerKind::Ec2 => self.ec2_limit,
            ServerKind::RdsInstance | ServerKind::RdsCluster => self.rds_limit,
        }
    }
}

/// How long to wait after the attempt of this number, from 1 on: [`FIRST_RETRY`], doubling to [`LONGEST_RETRY`].
pub(super) fn retry_delay(attempts: u32) -> Duration {
    let doublings = attempts.saturating_sub(1).min(16);
    (FIRST_RETRY * (1 << doublings)).min(LONGEST_RETRY)
}

/// Whether another attempt may be made.
pub(super) fn is_due(request: &Request, now: DateTime<Utc>) -> bool {
    request
        .not_before
        .is_none_or(|not_before| not_before <= now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_double_from_half_a_minute_to_a_quarter_of_an_hour() {
        let seconds: Vec<i64> = (1..=8).map(|n| retry_delay(n).num_seconds()).collect();
        assert_eq!(seconds, [30, 60, 120, 240, 480, 900, 900, 900]);
        assert_eq!(retry_delay(u32::MAX), LONGEST_RETRY);
    }
}
