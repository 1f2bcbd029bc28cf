//! A guard that lets only so many servers of a group start in a minute, in the order of their ids. The others wait:
//! nothing is done with them and nothing new is remembered, so that they are decided again next time.
//!
//! It has no clock and no memory. What was started in the last minute, the host tells: such a server has the fact
//! [`JUST_STARTED`]. Those are taken off the number, and what is left of it may start now.
//!
//! A start that failed takes nobody's turn, and trying again needs none: the host spaces its attempts itself, and a
//! server that never starts would otherwise keep those behind it waiting for ever. Stops are left as they are, and so
//! are servers that are up, on their way up, or cannot be ordered to start now.

use std::collections::BTreeMap;
use std::num::NonZeroU16;

use reveille_sdk::{
    About, Guard,
    decider::{Action, DecideRequest, Decision, Server},
    types::{RuleError, ServerState},
};

/// Name of the fact, `true` for a server that was ordered to start less than a minute ago.
pub const JUST_STARTED: &str = "just-started";

/// What is remembered of a server that did not start.
const START_FAILED: &str = "start_failed";

/// How many of a group start in a minute when nobody says: a thousand servers take three hours and twenty minutes, a
/// group of the usual size a few minutes.
const PER_MINUTE: NonZeroU16 = match NonZeroU16::new(5) {
    Some(number) => number,
    None => NonZeroU16::MIN,
};

const CONFIG_SCHEMA: &str = r#"{
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "per_minute": { "type": "integer", "minimum": 1, "maximum": 65535, "default": 5 },
    "groups": {
      "type": "object",
      "additionalProperties": { "type": "integer", "minimum": 1, "maximum": 65535 }
    }
  }
}"#;

/// What a schedule says of it.
#[derive(Debug, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How many servers of one group may start in a minute. Servers without a group are a group too.
    pub per_minute: NonZeroU16,
    /// Another number for some groups, by name.
    pub groups: BTreeMap<String, NonZeroU16>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            per_minute: PER_MINUTE,
            groups: BTreeMap::new(),
        }
    }
}

impl Config {
    fn per_minute(&self, group: Option<&str>) -> NonZeroU16 {
        let own = group.and_then(|group| self.groups.get(group));
        own.copied().unwrap_or(self.per_minute)
    }
}

/// The rule.
pub struct Stagger;

impl Guard for Stagger {
    const ABOUT: About = About::new(
        "stagger",
        env!("CARGO_PKG_VERSION"),
        "Lets only so many servers of a group start in a minute.",
    )
    .config_schema(CONFIG_SCHEMA);
    type Config = Config;

    fn guard(
        request: &DecideRequest,
        config: Config,
        decisions: &mut [Decision],
    ) -> Result<(), RuleError> {
        let mut groups = BTreeMap::<_, Group<'_>>::new();
        for (server, decision) in request.servers.iter().zip(decisions) {
            let group = groups.entry(server.group.as_deref()).or_default();
            if server.remembered == START_FAILED {
                continue;
            }
            group.just_started += usize::from(server.is(JUST_STARTED));
            if starts(server, &decision.action) {
                group.queue.push((server, decision));
            }
        }
        for (name, group) in groups {
            group.let_through(name, usize::from(config.per_minute(name).get()));
        }
        Ok(())
    }
}

/// The servers of a group that this is about.
#[derive(Default)]
struct Group<'a> {
    just_started: usize,
    queue: Vec<(&'a Server, &'a mut Decision)>,
}

impl Group<'_> {
    fn let_through(mut self, name: Option<&str>, per_minute: usize) {
        self.queue
            .sort_unstable_by(|(one, _), (other, _)| one.id.cmp(&other.id));
        let now = per_minute.saturating_sub(self.just_started);
        let name = name.unwrap_or("servers without a group");
        for (before, (server, decision)) in self.queue.into_iter().skip(now).enumerate() {
            decision.wait(
                server,
                format!(
                    "waits its turn, {before} before it: at most {per_minute} of {name} start in a minute"
                ),
            );
        }
    }
}

/// Whether the server would be started by this action now; what cannot be ordered now is not held back.
fn starts(server: &Server, action: &Action) -> bool {
    match (action, server.state) {
        (Action::Start | Action::Resize(_), ServerState::Stopped)
        | (Action::Resize(_), ServerState::Running) => true,
        (Action::None | Action::Stop, _)
        | (Action::Start, ServerState::Running)
        | (
            Action::Start | Action::Resize(_),
            ServerState::Starting
            | ServerState::Stopping
            | ServerState::Busy
            | ServerState::Problem,
        ) => false,
    }
}

#[cfg(target_arch = "wasm32")]
reveille_sdk::export_guard!(Stagger);
