//! The EC2 API, version 2016-11-15: describe, start, stop, change the type, tag.
//!
//! Paging counts instances, not reservations:
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html>. A batch is done wholly or not at
//! all and an error names one instance, or all that are not there:
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StartInstances.html>,
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StopInstances.html>. Codes:
//! <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-error-codes.html>.

use std::fmt::Write;

use chrono::{DateTime, Utc};

use super::{
    instance::Instance, instances::Instances, refusal::Refusal, request::Form, xml::element,
};

/// Most tags that a resource may have, see
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html>.
const MOST_TAGS: usize = 50;
/// Most instances that a call may name.
const MOST_IDS: usize = 1_000;

/// Where a call takes place.
pub(super) struct Place<'a> {
    pub(super) now: DateTime<Utc>,
    pub(super) account: &'a str,
    pub(super) region: &'a str,
    pub(super) instances: &'a mut Instances,
}

/// Answers `action`.
pub(super) fn answer(place: &mut Place<'_>, action: &str, form: &Form) -> Result<String, Refusal> {
    match action {
        "DescribeInstances" => describe(place, form),
        "StartInstances" => start(place, form),
        "StopInstances" => stop(place, form),
        "ModifyInstanceAttribute" => modify(place, form),
        "CreateTags" => create_tags(place, form),
        "DeleteTags" => delete_tags(place, form),
        other => Err(Refusal::unknown_action(other)),
    }
}

fn describe(place: &mut Place<'_>, form: &Form) -> Result<String, Refusal> {
    let ids: Vec<&str> = form.list("InstanceId").collect();
    let most = form.number("MaxResults", 5..=1_000)?;
    if !ids.is_empty() && most.is_some() {
        return Err(Refusal::new(
            400,
            "InvalidParameterCombination",
            "The parameter instancesSet cannot be used with the parameter maxResults",
        ));
    }
    there(place.instances, &ids)?;
    let filters = Filter::read(form)?;
    let after = form.get("NextToken").map(from_token).transpose()?;
    dry_run(form)?;

    place.instances.described();
    let matches = |instance: &&Instance| filters.iter().all(|filter| filter.passes(instance));
    let mut found: Vec<(String, String)> = Vec::new();
    let mut next = None;
    if ids.is_empty() {
        for instance in place
            .instances
            .shown_after(after.as_deref())
            .filter(matches)
        {
            if most == Some(found.len()) {
                next = found.last().map(|(id, _)| to_token(id));
                break;
            }
            found.push((instance.id.clone(), instance.reservation.clone()));
        }
    } else {
        let named = ids.iter().filter_map(|id| place.instances.shown(id));
        found.extend(
            named
                .filter(matches)
                .map(|instance| (instance.id.clone(), instance.reservation.clone())),
        );
    }

    let mut out = String::with_capacity(3_000 * found.len() + 200);
    out.push_str("<reservationSet>");
    for batch in found.chunk_by(|(_, one), (_, next)| one == next) {
        let reservation = batch.first().map(|(_, reservation)| reservation.as_str());
        out.push_str("<item>");
        element(&mut out, "reservationId", reservation.unwrap_or_default());
        element(&mut out, "ownerId", place.account);
        out.push_str("<groupSet/><instancesSet>");
        for (id, _) in batch {
            if let Some(xml) = place.instances.xml(id, place.account, place.region) {
                out.push_str(&xml);
            }
        }
        out.push_str("</instancesSet></item>");
    }
    out.push_str("</reservationSet>");
    if let Some(next) = next {
        element(&mut out, "nextToken", &next);
    }
    Ok(out)
}

fn start(place: &mut Place<'_>, form: &Form) -> Result<String, Refusal> {
    let ids = named(place, form)?;
    for id in &ids {
        let Some(instance) = place.instances.get(id) else {
            continue;
        };
        instance.may_start()?;
        // One that runs or is on its way has its capacity already.
        if instance.state == super::instance::State::Stopped
            && place.instances.scarce.contains(&instance.instance_type)
        {
            return Err(Refusal::new(
                500,
                "InsufficientInstanceCapacity",
                format!(
                    "We currently do not have sufficient {} capacity in the Availability Zone you requested \
                     ({}a). Our system will be working on provisioning additional capacity.",
                    instance.instance_type, place.region
                ),
            ));
        }
    }
    dry_run(form)?;
    let now = place.now;
    Ok(change_states(place.instances, &ids, |instance| {
        instance.start(now)
    }))
}

fn stop(place: &mut Place<'_>, form: &Form) -> Result<String, Refusal> {
    let ids = named(place, form)?;
    let hibernates = form.is_true("Hibernate");
    for id in &ids {
        let Some(instance) = place.instances.get(id) else {
            continue;
        };
        instance.may_stop()?;
        if hibernates {
            instance.may_hibernate()?;
        }
    }
    dry_run(form)?;
    let now = place.now;
    Ok(change_states(place.instances, &ids, |instance| {
        instance.stop(hibernates, now);
    }))
}

fn change_states(
    instances: &mut Instances,
    ids: &[String],
    change: impl Fn(&mut Instance),
) -> String {
    let mut out = String::from("<instancesSet>");
    for id in ids {
        let Some(before) = instances.get(id).map(|instance| instance.state) else {
            continue;
        };
        instances.write(id, &change);
        let after = instances.get(id).map_or(before, |instance| instance.state);
        out.push_str("<item>");
        element(&mut out, "instanceId", id);
        after.write(&mut out, "currentState");
        before.write(&mut out, "previousState");
        out.push_str("</item>");
    }
    out.push_str("</instancesSet>");
    out
}

fn modify(place: &mut Place<'_>, form: &Form) -> Result<String, Refusal> {
    let id = form.need("InstanceId")?;
    there(place.instances, &[id])?;
    let to = match form.get("InstanceType.Value") {
        Some(to) => to.to_owned(),
        None if form.get("Attribute") == Some("instanceType") => form.need("Value")?.to_owned(),
        None => {
            return Err(Refusal::new(
                400,
                "InvalidParameterCombination",
                "No attributes specified.",
            ));
        }
    };
    if !to.contains('.') {
        return Err(Refusal::new(
            400,
            "InvalidInstanceAttributeValue",
            format!("The instance type '{to}' does not exist."),
        ));
    }
    if let Some(instance) = place.instances.get(id) {
        instance.may_change()?;
    }
    dry_run(form)?;
    place
        .instances
        .write(id, |instance| instance.instance_type = to);
    Ok("<return>true</return>".to_owned())
}

fn create_tags(place: &mut Place<'_>, form: &Form) -> Result<String, Refusal> {
    let ids: Vec<&str> = form.list("ResourceId").collect();
    there(place.instances, &ids)?;
    let tags = form.tags("Tag");
    for (key, value) in &tags {
        check_tag(key, value.as_deref().unwrap_or_default())?;
    }
    for id in &ids {
        let Some(instance) = place.instances.get(id) else {
            continue;
        };
        let new = tags
            .iter()
            .filter(|(key, _)| !instance.tags.contains_key(key))
            .count();
        if instance.tags.len() + new > MOST_TAGS {
            return Err(Refusal::new(
                400,
                "TagLimitExceeded",
                "The maximum number of Tags per resource has been reached.",
            ));
        }
    }
    dry_run(form)?;
    for id in ids {
        place.instances.write(id, |instance| {
            for (key, value) in &tags {
                instance
                    .tags
                    .insert(key.clone(), value.clone().unwrap_or_default());
            }
        });
    }
    Ok("<return>true</return>".to_owned())
}

fn delete_tags(place: &mut Place<'_>, form: &Form) -> Result<String, Refusal> {
    let ids: Vec<&str> = form.list("ResourceId").collect();
    there(place.instances, &ids)?;
    dry_run(form)?;
    let tags = form.tags("Tag");
    for id in ids {
        place.instances.write(id, |instance| {
            for (key, value) in &tags {
                if value.is_none() || value.as_ref() == instance.tags.get(key) {
                    instance.tags.remove(key);
                }
            }
        });
    }
    Ok("<return>true</return>".to_owned())
}

/// The instances that a call names, at least one.
fn named(place: &Place<'_>, form: &Form) -> Result<Vec<String>, Refusal> {
    let ids: Vec<&str> = form.list("InstanceId").collect();
    if ids.is_empty() {
        form.need("InstanceId")?;
    }
    if ids.len() > MOST_IDS {
        return Err(Refusal::new(
            400,
            "InvalidParameterValue",
            format!("Too many instances: {} of at most {MOST_IDS}", ids.len()),
        ));
    }
    there(place.instances, &ids)?;
    Ok(ids.into_iter().map(str::to_owned).collect())
}

/// Whether every one of `ids` is there.
fn there(instances: &Instances, ids: &[&str]) -> Result<(), Refusal> {
    if let Some(bad) = ids.iter().find(|id| !id.starts_with("i-")) {
        return Err(Refusal::new(
            400,
            "InvalidInstanceID.Malformed",
            format!("Invalid id: \"{bad}\""),
        ));
    }
    let lost: Vec<&str> = ids
        .iter()
        .copied()
        .filter(|id| instances.get(id).is_none())
        .collect();
    let message = match lost.as_slice() {
        [] => return Ok(()),
        [one] => format!("The instance ID '{one}' does not exist"),
        many => format!("The instance IDs '{}' do not exist", many.join(", ")),
    };
    Err(Refusal::new(400, "InvalidInstanceID.NotFound", message))
}

/// Reserved words and lengths of tags.
pub(super) fn check_tag(key: &str, value: &str) -> Result<(), Refusal> {
    if key.to_ascii_lowercase().starts_with("aws:") {
        return Err(Refusal::new(
            400,
            "InvalidParameterValue",
            format!("Tag keys starting with 'aws:' are reserved for internal use: {key}"),
        ));
    }
    if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
        return Err(Refusal::new(
            400,
            "InvalidParameterValue",
            format!("Tag is too long or has no key: {key}"),
        ));
    }
    Ok(())
}

fn dry_run(form: &Form) -> Result<(), Refusal> {
    if form.is_true("DryRun") {
        return Err(Refusal::new(
            412,
            "DryRunOperation",
            "Request would have succeeded, but DryRun flag is set.",
        ));
    }
    Ok(())
}

fn to_token(id: &str) -> String {
    id.bytes().fold(String::new(), |mut token, byte| {
        let _ = write!(token, "{byte:02x}");
        token
    })
}

fn from_token(token: &str) -> Result<String, Refusal> {
    let invalid = || {
        Refusal::new(
            400,
            "InvalidParameterValue",
            format!("Unable to parse pagination token: {token}"),
        )
    };
    let bytes: Option<Vec<u8>> = (0..token.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(token.get(at..at + 2)?, 16).ok())
        .collect();
    String::from_utf8(bytes.ok_or_else(invalid)?).map_err(|_| invalid())
}

/// A filter: any of its values must fit.
struct Filter<'a> {
    by: By<'a>,
    values: Vec<&'a str>,
}

enum By<'a> {
    Id,
    State,
    TagKey,
    Tag(&'a str),
    Type,
}

impl<'a> Filter<'a> {
    fn read(form: &'a Form) -> Result<Vec<Self>, Refusal> {
        form.filters("Filter", "Value")
            .into_iter()
            .map(|(name, values)| {
                let by = match name {
                    "instance-id" => By::Id,
                    "instance-state-name" => By::State,
                    "instance-type" => By::Type,
                    "tag-key" => By::TagKey,
                    other => match other.strip_prefix("tag:") {
                        Some(key) => By::Tag(key),
                        None => {
                            return Err(Refusal::new(
                                400,
                                "InvalidParameterValue",
                                format!("The filter '{other}' is invalid"),
                            ));
                        }
                    },
                };
                Ok(Self { by, values })
            })
            .collect()
    }

    fn passes(&self, instance: &Instance) -> bool {
        let any = |text: &str| self.values.iter().any(|value| fits(value, text));
        match self.by {
            By::Id => any(&instance.id),
            By::State => any(instance.state.name()),
            By::Type => any(&instance.instance_type),
            By::TagKey => instance.tags.keys().any(|key| any(key)),
            By::Tag(key) => instance.tags.get(key).is_some_and(|value| any(value)),
        }
    }
}

/// Whether `text` fits a pattern with `*` for any characters and `?` for one, see
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html>.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.chars().next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = &pattern[1..];
            let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.any(|at| fits(rest, &text[at..]))
        }
        Some(wanted) => {
            let mut characters = text.chars();
            let fit = characters
                .next()
                .is_some_and(|character| wanted == '?' || wanted == character);
            fit && fits(&pattern[wanted.len_utf8()..], characters.as_str())
        }
    }
}
