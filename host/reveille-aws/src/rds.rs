//! RDS in one site: seeing instances and clusters, starting and stopping them.
//!
//! Aurora, Neptune and DocumentDB come through the same calls. What RDS cannot stop is seen and left out: read
//! replicas and what they replicate, and the members of clusters.

use std::{sync::Arc, time::Duration};

use aws_sdk_rds::{
    Client,
    config::Builder,
    types::{DbCluster, DbInstance, Tag},
};
use chrono::{DateTime, Utc};
use reveille_core::{
    model::{LeftOut, MaintenanceWindow, Server, ServerId, ServerKind, ServerState, Turn},
    port::{ActError, ActErrorKind, OrderAction},
};

use crate::{
    ask::{Answers, Ask},
    preferred_window,
    rds_status::state_of,
    reach::{Reach, patient},
    refusal::refusal,
    side_by_side::side_by_side,
    site::Site,
    tagged::{Found, TagKeys},
    trouble::Trouble,
};

/// Servers of a page: as many as the describe calls give.
const PAGE: i32 = 100;
/// Servers started or stopped at a time; one call each.
const ORDERS_AT_ONCE: usize = 4;
/// Most characters of a snapshot's name (RDS API Reference, "CreateDBSnapshot", read 2026-11-23).
const LONGEST_SNAPSHOT_NAME: usize = 255;
/// Engines whose instances are members of clusters whatever else RDS says of them.
const CLUSTER_ENGINES: [&str; 3] = ["aurora", "neptune", "docdb"];

const DESCRIBE_INSTANCES: &str = "rds:DescribeDBInstances";
const DESCRIBE_CLUSTERS: &str = "rds:DescribeDBClusters";

/// RDS in one site.
#[derive(Debug, Clone)]
pub(crate) struct Rds {
    reach: Arc<Reach<Client>>,
    keys: Arc<TagKeys>,
    /// What the names of snapshots begin with that are made when an instance is stopped; none makes none.
    snapshots: Option<Arc<str>>,
}

impl Rds {
    pub(crate) fn new(site: &Site, keys: Arc<TagKeys>, snapshots: Option<&str>) -> Self {
        let client = |retry, partition| {
            let config = Builder::from(&site.sdk)
                .retry_config(retry)
                .retry_partition(partition);
            Client::from_conf(config.build())
        };
        Self {
            reach: Arc::new(Reach::new(site, "rds", client)),
            keys,
            snapshots: snapshots.map(Into::into),
        }
    }

    /// All instances with a schedule tag. The first page is waited for as long as `first` says.
    pub(crate) async fn look_at_instances(
        &self,
        now: DateTime<Utc>,
        mut first: Option<Duration>,
    ) -> Result<Vec<Found>, Trouble> {
        let mut found = Vec::new();
        let mut pages = self
            .reach
            .client()
            .describe_db_instances()
            .into_paginator()
            .page_size(PAGE)
            // A page twice must not pass for the last one: what came after it would be forgotten.
            .stop_on_duplicate_token(false)
            .send();
        while let Some(page) = patient(first.take(), DESCRIBE_INSTANCES, pages.next()).await? {
            let page = page.map_err(|error| self.reach.trouble(DESCRIBE_INSTANCES, error))?;
            let instances = page.db_instances.unwrap_or_default();
            found.extend(
                instances
                    .into_iter()
                    .filter_map(|instance| self.read_instance(instance, now)),
            );
        }
        Ok(found)
    }

    /// All clusters with a schedule tag, likewise.
    pub(crate) async fn look_at_clusters(
        &self,
        now: DateTime<Utc>,
        mut first: Option<Duration>,
    ) -> Result<Vec<Found>, Trouble> {
        let mut found = Vec::new();
        let mut pages = self
            .reach
            .client()
            .describe_db_clusters()
            .into_paginator()
            .page_size(PAGE)
            .stop_on_duplicate_token(false)
            .send();
        while let Some(page) = patient(first.take(), DESCRIBE_CLUSTERS, pages.next()).await? {
            let page = page.map_err(|error| self.reach.trouble(DESCRIBE_CLUSTERS, error))?;
            let clusters = page.db_clusters.unwrap_or_default();
            found.extend(
                clusters
                    .into_iter()
                    .filter_map(|cluster| self.read_cluster(cluster, now)),
            );
        }
        Ok(found)
    }

    fn read_instance(&self, instance: DbInstance, now: DateTime<Utc>) -> Option<Found> {
        let left_out = left_out(&instance);
        self.read(
            Described {
                kind: ServerKind::RdsInstance,
                arn: instance.db_instance_arn,
                id: instance.db_instance_identifier,
                status: instance.db_instance_status,
                class: instance.db_instance_class,
                tags: instance.tag_list,
                window: instance.preferred_maintenance_window,
                left_out,
            },
            now,
        )
    }

    fn read_cluster(&self, cluster: DbCluster, now: DateTime<Utc>) -> Option<Found> {
        self.read(
            Described {
                kind: ServerKind::RdsCluster,
                arn: cluster.db_cluster_arn,
                id: cluster.db_cluster_identifier,
                status: cluster.status,
                class: cluster.db_cluster_instance_class,
                tags: cluster.tag_list,
                window: cluster.preferred_maintenance_window,
                left_out: None,
            },
            now,
        )
    }

    fn read(&self, described: Described, now: DateTime<Utc>) -> Option<Found> {
        let tags = described.tags.unwrap_or_default();
        let tagged = self
            .keys
            .read(tags.into_iter().map(|tag| (tag.key, tag.value)))?;
        let status = described.status.unwrap_or_default();
        let is_in_window = described
            .window
            .is_some_and(|window| preferred_window::is_open(&window, now));
        let server = Server {
            id: ServerId(described.arn?.into()),
            name: match tagged.name {
                Some(name) => name,
                None => described.id?.into(),
            },
            kind: described.kind,
            state: state_of(&status),
            native_state: status.into(),
            state_reason: None,
            instance_type: described.class.map(Into::into),
            schedule: tagged.schedule,
            group: tagged.group,
            tags: tagged.all,
            left_out: described.left_out,
            open_windows: is_in_window
                .then_some(MaintenanceWindow::Preferred)
                .into_iter()
                .collect(),
        };
        Some(Found {
            server,
            hibernates: false,
        })
    }

    /// Carries out `asks`, each by a call of its own, and answers each once.
    pub(crate) async fn act(&self, asks: Vec<Ask>, answers: &Answers) {
        let orders = asks.into_iter().map(|ask| {
            let (rds, answers) = (self.clone(), answers.clone());
            async move {
                let result = rds.act_one(&ask).await;
                answers.answer(&ask, result);
            }
        });
        side_by_side(ORDERS_AT_ONCE, orders).await;
    }

    async fn act_one(&self, ask: &Ask) -> Result<(), ActError> {
        let turn = match &ask.action {
            // RDS has no types that a schedule may change.
            OrderAction::Start | OrderAction::Resize(_) => Turn::Start,
            OrderAction::Stop { .. } => Turn::Stop,
        };
        let called = match (ask.kind, turn) {
            (ServerKind::RdsCluster, Turn::Start) => self.start_cluster(ask).await,
            (ServerKind::RdsCluster, Turn::Stop) => self.stop_cluster(ask).await,
            (ServerKind::RdsInstance | ServerKind::Ec2, Turn::Start) => {
                self.start_instance(ask).await
            }
            (ServerKind::RdsInstance | ServerKind::Ec2, Turn::Stop) => {
                self.stop_instance(ask).await
            }
        };
        let Err(trouble) = called else {
            return Ok(());
        };
        let refused = refusal(&trouble);
        // RDS refuses to start what starts: somebody else may have been faster.
        if refused.kind == ActErrorKind::WrongState && self.has_turned(ask, turn).await {
            return Ok(());
        }
        Err(refused)
    }

    async fn start_cluster(&self, ask: &Ask) -> Result<(), Trouble> {
        let start = self.reach.client().start_db_cluster();
        let started = start.db_cluster_identifier(&ask.resource).send().await;
        started
            .map(drop)
            .map_err(|error| self.reach.trouble("rds:StartDBCluster", error))
    }

    async fn stop_cluster(&self, ask: &Ask) -> Result<(), Trouble> {
        let stop = self.reach.client().stop_db_cluster();
        let stopped = stop.db_cluster_identifier(&ask.resource).send().await;
        stopped
            .map(drop)
            .map_err(|error| self.reach.trouble("rds:StopDBCluster", error))
    }

    async fn start_instance(&self, ask: &Ask) -> Result<(), Trouble> {
        let start = self.reach.client().start_db_instance();
        let started = start.db_instance_identifier(&ask.resource).send().await;
        started
            .map(drop)
            .map_err(|error| self.reach.trouble("rds:StartDBInstance", error))
    }

    async fn stop_instance(&self, ask: &Ask) -> Result<(), Trouble> {
        let snapshot = self
            .snapshots
            .as_ref()
            .map(|prefix| snapshot_name(prefix, &ask.resource));
        if let Some(snapshot) = &snapshot {
            self.delete_snapshot(snapshot).await;
        }
        let stop = self
            .reach
            .client()
            .stop_db_instance()
            .db_instance_identifier(&ask.resource)
            .set_db_snapshot_identifier(snapshot);
        let stopped = stop.send().await;
        stopped
            .map(drop)
            .map_err(|error| self.reach.trouble("rds:StopDBInstance", error))
    }

    /// Makes room for the snapshot of this stop. What becomes of it shows when the instance is stopped.
    async fn delete_snapshot(&self, name: &str) {
        let delete = self
            .reach
            .client()
            .delete_db_snapshot()
            .db_snapshot_identifier(name);
        let Err(error) = delete.send().await else {
            return;
        };
        let trouble = self.reach.trouble("rds:DeleteDBSnapshot", error);
        if !trouble.code.starts_with("DBSnapshotNotFound") {
            tracing::warn!(snapshot = name, error = %trouble, "the snapshot of the last stop stays");
        }
    }

    /// Whether it is where `turn` leads, or on its way there. When nobody can tell, it is not.
    async fn has_turned(&self, ask: &Ask, turn: Turn) -> bool {
        let status = match ask.kind {
            ServerKind::RdsCluster => {
                let describe = self.reach.client().describe_db_clusters();
                let described = describe.db_cluster_identifier(&ask.resource).send().await;
                let clusters = described.ok().and_then(|it| it.db_clusters);
                clusters.and_then(|it| it.into_iter().next()?.status)
            }
            ServerKind::RdsInstance | ServerKind::Ec2 => {
                let describe = self.reach.client().describe_db_instances();
                let described = describe.db_instance_identifier(&ask.resource).send().await;
                let instances = described.ok().and_then(|it| it.db_instances);
                instances.and_then(|it| it.into_iter().next()?.db_instance_status)
            }
        };
        let Some(state) = status.as_deref().map(state_of) else {
            return false;
        };
        match state {
            ServerState::Running | ServerState::Starting | ServerState::Busy => turn == Turn::Start,
            ServerState::Stopped | ServerState::Stopping => turn == Turn::Stop,
            ServerState::Problem | ServerState::Gone => false,
        }
    }
}

/// What is read of an instance or a cluster.
struct Described {
    kind: ServerKind,
    arn: Option<String>,
    id: Option<String>,
    status: Option<String>,
    class: Option<String>,
    tags: Option<Vec<Tag>>,
    window: Option<String>,
    left_out: Option<LeftOut>,
}

fn left_out(instance: &DbInstance) -> Option<LeftOut> {
    let is_member = instance.db_cluster_identifier().is_some()
        || instance
            .engine()
            .is_some_and(|engine| CLUSTER_ENGINES.iter().any(|it| engine.starts_with(it)));
    let is_replica = instance
        .read_replica_source_db_instance_identifier()
        .is_some()
        || instance
            .read_replica_source_db_cluster_identifier()
            .is_some();
    let has_replicas = !instance.read_replica_db_instance_identifiers().is_empty()
        || !instance.read_replica_db_cluster_identifiers().is_empty();
    if is_member {
        Some(LeftOut::ClusterMember)
    } else if is_replica {
        Some(LeftOut::ReadReplica)
    } else {
        has_replicas.then_some(LeftOut::Replicated)
    }
}

/// `{prefix}-stopped-{id}` as RDS takes names: letters, digits and single hyphens, a letter first, no hyphen last.
fn snapshot_name(prefix: &str, id: &str) -> String {
    let mut name = String::new();
    for it in format!("{prefix}-stopped-{id}").chars() {
        if it.is_ascii_alphanumeric() {
            name.push(it);
        } else if !name.is_empty() && !name.ends_with('-') && !it.is_whitespace() {
            name.push('-');
        }
    }
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        name.insert_str(0, "r-");
    }
    name.truncate(LONGEST_SNAPSHOT_NAME);
    name.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_is_named_as_aws_instance_scheduler_names_it() {
        assert_eq!(
            snapshot_name("my stack", "orders"),
            "mystack-stopped-orders"
        );
    }

    #[test]
    fn a_snapshots_name_is_one_that_rds_takes() {
        assert_eq!(
            snapshot_name("1st_hub--", "orders"),
            "r-1st-hub-stopped-orders"
        );
        assert_eq!(snapshot_name("", "orders"), "stopped-orders");
        assert_eq!(snapshot_name("hub", "orders-"), "hub-stopped-orders");
        let long = snapshot_name(&"x".repeat(300), "orders");
        assert_eq!(long.len(), LONGEST_SNAPSHOT_NAME);
    }

    #[test]
    fn members_and_replicas_are_left_out() {
        let instance = DbInstance::builder();
        assert_eq!(left_out(&instance.clone().engine("mysql").build()), None);
        for member in [
            instance.clone().engine("aurora-mysql").build(),
            instance.clone().engine("docdb").build(),
            instance.clone().db_cluster_identifier("orders").build(),
        ] {
            assert_eq!(left_out(&member), Some(LeftOut::ClusterMember));
        }
        let source = instance.read_replica_db_instance_identifiers("orders-2");
        assert_eq!(left_out(&source.clone().build()), Some(LeftOut::Replicated));
        let replica = source.read_replica_source_db_instance_identifier("orders");
        assert_eq!(left_out(&replica.build()), Some(LeftOut::ReadReplica));
    }
}
