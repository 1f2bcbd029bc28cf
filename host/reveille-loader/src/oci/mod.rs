//! OCI registries: components in the layout that `wkg` and `oras` push.
//!
//! A manifest has one layer that is the component. Its signature, when there is one, is the annotation
//! [`SIGNATURE`] of the manifest: what is pushed together is fetched together.

mod credentials;
mod failure;
mod manifest;

use std::{
    collections::HashMap,
    io,
    pin::Pin,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use async_trait::async_trait;
use oci_client::{
    Client, Reference,
    client::{ClientConfig, ClientProtocol},
    manifest::{OciDescriptor, OciImageManifest, WASM_LAYER_MEDIA_TYPE},
    secrets::RegistryAuth,
};
use reveille_core::port::{FetchRequest, Fetched, Source, SourceError};
use tokio::io::AsyncWrite;

use self::manifest::Manifests;
use crate::signature;

/// How locations in a registry begin.
const SCHEME: &str = "oci";

/// The annotation of a manifest that has the signature of its component: the text that minisign writes.
pub const SIGNATURE: &str = "reveille.minisig";

/// Media type of a component (CNCF TAG Runtime, "Wasm OCI Artifact Layout", read 2026-11-22). The other one that is
/// taken, [`WASM_LAYER_MEDIA_TYPE`], is what older tools push.
const WASM: &str = "application/wasm";

/// Who asks.
const USER_AGENT: &str = "reveille";

/// How long a connection may take, and how long nothing may come.
const CONNECT: Duration = Duration::from_secs(5);
const SILENCE: Duration = Duration::from_secs(10);
/// How long everything may take together: 24 MiB over a slow line. The port asks for about this.
const FETCH: Duration = Duration::from_secs(30);

/// Registries. Credentials are those of `docker login`, its helpers included.
#[derive(Default)]
pub struct OciSource {
    clients: Mutex<HashMap<String, (RegistryAuth, Client)>>,
    /// For manifests.
    http: OnceLock<Result<reqwest::Client, Arc<reqwest::Error>>>,
}

#[async_trait]
impl Source for OciSource {
    async fn fetch(&self, request: &FetchRequest<'_>) -> Result<Fetched, SourceError> {
        let place = Place::read(request.location)?;
        let fetched = tokio::time::timeout(FETCH, self.fetch_from(&place, request));
        fetched.await.unwrap_or_else(|_| {
            Err(SourceError::Busy {
                location: request.location.to_owned(),
                cause: format!("it took longer than {} s", FETCH.as_secs()),
            })
        })
    }
}

impl OciSource {
    /// How locations in a registry begin.
    pub const SCHEME: &str = SCHEME;

    async fn fetch_from(
        &self,
        place: &Place,
        request: &FetchRequest<'_>,
    ) -> Result<Fetched, SourceError> {
        let location = request.location;
        let image = &place.image;
        let failed = |error| failure::of(location, error);
        let auth = credentials::of(image.registry()).await;
        let client = self.client(image.registry(), &auth);
        let manifests = Manifests {
            http: self.http(location)?,
            client: &client,
            auth: &auth,
            scheme: if is_loopback(image.registry()) {
                "http"
            } else {
                "https"
            },
            location,
        };
        if let Some(known) = request.known
            && manifests.digest(image).await?.as_deref() == Some(known)
        {
            return Ok(Fetched::Unchanged);
        }
        let (manifest, digest) = manifests.pull(image).await?;
        if request.known == Some(digest.as_str()) {
            return Ok(Fetched::Unchanged);
        }
        let bytes = match place.part {
            Part::Signature => annotation(&manifest, location)?,
            Part::Component => {
                let layer = component(manifest, location)?;
                let most_bytes = request.most_bytes;
                let too_large = || SourceError::TooLarge {
                    location: location.to_owned(),
                    most_bytes,
                };
                if u64::try_from(layer.size).is_ok_and(|size| size > most_bytes) {
                    return Err(too_large());
                }
                let mut bounded = Bounded {
                    bytes: Vec::new(),
                    most_bytes,
                    is_full: false,
                };
                let pulled = client.pull_blob(image, &layer, &mut bounded).await;
                if bounded.is_full {
                    return Err(too_large());
                }
                pulled.map_err(failed)?;
                bounded.bytes
            }
        };
        Ok(Fetched::New {
            bytes,
            version: Some(digest),
        })
    }

    fn http(&self, location: &str) -> Result<&reqwest::Client, SourceError> {
        let make = || {
            reqwest::Client::builder()
                .user_agent(USER_AGENT)
                .connect_timeout(CONNECT)
                .read_timeout(SILENCE)
                .build()
                .map_err(Arc::new)
        };
        let made = self.http.get_or_init(make).as_ref();
        made.map_err(|error| SourceError::Other {
            location: location.to_owned(),
            source: Arc::clone(error) as Arc<dyn std::error::Error + Send + Sync>,
        })
    }

    /// A client for a registry; another one when its credentials have changed, as it keeps those that it has seen.
    fn client(&self, registry: &str, auth: &RegistryAuth) -> Client {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, client)) = clients.get(registry)
            && known == auth
        {
            return client.clone();
        }
        let client = Client::new(ClientConfig {
            protocol: if is_loopback(registry) {
                ClientProtocol::Http
            } else {
                ClientProtocol::Https
            },
            // An index of several images is of programs for several machines, and no rule.
            platform_resolver: None,
            connect_timeout: Some(CONNECT),
            read_timeout: Some(SILENCE),
            user_agent: USER_AGENT,
            ..ClientConfig::default()
        });
        clients.insert(registry.to_owned(), (auth.clone(), client.clone()));
        client
    }
}

/// What of an artifact is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Component,
    Signature,
}

/// A location that was read.
#[derive(Debug)]
struct Place {
    image: Reference,
    part: Part,
}

impl Place {
    fn read(location: &str) -> Result<Self, SourceError> {
        let unusable = || SourceError::Unusable {
            location: location.to_owned(),
            remedy: "write `oci://registry/repository:tag` or `oci://registry/repository@sha256:…`"
                .to_owned(),
        };
        let rest = location
            .strip_prefix(SCHEME)
            .and_then(|rest| rest.strip_prefix("://"))
            .ok_or_else(unusable)?;
        let (rest, part) = match rest.strip_suffix(signature::ENDING) {
            Some(rest) => (rest, Part::Signature),
            None => (rest, Part::Component),
        };
        let (registry, repository) = rest.split_once('/').ok_or_else(unusable)?;
        // Without a registry it would be Docker Hub's, and without a tag `latest`: neither is what anybody has written.
        let is_registry = registry == "localhost" || registry.contains(['.', ':']);
        if !is_registry || !repository.contains([':', '@']) {
            return Err(unusable());
        }
        let image = rest.parse().map_err(|_| unusable())?;
        Ok(Self { image, part })
    }
}

/// Whether a registry is on this machine: then it needs no TLS.
fn is_loopback(registry: &str) -> bool {
    let host = match registry.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => registry,
    };
    host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// The one layer that is a component.
fn component(manifest: OciImageManifest, location: &str) -> Result<OciDescriptor, SourceError> {
    let unusable = |remedy: String| SourceError::Unusable {
        location: location.to_owned(),
        remedy,
    };
    let count = manifest.layers.len();
    let [layer] = <[OciDescriptor; 1]>::try_from(manifest.layers).map_err(|_| {
        unusable(format!(
            "it has {count} layers, and an artifact with a component has one; push it with `wkg oci push`"
        ))
    })?;
    if ![WASM, WASM_LAYER_MEDIA_TYPE].contains(&layer.media_type.as_str()) {
        return Err(unusable(format!(
            "its layer is of type `{}` and not `{WASM}`; push a component with `wkg oci push`",
            layer.media_type
        )));
    }
    Ok(OciDescriptor {
        // Where else it may lie is the word of whoever pushed it, and could be any address that this host reaches.
        urls: None,
        ..layer
    })
}

fn annotation(manifest: &OciImageManifest, location: &str) -> Result<Vec<u8>, SourceError> {
    let annotations = manifest.annotations.as_ref();
    let signature = annotations.and_then(|annotations| annotations.get(SIGNATURE));
    signature
        .map(|text| text.clone().into_bytes())
        .ok_or_else(|| SourceError::Missing {
            location: location.to_owned(),
        })
}

/// Takes so many bytes and no more.
struct Bounded {
    bytes: Vec<u8>,
    most_bytes: u64,
    is_full: bool,
}

impl AsyncWrite for Bounded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        more: &[u8],
    ) -> Poll<io::Result<usize>> {
        if (self.bytes.len() + more.len()) as u64 > self.most_bytes {
            self.is_full = true;
            return Poll::Ready(Err(io::Error::other("it is too large")));
        }
        self.bytes.extend_from_slice(more);
        Poll::Ready(Ok(more.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_location_names_a_registry_a_repository_and_a_tag_or_digest() {
        let digest = format!("sha256:{}", "ab".repeat(32));
        let pinned = format!("oci://localhost:5000/team/a@{digest}");
        for (location, part) in [
            ("oci://ghcr.io/team/a:1.0", Part::Component),
            (pinned.as_str(), Part::Component),
            ("oci://ghcr.io/team/a:1.0.minisig", Part::Signature),
        ] {
            assert_eq!(Place::read(location).unwrap().part, part, "{location}");
        }
        let signature = format!("{pinned}.minisig");
        let image = Place::read(&signature).unwrap().image;
        assert_eq!(image.digest(), Some(digest.as_str()));
    }

    #[test]
    fn a_location_that_leaves_something_to_guess_is_refused() {
        for location in [
            "oci://team/a:1.0",
            "oci://ghcr.io/team/a",
            "oci://ghcr.io",
            "oci://ghcr.io/Team/a:1.0",
            "oci://ghcr.io/team/a:1.0 ",
            "oci:ghcr.io/team/a:1.0",
        ] {
            let error = Place::read(location).unwrap_err().to_string();
            assert!(error.contains("oci://registry/repository:tag"), "{error}");
        }
    }

    #[test]
    fn only_this_machine_is_spoken_to_without_tls() {
        for registry in [
            "localhost",
            "localhost:5000",
            "127.0.0.1:5000",
            "[::1]:5000",
        ] {
            assert!(is_loopback(registry), "{registry}");
        }
        for registry in [
            "ghcr.io",
            "localhost.example.com",
            "10.0.0.1:5000",
            "127.0.0.1.nip.io",
        ] {
            assert!(!is_loopback(registry), "{registry}");
        }
    }
}
