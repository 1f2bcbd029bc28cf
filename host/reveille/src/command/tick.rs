//! `reveille tick`: one scheduling run.

use std::process::ExitCode;

use super::Setting;
use crate::house::print;

pub(super) async fn run(json: bool, setting: Setting) -> anyhow::Result<ExitCode> {
    let house = setting.house().await?;
    let scheduler = house.scheduler(&setting.config, !json);
    let now = setting.clock.now();
    let report = scheduler.tick(now).await?;
    // The next one may come at once, from another process.
    scheduler.release(now).await?;
    if json {
        print(&format!("{}\n", serde_json::to_string_pretty(&report)?));
    } else {
        print(&format!("{report}\n"));
    }
    Ok(ExitCode::SUCCESS)
}
