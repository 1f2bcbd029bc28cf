//! Machine code that an operator's program shares through a bucket, at moto, and a program loads that compiles nothing.

use std::process::{Command, Output};

use reveille_tests::{
    ground::moto::moto,
    house::{Place, text},
};

use crate::objects;

const BUCKET: &str = "code-of-rules";
const RULE: &[u8] = include_bytes!("../compat/company-days-0.1.0.wasm");

/// A folder with the configurations of two hosts, which have nothing in common but the bucket and the key.
struct Ground {
    place: Place,
    key: String,
}

impl Ground {
    /// `prefix` is where the machine code is, one for each test.
    fn new(prefix: &str) -> Self {
        objects::put(&format!("/{BUCKET}"), b"");
        let place = Place::new();
        std::fs::write(place.folder.path().join("company-days.wasm"), RULE).unwrap();
        let shared =
            format!("cache = \"s3://{BUCKET}/{prefix}\"\nkey = {{ env = \"CODE_KEY\" }}\n");
        let rules = "[[rules]]\nname = \"company-days\"\nlocation = \"company-days.wasm\"\n";
        for (name, more, rules) in [("full", "", ""), ("lean", "compile = false\n", rules)] {
            place.file(
                &format!("{name}.toml"),
                &format!("[store]\npath = \"{name}.db\"\n{rules}[sandbox]\n{shared}{more}"),
            );
        }
        Self {
            place,
            key: "ab".repeat(32),
        }
    }

    fn command(&self, host: &str, arguments: &[&str]) -> Command {
        let mut command = self.place.bare_command();
        command
            .env("AWS_ACCESS_KEY_ID", "AKIAHOME")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ENDPOINT_URL", &moto().endpoint)
            .env("CODE_KEY", &self.key)
            .args(["--config", &format!("{host}.toml")])
            .args(arguments);
        command
    }

    fn run(&self, host: &str, arguments: &[&str]) -> (bool, String) {
        let Output {
            status,
            stdout,
            stderr,
        } = self.command(host, arguments).output().unwrap();
        (status.success(), text(&stdout) + &text(&stderr))
    }

    #[track_caller]
    fn ok(&self, host: &str, arguments: &[&str]) -> String {
        let (is_ok, said) = self.run(host, arguments);
        assert!(is_ok, "{said}");
        said
    }

    /// What is wrong with the rule at the host without a compiler.
    #[track_caller]
    fn fault(&self) -> String {
        let (is_ok, said) = self.run("lean", &["check"]);
        assert!(!is_ok && said.contains("rules     4 loaded"), "{said}");
        let fault = said.lines().find(|line| line.starts_with("fault"));
        fault.unwrap_or_default().to_owned()
    }
}

const ADD: &[&str] = &["rule", "add", "company-days", "company-days.wasm", "--yes"];

#[test]
fn a_rule_that_was_added_runs_where_nothing_is_compiled() {
    let ground = Ground::new("added");
    let missing = ground.fault();
    assert!(missing.contains("`reveille rule compile`"), "{missing}");
    assert!(missing.contains("s3://code-of-rules/added/"), "{missing}");
    let said = ground.ok("full", ADD);
    assert!(said.contains("shared: s3://code-of-rules/added/"), "{said}");
    let said = ground.ok("lean", &["check"]);
    assert!(said.contains("5 loaded: company-days"), "{said}");
}

#[test]
fn code_that_somebody_else_wrote_is_not_run_and_compiling_mends_it() {
    let mut ground = Ground::new("forged");
    let said = ground.ok("full", ADD);
    let place = said.split("shared: s3:/").nth(1).unwrap();
    let place = place.split(' ').next().unwrap();
    objects::put(place, &[7; 4096]);
    let fault = ground.fault();
    assert!(fault.contains("was not run"), "{fault}");

    let said = ground.ok("full", &["rule", "compile"]);
    assert!(said.contains(place), "{said}");
    ground.ok("lean", &["check"]);

    ground.key = "cd".repeat(32);
    let fault = ground.fault();
    assert!(fault.contains("was not run"), "{fault}");
    ground.key = "hush".to_owned();
    let fault = ground.fault();
    assert!(
        fault.contains("sandbox.key") && fault.contains("openssl rand -hex 32"),
        "{fault}"
    );
    assert!(!fault.contains("hush"), "{fault}");
}
