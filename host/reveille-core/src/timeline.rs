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
        self.find_turn(after, None, |turned| turned == want)
    }

    /// As [`Timeline::next_turn`], but none after `last`.
    ///
    /// # Errors
    /// When a rule fails.
    pub fn next_turn_by(
        &self,
        after: Moment,
        want: Want,
        last: NaiveDate,
    ) -> Result<Option<Turning>, RuleFailure> {
        self.find_turn(after, Some(last), |turned| turned == want)
    }

    /// The next moment after `after` at which the plan turns to run or stop from something else.
    ///
    /// # Errors
    /// When a rule fails.
    pub fn next_change(&self, after: Moment) -> Result<Option<Turning>, RuleFailure> {
        self.find_turn(after, None, |turned| turned != Want::Hold)
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

    /// The runs of `date` in their order, adjoining spans taken together; the last one with its rest on the next
    /// morning, which makes its end a minute over 24:00.
    ///
    /// # Errors
    /// When a rule fails.
    pub fn runs(&self, date: NaiveDate) -> Result<Vec<Run>, RuleFailure> {
        let mut runs = runs_of(&*self.plan(date)?);
        if let (Some(last), Some(next)) = (runs.last_mut(), date.succ_opt())
            && last.end == Minute::DAY_END
            && let Some(rest) = rest_of(&*self.plan(next)?)
        {
            last.end = Minute(Minute::DAY_END.0 + rest.0);
        }
        Ok(runs)
    }

    /// The runs that begin on `date`: those of [`Timeline::runs`] without the rest of one that began the day before.
    /// They are the ones that an exception of the date can change.
    ///
    /// # Errors
    /// When a rule fails.
    pub fn runs_begun(&self, date: NaiveDate) -> Result<Vec<Run>, RuleFailure> {
        let mut runs = self.runs(date)?;
        if let Some(before) = date.pred_opt()
            && rest_of(&*self.plan(date)?).is_some()
            && self.plan(before)?.want_at(LAST_MINUTE) == Want::Run
        {
            runs.remove(0);
        }
        Ok(runs)
    }

    /// Whether one run fills `date`; it then is its own, though it may have gone on from the day before.
    ///
    /// # Errors
    /// When a rule fails.
    pub fn runs_all_day(&self, date: NaiveDate) -> Result<bool, RuleFailure> {
        let all_day = Run {
            begin: Minute::MIDNIGHT,
            end: Minute::DAY_END,
        };
        Ok(runs_of(&*self.plan(date)?) == [all_day])
    }

    fn find_turn(
        &self,
        after: Moment,
        last: Option<NaiveDate>,
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
            if last.is_some_and(|last| last < date) {
                break;
            }
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

/// Where the run ends that is on at 00:00, unless it goes on all day: the rest of one that began the day before, if
/// that ended in a run.
fn rest_of(plan: &DayPlan) -> Option<Minute> {
    let first = *runs_of(plan).first()?;
    (first.begin == Minute::MIDNIGHT && first.end < Minute::DAY_END).then_some(first.end)
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that goes wrong stops there")]
mod tests {
    use super::*;
    use crate::testing::{PaintedRules, date, failure, plan_of, schedule, utc};

    const SEOUL: &str = "Asia/Seoul";
    const NEW_YORK: &str = "America/New_York";
    const LORD_HOWE: &str = "Australia/Lord_Howe";
    const APIA: &str = "Pacific/Apia";

    /// `2026-11-23 09:30`.
    fn moment(text: &str) -> Moment {
        let (date, minute) = text.split_once(' ').unwrap();
        let (hour, minute) = minute.split_once(':').unwrap();
        Moment {
            date: date.parse().unwrap(),
            minute: Minute::at(hour.parse().unwrap(), minute.parse().unwrap()).unwrap(),
        }
    }

    #[track_caller]
    fn check_instant(zone: &str, shown: &str, expected: &str) {
        let instant = instant_of(moment(shown), zone.parse().unwrap());
        assert_eq!(instant, utc(expected), "{zone} {shown}");
    }

    #[test]
    fn a_zone_without_clock_changes_is_plain() {
        check_instant(SEOUL, "2026-11-23 09:30", "2026-11-23 00:30");
        check_instant(SEOUL, "2026-11-23 24:00", "2026-11-23 15:00");
    }

    #[test]
    fn in_an_hour_that_never_happens_it_is_where_the_clock_arrives() {
        // The clock goes from 02:00 to 03:00.
        check_instant(NEW_YORK, "2026-03-08 01:59", "2026-03-08 06:59");
        check_instant(NEW_YORK, "2026-03-08 02:00", "2026-03-08 07:00");
        check_instant(NEW_YORK, "2026-03-08 02:30", "2026-03-08 07:00");
        check_instant(NEW_YORK, "2026-03-08 03:00", "2026-03-08 07:00");
    }

    #[test]
    fn in_an_hour_that_happens_twice_it_is_the_first_time() {
        // The clock goes from 02:00 back to 01:00.
        check_instant(NEW_YORK, "2026-11-01 01:30", "2026-11-01 05:30");
        check_instant(NEW_YORK, "2026-11-01 02:00", "2026-11-01 07:00");
    }

    #[test]
    fn a_clock_may_change_by_half_an_hour() {
        // From 02:00 to 02:30 in October, from 02:00 back to 01:30 in April.
        check_instant(LORD_HOWE, "2026-10-04 02:15", "2026-10-03 15:30");
        check_instant(LORD_HOWE, "2026-10-04 02:30", "2026-10-03 15:30");
        check_instant(LORD_HOWE, "2026-04-05 01:45", "2026-04-04 14:45");
        check_instant(LORD_HOWE, "2026-04-05 02:00", "2026-04-04 15:30");
    }

    #[test]
    fn a_clock_may_skip_a_day() {
        // Samoa had no 2011-12-30.
        check_instant(APIA, "2011-12-29 24:00", "2011-12-30 10:00");
        check_instant(APIA, "2011-12-30 09:00", "2011-12-30 10:00");
        check_instant(APIA, "2011-12-31 00:00", "2011-12-30 10:00");
    }

    #[track_caller]
    fn check_normalized(shown: &str, expected: &str) {
        assert_eq!(normalized(moment(shown)).to_string(), expected);
    }

    #[test]
    fn the_end_of_a_day_is_the_beginning_of_the_next() {
        check_normalized("2026-12-31 24:00", "2027-01-01 00:00");
        check_normalized("2026-12-31 26:00", "2027-01-01 02:00");
        check_normalized("2026-12-31 23:59", "2026-12-31 23:59");
        check_normalized("2026-12-31 00:00", "2026-12-31 00:00");
    }

    #[track_caller]
    fn check_turn(
        rules: &PaintedRules,
        zone: &str,
        after: &str,
        want: Want,
        expected: Option<&str>,
    ) {
        let schedule = schedule("dev").zone(zone).build();
        let timeline = Timeline::new(rules, &schedule, &[]);
        let turn = timeline.next_turn(moment(after), want).unwrap();
        let at = turn.map(|turn| turn.at.to_string());
        assert_eq!(at.as_deref(), expected, "after {after}");
    }

    #[test]
    fn a_turn_is_after_and_not_at_the_moment() {
        let rules = PaintedRules::weekdays("09:00", "22:00");
        let check = |after, want, expected| check_turn(&rules, SEOUL, after, want, Some(expected));
        check("2026-11-23 08:59", Want::Run, "2026-11-23 09:00");
        check("2026-11-23 09:00", Want::Run, "2026-11-24 09:00");
        check("2026-11-23 09:00", Want::Stop, "2026-11-23 22:00");
        check("2026-11-27 22:00", Want::Run, "2026-11-30 09:00");
        check("2026-11-27 24:00", Want::Stop, "2026-11-30 22:00");
    }

    #[test]
    fn midnight_is_no_turn_where_nothing_turns() {
        let night = PaintedRules::new(|_, _| {
            Ok(plan_of(&[
                ("00:00", "06:00", Want::Run),
                ("22:00", "24:00", Want::Run),
            ]))
        });
        let check = |after, want, expected| check_turn(&night, SEOUL, after, want, Some(expected));
        check("2026-11-23 23:00", Want::Stop, "2026-11-24 06:00");
        check("2026-11-23 23:00", Want::Run, "2026-11-24 22:00");
    }

    #[test]
    fn a_turn_may_be_at_midnight() {
        let rules = PaintedRules::weekdays("00:00", "24:00");
        let check = |after, want, expected| check_turn(&rules, SEOUL, after, want, Some(expected));
        check("2026-11-24 10:00", Want::Stop, "2026-11-28 00:00");
        check("2026-11-28 10:00", Want::Run, "2026-11-30 00:00");
    }

    #[test]
    fn what_never_turns_has_no_next_turn() {
        let always = PaintedRules::every_day("00:00", "24:00");
        check_turn(&always, SEOUL, "2026-11-23 10:00", Want::Stop, None);
        check_turn(&always, SEOUL, "2026-11-23 10:00", Want::Run, None);
    }

    #[test]
    fn a_turn_is_found_a_year_ahead() {
        let once = PaintedRules::new(|_, day| {
            Ok(if day == date(2027, 11, 23) {
                plan_of(&[("09:00", "10:00", Want::Run)])
            } else {
                DayPlan::default()
            })
        });
        let expected = Some("2027-11-23 09:00");
        check_turn(&once, SEOUL, "2026-11-23 10:00", Want::Run, expected);
    }

    #[test]
    fn a_turn_in_an_hour_that_never_happens_is_where_the_clock_arrives() {
        let rules = PaintedRules::every_day("02:30", "22:00");
        let expected = Some("2026-03-08 03:00");
        check_turn(&rules, NEW_YORK, "2026-03-08 00:00", Want::Run, expected);
        // All of it is jumped over: there is no run on that day.
        let rules = PaintedRules::every_day("02:15", "02:45");
        let expected = Some("2026-03-09 02:15");
        check_turn(&rules, NEW_YORK, "2026-03-08 00:00", Want::Run, expected);
    }

    #[test]
    fn a_day_that_never_happens_has_no_turns() {
        let rules = PaintedRules::every_day("09:00", "18:00");
        let expected = Some("2011-12-31 09:00");
        check_turn(&rules, APIA, "2011-12-29 20:00", Want::Run, expected);
    }

    #[track_caller]
    fn check_after(shown: &str, now: &str, expected: &str) {
        let rules = PaintedRules::weekdays("09:00", "22:00");
        let schedule = schedule("dev").zone(NEW_YORK).build();
        let timeline = Timeline::new(&rules, &schedule, &[]);
        let instant = timeline.instant_after(moment(shown), utc(now));
        assert_eq!(instant, utc(expected));
    }

    #[test]
    fn the_second_time_is_meant_when_the_first_is_over() {
        check_after("2026-11-01 01:30", "2026-11-01 05:00", "2026-11-01 05:30");
        check_after("2026-11-01 01:30", "2026-11-01 05:30", "2026-11-01 06:30");
        check_after("2026-11-01 01:30", "2026-11-01 07:00", "2026-11-01 05:30");
        check_after("2026-11-02 01:30", "2026-11-03 07:00", "2026-11-02 06:30");
    }

    /// Held except for a stop in the last minute of the day: what a period of only an `endtime` gives.
    fn stops_at_the_end() -> PaintedRules {
        PaintedRules::new(|_, _| {
            Ok(plan_of(&[
                ("00:00", "23:59", Want::Hold),
                ("23:59", "24:00", Want::Stop),
            ]))
        })
    }

    #[track_caller]
    fn check_latest(rules: &PaintedRules, after: Option<&str>, now: &str, expected: Want) {
        let schedule = schedule("dev").build();
        let timeline = Timeline::new(rules, &schedule, &[]);
        let latest = timeline.latest_wanted(after.map(utc), utc(now)).unwrap();
        assert_eq!(latest.want, expected);
    }

    #[test]
    fn a_stop_in_the_last_minute_is_not_lost_between_two_ticks() {
        let rules = stops_at_the_end();
        let now = "2026-11-24 00:01";
        check_latest(&rules, Some("2026-11-23 23:58"), now, Want::Stop);
        // The last tick saw it.
        check_latest(&rules, Some("2026-11-23 23:59"), now, Want::Hold);
        // The first tick of all has missed nothing.
        check_latest(&rules, None, now, Want::Hold);
    }

    #[test]
    fn a_tick_that_comes_late_in_its_minute_finds_it_too() {
        let schedule = schedule("dev").build();
        let rules = stops_at_the_end();
        let timeline = Timeline::new(&rules, &schedule, &[]);
        let after = utc("2026-11-23 23:58") + Duration::seconds(50);
        let now = utc("2026-11-24 00:00") + Duration::seconds(5);
        let latest = timeline.latest_wanted(Some(after), now).unwrap();
        assert_eq!(latest.want, Want::Stop);
    }

    #[test]
    fn what_is_wanted_now_is_not_outweighed_by_what_was() {
        let rules = PaintedRules::weekdays("09:00", "22:00");
        let after = Some("2026-11-23 08:00");
        check_latest(&rules, after, "2026-11-23 23:00", Want::Stop);
    }

    #[test]
    fn an_outage_of_days_is_not_searched_to_its_beginning() {
        let rules = PaintedRules::new(|_, day| {
            Ok(if day == date(2026, 11, 20) {
                plan_of(&[("09:00", "24:00", Want::Run)])
            } else {
                plan_of(&[("00:00", "24:00", Want::Hold)])
            })
        });
        let after = Some("2026-11-20 00:00");
        check_latest(&rules, after, "2026-11-22 10:00", Want::Run);
        check_latest(&rules, after, "2026-11-23 10:00", Want::Hold);
    }

    #[test]
    fn runs_are_told_apart_from_their_spans() {
        let rules = PaintedRules::new(|_, _| {
            Ok(plan_of(&[
                ("00:00", "06:00", Want::Run),
                ("09:00", "12:00", Want::Run),
                ("12:00", "13:00", Want::Run),
                ("13:00", "14:00", Want::Hold),
                ("22:00", "24:00", Want::Run),
            ]))
        });
        let schedule = schedule("dev").build();
        let timeline = Timeline::new(&rules, &schedule, &[]);
        let told = |runs: Vec<Run>| -> Vec<String> {
            runs.iter()
                .map(|run| format!("{}-{}", run.begin, run.end))
                .collect()
        };
        let day = date(2026, 11, 23);
        assert_eq!(
            told(timeline.runs(day).unwrap()),
            ["00:00-06:00", "09:00-13:00", "22:00-30:00"]
        );
        assert_eq!(
            told(timeline.runs_begun(day).unwrap()),
            ["09:00-13:00", "22:00-30:00"]
        );
    }

    #[test]
    fn a_run_that_goes_on_all_day_is_of_that_day() {
        let rules = PaintedRules::weekdays("00:00", "24:00");
        let schedule = schedule("dev").build();
        let timeline = Timeline::new(&rules, &schedule, &[]);
        let whole = Run {
            begin: Minute::MIDNIGHT,
            end: Minute::DAY_END,
        };
        let tuesday = date(2026, 11, 24);
        assert!(timeline.runs_all_day(tuesday).unwrap());
        assert_eq!(timeline.runs(tuesday).unwrap(), [whole]);
        assert_eq!(timeline.runs_begun(tuesday).unwrap(), [whole]);
        assert!(!timeline.runs_all_day(date(2026, 11, 28)).unwrap());
    }

    #[test]
    fn a_failing_rule_fails_every_question() {
        let rules = PaintedRules::new(|_, _| Err(failure("kr-holidays")));
        let schedule = schedule("dev").build();
        let timeline = Timeline::new(&rules, &schedule, &[]);
        let now = moment("2026-11-23 10:00");
        assert!(timeline.wanted_at(now).is_err());
        assert!(timeline.next_change(now).is_err());
        assert!(timeline.runs(now.date).is_err());
    }
}
