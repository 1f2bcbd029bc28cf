//! Many schedules and servers in memory, to tick over.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use reveille_core::{
    model::{Item, ItemKey, Server},
    port::{Change, Fleet, FleetError, FleetView, Order, Outcome, Rules, Silence, Store},
    testing::{MemoryStore, server, utc},
    tick::{Scheduler, Settings, TickReport},
};
use serde_json::{Value, json};

/// Servers of each schedule.
pub const SERVERS_EACH: usize = 10;

/// Servers that stay as they are: whoever lists them gets the same list again.
struct Still(Arc<[Server]>);

#[async_trait]
impl Fleet for Still {
    async fn servers(&self, _now: DateTime<Utc>) -> Result<FleetView, FleetError> {
        Ok(FleetView {
            servers: Arc::clone(&self.0),
            unseen: Vec::new(),
            seen: None,
        })
    }

    async fn act(&self, orders: &[Order], _now: DateTime<Utc>) -> Vec<Outcome> {
        let accept = |order: &Order| Outcome {
            server: order.server.clone(),
            result: Ok(()),
        };
        orders.iter().map(accept).collect()
    }
}

/// Schedules with [`SERVERS_EACH`] servers each, all of them running as they should from 09:00 to 18:00 on a Monday;
/// no two schedules have the same periods.
pub struct Crowd {
    scheduler: Scheduler,
    now: DateTime<Utc>,
}

impl Crowd {
    /// `schedules` of them by `rules`, after the tick at 09:30 in which every server is seen for the first time.
    ///
    /// # Errors
    /// What befell, in words.
    pub async fn gather(schedules: usize, rules: Arc<dyn Rules>) -> Result<Self, String> {
        let store = MemoryStore::new(Tz::Asia__Seoul);
        let items = (0..schedules)
            .flat_map(definitions)
            .map(Change::PutItem)
            .collect::<Vec<_>>();
        store
            .commit(&items)
            .await
            .map_err(|error| error.to_string())?;
        let mut servers: Vec<Server> = (0..schedules * SERVERS_EACH)
            .map(|number| {
                server(&format!("i-{number:017x}"), &name(number % schedules))
                    .running()
                    .build()
            })
            .collect();
        servers.sort_by(|one, other| one.id.cmp(&other.id));
        let scheduler = Scheduler::new(
            Arc::new(store),
            Arc::new(Still(servers.into())),
            rules,
            Arc::new(Silence),
            Settings::new("crowd"),
        );
        let mut crowd = Self {
            scheduler,
            now: utc("2026-11-23 00:30"),
        };
        crowd.tick_after(Duration::zero()).await?;
        Ok(crowd)
    }

    /// A tick this much later, in which there must be nothing to do.
    ///
    /// # Errors
    /// When the tick fails, passes a schedule or server over, or does something.
    pub async fn tick_after(&mut self, later: Duration) -> Result<TickReport, String> {
        self.now += later;
        let report = self
            .scheduler
            .tick(self.now)
            .await
            .map_err(|error| error.to_string())?;
        let idle = report.actions.is_empty() && report.held.is_empty() && report.stuck.is_empty();
        if !idle || report.servers != report.schedules * SERVERS_EACH || report.servers == 0 {
            return Err(format!("{report:?}"));
        }
        Ok(report)
    }
}

fn name(schedule: usize) -> String {
    format!("team-{schedule:04}")
}

fn definitions(number: usize) -> [Item; 3] {
    let begin = format!("{:02}:{:02}", number / 60 % 9, number % 60);
    let (days, saturdays) = (
        format!("days-{number:04}"),
        format!("saturdays-{number:04}"),
    );
    let period = |name: &str, end: &str, weekdays: &str| {
        item(
            "period",
            name,
            [
                ("begintime", json!(begin)),
                ("endtime", json!(end)),
                ("weekdays", json!(weekdays)),
            ],
        )
    };
    [
        period(&days, "18:00", "mon-fri"),
        period(&saturdays, "12:00", "sat#1"),
        item(
            "schedule",
            &name(number),
            [("periods", json!([days, saturdays]))],
        ),
    ]
}

fn item<const N: usize>(kind: &str, name: &str, attributes: [(&str, Value); N]) -> Item {
    Item {
        key: ItemKey {
            kind: kind.to_owned(),
            name: name.to_owned(),
        },
        attributes: attributes
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    }
}
