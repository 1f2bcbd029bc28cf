//! The servers of every configured account and region, on EC2 and RDS.
//!
//! Sites are worked on side by side, and what fails in one stays in it: it becomes a part that is not seen, or the
//! refusal of its own orders. What a service says is read in the file of that service.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use aws_config::SdkConfig;
use chrono::{DateTime, Utc};
use reveille_core::{
    model::{Server, ServerId, ServerKind, ServerState},
    port::{ActError, ActErrorKind, Fleet, FleetError, FleetView, Order, Outcome, Trace},
};
use tokio::{
    sync::mpsc::unbounded_channel,
    time::{Instant, timeout_at},
};

use crate::{
    arn::Arn,
    ask::{Answers, Ask, Known},
    blind::{Part, died, unasked, unseen_of},
    ec2::Ec2,
    rds::Rds,
    side_by_side::side_by_side,
    site::Site,
    tagged::{Found, TagKeys},
    target::Target,
    trace::{TraceSettings, Traces},
    trouble::{Trouble, TroubleKind},
    twins::tell_apart,
    windows::{WindowMemory, Windows},
};

/// Sites worked on side by side: 200 of them, each answering within 100 ms, are seen in under a second, and as many
/// pages as this of 1,000 instances each are a memory that a small machine has.
pub const SITES_AT_ONCE: usize = 32;
/// How long a look at one part of a site may take: ten pages of 1,000 instances take about twenty seconds.
const LOOK: Duration = Duration::from_secs(25);
/// How long the look at all sites may take: less than a lease, or a tick that looks for longer would find its lease ended
/// each time, and never act. Sites whose turn has not come by then come first at the next look.
pub const LOOK_AT_ALL: Duration = Duration::from_secs(40);
/// How long the first page of a part may take that did not answer at the last look: a region that is down must not
/// hold up the others at every tick.
const FIRST_SIGN: Duration = Duration::from_secs(3);
/// How long the orders of a tick may take: with [`LOOK`] well under a lease. What is not answered by then comes with
/// the next tick.
const ACT: Duration = Duration::from_secs(25);

/// Which services are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Services {
    /// EC2 instances.
    pub ec2: bool,
    /// RDS instances and clusters.
    pub rds: bool,
}

/// Which servers are looked for, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FleetSettings {
    /// Keys of the tag that names the schedule; the first one that a server carries counts.
    pub schedule_tags: Vec<String>,
    /// Keys of the tag that names the group, likewise.
    pub group_tags: Vec<String>,
    /// Accounts and regions.
    pub targets: Vec<Target>,
    /// Sites worked on side by side; [`SITES_AT_ONCE`].
    pub at_once: usize,
    /// How long the look at all sites may take; [`LOOK_AT_ALL`].
    pub look: Duration,
    /// What the names of snapshots begin with that are made when an RDS instance is stopped,
    /// `{this}-stopped-{instance}`; none makes none.
    pub snapshot_on_stop: Option<String>,
    /// Which services are looked at.
    pub services: Services,
}

impl Default for FleetSettings {
    /// Our tag keys and those of AWS Instance Scheduler, both services, and nowhere to look.
    fn default() -> Self {
        Self {
            schedule_tags: vec!["Schedule".to_owned(), "ScheduleName".to_owned()],
            group_tags: vec!["ScheduleGroup".to_owned(), "ScheduleGroupName".to_owned()],
            targets: Vec::new(),
            at_once: SITES_AT_ONCE,
            look: LOOK_AT_ALL,
            snapshot_on_stop: None,
            services: Services {
                ec2: true,
                rds: true,
            },
        }
    }
}

/// The servers of every configured account and region.
#[derive(Debug)]
pub struct AwsFleet {
    home: SdkConfig,
    sites: Vec<Site>,
    /// One for each site, in their order.
    places: Vec<Arc<Place>>,
    at_once: usize,
    look: Duration,
    /// The site that is looked at first.
    first: AtomicUsize,
    seen: Mutex<Seen>,
    windows: Option<Arc<Windows>>,
    traces: Option<Traces>,
}

/// What the last look found: what orders are carried out by.
#[derive(Debug, Default)]
struct Seen {
    /// Sorted by id.
    servers: Arc<[Server]>,
    /// Of each of them, the place and whether it can hibernate.
    known: Box<[(usize, bool)]>,
}

/// One site with its services.
#[derive(Debug)]
struct Place {
    ec2: Option<Ec2>,
    rds: Option<Rds>,
    /// For each part, whether it did not answer at the last look.
    silent: [AtomicBool; 3],
}

type Look = (Part, Result<Vec<Found>, Trouble>);

impl AwsFleet {
    /// The fleet of `settings`, reached from `home`. Nothing is called yet.
    pub async fn new(home: &SdkConfig, settings: FleetSettings) -> Self {
        let mut sites = Vec::new();
        for target in &settings.targets {
            sites.extend(Site::of(home, target).await);
        }
        let keys = Arc::new(TagKeys {
            schedule: settings.schedule_tags,
            group: settings.group_tags,
        });
        let services = settings.services;
        let snapshots = settings.snapshot_on_stop.as_deref();
        let place = |site: &Site| {
            Arc::new(Place {
                ec2: services.ec2.then(|| Ec2::new(site, Arc::clone(&keys))),
                rds: services
                    .rds
                    .then(|| Rds::new(site, Arc::clone(&keys), snapshots)),
                silent: Default::default(),
            })
        };
        Self {
            places: sites.iter().map(place).collect(),
            sites,
            at_once: settings.at_once,
            look: settings.look,
            first: AtomicUsize::default(),
            seen: Mutex::default(),
            windows: None,
            traces: None,
            home: home.clone(),
        }
    }

    /// With the maintenance windows of Systems Manager, which `memory` keeps over restarts.
    #[must_use]
    pub fn with_windows(self, memory: Arc<dyn WindowMemory>) -> Self {
        Self {
            windows: Some(Arc::new(Windows::new(memory))),
            ..self
        }
    }

    /// With traces of what it does.
    #[must_use]
    pub fn with_traces(self, settings: &TraceSettings) -> Self {
        Self {
            traces: Some(Traces::new(&self.home, &self.sites, settings)),
            ..self
        }
    }

    /// Every region of every account, in the order of the settings.
    #[must_use]
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the server of `order` is and what is to be done there; none when its id names no site.
    fn ask(&self, index: usize, order: &Order, seen: &Seen) -> Option<(usize, Ask)> {
        let name = Arn::parse(&order.server)?;
        let found = seen
            .servers
            .binary_search_by(|server| server.id.cmp(&order.server))
            .ok()
            .and_then(|at| Some((seen.servers.get(at)?, *seen.known.get(at)?)));
        let place = match found {
            Some((_, (place, _))) => place,
            None => self.sites.iter().position(|site| name.is_in(site))?,
        };
        let ask = Ask {
            index,
            resource: name.resource.to_owned(),
            kind: name.kind,
            action: order.action.clone(),
            known: found.map(|(server, (_, hibernates))| Known {
                state: Some(server.state),
                instance_type: server.instance_type.clone(),
                hibernates,
            }),
        };
        Some((place, ask))
    }
}

#[async_trait]
impl Fleet for AwsFleet {
    async fn servers(&self, now: DateTime<Utc>) -> Result<FleetView, FleetError> {
        let until = Instant::now() + self.look;
        let mut turns: Vec<_> = self.places.iter().zip(&self.sites).enumerate().collect();
        turns.rotate_left(self.first.load(Ordering::Relaxed));
        let looks: Vec<_> = turns
            .iter()
            .map(|(_, (place, site))| {
                let windows = self.windows.as_ref();
                let windows = windows.map(|windows| (Arc::clone(windows), (*site).clone()));
                let place = Arc::clone(place);
                async move {
                    if until <= Instant::now() {
                        return None;
                    }
                    Some(place.look(windows, now, until).await)
                }
            })
            .collect();
        let looks = side_by_side(self.at_once, looks).await;

        let mut found = Vec::new();
        let mut unseen = Vec::new();
        let mut is_any_seen = self.sites.is_empty();
        let mut first = None;
        for ((index, (_, site)), looks) in turns.into_iter().zip(looks) {
            let looks = match looks {
                None => {
                    unseen.push(died(site));
                    continue;
                }
                Some(None) => {
                    first.get_or_insert(index);
                    unseen.push(unasked(site));
                    continue;
                }
                Some(Some(looks)) => looks,
            };
            let mut troubles = Vec::new();
            let parts = looks.len();
            for (part, look) in looks {
                match look {
                    Ok(servers) => found.extend(servers.into_iter().map(|it| (it, index))),
                    Err(trouble) => troubles.push((part, trouble)),
                }
            }
            is_any_seen |= troubles.len() < parts;
            unseen.extend(unseen_of(site, parts, troubles));
        }
        if let Some(first) = first {
            self.first.store(first, Ordering::Relaxed);
        }
        if !is_any_seen && !unseen.is_empty() {
            return Err(unseen.swap_remove(0));
        }
        tell_apart(found.iter_mut().map(|(found, _)| &mut found.server));
        let seen = Seen::of(found);
        let servers = Arc::clone(&seen.servers);
        *self.seen() = seen;
        Ok(FleetView {
            servers,
            unseen,
            seen: None,
        })
    }

    async fn act(&self, orders: &[Order], _now: DateTime<Utc>) -> Vec<Outcome> {
        let mut results: Vec<Result<(), ActError>> = vec![Err(late()); orders.len()];
        let mut asks: BTreeMap<usize, Vec<Ask>> = BTreeMap::new();
        {
            let seen = self.seen();
            for (index, (order, result)) in orders.iter().zip(&mut results).enumerate() {
                match self.ask(index, order, &seen) {
                    Some((place, ask)) => asks.entry(place).or_default().push(ask),
                    None => *result = Err(nowhere()),
                }
            }
        }
        let (sender, mut answers) = unbounded_channel();
        let work: Vec<_> = asks
            .into_iter()
            .filter_map(|(place, asks)| Some((Arc::clone(self.places.get(place)?), asks)))
            .map(|(place, asks)| {
                let answers = Answers(sender.clone());
                async move { place.act(asks, &answers).await }
            })
            .collect();
        drop(sender);
        // What is not done in time is given up; that it was late is what its orders are answered.
        let _ = tokio::time::timeout(ACT, side_by_side(self.at_once, work)).await;
        while let Ok((index, answer)) = answers.try_recv() {
            if let Some(result) = results.get_mut(index) {
                *result = answer;
            }
        }
        orders
            .iter()
            .zip(results)
            .map(|(order, result)| Outcome {
                server: order.server.clone(),
                result,
            })
            .collect()
    }

    async fn trace(&self, trace: &Trace<'_>, now: DateTime<Utc>) {
        if let Some(traces) = &self.traces {
            let hibernates = |server: &ServerId| self.seen().hibernates(server);
            traces.leave(trace, hibernates, now).await;
        }
    }
}

impl Place {
    async fn look(
        &self,
        windows: Option<(Arc<Windows>, Site)>,
        now: DateTime<Utc>,
        until: Instant,
    ) -> Vec<Look> {
        let ec2 = async {
            let ec2 = self.ec2.as_ref()?;
            let look = |first| ec2.look(first);
            let open = async {
                match &windows {
                    Some((windows, site)) => windows.open(site, now).await,
                    None => Ok(Vec::new()),
                }
            };
            let ((part, looked), open) = tokio::join!(
                self.part(Part::Ec2, "ec2:DescribeInstances", until, look),
                open
            );
            let looked = looked.and_then(|mut servers| {
                let open = open?;
                for found in &mut servers {
                    found.server.open_windows.clone_from(&open);
                }
                Ok(servers)
            });
            Some((part, looked))
        };
        let instances = async {
            let rds = self.rds.as_ref()?;
            let look = |first| rds.look_at_instances(now, first);
            Some(
                self.part(Part::RdsInstances, "rds:DescribeDBInstances", until, look)
                    .await,
            )
        };
        let clusters = async {
            let rds = self.rds.as_ref()?;
            let look = |first| rds.look_at_clusters(now, first);
            Some(
                self.part(Part::RdsClusters, "rds:DescribeDBClusters", until, look)
                    .await,
            )
        };
        let (ec2, instances, clusters) = tokio::join!(ec2, instances, clusters);
        [ec2, instances, clusters].into_iter().flatten().collect()
    }

    /// One part, within [`LOOK`] and `until` then; and within [`FIRST_SIGN`] when it did not answer at the last look.
    async fn part<F, Looked>(&self, part: Part, call: &'static str, until: Instant, look: F) -> Look
    where
        F: FnOnce(Option<Duration>) -> Looked,
        Looked: Future<Output = Result<Vec<Found>, Trouble>>,
    {
        let [ec2, instances, clusters] = &self.silent;
        let silent = match part {
            Part::Ec2 => ec2,
            Part::RdsInstances => instances,
            Part::RdsClusters => clusters,
        };
        let first = silent.load(Ordering::Relaxed).then_some(FIRST_SIGN);
        let until = until.min(Instant::now() + LOOK);
        let looked = timeout_at(until, look(first))
            .await
            .unwrap_or_else(|late| Err(Trouble::late(call, late)));
        let is_silent = looked
            .as_ref()
            .is_err_and(|trouble| trouble.kind == TroubleKind::Unreachable);
        silent.store(is_silent, Ordering::Relaxed);
        (part, looked)
    }

    async fn act(&self, asks: Vec<Ask>, answers: &Answers) {
        let (instances, databases): (Vec<Ask>, Vec<Ask>) = asks
            .into_iter()
            .partition(|ask| ask.kind == ServerKind::Ec2);
        let ec2 = async {
            match &self.ec2 {
                Some(ec2) => ec2.act(instances, answers).await,
                None => answers.all(&instances, nowhere()),
            }
        };
        let rds = async {
            match &self.rds {
                Some(rds) => rds.act(databases, answers).await,
                None => answers.all(&databases, nowhere()),
            }
        };
        tokio::join!(ec2, rds);
    }
}

impl Seen {
    /// Whether the server can hibernate, as far as it was seen.
    fn hibernates(&self, server: &ServerId) -> bool {
        let found = self.servers.binary_search_by(|seen| seen.id.cmp(server));
        let known = found.ok().and_then(|at| self.known.get(at));
        known.is_some_and(|(_, hibernates)| *hibernates)
    }

    /// What can be told from `found`, each beside its place. One that two targets lead to is seen once.
    fn of(mut found: Vec<(Found, usize)>) -> Self {
        found.retain(|(found, _)| found.server.state != ServerState::Gone);
        found.sort_by(|(one, _), (other, _)| one.server.id.cmp(&other.server.id));
        found.dedup_by(|(one, _), (other, _)| one.server.id == other.server.id);
        let known = found
            .iter()
            .map(|(found, place)| (*place, found.hibernates))
            .collect();
        Self {
            servers: found.into_iter().map(|(found, _)| found.server).collect(),
            known,
        }
    }
}

fn late() -> ActError {
    ActError {
        kind: ActErrorKind::Throttled,
        code: "Timeout".to_owned(),
        message: "AWS has not answered in time".to_owned(),
    }
}

fn nowhere() -> ActError {
    ActError {
        kind: ActErrorKind::Other,
        code: "UnknownServer".to_owned(),
        message: "its account, region or service is not configured".to_owned(),
    }
}
