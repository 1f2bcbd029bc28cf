//! The days of the lunar calendar, as dates of the Gregorian one.
//!
//! The table holds what the Korea Astronomy and Space Science Institute (한국천문연구원) computes, as the Python package
//! `korean_lunar_calendar` 0.4.0 carries it; the Rust crates `korean-lunar-calendar` 1.0.0 and `icu_calendar` 2.4.0 give the
//! same dates. A Chinese table does not do: 설날 2027 and 2028 are a day earlier in it.

/// Month and day.
pub(crate) type MonthDay = (u8, u8);

/// The lunar holidays of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lunar {
    /// 설날, the first day of the first month.
    pub(crate) seollal: MonthDay,
    /// 부처님 오신 날, the eighth day of the fourth month.
    pub(crate) buddha: MonthDay,
    /// 추석, the fifteenth day of the eighth month.
    pub(crate) chuseok: MonthDay,
}

/// The first year that is known.
pub const FIRST_YEAR: u16 = 2018;
/// The last year that is known: the institute's data end with it.
pub const LAST_YEAR: u16 = 2050;

const fn row(seollal: MonthDay, buddha: MonthDay, chuseok: MonthDay) -> Lunar {
    Lunar {
        seollal,
        buddha,
        chuseok,
    }
}

#[rustfmt::skip]
const TABLE: [Lunar; (LAST_YEAR - FIRST_YEAR + 1) as usize] = [
    row((2, 16), (5, 22), (9, 24)), // 2018
    row((2, 5), (5, 12), (9, 13)), // 2019
    row((1, 25), (4, 30), (10, 1)), // 2020
    row((2, 12), (5, 19), (9, 21)), // 2021
    row((2, 1), (5, 8), (9, 10)), // 2022
    row((1, 22), (5, 27), (9, 29)), // 2023
    row((2, 10), (5, 15), (9, 17)), // 2024
    row((1, 29), (5, 5), (10, 6)), // 2025
    row((2, 17), (5, 24), (9, 25)), // 2026
    row((2, 7), (5, 13), (9, 15)), // 2027
    row((1, 27), (5, 2), (10, 3)), // 2028
    row((2, 13), (5, 20), (9, 22)), // 2029
    row((2, 3), (5, 9), (9, 12)), // 2030
    row((1, 23), (5, 28), (10, 1)), // 2031
    row((2, 11), (5, 16), (9, 19)), // 2032
    row((1, 31), (5, 6), (9, 8)), // 2033
    row((2, 19), (5, 25), (9, 27)), // 2034
    row((2, 8), (5, 15), (9, 16)), // 2035
    row((1, 28), (5, 3), (10, 4)), // 2036
    row((2, 15), (5, 22), (9, 24)), // 2037
    row((2, 4), (5, 11), (9, 13)), // 2038
    row((1, 24), (4, 30), (10, 2)), // 2039
    row((2, 12), (5, 18), (9, 21)), // 2040
    row((2, 1), (5, 7), (9, 10)), // 2041
    row((1, 22), (5, 26), (9, 28)), // 2042
    row((2, 10), (5, 16), (9, 17)), // 2043
    row((1, 30), (5, 5), (10, 5)), // 2044
    row((2, 17), (5, 24), (9, 25)), // 2045
    row((2, 6), (5, 13), (9, 15)), // 2046
    row((1, 26), (5, 2), (10, 4)), // 2047
    row((2, 14), (5, 20), (9, 22)), // 2048
    row((2, 2), (5, 9), (9, 11)), // 2049
    row((1, 23), (5, 28), (9, 30)), // 2050
];

/// The lunar holidays of a year; none outside [`FIRST_YEAR`] to [`LAST_YEAR`].
pub(crate) fn lunar(year: u16) -> Option<Lunar> {
    let place = usize::from(year.checked_sub(FIRST_YEAR)?);
    TABLE.get(place).copied()
}
