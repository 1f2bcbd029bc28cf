//! All periods of a schedule together.

use crate::calendar::CalendarDay;
use crate::period::{Period, Says};
use reveille_sdk::DAY;
use reveille_sdk::planner::Fault;
use reveille_sdk::types::{Date, DayPlan, Minute, Schedule, Span, Want};

/// Name that stands for the period when `override_status` decides.
const OVERRIDE: &str = "override_status";

/// A schedule whose periods have been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timetable {
    override_status: Option<Want>,
    /// By name.
    lines: Vec<Line>,
}

/// A period and the instance type that servers have in it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    period: Period,
    instance_type: Option<String>,
}

/// What a schedule says of a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State<'a> {
    /// Running, stopped, or whatever it is.
    pub want: Want,
    /// Where it runs: the period that has the say. `override_status` stands for a period too.
    pub period: Option<&'a str>,
    /// Where it runs: the type that servers should have.
    pub instance_type: Option<&'a str>,
}

impl Timetable {
    /// Reads the periods of a schedule. Those of a schedule with an `override_status` are not looked at.
    ///
    /// # Errors
    ///
    /// Everything in them that cannot be read.
    pub fn read(schedule: &Schedule) -> Result<Self, Vec<Fault>> {
        if schedule.override_status.is_some() {
            return Ok(Self {
                override_status: schedule.override_status,
                lines: Vec::new(),
            });
        }
        let mut lines = Vec::with_capacity(schedule.periods.len());
        let mut faults = Vec::new();
        for usage in &schedule.periods {
            match Period::read(&usage.period) {
                Ok(period) => {
                    // They come in the order of their names; those that do not are put there.
                    let at =
                        lines.partition_point(|line: &Line| line.period.name() <= period.name());
                    lines.insert(
                        at,
                        Line {
                            period,
                            instance_type: usage.instance_type.clone(),
                        },
                    );
                }
                Err(found) => faults.extend(found),
            }
        }
        if faults.is_empty() {
            Ok(Self {
                override_status: None,
                lines,
            })
        } else {
            Err(faults)
        }
    }

    /// What should be at a minute of a date.
    pub fn at(&self, date: Date, minute: Minute) -> State<'_> {
        if let Some(want) = self.override_status {
            return State {
                want,
                period: Some(OVERRIDE),
                instance_type: None,
            };
        }
        let day = Day::new(self, date);
        let stretches = day.stretches();
        let found = stretches
            .iter()
            .find(|stretch| stretch.begin <= minute && minute < stretch.end);
        found
            .map_or(Voice::Stop, |stretch| stretch.voice)
            .state(&self.lines)
    }

    /// The plan of a date.
    pub fn plan(&self, date: Date) -> DayPlan {
        if let Some(want) = self.override_status {
            let mut plan = DayPlan::whole_day(want, OVERRIDE);
            plan.spans
                .iter_mut()
                .for_each(|span| span.period = Some(OVERRIDE.into()));
            return plan;
        }
        let spans = Day::new(self, date)
            .stretches()
            .into_iter()
            .filter_map(|stretch| {
                let line = self.lines.get(stretch.voice.line()?)?;
                let state = stretch.voice.state(&self.lines);
                let reason = format!("period {}", line.period.name());
                let mut span = Span::new(stretch.begin, stretch.end, state.want, reason);
                span.period = state.period.map(Into::into);
                span.instance_type = state.instance_type.map(Into::into);
                Some(span)
            })
            .collect();
        DayPlan {
            spans,
            notes: Vec::new(),
        }
    }
}

/// Who has the say: the line is its place in the timetable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Voice {
    Stop,
    Hold(usize),
    Run(usize),
}

impl Voice {
    fn line(self) -> Option<usize> {
        match self {
            Self::Stop => None,
            Self::Hold(line) | Self::Run(line) => Some(line),
        }
    }

    fn state(self, lines: &[Line]) -> State<'_> {
        match self {
            Self::Stop => State {
                want: Want::Stop,
                period: None,
                instance_type: None,
            },
            Self::Hold(_) => State {
                want: Want::Hold,
                period: None,
                instance_type: None,
            },
            Self::Run(line) => {
                let line = lines.get(line);
                State {
                    want: Want::Run,
                    period: line.map(|line| line.period.name()),
                    instance_type: line.and_then(|line| line.instance_type.as_deref()),
                }
            }
        }
    }

    fn runs(self) -> bool {
        matches!(self, Self::Run(_))
    }
}

/// A stretch of the day in which the same line has the say.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    begin: Minute,
    end: Minute,
    voice: Voice,
}

/// A date as the timetable sees it: which lines select it and its neighbours.
struct Day<'a> {
    lines: Vec<Selected<'a>>,
}

struct Selected<'a> {
    period: &'a Period,
    yesterday: bool,
    today: bool,
    tomorrow: bool,
}

impl<'a> Day<'a> {
    fn new(timetable: &'a Timetable, date: Date) -> Self {
        let [yesterday, today, tomorrow] =
            [date.minus_days(1), date, date.plus_days(1)].map(CalendarDay::from);
        let select = |Line { period, .. }: &'a Line| Selected {
            period,
            yesterday: period.selects(&yesterday),
            today: period.selects(&today),
            tomorrow: period.selects(&tomorrow),
        };
        Self {
            lines: timetable.lines.iter().map(select).collect(),
        }
    }

    /// Who has the say: running before any before stopped, and of the running that which began last.
    fn voice(&self, says: impl Fn(&Selected<'a>) -> Says) -> Voice {
        let (mut voice, mut latest) = (Voice::Stop, None);
        for (line, selected) in self.lines.iter().enumerate() {
            match (says(selected), voice) {
                // Strictly later: among equal begins the first by name keeps the say.
                (Says::Run(begun), _) if latest < Some(begun) => {
                    (voice, latest) = (Voice::Run(line), Some(begun))
                }
                (Says::Hold, Voice::Stop) => voice = Voice::Hold(line),
                _ => {}
            }
        }
        voice
    }

    fn at(&self, minute: Minute) -> Voice {
        self.voice(|line| line.period.says(minute, line.today, line.yesterday))
    }

    /// At 23:59 of the day before. What began two days ago has ended by then: it ends before it began.
    fn just_before(&self) -> Voice {
        self.voice(|line| line.period.says(DAY - 1, line.yesterday, false))
    }

    /// At 00:00 of the next day.
    fn just_after(&self) -> Voice {
        self.voice(|line| line.period.says(0, line.tomorrow, line.today))
    }

    fn stretches(&self) -> Vec<Stretch> {
        let mut stretches = self.unbridged();
        if self.lines.len() > 1 {
            self.bridge(&mut stretches);
        }
        stretches.dedup_by(|next, stretch| {
            let same = stretch.voice == next.voice;
            if same {
                stretch.end = next.end;
            }
            same
        });
        stretches
    }

    /// The day cut where something may change, neighbours that agree put together.
    fn unbridged(&self) -> Vec<Stretch> {
        let mut cuts = vec![0, DAY];
        for line in self
            .lines
            .iter()
            .filter(|line| line.today || line.yesterday)
        {
            for turn in line.period.turns() {
                if let Err(at) = cuts.binary_search(&turn) {
                    cuts.insert(at, turn);
                }
            }
        }
        let mut stretches: Vec<Stretch> = Vec::with_capacity(cuts.len());
        for (&begin, &end) in cuts.iter().zip(cuts.iter().skip(1)) {
            let voice = self.at(begin);
            match stretches.last_mut() {
                Some(last) if last.voice == voice => last.end = end,
                _ => stretches.push(Stretch { begin, end, voice }),
            }
        }
        stretches
    }

    /// A stop of a single minute between two runs belongs to the run that follows, also across midnight.
    fn bridge(&self, stretches: &mut [Stretch]) {
        for at in 0..stretches.len() {
            let Some(&stretch) = stretches.get(at) else {
                continue;
            };
            if stretch.voice != Voice::Stop || stretch.end - stretch.begin != 1 {
                continue;
            }
            let neighbour = |index: usize| stretches.get(index).map(|stretch| stretch.voice);
            let before = at
                .checked_sub(1)
                .and_then(neighbour)
                .unwrap_or_else(|| self.just_before());
            let after = neighbour(at + 1).unwrap_or_else(|| self.just_after());
            if before.runs()
                && after.runs()
                && let Some(gap) = stretches.get_mut(at)
            {
                gap.voice = after;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reveille_sdk::testing::{date, schedule};
    use reveille_sdk::types::{Period, PeriodUse};

    const MONDAY: &str = "2026-11-23";

    fn named(name: &str) -> Period {
        Period::named(name)
    }

    fn timetable(periods: impl IntoIterator<Item = Period>) -> Timetable {
        Timetable::read(&schedule("seoul", periods)).unwrap()
    }

    /// Checks the spans of a day: begin and end as times, want, and the period that has the say.
    #[track_caller]
    fn check(timetable: &Timetable, day: &str, expected: &[(&str, &str, Want, Option<&str>)]) {
        let time = |minute: Minute| format!("{:02}:{:02}", minute / 60, minute % 60);
        let plan = timetable.plan(date(day));
        let spans: Vec<_> = plan
            .spans
            .iter()
            .map(|span| {
                (
                    time(span.begin),
                    time(span.end),
                    span.want,
                    span.period.as_deref(),
                )
            })
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|&(begin, end, want, period)| (begin.to_owned(), end.to_owned(), want, period))
            .collect();
        assert_eq!(spans, expected);
    }

    #[test]
    fn running_is_above_any_and_any_is_above_stopped() {
        let periods = [
            named("hold").ends("20:00"),
            named("run").begins("09:00").ends("18:00"),
            named("stop").on_weekdays("sun"),
        ];
        check(
            &timetable(periods),
            MONDAY,
            &[
                ("00:00", "09:00", Want::Hold, None),
                ("09:00", "18:00", Want::Run, Some("run")),
                ("18:00", "20:00", Want::Hold, None),
            ],
        );
    }

    #[test]
    fn the_running_period_that_began_last_has_the_say() {
        let periods = [
            named("a").begins("09:00").ends("18:00"),
            named("b").begins("12:00").ends("14:00"),
            named("whole-day").on_weekdays("mon"),
        ];
        check(
            &timetable(periods),
            MONDAY,
            &[
                ("00:00", "09:00", Want::Run, Some("whole-day")),
                ("09:00", "12:00", Want::Run, Some("a")),
                ("12:00", "14:00", Want::Run, Some("b")),
                ("14:00", "18:00", Want::Run, Some("a")),
                ("18:00", "24:00", Want::Run, Some("whole-day")),
            ],
        );
    }

    #[test]
    fn among_equal_begins_the_first_by_name_has_the_say() {
        let periods = [
            named("b").begins("09:00").ends("18:00"),
            named("a").begins("09:00").ends("12:00"),
        ];
        check(
            &timetable(periods),
            MONDAY,
            &[
                ("09:00", "12:00", Want::Run, Some("a")),
                ("12:00", "18:00", Want::Run, Some("b")),
            ],
        );
    }

    #[test]
    fn what_began_yesterday_began_before_what_began_at_midnight() {
        let periods = [
            named("night").begins("22:00").ends("06:00"),
            named("dawn").begins("00:00").ends("03:00"),
        ];
        check(
            &timetable(periods),
            MONDAY,
            &[
                ("00:00", "03:00", Want::Run, Some("dawn")),
                ("03:00", "06:00", Want::Run, Some("night")),
                ("22:00", "24:00", Want::Run, Some("night")),
            ],
        );
    }

    #[test]
    fn the_type_is_that_of_the_period_that_has_the_say() {
        let mut schedule = schedule("seoul", [named("a").begins("09:00").ends("18:00")]);
        schedule.periods.push(
            named("b")
                .begins("12:00")
                .ends("13:00")
                .with_type("t3.large"),
        );
        let plan = Timetable::read(&schedule).unwrap().plan(date(MONDAY));
        let types: Vec<_> = plan
            .spans
            .iter()
            .map(|span| span.instance_type.as_deref())
            .collect();
        assert_eq!(types, [None, Some("t3.large"), None]);
    }

    #[test]
    fn a_period_that_crosses_midnight_belongs_to_the_day_on_which_it_begins() {
        let timetable = timetable([named("night")
            .begins("22:00")
            .ends("06:00")
            .on_weekdays("fri")]);
        check(&timetable, "2026-11-26", &[]);
        check(
            &timetable,
            "2026-11-27",
            &[("22:00", "24:00", Want::Run, Some("night"))],
        );
        check(
            &timetable,
            "2026-11-28",
            &[("00:00", "06:00", Want::Run, Some("night"))],
        );
        check(&timetable, "2026-11-29", &[]);
    }

    #[test]
    fn a_period_that_crosses_midnight_follows_its_day_over_the_end_of_a_month() {
        let timetable = timetable([named("night")
            .begins("22:00")
            .ends("06:00")
            .on_monthdays("L")]);
        check(
            &timetable,
            "2028-02-29",
            &[("22:00", "24:00", Want::Run, Some("night"))],
        );
        check(
            &timetable,
            "2028-03-01",
            &[("00:00", "06:00", Want::Run, Some("night"))],
        );
    }

    #[test]
    fn a_gap_of_one_minute_is_bridged_by_the_period_that_follows() {
        let periods = [
            named("a").begins("09:00").ends("10:00"),
            named("b").begins("10:01").ends("11:00"),
        ];
        check(
            &timetable(periods),
            MONDAY,
            &[
                ("09:00", "10:00", Want::Run, Some("a")),
                ("10:00", "11:00", Want::Run, Some("b")),
            ],
        );
    }

    #[test]
    fn a_gap_of_two_minutes_is_a_stop() {
        let periods = [
            named("a").begins("09:00").ends("10:00"),
            named("b").begins("10:02").ends("11:00"),
        ];
        check(
            &timetable(periods),
            MONDAY,
            &[
                ("09:00", "10:00", Want::Run, Some("a")),
                ("10:02", "11:00", Want::Run, Some("b")),
            ],
        );
    }

    #[test]
    fn a_gap_of_one_minute_is_bridged_across_midnight() {
        let timetable = timetable([
            named("evening")
                .begins("22:00")
                .ends("23:59")
                .on_weekdays("mon"),
            named("morning")
                .begins("00:00")
                .ends("05:00")
                .on_weekdays("tue"),
            named("late")
                .begins("00:01")
                .ends("05:00")
                .on_weekdays("wed"),
            named("to-midnight")
                .begins("22:00")
                .ends("24:00")
                .on_weekdays("tue"),
        ]);
        check(
            &timetable,
            MONDAY,
            &[
                ("22:00", "23:59", Want::Run, Some("evening")),
                ("23:59", "24:00", Want::Run, Some("morning")),
            ],
        );
        check(
            &timetable,
            "2026-11-25",
            &[("00:00", "05:00", Want::Run, Some("late"))],
        );
    }

    #[test]
    fn one_period_alone_is_not_bridged() {
        let timetable = timetable([named("day").begins("00:00").ends("23:59")]);
        check(
            &timetable,
            MONDAY,
            &[("00:00", "23:59", Want::Run, Some("day"))],
        );
    }

    #[test]
    fn a_minute_of_any_needs_no_bridge_and_is_none() {
        let periods = [
            named("a").begins("09:00").ends("10:00"),
            named("b").begins("10:01").ends("11:00"),
            named("hold").ends("12:00"),
        ];
        let plan = timetable(periods).plan(date(MONDAY));
        assert_eq!(plan.want_at(600), Want::Hold);
    }

    #[test]
    fn a_minute_of_stop_between_run_and_any_is_a_stop() {
        let timetable = timetable([
            named("late")
                .begins("23:00")
                .ends("23:59")
                .on_weekdays("sat"),
            named("hold").ends("12:00").on_weekdays("sun"),
        ]);
        check(
            &timetable,
            "2026-11-21",
            &[("23:00", "23:59", Want::Run, Some("late"))],
        );
        check(
            &timetable,
            "2026-11-22",
            &[("00:00", "12:00", Want::Hold, None)],
        );
    }

    #[test]
    fn override_status_is_the_whole_day_and_hides_the_periods() {
        let mut schedule = schedule("seoul", [named("broken")]);
        for want in [Want::Run, Want::Stop] {
            schedule.override_status = Some(want);
            let timetable = Timetable::read(&schedule).unwrap();
            check(
                &timetable,
                MONDAY,
                &[("00:00", "24:00", want, Some("override_status"))],
            );
            assert_eq!(
                timetable.at(date(MONDAY), 5).period,
                Some("override_status")
            );
        }
    }

    #[test]
    fn a_schedule_without_periods_is_stopped() {
        check(&timetable([]), MONDAY, &[]);
    }

    #[test]
    fn every_run_says_which_period_it_is_and_every_hold_too() {
        let plan = timetable([named("a").begins("09:00")]).plan(date(MONDAY));
        assert!(plan.spans.iter().all(|span| span.reason == "period a"));
    }

    #[test]
    fn the_faults_of_all_periods_are_told() {
        let faults =
            Timetable::read(&schedule("seoul", [named("a"), named("b").begins("9")])).unwrap_err();
        let items: Vec<_> = faults.iter().map(|fault| &*fault.item).collect();
        assert_eq!(items, ["period a", "period b"]);
    }

    #[test]
    fn a_period_may_stand_in_a_schedule_twice_with_two_types() {
        let mut schedule = schedule("seoul", []);
        for instance_type in ["m5.large", "t3.micro"] {
            schedule
                .periods
                .push(named("a").begins("09:00").with_type(instance_type));
        }
        let use_of = |usage: &PeriodUse| usage.instance_type.clone();
        let state = Timetable::read(&schedule).unwrap();
        assert_eq!(
            state.at(date(MONDAY), 600).instance_type.map(Into::into),
            schedule.periods.first().and_then(use_of)
        );
    }
}
