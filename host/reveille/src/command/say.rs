//! `reveille say`: what a person in chat would type, sent as JANDI would send it.

use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use chrono::SecondsFormat;
use hyper::StatusCode;

use super::{Setting, demo::DEMO_TOKEN};
use crate::{cli::SayArgs, client, clock::Clock, house::print, jandi, secrets::Secrets, terminal};

/// Where the messenger sends to.
const WEBHOOK: &str = "/jandi/webhook";
/// The port of a URL that names none.
const HTTP_PORT: u16 = 80;

pub(super) async fn run(args: SayArgs, setting: Setting) -> anyhow::Result<ExitCode> {
    let token = match (args.token, setting.config.tokens.first()) {
        (Some(token), _) => token,
        (None, Some(token)) => {
            let secrets = Secrets::new(&setting.config);
            let value = secrets.read(&token.secret, Clock::machine()).await?;
            value.current.expose().to_owned()
        }
        (None, None) => DEMO_TOKEN.to_owned(),
    };
    let typed = args.words.join(" ");
    let created_at = chrono::Utc::now().to_rfc3339_opts(SecondsFormat::Nanos, true);
    let body = jandi::outgoing(&token, &args.writer, &args.room, &typed, &created_at);
    let (address, path) = door(&args.to)?;
    let (status, answer) = client::ask(&address, &path, Some(body)).await?;
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

/// Address and path, from either: `127.0.0.1:8080`, or the URL that `reveille serve` says that it listens on.
fn door(to: &str) -> anyhow::Result<(String, String)> {
    let Some((scheme, rest)) = to.split_once("://") else {
        return Ok((to.to_owned(), WEBHOOK.to_owned()));
    };
    ensure!(
        scheme == "http",
        "`{to}` cannot be asked: `say` speaks plain HTTP to Reveille itself, not to what stands before it. Give where \
         Reveille listens: --to 127.0.0.1:8080"
    );
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let address = if has_port {
        host.to_owned()
    } else {
        format!("{host}:{HTTP_PORT}")
    };
    let path = if path.is_empty() {
        WEBHOOK.to_owned()
    } else {
        format!("/{path}")
    };
    Ok((address, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(to: &str, address: &str, path: &str) {
        let read = door(to).ok();
        assert_eq!(read, Some((address.to_owned(), path.to_owned())), "{to}");
    }

    #[test]
    fn an_address_and_a_url_lead_to_the_same_door() {
        for to in [
            "127.0.0.1:8080",
            "http://127.0.0.1:8080",
            "http://127.0.0.1:8080/",
            "http://127.0.0.1:8080/jandi/webhook",
        ] {
            check(to, "127.0.0.1:8080", WEBHOOK);
        }
        check("http://reveille", "reveille:80", WEBHOOK);
        check("http://[::1]/hook", "[::1]:80", "/hook");
        check("http://[::1]:81/", "[::1]:81", WEBHOOK);
    }

    #[test]
    fn what_stands_before_reveille_is_not_spoken_to() {
        let error = door("https://reveille.example/jandi/webhook");
        assert!(error.is_err_and(|error| error.to_string().contains("--to 127.0.0.1:8080")));
    }
}
