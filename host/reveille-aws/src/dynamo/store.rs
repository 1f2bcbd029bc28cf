//! The port `Store` on the two tables.

use std::{
    ops::RangeInclusive,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::{
    Client,
    operation::update_item::UpdateItemError,
    types::{ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;
use reveille_core::{
    model::{
        AuditRecord, Definitions, Exception, Fault, Force, Item, KeptNotice, Notice, Remembered,
        Settled,
    },
    port::{Change, Delivery, Intent, Lease, Snapshot, Store, StoreError, TickRecord},
};

use super::{
    TableNames,
    attributes::{number, text},
    definitions::ConfigTable,
    failure::{failed, is_contended},
    house::{Claim, House, time_text},
    memory::{Memories, merged, parts},
    query::{Tables, read_or, records},
    state,
    transaction::{ATTEMPTS, pause},
};

/// How often a lease is claimed: each time it is another host that was faster.
const CLAIMS: u32 = 4;

/// Definitions, exceptions, orders, memory and audit in two tables of DynamoDB.
///
/// What was read is handed out further as long as the number under which it was read stands in the house, or, for
/// definitions, which others write as well, as long as the config table reads the same.
#[derive(Debug)]
pub struct DynamoStore {
    tables: Tables,
    default_zone: Tz,
    kept: Mutex<Kept>,
}

/// What was learned last.
#[derive(Debug, Default)]
struct Kept {
    house: House,
    config: Option<Arc<ConfigTable>>,
    exceptions: Option<Read<(RangeInclusive<NaiveDate>, Exceptions)>>,
    forces: Option<Read<Forces>>,
    remembered: Option<Read<Vec<Remembered>>>,
}

/// Exceptions, and the schedules of those that cannot be read.
type Exceptions = (Vec<Exception>, Vec<String>);
/// Orders; of those that cannot be read the schedule, and when they end.
type Forces = (Vec<Force>, Vec<(String, Option<DateTime<Utc>>)>);

/// What was read under a number of the house.
#[derive(Debug, Clone)]
struct Read<T> {
    number: u64,
    /// Whether it has been read twice under it. DynamoDB shows the items of a transaction one after the other, for
    /// milliseconds: a first look can see the number that it has raised, and not yet all of what it has written.
    is_settled: bool,
    value: Arc<T>,
}

impl<T: PartialEq> Read<T> {
    /// `value` was read under `number`, after `before`.
    fn after(before: Option<&Self>, number: u64, value: T) -> Self {
        let same = before.filter(|before| *before.value == value);
        Self {
            number,
            is_settled: before.is_some_and(|before| before.number == number),
            value: same.map_or_else(|| Arc::new(value), |before| Arc::clone(&before.value)),
        }
    }

    fn stands(&self, number: u64) -> bool {
        self.is_settled && self.number == number
    }
}

impl DynamoStore {
    /// The store in the tables `names`; a schedule without a zone gets `default_zone`. Nothing is called yet.
    #[must_use]
    pub fn new(sdk: &SdkConfig, names: TableNames, default_zone: Tz) -> Self {
        Self {
            tables: Tables {
                client: Client::new(sdk),
                names: Arc::new(names),
            },
            default_zone,
            kept: Mutex::default(),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The house as it is now.
    async fn house(&self) -> Result<House, StoreError> {
        let house = self.tables.settled_house().await?;
        let mut kept = self.kept();
        // A tick of this process may have written since it was read: what it knows of its own writes stays.
        if house.is_at_least(&kept.house) {
            kept.house = house.clone();
        }
        Ok(house)
    }

    async fn config(&self) -> Result<Arc<ConfigTable>, StoreError> {
        let before = self.kept().config.clone();
        let names = &self.tables.names;
        let read = ConfigTable::read(
            &self.tables.client,
            &names.config,
            self.default_zone,
            before,
        )
        .await?;
        self.kept().config = Some(Arc::clone(&read));
        Ok(read)
    }

    /// Exceptions dated from `from` to `to` under this number of the house, sorted by schedule, date and action.
    async fn exceptions_under(
        &self,
        revision: u64,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Exceptions, StoreError> {
        if from > to {
            return Ok(Exceptions::default());
        }
        let before = self.kept().exceptions.clone();
        if let Some(before) = before.as_ref().filter(|before| before.stands(revision)) {
            let (dates, (exceptions, unread)) = &*before.value;
            if dates.contains(&from) && dates.contains(&to) {
                let asked = exceptions
                    .iter()
                    .filter(|exception| (from..=to).contains(&exception.date));
                return Ok((asked.cloned().collect(), unread.clone()));
            }
        }
        let (first, last) = (state::first_on(from), state::last_on(to));
        let items = self
            .tables
            .query(state::EXCEPTIONS, Some((&first, &last)))
            .await?;
        let (mut exceptions, unread): Exceptions = read_or(&items, state::schedule_of_exception);
        exceptions.sort_by(|one, other| {
            (&one.schedule, one.date, one.action).cmp(&(&other.schedule, other.date, other.action))
        });
        let dates = from..=to;
        let same_dates = before.filter(|before| before.value.0 == dates);
        let read = (dates, (exceptions, unread));
        let read = Read::after(same_dates.as_ref(), revision, read);
        let exceptions = read.value.1.clone();
        self.kept().exceptions = Some(read);
        Ok(exceptions)
    }

    async fn forces_under(&self, revision: u64) -> Result<Forces, StoreError> {
        let before = self.kept().forces.clone();
        if let Some(before) = before.as_ref().filter(|before| before.stands(revision)) {
            return Ok(Forces::clone(&before.value));
        }
        let items = self.tables.query(state::FORCES, None).await?;
        let forces = read_or(&items, state::schedule_of_force);
        let read = Read::after(before.as_ref(), revision, forces);
        let forces = Forces::clone(&read.value);
        self.kept().forces = Some(read);
        Ok(forces)
    }

    async fn remembered_under(&self, memory: u64) -> Result<Arc<Vec<Remembered>>, StoreError> {
        let before = self.kept().remembered.clone();
        if let Some(before) = before.as_ref().filter(|before| before.stands(memory)) {
            return Ok(Arc::clone(&before.value));
        }
        let remembered = self.tables.remembered().await?;
        let read = Read::after(before.as_ref(), memory, remembered);
        let remembered = Arc::clone(&read.value);
        self.kept().remembered = Some(read);
        Ok(remembered)
    }

    /// Asks the house for a lease; otherwise what the house says that stands against it.
    async fn claim(
        &self,
        claim: Claim,
        holder: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Result<House, House>, StoreError> {
        let table = &self.tables.names.state;
        for attempt in 1..=ATTEMPTS {
            let update = self
                .tables
                .client
                .update_item()
                .table_name(table)
                .set_key(Some(House::key()))
                .return_values(ReturnValue::AllNew)
                .return_values_on_condition_check_failure(
                    ReturnValuesOnConditionCheckFailure::AllOld,
                )
                .expression_attribute_names("#holder", "holder")
                .expression_attribute_names("#fence", "fence")
                .expression_attribute_names("#until", "until")
                .expression_attribute_values(":holder", text(holder))
                .expression_attribute_values(":now", text(time_text(now)))
                .expression_attribute_values(":until", text(time_text(until)));
            let update = match claim {
                Claim::Renewal(fence) => update
                    .update_expression("SET #until = :until")
                    .condition_expression("#holder = :holder AND #fence = :fence AND #until > :now")
                    .expression_attribute_values(":fence", number(fence)),
                // Also for the holder itself: while its lease was ended, another may have thought of taking it.
                Claim::Taking => update
                    .update_expression("SET #holder = :holder, #until = :until ADD #fence :one")
                    .condition_expression("attribute_not_exists(#fence) OR #until <= :now")
                    .expression_attribute_values(":one", number(1)),
            };
            let error = match update.send().await {
                Ok(taken) => return Ok(Ok(House::read(&taken.attributes.unwrap_or_default()))),
                Err(error) => error,
            };
            if let Some(UpdateItemError::ConditionalCheckFailedException(unmet)) =
                error.as_service_error()
            {
                return Ok(Err(unmet.item().map(House::read).unwrap_or_default()));
            }
            if !is_contended(&error) {
                return Err(failed(table, "dynamodb:UpdateItem", error));
            }
            pause(attempt).await;
        }
        Err(StoreError::Busy)
    }
}

/// `definitions` without the schedules of which an exception or an order is `unread`: it may say that the servers are to
/// run, so they are left as they are.
fn without(definitions: Arc<Definitions>, unread: &[String]) -> Arc<Definitions> {
    let mut definitions = definitions;
    for name in unread {
        if !definitions.schedules.contains_key(name) {
            continue;
        }
        let fault = Fault {
            item: format!("schedule {name}"),
            attribute: "exceptions".to_owned(),
            message: "an exception or an order of it in the state table cannot be read".to_owned(),
        };
        let aside = Arc::make_mut(&mut definitions);
        aside.schedules.remove(name);
        aside.faults.push(fault.clone());
        aside.set_aside.entry(name.clone()).or_default().push(fault);
    }
    definitions
}

#[async_trait]
impl Store for DynamoStore {
    async fn definitions(&self) -> Result<Arc<Definitions>, StoreError> {
        self.house().await?;
        Ok(Arc::clone(&self.config().await?.definitions))
    }

    async fn items(&self) -> Result<Vec<Item>, StoreError> {
        self.house().await?;
        Ok(self.config().await?.items.clone())
    }

    async fn exceptions(
        &self,
        schedule: Option<&str>,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<Exception>, StoreError> {
        let house = self.house().await?;
        let (mut exceptions, _) = self.exceptions_under(house.revision, from, to).await?;
        exceptions
            .retain(|exception| schedule.is_none_or(|schedule| exception.schedule == schedule));
        Ok(exceptions)
    }

    async fn forces(&self) -> Result<Vec<Force>, StoreError> {
        let house = self.house().await?;
        Ok(self.forces_under(house.revision).await?.0)
    }

    async fn commit(&self, changes: &[Change]) -> Result<(), StoreError> {
        let before = self.kept().config.clone();
        self.tables.commit(changes, before.as_deref()).await
    }

    async fn remembered(&self) -> Result<Arc<Vec<Remembered>>, StoreError> {
        let house = self.house().await?;
        self.remembered_under(house.memory).await
    }

    async fn remember(&self, lease: &Lease, intent: &Intent<'_>) -> Result<(), StoreError> {
        let known = {
            let house = &self.kept().house;
            (house.fence == lease.fence).then_some(house.memory)
        };
        let (mut done, mut present) = (Memories::new(), known);
        let mut result = Ok(());
        for mut part in parts(intent)? {
            result = self.tables.remember(lease, present, &mut part).await;
            if result.is_err() {
                break;
            }
            present = present.map(|present| present + 1);
            done.extend(part.memories);
        }
        if let (Some(known), Some(present)) = (known, present) {
            let mut kept = self.kept();
            kept.house.memory = present;
            if let Some(read) = kept.remembered.as_mut().filter(|read| read.number == known) {
                read.number = present;
                read.value = Arc::new(merged(&read.value, done));
            }
        }
        result
    }

    async fn audit(&self, schedule: &str, limit: u32) -> Result<Vec<AuditRecord>, StoreError> {
        self.house().await?;
        let partition = state::audit_partition(schedule);
        Ok(records(&self.tables.newest(&partition, limit).await?))
    }

    async fn delivery(&self, key: &str) -> Result<Option<Delivery>, StoreError> {
        let item = self.tables.get(state::delivery_key(key)).await?;
        Ok(item.as_ref().and_then(state::to_delivery))
    }

    async fn notices(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<Notice>, StoreError> {
        self.tables.due_notices(now, limit).await
    }

    async fn claim_notice(&self, key: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.tables.claim_notice(key, now).await
    }

    async fn settle_notice(
        &self,
        key: &str,
        settled: &Settled,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.tables.settle_notice(key, settled, now).await
    }

    async fn kept_notices(&self) -> Result<Vec<KeptNotice>, StoreError> {
        self.tables.kept_notices().await
    }

    async fn lease(
        &self,
        holder: &str,
        now: DateTime<Utc>,
        length: Duration,
    ) -> Result<Option<Lease>, StoreError> {
        let believed = self.kept().house.clone();
        // Another's lease may have been given back since: it is asked for all the same.
        let mut claim = believed.claim(holder, now).unwrap_or(Claim::Taking);
        for _ in 0..CLAIMS {
            match self.claim(claim, holder, now, now + length).await? {
                Ok(mut house) => {
                    let lease = house.lease(now, length);
                    if let Some(id) = &house.pending {
                        self.tables.carry_out(id).await?;
                        house = self.tables.house().await?;
                    }
                    self.kept().house = house;
                    return Ok(Some(lease));
                }
                Err(house) => {
                    let next = house.claim(holder, now);
                    self.kept().house = house;
                    match next {
                        Some(next) => claim = next,
                        None => return Ok(None),
                    }
                }
            }
        }
        Err(StoreError::Busy)
    }

    async fn last_tick(&self) -> Result<Option<TickRecord>, StoreError> {
        Ok(self.house().await?.last_tick)
    }

    async fn snapshot(
        &self,
        lease: &Lease,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Snapshot, StoreError> {
        let learned = self.kept().house.clone();
        let house = if learned.fence == lease.fence {
            learned
        } else {
            self.house().await?
        };
        let definitions = Arc::clone(&self.config().await?.definitions);
        let (exceptions, mut unread) = self.exceptions_under(house.revision, from, to).await?;
        let (forces, unread_forces) = self.forces_under(house.revision).await?;
        let is_over = |until: DateTime<Utc>| until.date_naive() < from;
        let stands = unread_forces
            .into_iter()
            .filter(|(_, until)| !until.is_some_and(is_over));
        unread.extend(stands.map(|(schedule, _)| schedule));
        Ok(Snapshot {
            last_tick: house.last_tick,
            definitions: without(definitions, &unread),
            exceptions,
            forces,
            remembered: self.remembered_under(house.memory).await?,
        })
    }

    async fn record_tick(&self, lease: &Lease, record: &TickRecord) -> Result<(), StoreError> {
        let table = &self.tables.names.state;
        let told = House::told(record).map_err(|error| StoreError::Other(Arc::new(error)))?;
        for attempt in 1..=ATTEMPTS {
            let update = self
                .tables
                .client
                .update_item()
                .table_name(table)
                .set_key(Some(House::key()))
                .condition_expression(
                    "#fence = :fence AND (attribute_not_exists(#last_tick) OR #last_tick <= :at)",
                )
                .expression_attribute_names("#last_tick", "last_tick")
                .expression_attribute_names("#fence", "fence")
                .expression_attribute_values(":at", text(time_text(record.at)))
                .expression_attribute_names("#told", "told")
                .expression_attribute_values(":fence", number(lease.fence));
            let update = match &told {
                Some(told) => update
                    .update_expression("SET #last_tick = :at, #told = :told")
                    .expression_attribute_values(":told", text(told)),
                None => update.update_expression("SET #last_tick = :at REMOVE #told"),
            };
            match update.send().await {
                Ok(_) => {
                    self.kept().house.last_tick = Some(record.clone());
                    return Ok(());
                }
                Err(error) if is_contended(&error) => pause(attempt).await,
                Err(error) => return Err(failed(table, "dynamodb:UpdateItem", error)),
            }
        }
        Err(StoreError::Busy)
    }
}
