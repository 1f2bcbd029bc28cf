//! A case as it stands in the file, unread: every key of every kind.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCases {
    pub(crate) case: Vec<RawCase>,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a text, or a table of texts and of `{ file = \"…\" }`"
)]
pub(crate) enum RawData {
    Only(String),
    Named(BTreeMap<String, RawDatum>),
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a text, or `{ file = \"…\" }`")]
pub(crate) enum RawDatum {
    Text(String),
    File { file: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCase {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) config: Map<String, Value>,
    pub(crate) data: Option<RawData>,
    pub(crate) error: Option<String>,

    pub(crate) date: Option<String>,
    pub(crate) dates: Option<Vec<String>>,
    pub(crate) spans: Option<Vec<String>>,
    pub(crate) notes: Option<Vec<String>>,
    pub(crate) so_far: Option<Vec<String>>,
    pub(crate) day_before: Option<Vec<String>>,
    pub(crate) periods: Option<Vec<String>>,
    pub(crate) zone: Option<String>,
    pub(crate) calendar: Option<String>,
    pub(crate) exceptions: Option<Vec<String>>,

    pub(crate) servers: Option<Vec<String>>,
    pub(crate) tags: Option<BTreeMap<String, BTreeMap<String, String>>>,
    pub(crate) decisions: Option<Vec<String>>,
    pub(crate) starts: Option<Vec<String>>,
    pub(crate) stops: Option<Vec<String>>,
    pub(crate) waits: Option<BTreeMap<String, String>>,
    pub(crate) wanted: Option<String>,
    pub(crate) forced: Option<String>,
    pub(crate) now: Option<String>,
    pub(crate) options: Option<Vec<String>>,
    pub(crate) groups: Option<Vec<String>>,

    pub(crate) reply: Option<String>,
    pub(crate) says: Option<Vec<String>>,
    pub(crate) never: Option<Vec<String>>,
    pub(crate) color: Option<String>,
    pub(crate) locale: Option<String>,
    pub(crate) persona: Option<String>,
    pub(crate) keyword: Option<String>,
}

impl RawCase {
    /// The keys of each kind that are there.
    pub(crate) fn keys(&self) -> [Vec<&'static str>; 3] {
        macro_rules! there {
            ($($key:ident),*) => {
                [$(self.$key.is_some().then_some(stringify!($key))),*]
                    .into_iter()
                    .flatten()
                    .collect()
            };
        }
        [
            there!(
                date, dates, spans, notes, so_far, day_before, periods, zone, calendar, exceptions
            ),
            there!(
                servers, tags, decisions, starts, stops, waits, wanted, forced, now, options,
                groups
            ),
            there!(reply, says, never, color, locale, persona, keyword),
        ]
    }
}
