//! The rule as a component.

use reveille_sdk::about::{self, Description, Needs};
use reveille_sdk::decider::{self, DecideRequest, Decision};
use reveille_sdk::types::RuleError;

/// The rule `transitions`: [`decide`](crate::decide) behind the contract's interfaces.
#[derive(Clone, Copy, Debug)]
pub struct Transitions;

impl about::Guest for Transitions {
    fn describe() -> Description {
        Description {
            name: "transitions".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "Starts and stops servers when the plan turns, as AWS Instance Scheduler does, group by group."
                .to_owned(),
            needs: Needs { tags: Vec::new(), data: Vec::new(), clock: false },
            config_schema: None,
        }
    }

    fn check_config(config: String) -> Result<(), RuleError> {
        let inside = config
            .trim()
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        if inside.is_some_and(|inside| inside.trim().is_empty()) {
            return Ok(());
        }
        Err(RuleError::InvalidConfig(
            "`transitions` has nothing to configure. Leave its configuration out; \
             `enforced`, `retain_running` and `stop_new_instances` are attributes of the schedule."
                .to_owned(),
        ))
    }
}

impl decider::Guest for Transitions {
    fn decide(request: DecideRequest) -> Result<Vec<Decision>, RuleError> {
        Ok(crate::decide(request))
    }
}

#[cfg(target_arch = "wasm32")]
reveille_sdk::export_decider!(Transitions);

#[cfg(test)]
mod tests {
    use about::Guest as _;
    use decider::Guest as _;
    use reveille_sdk::decider::{Options, Wanted};
    use reveille_sdk::types::Want;

    use super::*;

    #[test]
    fn it_tells_its_name_and_needs_nothing() {
        let description = Transitions::describe();
        assert_eq!(description.name, "transitions");
        assert_eq!(description.version, env!("CARGO_PKG_VERSION"));
        assert!(description.summary.chars().count() <= 200);
        assert_eq!(
            description.needs,
            Needs {
                tags: Vec::new(),
                data: Vec::new(),
                clock: false
            }
        );
    }

    #[test]
    fn only_an_empty_configuration_is_accepted() {
        assert_eq!(Transitions::check_config("{}".to_owned()), Ok(()));
        assert_eq!(Transitions::check_config(" { \n} ".to_owned()), Ok(()));
        for refused in ["", "[]", "{", "{\"enforced\": true}"] {
            assert!(matches!(
                Transitions::check_config(refused.to_owned()),
                Err(RuleError::InvalidConfig(_))
            ));
        }
    }

    #[test]
    fn it_decides_nothing_about_no_servers() {
        let request = DecideRequest {
            schedule: "seoul".to_owned(),
            options: Options {
                enforced: false,
                retain_running: false,
                stop_new_instances: true,
                hibernate: false,
            },
            now: None,
            wanted: Wanted {
                want: Want::Run,
                instance_type: None,
                period: None,
                reason: String::new(),
            },
            forced: None,
            groups: Vec::new(),
            servers: Vec::new(),
            so_far: Vec::new(),
            config: "{}".to_owned(),
        };
        assert_eq!(Transitions::decide(request), Ok(Vec::new()));
    }
}
