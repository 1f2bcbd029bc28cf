//! `reveille plan`: what a schedule wants, day by day, as a picture or as JSON.

use std::{fmt::Write as _, process::ExitCode};

use chrono::Days;
use reveille_core::{
    model::{Want, local_moment},
    timeline::Timeline,
};
use serde::Serialize;

use super::{Setting, schedule_with_exceptions};
use crate::{cli::PlanArgs, house::print, terminal};

/// A day of the JSON.
#[derive(Serialize)]
struct Day<'a> {
    date: chrono::NaiveDate,
    #[serde(flatten)]
    plan: &'a reveille_core::model::DayPlan,
}

pub(super) async fn run(args: PlanArgs, setting: Setting) -> anyhow::Result<ExitCode> {
    let house = setting.house().await?;
    let now = setting.clock.now();
    let guess = args
        .from
        .unwrap_or_else(|| local_moment(now, setting.config.timezone).date);
    let (schedule, exceptions) =
        schedule_with_exceptions(&house, &args.schedule, guess, args.days).await?;
    let here = local_moment(now, schedule.timezone);
    let from = args.from.unwrap_or(here.date);
    let timeline = Timeline::new(&*house.sandbox, &schedule, &exceptions);
    let dates = (0..u64::from(args.days)).map_while(|day| from.checked_add_days(Days::new(day)));
    let days = dates
        .map(|date| Ok((date, timeline.plan(date)?)))
        .collect::<anyhow::Result<Vec<_>>>()?;
    if args.json {
        let days: Vec<_> = days
            .iter()
            .map(|(date, plan)| Day { date: *date, plan })
            .collect();
        print(&format!("{}\n", serde_json::to_string_pretty(&days)?));
        return Ok(ExitCode::SUCCESS);
    }

    let colours = terminal::colours();
    let mut text = format!(
        "{} ({})\n{:16}{}\n",
        schedule.name,
        schedule.timezone,
        "",
        terminal::day_scale()
    );
    for (date, plan) in &days {
        let runs: Vec<String> = plan
            .spans
            .iter()
            .filter(|span| span.want != Want::Stop)
            .map(|span| {
                let hold = if span.want == Want::Hold { " hold" } else { "" };
                let reason = if span.reason.is_empty() {
                    String::new()
                } else {
                    format!(" ({})", span.reason)
                };
                format!("{}-{}{hold}{reason}", span.begin, span.end)
            })
            .collect();
        let runs = if runs.is_empty() {
            String::from("off")
        } else {
            runs.join(", ")
        };
        let notes = plan
            .notes
            .iter()
            .map(|note| format!("  {note}"))
            .collect::<String>();
        let _ = writeln!(
            text,
            "{} {}  {}{notes}",
            date.format("%Y-%m-%d %a"),
            terminal::draw_day(plan, colours),
            runs
        );
    }
    // Days that were asked for by date say nothing about now.
    if args.from.is_none()
        && let Some(next) = timeline.next_change(here)?
    {
        let _ = writeln!(text, "next: {} at {}", next.want.as_str(), next.at);
    }
    print(&text);
    Ok(ExitCode::SUCCESS)
}
