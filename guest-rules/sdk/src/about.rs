//! Who a component is and what it needs: the interface `about`.

pub use crate::bindings::about::exports::reveille::rules::about::{Description, Guest, Needs};

/// What a rule says of itself, written as a constant.
///
/// ```
/// use reveille_sdk::{About, about::Description};
///
/// const ABOUT: About = About::new("team-calendar", "1.2.0", "Stops servers on the team's days off.").data(&["team"]);
/// let description: Description = ABOUT.into();
/// assert_eq!(description.needs.data, ["team"]);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct About {
    name: &'static str,
    version: &'static str,
    summary: &'static str,
    tags: &'static [&'static str],
    data: &'static [&'static str],
    clock: bool,
    config_schema: Option<&'static str>,
}

impl About {
    /// A rule that needs nothing: `name` in lower-case words joined by `-`, a semantic version (usually
    /// `env!("CARGO_PKG_VERSION")`) and what it does in one line.
    pub const fn new(name: &'static str, version: &'static str, summary: &'static str) -> Self {
        Self {
            name,
            version,
            summary,
            tags: &[],
            data: &[],
            clock: false,
            config_schema: None,
        }
    }

    /// Asks for these tags of every server. Only for deciders.
    pub const fn tags(self, tags: &'static [&'static str]) -> Self {
        Self { tags, ..self }
    }

    /// Asks for data that the operator binds to these names; see [`crate::data`].
    pub const fn data(self, data: &'static [&'static str]) -> Self {
        Self { data, ..self }
    }

    /// Asks for the time. Only for deciders, and only if they must: answers then cannot be kept.
    pub const fn clock(self) -> Self {
        Self {
            clock: true,
            ..self
        }
    }

    /// JSON Schema of the configuration.
    pub const fn config_schema(self, schema: &'static str) -> Self {
        Self {
            config_schema: Some(schema),
            ..self
        }
    }
}

impl From<About> for Description {
    fn from(about: About) -> Self {
        let owned = |names: &[&str]| names.iter().map(|&name| name.into()).collect();
        Self {
            name: about.name.into(),
            version: about.version.into(),
            summary: about.summary.into(),
            needs: Needs {
                tags: owned(about.tags),
                data: owned(about.data),
                clock: about.clock,
            },
            config_schema: about.config_schema.map(Into::into),
        }
    }
}
