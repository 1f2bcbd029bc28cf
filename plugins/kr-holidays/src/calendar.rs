//! The public holidays of a year, with the days that make up for those that fall on another day off.

use std::collections::BTreeMap;

use reveille_sdk::{chrono::Weekday, types::Date};

use crate::{
    decided::decided,
    holiday::{Holiday, Locale, MadeUpFor},
    lunar::{Lunar, lunar},
};

/// First year in which 노동절 and 제헌절 are public holidays: acts passed on 2026-03-31 and 2026-01-29.
const LABOUR_AND_CONSTITUTION: u16 = 2026;

/// Why a day is off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Occasion {
    /// It is this holiday.
    Itself(Holiday),
    /// It makes up for this holiday (대체공휴일).
    Substitute(Holiday),
}

impl Occasion {
    /// The holiday that it is, or makes up for.
    pub fn holiday(self) -> Holiday {
        match self {
            Self::Itself(holiday) | Self::Substitute(holiday) => holiday,
        }
    }

    /// Its name.
    pub fn name(self, locale: Locale) -> String {
        match (self, locale) {
            (Self::Itself(holiday), _) => holiday.name(locale).into(),
            (Self::Substitute(holiday), Locale::Ko) => {
                format!("대체공휴일({})", holiday.name(locale))
            }
            (Self::Substitute(holiday), Locale::En) => {
                format!("substitute holiday for {}", holiday.name(locale))
            }
        }
    }
}

/// The days off of a year, each with why.
pub type Calendar = BTreeMap<Date, Vec<Occasion>>;

/// The calendar of a year; none when its lunar days are not known.
pub fn calendar(year: u16) -> Option<Calendar> {
    let mut days = Calendar::new();
    for (date, holiday) in holidays(year, lunar(year)?) {
        days.entry(date)
            .or_default()
            .push(Occasion::Itself(holiday));
    }
    // By date, so that each finds the days that those before it have taken.
    for date in days.keys().copied().collect::<Vec<_>>() {
        let made_up_for = days
            .get(&date)
            .map(|day| made_up_for(date, day))
            .unwrap_or_default();
        if made_up_for.is_empty() {
            continue;
        }
        let mut free = date.plus_days(1);
        while is_weekend(free) || days.contains_key(&free) {
            free = free.plus_days(1);
        }
        days.insert(free, made_up_for);
    }
    Some(days)
}

fn holidays(year: u16, lunar: Lunar) -> Vec<(Date, Holiday)> {
    let on = |(month, day)| Date { year, month, day };
    let (seollal, chuseok) = (on(lunar.seollal), on(lunar.chuseok));
    let mut holidays = vec![
        (on((1, 1)), Holiday::NewYear),
        (seollal.minus_days(1), Holiday::SeollalEve),
        (seollal, Holiday::Seollal),
        (seollal.plus_days(1), Holiday::SeollalAfter),
        (on((3, 1)), Holiday::IndependenceMovement),
        (on((5, 5)), Holiday::Children),
        (on(lunar.buddha), Holiday::Buddha),
        (on((6, 6)), Holiday::Memorial),
        (on((8, 15)), Holiday::Liberation),
        (chuseok.minus_days(1), Holiday::ChuseokEve),
        (chuseok, Holiday::Chuseok),
        (chuseok.plus_days(1), Holiday::ChuseokAfter),
        (on((10, 3)), Holiday::Foundation),
        (on((10, 9)), Holiday::Hangeul),
        (on((12, 25)), Holiday::Christmas),
    ];
    if year >= LABOUR_AND_CONSTITUTION {
        holidays.extend([
            (on((5, 1)), Holiday::Labour),
            (on((7, 17)), Holiday::Constitution),
        ]);
    }
    holidays.extend(decided(year));
    holidays
}

/// The holidays of a day that another day makes up for; one day, however many they are.
fn made_up_for(date: Date, day: &[Occasion]) -> Vec<Occasion> {
    let is_shared = day.len() > 1;
    let applies = |rule| match rule {
        MadeUpFor::Never => false,
        MadeUpFor::OnSundays => is_shared || date.weekday() == Weekday::Sun,
        MadeUpFor::OnWeekends(since) => since <= date && (is_shared || is_weekend(date)),
    };
    let mut found: Vec<Holiday> = day
        .iter()
        .filter_map(|occasion| match occasion {
            Occasion::Itself(holiday) => Some(*holiday),
            Occasion::Substitute(_) => None,
        })
        .filter(|holiday| applies(holiday.made_up_for()))
        .collect();
    // A holiday within the run of 설날 or 추석 gives the run a day more and none of its own.
    if found
        .iter()
        .any(|holiday| holiday.made_up_for() == MadeUpFor::OnSundays)
    {
        found.retain(|holiday| holiday.made_up_for() == MadeUpFor::OnSundays);
    }
    found
        .into_iter()
        .map(|holiday| Occasion::Substitute(holiday.of_run()))
        .collect()
}

pub(crate) fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}
