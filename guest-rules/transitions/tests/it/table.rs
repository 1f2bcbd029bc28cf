//! Each row of the table, by name.

use reveille_sdk::decider::{Action, Options};
use reveille_sdk::types::{ServerState, Want};

use crate::fleet::{ENFORCED, PLAIN, RETAIN, SPARE_NEW, decide_one, request, server};

/// Every word that is remembered, and one that nobody knows.
const WORDS: [&str; 8] = [
    "running",
    "stopped",
    "any",
    "unknown",
    "retain-running",
    "start_failed",
    "stop_failed",
    "configured",
];

#[track_caller]
fn check(
    want: Want,
    options: Options,
    remembered: &str,
    state: ServerState,
    action: Action,
    remember: &str,
) {
    let decision = decide_one(request(want, options, vec![server(remembered, state)]));
    assert_eq!(
        (decision.action, decision.remember.as_str()),
        (action, remember),
        "want {want:?}, remembered {remembered}, {state:?}, {options:?}"
    );
}

#[test]
fn a_maintenance_window_starts_whatever_is_wanted_and_remembered() {
    for want in [Want::Run, Want::Stop, Want::Hold] {
        for options in [PLAIN, ENFORCED, RETAIN, SPARE_NEW] {
            for word in WORDS {
                let mut server = server(word, ServerState::Stopped);
                server.maintenance_now = true;
                let decision = decide_one(request(want, options, vec![server]));
                assert_eq!(
                    (decision.action, decision.remember.as_str()),
                    (Action::Start, "running")
                );
                assert_eq!(decision.reason, "start for its maintenance window");
            }
        }
    }
}

#[test]
fn a_new_server_is_spared_without_stop_new_instances() {
    check(
        Want::Stop,
        SPARE_NEW,
        "unknown",
        ServerState::Running,
        Action::None,
        "stopped",
    );
}

#[test]
fn a_new_server_is_spared_even_when_enforced() {
    let options = Options {
        enforced: true,
        ..SPARE_NEW
    };
    check(
        Want::Stop,
        options,
        "unknown",
        ServerState::Running,
        Action::None,
        "stopped",
    );
}

#[test]
fn only_new_servers_are_spared() {
    for word in ["running", "any", "start_failed", "configured"] {
        check(
            Want::Stop,
            SPARE_NEW,
            word,
            ServerState::Running,
            Action::Stop,
            "stopped",
        );
    }
}

#[test]
fn enforced_stops_whatever_is_remembered() {
    for word in WORDS {
        let options = Options {
            retain_running: true,
            ..ENFORCED
        };
        check(
            Want::Stop,
            options,
            word,
            ServerState::Running,
            Action::Stop,
            "stopped",
        );
    }
}

#[test]
fn a_retained_server_is_not_stopped_at_the_end_of_its_period() {
    check(
        Want::Stop,
        RETAIN,
        "retain-running",
        ServerState::Running,
        Action::None,
        "stopped",
    );
}

#[test]
fn a_retained_server_is_stopped_when_the_schedule_no_longer_retains() {
    check(
        Want::Stop,
        PLAIN,
        "retain-running",
        ServerState::Running,
        Action::Stop,
        "stopped",
    );
}

#[test]
fn whatever_is_not_remembered_as_stopped_is_stopped() {
    for word in WORDS.into_iter().filter(|word| *word != "stopped") {
        check(
            Want::Stop,
            PLAIN,
            word,
            ServerState::Running,
            Action::Stop,
            "stopped",
        );
    }
}

#[test]
fn what_is_remembered_as_stopped_is_left_alone() {
    check(
        Want::Stop,
        PLAIN,
        "stopped",
        ServerState::Running,
        Action::None,
        "stopped",
    );
}

#[test]
fn enforced_starts_whatever_is_remembered() {
    for word in WORDS {
        let options = Options {
            retain_running: true,
            ..ENFORCED
        };
        check(
            Want::Run,
            options,
            word,
            ServerState::Stopped,
            Action::Start,
            "running",
        );
        check(
            Want::Run,
            options,
            word,
            ServerState::Running,
            Action::Start,
            "running",
        );
    }
}

#[test]
fn a_server_that_ran_before_its_period_is_retained() {
    check(
        Want::Run,
        RETAIN,
        "stopped",
        ServerState::Running,
        Action::None,
        "retain-running",
    );
}

#[test]
fn a_server_on_its_way_up_is_not_yet_retained() {
    check(
        Want::Run,
        RETAIN,
        "stopped",
        ServerState::Starting,
        Action::Start,
        "running",
    );
    check(
        Want::Run,
        RETAIN,
        "stopped",
        ServerState::Stopped,
        Action::Start,
        "running",
    );
}

#[test]
fn a_new_server_that_runs_is_not_retained() {
    check(
        Want::Run,
        RETAIN,
        "unknown",
        ServerState::Running,
        Action::Start,
        "running",
    );
}

#[test]
fn a_retained_server_stays_retained_even_when_the_option_is_off() {
    for options in [PLAIN, RETAIN] {
        check(
            Want::Run,
            options,
            "retain-running",
            ServerState::Stopped,
            Action::None,
            "retain-running",
        );
    }
}

#[test]
fn whatever_is_not_remembered_as_running_is_started() {
    for word in WORDS
        .into_iter()
        .filter(|word| !["running", "retain-running"].contains(word))
    {
        check(
            Want::Run,
            PLAIN,
            word,
            ServerState::Stopped,
            Action::Start,
            "running",
        );
    }
}

#[test]
fn what_is_remembered_as_running_is_left_alone() {
    check(
        Want::Run,
        PLAIN,
        "running",
        ServerState::Stopped,
        Action::None,
        "running",
    );
}

#[test]
fn a_hold_does_nothing_and_remembers_any() {
    for options in [PLAIN, ENFORCED, RETAIN, SPARE_NEW] {
        for word in WORDS {
            check(
                Want::Hold,
                options,
                word,
                ServerState::Running,
                Action::None,
                "any",
            );
        }
    }
}

#[test]
fn the_decision_does_not_look_whether_the_server_is_there_already() {
    check(
        Want::Run,
        PLAIN,
        "any",
        ServerState::Running,
        Action::Start,
        "running",
    );
    check(
        Want::Stop,
        PLAIN,
        "any",
        ServerState::Stopped,
        Action::Stop,
        "stopped",
    );
    check(
        Want::Stop,
        PLAIN,
        "any",
        ServerState::Stopping,
        Action::Stop,
        "stopped",
    );
}

#[test]
fn reasons_say_what_happens_and_why() {
    #[track_caller]
    fn reads(want: Want, options: Options, remembered: &str, state: ServerState, reason: &str) {
        let decision = decide_one(request(want, options, vec![server(remembered, state)]));
        assert_eq!(decision.reason, reason);
    }
    use ServerState::{Running, Stopped};
    reads(
        Want::Run,
        PLAIN,
        "stopped",
        Stopped,
        "start: period office-hours",
    );
    reads(
        Want::Run,
        PLAIN,
        "start_failed",
        Stopped,
        "start again after a failure: period office-hours",
    );
    reads(
        Want::Run,
        PLAIN,
        "running",
        Running,
        "runs: period office-hours",
    );
    reads(
        Want::Run,
        PLAIN,
        "running",
        Stopped,
        "left stopped, was stopped by hand: period office-hours",
    );
    reads(
        Want::Run,
        ENFORCED,
        "running",
        Stopped,
        "enforced, was stopped by hand: period office-hours",
    );
    reads(
        Want::Run,
        ENFORCED,
        "running",
        Running,
        "start: period office-hours",
    );
    reads(
        Want::Run,
        RETAIN,
        "stopped",
        Running,
        "retained, ran before it was wanted: period office-hours",
    );
    reads(
        Want::Stop,
        PLAIN,
        "stop_failed",
        Running,
        "stop again after a failure: period office-hours",
    );
    reads(
        Want::Stop,
        PLAIN,
        "stopped",
        Running,
        "left running, was started by hand: period office-hours",
    );
    reads(
        Want::Stop,
        ENFORCED,
        "stopped",
        Running,
        "enforced, was started by hand: period office-hours",
    );
    reads(
        Want::Hold,
        PLAIN,
        "running",
        Running,
        "left as it is: period office-hours",
    );
}

#[test]
fn nobody_is_said_to_have_stopped_a_server_that_is_broken() {
    let decision = decide_one(request(
        Want::Run,
        PLAIN,
        vec![server("running", ServerState::Problem)],
    ));
    assert_eq!(
        decision.reason,
        "left as it is, broken or out of sight: period office-hours"
    );
}

#[test]
fn a_reason_without_a_cause_is_only_what_happens() {
    let mut request = request(
        Want::Stop,
        PLAIN,
        vec![server("running", ServerState::Running)],
    );
    request.wanted.reason.clear();
    assert_eq!(decide_one(request).reason, "stop");
}

#[test]
fn a_long_reason_is_cut_between_characters() {
    let mut request = request(
        Want::Run,
        PLAIN,
        vec![server("stopped", ServerState::Stopped)],
    );
    request.wanted.reason = "가".repeat(200);
    assert_eq!(
        decide_one(request).reason,
        format!("start: {}", "가".repeat(193))
    );
}
