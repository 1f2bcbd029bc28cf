//! `reveille healthcheck`: whether the Reveille of this machine is alive, for containers that have no other program to ask
//! with.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
    process::ExitCode,
    time::Duration,
};

use anyhow::Context as _;
use hyper::StatusCode;
use tokio::time::timeout;

use crate::{
    client,
    config::{Config, ENV_LISTEN},
    health::HEALTH,
};

/// How long it waits for an answer. Who calls it gives up after five seconds or more.
const ANSWER_TIME: Duration = Duration::from_secs(4);

/// Asks `to`, or the webhook's address of this machine.
pub(crate) async fn run(to: Option<&str>, file: Option<&Path>) -> anyhow::Result<ExitCode> {
    let to = match to {
        Some(to) => to.to_owned(),
        None => reachable(listening(file)?).to_string(),
    };
    let (status, body) = timeout(ANSWER_TIME, client::ask(&to, HEALTH, None))
        .await
        .with_context(|| format!("{to} has not answered in {} seconds", ANSWER_TIME.as_secs()))??;
    anyhow::ensure!(
        status == StatusCode::OK,
        "{to} answered {}: {}",
        status.as_u16(),
        String::from_utf8_lossy(&body)
    );
    Ok(ExitCode::SUCCESS)
}

/// Where the webhook listens. The file is not looked at where the environment says it: one that somebody is about to
/// change must not have a process ended that is well.
fn listening(file: Option<&Path>) -> anyhow::Result<SocketAddr> {
    match std::env::var(ENV_LISTEN) {
        Ok(listen) => listen
            .parse()
            .with_context(|| format!("{ENV_LISTEN} is `{listen}`, which is no address")),
        Err(_) => Ok(Config::load(file, &|name| std::env::var(name).ok())?.listen),
    }
}

/// An address at which what listens on `address` can be asked from this machine.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[track_caller]
    fn check(listening: &str, asked: &str) {
        assert_eq!(reachable(listening.parse().unwrap()).to_string(), asked);
    }

    #[test]
    fn what_listens_everywhere_is_asked_on_this_machine() {
        check("0.0.0.0:8080", "127.0.0.1:8080");
        check("[::]:8080", "[::1]:8080");
        check("10.0.0.7:8080", "10.0.0.7:8080");
    }
}
