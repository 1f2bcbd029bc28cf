//! `reveille tick`: one scheduling run.

use std::{fmt::Write as _, process::ExitCode, time::Duration};

use reveille_core::{
    model::Action,
    tick::{TickOutcome, TickReport},
};
use serde_json::{Value, json};

use super::Setting;
use crate::house::print;

/// How long messages are sent after a run: whoever calls it every minute does not want two at once.
const SENDING_TIME: Duration = Duration::from_secs(40);

pub(super) async fn run(json: bool, setting: Setting) -> anyhow::Result<ExitCode> {
    let house = setting.house().await?;
    let scheduler = house.scheduler(&setting.config, setting.clock, !json);
    let now = setting.clock.now();
    let report = scheduler.tick(now).await;
    // The next run may come at once, from another process, and after a failure it should.
    let released = scheduler.release(now).await;
    let mut report = report.map_err(|error| {
        let code = error.code();
        anyhow::Error::new(error).context(format!("the scheduling run failed ({code})"))
    })?;
    released?;
    if let Some(courier) = house.courier(&setting.config, setting.clock)? {
        let deadline = tokio::time::Instant::now() + SENDING_TIME;
        if let Err(error) = courier.deliver(Some(deadline)).await {
            tracing::warn!(
                code = error.code(),
                "messages to people wait for the next run: {error}"
            );
        }
    }
    if report.outcome == TickOutcome::NotMine {
        // A lease that was given back at a later time is not over yet at this one.
        let last = house.store.last_tick().await?;
        if last.is_some_and(|last| now <= last.at) {
            report.outcome = TickOutcome::Late;
        }
    }
    print(&if json {
        format!("{:#}\n", as_json(&report))
    } else {
        as_text(&report)
    });
    Ok(match report.outcome {
        TickOutcome::Done | TickOutcome::Late => ExitCode::SUCCESS,
        TickOutcome::NotMine | TickOutcome::Overtaken => ExitCode::FAILURE,
    })
}

fn word(action: &Action) -> String {
    match action {
        Action::None => String::from("leave"),
        Action::Start => String::from("start"),
        Action::Stop => String::from("stop"),
        Action::Resize(instance_type) => format!("resize to {instance_type}"),
    }
}

fn outcome(outcome: TickOutcome) -> &'static str {
    match outcome {
        TickOutcome::Done => "done",
        TickOutcome::NotMine => "not-mine",
        TickOutcome::Late => "late",
        TickOutcome::Overtaken => "overtaken",
    }
}

/// The report for programs.
pub(crate) fn as_json(report: &TickReport) -> Value {
    let actions: Vec<_> = report
        .actions
        .iter()
        .map(|taken| {
            json!({
                "schedule": taken.schedule,
                "server": taken.server,
                "name": &*taken.name,
                "action": word(&taken.action),
                "refused": taken.refused,
            })
        })
        .collect();
    let unseen: Vec<_> = report
        .unseen
        .iter()
        .map(|unseen| json!({"target": unseen.target, "code": unseen.code, "cause": unseen.cause}))
        .collect();
    json!({
        "outcome": outcome(report.outcome),
        "schedules": report.schedules,
        "servers": report.servers,
        "actions": actions,
        "held": report.held,
        "stuck": report.stuck,
        "postponed": report.postponed,
        "unseen": unseen,
        "moving": report.moving,
        "next_look": report.next_look,
    })
}

fn as_text(report: &TickReport) -> String {
    let mut text = match report.outcome {
        TickOutcome::Done => {
            format!(
                "{} schedules, {} servers, {} orders\n",
                report.schedules,
                report.servers,
                report.actions.len()
            )
        }
        TickOutcome::NotMine => {
            String::from("another Reveille is at work on this store; it does what there is to do\n")
        }
        TickOutcome::Late => String::from(
            "a run of this time or a later one was done before; there is nothing to do\n",
        ),
        TickOutcome::Overtaken => {
            String::from("another Reveille took over in the middle; it goes on\n")
        }
    };
    for taken in &report.actions {
        let id = if *taken.name == *taken.server.0 {
            String::new()
        } else {
            format!(" ({})", taken.server)
        };
        let refused = taken
            .refused
            .as_ref()
            .map(|code| format!(", refused: {code}"))
            .unwrap_or_default();
        let _ = writeln!(
            text,
            "  {}: {} {}{id}{refused}",
            taken.schedule,
            word(&taken.action),
            taken.name
        );
    }
    for schedule in &report.held {
        let _ = writeln!(text, "  {schedule} holds: one of its rules does not answer");
    }
    for server in &report.stuck {
        let _ = writeln!(text, "  {server} has not arrived in time");
    }
    for unseen in &report.unseen {
        let _ = writeln!(text, "  {unseen}");
    }
    text
}
