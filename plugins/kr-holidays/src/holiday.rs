//! The holidays of the law, their names, and from when each is moved when it falls on another day off.
//!
//! Sources: 공휴일에 관한 법률 (enacted 2021-07-07) and 관공서의 공휴일에 관한 규정, articles 2 and 3, with the changes
//! named below; read 2026-11-22.

use reveille_sdk::types::Date;

/// The language in which days are named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// As the official gazette names them.
    #[default]
    Ko,
    /// In English.
    En,
}

/// A public holiday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "`names` says what each is called")]
pub enum Holiday {
    NewYear,
    SeollalEve,
    Seollal,
    SeollalAfter,
    IndependenceMovement,
    Buddha,
    Labour,
    Children,
    Memorial,
    Constitution,
    Liberation,
    ChuseokEve,
    Chuseok,
    ChuseokAfter,
    Foundation,
    Hangeul,
    Christmas,
    Presidential,
    Assembly,
    Local,
    Temporary,
}

/// When a holiday is made up for by a day off that follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MadeUpFor {
    /// Never.
    Never,
    /// When a day of the run of three is a Sunday or another holiday.
    OnSundays,
    /// When it is a Saturday, a Sunday or another holiday, from this date on.
    OnWeekends(Date),
}

const fn date(year: u16, month: u8, day: u8) -> Date {
    Date { year, month, day }
}

/// 설날, 추석 and 어린이날 since the decree of 2013-11-05, before all years that are computed.
const SINCE_2013: Date = date(2013, 11, 5);
/// 3·1절, 광복절, 개천절 and 한글날 since the act of 2021, first for the 광복절 of that year.
const SINCE_2021: Date = date(2021, 8, 15);
/// 부처님 오신 날 and 기독탄신일 since the decree that the cabinet passed on this day.
const SINCE_2023: Date = date(2023, 5, 2);
/// 노동절 and 제헌절 since they are public holidays.
const SINCE_2026: Date = date(2026, 5, 1);

impl Holiday {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::NewYear,
        Self::SeollalEve,
        Self::Seollal,
        Self::SeollalAfter,
        Self::IndependenceMovement,
        Self::Buddha,
        Self::Labour,
        Self::Children,
        Self::Memorial,
        Self::Constitution,
        Self::Liberation,
        Self::ChuseokEve,
        Self::Chuseok,
        Self::ChuseokAfter,
        Self::Foundation,
        Self::Hangeul,
        Self::Christmas,
        Self::Presidential,
        Self::Assembly,
        Self::Local,
        Self::Temporary,
    ];

    /// What it is called: officially, in English, and in other words that people use for it.
    fn names(self) -> (&'static str, &'static str, &'static [&'static str]) {
        match self {
            Self::NewYear => ("1월 1일", "New Year's Day", &["신정", "신정연휴", "새해"]),
            Self::SeollalEve => (
                "설날 전날",
                "day before Seollal",
                &["설날", "설 연휴", "설", "Seollal"],
            ),
            Self::Seollal => (
                "설날",
                "Seollal",
                &["설 연휴", "설", "구정", "Lunar New Year"],
            ),
            Self::SeollalAfter => (
                "설날 다음 날",
                "day after Seollal",
                &["설날", "설 연휴", "설", "Seollal"],
            ),
            Self::IndependenceMovement => {
                ("3·1절", "Independence Movement Day", &["삼일절", "3.1절"])
            }
            Self::Buddha => (
                "부처님 오신 날",
                "Buddha's Birthday",
                &["석가탄신일", "초파일"],
            ),
            Self::Labour => ("노동절", "Labour Day", &["근로자의 날", "Labor Day"]),
            Self::Children => ("어린이날", "Children's Day", &[]),
            Self::Memorial => ("현충일", "Memorial Day", &[]),
            Self::Constitution => ("제헌절", "Constitution Day", &[]),
            Self::Liberation => ("광복절", "Liberation Day", &[]),
            Self::ChuseokEve => (
                "추석 전날",
                "day before Chuseok",
                &["추석", "추석 연휴", "한가위", "Chuseok"],
            ),
            Self::Chuseok => ("추석", "Chuseok", &["추석 연휴", "한가위"]),
            Self::ChuseokAfter => (
                "추석 다음 날",
                "day after Chuseok",
                &["추석", "추석 연휴", "한가위", "Chuseok"],
            ),
            Self::Foundation => ("개천절", "National Foundation Day", &[]),
            Self::Hangeul => ("한글날", "Hangeul Day", &["Hangul Day"]),
            Self::Christmas => (
                "기독탄신일",
                "Christmas Day",
                &["성탄절", "크리스마스", "Christmas"],
            ),
            Self::Presidential => (
                "대통령선거",
                "presidential election",
                &["대통령 선거일", "선거", "선거일", "elections"],
            ),
            Self::Assembly => (
                "국회의원선거",
                "National Assembly election",
                &["국회의원 선거일", "총선", "선거", "선거일", "elections"],
            ),
            Self::Local => (
                "전국동시지방선거",
                "local elections",
                &["지방선거", "지방선거일", "선거", "선거일", "elections"],
            ),
            Self::Temporary => ("임시공휴일", "temporary holiday", &["국군의 날"]),
        }
    }

    /// Its name.
    pub fn name(self, locale: Locale) -> &'static str {
        let (korean, english, _) = self.names();
        match locale {
            Locale::Ko => korean,
            Locale::En => english,
        }
    }

    /// Those that `text` may mean, however it is spaced: `설 연휴` means three days, `선거` every election.
    pub fn meant_by(text: &str) -> Vec<Self> {
        let wanted = bare(text);
        let is_meant = |holiday: &Self| {
            let (korean, english, others) = holiday.names();
            let mut names = [korean, english].into_iter().chain(others.iter().copied());
            names.any(|name| bare(name) == wanted)
        };
        Self::ALL.into_iter().filter(is_meant).collect()
    }

    pub(crate) fn made_up_for(self) -> MadeUpFor {
        match self {
            Self::SeollalEve
            | Self::Seollal
            | Self::SeollalAfter
            | Self::ChuseokEve
            | Self::Chuseok
            | Self::ChuseokAfter => MadeUpFor::OnSundays,
            Self::Children => MadeUpFor::OnWeekends(SINCE_2013),
            Self::IndependenceMovement | Self::Liberation | Self::Foundation | Self::Hangeul => {
                MadeUpFor::OnWeekends(SINCE_2021)
            }
            Self::Buddha | Self::Christmas => MadeUpFor::OnWeekends(SINCE_2023),
            Self::Labour | Self::Constitution => MadeUpFor::OnWeekends(SINCE_2026),
            Self::NewYear
            | Self::Memorial
            | Self::Presidential
            | Self::Assembly
            | Self::Local
            | Self::Temporary => MadeUpFor::Never,
        }
    }

    /// The holiday that a substitute is named after: the middle of a run of three stands for all of it.
    pub(crate) fn of_run(self) -> Self {
        match self {
            Self::SeollalEve | Self::SeollalAfter => Self::Seollal,
            Self::ChuseokEve | Self::ChuseokAfter => Self::Chuseok,
            Self::NewYear
            | Self::Seollal
            | Self::IndependenceMovement
            | Self::Buddha
            | Self::Labour
            | Self::Children
            | Self::Memorial
            | Self::Constitution
            | Self::Liberation
            | Self::Chuseok
            | Self::Foundation
            | Self::Hangeul
            | Self::Christmas
            | Self::Presidential
            | Self::Assembly
            | Self::Local
            | Self::Temporary => self,
        }
    }
}

/// A name without what people write in different ways: spaces, dots, apostrophes, capitals.
pub(crate) fn bare(name: &str) -> String {
    name.chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holiday_is_found_by_every_name_that_people_use() {
        let meant = |text| Holiday::meant_by(text);
        assert_eq!(meant("삼일절"), [Holiday::IndependenceMovement]);
        assert_eq!(meant("3·1절"), [Holiday::IndependenceMovement]);
        assert_eq!(meant("부처님오신날"), [Holiday::Buddha]);
        assert_eq!(meant("christmas"), [Holiday::Christmas]);
        assert_eq!(meant("설날 다음날"), [Holiday::SeollalAfter]);
        assert_eq!(meant("추석 연휴").len(), 3);
        assert_eq!(meant("추석").len(), 3);
        assert_eq!(meant("선거").len(), 3);
        assert_eq!(meant("식목일"), []);
        assert_eq!(meant(""), []);
    }

    #[test]
    fn every_holiday_is_meant_by_its_own_names() {
        for holiday in Holiday::ALL {
            for locale in [Locale::Ko, Locale::En] {
                assert!(Holiday::meant_by(holiday.name(locale)).contains(&holiday));
            }
        }
    }
}
