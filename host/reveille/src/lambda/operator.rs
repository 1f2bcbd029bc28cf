//! What operators ask for by invoking the function themselves: `{"command": "check"}`.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

/// Everything that there is.
pub(super) const COMMANDS: [&str; 5] = ["tick", "say", "check", "rules", "ready"];

/// How many letters may be wrong in a word for it to be taken for another one.
const TYPING_SLIPS: usize = 2;

/// A command.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(
    tag = "command",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub(super) enum OperatorCommand {
    /// One scheduling run.
    Tick {
        /// When it was due: one that is long past, or that a later run has made up for, does nothing.
        time: Option<DateTime<Utc>>,
    },
    /// A message as from chat, which sees every schedule.
    Say {
        /// With the slash and the keyword, as it is typed.
        text: String,
        /// Who says it.
        #[serde(default = "an_operator")]
        writer: String,
        /// Where it is said.
        #[serde(default = "an_operator")]
        room: String,
    },
    /// Whether everything can be loaded.
    Check {},
    /// The rules, and how they do.
    Rules {},
    /// Whether it can work.
    Ready {},
}

fn an_operator() -> String {
    String::from("operator")
}

/// Why something is no command.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum OperatorError {
    /// Nobody knows it.
    #[error("there is no command `{word}`{}; there are {}", meant(word), COMMANDS.join(", "))]
    Unknown {
        /// The word.
        word: String,
    },
    /// Something beside it is missing, too much or of another kind.
    #[error("`{command}` cannot be read: {cause}. LAMBDA.md shows how it is written")]
    Fields {
        /// The command.
        command: String,
        /// What is wrong.
        cause: String,
    },
}

impl OperatorCommand {
    /// Reads what stands in an event.
    pub(super) fn read(event: &Value) -> Result<Self, OperatorError> {
        let command = &event["command"];
        let word = command
            .as_str()
            .map_or_else(|| command.to_string(), str::to_owned);
        if !COMMANDS.contains(&&*word) {
            let word = word.chars().take(MOST_SHOWN).collect();
            return Err(OperatorError::Unknown { word });
        }
        Self::deserialize(event).map_err(|error| OperatorError::Fields {
            command: word,
            cause: error.to_string(),
        })
    }
}

/// How many characters of a word are shown.
const MOST_SHOWN: usize = 40;

fn meant(word: &str) -> String {
    COMMANDS
        .iter()
        .map(|command| (strsim::levenshtein(command, word), command))
        .filter(|(slips, _)| *slips <= TYPING_SLIPS)
        .min()
        .map(|(_, command)| format!(", did you mean `{command}`?"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

    use serde_json::json;

    use super::*;

    #[test]
    fn every_command_is_read_by_its_name() {
        for command in COMMANDS {
            let event = match command {
                "say" => json!({"command": command, "text": "/서버 상태"}),
                _ => json!({"command": command}),
            };
            assert!(OperatorCommand::read(&event).is_ok(), "{command}");
        }
        let due = "2026-11-23T00:30:00Z";
        assert_eq!(
            OperatorCommand::read(&json!({"command": "tick", "time": due})),
            Ok(OperatorCommand::Tick {
                time: Some(due.parse().unwrap())
            })
        );
    }

    #[track_caller]
    fn complains(event: Value, expected: &str) {
        let error = OperatorCommand::read(&event).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn what_is_wrong_is_said_with_what_would_be_right() {
        complains(
            json!({"command": "tikc"}),
            "no command `tikc`, did you mean `tick`?; there are tick, say, check, rules, ready",
        );
        complains(json!({"command": 7}), "no command `7`; there are");
        complains(json!({"command": "say"}), "missing field `text`");
        complains(
            json!({"command": "rules", "name": "x"}),
            "unknown field `name`",
        );
        complains(
            json!({"command": "tick", "time": "soon"}),
            "`tick` cannot be read",
        );
    }
}
