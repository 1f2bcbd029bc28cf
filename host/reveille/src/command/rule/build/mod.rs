//! `reveille rule build`: the component of a project, without WASI.
//!
//! Nothing is installed here. What is missing is named, with the command that installs it.

mod javascript;
mod python;
mod rust;
mod tool;
mod workshop;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use reveille_core::model::Tier;
use sha2::{Digest as _, Sha256};

use self::workshop::Workshop;
use crate::{
    cli::{BuildArgs, RuleKind},
    house::print,
    trial::lowest_tier,
};

/// What every component of a rule exports.
const EXPORT: &[u8] = b"reveille:rules/about@";

/// A folder with a rule in it.
enum Project {
    Rust { name: String },
    JavaScript { name: String, kind: RuleKind },
    Python { name: String, kind: RuleKind },
}

impl Project {
    /// What is in the folder.
    fn find(folder: &Path) -> anyhow::Result<Self> {
        let read = |name: &str| fs::read_to_string(folder.join(name)).ok();
        if let Some(manifest) = read("Cargo.toml") {
            return rust::project(&manifest);
        }
        if let Some(manifest) = read("package.json") {
            return javascript::project(&manifest);
        }
        if let Some(manifest) = read("pyproject.toml") {
            return python::project(&manifest);
        }
        bail!(
            "`{}` has no rule in it: no Cargo.toml, package.json or pyproject.toml. `reveille rule new NAME` makes a project",
            folder.display()
        )
    }

    fn name(&self) -> &str {
        match self {
            Self::Rust { name } | Self::JavaScript { name, .. } | Self::Python { name, .. } => name,
        }
    }
}

/// Builds the component of a project.
pub(super) fn run(args: &BuildArgs) -> anyhow::Result<ExitCode> {
    let folder = args
        .folder
        .canonicalize()
        .with_context(|| format!("there is no folder `{}`", args.folder.display()))?;
    let project = Project::find(&folder)?;
    let output = args
        .output
        .clone()
        .unwrap_or_else(|| args.folder.join(format!("{}.wasm", project.name())));
    let workshop = Workshop::beside(&output)?;
    let component = match &project {
        Project::Rust { .. } => rust::build(&folder)?,
        Project::JavaScript { kind, .. } => javascript::build(&folder, *kind, &workshop)?,
        Project::Python { kind, .. } => python::build(&folder, *kind, &workshop)?,
    };
    if !component
        .windows(EXPORT.len())
        .any(|window| window == EXPORT)
    {
        bail!(
            "the component exports no rule. In Rust `reveille_sdk::export_planner!(…)`, `export_guard!`, `export_decider!` or `export_formatter!` does it"
        );
    }
    workshop.deliver(&component, &output)?;
    print(&said(&project, &component, &args.folder, &output));
    Ok(ExitCode::SUCCESS)
}

fn said(project: &Project, component: &[u8], folder: &Path, output: &Path) -> String {
    let file = output.strip_prefix(".").unwrap_or(output).display();
    let digest: String = Sha256::digest(component)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let tier = match lowest_tier(component.len()) {
        Some(tier) => format!("tier `{}`", tier_word(tier)),
        None => String::from("larger than any tier allows"),
    };
    let mut text = format!(
        "made `{file}` of `{}`: {} bytes, {tier}\nsha256 {digest}\nNext:\n  reveille rule check {file}\n",
        project.name(),
        component.len(),
    );
    let cases = folder.join("cases.toml");
    if cases.exists() {
        let cases = cases.strip_prefix(".").unwrap_or(&cases).display();
        text.push_str(&format!("  reveille rule test {file} --cases {cases}\n"));
    }
    text
}

const fn tier_word(tier: Tier) -> &'static str {
    match tier {
        Tier::Rule => "rule",
        Tier::Scripted => "scripted",
        Tier::Heavy => "heavy",
    }
}

/// The kind that a manifest names.
fn kind(word: Option<&str>, place: &str) -> anyhow::Result<RuleKind> {
    let kinds = [RuleKind::Planner, RuleKind::Decider, RuleKind::Formatter];
    let known = kinds.into_iter().find(|kind| Some(kind.word()) == word);
    known.with_context(|| match word {
        Some(word) => format!(
            "{place}: `{word}` is no kind of rule; write `planner`, `decider` or `formatter`"
        ),
        None => format!("{place} is missing; write `planner`, `decider` or `formatter`"),
    })
}

/// The contract that the project is written to: its own, or that of this host.
fn contract(folder: &Path, workshop: &Workshop) -> anyhow::Result<PathBuf> {
    let own = folder.join("wit");
    if own.is_dir() {
        return Ok(own);
    }
    workshop.contract()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_file_needs_the_lowest_tier_that_takes_it() {
        assert_eq!(lowest_tier(40_000), Some(Tier::Rule));
        assert_eq!(lowest_tier(1_200_000), Some(Tier::Scripted));
        assert_eq!(lowest_tier(19_000_000), Some(Tier::Heavy));
        assert_eq!(lowest_tier(30_000_000), None);
    }

    #[test]
    fn a_kind_that_is_none_is_quoted() {
        let error = kind(Some("guard"), "package.json, `reveille.kind`").unwrap_err();
        assert_eq!(
            error.to_string(),
            "package.json, `reveille.kind`: `guard` is no kind of rule; write `planner`, `decider` or `formatter`"
        );
    }
}
