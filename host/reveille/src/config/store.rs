//! Where everything is kept.

use std::{
    fmt,
    path::{Path, PathBuf},
};

#[cfg(feature = "aws")]
use reveille_aws::dynamo::TableNames;
use serde::Deserialize;

use super::{ConfigError, Variables, env, given::Given};

/// The file of the embedded store when nobody names one.
pub(super) const DEFAULT_FILE: &str = "reveille.db";
/// Reveille's own table when nobody names one.
#[cfg(feature = "aws")]
const DEFAULT_STATE_TABLE: &str = "reveille";

/// Which store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StoreConfig {
    /// SQLite, in this file.
    Sqlite(PathBuf),
    /// DynamoDB, in these tables.
    #[cfg(feature = "aws")]
    Dynamo(TableNames),
}

/// In one word or two.
impl fmt::Display for StoreConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            #[cfg(feature = "aws")]
            Self::Dynamo(tables) => write!(f, "DynamoDB {}, {}", tables.config, tables.state),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawStore {
    path: Option<PathBuf>,
    dynamodb: Option<RawTables>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "a table such as `{ config_table = \"…\", state_table = \"reveille\" }`"
)]
struct RawTables {
    config_table: Option<String>,
    state_table: Option<String>,
}

impl RawStore {
    /// The variables stand above the file, as one: who sets a path there has no tables.
    pub(super) fn check(
        self,
        folder: &Path,
        variables: Variables<'_>,
    ) -> Result<StoreConfig, ConfigError> {
        let path = variables(env::ENV_STORE);
        let has_tables = [env::ENV_CONFIG_TABLE, env::ENV_STATE_TABLE]
            .iter()
            .any(|name| variables(name).is_some());
        let both = |key: &str, path: &Path| {
            Given::new(key, path.display().to_string()).wrong(
                "DynamoDB tables are configured as well; keep one of the two stores and take the other one out",
            )
        };
        if let Some(path) = path {
            let path = PathBuf::from(path);
            if has_tables {
                return Err(both(env::ENV_STORE, &path));
            }
            return Ok(StoreConfig::Sqlite(path));
        }
        match (self.path, self.dynamodb) {
            (Some(path), Some(_)) => Err(both("store.path", &path)),
            (path, None) if !has_tables => Ok(StoreConfig::Sqlite(
                path.map_or_else(|| PathBuf::from(DEFAULT_FILE), |path| folder.join(path)),
            )),
            (_, tables) => tables.unwrap_or_default().check(variables),
        }
    }
}

impl RawTables {
    /// The config table and the state table, as far as they are given.
    fn given(self, variables: Variables<'_>) -> (Option<Given>, Option<Given>) {
        let config = Given::find(
            variables,
            env::ENV_CONFIG_TABLE,
            "store.dynamodb.config_table",
            self.config_table,
        );
        let state = Given::find(
            variables,
            env::ENV_STATE_TABLE,
            "store.dynamodb.state_table",
            self.state_table,
        );
        (config, state)
    }

    #[cfg(not(feature = "aws"))]
    fn check(self, variables: Variables<'_>) -> Result<StoreConfig, ConfigError> {
        let (config, state) = self.given(variables);
        Err(config
            .or(state)
            .unwrap_or_else(|| Given::new("store.dynamodb", "{}"))
            .wrong(super::WITHOUT_AWS))
    }

    #[cfg(feature = "aws")]
    fn check(self, variables: Variables<'_>) -> Result<StoreConfig, ConfigError> {
        let (config, state) = self.given(variables);
        let config = config.unwrap_or_else(|| Given::new("store.dynamodb.config_table", ""));
        let state =
            state.unwrap_or_else(|| Given::new("store.dynamodb.state_table", DEFAULT_STATE_TABLE));
        for table in [&config, &state] {
            if !is_table(table.value()) {
                return Err(table.wrong(
                    "write the name of a table: 3 to 255 letters, digits, `_`, `-` and `.`; that of AWS Instance \
                     Scheduler's config table stands among its stack's resources",
                ));
            }
        }
        if config.value() == state.value() {
            return Err(state.wrong(
                "that is the config table, whose keys are others; give Reveille a table of its own",
            ));
        }
        Ok(StoreConfig::Dynamo(TableNames {
            config: config.into_value(),
            state: state.into_value(),
        }))
    }
}

/// Whether DynamoDB takes it as a table's name (Developer Guide, "Naming rules", read 2026-11-22).
#[cfg(feature = "aws")]
fn is_table(name: &str) -> bool {
    (3..=255).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}
