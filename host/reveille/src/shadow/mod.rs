//! Beside a live AWS Instance Scheduler: what it decides in a minute, what Reveille would, and where the two differ.
//! Nothing is ordered of any server and nothing is written to AWS.

mod memory;
mod original;
mod recorder;
mod report;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use reveille_aws::registry::Registry;
use reveille_core::{
    model::{Action, Definitions, Item, Schedule, Server, ServerId, Stored, Want, local_moment},
    port::{FleetView, OrderAction, Rules, Silence},
    tick::{Scheduler, Settings, TickOutcome, TickReport, Unseen},
    timeline::Timeline,
};

use crate::original::{OriginalSchedule, schedules};
use memory::Memory;
use original::{Answer, Because, Original};
use recorder::Recorder;
pub(crate) use report::{Mismatch, MismatchKey, Report};

/// What both look at in one minute.
pub(crate) struct Seen {
    /// The config table of AWS Instance Scheduler.
    pub(crate) items: Vec<Item>,
    /// What Reveille goes by.
    pub(crate) definitions: Arc<Definitions>,
    pub(crate) fleet: FleetView,
    /// What it remembers; none when that cannot be read.
    pub(crate) registry: Option<Registry>,
}

/// The two side by side.
pub(crate) struct Shadow {
    rules: Arc<dyn Rules>,
    zone: Tz,
    memory: Arc<Memory>,
    recorder: Arc<Recorder>,
    scheduler: Scheduler,
}

impl Shadow {
    /// `zone` is that of schedules without one.
    pub(crate) fn new(rules: Arc<dyn Rules>, zone: Tz) -> Self {
        let memory = Arc::new(Memory::default());
        let recorder = Arc::new(Recorder::default());
        let scheduler = Scheduler::new(
            Arc::clone(&memory) as _,
            Arc::clone(&recorder) as _,
            Arc::clone(&rules),
            Arc::new(Silence),
            Settings::new("shadow"),
        );
        Self {
            rules,
            zone,
            memory,
            recorder,
            scheduler,
        }
    }

    /// Works out what both decide at `now`, which must be later than the last.
    ///
    /// # Errors
    /// When Reveille's own run fails.
    pub(crate) async fn minute(&self, seen: Seen, now: DateTime<Utc>) -> anyhow::Result<Report> {
        let schedules = schedules(&seen.items, self.zone, &*self.rules);
        let original = Original {
            rules: &*self.rules,
            schedules: &schedules,
            registry: seen.registry.as_ref(),
            now,
        };
        let servers = Arc::clone(&seen.fleet.servers);
        let answers = original.answers(&servers);
        let stored: Vec<Stored> = servers
            .iter()
            .map(|server| original.stored(server))
            .collect();
        let definitions = Arc::clone(&seen.definitions);
        self.memory.begin(definitions, &servers, &stored, now);
        let unseen = seen.fleet.unseen.iter().map(Unseen::of).collect();
        self.recorder.show(seen.fleet);
        let tick = self.scheduler.tick(now).await?;
        anyhow::ensure!(
            tick.outcome == TickOutcome::Done,
            "this minute was compared before: the clock stands still or goes backwards"
        );
        let ordered: HashMap<ServerId, Action> = self
            .recorder
            .take()
            .into_iter()
            .map(|order| (order.server, action(order.action)))
            .collect();
        let here = Here {
            definitions: &seen.definitions,
            tick: &tick,
            rules: &*self.rules,
            now,
        };
        let mut mismatches = Vec::new();
        for ((server, there), stored) in servers.iter().zip(answers).zip(&stored) {
            let reveille = ordered.get(&server.id).cloned().unwrap_or(Action::None);
            if reveille == there.action {
                continue;
            }
            let schedule = schedules.get(&*server.schedule);
            let because = here.because(server, stored, &reveille, &there, schedule);
            mismatches.push(Mismatch {
                server: server.id.clone(),
                name: server.name.to_string(),
                schedule: server.schedule.to_string(),
                original: there.action,
                why: self.memory.reason(&server.id),
                reveille,
                because,
            });
        }
        Ok(Report {
            at: now,
            servers: servers.len(),
            mismatches,
            unseen,
        })
    }
}

fn action(order: OrderAction) -> Action {
    match order {
        OrderAction::Start => Action::Start,
        OrderAction::Stop { .. } => Action::Stop,
        OrderAction::Resize(to) => Action::Resize(to),
    }
}

/// What is known of Reveille's decision.
struct Here<'a> {
    definitions: &'a Definitions,
    tick: &'a TickReport,
    rules: &'a dyn Rules,
    now: DateTime<Utc>,
}

impl Here<'_> {
    /// Every documented difference that bears on `server`; none when nothing explains that the two differ.
    fn because(
        &self,
        server: &Server,
        stored: &Stored,
        reveille: &Action,
        there: &Answer,
        schedule: Option<&OriginalSchedule>,
    ) -> Vec<String> {
        let mut because = Vec::new();
        match &there.because {
            Because::Decided | Because::NotScheduled => {}
            Because::UnknownSchedule(why) => {
                because.push(format!("AWS Instance Scheduler does not know the schedule: {why}"));
            }
            Because::NotRegistered => because.push(String::from(
                "AWS Instance Scheduler has neither registered this server nor any other of its account, region and \
                 service with the schedule; for Reveille the tag counts",
            )),
            Because::BreaksOff(why) => because.push(format!(
                "the run of AWS Instance Scheduler comes to nothing in this account and region: {why}"
            )),
            Because::Resized => because.push(String::from(
                "AWS Instance Scheduler resizes whatever was done by hand; Reveille leaves what people have stopped",
            )),
            Because::PreferredType => because.push(String::from(
                "AWS Instance Scheduler starts with the first type of the tag IS-PreferredInstanceTypes, also where the \
                 period names one; Reveille goes by the period",
            )),
        }
        let differences = schedule.iter().flat_map(|schedule| &schedule.differences);
        for difference in differences.map(ToString::to_string) {
            // Why the other one does not know a schedule may be one of them.
            if !because.iter().any(|said| said.contains(&difference)) {
                because.push(difference);
            }
        }
        let name = &*server.schedule;
        if let Some(faults) = self.definitions.set_aside.get(name) {
            let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
            because.push(format!(
                "Reveille sets the schedule aside: {}",
                faults.join("; ")
            ));
        }
        if self.tick.held.iter().any(|held| held == name) {
            because.push(String::from(
                "the schedule holds in Reveille: one of its rules does not answer, or cannot read a period",
            ));
        }
        if let Some(schedule) = self.definitions.schedules.get(name)
            && *reveille != Action::None
            && self.holds_now(schedule)
        {
            because.push(String::from(
                "the schedule turned between two runs; Reveille does not lose that",
            ));
        }
        if *reveille == Action::Stop && *stored == Stored::STOPPED && because.is_empty() {
            because.push(String::from(
                "AWS has started it by itself after seven days; Reveille stops it again",
            ));
        }
        because
    }

    fn holds_now(&self, schedule: &Schedule) -> bool {
        let moment = local_moment(self.now, schedule.timezone);
        Timeline::new(self.rules, schedule, &[])
            .wanted_at(moment)
            .is_ok_and(|wanted| wanted.want == Want::Hold)
    }
}
