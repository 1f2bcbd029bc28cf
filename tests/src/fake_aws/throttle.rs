//! Token buckets, one for each account, region and action.
//!
//! <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>, read 2026-11-23: a request takes a token;
//! starting and stopping takes a token of another bucket for each instance. The other services publish no buckets:
//! theirs are as EC2's for calls that change nothing, which is an assumption.

use std::{collections::HashMap, time::Instant};

use chrono::{DateTime, Utc};

use super::request::{Asked, Request, Service};

/// What refills the buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refill {
    /// The test's clock.
    TestClock,
    /// The time that passes.
    WallClock,
}

/// How much a bucket holds and how much of it comes back.
#[derive(Debug, Clone, Copy)]
struct Limit {
    tokens: f64,
    per_second: f64,
}

const fn limit(tokens: f64, per_second: f64) -> Limit {
    Limit { tokens, per_second }
}

/// Describe, List, Get, Search.
const READS: Limit = limit(100.0, 20.0);
/// Those of them that neither filter nor page.
const SWEEPS: Limit = limit(50.0, 10.0);
/// What changes something, unless it has its own.
const WRITES: Limit = limit(50.0, 5.0);
/// `StartInstances`, by request.
const STARTS: Limit = limit(5.0, 2.0);
/// `CreateTags` and `DeleteTags`.
const TAGS: Limit = limit(100.0, 10.0);
/// `StartInstances`, by instance.
const STARTED: Limit = limit(1_000.0, 2.0);
/// `StopInstances`, by instance.
const STOPPED: Limit = limit(1_000.0, 20.0);

/// Account, region, service, action, and whether it counts instances.
type Key = (String, String, Service, String, bool);

/// The buckets that were used so far.
#[derive(Debug)]
pub(super) struct Buckets {
    refill: Refill,
    began: Instant,
    levels: HashMap<Key, (f64, f64)>,
}

impl Buckets {
    pub(super) fn new(refill: Refill) -> Self {
        Self {
            refill,
            began: Instant::now(),
            levels: HashMap::new(),
        }
    }

    /// Whether `request` has the tokens that it takes; then they are gone.
    pub(super) fn allow(&mut self, request: &Request, account: &str, now: DateTime<Utc>) -> bool {
        #[expect(
            clippy::cast_precision_loss,
            reason = "milliseconds of this century are exact"
        )]
        let seconds = match self.refill {
            Refill::TestClock => now.timestamp_millis() as f64 / 1_000.0,
            Refill::WallClock => self.began.elapsed().as_secs_f64(),
        };
        let mut take = |by_instance: bool, limit: Limit, tokens: f64| {
            let key = (
                account.to_owned(),
                request.region.clone(),
                request.service,
                request.action.clone(),
                by_instance,
            );
            let (level, at) = self.levels.entry(key).or_insert((limit.tokens, seconds));
            *level = (*level + (seconds - *at).max(0.0) * limit.per_second).min(limit.tokens);
            *at = seconds;
            let enough = *level >= tokens;
            if enough {
                *level -= tokens;
            }
            enough
        };
        if !take(false, by_request(request), 1.0) {
            return false;
        }
        let each = match (request.service, request.action.as_str()) {
            (Service::Ec2, "StartInstances") => STARTED,
            (Service::Ec2, "StopInstances") => STOPPED,
            _ => return true,
        };
        let instances = u32::try_from(request.ids().len()).unwrap_or(u32::MAX);
        take(true, each, f64::from(instances))
    }
}

fn by_request(request: &Request) -> Limit {
    match (request.service, request.action.as_str()) {
        (Service::Ec2, "StartInstances") => STARTS,
        (Service::Ec2, "CreateTags" | "DeleteTags") => TAGS,
        (Service::Ec2, "StopInstances" | "ModifyInstanceAttribute") => WRITES,
        (Service::Ec2, _) if sweeps(request) => SWEEPS,
        _ => READS,
    }
}

fn sweeps(request: &Request) -> bool {
    match &request.asked {
        Asked::Form(form) => {
            form.get("MaxResults").is_none()
                && form.get("Filter.1.Name").is_none()
                && form.get("InstanceId.1").is_none()
        }
        Asked::Json(_) => false,
    }
}
