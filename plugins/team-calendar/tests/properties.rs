//! What holds of every feed: the rules of calendars against a model that looks at one day after the other, and text that is
//! no calendar.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use proptest::{collection::vec, option, prelude::*, sample::select};
use reveille_sdk::{
    DAY, Planner as _,
    chrono::{Datelike, Days, NaiveDate},
    planner::Guest as _,
    testing,
    types::{DayPlan, RuleError, Want},
};
use serde_json::json;
use team_calendar::{DATA, TeamCalendar};

const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// One simple rule.
#[derive(Debug, Clone)]
enum Every {
    Days,
    /// On these days of the week, Monday being 0.
    Weeks(Vec<u32>),
    /// On this day of the month, where a month has it.
    Months(u32),
    /// On this weekday of the month, counted from its beginning.
    Nth(u32, u32),
}

/// A repeating event of 09:00 to 10:00 on days that the model tells by looking at each.
#[derive(Debug, Clone)]
struct Event {
    start: NaiveDate,
    every: Every,
    interval: u32,
    count: Option<u32>,
    until: Option<u64>,
    excepted: Vec<u64>,
}

fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 1, 1).unwrap() + Days::new(number)
}

impl Event {
    /// Whether the rule names a day, without COUNT, UNTIL and EXDATE.
    fn names(&self, date: NaiveDate) -> bool {
        let days = (date - self.start).num_days();
        if days < 0 {
            return false;
        }
        let interval = i64::from(self.interval);
        let monday =
            |date: NaiveDate| date - Days::new(u64::from(date.weekday().num_days_from_monday()));
        let months = i64::from(date.year() - self.start.year()) * 12 + i64::from(date.month())
            - i64::from(self.start.month());
        match &self.every {
            Every::Days => days % interval == 0,
            Every::Weeks(on) => {
                (monday(date) - monday(self.start)).num_days() / 7 % interval == 0
                    && on.contains(&date.weekday().num_days_from_monday())
            }
            Every::Months(day) => months % interval == 0 && date.day() == *day,
            Every::Nth(nth, weekday) => {
                months % interval == 0
                    && date.weekday().num_days_from_monday() == *weekday
                    && date.day().div_ceil(7) == *nth
            }
        }
    }

    /// The days of the event up to `last`, one by one. Its DTSTART is the first of what the rule names, and is there even when
    /// an UNTIL comes before it.
    fn days(&self, last: NaiveDate) -> Vec<NaiveDate> {
        let until = self
            .until
            .map_or(last, |until| day(until).max(self.start).min(last));
        let named = self
            .start
            .iter_days()
            .take_while(|date| *date <= until)
            .filter(|date| self.names(*date));
        let counted = named.take(self.count.map_or(usize::MAX, |count| count as usize));
        counted
            .filter(|date| !self.excepted.iter().any(|number| day(*number) == *date))
            .collect()
    }

    fn write(&self) -> String {
        let (freq, parts) = match &self.every {
            Every::Days => ("DAILY", String::new()),
            Every::Weeks(on) => {
                let on: Vec<_> = on.iter().map(|day| WEEKDAYS[*day as usize]).collect();
                ("WEEKLY", format!(";BYDAY={}", on.join(",")))
            }
            Every::Months(day) => ("MONTHLY", format!(";BYMONTHDAY={day}")),
            Every::Nth(nth, weekday) => (
                "MONTHLY",
                format!(";BYDAY={nth}{}", WEEKDAYS[*weekday as usize]),
            ),
        };
        let count = self
            .count
            .map(|count| format!(";COUNT={count}"))
            .unwrap_or_default();
        let until = self
            .until
            .map(|until| format!(";UNTIL={}T145959Z", day(until).format("%Y%m%d")));
        let begin = self.start.format("%Y%m%d");
        let mut text = format!(
            "BEGIN:VEVENT\r\nUID:{begin}-{freq}\r\nDTSTART;TZID=Asia/Seoul:{begin}T090000\r\n\
             DTEND;TZID=Asia/Seoul:{begin}T100000\r\nRRULE:FREQ={freq};INTERVAL={}{parts}{count}{}\r\n",
            self.interval,
            until.unwrap_or_default()
        );
        for number in &self.excepted {
            text += &format!("EXDATE:{}T000000Z\r\n", day(*number).format("%Y%m%d"));
        }
        text + "SUMMARY:run\r\nEND:VEVENT\r\n"
    }
}

prop_compose! {
    fn any_event()(
        begin in 0..400_u64,
        every in prop_oneof![
            Just(Every::Days),
            vec(0..7_u32, 1..4).prop_map(Every::Weeks),
            (1..32_u32).prop_map(Every::Months),
            (1..6_u32, 0..7_u32).prop_map(|(nth, weekday)| Every::Nth(nth, weekday)),
        ],
        interval in 1..5_u32,
        (count, until) in prop_oneof![
            Just((None, None)),
            (1..40_u32).prop_map(|count| (Some(count), None)),
            (0..1_100_u64).prop_map(|until| (None, Some(until))),
        ],
        excepted in vec(0..1_000_u64, 0..6),
    ) -> Event {
        let mut event = Event { start: day(begin), every, interval, count, until, excepted };
        // A DTSTART that its rule does not name is undefined: begin with the first that it does.
        event.start = event.start.iter_days().find(|date| {
            let there = Event { start: *date, ..event.clone() };
            there.names(*date)
        }).unwrap();
        event
    }
}

fn feed(events: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n")
}

fn plan(
    date: NaiveDate,
    zone: &str,
    feed: &[u8],
    config: &serde_json::Value,
) -> Result<DayPlan, RuleError> {
    let _bound = testing::bind(DATA, feed);
    let mut request = testing::request("2026-01-01");
    request.date = date.into();
    request.schedule.timezone = zone.into();
    request.config = config.to_string();
    TeamCalendar::plan_day(request)
}

#[track_caller]
fn is_whole(plan: &DayPlan) {
    let DayPlan { spans, notes } = plan;
    assert!(spans.len() <= 256 && notes.len() <= 16);
    assert!(
        spans
            .iter()
            .all(|span| span.begin < span.end && span.end <= DAY)
    );
    assert!(spans.is_sorted_by(|one, next| one.end <= next.begin));
    assert!(spans.iter().all(|span| span.reason.chars().count() <= 200));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn a_repeating_event_is_on_the_days_that_one_finds_by_looking_at_each(
        event in any_event(), from in 0..900_u64,
    ) {
        let feed = feed(&event.write());
        let config = json!({ "run": { "words": ["run"] } });
        let days = event.days(day(from + 40));
        for date in day(from).iter_days().take(40) {
            let plan = plan(date, "Asia/Seoul", feed.as_bytes(), &config).unwrap();
            let runs: Vec<_> = plan.runs().map(|run| (run.begin, run.end)).collect();
            let expected = if days.contains(&date) { vec![(540, 600)] } else { Vec::new() };
            prop_assert_eq!(runs, expected, "{}: {}", date, feed);
        }
    }

    #[test]
    fn timed_events_take_their_minutes_and_the_first_in_precedence_wins(
        events in vec((0..3_usize, 0..4_320_i64, 1..2_000_i64), 0..12),
        zone in select(vec!["Asia/Seoul", "Asia/Kathmandu", "UTC"]),
        lead in 0..90_i64,
    ) {
        const WORDS: [(&str, Want); 3] = [("hold", Want::Hold), ("run", Want::Run), ("stop", Want::Stop)];
        // 2026-06-14 00:00 on the schedule's clock; none of these zones changes it.
        let zero = NaiveDate::from_ymd_opt(2026, 6, 14).unwrap().and_hms_opt(0, 0, 0).unwrap();
        let at = |minute: i64| (zero + reveille_sdk::chrono::Duration::minutes(minute)).format("%Y%m%dT%H%M00");
        let text: String = events.iter().map(|(word, begin, length)| format!(
            "BEGIN:VEVENT\nDTSTART:{}\nDTEND;TZID={zone}:{}\nSUMMARY:{}\nEND:VEVENT\n",
            at(*begin), at(begin + length), WORDS[*word].0,
        )).collect();
        let config = json!({
            "hold": { "words": ["hold"] }, "stop": { "words": ["stop"] }, "run": { "words": ["run"], "lead": lead },
        });
        let plan = plan(NaiveDate::from_ymd_opt(2026, 6, 15).unwrap(), zone, feed(&text).as_bytes(), &config).unwrap();
        is_whole(&plan);
        for minute in 0..DAY {
            let now = 1_440 + i64::from(minute);
            let on = events.iter().filter(|(word, begin, length)| {
                let lead = if *word == 1 { lead } else { 0 };
                (begin - lead..begin + length).contains(&now)
            });
            let expected = on.map(|(word, ..)| *word).min().map_or(Want::Stop, |word| WORDS[word].1);
            prop_assert_eq!(plan.want_at(minute), expected, "{}", minute);
        }
    }

    #[test]
    fn no_text_makes_it_panic(
        lines in vec(prop_oneof![
            select(vec![
                "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VTIMEZONE", "END:VTIMEZONE",
                "TZID:X", "BEGIN:STANDARD", "END:STANDARD", "TZOFFSETFROM:+0900", "TZOFFSETTO:-2360", "UID:1",
                "DTSTART:20260301T100000", "DTSTART;TZID=X:20260301T100000", "DTSTART;VALUE=DATE:20260301", "DTEND:20260302",
                "RRULE:FREQ=DAILY", "RRULE:FREQ=YEARLY;BYDAY=-53MO;BYSETPOS=-1", "RRULE:FREQ=WEEKLY;INTERVAL=4294967295",
                "RRULE:FREQ=MONTHLY;BYMONTHDAY=-31;COUNT=3", "RDATE;VALUE=PERIOD:20260301T100000Z/PT9999999999H",
                "EXDATE:20260301", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260301T100000", "DURATION:-P1D", "DURATION:P9999999999999D",
                "SUMMARY:회식", "STATUS:CANCELLED", "CATEGORIES:a,b", "EXRULE:FREQ=HOURLY", "DTSTART:99991231T235960Z",
            ]).prop_map(str::to_owned),
            "[A-Z-]{0,12}[;:=]?[ -~가-힣]{0,20}",
        ], 0..30),
        eol in select(vec!["\n", "\r\n", "\r\n ", "\r"]),
        year in select(vec![1970, 2026, 9999]),
        zone in option::of(select(vec!["America/New_York", "Pacific/Apia", "Africa/Cairo"])),
    ) {
        let inside = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{}\nEND:VEVENT\nEND:VCALENDAR\n", lines.join("\n"));
        let date = NaiveDate::from_ymd_opt(year, 3, 1).unwrap();
        for text in [inside, lines.join(eol)] {
            if let Ok(plan) = plan(date, zone.unwrap_or("Asia/Seoul"), text.as_bytes(), &json!({ "others": "run" })) {
                is_whole(&plan);
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in vec(any::<u8>(), 0..200)) {
        let date = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        let _ = plan(date, "Asia/Seoul", &bytes, &json!({ "others": "run" }));
        let _ = plan(date, "Asia/Seoul", feed(&String::from_utf8_lossy(&bytes)).as_bytes(), &json!({ "others": "run" }));
    }
}

#[test]
fn it_says_what_it_is_within_the_limits_of_the_contract() {
    let description: reveille_sdk::about::Description = TeamCalendar::ABOUT.into();
    assert!(description.summary.chars().count() <= 200);
    assert_eq!(description.needs.data, [DATA]);
    let schema = description.config_schema.unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(&schema).is_ok());
}
