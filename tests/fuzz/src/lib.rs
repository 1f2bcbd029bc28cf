//! What the fuzz targets share: values of any type made of a fuzzer's bytes, and what every plan of a day must keep to.

mod shape;

pub use shape::{Shape, shaped};

use reveille_sdk::{DAY, types::DayPlan};

/// Checks that `plan` is as the host demands it: sorted, without overlaps, nothing empty, within the day.
///
/// # Panics
/// When it is not, which is what a fuzz target is for.
pub fn check_plan(plan: &DayPlan) {
    let mut reached = 0;
    for span in &plan.spans {
        assert!(
            reached <= span.begin && span.begin < span.end && span.end <= DAY,
            "{:?}",
            plan.spans
        );
        assert!(span.reason.chars().count() <= 200, "{}", span.reason);
        reached = span.end;
    }
    let mut normal = plan.clone();
    normal.normalise();
    assert_eq!(normal.spans, plan.spans, "neighbours that say the same");
}
