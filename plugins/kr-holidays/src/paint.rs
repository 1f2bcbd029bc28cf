//! What a day off does to a plan.

use reveille_sdk::{
    DAY, clock,
    types::{DayPlan, Minute, Schedule, Span, Want},
};

use crate::config::Policy;

/// Lays a day off of this name over `[begin, end)`. Nothing runs after it that did not before, and nothing that was
/// stopped is left to itself.
pub(crate) fn lay(plan: &mut DayPlan, policy: Policy, begin: Minute, end: Minute, name: &str) {
    match policy {
        Policy::Off => plan.paint(begin, end, Want::Stop, name),
        Policy::SkipStarts => {
            let runs: Vec<(Minute, Minute)> = plan
                .spans
                .iter()
                .filter(|span| span.want == Want::Run)
                .map(|span| (span.begin.max(begin), span.end.min(end)))
                .collect();
            for (begin, end) in runs {
                plan.paint(begin, end, Want::Hold, name);
            }
        }
    }
}

/// Until when the day belongs to a run that began on the day before, in a period that crosses midnight; 0 when it does not.
///
/// A run belongs to the day on which it begins: one of the eve ends on the holiday when it would anyway, and one that was
/// left out on the holiday is not begun in its middle at 00:00 of the next day.
pub(crate) fn end_of_eve(plan: &DayPlan, schedule: &Schedule) -> Minute {
    let is_first = |span: &&Span| span.begin == 0 && span.want == Want::Run;
    let (Some(first), Some(run)) = (plan.spans.first().filter(is_first), plan.runs().next()) else {
        return 0;
    };
    let from_evening = schedule
        .periods
        .iter()
        .map(|usage| &usage.period)
        .filter(|period| {
            first
                .period
                .as_ref()
                .is_none_or(|name| *name == period.name)
        })
        .filter_map(|period| {
            let time = |text: &Option<String>| clock::time(text.as_deref()?.trim());
            let (begin, end) = (time(&period.begin_time)?, time(&period.end_time)?);
            (end < begin).then_some(end)
        });
    from_evening.max().unwrap_or(0).min(run.end).min(DAY)
}
