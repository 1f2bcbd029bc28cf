//! `reveille rule list`.

use std::{fmt::Write as _, process::ExitCode};

use reveille_core::port::Rules as _;

use crate::{command::Setting, house::print};

pub(super) async fn run(json: bool, setting: Setting) -> anyhow::Result<ExitCode> {
    let house = setting.house().await?;
    let rules = house.sandbox.loaded();
    if json {
        print(&format!("{}\n", serde_json::to_string_pretty(&rules)?));
    } else {
        let mut text = format!(
            "{:<16} {:<9} {:<20} {:<14} {}\n",
            "NAME", "VERSION", "ROLES", "SHA-256", "SOURCE"
        );
        for rule in &rules {
            let digest: String = rule.sha256.chars().take(12).collect();
            let _ = writeln!(
                text,
                "{:<16} {:<9} {:<20} {digest:<14} {}\n{:16} {}",
                rule.name,
                rule.version,
                rule.roles.join(","),
                rule.source,
                "",
                rule.summary
            );
        }
        print(&text);
    }
    for (name, cause) in &house.unloaded {
        print(&format!("{name}: not loaded: {cause}\n"));
    }
    Ok(if house.unloaded.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
