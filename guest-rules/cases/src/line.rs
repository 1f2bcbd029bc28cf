//! The lines of a case: spans, periods, exceptions, groups, servers and decisions in a few words each.

use std::{collections::BTreeMap, fmt, str::FromStr};

use chrono::NaiveDate;

/// What should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// Run.
    Run,
    /// Stop.
    Stop,
    /// Leave as it is.
    Hold,
}

impl FromStr for Want {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "run" => Ok(Self::Run),
            "stop" => Ok(Self::Stop),
            "hold" => Ok(Self::Hold),
            _ => Err(format!("`{text}` is none of `run`, `stop` and `hold`")),
        }
    }
}

impl fmt::Display for Want {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Run => "run",
            Self::Stop => "stop",
            Self::Hold => "hold",
        })
    }
}

/// `begin-end want reason`, or `begin-end want@type reason`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpanLine {
    /// Minutes after 00:00.
    pub begin: u16,
    /// Minutes after 00:00, to 1440.
    pub end: u16,
    /// What should be.
    pub want: Want,
    /// Instance type while it runs.
    pub instance_type: Option<String>,
    /// Why; `period NAME` names the period that it comes from.
    pub reason: String,
}

impl SpanLine {
    /// The period that the reason names.
    #[must_use]
    pub fn period(&self) -> Option<&str> {
        self.reason.strip_prefix("period ")
    }
}

impl FromStr for SpanLine {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{line}` is no span; write `09:00-18:00 run reason`, with any reason");
        let (times, rest) = line.split_once(' ').ok_or_else(wrong)?;
        let (want, reason) = rest.split_once(' ').unwrap_or((rest, ""));
        let (want, instance_type) = match want.split_once('@') {
            Some((want, instance_type)) => (want, Some(instance_type.to_owned())),
            None => (want, None),
        };
        let (begin, end) = times_of(times).ok_or_else(wrong)?;
        Ok(Self {
            begin,
            end,
            want: want.parse().map_err(|why| format!("in `{line}`, {why}"))?,
            instance_type,
            reason: reason.to_owned(),
        })
    }
}

impl fmt::Display for SpanLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{} {}", clock(self.begin), clock(self.end), self.want)?;
        if let Some(instance_type) = &self.instance_type {
            write!(f, "@{instance_type}")?;
        }
        if self.reason.is_empty() {
            return Ok(());
        }
        write!(f, " {}", self.reason)
    }
}

/// `name begin-end` and, if need be, weekdays: `office 09:00-18:00 mon-fri`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodLine {
    /// Its name.
    pub name: String,
    /// Its `begintime`.
    pub begin: String,
    /// Its `endtime`.
    pub end: String,
    /// Its `weekdays`.
    pub weekdays: Option<String>,
}

impl FromStr for PeriodLine {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{line}` is no period; write `office 09:00-18:00` or `office 09:00-18:00 mon-fri`"
            )
        };
        let mut words = line.split_whitespace();
        let (name, times) = (
            words.next().ok_or_else(wrong)?,
            words.next().ok_or_else(wrong)?,
        );
        times_of(times).ok_or_else(wrong)?;
        let (begin, end) = times.split_once('-').ok_or_else(wrong)?;
        let weekdays: Vec<&str> = words.collect();
        Ok(Self {
            name: name.to_owned(),
            begin: begin.to_owned(),
            end: end.to_owned(),
            weekdays: (!weekdays.is_empty()).then(|| weekdays.join(" ")),
        })
    }
}

impl fmt::Display for PeriodLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}-{}", self.name, self.begin, self.end)?;
        match &self.weekdays {
            Some(weekdays) => write!(f, " {weekdays}"),
            None => Ok(()),
        }
    }
}

/// `DATE start|stop TIME|none`, and `by NAME` if need be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionLine {
    /// The day whose turn it changes.
    pub date: NaiveDate,
    /// Whether it changes the start; else the stop.
    pub start: bool,
    /// When the turn happens instead, in minutes to 2880; none cancels it.
    pub at: Option<u16>,
    /// Who set it.
    pub by: String,
}

impl FromStr for ExceptionLine {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{line}` is no exception; write `2026-09-25 start 10:00` or `2026-09-25 stop none`, and `by NAME` behind it if need be"
            )
        };
        let (line_, by) = line
            .split_once(" by ")
            .unwrap_or((line, "hana@example.com"));
        let words: Vec<&str> = line_.split_whitespace().collect();
        let [date, action, at] = words[..] else {
            return Err(wrong());
        };
        Ok(Self {
            date: date.parse().map_err(|_| wrong())?,
            start: match action {
                "start" => true,
                "stop" => false,
                _ => return Err(wrong()),
            },
            at: match at {
                "none" => None,
                at => Some(minute(at, 2880).ok_or_else(wrong)?),
            },
            by: by.to_owned(),
        })
    }
}

/// `name after a, b: running|stopped|mixed`, and `, overdue` and `, pass` if need be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupLine {
    /// Its name.
    pub name: String,
    /// Those that must run before it starts.
    pub depends_on: Vec<String>,
    /// `running`, `stopped` or `mixed`.
    pub state: String,
    /// Whether it has been on its way for too long.
    pub overdue: bool,
    /// Whether those that depend on it then go ahead.
    pub pass: bool,
}

impl FromStr for GroupLine {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{line}` is no group; write `api after db, cache: stopped`, with `running`, `stopped` or `mixed`, and `, overdue` and `, pass` behind it if need be"
            )
        };
        let (who, how) = line.rsplit_once(": ").ok_or_else(wrong)?;
        let (name, depends_on) = who.split_once(" after ").unwrap_or((who, ""));
        let mut how = how.split(',').map(str::trim);
        let state = how.next().unwrap_or_default();
        if !["running", "stopped", "mixed"].contains(&state) {
            return Err(wrong());
        }
        let (mut overdue, mut pass) = (false, false);
        for word in how {
            match word {
                "overdue" => overdue = true,
                "pass" => pass = true,
                _ => return Err(wrong()),
            }
        }
        Ok(Self {
            name: name.to_owned(),
            depends_on: depends_on
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
            state: state.to_owned(),
            overdue,
            pass,
        })
    }
}

/// What to do with a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    None,
    /// Start it.
    Start,
    /// Stop it.
    Stop,
    /// Bring it to this type and start it.
    Resize(String),
}

/// The type that `resize` without one stands for.
const SOME_TYPE: &str = "t3.large";

impl FromStr for Action {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self::None),
            "start" => Ok(Self::Start),
            "stop" => Ok(Self::Stop),
            "resize" => Ok(Self::Resize(SOME_TYPE.to_owned())),
            _ => match text.strip_prefix("resize@") {
                Some(instance_type) => Ok(Self::Resize(instance_type.to_owned())),
                None => Err(format!(
                    "`{text}` is none of `none`, `start`, `stop`, `resize` and `resize@TYPE`"
                )),
            },
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Start => f.write_str("start"),
            Self::Stop => f.write_str("stop"),
            Self::Resize(instance_type) if instance_type == SOME_TYPE => f.write_str("resize"),
            Self::Resize(instance_type) => write!(f, "resize@{instance_type}"),
        }
    }
}

/// States that a server can have.
const STATES: [&str; 6] = [
    "running", "stopped", "starting", "stopping", "busy", "problem",
];

/// Facts about a server that a case can tell.
const FACTS: [&str; 4] = [
    "just-started",
    "force-pending",
    "restarted-by-provider",
    "maintenance",
];

/// `id@group: state decision [remembered, fact]`; tags stand beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerLine {
    /// Its id, and its name.
    pub id: String,
    /// Its group.
    pub group: Option<String>,
    /// `running`, `stopped`, `starting`, `stopping`, `busy` or `problem`.
    pub state: String,
    /// What has been decided so far.
    pub decided: Action,
    /// What is remembered of it.
    pub remembered: String,
    /// Of `just-started`, `force-pending`, `restarted-by-provider`, `maintenance`.
    pub facts: Vec<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl ServerLine {
    /// What the decision so far remembers.
    #[must_use]
    pub fn remembers(&self) -> &str {
        match self.decided {
            Action::None => &self.remembered,
            Action::Start | Action::Resize(_) => "running",
            Action::Stop => "stopped",
        }
    }

    /// Whether it has a fact of this name.
    #[must_use]
    pub fn has(&self, fact: &str) -> bool {
        self.facts.iter().any(|has| has == fact)
    }
}

impl FromStr for ServerLine {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let wrong = |why: String| format!("`{line}` is no server: {why}");
        let (front, told) = match line.split_once(" [") {
            Some((front, told)) => match told.strip_suffix(']') {
                Some(told) => (front, told),
                None => return Err(wrong("the bracket is not closed".to_owned())),
            },
            None => (line, ""),
        };
        let form =
            || wrong("write `id: state decision`, as in `web@api: stopped start`".to_owned());
        let (id, rest) = front.split_once(": ").ok_or_else(form)?;
        let (state, decided) = rest.split_once(' ').ok_or_else(form)?;
        if !STATES.contains(&state) {
            return Err(wrong(format!(
                "`{state}` is no state; there are {}",
                STATES.join(", ")
            )));
        }
        let (id, group) = match id.split_once('@') {
            Some((id, group)) => (id, Some(group.to_owned())),
            None => (id, None),
        };
        let mut server = Self {
            id: id.to_owned(),
            group,
            state: state.to_owned(),
            decided: decided.parse().map_err(wrong)?,
            remembered: "stopped".to_owned(),
            facts: Vec::new(),
            tags: BTreeMap::new(),
        };
        for (place, word) in told.split(", ").filter(|word| !word.is_empty()).enumerate() {
            if FACTS.contains(&word) {
                server.facts.push(word.to_owned());
            } else if place == 0 {
                server.remembered = word.to_owned();
            } else {
                return Err(wrong(format!(
                    "`{word}` is no fact; there are {}",
                    FACTS.join(", ")
                )));
            }
        }
        Ok(server)
    }
}

/// `id: action [remembered] reason`; what is left out may be anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionLine {
    /// The server.
    pub id: String,
    /// What to do.
    pub action: Action,
    /// What to remember of it.
    pub remember: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

impl DecisionLine {
    /// Whether `got`, in which nothing is left out, is what this one says.
    #[must_use]
    pub fn matches(&self, got: &Self) -> bool {
        let fits = |asked: &Option<String>, got: &Option<String>| asked.is_none() || asked == got;
        self.id == got.id
            && self.action == got.action
            && fits(&self.remember, &got.remember)
            && fits(&self.reason, &got.reason)
    }

    /// `got` with no more told than this one tells.
    #[must_use]
    pub fn as_told(&self, got: &Self) -> Self {
        Self {
            id: got.id.clone(),
            action: got.action.clone(),
            remember: self.remember.as_ref().and(got.remember.clone()),
            reason: self.reason.as_ref().and(got.reason.clone()),
        }
    }
}

impl FromStr for DecisionLine {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let (id, rest) = line.split_once(": ").ok_or_else(|| {
            format!("`{line}` is no decision; write `id: start` or `id: none [stopped] reason`")
        })?;
        let (action, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let (remember, reason) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']'))
        {
            Some((remember, reason)) => (Some(remember.to_owned()), reason.trim_start()),
            None => (None, rest),
        };
        Ok(Self {
            id: id.to_owned(),
            action: action
                .parse()
                .map_err(|why| format!("in `{line}`, {why}"))?,
            remember,
            reason: (!reason.is_empty()).then(|| reason.to_owned()),
        })
    }
}

impl fmt::Display for DecisionLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.id, self.action)?;
        if let Some(remember) = &self.remember {
            write!(f, " [{remember}]")?;
        }
        match &self.reason {
            Some(reason) => write!(f, " {reason}"),
            None => Ok(()),
        }
    }
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// `H:MM-H:MM`, each to 24:00.
fn times_of(text: &str) -> Option<(u16, u16)> {
    let (begin, end) = text.split_once('-')?;
    Some((minute(begin, 1440)?, minute(end, 1440)?))
}

fn minute(text: &str, last: u16) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |text: &str, digits: std::ops::RangeInclusive<usize>| {
        (digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| text.parse::<u16>().ok())?
    };
    let (hours, minutes) = (number(hours, 1..=2)?, number(minutes, 2..=2)?);
    let minute = hours * 60 + minutes;
    (minutes < 60 && minute <= last).then_some(minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same<T: FromStr<Err = String> + fmt::Display>(line: &str) {
        let read: Result<T, String> = line.parse();
        assert_eq!(read.map(|read| read.to_string()), Ok(line.to_owned()));
    }

    #[track_caller]
    fn refused<T: FromStr<Err = String>>(line: &str, why: &str) {
        let said = line.parse::<T>().err().unwrap_or_default();
        assert!(said.contains(why), "{said}");
    }

    #[test]
    fn a_line_is_written_as_it_is_read() {
        same::<SpanLine>("09:00-18:00 run period office");
        same::<SpanLine>("00:00-24:00 stop 추석");
        same::<SpanLine>("09:00-18:00 run@m5.large period office");
        same::<SpanLine>("09:00-18:00 hold");
        same::<PeriodLine>("office 9:00-18:00 mon-fri");
        same::<DecisionLine>("a: none [stopped] waits its turn");
        same::<DecisionLine>("a: resize@m5.large");
        same::<DecisionLine>("a: start as it was");
    }

    #[test]
    fn a_server_has_a_remembered_word_and_facts() {
        let read: Result<ServerLine, String> = "a@DB: running stop [running, just-started]".parse();
        let server = ServerLine {
            id: "a".into(),
            group: Some("DB".into()),
            state: "running".into(),
            decided: Action::Stop,
            remembered: "running".into(),
            facts: vec!["just-started".into()],
            tags: BTreeMap::new(),
        };
        assert_eq!(read, Ok(server));
    }

    #[test]
    fn nothing_but_a_fact_leaves_what_is_remembered() {
        let read: Result<ServerLine, String> = "a: running stop [force-pending]".parse();
        assert_eq!(read.map(|server| server.remembered), Ok("stopped".into()));
    }

    #[test]
    fn a_line_that_is_not_understood_is_quoted() {
        refused::<SpanLine>("9-18 run", "`9-18 run`");
        refused::<SpanLine>("09:00-25:00 run x", "09:00-25:00");
        refused::<SpanLine>("09:00-18:00 on x", "`on`");
        refused::<ServerLine>("a: up start", "`up`");
        refused::<ServerLine>("a: running start [running, tired]", "`tired`");
        refused::<ServerLine>("a: running start [running", "not closed");
        refused::<GroupLine>("api: up", "`api: up`");
        refused::<ExceptionLine>("2026-09-31 start 9:00", "2026-09-31");
        refused::<DecisionLine>("a start", "`a start`");
    }

    #[test]
    fn a_group_names_those_that_it_depends_on() {
        let read: Result<GroupLine, String> = "api after db, cache: mixed, overdue".parse();
        let group = GroupLine {
            name: "api".into(),
            depends_on: vec!["db".into(), "cache".into()],
            state: "mixed".into(),
            overdue: true,
            pass: false,
        };
        assert_eq!(read, Ok(group));
    }
}
