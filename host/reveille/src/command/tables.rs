//! `reveille tables`: the two tables of a store on DynamoDB.

use std::{fmt::Write as _, process::ExitCode};

use anyhow::bail;
use reveille_aws::dynamo::{TableState, check_tables, create_tables};

use super::Setting;
use crate::{aws, cli::TablesCommand, config::StoreConfig, house::print};

pub(super) async fn run(command: TablesCommand, setting: Setting) -> anyhow::Result<ExitCode> {
    let StoreConfig::Dynamo(tables) = &setting.config.store else {
        bail!(
            "the store is the file `{}`, which needs no tables. For DynamoDB name the tables under [store] in the \
             configuration: dynamodb = {{ config_table = \"…\", state_table = \"reveille\" }}",
            setting.config.file().display()
        );
    };
    let sdk = aws::connect(&setting.config).await;
    let states = match command {
        TablesCommand::Create => create_tables(&sdk, tables).await?,
        TablesCommand::Check => check_tables(&sdk, tables).await,
    };
    let (text, is_well) = told(&states);
    print(&text);
    Ok(if is_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A line for each table or for each of its faults; and whether there is none.
pub(super) fn told(states: &[TableState]) -> (String, bool) {
    let mut text = String::new();
    for state in states {
        let made = if state.is_new { "made" } else { "ok" };
        if state.faults.is_empty() {
            let _ = writeln!(text, "{made:<8}  {}", state.name);
        }
        for fault in &state.faults {
            let _ = writeln!(text, "problem   {fault}");
        }
    }
    (text, states.iter().all(|state| state.faults.is_empty()))
}
