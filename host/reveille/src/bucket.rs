//! Machine code that hosts share through a bucket: what can be read there, and the key with which it is marked.

use std::sync::Arc;

use reveille_aws::s3::S3Source;
use reveille_core::port::{FetchRequest, Fetched, Source as _, SourceError};
use reveille_sandbox::{MarkKey, SharedCode};
use tokio::runtime::Handle;

use crate::{
    causes,
    clock::Clock,
    config::{Config, SharedConfig},
    secrets::Secrets,
};

/// A part of a bucket.
#[derive(Debug)]
pub(crate) struct Bucket {
    config: SharedConfig,
    objects: S3Source,
    secrets: Arc<Secrets>,
    runtime: Handle,
}

impl Bucket {
    /// The one of the configuration, if there is one. Nothing is called yet. To be made on the runtime, and asked from
    /// threads that may wait for it.
    pub(crate) fn of(config: &Config, secrets: &Arc<Secrets>) -> Option<Self> {
        Some(Self {
            config: config.taking.shared.clone()?,
            objects: S3Source::new(crate::aws::place(config)),
            secrets: Arc::clone(secrets),
            runtime: Handle::current(),
        })
    }
}

impl SharedCode for Bucket {
    fn keys(&self) -> Result<Vec<MarkKey>, String> {
        let key = &self.config.key;
        let read = self.secrets.read(key, Clock::machine());
        let value = self
            .runtime
            .block_on(read)
            .map_err(|error| error.to_string())?;
        let current = MarkKey::read(value.current.expose())
            .map_err(|error| format!("{} in {}: {error}", key.key, key.place))?;
        let previous = value
            .previous
            .and_then(|key| MarkKey::read(key.expose()).ok());
        Ok([Some(current), previous].into_iter().flatten().collect())
    }

    fn read(&self, name: &str, most_bytes: u64) -> Result<Option<Vec<u8>>, String> {
        let location = self.place(name);
        let request = FetchRequest {
            location: &location,
            known: None,
            most_bytes,
        };
        match self.runtime.block_on(self.objects.fetch(&request)) {
            Ok(Fetched::New { bytes, .. }) => Ok(Some(bytes)),
            Ok(Fetched::Unchanged) | Err(SourceError::Missing { .. }) => Ok(None),
            Err(error) => {
                let mut said = vec![error.to_string()];
                said.extend(causes(&error));
                Err(said.join(": "))
            }
        }
    }

    fn write(&self, name: &str, bytes: Vec<u8>) -> Result<(), String> {
        self.runtime
            .block_on(self.objects.put(&self.place(name), bytes))
            .map_err(|error| error.to_string())
    }

    fn place(&self, name: &str) -> String {
        format!("{}/{name}", self.config.place)
    }
}
