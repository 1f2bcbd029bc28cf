//! Takes the components from a folder in which a build with a compiler has left them.

use std::path::{Path, PathBuf};

use crate::{
    Build, COMPONENTS, fail,
    origin::{self, Origin, Sources},
    read, write,
};

/// The folder.
const VARIABLE: &str = "REVEILLE_PRECOMPILED";

/// What to do, whatever is wrong.
const REMEDY: &str = "deploy/lambda/build makes both, or see the head of it";

pub(crate) fn bring(build: &Build, sources: &Sources) -> Origin {
    println!("cargo:rerun-if-env-changed={VARIABLE}");
    let Some(folder) = std::env::var_os(VARIABLE).map(PathBuf::from) else {
        fail(&format!(
            "without the feature `compiler` the machine code of the default components is taken from the folder that \
             {VARIABLE} names: the OUT_DIR of a build of reveille-sandbox with it. {REMEDY}"
        ));
    };
    let origin = Origin::new(build, sources, print(&folder));
    println!(
        "cargo:rerun-if-changed={}",
        folder.join(origin::FILE).display()
    );
    let found = String::from_utf8_lossy(&read(&folder.join(origin::FILE))).into_owned();
    let wanted = origin.to_string();
    if found != wanted {
        fail(&format!(
            "{VARIABLE} is `{}`, whose machine code is of other sources or another target than these.\n\
             there:\n{found}here:\n{wanted}{REMEDY}",
            folder.display()
        ));
    }
    for name in COMPONENTS {
        for ending in ["wasm", "cwasm"] {
            let file = format!("{name}.{ending}");
            write(&build.out.join(&file), &read(&folder.join(&file)));
        }
    }
    origin
}

/// The print that the folder tells.
fn print(folder: &Path) -> [u8; 32] {
    let path = folder.join(origin::FILE);
    let text = String::from_utf8_lossy(&read(&path)).into_owned();
    let digits = text.lines().find_map(|line| line.strip_prefix("print "));
    let bytes: Option<Vec<u8>> = digits.map(|digits| {
        let pairs = digits.as_bytes().chunks(2);
        pairs
            .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect()
    });
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .unwrap_or_else(|| fail(&format!("{}: it tells no print. {REMEDY}", path.display())))
}
