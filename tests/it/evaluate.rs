//! `reveille evaluate` answers as AWS Instance Scheduler does.

use std::{io::Write, process::Stdio};

use serde_json::Value;

use crate::house::{Place, data};

fn evaluate(lines: &str) -> Vec<Value> {
    let place = Place::new();
    let mut child = place
        .command()
        // The zone of schedules that have none: the original's own default, for which the answers were made.
        .env("REVEILLE_DEFAULTS_TIMEZONE", "UTC")
        .arg("evaluate")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut input = child.stdin.take().expect("its input");
    let lines = lines.to_owned();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("the writer").expect("all is written");
    assert!(output.status.success());
    String::from_utf8(output.stdout)
        .expect("UTF-8")
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

#[test]
fn the_answers_of_the_original_are_given_bit_for_bit() {
    let cases = data("data/aws-instance-scheduler-answers.jsonl");
    let answers = evaluate(&cases);
    assert_eq!(answers.len(), cases.lines().count());
    let mut wrong = Vec::new();
    for (case, answer) in cases.lines().zip(&answers) {
        let expected: Value = serde_json::from_str(case).expect("JSON");
        let mut fields = vec!["desired", "action", "new_stored"];
        if expected["period_checked"] == Value::Bool(true) {
            fields.extend(["period", "type"]);
        }
        if fields
            .iter()
            .any(|field| expected[*field] != answer[*field])
        {
            wrong.push(format!("{case}\n  answered {answer}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong, first:\n{}",
        wrong.len(),
        wrong[0]
    );
}

#[test]
fn a_line_that_cannot_be_answered_says_why_and_the_next_is_answered() {
    let good = r#"{"dt":"2026-11-23T00:30:00Z","schedule":{"name":"s","periods":["p"],"timezone":"Asia/Seoul"},"periods":[{"name":"p","begintime":"09:30","endtime":"22:00"}],"stored":"stopped","actual":"stopped"}"#;
    let lines = [
        "not json",
        r#"{"dt":"yesterday","schedule":{"name":"s","override_status":"running"},"periods":[],"stored":"any","actual":"running"}"#,
        r#"{"dt":"2026-11-23T00:30:00Z","schedule":{"name":"s","periods":"q"},"periods":[],"stored":"any","actual":"running"}"#,
        r#"{"dt":"2026-11-23T00:30:00Z","schedule":{"name":"s","periods":"p"},"periods":[{"name":"p","weekdays":"someday"}],"stored":"any","actual":"running"}"#,
        r#"{"dt":"2026-11-23T00:30:00Z","schedule":{"name":"s","periods":"p","timezone":"../x"},"periods":[{"name":"p"}],"stored":"any","actual":"running"}"#,
        good,
    ];
    let answers = evaluate(&(lines.join("\n") + "\n"));
    for (index, quoted) in ["not understood", "yesterday", "q", "someday", "../x"]
        .iter()
        .enumerate()
    {
        let error = answers[index]["error"]
            .as_str()
            .unwrap_or_else(|| panic!("{}", answers[index]));
        assert!(error.contains(quoted), "{error}");
    }
    assert_eq!(
        answers[5].to_string(),
        r#"{"action":"Start","desired":"running","new_stored":"running","period":"p","type":null}"#
    );
}
