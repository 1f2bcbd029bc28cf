//! `reveille say`: what a person in chat would type, sent as JANDI would send it.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use chrono::SecondsFormat;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{Method, Request, StatusCode, body::Bytes, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::{Setting, demo::DEMO_TOKEN};
use crate::{cli::SayArgs, house::print, jandi, terminal};

/// Largest answer that is read; JANDI's own limit for a message is 256 KB.
const MAX_ANSWER_BYTES: usize = 512 * 1024;

pub(super) async fn run(args: SayArgs, setting: Setting) -> anyhow::Result<ExitCode> {
    let token = args
        .token
        .or_else(|| {
            setting
                .config
                .tokens
                .first()
                .map(|token| token.secret.clone())
        })
        .unwrap_or_else(|| DEMO_TOKEN.to_owned());
    let typed = args.words.join(" ");
    let created_at = chrono::Utc::now().to_rfc3339_opts(SecondsFormat::Nanos, true);
    let body = jandi::outgoing(&token, &args.writer, &args.room, &typed, &created_at);
    let (status, answer) = post(&args.to, body).await?;
    match status {
        StatusCode::OK => {}
        StatusCode::UNAUTHORIZED => {
            bail!(
                "{} does not know this token. Give the one that it is configured with: --token",
                args.to
            )
        }
        _ => bail!(
            "{} answered {status}: {}",
            args.to,
            String::from_utf8_lossy(&answer)
        ),
    }
    if args.json {
        print(&format!("{}\n", String::from_utf8_lossy(&answer)));
    } else {
        let message = jandi::read_response(&answer).context("the answer is no message")?;
        print(&terminal::draw_message(&message, terminal::colours()));
    }
    Ok(ExitCode::SUCCESS)
}

async fn post(to: &str, body: String) -> anyhow::Result<(StatusCode, Bytes)> {
    let stream = TcpStream::connect(to).await.with_context(|| {
        format!("nothing listens on {to}. Start it first: `reveille demo` or `reveille serve`")
    })?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(async move {
        let _ = connection.await;
    });
    let request = Request::builder()
        .method(Method::POST)
        .uri("/jandi/webhook")
        .header(header::HOST, to)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(body)))?;
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
