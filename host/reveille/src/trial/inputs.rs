//! What a rule is asked for in the conformance suite, any role alike: it can be asked, made smaller and shown.

use reveille_core::model::{
    Action, Schedule,
    reply::{Context, Reply},
};
use reveille_sandbox::{Alone, Called};

use super::{
    Asked, Crew,
    days::{self, SEOUL},
    property::{Said, said},
    servers,
};

/// Most characters of a line that shows an input.
const LINE_CHARS: usize = 160;

/// One question to the rule.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    /// The rule, with the data that is bound to it.
    pub(crate) rule: Alone,
    pub(crate) config: String,
    pub(crate) question: Question,
}

#[derive(Debug, Clone)]
pub(crate) enum Question {
    Day(Box<Asked>),
    Schedule(Box<Schedule>),
    Servers(Box<Crew>),
    Reply(&'static str, Context, Box<Reply>),
    Config,
}

impl Input {
    /// Asks, in a fresh instance.
    pub(crate) fn ask(&self) -> Called<Said> {
        match &self.question {
            Question::Day(asked) => said(asked.of(&self.rule, &self.config), Said::Plan),
            Question::Schedule(schedule) => said(self.rule.check_schedule(schedule), Said::Faults),
            Question::Servers(crew) => said(crew.of(&self.rule, &self.config), Said::Decisions),
            Question::Reply(_, context, reply) => {
                said(self.rule.format(context, reply), Said::Message)
            }
            Question::Config => said(self.rule.check_config(&self.config), |()| Said::Nothing),
        }
    }

    /// The smallest input for which `breaks` still holds, as far as leaving things out one by one comes.
    pub(crate) fn shrunk(&self, breaks: impl Fn(&Self) -> bool) -> Self {
        let mut smallest = self.clone();
        while let Some(smaller) = smallest.smaller().into_iter().find(|it| breaks(it)) {
            smallest = smaller;
        }
        smallest
    }

    /// The same input with one thing less, the largest steps first.
    fn smaller(&self) -> Vec<Self> {
        let questions = match &self.question {
            Question::Day(asked) => smaller_days(asked)
                .into_iter()
                .map(|asked| Question::Day(Box::new(asked)))
                .collect(),
            Question::Servers(crew) => smaller_crews(crew)
                .into_iter()
                .map(|crew| Question::Servers(Box::new(crew)))
                .collect(),
            Question::Schedule(_) | Question::Reply(..) | Question::Config => Vec::new(),
        };
        questions
            .into_iter()
            .map(|question: Question| Self {
                question,
                ..self.clone()
            })
            .collect()
    }

    /// The input as a case has it.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = match &self.question {
            Question::Day(asked) => day_lines(asked),
            Question::Servers(crew) => crew_lines(crew),
            Question::Schedule(schedule) => vec![format!("schedule = {:?}", schedule.name)],
            Question::Reply(name, context, _) => vec![
                format!("reply = {name:?}"),
                format!("locale = {:?}", context.locale),
                format!(
                    "persona = {:?}",
                    format!("{:?}", context.persona).to_lowercase()
                ),
            ],
            Question::Config => Vec::new(),
        };
        if self.config != "{}" || lines.is_empty() {
            lines.push(format!("config = {}", self.config));
        }
        for line in &mut lines {
            if let Some((end, _)) = line.char_indices().nth(LINE_CHARS) {
                line.truncate(end);
                line.push('…');
            }
        }
        lines
    }
}

fn smaller_days(asked: &Asked) -> Vec<Asked> {
    let mut smaller = Vec::new();
    let mut with = |change: &dyn Fn(&mut Asked)| {
        let mut changed = asked.clone();
        change(&mut changed);
        smaller.push(changed);
    };
    if !asked.exceptions.is_empty() {
        with(&|it| {
            it.exceptions.clear();
            it.day_before = None;
        });
    }
    for parts in halves(asked.so_far.spans.len()) {
        with(&|it| drop(it.so_far.spans.drain(parts.clone())));
    }
    for parts in halves(asked.so_far.notes.len()) {
        with(&|it| drop(it.so_far.notes.drain(parts.clone())));
    }
    if asked.exceptions.len() > 1 {
        for place in 0..asked.exceptions.len() {
            with(&|it| drop(it.exceptions.remove(place)));
        }
    }
    for parts in halves(asked.schedule.periods.len()) {
        with(&|it| drop(it.schedule.periods.drain(parts.clone())));
    }
    if asked.schedule.timezone != SEOUL {
        with(&|it| it.schedule.timezone = SEOUL);
    }
    smaller
}

fn smaller_crews(crew: &Crew) -> Vec<Crew> {
    let mut smaller = Vec::new();
    let mut with = |change: &dyn Fn(&mut Crew)| {
        let mut changed = crew.clone();
        change(&mut changed);
        smaller.push(changed);
    };
    for parts in halves(crew.told.len()) {
        with(&|it| drop(it.told.drain(parts.clone())));
    }
    if !crew.groups.is_empty() {
        with(&|it| it.groups.clear());
    }
    if crew.force.is_some() {
        with(&|it| it.force = None);
    }
    smaller
}

/// The two halves of a list; of a short one every element.
fn halves(length: usize) -> Vec<std::ops::Range<usize>> {
    const SHORT: usize = 8;
    if length <= SHORT {
        (0..length).map(|place| place..place + 1).collect()
    } else {
        vec![length / 2..length, 0..length / 2]
    }
}

fn day_lines(asked: &Asked) -> Vec<String> {
    let mut lines = vec![format!("date = \"{}\"", asked.date)];
    let schedule = &asked.schedule;
    if schedule.timezone != SEOUL {
        lines.push(format!("zone = {:?}", schedule.timezone.name()));
    }
    if let Some(calendar) = &schedule.holiday_calendar {
        lines.push(format!("calendar = {calendar:?}"));
    }
    if let Some(want) = schedule.override_status {
        lines.push(format!("# override_status: {}", want.as_str()));
    }
    let periods: Vec<String> = schedule
        .periods
        .iter()
        .map(|used| {
            let period = &used.period;
            let time = |time: &Option<String>| time.clone().unwrap_or_else(|| "…".to_owned());
            let weekdays = period.weekdays.as_deref().unwrap_or_default().join(",");
            format!(
                "{} {}-{} {weekdays}",
                period.name,
                time(&period.begin_time),
                time(&period.end_time)
            )
        })
        .map(|line| line.trim_end().to_owned())
        .collect();
    lines.push(format!("periods = {periods:?}"));
    let spans: Vec<String> = asked
        .so_far
        .spans
        .iter()
        .map(|span| days::line(span).to_string())
        .collect();
    lines.push(format!("so_far = {spans:?}"));
    if !asked.so_far.notes.is_empty() {
        let first: String = asked.so_far.notes[0].chars().take(40).collect();
        lines.push(format!(
            "# {} notes so far, the first begins with {first:?}",
            asked.so_far.notes.len()
        ));
    }
    let exceptions: Vec<String> = asked
        .exceptions
        .iter()
        .map(|exception| {
            let at = exception
                .at
                .map_or_else(|| "none".to_owned(), |at| at.to_string());
            let action = exception.action.as_str();
            format!("{} {action} {at} by {}", exception.date, exception.by)
        })
        .collect();
    if !exceptions.is_empty() {
        lines.push(format!("exceptions = {exceptions:?}"));
    }
    lines
}

fn crew_lines(crew: &Crew) -> Vec<String> {
    let mut lines = vec![
        format!("now = \"{}\"", crew.now),
        format!(
            "wanted = \"{} {}\"",
            crew.wanted.want.as_str(),
            crew.wanted.reason
        ),
    ];
    if let Some(force) = &crew.force {
        lines.push(format!(
            "forced = \"{} by {}\"",
            force.want.as_str(),
            force.by
        ));
    }
    if crew.is_first {
        lines.push("# nothing has been decided so far".to_owned());
    }
    let servers: Vec<String> = crew
        .told
        .iter()
        .map(|told| {
            let group = told.server.group.as_deref();
            let group = group.map(|group| format!("@{group}")).unwrap_or_default();
            let decided = match &told.decided.action {
                Action::None => "none",
                Action::Start => "start",
                Action::Stop => "stop",
                Action::Resize(_) => "resize",
            };
            format!(
                "{}{group}: {} {decided} [{}]",
                told.server.id,
                servers::word(told.server.state),
                told.stored
            )
        })
        .collect();
    if servers.len() > 20 {
        lines.push(format!(
            "# {} servers, of which the first are",
            servers.len()
        ));
    }
    lines.push(format!("servers = {:?}", &servers[..servers.len().min(20)]));
    let tagged = crew.told.iter().filter(|told| !told.server.tags.is_empty());
    for told in tagged.take(3) {
        lines.push(format!(
            "# tags of {}: {:?}",
            told.server.id, told.server.tags
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use reveille_core::model::{DayPlan, Minute, Span, Want};
    use reveille_sandbox::Sandbox;

    #[test]
    fn an_input_is_made_as_small_as_it_breaks() {
        let sandbox = Sandbox::embedded().unwrap_or_else(|error| unreachable!("{error}"));
        let rule = sandbox
            .alone("periods")
            .unwrap_or_else(|error| unreachable!("{error}"));
        let span = |hour: u16| Span {
            begin: Minute(hour * 60),
            end: Minute(hour * 60 + 30),
            want: Want::Run,
            instance_type: None,
            period: None,
            reason: format!("{hour}"),
        };
        let asked = Asked {
            schedule: reveille_core::testing::schedule("cases")
                .zone("Asia/Seoul")
                .build(),
            date: reveille_core::testing::date(2026, 11, 23),
            so_far: DayPlan {
                spans: (0..20).map(span).collect(),
                notes: vec!["one".into(), "two".into()],
            },
            day_before: None,
            exceptions: Vec::new(),
        };
        let input = Input {
            rule,
            config: "{}".to_owned(),
            question: Question::Day(Box::new(asked)),
        };
        let shrunk = input.shrunk(|smaller| {
            matches!(&smaller.question, Question::Day(asked)
                if asked.so_far.spans.iter().any(|span| span.reason == "7"))
        });
        assert_eq!(
            shrunk.lines(),
            [
                "date = \"2026-11-23\"",
                "periods = []",
                "so_far = [\"07:00-07:30 run 7\"]"
            ]
        );
    }
}
