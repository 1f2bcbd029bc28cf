//! A copy of `deploy/` in which tools may leave what they like, and what `reveille` says of a configuration.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use reveille_tests::house::{Place, text};
use serde_json::Value;

/// An archive without a file in it.
const EMPTY_ZIP: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// The folder as it is in the repository.
pub fn original() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy")
}

/// A copy with a zip where `deploy/lambda/build` puts it.
pub fn copy() -> Place {
    let place = Place::new();
    for part in ["terraform", "sam"] {
        copy_into(&original().join(part), &place.folder.path().join(part));
    }
    fs::create_dir(place.folder.path().join("lambda")).unwrap();
    fs::write(place.folder.path().join("lambda/bootstrap.zip"), EMPTY_ZIP).unwrap();
    place
}

/// What somebody's own use of the folder has left in it stays there.
fn copy_into(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let from = entry.unwrap().path();
        let name = from.file_name().unwrap();
        let to = to.join(name);
        if from.is_file() {
            fs::copy(&from, to).unwrap();
        } else if !name.to_string_lossy().starts_with('.') {
            copy_into(&from, &to);
        }
    }
}

/// The blocks of a language in the folder's README.
pub fn blocks(language: &str) -> Vec<String> {
    let readme = fs::read_to_string(original().join("README.md")).unwrap();
    let begin = format!("```{language}\n");
    let after = readme.split(&begin).skip(1);
    after
        .map(|text| text.split("```").next().unwrap().to_owned())
        .collect()
}

/// What `reveille iam` prints for a configuration.
#[track_caller]
pub fn iam(place: &Place, configuration: &str, arguments: &[&str]) -> Value {
    iam_with_tokens(place, configuration, "", arguments)
}

/// As [`iam`], with more tokens in the environment.
#[track_caller]
pub fn iam_with_tokens(
    place: &Place,
    configuration: &str,
    tokens: &str,
    arguments: &[&str],
) -> Value {
    place.file("printed.toml", configuration);
    let mut command = place.bare_command();
    command
        .env("REVEILLE_JANDI_TOKENS", tokens)
        .args(["--config", "printed.toml", "iam"])
        .args(arguments);
    let output = command.output().unwrap();
    let complaint = text(&output.stderr);
    assert!(output.status.success(), "{complaint}\n{configuration}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The statements of a policy by their names. Neither their order nor that of lists in them means anything.
#[track_caller]
pub fn statements(policy: &Value) -> BTreeMap<&str, Value> {
    let statements = policy["Statement"].as_array().unwrap();
    let named: BTreeMap<&str, Value> = statements
        .iter()
        .map(|statement| (statement["Sid"].as_str().unwrap(), sorted(statement)))
        .collect();
    assert_eq!(named.len(), statements.len(), "{policy}");
    named
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(list) => {
            let mut list: Vec<Value> = list.iter().map(sorted).collect();
            list.sort_by_key(ToString::to_string);
            Value::Array(list)
        }
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| (key.clone(), sorted(value)))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
