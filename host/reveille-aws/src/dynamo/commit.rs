//! From the changes of a commit to the writes of a transaction.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use reveille_core::{
    model::{Item, ItemKey},
    port::{Change, StoreError},
};

use super::{
    attributes::{AttributeError, Attributes, all_of_wire, number, size_of, text},
    definitions::ConfigTable,
    failure::TableError,
    house::House,
    notices::{self, Entry},
    query::Tables,
    state,
    transaction::{
        Expected, LARGEST_ITEM, MOST_ACTIONS, MOST_BYTES, Refusal, Table, Transaction, Write,
    },
};
use crate::config_item;

/// Most bytes of a key: of a sort key, and a partition key may have twice as many. Source: "Quotas in Amazon
/// DynamoDB", read 2026-11-23.
const LONGEST_KEY: usize = 1024;
/// How often a commit is tried that finds another's journal before it.
const ATTEMPTS: u32 = 4;

/// What a commit writes.
#[derive(Debug, Default)]
struct Plan {
    /// One for each item, the last one said.
    writes: Vec<Write>,
    /// What must not be there yet.
    answers: Vec<Attributes>,
    /// What must stand in the config table.
    expected: Vec<Expected>,
    /// What is added unless its key is remembered.
    notices: Vec<Entry>,
    /// Whether it only appends, so that nothing else depends on when it is done.
    only_appends: bool,
}

impl Tables {
    /// Does all of `changes` or nothing. What they leave of the definitions that were read `before` stays as it stands.
    pub(super) async fn commit(
        &self,
        changes: &[Change],
        before: Option<&ConfigTable>,
    ) -> Result<(), StoreError> {
        let mut plan = Plan::of(changes, before)?;
        let checks = plan.checks().count();
        let before_notices =
            plan.writes.len() + plan.answers.len() + checks + usize::from(!plan.only_appends);
        let actions = before_notices + plan.notices.len() * notices::ACTIONS;
        if actions == 0 {
            return Ok(());
        }
        let bytes: usize = plan.writes.iter().map(Write::size).sum::<usize>()
            + plan.answers.iter().map(size_of).sum::<usize>()
            + plan.expected.iter().map(Expected::size).sum::<usize>()
            + plan.notices.iter().map(Entry::size).sum::<usize>();
        if actions > MOST_ACTIONS || bytes > MOST_BYTES {
            // What is carried out later cannot depend on what stood before.
            if !plan.expected.is_empty() {
                return Err(TableError::Expected.into());
            }
            // A journal is carried out whatever has become of its keys since: two hosts that tell the same at the same
            // moment in two such commits would tell it twice.
            let unknown = self.unknown(plan.notices).await?;
            plan.writes
                .extend(unknown.into_iter().flat_map(Entry::writes));
            return self.commit_by_journal(plan.writes, plan.answers).await;
        }
        for _ in 0..ATTEMPTS {
            let mut transaction = Transaction::new(&self.client, &self.names);
            if !plan.only_appends {
                transaction = transaction.update(|house| {
                    house
                        .set_key(Some(House::key()))
                        .update_expression("ADD #revision :one")
                        .condition_expression("attribute_not_exists(#pending)")
                        .expression_attribute_names("#revision", "revision")
                        .expression_attribute_names("#pending", "pending")
                        .expression_attribute_values(":one", number(1))
                });
            }
            let done = transaction
                .writes_expecting(plan.writes.iter().cloned(), &plan.expected)
                .expectations(plan.checks())
                .additions(plan.answers.iter().cloned())
                .notices(&plan.notices)
                .carry_out()
                .await;
            match done {
                Err(Refusal::Condition(0, house)) if !plan.only_appends => {
                    self.carry_out_other(house).await?;
                }
                Err(Refusal::Condition(action, _)) if before_notices <= action => {
                    plan.notices = self.unknown(plan.notices).await?;
                    if before_notices + plan.notices.len() == 0 {
                        return Ok(());
                    }
                }
                done_or_refused => return Ok(done_or_refused?),
            }
        }
        Err(StoreError::Busy)
    }
}

impl Plan {
    /// What is expected of items that are not written: of the others it is said where they are.
    fn checks(&self) -> impl Iterator<Item = &Expected> {
        let is_written = |expected: &Expected| {
            self.writes
                .iter()
                .any(|write| write.table() == Table::Config && expected.is_of(write))
        };
        self.expected
            .iter()
            .filter(move |expected| !is_written(expected))
    }

    fn of(changes: &[Change], before: Option<&ConfigTable>) -> Result<Self, StoreError> {
        let mut plan = Self::default();
        // Of two for one item the later one stands: a transaction touches an item once.
        let mut writes: BTreeMap<(Table, [String; 2]), Write> = BTreeMap::new();
        let mut answered = BTreeSet::new();
        let mut told = Vec::new();
        let mut write = |write: Write| {
            let keys = write.keys();
            check(&keys, &write)?;
            writes.insert((write.table(), keys), write);
            Ok::<(), StoreError>(())
        };
        for change in changes {
            match change {
                Change::PutItem(item) => {
                    write(Write::Put(Table::Config, config(item, before)?))?;
                }
                Change::DeleteItem(key) => {
                    // One that cannot be there need not be removed.
                    if is_key(&key.kind) && is_key(&key.name) {
                        write(Write::Delete(Table::Config, config_key(key)))?;
                    }
                }
                Change::Expect { key, attributes } => {
                    let attributes = match attributes {
                        Some(attributes) => Some(config(
                            &Item {
                                key: key.clone(),
                                attributes: attributes.clone(),
                            },
                            before,
                        )?),
                        None => None,
                    };
                    plan.expected.push(Expected {
                        key: config_key(key),
                        attributes,
                    });
                }
                Change::PutException(exception) => {
                    let item = state::exception(exception).map_err(ours)?;
                    write(Write::Put(Table::State, item))?;
                }
                Change::DeleteException {
                    schedule,
                    date,
                    action,
                } => {
                    let key = state::exception_key(schedule, *date, *action);
                    write(Write::Delete(Table::State, key))?;
                }
                Change::PutForce(force) => {
                    let item = state::force(force).map_err(ours)?;
                    write(Write::Put(Table::State, item))?;
                }
                Change::DeleteForce { schedule } => {
                    let key = state::force_key(schedule);
                    write(Write::Delete(Table::State, key))?;
                }
                Change::Audit(record) => {
                    let item = state::audit(record).map_err(ours)?;
                    write(Write::Put(Table::State, item))?;
                }
                Change::Deliver(delivery) => {
                    if !answered.insert(&delivery.key) {
                        return Err(StoreError::Conflict);
                    }
                    plan.answers.push(state::delivery(delivery).map_err(ours)?);
                }
                Change::Enqueue(notice) => told.push(notice),
            }
        }
        plan.only_appends = changes.iter().all(|change| {
            matches!(
                change,
                Change::Audit(_) | Change::Deliver(_) | Change::Enqueue(_)
            )
        });
        plan.notices = Entry::all(told)?;
        plan.writes.extend(writes.into_values());
        Ok(plan)
    }
}

/// A definition as it is to stand in the config table.
fn config(item: &Item, before: Option<&ConfigTable>) -> Result<Attributes, StoreError> {
    let mut attributes = all_of_wire(&config_item::to_wire(item)).ok_or_else(|| {
        StoreError::Other(Arc::new(std::io::Error::other(format!(
            "`{}` cannot be written as attributes of DynamoDB",
            item.key
        ))))
    })?;
    for (name, value) in &item.attributes {
        if let Some(stands) = before.and_then(|before| before.attribute(&item.key, name, value)) {
            attributes.insert(name.clone(), stands.clone());
        }
    }
    Ok(attributes)
}

/// Refuses what DynamoDB would refuse for its keys or its size. What stands in a journal must not be refused later.
fn check(keys: &[String; 2], write: &Write) -> Result<(), StoreError> {
    let item = || keys.join(" ");
    if !keys.iter().all(|key| is_key(key)) {
        return Err(TableError::Name { item: item() }.into());
    }
    let size = write.size();
    if size > LARGEST_ITEM {
        let most = LARGEST_ITEM;
        return Err(TableError::Size {
            item: item(),
            size,
            most,
        }
        .into());
    }
    Ok(())
}

fn is_key(text: &str) -> bool {
    (1..=LONGEST_KEY).contains(&text.len())
}

fn config_key(key: &ItemKey) -> Attributes {
    Attributes::from([
        ("type".to_owned(), text(&key.kind)),
        ("name".to_owned(), text(&key.name)),
    ])
}

fn ours(error: AttributeError) -> StoreError {
    StoreError::Other(Arc::new(error))
}
