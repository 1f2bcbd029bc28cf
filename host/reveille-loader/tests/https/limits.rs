use std::time::Duration;

use reveille_core::port::{Fetched, SourceError};
use reveille_loader::{Https, Patience, Reach};

use crate::door::{Answer, Door, fetch, here, refused};

/// One that soon has waited enough.
fn impatient(patience: Patience) -> Https {
    Https::with_patience(patience).reaching(Reach {
        private: true,
        ..Reach::default()
    })
}

const SOON: Duration = Duration::from_millis(50);

#[tokio::test]
async fn as_many_bytes_as_are_allowed_are_taken() {
    let door = Door::open(|_| Answer::ok("", &"x".repeat(1000))).await;
    let fetched = fetch(&here(), &door.location("/")).await.unwrap();
    assert!(matches!(fetched, Fetched::New { bytes, .. } if bytes.len() == 1000));
}

#[tokio::test]
async fn a_body_that_is_announced_as_too_large_is_not_read() {
    let door = Door::open(|_| {
        Answer::new("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n").then_hang()
    })
    .await;
    let error = fetch(&here(), &door.location("/")).await.unwrap_err();
    assert!(
        matches!(
            error,
            SourceError::TooLarge {
                most_bytes: 1000,
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_body_without_an_end_is_read_to_the_limit() {
    let chunk = format!("3e8\r\n{}\r\n", "x".repeat(1000)).repeat(2);
    let text = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}");
    let door = Door::open(move |_| Answer::new(text.clone()).then_hang()).await;
    let error = fetch(&here(), &door.location("/")).await.unwrap_err();
    assert!(matches!(error, SourceError::TooLarge { .. }), "{error:?}");
}

#[tokio::test]
async fn half_a_body_is_none() {
    let texts = [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nhalf",
        "what?",
        "",
    ];
    for text in texts {
        let door = Door::open(move |_| Answer::new(text)).await;
        let error = fetch(&here(), &door.location("/")).await.unwrap_err();
        assert!(
            matches!(error, SourceError::Busy { .. }),
            "{text}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_place_that_falls_silent_is_not_waited_for() {
    for text in ["", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"] {
        let door = Door::open(move |_| Answer::new(text).then_hang()).await;
        let https = impatient(Patience {
            silence: SOON,
            ..Patience::default()
        });
        let message = refused(&https, &door.location("/")).await;
        assert!(message.contains("nothing came for 50ms"), "{message}");
    }
}

#[tokio::test]
async fn all_of_it_has_an_end() {
    let door = Door::open(|_| Answer::new("").then_hang()).await;
    let https = impatient(Patience {
        whole: SOON,
        ..Patience::default()
    });
    let message = refused(&https, &door.location("/")).await;
    assert!(message.contains("took longer than 50ms"), "{message}");
}
