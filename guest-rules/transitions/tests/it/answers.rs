//! Every recorded answer of AWS Instance Scheduler v3.2.8 is ours.

use reveille_sdk::decider::{Action, Options};
use reveille_sdk::types::{ServerState, Turn, Want};
use serde::Deserialize;
use transitions::{Case, evaluate};

use crate::fleet::{decide_one, request, server};

const ANSWERS: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/data/aws-instance-scheduler-answers.jsonl"
));

#[derive(Deserialize)]
struct Answer {
    schedule: Flags,
    stored: String,
    actual: String,
    desired: String,
    action: String,
    new_stored: String,
}

#[derive(Deserialize)]
#[serde(default)]
struct Flags {
    enforced: bool,
    retain_running: bool,
    stop_new_instances: bool,
}

impl Default for Flags {
    fn default() -> Self {
        Self {
            enforced: false,
            retain_running: false,
            stop_new_instances: true,
        }
    }
}

#[test]
fn all_recorded_answers_agree() {
    let mut checked = 0;
    for line in ANSWERS.lines() {
        let answer: Answer = serde_json::from_str(line).unwrap();
        let want = match answer.desired.as_str() {
            "running" => Want::Run,
            "stopped" => Want::Stop,
            "any" => Want::Hold,
            other => panic!("`{other}` is not a state of a schedule"),
        };
        let state = match answer.actual.as_str() {
            "running" => ServerState::Running,
            "stopped" => ServerState::Stopped,
            "pending" => ServerState::Starting,
            "stopping" => ServerState::Stopping,
            other => panic!("`{other}` is not a state of an instance"),
        };
        let Flags {
            enforced,
            retain_running,
            stop_new_instances,
        } = answer.schedule;
        let options = Options {
            enforced,
            retain_running,
            stop_new_instances,
            hibernate: false,
        };

        let verdict = evaluate(Case {
            want,
            remembered: &answer.stored,
            running: state == ServerState::Running,
            in_window: false,
            options,
        });
        let turn = match answer.action.as_str() {
            "None" => None,
            "Start" => Some(Turn::Start),
            "Stop" => Some(Turn::Stop),
            other => panic!("`{other}` is not an action"),
        };
        assert_eq!(verdict.turn(), turn, "{line}");
        assert_eq!(
            verdict.remember(),
            Some(answer.new_stored.as_str()),
            "{line}"
        );

        let decision = decide_one(request(want, options, vec![server(&answer.stored, state)]));
        let action = match turn {
            None => Action::None,
            Some(Turn::Start) => Action::Start,
            Some(Turn::Stop) => Action::Stop,
        };
        assert_eq!(decision.action, action, "{line}");
        assert_eq!(decision.remember, answer.new_stored, "{line}");
        checked += 1;
    }
    assert!(checked >= 2_000, "only {checked} answers were read");
}
