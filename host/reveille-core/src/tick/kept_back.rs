//! Servers that a rule keeps from turning, for people who ask why.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{
    group,
    member::Member,
    round::{Inputs, asked, to_decide_by},
    settings::Settings,
    want::{Underway, wanted},
};
use crate::{
    model::{
        Action, DecisionLayer, Exception, Force, Remembered, Schedule, Server, ServerId, Want,
    },
    port::{DecideRequest, Rules},
    timeline::Timeline,
};

/// A server that would turn if a rule did not keep it as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeptBack {
    pub(crate) server: ServerId,
    /// The rule, where it is known.
    pub(crate) rule: Option<String>,
    /// Why, in its words.
    pub(crate) reason: String,
}

/// The servers that a tick at `now` would not turn because a rule keeps them. `servers` are those of the schedule,
/// sorted by id. None while a rule fails: then all of them are left as they are.
pub(crate) fn kept_back(
    rules: &dyn Rules,
    schedule: &Arc<Schedule>,
    exceptions: &[Exception],
    force: Option<&Force>,
    servers: &[(&Server, Option<&Remembered>)],
    now: DateTime<Utc>,
) -> Vec<KeptBack> {
    let settings = Settings::new("");
    let inputs = Inputs {
        rules,
        settings: &settings,
        schedule,
        exceptions,
        force,
        last: Some(now),
        held_since: None,
        warning: None,
        warned: None,
        now,
    };
    let timeline = Timeline::new(rules, schedule, exceptions);
    let members: Vec<Member<'_>> = servers
        .iter()
        .map(|&(server, was)| Member::meet(server, was, now))
        .collect();
    let planned = wanted(&inputs, &timeline, &Underway::of(schedule, servers));
    let want = match (force, &planned) {
        (Some(force), _) => force.want,
        (None, Ok(wanted)) => wanted.want,
        (None, Err(_)) => Want::Hold,
    };
    let (groups, _) = group::views(&inputs, &members, want);
    let Some(wanted) = to_decide_by(planned, force) else {
        return Vec::new();
    };
    let ask = |request: &DecideRequest<'_>| rules.decided_by(request);
    let layers = asked(&inputs, &wanted, &groups, &members, ask).unwrap_or_default();
    (0..members.len())
        .filter_map(|place| keeper(&layers, place))
        .collect()
}

/// Who kept the server at `place`: the last rule that took an action of those before it away.
fn keeper(layers: &[DecisionLayer], place: usize) -> Option<KeptBack> {
    let mut kept = None;
    let mut acts = false;
    for layer in layers {
        let decision = layer.decisions.get(place)?;
        let acted = std::mem::replace(&mut acts, decision.action != Action::None);
        if acts {
            kept = None;
        } else if acted {
            kept = Some(KeptBack {
                server: decision.server.clone(),
                rule: layer.rule.clone(),
                reason: decision.reason.to_string(),
            });
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;
    use crate::model::{Decision, Stored};

    fn layer(rule: &str, action: Action) -> DecisionLayer {
        DecisionLayer {
            rule: Some(rule.to_owned()),
            decisions: vec![Decision {
                server: ServerId::from("i-1"),
                action,
                remember: Stored::RUNNING,
                reason: format!("{rule} says so").into(),
            }],
        }
    }

    #[track_caller]
    fn check(layers: &[DecisionLayer], expected: Option<&str>) {
        let rule = keeper(layers, 0).map(|kept| kept.rule.unwrap());
        assert_eq!(rule.as_deref(), expected);
    }

    #[test]
    fn who_takes_an_action_away_keeps_the_server() {
        let stop = || layer("transitions", Action::Stop);
        check(
            &[stop(), layer("keep-until", Action::None)],
            Some("keep-until"),
        );
        check(
            &[stop(), layer("a", Action::None), layer("b", Action::None)],
            Some("a"),
        );
        check(
            &[
                stop(),
                layer("a", Action::None),
                layer("b", Action::Stop),
                layer("c", Action::None),
            ],
            Some("c"),
        );
    }

    #[test]
    fn what_nobody_wanted_to_turn_is_kept_by_nobody() {
        check(
            &[layer("transitions", Action::None), layer("a", Action::None)],
            None,
        );
        check(
            &[layer("transitions", Action::Stop), layer("a", Action::Stop)],
            None,
        );
        check(&[layer("transitions", Action::Stop)], None);
    }
}
