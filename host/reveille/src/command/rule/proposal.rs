//! A version of a rule that is not in use: fetched and looked at, so that it can be compared and switched to.

use anyhow::Context as _;
use reveille_core::model::{Definitions, RuleSource};
use reveille_sandbox::{Candidate, Limits};

use crate::{
    cli::{Grants, RuleDiffArgs},
    command::Setting,
    house::House,
};

/// A version of a rule that is not in use.
pub(super) struct Proposal {
    /// Ready to be compared.
    pub(super) candidate: Candidate,
}

impl Proposal {
    /// What `rule diff` compares with.
    pub(super) async fn of_version(
        args: &RuleDiffArgs,
        setting: &Setting,
        house: &House,
        definitions: &Definitions,
    ) -> anyhow::Result<Self> {
        let mut source = granted(
            wanted(setting, definitions, &args.name),
            &args.name,
            &args.grants,
        );
        source.location.clone_from(&args.new);
        source.sha256 = None;
        let bytes = std::fs::read(&source.location)
            .with_context(|| format!("cannot read `{}`", source.location))?;
        let candidate = house
            .sandbox
            .prepare(&source, Limits::of(source.tier), &bytes)?;
        Ok(Self { candidate })
    }
}

/// A rule as it is wanted now.
fn wanted(setting: &Setting, definitions: &Definitions, name: &str) -> Option<RuleSource> {
    let configured = setting.config.rules.iter().find(|rule| rule.name == name);
    configured.or_else(|| definitions.rules.get(name)).cloned()
}

/// The rule with what it is granted on the command line.
fn granted(source: Option<RuleSource>, name: &str, grants: &Grants) -> RuleSource {
    let mut source = source.unwrap_or_else(|| RuleSource {
        name: name.to_owned(),
        location: String::new(),
        sha256: None,
        tier: Default::default(),
        wasi: false,
        data: Default::default(),
    });
    if let Some(tier) = grants.tier {
        source.tier = tier.into();
    }
    source.wasi |= grants.wasi;
    source
}
