//! Rules that are disabled for schedules that go on without them: `on_failure: skip`. Such a schedule does not hold, so
//! nobody would hear of it.

use std::collections::{BTreeMap, BTreeSet};

use reveille_core::model::{
    Definitions, OnFailure, RuleTrouble,
    reply::{Announcement, RuleRejection, RuleVersion},
};

/// Begins the cause of what is told, as the contract says of a rejection that is none.
const BEGIN: &str = "passed over: ";

/// Who has been told of.
#[derive(Debug, Default)]
pub(crate) struct PassedOver {
    told: BTreeSet<(String, String)>,
}

impl PassedOver {
    /// What is new since the last time: one announcement for each rule. `troubles` says of a rule which version of it is in
    /// use and what it is not asked.
    pub(crate) fn news(
        &mut self,
        definitions: &Definitions,
        troubles: impl Fn(&str) -> Option<(RuleVersion, Vec<RuleTrouble>)>,
    ) -> Vec<Announcement> {
        let mut told = BTreeSet::new();
        let mut news = Vec::new();
        for (rule, skipping) in skipping(definitions) {
            let Some((version, troubles)) = troubles(rule) else {
                continue;
            };
            let mut schedules = Vec::new();
            let mut last = None;
            for trouble in troubles {
                let is_disabled = trouble.until.is_none();
                let schedule = trouble.schedule.clone().unwrap_or_default();
                if !is_disabled || !skipping.contains(schedule.as_str()) {
                    continue;
                }
                let of = (rule.to_owned(), schedule.clone());
                if !self.told.contains(&of) {
                    schedules.push(schedule);
                    last = Some(trouble);
                }
                told.insert(of);
            }
            news.extend(last.map(|trouble| announcement(rule, version, schedules, &trouble)));
        }
        self.told = told;
        news
    }
}

fn announcement(
    rule: &str,
    version: RuleVersion,
    schedules: Vec<String>,
    trouble: &RuleTrouble,
) -> Announcement {
    Announcement::RuleRejected(RuleRejection {
        rule: rule.to_owned(),
        version: Some(version.version.clone()),
        cause: format!(
            "{BEGIN}disabled after {} failures in a row; the last: {}. Once it is mended, `reveille rule retry {rule}` has \
             it asked again",
            trouble.failures, trouble.last.cause
        ),
        kept: Some(version),
        schedules,
    })
}

/// The schedules that go on without a rule that fails, by the name of the rule.
fn skipping(definitions: &Definitions) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut skipping: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for schedule in definitions.schedules.values() {
        for used in &schedule.rules {
            match used.on_failure {
                OnFailure::Skip => {
                    let schedules = skipping.entry(&used.name).or_default();
                    schedules.insert(&schedule.name);
                }
                OnFailure::Hold => {}
            }
        }
    }
    skipping
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use reveille_core::model::{FailureKind, Item, ItemKey, RuleFailure};
    use serde_json::json;

    use super::*;

    /// `dev` and `qa` go on without the rule `slow`, `prod` holds with it.
    fn definitions() -> Definitions {
        let schedule = |name: &str, on_failure: &str| {
            let rules = json!([{ "name": "slow", "on_failure": on_failure }]);
            let attributes = json!({ "override_status": "running", "rules": rules });
            Item {
                key: ItemKey {
                    kind: "schedule".to_owned(),
                    name: name.to_owned(),
                },
                attributes: attributes.as_object().cloned().unwrap_or_default(),
            }
        };
        let items = [
            schedule("dev", "skip"),
            schedule("prod", "hold"),
            schedule("qa", "skip"),
        ];
        Definitions::read(&items, chrono_tz::Asia::Seoul)
    }

    fn trouble(schedule: &str, disabled: bool) -> RuleTrouble {
        RuleTrouble {
            schedule: Some(schedule.to_owned()),
            failures: 10,
            until: (!disabled).then_some(DateTime::UNIX_EPOCH),
            last: RuleFailure {
                rule: "slow".to_owned(),
                kind: FailureKind::Deadline,
                cause: "worked longer than 250 ms".to_owned(),
            },
        }
    }

    /// The schedules of each announcement.
    fn told(passed_over: &mut PassedOver, troubles: &[RuleTrouble]) -> Vec<Vec<String>> {
        let version = RuleVersion {
            version: "1.3.0".to_owned(),
            sha256: "b".repeat(64),
        };
        let news = passed_over.news(&definitions(), |rule| {
            (rule == "slow").then(|| (version.clone(), troubles.to_vec()))
        });
        news.into_iter()
            .filter_map(|announcement| {
                let Announcement::RuleRejected(told) = announcement else {
                    return None;
                };
                assert!(told.cause.starts_with(BEGIN), "{}", told.cause);
                assert_eq!(told.version, told.kept.map(|kept| kept.version));
                Some(told.schedules)
            })
            .collect()
    }

    #[test]
    fn a_disabled_rule_is_told_once_of_schedules_that_go_on_without_it() {
        let mut passed_over = PassedOver::default();
        let none: [Vec<String>; 0] = [];
        assert_eq!(told(&mut passed_over, &[trouble("dev", false)]), none);
        let disabled = [trouble("dev", true), trouble("prod", true)];
        assert_eq!(told(&mut passed_over, &disabled), [["dev"]]);
        assert_eq!(told(&mut passed_over, &disabled), none);
        let both = [trouble("dev", true), trouble("qa", true)];
        assert_eq!(told(&mut passed_over, &both), [["qa"]]);
    }

    #[test]
    fn what_was_asked_again_and_is_disabled_again_is_told_again() {
        let mut passed_over = PassedOver::default();
        told(&mut passed_over, &[trouble("dev", true)]);
        told(&mut passed_over, &[]);
        assert_eq!(told(&mut passed_over, &[trouble("dev", true)]), [["dev"]]);
    }
}
