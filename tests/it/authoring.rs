//! A rule of one's own, from nothing to a plan: `reveille rule new` and `reveille rule build`, in every language.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

use crate::{
    component::{build, compiled, workshop},
    house::{Place, binary, text},
};

/// A project that the program has made.
struct Project {
    place: Place,
    folder: PathBuf,
}

impl Project {
    fn new(name: &str, lang: &str, kind: &str) -> Self {
        let place = Place::new();
        place.ok(&["rule", "new", name, "--lang", lang, "--kind", kind]);
        let folder = place.folder.path().join(name);
        if lang == "rust" {
            // The versions that are here already.
            let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
            fs::copy(lock, folder.join("Cargo.lock")).unwrap();
        }
        Self { place, folder }
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.folder.join(file), text).unwrap();
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.folder.join(file)).unwrap()
    }

    /// Builds it and gives what was said.
    #[track_caller]
    fn built(&self) -> String {
        let output = build(&self.folder, None).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    }

    /// Runs its cases through its component, as its README says.
    #[track_caller]
    fn cases_pass(&self) {
        let output = Command::new(binary())
            .args(["rule", "test", "--cases", "cases.toml"])
            .arg(format!("{}.wasm", self.name()))
            .current_dir(&self.folder)
            .env("XDG_CACHE_HOME", workshop())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}{}",
            text(&output.stdout),
            text(&output.stderr)
        );
    }

    fn name(&self) -> String {
        self.folder.file_name().unwrap().display().to_string()
    }

    /// Configures the host with the component, as an operator would.
    fn configure(&self, tier: &str) {
        let name = self.name();
        let wasm = self.folder.join(format!("{name}.wasm"));
        let config = format!(
            "[sandbox]\ncache = '{}'\n[[rules]]\nname = \"{name}\"\nlocation = '{}'\ntier = \"{tier}\"\n",
            compiled().display(),
            wasm.display()
        );
        self.place.file("reveille.toml", &config);
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let config = ["--config", "reveille.toml"];
        self.place.run(&[&config, arguments].concat())
    }

    #[track_caller]
    fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    }

    /// The roles that the host has found in it.
    #[track_caller]
    fn roles(&self) -> Value {
        let listed: Value = serde_json::from_str(&self.ok(&["rule", "list", "--json"])).unwrap();
        let rules = listed.get("rules").unwrap_or(&listed).as_array().unwrap();
        let mut own = rules.iter().filter(|rule| rule["name"] == self.name());
        own.next().unwrap()["roles"].clone()
    }

    /// Applies the definitions of its README, and gives the spans of a Friday and of the day after.
    fn plans(&self) -> Value {
        let readme = self.read("README.md");
        let (_, after) = readme.split_once("```yaml\n").unwrap();
        self.place
            .file("definitions.yaml", after.split_once("```").unwrap().0);
        self.ok(&["apply", "--file", "definitions.yaml"]);
        let plan = self.ok(&[
            "plan",
            "Development",
            "--from",
            "2026-11-26",
            "--days",
            "2",
            "--json",
        ]);
        serde_json::from_str(&plan).unwrap()
    }
}

/// What the planner of every template makes of a Thursday and a Friday.
#[track_caller]
fn is_early_on_friday(days: &Value) {
    let spans = |day: usize| -> Vec<(u64, u64, &str)> {
        let spans = days[day]["spans"].as_array().unwrap();
        spans
            .iter()
            .map(|span| {
                let minute = |key: &str| span[key].as_u64().unwrap();
                (
                    minute("begin"),
                    minute("end"),
                    span["want"].as_str().unwrap(),
                )
            })
            .collect()
    };
    assert_eq!(spans(0), [(540, 1080, "run")], "{days}");
    assert_eq!(spans(1), [(540, 960, "run"), (960, 1440, "stop")], "{days}");
}

/// Runs a project's own tests.
#[track_caller]
fn tests_pass(folder: &Path, program: &str, arguments: &[&str]) {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
}

#[test]
fn a_planner_in_rust_is_made_built_and_paints() {
    let project = Project::new("early-friday", "rust", "planner");
    let said = project.built();
    assert!(said.contains("made `early-friday.wasm`"), "{said}");
    assert!(said.contains("tier `rule`"), "{said}");
    project.cases_pass();
    project.configure("rule");
    is_early_on_friday(&project.plans());

    let elsewhere = Project::new("early-friday", "rust", "planner");
    assert_eq!(
        elsewhere.built(),
        said,
        "the same bytes wherever it is built"
    );
}

#[test]
fn the_other_kinds_in_rust_are_built_and_taken() {
    for kind in ["decider", "formatter"] {
        let project = Project::new(&format!("own-{kind}"), "rust", kind);
        project.built();
        if kind == "decider" {
            project.cases_pass();
        }
        project.configure("rule");
        assert_eq!(project.roles(), serde_json::json!([kind]));
    }
}

#[test]
fn a_planner_in_javascript_is_made_tested_built_and_paints() {
    let project = Project::new("early-friday", "js", "planner");
    tests_pass(&project.folder, "node", &["--test"]);
    let said = project.built();
    assert!(said.contains("tier `scripted`"), "{said}");
    project.cases_pass();
    project.configure("scripted");
    is_early_on_friday(&project.plans());
}

#[test]
fn the_other_kinds_in_javascript_are_tested_built_and_taken() {
    for kind in ["decider", "formatter"] {
        let project = Project::new(&format!("own-{kind}"), "js", kind);
        tests_pass(&project.folder, "node", &["--test"]);
        project.built();
        if kind == "decider" {
            project.cases_pass();
        }
        project.configure("scripted");
        assert_eq!(project.roles(), serde_json::json!([kind]));
    }
}

#[test]
fn what_a_rule_in_javascript_throws_is_told_and_what_it_prints_is_logged() {
    let project = Project::new("early-friday", "js", "planner");
    let rule = project
        .read("rule.js")
        .replace("plan(day, { weekday, from }, plan) {", "plan(day, { weekday, from }, plan) {\n    if (day.date.day === 27) throw new TypeError(`no ${weekday}`);");
    project.write("rule.js", &rule);
    project.built();
    project.configure("scripted");
    let definitions = project.read("README.md");
    let (_, after) = definitions.split_once("```yaml\n").unwrap();
    project
        .place
        .file("definitions.yaml", after.split_once("```").unwrap().0);
    project.ok(&["apply", "--file", "definitions.yaml"]);
    let output = project.run(&["plan", "Development", "--from", "2026-11-27", "--days", "1"]);
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(said.contains("TypeError: no fri"), "{said}");
    project.ok(&["plan", "Development", "--from", "2026-11-26", "--days", "1"]);

    let wrong = after
        .split_once("```")
        .unwrap()
        .0
        .replace("weekday: fri", "weekday: friday");
    project.place.file("wrong.yaml", &wrong);
    let output = project.run(&["apply", "--file", "wrong.yaml"]);
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(
        said.contains("`weekday`: \"friday\" must be one of mon, tue"),
        "{said}"
    );
}

#[test]
fn a_planner_in_python_is_made_tested_and_built() {
    // Each takes half a minute of a processor to compile: that one is loaded by a host is seen by the rule of `plugins/`.
    let project = Project::new("early-friday", "python", "planner");
    tests_pass(&project.folder, "python3", &["-m", "unittest"]);
    let said = project.built();
    assert!(said.contains("tier `heavy`"), "{said}");
    project.cases_pass();
}

#[test]
fn the_other_kinds_in_python_pass_their_tests() {
    for kind in ["decider", "formatter"] {
        let project = Project::new(&format!("own-{kind}"), "python", kind);
        tests_pass(&project.folder, "python3", &["-m", "unittest"]);
    }
}

#[test]
fn the_rules_in_plugins_pass_their_own_tests_and_have_the_sdk_of_this_host() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (package, lang, program, arguments) in [
        ("keep-until", "js", "node", &["--test"][..]),
        (
            "office-hours-by-season",
            "python",
            "python3",
            &["-m", "unittest"],
        ),
    ] {
        let folder = root.join("plugins").join(package);
        let template = root.join("host/reveille/templates").join(lang).join("sdk");
        for file in fs::read_dir(template).unwrap() {
            let file = file.unwrap();
            let own = folder.join("sdk").join(file.file_name());
            let written = fs::read_to_string(file.path()).unwrap();
            if std::env::var_os("REVEILLE_DOCS").is_some_and(|value| value == "write") {
                fs::write(&own, &written).unwrap();
            }
            assert!(
                fs::read_to_string(&own).is_ok_and(|own| own == written),
                "{}: not what `reveille rule new` writes; `REVEILLE_DOCS=write` writes it",
                own.display()
            );
        }
        tests_pass(&folder, program, arguments);
    }
}

#[test]
fn a_project_is_not_made_over_anything() {
    let place = Place::new();
    place.file("taken", "mine");
    let said = place.fails(&["rule", "new", "taken"]);
    assert!(said.contains("`taken` exists already"), "{said}");
    assert_eq!(
        fs::read_to_string(place.folder.path().join("taken")).unwrap(),
        "mine"
    );
    let said = place.fails(&["rule", "new", "../over"]);
    assert!(said.contains("lower-case letters"), "{said}");
    let said = place.fails(&["rule", "new", "match"]);
    assert!(said.contains("`match-rule`"), "{said}");
    assert_eq!(fs::read_dir(place.folder.path()).unwrap().count(), 1);
}

#[test]
fn what_is_missing_is_named_with_the_command_that_installs_it() {
    let place = Place::new();
    let said = place.fails(&["rule", "build"]);
    assert!(said.contains("`reveille rule new NAME`"), "{said}");
    for (name, lang, remedy) in [
        ("a", "rust", "rustup target add wasm32-unknown-unknown"),
        ("b", "js", "npm install"),
        ("c", "python", ".venv/bin/pip install -r requirements.txt"),
    ] {
        place.ok(&["rule", "new", name, "--lang", lang]);
        // Its environment is empty: nothing is on the PATH.
        let said = place.fails(&["rule", "build", name]);
        assert!(said.contains(remedy), "{said}");
        let left = fs::read_dir(place.folder.path().join(name)).unwrap();
        let names = left.map(|entry| entry.unwrap().file_name().display().to_string());
        assert!(names.into_iter().all(|name| !name.contains("build-")));
    }
}

#[test]
fn a_build_that_fails_shows_the_authors_mistake_and_leaves_the_component_that_was_there() {
    let project = Project::new("early-friday", "js", "planner");
    project.write("early-friday.wasm", "the one before");
    project.write(
        "rule.js",
        "import { planner } from \"./sdk/reveille.js\";\nexport default planner({ nam: 1 });\n",
    );
    let output = build(&project.folder, None).output().unwrap();
    let said = text(&output.stderr);
    assert!(!output.status.success());
    assert!(said.contains("a rule has no `nam`"), "{said}");
    assert_eq!(project.read("early-friday.wasm"), "the one before");
}

/// Settings of the profile that `reveille rule build` has, so that what makes the bindings is built once for both.
const PROFILE: &[&str] = &[
    "inherits='release'",
    "codegen-units=1",
    "lto='fat'",
    "panic='abort'",
    "strip=true",
    "build-override.opt-level=0",
    "build-override.codegen-units=256",
    "build-override.overflow-checks=false",
];

#[test]
fn a_component_of_ordinary_cargo_is_taken_when_the_operator_grants_wasi() {
    let target = "wasm32-wasip2";
    let added = Command::new("rustup")
        .args(["target", "add", target])
        .output()
        .unwrap();
    assert!(added.status.success(), "{}", text(&added.stderr));
    let project = Project::new("ordinary", "rust", "planner");
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["build", "--quiet", "--lib", "--target", target])
        .args(["--profile", "guest"])
        .current_dir(&project.folder)
        .env("CARGO_TARGET_DIR", workshop())
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    for setting in PROFILE {
        cargo.args(["--config", &format!("profile.guest.{setting}")]);
    }
    let built = cargo.output().unwrap();
    assert!(built.status.success(), "{}", text(&built.stderr));
    let made = workshop().join(target).join("guest/ordinary.wasm");
    fs::copy(made, project.folder.join("ordinary.wasm")).unwrap();

    project.configure("rule");
    let output = project.run(&["rule", "list"]);
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(
        said.contains("imports `wasi:") && said.contains("grant"),
        "{said}"
    );

    let config = fs::read_to_string(project.place.folder.path().join("reveille.toml")).unwrap();
    project
        .place
        .file("reveille.toml", &(config + "wasi = true\n"));
    let granted = project
        .read("README.md")
        .replace("tier: rule", "tier: rule, wasi: true");
    project.write("README.md", &granted);
    is_early_on_friday(&project.plans());
}
