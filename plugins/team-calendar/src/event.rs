//! When an event is.

use std::{borrow::Cow, rc::Rc};

use ical::{recur::IcalRecurDateTime, tree::line::IcalLine, value::duration::IcalDuration};

use crate::{
    feed::{RawEvent, Single},
    recurrence::DAY_SECONDS,
    zone::{Clock, Zones},
};

/// Length of `20261123`.
pub(crate) const DATE_CHARACTERS: usize = 8;

/// A time on its clock, or a date.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    pub(crate) time: IcalRecurDateTime,
    pub(crate) clock: Rc<Clock>,
    pub(crate) is_date: bool,
}

impl Moment {
    pub(crate) fn instant(&self) -> i64 {
        self.clock.instant(self.time)
    }

    /// One of the values of a line.
    pub(crate) fn read(text: &str, line: &IcalLine<'_>, zones: &Zones<'_>) -> Result<Self, String> {
        let text = text.trim();
        let time = IcalRecurDateTime::parse(text).map_err(|_| {
            format!(
                "`{}` of its {} is no date or time",
                shortened(text),
                line.name.get()
            )
        })?;
        let is_date = text.len() == DATE_CHARACTERS;
        let clock = match zone_of(line) {
            _ if text.ends_with(['Z', 'z']) => zones.utc(),
            Some(name) if !is_date => zones.named(&name).ok_or_else(|| {
                format!(
                    "time zone `{}` of its {} is neither known nor defined in the feed",
                    shortened(&name),
                    line.name.get()
                )
            })?,
            Some(_) | None => zones.local(),
        };
        Ok(Self {
            time,
            clock,
            is_date,
        })
    }

    /// The only value of a line.
    pub(crate) fn of(line: &IcalLine<'_>, zones: &Zones<'_>) -> Result<Self, String> {
        Self::read(&line.raw_value_str(), line, zones)
    }

    /// So much later by its own clock.
    fn plus(&self, seconds: i64) -> IcalRecurDateTime {
        IcalRecurDateTime::from_seconds(self.time.seconds().saturating_add(seconds))
    }
}

fn zone_of(line: &IcalLine<'_>) -> Option<String> {
    let is_zone = |name: &str| name.eq_ignore_ascii_case("TZID");
    let zone = line.params.iter().find(|param| is_zone(param.name.get()))?;
    let name = zone.values.first()?.get();
    Some(name.trim_matches('"').to_owned())
}

fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(60) {
        Some((at, _)) => Cow::Owned(format!("{}…", &text[..at])),
        None => Cow::Borrowed(text),
    }
}

/// How long an event and every instance of it lasts, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// By its own clock: one from 22:00 to 06:00 ends at 06:00 also in a night in which the clock is changed.
    Shown(i64),
    /// As time passes.
    Passed(i64),
}

impl Length {
    /// When an instance ends.
    pub(crate) fn end(self, begin: &Moment) -> i64 {
        match self {
            Self::Shown(seconds) => begin.clock.instant(begin.plus(seconds)),
            Self::Passed(seconds) => begin.instant().saturating_add(seconds),
        }
    }

    pub(crate) const fn seconds(self) -> i64 {
        match self {
            Self::Shown(seconds) | Self::Passed(seconds) => seconds,
        }
    }

    /// That of an event which begins then.
    pub(crate) fn of(
        event: &RawEvent<'_>,
        begin: &Moment,
        zones: &Zones<'_>,
    ) -> Result<Self, String> {
        let whole_days = |length: Self| match length {
            // Some write an event of one day as ending on the day on which it begins.
            Self::Shown(0) if begin.is_date => Self::Shown(DAY_SECONDS),
            Self::Shown(_) | Self::Passed(_) => length,
        };
        let length = if let Some(line) = event.line(Single::End) {
            let end = Moment::of(&line, zones)?;
            if Rc::ptr_eq(&end.clock, &begin.clock) {
                Self::Shown(end.time.seconds() - begin.time.seconds())
            } else {
                Self::Passed(end.instant() - begin.instant())
            }
        } else if let Some(line) = event.line(Single::Duration) {
            let text = line.raw_value_str();
            let seconds = IcalDuration::from(&*text)
                .seconds()
                .ok_or_else(|| format!("`{}` is no DURATION", shortened(&text)))?;
            // Days of a DURATION are days of the clock, hours are hours that pass (RFC 5545 3.3.6).
            if text.contains(['T', 't']) {
                Self::Passed(seconds)
            } else {
                Self::Shown(seconds)
            }
        } else if begin.is_date {
            Self::Shown(DAY_SECONDS)
        } else {
            Self::Passed(0)
        };
        let length = whole_days(length);
        if length.seconds() < 0 {
            return Err("it ends before it begins".to_owned());
        }
        Ok(length)
    }
}
