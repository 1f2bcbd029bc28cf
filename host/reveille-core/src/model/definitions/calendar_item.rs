//! A `calendar` item: days of the operators, a line each.

use serde_json::Value;

use super::{
    super::{Calendar, Fault, Holiday, Item, MAX_CALENDAR_DAYS},
    reader::{Reader, quoted_text},
};

/// The calendar of `item`, or everything that is wrong with it. One without days is a calendar, too.
pub(super) fn read(item: &Item) -> Result<Calendar, Vec<Fault>> {
    let mut reader = Reader::new(item.key.to_string(), &item.attributes);
    let name = &item.key.name;
    if name.trim().is_empty() {
        reader.fault("name", "is empty; name the calendar");
    } else if name.trim() != name || name.contains(['[', ']']) || name.contains(char::is_control) {
        reader.fault(
            "name",
            format!(
                "{} has a space at an end, a bracket or a control character; take it out",
                quoted_text(name)
            ),
        );
    }
    let mut days = Vec::new();
    for line in lines(&mut reader) {
        match Holiday::read(line) {
            Ok(day) => days.push(day),
            Err(fault) => reader.fault("days", format!("{} {fault}", quoted_text(line))),
        }
    }
    if days.len() > MAX_CALENDAR_DAYS {
        reader.fault(
            "days",
            format!(
                "has {} days; take out those that are over, at most {MAX_CALENDAR_DAYS} are read",
                days.len()
            ),
        );
    }
    // A store may hand out a set in any order; lines of one day keep theirs, or a minus comes first.
    days.sort_by_key(|day: &Holiday| day.date);
    let faults = reader.into_faults();
    if faults.is_empty() {
        Ok(Calendar {
            name: name.clone(),
            days,
        })
    } else {
        Err(faults)
    }
}

fn lines<'a>(reader: &mut Reader<'a>) -> Vec<&'a str> {
    let Some(value) = reader.value("days") else {
        return Vec::new();
    };
    let texts = value
        .as_array()
        .and_then(|days| days.iter().map(Value::as_str).collect());
    texts.unwrap_or_else(|| {
        reader.wrong_type(
            "days",
            value,
            "a list of texts such as `2026-12-24 창립기념일`",
        );
        Vec::new()
    })
}
