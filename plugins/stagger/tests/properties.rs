//! What holds whatever is decided before it.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*, sample::select};
use reveille_sdk::{
    decider::{Action, DecideRequest, Decision, Server},
    guard,
    testing::{decided, server},
    types::ServerState,
};
use stagger::{JUST_STARTED, Stagger};

const GROUPS: [&str; 3] = ["", "API", "DB"];

fn starts(decision: &Decision) -> bool {
    matches!(decision.action, Action::Start | Action::Resize(_))
}

/// Whether the rule is about it: it can be ordered to start now, and has not failed to before.
fn is_new(server: &Server) -> bool {
    server.state == ServerState::Stopped && server.remembered != "start_failed"
}

prop_compose! {
    fn any_server()(
        id in 0..500_u16,
        group in select(GROUPS.to_vec()),
        state in select(vec![
            ServerState::Running, ServerState::Stopped, ServerState::Stopped, ServerState::Stopped,
            ServerState::Starting, ServerState::Stopping, ServerState::Busy, ServerState::Problem,
        ]),
        remembered in select(vec!["running", "stopped", "stopped", "any", "unknown", "start_failed"]),
        just_started in prop::bool::weighted(0.2),
        action in select(vec![Action::None, Action::Stop, Action::Start, Action::Start, Action::Start]),
    ) -> (Server, Action) {
        let mut server = server(&format!("i-{id}")).being(state, remembered);
        if !group.is_empty() {
            server = server.in_group(group);
        }
        if just_started {
            server = server.with_fact(JUST_STARTED);
        }
        (server, action)
    }
}

prop_compose! {
    fn any_request()(servers in vec(any_server(), 0..60), per_minute in 1..8_u16) -> (DecideRequest, u16) {
        let distinct: BTreeMap<_, _> = servers.into_iter().map(|one| (one.0.id.clone(), one)).collect();
        let mut request = decided(distinct.into_values());
        request.config = format!(r#"{{ "per_minute": {per_minute} }}"#);
        (request, per_minute)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn never_more_than_the_number_of_a_group_start_with_those_that_just_did((request, per_minute) in any_request()) {
        let servers = request.servers.clone();
        let decisions = guard::decide::<Stagger>(request).unwrap();
        for group in GROUPS {
            let of_group = || servers.iter().zip(&decisions).filter(|(server, _)| server.group.as_deref().unwrap_or("") == group);
            let just = of_group().filter(|(server, _)| !server.extra.is_empty() && server.remembered != "start_failed").count();
            let now = of_group().filter(|(server, decision)| is_new(server) && starts(decision)).count();
            prop_assert!(now <= usize::from(per_minute).saturating_sub(just), "{group}: {now} beside {just}");
        }
    }

    #[test]
    fn nothing_starts_that_was_not_to_start_and_nothing_else_changes((request, _) in any_request()) {
        let (servers, before) = (request.servers.clone(), request.so_far.clone());
        let after = guard::decide::<Stagger>(request).unwrap();
        prop_assert_eq!(after.len(), before.len());
        for ((server, before), after) in servers.iter().zip(&before).zip(&after) {
            if before == after {
                continue;
            }
            prop_assert!(is_new(server) && starts(before));
            prop_assert_eq!(&after.action, &Action::None);
            prop_assert_eq!(&after.remember, &server.remembered);
            prop_assert!(after.reason.starts_with("waits its turn"));
        }
    }

    #[test]
    fn the_order_of_the_request_says_nothing_about_who_starts((request, _) in any_request()) {
        let mut reversed = request.clone();
        reversed.servers.reverse();
        reversed.so_far.reverse();
        let mut turned = guard::decide::<Stagger>(reversed).unwrap();
        turned.reverse();
        prop_assert_eq!(guard::decide::<Stagger>(request).unwrap(), turned);
    }

    #[test]
    fn all_have_started_after_as_many_minutes_as_it_takes(count in 1..60_u16, per_minute in 1..8_u16) {
        let mut servers: Vec<Server> = (0..count).map(|id| server(&format!("i-{id:02}"))).collect();
        let mut minutes = 0;
        while servers.iter().any(|server| server.state == ServerState::Stopped) {
            minutes += 1;
            prop_assert!(minutes <= count, "it never ends");
            // Looked at twice in a minute: the second look starts nothing more.
            for _ in 0..2 {
                let mut request = decided(servers.iter().cloned().map(|server| {
                    let action = if server.state == ServerState::Stopped { Action::Start } else { Action::None };
                    (server, action)
                }));
                request.config = format!(r#"{{ "per_minute": {per_minute} }}"#);
                let decisions = guard::decide::<Stagger>(request).unwrap();
                for (server, decision) in servers.iter_mut().zip(decisions).filter(|(_, decision)| starts(decision)) {
                    *server = server.clone().being(ServerState::Running, &decision.remember).with_fact(JUST_STARTED);
                }
            }
            let now = servers.iter().filter(|server| !server.extra.is_empty()).count();
            prop_assert!(now <= usize::from(per_minute));
            servers.iter_mut().for_each(|server| server.extra.clear());
        }
        prop_assert_eq!(minutes, count.div_ceil(per_minute));
    }
}
