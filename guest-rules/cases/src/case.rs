//! A case: what the rule is given and what it should answer, checked; and what an answer differs in.

use std::{collections::BTreeMap, fmt};

use chrono::{NaiveDate, NaiveDateTime};
use serde_json::{Map, Value};

use crate::{
    line::{
        Action, DecisionLine, ExceptionLine, GroupLine, PeriodLine, ServerLine, SpanLine, Want,
    },
    raw::{RawCase, RawCases, RawData, RawDatum},
};

/// Most days of one case; a stretch of a year and a day.
const MOST_DAYS: usize = 366;

/// What a case expects: an answer, or an error that begins like this.
pub type Expected<T> = Result<T, String>;

/// What a rule answered, or the error that it answered with.
pub type Ruled<T> = Result<T, String>;

/// A case of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// What it says.
    pub name: String,
    /// The rule's configuration.
    pub config: Map<String, Value>,
    /// What is bound to the rule; the name is none where it is the only one that the rule asks for.
    pub data: Vec<(Option<String>, Datum)>,
    /// What is asked of it.
    pub kind: Kind,
}

/// Data of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Datum {
    /// The bytes themselves.
    Text(String),
    /// A file, named from the folder of the cases.
    File(String),
}

/// What is asked of the rule.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// The plan of days.
    Plan(PlanCase),
    /// Decisions.
    Decide(DecideCase),
    /// A message.
    Format(FormatCase),
}

/// Days, and what they should be.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanCase {
    /// At least one.
    pub dates: Vec<NaiveDate>,
    /// IANA name of the schedule's zone.
    pub zone: String,
    /// The schedule's calendar of days off.
    pub calendar: Option<String>,
    /// The schedule's periods.
    pub periods: Vec<PeriodLine>,
    /// What the rules before this one painted.
    pub so_far: Vec<SpanLine>,
    /// The plan of the day before, where there are exceptions.
    pub day_before: Option<Vec<SpanLine>>,
    /// Those of the day and of the day before.
    pub exceptions: Vec<ExceptionLine>,
    /// Spans and notes.
    pub expected: Expected<(Vec<SpanLine>, Vec<String>)>,
}

/// Servers, and what should be done about them.
#[derive(Debug, Clone, PartialEq)]
pub struct DecideCase {
    /// The servers with what has been decided so far.
    pub servers: Vec<ServerLine>,
    /// What the plan wants, and why.
    pub wanted: (Want, String),
    /// An order above the plan, and whose.
    pub forced: Option<(Want, String)>,
    /// The time, for rules that ask for it.
    pub now: NaiveDateTime,
    /// Options of the schedule that are on.
    pub options: Vec<String>,
    /// The schedule's groups.
    pub groups: Vec<GroupLine>,
    /// What is said of the answer.
    pub expected: Expected<Decided>,
}

/// What a case says of decisions; what is none may be anything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decided {
    decisions: Vec<DecisionLine>,
    starts: Option<Vec<String>>,
    stops: Option<Vec<String>>,
    waits: BTreeMap<String, String>,
}

/// A reply, and what its message should be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatCase {
    /// Name of the reply.
    pub reply: String,
    /// The language, `ko` when nothing is said.
    pub locale: String,
    /// `off`, `light` or `full`.
    pub persona: String,
    /// The word that the command began with.
    pub keyword: String,
    /// What the message must be like.
    pub expected: Expected<Said>,
}

/// What a case says of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    says: Vec<String>,
    never: Vec<String>,
    color: Option<String>,
}

/// What was expected and what came instead, line by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What was expected.
    pub expected: Vec<String>,
    /// What came.
    pub got: Vec<String>,
}

/// The lines of both, in order: `-` before what is missing, `+` before what should not be there.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut expected, mut got) = (&self.expected[..], &self.got[..]);
        while let Some((line, rest)) = expected.split_first() {
            match got.iter().position(|other| other == line) {
                Some(place) => {
                    for extra in &got[..place] {
                        writeln!(f, "+ {extra}")?;
                    }
                    writeln!(f, "  {line}")?;
                    got = &got[place + 1..];
                }
                None => writeln!(f, "- {line}")?,
            }
            expected = rest;
        }
        for extra in got {
            writeln!(f, "+ {extra}")?;
        }
        Ok(())
    }
}

/// Reads a file of cases.
///
/// # Errors
/// Every fault of it, each with the case that it is in; a file that is no TOML has one, with its line.
pub fn read(text: &str) -> Result<Vec<Case>, Vec<String>> {
    let raw: RawCases = toml::from_str(text).map_err(|error| vec![error.to_string()])?;
    let mut faults = Vec::new();
    let mut cases: Vec<Case> = Vec::with_capacity(raw.case.len());
    for case in raw.case {
        let name = case.name.clone();
        let mut reader = Reader { faults: Vec::new() };
        let read = reader.case(case);
        faults.extend(
            reader
                .faults
                .into_iter()
                .map(|fault| format!("case `{name}`: {fault}")),
        );
        if cases.iter().any(|case| case.name == name) {
            faults.push(format!("case `{name}`: there are two of this name"));
        }
        cases.extend(read);
    }
    if faults.is_empty() {
        Ok(cases)
    } else {
        Err(faults)
    }
}

struct Reader {
    faults: Vec<String>,
}

impl Reader {
    fn fault(&mut self, message: impl Into<String>) {
        self.faults.push(message.into());
    }

    fn noted<T>(&mut self, key: &str, read: Result<T, String>) -> Option<T> {
        read.map_err(|why| self.fault(format!("`{key}`: {why}")))
            .ok()
    }

    fn lines<T: std::str::FromStr<Err = String>>(&mut self, key: &str, lines: &[String]) -> Vec<T> {
        lines
            .iter()
            .filter_map(|line| self.noted(key, line.parse()))
            .collect()
    }

    fn lines_or<T: std::str::FromStr<Err = String>>(
        &mut self,
        key: &str,
        lines: Option<Vec<String>>,
        default: &str,
    ) -> Vec<T> {
        self.lines(key, &lines.unwrap_or_else(|| vec![default.to_owned()]))
    }

    fn case(&mut self, raw: RawCase) -> Option<Case> {
        let [plan, decide, format] = raw.keys();
        let has = |keys: &[&str], key| keys.contains(&key);
        let (kind, others) = if has(&decide, "servers") {
            ("a decider's, as it has `servers`", [plan, format])
        } else if has(&format, "reply") {
            ("a formatter's, as it has a `reply`", [plan, decide])
        } else if has(&plan, "date") || has(&plan, "dates") {
            ("a planner's, as it has a date", [decide, format])
        } else {
            self.fault(
                "it has none of `date`, `dates`, `servers` and `reply`, so that nothing is asked",
            );
            return None;
        };
        for key in others.into_iter().flatten() {
            self.fault(format!("`{key}` has no meaning here: the case is {kind}"));
        }
        let data = match raw.data {
            None => Vec::new(),
            Some(RawData::Only(ref text)) => vec![(None, Datum::Text(text.clone()))],
            Some(RawData::Named(ref named)) => named
                .iter()
                .map(|(name, datum)| {
                    let datum = match datum {
                        RawDatum::Text(text) => Datum::Text(text.clone()),
                        RawDatum::File { file } => Datum::File(file.clone()),
                    };
                    (Some(name.clone()), datum)
                })
                .collect(),
        };
        let (name, config) = (raw.name.clone(), raw.config.clone());
        let kind = if raw.servers.is_some() {
            Kind::Decide(self.decide(raw)?)
        } else if raw.reply.is_some() {
            Kind::Format(self.format(raw)?)
        } else {
            Kind::Plan(self.plan(raw)?)
        };
        Some(Case {
            name,
            config,
            data,
            kind,
        })
    }

    fn plan(&mut self, raw: RawCase) -> Option<PlanCase> {
        let asked: Vec<String> = raw
            .date
            .into_iter()
            .chain(raw.dates.into_iter().flatten())
            .collect();
        let mut dates = Vec::new();
        for text in &asked {
            dates.extend(self.noted("dates", stretch(text)).unwrap_or_default());
        }
        if dates.len() > MOST_DAYS {
            self.fault(format!(
                "it has {} days; at most {MOST_DAYS} are allowed",
                dates.len()
            ));
        }
        let spans = raw.spans.map(|lines| self.lines("spans", &lines));
        let expected = match (spans, raw.error) {
            (Some(spans), None) => Ok((spans, raw.notes.unwrap_or_default())),
            (None, Some(error)) if raw.notes.is_none() => Err(error),
            (None, Some(_)) => {
                self.fault("it has both `notes` and `error`; a rule that answers with an error has no notes");
                return None;
            }
            (Some(_), Some(_)) => {
                self.fault("it has both `spans` and `error`; a rule answers with one of them");
                return None;
            }
            (None, None) => {
                self.fault("it has neither `spans` nor `error`, so that nothing is expected; an empty day is `spans = []`");
                return None;
            }
        };
        Some(PlanCase {
            dates,
            zone: raw.zone.unwrap_or_else(|| "Asia/Seoul".to_owned()),
            calendar: raw.calendar,
            periods: self.lines_or("periods", raw.periods, "office 09:00-18:00"),
            so_far: self.lines_or("so_far", raw.so_far, "09:00-18:00 run period office"),
            day_before: raw.day_before.map(|lines| self.lines("day_before", &lines)),
            exceptions: self.lines("exceptions", &raw.exceptions.unwrap_or_default()),
            expected,
        })
    }

    fn decide(&mut self, raw: RawCase) -> Option<DecideCase> {
        const OPTIONS: [&str; 4] = [
            "enforced",
            "retain-running",
            "keep-new-instances",
            "hibernate",
        ];
        let mut servers: Vec<ServerLine> = self.lines("servers", &raw.servers.unwrap_or_default());
        for (id, tags) in raw.tags.into_iter().flatten() {
            match servers.iter_mut().find(|server| server.id == id) {
                Some(server) => server.tags = tags,
                None => self.fault(format!("`tags`: `{id}` is none of its servers")),
            }
        }
        let decided = Decided {
            decisions: self.lines("decisions", raw.decisions.as_deref().unwrap_or_default()),
            starts: raw.starts,
            stops: raw.stops,
            waits: raw.waits.unwrap_or_default(),
        };
        for id in decided.ids() {
            if !servers.iter().any(|server| server.id == *id) {
                self.fault(format!("`{id}` is none of its servers"));
            }
        }
        let expected = match raw.error {
            None if decided == Decided::default() => {
                self.fault("it has none of `decisions`, `starts`, `stops`, `waits` and `error`, so that nothing is expected");
                return None;
            }
            None => Ok(decided),
            Some(error) if decided == Decided::default() => Err(error),
            Some(_) => {
                self.fault("it has both decisions and `error`; a rule answers with one of them");
                return None;
            }
        };
        let options = raw.options.unwrap_or_default();
        for option in &options {
            if !OPTIONS.contains(&option.as_str()) {
                self.fault(format!(
                    "`options`: `{option}` is no option; there are {}",
                    OPTIONS.join(", ")
                ));
            }
        }
        let wanted = raw.wanted.as_deref().unwrap_or("run period office-hours");
        let now = raw.now.as_deref().unwrap_or("2026-11-23 09:00");
        let now_read = NaiveDateTime::parse_from_str(&format!("{now}:00"), "%Y-%m-%d %H:%M:%S")
            .map_err(|_| format!("`{now}` is no time; write `2026-11-23 09:00`"));
        Some(DecideCase {
            wanted: self.noted("wanted", want_and(wanted, " "))?,
            forced: match raw.forced.as_deref() {
                Some(forced) => Some(self.noted("forced", want_and(forced, " by "))?),
                None => None,
            },
            now: self.noted("now", now_read)?,
            groups: self.lines("groups", &raw.groups.unwrap_or_default()),
            servers,
            options,
            expected,
        })
    }

    fn format(&mut self, raw: RawCase) -> Option<FormatCase> {
        let said = Said {
            says: raw.says.unwrap_or_default(),
            never: raw.never.unwrap_or_default(),
            color: raw.color,
        };
        let expected = match raw.error {
            None if said == Said::default() => {
                self.fault("it has none of `says`, `never`, `color` and `error`, so that nothing is expected");
                return None;
            }
            None => Ok(said),
            Some(error) => Err(error),
        };
        let persona = raw.persona.unwrap_or_else(|| "light".to_owned());
        if !["off", "light", "full"].contains(&persona.as_str()) {
            self.fault(format!(
                "`persona`: `{persona}` is none of `off`, `light` and `full`"
            ));
        }
        Some(FormatCase {
            reply: raw.reply?,
            locale: raw.locale.unwrap_or_else(|| "ko".to_owned()),
            persona,
            keyword: raw.keyword.unwrap_or_else(|| "서버".to_owned()),
            expected,
        })
    }
}

impl Decided {
    fn ids(&self) -> impl Iterator<Item = &String> {
        let listed = self.decisions.iter().map(|decision| &decision.id);
        let lists = self.starts.iter().chain(&self.stops).flatten();
        listed.chain(lists).chain(self.waits.keys())
    }
}

impl PlanCase {
    /// What `got`, spans and notes, differs in.
    #[must_use]
    pub fn differs(&self, got: &Ruled<(Vec<SpanLine>, Vec<String>)>) -> Option<Difference> {
        let lines = |(spans, notes): &(Vec<SpanLine>, Vec<String>)| {
            spans
                .iter()
                .map(SpanLine::to_string)
                .chain(notes.iter().map(|note| format!("note: {note}")))
                .collect()
        };
        compare(&self.expected, got, lines, |expected, got| expected == got)
    }
}

impl DecideCase {
    /// What `got`, one decision for each server in which nothing is left out, differs in.
    #[must_use]
    pub fn differs(&self, got: &Ruled<Vec<DecisionLine>>) -> Option<Difference> {
        let (decided, got) = match (&self.expected, got) {
            (Ok(decided), Ok(got)) => (decided, got),
            (Err(beginning), Err(error)) => return error_differs(beginning, error),
            (Ok(decided), Err(error)) => {
                return Some(Difference {
                    expected: decided.ids().map(|id| format!("{id}: …")).collect(),
                    got: vec![format!("error: {error}")],
                });
            }
            (Err(beginning), Ok(got)) => {
                return Some(Difference {
                    expected: vec![format!("error: {beginning}…")],
                    got: got.iter().map(DecisionLine::to_string).collect(),
                });
            }
        };
        let mut difference = Difference {
            expected: Vec::new(),
            got: Vec::new(),
        };
        let mut line = |expected: String, got: String| {
            difference.expected.push(expected);
            difference.got.push(got);
        };
        let of = |id: &str| got.iter().find(|decision| decision.id == id);
        for asked in &decided.decisions {
            match of(&asked.id) {
                Some(got) => line(asked.to_string(), asked.as_told(got).to_string()),
                None => line(asked.to_string(), format!("{}: no decision", asked.id)),
            }
        }
        let ids = |keep: &dyn Fn(&Action) -> bool| -> Vec<&str> {
            got.iter()
                .filter(|decision| keep(&decision.action))
                .map(|decision| decision.id.as_str())
                .collect()
        };
        if let Some(starts) = &decided.starts {
            let started = ids(&|action| matches!(action, Action::Start | Action::Resize(_)));
            line(
                format!("starts: {}", starts.join(", ")),
                format!("starts: {}", started.join(", ")),
            );
        }
        if let Some(stops) = &decided.stops {
            let stopped = ids(&|action| matches!(action, Action::Stop));
            line(
                format!("stops: {}", stops.join(", ")),
                format!("stops: {}", stopped.join(", ")),
            );
        }
        for (id, reason) in &decided.waits {
            let got = of(id).map_or_else(String::new, |decision| {
                let reason = decision.reason.as_deref().unwrap_or_default();
                format!("{id}: {} {reason}", decision.action)
            });
            line(format!("{id}: none {reason}"), got);
        }
        (difference.expected != difference.got).then_some(difference)
    }
}

impl FormatCase {
    /// What a message differs in: its text with all its blocks, and its colour.
    #[must_use]
    pub fn differs(&self, got: &Ruled<(String, String)>) -> Option<Difference> {
        let (said, text, color) = match (&self.expected, got) {
            (Ok(said), Ok((text, color))) => (said, text, color),
            (Err(beginning), Err(error)) => return error_differs(beginning, error),
            (Ok(_), Err(error)) => {
                return Some(Difference {
                    expected: vec!["a message".to_owned()],
                    got: vec![format!("error: {error}")],
                });
            }
            (Err(beginning), Ok((text, _))) => {
                return Some(Difference {
                    expected: vec![format!("error: {beginning}…")],
                    got: text.lines().map(str::to_owned).collect(),
                });
            }
        };
        let missing = said.says.iter().filter(|part| !text.contains(*part));
        let present = said.never.iter().filter(|part| text.contains(*part));
        let mut expected: Vec<String> = missing
            .map(|part| format!("says `{part}`"))
            .chain(present.map(|part| format!("never `{part}`")))
            .collect();
        if let Some(asked) = &said.color
            && asked != color
        {
            expected.push(format!("colour {asked}, not {color}"));
        }
        (!expected.is_empty()).then(|| Difference {
            expected,
            got: text.lines().map(str::to_owned).collect(),
        })
    }
}

fn compare<T>(
    expected: &Expected<T>,
    got: &Ruled<T>,
    lines: impl Fn(&T) -> Vec<String>,
    same: impl Fn(&T, &T) -> bool,
) -> Option<Difference> {
    match (expected, got) {
        (Ok(expected), Ok(got)) if same(expected, got) => None,
        (Err(beginning), Err(error)) => error_differs(beginning, error),
        (expected, got) => Some(Difference {
            expected: match expected {
                Ok(expected) => lines(expected),
                Err(beginning) => vec![format!("error: {beginning}…")],
            },
            got: match got {
                Ok(got) => lines(got),
                Err(error) => vec![format!("error: {error}")],
            },
        }),
    }
}

/// The host says before an error what kind it is of; a case has the rule's own words.
fn error_differs(beginning: &str, error: &str) -> Option<Difference> {
    let own = error.split_once(": ").map_or(error, |(_, own)| own);
    (!error.starts_with(beginning) && !own.starts_with(beginning)).then(|| Difference {
        expected: vec![format!("error: {beginning}…")],
        got: vec![format!("error: {error}")],
    })
}

/// A date, or `first..last`.
fn stretch(text: &str) -> Result<Vec<NaiveDate>, String> {
    let date = |text: &str| {
        text.trim()
            .parse::<NaiveDate>()
            .map_err(|_| format!("`{text}` is no date; write `2026-11-23`"))
    };
    let Some((first, last)) = text.split_once("..") else {
        return Ok(vec![date(text)?]);
    };
    let (first, last) = (date(first)?, date(last)?);
    if last < first {
        return Err(format!("`{text}` ends before it begins"));
    }
    Ok(first
        .iter_days()
        .take_while(|day| *day <= last)
        .take(MOST_DAYS + 1)
        .collect())
}

fn want_and(text: &str, between: &str) -> Result<(Want, String), String> {
    let (want, why) = text.split_once(between).unwrap_or((text, ""));
    Ok((want.parse()?, why.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str, why: &str) {
        let faults = read(text).err().unwrap_or_default();
        assert!(faults.iter().any(|fault| fault.contains(why)), "{faults:?}");
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        refused(
            "[[case]]\nname = \"a\"\ndate = \"2026-11-23\"\nspan = []\n",
            "span",
        );
        refused(
            "[[case]]\nname = \"a\"\ndate = \"2026-11-23\"\nspan = []\n",
            "line 4",
        );
    }

    #[test]
    fn a_key_of_another_kind_is_refused() {
        refused(
            "[[case]]\nname = \"a\"\ndate = \"2026-11-23\"\nspans = []\nstarts = []\n",
            "case `a`: `starts` has no meaning here: the case is a planner's",
        );
    }

    #[test]
    fn every_fault_is_told() {
        let text = "[[case]]\nname = \"a\"\ndate = \"2026-11-31\"\nspans = [\"9 run\"]\n[[case]]\nname = \"b\"\n";
        let faults = read(text).err().unwrap_or_default();
        assert_eq!(faults.len(), 3, "{faults:?}");
    }

    #[test]
    fn a_case_that_expects_nothing_is_refused() {
        refused(
            "[[case]]\nname = \"a\"\ndate = \"2026-11-23\"\n",
            "`spans = []`",
        );
        refused(
            "[[case]]\nname = \"a\"\nservers = []\n",
            "nothing is expected",
        );
        refused(
            "[[case]]\nname = \"a\"\nreply = \"help\"\n",
            "nothing is expected",
        );
    }

    #[test]
    fn a_stretch_of_days_is_every_day_of_it() {
        assert_eq!(
            stretch("2026-12-30..2027-01-02").map(|days| days.len()),
            Ok(4)
        );
        assert!(stretch("2027-01-02..2026-12-30").is_err());
    }

    #[test]
    fn a_difference_has_both_sides_in_order() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect();
        let difference = Difference {
            expected: words("a b c"),
            got: words("a x c y"),
        };
        assert_eq!(difference.to_string(), "  a\n- b\n+ x\n  c\n+ y\n");
    }

    #[test]
    fn an_error_is_compared_with_its_beginning_in_the_words_of_the_rule() {
        assert_eq!(
            error_differs("nothing is bound", "it lacks data: nothing is bound to `x`"),
            None
        );
        assert_eq!(
            error_differs("data `x`, line 2", "data `x`, line 2: no"),
            None
        );
        assert!(error_differs("nothing is bound", "something else").is_some());
    }

    #[test]
    fn what_a_decision_leaves_out_may_be_anything() {
        let text = "[[case]]\nname = \"a\"\nservers = [\"a: stopped start\"]\ndecisions = [\"a: start\"]\n";
        let cases = read(text).unwrap_or_default();
        let Some(Kind::Decide(case)) = cases.first().map(|case| case.kind.clone()) else {
            unreachable!("{cases:?}")
        };
        let got = |line: &str| {
            Ok(vec![
                line.parse::<DecisionLine>()
                    .unwrap_or_else(|why| unreachable!("{why}")),
            ])
        };
        assert_eq!(case.differs(&got("a: start [running] so far")), None);
        assert!(case.differs(&got("a: none [running] so far")).is_some());
    }
}
