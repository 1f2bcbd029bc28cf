//! The runs that belong to a day.

use reveille_sdk::types::{DayPlan, Minute, Schedule};
use reveille_sdk::{DAY, Stretch, clock};

/// The runs that begin on a day, in their order. The last one may go on after 24:00: it then ends on the next morning,
/// at a minute over 1440.
///
/// What runs at 00:00 because it ran at 24:00 of the day before belongs to that day, unless it goes on all day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnRuns(pub(crate) Vec<Stretch>);

impl OwnRuns {
    /// Those of a day, given the plan of the day before it.
    pub(crate) fn of(day: &DayPlan, before: &DayPlan) -> Self {
        let carried = carried_over(before, day);
        Self(day.runs().filter(|run| run.begin >= carried).collect())
    }

    /// Those of the day before another, of which no earlier day is known.
    ///
    /// Whether it began with a rest of the day before that can then only be told from the schedule: what runs at
    /// 00:00 is such a rest if one of the periods crosses midnight.
    pub(crate) fn of_day_before(day: &DayPlan, next: &DayPlan, schedule: &Schedule) -> Self {
        let rests = schedule.periods.iter().any(|usage| {
            let minute = |text: &Option<String>| text.as_deref().and_then(clock::time);
            matches!((minute(&usage.period.begin_time), minute(&usage.period.end_time)), (Some(begin), Some(end)) if begin > end)
        });
        let is_rest = |run: &Stretch| rests && run.begin == 0 && run.end < DAY;
        let mut runs: Vec<_> = day.runs().filter(|run| !is_rest(run)).collect();
        if let Some(last) = runs.last_mut() {
            last.end += carried_over(day, next);
        }
        Self(runs)
    }
}

/// Where the run of a day ends that was carried over from the day before; 0 when there is none.
fn carried_over(before: &DayPlan, day: &DayPlan) -> Minute {
    let goes_on = before.runs().last().is_some_and(|run| run.end == DAY);
    let rest = day
        .runs()
        .next()
        .filter(|run| goes_on && run.begin == 0 && run.end < DAY);
    rest.map_or(0, |run| run.end)
}

/// Until when a day runs that a start made active: the latest `endtime` of the schedule's periods after it, else the
/// end of the day. Over 24:00 the same holds for the next day.
pub(crate) fn end_of_active_day(schedule: &Schedule, start: Minute) -> Minute {
    let midnight = if start < DAY { 0 } else { DAY };
    let ends = schedule
        .periods
        .iter()
        .filter_map(|usage| clock::time(usage.period.end_time.as_deref()?.trim()));
    midnight
        + ends
            .filter(|end| midnight + end > start)
            .max()
            .unwrap_or(DAY)
}
