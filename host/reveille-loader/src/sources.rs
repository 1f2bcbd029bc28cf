//! Every kind of place behind one port, told apart by how a location begins.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use reveille_core::port::{FetchRequest, Fetched, Source, SourceError};

use crate::place::shown;

/// What stands between the scheme of a location and the rest; a location without it is a path.
const SCHEME_END: &str = "://";

/// The places that this host can read.
#[derive(Clone, Default)]
pub struct Sources {
    by_scheme: BTreeMap<&'static str, Arc<dyn Source>>,
}

impl Sources {
    /// With another kind of place; `scheme` is what its locations begin with, such as `https`, and empty for paths.
    #[must_use]
    pub fn with(mut self, scheme: &'static str, source: Arc<dyn Source>) -> Self {
        self.by_scheme.insert(scheme, source);
        self
    }
}

#[async_trait]
impl Source for Sources {
    async fn fetch(&self, request: &FetchRequest<'_>) -> Result<Fetched, SourceError> {
        let scheme = request
            .location
            .split_once(SCHEME_END)
            .map_or("", |(scheme, _)| scheme);
        match self.by_scheme.get(scheme) {
            Some(source) => source.fetch(request).await,
            None => Err(SourceError::Unusable {
                location: shown(request.location),
                remedy: self.known(),
            }),
        }
    }
}

impl Sources {
    /// How locations may begin here.
    fn known(&self) -> String {
        let known: Vec<String> = self
            .by_scheme
            .keys()
            .map(|scheme| match *scheme {
                "" => "a path".to_owned(),
                scheme => format!("`{scheme}{SCHEME_END}…`"),
            })
            .collect();
        format!("this build reads {}", known.join(", "))
    }
}
