//! Functions of Lambda, for the program when it is one.

use aws_config::SdkConfig;
use serde_json::Value;

use crate::{
    signed::{Service, Signed},
    trouble::Trouble,
};

/// What a role must be allowed so that [`Functions::send`] may go well.
pub(crate) const INVOKE_FUNCTION: &str = "lambda:InvokeFunction";

/// Functions in the region of the program.
#[derive(Debug, Clone)]
pub struct Functions(Signed);

impl Functions {
    /// Reached as `sdk` says. Nothing is called yet.
    #[must_use]
    pub fn new(sdk: &SdkConfig) -> Self {
        Self(Signed::new(sdk, Service::LAMBDA))
    }

    /// Leaves `event` to the function `name`, in the version or by the alias `qualifier`; what the function answers goes to
    /// nobody (Lambda API Reference, "Invoke", read 2026-11-23).
    ///
    /// # Errors
    /// When Lambda does not take it.
    pub async fn send(
        &self,
        name: &str,
        qualifier: Option<&str>,
        event: &Value,
    ) -> Result<(), Trouble> {
        let mut path = format!("/2015-03-31/functions/{name}/invocations");
        if let Some(qualifier) = qualifier {
            path.push_str("?Qualifier=");
            path.push_str(qualifier);
        }
        let kind = ("x-amz-invocation-type", "Event");
        self.0
            .post(INVOKE_FUNCTION, path, kind, event.to_string())
            .await
            .map(drop)
    }
}
