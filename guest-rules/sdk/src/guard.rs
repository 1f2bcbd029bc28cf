//! Changing what has been decided: [`Guard`], the short way to the interface `decider`.

use crate::about::{self, About, Description};
use crate::config;
use crate::decider::{self, Action, DecideRequest, Decision, Server};
use crate::paint::shortened;
use crate::types::RuleError;
use serde::de::DeserializeOwned;
use std::marker::PhantomData;

/// A rule that looks at every decision before it is carried out, changes some and passes the others on. Whoever
/// implements it is exported with [`crate::export_guard!`]; in tests, [`decide`] asks it.
///
/// ```
/// use reveille_sdk::{About, Guard, decider::{Action, DecideRequest, Decision}, guard, testing, types::RuleError};
///
/// /// Stops nothing that is still called `busy`.
/// struct Busy;
///
/// impl Guard for Busy {
///     const ABOUT: About = About::new("busy", "1.0.0", "Stops nothing that is called busy.");
///     type Config = ();
///
///     fn guard(request: &DecideRequest, (): (), decisions: &mut [Decision]) -> Result<(), RuleError> {
///         for (server, decision) in request.servers.iter().zip(decisions) {
///             if decision.action == Action::Stop && server.name.contains("busy") {
///                 decision.wait(server, "is still busy");
///             }
///         }
///         Ok(())
///     }
/// }
///
/// # #[cfg(target_arch = "wasm32")]
/// reveille_sdk::export_guard!(Busy);
///
/// let request = testing::decided([(testing::server("web-busy"), Action::Stop)]);
/// assert_eq!(guard::decide::<Busy>(request).unwrap()[0].action, Action::None);
/// ```
pub trait Guard {
    /// Who the rule is.
    const ABOUT: About;

    /// The rule's configuration. `()` takes none; a `#[serde(deny_unknown_fields)]` on it catches misspelt names.
    type Config: DeserializeOwned;

    /// Changes `decisions`, one for each of `request.servers` in their order. They have been taken out of the request:
    /// its `so_far` is empty.
    ///
    /// # Errors
    ///
    /// Whatever makes an answer impossible; the schedule then holds and people are shown the text.
    fn guard(
        request: &DecideRequest,
        config: Self::Config,
        decisions: &mut [Decision],
    ) -> Result<(), RuleError>;

    /// Whether a configuration that could be read can also be used.
    ///
    /// # Errors
    ///
    /// [`RuleError::InvalidConfig`] with what is wrong and what would be right.
    fn check(_config: &Self::Config) -> Result<(), RuleError> {
        Ok(())
    }
}

/// The decider that a guard is.
#[doc(hidden)]
pub struct Guarding<T>(PhantomData<T>);

impl<T: Guard> about::Guest for Guarding<T> {
    fn describe() -> Description {
        T::ABOUT.into()
    }

    fn check_config(config: String) -> Result<(), RuleError> {
        T::check(&config::read(&config)?)
    }
}

impl<T: Guard> decider::Guest for Guarding<T> {
    fn decide(mut request: DecideRequest) -> Result<Vec<Decision>, RuleError> {
        let mut decisions = std::mem::take(&mut request.so_far);
        if decisions.len() != request.servers.len() {
            return Err(RuleError::Unsupported(
                "nothing has been decided that could be guarded".into(),
            ));
        }
        T::guard(&request, config::read(&request.config)?, &mut decisions)?;
        Ok(decisions)
    }
}

/// What becomes of the decisions so far, as the host is told it.
///
/// # Errors
///
/// What the guard answers, or [`RuleError::InvalidConfig`].
pub fn decide<T: Guard>(request: DecideRequest) -> Result<Vec<Decision>, RuleError> {
    <Guarding<T> as decider::Guest>::decide(request)
}

/// Whether the guard can use a configuration, as the host is told it.
///
/// # Errors
///
/// [`RuleError::InvalidConfig`].
pub fn check_config<T: Guard>(config: &str) -> Result<(), RuleError> {
    <Guarding<T> as about::Guest>::check_config(config.into())
}

impl Server {
    /// The value of a tag that the rule asked for in [`About::tags`].
    pub fn tag(&self, key: &str) -> Option<&str> {
        let tag = self.tags.iter().find(|(name, _)| name == key);
        tag.map(|(_, value)| value.as_str())
    }

    /// Whether a fact is true of the server, such as `just-started`; the contract lists them.
    pub fn is(&self, fact: &str) -> bool {
        self.extra
            .iter()
            .any(|(name, value)| name == fact && value == "true")
    }
}

impl Decision {
    /// Does nothing now and remembers nothing new of `server`, so that the same is decided again next time.
    pub fn wait(&mut self, server: &Server, reason: impl Into<String>) {
        self.action = Action::None;
        self.remember.clone_from(&server.remembered);
        self.reason = shortened(reason.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    struct Nobody;

    impl Guard for Nobody {
        const ABOUT: About = About::new("nobody", "1.0.0", "Starts nothing.");
        type Config = ();

        fn guard(
            request: &DecideRequest,
            (): (),
            decisions: &mut [Decision],
        ) -> Result<(), RuleError> {
            for (server, decision) in request.servers.iter().zip(decisions) {
                if decision.action == Action::Start {
                    decision.wait(server, "never");
                }
            }
            Ok(())
        }
    }

    #[test]
    fn what_waits_remembers_what_was_remembered() {
        let request = testing::decided([
            (testing::server("a"), Action::Start),
            (testing::server("b"), Action::Stop),
        ]);
        let so_far = request.so_far.clone();
        let decisions = decide::<Nobody>(request).unwrap();
        assert_eq!(decisions[0].action, Action::None);
        assert_eq!(decisions[0].remember, "stopped");
        assert_eq!(decisions[0].reason, "never");
        assert_eq!(decisions[1], so_far[1]);
    }

    #[test]
    fn a_server_tells_its_tags_and_facts() {
        let server = testing::server("a")
            .with_tag("Keep", "yes")
            .with_fact("just-started");
        assert_eq!(server.tag("Keep"), Some("yes"));
        assert_eq!(server.tag("keep"), None);
        assert!(server.is("just-started"));
        assert!(!server.is("force-pending"));
    }

    #[test]
    fn a_guard_needs_something_to_guard() {
        let mut request = testing::decided([(testing::server("a"), Action::Start)]);
        request.so_far.clear();
        assert!(matches!(
            decide::<Nobody>(request),
            Err(RuleError::Unsupported(_))
        ));
    }

    #[test]
    fn a_guard_without_configuration_takes_none() {
        assert_eq!(check_config::<Nobody>("{}"), Ok(()));
        assert!(check_config::<Nobody>(r#"{ "at": 1 }"#).is_err());
    }
}
