//! A door over HTTP/1.1: what both addresses of the program share. Slow, half-open and oversized requests are cut off
//! here and disturb nobody else; what stands behind a door is for others.

use std::{convert::Infallible, future::Future, net::SocketAddr, sync::Arc, time::Duration};

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{ALLOW, CONTENT_TYPE, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
    time::{sleep, timeout},
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
/// How long a connection then stays open on which no request is under way: one may be on its way.
const LAST_CALL: Duration = Duration::from_millis(250);

/// The type of an answer in JSON.
pub(crate) const JSON: &str = "application/json; charset=utf-8";

/// What the door leads to.
pub(crate) trait Room: Send + Sync + 'static {
    /// Answers a request from `peer`.
    fn answer(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
    ) -> impl Future<Output = Response<Full<Bytes>>> + Send;
}

/// Ends when the program is told to stop.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    // The sender outlives everything that listens to it; without one there is nothing left to run for.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Serves on `listener` until `stop` turns true, then lets requests under way finish, those that wait to be taken
/// included.
pub(crate) async fn serve<R: Room>(
    listener: TcpListener,
    room: Arc<R>,
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
                    sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = stopped(&mut stop) => break,
        };
        while connections.try_join_next().is_some() {}
        let answered = answer(stream, peer, Arc::clone(&room), stop.clone());
        connections.spawn(async move {
            let _place = place;
            answered.await;
        });
    }
    for (stream, peer) in waiting(listener) {
        connections.spawn(answer(stream, peer, Arc::clone(&room), stop.clone()));
    }
    if timeout(STOP_TIME, async {
        while connections.join_next().await.is_some() {}
    })
    .await
    .is_err()
    {
        tracing::warn!("{} connections were cut off", connections.len());
    }
}

/// Those that have connected and were not taken yet. Nobody connects from now on.
fn waiting(listener: TcpListener) -> Vec<(TcpStream, SocketAddr)> {
    let mut waiting = Vec::new();
    // It does not block, as tokio has made it so.
    if let Ok(listener) = listener.into_std() {
        while waiting.len() < MAX_CONNECTIONS
            && let Ok((stream, peer)) = listener.accept()
        {
            let stream = stream
                .set_nonblocking(true)
                .and_then(|()| TcpStream::from_std(stream));
            waiting.extend(stream.ok().map(|stream| (stream, peer)));
        }
    }
    waiting
}

/// Answers the requests of one connection, one after the other.
async fn answer<R: Room>(
    stream: TcpStream,
    peer: SocketAddr,
    room: Arc<R>,
    mut stop: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let room = Arc::clone(&room);
        async move { Ok::<_, Infallible>(room.answer(request, peer).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let last_call = async {
        stopped(&mut stop).await;
        sleep(LAST_CALL).await;
    };
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = last_call => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "a connection broke off");
    }
}

/// Reads a body, or says with which status it is refused.
pub(crate) async fn read_body(body: Incoming) -> Result<Bytes, StatusCode> {
    match timeout(BODY_TIME, Limited::new(body, MAX_BODY_BYTES).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Ok(Err(_)) => Err(StatusCode::BAD_REQUEST),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

/// An answer; one without a body has no type either.
pub(crate) fn respond(
    status: StatusCode,
    content_type: &'static str,
    body: String,
) -> Response<Full<Bytes>> {
    let is_empty = body.is_empty();
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    if !is_empty {
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    response
}

/// The answer of a process that is alive.
pub(crate) fn alive() -> Response<Full<Bytes>> {
    respond(StatusCode::OK, JSON, String::from("{\"ok\":true}"))
}

/// The answer where there is nothing.
pub(crate) fn not_found() -> Response<Full<Bytes>> {
    respond(StatusCode::NOT_FOUND, JSON, String::new())
}

/// The answer to another method than `methods`.
pub(crate) fn not_allowed(methods: &'static str) -> Response<Full<Bytes>> {
    let mut response = respond(StatusCode::METHOD_NOT_ALLOWED, JSON, String::new());
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(methods));
    response
}
