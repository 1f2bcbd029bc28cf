//! Components of Python, by `componentize-py`: CPython with the rule in it.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, bail};

use super::{Project, contract, kind, tool, workshop::Workshop};
use crate::cli::RuleKind;

const TOOL: &str = "componentize-py";

/// The module that the host calls, which imports `rule`.
const ENTRY: &str = "component";

pub(super) fn project(manifest: &str) -> anyhow::Result<Project> {
    let manifest: toml_edit::DocumentMut = manifest
        .parse()
        .context("pyproject.toml cannot be read as TOML")?;
    let text = |table: &str, own: Option<&str>, key: &str| {
        let mut item = manifest.get(table)?;
        if let Some(own) = own {
            item = item.get(own)?;
        }
        item.get(key)?.as_str().map(str::to_owned)
    };
    Ok(Project::Python {
        name: text("project", None, "name").context("pyproject.toml, `project.name` is missing")?,
        kind: kind(
            text("tool", Some("reveille"), "kind").as_deref(),
            "pyproject.toml, `tool.reveille.kind`",
        )?,
    })
}

pub(super) fn build(folder: &Path, kind: RuleKind, workshop: &Workshop) -> anyhow::Result<Vec<u8>> {
    let venv = folder.join(".venv");
    let bin = venv.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let Some(program) = tool::find(TOOL, Some(&bin)) else {
        bail!(
            "{TOOL} is neither in `{}` nor on the PATH: in `{}` run `python3 -m venv .venv` and `.venv/bin/pip install -r requirements.txt`; where there is no requirements.txt, `.venv/bin/pip install {TOOL}==0.25.1`",
            bin.display(),
            folder.display()
        );
    };
    let made = workshop.file("made.wasm");
    let mut command = Command::new(program);
    if venv.is_dir() {
        // Its packages can be imported too.
        command.env("VIRTUAL_ENV", &venv);
    }
    command
        .current_dir(folder)
        .arg("--quiet")
        .arg("--wit-path")
        .arg(contract(folder, workshop)?)
        .args(["--world", &format!("{}-rule", kind.word())])
        .args(["componentize", "--stub-wasi"])
        .args(["--python-path", ".", "--python-path", "sdk", ENTRY])
        .arg("--output")
        .arg(&made);
    tool::run(&mut command)?;
    fs::read(&made).context("componentize-py wrote no component")
}
