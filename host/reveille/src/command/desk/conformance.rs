//! `reveille rule conformance`: what every rule must keep to.

use std::{fmt::Write as _, process::ExitCode};

use serde::Serialize;

use crate::{
    cli::RuleFile,
    house::print,
    trial::{Days, Property, Trial, conform},
};

#[derive(Serialize)]
struct Report<'a> {
    name: &'a str,
    version: &'a str,
    sha256: &'a str,
    properties: &'a [Property],
}

pub(super) fn run(rule: &RuleFile, days: Days, json: bool) -> anyhow::Result<ExitCode> {
    let trial = Trial::open(rule)?;
    let properties = conform(&trial, days)?;
    let broken = properties
        .iter()
        .filter(|property| !property.holds())
        .count();
    if json {
        let report = Report {
            name: &trial.listed.name,
            version: &trial.listed.version,
            sha256: &trial.listed.sha256,
            properties: &properties,
        };
        print(&format!("{}\n", serde_json::to_string_pretty(&report)?));
    } else {
        let mut text = format!(
            "{} {}: {}\n",
            trial.listed.name,
            trial.listed.version,
            trial.listed.roles.join(", ")
        );
        for property in &properties {
            describe(property, &mut text);
        }
        let calls: usize = properties.iter().map(|property| property.calls).sum();
        let _ = match broken {
            0 => writeln!(text, "{} properties hold, {calls} calls", properties.len()),
            broken => writeln!(
                text,
                "{broken} of {} properties are broken, {calls} calls",
                properties.len()
            ),
        };
        print(&text);
    }
    Ok(if broken == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn describe(property: &Property, text: &mut String) {
    let verdict = if property.holds() { "holds " } else { "BROKEN" };
    let _ = write!(
        text,
        "{verdict} {:<42} {:5} calls",
        property.name, property.calls
    );
    if property.broken > 0 {
        let _ = write!(text, ", {} broken", property.broken);
    }
    if property.errors > 0 {
        let _ = write!(text, ", {} errors of its own", property.errors);
    }
    text.push('\n');
    if let Some(error) = &property.error {
        let _ = writeln!(text, "         such as: {error}");
    }
    for breach in &property.breaches {
        let _ = writeln!(text, "       {}", breach.what);
        for line in &breach.input {
            let _ = writeln!(text, "         {line}");
        }
    }
}
