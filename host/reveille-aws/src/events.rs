//! Events of what was done, on a bus, in AWS Instance Scheduler's shape.

use std::sync::Arc;

use aws_config::{Region, SdkConfig};
use chrono::{DateTime, Utc};
use reveille_core::{
    model::{Server, ServerKind},
    port::{OrderAction, Trace},
};
use serde_json::{Value, json};

use crate::{
    arn::Arn,
    complaints::Complaints,
    side_by_side::side_by_side,
    signed::{Service, Signed},
    tags,
    trace::{Done, Seen},
};

/// Events in one call (EventBridge API Reference, "PutEvents", read 2026-11-23).
const BATCH: usize = 10;
/// Calls on their way at a time: the smallest regions take 400 a second, a call takes about 20 ms.
const AT_ONCE: usize = 8;
const CALL: &str = "events:PutEvents";

/// Sends events.
#[derive(Debug)]
pub(crate) struct Events {
    client: Signed,
    bus: String,
    unscheduled: Seen,
}

impl Events {
    /// To `bus`, a name or an ARN.
    pub(crate) fn new(home: &SdkConfig, bus: &str) -> Self {
        let region = bus.starts_with("arn:").then(|| bus.split(':').nth(3));
        let client = match region.flatten().filter(|region| !region.is_empty()) {
            Some(region) => {
                let there = home.clone().into_builder();
                let there = there.region(Region::new(region.to_owned())).build();
                Signed::new(&there, Service::EVENTS)
            }
            None => Signed::new(home, Service::EVENTS),
        };
        Self {
            client,
            bus: bus.to_owned(),
            unscheduled: Seen::default(),
        }
    }

    pub(crate) async fn leave(
        &self,
        trace: &Trace<'_>,
        done: &[Done<'_>],
        now: DateTime<Utc>,
        complaints: &Arc<Complaints>,
    ) {
        let events = self.events(trace, done, now);
        let send = |batch: &[Value]| {
            let (client, complaints) = (self.client.clone(), Arc::clone(complaints));
            let (bus, input) = (self.bus.clone(), json!({"Entries": batch}));
            async move {
                match client.json(CALL, &input).await {
                    Ok(answer) => {
                        let refused = answer["Entries"].as_array().and_then(|entries| {
                            entries.iter().find_map(|entry| entry["ErrorCode"].as_str())
                        });
                        match refused {
                            Some(code) => complaints.partly(&bus, CALL, code),
                            None => complaints.fine(&bus, CALL),
                        }
                    }
                    Err(trouble) => complaints.failed(&bus, CALL, &trouble),
                }
            }
        };
        let calls: Vec<_> = events.chunks(BATCH).map(send).collect();
        side_by_side(AT_ONCE, calls).await;
    }

    /// What is new: each order, and each server that names an unknown schedule since the tick before. A process that
    /// has just begun takes those whose tag says so already for told.
    fn events(&self, trace: &Trace<'_>, done: &[Done<'_>], now: DateTime<Utc>) -> Vec<Value> {
        let acted = done.iter().filter_map(|done| {
            let requested = match done.order.action {
                OrderAction::Start => "Start",
                OrderAction::Stop { .. } => "Stop",
                OrderAction::Resize(_) => "Resize",
            };
            let taken = match done.outcome.result {
                Ok(()) => done.taken,
                Err(_) => "Error",
            };
            self.event(done.server, Some(requested), taken, now)
        });
        let unknown = self.unscheduled.new_ones(trace.unscheduled);
        let unknown = unknown.into_iter().filter_map(|server| {
            let told = server.tags.get(tags::ERROR);
            if told.is_some_and(|error| error.starts_with("UnknownSchedule ")) {
                return None;
            }
            self.event(server, None, "Error", now)
        });
        acted.chain(unknown).collect()
    }

    /// None when the server's id does not tell where it is.
    fn event(
        &self,
        server: &Server,
        requested: Option<&str>,
        taken: &str,
        now: DateTime<Utc>,
    ) -> Option<Value> {
        let found = Arn::parse(&server.id)?;
        let service = match found.kind {
            ServerKind::Ec2 => "ec2",
            ServerKind::RdsInstance | ServerKind::RdsCluster => "rds",
        };
        let detail = json!({
            "account": found.account,
            "region": found.region,
            "service": service,
            "resource_id": found.resource,
            "requested_action": requested,
            "action_taken": taken,
            "schedule": server.schedule.as_ref(),
        });
        Some(json!({
            "EventBusName": self.bus,
            "Source": "instance-scheduler",
            "DetailType": "Scheduling Action",
            "Resources": [server.id],
            "Time": now.timestamp(),
            "Detail": detail.to_string(),
        }))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

    use reveille_core::{
        model::ServerId,
        port::{ActError, ActErrorKind, Order, Outcome},
        testing::{server, utc},
    };

    use super::*;

    const WEB: &str = "arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc";

    fn events() -> Events {
        Events::new(&SdkConfig::builder().build(), "ops")
    }

    fn details(events: &[Value]) -> Vec<Value> {
        events
            .iter()
            .map(|event| serde_json::from_str(event["Detail"].as_str().unwrap()).unwrap())
            .collect()
    }

    #[test]
    fn an_action_is_an_event_of_the_originals_shape() {
        let web = server(WEB, "office").build();
        let order = Order {
            server: web.id.clone(),
            action: OrderAction::Start,
        };
        let told = |result| {
            let outcome = Outcome {
                server: ServerId::from(WEB),
                result,
            };
            let trace = Trace {
                servers: std::slice::from_ref(&web),
                unscheduled: &[],
                orders: std::slice::from_ref(&order),
                outcomes: std::slice::from_ref(&outcome),
                last: None,
            };
            let done = crate::trace::done(&trace, |_| true);
            events().events(&trace, &done, utc("2026-01-05 05:00"))
        };
        let started = told(Ok(()));
        assert_eq!(started[0]["Source"], "instance-scheduler");
        assert_eq!(started[0]["DetailType"], "Scheduling Action");
        assert_eq!(started[0]["EventBusName"], "ops");
        assert_eq!(started[0]["Resources"], json!([WEB]));
        assert_eq!(started[0]["Time"], 1_767_589_200);
        let mut expected = json!({
            "account": "111122223333", "region": "eu-west-1", "service": "ec2", "resource_id": "i-0abc",
            "requested_action": "Start", "action_taken": "Started", "schedule": "office",
        });
        assert_eq!(details(&started), [expected.clone()]);

        let failed = told(Err(ActError {
            kind: ActErrorKind::Capacity,
            code: "x".into(),
            message: String::new(),
        }));
        expected["action_taken"] = "Error".into();
        assert_eq!(details(&failed), [expected]);
    }

    #[test]
    fn an_unknown_schedule_is_told_when_it_becomes_unknown() {
        let web = server(WEB, "nowhere").build();
        let servers = std::slice::from_ref(&web);
        let all = [&web];
        let events = events();
        let told = |unscheduled| {
            let trace = Trace {
                servers,
                unscheduled,
                orders: &[],
                outcomes: &[],
                last: None,
            };
            details(&events.events(&trace, &[], utc("2026-01-05 05:00")))
        };
        let first = told(&all);
        assert_eq!(first.len(), 1);
        assert_eq!(first[0]["requested_action"], Value::Null);
        assert_eq!(told(&all).len(), 0);
        assert_eq!(told(&[]).len(), 0);
        assert_eq!(told(&all).len(), 1);
    }
}
