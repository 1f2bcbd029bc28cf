#![allow(clippy::unwrap_used, reason = "tests")]

use std::{path::Path, time::Duration};

use async_trait::async_trait;
use reveille_core::port::FetchRequest;

use super::{super::feed::tests::feed, *};

const HOUR: Duration = Duration::from_secs(3_600);

fn at(hour: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_392_000 + hour * 3_600, 0).unwrap()
}

/// A place that says what it is told to, and remembers which version it was asked beside.
#[derive(Default)]
struct Place {
    says: Mutex<Option<(Vec<u8>, String)>>,
    asked: Mutex<Vec<Option<String>>>,
}

impl Place {
    fn has(&self, bytes: &str, version: &str) {
        *self.says.lock().unwrap() = Some((bytes.into(), version.to_owned()));
    }

    fn falls_silent(&self) {
        *self.says.lock().unwrap() = None;
    }

    fn asked(&self) -> Vec<Option<String>> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

#[async_trait]
impl Source for Place {
    async fn fetch(&self, request: &FetchRequest<'_>) -> Result<Fetched, SourceError> {
        let known = request.known.map(str::to_owned);
        self.asked.lock().unwrap().push(known.clone());
        match self.says.lock().unwrap().clone() {
            Some((_, version)) if known == Some(version.clone()) => Ok(Fetched::Unchanged),
            Some((bytes, version)) => Ok(Fetched::New {
                bytes,
                version: Some(version),
            }),
            None => Err(SourceError::Busy {
                location: shown(request.location),
                cause: "nobody is there".to_owned(),
            }),
        }
    }
}

/// A host with one feed, `days`, asked for every hour and good for five.
struct Scene {
    place: Arc<Place>,
    sandbox: Arc<Sandbox>,
    feeds: Feeds,
}

impl Scene {
    fn in_folder(folder: Option<&Path>) -> Self {
        let place = Arc::new(Place::default());
        let sandbox = Arc::new(Sandbox::embedded().unwrap());
        let days = Feed {
            every: HOUR,
            max_age: 5 * HOUR,
            ..feed("days", "https://example.com/days?key=hush")
        };
        let source = Arc::clone(&place) as Arc<dyn Source>;
        Self {
            feeds: Feeds::open(
                Arc::clone(&sandbox),
                folder.map(Path::to_owned),
                vec![(days, source)],
            ),
            place,
            sandbox,
        }
    }

    fn new() -> Self {
        Self::in_folder(None)
    }

    /// What rules read, in words.
    fn read(&self) -> Option<String> {
        let datum = self.sandbox.supplied("days")?;
        Some(String::from_utf8_lossy(&datum.bytes).into_owned())
    }

    async fn look(&self, hour: i64) -> Looked {
        self.feeds.look(at(hour)).await
    }

    fn view(&self, hour: i64) -> FeedView {
        self.feeds.listed(at(hour)).remove(0)
    }
}

#[tokio::test]
async fn what_is_there_is_handed_to_the_rules_and_looked_at_again_when_it_is_due() {
    let scene = Scene::new();
    scene.place.has("one", "v1");
    let looked = scene.look(0).await;
    assert!(looked.changed && looked.news.is_empty());
    assert_eq!(looked.next, Some(at(1)));
    assert_eq!(scene.read().as_deref(), Some("one"));

    scene.place.has("two", "v2");
    let looked = scene.feeds.look(at(1) - TimeDelta::seconds(1)).await;
    assert!(!looked.changed);
    assert_eq!(scene.read().as_deref(), Some("one"));
    assert!(scene.look(1).await.changed);
    assert_eq!(scene.read().as_deref(), Some("two"));
    assert_eq!(scene.place.asked(), [None, Some("v1".to_owned())]);
}

#[tokio::test]
async fn what_has_not_changed_stays_and_is_as_good_as_new() {
    let scene = Scene::new();
    scene.place.has("one", "v1");
    scene.look(0).await;
    for hour in 1..9 {
        let looked = scene.look(hour).await;
        assert!(!looked.changed && looked.news.is_empty(), "{hour}");
    }
    let view = scene.view(8);
    assert_eq!(view.state, FeedState::Fresh);
    assert_eq!((view.fetched, view.confirmed), (Some(at(0)), Some(at(8))));
    assert_eq!(view.location, "https://example.com/days");
    assert_eq!(view.bytes, Some(3));
}

#[tokio::test]
async fn the_last_good_copy_stays_until_it_is_too_old_and_people_are_told_once() {
    let scene = Scene::new();
    scene.place.has("one", "v1");
    scene.look(0).await;
    scene.place.falls_silent();

    let looked = scene.look(1).await;
    assert!(!looked.changed);
    let [
        DataNews::Unreachable {
            data,
            cause,
            confirmed,
        },
    ] = &looked.news[..]
    else {
        unreachable!("{:?}", looked.news)
    };
    assert_eq!((data.as_str(), *confirmed), ("days", at(0)));
    assert_eq!(
        cause,
        "`https://example.com/days` does not answer: nobody is there"
    );
    assert_eq!(scene.read().as_deref(), Some("one"));
    assert_eq!(scene.view(1).state, FeedState::Unreachable);

    for hour in 2..=5 {
        assert_eq!(scene.look(hour).await.news, [], "{hour}");
        assert_eq!(scene.read().as_deref(), Some("one"));
    }
    let looked = scene.look(6).await;
    assert!(looked.changed);
    let [
        DataNews::Stale {
            data,
            confirmed,
            max_age,
            ..
        },
    ] = &looked.news[..]
    else {
        unreachable!("{:?}", looked.news)
    };
    assert_eq!(
        (data.as_str(), *confirmed, *max_age),
        ("days", Some(at(0)), 5 * HOUR)
    );
    assert_eq!(scene.read(), None);
    assert_eq!(scene.look(7).await.news, []);

    scene.place.has("one", "v1");
    let looked = scene.look(8).await;
    assert!(looked.changed);
    assert!(matches!(&looked.news[..], [DataNews::Fresh { data, .. }] if data == "days"));
    assert_eq!(scene.read().as_deref(), Some("one"));
}

#[tokio::test]
async fn a_place_that_comes_back_in_time_is_told_too() {
    let scene = Scene::new();
    scene.place.has("one", "v1");
    scene.look(0).await;
    scene.place.falls_silent();
    scene.look(1).await;
    scene.place.has("two", "v2");
    let looked = scene.look(2).await;
    assert!(matches!(&looked.news[..], [DataNews::Reachable { data }] if data == "days"));
    assert_eq!(scene.read().as_deref(), Some("two"));
}

#[tokio::test]
async fn data_that_was_never_there_is_told_once() {
    let scene = Scene::new();
    let looked = scene.look(0).await;
    assert!(matches!(
        &looked.news[..],
        [DataNews::Stale {
            confirmed: None,
            ..
        }]
    ));
    assert_eq!(looked.next, Some(at(0) + TimeDelta::seconds(30)));
    assert_eq!(scene.look(1).await.news, []);
    assert_eq!(scene.view(1).state, FeedState::Stale);
}

#[tokio::test]
async fn a_copy_becomes_too_old_by_itself() {
    let scene = Scene::new();
    scene.place.has("one", "v1");
    scene.look(0).await;
    scene.place.falls_silent();
    for hour in 1..5 {
        scene.look(hour).await;
    }
    let before = scene.feeds.look(at(4) + TimeDelta::minutes(55)).await;
    // It is looked at again at the moment at which it is too old, not when its place is due.
    assert_eq!(before.next, Some(at(5)));
}

#[tokio::test]
async fn a_start_without_the_place_has_the_copy_of_the_last_one() {
    let folder = tempfile::tempdir().unwrap();
    let first = Scene::in_folder(Some(folder.path()));
    first.place.has("one", "v1");
    first.look(0).await;

    let second = Scene::in_folder(Some(folder.path()));
    second.feeds.begin(at(3)).await;
    assert_eq!(second.place.asked(), [], "nothing is waited for");
    assert_eq!(second.read().as_deref(), Some("one"));
    second.place.has("one", "v1");
    second.look(3).await;
    assert_eq!(second.place.asked(), [Some("v1".to_owned())]);

    let third = Scene::in_folder(Some(folder.path()));
    third.feeds.begin(at(9)).await;
    assert_eq!(
        third.place.asked().len(),
        1,
        "the copy of hour 3 is too old"
    );
    assert_eq!(third.read(), None);
    let first = third.feeds.look(at(9)).await;
    assert!(
        matches!(&first.news[..], [DataNews::Stale { confirmed, .. }] if *confirmed == Some(at(3))),
        "whoever is told of news hears of what was missing at the start: {first:?}"
    );
    assert!(third.feeds.look(at(9)).await.news.is_empty());
}

#[tokio::test]
async fn a_copy_from_the_future_is_asked_for_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let ahead = Scene::in_folder(Some(folder.path()));
    ahead.place.has("one", "v1");
    ahead.look(1_000).await;

    let scene = Scene::in_folder(Some(folder.path()));
    scene.place.has("two", "v2");
    scene.look(0).await;
    assert_eq!(scene.read().as_deref(), Some("two"));
    assert_eq!(scene.view(0).confirmed, Some(at(0)));
}

#[tokio::test]
async fn empty_data_is_data() {
    let scene = Scene::new();
    scene.place.has("", "v1");
    scene.look(0).await;
    assert_eq!(scene.read().as_deref(), Some(""));
    assert_eq!(scene.view(0).state, FeedState::Fresh);
}

#[tokio::test]
async fn nothing_is_unchanged_where_there_is_no_copy() {
    struct Confused;
    #[async_trait]
    impl Source for Confused {
        async fn fetch(&self, _: &FetchRequest<'_>) -> Result<Fetched, SourceError> {
            Ok(Fetched::Unchanged)
        }
    }
    let sandbox = Arc::new(Sandbox::embedded().unwrap());
    let feeds = Feeds::open(sandbox, None, vec![(feed("days", "x"), Arc::new(Confused))]);
    feeds.look(at(0)).await;
    let view = feeds.listed(at(0)).remove(0);
    assert_eq!(view.state, FeedState::Stale);
    assert!(view.cause.unwrap().contains("nothing was fetched before"));
}

#[tokio::test]
async fn a_source_that_breaks_harms_no_other() {
    struct Broken;
    #[async_trait]
    impl Source for Broken {
        #[expect(clippy::panic, reason = "it is what is tested")]
        async fn fetch(&self, _: &FetchRequest<'_>) -> Result<Fetched, SourceError> {
            panic!("broken")
        }
    }
    let place = Arc::new(Place::default());
    place.has("one", "v1");
    let sandbox = Arc::new(Sandbox::embedded().unwrap());
    let feeds = Feeds::open(
        Arc::clone(&sandbox),
        None,
        vec![
            (feed("broken", "x"), Arc::new(Broken) as Arc<dyn Source>),
            (feed("days", "y"), place as Arc<dyn Source>),
        ],
    );
    let looked = feeds.look(at(0)).await;
    assert!(matches!(&looked.news[..], [DataNews::Stale { data, .. }] if data == "broken"));
    assert!(sandbox.supplied("days").is_some());
}

#[tokio::test]
async fn a_place_that_was_asked_at_the_start_is_not_asked_again_at_once() {
    let scene = Scene::new();
    // It has not answered for so long that it is due again.
    scene.feeds.begin(at(0)).await;
    assert_eq!(scene.place.asked().len(), 1);
    let looked = scene.look(1).await;
    assert!(scene.place.asked().is_empty());
    assert_eq!(looked.news.len(), 1, "{:?}", looked.news);
    scene.place.has("one", "v1");
    scene.look(2).await;
    assert_eq!(scene.read().as_deref(), Some("one"));
    assert_eq!(scene.view(2).failures, 1);
}
