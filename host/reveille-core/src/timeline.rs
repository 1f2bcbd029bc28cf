//! A schedule's plan as one line of time over midnight: what is wanted at a moment, and when it turns next.

use std::sync::Arc;

use chrono::{DateTime, Duration, NaiveDate, Utc};

use crate::{
    model::{
        DayPlan, Exception, Minute, Moment, RuleFailure, Schedule, Want, Wanted, instant_of,
        local_moment, reply::Turning,
    },
    port::{PlanRequest, Rules},
};

/// How far ahead a turn is looked for: a schedule that turns at all turns within a year and a day.
pub const LOOK_AHEAD_DAYS: u32 = 366;

/// The plan of one schedule over time.
#[derive(Clone, Copy)]
pub struct Timeline<'a> {
    rules: &'a dyn Rules,
    schedule: &'a Schedule,
    exceptions: &'a [Exception],
}

impl<'a> Timeline<'a> {
    /// `exceptions` are those of the schedule, sorted by date and action.
    #[must_use]
    pub fn new(rules: &'a dyn Rules, schedule: &'a Schedule, exceptions: &'a [Exception]) -> Self {
        Self {
            rules,
            schedule,
            exceptions,
        }
    }

    /// The plan of `date`.
    ///
    /// # Errors
    /// When a rule fails.
    pub fn plan(&self, date: NaiveDate) -> Result<Arc<DayPlan>, RuleFailure> {
        self.rules.plan(&PlanRequest {
            schedule: self.schedule,
            date,
            exceptions: self.exceptions,
        })
    }

    /// What is wanted at `moment`, and why.
    ///
    /// # Errors
    /// When a rule fails.
    pub fn wanted_at(&self, moment: Moment) -> Result<Wanted, RuleFailure> {
        let plan = self.plan(moment.date)?;
        Ok(plan.span_at(moment.minute).map_or_else(
            || Wanted {
                want: Want::Stop,
                instance_type: None,
                period: None,
                reason: String::new(),
            },
            |span| Wanted {
                want: span.want,
                instance_type: span.instance_type.clone(),
                period: span.period.clone(),
                reason: span.reason.clone(),
            },
        ))
    }

    /// The latest want in (`after`, `now`] that is not hold, else what is wanted at `now`: a stop that came and went
    /// between two ticks is not lost.
    ///
    /// # Errors
    /// When a rule fails.
    pub fn latest_wanted(
        &self,
        after: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<Wanted, RuleFailure> {
        let at_now = self.wanted_at(local_moment(now, self.schedule.timezone))?;
        if at_now.want != Want::Hold {
            return Ok(at_now);
        }
        let mut instant = now - Duration::minutes(1);
        let oldest = after.map_or(now, |after| after.max(now - CATCH_UP));
        while instant > oldest {
            let wanted = self.wanted_at(local_moment(instant, self.schedule.timezone))?;
            if wanted.want != Want::Hold {
                return Ok(wanted);
            }
            instant -= Duration::minutes(1);
        }
        Ok(at_now)
    }

    /// The next moment after `after` at which the plan turns to `want` from something else.
    ///
    /// # Errors
    /// When a rule fails.
    pub fn next_turn(&self, after: Moment, want: Want) -> Result<Option<Turning>, RuleFailure> {
        self.find_turn(after, |turned| turned == want)
    }

    /// The next moment after `after` at which the plan turns to run or stop from something else.
    ///
    /// # Errors
    /// When a rule fails.
    pub fn next_change(&self, after: Moment) -> Result<Option<Turning>, RuleFailure> {
        self.find_turn(after, |turned| turned != Want::Hold)
    }

    /// The instant at which the wall clock of the schedule first shows `moment`.
    #[must_use]
    pub fn instant(&self, moment: Moment) -> DateTime<Utc> {
        instant_of(moment, self.schedule.timezone)
    }

    fn find_turn(
        &self,
        after: Moment,
        is_it: impl Fn(Want) -> bool,
    ) -> Result<Option<Turning>, RuleFailure> {
        let mut before = self.wanted_at(after)?.want;
        let mut date = after.date;
        for _ in 0..=LOOK_AHEAD_DAYS {
            for span in self.plan(date)?.whole_day() {
                let at = Moment {
                    date,
                    minute: span.begin,
                };
                if at <= after {
                    continue;
                }
                if span.want != before && is_it(span.want) {
                    return Ok(Some(Turning {
                        at,
                        want: span.want,
                        reason: span.reason,
                    }));
                }
                before = span.want;
            }
            let Some(next) = date.succ_opt() else { break };
            date = next;
        }
        Ok(None)
    }
}

/// How far back a tick looks for a want that it missed; a longer outage is seen by people.
pub const CATCH_UP: Duration = Duration::hours(48);

/// The minute that [`Minute::DAY_END`] of a day is on the next.
#[must_use]
pub fn normalized(moment: Moment) -> Moment {
    if moment.minute >= Minute::DAY_END {
        return moment.date.succ_opt().map_or(moment, |date| Moment {
            date,
            minute: Minute(moment.minute.0 - Minute::DAY_END.0),
        });
    }
    moment
}
