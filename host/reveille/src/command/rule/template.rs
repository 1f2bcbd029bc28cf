//! What a new project is made of, embedded in the program: a rule that works, its tests, the SDK and the contract.

use crate::cli::{RuleKind, RuleLanguage};

/// The name that rules have in the templates.
const NAME: &str = "my-rule";

macro_rules! template {
    ($path:literal) => {
        include_str!(concat!("../../../templates/", $path))
    };
}

macro_rules! contract {
    ($($name:literal),*) => {
        &[$((concat!("wit/", $name), include_str!(concat!("../../../../../wit/", $name)))),*]
    };
}

macro_rules! sdk {
    ($($name:literal),*) => {
        &[$((
            concat!("sdk/src/", $name),
            include_str!(concat!("../../../../../guest-rules/sdk/src/", $name)),
        )),*]
    };
}

/// The contract, file by file.
pub(super) const CONTRACT: &[(&str, &str)] = contract!(
    "about.wit",
    "decider.wit",
    "formatter.wit",
    "imports.wit",
    "planner.wit",
    "types.wit",
    "worlds.wit"
);

/// The SDK for rules in Rust. It is on no registry, and a copy always fits the host that it came with.
const RUST_SDK: &[(&str, &str)] = sdk!(
    "about.rs",
    "bindings.rs",
    "clock.rs",
    "config.rs",
    "data.rs",
    "date.rs",
    "digit.rs",
    "export.rs",
    "guard.rs",
    "lib.rs",
    "message.rs",
    "paint.rs",
    "panic.rs",
    "planner.rs",
    "testing.rs"
);

/// Where the SDK finds the contract in this workspace, and where in a project.
const CONTRACT_PATH: (&str, &str) = (r#"path: "../../wit""#, r#"path: "../wit""#);

/// The SDK for rules in JavaScript.
const JS_SDK: &[(&str, &str)] = &[
    ("sdk/component.js", template!("js/sdk/component.js")),
    ("sdk/reveille.js", template!("js/sdk/reveille.js")),
    ("sdk/testing.js", template!("js/sdk/testing.js")),
];

/// The SDK for rules in Python.
const PYTHON_SDK: &[(&str, &str)] = &[
    ("sdk/component.py", template!("python/sdk/component.py")),
    ("sdk/reveille.py", template!("python/sdk/reveille.py")),
    (
        "sdk/reveille_testing.py",
        template!("python/sdk/reveille_testing.py"),
    ),
];

/// Every file of a project, by its path in it.
pub(super) fn project(
    name: &str,
    language: RuleLanguage,
    kind: RuleKind,
) -> Vec<(&'static str, String)> {
    let mut files = match language {
        RuleLanguage::Rust => rust(kind),
        RuleLanguage::Js => js(kind),
        RuleLanguage::Python => python(kind),
    };
    let (usage, cases) = match kind {
        RuleKind::Planner => (
            template!("planner/use.md"),
            Some(template!("planner/cases.toml")),
        ),
        RuleKind::Decider => (
            template!("decider/use.md"),
            Some(template!("decider/cases.toml")),
        ),
        RuleKind::Formatter => (template!("formatter/use.md"), None),
    };
    let tier = match language {
        RuleLanguage::Rust => "rule",
        RuleLanguage::Js => "scripted",
        RuleLanguage::Python => "heavy",
    };
    files.extend(cases.map(|cases| ("cases.toml", cases)));
    let testing = match cases {
        Some(_) => "reveille rule test my-rule.wasm --cases cases.toml\n",
        None => "",
    };
    let filled = |text: &str| {
        text.replace("my-use", usage)
            .replace("my-cases", testing)
            .replace("my-kind", kind.word())
            .replace("my-tier", tier)
            .replace(NAME, name)
    };
    let own = files.into_iter().map(|(path, text)| (path, filled(text)));
    let given = CONTRACT.iter().map(|&(path, text)| (path, text.to_owned()));
    own.chain(given).chain(sdk(language)).collect()
}

fn sdk(language: RuleLanguage) -> Vec<(&'static str, String)> {
    let files = match language {
        RuleLanguage::Rust => RUST_SDK,
        RuleLanguage::Js => JS_SDK,
        RuleLanguage::Python => PYTHON_SDK,
    };
    files
        .iter()
        .map(|&(path, text)| (path, text.replace(CONTRACT_PATH.0, CONTRACT_PATH.1)))
        .collect()
}

fn rust(kind: RuleKind) -> Vec<(&'static str, &'static str)> {
    let (rule, schema) = match kind {
        RuleKind::Planner => (
            template!("rust/planner/lib.rs"),
            Some(template!("rust/planner/schema.json")),
        ),
        RuleKind::Decider => (
            template!("rust/decider/lib.rs"),
            Some(template!("rust/decider/schema.json")),
        ),
        RuleKind::Formatter => (template!("rust/formatter/lib.rs"), None),
    };
    let mut files = vec![
        ("README.md", template!("rust/README.md")),
        (".gitignore", template!("rust/gitignore")),
        ("Cargo.toml", template!("rust/Cargo.toml")),
        ("sdk/Cargo.toml", template!("rust/sdk.toml")),
        (
            "clippy.toml",
            include_str!("../../../../../guest-rules/clippy.toml"),
        ),
        ("src/lib.rs", rule),
    ];
    files.extend(schema.map(|schema| ("src/schema.json", schema)));
    files
}

fn js(kind: RuleKind) -> Vec<(&'static str, &'static str)> {
    let (rule, test) = match kind {
        RuleKind::Planner => (template!("js/planner.js"), template!("js/planner.test.js")),
        RuleKind::Decider => (template!("js/decider.js"), template!("js/decider.test.js")),
        RuleKind::Formatter => (
            template!("js/formatter.js"),
            template!("js/formatter.test.js"),
        ),
    };
    vec![
        ("README.md", template!("js/README.md")),
        (".gitignore", template!("js/gitignore")),
        ("package.json", template!("js/package.json")),
        ("rule.js", rule),
        ("rule.test.js", test),
    ]
}

fn python(kind: RuleKind) -> Vec<(&'static str, &'static str)> {
    let (rule, test) = match kind {
        RuleKind::Planner => (
            template!("python/planner.py"),
            template!("python/planner_test.py"),
        ),
        RuleKind::Decider => (
            template!("python/decider.py"),
            template!("python/decider_test.py"),
        ),
        RuleKind::Formatter => (
            template!("python/formatter.py"),
            template!("python/formatter_test.py"),
        ),
    };
    vec![
        ("README.md", template!("python/README.md")),
        (".gitignore", template!("python/gitignore")),
        ("pyproject.toml", template!("python/pyproject.toml")),
        ("requirements.txt", template!("python/requirements.txt")),
        ("rule.py", rule),
        ("test_rule.py", test),
    ]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use std::{collections::BTreeSet, fs, path::Path};

    /// The embedded files of a folder are all that are in it.
    #[track_caller]
    fn whole(folder: &str, under: &str, embedded: &[(&str, &str)]) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let there: BTreeSet<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| format!("{under}/{}", entry.unwrap().file_name().display()))
            .collect();
        let named = embedded
            .iter()
            .map(|(path, _)| (*path).to_owned())
            .collect();
        assert_eq!(there, named);
    }

    #[test]
    fn the_contract_and_the_sdks_are_embedded_whole() {
        whole("../../wit", "wit", CONTRACT);
        whole("../../guest-rules/sdk/src", "sdk/src", RUST_SDK);
        whole("templates/js/sdk", "sdk", JS_SDK);
        whole("templates/python/sdk", "sdk", PYTHON_SDK);
    }

    #[test]
    fn the_sdk_finds_the_contract_in_a_project() {
        let bindings = sdk(RuleLanguage::Rust);
        let (_, bindings) = bindings
            .iter()
            .find(|(path, _)| path.ends_with("bindings.rs"))
            .unwrap();
        assert_eq!(bindings.matches(CONTRACT_PATH.1).count(), 4);
        assert!(!bindings.contains("../../wit"));
    }

    #[test]
    fn a_project_depends_on_what_the_workspace_depends_on() {
        let workspace: toml_edit::DocumentMut =
            include_str!("../../../../../Cargo.toml").parse().unwrap();
        let sdk: toml_edit::DocumentMut = template!("rust/sdk.toml").parse().unwrap();
        let own: toml_edit::DocumentMut = include_str!("../../../../../guest-rules/sdk/Cargo.toml")
            .parse()
            .unwrap();
        let dependencies = sdk["dependencies"].as_table().unwrap();
        let names = |table: &toml_edit::Table| -> BTreeSet<String> {
            table.iter().map(|(name, _)| name.to_owned()).collect()
        };
        assert_eq!(
            names(dependencies),
            names(own["dependencies"].as_table().unwrap())
        );
        for (name, dependency) in dependencies {
            let ours = &workspace["workspace"]["dependencies"][name];
            assert_eq!(
                dependency.to_string().trim(),
                ours.to_string().trim(),
                "{name}"
            );
        }
        let version = |toml: &toml_edit::DocumentMut, key: &str| toml["package"][key].to_string();
        let package = &workspace["workspace"]["package"];
        assert_eq!(version(&sdk, "version"), package["version"].to_string());
        assert_eq!(
            version(&sdk, "rust-version"),
            package["rust-version"].to_string()
        );
    }

    #[test]
    fn nothing_of_the_template_is_left_in_a_project() {
        for language in [RuleLanguage::Rust, RuleLanguage::Js, RuleLanguage::Python] {
            for kind in [RuleKind::Planner, RuleKind::Decider, RuleKind::Formatter] {
                let files = project("early-friday", language, kind);
                for (path, text) in &files {
                    for word in ["my-rule", "my-kind", "my-tier", "my-use", "my-cases"] {
                        assert!(!text.contains(word), "{language:?} {kind:?} {path}: {word}");
                    }
                }
                let (_, readme) = files.iter().find(|(path, _)| *path == "README.md").unwrap();
                assert!(
                    readme.lines().count() <= 60,
                    "{language:?} {kind:?}: {readme}"
                );
            }
        }
    }
}
