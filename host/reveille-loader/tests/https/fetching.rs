use reveille_core::port::{Fetched, SourceError};
use reveille_loader::{Https, Reach};

use crate::door::{Answer, Door, fetch, fetch_known, here, refused};

#[tokio::test]
async fn what_is_there_is_fetched_with_its_tag() {
    let door = Door::open(|_| Answer::ok("ETag: \"v1\"\r\n", "휴일")).await;
    let fetched = fetch(&here(), &door.location("/days")).await.unwrap();
    let expected = Fetched::New {
        bytes: "휴일".into(),
        version: Some("\"v1\"".to_owned()),
    };
    assert_eq!(fetched, expected);
    let head = &door.seen()[0];
    assert!(head.starts_with("get /days http/1.1\r\n"), "{head}");
    assert!(head.contains("accept-encoding: identity\r\n"), "{head}");
    assert!(!head.contains("cookie") && !head.contains("if-"), "{head}");
}

#[tokio::test]
async fn what_has_not_changed_is_not_fetched_again() {
    for (named, asked) in [
        ("ETag: W/\"7\"\r\n", "if-none-match: w/\"7\"\r\n"),
        (
            "Last-Modified: Mon, 23 Nov 2026 00:00:00 GMT\r\n",
            "if-modified-since: mon, 23 nov 2026 00:00:00 gmt\r\n",
        ),
    ] {
        let door = Door::open(move |head| {
            if head.contains(asked) {
                Answer::status("304 Not Modified")
            } else {
                Answer::ok(named, "days")
            }
        })
        .await;
        let location = door.location("/");
        let Ok(Fetched::New { version, .. }) = fetch(&here(), &location).await else {
            unreachable!("{named}")
        };
        let again = fetch_known(&here(), &location, version.as_deref()).await;
        assert_eq!(again.unwrap(), Fetched::Unchanged, "{named}");
    }
}

#[tokio::test]
async fn nothing_is_unchanged_for_whoever_has_nothing() {
    let door = Door::open(|_| Answer::status("304 Not Modified")).await;
    let message = refused(&here(), &door.location("/")).await;
    assert!(message.ends_with("cannot be read"), "{message}");
}

#[tokio::test]
async fn each_refusal_of_a_place_has_its_kind() {
    let statuses = [
        "404 Not Found",
        "410 Gone",
        "401 Unauthorized",
        "403 Forbidden",
        "429 Too Many Requests",
        "503 Service Unavailable",
        "204 No Content",
        "206 Partial Content",
        "418 I'm a teapot",
    ];
    for status in statuses {
        let door = Door::open(move |_| Answer::status(status)).await;
        let error = fetch(&here(), &door.location("/")).await.unwrap_err();
        let is_right = match &error {
            SourceError::Missing { .. } => status.starts_with("404") || status.starts_with("410"),
            SourceError::Denied { .. } => status.starts_with("401") || status.starts_with("403"),
            SourceError::Busy { cause, .. } => {
                cause.contains(status) && (status.starts_with("429") || status.starts_with("503"))
            }
            SourceError::Other { source, .. } => source.to_string().contains(&status[..3]),
            SourceError::TooLarge { .. } | SourceError::Unusable { .. } => false,
        };
        assert!(is_right, "{status}: {error:?}");
    }
}

#[tokio::test]
async fn a_body_that_is_packed_all_the_same_is_refused() {
    let door = Door::open(|_| Answer::ok("Content-Encoding: gzip\r\n", "\u{1f}")).await;
    let message = refused(&here(), &door.location("/")).await;
    assert!(message.contains("packed as `gzip`"), "{message}");
}

#[tokio::test]
async fn a_cookie_is_not_kept() {
    let door = Door::open(|_| Answer::ok("Set-Cookie: a=b\r\n", "")).await;
    let https = here();
    for _ in 0..2 {
        fetch(&https, &door.location("/")).await.unwrap();
    }
    assert!(door.seen().iter().all(|head| !head.contains("a=b")));
}

#[tokio::test]
async fn user_and_password_go_to_the_place_and_never_into_a_message() {
    let door = Door::open(|_| Answer::status("500 Internal Server Error")).await;
    let location = format!("http://hana:hush@127.0.0.1:{}/days?key=hush", door.port);
    let message = refused(&here(), &location).await;
    assert!(door.seen()[0].contains("authorization: basic "));
    let port = door.port;
    assert_eq!(
        message,
        format!(
            "`http://127.0.0.1:{port}/days` does not answer: it says 500 Internal Server Error"
        )
    );
}

#[tokio::test]
async fn a_closed_port_is_worth_another_try() {
    let door = Door::open(|_| Answer::status("200 OK")).await;
    // Nothing listens on port 9 of this machine, or the connection is refused as not allowed.
    let closed = door
        .location("/?key=hush")
        .replace(&door.port.to_string(), "9");
    let error = fetch(&here(), &closed).await.unwrap_err();
    assert!(matches!(error, SourceError::Busy { .. }), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("hush"), "{error:?}");
}

#[tokio::test]
async fn this_machine_and_its_neighbours_are_not_asked_unless_allowed() {
    let door = Door::open(|_| Answer::ok("", "secret")).await;
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "10.0.0.1",
        "192.168.1.1",
        "100.64.1.1",
        "[fd12::1]",
        "localhost",
    ] {
        let location = format!("https://{host}:{}/", door.port);
        for (https, remedy) in [
            (Https::new(), "Put the component into the watched folder"),
            (
                Https::new().reaching(Reach::default()),
                "with `private = true`",
            ),
        ] {
            let error = fetch(&https, &location).await.unwrap_err();
            let message = error.to_string();
            assert!(matches!(error, SourceError::Denied { .. }), "{message}");
            assert!(message.contains(remedy), "{message}");
        }
    }
    assert_eq!(door.seen(), [""; 0]);
}

#[tokio::test]
async fn metadata_services_are_never_asked() {
    for host in [
        "169.254.169.254",
        "[fd00:ec2::254]",
        "[::ffff:a9fe:a9fe]",
        "0.0.0.0",
    ] {
        let message = refused(&here(), &format!("https://{host}/latest/meta-data")).await;
        assert!(message.contains("never connected to"), "{message}");
    }
}

#[tokio::test]
async fn plain_http_is_for_this_machine_where_it_may_be_reached() {
    let door = Door::open(|_| Answer::ok("", "")).await;
    let location = format!("http://localhost:{}/", door.port);
    assert!(fetch(&here(), &location).await.is_ok());
    for location in ["http://10.0.0.1/", "http://example.com/"] {
        let message = refused(&here(), location).await;
        assert!(message.contains("Write `https://`"), "{message}");
    }
    let message = refused(&Https::new(), "http://example.com/").await;
    assert!(message.contains("Write `https://`"), "{message}");
}

#[tokio::test]
async fn what_is_no_location_says_what_would_be() {
    let message = refused(&Https::new(), "https://").await;
    assert!(message.contains("write `https://host/path`"), "{message}");
}

#[tokio::test]
async fn a_place_that_does_not_speak_tls_is_told_nothing() {
    let door = Door::open(|_| Answer::ok("", "secret")).await;
    let location = door.location("/").replace("http://", "https://");
    let error = fetch(&here(), &location).await.unwrap_err();
    assert!(matches!(error, SourceError::Busy { .. }), "{error:?}");
}
