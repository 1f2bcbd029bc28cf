//! A host that has to be done by a certain time.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, Duration, Utc};

use super::House;
use crate::{
    model::{ServerState, Want},
    tick::{TickOutcome, TickReport},
    testing::{MemoryFleet, PaintedRules, period, schedule, server, utc},
};
