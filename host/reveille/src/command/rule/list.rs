//! `reveille rule list`: what the running host has loaded and how it fares, or what a start now would load.

use std::process::ExitCode;

use anyhow::Context as _;
use hyper::StatusCode;

use crate::{cli::RuleListArgs, client, command::Setting, house::print, listing::Listing};

pub(super) async fn run(args: RuleListArgs, setting: Setting) -> anyhow::Result<ExitCode> {
    let (listing, missing) = match (&args.from, setting.config.admin) {
        (Some(from), _) => (Some(ask(from).await?), None),
        (None, Some(admin)) => match ask(&admin.to_string()).await {
            Ok(listing) => (Some(listing), None),
            Err(error) => (None, Some(format!("{error:#}"))),
        },
        (None, None) => (
            None,
            Some(String::from(
                "no address of a running Reveille is known: give it with --from, or `admin` under [http]",
            )),
        ),
    };
    let is_running = listing.is_some();
    let listing = match listing {
        Some(listing) => listing,
        None => setting.house().await?.lister().list(),
    };
    if args.json {
        print(&format!("{}\n", serde_json::to_string_pretty(&listing)?));
    } else {
        print(&listing.draw(is_running));
        if let Some(missing) = missing {
            print(&format!(
                "\nThis is what a start now would load; it has no figures, because {missing}.\n"
            ));
        }
    }
    Ok(if listing.unloaded.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Asks a running host.
pub(super) async fn ask(from: &str) -> anyhow::Result<Listing> {
    let (status, body) = client::ask(from, "/rules", None).await?;
    anyhow::ensure!(
        status == StatusCode::OK,
        "{from} answered {status}, which is not the address of a Reveille for operators; that is `admin` under [http]"
    );
    serde_json::from_slice(&body)
        .with_context(|| format!("what {from} answers is no list of rules of this version"))
}
