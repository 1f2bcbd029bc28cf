//! Every case of `cases.toml`.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use std::collections::BTreeMap;

use reveille_sdk::{
    decider::{Action, Server},
    guard,
    testing::{decided, server},
    types::{RuleError, ServerState},
};
use serde::Deserialize;
use stagger::Stagger;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default)]
    config: serde_json::Map<String, serde_json::Value>,
    servers: Vec<String>,
    starts: Vec<String>,
    #[serde(default)]
    waits: BTreeMap<String, String>,
}

/// `id@group: state decision [remembered, fact]`.
fn read(line: &str) -> (Server, Action) {
    let (line, told) = line.split_once(" [").unwrap_or((line, ""));
    let (id, rest) = line.split_once(": ").unwrap();
    let (state, action) = rest.split_once(' ').unwrap();
    let (id, group) = match id.split_once('@') {
        Some((id, group)) => (id, Some(group)),
        None => (id, None),
    };
    let state = match state {
        "running" => ServerState::Running,
        "stopped" => ServerState::Stopped,
        "starting" => ServerState::Starting,
        "stopping" => ServerState::Stopping,
        "busy" => ServerState::Busy,
        "problem" => ServerState::Problem,
        other => panic!("no state: {other}"),
    };
    let action = match action {
        "none" => Action::None,
        "start" => Action::Start,
        "stop" => Action::Stop,
        "resize" => Action::Resize("t3.large".into()),
        other => panic!("no decision: {other}"),
    };
    let mut told = told.trim_end_matches(']').split(", ");
    let remembered = told
        .next()
        .filter(|word| !word.is_empty())
        .unwrap_or("stopped");
    let mut server = server(id).being(state, remembered);
    if let Some(group) = group {
        server = server.in_group(group);
    }
    (told.fold(server, Server::with_fact), action)
}

#[test]
fn every_case_is_decided_as_it_says() {
    let cases: Cases = toml::from_str(include_str!("../cases.toml")).unwrap();
    for case in cases.case {
        let name = &case.name;
        let mut request = decided(case.servers.iter().map(|line| read(line)));
        request.config = serde_json::to_string(&case.config).unwrap();
        let (servers, before) = (request.servers.clone(), request.so_far.clone());
        let after = guard::decide::<Stagger>(request).unwrap();
        let starts: Vec<&str> = after
            .iter()
            .filter(|decision| matches!(decision.action, Action::Start | Action::Resize(_)))
            .map(|decision| decision.server_id.as_str())
            .collect();
        assert_eq!(starts, case.starts, "{name}");
        for ((server, before), after) in servers.iter().zip(&before).zip(&after) {
            if before != after {
                assert_eq!(after.action, Action::None, "{name}: {}", server.id);
                assert_eq!(after.remember, server.remembered, "{name}: {}", server.id);
            }
            if let Some(reason) = case.waits.get(&server.id) {
                assert_eq!(&after.reason, reason, "{name}: {}", server.id);
            }
        }
    }
}

#[test]
fn a_configuration_with_which_nothing_would_start_is_refused() {
    for config in [
        r#"{ "per_minute": 0 }"#,
        r#"{ "groups": { "API": 0 } }"#,
        r#"{ "per_minute": -1 }"#,
        r#"{ "perminute": 3 }"#,
    ] {
        assert!(
            matches!(
                guard::check_config::<Stagger>(config),
                Err(RuleError::InvalidConfig(_))
            ),
            "{config}"
        );
    }
    assert_eq!(
        guard::check_config::<Stagger>(r#"{ "per_minute": 3 }"#),
        Ok(())
    );
}
