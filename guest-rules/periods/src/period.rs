//! A period that has been read.

use crate::calendar::CalendarDay;
use crate::field::{Field, Selection};
use reveille_sdk::DAY;
use reveille_sdk::clock::time;
use reveille_sdk::planner::Fault;
use reveille_sdk::types::{self, Minute};

/// A named rule that says for every minute whether servers run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    name: String,
    begin: Option<Minute>,
    end: Option<Minute>,
    selections: Vec<Selection>,
}

impl Period {
    /// Reads a period of the table.
    ///
    /// # Errors
    ///
    /// Everything in it that cannot be read.
    pub fn read(period: &types::Period) -> Result<Self, Vec<Fault>> {
        let mut faults = Faults {
            period,
            found: Vec::new(),
        };
        let begin = faults.time("begintime", period.begin_time.as_deref());
        let end = faults.time("endtime", period.end_time.as_deref());
        if begin == Some(DAY) {
            let text = period.begin_time.as_deref().unwrap_or_default();
            faults.add(
                "begintime",
                format!("`{text}` is the end of the day; write `00:00` to begin with the day"),
            );
        }
        let fields = [
            (Field::Weekdays, &period.weekdays),
            (Field::Monthdays, &period.monthdays),
            (Field::Months, &period.months),
        ];
        let mut selections = Vec::with_capacity(fields.len());
        for (field, texts) in fields {
            match texts.as_deref().map(|texts| Selection::read(field, texts)) {
                None => {}
                Some(Ok(selection)) => selections.push(selection),
                Some(Err(messages)) => messages
                    .into_iter()
                    .for_each(|text| faults.add(field.attribute(), text)),
            }
        }
        let says_nothing = period.begin_time.is_none()
            && period.end_time.is_none()
            && fields.iter().all(|(_, texts)| texts.is_none());
        if says_nothing {
            faults.add(
                "begintime",
                "the period has none of begintime, endtime, weekdays, monthdays and months; give it at least one".into(),
            );
        }
        if faults.found.is_empty() {
            Ok(Self {
                name: period.name.clone(),
                begin,
                end,
                selections,
            })
        } else {
            Err(faults.found)
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it applies to a date: weekdays, monthdays and months must all agree.
    pub fn selects(&self, date: &CalendarDay) -> bool {
        self.selections
            .iter()
            .all(|selection| selection.contains(date))
    }

    /// Minutes at which what it says may change, within a day.
    pub(crate) fn turns(&self) -> impl Iterator<Item = Minute> {
        self.begin.into_iter().chain(self.end)
    }

    /// What it says at a minute, given whether it selects this day and the day before.
    pub(crate) fn says(&self, minute: Minute, today: bool, yesterday: bool) -> Says {
        match (self.begin, self.end) {
            (Some(begin), Some(end)) if begin > end => {
                if today && minute >= begin {
                    Says::Run(Begun::At(i32::from(begin)))
                } else if yesterday && minute < end {
                    Says::Run(Begun::At(i32::from(begin) - i32::from(DAY)))
                } else {
                    Says::Stop
                }
            }
            _ if !today => Says::Stop,
            (None, None) => Says::Run(Begun::LongAgo),
            (None, Some(end)) if minute < end => Says::Hold,
            (Some(begin), None) if minute < begin => Says::Hold,
            (Some(begin), None) => Says::Run(Begun::At(i32::from(begin))),
            (Some(begin), Some(end)) if begin <= minute && minute < end => {
                Says::Run(Begun::At(i32::from(begin)))
            }
            (_, Some(_)) => Says::Stop,
        }
    }
}

/// What a period says of a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Says {
    Stop,
    Hold,
    Run(Begun),
}

/// When a running period began, in minutes after 00:00 of the day that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Begun {
    /// It has no begin, which is before every begin.
    LongAgo,
    At(i32),
}

struct Faults<'a> {
    period: &'a types::Period,
    found: Vec<Fault>,
}

impl Faults<'_> {
    fn add(&mut self, attribute: &str, message: String) {
        let item = format!("period {}", self.period.name);
        self.found.push(Fault {
            item,
            attribute: attribute.into(),
            message,
        });
    }

    /// Reads a time. An empty one is none, although it counts as an attribute that is there.
    fn time(&mut self, attribute: &str, text: Option<&str>) -> Option<Minute> {
        let text = text.filter(|text| !text.is_empty())?;
        let read = time(text);
        if read.is_none() {
            let latest = if attribute == "endtime" {
                "24:00"
            } else {
                "23:59"
            };
            self.add(
                attribute,
                format!("`{text}` is not a time; write `9:00` or `09:00`, up to `{latest}`"),
            );
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reveille_sdk::testing::date;

    fn named() -> types::Period {
        types::Period::named("test")
    }

    fn says(period: types::Period, minute: Minute) -> Says {
        Period::read(&period).unwrap().says(minute, true, false)
    }

    #[track_caller]
    fn refused(period: types::Period, expected: &[(&str, &str)]) {
        let faults = Period::read(&period).unwrap_err();
        assert!(faults.iter().all(|fault| fault.item == "period test"));
        let found: Vec<_> = faults
            .iter()
            .map(|fault| (&*fault.attribute, &*fault.message))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_period_without_times_runs_all_day() {
        let period = named().on_weekdays("mon");
        assert_eq!(says(period.clone(), 0), Says::Run(Begun::LongAgo));
        assert_eq!(says(period, 1439), Says::Run(Begun::LongAgo));
    }

    #[test]
    fn a_period_with_only_an_end_holds_and_then_stops() {
        assert_eq!(says(named().ends("18:00"), 1079), Says::Hold);
        assert_eq!(says(named().ends("18:00"), 1080), Says::Stop);
        assert_eq!(says(named().ends("00:00"), 0), Says::Stop);
        assert_eq!(says(named().ends("24:00"), 1439), Says::Hold);
    }

    #[test]
    fn a_period_with_only_a_begin_holds_and_then_runs() {
        assert_eq!(says(named().begins("9:00"), 539), Says::Hold);
        assert_eq!(says(named().begins("9:00"), 540), Says::Run(Begun::At(540)));
        assert_eq!(
            says(named().begins("9:00"), 1439),
            Says::Run(Begun::At(540))
        );
    }

    #[test]
    fn the_begin_belongs_to_a_period_and_the_end_does_not() {
        let period = || named().begins("09:00").ends("18:00");
        assert_eq!(says(period(), 539), Says::Stop);
        assert_eq!(says(period(), 540), Says::Run(Begun::At(540)));
        assert_eq!(says(period(), 1079), Says::Run(Begun::At(540)));
        assert_eq!(says(period(), 1080), Says::Stop);
    }

    #[test]
    fn a_period_that_ends_when_it_begins_never_runs() {
        let period = Period::read(&named().begins("09:00").ends("09:00")).unwrap();
        assert!((0..DAY).all(|minute| period.says(minute, true, true) == Says::Stop));
    }

    #[test]
    fn a_period_that_ends_at_24_00_runs_to_the_end_of_the_day() {
        assert_eq!(
            says(named().begins("09:00").ends("24:00"), 1439),
            Says::Run(Begun::At(540))
        );
    }

    #[test]
    fn a_period_that_begins_after_its_end_crosses_midnight() {
        let period = Period::read(&named().begins("22:00").ends("06:00")).unwrap();
        assert_eq!(period.says(1319, true, false), Says::Stop);
        assert_eq!(period.says(1320, true, false), Says::Run(Begun::At(1320)));
        assert_eq!(period.says(0, true, false), Says::Stop);
        assert_eq!(period.says(0, false, true), Says::Run(Begun::At(-120)));
        assert_eq!(period.says(359, false, true), Says::Run(Begun::At(-120)));
        assert_eq!(period.says(360, false, true), Says::Stop);
        assert_eq!(period.says(1320, false, true), Says::Stop);
    }

    #[test]
    fn a_period_that_does_not_select_the_date_is_stopped_even_if_it_is_one_sided() {
        for period in [
            named().begins("09:00"),
            named().ends("18:00"),
            named().on_weekdays("*"),
        ] {
            let period = Period::read(&period).unwrap();
            assert_eq!(period.says(600, false, true), Says::Stop);
        }
    }

    #[test]
    fn weekdays_monthdays_and_months_must_all_agree() {
        let period = named()
            .on_weekdays("fri")
            .on_monthdays("13")
            .in_months("feb,mar,nov");
        let period = Period::read(&period).unwrap();
        assert!(period.selects(&date("2026-02-13").into()));
        assert!(!period.selects(&date("2026-02-06").into()));
        assert!(!period.selects(&date("2026-01-13").into()));
        assert!(!period.selects(&date("2025-11-13").into()));
        assert!(!period.selects(&date("2026-04-13").into()));
    }

    #[test]
    fn an_empty_time_is_there_but_says_nothing() {
        assert_eq!(says(named().begins(""), 0), Says::Run(Begun::LongAgo));
        assert_eq!(says(named().begins("").ends("18:00"), 0), Says::Hold);
    }

    #[test]
    fn a_period_needs_at_least_one_attribute() {
        refused(
            named(),
            &[(
                "begintime",
                "the period has none of begintime, endtime, weekdays, monthdays and months; give it at least one",
            )],
        );
    }

    #[test]
    fn nothing_begins_at_24_00() {
        refused(
            named().begins("24:00"),
            &[(
                "begintime",
                "`24:00` is the end of the day; write `00:00` to begin with the day",
            )],
        );
    }

    #[test]
    fn every_fault_of_a_period_is_told_with_its_attribute() {
        refused(
            named()
                .begins("9")
                .ends("24:30")
                .on_weekdays("mon,7")
                .on_monthdays("0")
                .in_months("L"),
            &[
                (
                    "begintime",
                    "`9` is not a time; write `9:00` or `09:00`, up to `23:59`",
                ),
                (
                    "endtime",
                    "`24:30` is not a time; write `9:00` or `09:00`, up to `24:00`",
                ),
                (
                    "weekdays",
                    "`7` is out of range; `weekdays` go from 0 to 6, Monday to Sunday",
                ),
                (
                    "monthdays",
                    "`0` is out of range; `monthdays` go from 1 to 31",
                ),
                ("months", "`L` is not a month; the last one is `dec`"),
            ],
        );
    }
}
