//! Builds the default components and compiles them ahead of time.
//!
//! They are ordinary crates of this workspace, built for `wasm32-unknown-unknown` in a target directory of their own:
//! the outer one is locked while this runs.

use std::{
    env,
    hash::{Hash as _, Hasher},
    path::{Path, PathBuf},
    process::Command,
};

use sha2::{Digest as _, Sha256};
use wasmtime::Engine;
use wit_component::ComponentEncoder;

use crate::{
    Build, COMPONENTS, fail,
    origin::{Origin, Sources},
    read, variable, write,
};

#[path = "../src/engine_config.rs"]
mod engine_config;

const GUEST_TARGET: &str = "wasm32-unknown-unknown";

/// Bytes of the guests' stack in linear memory. The compiler's default of 1 MiB would have to be cleared after every
/// call; the default components recurse nowhere.
const GUEST_STACK_BYTES: usize = 64 << 10;

/// What the outer cargo sets for the host's own build and must not reach the guests' build.
const NOT_INHERITED: &[&str] = &[
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_TARGET_DIR",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC",
    "RUSTDOC",
    "RUSTDOCFLAGS",
    "CARGO_ENCODED_RUSTDOCFLAGS",
    "CLIPPY_ARGS",
    "LLVM_PROFILE_FILE",
];

pub(crate) fn bring(build: &Build, sources: &Sources) -> Origin {
    let modules = build_guests(&build.workspace, &build.out.join("guests"));
    let target = &build.target;
    let config = engine_config::compiler(target).unwrap_or_else(|error| fail(&error.to_string()));
    let engine = Engine::new(&config)
        .unwrap_or_else(|error| fail(&format!("no compiler for `{target}`: {error}")));
    for name in COMPONENTS {
        let module = read(&modules.join(format!("{name}.wasm")));
        let component = encode(name, &module);
        let native = engine
            .precompile_component(&component)
            .unwrap_or_else(|error| fail(&format!("`{name}` does not compile: {error:?}")));
        write(&build.out.join(format!("{name}.wasm")), &component);
        write(&build.out.join(format!("{name}.cwasm")), &native);
    }
    Origin::new(build, sources, print(&engine, target))
}

/// Stands for everything besides the component that its machine code depends on: the whole version of the compiler, the
/// target and the configuration. The same in every build of the same sources, with a compiler or without.
fn print(engine: &Engine, target: &str) -> [u8; 32] {
    let mut hasher = PrintHasher(Sha256::new());
    (engine_config::ARTIFACT_VERSION, target).hash(&mut hasher);
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.0.finalize().into()
}

/// Takes in whatever a value has hashed.
struct PrintHasher(Sha256);

impl Hasher for PrintHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Nobody asks: the print is the whole digest.
    fn finish(&self) -> u64 {
        0
    }
}

/// Flags of the compiler for the guests. Paths of this machine do not get into components: they are the same wherever
/// they are built.
fn flags(workspace: &Path) -> String {
    let home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")));
    let mut flags = vec![format!("-Clink-arg=-zstack-size={GUEST_STACK_BYTES}")];
    for (path, name) in [
        (home, "/cargo"),
        (Some(workspace.to_path_buf()), "/reveille"),
    ] {
        if let Some(path) = path {
            flags.push(format!("--remap-path-prefix={}={name}", path.display()));
        }
    }
    // What cargo parts them by.
    flags.join("\u{1f}")
}

/// Builds the guests and returns the folder that their core modules are in.
fn build_guests(workspace: &Path, target_dir: &Path) -> PathBuf {
    add_target_when_missing(workspace);
    let mut cargo = Command::new(variable("CARGO"));
    cargo
        .current_dir(workspace)
        .args(["build", "--locked", "--quiet", "--profile", "guest"])
        .args(["--target", GUEST_TARGET])
        .arg("--target-dir")
        .arg(target_dir);
    for name in COMPONENTS {
        cargo.args(["--package", name]);
    }
    for name in NOT_INHERITED {
        cargo.env_remove(name);
    }
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags(workspace));
    let status = cargo
        .status()
        .unwrap_or_else(|error| fail(&format!("cargo cannot be run: {error}")));
    if !status.success() {
        fail("the default components in guest-rules/ do not build; their errors stand above");
    }
    target_dir.join(GUEST_TARGET).join("guest")
}

/// Whoever has a toolchain without the guests' target gets it now. Where there is no rustup nothing is done: a
/// toolchain of another origin may have the target, and the guests' build says so when it has not.
fn add_target_when_missing(workspace: &Path) {
    let libraries = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .current_dir(workspace)
        .args(["--print", "target-libdir", "--target", GUEST_TARGET])
        .output();
    let installed = libraries.is_ok_and(|output| {
        output.status.success()
            && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir()
    });
    if installed {
        return;
    }
    let added = Command::new("rustup")
        .current_dir(workspace)
        .args(["target", "add", GUEST_TARGET])
        .status();
    if !added.is_ok_and(|status| status.success()) {
        fail(&format!(
            "the default components need a Rust target that is not installed; run: rustup target add {GUEST_TARGET}"
        ));
    }
}

/// Wraps a core module into a component: nothing but what the contract names is imported.
fn encode(name: &str, module: &[u8]) -> Vec<u8> {
    ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|mut encoder| encoder.encode())
        .unwrap_or_else(|error| fail(&format!("`{name}` is no component: {error:?}")))
}
