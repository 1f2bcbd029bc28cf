//! What Reveille leaves in AWS of what it does, for those who look there: tags on the servers, events on a bus, figures
//! in CloudWatch, all in the shapes of AWS Instance Scheduler v3.2.
//!
//! None of it is needed for the next tick, so it never holds one up for long and never fails one.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration as Patience,
};

use aws_config::SdkConfig;
use chrono::{DateTime, Utc};
use reveille_core::{
    model::{Server, ServerId, ServerKind},
    port::{Order, OrderAction, Outcome, Trace},
};
use tokio::time::timeout;

use crate::{complaints::Complaints, events::Events, metrics::Metrics, site::Site, tags::Tags};

/// How long a tick waits for its traces, all of them side by side. What is not left by then is not left: the fleet's
/// port grants a few seconds.
const WAIT: Patience = Patience::from_secs(4);

/// Which traces are left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TraceSettings {
    /// Whether servers get the tags `IS-LastAction`, `IS-Error` and `IS-ErrorMessage`.
    pub tags: bool,
    /// Name or ARN of the EventBridge bus that gets the events.
    pub event_bus: Option<String>,
    /// Namespace of the CloudWatch metrics.
    pub metrics: Option<String>,
}

/// Leaves traces.
#[derive(Debug)]
pub struct Traces {
    tags: Option<Tags>,
    events: Option<Events>,
    metrics: Option<Metrics>,
    complaints: Arc<Complaints>,
}

/// What was done to a server, and what came of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Done<'a> {
    pub(crate) server: &'a Server,
    pub(crate) order: &'a Order,
    pub(crate) outcome: &'a Outcome,
    /// In AWS Instance Scheduler's words: `Started`.
    pub(crate) taken: &'static str,
}

impl Traces {
    /// Tags are written in `sites`, events and figures with `home`: its credentials, and its region unless the bus is
    /// given by an ARN.
    #[must_use]
    pub fn new(home: &SdkConfig, sites: &[Site], settings: &TraceSettings) -> Self {
        Self {
            tags: settings.tags.then(|| Tags::new(sites)),
            events: settings
                .event_bus
                .as_ref()
                .map(|bus| Events::new(home, bus)),
            metrics: settings
                .metrics
                .as_ref()
                .map(|namespace| Metrics::new(home, namespace)),
            complaints: Arc::default(),
        }
    }

    /// Leaves `trace` of the tick at `now`, and gives up after a few seconds. What fails is logged once until it fails
    /// in another way. Nothing is called when there is nothing to tell, but for the figures every five minutes.
    ///
    /// `hibernates` tells whether a server can hibernate: one that cannot was stopped.
    pub async fn leave(
        &self,
        trace: &Trace<'_>,
        hibernates: impl Fn(&ServerId) -> bool + Send,
        now: DateTime<Utc>,
    ) {
        let done = done(trace, hibernates);
        tokio::join!(
            async {
                if let Some(tags) = &self.tags {
                    in_time(
                        &self.complaints,
                        "ec2:CreateTags",
                        tags.leave(trace, &done, now, &self.complaints),
                    )
                    .await;
                }
            },
            async {
                if let Some(events) = &self.events {
                    in_time(
                        &self.complaints,
                        "events:PutEvents",
                        events.leave(trace, &done, now, &self.complaints),
                    )
                    .await;
                }
            },
            async {
                if let Some(metrics) = &self.metrics {
                    in_time(
                        &self.complaints,
                        "cloudwatch:PutMetricData",
                        metrics.leave(trace, now, &self.complaints),
                    )
                    .await;
                }
            },
        );
    }
}

async fn in_time(complaints: &Complaints, call: &'static str, leaving: impl Future<Output = ()>) {
    if timeout(WAIT, leaving).await.is_err() {
        complaints.late("traces", call);
    }
}

/// The orders beside their servers; those of servers that are not in the trace are left out.
pub(crate) fn done<'a>(trace: &Trace<'a>, hibernates: impl Fn(&ServerId) -> bool) -> Vec<Done<'a>> {
    trace
        .orders
        .iter()
        .zip(trace.outcomes)
        .filter_map(|(order, outcome)| {
            let at = trace
                .servers
                .binary_search_by(|server| server.id.cmp(&order.server))
                .ok()?;
            let server = trace.servers.get(at)?;
            Some(Done {
                server,
                order,
                outcome,
                taken: taken(server, &order.action, &hibernates),
            })
        })
        .collect()
}

/// What an accepted order has done, in AWS Instance Scheduler's words.
fn taken(
    server: &Server,
    action: &OrderAction,
    hibernates: impl Fn(&ServerId) -> bool,
) -> &'static str {
    match action {
        OrderAction::Start => "Started",
        OrderAction::Stop { hibernate: true }
            if server.kind == ServerKind::Ec2 && hibernates(&server.id) =>
        {
            "Hibernated"
        }
        OrderAction::Stop { .. } => "Stopped",
        // One that runs with another type is stopped first and resized in a later tick.
        OrderAction::Resize(to) => match server.instance_type.as_deref() {
            Some(now) if now != to.as_str() && is_up(server) => "ResizeRequested",
            Some(_) | None => "Resized",
        },
    }
}

fn is_up(server: &Server) -> bool {
    use reveille_core::model::ServerState::{
        Busy, Gone, Problem, Running, Starting, Stopped, Stopping,
    };
    match server.state {
        Running | Busy | Starting => true,
        Stopped | Stopping | Problem | Gone => false,
    }
}

/// What has changed since the tick before, of a few servers among many.
#[derive(Debug, Default)]
pub(crate) struct Seen(Mutex<BTreeSet<ServerId>>);

impl Seen {
    /// Those of `now` that were not there the last time.
    pub(crate) fn new_ones<'a>(&self, now: &[&'a Server]) -> Vec<&'a Server> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let new = now
            .iter()
            .filter(|server| !seen.contains(&server.id))
            .copied()
            .collect();
        if !(seen.is_empty() && now.is_empty()) {
            *seen = now.iter().map(|server| server.id.clone()).collect();
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use reveille_core::testing::server;

    use super::*;

    #[test]
    fn what_was_there_the_last_time_is_not_new() {
        let seen = Seen::default();
        let (one, two) = (server("one", "dev").build(), server("two", "dev").build());
        let ids = |servers: Vec<&Server>| -> Vec<String> {
            servers.iter().map(|it| it.id.0.to_string()).collect()
        };
        assert_eq!(ids(seen.new_ones(&[&one])), ["one"]);
        assert_eq!(ids(seen.new_ones(&[&one, &two])), ["two"]);
        assert!(seen.new_ones(&[]).is_empty());
        assert_eq!(ids(seen.new_ones(&[&one])), ["one"]);
    }

    #[test]
    fn actions_have_the_words_of_aws_instance_scheduler() {
        let down = server("web", "dev").build();
        let up = server("web", "dev").running().build();
        let database = server("db", "dev")
            .kind(ServerKind::RdsInstance)
            .running()
            .build();
        let mut large = up.clone();
        large.instance_type = Some("t3.large".into());
        let resize = || OrderAction::Resize("t3.micro".into());
        let stop = |hibernate| OrderAction::Stop { hibernate };
        for (server, action, can_hibernate, word) in [
            (&down, OrderAction::Start, true, "Started"),
            (&up, stop(false), true, "Stopped"),
            (&up, stop(true), true, "Hibernated"),
            (&up, stop(true), false, "Stopped"),
            (&database, stop(true), true, "Stopped"),
            (&large, resize(), true, "ResizeRequested"),
            (&down, resize(), true, "Resized"),
        ] {
            assert_eq!(taken(server, &action, |_| can_hibernate), word);
        }
    }
}
