//! A nudge to the function itself: somebody has given an order in chat, and the next schedule is up to a minute away.

use std::time::Duration;

use reveille_aws::{client::SdkConfig, function::Functions};
use serde_json::json;
use tokio::time::timeout;

/// How long it may take; a person waits for the answer meanwhile.
const LONGEST: Duration = Duration::from_secs(1);

/// Whom to nudge.
#[derive(Debug)]
pub(super) struct Nudge {
    functions: Functions,
    name: String,
}

impl Nudge {
    /// The function of this name.
    pub(super) fn new(sdk: &SdkConfig, name: String) -> Self {
        Self {
            functions: Functions::new(sdk),
            name,
        }
    }

    /// Has a tick made at once, by another copy of the function; `arn` is the one that this copy was invoked by. Where
    /// that fails, the next schedule's tick does what there is to do.
    pub(super) async fn give(&self, arn: &str) {
        let event = json!({"command": "tick"});
        let sent = self.functions.send(&self.name, qualifier(arn), &event);
        match timeout(LONGEST, sent).await {
            Ok(Ok(())) => tracing::debug!("a tick follows at once"),
            Ok(Err(trouble)) => tracing::warn!(
                "the servers turn with the next schedule, because the function cannot invoke itself: {trouble}. \
                 `reveille iam --lambda {}` prints what its role must be allowed",
                self.name
            ),
            Err(_) => tracing::warn!(
                "the servers turn with the next schedule, because Lambda does not answer within {} s",
                LONGEST.as_secs()
            ),
        }
    }
}

/// The version or the alias in the ARN of a function: `arn:aws:lambda:eu-west-1:111122223333:function:name:live`.
fn qualifier(arn: &str) -> Option<&str> {
    arn.split(':').nth(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_nudges_itself() {
        let arn = "arn:aws:lambda:eu-west-1:111122223333:function:reveille";
        assert_eq!(qualifier(arn), None);
        assert_eq!(qualifier(&format!("{arn}:live")), Some("live"));
        assert_eq!(
            qualifier("No header lambda-runtime-invoked-function-arn found."),
            None
        );
    }
}
