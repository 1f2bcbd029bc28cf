//! `reveille doctor`: everything that could be in the way, one line each, with what to do about it.

use std::{fmt::Write as _, process::ExitCode};

use reveille_core::port::StoreError;

use super::Setting;
use crate::house::{House, print};

/// What was looked at.
enum Finding {
    Ok(String),
    /// What is wrong, and what to do.
    Problem(String),
}

pub(super) async fn run(setting: Setting) -> anyhow::Result<ExitCode> {
    let findings = look(&setting).await;
    let mut text = String::new();
    for finding in &findings {
        let _ = match finding {
            Finding::Ok(what) => writeln!(text, "ok        {what}"),
            Finding::Problem(what) => writeln!(text, "problem   {what}"),
        };
    }
    print(&text);
    let is_well = findings
        .iter()
        .all(|finding| matches!(finding, Finding::Ok(_)));
    Ok(if is_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn look(setting: &Setting) -> Vec<Finding> {
    let mut findings = Vec::new();
    let _ = setting;
    findings
}
