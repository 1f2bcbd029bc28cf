//! What the file owes: it is there again, it is private, it is refused when it is not ours.

use std::num::NonZeroU32;

use chrono::Duration;
use chrono_tz::Tz;
use reveille_core::{
    model::{Turn, Want},
    port::{Change, Fleet as _, Intent, Lease, Store as _, TickRecord},
};
use reveille_local::{Database, OpenError, SimulatedFleet, SqliteStore};
use rusqlite::Connection;

use crate::sample::{
    at, audit, day, delivery, exception, force, in_file, office_hours, open, remembered, seoul,
};

#[tokio::test]
async fn everything_is_there_after_the_file_is_opened_again() {
    let before = in_file();
    let store = before.store;
    store
        .commit(&[
            Change::PutItem(office_hours()),
            Change::PutItem(seoul()),
            Change::PutException(exception("seoul", day(23), Turn::Stop, Some(1560))),
            Change::PutForce(force("seoul", Want::Run)),
            Change::Audit(audit("seoul", "start")),
            Change::Deliver(delivery("k")),
        ])
        .await
        .unwrap();
    let lease = store
        .lease("a", at(0), Duration::minutes(2))
        .await
        .unwrap()
        .unwrap();
    store
        .remember(&lease, &Intent::of(&[remembered("i-1", "seoul")], &[]))
        .await
        .unwrap();
    store
        .record_tick(&lease, &TickRecord::new(at(0)))
        .await
        .unwrap();
    let definitions = store.definitions().await.unwrap();
    drop(store);

    let store = open(&before.folder);
    assert_eq!(store.definitions().await.unwrap(), definitions);
    assert_eq!(store.items().await.unwrap().len(), 2);
    assert_eq!(
        store.exceptions(None, day(23), day(23)).await.unwrap(),
        [exception("seoul", day(23), Turn::Stop, Some(1560))]
    );
    assert_eq!(store.forces().await.unwrap(), [force("seoul", Want::Run)]);
    assert_eq!(
        store.audit("seoul", 9).await.unwrap(),
        [audit("seoul", "start")]
    );
    assert_eq!(store.delivery("k").await.unwrap(), Some(delivery("k")));
    assert_eq!(
        *store.remembered().await.unwrap(),
        [remembered("i-1", "seoul")]
    );
    assert_eq!(
        store.last_tick().await.unwrap(),
        Some(TickRecord::new(at(0)))
    );
    let renewed = store.lease("a", at(1), Duration::minutes(2)).await.unwrap();
    assert_eq!(
        renewed,
        Some(Lease {
            fence: 1,
            until: at(3)
        })
    );
}

#[tokio::test]
async fn what_another_process_wrote_is_seen_at_once() {
    let here = in_file();
    let there = open(&here.folder);
    assert!(here.store.definitions().await.unwrap().periods.is_empty());
    assert!(here.store.remembered().await.unwrap().is_empty());
    there
        .commit(&[Change::PutItem(office_hours())])
        .await
        .unwrap();
    let lease = there
        .lease("there", at(0), Duration::minutes(2))
        .await
        .unwrap()
        .unwrap();
    there
        .remember(&lease, &Intent::of(&[remembered("i-1", "s")], &[]))
        .await
        .unwrap();
    assert_eq!(here.store.definitions().await.unwrap().periods.len(), 1);
    assert_eq!(here.store.remembered().await.unwrap().len(), 1);
    assert_eq!(
        here.store
            .lease("here", at(1), Duration::minutes(2))
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn many_writers_wait_for_each_other() {
    let here = in_file();
    let there = open(&here.folder);
    let mut writers = Vec::new();
    for number in 0..40 {
        let store = [&here.store, &there][number % 2].clone();
        writers.push(tokio::spawn(async move {
            store
                .commit(&[Change::Audit(audit("seoul", &number.to_string()))])
                .await
        }));
    }
    for writer in writers {
        writer.await.unwrap().unwrap();
    }
    assert_eq!(here.store.audit("seoul", 100).await.unwrap().len(), 40);
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_and_its_side_files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let here = in_file();
    here.store
        .commit(&[Change::PutItem(office_hours())])
        .await
        .unwrap();
    let mut files = 0;
    for file in std::fs::read_dir(here.folder.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(
            file.metadata().unwrap().permissions().mode() & 0o777,
            0o600,
            "{file:?}"
        );
        files += 1;
    }
    assert_eq!(files, 3, "the database, its log and the log's index");
}

#[tokio::test]
async fn a_definition_that_is_edited_by_hand_is_seen() {
    let here = in_file();
    here.store
        .commit(&[Change::PutItem(office_hours())])
        .await
        .unwrap();
    assert_eq!(here.store.definitions().await.unwrap().periods.len(), 1);
    let by_hand = Connection::open(here.folder.path().join("reveille.db")).unwrap();
    by_hand
        .execute(
            "UPDATE items SET attributes = '{\"begintime\": \"08:00\"}'",
            [],
        )
        .unwrap();
    let seen = here.store.definitions().await.unwrap();
    assert_eq!(
        seen.periods["office-hours"].begin_time.as_deref(),
        Some("08:00")
    );
}

#[tokio::test]
async fn the_audit_cannot_be_changed_by_hand() {
    let here = in_file();
    here.store
        .commit(&[Change::Audit(audit("seoul", "start"))])
        .await
        .unwrap();
    let by_hand = Connection::open(here.folder.path().join("reveille.db")).unwrap();
    for change in ["DELETE FROM audit", "UPDATE audit SET by = 'nobody'"] {
        let refused = by_hand.execute(change, []).unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{refused}");
    }
}

#[tokio::test]
async fn a_file_of_an_earlier_version_is_brought_up_to_date_with_what_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("reveille.db");
    let earlier = Connection::open(&path).unwrap();
    earlier
        .execute_batch(include_str!("../../migrations/0001_store.sql"))
        .unwrap();
    earlier
        .execute_batch(
            "PRAGMA application_id = 0x52657665; PRAGMA user_version = 1;
             INSERT INTO items VALUES ('period', 'p', '{\"begintime\": \"09:00\"}')",
        )
        .unwrap();
    drop(earlier);

    let database = Database::open(&path).unwrap();
    let fleet = SimulatedFleet::new(std::sync::Arc::clone(&database), NonZeroU32::MIN);
    assert!(fleet.servers(at(0)).await.unwrap().servers.is_empty());
    let store = SqliteStore::new(database, Tz::UTC);
    assert!(store.definitions().await.unwrap().periods.contains_key("p"));
}

#[test]
fn a_file_of_a_later_version_is_refused_by_its_number() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("reveille.db");
    drop(Database::open(&path).unwrap());
    Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 77)
        .unwrap();
    let refused = Database::open(&path).unwrap_err();
    assert!(matches!(&refused, OpenError::Newer { found: 77, .. }));
    assert!(refused.to_string().contains("has schema 77"), "{refused}");
}

#[test]
fn a_file_of_another_program_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE theirs (x)")
        .unwrap();
    assert!(matches!(
        Database::open(&path).unwrap_err(),
        OpenError::Foreign { .. }
    ));

    let text = folder.path().join("notes.txt");
    std::fs::write(
        &text,
        "not a database, but long enough to have a header of one. ".repeat(20),
    )
    .unwrap();
    assert!(matches!(
        Database::open(&text).unwrap_err(),
        OpenError::Sqlite { .. }
    ));

    let nowhere = folder.path().join("no/folder.db");
    assert!(matches!(
        Database::open(&nowhere).unwrap_err(),
        OpenError::File { .. }
    ));
}

#[test]
fn two_programs_that_open_a_new_file_at_once_both_can() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("reveille.db");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| Database::open(&path).unwrap());
        }
    });
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_an_error_and_not_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(folder.path().join("reveille.db")).unwrap();
    let by_hand = Connection::open(database.path()).unwrap();
    by_hand
        .execute(
            "INSERT INTO remembered (server, record) VALUES ('i-1', '{')",
            [],
        )
        .unwrap();
    let store = SqliteStore::new(database, Tz::UTC);
    let error = store.remembered().await.unwrap_err();
    assert_eq!(error.code(), "store.failed");
}

#[tokio::test]
async fn what_another_version_left_beside_the_last_tick_is_passed_over() {
    let file = in_file();
    let path = file.folder.path().join("reveille.db");
    let lease = file
        .store
        .lease("a", at(0), Duration::minutes(2))
        .await
        .unwrap()
        .unwrap();
    let mut record = TickRecord::new(at(0));
    record.warned.insert("seoul".into(), at(9));
    file.store.record_tick(&lease, &record).await.unwrap();
    // An older one wrote nothing, a newer one something else.
    for left in [
        None,
        Some(r#"{"at": "2026-11-22T22:00:00Z", "held": ["seoul"]}"#),
        Some("no JSON"),
    ] {
        Connection::open(&path)
            .unwrap()
            .execute("UPDATE last_tick SET record = ?1", [left])
            .unwrap();
        let read = open(&file.folder).last_tick().await.unwrap();
        assert_eq!(read, Some(TickRecord::new(at(0))), "{left:?}");
    }
}
