//! `reveille rule compile`: machine code of the rules as they are wanted now, where hosts share it.

use std::process::ExitCode;

use anyhow::{bail, ensure};
use reveille_core::model::RuleSource;

use super::{proposal::Proposal, share::share};
use crate::{cli::RuleCompileArgs, command::Setting, house::print};

pub(super) async fn run(args: RuleCompileArgs, setting: Setting) -> anyhow::Result<ExitCode> {
    ensure!(
        setting.config.taking.shared.is_some(),
        "there is no place for it: set `cache` under [sandbox] to `s3://bucket/prefix`, and `key`"
    );
    let house = setting.house().await?;
    let definitions = house.store.definitions().await?;
    let known = house.loader.known().into_iter().map(|known| known.source);
    let sources = chosen(known.collect(), &args.names)?;
    if sources.is_empty() {
        print("no rule is wanted but those that are built in, and every build has those\n");
    }
    let mut code = ExitCode::SUCCESS;
    for source in sources {
        let name = source.name.clone();
        let shared = async {
            let proposal = Proposal::of(source, &setting, &house, &definitions).await?;
            print(&format!("{name} {}\n", proposal.version()));
            share(&setting, &house, proposal.candidate()).await
        };
        if let Err(error) = shared.await {
            print(&format!("{name}: {error:#}\n"));
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

/// The rules of these names; all of them without a name.
fn chosen(known: Vec<RuleSource>, names: &[String]) -> anyhow::Result<Vec<RuleSource>> {
    for name in names {
        if !known.iter().any(|source| source.name == *name) {
            let known: Vec<&str> = known.iter().map(|source| source.name.as_str()).collect();
            bail!(
                "no rule `{name}` is wanted here; there are {}",
                if known.is_empty() {
                    String::from("none")
                } else {
                    known.join(", ")
                }
            );
        }
    }
    let is_chosen = |source: &RuleSource| names.is_empty() || names.contains(&source.name);
    Ok(known.into_iter().filter(is_chosen).collect())
}
