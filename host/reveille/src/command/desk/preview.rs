//! `reveille rule preview`: a year of a planner, as a picture.

use std::{path::Path, process::ExitCode};

use anyhow::{Context as _, bail};
use chrono::Datelike as _;
use reveille_cases::PeriodLine;
use reveille_core::model::{Definitions, Schedule, local_moment};

use crate::{
    cli::PreviewArgs,
    command::Setting,
    definitions_file,
    house::print,
    picture::{draw_svg, draw_weeks},
    terminal,
    trial::{SEOUL, Trial, Year, schedule_of},
};

pub(super) fn run(args: &PreviewArgs, setting: &Setting) -> anyhow::Result<ExitCode> {
    let schedule = match &args.schedule {
        Some(path) => schedule_in(path, args.name.as_deref())?,
        None => schedule_typed(args)?,
    };
    let today = local_moment(setting.clock.now(), schedule.timezone).date;
    let year = Year::plan(
        &Trial::open(&args.rule)?,
        schedule,
        args.year.unwrap_or_else(|| today.year()),
    )?;
    print(&if args.svg {
        draw_svg(&year)
    } else {
        draw_weeks(&year, terminal::colours())
    });
    Ok(if year.failed() == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn schedule_typed(args: &PreviewArgs) -> anyhow::Result<Schedule> {
    let periods = args
        .periods
        .iter()
        .map(|line| line.parse::<PeriodLine>())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|why| anyhow::anyhow!("--periods: {why}"))?;
    schedule_of(&periods, &args.zone, args.calendar.as_deref())
        .map_err(|faults| anyhow::anyhow!("the schedule cannot be read: {faults}"))
}

/// The schedule of a definitions file.
fn schedule_in(path: &Path, name: Option<&str>) -> anyhow::Result<Schedule> {
    let shown = path.display();
    let text =
        std::fs::read_to_string(path).with_context(|| format!("`{shown}` cannot be read"))?;
    let items =
        definitions_file::items(&text, definitions_file::Language::of(path)).map_err(|faults| {
            let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("`{shown}` cannot be used: {}", faults.join("; "))
        })?;
    let mut definitions = Definitions::read(&items, SEOUL);
    let known: Vec<String> = definitions
        .schedules
        .keys()
        .chain(definitions.set_aside.keys())
        .map(ToString::to_string)
        .collect();
    let name = match (name, &known[..]) {
        (Some(name), _) => name.to_owned(),
        (None, [only]) => only.clone(),
        (None, []) => bail!("`{shown}` has no schedule"),
        (None, names) => bail!(
            "`{shown}` has the schedules {}; choose one with --name",
            names.join(", ")
        ),
    };
    if let Some(faults) = definitions.set_aside.get(name.as_str()) {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        bail!(
            "the schedule `{name}` of `{shown}` cannot be read: {}",
            faults.join("; ")
        );
    }
    definitions
        .schedules
        .remove(name.as_str())
        .map(|schedule| (*schedule).clone())
        .with_context(|| {
            format!(
                "`{shown}` has no schedule `{name}`; it has {}",
                known.join(", ")
            )
        })
}
