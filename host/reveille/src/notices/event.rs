//! What people can be told, in the words of the configuration.

use reveille_core::model::reply::Announcement;

/// A kind of announcement that a target may want or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Event {
    /// Servers were started or stopped.
    Turned,
    /// A stop is near.
    StopNear,
    /// Servers or groups did not get there.
    Failed,
    /// A schedule holds because a rule fails, or goes on.
    Held,
    /// A rule has changed, or could not.
    Rules,
    /// Data has become too old, or is new again.
    Data,
}

impl Event {
    /// All of them. The morning line is none: it has a time of its own.
    pub(crate) const ALL: [Self; 6] = [
        Self::Turned,
        Self::StopNear,
        Self::Failed,
        Self::Held,
        Self::Rules,
        Self::Data,
    ];

    /// As the configuration writes it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Turned => "turned",
            Self::StopNear => "stop-near",
            Self::Failed => "failed",
            Self::Held => "held",
            Self::Rules => "rules",
            Self::Data => "data",
        }
    }

    /// The kind of an announcement; none for the morning line.
    pub(crate) fn of(announcement: &Announcement) -> Option<Self> {
        Some(match announcement {
            Announcement::Turned(_) | Announcement::RestartedByProvider { .. } => Self::Turned,
            Announcement::StopNear { .. } => Self::StopNear,
            Announcement::Stuck { .. }
            | Announcement::Failed { .. }
            | Announcement::GroupOverdue { .. } => Self::Failed,
            Announcement::Held { .. } | Announcement::Resumed { .. } => Self::Held,
            Announcement::RuleTaken(_)
            | Announcement::RuleRejected(_)
            | Announcement::RuleUnreachable(_)
            | Announcement::RuleReachable { .. } => Self::Rules,
            Announcement::DataStale(_) | Announcement::DataFresh { .. } => Self::Data,
            Announcement::Morning(_) => return None,
        })
    }
}
