//! Components of `plugins/`, as their authors would build them.

use std::process::Command;

use wit_component::ComponentEncoder;

use crate::house::binary;

/// The component of a package of this workspace, built from its source for the pure tier.
pub fn component(package: &str) -> Vec<u8> {
    let target = binary().parent().unwrap().join("rules-under-test");
    let built = Command::new(env!("CARGO"))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .args([
            "build",
            "--quiet",
            "--locked",
            "--package",
            package,
            "--profile",
            "guest",
        ])
        .args(["--target", "wasm32-unknown-unknown", "--target-dir"])
        .arg(&target)
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status()
        .unwrap();
    assert!(built.success(), "plugins/{package} does not build");
    let file = format!(
        "wasm32-unknown-unknown/guest/{}.wasm",
        package.replace('-', "_")
    );
    let module = std::fs::read(target.join(file)).unwrap();
    ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .unwrap()
        .encode()
        .unwrap()
}
