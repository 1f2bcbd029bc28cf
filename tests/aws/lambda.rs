//! The real binary as a function of Lambda: events of every kind, on DynamoDB's own semantics and the fake's servers.

use std::{
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use aws_lambda_events::{
    apigw::{
        ApiGatewayProxyRequest, ApiGatewayProxyResponse, ApiGatewayV2httpRequest,
        ApiGatewayV2httpResponse,
    },
    lambda_function_urls::{LambdaFunctionUrlRequest, LambdaFunctionUrlResponse},
};
use reveille_aws::dynamo::TableNames;
use reveille_tests::{
    fake_aws::{FakeAws, Invoked, Region},
    ground::dynamodb::{dynamodb, with_transactions},
    house::{Place, TOKEN, data, text},
    jandi::{Fault, Jandi},
    lambda::{FUNCTION, Lambda, Outcome},
};
use serde_json::{Value, json};

use crate::dynamo::names;

const SEOUL: &str = "ap-northeast-2";
/// When the function's clock begins: 10:00 in Seoul, and 01:00:00 in UTC.
const TEN: &str = "2026-11-23 10:00";

const OFFICE: &str = r#"
periods:
  office: { begintime: "09:00", endtime: "18:00", weekdays: mon-fri }
schedules:
  dev: { timezone: Asia/Seoul, periods: [office] }
"#;

/// Two tables, an AWS, and what the configuration says besides them.
struct Ground {
    place: Place,
    fake: FakeAws,
    tables: TableNames,
    more: String,
}

impl Ground {
    fn new() -> Self {
        Self {
            place: Place::new(),
            fake: FakeAws::start().unwrap(),
            tables: names(),
            more: format!("[jandi]\ntokens = [{{ token = \"{TOKEN}\" }}]\n"),
        }
    }

    /// With tables and a schedule; none where DynamoDB knows no transactions.
    fn with_office(test: &str) -> Option<Self> {
        with_transactions(test)?;
        let ground = Self::new();
        ground.ok(&["tables", "create"]);
        ground.place.file("house.yaml", OFFICE);
        ground.ok(&["apply", "-f", "house.yaml"]);
        Some(ground)
    }

    fn seoul(&self) -> Region {
        self.fake.home().region(SEOUL)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let config = format!(
            "[store]\ndynamodb = {{ config_table = \"{}\", state_table = \"{}\" }}\n[aws]\nregion = \"{SEOUL}\"\n{}",
            self.tables.config, self.tables.state, self.more
        );
        let mut command = self.place.bare_command();
        self.fake.lead(&mut command);
        command
            .env("AWS_ENDPOINT_URL_DYNAMODB", &dynamodb().endpoint)
            .env("REVEILLE_CONFIG_TOML", config)
            .env(
                "RUST_LOG",
                "warn,reveille=info,lambda_runtime::layers::panic=off",
            )
            .args(arguments);
        command
    }

    /// Runs a command that must go well.
    #[track_caller]
    fn ok(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        let all = text(&output.stdout) + &text(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {all}");
        all
    }

    /// The function, whose clock begins at ten.
    fn function(&self) -> Lambda {
        self.function_at(TEN)
    }

    fn function_at(&self, at: &str) -> Lambda {
        Lambda::start(&mut self.command(&["--at", at, "lambda"])).unwrap()
    }
}

/// A recorded event.
#[track_caller]
fn recorded(name: &str) -> Value {
    serde_json::from_str(&data(&format!("data/lambda/{name}.json"))).unwrap()
}

/// What a person in chat would say, as the recorded event of a gateway; never twice the same message.
fn said(words: &str) -> Value {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let mut event = recorded("http-v2");
    let mut message: Value = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
    message["text"] = format!("/서버 {words}").into();
    message["data"] = words.into();
    message["createdAt"] = format!("2026-11-23T01:00:00.{number:03}Z").into();
    event["body"] = message.to_string().into();
    event
}

/// The status of an answer to a gateway, and its body.
#[track_caller]
fn read(answer: &Value) -> (u64, Value) {
    let body = answer["body"].as_str().unwrap();
    (
        answer["statusCode"].as_u64().unwrap(),
        serde_json::from_str(body).unwrap_or_default(),
    )
}

fn nudge(ground: &Ground) -> Vec<Invoked> {
    ground.fake.invoked()
}

#[test]
fn recorded_events_are_those_that_awss_own_types_read() {
    for name in ["rest-v1", "rest-v1-base64"] {
        serde_json::from_value::<ApiGatewayProxyRequest>(recorded(name)).unwrap();
    }
    for name in ["http-v2", "http-v2-stage", "healthz"] {
        serde_json::from_value::<ApiGatewayV2httpRequest>(recorded(name)).unwrap();
    }
    for name in ["function-url", "function-url-base64"] {
        serde_json::from_value::<LambdaFunctionUrlRequest>(recorded(name)).unwrap();
    }
}

#[test]
fn the_event_of_each_scheduler_turns_servers() {
    let Some(ground) = Ground::with_office("the_event_of_each_scheduler") else {
        return;
    };
    for name in ["schedule-rule", "schedule-scheduler", "schedule-input"] {
        let web = ground
            .seoul()
            .instance(name)
            .tag("Schedule", "dev")
            .stopped();
        // Each is one minute after the one before; the first is the first run of all.
        let lambda = ground.function_at(match name {
            "schedule-rule" => "2026-11-23 10:00",
            "schedule-scheduler" => "2026-11-23 10:01",
            _ => "2026-11-23 10:02",
        });
        let mut event = recorded(name);
        event["time"] = match name {
            "schedule-rule" => "2026-11-23T01:00:00Z",
            "schedule-scheduler" => "2026-11-23T01:01:00Z",
            _ => "2026-11-23T01:02:00Z",
        }
        .into();
        let report = lambda.invoke(&event).answer();
        assert_eq!(report["outcome"], "done", "{name}: {report}");
        assert_eq!(
            report["actions"].as_array().unwrap().len(),
            1,
            "{name}: {report}"
        );
        assert_ne!(web.state(), "stopped", "{name}");
    }
}

#[test]
fn every_gateway_gets_the_same_answer() {
    let Some(ground) = Ground::with_office("every_gateway") else {
        return;
    };
    let _ = ground
        .seoul()
        .instance("web-1")
        .tag("Schedule", "dev")
        .running();
    let lambda = ground.function();
    let mut answers = Vec::new();
    for name in [
        "rest-v1",
        "rest-v1-base64",
        "http-v2",
        "http-v2-stage",
        "function-url",
        "function-url-base64",
    ] {
        answers.push(lambda.invoke(&recorded(name)).answer());
    }
    let (status, message) = read(&answers[0]);
    assert_eq!(status, 200);
    assert!(
        message["body"].as_str().unwrap().contains("dev"),
        "{message}"
    );
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
    }
    let answer = &answers[0];
    serde_json::from_value::<ApiGatewayProxyResponse>(answer.clone()).unwrap();
    let mut with_cookies = answer.clone();
    // That type knows no answer without them, AWS does.
    with_cookies["cookies"] = json!([]);
    serde_json::from_value::<ApiGatewayV2httpResponse>(with_cookies.clone()).unwrap();
    serde_json::from_value::<LambdaFunctionUrlResponse>(with_cookies).unwrap();
}

#[test]
fn a_gateways_request_is_refused_as_the_door_over_http_refuses_it() {
    let Some(ground) = Ground::with_office("a_gateways_request_is_refused") else {
        return;
    };
    let lambda = ground.function();
    let status = |change: &dyn Fn(&mut Value)| {
        let mut event = said("help");
        change(&mut event);
        read(&lambda.invoke(&event).answer()).0
    };
    let alive = lambda.invoke(&recorded("healthz")).answer();
    assert_eq!(read(&alive), (200, json!({"ok": true})));
    assert_eq!(
        status(&|event| event["body"] = "{\"token\":\"x\",\"text\":\"/서버\"}".into()),
        401
    );
    assert_eq!(status(&|event| event["body"] = "[]".into()), 400);
    assert_eq!(status(&|event| event["body"] = Value::Null), 400);
    assert_eq!(status(&|event| event["isBase64Encoded"] = true.into()), 400);
    assert_eq!(
        status(&|event| event["body"] = "x".repeat(70_000).into()),
        413
    );
    assert_eq!(status(&|event| event["rawPath"] = "/".into()), 404);
    let get = |event: &mut Value| event["requestContext"]["http"]["method"] = "GET".into();
    assert_eq!(status(&get), 405);
    assert_eq!(status(&|_| {}), 200);
}

#[test]
fn what_somebody_orders_in_chat_is_done_at_once_by_another_copy() {
    let Some(ground) = Ground::with_office("what_somebody_orders") else {
        return;
    };
    let web = ground
        .seoul()
        .instance("web-1")
        .tag("Schedule", "dev")
        .running();
    let lambda = ground.function();
    lambda.by_alias("live");
    assert_eq!(read(&lambda.invoke(&said("dev 상태")).answer()).0, 200);
    assert_eq!(nudge(&ground), []);
    assert_eq!(
        read(&lambda.invoke(&said("dev force_stop")).answer()).0,
        200
    );
    let sent = nudge(&ground);
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!(
        (sent[0].function.as_str(), sent[0].qualifier.as_deref()),
        (FUNCTION, Some("live"))
    );
    assert_eq!(web.state(), "running");
    let other = ground.function_at("2026-11-23 10:01");
    assert_eq!(other.invoke(&sent[0].event).answer()["outcome"], "done");
    assert_ne!(web.state(), "running");
}

#[test]
fn without_the_right_to_invoke_itself_the_next_schedule_does_it() {
    let Some(ground) = Ground::with_office("without_the_right") else {
        return;
    };
    ground.fake.home().denies("lambda:InvokeFunction");
    let web = ground
        .seoul()
        .instance("web-1")
        .tag("Schedule", "dev")
        .running();
    let lambda = ground.function();
    assert_eq!(
        read(&lambda.invoke(&said("dev force_stop")).answer()).0,
        200
    );
    let log = lambda.logged("cannot invoke itself");
    assert!(log.contains("`reveille iam --lambda reveille`"), "{log}");
    assert!(log.contains("lambda:InvokeFunction"), "{log}");
    assert_eq!(
        lambda.invoke(&json!({"command": "tick"})).answer()["outcome"],
        "done"
    );
    assert_ne!(web.state(), "running");
}

#[test]
fn retried_and_old_events_do_nothing() {
    let Some(ground) = Ground::with_office("retried_and_old") else {
        return;
    };
    let lambda = ground.function();
    let event = recorded("schedule-rule");
    assert_eq!(lambda.invoke(&event).answer()["outcome"], "done");
    let web = ground
        .seoul()
        .instance("web-1")
        .tag("Schedule", "dev")
        .stopped();
    for _ in 0..2 {
        assert_eq!(lambda.invoke(&event).answer(), json!({"outcome": "late"}));
    }
    // Another copy, to which nobody has told what was done.
    assert_eq!(ground.function().invoke(&event).answer()["outcome"], "late");
    let mut older = event.clone();
    older["time"] = "2026-11-23T00:54:00Z".into();
    assert_eq!(lambda.invoke(&older).answer()["outcome"], "late");
    assert_eq!(web.state(), "stopped");
    let mut next = event;
    next["time"] = "2026-11-23T01:01:00Z".into();
    assert_eq!(lambda.invoke(&next).answer()["outcome"], "done");
    assert_ne!(web.state(), "stopped");
}

#[test]
fn a_run_ends_in_time_and_the_next_one_goes_on() {
    let Some(ground) = Ground::with_office("a_run_ends_in_time") else {
        return;
    };
    let _ = ground
        .seoul()
        .instances("web", 400)
        .tag("Schedule", "dev")
        .stopped();
    let lambda = ground.function();
    let tick = json!({"command": "tick"});
    // Nothing could be ordered and remembered within this time.
    let (code, message) = lambda
        .invoke_within(&tick, Duration::from_secs(10))
        .failure();
    assert_eq!(code, "time.over", "{message}");
    assert!(message.contains("`Timeout`"), "{message}");
    assert_eq!(ground.fake.count("ec2", "StartInstances"), 0);
    // Each batch takes so long that there is time for one only.
    ground
        .fake
        .on("ec2", "StartInstances")
        .takes(Duration::from_secs(7));
    let report = lambda
        .invoke_within(&tick, Duration::from_secs(20))
        .answer();
    assert_eq!(report["actions"].as_array().unwrap().len(), 250, "{report}");
    assert_eq!(report["postponed"].as_array().unwrap().len(), 150);
    lambda.logged("150 servers are left to the next run");
    ground.fake.heal();
    // Whoever comes next, at once: the lease was given back.
    let other = ground.function_at("2026-11-23 10:01");
    let report = other.invoke(&tick).answer();
    assert_eq!(report["actions"].as_array().unwrap().len(), 150, "{report}");
    let stopped = ground
        .seoul()
        .states()
        .into_values()
        .filter(|state| state == "stopped");
    assert_eq!(stopped.count(), 0);
}

#[test]
fn a_deadline_that_cannot_be_one_is_none() {
    let Some(ground) = Ground::with_office("a_deadline_that_cannot_be") else {
        return;
    };
    let lambda = ground.function();
    for deadline in [0, 600_000, u64::MAX] {
        let body = json!({"command": "tick"}).to_string().into_bytes();
        let outcome = lambda.send(body, deadline, Duration::from_secs(60));
        assert_eq!(outcome.answer()["outcome"], "done", "{deadline}");
    }
}

#[test]
fn operators_ask_by_invoking_it() {
    let Some(ground) = Ground::with_office("operators_ask") else {
        return;
    };
    let _ = ground
        .seoul()
        .instance("web-1")
        .tag("Schedule", "dev")
        .running();
    let lambda = ground.function();
    let ask = |event: Value| lambda.invoke(&event).answer();
    let checked = ask(json!({"command": "check"}));
    assert_eq!(checked["well"], true, "{checked}");
    assert!(
        checked["rooms"][2]
            .as_str()
            .unwrap()
            .contains("1 schedules"),
        "{checked}"
    );
    let rules = ask(json!({"command": "rules"}));
    assert!(
        rules["rules"]
            .as_array()
            .unwrap()
            .iter()
            .any(|rule| rule["name"] == "periods")
    );
    assert_eq!(
        ask(json!({"command": "ready"})),
        json!({"ready": true, "causes": []})
    );
    let said = ask(json!({"command": "say", "text": "/서버 dev 상태"}));
    assert!(said["body"].as_str().unwrap().contains("dev"), "{said}");
    // A message of the same words is another one.
    for _ in 0..2 {
        ask(json!({"command": "say", "text": "/서버 dev force_stop", "writer": "하나"}));
    }
    assert_eq!(nudge(&ground).len(), 2);
}

#[test]
fn what_it_does_not_know_is_told_what_it_takes_and_it_goes_on() {
    let ground = Ground::new();
    let lambda = ground.function();
    let (code, message) = lambda.invoke(&recorded("sqs")).failure();
    assert_eq!(code, "event.unknown");
    assert!(
        message.contains("it has `Records`.") && message.contains("EventBridge"),
        "{message}"
    );
    assert!(!message.contains("Hello"), "{message}");
    let (code, message) = lambda.invoke(&json!({"command": "tikc"})).failure();
    assert_eq!(code, "command.unreadable");
    assert!(message.contains("did you mean `tick`?"), "{message}");
    for garbage in [
        "",
        "{",
        "\u{0}",
        "7",
        "null",
        "[]",
        "\"tick\"",
        "{\"requestContext\":{}}",
    ] {
        let outcome = lambda.send(garbage.into(), u64::MAX, Duration::from_secs(60));
        assert!(
            matches!(outcome, Outcome::Failure { .. }),
            "{garbage}: {outcome:?}"
        );
    }
    lambda.logged("no command `tikc`");
}

#[test]
fn after_it_was_frozen_broken_connections_are_made_anew() {
    let Some(ground) = Ground::with_office("after_it_was_frozen") else {
        return;
    };
    let web = ground
        .seoul()
        .instance("web-1")
        .tag("Schedule", "dev")
        .stopped();
    let lambda = ground.function();
    assert_eq!(
        lambda.invoke(&json!({"command": "ready"})).answer()["ready"],
        true
    );
    lambda.freeze().unwrap();
    // What AWS has closed meanwhile breaks with the first call.
    ground.fake.on("ec2", "*").times(1).resets();
    ground.fake.on("rds", "*").times(1).hangs_up();
    lambda.thaw().unwrap();
    let report = lambda.invoke(&recorded("schedule-rule")).answer();
    assert_eq!(report["outcome"], "done", "{report}");
    assert_eq!(report["unseen"], json!([]), "{report}");
    assert_ne!(web.state(), "stopped");
}

#[test]
fn copies_side_by_side_take_turns() {
    let Some(ground) = Ground::with_office("copies_side_by_side") else {
        return;
    };
    let (one, other) = (ground.function(), ground.function());
    for _ in 0..2 {
        for lambda in [&one, &other] {
            let report = lambda.invoke(&json!({"command": "tick"})).answer();
            assert_eq!(report["outcome"], "done", "{report}");
        }
    }
}

#[test]
fn tables_that_are_missing_are_said_and_those_that_are_made_are_used() {
    if with_transactions("tables_that_are_missing").is_none() {
        return;
    }
    let ground = Ground::new();
    let lambda = ground.function();
    let (code, message) = lambda.invoke(&recorded("schedule-rule")).failure();
    assert_eq!(code, "house.closed");
    assert!(message.contains("`reveille tables create`"), "{message}");
    let (status, body) = read(&lambda.invoke(&said("dev 상태")).answer());
    assert_eq!(status, 503, "{body}");
    assert!(
        body["error"]
            .as_str()
            .unwrap()
            .contains("its function says why"),
        "{body}"
    );
    lambda.logged("house.closed");
    ground.ok(&["tables", "create"]);
    assert_eq!(
        lambda.invoke(&recorded("schedule-rule")).answer()["outcome"],
        "done"
    );
}

#[test]
fn a_right_that_is_missing_fails_the_run_with_its_name() {
    let Some(ground) = Ground::with_office("a_right_that_is_missing") else {
        return;
    };
    ground
        .fake
        .home()
        .denies("ec2:DescribeInstances")
        .denies("rds:DescribeDBInstances")
        .denies("rds:DescribeDBClusters");
    let lambda = ground.function();
    let (code, message) = lambda.invoke(&recorded("schedule-rule")).failure();
    assert_eq!(code, "fleet.denied", "{message}");
    assert!(message.contains("ec2:DescribeInstances"), "{message}");
    let log = lambda.logged("fleet.denied");
    assert_eq!(log.matches("fleet.denied").count(), 1, "{log}");
    // It has not been done, and a repetition does it.
    for right in [
        "ec2:DescribeInstances",
        "rds:DescribeDBInstances",
        "rds:DescribeDBClusters",
    ] {
        ground.fake.home().allows(right);
    }
    assert_eq!(
        lambda.invoke(&recorded("schedule-rule")).answer()["outcome"],
        "done"
    );
}

#[test]
fn a_configuration_that_cannot_be_used_is_told_to_whoever_sends_an_event() {
    let mut ground = Ground::new();
    ground.more = String::from("[defaults]\ntimezone = \"Seoul\"\n");
    let lambda = ground.function();
    let (code, message) = lambda.invoke(&json!({"command": "ready"})).failure();
    assert_eq!(code, "house.closed");
    assert!(
        message.contains("defaults.timezone is `Seoul`"),
        "{message}"
    );
    lambda.logged("defaults.timezone is `Seoul`");
}

#[test]
fn without_a_token_it_says_so_and_goes_on_ticking() {
    let Some(mut ground) = Ground::with_office("without_a_token") else {
        return;
    };
    ground.more = String::new();
    let lambda = ground.function();
    let (status, body) = read(&lambda.invoke(&said("dev 상태")).answer());
    assert_eq!(status, 503);
    assert!(
        body["error"]
            .as_str()
            .unwrap()
            .contains("there is no token"),
        "{body}"
    );
    let log = lambda.logged("there is no token");
    assert_eq!(log.matches("there is no token").count(), 1, "{log}");
    assert_eq!(
        lambda.invoke(&recorded("schedule-rule")).answer()["outcome"],
        "done"
    );
}

#[test]
fn a_token_that_cannot_be_had_is_told_and_counts_when_it_can() {
    let Some(mut ground) = Ground::with_office("a_token_that_cannot_be_had") else {
        return;
    };
    ground.more = "[jandi]\ntokens = [{ ssm = \"/reveille/token\" }]\n".to_owned();
    let lambda = ground.function();
    let status = || read(&lambda.invoke(&said("dev 상태")).answer()).0;
    assert_eq!(status(), 503);
    lambda.logged("jandi.tokens[1] cannot be had");
    assert_eq!(
        lambda.invoke(&recorded("schedule-rule")).answer()["outcome"],
        "done"
    );

    ground.seoul().parameter("/reveille/token", TOKEN);
    let lambda = ground.function();
    let status = read(&lambda.invoke(&said("dev 상태")).answer()).0;
    assert_eq!(status, 200);
}

#[test]
fn lambda_starts_it_with_nothing_but_its_environment() {
    let place = Place::new();
    let mut command = place.bare_command();
    let lambda = Lambda::start(command.env("REVEILLE_STORE_PATH", place.db())).unwrap();
    let rules = lambda.invoke(&json!({"command": "rules"})).answer();
    assert!(rules["rules"].as_array().unwrap().len() > 3, "{rules}");
    let complaint = place.fails(&["lambda"]);
    assert!(complaint.contains("AWS_LAMBDA_RUNTIME_API"), "{complaint}");
    assert!(complaint.contains("`reveille serve`"), "{complaint}");
}

#[test]
fn servers_of_aws_are_never_kept_in_a_file() {
    let place = Place::new();
    let mut command = place.bare_command();
    command
        .env("REVEILLE_STORE_PATH", place.db())
        .env("REVEILLE_AWS_REGION", SEOUL);
    let lambda = Lambda::start(&mut command).unwrap();
    let (code, message) = lambda.invoke(&recorded("schedule-rule")).failure();
    assert_eq!(code, "house.closed");
    assert!(message.contains("a function keeps no files"), "{message}");
}

#[test]
fn people_are_told_after_a_run_by_whichever_copy() {
    let Some(mut ground) = Ground::with_office("people_are_told_after_a_run_by_whichever_copy")
    else {
        return;
    };
    let jandi = Jandi::start();
    ground.more += &format!(
        "[[jandi.targets]]\nname = \"ops\"\nurl = {{ value = \"{}\" }}\n",
        jandi.url("ops")
    );
    let _web = ground
        .seoul()
        .instance("web-1")
        .tag("Schedule", "dev")
        .stopped();
    jandi.fault("ops", [Fault::Status(503)]);
    let run = json!({ "command": "tick" });
    let lambda = ground.function();
    assert_eq!(lambda.invoke(&run).answer()["outcome"], "done");
    assert_eq!((jandi.shown("ops").len(), jandi.attempts("ops")), (0, 1));
    drop(lambda);

    let lambda = ground.function_at("2026-11-23 10:01");
    // Nothing is begun that could not be finished.
    let _ = lambda.invoke_within(&run, Duration::from_secs(9));
    assert_eq!(jandi.attempts("ops"), 1);
    for _ in 0..2 {
        assert_eq!(lambda.invoke(&run).answer()["outcome"], "done");
    }
    let shown = jandi.texts("ops");
    assert_eq!(shown.len(), 1, "{shown:#?}");
    assert!(shown[0].contains("서버 1대를 시작합니다"), "{shown:#?}");
}
