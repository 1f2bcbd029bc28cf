//! `reveille init`: a few questions, and the configuration that they come to.

mod answers;
mod asking;
mod writing;

use std::{
    fs::OpenOptions,
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;

use crate::{
    cli::InitArgs,
    config::{Config, ENV_CONFIG_TOML, Origin},
    house::print,
};
use answers::{Answers, Place};
use asking::Asking;

/// The file when nobody names one.
const DEFAULT_FILE: &str = "reveille.toml";

/// Asks, and writes the configuration to where `origin` has it.
pub(crate) fn run(args: &InitArgs, origin: &Origin) -> anyhow::Result<ExitCode> {
    let path = origin
        .file
        .clone()
        .unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
    anyhow::ensure!(
        args.writes_over() || !path.exists(),
        "`{}` is there already, and is left as it is. Give --force to lose what it says, or another --config",
        path.display()
    );
    let mut given = args.given();
    if let Some(db) = &origin.db {
        anyhow::ensure!(
            !given.contains_key("store"),
            "--db and --store both say where schedules are kept; give one of them"
        );
        let file = std::path::absolute(db)?;
        given.insert("store", format!("file:{}", file.display()));
    }
    let asking = Asking::new(
        given,
        args.takes_defaults(),
        std::io::stdin().lock(),
        std::io::stdout(),
    );
    let answers = Answers::ask(asking)?;
    let text = writing::configuration(&answers);
    let variables = |name: &str| match name {
        ENV_CONFIG_TOML => Some(text.clone()),
        _ => std::env::var(name).ok(),
    };
    Config::load(None, &variables)
        .context("nothing is written: the answers and the environment do not fit together")?;
    write(&path, &text, args.writes_over(), is_secret(&answers))
        .with_context(|| format!("cannot write `{}`", path.display()))?;
    print(&writing::next(&answers, &path.display().to_string()));
    Ok(ExitCode::SUCCESS)
}

fn is_secret(answers: &Answers) -> bool {
    let places = [&answers.token, &answers.target];
    places
        .into_iter()
        .flatten()
        .any(|place| matches!(place, Place::Value(_)))
}

/// Writes the file; for nobody else's eyes when a secret is in it.
fn write(path: &Path, text: &str, over: bool, is_secret: bool) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true);
    if over {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    #[cfg(unix)]
    if is_secret {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    #[cfg(unix)]
    if is_secret {
        use std::os::unix::fs::PermissionsExt as _;
        // One that was there has kept its own.
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    }
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests;
