//! All definitions, read: what can be used, and what was set aside and why.

use std::{collections::BTreeMap, sync::Arc};

use chrono_tz::Tz;

use super::{Fault, Item, Period, RuleSource, Schedule};

/// Words that commands begin with; a schedule of such a name could not be spoken of.
pub const RESERVED_NAMES: &[&str] = &["help", "list", "status"];

/// Everything that the config table says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Definitions {
    /// By name.
    pub schedules: BTreeMap<String, Arc<Schedule>>,
    /// By name.
    pub periods: BTreeMap<String, Arc<Period>>,
    /// Rules that are not embedded, by name.
    pub rules: BTreeMap<String, RuleSource>,
    /// Names of schedules that are there and cannot be used, with everything that is wrong with each.
    pub set_aside: BTreeMap<String, Vec<Fault>>,
    /// Everything that is wrong, schedules and all else.
    pub faults: Vec<Fault>,
}

impl Definitions {
    /// Reads `items`. A bad item is set aside with every fault it has; a schedule without a zone gets
    /// `default_zone`.
    #[must_use]
    pub fn read(items: &[Item], default_zone: Tz) -> Self {
        let _ = (items, default_zone);
        Self::default()
    }
}
