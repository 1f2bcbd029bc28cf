//! Whose word counts: which components may become rules.

use std::{
    fmt,
    path::{Component, Path},
};

use reveille_core::model::RuleSource;
use semver::Version;
use serde::Serialize;
use thiserror::Error;

use crate::{
    claim::{Claim, Of},
    place::shown,
    signature::{self, Keys, SignatureError, Signed},
    wanted::{Wanted, Written},
};

/// What stands between the scheme of a location and the rest.
const SCHEME_END: &str = "://";

/// Why a component is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grounds {
    /// Its SHA-256 is the one that is asked for.
    Pinned,
    /// It is signed with this key of the operator's.
    Signed(String),
    /// It comes from this place, which the operator trusts.
    Trusted(String),
    /// The operator wrote its path into the configuration, or put it into the watched folder.
    Configured,
}

impl fmt::Display for Grounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pinned => f.write_str("pinned"),
            Self::Signed(key) => write!(f, "signed by {key}"),
            Self::Trusted(place) => write!(f, "from {place}"),
            Self::Configured => f.write_str("configured"),
        }
    }
}

/// Why a component is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Distrust {
    /// It is another one than the operator named.
    #[error(
        "what is at `{location}` has SHA-256 {actual}, and {expected} is asked for; bring back the component, or change `sha256` if the new one is meant"
    )]
    Digest {
        /// Its location.
        location: String,
        /// What is asked for.
        expected: String,
        /// What it has.
        actual: String,
    },
    /// Nobody vouches for it.
    #[error("nobody vouches for what is at `{location}`: {remedy}")]
    Unknown {
        /// Its location.
        location: String,
        /// What to write.
        remedy: String,
    },
    /// Its signature is of no use.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// It is signed, and so was every version before it: whoever has the place may have put one of them back.
    #[error(
        "what is at `{location}` is signed as version {version}, and {in_use} is newer and in use; if the older one is meant, pin it: `reveille rule pin` or `rollback`, or `sha256` beside its location"
    )]
    Older {
        /// Its location.
        location: String,
        /// The version that it gives itself.
        version: String,
        /// The version in use.
        in_use: String,
    },
}

impl Distrust {
    /// The version that the component gives itself, when it could be asked.
    pub(crate) fn version(&self) -> Option<&str> {
        match self {
            Self::Older { version, .. } => Some(version),
            Self::Digest { .. } | Self::Unknown { .. } | Self::Signature(_) => None,
        }
    }
}

/// Why a component is taken, unless the version that it gives itself speaks against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Judged {
    grounds: Grounds,
    claim: Claim,
}

impl Judged {
    /// Why a component of this version is taken in place of the one in use, if there is one.
    ///
    /// # Errors
    /// When it is signed, and as another version or as one that is over.
    pub(crate) fn of_version(
        self,
        source: &RuleSource,
        version: &str,
        in_use: Option<&str>,
    ) -> Result<Grounds, Distrust> {
        match &self.grounds {
            Grounds::Signed(_) => {}
            Grounds::Pinned | Grounds::Trusted(_) | Grounds::Configured => {
                return Ok(self.grounds);
            }
        }
        let location = shown(&source.location);
        let beside = signature::beside(&location);
        self.claim.check(Of::Version, version, &beside)?;
        match in_use {
            Some(in_use) if is_older(version, in_use) => Err(Distrust::Older {
                location,
                version: version.to_owned(),
                in_use: in_use.to_owned(),
            }),
            Some(_) | None => Ok(self.grounds),
        }
    }
}

/// Whether a version comes before another one (Semantic Versioning 2.0.0, 11). One that is none comes before nothing.
fn is_older(version: &str, than: &str) -> bool {
    match (Version::parse(version), Version::parse(than)) {
        (Ok(version), Ok(than)) => version.cmp_precedence(&than).is_lt(),
        (Ok(_) | Err(_), _) => false,
    }
}

/// Why a place cannot be trusted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlaceError {
    /// Everybody between here and there could answer in its place, or the place could change hands.
    #[error(
        "`{place}` cannot be trusted as a place: rules from `https://` are pinned with `sha256` or signed with one of `keys`"
    )]
    Web {
        /// As it is written.
        place: String,
    },
    /// It does not say where it ends.
    #[error(
        "`{place}` does not end with `/`, so that everything whose name begins so would be trusted; write `{place}/`"
    )]
    Open {
        /// As it is written.
        place: String,
    },
    /// It leads elsewhere than it seems, or everywhere.
    #[error(
        "`{place}` is no place; write a folder, `s3://bucket/folder/` or `oci://registry/team/`, without `..`"
    )]
    Unusable {
        /// As it is written.
        place: String,
    },
}

/// What the operator trusts.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    keys: Keys,
    places: Vec<String>,
}

impl Trust {
    /// Components that are signed with one of `keys`, and those from `places`: folders, `s3://bucket/folder/`,
    /// `oci://registry/team/`.
    ///
    /// # Errors
    /// When a place says too much, or too little.
    pub fn new(keys: Keys, places: &[String]) -> Result<Self, PlaceError> {
        for place in places {
            check_place(place)?;
        }
        Ok(Self {
            keys,
            places: places.to_vec(),
        })
    }

    /// The keys.
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Where the signature of a rule would be, when it could make a difference.
    #[must_use]
    pub fn signature(&self, source: &RuleSource) -> Option<String> {
        let wants = source.sha256.is_none() && !self.keys.is_empty();
        wants.then(|| signature::beside(&source.location))
    }

    /// Why a component with this digest and this signature is taken.
    pub(crate) fn judge(
        &self,
        wanted: &Wanted,
        sha256: &str,
        signed: Option<Signed>,
    ) -> Result<Judged, Distrust> {
        let location = &wanted.source.location;
        let on = |grounds| Judged {
            grounds,
            claim: Claim::default(),
        };
        if let Some(expected) = &wanted.source.sha256 {
            if expected.eq_ignore_ascii_case(sha256) {
                return Ok(on(Grounds::Pinned));
            }
            return Err(Distrust::Digest {
                location: shown(location),
                expected: expected.clone(),
                actual: sha256.to_owned(),
            });
        }
        if let Some(Signed { key, claim }) = signed {
            return Ok(Judged {
                grounds: Grounds::Signed(key),
                claim,
            });
        }
        let is_path = !location.contains(SCHEME_END);
        match wanted.written {
            Written::Folder => return Ok(on(Grounds::Configured)),
            Written::Configuration if is_path => return Ok(on(Grounds::Configured)),
            Written::Configuration | Written::Store => {}
        }
        if let Some(place) = self.places.iter().find(|place| is_in(location, place)) {
            return Ok(on(Grounds::Trusted(place.clone())));
        }
        Err(Distrust::Unknown {
            location: shown(location),
            remedy: self.remedy(location, sha256),
        })
    }

    fn remedy(&self, location: &str, sha256: &str) -> String {
        let mut remedy = format!("if it is meant, give the rule `sha256 = \"{sha256}\"`");
        if !location.starts_with("https://") {
            let folder = match location.rfind('/') {
                Some(end) => &location[..=end],
                None => "./",
            };
            remedy.push_str(&format!(
                ", or write `trusted = [\"{folder}\"]` under [sandbox]"
            ));
        }
        remedy.push_str(&if self.keys.is_empty() {
            String::from(", or sign it with minisign and write the public key into `keys` there")
        } else {
            format!(
                ", or have it signed with minisign by one of the keys there ({})",
                self.keys
            )
        });
        remedy
    }
}

fn check_place(place: &str) -> Result<(), PlaceError> {
    let unusable = || PlaceError::Unusable {
        place: place.to_owned(),
    };
    let within = match place.split_once(SCHEME_END) {
        Some(("https" | "http", _)) => {
            return Err(PlaceError::Web {
                place: place.to_owned(),
            });
        }
        Some(("s3" | "oci", within)) => Some(within),
        Some(_) => return Err(unusable()),
        None => None,
    };
    if !place.ends_with('/') {
        return Err(PlaceError::Open {
            place: place.to_owned(),
        });
    }
    if within.is_some_and(|within| within.starts_with('/') || climbs(within)) {
        return Err(unusable());
    }
    Ok(())
}

/// Whether `location` lies in `place` and does not lead out of it again.
fn is_in(location: &str, place: &str) -> bool {
    if location.contains(SCHEME_END) {
        return location.starts_with(place) && !climbs(&location[place.len()..]);
    }
    if place.contains(SCHEME_END) {
        return false;
    }
    let absolute = |path: &str| std::path::absolute(Path::new(path));
    match (absolute(location), absolute(place)) {
        (Ok(file), Ok(folder)) => {
            let steps = |step: Component<'_>| step != Component::ParentDir;
            file.strip_prefix(folder)
                .is_ok_and(|within| within.components().all(steps))
        }
        _ => false,
    }
}

/// Whether a part of it is `..`, which some places would follow.
fn climbs(within: &str) -> bool {
    within.split('/').any(|part| part == "..")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::collections::BTreeMap;

    use reveille_core::model::Tier;

    use super::*;

    fn wanted(location: &str, written: Written, sha256: Option<&str>) -> Wanted {
        Wanted {
            source: RuleSource {
                name: "team".to_owned(),
                location: location.to_owned(),
                sha256: sha256.map(str::to_owned),
                tier: Tier::Rule,
                wasi: false,
                data: BTreeMap::new(),
            },
            written,
        }
    }

    fn trust() -> Trust {
        let places = ["oci://ghcr.io/team/", "s3://bucket/rules/", "rules/"];
        Trust::new(Keys::default(), &places.map(str::to_owned)).unwrap()
    }

    #[track_caller]
    fn check(location: &str, expected: Option<Grounds>) {
        let judged = trust().judge(&wanted(location, Written::Store, None), "aa", None);
        let grounds = judged.ok().map(|judged| judged.grounds);
        assert_eq!(grounds, expected, "{location}");
    }

    #[test]
    fn a_place_is_trusted_with_what_lies_in_it() {
        let trusted = |place: &str| Some(Grounds::Trusted(place.to_owned()));
        check("oci://ghcr.io/team/a:1.0", trusted("oci://ghcr.io/team/"));
        check("s3://bucket/rules/a.wasm", trusted("s3://bucket/rules/"));
        check("rules/a.wasm", trusted("rules/"));
        check("./rules/deep/a.wasm", trusted("rules/"));
    }

    #[test]
    fn what_only_begins_like_a_place_or_climbs_out_of_it_is_not() {
        for location in [
            "oci://ghcr.io/teammate/a:1.0",
            "oci://ghcr.io/team/../evil/a:1.0",
            "s3://bucket/rules/../a.wasm",
            "s3://bucket/rules2/a.wasm",
            "rules/../a.wasm",
            "rules2/a.wasm",
            "a.wasm",
            "https://ghcr.io/team/a.wasm",
        ] {
            check(location, None);
        }
    }

    #[test]
    fn a_path_counts_when_it_stands_in_the_configuration_and_an_address_does_not() {
        let judge = |location: &str| {
            let wanted = wanted(location, Written::Configuration, None);
            let judged = trust().judge(&wanted, "aa", None);
            judged.map(|judged| judged.grounds)
        };
        assert_eq!(judge("elsewhere/a.wasm"), Ok(Grounds::Configured));
        let refused = judge("https://example.com/a.wasm").unwrap_err().to_string();
        assert!(refused.contains("`sha256 = \"aa\"`"), "{refused}");
        assert!(!refused.contains("trusted"), "{refused}");
        let refused = judge("s3://other/a.wasm").unwrap_err().to_string();
        assert!(
            refused.contains("`trusted = [\"s3://other/\"]`"),
            "{refused}"
        );
    }

    #[test]
    fn a_digest_stands_above_everything_else() {
        let pinned = |sha256| wanted("rules/a.wasm", Written::Configuration, Some(sha256));
        let same = trust().judge(&pinned("AA"), "aa", None).unwrap();
        assert_eq!(same.grounds, Grounds::Pinned);
        let other = trust().judge(&pinned("bb"), "aa", Some(signed("")));
        assert!(matches!(other, Err(Distrust::Digest { .. })), "{other:?}");
    }

    fn signed(comment: &str) -> Signed {
        Signed {
            key: "RWQ…".to_owned(),
            claim: Claim::read(comment),
        }
    }

    #[track_caller]
    fn check_version(comment: &str, version: &str, in_use: Option<&str>, expected: bool) {
        let wanted = wanted("rules/a.wasm", Written::Configuration, None);
        let judged = trust().judge(&wanted, "aa", Some(signed(comment))).unwrap();
        let taken = judged.of_version(&wanted.source, version, in_use);
        assert_eq!(taken.is_ok(), expected, "{taken:?}");
    }

    #[test]
    fn what_is_signed_is_taken_when_it_is_not_older_than_what_is_in_use() {
        check_version("", "1.10.0", Some("1.9.0"), true);
        check_version("", "1.9.0", Some("1.9.0"), true);
        check_version("", "1.9.0", None, true);
        check_version("", "1.9.0", Some("1.10.0"), false);
        check_version("", "2.0.0-beta.2", Some("2.0.0-beta.11"), false);
        check_version("", "2.0.0-beta.2", Some("2.0.0"), false);
        check_version("", "2.0.0+b", Some("2.0.0+a"), true);
    }

    #[test]
    fn what_is_signed_as_one_version_is_not_taken_as_another() {
        check_version("version:1.9.0", "1.9.0", None, true);
        check_version("version:1.9.0", "1.9.1", None, false);
    }

    #[test]
    fn a_pin_goes_back_to_any_version() {
        let wanted = wanted("rules/a.wasm", Written::Store, Some("aa"));
        let judged = trust().judge(&wanted, "aa", None).unwrap();
        let taken = judged.of_version(&wanted.source, "1.0.0", Some("2.0.0"));
        assert_eq!(taken, Ok(Grounds::Pinned));
    }

    #[test]
    fn a_place_that_says_too_much_is_refused_with_what_would_be_right() {
        let error = |place: &str| {
            Trust::new(Keys::default(), &[place.to_owned()])
                .unwrap_err()
                .to_string()
        };
        assert!(error("https://example.com/").contains("pinned"));
        assert!(error("oci://ghcr.io/team").contains("write `oci://ghcr.io/team/`"));
        for place in ["s3:///", "oci://ghcr.io/../", "ftp://host/"] {
            assert!(error(place).contains("is no place"), "{place}");
        }
    }
}
