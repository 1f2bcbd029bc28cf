//! A case: what the rule is given and what it should answer, checked.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use serde_json::{Map, Value};

use crate::line::{DecisionLine, ExceptionLine, GroupLine, PeriodLine, ServerLine, SpanLine, Want};

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
    pub(crate) decisions: Vec<DecisionLine>,
    pub(crate) starts: Option<Vec<String>>,
    pub(crate) stops: Option<Vec<String>>,
    pub(crate) waits: BTreeMap<String, String>,
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
    pub(crate) says: Vec<String>,
    pub(crate) never: Vec<String>,
    pub(crate) color: Option<String>,
}

impl Decided {
    /// The servers that it names.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &String> {
        let listed = self.decisions.iter().map(|decision| &decision.id);
        let lists = self.starts.iter().chain(&self.stops).flatten();
        listed.chain(lists).chain(self.waits.keys())
    }
}
