//! What the exceptions of a day, and those of the day before, do to its plan.

use crate::own::{OwnRuns, end_of_active_day};
use crate::pair::{Change, Pair};
use crate::window::{TwoDays, Window};
use reveille_sdk::planner::PlanRequest;
use reveille_sdk::types::{DayPlan, Minute, Schedule, Want};
use reveille_sdk::{DAY, Stretch};

/// The plan of a day with its exceptions. Without exceptions it is the plan so far, untouched.
pub fn plan(request: PlanRequest) -> DayPlan {
    let PlanRequest {
        schedule,
        date,
        so_far,
        day_before,
        exceptions,
        ..
    } = request;
    let (today, yesterday) = (
        Pair::of(date, &exceptions),
        Pair::of(date.minus_days(1), &exceptions),
    );
    if schedule.override_status.is_some() || (today.is_empty() && yesterday.is_empty()) {
        return so_far;
    }
    let before = day_before.unwrap_or_else(DayPlan::empty);
    let mut plan = so_far.clone();

    let own = OwnRuns::of(&so_far, &before);
    let first = own.0.first().map(|run| run.begin);
    let window = Window {
        plan: &mut plan,
        begin: 0,
        end: DAY,
    };
    Painter {
        schedule: &schedule,
        days: TwoDays {
            day: &so_far,
            next: None,
        },
        window,
        runs: own.0,
    }
    .paint(today);

    // The day before has no say from where this day's own first run begins.
    let limit = today
        .start
        .and_then(|start| start.at)
        .or(first)
        .unwrap_or(DAY)
        .min(DAY);
    let own = OwnRuns::of_day_before(&before, &so_far, &schedule);
    let window = Window {
        plan: &mut plan,
        begin: DAY,
        end: DAY + limit,
    };
    Painter {
        schedule: &schedule,
        days: TwoDays {
            day: &before,
            next: Some(&so_far),
        },
        window,
        runs: own.0,
    }
    .paint(yesterday);
    plan
}

/// Paints the exceptions of one day.
struct Painter<'a> {
    schedule: &'a Schedule,
    days: TwoDays<'a>,
    window: Window<'a>,
    /// The day's own runs as they stand after what has been painted.
    runs: Vec<Stretch>,
}

impl Painter<'_> {
    fn paint(mut self, Pair { start, stop }: Pair<'_>) {
        if let Some(start) = &start
            && let Some(at) = start.at
        {
            self.move_start(at, start);
        }
        if let Some(stop) = &stop {
            match stop.at {
                Some(at) => self.move_stop(at, stop),
                None => self.cancel_stop(stop),
            }
        }
        // Last, so that what the stop has moved is held as well.
        if let Some(start) = start.filter(|start| start.at.is_none()) {
            for run in &self.runs {
                self.window.paint(run.begin, run.end, Want::Hold, &start);
            }
        }
    }

    fn move_start(&mut self, at: Minute, start: &Change<'_>) {
        // Before its begin the day stays as it was before its begin: a hold goes on, so that nobody is stopped.
        let first = self.runs.first().map_or(at, |run| run.begin);
        let before = match first.checked_sub(1).map(|minute| self.days.want_at(minute)) {
            Some(Want::Hold) => Want::Hold,
            _ => Want::Stop,
        };
        for run in &self.runs {
            self.window.paint(run.begin, run.end.min(at), before, start);
        }
        self.runs.retain(|run| run.end > at);
        match self.runs.first_mut() {
            Some(run) => {
                self.window
                    .run(at, run.begin, start, self.days.type_at(run.begin));
                run.begin = at;
            }
            None => {
                let end = end_of_active_day(self.schedule, at);
                self.window.run(at, end, start, None);
                self.runs.push(Stretch { begin: at, end });
            }
        }
    }

    fn move_stop(&mut self, at: Minute, stop: &Change<'_>) {
        let Some(&last) = self.runs.last() else {
            return;
        };
        if at >= last.end {
            let instance_type = self.days.type_at(last.end - 1);
            self.window.run(last.end, at, stop, instance_type);
            self.window.stop_held(at, stop);
            self.runs
                .last_mut()
                .into_iter()
                .for_each(|run| run.end = at);
            return;
        }
        for run in &self.runs {
            self.window
                .paint(run.begin.max(at), run.end, Want::Stop, stop);
        }
        self.runs.retain(|run| run.begin < at);
        self.runs
            .iter_mut()
            .for_each(|run| run.end = run.end.min(at));
    }

    fn cancel_stop(&mut self, stop: &Change<'_>) {
        if let Some(last) = self.runs.last() {
            self.window.hold(last.end, self.window.end, stop);
        }
    }
}
