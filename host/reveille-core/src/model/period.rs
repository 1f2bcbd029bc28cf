//! A period, as it stands in the config table: the `periods` rule reads its texts.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A named rule of times and days, unread. An attribute that the item lacks is none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Period {
    /// Its name.
    pub name: String,
    /// `H:MM` or `HH:MM`.
    pub begin_time: Option<String>,
    /// `H:MM` or `HH:MM`, to `24:00`.
    pub end_time: Option<String>,
    /// Elements such as `mon-fri`.
    pub weekdays: Option<Vec<String>>,
    /// Elements such as `1-7`, `L`.
    pub monthdays: Option<Vec<String>>,
    /// Elements such as `jan/3`.
    pub months: Option<Vec<String>>,
    /// Free text.
    pub description: Option<String>,
    /// ARN of the CloudFormation stack that owns it.
    pub configured_in_stack: Option<String>,
}

/// A period in a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PeriodUse {
    /// The period.
    pub period: Arc<Period>,
    /// Instance type of servers that run in it: the part after `@`.
    pub instance_type: Option<String>,
}
