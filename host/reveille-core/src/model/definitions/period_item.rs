//! A `period` item. Only its shape is read here; what its texts mean is for the `periods` rule to say.

use super::{
    super::{Fault, Item, Period},
    reader::{Reader, quoted_text},
};

/// Attributes of which a period has at least one.
const TIMES_AND_DAYS: [&str; 5] = ["begintime", "endtime", "weekdays", "monthdays", "months"];

/// The period of `item`, or everything that is wrong with it.
pub(super) fn read(item: &Item) -> Result<Period, Vec<Fault>> {
    let mut reader = Reader::new(item.key.to_string(), &item.attributes);
    let name = &item.key.name;
    if name.trim().is_empty() {
        reader.fault("name", "is empty; name the period");
    }
    if name.contains('@') {
        reader.fault(
            "name",
            format!(
                "{} has an `@`, which in a schedule begins the instance type; take it out",
                quoted_text(name)
            ),
        );
    }
    let period = Period {
        name: name.clone(),
        begin_time: reader.text("begintime"),
        end_time: reader.text("endtime"),
        weekdays: set(&mut reader, "weekdays"),
        monthdays: set(&mut reader, "monthdays"),
        months: set(&mut reader, "months"),
        description: reader.text("description"),
        configured_in_stack: reader.text("configured_in_stack"),
    };
    if TIMES_AND_DAYS
        .iter()
        .all(|attribute| reader.value(attribute).is_none())
    {
        reader.fault(
            "begintime",
            "is missing, and so are `endtime`, `weekdays`, `monthdays` and `months`; write at least one of them",
        );
    }
    let faults = reader.into_faults();
    if faults.is_empty() {
        Ok(period)
    } else {
        Err(faults)
    }
}

/// A set in the order of its texts: a store may hand it out in any.
fn set(reader: &mut Reader<'_>, attribute: &str) -> Option<Vec<String>> {
    let mut elements = reader.texts(attribute)?;
    elements.sort_unstable();
    elements.dedup();
    Some(elements)
}
