//! Where people are told: `[[jandi.targets]]`.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use reveille_core::model::{Minute, Quiet, Schedule};
use serde::Deserialize;

use super::{
    ConfigError, Variables,
    given::Given,
    secret::{RawSecret, Secret},
};
use crate::notices::Event;

/// How long before a stop people are told of it, in minutes: time to save what one is at, or to put the stop off.
const WARN_MINUTES: u16 = 10;
/// The longest that may be: a day.
const LONGEST_WARN_MINUTES: u16 = 1440;
/// Most targets: each of them may be told the same thing.
const MOST_TARGETS: usize = 50;
/// Most bytes of a name.
const NAME_BYTES: usize = 64;

/// A topic of JANDI's in which people are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// Its name, for schedules and operators.
    pub(crate) name: String,
    /// The URL of the topic's incoming webhook.
    pub(crate) url: Secret,
    /// Names of the schedules that it is told of; none is all.
    pub(crate) schedules: Option<BTreeSet<String>>,
    /// What it is told.
    pub(crate) events: BTreeSet<Event>,
    /// When it is told nothing, in the zone of the house.
    pub(crate) quiet: Quiet,
    /// When it is told what the day brings, in the zone of the house.
    pub(crate) morning: Option<Minute>,
    /// How many minutes before a stop it is told of it; 0 is never.
    pub(crate) warn_minutes: u16,
}

impl Target {
    /// Whether it is one of those that are told of `schedule`: the schedule itself has the first word.
    pub(crate) fn is_told_of(&self, schedule: &Schedule) -> bool {
        match &schedule.notify {
            Some(names) => names.contains(&self.name),
            None => self.has(&schedule.name),
        }
    }

    /// Whether its own list has the schedule of this name.
    pub(crate) fn has(&self, schedule: &str) -> bool {
        self.schedules
            .as_ref()
            .is_none_or(|names| names.contains(schedule))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTarget {
    name: String,
    url: RawSecret,
    schedules: Option<BTreeSet<String>>,
    events: Option<Vec<String>>,
    quiet: Option<String>,
    morning: Option<String>,
    warn_minutes: Option<u16>,
}

/// All of them, each name once.
pub(super) fn check(
    raw: Vec<RawTarget>,
    folder: &Path,
    variables: Variables<'_>,
) -> Result<Vec<Target>, ConfigError> {
    if raw.len() > MOST_TARGETS {
        let given = Given::new("jandi.targets", format!("{} of them", raw.len()));
        return Err(given.wrong(format!("there may be at most {MOST_TARGETS}")));
    }
    #[cfg(not(feature = "remote"))]
    if let Some(target) = raw.first() {
        return Err(Given::new("jandi.targets", target.name.clone()).wrong(
            "this build has no network in it. Build it with `cargo build --features aws`, or take the targets out",
        ));
    }
    let mut targets: BTreeMap<String, Target> = BTreeMap::new();
    for raw in raw {
        let target = raw.check(folder, variables)?;
        if let Some(target) = targets.insert(target.name.clone(), target) {
            return Err(Given::new("jandi.targets.name", target.name)
                .wrong("there are two of this name; give each its own"));
        }
    }
    Ok(targets.into_values().collect())
}

impl RawTarget {
    fn check(self, folder: &Path, variables: Variables<'_>) -> Result<Target, ConfigError> {
        let name = self.name.trim().to_owned();
        if name.is_empty() || name.len() > NAME_BYTES || name.chars().any(char::is_control) {
            return Err(Given::new("jandi.targets.name", self.name).wrong(format!(
                "write a name of at most {NAME_BYTES} bytes, such as `ops`"
            )));
        }
        let key = |key: &str| format!("jandi.targets.{key} of `{name}`");
        let events = match self.events {
            None => Event::ALL.into(),
            Some(words) => words
                .into_iter()
                .map(|word| event(&key("events"), word))
                .collect::<Result<_, _>>()?,
        };
        let quiet = self.quiet.map_or(Ok(Quiet::Never), |hours| {
            let given = Given::new(key("quiet"), hours);
            given
                .value()
                .parse()
                .map_err(|error: reveille_core::model::NoQuiet| given.wrong(error.to_string()))
        })?;
        let morning = self.morning.map(|time| {
            let given = Given::new(key("morning"), time);
            minute(given.value()).ok_or_else(|| given.wrong("write a time of day such as `08:50`"))
        });
        let warn_minutes = self.warn_minutes.unwrap_or(WARN_MINUTES);
        if warn_minutes > LONGEST_WARN_MINUTES {
            return Err(
                Given::new(key("warn_minutes"), warn_minutes.to_string()).wrong(format!(
                    "write minutes from 0, which is never, to {LONGEST_WARN_MINUTES}"
                )),
            );
        }
        Ok(Target {
            url: self.url.check(key("url"), folder, variables)?,
            schedules: self.schedules,
            events,
            quiet,
            morning: morning.transpose()?,
            warn_minutes,
            name,
        })
    }
}

fn event(key: &str, word: String) -> Result<Event, ConfigError> {
    let known = Event::ALL.into_iter().find(|event| event.word() == word);
    known.ok_or_else(|| {
        let remedy = if word == "morning" {
            String::from("the morning line has a time instead: `morning = \"08:50\"`")
        } else {
            format!("write some of {}", Event::ALL.map(Event::word).join(", "))
        };
        Given::new(key, word).wrong(remedy)
    })
}

/// `8:50` or `08:50`.
fn minute(text: &str) -> Option<Minute> {
    let (hour, minute) = text.trim().split_once(':')?;
    let is_number =
        |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit());
    if !is_number(hour) || minute.len() != 2 || !is_number(minute) {
        return None;
    }
    Minute::at(hour.parse().ok()?, minute.parse().ok()?).filter(|minute| *minute < Minute::DAY_END)
}

#[cfg(all(test, feature = "remote"))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[derive(Deserialize)]
    struct File {
        jandi: Jandi,
    }

    #[derive(Deserialize)]
    struct Jandi {
        #[serde(default)]
        targets: Vec<RawTarget>,
    }

    const URL: &str = "https://wh.jandi.com/connect-api/webhook/1/0123456789abcdef0123456789abcdef";

    fn load(text: &str) -> Result<Vec<Target>, String> {
        let text = text.replace("URL", URL);
        let file: File = toml_edit::de::from_str(&text).map_err(|error| error.to_string())?;
        check(file.jandi.targets, Path::new("/etc/reveille"), &|_| None)
            .map_err(|error| error.to_string())
    }

    fn one(more: &str) -> Result<Target, String> {
        let text =
            format!("[[jandi.targets]]\nname = \"ops\"\nurl = {{ value = \"URL\" }}\n{more}");
        load(&text).map(|mut targets| targets.remove(0))
    }

    #[track_caller]
    fn refused(line: &str, message: &str) {
        let error = one(line).unwrap_err();
        assert!(error.contains(message), "{error}");
        assert!(!error.contains("0123456789abcdef"), "{error}");
    }

    #[test]
    fn a_name_and_a_url_are_enough() {
        let target = one("").unwrap();
        assert_eq!(target.name, "ops");
        assert_eq!(target.events, BTreeSet::from(Event::ALL));
        assert_eq!((target.quiet, target.morning), (Quiet::Never, None));
        assert_eq!((target.schedules, target.warn_minutes), (None, 10));
    }

    #[test]
    fn everything_can_be_said() {
        let target = one(
            "schedules = [\"dev\"]\nevents = [\"stop-near\", \"failed\"]\nquiet = \"22:00-08:00\"\nmorning = \"8:50\"\n\
             warn_minutes = 0",
        )
        .unwrap();
        assert!(target.has("dev") && !target.has("prod"));
        assert_eq!(
            target.events,
            BTreeSet::from([Event::StopNear, Event::Failed])
        );
        assert_eq!(target.quiet.to_string(), "22:00-08:00");
        assert_eq!(
            (target.morning, target.warn_minutes),
            (Some(Minute(530)), 0)
        );
    }

    #[test]
    fn what_cannot_be_is_refused_with_what_could() {
        refused(
            "events = [\"stopped\"]",
            "jandi.targets.events of `ops` is `stopped`: write some of turned,",
        );
        refused("events = [\"morning\"]", "`morning = \"08:50\"`");
        refused("quiet = \"night\"", "`22:00-08:00`");
        refused("morning = \"24:00\"", "`08:50`");
        refused("morning = \"8:5\"", "`08:50`");
        refused("warn_minutes = 1441", "to 1440");
        refused("event = []", "unknown field `event`");
    }

    #[test]
    fn each_name_is_given_once() {
        let one = "[[jandi.targets]]\nname = \"ops\"\nurl = { value = \"URL\" }\n";
        assert!(
            load(&one.repeat(2))
                .unwrap_err()
                .contains("two of this name")
        );
        let many: String = (0..=MOST_TARGETS)
            .map(|number| one.replace("ops", &format!("ops-{number}")))
            .collect();
        assert!(load(&many).unwrap_err().contains("at most 50"));
        assert!(
            load(&one.replace("ops", " "))
                .unwrap_err()
                .contains("such as `ops`")
        );
    }

    #[test]
    fn the_configuration_that_operators_are_shown_can_be_used() {
        let document = include_str!("../../NOTIFICATIONS.md");
        let text = document.split("```toml\n").nth(1).unwrap();
        let text = text.split("```").next().unwrap();
        let file: File = toml_edit::de::from_str(text).unwrap();
        let url = |name: &str| (name == "JANDI_OPS_URL").then(|| URL.to_owned());
        let targets = check(file.jandi.targets, Path::new(""), &url).unwrap();
        assert_eq!(targets.len(), 2);
        assert_eq!(targets[1].warn_minutes, WARN_MINUTES);
    }
}
