use std::collections::BTreeSet;

use reveille_core::port::Fetched;
use reveille_loader::{Https, Reach};

use crate::door::{Answer, Door, fetch, here, refused};

fn reaching(host: &str) -> Https {
    Https::new().reaching(Reach {
        hosts: BTreeSet::from([host.to_owned()]),
        private: true,
    })
}

#[tokio::test]
async fn a_place_may_lead_on_five_times() {
    let door = Door::open(|head| {
        let hop: u32 = head["get /".len()..]
            .split(' ')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        match hop {
            0 => Answer::ok("", "here"),
            _ => Answer::redirect(&format!("/{}", hop - 1)),
        }
    })
    .await;
    assert!(matches!(
        fetch(&here(), &door.location("/5")).await.unwrap(),
        Fetched::New { bytes, .. } if bytes == b"here"
    ));
    let message = refused(&here(), &door.location("/6")).await;
    assert!(message.contains("more than 5 times"), "{message}");
    assert_eq!(door.seen().len(), 12);
}

#[tokio::test]
async fn another_host_is_asked_only_when_it_is_listed() {
    let other = Door::open(|_| Answer::ok("", "there")).await;
    let to = format!("http://localhost:{}/x?key=hush", other.port);
    let door = Door::open(move |_| Answer::redirect(&to)).await;
    let location = door.location("/");

    let message = refused(&here(), &location).await;
    assert!(
        message.contains("List `localhost` among its `hosts`"),
        "{message}"
    );
    assert!(!message.contains("hush"), "{message}");
    assert_eq!(other.seen(), [""; 0]);

    assert!(fetch(&reaching("localhost"), &location).await.is_ok());
    // Who is asked next is not told what the first was told.
    assert!(!other.seen()[0].contains("referer"));
}

#[tokio::test]
async fn a_password_is_not_handed_on_to_another_host() {
    let other = Door::open(|_| Answer::ok("", "")).await;
    let to = format!("http://localhost:{}/", other.port);
    let door = Door::open(move |_| Answer::redirect(&to)).await;
    let location = format!("http://hana:hush@127.0.0.1:{}/", door.port);
    fetch(&reaching("localhost"), &location).await.unwrap();
    assert!(door.seen()[0].contains("authorization"));
    assert!(!other.seen()[0].contains("authorization"));
}

#[tokio::test]
async fn a_listed_host_must_have_an_address_that_may_be_connected_to() {
    let door = Door::open(|_| Answer::redirect("https://169.254.169.254/latest")).await;
    let message = refused(&reaching("169.254.169.254"), &door.location("/")).await;
    assert!(message.contains("never connected to"), "{message}");
}

#[tokio::test]
async fn a_redirect_does_not_leave_the_web() {
    for to in [
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "data:text/plain,x",
    ] {
        let door = Door::open(move |_| Answer::redirect(to)).await;
        let message = refused(&here(), &door.location("/")).await;
        assert!(message.contains("may not be read"), "{message}");
    }
}

#[tokio::test]
async fn a_redirect_to_nowhere_is_refused() {
    for answer in [Answer::status("302 Found"), Answer::redirect("http://[")] {
        let door = Door::open(move |_| answer.clone()).await;
        let message = refused(&here(), &door.location("/")).await;
        assert!(
            message.contains("does not say where else to look"),
            "{message}"
        );
    }
}
