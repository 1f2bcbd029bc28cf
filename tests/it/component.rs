//! Components of `plugins/`, as their authors would build them: by the program, from their source.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex, OnceLock},
};

use reveille_tests::ground::tools;
use sha2::{Digest, Sha256};

use crate::house::{binary, text};

/// The folder in which all of it is made and compiled, once for whoever tests.
pub fn workshop() -> &'static Path {
    static WORKSHOP: OnceLock<PathBuf> = OnceLock::new();
    WORKSHOP.get_or_init(|| {
        let folder = binary().parent().unwrap().join("rules-under-test");
        fs::create_dir_all(&folder).unwrap();
        folder
    })
}

/// The folder in which commands of an author keep what they have compiled, when `XDG_CACHE_HOME` is the [`workshop`].
pub fn compiled() -> PathBuf {
    workshop().join("reveille/rules")
}

/// `reveille rule build`, with every tool that it needs.
pub fn build(folder: &Path, output: Option<&Path>) -> Command {
    let mut command = Command::new(binary());
    command
        .args(["rule", "build"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", workshop())
        .env("CARGO_TERM_QUIET", "true")
        .stdin(Stdio::null());
    // For Rust there is nothing to install.
    if !folder.join("Cargo.toml").exists() {
        command.env("PATH", path());
    }
    if let Some(output) = output {
        command.arg("--output").arg(output);
    }
    command
}

/// The tests' own `PATH`, and the tools before it.
fn path() -> &'static OsString {
    static PATH: OnceLock<OsString> = OnceLock::new();
    PATH.get_or_init(|| {
        let own = std::env::var_os("PATH").unwrap_or_default();
        let tools = [tools::javascript(), tools::componentize_py()];
        std::env::join_paths(tools.into_iter().chain(std::env::split_paths(&own))).unwrap()
    })
}

/// The component of a folder of `plugins/`, or of these tests, made once for all tests of this process.
pub fn component(package: &str) -> Vec<u8> {
    static MADE: Mutex<BTreeMap<String, Arc<OnceLock<Vec<u8>>>>> = Mutex::new(BTreeMap::new());
    let made = {
        let mut all = MADE.lock().unwrap();
        Arc::clone(all.entry(package.to_owned()).or_default())
    };
    made.get_or_init(|| make(package)).clone()
}

/// Cargo knows by itself what has to be built anew. What another tool makes is kept as long as its source is the same.
fn make(package: &str) -> Vec<u8> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let plugin = here.join("../plugins").join(package);
    let folder = if plugin.is_dir() {
        plugin
    } else {
        here.join(package)
    };
    let output = workshop().join(format!("{package}.wasm"));
    let made_of = workshop().join(format!("{package}.made-of"));
    // Other tests may want the same at this moment.
    let lock = File::create(workshop().join(format!("{package}.lock"))).unwrap();
    lock.lock().unwrap();
    let sources = digest(&folder);
    let kept = !folder.join("Cargo.toml").exists()
        && output.exists()
        && fs::read_to_string(&made_of).is_ok_and(|digest| digest == sources);
    if !kept {
        let built = build(&folder, Some(&output)).output().unwrap();
        assert!(built.status.success(), "{package}: {}", text(&built.stderr));
        fs::write(&made_of, sources).unwrap();
    }
    if !folder.join("Cargo.toml").exists() {
        compile(&output);
    }
    fs::read(&output).unwrap()
}

/// Compiles it before anyone asks for it, so that what takes a minute of a processor is not done several times at once.
/// What else the command finds is for those who ask: a rule may need a configuration.
fn compile(component: &Path) {
    let checked = Command::new(binary())
        .args(["rule", "check"])
        .arg(component)
        .env("XDG_CACHE_HOME", workshop())
        .stdin(Stdio::null())
        .output();
    checked.unwrap();
}

/// SHA-256 of a rule's files and of the contract's.
fn digest(folder: &Path) -> String {
    let contract = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    let mut digest = Sha256::new();
    for folder in [folder.to_path_buf(), folder.join("sdk"), contract] {
        let mut files: Vec<_> = fs::read_dir(folder)
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file())
            .collect();
        files.sort();
        for file in files {
            digest.update(fs::read(file).unwrap());
        }
    }
    digest
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
