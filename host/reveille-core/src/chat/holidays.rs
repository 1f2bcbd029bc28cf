//! `holiday`: the calendar that a schedule goes by, as people write it.

use std::{collections::BTreeMap, sync::Arc};

use chrono::NaiveDate;
use serde_json::Value;

use crate::{
    model::{
        CALENDAR_DATA, CALENDAR_OF_ALL, Calendar, Definitions, Holiday, Item, ItemKey,
        MAX_CALENDAR_DAYS, Schedule, calendar_data,
        reply::{HolidayChange, HolidaysChangedView, HolidaysView, NoSuchHoliday, Refusal, Reply},
    },
    port::{Change, Rules},
    timeline::Timeline,
};

use super::{
    Manners,
    done::Done,
    subject::{Subject, day, readers_of},
    trouble::Trouble,
};

/// How many of the days that have changed are told with their plan: more would be pages of a phone.
const TOLD_DAYS: usize = 3;

/// Days to write, from the first to the last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Days<'a> {
    pub(super) first: NaiveDate,
    pub(super) last: NaiveDate,
    /// What they are called; days off have a name.
    pub(super) name: Option<&'a str>,
    pub(super) working: bool,
}

/// Shows what the calendar has from today on.
pub(super) fn list(subject: &Subject<'_>, definitions: &Definitions, are_read: bool) -> Reply {
    let name = calendar_of(&subject.schedule);
    let from = subject.here.date;
    let ahead = |name: &str| {
        let calendar = definitions.calendars.get(name).map(AsRef::as_ref);
        calendar.map_or_else(Vec::new, |calendar| days_from(calendar, from))
    };
    let others = Some(CALENDAR_OF_ALL).filter(|of_all| *of_all != name);
    let faults = [name].into_iter().chain(others).flat_map(|name| {
        let faults = definitions.bad_calendars.get(name);
        faults.into_iter().flatten().map(ToString::to_string)
    });
    Reply::Holidays(HolidaysView {
        schedule: subject.name(),
        calendar: name.to_owned(),
        from,
        days: ahead(name),
        days_of_all: others.map(ahead).unwrap_or_default(),
        shared_with: shared_with(subject, definitions),
        read_by: if are_read {
            subject.readers_of(CALENDAR_DATA)
        } else {
            Vec::new()
        },
        faults: faults.collect(),
    })
}

/// Writes days into the calendar, each in place of whatever it has for its date.
pub(super) fn set(subject: &Subject<'_>, kept: &Kept, days: Days<'_>) -> Result<Done, Trouble> {
    let mut calendar = kept.calendar(&subject.schedule)?;
    let mut changes = Vec::new();
    for date in dates(days.first, days.last) {
        let day = Holiday {
            date,
            name: days.name.map(str::to_owned),
            working: days.working,
        };
        changes.push((
            date,
            calendar.on(date).cloned().collect(),
            Some(day.clone()),
        ));
        calendar = calendar.with(day);
    }
    if calendar.days.len() > MAX_CALENDAR_DAYS {
        return Err(Refusal::CalendarFull {
            calendar: calendar.name,
            most: u32::try_from(MAX_CALENDAR_DAYS).unwrap_or(u32::MAX),
        }
        .into());
    }
    Ok(done(subject, kept, calendar, changes, Reply::HolidayAdded))
}

/// Takes days out of the calendar.
pub(super) fn delete(
    subject: &Subject<'_>,
    kept: &Kept,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Done, Trouble> {
    let mut calendar = kept.calendar(&subject.schedule)?;
    let mut changes = Vec::new();
    for date in dates(first, last) {
        let before: Vec<Holiday> = calendar.on(date).cloned().collect();
        if !before.is_empty() {
            calendar = calendar.without(date);
            changes.push((date, before, None));
        }
    }
    if changes.is_empty() {
        return Err(Refusal::NoSuchHoliday(Box::new(NoSuchHoliday {
            schedule: subject.name(),
            from: first,
            to: last,
            spans: day(&subject.timeline(), first),
            days: days_from(&calendar, subject.here.date),
            calendar: calendar.name,
        }))
        .into());
    }
    Ok(done(
        subject,
        kept,
        calendar,
        changes,
        Reply::HolidayDeleted,
    ))
}

/// The definitions as they stand in the store now: a calendar is written as a whole, so that what somebody else has
/// written a moment ago must be in it.
pub(super) struct Kept {
    items: Vec<Item>,
    definitions: Definitions,
    /// Whether rules read the calendars.
    are_read: bool,
}

impl Kept {
    pub(super) fn new(items: Vec<Item>, manners: &Manners) -> Self {
        Self {
            definitions: Definitions::read(&items, manners.timezone),
            items,
            are_read: manners.calendars_are_read,
        }
    }

    /// The calendar of `schedule`, an empty one where there is none.
    fn calendar(&self, schedule: &Schedule) -> Result<Calendar, Refusal> {
        let name = calendar_of(schedule);
        if let Some(faults) = self.definitions.bad_calendars.get(name) {
            return Err(Refusal::CalendarUnreadable {
                calendar: name.to_owned(),
                faults: faults.iter().map(ToString::to_string).collect(),
            });
        }
        let empty = || Calendar {
            name: name.to_owned(),
            days: Vec::new(),
        };
        let kept = self.definitions.calendars.get(name);
        Ok(kept.map_or_else(empty, |calendar| (**calendar).clone()))
    }

    /// That the calendar of this name is as it was read.
    fn expected(&self, name: &str) -> Change {
        let key = key_of(name);
        let kept = self.items.iter().find(|item| item.key == key);
        Change::Expect {
            attributes: kept.map(|item| item.attributes.clone()),
            key,
        }
    }

    /// The item of `calendar`, with everything else that stands in it.
    fn item(&self, calendar: &Calendar) -> Item {
        let key = key_of(&calendar.name);
        let kept = self.items.iter().find(|item| item.key == key).cloned();
        let mut item = kept.unwrap_or_else(|| Item {
            key,
            attributes: serde_json::Map::new(),
        });
        let lines = calendar.days.iter();
        let lines = lines.map(|day| Value::String(day.to_string())).collect();
        item.attributes
            .insert("days".to_owned(), Value::Array(lines));
        item
    }

    /// `rules` as they answer with `calendar`; none where that cannot be told before it is written.
    fn tried(&self, rules: &dyn Rules, calendar: &Calendar) -> Option<Arc<dyn Rules>> {
        if !self.are_read {
            return None;
        }
        let mut calendars: BTreeMap<String, Arc<Calendar>> = self.definitions.calendars.clone();
        calendars.insert(calendar.name.clone(), Arc::new(calendar.clone()));
        rules.with_data(CALENDAR_DATA, calendar_data(&calendars).as_bytes())
    }
}

fn key_of(calendar: &str) -> ItemKey {
    ItemKey {
        kind: "calendar".to_owned(),
        name: calendar.to_owned(),
    }
}

type Changed = (NaiveDate, Vec<Holiday>, Option<Holiday>);

fn done(
    subject: &Subject<'_>,
    kept: &Kept,
    calendar: Calendar,
    changes: Vec<Changed>,
    reply: impl FnOnce(HolidaysChangedView) -> Reply,
) -> Done {
    let without_effect = !kept.are_read || subject.readers_of(CALENDAR_DATA).is_empty();
    let tried = kept.tried(subject.rules(), &calendar);
    let timeline = tried
        .as_ref()
        .map(|rules| Timeline::new(&**rules, &subject.schedule, &subject.exceptions));
    let changes = (0..).zip(changes).map(|(place, (date, before, after))| {
        let timeline = timeline.as_ref().filter(|_| place < TOLD_DAYS);
        HolidayChange {
            date,
            before,
            after,
            spans: timeline.map_or_else(Vec::new, |timeline| day(timeline, date)),
        }
    });
    Done {
        reply: reply(HolidaysChangedView {
            schedule: subject.name(),
            calendar: calendar.name.clone(),
            changes: changes.collect(),
            shared_with: shared_with(subject, &kept.definitions),
            without_effect,
        }),
        changes: vec![
            kept.expected(&calendar.name),
            Change::PutItem(kept.item(&calendar)),
        ],
    }
}

/// The calendar that a schedule goes by.
fn calendar_of(schedule: &Schedule) -> &str {
    schedule
        .holiday_calendar
        .as_deref()
        .unwrap_or(CALENDAR_OF_ALL)
}

/// Names of the other schedules that change with the calendar of `subject`.
fn shared_with(subject: &Subject<'_>, definitions: &Definitions) -> Vec<String> {
    let name = calendar_of(&subject.schedule);
    let readers = readers_of(subject.rules(), CALENDAR_DATA);
    let reads = |schedule: &Schedule| {
        schedule
            .rules
            .iter()
            .any(|rule| readers.contains(&rule.name))
    };
    let goes_by = |schedule: &Schedule| {
        (name == CALENDAR_OF_ALL || calendar_of(schedule) == name) && reads(schedule)
    };
    definitions
        .schedules
        .values()
        .filter(|other| other.name != subject.schedule.name && goes_by(other))
        .map(|other| other.name.clone())
        .collect()
}

fn days_from(calendar: &Calendar, from: NaiveDate) -> Vec<Holiday> {
    let ahead = calendar.days.iter().filter(|day| from <= day.date);
    ahead.cloned().collect()
}

fn dates(first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    first.iter_days().take_while(move |date| *date <= last)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use chrono_tz::Tz;
    use serde_json::json;

    use super::super::{
        Command,
        stage::{Stage, the_view},
    };
    use super::*;
    use crate::{
        model::{
            DayPlan, Decision, Fault, Layer, LoadedRule, RuleFailure, Tier, Want,
            reply::HolidaysChangedView,
        },
        port::{DecideRequest, PlanRequest, Store},
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
}
