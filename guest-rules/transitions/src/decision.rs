//! The decision about each server of a request.

use reveille_sdk::decider::{Action, DecideRequest, Decision, Server};
use reveille_sdk::types::{ServerKind, ServerState, Turn, Want};

use crate::aim::Aim;
use crate::gate::Gates;
use crate::reason;
use crate::verdict::{Case, Verdict, evaluate};

/// Name of the fact, `true` for a server to which the order that stands has not been given yet.
pub const FORCE_PENDING: &str = "force-pending";

/// Name of the fact, `true` for a server that the provider started by itself, as AWS does with a database that has
/// been stopped for seven days.
pub const RESTARTED_BY_PROVIDER: &str = "restarted-by-provider";

/// One decision for every server of the request, in their order.
///
/// It is the first decider of the chain: decisions so far are not looked at.
pub fn decide(request: DecideRequest) -> Vec<Decision> {
    let aim = Aim::of(request.wanted, request.forced, request.options);
    let gates = Gates::of(&request.groups);
    request
        .servers
        .into_iter()
        .map(|server| decide_one(&aim, &gates, server))
        .collect()
}

fn decide_one(aim: &Aim, gates: &Gates<'_>, server: Server) -> Decision {
    let verdict = verdict(aim, &server);
    let waits = waits_for(aim, gates, verdict, &server);
    if !waits.is_empty() {
        return Decision {
            server_id: server.id,
            action: Action::None,
            remember: server.remembered,
            reason: reason::of_waiting(waits),
        };
    }
    let new_type = new_type(aim, verdict, &server);
    let reason = reason::of(aim, verdict, new_type, &server);
    let action = match (new_type, verdict.turn()) {
        (Some(new_type), _) => Action::Resize(new_type.to_owned()),
        (None, Some(Turn::Start)) => Action::Start,
        (None, Some(Turn::Stop)) => Action::Stop,
        (None, None) => Action::None,
    };
    let remember = match verdict.remember() {
        Some(remember) if remember != server.remembered => remember.to_owned(),
        Some(_) | None => server.remembered,
    };
    Decision {
        server_id: server.id,
        action,
        remember,
        reason,
    }
}

/// The table's verdict, with what orders and the provider change in it.
fn verdict(aim: &Aim, server: &Server) -> Verdict {
    if !can_be_acted_on(server) {
        return Verdict::Unready;
    }
    if aim.ordered && is_fact(server, FORCE_PENDING) {
        match aim.want {
            Want::Run if server.state != ServerState::Running => {
                return Verdict::Ordered(Turn::Start);
            }
            Want::Stop if server.state != ServerState::Stopped => {
                return Verdict::Ordered(Turn::Stop);
            }
            Want::Run | Want::Stop | Want::Hold => {}
        }
    }
    let restarted = is_fact(server, RESTARTED_BY_PROVIDER);
    let verdict = evaluate(Case {
        want: aim.want,
        remembered: &server.remembered,
        // What the provider started, nobody wants retained.
        running: server.state == ServerState::Running && !restarted,
        in_window: server.maintenance_now && !aim.ordered,
        options: aim.options,
    });
    if restarted && verdict == Verdict::Stands(Turn::Stop) {
        return Verdict::RestartedByProvider;
    }
    verdict
}

/// AWS Instance Scheduler decides about an EC2 instance in every state, and about anything else only when it runs or
/// is stopped.
fn can_be_acted_on(server: &Server) -> bool {
    match server.state {
        ServerState::Running | ServerState::Stopped => true,
        ServerState::Starting | ServerState::Stopping | ServerState::Problem => {
            server.kind == ServerKind::Ec2
        }
        ServerState::Busy => false,
    }
}

fn waits_for<'a>(
    aim: &Aim,
    gates: &'a Gates<'_>,
    verdict: Verdict,
    server: &Server,
) -> &'a [&'a str] {
    match verdict.turn() {
        Some(turn)
            if !is_there(server, turn) && (verdict != Verdict::Window || aim.want == Want::Run) =>
        {
            gates.before(turn, server.group.as_deref())
        }
        Some(_) | None => &[],
    }
}

/// The type that the server is brought to, if it must change.
fn new_type<'a>(aim: &'a Aim, verdict: Verdict, server: &Server) -> Option<&'a str> {
    let planned = aim.instance_type.as_deref()?;
    let current = server.instance_type.as_deref()?;
    if planned == current || server.kind != ServerKind::Ec2 {
        return None;
    }
    let runs_as_remembered =
        verdict == Verdict::Stands(Turn::Start) && server.state == ServerState::Running;
    (verdict.turn() == Some(Turn::Start) || runs_as_remembered).then_some(planned)
}

/// Whether the server has turned or is on its way.
pub(crate) fn is_there(server: &Server, turn: Turn) -> bool {
    match turn {
        Turn::Start => matches!(server.state, ServerState::Running | ServerState::Starting),
        Turn::Stop => matches!(server.state, ServerState::Stopped | ServerState::Stopping),
    }
}

fn is_fact(server: &Server, name: &str) -> bool {
    server
        .extra
        .iter()
        .any(|(key, value)| key == name && value == "true")
}
