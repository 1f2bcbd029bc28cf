//! Says how a schedule is in one line. What has no words yet is shown as it comes.

use reveille_sdk::{
    About,
    about::{self, Description},
    config,
    formatter::{
        self, Message,
        replies::{Context, Reply},
    },
    types::RuleError,
};

/// The rule.
pub struct Rule;

impl about::Guest for Rule {
    fn describe() -> Description {
        About::new(
            env!("CARGO_PKG_NAME"),
            env!("CARGO_PKG_VERSION"),
            "Says how a schedule is in one line.",
        )
        .into()
    }

    fn check_config(config: String) -> Result<(), RuleError> {
        config::read(&config)
    }
}

impl formatter::Guest for Rule {
    fn format(_context: Context, reply: Reply) -> Result<Message, RuleError> {
        Ok(Message::new(match reply {
            Reply::Status(status) => format!(
                "{}: {} of {} servers run",
                status.schedule, status.counts.running, status.counts.total
            ),
            other => format!("{other:?}").chars().take(4_000).collect(),
        }))
    }
}

#[cfg(target_arch = "wasm32")]
reveille_sdk::export_formatter!(Rule);

#[cfg(test)]
mod tests {
    use super::Rule;
    use reveille_sdk::{
        formatter::{Guest as _, replies::Reply},
        testing,
    };

    #[test]
    fn what_has_no_words_yet_is_shown_as_it_comes() {
        let help = Reply::Help(vec!["Development".into()]);
        let message = Rule::format(testing::context("en"), help).unwrap();
        assert!(message.body.contains("Development"));
    }
}
