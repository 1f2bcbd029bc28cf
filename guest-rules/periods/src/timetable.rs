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
                Ok(period) => lines.push(Line {
                    period,
                    instance_type: usage.instance_type.clone(),
                }),
                Err(found) => faults.extend(found),
            }
        }
        lines.sort_by(|one, other| one.period.name().cmp(other.period.name()));
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
        cuts.extend(
            self.lines
                .iter()
                .filter(|line| line.today || line.yesterday)
                .flat_map(|line| line.period.turns()),
        );
        cuts.sort_unstable();
        let mut stretches: Vec<Stretch> = Vec::with_capacity(cuts.len());
        for (&begin, &end) in cuts
            .iter()
            .zip(cuts.iter().skip(1))
            .filter(|(begin, end)| begin < end)
        {
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
