//! Ticks over AWS: ten thousand instances of one region, two hundred sites that answer slowly.
//!
//! The fake runs in this process and what is measured in another one, so that memory and processor time are of the
//! client alone. Time outside the network is processor time: what the client's threads have worked, the reading of
//! sockets and of XML included.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a bench"
)]

use std::{
    env, fs, io,
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration as Span, Instant},
};

use aws_config::{Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_ec2::types::Filter;
use chrono::{DateTime, Duration, Utc};
use reveille_aws::{
    client::{Patience, Place, connect},
    fleet::{AwsFleet, FleetSettings},
    target::Target,
};
use reveille_core::{
    testing::{MemoryStore, PaintedRules, RecordingNotifier, daily, definitions, schedule, utc},
    tick::{Scheduler, Settings},
};
use reveille_tests::{
    demo::median,
    fake_aws::{Account, FakeAws, HOME},
    ground::dynamodb::dynamodb,
    house::Place as HousePlace,
    memory,
};

/// What the other process is to do, and where.
const CLIENT: &str = "REVEILLE_BENCH_CLIENT";
const ENDPOINT: &str = "REVEILLE_BENCH_ENDPOINT";
const KEY: &str = "REVEILLE_BENCH_KEY";
const SECRET: &str = "REVEILLE_BENCH_SECRET";
const REGIONS: [&str; 4] = ["ap-northeast-2", "eu-west-1", "us-east-1", "us-west-2"];
const ACCOUNTS: usize = 50;
const INSTANCES: usize = 10_000;
const RUNS: i64 = 9;

fn main() {
    match env::var(CLIENT).as_deref() {
        Ok("region") => run(one_region()),
        Ok("sites") => run(many_sites()),
        Ok(_) | Err(_) => serve(),
    }
}

/// The fake's side: sets the stage and lets the other process play on it.
fn serve() {
    let fake = FakeAws::start().expect("a port of loopback");
    let region = fake.home().region(REGIONS[0]);
    let half = INSTANCES / 2;
    let _ = region
        .instances("up", half)
        .tag("Schedule", "always")
        .running();
    let _ = region.instances("down", half).tag("Schedule", "office");
    println!("{INSTANCES} instances of one region:");
    play(&fake, "region");
    let _ = region.instances("down", half).stopped();
    println!("the same by the program, on DynamoDB Local:");
    program(&fake);

    let fake = FakeAws::start().expect("a port of loopback");
    for number in 0..ACCOUNTS {
        let account = account(&fake, number);
        for region in REGIONS {
            let web = account.region(region).instance("web");
            let _ = web.tag("Schedule", "always").running();
        }
    }
    fake.on("*", "*").takes(Span::from_millis(50));
    println!(
        "{ACCOUNTS} accounts of {} regions, every answer 50 ms late:",
        REGIONS.len()
    );
    play(&fake, "sites");
}

fn account(fake: &FakeAws, number: usize) -> Account {
    fake.account(&account_id(number)).role("reveille")
}

fn account_id(number: usize) -> String {
    format!("{:012}", 200_000_000_000 + number)
}

fn play(fake: &FakeAws, what: &str) {
    let status = Command::new(env::current_exe().expect("this program"))
        .env(CLIENT, what)
        .env(ENDPOINT, fake.endpoint())
        .env(KEY, fake.credentials().0)
        .env(SECRET, fake.credentials().1)
        .stdin(Stdio::null())
        .status()
        .expect("the client");
    assert!(status.success(), "{status}");
}

/// A few ticks of the real program, each a process of its own that starts with nothing.
fn program(fake: &FakeAws) {
    let place = HousePlace::new();
    let settings = "[store]\ndynamodb = { config_table = \"config\", state_table = \"state\" }\n\
                    [aws]\nregion = \"ap-northeast-2\"\n";
    place.file("aws.toml", settings);
    let definitions = "periods:\n  office: { begintime: \"09:00\", endtime: \"18:00\" }\n\
                       schedules:\n  office: { timezone: Asia/Seoul, periods: [office] }\n\
                       \x20 always: { timezone: Asia/Seoul, periods: [office], override_status: running }\n";
    place.file("house.yaml", definitions);
    let command = |arguments: &[&str]| {
        let mut command = place.bare_command();
        fake.lead(&mut command);
        command
            .env("AWS_ENDPOINT_URL_DYNAMODB", &dynamodb().endpoint)
            .args(["--config", "aws.toml"])
            .args(arguments);
        command
    };
    watched("tables create", command(&["tables", "create"]));
    watched("apply", command(&["apply", "-f", "house.yaml"]));
    for (what, at) in [
        ("the first tick", "2026-11-23 08:00"),
        ("a tick with nothing to do", "2026-11-23 08:01"),
        ("a tick that starts 5000", "2026-11-23 09:00"),
    ] {
        // Seoul's time, as the program has it unless it is told otherwise.
        fake.set_now(utc(at) - Duration::hours(9));
        watched(what, command(&["--at", at, "tick"]));
    }
}

/// Runs `command` to its end and says what it took; processor time to ten milliseconds, memory as of its last
/// milliseconds.
fn watched(what: &str, mut command: Command) {
    let output = tempfile::NamedTempFile::new().expect("a file");
    command.stdout(output.reopen().expect("the file"));
    let begun = Instant::now();
    let mut child = command.spawn().expect("the program");
    let folder = format!("/proc/{}", child.id());
    let (mut peak, mut worked) = (0, 0.0_f64);
    let status = loop {
        peak = peak.max(peak_of(child.id()).unwrap_or_default());
        let seen = fs::read_to_string(format!("{folder}/stat")).unwrap_or_default();
        worked = worked.max(worked_of(&seen).unwrap_or_default());
        match child.try_wait().expect("a status") {
            Some(status) => break status,
            None => std::thread::sleep(Span::from_millis(2)),
        }
    };
    let wall = begun.elapsed().as_secs_f64() * 1_000.0;
    let said = fs::read_to_string(output.path()).expect("its output");
    assert!(status.success(), "{what}: {said}");
    let said = said
        .lines()
        .find(|line| line.contains(" orders"))
        .unwrap_or_default();
    println!("  {what}: {wall:.0} ms, {worked:.0} ms of processor time, {peak} MiB: {said}");
}

/// The most memory that a process has had, in MiB.
fn peak_of(process: u32) -> io::Result<u64> {
    Ok(memory(process, "VmHWM")? >> 10)
}

/// Milliseconds of processor time in a `/proc/<id>/stat`, which counts hundredths of a second.
fn worked_of(stat: &str) -> Option<f64> {
    let after_name = stat.rsplit(')').next()?;
    let mut fields = after_name.split_whitespace().skip(11);
    let user = fields.next()?.parse::<f64>().ok()?;
    let system = fields.next()?.parse::<f64>().ok()?;
    Some((user + system) * 10.0)
}

fn run(work: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(work);
}

async fn home() -> SdkConfig {
    let place = Place {
        region: Some(REGIONS[0].to_owned()),
        endpoint: Some(env::var(ENDPOINT).expect("where the fake is")),
        patience: Patience::default(),
    };
    let given = |name| env::var(name).expect("what the fake takes");
    let credentials = Credentials::new(given(KEY), given(SECRET), None, None, "bench");
    connect(&place)
        .await
        .into_builder()
        .region(Region::new(REGIONS[0]))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

async fn scheduler(home: &SdkConfig, targets: Vec<Target>) -> Scheduler {
    let settings = FleetSettings {
        targets,
        ..FleetSettings::default()
    };
    let schedules = [schedule("always").build(), schedule("office").build()];
    Scheduler::new(
        Arc::new(MemoryStore::with_definitions(definitions(schedules))),
        Arc::new(AwsFleet::new(home, settings).await),
        Arc::new(PaintedRules::new(|schedule, _| {
            Ok(match schedule.name.as_str() {
                "always" => daily("00:00", "24:00"),
                _ => daily("09:00", "18:00"),
            })
        })),
        Arc::new(RecordingNotifier::default()),
        Settings::new("bench"),
    )
}

/// What something took: by the clock on the wall and by processors, in milliseconds.
struct Took {
    wall: f64,
    processor: f64,
}

async fn took<T>(work: impl Future<Output = T>) -> (T, Took) {
    let (begun, worked) = (Instant::now(), processor());
    let result = work.await;
    let took = Took {
        wall: begun.elapsed().as_secs_f64() * 1_000.0,
        processor: processor() - worked,
    };
    (result, took)
}

/// Milliseconds that the threads of this process have worked so far.
fn processor() -> f64 {
    let threads = fs::read_dir("/proc/self/task").expect("threads");
    threads
        .filter_map(|thread| {
            let schedule = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
            schedule.split(' ').next()?.parse::<f64>().ok()
        })
        .sum::<f64>()
        / 1_000_000.0
}

/// The same of this process.
fn peak() -> u64 {
    peak_of(std::process::id()).expect("a peak")
}

fn say(what: &str, tooks: &[Took], promise: &str) {
    let wall = median(tooks.iter().map(|took| took.wall).collect());
    let processor = median(tooks.iter().map(|took| took.processor).collect());
    println!("  {what}: {wall:.0} ms, {processor:.1} ms of processor time{promise}");
}

async fn one_region() {
    let home = home().await;
    let target = Target {
        account: Some(HOME.to_owned()),
        role: None,
        external_id: None,
        regions: vec![REGIONS[0].to_owned()],
    };
    let scheduler = scheduler(&home, vec![target]).await;
    let begin = utc("2026-11-23 08:00");
    let tick = |now: DateTime<Utc>| took(scheduler.tick(now));

    let (report, first) = tick(begin).await;
    assert_eq!(report.expect("a tick").servers, INSTANCES);
    say("the first tick", &[first], "");
    println!("  memory after it: {} MiB (under 150)", peak());

    let (mut idle, mut bare) = (Vec::new(), Vec::new());
    for run in 1..=RUNS {
        let (report, tick) = tick(begin + Duration::minutes(run)).await;
        assert!(report.expect("a tick").actions.is_empty());
        idle.push(tick);
        let (seen, took) = took(listed(&home)).await;
        assert_eq!(seen, INSTANCES);
        bare.push(took);
    }
    say(
        "a tick with nothing to do",
        &idle,
        " (outside the network under 100 ms)",
    );
    say("the same pages read by the SDK and let go", &bare, "");

    let (report, start) = tick(utc("2026-11-23 09:00")).await;
    let started = report.expect("a tick").actions.len();
    say(&format!("a tick that starts {started}"), &[start], "");
    println!("  memory at most: {} MiB (under 150)", peak());
}

/// How many instances the SDK reads, with the filters of the fleet.
async fn listed(home: &SdkConfig) -> usize {
    let filter = |name: &str, values: &[&str]| {
        let values = values.iter().map(|&value| value.to_owned()).collect();
        Filter::builder()
            .name(name)
            .set_values(Some(values))
            .build()
    };
    let states = ["pending", "running", "shutting-down", "stopping", "stopped"];
    let mut pages = aws_sdk_ec2::Client::new(home)
        .describe_instances()
        .filters(filter("tag-key", &["Schedule", "ScheduleName"]))
        .filters(filter("instance-state-name", &states))
        .into_paginator()
        .page_size(1_000)
        .send();
    let mut seen = 0;
    while let Some(page) = pages.next().await {
        let page = page.expect("a page");
        let sizes = page.reservations().iter().map(|it| it.instances().len());
        seen += sizes.sum::<usize>();
    }
    seen
}

async fn many_sites() {
    let home = home().await;
    let targets = (0..ACCOUNTS)
        .map(|number| Target {
            account: Some(account_id(number)),
            role: Some(format!("arn:aws:iam::{}:role/reveille", account_id(number))),
            external_id: None,
            regions: REGIONS.map(str::to_owned).to_vec(),
        })
        .collect();
    let scheduler = scheduler(&home, targets).await;
    let begin = utc("2026-11-23 08:00");
    let (report, first) = took(scheduler.tick(begin)).await;
    let report = report.expect("a tick");
    assert_eq!(
        (report.servers, report.unseen.len()),
        (ACCOUNTS * REGIONS.len(), 0)
    );
    say(
        "the first tick, every role is assumed",
        &[first],
        " (under 3,000 ms)",
    );
    let mut ticks = Vec::new();
    for run in 1..=RUNS {
        let (report, tick) = took(scheduler.tick(begin + Duration::minutes(run))).await;
        assert!(report.expect("a tick").unseen.is_empty());
        ticks.push(tick);
    }
    say("a tick with nothing to do", &ticks, " (under 3,000 ms)");
    println!("  memory at most: {} MiB", peak());
}
