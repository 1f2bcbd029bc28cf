//! What is published on the web. Only the hosts that the operator named are asked, only over TLS, and only addresses that
//! they may have; neither proxies nor cookies nor packed bodies have a part in it.

use std::{
    collections::BTreeSet,
    error::Error,
    fmt::Write as _,
    net::IpAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use async_trait::async_trait;
use reqwest::{
    Client, Response, StatusCode, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{self, HeaderMap, HeaderName, HeaderValue},
};
use reveille_core::port::{FetchRequest, Fetched, Source, SourceError};
use thiserror::Error;

use crate::{
    address::{Owner, owner},
    place::shown,
};

/// How long a fetch waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a connection to come about. Two lost packets are sent again within 5 seconds, the default.
    pub connecting: Duration,
    /// While nothing comes; 10 seconds by default.
    pub silence: Duration,
    /// For all of it, redirects included; 30 seconds by default, the bound that [`Source::fetch`] names.
    pub whole: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connecting: Duration::from_secs(5),
            silence: Duration::from_secs(10),
            whole: Duration::from_secs(30),
        }
    }
}

/// How often one answer may lead to the next. Release pages and shortened links take two.
const REDIRECTS: usize = 5;

/// Where a fetch may go, besides the host of its own location.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// Further hosts that redirects may lead to, in small letters and without ports.
    pub hosts: BTreeSet<String>,
    /// Whether addresses of private networks and of this machine may be connected to. Link-local ones, where clouds hand
    /// out credentials, never may.
    pub private: bool,
}

/// Locations that begin with `https://`; and with `http://`, where this machine itself may be reached.
#[derive(Debug, Clone, Default)]
pub struct Https {
    clients: Arc<Clients>,
    /// None where nobody can set one.
    reach: Option<Arc<Reach>>,
}

impl Https {
    /// One that asks only the hosts of the locations themselves, on public addresses, as for rules.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One that waits otherwise.
    #[must_use]
    pub fn with_patience(patience: Patience) -> Self {
        Self {
            clients: Arc::new(Clients {
                patience,
                ..Clients::default()
            }),
            ..Self::default()
        }
    }

    /// The same with a reach that the operator sets, as for data.
    #[must_use]
    pub fn reaching(&self, reach: Reach) -> Self {
        Self {
            clients: Arc::clone(&self.clients),
            reach: Some(Arc::new(reach)),
        }
    }
}

#[async_trait]
impl Source for Https {
    /// A version is what the ETag says or, where there is none, the time of the last change.
    async fn fetch(&self, request: &FetchRequest<'_>) -> Result<Fetched, SourceError> {
        let reach = self.reach.as_deref();
        let trip = Trip {
            request,
            reach,
            patience: self.clients.patience,
            client: self
                .clients
                .of(reach.is_some_and(|reach| reach.private))
                .map_err(|error| SourceError::Other {
                    location: shown(request.location),
                    source: error,
                })?,
        };
        let whole = trip.patience.whole;
        let fetched = tokio::time::timeout(whole, trip.follow()).await;
        fetched.unwrap_or_else(|_| Err(trip.busy(took_longer(whole))))
    }
}

/// One client for each of the two reaches, made when the first location asks for it: a machine without certificates can
/// do all else.
#[derive(Debug, Default)]
struct Clients {
    patience: Patience,
    public: OnceLock<Result<Client, Arc<reqwest::Error>>>,
    private: OnceLock<Result<Client, Arc<reqwest::Error>>>,
}

impl Clients {
    fn of(&self, private: bool) -> Result<&Client, Arc<reqwest::Error>> {
        let slot = if private { &self.private } else { &self.public };
        slot.get_or_init(|| client(private, self.patience).map_err(Arc::new))
            .as_ref()
            .map_err(Arc::clone)
    }
}

fn client(private: bool, patience: Patience) -> reqwest::Result<Client> {
    Client::builder()
        .user_agent(concat!("reveille/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(Arc::new(Resolver { private }))
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .connect_timeout(patience.connecting)
        .read_timeout(patience.silence)
        // A place is asked every few minutes, which no connection outlives.
        .pool_max_idle_per_host(0)
        .build()
}

/// An address that may not be connected to, or a name with no other.
#[derive(Debug, Error)]
enum Forbidden {
    #[error("`{host}` has the private address {address}")]
    Private { host: String, address: IpAddr },
    #[error(
        "`{host}` has the address {address}, which belongs to no place that publishes anything and is never connected to"
    )]
    Nobody { host: String, address: IpAddr },
}

/// Whether `address` of `host` may be connected to.
fn check_address(host: &str, address: IpAddr, private: bool) -> Result<(), Forbidden> {
    let host = || host.to_owned();
    match owner(address) {
        Owner::Public => Ok(()),
        Owner::Private if private => Ok(()),
        Owner::Private => Err(Forbidden::Private {
            host: host(),
            address,
        }),
        Owner::Nobody => Err(Forbidden::Nobody {
            host: host(),
            address,
        }),
    }
}

/// Looks names up and hands on only addresses that may be connected to: what is checked is what is used, so that a name
/// cannot have another address a moment later.
#[derive(Debug, Clone, Copy)]
struct Resolver {
    private: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let private = self.private;
        Box::pin(async move {
            let name = name.as_str();
            // The port is put in by the caller.
            let found = tokio::net::lookup_host((name, 0)).await?;
            let mut refused = None;
            let mut allowed = Vec::new();
            for address in found {
                match check_address(name, address.ip(), private) {
                    Ok(()) if is_localhost(name) && !address.ip().is_loopback() => {}
                    Ok(()) => allowed.push(address),
                    Err(forbidden) => refused = Some(forbidden),
                }
            }
            match refused {
                Some(forbidden) if allowed.is_empty() => Err(forbidden.into()),
                Some(_) | None => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}

/// The one name whose address is this machine's whatever a server of names says (RFC 6761, 6.3).
fn is_localhost(name: &str) -> bool {
    name.eq_ignore_ascii_case("localhost")
}

/// One fetch.
struct Trip<'a> {
    request: &'a FetchRequest<'a>,
    reach: Option<&'a Reach>,
    patience: Patience,
    client: &'a Client,
}

impl Trip<'_> {
    async fn follow(&self) -> Result<Fetched, SourceError> {
        let mut url = Url::parse(self.request.location)
            .map_err(|error| self.unusable(format!("{error}; write `https://host/path`")))?;
        let own = url.host_str().unwrap_or_default().to_owned();
        for _ in 0..=REDIRECTS {
            self.check(&url, &own)?;
            let response = self.ask(url.clone()).await?;
            if !is_redirect(response.status()) {
                return self.take(response).await;
            }
            let next = response.headers().get(header::LOCATION);
            url = next
                .and_then(|next| next.to_str().ok())
                .and_then(|next| url.join(next).ok())
                .ok_or_else(|| {
                    self.denied(format!(
                        "it answers {} and does not say where else to look",
                        response.status()
                    ))
                })?;
        }
        Err(self.denied(format!(
            "it leads on more than {REDIRECTS} times. Write the last place itself"
        )))
    }

    /// Whether a hop may be asked, as far as its URL tells.
    fn check(&self, url: &Url, own: &str) -> Result<(), SourceError> {
        let host = url.host_str().unwrap_or_default();
        let is_listed = self.reach.is_some_and(|reach| reach.hosts.contains(host));
        if host != own && !is_listed {
            let remedy = if self.reach.is_some() {
                format!("List `{host}` among its `hosts` if that is where it should lead")
            } else {
                "Write the last place itself".to_owned()
            };
            let to = shown(url.as_str());
            return Err(self.denied(format!("it leads to `{to}`. {remedy}")));
        }
        let private = self.reach.is_some_and(|reach| reach.private);
        let address: Option<IpAddr> = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse()
            .ok();
        if let Some(address) = address {
            check_address(host, address, private)
                .map_err(|forbidden| self.forbidden(&forbidden))?;
        }
        let is_here = is_localhost(host) || address.is_some_and(|address| address.is_loopback());
        match url.scheme() {
            "https" => Ok(()),
            "http" if is_here && private => Ok(()),
            "http" => Err(self.denied(format!(
                "`{}` is neither encrypted nor on this machine. Write `https://`",
                shown(url.as_str())
            ))),
            other => Err(self.denied(format!("it leads to a place of the kind `{other}`"))),
        }
    }

    async fn ask(&self, url: Url) -> Result<Response, SourceError> {
        let mut asked = self
            .client
            .get(url)
            .header(header::ACCEPT_ENCODING, "identity");
        if let Some((name, value)) = self.request.known.and_then(condition) {
            asked = asked.header(name, value);
        }
        asked.send().await.map_err(|error| self.failed(error))
    }

    /// Takes the answer of the last hop.
    async fn take(&self, mut response: Response) -> Result<Fetched, SourceError> {
        let status = response.status();
        match status {
            StatusCode::OK => {}
            StatusCode::NOT_MODIFIED if self.request.known.is_some() => {
                return Ok(Fetched::Unchanged);
            }
            StatusCode::NOT_FOUND | StatusCode::GONE => {
                return Err(SourceError::Missing {
                    location: self.shown(),
                });
            }
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                return Err(self.denied(format!("it answers {status}")));
            }
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
                return Err(self.busy(format!("it says {status}")));
            }
            _ if status.is_server_error() => {
                return Err(self.busy(format!("it says {status}")));
            }
            _ => {
                return Err(SourceError::Other {
                    location: self.shown(),
                    source: Arc::new(Unexpected(status)),
                });
            }
        }
        if let Some(packing) = response.headers().get(header::CONTENT_ENCODING)
            && packing != "identity"
        {
            return Err(self.denied(format!(
                "it comes packed as `{}`. Let the place hand it out as it is",
                packing.to_str().unwrap_or("?")
            )));
        }
        let most = self.request.most_bytes;
        let announced = response.content_length();
        if announced.is_some_and(|bytes| bytes > most) {
            return Err(self.too_large());
        }
        let version = version(response.headers());
        let capacity = usize::try_from(announced.unwrap_or(0)).unwrap_or(0);
        let mut bytes = Vec::with_capacity(capacity);
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failed(error))? {
            let length = bytes.len().saturating_add(chunk.len());
            if u64::try_from(length).unwrap_or(u64::MAX) > most {
                return Err(self.too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Fetched::New { bytes, version })
    }

    fn shown(&self) -> String {
        shown(self.request.location)
    }

    fn unusable(&self, remedy: String) -> SourceError {
        SourceError::Unusable {
            location: self.shown(),
            remedy,
        }
    }

    fn denied(&self, cause: String) -> SourceError {
        SourceError::Denied {
            location: self.shown(),
            cause,
        }
    }

    fn forbidden(&self, forbidden: &Forbidden) -> SourceError {
        let remedy = match (forbidden, self.reach) {
            (Forbidden::Private { .. }, Some(_)) => {
                ". Allow private addresses with `private = true` where that is meant"
            }
            (Forbidden::Private { .. }, None) => {
                ", and rules come over `https://` from public ones alone. Put the component into the watched folder, \
                 into S3 or into an OCI registry"
            }
            (Forbidden::Nobody { .. }, _) => "",
        };
        self.denied(format!("{forbidden}{remedy}"))
    }

    fn busy(&self, cause: String) -> SourceError {
        SourceError::Busy {
            location: self.shown(),
            cause,
        }
    }

    fn too_large(&self) -> SourceError {
        SourceError::TooLarge {
            location: self.shown(),
            most_bytes: self.request.most_bytes,
        }
    }

    /// What befell the request on its way.
    fn failed(&self, error: reqwest::Error) -> SourceError {
        // It would show the whole location.
        let error = error.without_url();
        let mut cause = String::new();
        let mut beneath: Option<&(dyn Error + 'static)> = Some(&error);
        while let Some(error) = beneath {
            if let Some(forbidden) = error.downcast_ref::<Forbidden>() {
                return self.forbidden(forbidden);
            }
            let said = error.to_string();
            if !cause.contains(&said) {
                let comma = if cause.is_empty() { "" } else { ": " };
                let _ = write!(cause, "{comma}{said}");
            }
            beneath = error.source();
        }
        self.busy(match (error.is_timeout(), error.is_connect()) {
            (true, true) => took_longer(self.patience.connecting),
            (true, false) => format!("nothing came for {:?}", self.patience.silence),
            (false, _) => cause,
        })
    }
}

/// An answer that is neither what was asked for nor a refusal.
#[derive(Debug, Error)]
#[error("it answers {0}")]
struct Unexpected(StatusCode);

fn took_longer(than: Duration) -> String {
    format!("it took longer than {than:?}")
}

fn is_redirect(status: StatusCode) -> bool {
    [301, 302, 303, 307, 308].contains(&status.as_u16())
}

/// What names the version of an answer.
fn version(headers: &HeaderMap) -> Option<String> {
    let tag = headers
        .get(header::ETAG)
        .filter(|tag| is_tag(tag.as_bytes()));
    let named = tag.or_else(|| headers.get(header::LAST_MODIFIED))?;
    named.to_str().ok().map(str::to_owned)
}

/// The header that asks for anything but a version.
fn condition(known: &str) -> Option<(HeaderName, HeaderValue)> {
    let value = HeaderValue::from_str(known).ok()?;
    let name = if is_tag(known.as_bytes()) {
        header::IF_NONE_MATCH
    } else {
        header::IF_MODIFIED_SINCE
    };
    Some((name, value))
}

/// Tells an ETag from a time (RFC 9110, 8.8.3).
fn is_tag(text: &[u8]) -> bool {
    text.starts_with(b"\"") || text.starts_with(b"W/\"")
}
