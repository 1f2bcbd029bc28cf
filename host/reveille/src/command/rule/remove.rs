//! `reveille rule remove`.

use std::process::ExitCode;

use anyhow::ensure;
use reveille_core::port::Change;

use super::{
    agreement::agreed,
    stored::{self, Deed},
};
use crate::{cli::RuleRemoveArgs, command::Setting, house::print};

pub(super) async fn run(args: RuleRemoveArgs, setting: Setting) -> anyhow::Result<ExitCode> {
    let house = setting.house().await?;
    let definitions = house.store.definitions().await?;
    let name = &args.name;
    stored::expect(&setting, &house, &definitions, name).await?;
    let users = stored::users(&definitions, name);
    ensure!(
        users.is_empty() || args.force,
        "`{name}` is used by {}: {}. Without it they would hold; take it out of them first, or say --force",
        schedules(users.len()),
        users.join(", ")
    );
    if !args.yes && !agreed(&format!("Take `{name}` out?"))? {
        print("nothing was changed\n");
        return Ok(ExitCode::FAILURE);
    }
    stored::commit(
        &setting,
        &house,
        &definitions,
        Deed {
            change: Change::DeleteItem(stored::key(name)),
            rule: name,
            action: "rule remove",
            reason: format!("{name} was taken out"),
        },
    )
    .await?;
    print(&format!("removed: {name}\n"));
    if !users.is_empty() {
        print(&format!(
            "these hold until it is back or they do without it: {}\n",
            users.join(", ")
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn schedules(count: usize) -> String {
    if count == 1 {
        String::from("1 schedule")
    } else {
        format!("{count} schedules")
    }
}
