//! A schedule's plan as one line of time over midnight: what is wanted at a moment, and when it turns next.

use std::sync::Arc;

use chrono::{DateTime, Duration, LocalResult, NaiveDate, NaiveTime, TimeZone, Utc};

use crate::{
    model::{
        DayPlan, Exception, Minute, Moment, RuleFailure, Schedule, Want, Wanted, instant_of,
        local_moment, reply::Turning,
    },
    port::{PlanRequest, Rules},
};

/// How far ahead a turn is looked for: a schedule that turns at all turns within a year and a day.
pub const LOOK_AHEAD_DAYS: u32 = 366;

/// 23:59, the last minute of a day.
const LAST_MINUTE: Minute = Minute(Minute::DAY_END.0 - 1);

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
        let moment = normalized(moment);
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

    /// The instant after `now` at which the wall clock of the schedule shows `moment`: in an hour that happens twice
    /// the second time when the first is over. Where `moment` is over altogether it is when it was.
    #[must_use]
    pub fn instant_after(&self, moment: Moment, now: DateTime<Utc>) -> DateTime<Utc> {
        let first = self.instant(moment);
        if first > now {
            return first;
        }
        let moment = normalized(moment);
        let naive =
            moment.date.and_time(NaiveTime::MIN) + Duration::minutes(i64::from(moment.minute.0));
        match self.schedule.timezone.from_local_datetime(&naive) {
            LocalResult::Ambiguous(_, second) if second > now => second.to_utc(),
            LocalResult::Ambiguous(..) | LocalResult::Single(_) | LocalResult::None => first,
        }
    }

    /// The runs of `date` in their order, adjoining spans taken together; the last one with what it goes on for on
    /// the next day, to 48:00.
    ///
    /// # Errors
    /// When a rule fails.
    pub fn runs(&self, date: NaiveDate) -> Result<Vec<Run>, RuleFailure> {
        let plan = self.plan(date)?;
        let mut runs = runs_of(&plan);
        if let (Some(last), Some(next)) = (runs.last_mut(), date.succ_opt())
            && last.end == Minute::DAY_END
        {
            let plan = self.plan(next)?;
            if let Some(rest) = runs_of(&plan).first()
                && rest.begin == Minute::MIDNIGHT
            {
                last.end = Minute(Minute::DAY_END.0 + rest.end.0);
            }
        }
        Ok(runs)
    }

    /// The runs that begin on `date`: those of [`Timeline::runs`] without one that goes on from the day before.
    ///
    /// # Errors
    /// When a rule fails.
    pub fn runs_begun(&self, date: NaiveDate) -> Result<Vec<Run>, RuleFailure> {
        let mut runs = self.runs(date)?;
        if let (Some(first), Some(before)) = (runs.first(), date.pred_opt())
            && first.begin == Minute::MIDNIGHT
            && self.plan(before)?.want_at(LAST_MINUTE) == Want::Run
        {
            runs.remove(0);
        }
        Ok(runs)
    }

    fn find_turn(
        &self,
        after: Moment,
        is_it: impl Fn(Want) -> bool,
    ) -> Result<Option<Turning>, RuleFailure> {
        // It is constantly that: there is no need to plan a year to find no turn.
        if self.schedule.override_status.is_some() {
            return Ok(None);
        }
        let after = normalized(after);
        let mut before = self.wanted_at(after)?.want;
        let mut date = after.date;
        for _ in 0..=LOOK_AHEAD_DAYS {
            for span in self.plan(date)?.whole_day() {
                let at = Moment {
                    date,
                    minute: span.begin,
                };
                if at <= after || span.want == before {
                    continue;
                }
                let Some(at) = self.shown(at, span.want)? else {
                    continue;
                };
                before = span.want;
                if is_it(span.want) {
                    return Ok(Some(Turning {
                        at,
                        want: span.want,
                        reason: span.reason,
                    }));
                }
            }
            let Some(next) = date.succ_opt() else { break };
            date = next;
        }
        Ok(None)
    }

    /// When the wall clock shows the turn to `want` at `at`. In an hour that never happens this is where the clock
    /// arrives, if `want` still holds there; a turn that the clock jumps over altogether is none.
    fn shown(&self, at: Moment, want: Want) -> Result<Option<Moment>, RuleFailure> {
        let shown = local_moment(self.instant(at), self.schedule.timezone);
        Ok((shown == at || self.wanted_at(shown)?.want == want).then_some(shown))
    }
}

/// A stretch of a day in which the plan wants servers to run, whatever its spans and their reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// First minute of it.
    pub begin: Minute,
    /// First minute after it, to 48:00.
    pub end: Minute,
}

fn runs_of(plan: &DayPlan) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for span in plan.spans.iter().filter(|span| span.want == Want::Run) {
        match runs.last_mut() {
            Some(last) if last.end == span.begin => last.end = span.end,
            Some(_) | None => runs.push(Run {
                begin: span.begin,
                end: span.end,
            }),
        }
    }
    runs
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
