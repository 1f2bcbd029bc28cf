//! Pictures of a year: in a terminal, a row for each week; as SVG, a column for each day.

mod svg;
#[cfg(test)]
mod tests;
mod weeks;

pub(crate) use svg::draw_svg;
pub(crate) use weeks::draw_weeks;
