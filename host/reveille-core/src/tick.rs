//! Tick.
