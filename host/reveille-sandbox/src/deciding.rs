//! Decisions about servers: the chain of deciders, in requests of at most 1,000 servers.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use reveille_core::{
    model::{Decision, DecisionLayer, OnFailure, RuleFailure},
    port::{DecideRequest, DecidedServer},
};

use crate::{
    bindings::exports::reveille::rules::decider, chain::Step, convert, counters::Tallies,
    fault::Fault, fingerprint::Fingerprint, health::Errand, planning::since_1970, rule::Rule,
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

/// What is decided, and by whom.
pub(crate) struct Deciding<'a> {
    pub(crate) counters: &'a Tallies,
    pub(crate) request: &'a DecideRequest<'a>,
    pub(crate) steps: &'a [Step<'a>],
    /// None where every question is asked, whatever has failed.
    pub(crate) now: Option<DateTime<Utc>>,
}

impl Deciding<'_> {
    /// Asks the deciders. The flag says whether the answer would be the same another time.
    pub(crate) fn decide(&self) -> (Result<Vec<Decision>, RuleFailure>, bool) {
        let servers = self.request.servers;
        let mut decisions = Vec::with_capacity(servers.len());
        let mut keep = true;
        let mut failed = vec![false; self.steps.len()];
        let frame = convert::decider::frame(self.request);
        for some in servers.chunks(SERVERS) {
            match self.decide_some(frame.clone(), some, &mut failed, &mut keep) {
                Ok(decided) => decisions.extend(convert::decider::answered(decided, some)),
                Err(failure) => return (Err(failure), keep),
            }
        }
        // Only now: a rule that fails for the second thousand every time has not answered by deciding about the first.
        for (step, failed) in self.steps.iter().zip(failed) {
            if self.now.is_some() && !failed {
                let case = step.case(self.request.schedule, Errand::Decide);
                step.rule.health().answered(case);
            }
        }
        (Ok(decisions), keep)
    }

    /// The decisions as each of the steps leaves them. Every step is asked anew with those before it: this is for people
    /// who ask why, and seldom.
    pub(crate) fn layers(&self) -> Result<Vec<DecisionLayer>, RuleFailure> {
        let mut layers = Vec::with_capacity(self.steps.len());
        for (place, step) in (1..).zip(self.steps) {
            let steps = self.steps.get(..place).unwrap_or(self.steps);
            let (decisions, _) = Deciding { steps, ..*self }.decide();
            layers.push(DecisionLayer {
                rule: Some(step.rule.name().to_owned()),
                decisions: decisions?,
            });
        }
        Ok(layers)
    }

    fn decide_some(
        &self,
        mut frame: decider::DecideRequest,
        servers: &[DecidedServer<'_>],
        failed: &mut [bool],
        keep: &mut bool,
    ) -> Result<Vec<decider::Decision>, RuleFailure> {
        frame.servers = servers.iter().map(convert::decider::server).collect();
        for (step, failed) in self.steps.iter().zip(failed) {
            let (rule, config) = (step.rule, step.config);
            convert::decider::for_rule(&mut frame, self.request, servers, rule, config);
            match self.ask(step, &frame, servers) {
                Ok(decisions) => frame.so_far = decisions,
                Err(fault) => {
                    *failed = true;
                    *keep &= fault.is_deterministic();
                    match step.on_failure {
                        OnFailure::Hold => return Err(rule.failure(fault)),
                        OnFailure::Skip => {}
                    }
                }
            }
        }
        Ok(frame.so_far)
    }

    /// Asks a rule, unless it has failed for this schedule and is not to be asked now.
    fn ask(
        &self,
        step: &Step<'_>,
        frame: &decider::DecideRequest,
        servers: &[DecidedServer<'_>],
    ) -> Result<Vec<decider::Decision>, Fault> {
        let health = step.rule.health();
        let case = step.case(self.request.schedule, Errand::Decide);
        if let Some(now) = self.now {
            health.ask(case, now)?;
        }
        self.counters.asked_decider();
        let decided = ask(step.rule, frame, self.request, servers);
        if let (Err(fault), Some(now)) = (&decided, self.now) {
            health.failed(case, now, fault);
        }
        decided
    }
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
