//! The component of a rule, as its place gives it.

use reveille_core::port::{FetchRequest, Fetched, Source as _, SourceError};
use reveille_sandbox::Limits;

use crate::{
    claim::Of,
    digest::sha256,
    place::shown,
    signature,
    sources::Sources,
    trust::{Distrust, Judged, Trust},
    wanted::{Wanted, Written},
};

/// An error as whoever wants a rule can use it: what allows more bytes is its tier, and where that is written.
fn of_rule(error: SourceError, wanted: &Wanted) -> SourceError {
    let SourceError::TooLarge {
        location,
        most_bytes,
    } = error
    else {
        return error;
    };
    let name = &wanted.source.name;
    let place = match wanted.written {
        Written::Folder => format!("into `{name}.toml` beside it"),
        Written::Configuration => "beside its location in the configuration".to_owned(),
        Written::Store => format!("beside its location, or `reveille rule add {name} … --tier`"),
    };
    SourceError::Denied {
        location,
        cause: format!(
            "it has more than the {most_bytes} bytes of its tier. Write `tier = \"scripted\"` for a rule in JavaScript, \
             `tier = \"heavy\"` for one in Python, {place}"
        ),
    }
}

/// Bytes and what came with them.
pub(crate) struct Component {
    pub(crate) bytes: Vec<u8>,
    pub(crate) sha256: String,
    pub(crate) place_version: Option<String>,
    pub(crate) signature: Option<String>,
    pub(crate) is_copy: bool,
}

/// Gets components, and says whether they are trusted.
pub(crate) struct Fetcher {
    pub(crate) sources: Sources,
    pub(crate) trust: Trust,
}

impl Fetcher {
    /// What is at the place of a rule, whatever it is.
    pub(crate) async fn fetch(&self, wanted: &Wanted) -> Result<Component, SourceError> {
        let fetched = self.fetch_new(wanted, None).await?;
        fetched.ok_or_else(|| SourceError::Unusable {
            location: shown(&wanted.source.location),
            remedy: "it says that nothing has changed where nothing is known".to_owned(),
        })
    }

    /// What is at the place of a rule, unless it is what is known.
    pub(crate) async fn fetch_new(
        &self,
        wanted: &Wanted,
        known: Option<&str>,
    ) -> Result<Option<Component>, SourceError> {
        let source = &wanted.source;
        let request = FetchRequest {
            location: &source.location,
            known,
            most_bytes: Limits::of(source.tier).file_bytes as u64,
        };
        let fetched = self.sources.fetch(&request).await;
        let fetched = fetched.map_err(|error| of_rule(error, wanted))?;
        let Fetched::New { bytes, version } = fetched else {
            return Ok(None);
        };
        Ok(Some(Component {
            sha256: sha256(&bytes),
            bytes,
            place_version: version,
            signature: self.signature(wanted).await,
            is_copy: false,
        }))
    }

    /// The signature beside a component, when it could make a difference.
    pub(crate) async fn signature(&self, wanted: &Wanted) -> Option<String> {
        let location = self.trust.signature(&wanted.source)?;
        let request = FetchRequest {
            location: &location,
            known: None,
            most_bytes: signature::MOST_BYTES,
        };
        match self.sources.fetch(&request).await {
            Ok(Fetched::New { bytes, .. }) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Ok(Fetched::Unchanged) | Err(SourceError::Missing { .. }) => None,
            // S3 says of what is not there that it is denied to those who may not list.
            Err(error) => {
                tracing::debug!(rule = wanted.source.name, "no signature: {error}");
                None
            }
        }
    }

    /// Why a component is taken, or why not, as far as it can be told without asking it.
    pub(crate) fn judge(&self, wanted: &Wanted, component: &Component) -> Result<Judged, Distrust> {
        let signature = component.signature.as_ref();
        let signed = match signature.zip(self.trust.signature(&wanted.source)) {
            Some((text, location)) => {
                let (keys, location) = (self.trust.keys(), shown(&location));
                let signed = keys.signer(&component.bytes, text, &location)?;
                if let Some(signed) = &signed {
                    let claim = &signed.claim;
                    claim.check(Of::Rule, &wanted.source.name, &location)?;
                    claim.check(Of::Sha256, &component.sha256, &location)?;
                }
                signed
            }
            None => None,
        };
        self.trust.judge(wanted, &component.sha256, signed)
    }
}
