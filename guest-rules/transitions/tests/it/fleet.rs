//! A few servers and a host that does what is decided, for tests that read like a day.

use reveille_sdk::decider::{
    Action, DecideRequest, Decision, Forced, Group, GroupState, OnTimeout, Options, Server, Wanted,
};
use reveille_sdk::types::{ServerKind, ServerState, Want};
use transitions::decide;

pub(crate) const PLAIN: Options = Options {
    enforced: false,
    retain_running: false,
    stop_new_instances: true,
    hibernate: false,
};
pub(crate) const ENFORCED: Options = Options {
    enforced: true,
    ..PLAIN
};
pub(crate) const RETAIN: Options = Options {
    retain_running: true,
    ..PLAIN
};
pub(crate) const SPARE_NEW: Options = Options {
    stop_new_instances: false,
    ..PLAIN
};

/// An EC2 instance that is remembered and stands as told.
pub(crate) fn server(remembered: &str, state: ServerState) -> Server {
    Server {
        id: "i-1".to_owned(),
        name: "web-1".to_owned(),
        kind: ServerKind::Ec2,
        state,
        native_state: format!("{state:?}").to_lowercase(),
        instance_type: None,
        group: None,
        remembered: remembered.to_owned(),
        maintenance_now: false,
        tags: Vec::new(),
        extra: Vec::new(),
    }
}

/// The same server with a fact that is true.
pub(crate) fn with_fact(mut server: Server, name: &str) -> Server {
    server.extra.push((name.to_owned(), "true".to_owned()));
    server
}

/// A request about these servers whose plan wants this.
pub(crate) fn request(want: Want, options: Options, servers: Vec<Server>) -> DecideRequest {
    DecideRequest {
        schedule: "seoul".to_owned(),
        options,
        now: None,
        wanted: Wanted {
            want,
            instance_type: None,
            period: None,
            reason: "period office-hours".to_owned(),
        },
        forced: None,
        groups: Vec::new(),
        servers,
        so_far: Vec::new(),
        config: "{}".to_owned(),
    }
}

/// Hana's order.
pub(crate) fn order(want: Want) -> Option<Forced> {
    Some(Forced {
        want,
        by: "Hana".to_owned(),
        reason: Some("release".to_owned()),
    })
}

/// The decision about the only server of a request.
#[track_caller]
pub(crate) fn decide_one(request: DecideRequest) -> Decision {
    let [decision] = decide(request).try_into().unwrap();
    decision
}

/// A schedule and its servers over several ticks.
pub(crate) struct Fleet {
    pub(crate) options: Options,
    pub(crate) forced: Option<Forced>,
    pub(crate) groups: Vec<Group>,
    pub(crate) servers: Vec<Server>,
    /// Whether the provider refuses every call.
    pub(crate) refuses: bool,
}

impl Fleet {
    /// One stopped server that is seen for the first time.
    pub(crate) fn new(options: Options) -> Self {
        let servers = vec![server("unknown", ServerState::Stopped)];
        Self {
            options,
            forced: None,
            groups: Vec::new(),
            servers,
            refuses: false,
        }
    }

    /// One server in each of these groups, all stopped, each group with what it depends on.
    pub(crate) fn grouped(groups: &[(&str, &[&str])]) -> Self {
        let mut fleet = Self::new(PLAIN);
        fleet.servers.clear();
        for (name, depends_on) in groups {
            fleet.groups.push(Group {
                name: (*name).to_owned(),
                depends_on: depends_on.iter().map(|name| (*name).to_owned()).collect(),
                state: GroupState::Stopped,
                overdue: false,
                on_timeout: OnTimeout::Wait,
            });
            let mut server = server("stopped", ServerState::Stopped);
            server.id = (*name).to_owned();
            server.group = Some((*name).to_owned());
            fleet.servers.push(server);
        }
        fleet
    }

    /// Decides, does it and remembers it; tells the calls that were made, as `start i-1`.
    pub(crate) fn tick(&mut self, want: Want) -> Vec<String> {
        self.see_groups();
        let mut request = request(want, self.options, self.servers.clone());
        request.forced = self.forced.clone();
        request.groups = self.groups.clone();
        let decisions = decide(request);
        assert_eq!(decisions.len(), self.servers.len());
        let mut calls = Vec::new();
        for (server, decision) in self.servers.iter_mut().zip(decisions) {
            assert_eq!(server.id, decision.server_id);
            server.remembered = decision.remember;
            let (verb, there, on_its_way, failed) = match decision.action {
                Action::None => continue,
                Action::Start => (
                    "start",
                    ServerState::Running,
                    ServerState::Starting,
                    "start_failed",
                ),
                Action::Stop => (
                    "stop",
                    ServerState::Stopped,
                    ServerState::Stopping,
                    "stop_failed",
                ),
                Action::Resize(_) => panic!("no server of a fleet has a type"),
            };
            if server.state == there {
                continue;
            }
            calls.push(format!("{verb} {}", server.id));
            if self.refuses {
                server.remembered = failed.to_owned();
            } else {
                server.state = if self.groups.is_empty() {
                    there
                } else {
                    on_its_way
                };
            }
        }
        calls
    }

    /// Everything that is on its way arrives.
    pub(crate) fn arrive(&mut self) {
        for server in &mut self.servers {
            match server.state {
                ServerState::Starting => server.state = ServerState::Running,
                ServerState::Stopping => server.state = ServerState::Stopped,
                ServerState::Running
                | ServerState::Stopped
                | ServerState::Busy
                | ServerState::Problem => {}
            }
        }
    }

    /// Ticks until nothing is left to do, everything arriving in between; tells the calls of each tick that made any.
    pub(crate) fn settle(&mut self, want: Want) -> Vec<Vec<String>> {
        let mut steps = Vec::new();
        loop {
            let calls = self.tick(want);
            if calls.is_empty() {
                return steps;
            }
            steps.push(calls);
            self.arrive();
        }
    }

    /// Somebody, or the provider, brings the first server to this state.
    pub(crate) fn becomes(&mut self, state: ServerState) {
        self.servers[0].state = state;
    }

    pub(crate) fn remembered(&self) -> &str {
        &self.servers[0].remembered
    }

    fn see_groups(&mut self) {
        for group in &mut self.groups {
            let mut states = self
                .servers
                .iter()
                .filter(|server| server.group.as_ref() == Some(&group.name));
            group.state = if states
                .clone()
                .all(|server| server.state == ServerState::Running)
            {
                GroupState::Running
            } else if states.all(|server| server.state == ServerState::Stopped) {
                GroupState::Stopped
            } else {
                GroupState::Mixed
            };
        }
    }
}
