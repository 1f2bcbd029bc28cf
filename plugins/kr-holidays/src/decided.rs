//! Holidays that no rule gives: elections and temporary holidays.

use reveille_sdk::types::Date;

use crate::holiday::Holiday::{self, Assembly, Local, Presidential, Temporary};

/// Elections at the end of a term lie on a Wednesday that 공직선거법 article 34 gives: the first from the 70th
/// (president), 50th (National Assembly) or 30th day (local) before the term ends, and a week later when that day or one
/// beside it is a holiday. Listed through 2032, as terms
/// were known on 2026-11-22. Temporary holidays are those that the cabinet
/// had decided by then; the presidential election of 2025 followed a vacancy and was one of them.
const DECIDED: [((u16, u8, u8), Holiday); 15] = [
    ((2018, 6, 13), Local),
    ((2020, 4, 15), Assembly),
    ((2020, 8, 17), Temporary),
    ((2022, 3, 9), Presidential),
    ((2022, 6, 1), Local),
    ((2023, 10, 2), Temporary),
    ((2024, 4, 10), Assembly),
    ((2024, 10, 1), Temporary),
    ((2025, 1, 27), Temporary),
    ((2025, 6, 3), Presidential),
    ((2026, 6, 3), Local),
    // The term of the 22nd National Assembly ends on 2028-05-29.
    ((2028, 4, 12), Assembly),
    // The president's term ends on 2030-06-03, those of local offices on 2030-06-30; 06-05 is the day before 현충일.
    ((2030, 3, 27), Presidential),
    ((2030, 6, 12), Local),
    // The term of the 23rd National Assembly ends on 2032-05-29.
    ((2032, 4, 14), Assembly),
];

/// Those of a year.
pub(crate) fn decided(year: u16) -> impl Iterator<Item = (Date, Holiday)> {
    DECIDED
        .into_iter()
        .filter(move |((of, _, _), _)| *of == year)
        .map(|((year, month, day), holiday)| (Date { year, month, day }, holiday))
}
