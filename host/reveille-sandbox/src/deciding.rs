//! Decisions about servers: the chain of deciders, in requests of at most 1,000 servers.

use std::{sync::Arc, time::Duration};

use reveille_core::{
    model::{Decision, DecisionLayer, OnFailure, RuleFailure},
    port::{DecideRequest, DecidedServer},
};

use crate::{
    bindings::exports::reveille::rules::decider, chain::Step, convert, counters::Tallies,
    fault::Fault, fingerprint::Fingerprint, planning::since_1970, rule::Rule,
};

/// Most servers of one request; the contract names the number.
const SERVERS: usize = 1_000;

/// The print of everything in a request that one of `steps` is shown.
pub(crate) fn print(request: &DecideRequest<'_>, steps: &[Step<'_>]) -> u128 {
    let chain = steps.iter().fold(0, |print, step| step.after(print));
    let mut print = Fingerprint::new()
        .with_print(chain)
        .with(&request.schedule.digest)
        .with(request.wanted)
        .with(
            &request
                .force
                .map(|force| (force.want, &force.by, &force.reason)),
        )
        .with(&request.groups)
        .with(&request.servers.len());
    if steps.iter().any(|step| step.rule.description.clock) {
        print = print.with(&request.now);
    }
    for decided in request.servers {
        let server = decided.server;
        print = print
            .with(&server.id)
            .with(&server.name)
            .with(&(server.kind, server.state))
            .with(&server.native_state)
            .with(&server.instance_type)
            .with(&server.group)
            .with(decided.stored)
            .with(&[
                decided.maintenance_now,
                decided.restarted_by_provider,
                decided.force_pending,
                decided.just_started,
            ]);
        for key in steps.iter().flat_map(|step| &step.rule.description.tags) {
            print = print.with(&server.tags.get(key));
        }
    }
    print.print()
}

/// Asks the deciders. The flag says whether the answer would be the same another time.
pub(crate) fn decide(
    request: &DecideRequest<'_>,
    steps: &[Step<'_>],
    counters: &Tallies,
) -> (Result<Vec<Decision>, RuleFailure>, bool) {
    let mut decisions = Vec::with_capacity(request.servers.len());
    let mut keep = true;
    let frame = convert::decider::frame(request);
    for servers in request.servers.chunks(SERVERS) {
        match decide_some(frame.clone(), request, servers, steps, counters, &mut keep) {
            Ok(some) => decisions.extend(convert::decider::answered(some, servers)),
            Err(failure) => return (Err(failure), keep),
        }
    }
    (Ok(decisions), keep)
}

/// The decisions as each of `steps` leaves them. Every step is asked anew with those before it: this is for people who
/// ask why, and seldom.
pub(crate) fn layers(
    request: &DecideRequest<'_>,
    steps: &[Step<'_>],
    counters: &Tallies,
) -> Result<Vec<DecisionLayer>, RuleFailure> {
    let mut layers = Vec::with_capacity(steps.len());
    for (place, step) in (1..).zip(steps) {
        let before = steps.get(..place).unwrap_or(steps);
        let (decisions, _) = decide(request, before, counters);
        layers.push(DecisionLayer {
            rule: Some(step.rule.name().to_owned()),
            decisions: decisions?,
        });
    }
    Ok(layers)
}

fn decide_some(
    mut frame: decider::DecideRequest,
    request: &DecideRequest<'_>,
    servers: &[DecidedServer<'_>],
    steps: &[Step<'_>],
    counters: &Tallies,
    keep: &mut bool,
) -> Result<Vec<decider::Decision>, RuleFailure> {
    frame.servers = servers.iter().map(convert::decider::server).collect();
    for step in steps {
        convert::decider::for_rule(&mut frame, request, servers, step.rule, step.config);
        counters.asked_decider();
        match ask(step.rule, &frame, request, servers) {
            Ok(decisions) => frame.so_far = decisions,
            Err(fault) => {
                *keep &= fault.is_deterministic();
                match step.on_failure {
                    OnFailure::Hold => return Err(step.rule.failure(fault)),
                    OnFailure::Skip => {}
                }
            }
        }
    }
    Ok(frame.so_far)
}

/// Asks a decider, and looks at its answer.
pub(crate) fn ask(
    rule: &Rule,
    frame: &decider::DecideRequest,
    request: &DecideRequest<'_>,
    servers: &[DecidedServer<'_>],
) -> Result<Vec<decider::Decision>, Fault> {
    // Who does not ask for the time does not get it by way of WASI either.
    let clock = if rule.description.clock {
        since_1970(request.now.date) + Duration::from_secs(u64::from(request.now.minute.0) * 60)
    } else {
        Duration::ZERO
    };
    let mut decisions = rule.decide(frame, clock)?;
    convert::decider::check(&mut decisions, servers).map_err(|what| rule.refuse(what))?;
    Ok(decisions)
}

/// Decisions as they are kept.
pub(crate) fn kept(
    answer: &Result<Vec<Decision>, RuleFailure>,
) -> Result<Arc<[Decision]>, Arc<RuleFailure>> {
    match answer {
        Ok(decisions) => Ok(decisions.as_slice().into()),
        Err(failure) => Err(Arc::new(failure.clone())),
    }
}
