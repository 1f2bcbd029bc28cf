//! A schedule: what AWS Instance Scheduler's item says, and what Reveille adds to it.

use chrono::Duration;
use chrono_tz::Tz;

use super::{PeriodUse, Quiet, RuleUse, Server, Want};

/// How long a group may be on its way when its schedule does not say: the slowest healthy RDS start seen in AWS's
/// documentation is about ten minutes.
pub const READY_TIMEOUT: Duration = Duration::minutes(15);

/// What happens when a group has not arrived in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OnTimeout {
    /// Those that depend on it go on waiting.
    #[default]
    Wait,
    /// Those that depend on it go ahead.
    Pass,
}

/// Servers that start and stop together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Group {
    /// The value of the servers' group tag.
    pub name: String,
    /// Groups that must run before it starts.
    pub depends_on: Vec<String>,
    /// How long it may be on its way.
    pub ready_timeout: Duration,
    /// What happens then.
    pub on_timeout: OnTimeout,
}

/// A schedule whose item could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Its name, the value of the servers' schedule tag.
    pub name: String,
    /// Free text.
    pub description: Option<String>,
    /// The zone in which its times are read.
    pub timezone: Tz,
    /// By name of the period.
    pub periods: Vec<PeriodUse>,
    /// Constantly run or stop.
    pub override_status: Option<Want>,
    /// Undo what people start and stop by hand.
    pub enforced: bool,
    /// Leave running what somebody started before the plan did.
    pub retain_running: bool,
    /// Stop a server that runs outside the plan when it is first seen.
    pub stop_new_instances: bool,
    /// Stop EC2 instances by hibernating them.
    pub hibernate: bool,
    /// Honour maintenance windows; unset is on for EC2 and off for RDS, as AWS Instance Scheduler behaves.
    pub use_maintenance_window: Option<bool>,
    /// Names of SSM maintenance windows.
    pub ssm_maintenance_windows: Vec<String>,
    /// ARN of the CloudFormation stack that owns the item.
    pub configured_in_stack: Option<String>,
    /// Its own rules, in their order.
    pub rules: Vec<RuleUse>,
    /// Its groups, each after those that it depends on.
    pub groups: Vec<Group>,
    /// Name of the operators' calendar of days off.
    pub holiday_calendar: Option<String>,
    /// Names of the targets in the host's configuration that are told; none of them when it is empty, and those that the
    /// configuration says when it is unset.
    pub notify: Option<Vec<String>>,
    /// When they are not told; unset is what the configuration says of each target.
    pub quiet_hours: Option<Quiet>,
    /// How long before a stop they are told of it, at most a day; zero is never, and unset what the configuration says.
    pub warn_before_stop: Option<Duration>,
    /// E-mail addresses, names or rooms that may change it; empty is everyone.
    pub allow: Vec<String>,
    /// Language of what is said about it.
    pub locale: Option<String>,
    /// Names or ids of servers that are never stopped.
    pub protect: Vec<String>,
    /// SHA-256 over everything above that a rule can see; plans are kept under it.
    pub digest: [u8; 32],
}

/// The tag in which people name a server. A fleet may put more behind a name that several servers have.
const NAME_TAG: &str = "Name";

impl Schedule {
    /// Whether `server` is never stopped under it: `protect` has its name, its id, or the provider's short one.
    #[must_use]
    pub fn protects(&self, server: &Server) -> bool {
        self.protect.iter().any(|protected| {
            [&*server.name, &*server.id.0, server.id.resource()].contains(&protected.as_str())
                || server.tags.get(NAME_TAG) == Some(protected)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use super::Server;
    use crate::testing::{schedule, server};

    #[test]
    fn a_server_is_protected_by_its_name_its_id_and_its_short_id() {
        fn protects(protected: &str, server: &Server) -> bool {
            schedule("dev").protect(protected).build().protects(server)
        }
        let mut web = server("arn:aws:ec2:eu-west-1:123456789012:instance/i-0abc", "dev")
            .name("web")
            .build();
        for protected in ["web", "i-0abc", &*web.id.0] {
            assert!(protects(protected, &web), "{protected}");
        }
        assert!(!protects("we", &web));
        // Another server has the same name, so that the fleet tells the two apart.
        web.name = "web (i-0abc)".into();
        assert!(!protects("web", &web));
        web.tags = Arc::new(BTreeMap::from([("Name".to_owned(), "web".to_owned())]));
        assert!(protects("web", &web));
    }
}
