//! News of rules and of the data that they read.

use reveille_sdk::formatter::replies::{
    Context, DataTrouble, RuleChange, RuleDistance, RuleRejection, RuleVersion, StaleData,
};

use super::words;
use crate::{
    message::{Colour, Draft},
    reason::passed_over,
    text::{name, sentence},
    version,
    when::Length,
};

/// A new version of a rule is in use.
pub(super) fn taken(change: &RuleChange) -> Draft {
    let rule = name(&change.rule);
    let (to, from) = version::told_apart(&change.to, change.from.as_ref());
    let mut draft = Draft::new(
        Colour::Ok,
        match from {
            Some(from) => format!("The rule '{rule}' has a new version in use: {to} (was {from})"),
            None => format!("A new rule is in use: '{rule}' {to}"),
        },
    );
    if let Some(by) = &change.by {
        draft.line(format!("Asked for by {}", name(by)));
    }
    schedules(&mut draft, &change.schedules);
    draft
}

/// A version of a rule was not taken.
pub(super) fn rejected(rejection: &RuleRejection) -> Draft {
    if let Some(cause) = passed_over(rejection) {
        return without(rejection, cause);
    }
    let rule = name(&rejection.rule);
    let mut draft = Draft::new(
        Colour::Warning,
        match &rejection.version {
            Some(version) => format!(
                "A version of the rule '{rule}' is not taken: {}",
                name(version)
            ),
            None => format!("A version of the rule '{rule}' is not taken."),
        },
    );
    draft.line(format!("Cause: {}", sentence(&rejection.cause)));
    kept(&mut draft, rejection.kept.as_ref());
    schedules(&mut draft, &rejection.schedules);
    draft
}

/// A rule is passed over by schedules that go on without it.
fn without(rejection: &RuleRejection, cause: &str) -> Draft {
    let version = rejection.version.as_deref().map(name).unwrap_or_default();
    let mut draft = Draft::new(
        Colour::Warning,
        format!(
            "A rule that keeps failing is passed over: '{}' {version}",
            name(&rejection.rule)
        ),
    );
    draft.line(format!("Cause: {}", sentence(cause)));
    draft.line("These schedules are not put on hold; they follow their plan without the rule.");
    schedules(&mut draft, &rejection.schedules);
    draft
}

/// The place of a rule is not reached.
pub(super) fn unreachable(context: &Context, distance: &RuleDistance) -> Draft {
    let mut draft = Draft::new(
        Colour::Warning,
        format!(
            "New versions of the rule '{}' cannot be looked for since {}",
            name(&distance.rule),
            words::moment(context.now, distance.since)
        ),
    );
    draft.line(format!(
        "Place: {} · cause: {}",
        sentence(&distance.location),
        sentence(&distance.cause)
    ));
    kept(&mut draft, distance.kept.as_ref());
    schedules(&mut draft, &distance.schedules);
    draft
}

/// The place of a rule is reached again.
pub(super) fn reachable(rule: &str) -> Draft {
    Draft::new(
        Colour::Ok,
        format!(
            "New versions of the rule '{}' are looked for again.",
            name(rule)
        ),
    )
}

/// Data is too old.
pub(super) fn data_stale(context: &Context, trouble: &DataTrouble) -> Draft {
    let now = context.now;
    let data = name(&trouble.data);
    let mut draft = Draft::new(
        Colour::Warning,
        match trouble.fetched {
            Some(fetched) => {
                let age = Length::between(fetched, now)
                    .map_or_else(String::new, |age| format!(" ({} ago)", words::length(age)));
                format!(
                    "Data is too old: '{data}', last fetched {}{age}",
                    words::moment(now, fetched)
                )
            }
            None => format!("Data could not be fetched yet: '{data}'"),
        },
    );
    if let Some(most) = trouble.max_age_minutes {
        draft.line(format!("Longest age: {}", words::length(Length::of(most))));
    }
    draft.line(format!("Cause: {}", sentence(&trouble.cause)));
    draft.line(match trouble.instead {
        StaleData::LastCopy => "Rules go on with the last copy.",
        StaleData::Nothing => {
            "Rules get none of it. Schedules of rules that cannot answer without it are put on hold."
        }
    });
    if !trouble.rules.is_empty() {
        draft.line(format!(
            "Rules that read it: {}",
            words::listed(&trouble.rules)
        ));
    }
    schedules(&mut draft, &trouble.schedules);
    draft
}

/// Data is new again.
pub(super) fn data_fresh(data: &str, used_by: &[String]) -> Draft {
    let mut draft = Draft::new(
        Colour::Ok,
        format!("Data is fetched in time again: '{}'", name(data)),
    );
    schedules(&mut draft, used_by);
    draft
}

fn kept(draft: &mut Draft, kept: Option<&RuleVersion>) {
    draft.line(match kept {
        Some(kept) => format!("The version in use stays: {}", name(&kept.version)),
        None => "There is no version to use. Schedules with this rule are put on hold.".to_owned(),
    });
}

fn schedules(draft: &mut Draft, schedules: &[String]) {
    if !schedules.is_empty() {
        draft.line(format!("Schedules: {}", words::listed(schedules)));
    }
}
