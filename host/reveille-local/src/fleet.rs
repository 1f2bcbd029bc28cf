//! The port `Fleet` over simulated servers, which are kept in the file: they outlive the program as real ones do.

use std::{
    collections::BTreeMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use reveille_core::{
    model::{LeftOut, Server, ServerId, ServerKind, ServerState},
    port::{ActError, ActErrorKind, Fleet, FleetError, FleetView, Order, Outcome, StoreError},
};
use rusqlite::{OptionalExtension as _, Row, Transaction, params};

use crate::{
    database::{Database, Kept, store_error},
    rows::{self, json_text, time, time_text, to_word},
    simulated::{SimulatedServer, Simulation, not_found},
    trouble::Trouble,
};

const COLUMNS: &str = "id, name, kind, state, since, instance_type, schedule, server_group, tags, left_out, backup_minute";

/// Servers that are not there, to try schedules on: they take their time to start and stop by the `now` of the calls.
#[derive(Debug)]
pub struct SimulatedFleet {
    database: Arc<Database>,
    speed: NonZeroU32,
    kept: Kept<Rows>,
    shown: Mutex<Option<Shown>>,
}

/// Servers with their troubles, as they stand in the file.
type Rows = Vec<(SimulatedServer, Vec<Trouble>)>;

/// How the servers were in one second: nothing of the simulation takes less.
#[derive(Debug)]
struct Shown {
    rows: Arc<Rows>,
    second: i64,
    servers: Arc<[Server]>,
}

impl SimulatedFleet {
    /// The servers in `database`. They start and stop `speed` times as fast as real ones.
    #[must_use]
    pub fn new(database: Arc<Database>, speed: NonZeroU32) -> Self {
        Self {
            database,
            speed,
            kept: Kept::default(),
            shown: Mutex::default(),
        }
    }

    /// Adds those of `servers` whose id is not there yet. Answers how many were.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn seed(&self, servers: Vec<SimulatedServer>) -> Result<usize, StoreError> {
        self.database
            .write(move |write| {
                let mut added = 0;
                for server in &servers {
                    let known: bool = write
                        .query_row(
                            "SELECT EXISTS (SELECT 1 FROM servers WHERE id = ?1)",
                            [&server.id.0],
                            |row| row.get(0),
                        )
                        .map_err(store_error)?;
                    if !known {
                        put(write, server)?;
                        added += 1;
                    }
                }
                Ok(added)
            })
            .await
    }

    /// Brings a server into a state at once, as somebody in the provider's console might. Answers whether there is
    /// such a server.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn set_state(
        &self,
        server: &ServerId,
        state: ServerState,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let server = server.clone();
        self.database
            .write(move |write| {
                let changed = write
                    .execute(
                        "UPDATE servers SET state = ?2, since = ?3 WHERE id = ?1",
                        params![server.0, to_word(&state)?, time_text(now)],
                    )
                    .map_err(store_error)?;
                Ok(changed > 0)
            })
            .await
    }

    /// Gives a server a trouble, in place of one of the same kind. Answers whether there is such a server.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn set_trouble(
        &self,
        server: &ServerId,
        trouble: Trouble,
    ) -> Result<bool, StoreError> {
        let server = server.clone();
        self.database
            .write(move |write| {
                if load(write, &server)?.is_none() {
                    return Ok(false);
                }
                write
                    .execute(
                        "INSERT OR REPLACE INTO troubles (server, kind, trouble) VALUES (?1, ?2, ?3)",
                        params![server.0, trouble.kind(), json_text(&trouble)?],
                    )
                    .map_err(store_error)?;
                Ok(true)
            })
            .await
    }

    /// Takes all troubles of a server away. What was stuck on its way arrives when it would have.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn clear_troubles(&self, server: &ServerId) -> Result<(), StoreError> {
        let server = server.clone();
        self.database
            .write(move |write| {
                write
                    .execute("DELETE FROM troubles WHERE server = ?1", [&server.0])
                    .map(drop)
                    .map_err(store_error)
            })
            .await
    }

    /// Removes a server from the simulation.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn remove(&self, server: &ServerId) -> Result<(), StoreError> {
        let server = server.clone();
        self.database
            .write(move |write| {
                write
                    .execute("DELETE FROM servers WHERE id = ?1", [&server.0])
                    .map(drop)
                    .map_err(store_error)
            })
            .await
    }
}

#[async_trait]
impl Fleet for SimulatedFleet {
    fn revision(&self) -> Option<u64> {
        self.database.version().ok().map(i64::cast_unsigned)
    }

    async fn servers(&self, now: DateTime<Utc>) -> Result<FleetView, FleetError> {
        let rows = self
            .database
            .read_kept(&self.kept, |read| {
                let mut troubles = troubles(read)?;
                let mut statement = read
                    .prepare(&format!("SELECT {COLUMNS} FROM servers ORDER BY id"))
                    .map_err(store_error)?;
                let rows = statement.query_map([], from_row).map_err(store_error)?;
                rows.map(|server| {
                    let server = server.map_err(store_error)?;
                    let troubles = troubles.remove(&server.id).unwrap_or_default();
                    Ok((server, troubles))
                })
                .collect()
            })
            .await
            .map_err(|error| FleetError {
                target: "the simulated fleet".into(),
                code: "fleet.failed",
                source: Arc::new(error),
            })?;
        let second = now.timestamp();
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shown) = &*shown
            && shown.second == second
            && Arc::ptr_eq(&shown.rows, &rows)
        {
            return Ok(FleetView {
                servers: Arc::clone(&shown.servers),
                unseen: Vec::new(),
                seen: None,
            });
        }
        let servers: Arc<[Server]> = rows
            .iter()
            .filter_map(|(server, troubles)| {
                let mut simulation = Simulation {
                    server: server.clone(),
                    troubles: troubles.clone(),
                    speed: self.speed,
                };
                simulation.advance(now);
                simulation.view(now)
            })
            .collect();
        *shown = Some(Shown {
            rows,
            second,
            servers: Arc::clone(&servers),
        });
        Ok(FleetView {
            servers,
            unseen: Vec::new(),
            seen: None,
        })
    }

    async fn act(&self, orders: &[Order], now: DateTime<Utc>) -> Vec<Outcome> {
        let (given, speed) = (orders.to_vec(), self.speed);
        let results = self
            .database
            .write(move |write| {
                given
                    .iter()
                    .map(|order| carry_out(write, order, speed, now))
                    .collect::<Result<Vec<_>, _>>()
            })
            .await;
        let outcome = |order: &Order, result| Outcome {
            server: order.server.clone(),
            result,
        };
        match results {
            Ok(results) => orders
                .iter()
                .zip(results)
                .map(|(order, result)| outcome(order, result))
                .collect(),
            Err(error) => orders
                .iter()
                .map(|order| {
                    outcome(
                        order,
                        Err(ActError {
                            kind: match &error {
                                StoreError::Busy | StoreError::Conflict => ActErrorKind::Throttled,
                                StoreError::Denied => ActErrorKind::Denied,
                                StoreError::Other(_) => ActErrorKind::Other,
                            },
                            code: error.code().into(),
                            message: error.to_string(),
                        }),
                    )
                })
                .collect(),
        }
    }
}

/// What the simulation answers to an order; the outer error is the file's.
fn carry_out(
    write: &Transaction<'_>,
    order: &Order,
    speed: NonZeroU32,
    now: DateTime<Utc>,
) -> Result<Result<(), ActError>, StoreError> {
    let Some(server) = load(write, &order.server)? else {
        return Ok(Err(not_found(ServerKind::Ec2, &order.server)));
    };
    let mut simulation = Simulation {
        server,
        troubles: troubles_of(write, &order.server)?,
        speed,
    };
    simulation.advance(now);
    let result = simulation.act(&order.action, now);
    put(write, &simulation.server)?;
    Ok(result)
}

fn put(write: &Transaction<'_>, server: &SimulatedServer) -> Result<(), StoreError> {
    let left_out = server.left_out.as_ref().map(to_word).transpose()?;
    write
        .execute(
            // Not INSERT OR REPLACE: that would delete the row, and its troubles with it.
            &format!(
                "INSERT INTO servers ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                 ON CONFLICT (id) DO UPDATE SET state = ?4, since = ?5, instance_type = ?6"
            ),
            params![
                server.id.0,
                server.name,
                to_word(&server.kind)?,
                to_word(&server.state)?,
                time_text(server.since),
                server.instance_type,
                server.schedule,
                server.group,
                json_text(&server.tags)?,
                left_out,
                server.backup_minute,
            ],
        )
        .map(drop)
        .map_err(store_error)
}

fn load(read: &Transaction<'_>, id: &ServerId) -> Result<Option<SimulatedServer>, StoreError> {
    read.query_row(
        &format!("SELECT {COLUMNS} FROM servers WHERE id = ?1"),
        [&id.0],
        from_row,
    )
    .optional()
    .map_err(store_error)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<SimulatedServer> {
    let left_out: Option<String> = row.get(9)?;
    Ok(SimulatedServer {
        id: ServerId::from(row.get::<_, String>(0)?),
        name: row.get(1)?,
        kind: rows::word(row, 2)?,
        state: rows::word(row, 3)?,
        since: time(row, 4)?,
        instance_type: row.get(5)?,
        schedule: row.get(6)?,
        group: row.get(7)?,
        tags: rows::json(row, 8)?,
        left_out: left_out
            .map(rows::from_word::<LeftOut>)
            .transpose()
            .map_err(|error| rows::unreadable(9, error))?,
        backup_minute: row.get(10)?,
    })
}

fn troubles(read: &Transaction<'_>) -> Result<BTreeMap<ServerId, Vec<Trouble>>, StoreError> {
    let mut statement = read
        .prepare("SELECT server, trouble FROM troubles ORDER BY server, kind")
        .map_err(store_error)?;
    let rows = statement
        .query_map([], |row| {
            Ok((
                ServerId::from(row.get::<_, String>(0)?),
                rows::json(row, 1)?,
            ))
        })
        .map_err(store_error)?;
    let mut troubles: BTreeMap<ServerId, Vec<Trouble>> = BTreeMap::new();
    for row in rows {
        let (server, trouble) = row.map_err(store_error)?;
        troubles.entry(server).or_default().push(trouble);
    }
    Ok(troubles)
}

fn troubles_of(read: &Transaction<'_>, server: &ServerId) -> Result<Vec<Trouble>, StoreError> {
    let mut statement = read
        .prepare("SELECT trouble FROM troubles WHERE server = ?1 ORDER BY kind")
        .map_err(store_error)?;
    let rows = statement
        .query_map([&server.0], |row| rows::json(row, 0))
        .map_err(store_error)?;
    rows.collect::<Result<_, _>>().map_err(store_error)
}
