//! Any items are read, whatever their order: each schedule can be used, or is set aside with a fault.
#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use reveille_core::model::{Definitions, Item, ItemKey};
use reveille_fuzz::Shape;
use serde_json::{Map, Value};

const WORDS: &[&str] = &[
    "period",
    "schedule",
    "rule",
    "calendar",
    "a",
    "b",
    "c",
    "help",
    "begintime",
    "endtime",
    "weekdays",
    "monthdays",
    "months",
    "description",
    "periods",
    "timezone",
    "override_status",
    "enforced",
    "stop_new_instances",
    "use_maintenance_window",
    "ssm_maintenance_window",
    "hibernate",
    "retain_running",
    "configured_in_stack",
    "rules",
    "groups",
    "holiday_calendar",
    "notify",
    "allow",
    "locale",
    "protect",
    "path",
    "sha256",
    "tier",
    "wasi",
    "name",
    "config",
    "depends_on",
    "on_failure",
    "skip",
    "hold",
    "on_timeout",
    "ready_timeout",
    "tag",
    "servers",
    "members",
    "match",
    "enabled",
    "09:00",
    "18:00",
    "mon-fri",
    "a@t3.small",
    "@",
    ",",
    " ",
    "Asia/Seoul",
    "UTC",
    "running",
    "stopped",
    "true",
    "false",
    "True",
    "trusted",
    "sandboxed",
    "[{\"name\": \"a\"}]",
    "{\"name\":\"b\",\"depends_on\":[\"a\"]}",
    "10m",
    "1h",
    "*",
    "web-*",
    "ko",
    "en",
    "announcements",
    "stop_warning",
    "minutes",
    "10",
    "0",
    "-1",
    "",
    "가",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
];

fuzz_target!(|bytes: &[u8]| {
    let mut shape = Shape::new(bytes, WORDS);
    let Some(items) = shape.value::<Vec<(String, String, Map<String, Value>)>>() else {
        return;
    };
    let mut items: Vec<Item> = items
        .into_iter()
        .map(|(kind, name, attributes)| Item {
            key: ItemKey { kind, name },
            attributes,
        })
        .collect();
    let read = Definitions::read(&items, chrono_tz::UTC);
    for (name, faults) in &read.set_aside {
        assert!(
            !faults.is_empty(),
            "schedule {name} is set aside for no reason"
        );
    }
    let schedules: BTreeSet<&str> = items
        .iter()
        .filter(|item| item.key.kind == "schedule")
        .map(|item| item.key.name.as_str())
        .collect();
    for name in &schedules {
        assert_ne!(
            read.schedules.contains_key(*name),
            read.set_aside.contains_key(*name),
            "{name}"
        );
    }
    assert!(read.schedule_names().eq(schedules));

    items.reverse();
    assert_eq!(
        Definitions::read(&items, chrono_tz::UTC),
        read,
        "in reverse"
    );
    let by = shape.up_to(items.len());
    items.rotate_left(by);
    assert_eq!(Definitions::read(&items, chrono_tz::UTC), read, "rotated");
});
