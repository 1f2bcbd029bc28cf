//! Where the configuration comes from, to read it again while the program runs.

use std::{net::SocketAddr, path::PathBuf};

use super::{Config, ConfigError, StoreConfig};
use crate::cli::Common;

/// The file, and what stands above it on the command line. The environment of a process stays as it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origin {
    /// The file; without one there are the defaults and the environment.
    pub(crate) file: Option<PathBuf>,
    /// `--db`.
    pub(crate) db: Option<PathBuf>,
    /// `--listen`.
    pub(crate) listen: Option<SocketAddr>,
}

impl Origin {
    /// What stands on the command line, and in the environment where that has no such option.
    pub(crate) fn given(common: &Common) -> Self {
        Self {
            file: common.config.clone(),
            db: common.db.clone(),
            listen: None,
        }
    }

    /// Reads it as it is now.
    ///
    /// # Errors
    /// When it cannot be used.
    pub(crate) fn read(&self) -> Result<Config, ConfigError> {
        let mut config = Config::load(self.file.as_deref(), &|name| std::env::var(name).ok())?;
        if let Some(db) = &self.db {
            config.store = StoreConfig::Sqlite(db.clone());
        }
        if let Some(listen) = self.listen {
            config.listen = listen;
        }
        Ok(config)
    }
}
