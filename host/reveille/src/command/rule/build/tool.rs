//! Programs that others have written, which builds run.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail};

/// Where a program is: in the project's own folder of programs, or on the `PATH`.
pub(super) fn find(name: &str, own: Option<&Path>) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    own.map(Path::to_path_buf)
        .into_iter()
        .chain(env::split_paths(&path))
        .map(|folder| folder.join(format!("{name}{}", env::consts::EXE_SUFFIX)))
        .find(|file| file.is_file())
}

/// Runs a program to its good end. What it said is shown only when it fails: it is the author's to read.
pub(super) fn run(command: &mut Command) -> anyhow::Result<()> {
    let program = Path::new(command.get_program()).display().to_string();
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run `{program}`"))?;
    if !output.status.success() {
        let said =
            [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
        let name = Path::new(&program)
            .file_name()
            .map_or_else(|| program.clone(), |name| name.display().to_string());
        bail!("{name} did not build it:\n{}", said.concat().trim_end());
    }
    Ok(())
}
