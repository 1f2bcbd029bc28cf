//! A period that has been read.

use crate::calendar::CalendarDay;
use crate::clock::time;
use crate::field::{Field, Selection};
use reveille_sdk::DAY;
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
