//! The items of the state table: their keys, what stands in them, and when they may go.
//!
//! Keys are `pk` and `sk`. What many servers or schedules write is spread over partitions; what is read together
//! stands in one, sorted as it is handed out.

use std::{
    collections::hash_map::RandomState,
    hash::BuildHasher as _,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use chrono::{DateTime, Datelike as _, Duration, NaiveDate, NaiveTime, Utc};
use reveille_core::{
    model::{AuditRecord, Exception, Force, Remembered, Turn},
    port::Delivery,
};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{
    attributes::{AttributeError, Attributes, number, number_of, of_record, text, text_of},
    house::time_text,
};

/// The attribute by which DynamoDB removes items: the time in seconds since 1970.
pub(super) const EXPIRES: &str = "expires_at";

/// How long exceptions and audit records are kept: a year and a month, so that last year's can be compared.
pub(super) const KEPT_LONG: Duration = Duration::days(400);
/// How long an order is kept after its end: for people who ask what happened last month.
const FORCE_KEPT: Duration = Duration::days(30);
/// How long the answer to a message is kept: no messenger delivers a message again after so long.
const DELIVERY_KEPT: Duration = Duration::days(7);

/// Partitions over which what is remembered of servers is spread: one takes 1,000 write units a second, and a tick of
/// thousands of servers writes all of them at once.
pub(super) const SHARDS: u8 = 16;

/// Partition of the exceptions.
pub(super) const EXCEPTIONS: &str = "exceptions";
/// Partition of the orders.
pub(super) const FORCES: &str = "forces";

/// The key of these two.
pub(super) fn key(pk: impl Into<String>, sk: impl Into<String>) -> Attributes {
    Attributes::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))])
}

/// The key of an exception: they are read by date.
pub(super) fn exception_key(schedule: &str, date: NaiveDate, action: Turn) -> Attributes {
    let sk = format!("{}#{}#{schedule}", date_text(date), action.as_str());
    key(EXCEPTIONS, sk)
}

/// The first sort key of an exception on `date`. Before year 0 and after year 9999, where dates as texts do not sort,
/// there are none.
pub(super) fn first_on(date: NaiveDate) -> String {
    if date.year() < 0 {
        String::from("0")
    } else if date.year() > 9999 {
        String::from(":")
    } else {
        date_text(date)
    }
}

/// What sorts after every sort key of an exception on `date`, and before those of the next day.
pub(super) fn last_on(date: NaiveDate) -> String {
    if date.year() < 0 {
        String::from("0")
    } else if date.year() > 9999 {
        String::from(":")
    } else {
        // Next to `#`.
        format!("{}$", date_text(date))
    }
}

/// `date` so that later ones sort after earlier ones.
fn date_text(date: NaiveDate) -> String {
    date.format("%Y-%m-%d").to_string()
}

/// An exception as an item.
pub(super) fn exception(exception: &Exception) -> Result<Attributes, AttributeError> {
    let key = exception_key(&exception.schedule, exception.date, exception.action);
    let until = exception.date.and_time(NaiveTime::MIN).and_utc() + KEPT_LONG;
    item(key, exception, Some(until))
}

/// The key of the order of a schedule. The mark before the name stands for the empty name, which is no key.
pub(super) fn force_key(schedule: &str) -> Attributes {
    key(FORCES, format!("#{schedule}"))
}

/// An order as an item.
pub(super) fn force(force: &Force) -> Result<Attributes, AttributeError> {
    item(
        force_key(&force.schedule),
        force,
        Some(force.until + FORCE_KEPT),
    )
}

/// The schedule of an exception that cannot be read.
pub(super) fn schedule_of_exception(item: &Attributes) -> Option<String> {
    text_of(item, "sk")?
        .splitn(3, '#')
        .nth(2)
        .map(str::to_owned)
}

/// The schedule of an order that cannot be read, and when the order ends, as far as its keys tell.
pub(super) fn schedule_of_force(item: &Attributes) -> Option<(String, Option<DateTime<Utc>>)> {
    let schedule = text_of(item, "sk")?.strip_prefix('#')?.to_owned();
    let goes = number_of(item, EXPIRES).and_then(|it| i64::try_from(it).ok());
    let goes = goes.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    Some((schedule, goes.map(|goes| goes - FORCE_KEPT)))
}

/// Partition of the audit of a schedule.
pub(super) fn audit_partition(schedule: &str) -> String {
    format!("audit#{schedule}")
}

/// An audit record as an item of its own, after all others of its time.
pub(super) fn audit(record: &AuditRecord) -> Result<Attributes, AttributeError> {
    let sk = format!("{}#{}", time_text(record.at), unique());
    let key = key(audit_partition(&record.schedule), sk);
    item(key, record, Some(record.at + KEPT_LONG))
}

/// The key of the answer to a message.
pub(super) fn delivery_key(message: &str) -> Attributes {
    key(format!("delivery#{message}"), "delivery")
}

/// The answer to a message as an item.
pub(super) fn delivery(delivery: &Delivery) -> Result<Attributes, AttributeError> {
    let answer =
        serde_json::json!({"key": delivery.key, "at": delivery.at, "answer": delivery.answer});
    item(
        delivery_key(&delivery.key),
        &answer,
        Some(delivery.at + DELIVERY_KEPT),
    )
}

/// The answer that an item is.
pub(super) fn to_delivery(item: &Attributes) -> Option<Delivery> {
    Some(Delivery {
        key: text_of(item, "key")?.to_owned(),
        at: text_of(item, "at")?.parse().ok()?,
        answer: text_of(item, "answer")?.to_owned(),
    })
}

/// Partition of this shard of what is remembered.
pub(super) fn shard(number: u8) -> String {
    format!("remembered#{number:02}")
}

/// The key of what is remembered of a server.
pub(super) fn remembered_key(server: &str) -> Attributes {
    let shard_of = Sha256::digest(server)
        .first()
        .map_or(0, |byte| byte % SHARDS);
    key(shard(shard_of), format!("#{server}"))
}

/// What is remembered of a server as an item.
pub(super) fn remembered(remembered: &Remembered) -> Result<Attributes, AttributeError> {
    item(remembered_key(&remembered.server.0), remembered, None)
}

/// Another text each time, in this process and in every other; later ones of one process sort after earlier ones,
/// and so do those of a later process, as far as the clocks of their hosts agree.
pub(super) fn unique() -> String {
    static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one("process"));
    static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        AtomicU64::new(u64::try_from(since.as_micros()).unwrap_or_default())
    });
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{next:020}#{:016x}", *PROCESS)
}

/// The attribute by which DynamoDB removes an item after `until`.
pub(super) fn expires(until: DateTime<Utc>) -> (String, aws_sdk_dynamodb::types::AttributeValue) {
    (EXPIRES.to_owned(), number(until.timestamp()))
}

fn item(
    key: Attributes,
    record: &impl Serialize,
    until: Option<DateTime<Utc>>,
) -> Result<Attributes, AttributeError> {
    let mut item = of_record(record)?;
    item.extend(key);
    item.extend(until.map(expires));
    Ok(item)
}
