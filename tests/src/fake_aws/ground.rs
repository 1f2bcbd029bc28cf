//! What stands in an account and region, told and asked by tests.

use std::{collections::BTreeMap, fmt::Write, sync::Arc};

use chrono::{DateTime, Duration, Utc};
use sha2::{Digest, Sha256};

use super::{
    Shared,
    account::Ground,
    database::{Database, Kind},
    instance::{Instance, State},
    ssm::Window,
};

/// An account, told what it has.
#[derive(Debug, Clone)]
pub struct Account {
    shared: Arc<Shared>,
    id: String,
}

impl Account {
    pub(super) fn new(shared: Arc<Shared>, id: &str) -> Self {
        shared.world().accounts.entry(id.to_owned()).or_default();
        Self {
            shared,
            id: id.to_owned(),
        }
    }

    /// With a role of this name that anybody may assume.
    #[must_use]
    pub fn role(self, name: &str) -> Self {
        self.add_role(name, None)
    }

    /// With a role of this name that asks for an external id.
    #[must_use]
    pub fn guarded_role(self, name: &str, external_id: &str) -> Self {
        self.add_role(name, Some(external_id.to_owned()))
    }

    fn add_role(self, name: &str, external_id: Option<String>) -> Self {
        let mut world = self.shared.world();
        let ledger = world.accounts.entry(self.id.clone()).or_default();
        ledger.roles.insert(name.to_owned(), external_id);
        drop(world);
        self
    }

    /// The ARN of its role of this name.
    #[must_use]
    pub fn role_arn(&self, name: &str) -> String {
        format!("arn:aws:iam::{}:role/{name}", self.id)
    }

    /// Nobody in it may do `permission`, such as `ec2:StartInstances`, from now on.
    pub fn denies(&self, permission: &str) -> &Self {
        let mut world = self.shared.world();
        let ledger = world.accounts.entry(self.id.clone()).or_default();
        ledger.denied.insert(permission.to_owned());
        drop(world);
        self
    }

    /// Everybody in it may do `permission` again.
    pub fn allows(&self, permission: &str) -> &Self {
        let mut world = self.shared.world();
        let ledger = world.accounts.entry(self.id.clone()).or_default();
        ledger.denied.remove(permission);
        drop(world);
        self
    }

    /// One of its regions.
    #[must_use]
    pub fn region(&self, name: &str) -> Region {
        Region {
            shared: Arc::clone(&self.shared),
            account: self.id.clone(),
            name: name.to_owned(),
        }
    }
}

/// A region of an account, told what is in it.
#[derive(Debug, Clone)]
pub struct Region {
    shared: Arc<Shared>,
    account: String,
    name: String,
}

impl Region {
    /// The EC2 instance of this name, made when it is not there: stopped, with the tag `Name`.
    #[must_use]
    pub fn instance(&self, name: &str) -> Servers {
        self.servers([name.to_owned()])
    }

    /// EC2 instances `{prefix}-00000`, `{prefix}-00001` and so on, made when they are not there.
    #[must_use]
    pub fn instances(&self, prefix: &str, count: usize) -> Servers {
        self.servers((0..count).map(|number| format!("{prefix}-{number:05}")))
    }

    fn servers(&self, names: impl IntoIterator<Item = String>) -> Servers {
        let ids = self.with(|ground, now| {
            names
                .into_iter()
                .map(|name| {
                    let id = instance_id(&name);
                    if ground.instances.get(&id).is_none() {
                        let mut instance = Instance::new(id.clone(), now);
                        instance.tags.insert("Name".to_owned(), name);
                        ground.instances.add(instance);
                    }
                    id
                })
                .collect()
        });
        Servers {
            region: self.clone(),
            ids,
        }
    }

    /// The RDS instance of this name, made when it is not there: stopped.
    #[must_use]
    pub fn database(&self, id: &str) -> Databases {
        self.databases(Kind::Instance, id)
    }

    /// The RDS cluster of this name, made when it is not there: stopped.
    #[must_use]
    pub fn cluster(&self, id: &str) -> Databases {
        self.databases(Kind::Cluster, id)
    }

    fn databases(&self, kind: Kind, id: &str) -> Databases {
        self.with(|ground, _| {
            ground
                .databases
                .all
                .entry((kind, id.to_owned()))
                .or_insert_with(|| Database::new(kind, id));
        });
        Databases {
            region: self.clone(),
            key: (kind, id.to_owned()),
        }
    }

    /// A maintenance window of SSM, on from `next` for so many hours; `next` is written as SSM does, with an offset.
    pub fn maintenance_window(&self, name: &str, next: Option<&str>, hours: u8) -> &Self {
        self.with(|ground, _| {
            ground.windows.push(Window {
                id: format!("mw-{:017x}", ground.windows.len()),
                name: name.to_owned(),
                enabled: true,
                hours,
                next: next.map(str::to_owned),
            });
        });
        self
    }

    /// Takes all maintenance windows of SSM away.
    pub fn clear_maintenance_windows(&self) {
        self.with(|ground, _| ground.windows.clear());
    }

    /// From now on the parameter of SSM says that.
    pub fn parameter(&self, name: &str, text: &str) -> &Self {
        self.with(|ground, _| {
            let parameters = &mut ground.secrets.parameters;
            parameters.insert(name.to_owned(), text.to_owned());
        });
        self
    }

    /// From now on the secret of Secrets Manager says that; what it said is the one before.
    pub fn secret(&self, name: &str, text: &str) -> &Self {
        self.with(|ground, now| ground.secrets.manage(name, text, now));
        self
    }

    /// Takes a parameter or a secret away.
    pub fn forget_secret(&self, name: &str) -> &Self {
        self.with(|ground, _| ground.secrets.forget(name));
        self
    }

    /// From now on the account has not enabled it: no credentials are good in it.
    pub fn not_enabled(&self) -> &Self {
        self.with(|ground, _| ground.disabled = true);
        self
    }

    /// From now on there is no capacity for instances of this type.
    pub fn no_capacity(&self, instance_type: &str) -> &Self {
        self.with(|ground, _| {
            ground.instances.scarce.insert(instance_type.to_owned());
        });
        self
    }

    /// There is capacity for everything again.
    pub fn capacity(&self) -> &Self {
        self.with(|ground, _| ground.instances.scarce.clear());
        self
    }

    /// From now on the next `calls` calls of `DescribeInstances` after a change show what was before it.
    pub fn shows_late(&self, calls: u64) -> &Self {
        self.with(|ground, _| ground.instances.lag = calls);
        self
    }

    /// The state of every EC2 instance by name, of every database by id.
    #[must_use]
    pub fn states(&self) -> BTreeMap<String, String> {
        self.with(|ground, _| {
            let instances = ground.instances.iter().map(|instance| {
                let name = instance.tags.get("Name").unwrap_or(&instance.id);
                (name.clone(), instance.state.name().to_owned())
            });
            let databases = ground
                .databases
                .all
                .values()
                .map(|database| (database.id.clone(), database.status.clone()));
            instances.chain(databases).collect()
        })
    }

    /// Names of its snapshots, with the databases that they were taken of.
    #[must_use]
    pub fn snapshots(&self) -> BTreeMap<String, String> {
        self.with(|ground, _| {
            let all = ground.databases.snapshots.iter();
            all.map(|(name, (of, _))| (name.clone(), of.clone()))
                .collect()
        })
    }

    fn with<T>(&self, look: impl FnOnce(&mut Ground, DateTime<Utc>) -> T) -> T {
        let mut world = self.shared.world();
        let now = world.now;
        look(world.ground(&self.account, &self.name), now)
    }
}

/// The id of the EC2 instance of this name; an id is its own.
#[must_use]
pub fn instance_id(name: &str) -> String {
    if name.starts_with("i-") {
        return name.to_owned();
    }
    let digest = Sha256::digest(name);
    let mut id = "i-0".to_owned();
    for byte in digest.iter().take(8) {
        let _ = write!(id, "{byte:02x}");
    }
    id
}

/// One or more EC2 instances, told how they are. What is told is so at once and seen by the next call.
#[derive(Debug, Clone)]
pub struct Servers {
    region: Region,
    ids: Vec<String>,
}

impl Servers {
    /// With this tag.
    #[must_use]
    pub fn tag(self, key: &str, value: &str) -> Self {
        self.set(|instance| {
            instance.tags.insert(key.to_owned(), value.to_owned());
        })
    }

    /// As members of an Auto Scaling group, which tags them itself.
    #[must_use]
    pub fn in_group(self, group: &str) -> Self {
        self.tag("aws:autoscaling:groupName", group)
    }

    /// Of this type; `m5.large` unless told otherwise.
    #[must_use]
    pub fn instance_type(self, to: &str) -> Self {
        self.set(|instance| to.clone_into(&mut instance.instance_type))
    }

    /// Configured for hibernation.
    #[must_use]
    pub fn can_hibernate(self) -> Self {
        self.set(|instance| instance.can_hibernate = true)
    }

    /// Launched by one call: they share a reservation.
    #[must_use]
    pub fn launched_together(self) -> Self {
        let reservation = self.ids.first().map(|id| id.replace("i-", "r-"));
        self.set(|instance| {
            if let Some(reservation) = &reservation {
                instance.reservation.clone_from(reservation);
            }
        })
    }

    /// Running.
    #[must_use]
    pub fn running(self) -> Self {
        self.put(State::Running)
    }

    /// Stopped.
    #[must_use]
    pub fn stopped(self) -> Self {
        self.put(State::Stopped)
    }

    /// Starting, until told otherwise.
    #[must_use]
    pub fn pending(self) -> Self {
        self.put(State::Pending)
    }

    /// Stopping, until told otherwise.
    #[must_use]
    pub fn stopping(self) -> Self {
        self.put(State::Stopping)
    }

    /// How long they take to start and to stop.
    #[must_use]
    pub fn takes(self, starting: Duration, stopping: Duration) -> Self {
        self.set(|instance| (instance.starting, instance.stopping) = (starting, stopping))
    }

    /// A start is accepted and ends stopped again, with this reason: `Server.InsufficientInstanceCapacity`, say.
    #[must_use]
    pub fn falls_back(self, code: &str, message: &str) -> Self {
        self.set(|instance| instance.falls_back = Some((code.to_owned(), message.to_owned())))
    }

    /// A start ends running again.
    #[must_use]
    pub fn stays_up(self) -> Self {
        self.set(|instance| instance.falls_back = None)
    }

    /// Somebody terminates them.
    pub fn terminate(&self) {
        self.region.with(|ground, now| {
            for id in &self.ids {
                ground.instances.set(id, |instance| instance.terminate(now));
            }
        });
    }

    /// They are no longer there, as an hour after they were terminated.
    pub fn vanish(&self) {
        self.region.with(|ground, _| {
            for id in &self.ids {
                ground.instances.remove(id);
            }
        });
    }

    /// Their ids.
    #[must_use]
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// The id of the first.
    #[must_use]
    pub fn id(&self) -> &str {
        self.ids.first().map_or("", String::as_str)
    }

    /// The state of the first; empty when it is not there.
    #[must_use]
    pub fn state(&self) -> &'static str {
        self.look(|instance| instance.state.name())
            .unwrap_or_default()
    }

    /// The type of the first.
    #[must_use]
    pub fn type_now(&self) -> String {
        self.look(|instance| instance.instance_type.clone())
            .unwrap_or_default()
    }

    /// The tags of the first.
    #[must_use]
    pub fn tags(&self) -> BTreeMap<String, String> {
        self.look(|instance| instance.tags.clone())
            .unwrap_or_default()
    }

    fn look<T>(&self, look: impl FnOnce(&Instance) -> T) -> Option<T> {
        self.region
            .with(|ground, _| ground.instances.get(self.id()).map(look))
    }

    fn put(self, state: State) -> Self {
        self.set(|instance| {
            instance.state = state;
            instance.arrival = None;
            instance.state_reason = None;
        })
    }

    fn set(self, change: impl Fn(&mut Instance)) -> Self {
        self.region.with(|ground, _| {
            for id in &self.ids {
                ground.instances.set(id, &change);
            }
        });
        self
    }
}

/// An RDS instance or cluster, told how it is.
#[derive(Debug, Clone)]
pub struct Databases {
    region: Region,
    key: (Kind, String),
}

impl Databases {
    /// With this tag.
    #[must_use]
    pub fn tag(self, key: &str, value: &str) -> Self {
        self.set(|database| {
            database.tags.insert(key.to_owned(), value.to_owned());
        })
    }

    /// Of this engine: `mysql` and `aurora-mysql` unless told otherwise.
    #[must_use]
    pub fn engine(self, engine: &str) -> Self {
        self.set(|database| engine.clone_into(&mut database.engine))
    }

    /// With this preferred maintenance window, `sun:05:00-sun:05:30`; an empty text is none.
    #[must_use]
    pub fn window(self, window: &str) -> Self {
        let window = Some(window).filter(|window| !window.is_empty());
        self.set(|database| database.window = window.map(str::to_owned))
    }

    /// A read replica of `source`, which is in the same region.
    #[must_use]
    pub fn replica_of(self, source: &str) -> Self {
        self.region.with(|ground, _| {
            let key = (Kind::Instance, source.to_owned());
            if let Some(source) = ground.databases.all.get_mut(&key) {
                source.replicas.push(self.key.1.clone());
            }
        });
        self.set(|database| database.source = Some(source.to_owned()))
    }

    /// A member of a cluster.
    #[must_use]
    pub fn member_of(self, cluster: &str) -> Self {
        self.set(|database| database.cluster = Some(cluster.to_owned()))
    }

    /// Available.
    #[must_use]
    pub fn available(self) -> Self {
        self.status("available")
    }

    /// In any status, until told otherwise: `backing-up`, `modifying`, `stopped`.
    #[must_use]
    pub fn status(self, status: &str) -> Self {
        self.set(|database| {
            status.clone_into(&mut database.status);
            database.arrival = None;
            database.restart = None;
        })
    }

    /// In a status for a while, then available.
    #[must_use]
    pub fn busy(self, status: &str, lasts: Duration) -> Self {
        let now = self.region.with(|_, now| now);
        self.set(|database| {
            status.clone_into(&mut database.status);
            database.arrival = Some((now + lasts, "available"));
        })
    }

    /// How long it takes to start and to stop.
    #[must_use]
    pub fn takes(self, starting: Duration, stopping: Duration) -> Self {
        self.set(|database| (database.starting, database.stopping) = (starting, stopping))
    }

    /// It is deleted.
    pub fn vanish(&self) {
        self.region.with(|ground, _| {
            ground.databases.all.remove(&self.key);
        });
    }

    /// Its status; empty when it is not there.
    #[must_use]
    pub fn state(&self) -> String {
        self.look(|database| database.status.clone())
            .unwrap_or_default()
    }

    /// Its tags.
    #[must_use]
    pub fn tags(&self) -> BTreeMap<String, String> {
        self.look(|database| database.tags.clone())
            .unwrap_or_default()
    }

    /// Its ARN.
    #[must_use]
    pub fn arn(&self) -> String {
        let (account, region) = (self.region.account.clone(), self.region.name.clone());
        self.look(|database| database.arn(&account, &region))
            .unwrap_or_default()
    }

    fn look<T>(&self, look: impl FnOnce(&Database) -> T) -> Option<T> {
        self.region
            .with(|ground, _| ground.databases.all.get(&self.key).map(look))
    }

    fn set(self, change: impl FnOnce(&mut Database)) -> Self {
        self.region.with(|ground, _| {
            if let Some(database) = ground.databases.all.get_mut(&self.key) {
                change(database);
            }
        });
        self
    }
}
