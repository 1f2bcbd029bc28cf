//! Looks at a file before anything is compiled, and at a component before anything is run.

use wasmtime::{Engine, component::Component};

use crate::{error::LoadError, limits::Limits};

/// Version of the contract that this host has.
pub(crate) const CONTRACT_VERSION: &str = "0.1.0";

const CONTRACT: &str = "reveille:rules/";

/// Interfaces of the contract that a component may import; the last two have nothing but types.
const IMPORTS: &[&str] = &["log", "data", "types", "replies"];

const BUILD_COMPONENT: &str = "hand over a component: build for wasm32-unknown-unknown and wrap it with `reveille rule build`";
const WITHOUT_WASI: &str = "build it without WASI (Rust: for wasm32-unknown-unknown; JavaScript: componentize-qjs --sync --stub-wasi; Python: componentize-py --stub-wasi), or grant the rule `wasi`";
const NOT_OFFERED: &str =
    "a rule may import reveille:rules/log and reveille:rules/data, and nothing else";

/// Refuses a file of more bytes than its tier allows.
pub(crate) fn size(name: &str, bytes: &[u8], limits: &Limits) -> Result<(), LoadError> {
    if bytes.len() > limits.file_bytes {
        return Err(LoadError::TooLarge {
            name: name.to_owned(),
            limit: limits.file_bytes,
        });
    }
    Ok(())
}

/// Says what is wrong with a file that is no binary component.
pub(crate) fn file(name: &str, bytes: &[u8]) -> Result<(), LoadError> {
    let not = |what, remedy| {
        Err(LoadError::NotAComponent {
            name: name.to_owned(),
            what,
            remedy,
        })
    };
    if bytes.is_empty() {
        return not("the file is empty", "build it again");
    }
    if bytes.starts_with(b"\x7fELF") {
        return not(
            "the file is machine code (a .cwasm)",
            "hand over the .wasm that it was made of: only the sandbox itself compiles",
        );
    }
    if bytes.starts_with(b"\0asm") {
        return match bytes.get(4..8) {
            Some([0x0d, 0, 1, 0]) => Ok(()),
            Some([1, 0, 0, 0]) => not(
                "the file is a core module, not a component",
                BUILD_COMPONENT,
            ),
            Some(_) => not(
                "the file is of a version of WebAssembly that is not known",
                "build it with a current toolchain",
            ),
            None => not("the file is cut off", "build it again"),
        };
    }
    let text = bytes.trim_ascii_start();
    if text.starts_with(b"(module") || text.starts_with(b"(component") || text.starts_with(b";;") {
        return not(
            "the file is WebAssembly as text",
            "turn it into binary, for example with `wasm-tools parse`",
        );
    }
    not("the file is not WebAssembly", BUILD_COMPONENT)
}

/// Refuses what a component may not import, by name, and interfaces of the contract in another version.
pub(crate) fn interfaces(
    name: &str,
    component: &Component,
    engine: &Engine,
    wasi: bool,
) -> Result<(), LoadError> {
    match faults(name, component, engine, wasi).into_iter().next() {
        Some(fault) => Err(fault),
        None => Ok(()),
    }
}

/// Everything in the imports and exports of a component that is refused.
pub(crate) fn faults(
    name: &str,
    component: &Component,
    engine: &Engine,
    wasi: bool,
) -> Vec<LoadError> {
    let component_type = component.component_type();
    let imports = component_type
        .imports(engine)
        .filter_map(|(import, _)| may_import(name, import, wasi).err());
    let exports = component_type.exports(engine).filter_map(|(export, _)| {
        let (interface, version) = export.split_once('@').unwrap_or((export, ""));
        let ours = interface.starts_with(CONTRACT);
        ours.then(|| same_version(name, export, version).err())?
    });
    imports.chain(exports).collect()
}

fn may_import(name: &str, import: &str, wasi: bool) -> Result<(), LoadError> {
    let (interface, version) = import.split_once('@').unwrap_or((import, ""));
    let refuse = |remedy| {
        Err(LoadError::Import {
            name: name.to_owned(),
            import: import.to_owned(),
            remedy,
        })
    };
    if let Some(interface) = interface.strip_prefix(CONTRACT) {
        if !IMPORTS.contains(&interface) {
            return refuse(NOT_OFFERED);
        }
        same_version(name, import, version)
    } else if interface.starts_with("wasi:") {
        if wasi { Ok(()) } else { refuse(WITHOUT_WASI) }
    } else {
        refuse(NOT_OFFERED)
    }
}

/// Before 1.0 the minor number breaks the contract, afterwards the major one; the linker goes by the same rule.
fn same_version(name: &str, interface: &str, version: &str) -> Result<(), LoadError> {
    if track(version) == track(CONTRACT_VERSION) {
        return Ok(());
    }
    Err(LoadError::Version {
        name: name.to_owned(),
        theirs: interface.to_owned(),
        ours: CONTRACT_VERSION,
    })
}

fn track(version: &str) -> Option<(&str, &str)> {
    if version.contains('-') {
        return None;
    }
    let mut numbers = version.split('.');
    match (numbers.next()?, numbers.next()?) {
        ("0", minor) => Some(("0", minor)),
        (major, _) => Some((major, "")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_is_the_same_contract_and_a_minor_before_one_is_not() {
        assert_eq!(track("0.1.0"), track("0.1.7"));
        assert_ne!(track("0.1.0"), track("0.2.0"));
        assert_ne!(track("0.1.0"), track("1.1.0"));
        assert_eq!(track("1.0.0"), track("1.4.2"));
        assert_eq!(track("0.1.0-rc1"), None);
    }
}
