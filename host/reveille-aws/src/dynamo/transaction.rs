//! Writes that are done all or not at all.

use std::{
    collections::{HashMap, hash_map::RandomState},
    hash::BuildHasher as _,
    time::Duration as Pause,
};

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        CancellationReason, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure,
        TransactWriteItem, Update,
    },
};
use reveille_core::port::StoreError;

use super::{
    TableNames,
    attributes::{Attributes, size_of, text_of},
    failure::canceled,
    notices::Entry,
};

/// Most actions of a transaction. Source: "TransactWriteItems", Amazon DynamoDB API Reference, read 2026-11-23.
pub(super) const MOST_ACTIONS: usize = 100;
/// Most bytes of a transaction that are sent: DynamoDB takes 4 MB, and its count of numbers differs a little from ours.
pub(super) const MOST_BYTES: usize = 3_800_000;
/// Most bytes of an item. Source: "Quotas in Amazon DynamoDB", read 2026-11-23.
pub(super) const LARGEST_ITEM: usize = 400 * 1024;

/// How often a write is tried that meets another: others take milliseconds.
pub(super) const ATTEMPTS: u32 = 6;
/// The first pause between two attempts; it doubles.
const FIRST_PAUSE: Pause = Pause::from_millis(20);

/// Which of the two tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Table {
    /// The config table.
    Config,
    /// Our own.
    State,
}

impl TableNames {
    pub(super) fn of(&self, table: Table) -> &str {
        match table {
            Table::Config => &self.config,
            Table::State => &self.state,
        }
    }
}

/// A write of one item that depends on nothing.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Write {
    /// Adds or replaces it.
    Put(Table, Attributes),
    /// Removes the one of this key; there may be none.
    Delete(Table, Attributes),
}

impl Write {
    /// The table that it writes to.
    pub(super) fn table(&self) -> Table {
        let (Self::Put(table, _) | Self::Delete(table, _)) = self;
        *table
    }

    /// Both keys of the item that it writes.
    pub(super) fn keys(&self) -> [String; 2] {
        let (Self::Put(table, item) | Self::Delete(table, item)) = self;
        let names = match table {
            Table::Config => ["type", "name"],
            Table::State => ["pk", "sk"],
        };
        names.map(|name| text_of(item, name).unwrap_or_default().to_owned())
    }

    /// Bytes that it adds to a transaction.
    pub(super) fn size(&self) -> usize {
        let (Self::Put(_, item) | Self::Delete(_, item)) = self;
        size_of(item)
    }
}

/// What must stand in the config table for a transaction to be done.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Expected {
    /// Both keys.
    pub(super) key: Attributes,
    /// All attributes; none when there is to be no item.
    pub(super) attributes: Option<Attributes>,
}

impl Expected {
    /// Whether it is said of the item that is written.
    pub(super) fn is_of(&self, write: &Write) -> bool {
        let (Write::Put(_, item) | Write::Delete(_, item)) = write;
        self.key
            .iter()
            .all(|(name, value)| item.get(name) == Some(value))
    }

    /// Bytes that it adds to a transaction.
    pub(super) fn size(&self) -> usize {
        self.attributes.as_ref().map_or(0, size_of)
    }

    /// As DynamoDB reads it: the condition, the names in it, and the values.
    fn condition(&self) -> (String, HashMap<String, String>, Option<Attributes>) {
        let names = HashMap::from([("#type".to_owned(), "type".to_owned())]);
        let Some(attributes) = &self.attributes else {
            return ("attribute_not_exists(#type)".to_owned(), names, None);
        };
        let mut condition = "attribute_exists(#type)".to_owned();
        let (mut names, mut values) = (names, Attributes::new());
        let others = attributes
            .iter()
            .filter(|(name, _)| !self.key.contains_key(*name));
        for (number, (name, value)) in others.enumerate() {
            condition.push_str(&format!(" AND #a{number} = :a{number}"));
            names.insert(format!("#a{number}"), name.clone());
            values.insert(format!(":a{number}"), value.clone());
        }
        (condition, names, (!values.is_empty()).then_some(values))
    }
}

/// Why a transaction was not done.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The condition of the action with this number does not hold; its item, if there is one.
    Condition(usize, Option<Attributes>),
    /// It meets another, or there are too many of them.
    Contended,
    /// Anything else.
    Failed(StoreError),
}

impl From<Refusal> for StoreError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Condition(..) => Self::Conflict,
            Refusal::Contended => Self::Busy,
            Refusal::Failed(error) => error,
        }
    }
}

/// Actions of one transaction, in order.
#[derive(Debug, Clone)]
pub(super) struct Transaction<'a> {
    client: &'a Client,
    tables: &'a TableNames,
    actions: Vec<Result<TransactWriteItem, StoreError>>,
}

impl<'a> Transaction<'a> {
    pub(super) fn new(client: &'a Client, tables: &'a TableNames) -> Self {
        Self {
            client,
            tables,
            actions: Vec::new(),
        }
    }

    /// An update of an item of the state table; its table and what it returns are filled in.
    pub(super) fn update(
        self,
        update: impl FnOnce(
            aws_sdk_dynamodb::types::builders::UpdateBuilder,
        ) -> aws_sdk_dynamodb::types::builders::UpdateBuilder,
    ) -> Self {
        let update = update(Update::builder().table_name(&self.tables.state))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build();
        self.and(update.map(|update| TransactWriteItem::builder().update(update).build()))
    }

    /// That an item of the state table is as it should be.
    pub(super) fn check(
        self,
        check: impl FnOnce(
            aws_sdk_dynamodb::types::builders::ConditionCheckBuilder,
        ) -> aws_sdk_dynamodb::types::builders::ConditionCheckBuilder,
    ) -> Self {
        let check = check(ConditionCheck::builder().table_name(&self.tables.state)).build();
        self.and(check.map(|check| TransactWriteItem::builder().condition_check(check).build()))
    }

    /// Writes.
    pub(super) fn writes(self, writes: impl IntoIterator<Item = Write>) -> Self {
        self.writes_expecting(writes, &[])
    }

    /// Writes, those of which something is expected only while that is so.
    pub(super) fn writes_expecting(
        mut self,
        writes: impl IntoIterator<Item = Write>,
        expected: &[Expected],
    ) -> Self {
        for write in writes {
            let mut said = expected.iter();
            let said = said.find(|it| write.table() == Table::Config && it.is_of(&write));
            let (condition, names, values) = match said.map(Expected::condition) {
                Some((condition, names, values)) => (Some(condition), Some(names), values),
                None => (None, None, None),
            };
            self = match write {
                Write::Put(table, item) => {
                    let put = Put::builder()
                        .table_name(self.tables.of(table))
                        .set_item(Some(item))
                        .set_condition_expression(condition)
                        .set_expression_attribute_names(names)
                        .set_expression_attribute_values(values)
                        .build();
                    self.and(put.map(|put| TransactWriteItem::builder().put(put).build()))
                }
                Write::Delete(table, key) => {
                    let delete = Delete::builder()
                        .table_name(self.tables.of(table))
                        .set_key(Some(key))
                        .set_condition_expression(condition)
                        .set_expression_attribute_names(names)
                        .set_expression_attribute_values(values)
                        .build();
                    self.and(
                        delete.map(|delete| TransactWriteItem::builder().delete(delete).build()),
                    )
                }
            };
        }
        self
    }

    /// What must stand in the config table and is not written.
    pub(super) fn expectations<'e>(
        mut self,
        expected: impl IntoIterator<Item = &'e Expected>,
    ) -> Self {
        for expected in expected {
            let (condition, names, values) = expected.condition();
            let check = ConditionCheck::builder()
                .table_name(self.tables.of(Table::Config))
                .set_key(Some(expected.key.clone()))
                .condition_expression(condition)
                .set_expression_attribute_names(Some(names))
                .set_expression_attribute_values(values)
                .build();
            self = self.and(
                check.map(|check| TransactWriteItem::builder().condition_check(check).build()),
            );
        }
        self
    }

    /// Items of the state table that must not be there yet.
    pub(super) fn additions(mut self, items: impl IntoIterator<Item = Attributes>) -> Self {
        for item in items {
            let put = Put::builder()
                .table_name(&self.tables.state)
                .set_item(Some(item))
                .condition_expression("attribute_not_exists(pk)")
                .build();
            self = self.and(put.map(|put| TransactWriteItem::builder().put(put).build()));
        }
        self
    }

    /// Notices whose keys are not remembered.
    pub(super) fn notices(mut self, entries: &[Entry]) -> Self {
        for put in entries.iter().flat_map(Entry::puts) {
            let put = put.table_name(&self.tables.state).build();
            self = self.and(put.map(|put| TransactWriteItem::builder().put(put).build()));
        }
        self
    }

    fn and(
        mut self,
        action: Result<TransactWriteItem, aws_sdk_dynamodb::error::BuildError>,
    ) -> Self {
        self.actions
            .push(action.map_err(|error| StoreError::Other(std::sync::Arc::new(error))));
        self
    }

    /// Does all of it or nothing. One that meets another is tried again for a moment.
    pub(super) async fn carry_out(self) -> Result<(), Refusal> {
        let actions: Vec<TransactWriteItem> = self
            .actions
            .into_iter()
            .collect::<Result<_, _>>()
            .map_err(Refusal::Failed)?;
        let mut attempt = 1;
        loop {
            let call = self
                .client
                .transact_write_items()
                .set_transact_items(Some(actions.clone()));
            let Err(error) = call.send().await else {
                return Ok(());
            };
            let refused = refusal(self.tables, error);
            if attempt == ATTEMPTS || !matches!(refused, Refusal::Contended) {
                return Err(refused);
            }
            pause(attempt).await;
            attempt += 1;
        }
    }
}

/// Waits before the attempt after this one: longer each time, and never as long as somebody else who waits as well.
pub(super) async fn pause(attempt: u32) {
    let longest = FIRST_PAUSE * 2_u32.saturating_pow(attempt.saturating_sub(1).min(6));
    // A quarter to all of it, by chance.
    let part = RandomState::new().hash_one(attempt) % 4 + 1;
    tokio::time::sleep(longest * u32::try_from(part).unwrap_or(4) / 4).await;
}

fn refusal(tables: &TableNames, error: SdkError<TransactWriteItemsError>) -> Refusal {
    let reasons = match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
            canceled.cancellation_reasons()
        }
        Some(_) | None => &[],
    };
    let code = |reason: &CancellationReason| reason.code().unwrap_or_default().to_owned();
    // That it meets another transaction says nothing yet about its conditions.
    if reasons.iter().any(|reason| {
        matches!(
            code(reason).as_str(),
            "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded"
        )
    }) {
        return Refusal::Contended;
    }
    let unmet = reasons
        .iter()
        .position(|reason| code(reason) == "ConditionalCheckFailed");
    match unmet {
        Some(number) => Refusal::Condition(
            number,
            reasons
                .get(number)
                .and_then(|reason| reason.item().cloned()),
        ),
        None => {
            let messages: Vec<String> = reasons
                .iter()
                .filter_map(|reason| reason.message().map(str::to_owned))
                .collect();
            Refusal::Failed(canceled(
                // DynamoDB does not say which of the two it is about.
                &format!("{}` or `{}", tables.config, tables.state),
                "dynamodb:TransactWriteItems",
                error,
                &messages,
            ))
        }
    }
}
