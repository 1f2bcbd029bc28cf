//! Where the two differ, for people and as JSON.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use reveille_core::{
    model::{Action, ServerId},
    tick::Unseen,
};
use serde_json::{Value, json};

/// A server about which the two decide differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mismatch {
    pub(crate) server: ServerId,
    pub(crate) name: String,
    pub(crate) schedule: String,
    /// What AWS Instance Scheduler does now.
    pub(crate) original: Action,
    /// What Reveille would do.
    pub(crate) reveille: Action,
    /// What Reveille says of it; may be empty.
    pub(crate) why: String,
    /// The documented differences that explain it; none when nothing does.
    pub(crate) because: Vec<String>,
}

/// A server with both actions.
pub(crate) type MismatchKey = (ServerId, String, String);

/// A minute.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    pub(crate) at: DateTime<Utc>,
    pub(crate) servers: usize,
    pub(crate) mismatches: Vec<Mismatch>,
    pub(crate) unseen: Vec<Unseen>,
}

impl Report {
    fn agree(&self) -> usize {
        self.servers - self.mismatches.len()
    }

    /// The line that sums it up.
    pub(crate) fn summary(&self, zone: Tz) -> String {
        let at = self.at.with_timezone(&zone).format("%Y-%m-%d %H:%M");
        let mut text = format!(
            "{at} {zone}: the two agree on {} of {} servers",
            self.agree(),
            self.servers
        );
        let unexplained = self.mismatches.iter().filter(|it| it.because.is_empty());
        match unexplained.count() {
            0 => {}
            number => {
                let _ = write!(text, "; {number} of the rest unexplained");
            }
        }
        text.push('\n');
        for unseen in &self.unseen {
            let _ = writeln!(text, "  {unseen}");
        }
        text
    }

    pub(crate) fn as_json(&self) -> Value {
        let differences: Vec<Value> = self.mismatches.iter().map(Mismatch::as_json).collect();
        let unseen: Vec<Value> = self
            .unseen
            .iter()
            .map(|unseen| json!({"target": unseen.target, "code": unseen.code, "cause": unseen.cause}))
            .collect();
        json!({
            "at": self.at,
            "servers": self.servers,
            "agree": self.agree(),
            "differences": differences,
            "unseen": unseen,
        })
    }
}

impl Mismatch {
    /// What tells it from another one of the same server.
    pub(crate) fn key(&self) -> MismatchKey {
        (
            self.server.clone(),
            word(&self.original),
            word(&self.reveille),
        )
    }

    /// A line for the server and one for each reason.
    pub(crate) fn as_text(&self) -> String {
        let mut text = format!(
            "  {} ({}), schedule {}: AWS Instance Scheduler would {}, Reveille would {}",
            self.name,
            self.server,
            self.schedule,
            word(&self.original),
            word(&self.reveille)
        );
        // Without a period there is no more to say than what is done.
        if !self.why.is_empty() && self.why != word(&self.reveille) {
            let _ = write!(text, " ({})", self.why);
        }
        text.push('\n');
        for because in &self.because {
            let _ = writeln!(text, "    because {because}");
        }
        if self.because.is_empty() {
            text.push_str(
                "    no documented difference explains it: please report it with this line and the schedule\n",
            );
        }
        text
    }

    fn as_json(&self) -> Value {
        json!({
            "server": self.server,
            "name": self.name,
            "schedule": self.schedule,
            "original": word(&self.original),
            "reveille": word(&self.reveille),
            "reason": self.why,
            "because": self.because,
        })
    }
}

fn word(action: &Action) -> String {
    match action {
        Action::None => String::from("leave it"),
        Action::Start => String::from("start it"),
        Action::Stop => String::from("stop it"),
        Action::Resize(to) => format!("resize it to {to}"),
    }
}
