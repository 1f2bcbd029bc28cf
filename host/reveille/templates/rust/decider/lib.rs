//! Stops no server that has the tag `Keep`.

use reveille_sdk::{
    About, Guard,
    decider::{Action, DecideRequest, Decision},
    types::RuleError,
};

/// What an operator may write.
#[derive(serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    except: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            except: "no".into(),
        }
    }
}

/// The rule.
pub struct Rule;

impl Guard for Rule {
    const ABOUT: About = About::new(
        env!("CARGO_PKG_NAME"),
        env!("CARGO_PKG_VERSION"),
        "Stops no server that has the tag `Keep`.",
    )
    .tags(&["Keep"])
    .config_schema(include_str!("schema.json"));
    type Config = Config;

    fn guard(
        request: &DecideRequest,
        config: Config,
        decisions: &mut [Decision],
    ) -> Result<(), RuleError> {
        for (server, decision) in request.servers.iter().zip(decisions) {
            let keep = server.tag("Keep").filter(|keep| *keep != config.except);
            if let (Action::Stop, Some(keep)) = (&decision.action, keep) {
                decision.wait(server, format!("kept (tag Keep is {keep})"));
            }
        }
        Ok(())
    }
}

#[cfg(target_arch = "wasm32")]
reveille_sdk::export_guard!(Rule);

#[cfg(test)]
mod tests {
    use super::Rule;
    use reveille_sdk::{decider::Action, guard, testing};

    #[test]
    fn a_server_with_the_tag_is_not_stopped() {
        let kept = testing::server("a").with_tag("Keep", "yes");
        let request =
            testing::decided([(kept, Action::Stop), (testing::server("b"), Action::Stop)]);
        let decisions = guard::decide::<Rule>(request).unwrap();
        assert_eq!(decisions[0].action, Action::None);
        assert_eq!(decisions[0].reason, "kept (tag Keep is yes)");
        assert_eq!(decisions[1].action, Action::Stop);
    }

    #[test]
    fn a_server_whose_tag_says_no_is_stopped() {
        let other = testing::server("a").with_tag("Keep", "no");
        let decisions = guard::decide::<Rule>(testing::decided([(other, Action::Stop)])).unwrap();
        assert_eq!(decisions[0].action, Action::Stop);
    }
}
