//! The rule `team-calendar` in the real sandbox: what feeds cost it, and what they cannot do to it.

use chrono::NaiveDate;
use reveille_core::{
    model::{FailureKind, Minute, RuleFailure, Schedule, Tier, Want},
    port::{PlanRequest, Rules},
    testing::date,
};
use reveille_sandbox::{DataSource, Datum, Limits, Sandbox};
use serde_json::json;

use crate::{
    component::component,
    house::Place,
    plugins::{definitions, sandbox_in, schedule, settings},
};

fn development(config: serde_json::Value) -> Schedule {
    schedule(json!({
        "type": "schedule", "name": "dev", "timezone": "Asia/Seoul", "periods": "office",
        "rules": [{ "name": "team-calendar", "config": config }],
    }))
}

fn bind(sandbox: &Sandbox, feed: &str) {
    let data = DataSource::from([("calendar".to_owned(), Datum::new(feed.as_bytes()))]);
    sandbox.bind("team-calendar", data);
}

fn plan(
    sandbox: &Sandbox,
    schedule: &Schedule,
    date: NaiveDate,
) -> Result<std::sync::Arc<reveille_core::model::DayPlan>, RuleFailure> {
    sandbox.plan(&PlanRequest {
        schedule,
        date,
        exceptions: &[],
    })
}

fn feed(events: &str) -> String {
    let (head, tail) = (
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//it//EN\n",
        "END:VCALENDAR\n",
    );
    format!("{head}{}\n{tail}", events.trim()).replace('\n', "\r\n")
}

/// An event as Google writes it, with `lines` of its own: 500 to 600 bytes.
fn event(number: usize, lines: &str) -> String {
    format!(
        "BEGIN:VEVENT\n{lines}\nDTSTAMP:20261123T010203Z\nUID:{number:026}@google.com\nCREATED:20260101T000000Z\n\
         DESCRIPTION:안건을 미리 적어 주세요\\, 회의록은 끝나고 올립니다.\\n\\n링크: <a href=\"https://example.co\n \
         m/meeting/{number}\">https://example.com/meeting/{number}</a>\\n준비물: 노트북\\, 충전기\\, 커피 한 잔\n\
         LAST-MODIFIED:20260102T000000Z\nLOCATION:회의실 {number}\nSEQUENCE:0\nSTATUS:CONFIRMED\nTRANSP:OPAQUE\n\
         BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:This is an event reminder\nTRIGGER:-P0DT0H10M0S\nEND:VALARM\n\
         END:VEVENT\n"
    )
}

/// A year of a busy team: 2,000 events, of which 240 repeat, some since long ago, with instances left out and moved.
fn busy_year() -> String {
    let mut events = String::new();
    let first = date(2026, 1, 1);
    for number in 0..1_660 {
        let day = first + chrono::Duration::days(i64::try_from(number).unwrap() * 365 / 1_660);
        let (hour, title) = (
            number % 9,
            if number % 20 == 0 {
                "팀 회식"
            } else {
                "주간 회의"
            },
        );
        let begin = day.format("%Y%m%d");
        let lines = format!(
            "DTSTART:{begin}T0{hour}0000Z\nDTEND:{begin}T0{hour}3000Z\nSUMMARY:{title} {number}"
        );
        events += &event(number, &lines);
    }
    for number in 2_000..2_200 {
        let day = date(2018, 1, 1) + chrono::Duration::days(i64::try_from(number % 180).unwrap());
        let begin = day.format("%Y%m%d");
        let rule = match number % 4 {
            0 => "FREQ=DAILY",
            1 => "FREQ=WEEKLY;BYDAY=MO,WE,FR",
            2 => "FREQ=MONTHLY;BYDAY=-1FR",
            _ => "FREQ=WEEKLY;INTERVAL=2;COUNT=300",
        };
        let title = if number % 20 == 0 {
            "야간 배포"
        } else {
            "스크럼"
        };
        let lines = format!(
            "DTSTART;TZID=Asia/Seoul:{begin}T200000\nDTEND;TZID=Asia/Seoul:{begin}T201500\nRRULE:{rule}\n\
             EXDATE;TZID=Asia/Seoul:20260105T200000\nEXDATE;TZID=Asia/Seoul:20260112T200000\nSUMMARY:{title} {number}"
        );
        events += &event(number, &lines);
        if number % 2 == 0 {
            let lines = format!(
                "DTSTART;TZID=Asia/Seoul:20260107T21{:02}00\nDURATION:PT10M\n\
                 RECURRENCE-ID;TZID=Asia/Seoul:20260106T200000\nSUMMARY:{title} {number}",
                number % 60
            );
            events += &event(number, &lines);
        }
    }
    for number in 3_000..3_040 {
        let lines = format!(
            "DTSTART;VALUE=DATE:2000{:02}{:02}\nRRULE:FREQ=YEARLY\nSUMMARY:생일 {number}",
            number % 12 + 1,
            number % 28 + 1
        );
        events += &event(number, &lines);
    }
    feed(&events)
}

#[test]
fn a_busy_year_is_planned_within_a_quarter_of_its_limits_when_some_words_matter() {
    let sandbox = sandbox_in("team-calendar", Tier::Scripted);
    let feed = busy_year();
    assert_eq!(feed.matches("BEGIN:VEVENT").count(), 2_000);
    bind(&sandbox, &feed);
    let some = development(json!({ "run": { "words": ["회식"] }, "hold": { "words": ["배포"] } }));
    let limits = Limits::of(Tier::Scripted);
    for month in [1, 4, 7, 10] {
        plan(&sandbox, &some, date(2026, month, 15)).unwrap();
    }
    let used = sandbox.statistics("team-calendar").unwrap().total;
    eprintln!("{} bytes: {used:?}", feed.len());
    assert!(used.most_fuel < limits.fuel / 4, "{used:?}");
    assert!(
        used.most_memory_bytes < limits.memory_bytes as u64 / 3,
        "{used:?}"
    );
    let day = plan(&sandbox, &some, date(2026, 1, 5)).unwrap();
    assert_eq!(day.want_at(Minute(20 * 60 + 5)), Want::Stop, "excepted");
    let day = plan(&sandbox, &some, date(2026, 6, 15)).unwrap();
    assert_eq!(day.want_at(Minute(20 * 60 + 5)), Want::Hold);
}

#[test]
fn a_busy_year_is_planned_within_a_third_of_its_limits_when_every_event_matters() {
    let sandbox = sandbox_in("team-calendar", Tier::Scripted);
    bind(&sandbox, &busy_year());
    let all = development(json!({ "others": "run" }));
    for month in [1, 4, 7, 10] {
        plan(&sandbox, &all, date(2026, month, 15)).unwrap();
    }
    let used = sandbox.most_used("team-calendar").unwrap();
    eprintln!("{used:?}");
    assert!(used.fuel < Limits::of(Tier::Scripted).fuel / 3, "{used:?}");
}

#[test]
fn a_hostile_feed_is_refused_by_the_name_of_its_event_and_within_the_limits() {
    let sandbox = sandbox_in("team-calendar", Tier::Scripted);
    let schedule = development(json!({ "others": "run" }));
    let refused = |feed: &str, expected: &str| {
        bind(&sandbox, feed);
        let failure = plan(&sandbox, &schedule, date(2026, 11, 24)).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Rule, "{failure}, not {expected}");
        assert!(failure.cause.contains(expected), "{failure}");
    };
    let event = |rule: &str| {
        feed(&format!(
            "BEGIN:VEVENT\nUID:1\nDTSTART:19700101T000000\nDURATION:PT1H\nRRULE:{rule}\nSUMMARY:폭탄\nEND:VEVENT"
        ))
    };
    for rule in [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;COUNT=1000000000",
        "FREQ=HOURLY;COUNT=1000000000",
        "FREQ=DAILY;COUNT=99999;BYMONTH=2;BYMONTHDAY=30;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11",
        "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11;BYMINUTE=0,1,2,3,4,5,6,7,8,9;BYSECOND=0,1,2,3,4,5,6,7,8,9",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=WEEKLY;BYDAY=한요일",
    ] {
        refused(&event(rule), "event `폭탄` (19700101T000000)");
    }
    let many = "BEGIN:VEVENT\nDTSTART:19700101T000000\nRRULE:FREQ=YEARLY;BYYEARDAY=1;COUNT=90\nSUMMARY:많음\nEND:VEVENT\n";
    refused(&feed(&many.repeat(1_000)), "event `많음`");
    refused(&feed(&many.repeat(40_000)), "bytes, and 3145728 are read");
    refused(
        &"BEGIN:VCALENDAR\r\n".repeat(20_000),
        "breaks off before `END:VCALENDAR`",
    );
    // A feed full of events that do not matter to the day is no more than long.
    let far =
        "BEGIN:VEVENT\nDTSTART:19700101T000000\nDTEND:19700101T010000\nSUMMARY:옛날\nEND:VEVENT\n";
    bind(&sandbox, &feed(&far.repeat(7_000)));
    plan(&sandbox, &schedule, date(2026, 11, 24)).unwrap();
    eprintln!("{:?}", sandbox.statistics("team-calendar").unwrap().total);
}

#[test]
fn zones_that_a_feed_defines_since_1601_cost_little() {
    let sandbox = sandbox_in("team-calendar", Tier::Scripted);
    bind(
        &sandbox,
        include_str!("../../plugins/team-calendar/feeds/outlook.ics"),
    );
    let schedule =
        development(json!({ "run": { "words": ["데모"] }, "stop": { "words": ["점검", "휴무"] } }));
    for (day, want) in [
        (date(2026, 11, 27), Want::Stop),
        (date(2026, 12, 2), Want::Stop),
    ] {
        let plan = plan(&sandbox, &schedule, day).unwrap();
        assert_eq!(plan.want_at(Minute(22 * 60 + 30)), want, "{day}");
    }
    let used = sandbox.statistics("team-calendar").unwrap().total;
    assert!(used.most_fuel < 4_000_000, "{used:?}");
}

#[test]
fn it_is_set_up_as_its_readme_says_with_the_feed_in_a_file() {
    let readme = include_str!("../../plugins/team-calendar/README.md");
    let place = Place::new();
    place.file("definitions.yaml", definitions(readme));
    let google = "https://calendar.google.com/calendar/ical/team%40example.com/public/basic.ics";
    let settings = settings(readme);
    assert!(settings.contains(google), "{settings}");
    place.file("reveille.toml", &settings.replace(google, "calendar.ics"));
    std::fs::write(
        place.folder.path().join("team-calendar.wasm"),
        component("team-calendar"),
    )
    .unwrap();
    let arguments = |arguments: &[&'static str]| {
        let mut all = vec!["--config", "reveille.toml", "--at", "2026-11-27 10:00"];
        all.extend(arguments);
        all
    };
    place.ok(&arguments(&["apply", "--file", "definitions.yaml"]));
    let plan = arguments(&["plan", "Development", "--days", "1", "--json"]);
    let message = place.fails(&plan);
    assert!(
        message.contains("nothing is bound to `calendar`"),
        "{message}"
    );

    let feed = include_str!("../../plugins/team-calendar/feeds/google.ics");
    place.file("calendar.ics", feed);
    let days: serde_json::Value = serde_json::from_str(&place.ok(&plan)).unwrap();
    let spans = days[0]["spans"].as_array().unwrap();
    let reasons: Vec<_> = spans
        .iter()
        .filter_map(|span| span["reason"].as_str())
        .collect();
    assert!(
        reasons.contains(&"팀 회식 준비 서버 — team calendar"),
        "{days}"
    );
    assert_eq!(days[0]["notes"][0], "팀 회식 준비 서버");

    place.file(
        "calendar.ics",
        &feed.replace("팀 회식 준비 서버", "취소된 모임"),
    );
    let days: serde_json::Value = serde_json::from_str(&place.ok(&plan)).unwrap();
    let notes = days[0]["notes"].as_array();
    assert!(
        notes.is_none_or(Vec::is_empty),
        "a change of the feed changes the plan: {days}"
    );
}
