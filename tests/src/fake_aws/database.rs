//! RDS instances and clusters: their statuses, what it takes to change them, how AWS describes them.
//!
//! Statuses: <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html>. Stopped for at most
//! seven days: <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html> and
//! <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-cluster-stop-start.html>.

use std::{collections::BTreeMap, fmt::Write};

use chrono::{DateTime, Duration, Utc};

use super::xml::{element, escaped, instant};

/// How long a start takes unless a test says otherwise; AWS names no figure, some minutes are usual.
pub(super) const STARTING: Duration = Duration::minutes(8);
/// How long a stop takes unless a test says otherwise.
pub(super) const STOPPING: Duration = Duration::minutes(6);
/// How long one stays stopped before AWS starts it.
pub(super) const LONGEST_STOP: Duration = Duration::days(7);

/// What a database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Instance,
    Cluster,
}

/// An instance or a cluster.
#[derive(Debug, Clone)]
pub(super) struct Database {
    pub(super) kind: Kind,
    pub(super) id: String,
    pub(super) status: String,
    /// When it gets into which status by itself.
    pub(super) arrival: Option<(DateTime<Utc>, &'static str)>,
    /// When AWS starts it.
    pub(super) restart: Option<DateTime<Utc>>,
    pub(super) engine: String,
    pub(super) class: String,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) window: Option<String>,
    /// The source that it is a read replica of.
    pub(super) source: Option<String>,
    pub(super) replicas: Vec<String>,
    /// The cluster that it is a member of.
    pub(super) cluster: Option<String>,
    pub(super) starting: Duration,
    pub(super) stopping: Duration,
}

impl Database {
    /// A stopped one that AWS does not start by itself: it counts the days from a stop that it was asked for.
    pub(super) fn new(kind: Kind, id: &str) -> Self {
        let engine = match kind {
            Kind::Instance => "mysql",
            Kind::Cluster => "aurora-mysql",
        };
        Self {
            kind,
            id: id.to_owned(),
            status: "stopped".to_owned(),
            arrival: None,
            restart: None,
            engine: engine.to_owned(),
            class: "db.m6g.large".to_owned(),
            tags: BTreeMap::new(),
            window: Some("sun:05:00-sun:05:30".to_owned()),
            source: None,
            replicas: Vec::new(),
            cluster: None,
            starting: STARTING,
            stopping: STOPPING,
        }
    }

    /// Starts it.
    pub(super) fn start(&mut self, now: DateTime<Utc>) {
        self.status = "starting".to_owned();
        self.restart = None;
        self.arrival = Some((now + self.starting, "available"));
    }

    /// Stops it.
    pub(super) fn stop(&mut self, now: DateTime<Utc>) {
        self.status = "stopping".to_owned();
        self.restart = Some(now + LONGEST_STOP);
        self.arrival = Some((now + self.stopping, "stopped"));
    }

    /// Lets happen what is due.
    pub(super) fn advance(&mut self, now: DateTime<Utc>) {
        loop {
            match (self.arrival, self.restart) {
                (Some((at, to)), _) if at <= now => {
                    self.arrival = None;
                    self.status = to.to_owned();
                }
                (None, Some(at)) if at <= now && self.status == "stopped" => self.start(at),
                (_, _) => return,
            }
        }
    }

    /// Its ARN.
    pub(super) fn arn(&self, account: &str, region: &str) -> String {
        let word = match self.kind {
            Kind::Instance => "db",
            Kind::Cluster => "cluster",
        };
        format!("arn:aws:rds:{region}:{account}:{word}:{}", self.id)
    }

    /// The inside of the element that describes it; `members` are those of a cluster.
    pub(super) fn xml(&self, account: &str, region: &str, members: &[String]) -> String {
        let mut out = String::with_capacity(2_000);
        match self.kind {
            Kind::Instance => self.write_instance(&mut out, region),
            Kind::Cluster => self.write_cluster(&mut out, members),
        }
        element(&mut out, "Engine", &self.engine);
        if let Some(window) = &self.window {
            element(&mut out, "PreferredMaintenanceWindow", window);
        }
        out.push_str("<PreferredBackupWindow>03:00-03:30</PreferredBackupWindow>");
        if let Some(at) = self.restart {
            element(&mut out, "AutomaticRestartTime", &instant(at));
        }
        out.push_str("<TagList>");
        for (key, value) in &self.tags {
            let _ = write!(
                out,
                "<Tag><Key>{}</Key><Value>{}</Value></Tag>",
                escaped(key),
                escaped(value)
            );
        }
        out.push_str("</TagList>");
        let arn = match self.kind {
            Kind::Instance => "DBInstanceArn",
            Kind::Cluster => "DBClusterArn",
        };
        element(&mut out, arn, &self.arn(account, region));
        out
    }

    fn write_instance(&self, out: &mut String, region: &str) {
        element(out, "DBInstanceIdentifier", &self.id);
        element(out, "DBInstanceClass", &self.class);
        element(out, "DBInstanceStatus", &self.status);
        element(out, "AvailabilityZone", &format!("{region}a"));
        out.push_str(
            "<AllocatedStorage>20</AllocatedStorage><MultiAZ>false</MultiAZ><StorageType>gp3</StorageType>",
        );
        if let Some(source) = &self.source {
            element(out, "ReadReplicaSourceDBInstanceIdentifier", source);
        }
        out.push_str("<ReadReplicaDBInstanceIdentifiers>");
        for replica in &self.replicas {
            element(out, "ReadReplicaDBInstanceIdentifier", replica);
        }
        out.push_str("</ReadReplicaDBInstanceIdentifiers>");
        if let Some(cluster) = &self.cluster {
            element(out, "DBClusterIdentifier", cluster);
        }
    }

    fn write_cluster(&self, out: &mut String, members: &[String]) {
        element(out, "DBClusterIdentifier", &self.id);
        element(out, "Status", &self.status);
        out.push_str("<MultiAZ>false</MultiAZ><DBClusterMembers>");
        for (number, member) in members.iter().enumerate() {
            out.push_str("<DBClusterMember>");
            element(out, "DBInstanceIdentifier", member);
            let _ = write!(
                out,
                "<IsClusterWriter>{}</IsClusterWriter></DBClusterMember>",
                number == 0
            );
        }
        out.push_str("</DBClusterMembers>");
    }
}
