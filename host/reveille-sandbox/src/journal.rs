//! What a rule logged last, for operators.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use crate::{bindings::reveille::rules::log::Level, text};

/// Lines that are kept of each rule.
const KEPT_LINES: usize = 100;

/// Most characters of a line that are kept.
const LINE_CHARS: usize = 500;

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// For the author.
    Debug,
    /// Worth knowing.
    Info,
    /// Something is odd.
    Warn,
    /// Something is wrong.
    Error,
}

impl From<Level> for LogLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::Debug => Self::Debug,
            Level::Info => Self::Info,
            Level::Warn => Self::Warn,
            Level::Error => Self::Error,
        }
    }
}

/// One line that a rule logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// How much it matters.
    pub level: LogLevel,
    /// What it says, on one line.
    pub message: String,
}

/// The last lines of one rule.
#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<VecDeque<LogLine>>);

impl Journal {
    /// Keeps a line, and hands it to the host's own log.
    pub(crate) fn write(&self, rule: &str, level: LogLevel, message: &str) {
        let message = text::log_line(&text::shortened(message, LINE_CHARS));
        match level {
            LogLevel::Debug => tracing::debug!(rule, "{message}"),
            LogLevel::Info => tracing::info!(rule, "{message}"),
            LogLevel::Warn => tracing::warn!(rule, "{message}"),
            LogLevel::Error => tracing::error!(rule, "{message}"),
        }
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == KEPT_LINES {
            lines.pop_front();
        }
        lines.push_back(LogLine { level, message });
    }

    /// The lines that are kept, oldest first.
    pub(crate) fn lines(&self) -> Vec<LogLine> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }
}
