//! Random days: people, failures, crashes. Whatever happens, no server is pulled both ways, and when the troubles
//! end every server arrives.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;

use super::House;
use crate::{
    model::{ServerKind, ServerState, Want},
    port::{ActErrorKind, OrderAction, Store, StoreError},
    testing::{FailingStore, PaintedRules, Trouble, schedule, server, utc},
};

const SERVERS: [&str; 6] = [
    "i-api-1", "i-api-2", "i-db-1", "i-lone-1", "i-web-1", "rds-db-2",
];

#[derive(Debug, Clone)]
enum Event {
    /// Time goes on by so many seconds, and a tick follows.
    Tick(i64),
    /// A tick whose store is gone from the call of this number on.
    Crash(usize),
    Put(usize, ServerState),
    Trouble(usize, Trouble),
    Heal(usize),
    Force(Want, i64),
    Cancel,
}

fn event() -> impl Strategy<Value = Event> {
    let one = 0..SERVERS.len();
    let state = prop_oneof![Just(ServerState::Running), Just(ServerState::Stopped)];
    let kind = prop_oneof![
        Just(ActErrorKind::Capacity),
        Just(ActErrorKind::Throttled),
        Just(ActErrorKind::Denied),
        Just(ActErrorKind::WrongState),
        Just(ActErrorKind::Other),
    ];
    let trouble = prop_oneof![
        kind.prop_map(|kind| Trouble::Refuses(kind, "Refused")),
        Just(Trouble::Sticks),
        Just(Trouble::FallsBack("Server.InternalError")),
    ];
    prop_oneof![
        8 => (15..3_600_i64).prop_map(Event::Tick),
        3 => (1..14_usize).prop_map(Event::Crash),
        2 => (one.clone(), state).prop_map(|(server, state)| Event::Put(server, state)),
        2 => (one.clone(), trouble).prop_map(|(server, trouble)| Event::Trouble(server, trouble)),
        1 => one.prop_map(Event::Heal),
        1 => (prop_oneof![Just(Want::Run), Just(Want::Stop)], 60..36_000_i64)
            .prop_map(|(want, length)| Event::Force(want, length)),
        1 => Just(Event::Cancel),
    ]
}

fn house(enforced: bool) -> House {
    let dev = schedule("dev")
        .group("db", &[])
        .group("api", &["db"])
        .group("web", &["api"])
        .with(|schedule| schedule.enforced = enforced);
    let servers = SERVERS.map(|id| {
        let server = server(id, "dev");
        match id.split('-').nth(1) {
            Some("lone") | None => server.build(),
            Some(group) if id.starts_with("rds") => {
                server.group(group).kind(ServerKind::RdsInstance).build()
            }
            Some(group) => server.group(group).build(),
        }
    });
    House::new(
        [dev.build()],
        servers,
        PaintedRules::every_day("09:00", "18:00"),
    )
}

fn happen(house: &House, event: &Event, now: &mut DateTime<Utc>) {
    match event {
        Event::Tick(seconds) => {
            *now += Duration::seconds(*seconds);
            house.tick_at(*now);
        }
        Event::Crash(call) => {
            *now += Duration::minutes(1);
            let dying: Arc<dyn Store> = Arc::new(FailingStore::from_call(house.store(), *call));
            let host = house.host("here", dying, house.fleet());
            let tick = house.try_tick(&host, *now);
            assert!(tick.is_ok() || *call < 14);
        }
        Event::Put(server, state) => house.fleet.put(SERVERS[*server], *state),
        Event::Trouble(server, trouble) => house.fleet.trouble(SERVERS[*server], trouble.clone()),
        Event::Heal(server) => house.fleet.heal(SERVERS[*server]),
        Event::Force(want, seconds) => {
            let until = *now + Duration::seconds(*seconds);
            let text = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M").to_string();
            house.force("dev", *want, &text(*now), &text(until));
        }
        Event::Cancel => house.cancel("dev"),
    }
}

fn no_server_is_pulled_both_ways(house: &House) {
    let mut pulled: BTreeMap<_, bool> = BTreeMap::new();
    for (at, order) in house.fleet.orders() {
        let is_stop = matches!(order.action, OrderAction::Stop { .. });
        let before = pulled.insert((at, order.server.clone()), is_stop);
        assert!(before.is_none(), "two orders for {} at {at}", order.server);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_every_server_arrives_when_the_troubles_end(
        enforced in any::<bool>(),
        begin in 0..1_440_i64,
        events in proptest::collection::vec(event(), 1..60),
    ) {
        let house = house(enforced);
        let mut now = utc("2026-11-23 00:00") + Duration::minutes(begin);
        house.tick_at(now);
        for event in &events {
            happen(&house, event, &mut now);
        }
        no_server_is_pulled_both_ways(&house);

        house.fleet.heal_all();
        house.cancel("dev");
        // The next turns of the plan: nothing that people did before them matters any more.
        let next_day = |days| (now.date_naive() + Duration::days(days)).and_time(chrono::NaiveTime::MIN).and_utc();
        for (at, state) in [
            (next_day(1) + Duration::hours(1), ServerState::Stopped),
            (next_day(1) + Duration::hours(10), ServerState::Running),
            (next_day(1) + Duration::hours(19), ServerState::Stopped),
        ] {
            for minute in 0..60 {
                house.tick_at(at + Duration::minutes(minute));
            }
            if at == next_day(1) + Duration::hours(1) && !enforced {
                // A server that somebody started by hand since the last stop is left alone until the next one.
                continue;
            }
            for id in SERVERS {
                prop_assert_eq!(house.state(id), state, "{} at {}", id, at);
                prop_assert_eq!(house.memory(id).request, None);
                prop_assert_eq!(house.memory(id).error, None);
            }
        }
        no_server_is_pulled_both_ways(&house);
    }
}

#[test]
fn a_crash_at_any_call_to_the_store_is_made_good_within_two_ticks() {
    for call in 1..20 {
        let house = house(false);
        house.tick("2026-11-23 08:59");
        let dying: Arc<dyn Store> = Arc::new(FailingStore::new(house.store(), move |_, number| {
            (number >= call).then_some(StoreError::Busy)
        }));
        let host = house.host("here", dying, house.fleet());
        let _ = house.try_tick(&host, utc("2026-11-23 09:00"));
        house.run("2026-11-23 09:01", "2026-11-23 09:06");
        for id in SERVERS {
            assert_eq!(
                house.state(id),
                ServerState::Running,
                "{id} after a crash at {call}"
            );
        }
        no_server_is_pulled_both_ways(&house);
    }
}
