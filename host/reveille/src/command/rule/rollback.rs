//! `reveille rule rollback`: the version that was in use before. It is pinned, so that the version at its place does not
//! come back by itself; a second time goes forth again.

use std::process::ExitCode;

use super::{
    pin::{pin, source},
    proposal::Versions,
    stored,
};
use crate::{cli::RuleRollbackArgs, command::Setting};

pub(super) async fn run(args: RuleRollbackArgs, setting: Setting) -> anyhow::Result<ExitCode> {
    let house = setting.house().await?;
    let definitions = house.store.definitions().await?;
    let name = &args.name;
    let item = stored::expect(&setting, &house, &definitions, name).await?;
    let source = source(&definitions, name)?;
    let versions = Versions::of(&setting, &house, name).await;
    let sha256 = versions.before()?.sha256.clone();
    pin(
        &setting,
        &house,
        &definitions,
        item,
        source,
        &sha256,
        "rule rollback",
    )
    .await
}
