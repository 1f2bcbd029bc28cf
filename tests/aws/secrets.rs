//! Secrets that AWS keeps, read by the library and by the real binary: in moto's shapes, and with the fake's faults.

use std::{
    process::{Command, Output},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration as Span,
};

use chrono::{DateTime, Utc};
use reveille_aws::{
    client::Patience,
    secret::{ROTATION, SecretId, SecretReader, SecretTrouble, SecretVersions},
    signed::{Service, Signed},
};
use reveille_tests::{
    fake_aws::FakeAws,
    ground::moto::moto,
    house::{House, Place, TOKEN, text},
};
use serde_json::{Value, json};

use super::reach::{sdk, sdk_at};

const SEOUL: &str = "ap-northeast-2";
const SERVE: [&str; 4] = ["serve", "--no-timer", "--listen", "127.0.0.1:0"];

/// Something that nobody writes by chance.
fn hush(name: &str) -> String {
    format!("hush-{name}-0123456789abcdef0123456789abcdef")
}

fn parameter(name: &str) -> SecretId {
    SecretId::parameter(name).unwrap()
}

fn managed(name: &str) -> SecretId {
    SecretId::managed(name).unwrap()
}

/// When the fake's secrets are made.
fn made() -> DateTime<Utc> {
    reveille_core::testing::utc("2026-11-23 00:00")
}

async fn told(
    fake: &FakeAws,
    id: SecretId,
    field: Option<&str>,
) -> Result<SecretVersions, SecretTrouble> {
    let reader = SecretReader::new(sdk(fake, SEOUL).await);
    reader.read(&id, field, made()).await
}

#[tokio::test]
async fn secrets_have_the_shapes_that_moto_gives() {
    let patient = Patience {
        connect: Span::from_secs(10),
        attempt: Span::from_secs(60),
        call: Span::from_secs(120),
        attempts: 3,
    };
    let sdk = sdk_at(&moto().endpoint, ("AKIAHOME", "secret"), SEOUL, patient).await;
    let ssm = Signed::new(&sdk, Service::SSM);
    let put = json!({"Name": "/shapes/token", "Value": "one", "Type": "SecureString"});
    ssm.json("ssm:PutParameter", &put).await.unwrap();
    let secrets = Signed::new(&sdk, Service::SECRETS_MANAGER);
    let create = json!({
        "Name": "shapes/jandi", "SecretString": "{\"token\": \"one\"}",
        "ClientRequestToken": "00000000-0000-0000-0000-000000000001",
    });
    let created = secrets.json("secretsmanager:CreateSecret", &create).await;
    let arn = created.unwrap()["ARN"].as_str().unwrap().to_owned();

    let reader = SecretReader::new(sdk);
    let now = Utc::now();
    let read = async |id: SecretId, field| {
        let versions = reader.read(&id, field, now).await.unwrap();
        (versions.current, versions.previous)
    };
    let one = || "one".to_owned();
    assert_eq!(read(parameter("/shapes/token"), None).await, (one(), None));
    for name in ["shapes/jandi", &arn] {
        assert_eq!(read(managed(name), Some("token")).await, (one(), None));
    }

    let put = json!({
        "SecretId": "shapes/jandi", "SecretString": "{\"token\": \"two\"}",
        "ClientRequestToken": "00000000-0000-0000-0000-000000000002",
    });
    let put = secrets.json("secretsmanager:PutSecretValue", &put).await;
    assert!(put.is_ok());
    let both = ("two".to_owned(), Some(one()));
    assert_eq!(read(managed("shapes/jandi"), Some("token")).await, both);
    let later = now + ROTATION + ROTATION;
    let later = reader
        .read(&managed("shapes/jandi"), Some("token"), later)
        .await
        .unwrap();
    assert_eq!((later.current.as_str(), later.previous), ("two", None));

    for id in [parameter("/shapes/none"), managed("shapes/none")] {
        let trouble = reader.read(&id, None, now).await.unwrap_err();
        assert!(
            matches!(trouble, SecretTrouble::Missing { .. }),
            "{trouble}"
        );
    }
}

#[tokio::test]
async fn what_keeps_a_secret_has_a_kind_and_shows_nothing() {
    let fake = FakeAws::start().unwrap();
    let seoul = fake.home().region(SEOUL);
    seoul.parameter("/token", "hush").secret("plain", "hush");
    assert_eq!(
        told(&fake, parameter("/token"), None)
            .await
            .unwrap()
            .current,
        "hush"
    );
    let trouble = told(&fake, managed("plain"), Some("token")).await;
    assert!(matches!(trouble, Err(SecretTrouble::NoField { .. })));

    fake.on("ssm", "GetParameter").times(1).is_denied();
    let denied = told(&fake, parameter("/token"), None).await.unwrap_err();
    assert!(denied.to_string().contains("ssm:GetParameter"), "{denied}");
    fake.home().denies("secretsmanager:GetSecretValue");
    let denied = told(&fake, managed("plain"), None).await.unwrap_err();
    assert!(matches!(denied, SecretTrouble::Call(_)), "{denied}");
    fake.home().allows("secretsmanager:GetSecretValue");

    fake.on("ssm", "GetParameter")
        .times(1)
        .truncates_the_answer();
    let versions = told(&fake, parameter("/token"), None).await.unwrap();
    assert!(!format!("{versions:?}").contains("hush"));
}

#[tokio::test]
async fn the_secret_before_counts_while_a_rotation_is_under_way() {
    let fake = FakeAws::start().unwrap();
    let seoul = fake.home().region(SEOUL);
    seoul.secret("jandi", "one").secret("jandi", "two");
    let reader = SecretReader::new(sdk(&fake, SEOUL).await);
    for (now, previous) in [
        (made() + ROTATION, Some("one".to_owned())),
        (made() + ROTATION + ROTATION, None),
    ] {
        let versions = reader.read(&managed("jandi"), None, now).await.unwrap();
        assert_eq!(
            (versions.current.as_str(), versions.previous),
            ("two", previous)
        );
    }
}

/// A place whose AWS is `endpoint`.
fn command(place: &Place, endpoint: &str) -> Command {
    let mut command = place.command();
    command
        .env("AWS_ACCESS_KEY_ID", "AKIAHOME")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_REGION", SEOUL)
        .env("AWS_ENDPOINT_URL", endpoint);
    command
}

fn at_fake(place: &Place, fake: &FakeAws) -> Command {
    let mut command = command(place, &fake.endpoint());
    fake.lead(&mut command);
    command
}

fn configured(config: &str) -> Place {
    let place = Place::new();
    place.file("reveille.toml", config);
    place
}

fn run(mut command: Command, arguments: &[&str]) -> (Output, String) {
    let output = command
        .args(["--config", "reveille.toml"])
        .args(arguments)
        .output()
        .unwrap();
    let said = text(&output.stdout) + &text(&output.stderr);
    (output, said)
}

fn serve(place: Place, command: Command) -> House {
    let mut arguments = vec!["--config", "reveille.toml"];
    arguments.extend(SERVE);
    House::start_command(place, command, &arguments)
}

/// The status of a message with this token.
fn status(house: &House, token: &str) -> u16 {
    let message = json!({"token": token, "text": "/서버 help", "keyword": "서버"});
    house.post(&message).status
}

const TWO_TOKENS: &str = "\
[jandi]
tokens = [{ ssm = \"/reveille/token\" }, { secret = \"reveille/jandi\", field = \"token\" }]
";

#[test]
fn secrets_that_cannot_be_had_are_told_with_where_and_what_to_do() {
    let place = configured(TWO_TOKENS);
    let fake = FakeAws::start().unwrap();
    fake.home().denies("ssm:GetParameter");
    let (output, said) = run(at_fake(&place, &fake), &SERVE);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for word in [
        "jandi.tokens[1]",
        "`/reveille/token`",
        "the permission `ssm:GetParameter`",
        "jandi.tokens[2]",
        "`reveille/jandi` of Secrets Manager, field `token`",
        "Make it in this account and region",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let (output, doctor) = run(at_fake(&place, &fake), &["doctor"]);
    assert_eq!(output.status.code(), Some(1), "{doctor}");
    assert!(doctor.contains("problem   jandi.tokens[1]"), "{doctor}");
    assert!(doctor.contains("problem   jandi.tokens[2]"), "{doctor}");

    fake.home().allows("ssm:GetParameter");
    let seoul = fake.home().region(SEOUL);
    seoul
        .parameter("/reveille/token", &hush("parameter"))
        .secret(
            "reveille/jandi",
            &json!({"token": hush("managed")}).to_string(),
        );
    let (output, doctor) = run(at_fake(&place, &fake), &["doctor"]);
    assert!(output.status.success(), "{doctor}");
    assert!(doctor.contains("ok        jandi.tokens[1]"), "{doctor}");
    assert!(!doctor.contains("hush"), "{doctor}");
}

#[test]
fn the_policy_has_exactly_the_secrets_of_the_configuration() {
    let place = configured(TWO_TOKENS);
    let mut bare = place.command();
    bare.env("AWS_REGION", SEOUL)
        .env("REVEILLE_JANDI_TOKENS", "ssm:/from/the/environment");
    let (_, said) = run(bare, &["iam", "--account", "111122223333"]);
    let policy: Value = serde_json::from_str(&said).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    let sids: Vec<_> = statements.iter().map(|it| &it["Sid"]).collect();
    assert_eq!(
        sids,
        [
            "ReadParameters",
            "DecryptParameters",
            "ReadSecrets",
            "DecryptSecrets"
        ]
    );
    assert_eq!(
        statements[0]["Resource"],
        json!([
            "arn:aws:ssm:ap-northeast-2:111122223333:parameter/from/the/environment",
            "arn:aws:ssm:ap-northeast-2:111122223333:parameter/reveille/token",
        ])
    );
}

#[test]
fn a_token_is_rotated_under_traffic_without_a_restart() {
    let endpoint = &moto().endpoint;
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let patient = Patience {
        call: Span::from_secs(120),
        attempt: Span::from_secs(60),
        ..Patience::default()
    };
    let keys = ("AKIAHOME", "secret");
    let sdk = runtime.block_on(sdk_at(endpoint, keys, SEOUL, patient));
    let call = |service, name: &'static str, input: &Value| {
        runtime
            .block_on(Signed::new(&sdk, service).json(name, input))
            .unwrap();
    };
    let parameter = |value: &str| {
        let put = json!({
            "Name": "/rotated/token", "Value": value, "Type": "SecureString", "Overwrite": true,
        });
        call(Service::SSM, "ssm:PutParameter", &put);
    };
    let secret = |name, value: &str, number| {
        let mut put = json!({
            "SecretString": json!({"token": value}).to_string(),
            "ClientRequestToken": format!("00000000-0000-0000-0000-{number:012}"),
        });
        let key = if number == 1 { "Name" } else { "SecretId" };
        put[key] = json!("rotated/jandi");
        call(Service::SECRETS_MANAGER, name, &put);
    };
    parameter("ssm-one");
    secret("secretsmanager:CreateSecret", "managed-one", 1);

    let config = TWO_TOKENS.replace("reveille/", "rotated/");
    let place = configured(&config);
    let command = command(&place, endpoint);
    let house = serve(place, command);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        // The token that is being replaced goes on counting for a while.
        let traffic = scope.spawn(|| {
            let mut answered = 0;
            while !done.load(Ordering::Acquire) {
                assert_eq!(status(&house, "managed-one"), 200);
                answered += 1;
            }
            answered
        });
        assert_eq!(status(&house, "ssm-one"), 200);
        parameter("ssm-two");
        secret("secretsmanager:PutSecretValue", "managed-two", 2);
        for (token, expected) in [("ssm-two", 200), ("managed-two", 200), ("ssm-one", 401)] {
            assert_eq!(status(&house, token), expected, "{token}");
        }
        done.store(true, Ordering::Release);
        assert!(traffic.join().unwrap() > 0);
    });
}

#[test]
fn strangers_cannot_make_it_ask_all_the_time() {
    let fake = FakeAws::start().unwrap();
    fake.home().region(SEOUL).parameter("/token", "right");
    let place = configured("[jandi]\ntokens = [{ ssm = \"/token\" }]\n");
    let command = at_fake(&place, &fake);
    let house = serve(place, command);
    for number in 0..100 {
        assert_eq!(status(&house, &format!("wrong-{number}")), 401);
        assert_eq!(status(&house, "right"), 200);
    }
    // At the start, and for the first of them.
    assert_eq!(fake.count("ssm", "GetParameter"), 2);
}

#[test]
fn while_aws_does_not_answer_the_last_good_token_counts() {
    let fake = FakeAws::start().unwrap();
    let seoul = fake.home().region(SEOUL);
    seoul.parameter("/token", "right");
    let place = configured("[jandi]\ntokens = [{ ssm = \"/token\" }]\n");
    let command = at_fake(&place, &fake);
    let house = serve(place, command);
    fake.on("ssm", "*").hangs();
    assert_eq!(status(&house, "wrong"), 401);
    assert_eq!(status(&house, "right"), 200);
}

#[test]
fn a_secret_that_is_deleted_counts_no_more() {
    let fake = FakeAws::start().unwrap();
    let seoul = fake.home().region(SEOUL);
    seoul.parameter("/token", "right");
    let place = configured("[jandi]\ntokens = [{ ssm = \"/token\" }]\n");
    let command = at_fake(&place, &fake);
    let house = serve(place, command);
    seoul.forget_secret("/token");
    assert_eq!(status(&house, "wrong"), 401);
    assert_eq!(status(&house, "right"), 401);
    let written = house.all_written();
    assert!(written.contains("counts no more"), "{written}");
}

/// What the house of [`nothing_that_is_written_shows_a_secret`] knows.
const EVERY_SOURCE: &str = "\
[jandi]
tokens = [
  { value = \"hush-value-0123456789abcdef0123456789abcdef\" },
  { env = \"CHAT_TOKEN\" },
  { file = \"token\" },
  { ssm = \"/reveille/token\" },
  { secret = \"reveille/jandi\", field = \"token\" },
]
";

#[test]
fn nothing_that_is_written_shows_a_secret() {
    let fake = FakeAws::start().unwrap();
    fake.set_now(Utc::now());
    let seoul = fake.home().region(SEOUL);
    seoul
        .parameter("/reveille/token", &hush("parameter"))
        .secret(
            "reveille/jandi",
            &json!({"token": hush("before")}).to_string(),
        )
        .secret(
            "reveille/jandi",
            &json!({"token": hush("managed")}).to_string(),
        );
    let place = configured(EVERY_SOURCE);
    place.file("token", &hush("file"));
    let everything = |place: &Place, log: &str| {
        let mut command = at_fake(place, &fake);
        command
            .env("CHAT_TOKEN", hush("env"))
            .env("RUST_LOG", log)
            .env("RUST_BACKTRACE", "1");
        command
    };
    let mut written = String::new();
    for arguments in [&["doctor"][..], &["check"], &["iam"], &["rule", "list"]] {
        written += &run(everything(&place, "trace"), arguments).1;
    }

    // What goes wrong with the places.
    let wrong = Place::new();
    wrong.file("token", "");
    let complaints = [
        EVERY_SOURCE.replace("{ file", "{ fle"),
        EVERY_SOURCE.replace("{ value = \"hush", "{ value = \"\", env = \"hush"),
        EVERY_SOURCE.replace("{ value = \"hush", "{ env = \"hush"),
        EVERY_SOURCE.replace("{ value = \"hush", "{ file = \"hush"),
        EVERY_SOURCE.replace("{ value = \"hush", "{ ssm = \"hush"),
        EVERY_SOURCE.replace("{ value = \"hush", "{ secret = \"hush"),
        EVERY_SOURCE.replace(
            "{ value = \"hush-value-0123456789abcdef0123456789abcdef\" }",
            "\"hush-value\"",
        ),
        EVERY_SOURCE.replace("abcdef\" }", "abcdef }"),
        EVERY_SOURCE.replace("\"/reveille/token\"", "{ a = 1 }"),
        "[sandbox]\nkey = [\"hush\"]\n".to_owned(),
    ];
    for config in &complaints {
        wrong.file("reveille.toml", config);
        let (output, said) = run(everything(&wrong, "info"), &["doctor"]);
        assert!(!output.status.success(), "{config}: {said}");
        written += &said;
    }
    wrong.file("reveille.toml", EVERY_SOURCE);
    for break_it in [
        |fake: &FakeAws| fake.on("*", "*").times(2).is_denied(),
        |fake: &FakeAws| fake.on("*", "*").times(2).expires(),
        |fake: &FakeAws| fake.on("*", "*").times(6).truncates_the_answer(),
        |fake: &FakeAws| fake.on("*", "*").times(6).garbles_the_answer(),
    ] {
        break_it(&fake);
        let (output, said) = run(everything(&wrong, "trace"), &SERVE);
        assert!(!output.status.success(), "{said}");
        written += &said;
    }
    fake.heal();

    // What goes through the door.
    let command = everything(&place, "trace");
    let mut arguments = vec!["--config", "reveille.toml"];
    arguments.extend(SERVE);
    let house = House::start_command_with_admin(place, command, &arguments);
    for name in ["value", "env", "file", "parameter", "managed", "before"] {
        let token = hush(name);
        assert_eq!(status(&house, &token), 200, "{name}");
        assert_eq!(status(&house, &format!("{token}x")), 401, "{name}");
        let broken = house.post_bytes(format!("{{\"token\": \"{token}\"").as_bytes());
        written += &(broken.head + &broken.body);
        let wrong = house.post(&json!({"token": token, "text": 1, "keyword": {}}));
        written += &(wrong.head + &wrong.body);
    }
    for path in ["/metrics", "/rules", "/readyz", "/healthz"] {
        written += &house.ask_admin("GET", path).body;
    }
    written += &house.all_written();

    assert!(written.len() > 100_000, "it logs everything");
    for line in written.lines() {
        assert!(!line.contains("hush") && !line.contains(TOKEN), "{line}");
    }
}
