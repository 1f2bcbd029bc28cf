//! `reveille rule add`: a rule into the store, after a look at all of it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Component, Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use reveille_core::{model::RuleSource, port::Change};
use reveille_loader::shown;

#[cfg(feature = "aws")]
use super::share::share;
use super::{
    agreement::agreed,
    diff,
    proposal::{Proposal, granted},
    stored::{self, Deed},
};
use crate::{cli::RuleAddArgs, command::Setting, comparison::DAYS, house::print, terminal};

pub(super) async fn run(args: RuleAddArgs, setting: Setting) -> anyhow::Result<ExitCode> {
    let house = setting.house().await?;
    let definitions = house.store.definitions().await?;
    let name = &args.name;
    let before = stored::find(&setting, &house, name).await?;
    let mut source = granted(definitions.rules.get(name).cloned(), name, &args.grants);
    source.location = located(&args.location)?;
    source.sha256 = args.sha256.as_ref().map(|digits| digits.to_lowercase());
    if !args.data.is_empty() {
        source.data = data(&args.data)?;
    }
    let proposal = Proposal::of(source, &setting, &house, &definitions).await?;
    print(&proposal.describe());
    proposal.check()?;
    let compared =
        diff::compare(&setting, &house, &definitions, proposal.candidate(), DAYS).await?;
    print(&format!("\n{}\n", compared.draw(terminal::colours())));
    let wanted = RuleSource {
        sha256: Some(proposal.fitting.sha256.clone()),
        ..proposal.source.clone()
    };
    // What people have written beside it stays, such as a description.
    let mut item = stored::item(&wanted);
    if let Some(before) = before {
        let known = ["location", "sha256", "tier", "wasi", "data", "enabled"];
        let others = before.attributes.into_iter();
        item.attributes
            .extend(others.filter(|(attribute, _)| !known.contains(&attribute.as_str())));
    }
    if !args.yes && !agreed("Take it?")? {
        print("nothing was changed\n");
        return Ok(ExitCode::FAILURE);
    }
    #[cfg(feature = "aws")]
    share(&setting, &house, proposal.candidate()).await?;
    let version = proposal.version();
    stored::commit(
        &setting,
        &house,
        &definitions,
        Deed {
            change: Change::PutItem(item),
            rule: name,
            action: "rule add",
            reason: format!(
                "{name} {version} from {}, sha256 {}",
                shown(&wanted.location),
                proposal.fitting.sha256
            ),
        },
    )
    .await?;
    print(&format!(
        "added: {name} {version}, pinned by its digest; hosts take it at their next look\n"
    ));
    #[cfg(feature = "aws")]
    if setting.config.taking.shared.is_some() && !wanted.location.contains("://") {
        print(
            "its location is a path: hosts elsewhere find it at `s3://…` or another place that they can read\n",
        );
    }
    if stored::users(&definitions, name).is_empty() {
        print(&format!(
            "no schedule uses it yet: write `rules: [{name}]` in one, and `reveille apply` a file that has the rule too, as \
             `reveille export` prints it\n"
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// A location that means the same for every host: a path is made whole, and each `..` is gone the way that it goes. Other
/// links stay, as somebody may let them lead elsewhere later.
fn located(location: &str) -> anyhow::Result<String> {
    if location.contains("://") {
        return Ok(location.to_owned());
    }
    let path = std::path::absolute(location)
        .with_context(|| format!("`{location}` is no path and no location"))?;
    let path = climbed(&path).with_context(|| format!("`{location}` leads nowhere"))?;
    Ok(path.to_string_lossy().into_owned())
}

/// The path without `..`. What stands before one may be a link, so only the system knows what is above it.
fn climbed(path: &Path) -> std::io::Result<PathBuf> {
    let mut whole = PathBuf::new();
    for step in path.components() {
        match step {
            Component::ParentDir => {
                whole = fs::canonicalize(&whole)?;
                whole.pop();
            }
            Component::Prefix(_)
            | Component::RootDir
            | Component::CurDir
            | Component::Normal(_) => whole.push(step),
        }
    }
    Ok(whole)
}

/// Data as it was typed: `own=source`.
fn data(typed: &[String]) -> anyhow::Result<BTreeMap<String, String>> {
    typed
        .iter()
        .map(|pair| {
            let named = pair.split_once('=').filter(|(own, source)| !own.is_empty() && !source.is_empty());
            let (own, source) = named.with_context(|| {
                format!("`{pair}` binds nothing; write the rule's own name and the data source, as in `calendar=team-feed`")
            })?;
            Ok((own.to_owned(), source.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_bound_by_two_names() {
        let bound = data(&["calendar=team-feed".to_owned()]).unwrap_or_default();
        assert_eq!(bound.get("calendar").map(String::as_str), Some("team-feed"));
        for typed in ["calendar", "=feed", "calendar="] {
            assert!(data(&[typed.to_owned()]).is_err(), "{typed}");
        }
    }

    #[test]
    fn a_path_is_made_whole_and_other_places_are_left() {
        assert!(located("rules/r.wasm").is_ok_and(|path| path.starts_with('/')));
        let here = std::env::current_dir().unwrap_or_default();
        let climbing = here.join("src/../r.wasm").display().to_string();
        let expected = here.join("r.wasm").canonicalize().unwrap_or_else(|_| {
            let here = here.canonicalize().unwrap_or_default();
            here.join("r.wasm")
        });
        assert_eq!(
            located(&climbing).ok(),
            Some(expected.display().to_string())
        );
        assert!(located("/no such folder/../r.wasm").is_err());
        let place = "oci://registry.example/team/r:1";
        assert!(located(place).is_ok_and(|kept| kept == place));
    }
}
