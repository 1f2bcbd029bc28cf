//! `reveille say`: what a person in chat would type, sent as JANDI would send it.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use chrono::SecondsFormat;
use hyper::StatusCode;

use super::{Setting, demo::DEMO_TOKEN};
use crate::{cli::SayArgs, client, clock::Clock, house::print, jandi, secrets::Secrets, terminal};

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
    let (status, answer) = client::ask(&args.to, "/jandi/webhook", Some(body)).await?;
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
