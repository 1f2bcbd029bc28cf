//! `reveille notices …`: what was not sent, and whether messages arrive.

use std::{fmt::Write as _, process::ExitCode};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use reveille_core::model::{Definitions, KeptNotice, Notice, NoticeStanding, Settled};
use serde_json::json;

use super::Setting;
use crate::{
    cli::NoticesCommand,
    clock::Clock,
    config::Config,
    house::{House, print},
    notices::{Posted, messenger},
};

/// Most characters of a text that are listed.
const TEXT_CHARS: usize = 60;
/// Digits of a key that are listed: enough to tell it from the others.
const KEY_DIGITS: usize = 12;

pub(super) async fn run(command: NoticesCommand, setting: Setting) -> anyhow::Result<ExitCode> {
    let house = setting.house().await?;
    match command {
        NoticesCommand::List { json } => list(&house, json).await,
        NoticesCommand::Retry { keys } => retry(&house, &keys, setting.clock.now()).await,
        NoticesCommand::Test { target } => test(&house, &setting, &target).await,
    }
}

/// Names that stand for nothing: of targets in schedules, and of schedules in targets.
pub(super) fn faults(config: &Config, definitions: &Definitions) -> Vec<String> {
    let mut faults = Vec::new();
    for schedule in definitions.schedules.values() {
        let names = schedule.notify.iter().flatten();
        let unknown = names.filter(|name| config.targets.iter().all(|it| it.name != **name));
        faults.extend(unknown.map(|name| {
            format!(
                "schedule {}: `notify`: there is no target `{name}`; write it under [[jandi.targets]]",
                schedule.name
            )
        }));
    }
    for target in &config.targets {
        let names = target.schedules.iter().flatten();
        let unknown = names.filter(|name| {
            !definitions.schedules.contains_key(*name) && !definitions.set_aside.contains_key(*name)
        });
        faults.extend(
            unknown.map(|name| format!("target {}: there is no schedule `{name}`", target.name)),
        );
    }
    faults
}

async fn list(house: &House, json: bool) -> anyhow::Result<ExitCode> {
    let kept = house.store.kept_notices().await?;
    if json {
        let list: Vec<_> = kept.iter().map(as_json).collect();
        print(&format!("{:#}\n", json!({ "notices": list })));
        return Ok(ExitCode::SUCCESS);
    }
    if kept.is_empty() {
        print("everything that people were to be told was sent\n");
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = format!(
        "{:<KEY_DIGITS$}  {:<12} {:<8} {:<20} TEXT\n",
        "KEY", "TARGET", "STATE", "TIME (UTC)"
    );
    for KeptNotice { notice, standing } in &kept {
        let (state, at, cause) = match standing {
            NoticeStanding::Waits => ("waits", notice.due, None),
            NoticeStanding::Claimed { at } => ("sending", *at, None),
            NoticeStanding::Lost { at, cause } => ("lost", *at, Some(cause)),
        };
        let _ = writeln!(
            text,
            "{:<KEY_DIGITS$}  {:<12} {state:<8} {:<20} {}",
            short(&notice.key),
            notice.target,
            at.format("%Y-%m-%d %H:%M:%S"),
            first_line(notice)
        );
        if let Some(cause) = cause {
            let _ = writeln!(text, "{:KEY_DIGITS$}  because {cause}", "");
        }
    }
    print(&text);
    Ok(ExitCode::SUCCESS)
}

fn as_json(kept: &KeptNotice) -> serde_json::Value {
    let KeptNotice { notice, standing } = kept;
    let (state, since, cause) = match standing {
        NoticeStanding::Waits => ("waits", None, None),
        NoticeStanding::Claimed { at } => ("sending", Some(at), None),
        NoticeStanding::Lost { at, cause } => ("lost", Some(at), Some(cause)),
    };
    json!({
        "key": notice.key,
        "target": notice.target,
        "schedule": notice.schedule,
        "state": state,
        "since": since,
        "cause": cause,
        "at": notice.at,
        "due": notice.due,
        "expires": notice.expires,
        "attempts": notice.attempts,
        "text": notice.message.body,
    })
}

fn short(key: &str) -> &str {
    key.get(..KEY_DIGITS).unwrap_or(key)
}

fn first_line(notice: &Notice) -> String {
    let line = notice.message.body.lines().next().unwrap_or_default();
    let mut shown: String = line.chars().take(TEXT_CHARS).collect();
    if shown.len() < line.len() {
        shown.push('…');
    }
    shown
}

async fn retry(house: &House, keys: &[String], now: DateTime<Utc>) -> anyhow::Result<ExitCode> {
    let kept = house.store.kept_notices().await?;
    for key in keys {
        anyhow::ensure!(
            kept.iter()
                .any(|it| it.notice.key.starts_with(key.as_str())),
            "no notice that was not sent has the key `{key}`; `reveille notices list` shows them"
        );
    }
    let is_meant = |kept: &&KeptNotice| match &kept.standing {
        NoticeStanding::Lost { .. } if keys.is_empty() => true,
        NoticeStanding::Lost { .. } | NoticeStanding::Claimed { .. } => {
            let mut keys = keys.iter();
            keys.any(|key| kept.notice.key.starts_with(key.as_str()))
        }
        NoticeStanding::Waits => false,
    };
    let (pointless, again): (Vec<_>, Vec<_>) = kept
        .iter()
        .filter(is_meant)
        .partition(|kept| kept.notice.expires <= now);
    for kept in &again {
        let settled = Settled::Again { due: now };
        house
            .store
            .settle_notice(&kept.notice.key, &settled, now)
            .await?;
    }
    let mut text = match again.len() {
        0 => String::from("there is nothing to send once more\n"),
        number => format!("sent once more within a minute: {number}\n"),
    };
    if !pointless.is_empty() {
        let _ = writeln!(
            text,
            "left as they are, because they are pointless by now: {}",
            pointless.len()
        );
    }
    print(&text);
    Ok(ExitCode::SUCCESS)
}

async fn test(house: &House, setting: &Setting, name: &str) -> anyhow::Result<ExitCode> {
    let config = &setting.config;
    let Some(target) = config.targets.iter().find(|target| target.name == name) else {
        let known: Vec<&str> = config.targets.iter().map(|it| it.name.as_str()).collect();
        if known.is_empty() {
            anyhow::bail!("there is no target yet; write one under [[jandi.targets]]");
        }
        anyhow::bail!(
            "there is no target `{name}`; there are {}",
            known.join(", ")
        );
    };
    let now = setting.clock.now();
    let url = house.secrets.read(&target.url, Clock::machine()).await?;
    let view = house
        .chat(config)
        .morning(&|schedule| target.has(schedule), now)
        .await
        .context("what today brings cannot be read")?;
    let message = house.teller(config, false).words(view, now);
    let posted = messenger()?.post(url.current.expose(), &message).await;
    match posted {
        Posted::Taken => {
            print(&format!("`{name}` has it; look at the topic\n"));
            Ok(ExitCode::SUCCESS)
        }
        Posted::Later { cause, .. } | Posted::Refused(cause) => {
            anyhow::bail!("`{name}` has not got it: {cause}")
        }
        Posted::Unknown(cause) => {
            anyhow::bail!("nobody knows whether `{name}` has got it: {cause}. Look at the topic")
        }
    }
}
