//! Counting the calls of a rule.

use std::{
    array,
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use reveille_core::model::{
    CallCounts, CallTimes, FailureKind, RuleStatistics, Statistics, TIME_BOUNDS,
};

use crate::call::Spent;

/// What was asked in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    About,
    Planner,
    Decider,
    Formatter,
}

const ASKED: usize = 4;

#[derive(Debug)]
struct Counts {
    calls: [AtomicU64; ASKED],
    failures: [AtomicU64; FailureKind::ALL.len()],
    times: [AtomicU64; TIME_BOUNDS + 1],
    nanoseconds: AtomicU64,
    fuel: AtomicU64,
    most_fuel: AtomicU64,
    most_memory: AtomicU64,
    log_lines: AtomicU64,
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            calls: array::from_fn(|_| AtomicU64::new(0)),
            failures: array::from_fn(|_| AtomicU64::new(0)),
            times: array::from_fn(|_| AtomicU64::new(0)),
            nanoseconds: AtomicU64::new(0),
            fuel: AtomicU64::new(0),
            most_fuel: AtomicU64::new(0),
            most_memory: AtomicU64::new(0),
            log_lines: AtomicU64::new(0),
        }
    }
}

/// What is counted of a name, and of the version that has it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    total: Arc<Counts>,
    version: Arc<Counts>,
}

impl Tally {
    /// The count of another version of the same name.
    pub(crate) fn of_next_version(&self) -> Self {
        Self {
            total: Arc::clone(&self.total),
            version: Arc::default(),
        }
    }

    pub(crate) fn count_call(&self, asked: Asked, spent: &Spent) {
        self.total.call(asked, spent);
        self.version.call(asked, spent);
    }

    pub(crate) fn count_failure(&self, kind: FailureKind) {
        for counts in [&self.total, &self.version] {
            counts.failures[kind as usize].fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn read(&self) -> RuleStatistics {
        RuleStatistics {
            total: self.total.read(),
            version: self.version.read(),
        }
    }
}

impl Counts {
    fn call(&self, asked: Asked, spent: &Spent) {
        let nanoseconds = u64::try_from(spent.time.as_nanos()).unwrap_or(u64::MAX);
        let memory = u64::try_from(spent.memory_bytes).unwrap_or(u64::MAX);
        self.calls[asked as usize].fetch_add(1, Relaxed);
        self.times[CallTimes::place(spent.time)].fetch_add(1, Relaxed);
        self.nanoseconds.fetch_add(nanoseconds, Relaxed);
        self.fuel.fetch_add(spent.fuel, Relaxed);
        self.most_fuel.fetch_max(spent.fuel, Relaxed);
        self.most_memory.fetch_max(memory, Relaxed);
        self.log_lines
            .fetch_add(u64::from(spent.log_lines), Relaxed);
    }

    fn read(&self) -> Statistics {
        let calls = |asked: Asked| self.calls[asked as usize].load(Relaxed);
        let failures = FailureKind::ALL
            .into_iter()
            .map(|kind| (kind, self.failures[kind as usize].load(Relaxed)));
        Statistics {
            calls: CallCounts {
                about: calls(Asked::About),
                planner: calls(Asked::Planner),
                decider: calls(Asked::Decider),
                formatter: calls(Asked::Formatter),
            },
            failures: failures
                .filter(|(_, count)| *count > 0)
                .collect::<BTreeMap<_, _>>(),
            times: CallTimes {
                counts: self.times.iter().map(|count| count.load(Relaxed)).collect(),
                total_nanoseconds: self.nanoseconds.load(Relaxed),
            },
            fuel: self.fuel.load(Relaxed),
            most_fuel: self.most_fuel.load(Relaxed),
            most_memory_bytes: self.most_memory.load(Relaxed),
            log_lines: self.log_lines.load(Relaxed),
        }
    }
}
