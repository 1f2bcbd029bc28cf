//! Builds the default components, compiles them ahead of time and writes what `src/embedded.rs` includes.
//!
//! They are ordinary crates of this workspace, built for `wasm32-unknown-unknown` in a target directory of their own:
//! the outer one is locked while this runs.

#![allow(
    clippy::panic,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a build script fails by panicking and speaks to cargo on standard output"
)]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wit_component::ComponentEncoder;

#[path = "src/engine_config.rs"]
mod engine_config;

/// The components, by the name of their crate; it is also the name that schedules use.
const COMPONENTS: &[&str] = &["periods", "exceptions", "transitions", "serverbyeong"];

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

fn main() {
    let manifest = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let workspace = manifest
        .ancestors()
        .nth(2)
        .expect("the crate lies two folders under the workspace");
    let out = PathBuf::from(variable("OUT_DIR"));
    let target = variable("TARGET");
    println!("cargo:rustc-env=REVEILLE_SANDBOX_TARGET={target}");
    watch(&manifest, workspace);

    let modules = build_guests(workspace, &out.join("guests"));
    let config = engine_config::compiler(&target).unwrap_or_else(|error| fail(&error.to_string()));
    let engine = Engine::new(&config)
        .unwrap_or_else(|error| fail(&format!("no compiler for `{target}`: {error}")));

    let mut list = String::from("&[\n");
    for name in COMPONENTS {
        let module = read(&modules.join(format!("{name}.wasm")));
        let component = encode(name, &module);
        let native = engine
            .precompile_component(&component)
            .unwrap_or_else(|error| fail(&format!("`{name}` does not compile: {error:?}")));
        write(&out.join(format!("{name}.wasm")), &component);
        write(&out.join(format!("{name}.cwasm")), &native);
        let digest = hex(&Sha256::digest(&component));
        list.push_str(&format!(
            "    Embedded {{\n        name: {name:?},\n        sha256: {digest:?},\n        \
             wasm: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.wasm\")),\n        \
             native: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.cwasm\")),\n    }},\n"
        ));
    }
    list.push_str("]\n");
    write(&out.join("embedded.rs"), list.as_bytes());
}

/// Names everything that the components are made of, so that this runs again when one of them changes and only then.
fn watch(manifest: &Path, workspace: &Path) {
    let mut watched = vec![
        manifest.join("build.rs"),
        manifest.join("src/engine_config.rs"),
        workspace.join("wit"),
        workspace.join("Cargo.toml"),
        workspace.join("Cargo.lock"),
    ];
    for guest in COMPONENTS.iter().chain(&["sdk"]) {
        let guest = workspace.join("guest-rules").join(guest);
        watched.push(guest.join("src"));
        watched.push(guest.join("Cargo.toml"));
    }
    for path in watched {
        println!("cargo:rerun-if-changed={}", path.display());
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

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| fail(&format!("cargo did not set {name}")))
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| fail(&format!("{}: {error}", path.display())))
}

fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap_or_else(|error| fail(&format!("{}: {error}", path.display())));
}

fn fail(message: &str) -> ! {
    panic!("{message}")
}
