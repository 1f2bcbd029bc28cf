//! The places that this build can read, for rules and for data.

#[cfg(feature = "remote")]
use std::sync::Arc;

use reveille_loader::{FileSource, Sources};
#[cfg(feature = "remote")]
use reveille_loader::{Https, OciSource};

use crate::config::Config;

/// Files; `https://` and `oci://`; and `s3://`, of the region and with the credentials of the configuration.
#[cfg(feature = "aws")]
pub(crate) fn all(config: &Config) -> Sources {
    let s3 = reveille_aws::s3::S3Source::new(crate::aws::place(config));
    remote().with(reveille_aws::s3::SCHEME, Arc::new(s3))
}

#[cfg(not(feature = "aws"))]
pub(crate) fn all(_: &Config) -> Sources {
    remote()
}

#[cfg(feature = "remote")]
fn remote() -> Sources {
    near()
        .with("https", Arc::new(Https::new()))
        .with(OciSource::SCHEME, Arc::new(OciSource::default()))
}

#[cfg(not(feature = "remote"))]
fn remote() -> Sources {
    near()
}

fn near() -> Sources {
    Sources::default().with("", std::sync::Arc::new(FileSource))
}
