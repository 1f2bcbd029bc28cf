//! Says what befell a call: everything that wasmtime answers, as one of the contract's kinds of failure and a cause
//! for people that names the limit.

use std::time::Duration;

use reveille_core::model::FailureKind;
use wasmtime::{Trap, component::ResourceTableError};
use wasmtime_wasi::I32Exit;

use crate::{budget::LimitExceeded, limits::Limits, text};

/// Most characters of wasmtime's own words that are handed on.
const DETAIL_CHARS: usize = 300;

/// Why a call has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: FailureKind,
    pub(crate) cause: String,
    /// What its call took of the tick, as its limits tell it: the same every time that it takes the same.
    pub(crate) took: Duration,
    /// Whether there was no call at all, because of an earlier fault.
    held_back: bool,
}

/// Nanoseconds that a unit of fuel takes at most.
const UNIT_NANOSECONDS: u64 = 2;

impl Fault {
    pub(crate) fn new(kind: FailureKind, cause: impl Into<String>) -> Self {
        Self {
            kind,
            cause: cause.into(),
            took: Duration::ZERO,
            held_back: false,
        }
    }

    /// With what its call took.
    pub(crate) fn that_took(self, took: Duration) -> Self {
        Self { took, ..self }
    }

    /// With what a call that used so much fuel took, or all of its time.
    pub(crate) fn that_used(self, fuel: u64, limits: &Limits) -> Self {
        let took = if self.is_deterministic() {
            Duration::from_nanos(fuel.saturating_mul(UNIT_NANOSECONDS))
        } else {
            limits.deadline
        };
        self.that_took(took)
    }

    /// The same fault, instead of a call.
    pub(crate) fn held_back(&self, cause: String) -> Self {
        Self {
            kind: self.kind,
            cause,
            took: Duration::ZERO,
            held_back: true,
        }
    }

    /// The same fault, of another kind.
    pub(crate) fn of_kind(self, kind: FailureKind) -> Self {
        Self { kind, ..self }
    }

    /// Whether the same question would fail again in the same way.
    pub(crate) fn is_deterministic(&self) -> bool {
        !self.held_back && !matches!(self.kind, FailureKind::Deadline | FailureKind::Host)
    }

    /// Reads what wasmtime answered to a call under `limits`.
    pub(crate) fn classify(error: &wasmtime::Error, limits: &Limits) -> Self {
        if let Some(limit) = error.downcast_ref::<LimitExceeded>() {
            return Self::new(limit.kind, &*limit.cause);
        }
        if error.downcast_ref::<I32Exit>().is_some() {
            return Self::new(FailureKind::Exit, "wanted to exit");
        }
        if let Some(trap) = error.downcast_ref::<Trap>() {
            return Self::of_trap(*trap, limits);
        }
        if let Some(ResourceTableError::Full) = error.downcast_ref::<ResourceTableError>() {
            return Self::new(
                FailureKind::Handles,
                "held more handles than the host keeps for a call",
            );
        }
        Self::of_message(&format!("{error:#}"), limits)
    }

    fn of_trap(trap: Trap, limits: &Limits) -> Self {
        if trap == Trap::OutOfFuel {
            Self::new(
                FailureKind::Fuel,
                format!("used up its {} units of fuel", text::grouped(limits.fuel)),
            )
        } else if trap == Trap::Interrupt {
            Self::new(
                FailureKind::Deadline,
                format!(
                    "worked longer than the {} ms that it may",
                    limits.deadline.as_millis()
                ),
            )
        } else if trap == Trap::StackOverflow {
            Self::new(
                FailureKind::Stack,
                format!(
                    "used up its {} bytes of stack",
                    text::grouped(Limits::STACK_BYTES as u64)
                ),
            )
        } else if trap == Trap::MemoryOutOfBounds {
            Self::new(
                FailureKind::Stack,
                "reached outside its memory, as deep recursion does in Rust and C",
            )
        } else if trap == Trap::UnreachableCodeReached {
            Self::new(FailureKind::Panic, "panicked")
        } else {
            Self::new(FailureKind::Panic, format!("trapped: {trap}"))
        }
    }

    /// These have no type of their own in wasmtime 48; a test below holds each text to the real thing.
    fn of_message(message: &str, limits: &Limits) -> Self {
        let detail = text::log_line(&text::shortened(message, DETAIL_CHARS));
        if message.contains("store handle limit exceeded") {
            Self::new(
                FailureKind::Handles,
                format!("held more than the {} handles that it may", limits.handles),
            )
        } else if message.contains("fuel allocated for hostcalls has been exhausted") {
            Self::new(
                FailureKind::Output,
                format!(
                    "returned more than the {} bytes that it may",
                    text::grouped(limits.returned_bytes as u64)
                ),
            )
        } else if message.contains("write beyond capacity of MemoryOutputPipe") {
            Self::new(
                FailureKind::HostCalls,
                format!(
                    "wrote more than the {} bytes that a call may",
                    text::grouped(limits.log_bytes as u64)
                ),
            )
        } else if message.contains("requested len") {
            Self::new(
                FailureKind::Output,
                format!("asked for too many random bytes at once: {detail}"),
            )
        } else if message.contains("exceeds memory limits")
            || message.contains("resource limit exceeded")
        {
            Self::new(
                FailureKind::Memory,
                format!("wanted more than it may have: {detail}"),
            )
        } else if message.contains("maximum concurrent") {
            Self::new(
                FailureKind::Host,
                format!("the sandbox has no room: {detail}"),
            )
        } else {
            Self::new(
                FailureKind::BadValue,
                format!("returned what is no value of the contract: {detail}"),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reveille_core::model::Tier;

    #[track_caller]
    fn check(message: &str, kind: FailureKind, named: &str) {
        let fault = Fault::of_message(message, &Limits::of(Tier::Rule));
        assert_eq!(fault.kind, kind, "{}", fault.cause);
        assert!(fault.cause.contains(named), "{}", fault.cause);
    }

    #[test]
    fn the_handle_limit_is_told_by_its_message() {
        check(
            "cannot allocate another handle: store handle limit exceeded",
            FailureKind::Handles,
            "64 handles",
        );
    }

    #[test]
    fn too_large_an_answer_is_told_by_its_message() {
        check(
            "too much data is being copied between the host and the guest: fuel allocated for hostcalls has been exhausted",
            FailureKind::Output,
            "1,048,576 bytes",
        );
    }

    #[test]
    fn too_large_a_first_memory_is_told_by_its_message() {
        check(
            "memory minimum size of 65536 pages exceeds memory limits",
            FailureKind::Memory,
            "65536 pages",
        );
    }

    #[test]
    fn too_many_instances_are_told_by_their_message() {
        check(
            "resource limit exceeded: instance count too high at 17",
            FailureKind::Memory,
            "instance count too high at 17",
        );
    }

    #[test]
    fn more_output_than_is_kept_is_told_by_its_message() {
        check(
            "write beyond capacity of MemoryOutputPipe",
            FailureKind::HostCalls,
            "8,192 bytes",
        );
    }

    #[test]
    fn too_many_random_bytes_are_told_by_their_message() {
        check(
            "requested len 5000 exceeds limit 4096",
            FailureKind::Output,
            "4096",
        );
    }

    #[test]
    fn everything_else_is_a_bad_value() {
        check(
            "discriminant 77 out of range [0..2)",
            FailureKind::BadValue,
            "discriminant 77",
        );
    }
}
