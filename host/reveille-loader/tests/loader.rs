//! From places to rules: real components, files in a folder, and places that the test has in its hand.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

#[expect(dead_code, reason = "the tests of the sandbox use the rest of it")]
#[path = "../../reveille-sandbox/tests/it/bucket.rs"]
mod bucket;
#[expect(dead_code, reason = "the tests of the sandbox use the rest of it")]
#[path = "../../reveille-sandbox/tests/it/guest.rs"]
mod guest;
#[path = "../../../tests/src/signer.rs"]
#[expect(unreachable_pub, reason = "it is public where it is at home")]
mod signer;

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use bucket::Bucket;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use guest::Guest;
use reveille_core::{
    model::{Definitions, Fault, RuleSource, Tier},
    port::{FetchRequest, Fetched, PlanRequest, Rules as _, Source, SourceError},
    testing::{definitions, schedule},
};
use reveille_loader::{
    Event, FileSource, GONE_AFTER, Grounds, Keys, LONGEST_WAIT, Loader, News, Places, Sources,
    Trust, Written,
};
use reveille_sandbox::{Limits, Sandbox};
use signer::Signer;
use tempfile::TempDir;

/// A place far away: bytes by location, and whether it answers.
#[derive(Default)]
struct Far(Mutex<Place>);

#[derive(Default)]
struct Place {
    objects: BTreeMap<String, Vec<u8>>,
    is_down: bool,
    asked: u32,
}

#[async_trait]
impl Source for Far {
    async fn fetch(&self, request: &FetchRequest<'_>) -> Result<Fetched, SourceError> {
        let mut place = self.0.lock().unwrap();
        place.asked += 1;
        let location = request.location.to_owned();
        if place.is_down {
            let cause = "nobody is there".to_owned();
            return Err(SourceError::Busy { location, cause });
        }
        let Some(bytes) = place.objects.get(request.location) else {
            return Err(SourceError::Missing { location });
        };
        let version = format!("{}-{:?}", bytes.len(), bytes.iter().max());
        let version = format!(
            "{version}-{}",
            bytes.iter().map(|&it| u64::from(it)).sum::<u64>()
        );
        if request.known == Some(&version) {
            return Ok(Fetched::Unchanged);
        }
        Ok(Fetched::New {
            bytes: bytes.clone(),
            version: Some(version),
        })
    }
}

impl Far {
    fn put(&self, location: &str, bytes: impl Into<Vec<u8>>) {
        let mut place = self.0.lock().unwrap();
        place.objects.insert(location.to_owned(), bytes.into());
    }

    fn down(&self, is_down: bool) {
        self.0.lock().unwrap().is_down = is_down;
    }

    fn asked(&self) -> u32 {
        self.0.lock().unwrap().asked
    }
}

/// A host with a watched folder and a shelf.
struct House {
    folder: TempDir,
    far: Arc<Far>,
    sandbox: Arc<Sandbox>,
    loader: Arc<Loader>,
    definitions: Arc<Definitions>,
    now: DateTime<Utc>,
}

impl House {
    fn new() -> Self {
        Self::trusting(Trust::default())
    }

    fn trusting(trust: Trust) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("rules")).unwrap();
        let far = Arc::new(Far::default());
        let (sandbox, loader) = start(&folder, &far, trust, Vec::new());
        Self {
            folder,
            far,
            sandbox,
            loader,
            definitions: Arc::new(definitions([schedule("dev").rule("team").build()])),
            now: "2026-11-23T00:00:00Z".parse().unwrap(),
        }
    }

    /// A host that compiles nothing, and takes what is shared in this bucket.
    fn lean(bucket: &Bucket) -> Self {
        let mut house = Self::new();
        house.sandbox = Arc::new(bucket.lean());
        house.loader = loader(&house.sandbox, &house.folder, &house.far);
        house
    }

    /// The same host after its process has ended.
    fn again(mut self, trust: Trust) -> Self {
        (self.sandbox, self.loader) = start(&self.folder, &self.far, trust, Vec::new());
        self
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("rules").join(name)
    }

    fn want(&mut self, source: RuleSource) {
        let definitions = Arc::make_mut(&mut self.definitions);
        definitions.rules.insert(source.name.clone(), source);
    }

    async fn look(&self, places: Places) -> Vec<Event> {
        let news = self.loader.look(places, &self.definitions, self.now).await;
        let team = |news: &News| news.rule == "team";
        assert!(news.iter().all(team), "{news:?}");
        news.into_iter().map(|news| news.event).collect()
    }

    async fn look_later(&mut self, after: Duration) -> Vec<Event> {
        self.now += TimeDelta::from_std(after).unwrap();
        self.look(Places::Far).await
    }

    fn digest(&self) -> Option<String> {
        let mut loaded = self.sandbox.loaded().into_iter();
        loaded.find(|rule| rule.name == "team").map(|it| it.sha256)
    }

    fn error(&self) -> Option<String> {
        self.loader.known().into_iter().find_map(|it| it.error)
    }
}

fn start(
    folder: &TempDir,
    far: &Arc<Far>,
    trust: Trust,
    configured: Vec<RuleSource>,
) -> (Arc<Sandbox>, Arc<Loader>) {
    let sandbox = Arc::new(Sandbox::embedded().unwrap());
    let loader = Loader::new(Arc::clone(&sandbox), sources(far), trust, configured)
        .watching(folder.path().join("rules"))
        .with_shelf(folder.path().join("shelf"));
    (sandbox, Arc::new(loader))
}

/// One that keeps nothing.
fn loader(sandbox: &Arc<Sandbox>, folder: &TempDir, far: &Arc<Far>) -> Arc<Loader> {
    let loader = Loader::new(
        Arc::clone(sandbox),
        sources(far),
        Trust::default(),
        Vec::new(),
    );
    Arc::new(loader.watching(folder.path().join("rules")))
}

fn sources(far: &Arc<Far>) -> Sources {
    Sources::default()
        .with("", Arc::new(FileSource))
        .with("far", Arc::clone(far) as Arc<dyn Source>)
}

fn source(location: &str, sha256: Option<&str>) -> RuleSource {
    RuleSource {
        name: "team".to_owned(),
        location: location.to_owned(),
        sha256: sha256.map(str::to_owned),
        tier: Tier::Rule,
        wasi: false,
        data: BTreeMap::new(),
    }
}

/// A component that does nothing, another one for every number.
fn version(number: u8) -> Vec<u8> {
    Guest::new()
        .fields(&format!("(global $version i32 (i32.const {number}))"))
        .build()
}

/// One that breaks down when it is asked for a plan.
fn broken() -> Vec<u8> {
    Guest::new().plan("unreachable").build()
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[track_caller]
fn taken(events: &[Event]) -> (&str, Option<&str>, &Grounds, bool) {
    match events {
        [
            Event::Taken {
                version,
                before,
                grounds,
                is_copy,
            },
        ] => (
            &version.sha256,
            before.as_ref().map(|before| &*before.sha256),
            grounds,
            *is_copy,
        ),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn refused(events: &[Event]) -> (&str, Option<&str>) {
    match events {
        [Event::Refused { cause, kept, .. }] => (cause, kept.as_ref().map(|kept| &*kept.sha256)),
        other => panic!("{other:?}"),
    }
}

/// The version that a refused component gives itself.
#[track_caller]
fn refused_version(events: &[Event]) -> Option<&str> {
    match events {
        [Event::Refused { version, .. }] => version.as_deref(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_file_that_is_copied_into_the_folder_is_a_rule_and_so_is_what_replaces_it() {
    let house = House::new();
    assert_eq!(house.look(Places::Near).await, []);
    fs::write(house.file("team.wasm"), version(1)).unwrap();
    let events = house.look(Places::Near).await;
    let (digest, before, grounds, _) = taken(&events);
    assert_eq!(digest, sha256(&version(1)));
    assert_eq!((before, grounds), (None, &Grounds::Configured));
    assert_eq!(house.look(Places::Near).await, []);

    fs::write(house.file("team.wasm"), version(2)).unwrap();
    let events = house.look(Places::Near).await;
    let (digest, before, ..) = taken(&events);
    assert_eq!(digest, sha256(&version(2)));
    assert_eq!(before, Some(&*sha256(&version(1))));
    assert_eq!(house.digest(), Some(sha256(&version(2))));
    let known = house.loader.known().remove(0);
    assert_eq!(known.written, Written::Folder);
    let earlier = known.earlier(house.loader.shelf().unwrap().history("team"));
    assert_eq!(earlier[0].sha256, sha256(&version(1)));
    assert_eq!(earlier.len(), 1);
}

#[tokio::test]
async fn half_of_a_file_harms_nobody_and_the_whole_of_it_is_taken() {
    let house = House::new();
    fs::write(house.file("team.wasm"), version(1)).unwrap();
    house.look(Places::Near).await;
    let whole = version(2);
    fs::write(house.file("team.wasm"), &whole[..whole.len() / 2]).unwrap();
    assert_eq!(house.look(Places::Near).await, []);
    assert_eq!(house.digest(), Some(sha256(&version(1))));
    fs::write(house.file("team.wasm"), &whole).unwrap();
    taken(&house.look(Places::Near).await);

    // One that stays half is told, once.
    fs::write(house.file("team.wasm"), &whole[..whole.len() / 2]).unwrap();
    assert_eq!(house.look(Places::Near).await, []);
    let events = house.look(Places::Near).await;
    assert_eq!(refused(&events).1, Some(&*sha256(&whole)));
    assert_eq!(house.look(Places::Near).await, []);
    assert!(house.error().is_some());
}

#[tokio::test]
async fn a_version_that_fails_where_the_one_in_use_does_not_is_refused_until_something_changes() {
    let mut house = House::new();
    fs::write(house.file("team.wasm"), version(1)).unwrap();
    house.look(Places::Near).await;
    fs::write(house.file("team.wasm"), broken()).unwrap();
    house.look(Places::Near).await;
    let events = house.look(Places::Near).await;
    let (cause, kept) = refused(&events);
    assert!(cause.contains("schedule dev, 2026-11-23"), "{cause}");
    assert_eq!(refused_version(&events), Some("1.0.0"));
    assert_eq!(kept, Some(&*sha256(&version(1))));
    let dev = house.definitions.schedules["dev"].clone();
    let request = PlanRequest {
        schedule: &dev,
        date: NaiveDate::from_ymd_opt(2026, 11, 23).unwrap(),
        exceptions: &[],
    };
    house.sandbox.plan(&request).unwrap();

    // No schedule asks it for a plan any more.
    house.definitions = Arc::new(definitions([schedule("dev").build()]));
    let events = house.look(Places::Near).await;
    assert_eq!(taken(&events).0, sha256(&broken()));
}

#[tokio::test]
async fn a_rule_that_only_the_folder_brought_goes_away_with_its_file() {
    let house = House::new();
    fs::write(house.file("team.wasm"), version(1)).unwrap();
    house.look(Places::Near).await;
    fs::remove_file(house.file("team.wasm")).unwrap();
    for _ in 1..GONE_AFTER {
        assert_eq!(house.look(Places::Near).await, []);
        assert_eq!(house.look(Places::Far).await, []);
        assert!(house.digest().is_some());
    }
    let events = house.look(Places::Near).await;
    let [
        Event::OutOfReach {
            cause, kept: None, ..
        },
        Event::Unloaded,
    ] = &events[..]
    else {
        panic!("{events:?}");
    };
    assert!(
        cause.contains("team.wasm` is gone from the watched folder"),
        "{cause}"
    );
    assert_eq!(house.digest(), None);
    assert!(house.loader.known().is_empty());
    assert_eq!(house.look(Places::Near).await, []);
    fs::write(house.file("team.wasm"), version(1)).unwrap();
    taken(&house.look(Places::Near).await);
}

#[tokio::test]
async fn a_file_that_is_deleted_before_it_is_written_anew_is_missed_by_nobody() {
    let house = House::new();
    fs::write(house.file("team.wasm"), version(1)).unwrap();
    house.look(Places::Near).await;
    for round in 2..5 {
        fs::remove_file(house.file("team.wasm")).unwrap();
        for _ in 1..GONE_AFTER {
            assert_eq!(house.look(Places::Near).await, []);
        }
        fs::write(house.file("team.wasm"), version(round)).unwrap();
        let events = house.look(Places::Near).await;
        assert_eq!(taken(&events).1, Some(&*sha256(&version(round - 1))));
    }
}

#[tokio::test]
async fn a_rule_whose_file_is_wanted_by_its_digest_outlives_the_file() {
    let mut house = House::new();
    fs::write(house.file("team.wasm"), version(1)).unwrap();
    house.look(Places::Near).await;
    let location = house.file("team.wasm").display().to_string();
    let digest = sha256(&version(1));
    house.want(source(&location, Some(&digest)));
    assert_eq!(taken(&house.look(Places::Near).await).2, &Grounds::Pinned);
    fs::remove_file(house.file("team.wasm")).unwrap();
    for _ in 0..=GONE_AFTER {
        assert_eq!(house.look(Places::Near).await, []);
    }
    assert_eq!(house.digest(), Some(digest.clone()));
    // So does one whose place is the store's word, also over the next start.
    let house = house.again(Trust::default());
    assert_eq!(taken(&house.look(Places::All).await).0, digest);
}

#[tokio::test]
async fn a_rule_without_a_pin_stays_as_long_as_the_store_names_its_file() {
    let trust = |house: &House| {
        let place = format!("{}/", house.folder.path().display());
        Trust::new(Keys::default(), &[place]).unwrap()
    };
    let house = House::new();
    let trust = trust(&house);
    let mut house = house.again(trust);
    fs::write(house.file("team.wasm"), version(1)).unwrap();
    let location = house.file("team.wasm").display().to_string();
    house.want(source(&location, None));
    taken(&house.look(Places::Near).await);
    fs::remove_file(house.file("team.wasm")).unwrap();
    assert_eq!(house.look(Places::Near).await, []);
    let events = house.look(Places::Near).await;
    assert!(
        matches!(&events[..], [Event::OutOfReach { kept: Some(_), .. }]),
        "{events:?}"
    );
    for _ in 0..=GONE_AFTER {
        assert_eq!(house.look(Places::Near).await, []);
    }
    assert!(house.digest().is_some());
    fs::write(house.file("team.wasm"), version(1)).unwrap();
    assert_eq!(house.look(Places::Near).await, [Event::WithinReach]);
}

#[tokio::test]
async fn details_beside_a_file_that_cannot_be_read_leave_the_rule_as_it_is() {
    let house = House::new();
    fs::write(house.file("team.wasm"), version(1)).unwrap();
    house.look(Places::Near).await;
    fs::write(house.file("team.toml"), "teir = \"heavy\"").unwrap();
    assert_eq!(house.look(Places::Near).await, []);
    let events = house.look(Places::Near).await;
    assert!(refused(&events).0.contains("teir"), "{events:?}");
    assert_eq!(house.look(Places::Near).await, []);
    assert_eq!(house.digest(), Some(sha256(&version(1))));
    let details = format!("sha256 = \"{}\"", sha256(&version(1)));
    fs::write(house.file("team.toml"), details).unwrap();
    assert_eq!(taken(&house.look(Places::Near).await).2, &Grounds::Pinned);
}

#[tokio::test]
async fn a_component_that_needs_another_tier_is_told_where_to_write_it() {
    let house = House::new();
    fs::write(house.file("team.wasm"), vec![0; (512 << 10) + 1]).unwrap();
    assert_eq!(house.look(Places::Near).await, []);
    let events = house.look(Places::Near).await;
    let [Event::OutOfReach { cause, .. }] = &events[..] else {
        panic!("{events:?}");
    };
    assert!(
        cause.contains("`tier = \"heavy\"`") && cause.ends_with("into `team.toml` beside it"),
        "{cause}"
    );
}

#[tokio::test]
async fn what_nobody_vouches_for_is_refused_with_what_to_write() {
    let mut house = House::new();
    house.far.put("far://team/a", version(1));
    house.want(source("far://team/a", None));
    let events = house.look(Places::Far).await;
    let (cause, kept) = refused(&events);
    let digest = sha256(&version(1));
    assert!(
        cause.contains(&format!("`sha256 = \"{digest}\"`")),
        "{cause}"
    );
    assert_eq!((kept, house.digest()), (None, None));
    house.want(source("far://team/a", Some(&digest)));
    assert_eq!(taken(&house.look(Places::Far).await).2, &Grounds::Pinned);

    // Another component in its place makes no difference, and is not even looked at.
    house.far.put("far://team/a", version(2));
    let asked = house.far.asked();
    assert_eq!(house.look_later(LONGEST_WAIT).await, []);
    assert_eq!(house.far.asked(), asked);
}

#[tokio::test]
async fn a_component_is_taken_when_one_of_the_keys_has_signed_it() {
    let (ours, theirs) = (Signer::new(1), Signer::new(2));
    let trust = || Trust::new(Keys::new(&[ours.key()]).unwrap(), &[]).unwrap();
    let mut house = House::trusting(trust());
    let (component, signature) = ("far://team/a", "far://team/a.minisig");
    house.far.put(component, version(1));
    house.far.put(signature, theirs.sign(&version(1), "a"));
    house.want(source(component, None));
    let events = house.look(Places::Far).await;
    assert!(
        refused(&events).0.contains("signed with minisign"),
        "{events:?}"
    );

    house.far.put(signature, ours.sign(&version(1), "a"));
    let events = house.look_later(LONGEST_WAIT).await;
    assert!(matches!(taken(&events).2, Grounds::Signed(_)), "{events:?}");

    // The component comes before its signature.
    house.far.put(component, version(2));
    let events = house.look_later(LONGEST_WAIT).await;
    assert!(
        refused(&events).0.contains("not of this component"),
        "{events:?}"
    );
    assert_eq!(house.digest(), Some(sha256(&version(1))));
    house.far.put(signature, ours.sign(&version(2), "a"));
    taken(&house.look_later(LONGEST_WAIT).await);

    // What is kept is signed too, and a key that is trusted no more is of no use.
    house.far.down(true);
    let house = house.again(trust());
    let events = house.look(Places::All).await;
    assert!(
        matches!(&events[0], Event::Taken { is_copy: true, .. }),
        "{events:?}"
    );
    let house = house.again(Trust::default());
    house.look(Places::All).await;
    assert_eq!(house.digest(), None);
}

/// A component of another version.
fn versioned(version: &str) -> Vec<u8> {
    Guest::new()
        .fields(&format!("(data (i32.const 1032) \"{version}\")"))
        .describe(&format!(
            "(i32.store (i32.const 72) (i32.const 1032)) (i32.store (i32.const 76) (i32.const {}))
             (i32.const 64)",
            version.len()
        ))
        .build()
}

#[tokio::test]
async fn an_older_version_that_is_signed_is_not_taken_unless_it_is_pinned() {
    let ours = Signer::new(1);
    let trust = || Trust::new(Keys::new(&[ours.key()]).unwrap(), &[]).unwrap();
    let mut house = House::trusting(trust());
    let (component, signature) = ("far://team/a", "far://team/a.minisig");
    let publish = |house: &House, version: &str| {
        house.far.put(component, versioned(version));
        let comment = format!("rule:team version:{version}");
        let signed = ours.sign(&versioned(version), &comment);
        house.far.put(signature, signed);
    };
    publish(&house, "1.9.0");
    house.want(source(component, None));
    taken(&house.look(Places::Far).await);
    publish(&house, "1.10.0");
    taken(&house.look_later(LONGEST_WAIT).await);

    publish(&house, "1.9.0");
    let events = house.look_later(LONGEST_WAIT).await;
    let (cause, kept) = refused(&events);
    assert!(
        cause.contains("signed as version 1.9.0, and 1.10.0 is newer"),
        "{cause}"
    );
    assert_eq!(kept, Some(&*sha256(&versioned("1.10.0"))));
    assert_eq!(refused_version(&events), Some("1.9.0"));

    // Nor at the next start, when nothing is in use yet.
    let mut house = house.again(trust());
    let events = house.look(Places::All).await;
    let is_refused = |event: &Event| matches!(event, Event::Refused { .. });
    assert!(events.iter().any(is_refused), "{events:?}");
    assert_eq!(house.digest(), Some(sha256(&versioned("1.10.0"))));

    house.want(source(component, Some(&sha256(&versioned("1.9.0")))));
    assert_eq!(
        taken(&house.look_later(LONGEST_WAIT).await).2,
        &Grounds::Pinned
    );
}

#[tokio::test]
async fn a_signature_for_another_rule_or_version_is_of_no_use() {
    let ours = Signer::new(1);
    let mut house = House::trusting(Trust::new(Keys::new(&[ours.key()]).unwrap(), &[]).unwrap());
    let (component, signature) = ("far://team/a", "far://team/a.minisig");
    house.far.put(component, versioned("1.9.0"));
    house.want(source(component, None));
    for (comment, expected) in [
        ("rule:other", "is for the rule `other`, and this is `team`"),
        ("rule:team version:2.0.0", "is for the version `2.0.0`"),
        ("sha256:ab", "is for the sha256 `ab`"),
    ] {
        let signed = ours.sign(&versioned("1.9.0"), comment);
        house.far.put(signature, signed);
        let events = house.look_later(LONGEST_WAIT).await;
        assert!(refused(&events).0.contains(expected), "{events:?}");
    }
    let digest = sha256(&versioned("1.9.0"));
    let comment = format!("rule:team version:1.9.0 sha256:{digest}");
    let signed = ours.sign(&versioned("1.9.0"), &comment);
    house.far.put(signature, signed);
    taken(&house.look_later(LONGEST_WAIT).await);
}

#[tokio::test]
async fn a_start_without_the_place_takes_the_last_copy_and_asks_less_and_less_often() {
    let mut house = House::new();
    let digest = sha256(&version(1));
    house.far.put("far://team/a", version(1));
    let trust = || Trust::new(Keys::default(), &["s3://elsewhere/".to_owned()]).unwrap();
    house.want(source("far://team/a", Some(&digest)));
    taken(&house.look(Places::Far).await);
    house.far.down(true);
    let mut house = house.again(trust());
    // A digest needs no place.
    assert!(!taken(&house.look(Places::All).await).3);
    assert_eq!(house.error(), None);

    house.want(source("far://team/b", None));
    let events = house.look(Places::Far).await;
    assert!(
        matches!(events[..], [Event::OutOfReach { .. }]),
        "{events:?}"
    );
    assert_eq!(house.digest(), Some(digest));
    let mut pauses = Vec::new();
    for _ in 0..5 {
        let (asked, began) = (house.far.asked(), house.now);
        while house.far.asked() == asked {
            assert_eq!(house.look_later(Duration::from_secs(10)).await, []);
        }
        pauses.push((house.now - began).num_seconds());
    }
    assert_eq!(pauses, [60, 120, 240, 480, 900]);
}

#[tokio::test]
async fn what_nobody_wants_any_more_is_unloaded_and_what_cannot_be_read_stays() {
    let mut house = House::new();
    house.far.put("far://team/a", version(1));
    house.want(source("far://team/a", Some(&sha256(&version(1)))));
    taken(&house.look(Places::Far).await);
    let definitions = Arc::make_mut(&mut house.definitions);
    definitions.rules.clear();
    definitions.faults.push(Fault {
        item: "rule team".to_owned(),
        attribute: "tier".to_owned(),
        message: "is not known".to_owned(),
    });
    assert_eq!(house.look(Places::Far).await, []);
    assert!(house.digest().is_some());
    Arc::make_mut(&mut house.definitions).faults.clear();
    assert_eq!(house.look(Places::Near).await, [Event::Unloaded]);
    assert_eq!(house.digest(), None);
}

#[tokio::test]
async fn going_back_to_an_earlier_digest_needs_no_place() {
    let mut house = House::new();
    for number in [1, 2] {
        fs::write(house.file("team.wasm"), version(number)).unwrap();
        taken(&house.look(Places::Near).await);
    }
    let location = house.file("team.wasm").display().to_string();
    let first = sha256(&version(1));
    house.want(source(&location, Some(&first)));
    let events = house.look(Places::Near).await;
    assert_eq!(taken(&events).0, first);
    assert_eq!(house.look(Places::Near).await, []);
    assert_eq!(house.digest(), Some(first));
}

#[tokio::test]
async fn a_component_can_be_looked_at_without_being_taken() {
    let house = House::new();
    house.far.put("far://team/a", version(1));
    let fitting = house
        .loader
        .fit(&source("far://team/a", None), &house.definitions, house.now)
        .await
        .unwrap();
    assert_eq!(fitting.sha256, sha256(&version(1)));
    assert!(fitting.grounds.is_err());
    assert!(fitting.trial.is_passed());
    assert_eq!((fitting.trial.schedules, fitting.trial.plans), (1, 8));
    assert_eq!(house.digest(), None);
}

#[tokio::test]
async fn code_that_is_shared_later_is_taken_at_the_next_look_and_its_lack_is_told_once() {
    let bucket = Bucket::new();
    let mut house = House::lean(&bucket);
    let digest = sha256(&version(1));
    house.far.put("far://team/a", version(1));
    house.want(source("far://team/a", Some(&digest)));
    let (cause, kept) = {
        let events = house.look(Places::All).await;
        let (cause, kept) = refused(&events);
        (cause.to_owned(), kept.map(str::to_owned))
    };
    assert!(cause.contains("reveille rule compile"), "{cause}");
    assert_eq!(kept, None);
    for _ in 0..3 {
        assert_eq!(house.look_later(Duration::from_secs(60)).await, []);
    }
    assert_eq!(house.error().as_deref(), Some(&*cause));

    let maker = bucket.maker();
    let limits = Limits::of(Tier::Rule);
    let wanted = source("far://team/a", Some(&digest));
    let candidate = maker.prepare(&wanted, limits, &version(1)).unwrap();
    maker.share(&candidate).unwrap();
    let events = house.look_later(Duration::from_secs(60)).await;
    assert_eq!(taken(&events).0, digest);
    assert_eq!((house.digest(), house.error()), (Some(digest), None));
}
