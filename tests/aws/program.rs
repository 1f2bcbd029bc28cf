//! The real binary on AWS: DynamoDB's own semantics below it, the fake's servers beside it.

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader},
    process::{Command, Output, Stdio},
};

use aws_sdk_dynamodb::{
    Client,
    types::{
        AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
        ScalarAttributeType,
    },
};
use reveille_aws::dynamo::TableNames;
use reveille_tests::{
    fake_aws::{Account, FakeAws, HOME, Region, instance_id},
    ground::dynamodb::{dynamodb, with_transactions},
    house::{House, Place, TOKEN, text},
    jandi::{Fault, Jandi},
};
use serde_json::Value;

use crate::dynamo::{names, sdk};

const SEOUL: &str = "ap-northeast-2";
const OTHER: &str = "444455556666";

const OFFICE: &str = r#"
periods:
  office: { begintime: "09:00", endtime: "18:00", weekdays: mon-fri }
schedules:
  dev: { timezone: Asia/Seoul, periods: [office] }
"#;

/// A folder with a configuration, two names of tables, and an AWS.
struct Ground {
    place: Place,
    fake: FakeAws,
    tables: TableNames,
}

impl Ground {
    /// `more` is what the configuration says besides the store.
    fn new(more: &str) -> Self {
        let ground = Self {
            place: Place::new(),
            fake: FakeAws::start().unwrap(),
            tables: names(),
        };
        let store = format!(
            "[store]\ndynamodb = {{ config_table = \"{}\", state_table = \"{}\" }}\n",
            ground.tables.config, ground.tables.state
        );
        ground.place.file("aws.toml", &(store + more));
        ground
    }

    /// One whose tables are there; none where DynamoDB knows no transactions.
    fn with_tables(test: &str, more: &str) -> Option<Self> {
        with_transactions(test)?;
        let ground = Self::new(more);
        ground.ok(&["tables", "create"]);
        Some(ground)
    }

    fn seoul(&self) -> Region {
        self.fake.home().region(SEOUL)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.place.bare_command();
        self.fake.lead(&mut command);
        command
            .env("AWS_ENDPOINT_URL_DYNAMODB", &dynamodb().endpoint)
            .args(["--config", "aws.toml"])
            .args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must go well, and gives what it printed.
    #[track_caller]
    fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let all = text(&output.stdout) + &text(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {all}");
        all
    }

    /// Runs a command that must go wrong, and gives what it printed and complained of.
    #[track_caller]
    fn fails(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let all = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {all}");
        all
    }

    fn apply(&self, definitions: &str) {
        self.place.file("house.yaml", definitions);
        self.ok(&["apply", "-f", "house.yaml"]);
    }
}

const HOME_ONLY: &str = "[aws]\nregion = \"ap-northeast-2\"\n";

fn put(item: &Value) -> HashMap<String, AttributeValue> {
    let fields = item.as_object().unwrap();
    let value = |value: &Value| match value {
        Value::String(text) => AttributeValue::S(text.clone()),
        Value::Bool(truth) => AttributeValue::Bool(*truth),
        Value::Array(texts) => AttributeValue::Ss(
            texts
                .iter()
                .map(|text| text.as_str().unwrap().to_owned())
                .collect(),
        ),
        Value::Null | Value::Number(_) | Value::Object(_) => panic!("{value}"),
    };
    fields
        .iter()
        .map(|(name, it)| (name.clone(), value(it)))
        .collect()
}

/// A table as the original has it, with its items.
async fn foreign_table(name: &str, keys: [&str; 2], items: &[Value]) {
    let client = Client::new(&sdk().await);
    let mut create = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest);
    for (key, role) in keys.iter().zip([KeyType::Hash, KeyType::Range]) {
        let attribute = AttributeDefinition::builder()
            .attribute_name(*key)
            .attribute_type(ScalarAttributeType::S);
        let element = KeySchemaElement::builder()
            .attribute_name(*key)
            .key_type(role);
        create = create
            .attribute_definitions(attribute.build().unwrap())
            .key_schema(element.build().unwrap());
    }
    create.send().await.unwrap();
    for item in items {
        let put = client.put_item().table_name(name).set_item(Some(put(item)));
        put.send().await.unwrap();
    }
}

async fn config_table(name: &str, items: &[Value]) {
    foreign_table(name, ["type", "name"], items).await;
}

#[test]
fn tables_are_missed_made_and_good() {
    let ground = Ground::new(HOME_ONLY);
    let missing = ground.fails(&["tables", "check"]);
    assert_eq!(
        missing.matches("problem   there is no table").count(),
        2,
        "{missing}"
    );
    let complaint = ground.fails(&["tick"]);
    assert_eq!(
        complaint.matches("ResourceNotFoundException").count(),
        1,
        "{complaint}"
    );
    assert!(
        complaint.contains("`reveille tables create`"),
        "{complaint}"
    );
    assert!(!complaint.contains("service error"), "{complaint}");
    let made = ground.ok(&["tables", "create"]);
    assert_eq!(
        made,
        format!(
            "made      {}\nmade      {}\n",
            ground.tables.config, ground.tables.state
        )
    );
    let well = ground.ok(&["tables", "check"]);
    assert_eq!(
        well,
        format!(
            "ok        {}\nok        {}\n",
            ground.tables.config, ground.tables.state
        )
    );
}

#[test]
fn what_is_applied_turns_servers() {
    let Some(ground) = Ground::with_tables("what_is_applied_turns_servers", HOME_ONLY) else {
        return;
    };
    let web = ground
        .seoul()
        .instance("web-1")
        .tag("Schedule", "dev")
        .stopped();
    let orders = ground
        .seoul()
        .database("orders")
        .tag("Schedule", "dev")
        .status("stopped");
    ground.apply(OFFICE);
    assert_eq!(ground.ok(&["diff", "-f", "house.yaml"]), "");
    assert!(ground.ok(&["export"]).contains("\"office\""));
    assert!(
        ground
            .ok(&["plan", "dev", "--from", "2026-11-23"])
            .contains("09:00-18:00")
    );
    assert!(
        ground
            .ok(&["explain", "dev", "--date", "2026-11-23"])
            .contains("periods")
    );

    let morning = ground.ok(&["--at", "2026-11-23 10:00", "tick"]);
    assert!(
        morning.contains("1 schedules, 2 servers, 2 orders"),
        "{morning}"
    );
    assert_ne!(web.state(), "stopped");
    assert_ne!(orders.state(), "stopped");
    let again = ground.ok(&["--at", "2026-11-23 10:01", "tick"]);
    assert_eq!(again, "1 schedules, 2 servers, 0 orders\n");

    let _ = ground
        .seoul()
        .instance("of-a-group")
        .tag("Schedule", "nobody's")
        .tag("aws:autoscaling:groupName", "web");
    // Its schedule is not there, and it needs none: its group decides.
    let check = ground.ok(&["--at", "2026-11-23 10:05", "check"]);
    assert!(check.contains("fleet     AWS: "), "{check}");
    assert!(
        check.contains(&format!("DynamoDB {}", ground.tables.config)),
        "{check}"
    );
}

#[test]
fn people_are_told_once_by_whichever_process() {
    let jandi = Jandi::start();
    let target = format!(
        "[[jandi.targets]]\nname = \"ops\"\nurl = {{ value = \"{}\" }}\nmorning = \"08:50\"\n",
        jandi.url("ops")
    );
    let config = HOME_ONLY.to_owned() + &target;
    let Some(ground) = Ground::with_tables("people_are_told_once_by_whichever_process", &config)
    else {
        return;
    };
    let _web = ground
        .seoul()
        .instance("web-1")
        .tag("Schedule", "dev")
        .stopped();
    ground.apply(OFFICE);
    let tick = |time: &str| {
        ground.ok(&["--at", &format!("2026-11-23 {time}"), "tick"]);
    };
    jandi.fault("ops", [Fault::Status(503), Fault::Silence]);
    for time in ["08:50", "08:51", "08:55"] {
        tick(time);
    }
    // It was refused once; then the answer was lost on its way.
    let shown = jandi.take("ops");
    assert_eq!((shown.len(), jandi.attempts("ops")), (1, 2), "{shown:#?}");
    assert!(
        shown[0].contains("dev : 09:00 시작, 18:00 중지"),
        "{shown:#?}"
    );
    let listed = ground.ok(&["notices", "list"]);
    assert!(listed.contains("it may have arrived"), "{listed}");
    for time in ["09:00", "09:01", "09:02"] {
        tick(time);
    }
    let shown = jandi.take("ops");
    assert_eq!(shown.len(), 1, "{shown:#?}");
    assert!(shown[0].contains("서버 1대를 시작합니다"), "{shown:#?}");
}

#[test]
fn servers_of_aws_are_seen_and_not_broken_from_here() {
    let Some(ground) = Ground::with_tables("servers_of_aws_are_seen", HOME_ONLY) else {
        return;
    };
    let _ = ground
        .seoul()
        .instance("web-1")
        .tag("Schedule", "dev")
        .stopped();
    let list = ground.ok(&["fleet", "list"]);
    assert!(list.starts_with("NAME   SCHEDULE  STATE"), "{list}");
    assert!(list.contains("web-1  "), "{list}");
    for command in [
        &["fleet", "fault", "web-1", "stuck"][..],
        &["fleet", "mend", "web-1"],
        &["fleet", "set", "web-1", "running"],
    ] {
        let complaint = ground.fails(command);
        assert!(
            complaint.contains("the servers are those of AWS"),
            "{complaint}"
        );
    }
    let complaint = ground.fails(&["demo", "--listen", "127.0.0.1:0"]);
    assert!(
        complaint.contains("the configuration names AWS"),
        "{complaint}"
    );
}

/// The home account and another one, which denies that instances are looked at.
fn two_accounts(test: &str) -> Option<(Ground, Account)> {
    let more = format!(
        "{HOME_ONLY}[[aws.targets]]\nregions = [\"{SEOUL}\"]\n[[aws.targets]]\nrole = \
         \"arn:aws:iam::{OTHER}:role/reveille\"\nregions = [\"{SEOUL}\"]\n"
    );
    let ground = Ground::with_tables(test, &more)?;
    let other = ground.fake.account(OTHER).role("reveille");
    other.denies("ec2:DescribeInstances");
    ground.apply(OFFICE);
    Some((ground, other))
}

#[test]
fn a_target_that_refuses_does_not_touch_the_others() {
    let Some((ground, other)) = two_accounts("a_target_that_refuses") else {
        return;
    };
    let hidden = other
        .region(SEOUL)
        .instance("web-2")
        .tag("Schedule", "dev")
        .stopped();
    let web = ground
        .seoul()
        .instance("web-1")
        .tag("Schedule", "dev")
        .stopped();
    ground.apply(OFFICE);
    let tick = ground.ok(&["--at", "2026-11-23 10:00", "tick"]);
    assert!(tick.contains("1 schedules, 1 servers, 1 orders"), "{tick}");
    assert!(
        tick.contains("fleet.denied") && tick.contains("ec2:DescribeInstances"),
        "{tick}"
    );
    assert_ne!(web.state(), "stopped");
    assert_eq!(hidden.state(), "stopped");

    let json = ground.ok(&["--at", "2026-11-23 10:01", "tick", "--json"]);
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["unseen"][0]["code"], "fleet.denied", "{json}");
    let doctor = ground.fails(&["--at", "2026-11-23 10:02", "doctor"]);
    assert!(
        doctor.contains("ec2:DescribeInstances") && doctor.contains(OTHER),
        "{doctor}"
    );

    other.allows("ec2:DescribeInstances");
    let tick = ground.ok(&["--at", "2026-11-23 10:03", "tick"]);
    assert!(!tick.contains("cannot"), "{tick}");
    assert_ne!(hidden.state(), "stopped");
}

#[test]
fn a_role_that_is_refused_is_said_by_us_and_not_by_the_client_too() {
    let more = format!(
        "{HOME_ONLY}[[aws.targets]]\nregions = [\"{SEOUL}\"]\n[[aws.targets]]\nrole = \
         \"arn:aws:iam::{OTHER}:role/nobody\"\nregions = [\"{SEOUL}\"]\n"
    );
    let Some(ground) = Ground::with_tables("a_role_that_is_refused", &more) else {
        return;
    };
    const CLIENT: &str = "STS refused";
    let mut tick = ground.command(&["--at", "2026-11-23 10:00", "tick"]);
    let tick = tick.env_remove("RUST_LOG").output().unwrap();
    let said = text(&tick.stdout);
    assert!(said.contains("sts:AssumeRole"), "{said}");
    let logged = text(&tick.stderr);
    assert!(!logged.contains(CLIENT), "{logged}");
    let mut asked = ground.command(&["--at", "2026-11-23 10:01", "tick"]);
    let asked = asked.env("RUST_LOG", "warn").output().unwrap();
    let logged = text(&asked.stderr);
    assert!(logged.contains(CLIENT), "{logged}");
}

#[test]
fn a_run_that_sees_nothing_fails_and_the_next_one_need_not_wait() {
    let Some(ground) = Ground::with_tables("a_run_that_sees_nothing", HOME_ONLY) else {
        return;
    };
    let calls = [
        "ec2:DescribeInstances",
        "rds:DescribeDBInstances",
        "rds:DescribeDBClusters",
    ];
    for call in calls {
        ground.fake.home().denies(call);
    }
    let complaint = ground.fails(&["--at", "2026-11-23T10:00:00+09:00", "tick"]);
    assert!(
        complaint.contains("the scheduling run failed (fleet.denied)"),
        "{complaint}"
    );
    for call in calls {
        ground.fake.home().allows(call);
    }
    let tick = ground.ok(&["--at", "2026-11-23T10:00:30+09:00", "tick"]);
    assert_eq!(tick, "0 schedules, 0 servers, 0 orders\n");
}

#[test]
fn a_running_reveille_says_what_it_cannot_see_and_serves_the_others() {
    let Some((ground, _other)) = two_accounts("a_running_reveille") else {
        return;
    };
    let web = ground
        .seoul()
        .instance("web-1")
        .tag("Schedule", "dev")
        .stopped();
    let arguments = [
        "--at",
        "2026-11-23 10:00",
        "serve",
        "--listen",
        "127.0.0.1:0",
    ];
    let mut serving = ground
        .command(&arguments)
        .env("REVEILLE_JANDI_TOKENS", TOKEN)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let log = BufReader::new(serving.stderr.take().unwrap());
    // It says so once its first run is over.
    let said = log
        .lines()
        .map(|line| line.unwrap())
        .find(|line| line.contains("cannot be seen"));
    serving.kill().unwrap();
    serving.wait().unwrap();
    let said = said.unwrap();
    for word in [OTHER, "fleet.denied", "ec2:DescribeInstances"] {
        assert!(said.contains(word), "{said}");
    }
    assert_ne!(web.state(), "stopped");
}

#[tokio::test]
async fn the_originals_table_becomes_a_file() {
    let ground = Ground::new(HOME_ONLY);
    let items = [
        serde_json::json!({"type": "config", "name": "scheduler", "organization_id": "o-1"}),
        serde_json::json!({"type": "period", "name": "office", "begintime": "09:00", "weekdays": ["mon-fri"]}),
        serde_json::json!({"type": "period", "name": "steps", "monthdays": ["1/12"]}),
        serde_json::json!({"type": "schedule", "name": "seoul", "periods": ["office", "steps"], "timezone": "Asia/Seoul",
                           "enforced": "TRUE", "use_metrics": true}),
        serde_json::json!({"type": "schedule", "name": "broken", "periods": ["gone"], "timezone": "UTC"}),
        serde_json::json!({"type": "schedule", "name": "somewhere", "periods": ["office"]}),
    ];
    config_table(&ground.tables.config, &items).await;
    let arguments = ["import", "--output", "house.yaml"];
    let told = ground.ok(&arguments);
    for line in [
        "imported 2 schedules and 2 periods",
        "set aside  schedule broken: `periods`: there is no period `gone`",
        "left out   schedule seoul: `use_metrics`",
        "differs    period steps: `monthdays`: `1/12` steps by 12 here, and by 2",
        "look       without a time zone are somewhere",
    ] {
        assert!(told.contains(line), "{line}\n{told}");
    }
    let written = std::fs::read_to_string(ground.place.folder.path().join("house.yaml")).unwrap();
    assert!(written.contains("enforced: \"TRUE\""), "{written}");
    assert!(
        ground
            .fails(&arguments)
            .contains("a file that is there is left")
    );
    // What was written can be applied, and means the same.
    let mut here = ground.place.bare_command();
    let applied = here
        .args(["--db", "house.db", "apply", "-f", "house.yaml"])
        .output()
        .unwrap();
    assert!(applied.status.success(), "{}", text(&applied.stderr));
    let missing = ground.fails(&["import", "--table", "no-such-table"]);
    assert!(missing.contains("`no-such-table`"), "{missing}");
}

/// Compares with a file beside this one; `REVEILLE_DOCS=write` writes it.
#[track_caller]
fn golden(name: &str, shown: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(name);
    if std::env::var_os("REVEILLE_DOCS").is_some_and(|value| value == "write") {
        std::fs::write(&path, shown).unwrap();
    }
    let stands = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(shown, stands, "{}", path.display());
}

#[test]
fn the_least_policy_is_printed_for_the_configuration() {
    let place = Place::new();
    place.file(
        "aws.toml",
        "[store]\ndynamodb = { config_table = \"ConfigTable\" }\n[aws]\nregion = \"ap-northeast-2\"\n\
         snapshot_on_stop = \"reveille\"\n[aws.traces]\ntags = true\n[[aws.targets]]\nregions = [\"ap-northeast-2\"]\n\
         [[aws.targets]]\nrole = \"arn:aws:iam::444455556666:role/reveille\"\nexternal_id = \"between-us\"\n\
         regions = [\"ap-northeast-2\", \"us-east-1\"]\n\
         [[rules]]\nname = \"days\"\nlocation = \"s3://our-rules/team/days.wasm\"\n\
         [[rules]]\nname = \"near\"\nlocation = \"near.wasm\"\n\
         [[data]]\nname = \"calendar\"\nlocation = \"s3://our-rules/calendar.ics\"\n\
         [sandbox]\nkeys = [\"RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3\"]\n",
    );
    let run = |arguments: &[&str]| {
        let mut command = place.bare_command();
        command
            // Nobody is asked for credentials, and there are none.
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .args(["--config", "aws.toml", "iam"])
            .args(arguments);
        let output = command.output().unwrap();
        let told = text(&output.stderr);
        assert!(output.status.success(), "{told}");
        assert!(
            told.contains("rules that stand in the store alone are not in this policy"),
            "{told}"
        );
        text(&output.stdout)
    };
    golden("iam-home.json", &run(&["--account", "111122223333"]));
    let principal = "arn:aws:iam::111122223333:role/reveille";
    golden(
        "iam-spoke.json",
        &run(&["--spoke", "--principal", principal]),
    );
}

#[test]
fn rules_of_the_store_are_in_the_policy_when_it_can_be_read() {
    let place = Place::new();
    place.file(
        "aws.toml",
        "[aws]\nregion = \"ap-northeast-2\"\n[[aws.targets]]\nregions = [\"ap-northeast-2\"]\n",
    );
    let digest = "ab".repeat(32);
    place.file(
        "rules.yaml",
        &format!(
            "rules:\n  team: {{ location: \"s3://our-rules/team.wasm\", sha256: {digest} }}\n"
        ),
    );
    place.ok(&["apply", "-f", "rules.yaml"]);
    let policy = place.ok(&["--config", "aws.toml", "iam"]);
    assert!(
        policy.contains("arn:aws:s3:::our-rules/team.wasm"),
        "{policy}"
    );
}

#[test]
fn a_configuration_without_aws_needs_no_policy() {
    let complaint = Place::new().fails(&["iam"]);
    assert!(complaint.contains("needs nothing of AWS"), "{complaint}");
}

/// The registry's item of an instance in Seoul.
fn registered(id: &str, schedule: &str, state: &str) -> Value {
    serde_json::json!({
        "account": HOME,
        "sk": format!("resource#{SEOUL}#ec2#instance#{id}"),
        "arn": format!("arn:aws:ec2:{SEOUL}:{HOME}:instance/{id}"),
        "schedule": schedule,
        "name": "",
        "state": state,
    })
}

/// The original's config table with one period that it reads otherwise, and servers in every state that matters.
async fn beside_the_original(ground: &Ground) -> Vec<Value> {
    let items = [
        serde_json::json!({"type": "period", "name": "office", "begintime": "09:00", "endtime": "18:00",
                           "weekdays": ["mon-fri"]}),
        // The 1st, 13th and 25th here; every odd day there.
        serde_json::json!({"type": "period", "name": "steps", "monthdays": ["1/12"]}),
        serde_json::json!({"type": "schedule", "name": "dev", "periods": ["office"], "timezone": "Asia/Seoul"}),
        serde_json::json!({"type": "schedule", "name": "kept", "periods": ["office"], "timezone": "Asia/Seoul",
                           "retain_running": true}),
        serde_json::json!({"type": "schedule", "name": "typed", "periods": ["office@t3.large"], "timezone": "Asia/Seoul"}),
        serde_json::json!({"type": "schedule", "name": "rare", "periods": ["steps"], "timezone": "Asia/Seoul"}),
    ];
    config_table(&ground.tables.config, &items).await;
    let server =
        |name: &str, schedule: &str| ground.seoul().instance(name).tag("Schedule", schedule);
    let mut registry = Vec::new();
    let mut register = |id: &str, schedule, state| registry.push(registered(id, schedule, state));
    register(server("to-start", "dev").stopped().id(), "dev", "stopped");
    register(server("by-hand", "dev").stopped().id(), "dev", "running");
    register(server("running", "dev").running().id(), "dev", "running");
    register(
        server("failed", "dev").stopped().id(),
        "dev",
        "start_failed",
    );
    register(server("retained", "kept").running().id(), "kept", "stopped");
    register(
        server("resized", "typed")
            .instance_type("t3.small")
            .running()
            .id(),
        "typed",
        "running",
    );
    register(server("planted", "rare").stopped().id(), "rare", "stopped");
    let _ = server("new", "dev").stopped();
    let _ = server("nobodys", "nowhere").stopped();
    let database = |id: &str, state: &str| {
        let database = ground
            .seoul()
            .database(id)
            .tag("Schedule", "dev")
            .status(state);
        let mut item = registered(id, "dev", "stopped");
        item["sk"] = format!("resource#{SEOUL}#rds#db#{id}").into();
        item["arn"] = database.arn().into();
        item
    };
    registry.push(database("orders", "stopped"));
    registry.push(database("backup", "backing-up"));
    registry
}

#[tokio::test]
async fn the_shadow_reports_the_planted_difference_and_nothing_else() {
    let ground = Ground::new(HOME_ONLY);
    let registry = beside_the_original(&ground).await;
    let table = format!("{}-registry", ground.tables.config);
    foreign_table(&table, ["account", "sk"], &registry).await;
    ground.fake.forget_calls();

    let arguments = [
        "--at",
        "2026-11-23 10:00",
        "shadow",
        "--once",
        "--registry",
        &table,
    ];
    let told = ground.fails(&arguments);
    assert!(
        told.starts_with("2026-11-23 10:00 Asia/Seoul: the two agree on 10 of 11 servers\n"),
        "{told}"
    );
    assert!(
        told.contains(
            "schedule rare: AWS Instance Scheduler would start it, Reveille would leave it"
        ),
        "{told}"
    );
    assert!(
        told.contains("because period steps: `monthdays`: `1/12` steps by 12"),
        "{told}"
    );
    assert_eq!(told.lines().count(), 3, "{told}");

    let json = ground.fails(&[&arguments[..], &["--json"]].concat());
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&report["agree"], &report["servers"]),
        (&10.into(), &11.into())
    );
    assert_eq!(report["differences"][0]["name"], "planted");

    // Nothing was done to any server, and the table that Reveille writes to is not there at all.
    let looks = [
        "DescribeInstances",
        "DescribeDBInstances",
        "DescribeDBClusters",
    ];
    for call in ground.fake.calls() {
        assert!(looks.contains(&&*call.action), "{call:?}");
    }
}

#[tokio::test]
async fn the_shadow_goes_on_without_a_registry_and_says_so() {
    let ground = Ground::new(HOME_ONLY);
    let _ = beside_the_original(&ground).await;
    let told = ground.fails(&[
        "--at",
        "2026-11-23 10:00",
        "shadow",
        "--once",
        "--registry",
        "no-such-table",
    ]);
    assert!(
        told.contains("there is no registry table `no-such-table`"),
        "{told}"
    );
    assert!(told.contains("agree on 10 of 11 servers"), "{told}");
    let told = ground.fails(&["--at", "2026-11-23 10:00", "shadow", "--once"]);
    assert!(told.contains("no registry table is named"), "{told}");
}

#[tokio::test]
async fn after_the_takeover_what_people_did_by_hand_stays() {
    if with_transactions("after_the_takeover").is_none() {
        return;
    }
    let ground = Ground::new(HOME_ONLY);
    let registry = beside_the_original(&ground).await;
    let table = format!("{}-registry", ground.tables.config);
    foreign_table(&table, ["account", "sk"], &registry).await;
    ground.ok(&["tables", "create"]);
    let adopt = |time| ground.ok(&["--at", time, "adopt", "--registry", &table]);
    assert_eq!(
        adopt("2026-11-23 09:58"),
        "taken over: 9 servers; 0 were remembered already, 2 are not registered and will be new\n"
    );
    assert_eq!(
        adopt("2026-11-23 09:59"),
        "taken over: 0 servers; 9 were remembered already, 2 are not registered and will be new\n"
    );
    let report = ground.ok(&["--at", "2026-11-23 10:00", "tick", "--json"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    let started: Vec<&str> = report["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|action| action["server"].as_str().unwrap())
        .collect();
    let has = |name: &str| started.iter().any(|arn| arn.ends_with(&instance_id(name)));
    assert!(
        has("to-start") && has("failed") && has("new") && has("resized"),
        "{report}"
    );
    assert!(
        !has("by-hand") && !has("running") && !has("planted"),
        "{report}"
    );
}

#[test]
fn a_doctor_finds_nothing_where_all_is_well() {
    let Some(ground) = Ground::with_tables("a_doctor_finds_nothing", HOME_ONLY) else {
        return;
    };
    let _ = ground
        .seoul()
        .instance("web-1")
        .tag("Schedule", "dev")
        .stopped();
    ground.apply(OFFICE);
    let told = ground.ok(&["doctor"]);
    assert!(told.lines().all(|line| line.starts_with("ok ")), "{told}");
    let local = Place::new().ok(&["doctor"]);
    assert!(local.contains("ok        servers: 0 simulated"), "{local}");
}

#[test]
fn a_configuration_that_cannot_be_used_says_where() {
    let place = Place::new();
    place.file("aws.toml", "[aws]\nregion = \"seoul\"\n");
    let complaint = place.fails(&["--config", "aws.toml", "check"]);
    assert!(
        complaint.contains("aws.region is `seoul`: write the name of a region"),
        "{complaint}"
    );
}

#[test]
fn people_are_told_what_was_last_seen_while_aws_does_not_answer() {
    let Some(ground) = Ground::with_tables("people_are_told_what_was_last_seen", HOME_ONLY) else {
        return;
    };
    let _web = ground
        .seoul()
        .instance("web-1")
        .tag("Schedule", "dev")
        .stopped();
    ground.apply(OFFICE);
    let command = ground.command(&["--at", "2026-11-23 20:00", "--freeze"]);
    let serve = ["serve", "--no-timer", "--listen", "127.0.0.1:0"];
    let house = House::start_command(Place::new(), command, &serve);
    let seen = house.say("dev status").message();
    assert!(seen.contains("web-1"), "{seen}");
    assert!(!seen.contains("기준으로"), "{seen}");
    ground.fake.on("*", "*").hangs();
    let last = house.say("dev status").message();
    assert!(last.contains("web-1"), "{last}");
    assert!(last.contains("20:00"), "{last}");
    assert!(last.contains("fleet.unreachable"), "{last}");
}
