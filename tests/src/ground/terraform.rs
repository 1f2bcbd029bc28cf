//! Terraform and its provider for AWS, where the machine has them: neither can be had from a package registry.

#![allow(
    clippy::expect_used,
    missing_docs,
    reason = "only tests use it, and each name says what it does"
)]

use std::{
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use super::deploy::Cloud;
use crate::house::text;

/// Folders in whose folders packages are put that belong to no distribution.
const PLACES: [&str; 5] = [
    "/opt",
    "/usr/local/lib",
    "/usr/local/share",
    "/usr/lib",
    "/usr/share",
];
/// Where the provider is in a folder of plugins.
const PROVIDER: &str = "registry.terraform.io/hashicorp/aws";

/// Terraform in a folder.
pub struct Terraform<'a> {
    pub folder: PathBuf,
    pub cloud: Option<&'a Cloud>,
}

/// Terraform for a folder without AWS; otherwise says that `test` cannot run.
pub fn terraform(test: &str, folder: &Path) -> Option<Terraform<'static>> {
    let found = Command::new("terraform").arg("version").output();
    if found.is_err() {
        not_run(
            test,
            "there is no `terraform` in the path: install version 1.5 or later",
        );
        return None;
    }
    Some(Terraform {
        folder: folder.to_owned(),
        cloud: None,
    })
}

impl<'a> Terraform<'a> {
    /// Takes `cloud` for AWS and has the provider ready; otherwise says that `test` cannot run.
    pub fn with_provider(self, test: &str, cloud: &'a Cloud) -> Option<Self> {
        let terraform = Terraform {
            cloud: Some(cloud),
            ..self
        };
        let mut init = terraform.command(&["init", "-backend=false"]);
        let plugins = plugins();
        if let Some(plugins) = &plugins {
            init.arg(format!("-plugin-dir={}", plugins.display()));
        }
        let output = init.output().expect("terraform runs");
        if !output.status.success() && plugins.is_none() {
            let complaint = text(&output.stderr);
            not_run(
                test,
                &format!(
                    "no provider for AWS: name the folder that has `{PROVIDER}` in TF_PLUGIN_DIR, or let Terraform reach \
                     its registry: {complaint}"
                ),
            );
            return None;
        }
        assert!(output.status.success(), "{}", text(&output.stderr));
        Some(terraform)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("terraform");
        command
            .arg(format!("-chdir={}", self.folder.display()))
            .args(arguments)
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_INPUT", "0")
            .env("TF_CLI_ARGS", "-no-color")
            .env("TMPDIR", &self.folder)
            .stdin(Stdio::null());
        let settings = env::var_os("TF_CLI_CONFIG_FILE");
        if settings.is_some_and(|file| !Path::new(&file).exists()) {
            command.env_remove("TF_CLI_CONFIG_FILE");
        }
        if let Some(cloud) = self.cloud {
            cloud.is_aws_of(&mut command);
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("terraform runs")
    }

    /// Runs a command that must go well, and gives what it printed.
    #[track_caller]
    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let all = text(&output.stdout) + &text(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {all}");
        text(&output.stdout)
    }

    /// Runs a command that must go wrong, and gives what it complained of, in one line.
    #[track_caller]
    pub fn fails(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let all = text(&output.stdout) + &text(&output.stderr);
        assert!(!output.status.success(), "{arguments:?}: {all}");
        // It draws a frame around what it says, and breaks its lines.
        let words = all.split(|c: char| c.is_whitespace() || "│╷╵".contains(c));
        words
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// The folder of plugins that has the provider: the one that is named, or one beside other packages.
fn plugins() -> Option<PathBuf> {
    let named = env::var_os("TF_PLUGIN_DIR").map(PathBuf::from);
    let beside = PLACES
        .iter()
        .filter_map(|place| fs::read_dir(place).ok())
        .flat_map(|entries| entries.flatten().map(|entry| entry.path()));
    named
        .into_iter()
        .chain(beside)
        .find(|folder| folder.join(PROVIDER).is_dir())
}

fn not_run(test: &str, why: &str) {
    // Not by a macro: what those print is shown of tests that fail only.
    let _ = writeln!(io::stderr(), "NOT RUN: {test}: {why}");
}
