//! The RDS API, version 2014-10-31: describe, start, stop, snapshots, tags. Aurora, Neptune and DocumentDB clusters
//! answer to the same calls.
//!
//! Pages of 20 to 100: <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html>. What
//! may be started and stopped, and what is refused: <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_StopDBInstance.html>,
//! <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_StopDBCluster.html>.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{
    database::{Database, Kind},
    ec2::check_tag,
    refusal::Refusal,
    request::Form,
    xml::{element, instant},
};

/// Most records of a page, and as many as there are unless fewer are asked for.
const PAGE: usize = 100;

/// The databases and snapshots of a region.
#[derive(Debug, Default)]
pub(super) struct Databases {
    pub(super) all: BTreeMap<(Kind, String), Database>,
    /// Snapshots: the database that each was taken of, and when.
    pub(super) snapshots: BTreeMap<String, (String, DateTime<Utc>)>,
}

impl Databases {
    /// Lets happen what is due.
    pub(super) fn advance(&mut self, now: DateTime<Utc>) {
        for database in self.all.values_mut() {
            database.advance(now);
        }
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = &Database> {
        self.all
            .iter()
            .filter(move |((of, _), _)| *of == kind)
            .map(|(_, database)| database)
    }

    fn members(&self, cluster: &str) -> Vec<String> {
        self.of(Kind::Instance)
            .filter(|database| database.cluster.as_deref() == Some(cluster))
            .map(|database| database.id.clone())
            .collect()
    }

    fn find(&mut self, kind: Kind, id: &str) -> Result<&mut Database, Refusal> {
        // Identifiers are kept in lower case and found in any.
        let id = id.to_ascii_lowercase();
        self.all
            .get_mut(&(kind, id.clone()))
            .ok_or_else(|| not_found(kind, &id))
    }
}

/// Where a call takes place.
pub(super) struct Place<'a> {
    pub(super) now: DateTime<Utc>,
    pub(super) account: &'a str,
    pub(super) region: &'a str,
    pub(super) databases: &'a mut Databases,
}

/// Answers `action`.
pub(super) fn answer(place: &mut Place<'_>, action: &str, form: &Form) -> Result<String, Refusal> {
    match action {
        "DescribeDBInstances" => describe(place, Kind::Instance, form),
        "DescribeDBClusters" => describe(place, Kind::Cluster, form),
        "StartDBInstance" => start_instance(place, form),
        "StopDBInstance" => stop_instance(place, form),
        "StartDBCluster" => start_cluster(place, form),
        "StopDBCluster" => stop_cluster(place, form),
        "CreateDBSnapshot" => create_snapshot(place, form),
        "DeleteDBSnapshot" => delete_snapshot(place, form),
        "DescribeDBSnapshots" => Ok(describe_snapshots(place, form)),
        "AddTagsToResource" => add_tags(place, form),
        "RemoveTagsFromResource" => remove_tags(place, form),
        other => Err(Refusal::unknown_action(other)),
    }
}

fn names(kind: Kind) -> (&'static str, &'static str, &'static str) {
    match kind {
        Kind::Instance => ("DBInstanceIdentifier", "DBInstances", "DBInstance"),
        Kind::Cluster => ("DBClusterIdentifier", "DBClusters", "DBCluster"),
    }
}

fn describe(place: &mut Place<'_>, kind: Kind, form: &Form) -> Result<String, Refusal> {
    let (id, list, item) = names(kind);
    let most = form.number("MaxRecords", 20..=PAGE)?.unwrap_or(PAGE);
    let one = match form.get(id) {
        Some(one) => Some(place.databases.find(kind, one)?.id.clone()),
        None => None,
    };
    let filters = form.filters("Filters.Filter", "Values.Value");
    let after = form.get("Marker");
    let mut found = place
        .databases
        .of(kind)
        .filter(|database| one.as_ref().is_none_or(|one| *one == database.id))
        .filter(|database| after.is_none_or(|after| database.id.as_str() > after))
        .filter(|database| filters.iter().all(|filter| passes(database, filter)))
        .peekable();
    let mut out = format!("<{list}>");
    let mut last = None;
    for database in found.by_ref().take(most) {
        let members = match kind {
            Kind::Instance => Vec::new(),
            Kind::Cluster => place.databases.members(&database.id),
        };
        out.push_str(&format!(
            "<{item}>{}</{item}>",
            database.xml(place.account, place.region, &members)
        ));
        last = Some(database.id.clone());
    }
    out.push_str(&format!("</{list}>"));
    if let (Some(marker), Some(_)) = (last, found.peek()) {
        element(&mut out, "Marker", &marker);
    }
    Ok(out)
}

fn passes(database: &Database, (name, values): &(&str, Vec<&str>)) -> bool {
    match *name {
        "engine" => values.contains(&database.engine.as_str()),
        "db-cluster-id" => match database.kind {
            Kind::Cluster => values.contains(&database.id.as_str()),
            Kind::Instance => database
                .cluster
                .as_deref()
                .is_some_and(|cluster| values.contains(&cluster)),
        },
        _ => values.contains(&database.id.as_str()),
    }
}

fn start_instance(place: &mut Place<'_>, form: &Form) -> Result<String, Refusal> {
    let now = place.now;
    let database = place
        .databases
        .find(Kind::Instance, form.need("DBInstanceIdentifier")?)?;
    not_in_a_cluster(database)?;
    if database.status != "stopped" {
        return Err(wrong_state(
            "InvalidDBInstanceState",
            format!(
                "Instance {} cannot be started as it is not in one of the following statuses: 'stopped, \
                 inaccessible-encryption-credentials-recoverable, incompatible-network'.",
                database.id
            ),
        ));
    }
    database.start(now);
    Ok(described(place, form))
}

fn stop_instance(place: &mut Place<'_>, form: &Form) -> Result<String, Refusal> {
    let now = place.now;
    let snapshot = form.get("DBSnapshotIdentifier");
    let taken = snapshot.is_some_and(|name| place.databases.snapshots.contains_key(name));
    let database = place
        .databases
        .find(Kind::Instance, form.need("DBInstanceIdentifier")?)?;
    not_in_a_cluster(database)?;
    if database.source.is_some() || !database.replicas.is_empty() {
        return Err(wrong_state(
            "InvalidDBInstanceState",
            "Cannot stop or start a read replica instance or one that has read replicas".to_owned(),
        ));
    }
    if database.status != "available" {
        return Err(wrong_state(
            "InvalidDBInstanceState",
            format!("Instance {} is not in available state.", database.id),
        ));
    }
    if let (Some(name), true) = (snapshot, taken) {
        return Err(snapshot_exists(name));
    }
    database.stop(now);
    let id = database.id.clone();
    if let Some(name) = snapshot {
        place.databases.snapshots.insert(name.to_owned(), (id, now));
    }
    Ok(described(place, form))
}

fn start_cluster(place: &mut Place<'_>, form: &Form) -> Result<String, Refusal> {
    let wanted = "stopped, inaccessible-encryption-credentials-recoverable";
    change_cluster(place, form, "stopped", wanted, Database::start)
}

fn stop_cluster(place: &mut Place<'_>, form: &Form) -> Result<String, Refusal> {
    change_cluster(place, form, "available", "available", Database::stop)
}

/// A cluster takes its members along.
fn change_cluster(
    place: &mut Place<'_>,
    form: &Form,
    from: &str,
    expected: &str,
    change: fn(&mut Database, DateTime<Utc>),
) -> Result<String, Refusal> {
    let now = place.now;
    let cluster = place
        .databases
        .find(Kind::Cluster, form.need("DBClusterIdentifier")?)?;
    if cluster.status != from {
        return Err(wrong_state(
            "InvalidDBClusterStateFault",
            format!(
                "DbCluster {} is in {} state but expected it to be one of {expected}.",
                cluster.id, cluster.status
            ),
        ));
    }
    change(cluster, now);
    let (id, restart) = (cluster.id.clone(), cluster.restart);
    for member in place.databases.members(&id) {
        if let Ok(member) = place.databases.find(Kind::Instance, &member) {
            change(member, now);
            member.restart = restart;
        }
    }
    let members = place.databases.members(&id);
    let cluster = place.databases.find(Kind::Cluster, &id)?;
    Ok(format!(
        "<DBCluster>{}</DBCluster>",
        cluster.xml(place.account, place.region, &members)
    ))
}

fn described(place: &mut Place<'_>, form: &Form) -> String {
    let (account, region) = (place.account, place.region);
    let id = form.get("DBInstanceIdentifier").unwrap_or_default();
    place
        .databases
        .find(Kind::Instance, id)
        .map(|database| {
            format!(
                "<DBInstance>{}</DBInstance>",
                database.xml(account, region, &[])
            )
        })
        .unwrap_or_default()
}

fn not_in_a_cluster(database: &Database) -> Result<(), Refusal> {
    if database.cluster.is_none() {
        return Ok(());
    }
    Err(Refusal::new(
        400,
        "InvalidParameterCombination",
        format!(
            "{} DB instances are not eligible for stopping or starting",
            database.engine
        ),
    ))
}

fn create_snapshot(place: &mut Place<'_>, form: &Form) -> Result<String, Refusal> {
    let name = form.need("DBSnapshotIdentifier")?;
    if place.databases.snapshots.contains_key(name) {
        return Err(snapshot_exists(name));
    }
    let database = place
        .databases
        .find(Kind::Instance, form.need("DBInstanceIdentifier")?)?;
    if database.status != "available" {
        return Err(wrong_state(
            "InvalidDBInstanceState",
            format!("Instance {} is not in available state.", database.id),
        ));
    }
    let of = database.id.clone();
    place
        .databases
        .snapshots
        .insert(name.to_owned(), (of.clone(), place.now));
    Ok(snapshot_xml(name, &of, place.now))
}

fn delete_snapshot(place: &mut Place<'_>, form: &Form) -> Result<String, Refusal> {
    let name = form.need("DBSnapshotIdentifier")?;
    match place.databases.snapshots.remove(name) {
        Some((of, at)) => Ok(snapshot_xml(name, &of, at)),
        None => Err(Refusal::new(
            404,
            "DBSnapshotNotFound",
            format!("DBSnapshot not found: {name}"),
        )),
    }
}

fn describe_snapshots(place: &Place<'_>, form: &Form) -> String {
    let wanted = form.get("DBSnapshotIdentifier");
    let all: String = place
        .databases
        .snapshots
        .iter()
        .filter(|(name, _)| wanted.is_none_or(|wanted| wanted == name.as_str()))
        .map(|(name, (of, at))| snapshot_xml(name, of, *at))
        .collect();
    format!("<DBSnapshots>{all}</DBSnapshots>")
}

fn snapshot_xml(name: &str, of: &str, at: DateTime<Utc>) -> String {
    let mut out = String::from("<DBSnapshot>");
    element(&mut out, "DBSnapshotIdentifier", name);
    element(&mut out, "DBInstanceIdentifier", of);
    element(&mut out, "SnapshotCreateTime", &instant(at));
    out.push_str("<Status>available</Status></DBSnapshot>");
    out
}

fn add_tags(place: &mut Place<'_>, form: &Form) -> Result<String, Refusal> {
    let tags = form.tags("Tags.Tag");
    for (key, value) in &tags {
        check_tag(key, value.as_deref().unwrap_or_default())?;
    }
    let database = by_arn(place, form)?;
    for (key, value) in tags {
        database.tags.insert(key, value.unwrap_or_default());
    }
    Ok(String::new())
}

fn remove_tags(place: &mut Place<'_>, form: &Form) -> Result<String, Refusal> {
    let keys: Vec<String> = form.list("TagKeys.member").map(str::to_owned).collect();
    let database = by_arn(place, form)?;
    for key in keys {
        database.tags.remove(&key);
    }
    Ok(String::new())
}

fn by_arn<'a>(place: &'a mut Place<'_>, form: &Form) -> Result<&'a mut Database, Refusal> {
    let arn = form.need("ResourceName")?;
    let home = format!("arn:aws:rds:{}:{}:", place.region, place.account);
    let (kind, id) = match arn
        .strip_prefix(&home)
        .and_then(|rest| rest.split_once(':'))
    {
        Some(("db", id)) => (Kind::Instance, id),
        Some(("cluster", id)) => (Kind::Cluster, id),
        Some(_) | None => {
            return Err(Refusal::new(
                400,
                "InvalidParameterValue",
                format!("Invalid resource name: {arn}"),
            ));
        }
    };
    place.databases.find(kind, id)
}

fn not_found(kind: Kind, id: &str) -> Refusal {
    match kind {
        Kind::Instance => Refusal::new(
            404,
            "DBInstanceNotFound",
            format!("DBInstance {id} not found."),
        ),
        Kind::Cluster => Refusal::new(
            404,
            "DBClusterNotFoundFault",
            format!("DBCluster {id} not found."),
        ),
    }
}

fn wrong_state(code: &'static str, message: String) -> Refusal {
    Refusal::new(400, code, message)
}

fn snapshot_exists(name: &str) -> Refusal {
    Refusal::new(
        400,
        "DBSnapshotAlreadyExists",
        format!(
            "Cannot create the snapshot because a snapshot with the identifier {name} already exists."
        ),
    )
}
