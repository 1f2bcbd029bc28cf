//! Manifests, read up to a bound: the library reads whatever a registry sends, and would hold all of it.

use oci_client::{
    Client, Reference, RegistryOperation,
    errors::{OciDistributionError, OciEnvelope},
    manifest::{
        IMAGE_MANIFEST_LIST_MEDIA_TYPE, IMAGE_MANIFEST_MEDIA_TYPE, OCI_IMAGE_INDEX_MEDIA_TYPE,
        OCI_IMAGE_MEDIA_TYPE, OciImageManifest, OciManifest,
    },
    secrets::RegistryAuth,
};
use reqwest::{Method, Response, StatusCode, header};
use reveille_core::port::SourceError;

use super::failure;
use crate::digest::sha256;

/// Most bytes of a manifest: what registries are asked to take (OCI Distribution Specification 1.1, "Pushing Manifests",
/// read 2026-11-23). One of a rule has some hundred, and its signature ten thousand at the most.
const MOST_BYTES: usize = 4 << 20;

/// Most bytes of a refusal that are read; what is longer says no more.
const MOST_REFUSAL_BYTES: usize = 64 << 10;

/// Names the digest of what is answered.
const DIGEST: &str = "docker-content-digest";

/// Asks one registry for manifests.
pub(super) struct Manifests<'a> {
    pub(super) http: &'a reqwest::Client,
    /// Gets tokens where the registry wants one.
    pub(super) client: &'a Client,
    pub(super) auth: &'a RegistryAuth,
    /// `https`, or `http` on this machine.
    pub(super) scheme: &'static str,
    /// As people are shown it.
    pub(super) location: &'a str,
}

impl Manifests<'_> {
    /// The digest of the manifest, when the registry tells it without the manifest.
    pub(super) async fn digest(&self, image: &Reference) -> Result<Option<String>, SourceError> {
        let response = self.ask(Method::HEAD, image).await?;
        let digest = response.headers().get(DIGEST);
        Ok(digest
            .and_then(|digest| digest.to_str().ok())
            .map(str::to_owned))
    }

    /// The manifest and its digest.
    pub(super) async fn pull(
        &self,
        image: &Reference,
    ) -> Result<(OciImageManifest, String), SourceError> {
        let mut response = self.ask(Method::GET, image).await?;
        let Some(body) = self.read(&mut response, MOST_BYTES).await? else {
            return Err(self.unusable(format!(
                "its manifest has more than {MOST_BYTES} bytes; push a component with `wkg oci push`"
            )));
        };
        let digest = format!("sha256:{}", sha256(&body));
        if let Some(asked) = image.digest()
            && asked != digest
        {
            return Err(self.unusable(format!(
                "what it answers has the digest {digest}; ask for that one if it is meant"
            )));
        }
        let manifest = serde_json::from_slice(&body).map_err(|error| {
            self.failed(OciDistributionError::ManifestParsingError(
                error.to_string(),
            ))
        })?;
        match manifest {
            OciManifest::Image(manifest) => Ok((manifest, digest)),
            OciManifest::ImageIndex(_) => {
                Err(self.failed(OciDistributionError::ImageIndexParsingNoPlatformResolverError))
            }
        }
    }

    async fn ask(&self, method: Method, image: &Reference) -> Result<Response, SourceError> {
        let mut response = self.send(&method, image, None).await?;
        if response.status() == StatusCode::UNAUTHORIZED {
            let token = self
                .client
                .auth(image, self.auth, RegistryOperation::Pull)
                .await
                .map_err(|error| self.failed(error))?;
            let authorization = match (token, self.auth) {
                (Some(token), _) => Some(Authorization::Bearer(token)),
                (None, RegistryAuth::Basic(user, password)) => {
                    Some(Authorization::Basic(user, password))
                }
                (None, RegistryAuth::Anonymous | RegistryAuth::Bearer(_)) => None,
            };
            response = self.send(&method, image, authorization).await?;
        }
        if response.status() == StatusCode::OK {
            return Ok(response);
        }
        Err(self.refused(response).await)
    }

    async fn send(
        &self,
        method: &Method,
        image: &Reference,
        authorization: Option<Authorization<'_>>,
    ) -> Result<Response, SourceError> {
        let asked = self
            .http
            .request(method.clone(), self.url(image))
            .header(header::ACCEPT, IMAGE_MANIFEST_MEDIA_TYPE)
            .header(header::ACCEPT, IMAGE_MANIFEST_LIST_MEDIA_TYPE)
            .header(header::ACCEPT, OCI_IMAGE_MEDIA_TYPE)
            .header(header::ACCEPT, OCI_IMAGE_INDEX_MEDIA_TYPE);
        let asked = match authorization {
            Some(Authorization::Bearer(token)) => asked.bearer_auth(token),
            Some(Authorization::Basic(user, password)) => asked.basic_auth(user, Some(password)),
            None => asked,
        };
        let sent = asked.send().await;
        sent.map_err(|error| self.failed(OciDistributionError::RequestError(error)))
    }

    fn url(&self, image: &Reference) -> String {
        let named = image.digest().or_else(|| image.tag()).unwrap_or("latest");
        format!(
            "{}://{}/v2/{}/manifests/{named}",
            self.scheme,
            image.resolve_registry(),
            image.repository()
        )
    }

    async fn refused(&self, mut response: Response) -> SourceError {
        let (code, url) = (response.status().as_u16(), response.url().to_string());
        if code == StatusCode::UNAUTHORIZED {
            return self.failed(OciDistributionError::UnauthorizedError { url });
        }
        let body = match self.read(&mut response, MOST_REFUSAL_BYTES).await {
            Ok(body) => body.unwrap_or_default(),
            Err(error) => return error,
        };
        self.failed(match serde_json::from_slice::<OciEnvelope>(&body) {
            Ok(envelope) => OciDistributionError::RegistryError { envelope, url },
            Err(_) => OciDistributionError::ServerError {
                code,
                url,
                message: String::new(),
            },
        })
    }

    /// A body; none when it is longer.
    async fn read(
        &self,
        response: &mut Response,
        most_bytes: usize,
    ) -> Result<Option<Vec<u8>>, SourceError> {
        let mut body = Vec::new();
        loop {
            let chunk = response.chunk().await;
            let chunk =
                chunk.map_err(|error| self.failed(OciDistributionError::RequestError(error)))?;
            match chunk {
                None => return Ok(Some(body)),
                Some(chunk) if body.len() + chunk.len() > most_bytes => return Ok(None),
                Some(chunk) => body.extend_from_slice(&chunk),
            }
        }
    }

    fn failed(&self, error: OciDistributionError) -> SourceError {
        failure::of(self.location, error)
    }

    fn unusable(&self, remedy: String) -> SourceError {
        SourceError::Unusable {
            location: self.location.to_owned(),
            remedy,
        }
    }
}

/// What a request says of who asks.
enum Authorization<'a> {
    Bearer(String),
    Basic(&'a str, &'a str),
}
