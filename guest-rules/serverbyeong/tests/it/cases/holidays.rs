//! The calendar of a schedule.

use reveille_sdk::{
    formatter::replies::{
        Holiday, HolidayChange, HolidaysChangedView, HolidaysView, NoSuchHoliday, Refusal, Reply,
    },
    types::Date,
};

use super::{date, day_off, office_day, strings};

fn day(date: Date, name: &str) -> Holiday {
    Holiday {
        date,
        name: Some(name.to_owned()),
        working: false,
    }
}

fn working(date: Date, name: Option<&str>) -> Holiday {
    Holiday {
        date,
        name: name.map(str::to_owned),
        working: true,
    }
}

fn view() -> HolidaysView {
    HolidaysView {
        schedule: "개발".to_owned(),
        calendar: "seoul".to_owned(),
        from: date(11, 22),
        days: vec![
            day(date(11, 23), "창립기념일"),
            working(date(12, 25), Some("연말 배포")),
            working(date(12, 31), None),
        ],
        days_of_all: vec![day(date(12, 30), "전사 휴무")],
        shared_with: strings(&["스테이징", "qa"]),
        read_by: strings(&["kr-holidays"]),
        faults: Vec::new(),
    }
}

fn changed(changes: Vec<HolidayChange>) -> HolidaysChangedView {
    HolidaysChangedView {
        schedule: "개발".to_owned(),
        calendar: "holidays".to_owned(),
        changes,
        shared_with: Vec::new(),
        without_effect: false,
    }
}

pub(super) fn all() -> Vec<(&'static str, Reply)> {
    let mut all = listed();
    all.extend(added());
    all.extend(deleted());
    all
}

fn listed() -> Vec<(&'static str, Reply)> {
    vec![
        ("holidays", Reply::Holidays(view())),
        (
            "holidays-none",
            Reply::Holidays(HolidaysView {
                calendar: "holidays".to_owned(),
                days: Vec::new(),
                days_of_all: Vec::new(),
                shared_with: Vec::new(),
                ..view()
            }),
        ),
        (
            "holidays-unread",
            Reply::Holidays(HolidaysView {
                days: vec![day(date(11, 23), "창립기념일")],
                read_by: Vec::new(),
                faults: strings(&["`days`: `휴무` is no day"]),
                ..view()
            }),
        ),
    ]
}

fn added() -> Vec<(&'static str, Reply)> {
    let add = |date, name: &str| HolidayChange {
        date,
        before: Vec::new(),
        after: Some(day(date, name)),
        spans: Vec::new(),
    };
    vec![
        (
            "holiday-added",
            Reply::HolidayAdded(changed(vec![HolidayChange {
                spans: day_off("창립기념일"),
                ..add(date(11, 23), "창립기념일")
            }])),
        ),
        (
            "holiday-added-in-place-of-another",
            Reply::HolidayAdded(HolidaysChangedView {
                calendar: "seoul".to_owned(),
                shared_with: strings(&["스테이징", "qa"]),
                ..changed(vec![HolidayChange {
                    before: vec![working(date(12, 25), None), day(date(12, 25), "휴무")],
                    ..add(date(12, 25), "성탄절")
                }])
            }),
        ),
        (
            "holiday-added-several",
            Reply::HolidayAdded(changed(
                [29, 30, 31]
                    .map(|day| add(date(12, day), "연말 휴무"))
                    .to_vec(),
            )),
        ),
        (
            "holiday-added-without-effect",
            Reply::HolidayAdded(HolidaysChangedView {
                without_effect: true,
                ..changed(vec![add(date(11, 23), "창립기념일")])
            }),
        ),
        (
            "holiday-worked-on",
            Reply::HolidayAdded(changed(vec![HolidayChange {
                date: date(12, 25),
                before: Vec::new(),
                after: Some(working(date(12, 25), Some("연말 배포"))),
                spans: office_day(),
            }])),
        ),
    ]
}

fn deleted() -> Vec<(&'static str, Reply)> {
    let delete = |before: Holiday| HolidayChange {
        date: before.date,
        before: vec![before],
        after: None,
        spans: Vec::new(),
    };
    vec![
        (
            "holiday-deleted",
            Reply::HolidayDeleted(changed(vec![HolidayChange {
                spans: office_day(),
                ..delete(day(date(11, 23), "창립기념일"))
            }])),
        ),
        (
            "holiday-deleted-several",
            Reply::HolidayDeleted(HolidaysChangedView {
                shared_with: strings(&["스테이징"]),
                ..changed(vec![
                    delete(day(date(12, 30), "연말 휴무")),
                    delete(working(date(12, 31), None)),
                ])
            }),
        ),
    ]
}

pub(super) fn refusals() -> Vec<(&'static str, Refusal)> {
    let none = NoSuchHoliday {
        schedule: "개발".to_owned(),
        calendar: "holidays".to_owned(),
        from: date(12, 25),
        to: date(12, 25),
        spans: day_off("성탄절"),
        days: vec![day(date(11, 23), "창립기념일")],
    };
    vec![
        (
            "refused-no-such-holiday",
            Refusal::NoSuchHoliday(none.clone()),
        ),
        (
            "refused-no-such-holidays",
            Refusal::NoSuchHoliday(NoSuchHoliday {
                from: date(11, 25),
                to: date(11, 27),
                spans: office_day(),
                days: Vec::new(),
                ..none
            }),
        ),
        (
            "refused-too-many-days",
            Refusal::TooManyDays(("12/1~3/1".to_owned(), 31)),
        ),
        ("refused-name-too-long", Refusal::NameTooLong(100)),
        (
            "refused-calendar-full",
            Refusal::CalendarFull(("holidays".to_owned(), 1_000)),
        ),
        (
            "refused-calendar-unreadable",
            Refusal::CalendarUnreadable((
                "holidays".to_owned(),
                strings(&["calendar holidays: `days`: `휴무` is no day"]),
            )),
        ),
    ]
}
