//! Where a secret is: in the configuration itself, in the environment, in a file, or with AWS. What it says is for
//! [`Secrets`](crate::secrets::Secrets) to find out.

use std::{
    fmt,
    path::{Path, PathBuf},
};

#[cfg(feature = "aws")]
use reveille_aws::secret::SecretId;
use serde::Deserialize;

use super::{ConfigError, Variables, given::Given};

/// What to do about a secret that this build cannot get.
#[cfg(not(feature = "aws"))]
const WITHOUT_AWS: &str = "this build has no AWS in it. Build it with `cargo build --features aws`, or give the secret \
                           by `env` or `file`";

/// What a secret says. Neither `Debug` nor anything else shows it but [`SecretText::expose`].
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(crate) struct SecretText(String);

impl SecretText {
    /// Without spaces and line ends around; none when nothing is left.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// The secret itself: for comparing and sending, never for a message.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// A secret of the configuration: for what, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Secret {
    /// The key that names it, such as `jandi.tokens[1]`.
    pub(crate) key: String,
    /// Where it is.
    pub(crate) place: SecretPlace,
}

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SecretPlace {
    /// The configuration itself says it.
    Configuration(SecretText),
    /// The environment says it, as it was at the start; none where the variable is not set.
    Variable {
        /// The variable.
        name: String,
        /// What it says.
        text: Option<SecretText>,
    },
    /// A file that has nothing else in it, and may be replaced.
    File(PathBuf),
    /// AWS keeps it.
    #[cfg(feature = "aws")]
    Aws {
        /// As what.
        id: SecretId,
        /// The key of the value, when the secret is an object in JSON.
        field: Option<String>,
    },
}

/// For people; a name that looks like a secret written in the wrong place is not shown.
impl fmt::Display for SecretPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configuration(_) => f.write_str("the configuration"),
            Self::Variable { name, .. } => write!(f, "the variable `{}`", shown(name)),
            Self::File(path) => write!(f, "the file `{}`", shown(&path.to_string_lossy())),
            #[cfg(feature = "aws")]
            Self::Aws { id, field } => {
                match id {
                    SecretId::Parameter(name) => write!(f, "the SSM parameter `{}`", shown(name)),
                    SecretId::Managed(name) => {
                        write!(f, "the secret `{}` of Secrets Manager", shown(name))
                    }
                }?;
                field
                    .as_ref()
                    .map_or(Ok(()), |field| write!(f, ", field `{}`", shown(field)))
            }
        }
    }
}

/// A name as it may be told.
fn shown(name: &str) -> &str {
    if looks_secret(name) { "…" } else { name }
}

/// The shortest run of letters and digits that is taken for a secret; JANDI's tokens have 32, and no account, no key of
/// KMS and no suffix of a name that AWS gives is as long.
const SECRET_RUN: usize = 20;

/// Whether somebody has written a secret where its name belongs: a URL, or a long run of letters and digits.
pub(crate) fn looks_secret(name: &str) -> bool {
    name.contains("://")
        || name
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .any(|run| {
                run.len() >= SECRET_RUN
                    && run.bytes().any(|byte| byte.is_ascii_digit())
                    && run.bytes().any(|byte| byte.is_ascii_lowercase())
            })
}

/// A secret as TOML has it: `{ value = "…" }`, `{ env = "NAME" }`, `{ file = "path" }`, `{ ssm = "/name" }` or
/// `{ secret = "name or ARN", field = "key" }`.
#[derive(Debug, Default, Deserialize)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "a table such as `{ env = \"NAME\" }`"
)]
pub(crate) struct RawSecret {
    pub(super) value: Option<SecretText>,
    pub(super) env: Option<String>,
    pub(super) file: Option<PathBuf>,
    pub(super) ssm: Option<String>,
    pub(super) secret: Option<String>,
    pub(super) field: Option<String>,
}

impl RawSecret {
    /// Where the secret of `key` is; `folder` is that of the configuration.
    ///
    /// # Errors
    /// When it is in no place or in two, or the place has a name that cannot be.
    pub(super) fn check(
        self,
        key: impl Into<String>,
        folder: &Path,
        variables: Variables<'_>,
    ) -> Result<Secret, ConfigError> {
        let key = key.into();
        let wrong = |remedy: &str| Given::new(key.clone(), "…").wrong(remedy);
        if self.field.is_some() && self.secret.is_none() {
            return Err(wrong(
                "`field` names a value within a secret of Secrets Manager; give it beside `secret`, or take it out",
            ));
        }
        let place = match (self.value, self.env, self.file, self.ssm, self.secret) {
            (Some(text), None, None, None, None) => {
                let text = SecretText::new(text.expose());
                SecretPlace::Configuration(
                    text.ok_or_else(|| wrong("it is empty; write the secret"))?,
                )
            }
            (None, Some(name), None, None, None) => {
                let text = variables(&name);
                variable(name, text.as_deref()).map_err(|remedy| wrong(&remedy))?
            }
            (None, None, Some(path), None, None) => SecretPlace::File(folder.join(path)),
            (None, None, None, Some(name), None) => parameter(&name).map_err(|it| wrong(&it))?,
            (None, None, None, None, Some(name)) => {
                managed(&name, self.field).map_err(|it| wrong(&it))?
            }
            _ => {
                return Err(wrong(
                    "give exactly one of `value`, `env`, `file`, `ssm` or `secret`",
                ));
            }
        };
        Ok(Secret { key, place })
    }
}

/// What a variable says, or where it points: `ssm:/name`, `secret:name#field`, `file:/path`.
pub(super) fn variable(name: String, text: Option<&str>) -> Result<SecretPlace, String> {
    let pointed = text.unwrap_or_default().trim();
    if let Some(parameter_name) = pointed.strip_prefix("ssm:") {
        return parameter(parameter_name);
    }
    if let Some(rest) = pointed.strip_prefix("secret:") {
        let (id, field) = rest
            .split_once('#')
            .map_or((rest, None), |(id, field)| (id, Some(field.to_owned())));
        return managed(id, field);
    }
    if let Some(path) = pointed.strip_prefix("file:") {
        return Ok(SecretPlace::File(path.into()));
    }
    Ok(SecretPlace::Variable {
        name,
        text: SecretText::new(pointed),
    })
}

#[cfg(feature = "aws")]
fn parameter(name: &str) -> Result<SecretPlace, String> {
    let id = SecretId::parameter(name)?;
    Ok(SecretPlace::Aws { id, field: None })
}

#[cfg(feature = "aws")]
fn managed(name: &str, field: Option<String>) -> Result<SecretPlace, String> {
    if field.as_ref().is_some_and(String::is_empty) {
        return Err(
            "the field has no name; write the key of a value in the secret's JSON".to_owned(),
        );
    }
    let id = SecretId::managed(name)?;
    Ok(SecretPlace::Aws { id, field })
}

#[cfg(not(feature = "aws"))]
fn parameter(_: &str) -> Result<SecretPlace, String> {
    Err(format!("it is in `ssm`, and {WITHOUT_AWS}"))
}

#[cfg(not(feature = "aws"))]
fn managed(_: &str, _: Option<String>) -> Result<SecretPlace, String> {
    Err(format!("it is in `secret`, and {WITHOUT_AWS}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn check(text: &str) -> Result<SecretPlace, String> {
        let raw: RawSecret = toml_edit::de::from_str(text).unwrap();
        let variables = |name: &str| match name {
            "TOKEN" => Some(" hush\n".to_owned()),
            "AT_FILE" => Some("file:/run/secrets/token".to_owned()),
            "AT_SSM" => Some("ssm:/reveille/token".to_owned()),
            "AT_SECRET" => Some("secret:reveille/jandi#token".to_owned()),
            _ => None,
        };
        raw.check("sandbox.key", Path::new("/conf"), &variables)
            .map(|secret| secret.place)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_secret_is_in_one_place() {
        let hush = SecretText::new("hush").unwrap();
        assert_eq!(
            check("value = \" hush \"").unwrap(),
            SecretPlace::Configuration(hush.clone())
        );
        assert_eq!(
            check("env = \"TOKEN\"").unwrap(),
            SecretPlace::Variable {
                name: "TOKEN".into(),
                text: Some(hush)
            }
        );
        assert_eq!(
            check("file = \"token\"").unwrap(),
            SecretPlace::File("/conf/token".into())
        );
        for text in [
            "",
            "value = \"a\"\nenv = \"B\"",
            "ssm = \"/a\"\nsecret = \"b\"",
        ] {
            let error = check(text).unwrap_err();
            assert!(error.contains("exactly one of"), "{error}");
            assert!(error.contains("sandbox.key"), "{error}");
        }
        assert!(check("value = \" \"").unwrap_err().contains("empty"));
        let error = check("env = \"TOKEN\"\nfield = \"x\"").unwrap_err();
        assert!(error.contains("`field`"), "{error}");
    }

    #[test]
    fn a_variable_may_point_elsewhere() {
        assert_eq!(
            check("env = \"AT_FILE\"").unwrap(),
            SecretPlace::File("/run/secrets/token".into())
        );
    }

    #[cfg(feature = "aws")]
    #[test]
    fn aws_keeps_secrets_by_name_or_arn() {
        for text in ["ssm = \"/reveille/token\"", "env = \"AT_SSM\""] {
            let place = check(text).unwrap();
            assert_eq!(place.to_string(), "the SSM parameter `/reveille/token`");
        }
        for text in [
            "secret = \"reveille/jandi\"\nfield = \"token\"",
            "env = \"AT_SECRET\"",
        ] {
            let place = check(text).unwrap();
            assert_eq!(
                place.to_string(),
                "the secret `reveille/jandi` of Secrets Manager, field `token`"
            );
        }
        for text in ["ssm = \"a b\"", "secret = \"\"", "ssm = \"arn:aws:s3:::x\""] {
            assert!(check(text).is_err(), "{text}");
        }
    }

    #[cfg(not(feature = "aws"))]
    #[test]
    fn a_build_without_aws_refuses_its_secrets_by_name() {
        for (text, name) in [
            ("ssm = \"/a\"", "`ssm`"),
            ("secret = \"a\"", "`secret`"),
            ("env = \"AT_SSM\"", "`ssm`"),
        ] {
            let error = check(text).unwrap_err();
            assert!(
                error.contains(name) && error.contains("--features aws"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_secret_in_the_place_of_its_name_is_not_shown() {
        for name in [
            "0123456789abcdef0123456789abcdef",
            "https://wh.jandi.com/connect-api/webhook/1/0123",
        ] {
            let place = SecretPlace::Variable {
                name: name.to_owned(),
                text: None,
            };
            assert_eq!(place.to_string(), "the variable `…`");
        }
        for name in [
            "REVEILLE_JANDI_TOKENS",
            "/run/secrets/reveille-token-2",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:reveille/jandi-a1B2c3",
        ] {
            assert_eq!(shown(name), name);
        }
    }

    #[test]
    fn nothing_shows_what_a_secret_says() {
        let place = check("value = \"hush\"").unwrap();
        assert!(!format!("{place:?} {place}").contains("hush"));
    }
}
