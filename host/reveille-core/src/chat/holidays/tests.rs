//! Calendars that are written, read, and fought over.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use chrono_tz::Tz;
use serde_json::{Value, json};

use super::super::{
    Command,
    stage::{Stage, the_view},
};
use super::*;
use crate::{
    model::{DayPlan, Decision, Fault, Item, ItemKey, Layer, LoadedRule, RuleFailure, Tier, Want},
    port::{DecideRequest, PlanRequest, Rules, Store},
    testing::{FailingStore, MemoryStore, PaintedRules, StoreCall, date, schedule},
};

const NOW: &str = "2026-11-23 10:00";

/// Every day runs from 09:00 to 22:00, but for the days of a text.
struct Calendared {
    text: String,
    painted: PaintedRules,
}

impl Calendared {
    fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            painted: PaintedRules::every_day("09:00", "22:00"),
        }
    }
}

impl Rules for Calendared {
    fn plan(&self, request: &PlanRequest<'_>) -> Result<Arc<DayPlan>, RuleFailure> {
        let is_off = |line: &str| line.starts_with(&request.date.to_string());
        if self.text.lines().any(is_off) {
            return Ok(Arc::default());
        }
        self.painted.plan(request)
    }

    fn layers(&self, request: &PlanRequest<'_>) -> Result<Vec<Layer>, RuleFailure> {
        self.painted.layers(request)
    }

    fn decide(&self, request: &DecideRequest<'_>) -> Result<Vec<Decision>, RuleFailure> {
        self.painted.decide(request)
    }

    fn with_data(&self, name: &str, bytes: &[u8]) -> Option<Arc<dyn Rules>> {
        assert_eq!(name, "holidays");
        let text = std::str::from_utf8(bytes).unwrap();
        Some(Arc::new(Self::new(text)))
    }

    fn check_schedule(&self, schedule: &Schedule) -> Vec<Fault> {
        self.painted.check_schedule(schedule)
    }

    fn loaded(&self) -> Vec<LoadedRule> {
        vec![LoadedRule {
            name: "kr-holidays".to_owned(),
            version: "1.0.0".to_owned(),
            summary: String::new(),
            roles: vec!["planner"],
            source: "kr_holidays.wasm".to_owned(),
            sha256: String::new(),
            tier: Tier::Rule,
            data: vec!["holidays".to_owned()],
            calls: 0,
            failures: 0,
        }]
    }
}

fn put(kind: &str, name: &str, attributes: Value) -> Change {
    let Value::Object(attributes) = attributes else {
        panic!("not attributes");
    };
    Change::PutItem(Item {
        key: ItemKey {
            kind: kind.to_owned(),
            name: name.to_owned(),
        },
        attributes,
    })
}

/// `dev` and `prod` go by the calendar of all, `seoul` and `busan` by one of their own, `plain` has no rule.
async fn stage(calendars: &[(&str, &[&str])]) -> Stage {
    let mut stage = Stage::new(schedule("dev"));
    let memory = Arc::new(MemoryStore::new(Tz::UTC));
    let with = |calendar: Option<&str>, rules: &[&str]| {
        let mut attributes = json!({"override_status": "running", "rules": rules});
        if let Some(calendar) = calendar {
            attributes["holiday_calendar"] = json!(calendar);
        }
        attributes
    };
    let rule: &[&str] = &["kr-holidays"];
    let mut changes = vec![
        put("schedule", "dev", with(None, rule)),
        put("schedule", "prod", with(None, rule)),
        put("schedule", "seoul", with(Some("seoul-office"), rule)),
        put("schedule", "busan", with(Some("seoul-office"), rule)),
        put("schedule", "plain", with(None, &[])),
    ];
    for (name, days) in calendars {
        let attributes = json!({"days": days, "description": "by hand"});
        changes.push(put("calendar", name, attributes));
    }
    memory.commit(&changes).await.unwrap();
    stage.memory = Arc::clone(&memory);
    stage.store = memory;
    stage.rules = Arc::new(Calendared::new(""));
    stage
}

fn add(schedule: &str, days: (u32, u32), name: Option<&str>) -> Command {
    Command::SetHoliday {
        schedule: schedule.to_owned(),
        first: date(2026, 12, days.0),
        last: date(2026, 12, days.1),
        name: name.map(str::to_owned),
        working: false,
    }
}

fn delete(schedule: &str, days: (u32, u32)) -> Command {
    Command::DeleteHoliday {
        schedule: schedule.to_owned(),
        first: date(2026, 12, days.0),
        last: date(2026, 12, days.1),
    }
}

async fn added(stage: &Stage, command: Command) -> HolidaysChangedView {
    the_view!(stage.reply(command, NOW).await, HolidayAdded)
}

async fn item(stage: &Stage, name: &str) -> Value {
    let items = stage.memory.items().await.unwrap();
    let kept = items.into_iter().find(|item| item.key.name == name);
    Value::Object(kept.unwrap().attributes)
}

fn lines(days: &[Holiday]) -> Vec<String> {
    days.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_day_is_added_to_the_calendar_of_all_and_told_with_its_plan() {
    let stage = stage(&[]).await;
    let view = added(&stage, add("dev", (24, 24), Some("창립기념일"))).await;
    assert_eq!(view.calendar, "holidays");
    assert_eq!(view.shared_with, ["busan", "prod", "seoul"]);
    assert!(!view.without_effect);
    let [change] = view.changes.as_slice() else {
        panic!("{view:?}");
    };
    assert_eq!(change.before, []);
    assert!(change.spans.iter().all(|span| span.want == Want::Stop));
    assert_eq!(
        item(&stage, "holidays").await,
        json!({"days": ["2026-12-24 창립기념일"]})
    );
    let audit = stage.memory.whole_audit();
    assert_eq!(audit[0].action, "holiday add");
    assert_eq!(audit[0].by, "Hana <hana@example.com>");
}

#[tokio::test]
async fn a_day_takes_the_place_of_what_was_there_and_everything_else_stays() {
    let stage = stage(&[(
        "seoul-office",
        &["2026-12-31 연말 휴무", "- 2026-12-24 release"],
    )])
    .await;
    let view = added(&stage, add("seoul", (24, 24), None)).await;
    assert_eq!(view.shared_with, ["busan"]);
    assert_eq!(lines(&view.changes[0].before), ["- 2026-12-24 release"]);
    assert_eq!(
        item(&stage, "seoul-office").await,
        json!({"days": ["2026-12-24 휴일", "2026-12-31 연말 휴무"], "description": "by hand"})
    );
}

#[tokio::test]
async fn several_days_are_written_at_once_and_the_first_told_with_their_plans() {
    let stage = stage(&[]).await;
    let view = added(&stage, add("dev", (28, 31), Some("연말 휴무"))).await;
    let told = view.changes.iter().map(|change| !change.spans.is_empty());
    assert_eq!(told.collect::<Vec<_>>(), [true, true, true, false]);
    let days = item(&stage, "holidays").await["days"].clone();
    assert_eq!(days.as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_day_is_worked_on_though_it_is_a_holiday() {
    let stage = stage(&[]).await;
    let command = Command::SetHoliday {
        schedule: "dev".to_owned(),
        first: date(2026, 12, 25),
        last: date(2026, 12, 25),
        name: None,
        working: true,
    };
    let view = added(&stage, command).await;
    assert_eq!(
        view.changes[0].after.as_ref().unwrap().to_string(),
        "- 2026-12-25"
    );
    assert!(
        view.changes[0]
            .spans
            .iter()
            .any(|span| span.want == Want::Run)
    );
}

#[tokio::test]
async fn without_a_rule_that_reads_it_a_calendar_is_without_effect() {
    let stage = stage(&[]).await;
    let view = added(&stage, add("plain", (24, 24), Some("휴무"))).await;
    assert!(view.without_effect);
}

#[tokio::test]
async fn where_rules_are_given_other_days_a_calendar_is_without_effect() {
    let mut stage = stage(&[]).await;
    stage.calendars_are_read = false;
    let view = added(&stage, add("dev", (24, 24), Some("휴무"))).await;
    assert!(view.without_effect);
    assert_eq!(view.changes[0].spans, []);
}

#[tokio::test]
async fn days_are_deleted_and_a_day_that_is_not_there_is_refused() {
    let stage = stage(&[("holidays", &["2026-12-24 창립기념일", "2026-12-30 휴무"])]).await;
    let view = the_view!(
        stage.reply(delete("dev", (24, 29)), NOW).await,
        HolidayDeleted
    );
    assert_eq!(view.changes.len(), 1);
    assert_eq!(lines(&view.changes[0].before), ["2026-12-24 창립기념일"]);
    assert!(
        view.changes[0]
            .spans
            .iter()
            .any(|span| span.want == Want::Run)
    );
    assert_eq!(
        item(&stage, "holidays").await["days"],
        json!(["2026-12-30 휴무"])
    );

    let refusal = stage.refusal(delete("dev", (24, 29)), NOW).await;
    let Refusal::NoSuchHoliday(none) = refusal else {
        panic!("{refusal:?}");
    };
    assert_eq!(
        (none.from, none.to),
        (date(2026, 12, 24), date(2026, 12, 29))
    );
    assert_eq!(lines(&none.days), ["2026-12-30 휴무"]);
}

#[tokio::test]
async fn what_somebody_else_writes_at_the_same_moment_is_not_lost() {
    let mut stage = stage(&[("holidays", &["2026-12-30 휴무"])]).await;
    let memory = Arc::clone(&stage.memory);
    let is_first = AtomicBool::new(true);
    stage.store = Arc::new(FailingStore::new(stage.store, move |call, _| {
        if call == StoreCall::Commit && is_first.swap(false, Ordering::Relaxed) {
            let memory = Arc::clone(&memory);
            let days = json!({"days": ["2026-12-30 휴무", "2026-12-31 연말"]});
            let rival = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().build();
                let write = [put("calendar", "holidays", days)];
                runtime.unwrap().block_on(memory.commit(&write))
            });
            rival.join().unwrap().unwrap();
        }
        None
    }));
    added(&stage, add("dev", (24, 24), Some("창립기념일"))).await;
    assert_eq!(
        item(&stage, "holidays").await["days"],
        json!([
            "2026-12-24 창립기념일",
            "2026-12-30 휴무",
            "2026-12-31 연말"
        ])
    );
    assert_eq!(stage.memory.whole_audit().len(), 1);
}

#[tokio::test]
async fn the_list_has_the_days_from_today_on_and_those_of_all() {
    let stage = stage(&[
        (
            "seoul-office",
            &["2026-11-22 over", "2026-11-23 today", "2027-01-04 later"],
        ),
        ("holidays", &["2026-12-30 전사 휴무"]),
    ])
    .await;
    let list = |schedule: &str| Command::HolidayList {
        schedule: schedule.to_owned(),
    };
    let view = the_view!(stage.reply(list("seoul"), NOW).await, Holidays);
    assert_eq!(lines(&view.days), ["2026-11-23 today", "2027-01-04 later"]);
    assert_eq!(lines(&view.days_of_all), ["2026-12-30 전사 휴무"]);
    assert_eq!(view.read_by, ["kr-holidays"]);
    let view = the_view!(stage.reply(list("dev"), NOW).await, Holidays);
    assert_eq!(lines(&view.days), ["2026-12-30 전사 휴무"]);
    assert_eq!(view.days_of_all, []);
}

#[tokio::test]
async fn a_calendar_that_cannot_be_read_is_not_written() {
    let stage = stage(&[("holidays", &["휴무"])]).await;
    let refusal = stage.refusal(add("plain", (24, 24), None), NOW).await;
    assert!(
        matches!(refusal, Refusal::CalendarUnreadable { ref faults, .. } if faults.len() == 1),
        "{refusal:?}"
    );
    // For a rule the day would be missing: its schedule is left alone.
    let refusal = stage.refusal(add("dev", (24, 24), None), NOW).await;
    assert!(matches!(refusal, Refusal::SetAside { .. }), "{refusal:?}");
    assert_eq!(item(&stage, "holidays").await["days"], json!(["휴무"]));
}

#[tokio::test]
async fn a_full_calendar_takes_no_more() {
    let first = date(2027, 1, 1);
    let days: Vec<String> = first
        .iter_days()
        .take(MAX_CALENDAR_DAYS)
        .map(|date| format!("{date} x"))
        .collect();
    let days: Vec<&str> = days.iter().map(String::as_str).collect();
    let stage = stage(&[("holidays", &days)]).await;
    let refusal = stage.refusal(add("dev", (24, 24), None), NOW).await;
    let expected = Refusal::CalendarFull {
        calendar: "holidays".to_owned(),
        most: 1_000,
    };
    assert_eq!(refusal, expected);
}

#[tokio::test]
async fn who_may_not_change_the_schedule_may_not_change_its_calendar() {
    let mut stage = stage(&[]).await;
    let attributes = json!({"override_status": "running", "allow": ["ops@example.com"]});
    let change = put("schedule", "dev", attributes);
    stage.memory.commit(&[change]).await.unwrap();
    let refusal = stage.refusal(add("dev", (24, 24), None), NOW).await;
    assert!(matches!(refusal, Refusal::NotAllowed { .. }), "{refusal:?}");
    stage.writer.email = Some("ops@example.com".to_owned());
    assert!(stage.answer(add("dev", (24, 24), None), NOW).await.changed);
}
