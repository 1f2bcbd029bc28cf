//! Clocks: what instant a time of an event is.
//!
//! Instants are seconds since 1970-01-01 00:00 UTC. A time that comes twice is the first of the two, one that never comes
//! is as much later as the clock was put forward (RFC 5545 3.3.5).

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use ical::{
    recur::IcalRecurDateTime,
    tree::cst::IcalCst,
    tz::{IcalTz, IcalTzObservance, IcalTzTransitions},
};
use jiff::{Timestamp, civil, tz::TimeZone};
use reveille_sdk::types::{Date, Minute};

use crate::{
    feed,
    recurrence::{self, DAY_SECONDS},
};

/// A clock by which times are told.
#[derive(Debug)]
pub(crate) enum Clock {
    /// One of the database.
    Known(TimeZone),
    /// One that the feed defines.
    Defined(RefCell<IcalTzTransitions>),
}

impl Clock {
    /// The instant of a time on it.
    pub(crate) fn instant(&self, time: IcalRecurDateTime) -> i64 {
        match self {
            Self::Known(zone) => known_instant(zone, time).unwrap_or_else(|| time.seconds()),
            Self::Defined(zone) => zone.borrow_mut().resolve(time).literal_instant(time),
        }
    }
}

fn known_instant(zone: &TimeZone, time: IcalRecurDateTime) -> Option<i64> {
    let byte = |number: u8| i8::try_from(number).ok();
    let year = i16::try_from(time.year).ok()?;
    let time = civil::DateTime::new(
        year,
        byte(time.month)?,
        byte(time.day)?,
        byte(time.hour)?,
        byte(time.minute)?,
        // A leap second is in the minute that it ends.
        byte(time.second.min(59))?,
        0,
    );
    let instant = zone.to_ambiguous_timestamp(time.ok()?).compatible().ok()?;
    Some(instant.as_second())
}

/// A stretch of instants, `[begin, end)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) begin: i64,
    pub(crate) end: i64,
}

/// A day of the schedule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    /// Its 00:00, as its date says it.
    pub(crate) midnight: IcalRecurDateTime,
    /// When it begins and ends.
    pub(crate) day: Stretch,
}

/// Every clock that times of a feed may be told by.
pub(crate) struct Zones<'a> {
    schedule: TimeZone,
    local: Rc<Clock>,
    utc: Rc<Clock>,
    /// Definitions in the feed.
    defined: &'a [&'a [u8]],
    met: RefCell<BTreeMap<String, Option<Rc<Clock>>>>,
    /// The year around which definitions of the feed are read.
    year: RefCell<i32>,
}

impl<'a> Zones<'a> {
    /// Those of a feed for a schedule in this zone; none when the zone is not known.
    pub(crate) fn of(schedule: &str, defined: &'a [&'a [u8]]) -> Option<Self> {
        let schedule = TimeZone::get(schedule).ok()?;
        Some(Self {
            local: Rc::new(Clock::Known(schedule.clone())),
            utc: Rc::new(Clock::Known(TimeZone::UTC)),
            schedule,
            defined,
            met: RefCell::default(),
            year: RefCell::new(0),
        })
    }

    /// A day by the schedule's clock.
    pub(crate) fn day(&self, date: Date) -> Window {
        let at = |date: Date| IcalRecurDateTime::date(i32::from(date.year), date.month, date.day);
        self.year.replace(i32::from(date.year));
        let midnight = at(date);
        Window {
            midnight,
            day: Stretch {
                begin: self.local.instant(midnight),
                end: self.local.instant(at(date.plus_days(1))),
            },
        }
    }

    /// The schedule's own clock, by which dates and times without a zone are told.
    pub(crate) fn local(&self) -> Rc<Clock> {
        Rc::clone(&self.local)
    }

    /// The clock of UTC.
    pub(crate) fn utc(&self) -> Rc<Clock> {
        Rc::clone(&self.utc)
    }

    /// The clock of this name: one of the database, which knows what the feed's server may not yet have heard of, or else
    /// one that the feed defines. None when it is neither.
    pub(crate) fn named(&self, name: &str) -> Option<Rc<Clock>> {
        if let Some(clock) = self.met.borrow().get(name) {
            return clock.clone();
        }
        let clock = match TimeZone::get(name) {
            Ok(zone) => Some(Clock::Known(zone)),
            Err(_) => self.defined(name),
        };
        let clock = clock.map(Rc::new);
        self.met.borrow_mut().insert(name.to_owned(), clock.clone());
        clock
    }

    fn defined(&self, name: &str) -> Option<Clock> {
        let block = self
            .defined
            .iter()
            .find(|block| feed::zone_name(block).is_some_and(|other| other == name))?;
        let tree = IcalCst::parse(block).ok()?;
        let definition = tree.decode();
        let mut observances: Vec<_> = definition
            .components
            .iter()
            .filter_map(IcalTzObservance::of_component)
            .collect();
        if observances.is_empty() {
            return None;
        }
        // Definitions begin in 1601 or 1970, and every onset since would be computed. Two years before the day that is
        // planned are enough: what is asked of the clock is about that day and those beside it.
        let near = IcalRecurDateTime::date(*self.year.borrow() - 2, 1, 1).seconds();
        for observance in &mut observances {
            let onsets = &mut observance.onsets;
            if let (Some(start), [rule]) = (onsets.start, onsets.rules.as_slice())
                && rule.until.is_none()
            {
                onsets.start = Some(recurrence::later_start(rule, start, near));
            }
        }
        let zone = IcalTz {
            id: name.to_owned(),
            observances,
        };
        Some(Clock::Defined(RefCell::new(IcalTzTransitions::of_zone(
            zone,
        ))))
    }

    /// The minutes of a day that the schedule's clock shows while a stretch lasts, `[begin, end)` each; two of them when
    /// the clock is put back meanwhile.
    pub(crate) fn minutes(&self, window: &Window, stretch: Stretch) -> Vec<(Minute, Minute)> {
        let begin = stretch.begin.max(window.day.begin);
        let end = stretch.end.min(window.day.end);
        if begin >= end {
            return Vec::new();
        }
        let mut minutes = Vec::new();
        let mut from = self.minute(window, begin, begin, 0);
        let back = self.put_back(begin, end);
        for instant in back {
            minutes.push((from, self.minute(window, instant, instant - 1, 59)));
            from = self.minute(window, instant, instant, 0);
        }
        minutes.push((from, self.minute(window, end, end - 1, 59)));
        minutes.retain(|(begin, end)| begin < end);
        minutes
    }

    /// The minute of a day at an instant, with the offset of UTC at another, `round` seconds later. A day begins at 0 and
    /// ends at 1440 whatever its clock shows then.
    fn minute(&self, window: &Window, instant: i64, offset_at: i64, round: i64) -> Minute {
        if instant <= window.day.begin {
            return 0;
        }
        if instant >= window.day.end {
            return reveille_sdk::DAY;
        }
        let shown = instant + self.offset(offset_at) + round - window.midnight.seconds();
        Minute::try_from(shown.clamp(0, DAY_SECONDS) / 60).unwrap_or(reveille_sdk::DAY)
    }

    fn offset(&self, instant: i64) -> i64 {
        let instant = Timestamp::from_second(instant).unwrap_or_default();
        i64::from(self.schedule.to_offset(instant).seconds())
    }

    /// When the schedule's clock is put back between two instants.
    fn put_back(&self, begin: i64, end: i64) -> Vec<i64> {
        let from = Timestamp::from_second(begin).unwrap_or_default();
        self.schedule
            .following(from)
            .map(|transition| transition.timestamp().as_second())
            .take_while(|instant| *instant < end)
            .filter(|instant| self.offset(*instant) < self.offset(*instant - 1))
            .collect()
    }
}
