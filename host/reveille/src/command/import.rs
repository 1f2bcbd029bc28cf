//! `reveille import`: the definitions of AWS Instance Scheduler as a file that `apply` takes.

use std::{collections::BTreeSet, fmt::Write as _, io::Write as _, path::Path, process::ExitCode};

use anyhow::{Context as _, bail};
use chrono_tz::Tz;
use reveille_aws::dynamo::read_definitions;
use reveille_core::{
    model::{Fault, Item},
    port::Rules,
};
use reveille_sandbox::Sandbox;

use super::Setting;
use crate::{
    aws,
    cli::ImportArgs,
    config::StoreConfig,
    definitions_file::{self, faults_of, known_attributes, scan},
    house::{print, tell},
    original::differences,
};

pub(super) async fn run(args: ImportArgs, setting: Setting) -> anyhow::Result<ExitCode> {
    let zone = setting.config.timezone;
    let sandbox = Sandbox::embedded().context("the embedded components do not load")?;
    let mut import = Import::default();
    match &args.file {
        Some(path) => import.read_file(path)?,
        None => import.read_table(&args, &setting).await?,
    }
    import.set_aside_faulty(zone, &sandbox)?;
    import.leave_out_unknown();
    let text = definitions_file::write(&import.items, args.format);
    definitions_file::read(&text, args.format, zone, &sandbox).map_err(|faults| {
        anyhow::anyhow!("what was read cannot be written as a file: {faults:?}")
    })?;
    tell(&import.told(zone));
    match &args.output {
        Some(path) => write_new(path, &text)?,
        None => print(&text),
    }
    Ok(ExitCode::SUCCESS)
}

fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut file = std::fs::File::create_new(path).with_context(|| {
        format!(
            "cannot write `{}`; a file that is there is left as it is",
            path.display()
        )
    })?;
    file.write_all(text.as_bytes())
        .with_context(|| format!("cannot write `{}`", path.display()))
}

/// What was read, and what did not come along.
#[derive(Default)]
struct Import {
    items: Vec<Item>,
    set_aside: Vec<String>,
    left_out: Vec<String>,
}

impl Import {
    fn read_file(&mut self, path: &Path) -> anyhow::Result<()> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read `{}`", path.display()))?;
        let read = scan::items(&text)
            .map_err(|fault| anyhow::anyhow!("cannot read `{}`: {fault}", path.display()))?;
        for (line, item) in read {
            match item {
                Ok(item) => self.items.push(item),
                Err(message) => self.set_aside.push(format!("line {line}: {message}")),
            }
        }
        Ok(())
    }

    async fn read_table(&mut self, args: &ImportArgs, setting: &Setting) -> anyhow::Result<()> {
        let config = &setting.config;
        let table = match (&args.table, &config.store) {
            (Some(table), _) => table.clone(),
            (None, StoreConfig::Dynamo(tables)) => tables.config.clone(),
            (None, StoreConfig::Sqlite(_)) => bail!(
                "what to import is not said. Name the config table with --table, or give a file that `aws dynamodb \
                 scan --output json --table-name …` printed"
            ),
        };
        let sdk = aws::connect_to(config, args.region.clone(), args.endpoint.clone()).await;
        let (items, definitions) = read_definitions(&sdk, &table, config.timezone)
            .await
            .with_context(|| format!("the config table `{table}` cannot be read"))?;
        let readable: BTreeSet<String> = items.iter().map(|item| item.key.to_string()).collect();
        self.items = items;
        // Those that can be read and have faults are found among the items.
        self.set_aside = definitions
            .faults
            .iter()
            .filter(|fault| !readable.contains(&fault.item))
            .map(ToString::to_string)
            .collect();
        Ok(())
    }

    /// Takes out what has faults, then what those were needed for.
    fn set_aside_faulty(&mut self, zone: Tz, rules: &dyn Rules) -> anyhow::Result<()> {
        let mut told: BTreeSet<String> = BTreeSet::new();
        loop {
            let faults: Vec<Fault> = faults_of(&self.items, zone, rules);
            if faults.is_empty() {
                self.set_aside.extend(told);
                return Ok(());
            }
            let faulty: BTreeSet<&str> = faults.iter().map(|fault| fault.item.as_str()).collect();
            let before = self.items.len();
            self.items
                .retain(|item| !faulty.contains(item.key.to_string().as_str()));
            anyhow::ensure!(
                self.items.len() < before,
                "a fault is in none of the items: {}",
                faults[0]
            );
            told.extend(faults.iter().map(ToString::to_string));
        }
    }

    /// Takes out what a file does not have: settings of older versions, kinds of items that are nobody's here.
    fn leave_out_unknown(&mut self) {
        self.items
            .retain(|item| known_attributes(&item.key.kind).is_some());
        for item in &mut self.items {
            let known = known_attributes(&item.key.kind).unwrap_or_default();
            let unknown: Vec<String> = item
                .attributes
                .keys()
                .filter(|name| !known.contains(&name.as_str()))
                .cloned()
                .collect();
            for name in unknown {
                item.attributes.remove(&name);
                self.left_out.push(format!(
                    "{}: `{name}`: is not known here, and passed over by AWS Instance Scheduler 3 too",
                    item.key
                ));
            }
        }
    }

    /// What people should know of it.
    fn told(&self, zone: Tz) -> String {
        let count = |kind| {
            self.items
                .iter()
                .filter(|item| item.key.kind == kind)
                .count()
        };
        let mut text = format!(
            "imported {} schedules and {} periods\n",
            count("schedule"),
            count("period")
        );
        for fault in &self.set_aside {
            let _ = writeln!(text, "set aside  {fault}");
        }
        for name in &self.left_out {
            let _ = writeln!(text, "left out   {name}");
        }
        for difference in differences(&self.items) {
            let _ = writeln!(text, "differs    {difference}");
        }
        let without_zone: Vec<&str> = self
            .items
            .iter()
            .filter(|item| item.key.kind == "schedule")
            .filter(|item| {
                let zone = item.attributes.get("timezone");
                zone.and_then(|zone| zone.as_str())
                    .is_none_or(str::is_empty)
            })
            .map(|item| item.key.name.as_str())
            .collect();
        if !without_zone.is_empty() {
            let _ = writeln!(
                text,
                "look       without a time zone are {}: here they are in {zone} (defaults.timezone), there in the zone \
                 that the stack was given",
                without_zone.join(", ")
            );
        }
        text
    }
}
