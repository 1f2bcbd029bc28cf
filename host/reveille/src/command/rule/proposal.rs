//! A version of a rule that is not in use: fetched and tried, so that it can be shown, compared and switched to.

use std::{fmt::Write as _, sync::Arc};

use anyhow::{Context as _, bail, ensure};
use reveille_core::model::{Definitions, RuleSource, Tier};
use reveille_loader::{Distrust, Fitting, Shelved, shown};
use reveille_sandbox::Candidate;

use super::list;
use crate::{
    cli::{Grants, RuleDiffArgs},
    command::Setting,
    house::House,
};

/// Hexadecimal digits of a SHA-256.
const DIGEST_DIGITS: usize = 64;

/// Fewest digits that stand for a whole digest: what is shorter is more likely a name.
const SHORTEST_PREFIX: usize = 6;

/// A version of a rule that is not in use.
pub(super) struct Proposal {
    /// As it would be wanted.
    pub(super) source: RuleSource,
    /// What it is.
    pub(super) fitting: Fitting,
}

impl Proposal {
    /// Fetches and tries what `source` names.
    ///
    /// # Errors
    /// When it cannot be read, or is no rule.
    pub(super) async fn of(
        source: RuleSource,
        setting: &Setting,
        house: &House,
        definitions: &Arc<Definitions>,
    ) -> anyhow::Result<Self> {
        let fitting = house
            .loader
            .fit(&source, definitions, setting.clock.now())
            .await?;
        Ok(Self { source, fitting })
    }

    /// What `rule diff` compares with.
    ///
    /// # Errors
    /// As [`Proposal::of`], and when no version has the digest.
    pub(super) async fn of_version(
        args: &RuleDiffArgs,
        setting: &Setting,
        house: &House,
        definitions: &Arc<Definitions>,
    ) -> anyhow::Result<Self> {
        let mut source = granted(wanted(house, &args.name), &args.name, &args.grants);
        if is_digest(&args.new) && !std::path::Path::new(&args.new).exists() {
            let versions = Versions::of(setting, house, &args.name).await;
            source.sha256 = Some(versions.find(&args.new)?);
        } else {
            source.location.clone_from(&args.new);
            source.sha256 = None;
        }
        Self::of(source, setting, house, definitions).await
    }

    /// Ready to be compared.
    pub(super) fn candidate(&self) -> &Candidate {
        &self.fitting.candidate
    }

    /// Version and digest: `0.2.0 (9f8e7d6c5b4a)`.
    pub(super) fn version(&self) -> String {
        let listed = self.candidate().listed();
        format!("{} ({})", listed.version, short(&self.fitting.sha256))
    }

    /// Refuses what fails where the version in use does not, and what is signed wrongly. One that is older than the
    /// version in use may be pinned.
    ///
    /// # Errors
    /// Then.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        if let Err(error @ Distrust::Signature(_)) = &self.fitting.grounds {
            bail!("nothing was changed: {error}");
        }
        ensure!(
            self.fitting.trial.is_passed(),
            "nothing was changed: it fails its trial: {}",
            self.fitting.trial
        );
        Ok(())
    }

    /// Everything that there is to know before one says yes.
    pub(super) fn describe(&self) -> String {
        let listed = self.candidate().listed();
        let description = self.candidate().description();
        let mut text = format!("{} {}: {}\n", listed.name, listed.version, listed.summary);
        let mut line = |what: &str, told: &str| {
            let _ = writeln!(text, "  {what:<10} {told}");
        };
        line("roles", &listed.roles.join(", "));
        line("location", &shown(&self.source.location));
        line("sha256", &self.fitting.sha256);
        line(
            "size",
            &format!("{} KiB", self.fitting.bytes.len().div_ceil(1024)),
        );
        let tier = match self.source.tier {
            Tier::Rule => "rule",
            Tier::Scripted => "scripted",
            Tier::Heavy => "heavy",
        };
        line("tier", tier);
        if self.source.wasi {
            line("wasi", "a virtual one");
        }
        if !listed.data.is_empty() {
            line("data", &listed.data.join(", "));
        }
        if !description.tags.is_empty() {
            line("tags", &description.tags.join(", "));
        }
        match &self.fitting.grounds {
            Ok(grounds) => line("trust", &grounds.to_string()),
            Err(older @ Distrust::Older { .. }) => line("trust", &older.to_string()),
            Err(Distrust::Digest { .. } | Distrust::Unknown { .. } | Distrust::Signature(_)) => {
                line("trust", "nobody vouches for it but you, who pin its digest");
            }
        }
        line("tried", &self.fitting.trial.to_string());
        text
    }
}

/// A rule as it is wanted now, wherever that is written.
pub(super) fn wanted(house: &House, name: &str) -> Option<RuleSource> {
    let mut known = house.loader.known().into_iter();
    known
        .find(|known| known.source.name == name)
        .map(|known| known.source)
}

/// The rule with what it is granted on the command line.
pub(super) fn granted(source: Option<RuleSource>, name: &str, grants: &Grants) -> RuleSource {
    let mut source = source.unwrap_or_else(|| RuleSource {
        name: name.to_owned(),
        location: String::new(),
        sha256: None,
        tier: Tier::default(),
        wasi: false,
        data: std::collections::BTreeMap::new(),
    });
    if let Some(tier) = grants.tier {
        source.tier = tier.into();
    }
    source.wasi |= grants.wasi;
    source
}

/// Whether a text can only be the digest of a version, or its first digits.
fn is_digest(text: &str) -> bool {
    (SHORTEST_PREFIX..=DIGEST_DIGITS).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// As much of a digest as people compare.
pub(super) fn short(sha256: &str) -> &str {
    sha256.get(..12).unwrap_or(sha256)
}

/// The versions of a rule that are known.
pub(super) struct Versions {
    rule: String,
    /// SHA-256 of the one in use.
    pub(super) in_use: Option<String>,
    /// Those that were taken, newest first, the one in use included.
    pub(super) taken: Vec<Shelved>,
}

impl Versions {
    /// Of the host that runs, when it answers; else of this one, which has just looked.
    pub(super) async fn of(setting: &Setting, house: &House, name: &str) -> Self {
        let running = match setting.config.admin {
            Some(admin) => list::ask(&admin.to_string()).await.ok(),
            None => None,
        };
        let listing = running.unwrap_or_else(|| house.lister().list());
        let mut rules = listing.rules.into_iter();
        let listed = rules.find(|rule| rule.name == name);
        let local = || {
            let shelf = house.loader.shelf();
            shelf.map_or_else(Vec::new, |shelf| shelf.history(name))
        };
        let (in_use, taken) = match listed {
            Some(listed) => (Some(listed.sha256), listed.history),
            None => (None, local()),
        };
        Self {
            rule: name.to_owned(),
            in_use,
            taken,
        }
    }

    /// The digest that `digits` begin. A whole one may also be of a version that nobody has taken yet.
    ///
    /// # Errors
    /// When none or several begin so.
    pub(super) fn find(&self, digits: &str) -> anyhow::Result<String> {
        let digits = digits.to_lowercase();
        ensure!(
            is_digest(&digits),
            "`{digits}` is no SHA-256; write its {DIGEST_DIGITS} hexadecimal digits, or at least the first {SHORTEST_PREFIX}"
        );
        if digits.len() == DIGEST_DIGITS {
            return Ok(digits);
        }
        let known = self.in_use.iter();
        let known = known.chain(self.taken.iter().map(|version| &version.sha256));
        let mut found: Vec<&String> = known.filter(|sha256| sha256.starts_with(&digits)).collect();
        found.sort_unstable();
        found.dedup();
        match found[..] {
            [only] => Ok(only.clone()),
            [] => bail!(
                "no version of `{}` that was in use begins with `{digits}`; there are {}",
                self.rule,
                self.list()
            ),
            [..] => bail!(
                "several versions of `{}` begin with `{digits}`; write more digits",
                self.rule
            ),
        }
    }

    /// The version that was in use before the present one.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn before(&self) -> anyhow::Result<&Shelved> {
        self.taken
            .iter()
            .find(|version| Some(&version.sha256) != self.in_use.as_ref())
            .with_context(|| {
                format!(
                    "no earlier version of `{}` is kept here; there are {}",
                    self.rule,
                    self.list()
                )
            })
    }

    /// All of them in one line.
    fn list(&self) -> String {
        if self.taken.is_empty() {
            return String::from("none");
        }
        let taken = self.taken.iter().map(|version| {
            format!(
                "{} ({}, {})",
                short(&version.sha256),
                version.version,
                version.taken.format("%Y-%m-%d")
            )
        });
        taken.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

    use chrono::DateTime;

    use super::*;

    fn versions(digests: &[&str]) -> Versions {
        let shelved = |digest: &&str| Shelved {
            sha256: digest.repeat(DIGEST_DIGITS / digest.len()),
            version: "1.0.0".to_owned(),
            location: "r.wasm".to_owned(),
            place_version: None,
            signature: None,
            taken: DateTime::UNIX_EPOCH,
        };
        let taken: Vec<Shelved> = digests.iter().map(shelved).collect();
        Versions {
            rule: "r".to_owned(),
            in_use: taken.first().map(|version| version.sha256.clone()),
            taken,
        }
    }

    #[test]
    fn the_first_digits_of_a_version_are_enough() {
        let known = versions(&["ab12", "cd34"]);
        assert_eq!(known.find("CD34cd3").unwrap(), "cd34".repeat(16));
        let unknown = known.find("ef56ef").unwrap_err().to_string();
        assert!(
            unknown.contains("`ef56ef`") && unknown.contains("ab12ab12ab12 (1.0.0, 1970-01-01)"),
            "{unknown}"
        );
        assert!(known.find("xyz").is_err());
        let whole = "9".repeat(DIGEST_DIGITS);
        assert_eq!(known.find(&whole).unwrap(), whole);
    }

    #[test]
    fn the_version_before_is_the_newest_that_is_not_in_use() {
        let known = versions(&["ab12", "cd34", "ef56"]);
        assert_eq!(known.before().unwrap().sha256, "cd34".repeat(16));
        let only = versions(&["ab12"]).before().unwrap_err().to_string();
        assert!(only.contains("no earlier version of `r`"), "{only}");
        assert!(versions(&[]).before().is_err());
    }

    #[test]
    fn a_name_is_no_digest() {
        assert!(is_digest("abc123") && !is_digest("abc12") && !is_digest("abc12g"));
        assert!(!is_digest("new.wasm") && !is_digest(&"a".repeat(65)));
    }
}
