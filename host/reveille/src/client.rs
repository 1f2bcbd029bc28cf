//! A request to a Reveille that runs, over HTTP.

use std::time::Duration;

use anyhow::Context as _;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{Method, Request, StatusCode, body::Bytes, header};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};

/// Largest answer that is read: a list of 200 rules with their last log lines is 10 MB at the most, and JANDI's own
/// limit for a message is 256 KB.
const MAX_ANSWER_BYTES: usize = 16 << 20;
/// How long an answer may take: whoever listens there and says nothing is no Reveille.
const ANSWER_TIME: Duration = Duration::from_secs(30);

/// Asks `to` for `path`; posts `body` when there is one.
///
/// # Errors
/// When nobody listens there, or the answer breaks off, is too large or does not come.
pub(crate) async fn ask(
    to: &str,
    path: &str,
    body: Option<String>,
) -> anyhow::Result<(StatusCode, Bytes)> {
    timeout(ANSWER_TIME, answered(to, path, body))
        .await
        .with_context(|| format!("{to} has not answered in {} seconds", ANSWER_TIME.as_secs()))?
}

async fn answered(
    to: &str,
    path: &str,
    body: Option<String>,
) -> anyhow::Result<(StatusCode, Bytes)> {
    let stream = TcpStream::connect(to).await.with_context(|| {
        format!("nothing listens on {to}. Start it first: `reveille demo` or `reveille serve`")
    })?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(async move {
        let _ = connection.await;
    });
    let method = if body.is_some() {
        Method::POST
    } else {
        Method::GET
    };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, to)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(body.unwrap_or_default())))?;
    let response = sender.send_request(request).await?;
    let status = response.status();
    let body = Limited::new(response.into_body(), MAX_ANSWER_BYTES)
        .collect()
        .await;
    let body = body
        .map_err(|error| anyhow::anyhow!(error))
        .context("the answer broke off")?;
    Ok((status, body.to_bytes()))
}
