//! `reveille rule diff`: which days of which schedules another version of a rule would change.

use std::process::ExitCode;

use chrono::Days;
use reveille_core::model::Definitions;
use reveille_sandbox::Candidate;

use super::proposal::Proposal;
use crate::{
    cli::RuleDiffArgs,
    command::Setting,
    comparison::{Comparison, Sides, Subject},
    house::{House, print},
    terminal,
};

pub(super) async fn run(args: RuleDiffArgs, setting: Setting) -> anyhow::Result<ExitCode> {
    let house = setting.house().await?;
    let definitions = house.store.definitions().await?;
    let proposal = Proposal::of_version(&args, &setting, &house, &definitions).await?;
    let compared = compare(
        &setting,
        &house,
        &definitions,
        proposal.candidate(),
        args.days,
    )
    .await?;
    print(&if args.json {
        format!("{}\n", serde_json::to_string_pretty(&compared)?)
    } else {
        compared.draw(terminal::colours())
    });
    Ok(if compared.differs() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// What `candidate` would change of what is loaded, on so many days from today on.
pub(super) async fn compare(
    setting: &Setting,
    house: &House,
    definitions: &Definitions,
    candidate: &Candidate,
    days: u32,
) -> anyhow::Result<Comparison> {
    let now = setting.clock.now();
    // A zone may be a day behind or ahead, and a day also goes by the exceptions of the day before.
    let today = now.date_naive();
    let exceptions = house
        .store
        .exceptions(
            None,
            today - Days::new(2),
            today + Days::new(u64::from(days) + 1),
        )
        .await?;
    // A rule that has failed for one day is asked for the next all the same.
    let (before, after) = (house.sandbox.apart(), house.sandbox.with(candidate));
    Ok(Comparison::of(
        Sides {
            before: &before,
            after: &after,
        },
        &Subject {
            rule: candidate.name(),
            definitions,
            exceptions: &exceptions,
            now,
            days,
        },
    ))
}
