//! Components of JavaScript, by `componentize-qjs`: QuickJS with the rule in it.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::{Project, contract, kind, tool, workshop::Workshop};
use crate::cli::RuleKind;

const TOOL: &str = "componentize-qjs";

/// What the host calls, which imports `rule.js`.
const ENTRY: &str = "sdk/component.js";

pub(super) fn project(manifest: &str) -> anyhow::Result<Project> {
    let manifest: Value =
        serde_json::from_str(manifest).context("package.json cannot be read as JSON")?;
    let name = manifest["name"]
        .as_str()
        .context("package.json, `name` is missing")?;
    Ok(Project::JavaScript {
        name: name.to_owned(),
        kind: kind(
            manifest["reveille"]["kind"].as_str(),
            "package.json, `reveille.kind`",
        )?,
    })
}

pub(super) fn build(folder: &Path, kind: RuleKind, workshop: &Workshop) -> anyhow::Result<Vec<u8>> {
    if tool::find("node", None).is_none() {
        bail!(
            "Node.js is missing, which {TOOL} needs: install version 18 or later (https://nodejs.org), then run `npm install` in `{}`",
            folder.display()
        );
    }
    let bin = folder.join("node_modules/.bin");
    let Some(program) = tool::find(TOOL, Some(&bin)) else {
        bail!(
            "{TOOL} is neither in `{}` nor on the PATH: run `npm install` in `{}`; where package.json does not name it, `npm install --save-dev {TOOL}@0.4.3`",
            bin.display(),
            folder.display()
        );
    };
    let made = workshop.file("made.wasm");
    let mut command = Command::new(program);
    command
        .current_dir(folder)
        .arg("--wit")
        .arg(contract(folder, workshop)?)
        .args(["--world", &format!("{}-rule", kind.word())])
        .args(["--js", ENTRY, "--module-root", "."])
        // Calls of the contract are plain ones, and nothing of WASI is left.
        .args(["--sync", "--stub-wasi", "--minify"])
        .arg("--output")
        .arg(&made);
    tool::run(&mut command)?;
    fs::read(&made).context("componentize-qjs wrote no component")
}
