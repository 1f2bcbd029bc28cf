//! `reveille init` as a process: what is typed, the file that it comes to, and what the program makes of that.

use std::{
    io::Write as _,
    process::{Output, Stdio},
};

use crate::house::{House, Place, TOKEN, text};

fn init(place: &Place, options: &[&str], typed: &str) -> Output {
    let mut child = place
        .bare_command()
        .arg("init")
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // One that asks nothing does not read it.
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    child.wait_with_output().unwrap()
}

#[track_caller]
fn written(output: &Output, place: &Place) -> (String, String) {
    let shown = text(&output.stdout);
    assert!(output.status.success(), "{shown}{}", text(&output.stderr));
    let file = place.folder.path().join("reveille.toml");
    (shown, std::fs::read_to_string(file).unwrap())
}

/// Runs a command of ours with the new configuration and the variables that it may name.
fn run(place: &Place, arguments: &[&str]) -> Output {
    place
        .bare_command()
        .args(["--config", "reveille.toml"])
        .args(arguments)
        .env("JANDI_TOKEN", TOKEN)
        .env(
            "JANDI_OPS_URL",
            "https://wh.jandi.com/connect-api/webhook/1/0",
        )
        .output()
        .unwrap()
}

#[test]
fn typed_answers_come_to_a_configuration_that_is_well() {
    let place = Place::new();
    let typed = "nowhere\nsimulated\n\nenv:JANDI_TOKEN\nenv:JANDI_OPS_URL\nAsia/Tokyo\nen\n";
    let output = init(&place, &[], typed);
    let (shown, file) = written(&output, &place);
    assert!(
        shown.contains("That cannot be: write `simulated` or `aws`"),
        "{shown}"
    );
    assert!(
        shown.contains("Put JANDI's token into the variable `JANDI_TOKEN`"),
        "{shown}"
    );
    assert!(
        file.contains("tokens = [{ env = \"JANDI_TOKEN\" }]"),
        "{file}"
    );
    let checked = run(&place, &["check"]);
    let said = text(&checked.stdout) + &text(&checked.stderr);
    assert!(checked.status.success(), "{said}");
    assert!(
        said.contains("1 tokens, 1 targets, Asia/Tokyo, en"),
        "{said}"
    );
    assert!(said.ends_with("all is well\n"), "{said}");
}

#[test]
fn what_it_says_comes_next_leads_to_an_answer() {
    let place = Place::new();
    let (shown, _) = written(&init(&place, &["--yes"], ""), &place);
    let commands: Vec<&str> = shown
        .lines()
        .filter_map(|line| line.strip_prefix("  reveille --config reveille.toml "))
        .collect();
    assert_eq!(commands, ["check", "demo", "say '/서버 목록'"], "{shown}");
    assert!(run(&place, &["check"]).status.success());
    let command = place.bare_command();
    let arguments = [
        "--config",
        "reveille.toml",
        "demo",
        "--listen",
        "127.0.0.1:0",
    ];
    let house = House::start_command(place, command, &arguments);
    let said = run(&house.place, &["say", "--to", &house.address, "/서버 목록"]);
    assert!(
        text(&said.stdout).contains("Development"),
        "{}",
        text(&said.stderr)
    );
}

#[test]
fn a_file_that_is_there_is_lost_only_when_somebody_says_so() {
    let place = Place::new();
    place.file("reveille.toml", "# mine\n");
    let output = init(&place, &["--yes"], "");
    assert!(!output.status.success());
    let complaint = text(&output.stderr);
    assert!(
        complaint.contains("left as it is. Give --force"),
        "{complaint}"
    );
    let file = place.folder.path().join("reveille.toml");
    assert_eq!(std::fs::read_to_string(file).unwrap(), "# mine\n");
    let (_, file) = written(&init(&place, &["--yes", "--force"], ""), &place);
    assert!(!file.contains("mine"), "{file}");
}

#[test]
fn a_file_with_a_secret_in_it_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    place.file("reveille.toml", "");
    let token = format!("value:{TOKEN}");
    let output = init(&place, &["--yes", "--force", "--token", &token], "");
    let (shown, file) = written(&output, &place);
    assert!(!shown.contains(TOKEN) && file.contains(TOKEN), "{shown}");
    let file = std::fs::metadata(place.folder.path().join("reveille.toml")).unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
    assert!(run(&place, &["check"]).status.success());
}

#[test]
fn nothing_is_written_when_nobody_answers() {
    let place = Place::new();
    let output = init(&place, &[], "simulated\n");
    let complaint = text(&output.stderr);
    assert!(
        !output.status.success() && complaint.contains("nobody answers"),
        "{complaint}"
    );
    assert!(!place.folder.path().join("reveille.toml").exists());
}

#[test]
fn a_configuration_for_aws_names_no_secret_and_gives_its_policy() {
    let place = Place::new();
    let options = [
        "--yes",
        "--servers",
        "aws",
        "--token",
        "ssm:/reveille/token",
    ];
    let (shown, file) = written(&init(&place, &options, ""), &place);
    assert!(
        shown.contains("aws ssm put-parameter --region ap-northeast-2 --type SecureString --name /reveille/token"),
        "{shown}"
    );
    assert!(file.contains("region = \"ap-northeast-2\""), "{file}");
    let policy = text(&run(&place, &["iam", "--create-tables"]).stdout);
    for granted in [
        "table/reveille-config",
        "parameter/reveille/token",
        "ec2:StopInstances",
    ] {
        assert!(policy.contains(granted), "{granted}: {policy}");
    }
}
