//! Brings the default components with their machine code, and writes what the crate includes of them.
//!
//! With the feature `compiler` they are built from `guest-rules/` and compiled here. Without it nothing here could
//! compile them: they are taken from the folder that `REVEILLE_PRECOMPILED` names, the `OUT_DIR` of a build with it.

#![allow(
    clippy::panic,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a build script fails by panicking and speaks to cargo on standard output"
)]

#[cfg(feature = "compiler")]
mod compiled;
mod origin;
#[cfg(not(feature = "compiler"))]
mod precompiled;

use std::{
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

#[cfg(feature = "compiler")]
use compiled::bring;
use origin::Sources;
#[cfg(not(feature = "compiler"))]
use precompiled::bring;

/// The components, by the name of their crate; it is also the name that schedules use.
const COMPONENTS: &[&str] = &["periods", "exceptions", "transitions", "serverbyeong"];

/// A build: where it takes things from, and where it leaves them.
struct Build {
    manifest: PathBuf,
    workspace: PathBuf,
    out: PathBuf,
    /// What is compiled for: a target triple.
    target: String,
}

fn main() {
    let manifest = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let build = Build {
        workspace: manifest
            .ancestors()
            .nth(2)
            .expect("the crate lies two folders under the workspace")
            .to_path_buf(),
        manifest,
        out: PathBuf::from(variable("OUT_DIR")),
        target: variable("TARGET"),
    };
    println!("cargo:rustc-env=REVEILLE_SANDBOX_TARGET={}", build.target);
    let sources = Sources::of(&build);
    for path in sources.paths() {
        println!("cargo:rerun-if-changed={}", path.display());
    }
    let origin = bring(&build, &sources);
    write(&build.out.join(origin::FILE), origin.to_string().as_bytes());
    write(
        &build.out.join("print.rs"),
        format!("{:?}", origin.print).as_bytes(),
    );
    write(&build.out.join("embedded.rs"), list(&build.out).as_bytes());
}

/// What `src/embedded.rs` includes.
fn list(out: &Path) -> String {
    let mut list = String::from("&[\n");
    for name in COMPONENTS {
        let digest = hex(&Sha256::digest(read(&out.join(format!("{name}.wasm")))));
        let include =
            |ending| format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.{ending}\"))");
        let _ = writeln!(
            list,
            "    Embedded {{\n        name: {name:?},\n        sha256: {digest:?},"
        );
        // It is there to be compiled anew.
        if cfg!(feature = "compiler") {
            let _ = writeln!(list, "        wasm: {},", include("wasm"));
        }
        let _ = writeln!(list, "        native: {},\n    }},", include("cwasm"));
    }
    list.push_str("]\n");
    list
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
