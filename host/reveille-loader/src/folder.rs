//! The watched folder: every `NAME.wasm` in it is the rule NAME, and an optional `NAME.toml` beside it says more.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use reveille_core::model::{RuleSource, Tier};
use serde::Deserialize;

use crate::digest::is_sha256;

/// Most rules of one folder. Each is looked at twice a second.
pub const MOST_RULES: usize = 1_000;

/// Bytes of the largest `NAME.toml`.
const MOST_TOML_BYTES: u64 = 64 << 10;

const COMPONENT: &str = "wasm";
const DETAILS: &str = "toml";

/// What lies in a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Listing {
    /// Its rules, by name.
    pub(crate) rules: Vec<RuleSource>,
    /// What is wrong, by name of the rule. Such a rule stays as it is.
    pub(crate) faults: BTreeMap<String, String>,
    /// Names among the rules whose files were there a moment ago and are not now.
    pub(crate) missing: BTreeSet<String>,
}

/// What `NAME.toml` may say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Details {
    sha256: Option<String>,
    tier: Tier,
    wasi: bool,
    data: BTreeMap<String, String>,
}

/// Reads a folder. Files whose names begin with a dot are drafts of whatever copies them.
pub(crate) fn list(folder: &Path) -> io::Result<Listing> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = PathBuf::from(entry?.file_name());
        let is_component = path.extension().is_some_and(|ending| ending == COMPONENT);
        if is_component
            && let Some(name) = path.file_stem().and_then(|name| name.to_str())
            && !name.starts_with('.')
        {
            names.push(name.to_owned());
        }
    }
    if names.len() > MOST_RULES {
        return Err(io::Error::other(format!(
            "it has {} components, and at most {MOST_RULES} are watched; give the rules a folder of their own",
            names.len()
        )));
    }
    names.sort_unstable();
    let mut listing = Listing::default();
    for name in names {
        match rule(folder, &name) {
            Ok(rule) => listing.rules.push(rule),
            Err(fault) => {
                listing.faults.insert(name, fault);
            }
        }
    }
    Ok(listing)
}

fn rule(folder: &Path, name: &str) -> Result<RuleSource, String> {
    let details = details(&folder.join(format!("{name}.{DETAILS}")))?;
    if let Some(digits) = &details.sha256
        && !is_sha256(&digits.to_lowercase())
    {
        return Err(format!(
            "`sha256` in `{name}.{DETAILS}` is `{digits}`; write the 64 hexadecimal digits that `sha256sum` prints"
        ));
    }
    let location = folder.join(format!("{name}.{COMPONENT}"));
    Ok(RuleSource {
        name: name.to_owned(),
        location: location.to_string_lossy().into_owned(),
        sha256: details.sha256.map(|digits| digits.to_lowercase()),
        tier: details.tier,
        wasi: details.wasi,
        data: details.data,
    })
}

fn details(path: &Path) -> Result<Details, String> {
    let unread = |error: io::Error| format!("`{}` cannot be read: {error}", path.display());
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Details::default()),
        Err(error) => return Err(unread(error)),
    };
    if !metadata.is_file() || metadata.len() > MOST_TOML_BYTES {
        return Err(format!(
            "`{}` is no file of at most {MOST_TOML_BYTES} bytes",
            path.display()
        ));
    }
    let mut text = String::new();
    File::open(path)
        .and_then(|file| file.take(MOST_TOML_BYTES).read_to_string(&mut text))
        .map_err(unread)?;
    toml_edit::de::from_str(&text).map_err(|error: toml_edit::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.unwrap_or_default().matches('\n').count() + 1;
        format!(
            "`{}` cannot be used: line {line}: {}",
            path.display(),
            error.message()
        )
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn every_component_is_a_rule_and_the_file_beside_it_says_more() {
        let folder = tempfile::tempdir().unwrap();
        let digest = "ab".repeat(32);
        for (file, text) in [
            ("plain.wasm", ""),
            ("python.wasm", ""),
            (
                "python.toml",
                &format!(
                    "tier = \"heavy\"\nsha256 = \"{}\"\ndata = {{ days = \"feed\" }}",
                    digest.to_uppercase()
                ),
            ),
            (".draft.wasm", ""),
            ("notes.txt", ""),
            ("alone.toml", ""),
        ] {
            fs::write(folder.path().join(file), text).unwrap();
        }
        let listing = list(folder.path()).unwrap();
        assert!(listing.faults.is_empty(), "{:?}", listing.faults);
        let [plain, python] = &listing.rules[..] else {
            unreachable!("{:?}", listing.rules)
        };
        assert_eq!((plain.name.as_str(), plain.tier), ("plain", Tier::Rule));
        assert!(plain.location.ends_with("/plain.wasm"));
        assert_eq!(python.tier, Tier::Heavy);
        assert_eq!(python.sha256.as_deref(), Some(digest.as_str()));
        assert_eq!(python.data["days"], "feed");
    }

    #[test]
    fn a_file_beside_it_that_is_wrong_is_told_and_harms_no_other_rule() {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in [
            ("a.wasm", ""),
            ("a.toml", "teir = \"heavy\""),
            ("b.wasm", ""),
            ("b.toml", "sha256 = \"beef\""),
            ("c.wasm", ""),
        ] {
            fs::write(folder.path().join(file), text).unwrap();
        }
        let listing = list(folder.path()).unwrap();
        assert_eq!(listing.rules.len(), 1);
        assert!(listing.faults["a"].contains("line 1: unknown field `teir`"));
        assert!(!listing.faults["a"].contains('\n'), "{:?}", listing.faults);
        assert!(listing.faults["b"].contains("sha256sum"));
    }
}
