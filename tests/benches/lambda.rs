//! The program as a function of Lambda: from exec to the first answer, beside an empty function of the same runtime, turn by
//! turn in one run; what a message costs when it is warm; and what it takes of memory.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a bench"
)]

use std::{env, path::PathBuf, process::Command, time::Instant};

use reveille_tests::{
    demo::{median, payload, program},
    fake_aws::FakeAws,
    ground::dynamodb::dynamodb,
    lambda::Lambda,
};
use serde_json::{Value, json};
use tempfile::TempDir;

const STARTS: u64 = 21;
const RUNS: usize = 20;
const MESSAGES: u64 = 300;
/// As many as the demo has, and a large house.
const SERVERS: [usize; 2] = [36, 1_000];

const OFFICE: &str = r#"
periods:
  office: { begintime: "09:00", endtime: "18:00", weekdays: mon-fri }
schedules:
  Development: { timezone: Asia/Seoul, periods: [office] }
"#;

/// The empty function beside this bench.
fn empty() -> PathBuf {
    let bench = env::current_exe().expect("this bench");
    let folder = bench.ancestors().nth(2).expect("target/<profile>/deps");
    let empty = folder.join("examples/empty-function");
    assert!(
        empty.exists(),
        "{} is not built: `cargo build --release --workspace --features reveille/aws --bin reveille --example \
         empty-function`",
        empty.display()
    );
    empty
}

struct Ground {
    folder: TempDir,
    fake: FakeAws,
}

impl Ground {
    /// The program, whose store is in DynamoDB and whose servers are the fake's, or both in a file.
    /// Its clock begins `minute` minutes after ten: a run at the time of an earlier one does nothing.
    fn command(&self, is_aws: bool, minute: u64) -> Command {
        let store = if is_aws {
            "[store]\ndynamodb = { config_table = \"bench-config\", state_table = \"bench-state\" }\n[aws]\nregion = \
             \"ap-northeast-2\"\n"
        } else {
            "[store]\npath = \"bench.db\"\n"
        };
        let mut command = Command::new(program().expect("the program"));
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("AWS_REGION", "ap-northeast-2")
            .env("AWS_ENDPOINT_URL_DYNAMODB", &dynamodb().endpoint)
            .env(
                "REVEILLE_CONFIG_TOML",
                format!("{store}[jandi]\ntokens = [{{ token = \"demo\" }}]\n"),
            )
            .args(["--at", &format!("2026-11-23 10:{minute:02}")]);
        self.fake.lead(&mut command);
        command
    }

    fn run(&self, is_aws: bool, arguments: &[&str]) {
        let ran = self.command(is_aws, 0).args(arguments).output();
        let ran = ran.expect("the program runs");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{arguments:?}: {said}");
    }

    fn function(&self, is_aws: bool, minute: u64) -> Lambda {
        Lambda::start(self.command(is_aws, minute).arg("lambda")).expect("the function")
    }
}

/// A message through a function URL.
fn message(words: &str, number: u64) -> Value {
    json!({
        "version": "2.0", "rawPath": "/jandi/webhook", "body": payload(words, number), "isBase64Encoded": false,
        "requestContext": {"http": {"method": "POST", "path": "/jandi/webhook"}},
    })
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}

/// From exec to the first answer.
fn start(command: &mut Command, event: &Value) -> f64 {
    let begun = Instant::now();
    let lambda = Lambda::start(command).expect("a function");
    let answer = lambda.invoke(event).answer();
    let spent = milliseconds(begun);
    assert!(
        answer["statusCode"].is_null() || answer["statusCode"] == 200,
        "{answer}"
    );
    spent
}

/// How long one message takes after the other, when it is warm.
fn warm(lambda: &Lambda, words: &str) -> f64 {
    let mut times = Vec::new();
    for number in 0..MESSAGES {
        let event = message(words, number);
        let begun = Instant::now();
        let answer = lambda.invoke(&event).answer();
        assert!(
            answer["statusCode"].is_null() || answer["statusCode"] == 200,
            "{answer}"
        );
        times.push(milliseconds(begun));
    }
    median(times)
}

fn report_memory(what: &str, lambda: &Lambda) {
    let megabytes = |name| {
        f64::from(u32::try_from(lambda.memory(name).expect("memory")).expect("kilobytes")) / 1_024.0
    };
    println!(
        "memory {what}: {:.1} MiB, at most {:.1} (under 128)",
        megabytes("VmRSS"),
        megabytes("VmHWM")
    );
}

fn main() {
    let ground = Ground {
        folder: TempDir::new().expect("a folder"),
        fake: FakeAws::start().expect("an AWS"),
    };
    std::fs::write(ground.folder.path().join("office.yaml"), OFFICE).expect("a file");
    ground.run(true, &["tables", "create"]);
    for is_aws in [true, false] {
        ground.run(is_aws, &["apply", "-f", "office.yaml"]);
    }
    let tick = json!({"command": "tick"});
    let [few, many] = SERVERS;
    servers(&ground, few);

    let mut spent = [const { Vec::new() }; 4];
    for number in 1..=STARTS {
        let starts = [
            start(&mut Command::new(empty()), &tick),
            start(
                ground.command(false, number).arg("lambda"),
                &message("help", number),
            ),
            start(
                ground.command(true, number).arg("lambda"),
                &message("Development status", number),
            ),
            start(ground.command(true, number).arg("lambda"), &tick),
        ];
        for (all, one) in spent.iter_mut().zip(starts) {
            all.push(one);
        }
    }
    let [nothing, file, chat, run] = spent.map(median);
    println!("exec to first answer: {nothing:.1} ms, an empty function");
    for (took, what) in [
        (file, "help, the store in a file"),
        (chat, "status of 36 servers, the store in DynamoDB Local"),
        (run, "a run over 36 servers, the store in DynamoDB Local"),
    ] {
        println!(
            "exec to first answer: {took:.1} ms, {:.1} more (under 100): {what}",
            took - nothing
        );
    }

    let echo = Lambda::start(&mut Command::new(empty())).expect("a function");
    let nothing = warm(&echo, "help");
    println!("warm: {nothing:.2} ms, an empty function");
    report_memory("of an empty function", &echo);
    let file = ground.function(false, 0);
    for words in ["help", "Development status"] {
        let took = warm(&file, words);
        println!(
            "warm `{words}`: {took:.2} ms, {:.2} more (under 5), the store in a file",
            took - nothing
        );
    }
    let tables = ground.function(true, STARTS + 1);
    for words in ["help", "Development status"] {
        let took = warm(&tables, words);
        println!("warm `{words}`: {took:.2} ms, the store in DynamoDB Local, 36 servers of AWS");
    }
    runs(&tables, few);
    report_memory("after all of that", &tables);
    servers(&ground, many);
    runs(&tables, many);
    report_memory("with 1,000 servers", &tables);
}

/// So many servers run.
fn servers(ground: &Ground, count: usize) {
    let region = ground.fake.home().region("ap-northeast-2");
    let _ = region
        .instances("web", count)
        .tag("Schedule", "Development")
        .running();
}

/// How long a run takes over so many servers when nothing is to be done.
fn runs(lambda: &Lambda, servers: usize) {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let begun = Instant::now();
        let report = lambda.invoke(&json!({"command": "tick"})).answer();
        times.push(milliseconds(begun));
        assert_eq!(report["servers"], servers, "{report}");
    }
    println!("warm run over {servers} servers: {:.1} ms", median(times));
}
