//! What can be read, what is set aside, and in which words.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that panics has failed"
)]

use chrono::Duration;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::super::{ItemKey, OnFailure, OnTimeout, Quiet, Tier, Want};
use super::*;

fn item(kind: &str, name: &str, attributes: Value) -> Item {
    let Value::Object(attributes) = attributes else {
        panic!("attributes are a structure: {attributes}");
    };
    Item {
        key: ItemKey {
            kind: kind.into(),
            name: name.into(),
        },
        attributes,
    }
}

fn office_hours() -> Item {
    item(
        "period",
        "office-hours",
        json!({"begintime": "09:00", "endtime": "17:00", "weekdays": ["mon-fri"]}),
    )
}

fn night() -> Item {
    item("period", "night", json!({"begintime": "22:00"}))
}

fn read(items: &[Item]) -> Definitions {
    Definitions::read(items, Tz::UTC)
}

/// The schedule `s` of these attributes and the period `office-hours`.
#[track_caller]
fn schedule(attributes: Value) -> Arc<Schedule> {
    let read = read(&[office_hours(), night(), item("schedule", "s", attributes)]);
    assert_eq!(read.faults, []);
    Arc::clone(&read.schedules["s"])
}

fn with_periods(attributes: Value) -> Value {
    let Value::Object(mut attributes) = attributes else {
        panic!("attributes are a structure: {attributes}");
    };
    attributes.insert("periods".into(), json!(["office-hours"]));
    Value::Object(attributes)
}

/// Reads schedule `s` beside the two periods and compares its faults.
#[track_caller]
fn check_faults(attributes: Value, expected: &[&str]) {
    check_item(item("schedule", "s", attributes), expected);
}

#[track_caller]
fn check_item(item: Item, expected: &[&str]) {
    let read = read(&[office_hours(), night(), item.clone()]);
    let faults: Vec<String> = read.faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults, expected);
    assert!(!read.schedules.contains_key(&item.key.name));
    assert_eq!(
        read.set_aside.contains_key(&item.key.name),
        item.key.kind == "schedule"
    );
}

#[test]
fn the_examples_of_aws_are_read() {
    let read = read(&[
        office_hours(),
        item("period", "night", json!({"begintime": "22:00"})),
        item(
            "schedule",
            "seoul",
            json!({"periods": ["office-hours", "night@t3.small"], "timezone": "Asia/Seoul", "enforced": false}),
        ),
    ]);
    assert_eq!(read.faults, []);
    let seoul = &read.schedules["seoul"];
    assert_eq!(seoul.timezone, Tz::Asia__Seoul);
    let uses: Vec<_> = seoul
        .periods
        .iter()
        .map(|used| (used.period.name.as_str(), used.instance_type.as_deref()))
        .collect();
    assert_eq!(uses, [("night", Some("t3.small")), ("office-hours", None)]);
    let office_hours = &read.periods["office-hours"];
    assert_eq!(office_hours.begin_time.as_deref(), Some("09:00"));
    assert_eq!(
        office_hours.weekdays.as_deref(),
        Some(&["mon-fri".to_owned()][..])
    );
    assert_eq!(office_hours.months, None);
}

#[test]
fn what_is_unset_has_the_defaults_of_aws() {
    let s = schedule(with_periods(json!({})));
    assert_eq!(s.timezone, Tz::UTC);
    assert!(s.stop_new_instances);
    assert!(!s.enforced && !s.hibernate && !s.retain_running);
    assert_eq!(s.use_maintenance_window, None);
    assert_eq!(s.override_status, None);
}

#[test]
fn empty_texts_that_aws_takes_for_none_are_none() {
    let s = schedule(with_periods(json!({
        "timezone": "", "override_status": "", "ssm_maintenance_window": "", "description": null,
    })));
    assert_eq!(s.timezone, Tz::UTC);
    assert_eq!(s.override_status, None);
    assert!(s.ssm_maintenance_windows.is_empty());
}

#[test]
fn truths_may_be_texts_in_any_case() {
    let s = schedule(with_periods(json!({
        "enforced": "True", "stop_new_instances": "FALSE", "use_maintenance_window": "false", "hibernate": true,
    })));
    assert!(s.enforced && s.hibernate && !s.stop_new_instances);
    assert_eq!(s.use_maintenance_window, Some(false));
}

#[test]
fn override_status_is_read_in_any_case() {
    assert_eq!(
        schedule(json!({"override_status": "Running"})).override_status,
        Some(Want::Run)
    );
    assert_eq!(
        schedule(json!({"override_status": "stopped"})).override_status,
        Some(Want::Stop)
    );
}

#[test]
fn a_comma_list_of_periods_may_have_spaces() {
    let s = schedule(json!({"periods": "office-hours, night@t3.small"}));
    assert_eq!(s.periods.len(), 2);
}

#[test]
fn an_ssm_window_alone_is_a_schedule() {
    let s = schedule(json!({"ssm_maintenance_window": "patches"}));
    assert_eq!(s.ssm_maintenance_windows, ["patches"]);
}

#[test]
fn legacy_and_unknown_attributes_are_left_alone() {
    schedule(with_periods(
        json!({"use_metrics": "maybe", "overwrite": [1], "x": {"y": []}}),
    ));
}

#[test]
fn other_kinds_of_items_are_left_alone() {
    let read = read(&[
        item("config", "scheduler", json!({"regions": ["eu-west-1"]})),
        item("Calendar", "days", json!({"days": 5})),
        item("Schedule", "s", json!({})),
    ]);
    assert_eq!(read, Definitions::default());
}

#[test]
fn what_reveille_adds_is_read() {
    let s = schedule(with_periods(json!({
        "rules": [
            {"name": "kr-holidays", "config": {"b": 1, "a": [true]}, "on_failure": "skip"},
            {"name": "team"},
            "calendar",
        ],
        "groups": [
            {"name": "api", "depends_on": ["db"], "ready_timeout": "1h30m", "on_timeout": "pass"},
            {"name": "db", "ready_timeout": 5},
        ],
        "holiday_calendar": "seoul",
        "notify": ["ops", "dev", "ops"],
        "quiet_hours": "22:00-08:00",
        "warn_before_stop": 30,
        "allow": "hana@example.com, dev room",
        "locale": "ko",
        "protect": ["bastion"],
    })));
    let rules: Vec<_> = s
        .rules
        .iter()
        .map(|rule| (rule.name.as_str(), rule.config.as_str(), rule.on_failure))
        .collect();
    assert_eq!(
        rules,
        [
            ("kr-holidays", r#"{"a":[true],"b":1}"#, OnFailure::Skip),
            ("team", "{}", OnFailure::Hold),
            ("calendar", "{}", OnFailure::Hold),
        ]
    );
    assert_eq!(s.groups[0].name, "db");
    assert_eq!(s.groups[0].ready_timeout, Duration::minutes(5));
    assert_eq!(s.groups[1].ready_timeout, Duration::minutes(90));
    assert_eq!(s.groups[1].on_timeout, OnTimeout::Pass);
    assert_eq!(s.holiday_calendar.as_deref(), Some("seoul"));
    assert_eq!(s.notify, Some(vec!["ops".to_owned(), "dev".to_owned()]));
    assert_eq!(s.quiet_hours, "22:00-08:00".parse().ok());
    assert_eq!(s.warn_before_stop, Some(Duration::minutes(30)));
    assert_eq!(s.allow, ["hana@example.com", "dev room"]);
    assert_eq!(s.protect, ["bastion"]);
    assert_eq!(s.locale.as_deref(), Some("ko"));
}

#[test]
fn a_calendar_is_read_by_date() {
    let read = read(&[item(
        "calendar",
        "seoul",
        json!({"days": ["2026-12-31 연말 휴무", "- 2026-12-25", "2026-12-24,창립기념일"], "description": "x"}),
    )]);
    assert_eq!(read.faults, []);
    let days = read.calendars["seoul"].days.iter();
    let days: Vec<String> = days.map(ToString::to_string).collect();
    assert_eq!(
        days,
        [
            "2026-12-24 창립기념일",
            "- 2026-12-25",
            "2026-12-31 연말 휴무"
        ]
    );
}

#[track_caller]
fn calendar_fault(name: &str, attributes: Value, expected: &str) {
    let read = read(&[item("calendar", name, attributes)]);
    assert!(read.calendars.is_empty());
    assert_eq!(read.bad_calendars[name], read.faults);
    assert_eq!(read.faults[0].to_string(), expected);
}

#[test]
fn a_calendar_with_a_fault_is_told_with_it() {
    calendar_fault(
        "c",
        json!({"days": ["휴무", "2026-12-24"]}),
        "calendar c: `days`: `휴무` is no day; write a date and a name such as `2026-12-24 창립기념일`, or \
         `- 2026-12-24` to take a day out",
    );
    calendar_fault(
        "c",
        json!({"days": ["2026-12-24"]}),
        "calendar c: `days`: `2026-12-24` has no name; write what the day is called after its date",
    );
    calendar_fault(
        "c",
        json!({"days": {"2026-12-24": "x"}}),
        "calendar c: `days`: `{\"2026-12-24\":\"x\"}` is a structure; write a list of texts such as `2026-12-24 창립기념일`",
    );
    calendar_fault(
        "a]",
        json!({}),
        "calendar a]: `name`: `a]` has a space at an end, a bracket or a control character; take it out",
    );
    let days: Vec<String> = (0..1_001).map(|_| "2026-12-24 x".to_owned()).collect();
    calendar_fault(
        "c",
        json!({"days": days}),
        "calendar c: `days`: has 1001 days; take out those that are over, at most 1000 are read",
    );
}

#[test]
fn schedules_that_go_by_a_broken_calendar_are_set_aside_and_others_are_not() {
    let with = |calendar: Option<&str>, rules: Value| {
        let mut attributes = json!({"override_status": "running", "rules": rules});
        if let Some(calendar) = calendar {
            attributes["holiday_calendar"] = json!(calendar);
        }
        attributes
    };
    let items = |broken: &str| {
        [
            item("calendar", broken, json!({"days": 5})),
            item(
                "schedule",
                "seoul",
                with(Some("seoul"), json!(["kr-holidays"])),
            ),
            item("schedule", "general", with(None, json!(["kr-holidays"]))),
            item("schedule", "plain", with(Some("seoul"), json!([]))),
        ]
    };
    let names =
        |broken: &str| -> Vec<String> { read(&items(broken)).set_aside.into_keys().collect() };
    assert_eq!(names("seoul"), ["seoul"]);
    assert_eq!(names("holidays"), ["general", "seoul"]);
    assert_eq!(names("tokyo"), [""; 0]);
}

#[test]
fn structures_may_be_json_texts() {
    let s = schedule(with_periods(json!({
        "rules": r#"[{"name": "r", "config": "{\"a\": 1}"}]"#,
        "groups": r#"{"name": "db"}"#,
    })));
    assert_eq!(s.rules[0].config, r#"{"a":1}"#);
    assert_eq!(s.groups[0].name, "db");
}

#[test]
fn groups_without_a_choice_keep_their_order() {
    let s = schedule(with_periods(json!({"groups": [
        {"name": "batch", "depends_on": ["api"]}, {"name": "z"}, {"name": "api", "depends_on": ["db"]},
        {"name": "db"}, {"name": "a"},
    ]})));
    let names: Vec<_> = s.groups.iter().map(|group| group.name.as_str()).collect();
    assert_eq!(names, ["z", "db", "api", "batch", "a"]);
}

#[test]
fn a_rule_is_read() {
    let digits = "AB".repeat(32);
    let read = read(&[
        item(
            "rule",
            "team",
            json!({"location": "team.wasm", "sha256": digits, "tier": "heavy", "wasi": true}),
        ),
        item(
            "rule",
            "off",
            json!({"location": "off.wasm", "enabled": false}),
        ),
    ]);
    assert_eq!(read.faults, []);
    assert_eq!(read.rules.len(), 1);
    let team = &read.rules["team"];
    assert_eq!(team.location, "team.wasm");
    assert_eq!(team.sha256, Some("ab".repeat(32)));
    assert_eq!(team.tier, Tier::Heavy);
    assert!(team.wasi);
}

#[test]
fn a_rule_says_everything_that_is_wrong_with_it() {
    check_item(
        item(
            "rule",
            "team",
            json!({"sha256": "abc", "tier": "huge", "wasi": 1}),
        ),
        &[
            "rule team: `location`: is missing; write the path of the rule's `.wasm` file, or where else it is: \
             `https://…`, `s3://…`, `oci://…`",
            "rule team: `sha256`: `abc` is not 64 hexadecimal digits; write what `sha256sum` prints",
            "rule team: `tier`: `huge` is not known; write `rule`, `scripted` or `heavy`",
            "rule team: `wasi`: `1` is neither; write `true` or `false`",
        ],
    );
}

#[test]
fn a_schedule_says_everything_that_is_wrong_with_it() {
    check_faults(
        json!({
            "description": 5, "timezone": "../x", "periods": ["office-huors"], "override_status": "on",
            "enforced": "yes", "allow": [],
        }),
        &[
            "schedule s: `description`: `5` is a number; write a text",
            "schedule s: `timezone`: `../x` is no time zone; write an IANA name such as `Asia/Seoul`",
            "schedule s: `periods`: there is no period `office-huors`; did you mean `office-hours`?",
            "schedule s: `override_status`: `on` is not known; write `running` or `stopped`, or leave it out",
            "schedule s: `enforced`: `yes` is neither; write `true` or `false`",
            "schedule s: `allow`: is an empty set; name at least one, or leave the attribute out",
        ],
    );
}

#[test]
fn a_misspelt_zone_is_told_the_right_one() {
    check_faults(
        with_periods(json!({"timezone": "asia/seoul"})),
        &["schedule s: `timezone`: `asia/seoul` is no time zone; did you mean `Asia/Seoul`?"],
    );
}

#[test]
fn a_schedule_that_says_nothing_is_set_aside() {
    for nothing in [
        json!({}),
        json!({"periods": null, "override_status": ""}),
        json!({"ssm_maintenance_window": ""}),
    ] {
        check_faults(
            nothing,
            &[
                "schedule s: `periods`: is missing, and so are `override_status` and `ssm_maintenance_window`; name at \
               least one period",
            ],
        );
    }
}

#[test]
fn an_empty_set_of_periods_is_set_aside() {
    check_faults(
        json!({"periods": []}),
        &["schedule s: `periods`: is an empty set; name at least one, or leave the attribute out"],
    );
    check_faults(
        json!({"periods": ""}),
        &["schedule s: `periods`: is empty; name at least one, or leave the attribute out"],
    );
    check_faults(
        json!({"periods": "office-hours,,night"}),
        &["schedule s: `periods`: has an empty element; take out the extra comma or element"],
    );
}

#[test]
fn an_at_sign_without_a_type_is_set_aside() {
    check_faults(
        json!({"periods": "night@"}),
        &[
            "schedule s: `periods`: `night@` has no instance type after its `@`; write `night@t3.small` or `night`",
        ],
    );
}

#[test]
fn a_schedule_with_a_bad_period_is_set_aside_and_says_why() {
    let read = read(&[
        item("period", "broken", json!({"begintime": 9, "weekdays": [0]})),
        item("schedule", "s", json!({"periods": ["broken"]})),
    ]);
    let faults: Vec<String> = read.faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        [
            "period broken: `begintime`: `9` is a number; write a text",
            "period broken: `weekdays`: `0` is a number; write a text",
            "schedule s: `periods`: the period `broken` is there and cannot be used: `begintime`: `9` is a number; write \
             a text",
        ]
    );
    assert_eq!(read.set_aside["s"].len(), 1);
    assert!(read.periods.is_empty());
}

#[test]
fn a_bad_schedule_leaves_the_others_alone() {
    let read = read(&[
        office_hours(),
        item("schedule", "bad", json!({"periods": 5})),
        item("schedule", "good", json!({"periods": ["office-hours"]})),
    ]);
    assert_eq!(read.schedule_names().collect::<Vec<_>>(), ["bad", "good"]);
    assert!(read.schedules.contains_key("good"));
    assert!(read.set_aside.contains_key("bad"));
}

#[test]
fn a_period_without_times_and_days_is_set_aside() {
    check_item(
        item("period", "p", json!({"description": "x"})),
        &[
            "period p: `begintime`: is missing, and so are `endtime`, `weekdays`, `monthdays` and `months`; write at least \
           one of them",
        ],
    );
}

#[test]
fn an_empty_begin_time_counts_as_written() {
    let read = read(&[item("period", "p", json!({"begintime": ""}))]);
    assert_eq!(read.faults, []);
    assert_eq!(read.periods["p"].begin_time.as_deref(), Some(""));
}

#[test]
fn a_period_with_an_at_sign_in_its_name_is_set_aside() {
    check_item(
        item("period", "a@b", json!({"begintime": "1:00"})),
        &[
            "period a@b: `name`: `a@b` has an `@`, which in a schedule begins the instance type; take it out",
        ],
    );
}

#[test]
fn a_schedule_cannot_be_named_like_a_command() {
    check_item(
        item("schedule", "상태", json!({"override_status": "running"})),
        &[
            "schedule 상태: `name`: `상태` is a word that commands begin with; give the schedule, and the tag of its \
           servers, another name",
        ],
    );
}

#[test]
fn an_unknown_group_dependency_is_named() {
    check_faults(
        with_periods(
            json!({"groups": [{"name": "api", "depends_on": "databse"}, {"name": "database"}]}),
        ),
        &[
            "schedule s: `groups`: the group `api` depends on `databse`, which is no group of this schedule; did you \
           mean `database`?",
        ],
    );
}

#[test]
fn a_circle_of_groups_is_named() {
    check_faults(
        with_periods(json!({"groups": [
            {"name": "web", "depends_on": ["api"]}, {"name": "api", "depends_on": ["db"]},
            {"name": "db", "depends_on": ["api"]},
        ]})),
        &[
            "schedule s: `groups`: `api → db → api` is a circle: none of them could ever start; take out one \
           `depends_on` of it",
        ],
    );
    check_faults(
        with_periods(json!({"groups": [{"name": "db", "depends_on": ["db"]}]})),
        &[
            "schedule s: `groups`: `db → db` is a circle: none of them could ever start; take out one `depends_on` of it",
        ],
    );
}

#[test]
fn a_group_is_there_once() {
    check_faults(
        with_periods(json!({"groups": ["db", "db"]})),
        &["schedule s: `groups`: the group `db` is there twice; leave one"],
    );
}

#[test]
fn an_entry_says_which_it_is() {
    check_faults(
        with_periods(json!({
            "groups": [{"name": "db"}, {"ready_timeout": "soon", "on_timeout": "x", "depend_on": "db"}],
            "rules": [{"name": "r", "config": 5, "on_failure": "retry"}, 7],
        })),
        &[
            "schedule s: `rules`: entry 1, `config`: `5` is not a structure; write one such as `{\"key\": \"value\"}`",
            "schedule s: `rules`: entry 1, `on_failure`: `retry` is not known; write `hold` or `skip`",
            "schedule s: `rules`: entry 2, `7`, is not a rule; write `{\"name\": \"…\"}`",
            "schedule s: `groups`: entry 2, `depend_on`: is not known here; write `depends_on`",
            "schedule s: `groups`: entry 2, `name`: is missing; name the group as the servers' group tag does",
            "schedule s: `groups`: entry 2, `ready_timeout`: `soon` is no length of up to 24 hours; write one such as \
             `15m` or `1h30m`",
            "schedule s: `groups`: entry 2, `on_timeout`: `x` is not known; write `wait` or `pass`",
        ],
    );
}

#[test]
fn who_is_told_and_when_is_what_the_configuration_says_unless_the_schedule_does() {
    let s = schedule(with_periods(json!({})));
    assert_eq!(
        (&s.notify, s.quiet_hours, s.warn_before_stop),
        (&None, None, None)
    );
    // As YAML, as a set of DynamoDB and as its numbers and texts have it.
    let s = schedule(with_periods(json!({
        "notify": "ops, dev", "quiet_hours": "none", "warn_before_stop": "15",
    })));
    assert_eq!(s.notify, Some(vec!["ops".to_owned(), "dev".to_owned()]));
    assert_eq!(s.quiet_hours, Some(Quiet::Never));
    assert_eq!(s.warn_before_stop, Some(Duration::minutes(15)));
    // Nobody, and never.
    let s = schedule(with_periods(json!({"notify": [], "warn_before_stop": 0})));
    assert_eq!(s.notify, Some(Vec::new()));
    assert_eq!(s.warn_before_stop, Some(Duration::zero()));
}

#[test]
fn what_says_not_who_is_told_and_when_is_at_fault() {
    check_faults(
        with_periods(json!({
            "notify": [{"target": "ops"}], "quiet_hours": "at night", "warn_before_stop": 1441,
        })),
        &[
            "schedule s: `notify`: `{\"target\":\"ops\"}` is a structure; write a text",
            "schedule s: `quiet_hours`: `at night` cannot be read; write hours of a day such as `22:00-08:00`, or `none`",
            "schedule s: `warn_before_stop`: `1441` is not a number of minutes; write one from 1 to 1440, or 0 for no \
             warning",
        ],
    );
    for minutes in [json!(-1), json!(1.5), json!("soon"), json!(true)] {
        let attributes = with_periods(json!({"warn_before_stop": minutes}));
        let read = read(&[office_hours(), item("schedule", "s", attributes)]);
        assert_eq!(read.faults.len(), 1, "{minutes}");
    }
}

#[test]
fn who_is_told_is_nothing_that_a_rule_can_see() {
    let plain = schedule(with_periods(json!({})));
    let told = schedule(with_periods(json!({
        "notify": ["ops"], "quiet_hours": "22:00-08:00", "warn_before_stop": 5,
    })));
    assert_eq!(plain.digest, told.digest);
}

#[test]
fn a_name_that_is_there_twice_is_set_aside() {
    let read = read(&[
        item("schedule", "s", json!({"override_status": "running"})),
        item("schedule", "s", json!({"override_status": "stopped"})),
        item("schedule", "s", json!({"override_status": "stopped"})),
    ]);
    assert!(read.schedules.is_empty());
    assert_eq!(
        read.faults
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["schedule s: `name`: is defined twice; leave one of the two"]
    );
}

#[test]
fn a_long_value_is_cut_in_a_fault() {
    let read = read(&[item(
        "schedule",
        "s",
        json!({"timezone": "x".repeat(100_000)}),
    )]);
    assert!(read.faults.iter().all(|fault| fault.message.len() < 300));
}

#[test]
fn thousands_of_faults_are_counted_and_do_not_hold_up_the_others() {
    let groups: Vec<Value> = (0..1000)
        .map(|group| json!({"name": format!("group-{group}"), "depends_on": [format!("gruop-{group}")]}))
        .collect();
    let read = read(&[
        item("schedule", "s", with_periods(json!({"groups": groups}))),
        office_hours(),
    ]);
    assert_eq!(read.faults.len(), 33);
    assert_eq!(
        read.faults.last().map(ToString::to_string).as_deref(),
        Some("schedule s: `groups`: and 968 more faults; mend these first")
    );
}

#[test]
fn the_digest_changes_with_what_a_rule_sees_and_with_nothing_else() {
    let base = schedule(with_periods(json!({}))).digest;
    for same in [
        json!({"description": "x"}),
        json!({"notify": "[]"}),
        json!({"allow": "hana"}),
        json!({"locale": "ko"}),
        json!({"timezone": "UTC"}),
        json!({"enforced": false}),
    ] {
        assert_eq!(schedule(with_periods(same.clone())).digest, base, "{same}");
    }
    let mut seen = vec![base];
    for other in [
        json!({"timezone": "Asia/Seoul"}),
        json!({"override_status": "running"}),
        json!({"enforced": true}),
        json!({"retain_running": true}),
        json!({"hibernate": true}),
        json!({"stop_new_instances": false}),
        json!({"use_maintenance_window": true}),
        json!({"use_maintenance_window": false}),
        json!({"ssm_maintenance_window": "w"}),
        json!({"holiday_calendar": "w"}),
        json!({"rules": [{"name": "r"}]}),
        json!({"rules": [{"name": "r", "config": {"a": 1}}]}),
        json!({"rules": [{"name": "r", "on_failure": "skip"}]}),
        json!({"groups": [{"name": "r"}]}),
    ] {
        let digest = schedule(with_periods(other.clone())).digest;
        assert!(!seen.contains(&digest), "{other}");
        seen.push(digest);
    }
    assert!(!seen.contains(&schedule(json!({"periods": "office-hours@t3.small"})).digest));
}

fn arbitrary_json() -> impl Strategy<Value = Value> {
    let texts = prop::sample::select(vec![
        "",
        "a",
        "b",
        "c",
        "a,b",
        "a@t",
        " a , b ",
        "09:00",
        "running",
        "UTC",
        "../x",
        "true",
        "[",
        "[{\"name\":\"a\"}]",
        "15m",
        "help",
        "9999999999999999999h",
        "1h",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        texts.prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let keys = prop::sample::select(vec![
        "name",
        "config",
        "on_failure",
        "depends_on",
        "ready_timeout",
        "on_timeout",
        "x",
    ]);
    leaf.prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(keys.clone(), inner, 0..5).prop_map(|map| Value::Object(
                map.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
            )),
        ]
    })
}

fn arbitrary_item() -> impl Strategy<Value = Item> {
    let kinds = prop::sample::select(vec!["period", "schedule", "rule", "calendar"]);
    let names = prop::sample::select(vec!["a", "b", "c", "help", "", "a@t"]);
    let attributes = prop::sample::select(vec![
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
        "rules",
        "groups",
        "holiday_calendar",
        "notify",
        "quiet_hours",
        "warn_before_stop",
        "allow",
        "locale",
        "protect",
        "path",
        "sha256",
        "tier",
        "wasi",
        "enabled",
        "days",
    ]);
    (
        kinds,
        names,
        prop::collection::btree_map(attributes, arbitrary_json(), 0..6),
    )
        .prop_map(|(kind, name, attributes)| Item {
            key: ItemKey {
                kind: kind.into(),
                name: name.into(),
            },
            attributes: attributes
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect::<Map<_, _>>(),
        })
}

proptest! {
    #[test]
    fn any_items_are_read_and_their_order_does_not_matter(
        (items, shuffled) in prop::collection::vec(arbitrary_item(), 0..8)
            .prop_flat_map(|items| (Just(items.clone()), Just(items).prop_shuffle()))
    ) {
        let read = read(&items);
        prop_assert_eq!(&read, &Definitions::read(&shuffled, Tz::UTC));
        for faults in read.set_aside.values() {
            prop_assert!(!faults.is_empty());
        }
        for item in items.iter().filter(|item| item.key.kind == "schedule") {
            let name = &item.key.name;
            prop_assert!(read.schedules.contains_key(name) != read.set_aside.contains_key(name));
        }
    }

    #[test]
    fn groups_come_after_what_they_depend_on(edges in prop::collection::vec((0_usize..8, 0_usize..8), 0..16)) {
        let groups: Vec<Value> = (0..8)
            .map(|group| {
                let depends_on: Vec<String> = edges
                    .iter()
                    .filter(|(from, _)| *from == group)
                    .map(|(_, to)| format!("g{to}"))
                    .collect();
                json!({"name": format!("g{group}"), "depends_on": depends_on})
            })
            .collect();
        let read = read(&[item("schedule", "s", json!({"override_status": "running", "groups": groups}))]);
        if let Some(schedule) = read.schedules.get("s") {
            for (position, group) in schedule.groups.iter().enumerate() {
                for wanted in &group.depends_on {
                    let earlier = schedule.groups[..position].iter().any(|group| group.name == *wanted);
                    prop_assert!(earlier);
                }
            }
        } else {
            let fault = read.faults.first().expect("a fault says why");
            prop_assert!(fault.message.contains("circle"));
        }
    }
}
