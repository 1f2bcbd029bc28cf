//! The HTTP door: `POST /jandi/webhook` and `GET /healthz`. Slow, half-open and oversized requests are cut off here
//! and disturb nobody else.

use std::{convert::Infallible, future::Future, net::SocketAddr, sync::Arc, time::Duration};

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{ALLOW, CONTENT_TYPE, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    task::JoinSet,
    time::timeout,
};

/// Largest body that is read. JANDI's longest message is 5,000 characters, about 20 KB of JSON.
pub(crate) const MAX_BODY_BYTES: usize = 64 * 1024;
/// Longest time for the head of a request to arrive, the wait for the next one on a kept connection included.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// Longest time for a body to arrive.
const BODY_TIME: Duration = Duration::from_secs(10);
/// Most connections at a time; further ones wait in the kernel's queue. Each costs a few KiB.
const MAX_CONNECTIONS: usize = 1024;
/// Longest time that requests under way get to finish when the program stops.
const STOP_TIME: Duration = Duration::from_secs(8);

/// What the door leads to.
pub(crate) trait Webhook: Send + Sync + 'static {
    /// Answers a webhook's body: a status, and the JSON of the answer when there is one.
    fn answer(&self, body: Bytes) -> impl Future<Output = (StatusCode, String)> + Send;
}

/// Ends when the program is told to stop.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    // The sender outlives everything that listens to it; without one there is nothing left to run for.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Serves on `listener` until `stop` turns true, then lets requests under way finish.
pub(crate) async fn serve<W: Webhook>(
    listener: TcpListener,
    webhook: Arc<W>,
    mut stop: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        // The semaphore is never closed.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Most often too many open files: others must close theirs first.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = stopped(&mut stop) => break,
        };
        while connections.try_join_next().is_some() {}
        let webhook = Arc::clone(&webhook);
        let mut stop = stop.clone();
        connections.spawn(async move {
            let _place = place;
            let _ = stream.set_nodelay(true);
            let service = service_fn(move |request| {
                let webhook = Arc::clone(&webhook);
                async move { Ok::<_, Infallible>(route(request, &*webhook, peer).await) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_TIME)
                .serve_connection(TokioIo::new(stream), service);
            tokio::pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = stopped(&mut stop) => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%peer, %error, "a connection broke off");
            }
        });
    }
    drop(listener);
    if timeout(STOP_TIME, async {
        while connections.join_next().await.is_some() {}
    })
    .await
    .is_err()
    {
        tracing::warn!("{} connections were cut off", connections.len());
    }
}

async fn route<W: Webhook>(
    request: Request<Incoming>,
    webhook: &W,
    peer: SocketAddr,
) -> Response<Full<Bytes>> {
    match (request.uri().path(), request.method()) {
        ("/jandi/webhook", &Method::POST) => {
            let (status, body) = match read_body(request.into_body()).await {
                Ok(body) => webhook.answer(body).await,
                Err(status) => (status, String::new()),
            };
            tracing::debug!(%peer, %status, "webhook");
            respond(status, body)
        }
        ("/healthz", &Method::GET | &Method::HEAD) => {
            respond(StatusCode::OK, String::from("{\"ok\":true}"))
        }
        ("/jandi/webhook", _) => not_allowed("POST"),
        ("/healthz", _) => not_allowed("GET, HEAD"),
        _ => respond(StatusCode::NOT_FOUND, String::new()),
    }
}

async fn read_body(body: Incoming) -> Result<Bytes, StatusCode> {
    match timeout(BODY_TIME, Limited::new(body, MAX_BODY_BYTES).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Ok(Err(_)) => Err(StatusCode::BAD_REQUEST),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

fn respond(status: StatusCode, body: String) -> Response<Full<Bytes>> {
    let json = !body.is_empty();
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    if json {
        response.headers_mut().insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/json; charset=utf-8"),
        );
    }
    response
}

fn not_allowed(methods: &'static str) -> Response<Full<Bytes>> {
    let mut response = respond(StatusCode::METHOD_NOT_ALLOWED, String::new());
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(methods));
    response
}
