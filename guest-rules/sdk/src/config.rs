//! Reading a rule's configuration.

use crate::types::RuleError;
use serde::de::DeserializeOwned;

/// Reads a configuration into the rule's own type. Empty text is `{}`; `{}` is also what `()` is read from.
///
/// ```
/// #[derive(Debug, serde::Deserialize)]
/// struct Config {
///     hours: u16,
/// }
///
/// let config: Config = reveille_sdk::config::read(r#"{ "hours": 9 }"#).unwrap();
/// assert_eq!(config.hours, 9);
///
/// let error = reveille_sdk::config::read::<Config>(r#"{ "hours": "nine" }"#).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "RuleError::InvalidConfig(\"configuration, `hours`: invalid type: string \\\"nine\\\", expected u16 \
///      at line 1 column 17\")",
/// );
/// ```
///
/// # Errors
///
/// [`RuleError::InvalidConfig`] that names the field, quotes what is there and says what was expected.
pub fn read<T: DeserializeOwned>(config: &str) -> Result<T, RuleError> {
    let text = if config.trim().is_empty() {
        "{}"
    } else {
        config
    };
    serde_json::from_str(text)
        // A rule with nothing to configure reads `()`, which JSON writes as `null`.
        .or_else(|error| {
            if is_empty_object(text) {
                serde_json::from_str("null").map_err(|_| error)
            } else {
                Err(error)
            }
        })
        .map_err(|error| {
            let field = field_at(text, error.line(), error.column());
            let place = field.map(|name| format!(", `{name}`")).unwrap_or_default();
            RuleError::InvalidConfig(format!("configuration{place}: {error}"))
        })
}

fn is_empty_object(text: &str) -> bool {
    text.trim()
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .is_some_and(|inner| inner.trim().is_empty())
}

/// The last field that begins before a place in the text: the one whose value could not be read.
///
/// serde_json says where an error is, not in which field. Lines and columns count from one, columns in bytes.
fn field_at(text: &str, line: usize, column: usize) -> Option<&str> {
    let line_begin = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum::<usize>();
    let before = text
        .as_bytes()
        .get(..(line_begin + column).min(text.len()))?;
    let (mut field, mut last, mut begin) = (None, None, None);
    let mut escaped = false;
    for (at, &byte) in before.iter().enumerate() {
        match (begin, byte) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(from), b'"') => {
                last = text.get(from..at);
                begin = None;
            }
            (None, b'"') => begin = Some(at + 1),
            (None, b':') => field = last.take(),
            _ => {}
        }
    }
    field
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Config {
        hours: u16,
        team: Team,
        days: Vec<String>,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Team {
        size: u8,
    }

    #[track_caller]
    fn refused(config: &str, expected: &str) {
        match read::<Config>(config) {
            Err(RuleError::InvalidConfig(message)) => assert_eq!(message, expected),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn no_configuration_is_the_default() {
        assert_eq!(read::<Config>("").unwrap(), Config::default());
        assert_eq!(read::<Config>(" { } ").unwrap(), Config::default());
    }

    #[test]
    fn a_rule_without_configuration_takes_only_an_empty_one() {
        assert!(read::<()>("{}").is_ok());
        assert!(read::<()>("").is_ok());
        assert!(read::<()>(r#"{"a":1}"#).is_err());
    }

    #[test]
    fn an_error_names_the_field_and_quotes_the_value() {
        refused(
            r#"{"hours": "nine"}"#,
            r#"configuration, `hours`: invalid type: string "nine", expected u16 at line 1 column 16"#,
        );
    }

    #[test]
    fn an_error_in_a_field_of_a_field_names_the_inner_one() {
        refused(
            "{\n  \"hours\": 9,\n  \"team\": {\"size\": 300}\n}",
            "configuration, `size`: invalid value: integer `300`, expected u8 at line 3 column 22",
        );
    }

    #[test]
    fn a_colon_in_a_text_is_no_field() {
        refused(
            r#"{"days": ["a: \"b\": c", 7]}"#,
            "configuration, `days`: invalid type: integer `7`, expected a string at line 1 column 26",
        );
    }

    #[test]
    fn a_misspelt_field_is_told_the_right_ones() {
        refused(
            r#"{"hour": 9}"#,
            "configuration: unknown field `hour`, expected one of `hours`, `team`, `days` at line 1 column 7",
        );
    }
}
