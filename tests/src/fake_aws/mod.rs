//! AWS on loopback, as far as Reveille calls it, for tests of the real adapters through the real SDKs: real wire
//! protocols, states that take their time, pages, quotas, faults by script. Each file says which behaviour it models
//! and which page of AWS says so.
//!
//! Time is the test's: [`FakeAws::set_now`]. Nothing waits but a delay that was scripted. What it does not do: keep
//! permissions by resource, make anything that costs money.

mod account;
mod answer;
mod cloud_watch;
mod database;
mod door;
mod ec2;
mod event_bridge;
mod fault;
mod ground;
mod iam;
mod instance;
mod instances;
mod lambda;
mod rds;
mod record;
mod refusal;
mod request;
mod secrets;
mod signature;
mod ssm;
mod sts;
mod throttle;
mod world;
mod xml;

use std::{
    io,
    process::Command,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};

pub use cloud_watch::PutMetric;
pub use event_bridge::PutEvent;
pub use fault::Script;
pub use ground::{Account, Databases, Region, Servers, instance_id};
pub use lambda::Invoked;
pub use record::Call;
pub use throttle::Refill;

use throttle::Buckets;
use world::World;

use crate::door::Door;

/// The account of [`FakeAws::credentials`].
pub const HOME: &str = "111122223333";

/// What the door and the test share.
#[derive(Debug)]
struct Shared(Mutex<World>);

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A server that answers as EC2, RDS, STS, IAM, SSM, Secrets Manager, EventBridge, CloudWatch and Lambda. It ends when it
/// is dropped.
#[derive(Debug)]
pub struct FakeAws {
    shared: Arc<Shared>,
    door: Door,
}

impl FakeAws {
    /// Starts one at a free port of loopback, on a thread of its own. It is midnight of 2026-11-23, a Monday, in UTC.
    ///
    /// # Errors
    /// When it cannot listen.
    pub fn start() -> io::Result<Self> {
        let now = DateTime::from_timestamp(1_795_392_000, 0).unwrap_or_default();
        let shared = Arc::new(Shared(Mutex::new(World::new(HOME, now))));
        Ok(Self {
            door: door::open(Arc::clone(&shared))?,
            shared,
        })
    }

    /// Where it listens, for every service: `http://127.0.0.1:40123`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.door.address)
    }

    /// Has `command` speak to it as the user of [`HOME`], whatever the service.
    pub fn lead(&self, command: &mut Command) {
        let (key, secret) = self.credentials();
        command
            .env("AWS_ACCESS_KEY_ID", key)
            .env("AWS_SECRET_ACCESS_KEY", secret)
            .env("AWS_ENDPOINT_URL", self.endpoint());
    }

    /// Access key and secret of the user of [`HOME`].
    #[must_use]
    pub fn credentials(&self) -> (&'static str, &'static str) {
        (sts::HOME_KEY, sts::HOME_SECRET)
    }

    /// An account; every account is there, with nothing in it.
    #[must_use]
    pub fn account(&self, id: &str) -> Account {
        Account::new(Arc::clone(&self.shared), id)
    }

    /// The account of [`HOME`].
    #[must_use]
    pub fn home(&self) -> Account {
        self.account(HOME)
    }

    /// From now on it is `now`: what is due by then has happened.
    pub fn set_now(&self, now: DateTime<Utc>) {
        self.shared.world().now = now;
    }

    /// Begins to script a fault of calls: a service as credential scopes name it, and an action; `*` is any.
    pub fn on(&self, service: &str, action: &str) -> Script<'_> {
        Script::new(self, service, action)
    }

    /// Takes every scripted fault away.
    pub fn heal(&self) {
        self.shared.world().faults.clear();
    }

    /// From now on calls take tokens from buckets as large as EC2's, all full.
    pub fn throttle(&self, refill: Refill) {
        self.shared.world().buckets = Some(Buckets::new(refill));
    }

    /// From now on no call is too many.
    pub fn unthrottle(&self) {
        self.shared.world().buckets = None;
    }

    /// Ends every session of an assumed role.
    pub fn expire_sessions(&self) {
        self.shared.world().sessions.expire();
    }

    /// Every call since the last [`FakeAws::forget_calls`], the refused ones included.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.shared.world().calls.clone()
    }

    /// How many of them were this one.
    #[must_use]
    pub fn count(&self, service: &str, action: &str) -> usize {
        let world = self.shared.world();
        world
            .calls
            .iter()
            .filter(|call| call.is(service, action))
            .count()
    }

    /// Forgets the calls so far.
    pub fn forget_calls(&self) {
        self.shared.world().calls.clear();
    }

    /// Every event that was put and accepted.
    #[must_use]
    pub fn events(&self) -> Vec<PutEvent> {
        self.shared.world().events.clone()
    }

    /// Every event that a function was to get.
    #[must_use]
    pub fn invoked(&self) -> Vec<Invoked> {
        self.shared.world().invoked.clone()
    }

    /// Every figure that was put.
    #[must_use]
    pub fn metrics(&self) -> Vec<PutMetric> {
        self.shared.world().metrics.clone()
    }
}
