//! `reveille explain`: a day as each rule of the chain left it.

use std::{fmt::Write as _, process::ExitCode};

use chrono::NaiveDate;
use reveille_core::{
    model::local_moment,
    port::{PlanRequest, Rules as _},
};

use super::{Setting, schedule_with_exceptions};
use crate::{house::print, terminal};

pub(super) async fn run(
    name: &str,
    date: Option<NaiveDate>,
    json: bool,
    setting: Setting,
) -> anyhow::Result<ExitCode> {
    let house = setting.house().await?;
    let today = |zone| local_moment(setting.clock.now(), zone).date;
    let guess = date.unwrap_or_else(|| today(setting.config.timezone));
    let (schedule, exceptions) = schedule_with_exceptions(&house, name, guess, 1).await?;
    let date = date.unwrap_or_else(|| today(schedule.timezone));
    let layers = house.sandbox.layers(&PlanRequest {
        schedule: &schedule,
        date,
        exceptions: &exceptions,
    })?;
    if json {
        print(&format!("{}\n", serde_json::to_string_pretty(&layers)?));
        return Ok(ExitCode::SUCCESS);
    }
    let colours = terminal::colours();
    let mut text = format!(
        "{name}, {} ({})\n{:18}{}\n",
        date.format("%Y-%m-%d %a"),
        schedule.timezone,
        "",
        terminal::day_scale()
    );
    let mut before = None;
    for layer in &layers {
        let unchanged = before == Some(&layer.plan);
        let _ = writeln!(
            text,
            "{:<18}{}{}",
            layer.rule,
            terminal::draw_day(&layer.plan, colours),
            if unchanged {
                "  (leaves it as it is)"
            } else {
                ""
            }
        );
        if !unchanged {
            for span in &layer.plan.spans {
                let _ = writeln!(
                    text,
                    "{:18}{}-{}  {:<4} {}{}",
                    "",
                    span.begin,
                    span.end,
                    span.want.as_str(),
                    span.reason,
                    span.instance_type
                        .as_ref()
                        .map(|kind| format!("  [{kind}]"))
                        .unwrap_or_default()
                );
            }
            for note in &layer.plan.notes {
                let _ = writeln!(text, "{:18}note: {note}", "");
            }
        }
        before = Some(&layer.plan);
    }
    print(&text);
    Ok(ExitCode::SUCCESS)
}
