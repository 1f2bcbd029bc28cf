//! The tag `IS-PreferredInstanceTypes`.

use std::{collections::BTreeMap, sync::Arc};

use super::House;
use crate::{
    model::{Server, ServerKind, ServerState, Span, Stored, Want},
    port::ActErrorKind,
    testing::{PaintedRules, Trouble, plan_of, schedule, server, utc},
};

fn tagged(kind: ServerKind, instance_type: &str, preferred: &str) -> Server {
    let mut server = server("i-1", "dev").kind(kind).build();
    server.instance_type = Some(instance_type.into());
    server.tags = Arc::new(BTreeMap::from([(
        "IS-PreferredInstanceTypes".to_owned(),
        preferred.to_owned(),
    )]));
    server
}

fn house(instance_type: &str, preferred: &str) -> House {
    House::new(
        [schedule("dev").build()],
        [tagged(ServerKind::Ec2, instance_type, preferred)],
        PaintedRules::every_day("09:00", "18:00"),
    )
}

#[test]
fn a_stopped_server_is_started_with_the_first_type() {
    let house = house("m5.large", " c5.large , m5.large ");
    house.run("2026-11-23 09:00", "2026-11-23 09:05");
    assert_eq!(house.orders(), ["09:00 resize to c5.large i-1"]);
    assert_eq!(house.state("i-1"), ServerState::Running);
    assert_eq!(house.memory("i-1").stored, Stored::RUNNING);
    assert_eq!(house.memory("i-1").request, None);
}

#[test]
fn one_that_has_the_first_type_is_just_started() {
    let house = house("m5.large", "m5.large,c5.large");
    house.run("2026-11-23 09:00", "2026-11-23 09:05");
    assert_eq!(house.orders(), ["09:00 start i-1"]);
}

#[test]
fn an_empty_tag_is_none() {
    let house = house("m5.large", " , ");
    house.run("2026-11-23 09:00", "2026-11-23 09:05");
    assert_eq!(house.orders(), ["09:00 start i-1"]);
}

#[test]
fn a_database_has_no_preferred_types() {
    let house = House::new(
        [schedule("dev").build()],
        [tagged(
            ServerKind::RdsInstance,
            "db.m5.large",
            "db.c5.large",
        )],
        PaintedRules::every_day("09:00", "18:00"),
    );
    house.run("2026-11-23 09:00", "2026-11-23 09:05");
    assert_eq!(house.orders(), ["09:00 start i-1"]);
}

#[test]
fn a_server_that_runs_is_never_stopped_for_the_tag() {
    let house = house("m5.large", "c5.large");
    house.tick("2026-11-23 08:59");
    house.fleet.put("i-1", ServerState::Running);
    house.run("2026-11-23 09:00", "2026-11-23 12:00");
    assert_eq!(house.orders(), [""; 0]);
}

#[test]
fn without_capacity_the_next_type_is_tried_at_the_next_look_and_nobody_is_told() {
    let house = house("m5.large", "m5.large,c5.large,r5.large");
    house
        .fleet
        .trouble("i-1", Trouble::Scarce(&["m5.large", "c5.large"]));
    house.run("2026-11-23 09:00", "2026-11-23 09:10");
    assert_eq!(
        house.orders(),
        [
            "09:00 start i-1",
            "09:01 resize to c5.large i-1",
            "09:02 resize to r5.large i-1",
        ]
    );
    assert_eq!(house.state("i-1"), ServerState::Running);
    assert_eq!(house.heard(), ["run 1 of dev"]);
    let memory = house.memory("i-1");
    assert_eq!((memory.stored, memory.error), (Stored::RUNNING, None));
}

#[test]
fn the_next_type_is_looked_for_within_seconds() {
    let house = house("m5.large", "m5.large,c5.large");
    house.fleet.trouble("i-1", Trouble::Scarce(&["m5.large"]));
    let report = house.tick("2026-11-23 09:00");
    house.tick_at(report.next_look);
    assert!((report.next_look - utc("2026-11-23 09:00")).num_seconds() <= 15);
    assert_eq!(house.orders().len(), 2);
}

#[test]
fn when_all_types_were_tried_it_pauses_and_begins_with_the_first_again_until_the_want_ends() {
    let house = house("m5.large", "m5.large,c5.large");
    house
        .fleet
        .trouble("i-1", Trouble::Scarce(&["m5.large", "c5.large"]));
    house.run("2026-11-23 09:00", "2026-11-23 09:09");
    assert_eq!(
        house.orders(),
        [
            "09:00 start i-1",
            "09:01 resize to c5.large i-1",
            "09:02 resize to m5.large i-1",
            "09:03 resize to c5.large i-1",
            "09:04 resize to m5.large i-1",
            "09:05 resize to c5.large i-1",
            "09:07 resize to m5.large i-1",
            "09:08 resize to c5.large i-1",
        ]
    );
    assert_eq!(house.heard(), ["run 1 of dev", "failed i-1"]);
    house.run("2026-11-23 09:10", "2026-11-23 18:30");
    assert_eq!(house.heard(), [""; 0]);
    assert!(house.orders().last().unwrap().starts_with("17:"));
    assert_eq!(house.memory("i-1").request, None);
}

#[test]
fn another_refusal_than_for_capacity_stays_with_the_type() {
    let house = house("m5.large", "m5.large,c5.large");
    house.fleet.trouble(
        "i-1",
        Trouble::RefusesStart(ActErrorKind::Throttled, "RequestLimitExceeded"),
    );
    house.run("2026-11-23 09:00", "2026-11-23 09:02");
    house.fleet.heal("i-1");
    house.run("2026-11-23 09:03", "2026-11-23 09:05");
    assert!(
        house
            .orders()
            .iter()
            .all(|order| order.ends_with("start i-1"))
    );
    assert_eq!(house.state("i-1"), ServerState::Running);
}

#[test]
fn a_type_that_the_plan_gives_stands_above_the_tag() {
    let house = House::new(
        [schedule("dev").build()],
        [tagged(ServerKind::Ec2, "m5.large", "c5.large,m5.large")],
        PaintedRules::new(|_, _| {
            let mut plan = plan_of(&[("09:00", "18:00", Want::Run)]);
            for span in &mut plan.spans {
                *span = Span {
                    instance_type: Some("m5.large".to_owned()),
                    ..span.clone()
                };
            }
            Ok(plan)
        }),
    );
    house.run("2026-11-23 09:00", "2026-11-23 10:00");
    assert_eq!(house.orders(), ["09:00 start i-1"]);
}

#[test]
fn a_server_that_somebody_starts_between_two_types_is_taken_as_it_is() {
    let house = house("m5.large", "m5.large,c5.large");
    house.fleet.trouble("i-1", Trouble::Scarce(&["m5.large"]));
    house.tick("2026-11-23 09:00");
    house.fleet.put("i-1", ServerState::Running);
    house.run("2026-11-23 09:01", "2026-11-23 10:00");
    assert_eq!(house.orders(), ["09:00 start i-1"]);
    assert_eq!(house.memory("i-1").stored, Stored::RUNNING);
}

#[test]
fn capacity_that_turns_out_to_lack_after_the_start_was_accepted_gives_the_next_type_its_turn() {
    let house = house("m5.large", "m5.large,c5.large");
    house.fleet.trouble(
        "i-1",
        Trouble::FallsBack("Server.InsufficientInstanceCapacity"),
    );
    house.run("2026-11-23 09:00", "2026-11-23 09:06");
    assert_eq!(
        house.orders(),
        [
            "09:00 start i-1",
            "09:01 resize to c5.large i-1",
            "09:02 resize to m5.large i-1",
            "09:03 resize to c5.large i-1",
            "09:04 resize to m5.large i-1",
            "09:06 resize to c5.large i-1",
        ]
    );
    house.fleet.heal("i-1");
    house.run("2026-11-23 09:07", "2026-11-23 09:15");
    assert_eq!(house.state("i-1"), ServerState::Running);
}
