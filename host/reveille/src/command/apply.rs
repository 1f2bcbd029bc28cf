//! `reveille apply`, `diff` and `export`: definitions as a file.

use std::{collections::BTreeSet, path::Path, process::ExitCode, sync::Arc};

use anyhow::{Context as _, bail};
use reveille_core::model::{Definitions, Item};
use reveille_loader::{Loader, Places, Written};

use super::Setting;
use crate::{
    clock::Clock,
    definitions_file::{self, Difference, Language},
    house::{House, print},
    places,
};

pub(super) async fn apply(path: &Path, setting: Setting) -> anyhow::Result<ExitCode> {
    let house = setting.house().await?;
    let differences = differences(path, &setting, &house).await?;
    if differences.is_empty() {
        print("nothing to change\n");
        return Ok(ExitCode::SUCCESS);
    }
    let changes: Vec<_> = differences.iter().map(Difference::change).collect();
    house
        .store
        .commit(&changes)
        .await
        .context("nothing was applied")?;
    show(&differences);
    print(&format!("applied: {} definitions\n", differences.len()));
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn diff(path: &Path, setting: Setting) -> anyhow::Result<ExitCode> {
    let house = setting.house().await?;
    let differences = differences(path, &setting, &house).await?;
    show(&differences);
    Ok(if differences.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

pub(super) async fn export(language: Language, setting: Setting) -> anyhow::Result<ExitCode> {
    let house = setting.house().await?;
    print(&definitions_file::write(
        &house.store.items().await?,
        language,
    ));
    Ok(ExitCode::SUCCESS)
}

/// Reads a file of definitions, or tells everything that is wrong with it.
async fn read(path: &Path, setting: &Setting, house: &House) -> anyhow::Result<Vec<Item>> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read `{}`", path.display()))?;
    let (language, zone) = (Language::of(path), setting.config.timezone);
    let (unloaded, unknown) = match definitions_file::items(&text, language) {
        Ok(items) => {
            let wanted = Definitions::read(&items, zone);
            let mut unloaded = load_rules(&wanted, setting, house).await?;
            unloaded.extend(take_out(&wanted, house));
            let unknown = unknown(&wanted, house, &unloaded);
            (unloaded, unknown)
        }
        // Reading it whole tells these faults, and all others.
        Err(_) => (Vec::new(), BTreeSet::new()),
    };
    definitions_file::read(&text, language, zone, &*house.sandbox).map_err(|faults| {
        let told = faults
            .iter()
            .map(|fault| format!("\n  {}:{fault}", path.display()));
        let causes = unloaded
            .iter()
            .map(|(rule, cause)| format!("\n  rule {rule}: {cause}"));
        let unknown = unknown.iter().map(|rule| {
            format!(
                "\n  rule {rule}: it comes before the schedules that name it: put its component into the watched folder, \
                 `reveille rule add` it, or write it under `rules` in this file"
            )
        });
        anyhow::anyhow!(
            "nothing was applied: {} faults in `{}`{}",
            faults.len(),
            path.display(),
            told.chain(causes).chain(unknown).collect::<String>()
        )
    })
}

/// The rules that schedules name and of which nothing is said anywhere.
fn unknown(wanted: &Definitions, house: &House, unloaded: &[(String, String)]) -> BTreeSet<String> {
    let tried = house.loader.unloaded();
    let is_known = |rule: &str| {
        let mut tried = tried.iter().chain(unloaded);
        house.sandbox.description(rule).is_ok() || tried.any(|(name, _)| name == rule)
    };
    named(wanted)
        .filter(|rule| !is_known(rule))
        .map(str::to_owned)
        .collect()
}

/// The rules that schedules name.
fn named(wanted: &Definitions) -> impl Iterator<Item = &str> {
    let schedules = wanted.schedules.values();
    schedules.flat_map(|schedule| schedule.rules.iter().map(|used| used.name.as_str()))
}

/// Unloads the rules of the store that `wanted` takes out, so that no schedule beside them is taken for one that works.
/// Returns those that schedules name all the same, each with what to do.
fn take_out(wanted: &Definitions, house: &House) -> Vec<(String, String)> {
    let known = house.loader.known().into_iter();
    let gone = known.filter(|rule| {
        rule.written == Written::Store && !wanted.rules.contains_key(&rule.source.name)
    });
    let names: Vec<String> = gone.map(|rule| rule.source.name).collect();
    for name in &names {
        house.sandbox.unload(name);
    }
    let used = names
        .into_iter()
        .filter(|name| named(wanted).any(|rule| rule == name));
    let why = "this file takes it out of the store: write it under `rules`, as `reveille export` prints it";
    used.map(|name| (name, why.to_owned())).collect()
}

/// Loads the rules that `wanted` has and the store has otherwise or not at all, so that they can be asked about the
/// schedules beside them. Nothing of it is kept. Returns those that do not load, each with the cause.
async fn load_rules(
    wanted: &Definitions,
    setting: &Setting,
    house: &House,
) -> anyhow::Result<Vec<(String, String)>> {
    let config = &setting.config;
    let standing = house.store.definitions().await?;
    let rules = wanted.rules.iter().filter(|(name, rule)| {
        standing.rules.get(*name) != Some(*rule)
            && !config.rules.iter().any(|other| other.name == **name)
    });
    let new = Arc::new(Definitions {
        rules: rules
            .map(|(name, rule)| (name.clone(), rule.clone()))
            .collect(),
        ..Definitions::default()
    });
    let loader = Arc::new(Loader::new(
        Arc::clone(&house.sandbox),
        places::all(config),
        config.taking.trust.clone(),
        Vec::new(),
    ));
    loader.look(Places::All, &new, Clock::machine()).await;
    Ok(loader.unloaded())
}

async fn differences(
    path: &Path,
    setting: &Setting,
    house: &House,
) -> anyhow::Result<Vec<Difference>> {
    let wanted = read(path, setting, house).await?;
    let standing = house.store.items().await?;
    let differences = definitions_file::difference(&standing, &wanted);
    // A stack would put its own version back at its next update.
    for difference in &differences {
        let (Difference::Removed(key) | Difference::Changed(Item { key, .. }, _)) = difference
        else {
            continue;
        };
        let stack = standing
            .iter()
            .find(|item| item.key == *key)
            .and_then(|item| item.attributes.get("configured_in_stack"))
            .and_then(serde_json::Value::as_str);
        if let Some(stack) = stack {
            bail!(
                "{} {} belongs to the stack `{stack}`: change it there, or write it in the file as it stands",
                key.kind,
                key.name
            );
        }
    }
    Ok(differences)
}

fn show(differences: &[Difference]) {
    for difference in differences {
        print(&format!("{difference}\n"));
    }
}
