//! Components of Rust, by cargo: a core module for `wasm32-unknown-unknown`, wrapped with the wit-component library.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail};
use serde_json::Value;
use wit_component::ComponentEncoder;

use super::{Project, tool};

/// Core modules of this target import nothing that the rule does not name itself.
const TARGET: &str = "wasm32-unknown-unknown";

/// Bytes of the stack in linear memory. The compiler's default of 1 MiB would have to be cleared after every call.
const STACK_BYTES: usize = 128 << 10;

/// How a rule is compiled, whatever its own manifest says: fast, small, and with every overflow a trap. What makes the
/// bindings runs once and is not worth optimising.
const PROFILE: &[&str] = &[
    "inherits='release'",
    "opt-level=3",
    "lto='fat'",
    "codegen-units=1",
    "panic='abort'",
    "strip=true",
    "overflow-checks=true",
    "build-override.opt-level=0",
    "build-override.codegen-units=256",
    "build-override.overflow-checks=false",
];

/// What is set for builds of the host machine and must not reach a rule.
const NOT_INHERITED: &[&str] = &[
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "RUSTC_WORKSPACE_WRAPPER",
];

pub(super) fn project(manifest: &str) -> anyhow::Result<Project> {
    let manifest: toml_edit::DocumentMut = manifest
        .parse()
        .context("Cargo.toml cannot be read as TOML")?;
    let name = manifest
        .get("package")
        .and_then(|package| package.get("name")?.as_str())
        .context("Cargo.toml has no `package.name`: name the folder of the rule itself")?;
    Ok(Project::Rust {
        name: name.to_owned(),
    })
}

pub(super) fn build(folder: &Path) -> anyhow::Result<Vec<u8>> {
    let Some(cargo) = tool::find("cargo", None) else {
        bail!(
            "cargo is missing: install Rust (https://rustup.rs), then run `rustup target add {TARGET}`"
        );
    };
    look_for_target(folder)?;
    let module = compile(&cargo, folder)?;
    let bytes = fs::read(&module).with_context(|| format!("cannot read `{}`", module.display()))?;
    ComponentEncoder::default()
        .validate(true)
        .module(&bytes)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| {
            anyhow::anyhow!(
                "what was compiled cannot be a rule: {error:#}. A rule may import `reveille:rules/log` and \
                 `reveille:rules/data` and nothing else; a dependency that wants a clock, random numbers or JavaScript \
                 (`js-sys`, `getrandom`, `clock` of chrono) must go without them"
            )
        })
}

fn look_for_target(folder: &Path) -> anyhow::Result<()> {
    let output = Command::new("rustc")
        .current_dir(folder)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .context("rustc cannot be run; install Rust (https://rustup.rs)")?;
    let libraries = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() || !Path::new(libraries.trim()).is_dir() {
        bail!("the Rust target {TARGET} is not installed: run `rustup target add {TARGET}`");
    }
    Ok(())
}

/// The file of the core module. What cargo says goes to standard error as it comes.
fn compile(cargo: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    let manifest = folder.join("Cargo.toml");
    let mut command = Command::new(cargo);
    command
        .current_dir(folder)
        .args(["build", "--lib", "--profile", "guest", "--target", TARGET])
        .arg("--message-format=json-render-diagnostics")
        .arg("--manifest-path")
        .arg(&manifest);
    for setting in PROFILE {
        command.args(["--config", &format!("profile.guest.{setting}")]);
    }
    command.args([
        "--config",
        &format!("target.{TARGET}.rustflags={}", flags(folder)),
    ]);
    for name in NOT_INHERITED {
        command.env_remove(name);
    }
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cargo cannot be run")?;
    if !output.status.success() {
        bail!("the rule does not compile; cargo's errors stand above");
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| {
            message["reason"] == "compiler-artifact"
                && message["manifest_path"].as_str().map(Path::new) == Some(manifest.as_path())
        })
        .find_map(|message| {
            message["filenames"]
                .as_array()?
                .iter()
                .filter_map(|file| file.as_str().map(PathBuf::from))
                .find(|file| file.extension().is_some_and(|end| end == "wasm"))
        })
        .context(
            "cargo made no module: write `crate-type = [\"cdylib\", \"rlib\"]` under `[lib]` in Cargo.toml",
        )
}

/// Flags of the compiler, as a list in TOML. Nothing in a component tells where it was built, so that the same source
/// gives the same bytes everywhere.
fn flags(folder: &Path) -> String {
    let home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")));
    let mut flags = vec![format!("-Clink-arg=-zstack-size={STACK_BYTES}")];
    let hidden = [(home, "/cargo"), (Some(folder.to_path_buf()), "/rule")];
    for (path, name) in hidden {
        if let Some(path) = path {
            flags.push(format!("--remap-path-prefix={}={name}", path.display()));
        }
    }
    let flags: Vec<String> = flags
        .iter()
        .map(|flag| toml_edit::Value::from(flag.as_str()).to_string())
        .collect();
    format!("[{}]", flags.join(", "))
}
