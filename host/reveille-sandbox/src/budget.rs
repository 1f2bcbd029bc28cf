//! What one call has used of its limits, and the refusal when it wants more.

use reveille_core::model::FailureKind;
use thiserror::Error;
use wasmtime::ResourceLimiter;

use crate::{limits::Limits, text::grouped};

/// A limit of the sandbox's own that a call ran into. It travels through wasmtime as the cause of a trap.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{cause}")]
pub(crate) struct LimitExceeded {
    pub(crate) kind: FailureKind,
    pub(crate) cause: String,
}

impl LimitExceeded {
    fn memory(cause: String) -> Self {
        Self {
            kind: FailureKind::Memory,
            cause,
        }
    }

    pub(crate) fn host_calls(cause: String) -> Self {
        Self {
            kind: FailureKind::HostCalls,
            cause,
        }
    }
}

/// Counts totals over a whole component, where wasmtime's own limiter looks at each memory and table alone.
#[derive(Debug)]
pub(crate) struct Budget {
    limits: Limits,
    memory_bytes: usize,
    table_elements: usize,
    lines: u32,
    reads: u32,
    logged_bytes: usize,
}

impl Budget {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            memory_bytes: 0,
            table_elements: 0,
            lines: 0,
            reads: 0,
            logged_bytes: 0,
        }
    }

    /// Bytes of linear memory that it has come to.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.memory_bytes
    }

    /// Lines that were logged.
    pub(crate) fn lines(&self) -> u32 {
        self.lines.min(self.limits.host_calls)
    }

    /// Takes one log line of so many bytes.
    pub(crate) fn take_line(&mut self, bytes: usize) -> Result<(), LimitExceeded> {
        self.lines += 1;
        if self.lines > self.limits.host_calls {
            return Err(LimitExceeded::host_calls(format!(
                "logged more than the {} lines that a call may",
                self.limits.host_calls
            )));
        }
        self.logged_bytes = self.logged_bytes.saturating_add(bytes);
        if self.logged_bytes > self.limits.log_bytes {
            return Err(LimitExceeded::host_calls(format!(
                "logged more than the {} bytes that a call may",
                grouped(self.limits.log_bytes as u64)
            )));
        }
        Ok(())
    }

    /// Takes one read of data.
    pub(crate) fn take_read(&mut self) -> Result<(), LimitExceeded> {
        self.reads += 1;
        if self.reads > self.limits.host_calls {
            return Err(LimitExceeded::host_calls(format!(
                "asked for data more than the {} times that a call may",
                self.limits.host_calls
            )));
        }
        Ok(())
    }
}

impl ResourceLimiter for Budget {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = self
            .memory_bytes
            .saturating_add(desired.saturating_sub(current));
        if total > self.limits.memory_bytes {
            return Err(wasmtime::Error::new(LimitExceeded::memory(format!(
                "wanted {} bytes of memory; it may have {}",
                grouped(total as u64),
                grouped(self.limits.memory_bytes as u64)
            ))));
        }
        self.memory_bytes = total;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = self
            .table_elements
            .saturating_add(desired.saturating_sub(current));
        if total > self.limits.table_elements {
            return Err(wasmtime::Error::new(LimitExceeded::memory(format!(
                "wanted {} elements in its tables; it may have {}",
                grouped(total as u64),
                grouped(self.limits.table_elements as u64)
            ))));
        }
        self.table_elements = total;
        Ok(true)
    }

    fn instances(&self) -> usize {
        self.limits.instances
    }

    fn tables(&self) -> usize {
        self.limits.tables
    }

    fn memories(&self) -> usize {
        self.limits.memories
    }
}
