//! How much work the sandbox has done and how much it was spared.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Counts since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Calls of planners.
    pub plans_computed: u64,
    /// Plans that were at hand.
    pub plan_hits: u64,
    /// Calls of deciders.
    pub decider_calls: u64,
    /// Decisions on a schedule that were at hand.
    pub decision_hits: u64,
    /// Calls of formatters.
    pub formatter_calls: u64,
    /// Messages that were at hand.
    pub message_hits: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Tallies {
    plans_computed: AtomicU64,
    plan_hits: AtomicU64,
    decider_calls: AtomicU64,
    decision_hits: AtomicU64,
    formatter_calls: AtomicU64,
    message_hits: AtomicU64,
}

impl Tallies {
    pub(crate) fn computed_plan(&self) {
        self.plans_computed.fetch_add(1, Relaxed);
    }

    pub(crate) fn hit_plan(&self) {
        self.plan_hits.fetch_add(1, Relaxed);
    }

    pub(crate) fn asked_decider(&self) {
        self.decider_calls.fetch_add(1, Relaxed);
    }

    pub(crate) fn hit_decisions(&self) {
        self.decision_hits.fetch_add(1, Relaxed);
    }

    pub(crate) fn asked_formatter(&self) {
        self.formatter_calls.fetch_add(1, Relaxed);
    }

    pub(crate) fn hit_message(&self) {
        self.message_hits.fetch_add(1, Relaxed);
    }

    pub(crate) fn read(&self) -> Counters {
        Counters {
            plans_computed: self.plans_computed.load(Relaxed),
            plan_hits: self.plan_hits.load(Relaxed),
            decider_calls: self.decider_calls.load(Relaxed),
            decision_hits: self.decision_hits.load(Relaxed),
            formatter_calls: self.formatter_calls.load(Relaxed),
            message_hits: self.message_hits.load(Relaxed),
        }
    }
}
