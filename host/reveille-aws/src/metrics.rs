//! Figures for CloudWatch, by the names and dimensions of AWS Instance Scheduler's dashboard.
//!
//! | metric | dimensions | value |
//! |---|---|---|
//! | `ManagedInstances`, `RunningInstances`, `StoppedInstances` | `Service`, `InstanceType`, `SchedulingInterval` | servers |
//! | `ManagedInstances`, `RunningInstances`, `StoppedInstances` | `Service`, `Schedule`, `SchedulingInterval` | servers |
//! | `HoursSaved` | `Service`, `Schedule` | hours stopped since the figures before |
//!
//! `Service` is `ec2` or `rds`; `SchedulingInterval` the minutes between two figures.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use aws_config::SdkConfig;
use chrono::{DateTime, Duration, SecondsFormat, Utc};
use reveille_core::{
    model::{Server, ServerKind, ServerState},
    port::Trace,
};

use crate::{
    complaints::Complaints,
    signed::{Service, Signed},
};

/// How often figures are sent. A call costs 0.00001 USD and each metric 0.30 USD a month however often it is sent
/// (CloudWatch pricing, us-east-1, read 2026-11-23).
const INTERVAL: Duration = Duration::minutes(5);
/// Longest time for which hours are counted as saved: what was longer ago nobody has seen.
const LONGEST: Duration = Duration::minutes(15);
/// Metrics in one call. CloudWatch takes 1,000 and 1 MB; names and types of the longest kind make 1.3 KB of each.
const BATCH: usize = 500;
/// Most characters of a dimension's value.
const LONGEST_DIMENSION: usize = 1024;
const CALL: &str = "cloudwatch:PutMetricData";

/// Sends figures.
#[derive(Debug)]
pub(crate) struct Metrics {
    client: Signed,
    namespace: String,
    sent: Mutex<Option<DateTime<Utc>>>,
}

/// One metric.
#[derive(Debug, Clone, PartialEq)]
struct Figure {
    name: &'static str,
    dimensions: Vec<(&'static str, String)>,
    value: f64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    managed: u32,
    running: u32,
    stopped: u32,
}

impl Metrics {
    pub(crate) fn new(home: &SdkConfig, namespace: &str) -> Self {
        Self {
            client: Signed::new(home, Service::CLOUDWATCH),
            namespace: namespace.to_owned(),
            sent: Mutex::default(),
        }
    }

    /// Sends the figures of `now` unless they were sent less than [`INTERVAL`] ago. Those that fail are not sent later.
    pub(crate) async fn leave(
        &self,
        trace: &Trace<'_>,
        now: DateTime<Utc>,
        complaints: &Arc<Complaints>,
    ) {
        let before = {
            let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
            if sent.is_some_and(|sent| sent <= now && now - sent < INTERVAL) {
                return;
            }
            sent.replace(now)
        };
        let since = before.or(trace.last).map_or(Duration::zero(), |before| {
            (now - before).clamp(Duration::zero(), LONGEST)
        });
        for batch in figures(trace.servers, since).chunks(BATCH) {
            let parameters = self.parameters(batch, now);
            match self.client.query(CALL, &parameters).await {
                Ok(_) => complaints.fine(&self.namespace, CALL),
                Err(trouble) => complaints.failed(&self.namespace, CALL, &trouble),
            }
        }
    }

    fn parameters(&self, figures: &[Figure], now: DateTime<Utc>) -> Vec<(String, String)> {
        let time = now.to_rfc3339_opts(SecondsFormat::Secs, true);
        let mut parameters = vec![("Namespace".to_owned(), self.namespace.clone())];
        for (index, figure) in figures.iter().enumerate() {
            let at = format!("MetricData.member.{}", index + 1);
            let mut add =
                |key: &str, value: String| parameters.push((format!("{at}.{key}"), value));
            add("MetricName", figure.name.to_owned());
            add("Timestamp", time.clone());
            add("Value", figure.value.to_string());
            let unit = if figure.name == "HoursSaved" {
                "None"
            } else {
                "Count"
            };
            add("Unit", unit.to_owned());
            for (index, (name, value)) in figure.dimensions.iter().enumerate() {
                let at = format!("Dimensions.member.{}", index + 1);
                add(&format!("{at}.Name"), (*name).to_owned());
                add(&format!("{at}.Value"), value.clone());
            }
        }
        parameters
    }
}

/// The figures of those `servers` that are scheduled, `since` the figures before.
fn figures(servers: &[Server], since: Duration) -> Vec<Figure> {
    let mut types: BTreeMap<(&str, &str), Count> = BTreeMap::new();
    let mut schedules: BTreeMap<(&str, &str), Count> = BTreeMap::new();
    for server in servers.iter().filter(|server| server.left_out.is_none()) {
        let service = match server.kind {
            ServerKind::Ec2 => "ec2",
            ServerKind::RdsInstance | ServerKind::RdsCluster => "rds",
        };
        let kind = server.instance_type.as_deref().unwrap_or("unknown");
        types.entry((service, kind)).or_default().add(server.state);
        let schedule = Some(server.schedule.as_ref()).filter(|name| !name.is_empty());
        if let Some(schedule) = schedule {
            let count = schedules.entry((service, schedule)).or_default();
            count.add(server.state);
        }
    }
    let interval = INTERVAL.num_minutes().to_string();
    let mut figures = Vec::with_capacity(types.len() * 3 + schedules.len() * 4);
    for (by, counts) in [("InstanceType", &types), ("Schedule", &schedules)] {
        for ((service, value), count) in counts {
            let dimensions = vec![("Service", (*service).to_owned()), (by, dimension(value))];
            let mut of_scheduler = dimensions.clone();
            of_scheduler.push(("SchedulingInterval", interval.clone()));
            for (name, value) in [
                ("ManagedInstances", count.managed),
                ("RunningInstances", count.running),
                ("StoppedInstances", count.stopped),
            ] {
                figures.push(Figure {
                    name,
                    dimensions: of_scheduler.clone(),
                    value: f64::from(value),
                });
            }
            if by == "Schedule" {
                figures.push(Figure {
                    name: "HoursSaved",
                    dimensions,
                    value: f64::from(count.stopped) * since.as_seconds_f64() / 3600.0,
                });
            }
        }
    }
    figures
}

impl Count {
    fn add(&mut self, state: ServerState) {
        match state {
            ServerState::Gone => return,
            ServerState::Running | ServerState::Busy => self.running += 1,
            ServerState::Stopped => self.stopped += 1,
            // On their way or unknown: managed, and neither.
            ServerState::Starting | ServerState::Stopping | ServerState::Problem => {}
        }
        self.managed += 1;
    }
}

/// A dimension's value takes ASCII alone, with a letter and without a colon at its begin, 1,024 characters at most.
/// Names of schedules may be anything: other letters stand in percent signs, so that no two become one.
fn dimension(value: &str) -> String {
    let mut plain = String::new();
    for (index, byte) in value.bytes().enumerate() {
        match byte {
            b':' if index == 0 => plain.push_str("%3A"),
            b' ' if index == 0 => plain.push_str("%20"),
            b' '..=b'~' => plain.push(char::from(byte)),
            _ => plain.push_str(&format!("%{byte:02X}")),
        }
    }
    plain.truncate(LONGEST_DIMENSION);
    plain
}

#[cfg(test)]
mod tests {
    use reveille_core::{
        model::LeftOut,
        testing::{server, utc},
    };

    use super::*;

    fn found(figures: &[Figure], name: &str, dimensions: &[(&str, &str)]) -> Option<f64> {
        let is_it = |figure: &&Figure| {
            let has: Vec<(&str, &str)> = figure
                .dimensions
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            figure.name == name && has == dimensions
        };
        figures.iter().find(is_it).map(|figure| figure.value)
    }

    #[test]
    fn servers_are_counted_by_type_and_by_schedule() {
        let typed = |id: &str, schedule: &str, of: &str| {
            let mut server = server(id, schedule).build();
            server.instance_type = Some(of.into());
            server
        };
        let mut up = typed("a", "office", "t3.micro");
        up.state = ServerState::Running;
        let mut starting = typed("c", "office", "t3.micro");
        starting.state = ServerState::Starting;
        let mut member = typed("d", "office", "t3.micro");
        member.left_out = Some(LeftOut::AutoScaling);
        let servers = [up, typed("b", "night", "t3.micro"), starting, member];
        let figures = figures(&servers, Duration::minutes(5));
        let by_type = [
            ("Service", "ec2"),
            ("InstanceType", "t3.micro"),
            ("SchedulingInterval", "5"),
        ];
        assert_eq!(found(&figures, "ManagedInstances", &by_type), Some(3.0));
        assert_eq!(found(&figures, "RunningInstances", &by_type), Some(1.0));
        assert_eq!(found(&figures, "StoppedInstances", &by_type), Some(1.0));
        let office = [("Service", "ec2"), ("Schedule", "office")];
        let night = [("Service", "ec2"), ("Schedule", "night")];
        assert_eq!(found(&figures, "HoursSaved", &office), Some(0.0));
        assert_eq!(found(&figures, "HoursSaved", &night), Some(5.0 / 60.0));
        assert_eq!(figures.len(), 3 + 2 * 4);
    }

    #[test]
    fn figures_go_as_cloudwatch_takes_them() {
        let metrics = Metrics::new(&SdkConfig::builder().build(), "Ours");
        let figure = Figure {
            name: "HoursSaved",
            dimensions: vec![("Service", "ec2".into()), ("Schedule", "night".into())],
            value: 0.25,
        };
        let parameters = metrics.parameters(&[figure], utc("2026-01-05 05:00"));
        let form: Vec<String> = parameters
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(
            form,
            [
                "Namespace=Ours",
                "MetricData.member.1.MetricName=HoursSaved",
                "MetricData.member.1.Timestamp=2026-01-05T05:00:00Z",
                "MetricData.member.1.Value=0.25",
                "MetricData.member.1.Unit=None",
                "MetricData.member.1.Dimensions.member.1.Name=Service",
                "MetricData.member.1.Dimensions.member.1.Value=ec2",
                "MetricData.member.1.Dimensions.member.2.Name=Schedule",
                "MetricData.member.1.Dimensions.member.2.Value=night",
            ]
        );
    }

    #[test]
    fn values_of_dimensions_are_ascii() {
        assert_eq!(dimension("é a"), "%C3%A9 a");
        assert_eq!(dimension(":x"), "%3Ax");
        assert_eq!(dimension(" "), "%20");
        assert_eq!(dimension(&"서".repeat(256)).len(), LONGEST_DIMENSION);
    }
}
