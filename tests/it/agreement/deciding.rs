//! `transitions`.

use proptest::{collection::vec, prelude::*, sample::select};
use reveille_core::{
    model::{
        Force, GroupState, GroupView, Minute, Moment, OnTimeout, Schedule, Server, ServerKind,
        ServerState, Stored, Want, Wanted,
    },
    port::{DecideRequest, DecidedServer, Rules},
    testing::{date, schedule as new_schedule, server as new_server, utc},
};
use reveille_tests::NativeRules;

use super::{assert_agree, config, new_digest, options_of, sandbox, texts, wants};

const GROUPS: [&str; 4] = ["DB", "CACHE", "APP", "웹"];

/// Everything about a server that a decision depends on.
#[derive(Debug, Clone)]
struct Case {
    server: Server,
    stored: Stored,
    maintenance_now: bool,
    restarted_by_provider: bool,
    force_pending: bool,
    just_started: bool,
}

fn servers() -> BoxedStrategy<Case> {
    let kinds = select(vec![
        ServerKind::Ec2,
        ServerKind::RdsInstance,
        ServerKind::RdsCluster,
    ]);
    let states = select(vec![
        ServerState::Running,
        ServerState::Stopped,
        ServerState::Starting,
        ServerState::Stopping,
        ServerState::Busy,
        ServerState::Problem,
    ]);
    let words = select(vec![
        "running",
        "stopped",
        "any",
        "unknown",
        "retain-running",
        "start_failed",
        "stop_failed",
        "configured",
    ]);
    let groups = options_of(select(vec!["DB", "CACHE", "APP", "웹", "nowhere"]));
    let types = options_of(select(vec!["t3.micro", "m5.large"]));
    (kinds, states, words, groups, types, any::<[bool; 4]>())
        .prop_map(
            |(
                kind,
                state,
                word,
                group,
                instance_type,
                [
                    maintenance_now,
                    restarted_by_provider,
                    force_pending,
                    just_started,
                ],
            )| {
                let mut server = new_server("i-0", "seoul").kind(kind).state(state).build();
                server.group = group.map(Into::into);
                server.instance_type = instance_type.map(Into::into);
                Case {
                    server,
                    stored: Stored(word.into()),
                    maintenance_now,
                    restarted_by_provider,
                    force_pending,
                    just_started,
                }
            },
        )
        .boxed()
}

fn groups() -> BoxedStrategy<Vec<GroupView>> {
    let states = select(vec![
        GroupState::Running,
        GroupState::Stopped,
        GroupState::Mixed,
    ]);
    let passes = select(vec![OnTimeout::Wait, OnTimeout::Pass]);
    let shape = (states, any::<bool>(), passes, any::<[bool; 4]>());
    (0..=GROUPS.len(), vec(shape, GROUPS.len()))
        .prop_map(|(count, shapes)| {
            let view =
                |(index, (state, overdue, on_timeout, on)): (usize, (_, _, _, [bool; 4]))| {
                    GroupView {
                        name: GROUPS[index].to_owned(),
                        depends_on: (0..index)
                            .filter(|other| on[*other])
                            .map(|other| GROUPS[other].to_owned())
                            .collect(),
                        state,
                        overdue,
                        on_timeout,
                    }
                };
            shapes
                .into_iter()
                .take(count)
                .enumerate()
                .map(view)
                .collect()
        })
        .boxed()
}

fn wanted() -> BoxedStrategy<Wanted> {
    let types = options_of(select(vec!["t3.micro".to_owned(), "m5.large".to_owned()]));
    (wants(), types, options_of(texts()), texts())
        .prop_map(|(want, instance_type, period, reason)| Wanted {
            want,
            instance_type,
            period,
            reason,
        })
        .boxed()
}

fn forces() -> BoxedStrategy<Option<Force>> {
    let force = (
        select(vec![Want::Run, Want::Stop]),
        texts(),
        options_of(texts()),
    )
        .prop_map(|(want, by, reason)| Force {
            schedule: "seoul".to_owned(),
            want,
            since: utc("2026-11-23 00:00"),
            until: utc("2026-11-23 12:00"),
            by,
            reason,
        });
    options_of(force)
}

fn schedule([enforced, retain_running, stop_new_instances, hibernate]: [bool; 4]) -> Schedule {
    new_schedule("seoul")
        .with(|schedule| {
            schedule.enforced = enforced;
            schedule.retain_running = retain_running;
            schedule.stop_new_instances = stop_new_instances;
            schedule.hibernate = hibernate;
            schedule.digest = new_digest();
        })
        .build()
}

fn check(
    schedule: &Schedule,
    wanted: &Wanted,
    force: Option<&Force>,
    groups: &[GroupView],
    cases: &mut [Case],
) {
    for (number, case) in cases.iter_mut().enumerate() {
        case.server.id = format!("i-{number}").into();
    }
    let servers: Vec<DecidedServer<'_>> = cases
        .iter()
        .map(|case| DecidedServer {
            server: &case.server,
            stored: &case.stored,
            maintenance_now: case.maintenance_now,
            restarted_by_provider: case.restarted_by_provider,
            force_pending: case.force_pending,
            just_started: case.just_started,
        })
        .collect();
    let request = DecideRequest {
        schedule,
        now: Moment {
            date: date(2026, 11, 23),
            minute: Minute(600),
        },
        wanted,
        force,
        groups,
        servers: &servers,
    };
    let library = NativeRules::default().decide(&request);
    for decision in library.iter().flatten() {
        assert!(decision.reason.chars().count() <= 200, "{decision:?}");
    }
    assert_agree(&sandbox().decide(&request), &library);
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_decider_decides_as_its_library(
        options in any::<[bool; 4]>(),
        wanted in wanted(),
        force in forces(),
        groups in groups(),
        mut cases in vec(servers(), 0..24),
    ) {
        check(&schedule(options), &wanted, force.as_ref(), &groups, &mut cases);
    }
}

#[test]
fn more_servers_than_a_call_takes_are_all_decided_about_in_their_order() {
    let states = [
        ServerState::Running,
        ServerState::Stopped,
        ServerState::Busy,
    ];
    let mut cases: Vec<Case> = (0..2_345)
        .map(|number| Case {
            server: new_server("i", "seoul").state(states[number % 3]).build(),
            stored: if number % 2 == 0 {
                Stored::STOPPED
            } else {
                Stored::UNKNOWN
            },
            maintenance_now: number % 7 == 0,
            restarted_by_provider: false,
            force_pending: false,
            just_started: false,
        })
        .collect();
    let wanted = Wanted {
        want: Want::Run,
        instance_type: None,
        period: None,
        reason: "아침".to_owned(),
    };
    check(
        &schedule([false, false, true, false]),
        &wanted,
        None,
        &[],
        &mut cases,
    );
}
