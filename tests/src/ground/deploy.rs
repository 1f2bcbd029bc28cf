//! What looks at `deploy/`, and the AWS that it is applied to: `cfn-lint`, `sam` and a moto that knows CloudFormation,
//! from PyPI. Installed once beside what cargo builds.

#![allow(
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "only tests use it, and each name says what it does"
)]

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use serde_json::Value;

use super::{
    installed,
    moto::{Moto, serve},
    python, venv,
};
use crate::house::text;

/// What is installed, with the hash of every file: nothing else than what was looked at.
const REQUIREMENTS: &str = include_str!("../../ground/deploy/requirements.txt");
const ASK: &str = include_str!("../../ground/deploy/ask.py");
const TRANSFORM: &str = include_str!("../../ground/deploy/transform.py");

/// The account that moto takes everyone to be of.
pub const ACCOUNT: &str = "123456789012";

/// The folder that the tools are in.
///
/// # Panics
/// When they cannot be installed, with what to do about it.
fn tools() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        match installed("deploy", REQUIREMENTS, |folder| venv(folder, REQUIREMENTS)) {
            Ok(folder) => folder,
            Err(error) => {
                panic!("cfn-lint, sam and moto cannot be installed for the tests: {error}")
            }
        }
    })
}

/// One of the tools, which keeps what it remembers in `home`.
pub fn tool(name: &str, home: &Path) -> Command {
    let mut command = Command::new(python(tools()).with_file_name(name));
    command
        .env_clear()
        .env("HOME", home)
        .env("AWS_DEFAULT_REGION", "ap-northeast-2")
        .env("SAM_CLI_TELEMETRY", "0")
        .stdin(Stdio::null());
    command
}

/// What CloudFormation makes of a template, whose zip is in a bucket when it has one.
#[track_caller]
pub fn transformed(template: &Path, [bucket, key]: [&str; 2], parameters: &Value) -> Value {
    let mut command = Command::new(python(tools()));
    command
        .args(["-I", "-c", TRANSFORM])
        .arg(template)
        .args([bucket, key, &parameters.to_string()])
        .env_clear()
        .env("AWS_DEFAULT_REGION", "ap-northeast-2");
    json(command)
}

/// An AWS of its own: whoever starts one shares it with nobody.
pub struct Cloud {
    moto: Moto,
    pub region: &'static str,
}

impl Cloud {
    pub fn start(region: &'static str) -> Self {
        let moto = serve(tools()).expect("moto starts");
        Self { moto, region }
    }

    /// Has a command take this for AWS.
    pub fn is_aws_of<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("AWS_ENDPOINT_URL", &self.moto.endpoint)
            .env("AWS_REGION", self.region)
            .env("AWS_DEFAULT_REGION", self.region)
            .env("AWS_ACCESS_KEY_ID", "of-nobody")
            .env("AWS_SECRET_ACCESS_KEY", "of-nobody")
            .env("AWS_EC2_METADATA_DISABLED", "true")
    }

    /// What AWS answers to a call, named as boto3 names it.
    #[track_caller]
    pub fn ask(&self, service: &str, call: &str, parameters: &Value) -> Value {
        let mut command = Command::new(python(tools()));
        command
            .args(["-I", "-c", ASK, service, call, &parameters.to_string()])
            .env_clear();
        self.is_aws_of(&mut command);
        json(command)
    }
}

#[track_caller]
fn json(mut command: Command) -> Value {
    let output = command.stdin(Stdio::null()).output().expect("Python runs");
    let complaint = text(&output.stderr);
    assert!(output.status.success(), "{command:?}: {complaint}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}
