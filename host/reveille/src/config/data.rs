//! Named data for rules: `[[data]]`.

use std::{collections::BTreeSet, path::Path, time::Duration};

use reveille_loader::Feed;
use serde::Deserialize;

use super::{ConfigError, duration, given::Given, located};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFeed {
    name: String,
    location: String,
    every: Option<String>,
    max_age: Option<String>,
    max_bytes: Option<u64>,
    hosts: Option<Vec<String>>,
    private: Option<bool>,
}

/// All of them, each name once.
pub(super) fn check(raw: Vec<RawFeed>, folder: &Path) -> Result<Vec<Feed>, ConfigError> {
    if raw.len() > Feed::MOST {
        return Err(
            Given::new("data", format!("{} times [[data]]", raw.len())).wrong(format!(
                "a host has at most {}; take out those that no rule reads",
                Feed::MOST
            )),
        );
    }
    let mut names = BTreeSet::new();
    raw.into_iter()
        .map(|raw| {
            let feed = raw.check(folder)?;
            if names.insert(feed.name.clone()) {
                Ok(feed)
            } else {
                Err(Given::new("data.name", feed.name)
                    .wrong("there are two of this name; give each its own"))
            }
        })
        .collect()
}

impl RawFeed {
    fn check(self, folder: &Path) -> Result<Feed, ConfigError> {
        if !Feed::is_name(&self.name) {
            return Err(Given::new("data.name", self.name).wrong(format!(
                "write letters, digits, `-`, `_` and `.`, a letter or a digit first, at most {} bytes",
                Feed::NAME_BYTES
            )));
        }
        let key = |key: &str| format!("data.{key} of `{}`", self.name);
        if self.location.trim().is_empty() {
            return Err(Given::new(key("location"), self.location).wrong(
                "write the path of a file, or where else it is: `https://…`, `s3://bucket/key`",
            ));
        }
        let location = located(folder, &self.location);
        let time = |name: &str, given: Option<String>, usual: Duration, least: Duration, most| {
            given.map_or(Ok(usual), |text| {
                duration::read(&Given::new(key(name), text), least..=most)
            })
        };
        let every = time(
            "every",
            self.every,
            Feed::usual_every(&location),
            Feed::SHORTEST_EVERY,
            Feed::LONGEST_EVERY,
        )?;
        let max_age = time(
            "max_age",
            self.max_age,
            Feed::MAX_AGE.max(every),
            every,
            Feed::LONGEST_AGE,
        )?;
        let max_bytes = self.max_bytes.unwrap_or(Feed::MAX_BYTES);
        if !(1..=Feed::MOST_BYTES).contains(&max_bytes) {
            return Err(
                Given::new(key("max_bytes"), max_bytes.to_string()).wrong(format!(
                    "write a number of bytes from 1 to {}",
                    Feed::MOST_BYTES
                )),
            );
        }
        let is_web = ["https://", "http://"]
            .iter()
            .any(|scheme| location.starts_with(scheme));
        if !is_web && (self.hosts.is_some() || self.private.is_some()) {
            let unused = if self.hosts.is_some() {
                "hosts"
            } else {
                "private"
            };
            return Err(Given::new(key("location"), self.location).wrong(format!(
                "`{unused}` is for locations that begin with `https://`; take it out"
            )));
        }
        let mut hosts = BTreeSet::new();
        for host in self.hosts.unwrap_or_default() {
            if !is_host(&host) {
                return Err(Given::new(key("hosts"), host).wrong(
                    "write names alone, such as `calendar.google.com`: no scheme, no port, no path; letters beyond a to z \
                     as in `xn--…`",
                ));
            }
            hosts.insert(host.to_ascii_lowercase());
        }
        Ok(Feed {
            name: self.name,
            location,
            every,
            max_age,
            max_bytes,
            hosts,
            private: self.private.unwrap_or(false),
        })
    }
}

/// Whether it is the name or the address of a host, as it stands in a URL.
fn is_host(host: &str) -> bool {
    let is_address = host.starts_with('[') && host.ends_with(']');
    !host.is_empty()
        && host.bytes().all(|byte| {
            byte.is_ascii_alphanumeric()
                || b"-.".contains(&byte)
                || (is_address && b"[:]".contains(&byte))
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[derive(Deserialize)]
    struct File {
        data: Vec<RawFeed>,
    }

    fn load(text: &str) -> Result<Vec<Feed>, String> {
        let file: File = toml_edit::de::from_str(text).map_err(|error| error.to_string())?;
        check(file.data, Path::new("/etc/reveille")).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn refused(line: &str, message: &str) {
        let text =
            format!("[[data]]\nname = \"days\"\nlocation = \"https://example.com/\"\n{line}");
        let error = load(&text).unwrap_err();
        assert!(error.contains(message), "{error}");
    }

    #[test]
    fn a_name_and_a_location_are_enough() {
        let text = "[[data]]\nname = \"days\"\nlocation = \"days.txt\"\n\
                    [[data]]\nname = \"feed\"\nlocation = \"s3://bucket/key\"";
        let [days, feed] = &load(text).unwrap()[..] else {
            unreachable!()
        };
        assert_eq!(days.location, "/etc/reveille/days.txt");
        assert_eq!(
            (days.every, days.max_age),
            (Feed::EVERY_NEAR, Feed::MAX_AGE)
        );
        assert_eq!(feed.location, "s3://bucket/key");
        assert_eq!(
            (feed.every, feed.max_bytes),
            (Feed::EVERY_FAR, Feed::MAX_BYTES)
        );
        assert!(feed.hosts.is_empty() && !feed.private);
    }

    #[test]
    fn everything_can_be_said() {
        let text = "[[data]]\nname = \"feed\"\nlocation = \"https://example.com/a.ics?key=hush\"\nevery = \"1h\"\n\
                    max_age = \"2d\"\nmax_bytes = 4096\nhosts = [\"CDN.example.com\", \"[::1]\"]\nprivate = true";
        let feeds = load(text).unwrap();
        let feed = &feeds[0];
        assert_eq!(feed.every, Duration::from_secs(3_600));
        assert_eq!(feed.max_age, Duration::from_secs(172_800));
        assert_eq!((feed.max_bytes, feed.private), (4_096, true));
        assert!(feed.hosts.contains("cdn.example.com") && feed.hosts.contains("[::1]"));
    }

    #[test]
    fn the_configuration_that_operators_are_shown_can_be_used() {
        let document = include_str!("../../DATA.md");
        let text = document.split("```toml\n").nth(1).unwrap();
        let (data, _) = text.split_once("[[rules]]").unwrap();
        let feeds = load(data).unwrap();
        assert_eq!(
            (feeds[0].every, feeds[0].max_age),
            (Feed::EVERY_FAR, Feed::MAX_AGE)
        );
        assert_eq!(feeds[0].max_bytes, Feed::MAX_BYTES);
    }

    #[test]
    fn a_value_out_of_bounds_is_refused_with_its_bounds() {
        refused(
            "every = \"0s\"",
            "data.every of `days` is `0s`: write a time from `1s` to `30d`",
        );
        refused("every = \"soon\"", "`10m`");
        refused("max_age = \"4m\"", "from `5m` to `400d`");
        refused("max_bytes = 0", "from 1 to 16777216");
        refused("max_bytes = 16777217", "from 1 to");
        refused("hosts = [\"https://example.com\"]", "no scheme");
        refused("hosts = [\"example.com:443\"]", "no port");
        refused("hosts = [\"*.example.com\"]", "names alone");
        refused("host = []", "unknown field `host`");
    }

    #[test]
    fn what_is_for_the_web_is_refused_elsewhere() {
        for line in ["hosts = []", "private = true"] {
            let text = format!("[[data]]\nname = \"days\"\nlocation = \"days.txt\"\n{line}");
            let error = load(&text).unwrap_err();
            assert!(error.contains("take it out"), "{error}");
        }
    }

    #[test]
    fn a_name_is_given_once_and_can_be_that_of_a_file() {
        let one = "[[data]]\nname = \"days\"\nlocation = \"days.txt\"\n";
        assert!(
            load(&one.repeat(2))
                .unwrap_err()
                .contains("two of this name")
        );
        assert!(
            load(&one.replace("days\"", "../days\""))
                .unwrap_err()
                .contains("letters")
        );
        let many: String = (0..=Feed::MOST)
            .map(|number| one.replace("days\"", &format!("d{number}\"")))
            .collect();
        assert!(load(&many).unwrap_err().contains("at most 100"));
    }
}
