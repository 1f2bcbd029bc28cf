//! A comparison as a text for a terminal.

use std::fmt::Write as _;

use reveille_core::model::{DayPlan, Span, Want};

use super::{Change, Compared, Comparison, Day, Kind, Version, dates::Dates};
use crate::terminal;

/// Hexadecimal digits of a digest that are shown: no two versions of one rule share them by accident.
const DIGEST_DIGITS: usize = 12;

/// Columns before a day's bar.
const INDENT: &str = "      ";

impl Comparison {
    /// Everything that differs, a block for each schedule, and a line that sums it up.
    pub(crate) fn draw(&self, colours: bool) -> String {
        let mut drawn = format!(
            "{}: {} → {}\n",
            self.rule,
            shown(self.before.as_ref()),
            shown(self.after.as_ref())
        );
        for compared in &self.schedules {
            drawn.push('\n');
            compared.draw(self.days, colours, &mut drawn);
        }
        drawn.push('\n');
        for name in &self.set_aside {
            let _ = writeln!(
                drawn,
                "the schedule `{name}` is set aside and not compared: `reveille check` says why"
            );
        }
        drawn.push_str(&self.not_compared());
        drawn.push_str(&self.summary());
        drawn.push('\n');
        drawn
    }

    /// What the rule does besides planning, a line for each: it may change and is not seen here.
    pub(crate) fn not_compared(&self) -> String {
        let has = |role| {
            let versions = [&self.before, &self.after];
            versions.into_iter().flatten().any(|it| it.has(role))
        };
        let mut lines = String::new();
        for (role, line) in [
            (
                "decider",
                "it decides about servers, and decisions are not compared: they depend on how the servers are\n",
            ),
            (
                "formatter",
                "it has the words of chat, and words are not compared: `reveille rule test` has cases for them\n",
            ),
        ] {
            if has(role) {
                lines.push_str(line);
            }
        }
        lines
    }

    /// One line: how much differs.
    pub(crate) fn summary(&self) -> String {
        let used = self.schedules.len();
        if used == 0 {
            return format!("no schedule uses `{}`, so nothing would change", self.rule);
        }
        let of = format!("{} of {}", days(self.days as usize), schedules(used));
        if !self.differs() {
            return match self.count(Kind::Fails) {
                0 => format!("nothing changes on {of}"),
                fail => format!("nothing changes on {of}; {fail} fail with either version"),
            };
        }
        let mut parts = Vec::new();
        for (kind, what) in [
            (Kind::Turns, "turn servers at other times"),
            (Kind::Breaks, "fail with the new version"),
            (Kind::Mends, "work again"),
            (Kind::Words, "have other reasons"),
            (Kind::Fails, "fail with either version"),
        ] {
            let count = self.count(kind);
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        }
        let faults: usize = self
            .schedules
            .iter()
            .map(|compared| compared.faults.len())
            .sum();
        if faults > 0 {
            parts.push(format!(
                "the new version finds {} in schedules",
                plural(faults, "fault")
            ));
        }
        format!("of {of}: {}", parts.join(", "))
    }
}

impl Version {
    fn has(&self, role: &str) -> bool {
        self.roles.contains(&role)
    }
}

impl Compared {
    fn draw(&self, of_days: u32, colours: bool, drawn: &mut String) {
        let _ = writeln!(drawn, "{}", self.headline(of_days));
        for fault in &self.faults {
            let _ = writeln!(drawn, "  the new version refuses it: {fault}");
        }
        let is_picture = |change: &Change| change.kind != Kind::Words && !change.is_nothing();
        if self.changes.iter().any(is_picture) {
            let _ = writeln!(drawn, "{INDENT}  {}", terminal::day_scale());
        }
        for change in &self.changes {
            let _ = write!(drawn, "  {}", Dates(&change.dates));
            match change.dates.len() {
                1 => drawn.push('\n'),
                count => {
                    let _ = writeln!(drawn, " ({})", days(count));
                }
            }
            if change.is_nothing() {
                if let Some(failure) = &change.after.failure {
                    let _ = writeln!(drawn, "{INDENT}fails with either version: {failure}");
                }
                continue;
            }
            let picture = is_picture(change);
            for (sign, day) in [('-', &change.before), ('+', &change.after)] {
                draw_day(sign, day, picture, colours, drawn);
            }
        }
    }

    /// `dev (Asia/Seoul): 5 of 90 days change, runs 45 h less`.
    fn headline(&self, of_days: u32) -> String {
        let mut parts = Vec::new();
        let changed = self.count(Kind::Turns);
        if changed > 0 {
            parts.push(format!(
                "{changed} of {} {}",
                days(of_days as usize),
                if changed == 1 { "changes" } else { "change" }
            ));
        }
        for (kind, one, more) in [
            (
                Kind::Breaks,
                "fails with the new version",
                "fail with the new version",
            ),
            (Kind::Mends, "works again", "work again"),
            (Kind::Words, "has other reasons", "have other reasons"),
            (
                Kind::Fails,
                "fails with either version",
                "fail with either version",
            ),
        ] {
            match self.count(kind) {
                0 => {}
                1 => parts.push(format!("1 day {one}")),
                count => parts.push(format!("{count} days {more}")),
            }
        }
        if parts.is_empty() {
            parts.push(String::from("no day changes"));
        }
        if self.run_minutes != 0 {
            let word = if self.run_minutes > 0 { "more" } else { "less" };
            parts.push(format!(
                "runs {} {word}",
                hours(self.run_minutes.unsigned_abs())
            ));
        }
        format!(
            "{} ({}): {}",
            self.schedule,
            self.timezone,
            parts.join(", ")
        )
    }
}

impl Change {
    /// Whether there is nothing on either side that could be drawn.
    fn is_nothing(&self) -> bool {
        self.kind == Kind::Fails && self.before.plan.is_none() && self.after.plan.is_none()
    }
}

fn draw_day(sign: char, day: &Day, picture: bool, colours: bool, drawn: &mut String) {
    let told = match (&day.plan, &day.failure) {
        (Some(plan), None) => tell(plan),
        (Some(plan), Some(failure)) => format!("{}  (passed over: {failure})", tell(plan)),
        (None, Some(failure)) => format!("holds: {failure}"),
        (None, None) => String::new(),
    };
    let sign = match (colours, sign) {
        (true, '-') => String::from("\x1b[31m-\x1b[0m"),
        (true, _) => String::from("\x1b[32m+\x1b[0m"),
        (false, sign) => sign.to_string(),
    };
    let _ = match (&day.plan, picture) {
        (Some(plan), true) => writeln!(
            drawn,
            "{INDENT}{sign} {}  {told}",
            terminal::draw_day(plan, colours)
        ),
        (None, true) => writeln!(drawn, "{INDENT}{sign} {}  {told}", "?".repeat(CELLS)),
        (_, false) => writeln!(drawn, "{INDENT}{sign} {told}"),
    };
}

/// Cells of a day's bar.
const CELLS: usize = 48;

/// A plan in words: every run and hold, every stop that has a reason, and the notes that no reason says.
fn tell(plan: &DayPlan) -> String {
    let is_off = plan.spans.iter().all(|span| span.want == Want::Stop);
    let mut told = if is_off {
        let mut reasons: Vec<&str> = plan.spans.iter().map(|it| it.reason.as_str()).collect();
        reasons.retain(|reason| !reason.is_empty());
        reasons.dedup();
        format!("off{}", because(&reasons.join(", ")))
    } else {
        let has_something_to_say =
            |span: &&Span| span.want != Want::Stop || !span.reason.is_empty();
        let spans = plan.spans.iter().filter(has_something_to_say);
        spans.map(tell_span).collect::<Vec<_>>().join(", ")
    };
    for note in &plan.notes {
        if !plan.spans.iter().any(|span| span.reason == *note) {
            let _ = write!(told, " · {note}");
        }
    }
    told
}

fn tell_span(span: &Span) -> String {
    let want = match span.want {
        Want::Run => String::new(),
        Want::Stop | Want::Hold => format!(" {}", span.want.as_str()),
    };
    let kind = span.instance_type.as_ref();
    let kind = kind.map_or_else(String::new, |kind| format!(" [{kind}]"));
    format!(
        "{}-{}{want}{kind}{}",
        span.begin,
        span.end,
        because(&span.reason)
    )
}

fn because(reason: &str) -> String {
    if reason.is_empty() {
        String::new()
    } else {
        format!(" ({reason})")
    }
}

fn shown(version: Option<&Version>) -> String {
    version.map_or_else(
        || String::from("not loaded"),
        |version| {
            let digest: String = version.sha256.chars().take(DIGEST_DIGITS).collect();
            format!("{} ({digest})", version.version)
        },
    )
}

fn plural(count: usize, what: &str) -> String {
    if count == 1 {
        format!("1 {what}")
    } else {
        format!("{count} {what}s")
    }
}

fn days(count: usize) -> String {
    plural(count, "day")
}

fn schedules(count: usize) -> String {
    plural(count, "schedule")
}

/// `45 h`, `1 h 30 min`, `5 min`.
fn hours(minutes: u64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
