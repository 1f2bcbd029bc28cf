//! `reveille rule pin`: a rule at one version, or following its place again.

use std::{process::ExitCode, sync::Arc};

use anyhow::{Context as _, bail};
use reveille_core::{
    model::{Definitions, Item, RuleSource},
    port::Change,
};
use reveille_loader::shown;

#[cfg(feature = "aws")]
use super::share::share;
use super::{
    diff,
    proposal::{Proposal, Versions, short},
    stored::{self, Deed},
};
use crate::{
    cli::RulePinArgs,
    command::Setting,
    comparison::DAYS,
    house::{House, print},
};

pub(super) async fn run(args: RulePinArgs, setting: Setting) -> anyhow::Result<ExitCode> {
    let house = setting.house().await?;
    let definitions = house.store.definitions().await?;
    let name = &args.name;
    let item = stored::expect(&setting, &house, &definitions, name).await?;
    let source = source(&definitions, name)?;
    if args.unpin {
        return unpin(&setting, &house, &definitions, item, source).await;
    }
    let versions = Versions::of(&setting, &house, name).await;
    let sha256 = match &args.sha256 {
        Some(digits) => versions.find(digits)?,
        None => versions.in_use.with_context(|| {
            format!("`{name}` is not loaded, so nothing is in use; write the digest of a version")
        })?,
    };
    pin(
        &setting,
        &house,
        &definitions,
        item,
        source,
        &sha256,
        "rule pin",
    )
    .await
}

/// The rule as its item says.
pub(super) fn source(definitions: &Definitions, name: &str) -> anyhow::Result<RuleSource> {
    definitions.rules.get(name).cloned().with_context(|| {
        format!(
            "the rule `{name}` cannot be used as it stands in the store: `reveille check` says why"
        )
    })
}

/// Makes sure that the version can be had and does no harm, and pins it.
pub(super) async fn pin(
    setting: &Setting,
    house: &House,
    definitions: &Arc<Definitions>,
    item: Item,
    mut source: RuleSource,
    sha256: &str,
    action: &'static str,
) -> anyhow::Result<ExitCode> {
    if source.sha256.as_deref() == Some(sha256) {
        print(&format!(
            "nothing to change: `{}` is pinned to {}\n",
            source.name,
            short(sha256)
        ));
        return Ok(ExitCode::SUCCESS);
    }
    source.sha256 = Some(sha256.to_owned());
    let proposal = Proposal::of(source, setting, house, definitions).await?;
    proposal.check()?;
    let compared = diff::compare(setting, house, definitions, proposal.candidate(), DAYS).await?;
    #[cfg(feature = "aws")]
    share(setting, house, proposal.candidate()).await?;
    let name = &proposal.source.name;
    let version = proposal.version();
    stored::commit(
        setting,
        house,
        definitions,
        Deed {
            change: Change::PutItem(stored::pinned(item, Some(sha256))),
            rule: name,
            action,
            reason: format!("{name} {version}, sha256 {sha256}"),
        },
    )
    .await?;
    print(&format!(
        "{name} is pinned to {version}; hosts take it at their next look\n{}{}\n\
         `reveille rule pin {name} --unpin` lets it follow its place again\n",
        compared.not_compared(),
        compared.summary()
    ));
    Ok(ExitCode::SUCCESS)
}

/// Lets a rule follow its place again, if what is there will be taken.
async fn unpin(
    setting: &Setting,
    house: &House,
    definitions: &Arc<Definitions>,
    item: Item,
    mut source: RuleSource,
) -> anyhow::Result<ExitCode> {
    let Some(before) = source.sha256.take() else {
        print(&format!(
            "nothing to change: `{}` is not pinned\n",
            source.name
        ));
        return Ok(ExitCode::SUCCESS);
    };
    let proposal = Proposal::of(source, setting, house, definitions).await?;
    proposal.check()?;
    let grounds = match &proposal.fitting.grounds {
        Ok(grounds) => grounds.to_string(),
        Err(error) => {
            bail!("nothing was changed, because without its pin it would not be taken: {error}")
        }
    };
    #[cfg(feature = "aws")]
    share(setting, house, proposal.candidate()).await?;
    let name = &proposal.source.name;
    let version = proposal.version();
    let place = shown(&proposal.source.location);
    stored::commit(
        setting,
        house,
        definitions,
        Deed {
            change: Change::PutItem(stored::pinned(item, None)),
            rule: name,
            action: "rule unpin",
            reason: format!("{name} follows {place}, {before} before"),
        },
    )
    .await?;
    print(&format!(
        "{name} follows {} ({grounds}), where {version} is now; {} was pinned before\n",
        place,
        short(&before)
    ));
    Ok(ExitCode::SUCCESS)
}
