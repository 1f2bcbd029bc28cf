//! Whatever comes in through the door, the answer is an answer or a 4xx, and everyone else is still served.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    time::Duration,
};

use serde_json::{Value, json};

use crate::house::{House, Place, TOKEN, read_answer};

fn house() -> House {
    Place::new().demo("2026-11-23 13:00")
}

#[track_caller]
fn still_serves(house: &House) {
    assert_eq!(house.say("help").status, 200);
}

#[test]
fn a_wrong_or_missing_token_is_401_with_an_empty_body() {
    let house = house();
    for token in [
        json!("wrong"),
        json!(""),
        json!(7),
        Value::Null,
        json!(format!("{TOKEN}x")),
        json!(TOKEN[1..]),
    ] {
        let answer =
            house.post(&json!({ "token": token, "text": "/서버 help", "keyword": "서버" }));
        assert_eq!((answer.status, answer.body.as_str()), (401, ""), "{token}");
    }
    let answer = house.post(&json!({ "text": "/서버 help" }));
    assert_eq!((answer.status, answer.body.as_str()), (401, ""));
    still_serves(&house);
}

#[test]
fn a_body_over_64_kib_is_413() {
    let house = house();
    for characters in [64 * 1024, 100_000] {
        let body = json!({ "token": TOKEN, "text": "x".repeat(characters) }).to_string();
        assert_eq!(house.post_bytes(body.as_bytes()).status, 413);
    }
    still_serves(&house);
}

#[test]
fn what_is_no_message_is_a_4xx() {
    let house = house();
    let bodies: [&[u8]; 12] = [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\"text\"",
        b"token=abc&text=help",
        b"\xff\xfe\x00",
        b"{\"token\": \"\\ud800\", \"text\": \"x\"}",
        br#"{"token": {"a": 1}, "text": ["x"]}"#,
        br#"{"token": 1e999, "text": "x"}"#,
        &[b'['; 60_000],
        b"{\"text\": \"\0\"}",
    ];
    for body in bodies {
        let status = house.post_bytes(body).status;
        assert!(
            (400..500).contains(&status),
            "{status} for {:?}",
            String::from_utf8_lossy(&body[..body.len().min(60)])
        );
    }
    still_serves(&house);
}

#[test]
fn any_text_gets_an_answer() {
    let house = house();
    let long = "서".repeat(5_000);
    let texts = [
        "",
        " ",
        "\0",
        "Development\0status",
        "\u{202e}status",
        "Development status",
        "😀",
        "/",
        "//서버",
        "`rm -rf /`",
        "%s%s%n",
        "<script>alert(1)</script>",
        "\u{ffff}",
        "Development 예외 설정 9999-99-99 중지 99:99",
        "Development exception set 0000-00-00 start -1:-1",
        "Development force_start 99999999999999999999h",
        "Development 연장 0분",
        long.as_str(),
    ];
    for text in texts {
        let answer = house.say(text);
        assert_eq!(answer.status, 200, "{:.60}", text);
        assert!(!answer.message().is_empty(), "{text:?}");
        assert!(
            !answer.body.contains("panicked") && !answer.body.contains(".rs:"),
            "{}",
            answer.body
        );
    }
    // Hangul as a Mac types it.
    let decomposed = "Development \u{110c}\u{1165}\u{11bc}\u{1107}\u{1169}";
    assert_eq!(
        house.say(decomposed).message(),
        house.say("Development 정보").message()
    );
}

#[test]
fn unknown_and_wrongly_typed_fields_do_not_matter() {
    let house = house();
    // Unlike a status it does not change while servers start.
    let expected = house.say("Development info").message();
    let answer = house.post(&json!({
        "token": TOKEN, "text": "/서버 Development info", "data": { "odd": true }, "keyword": 7, "writer": [1],
        "writerName": null, "roomName": 3.5, "createdAt": 12, "lang": "ko", "fileSharing": { "download_url": "x" },
    }));
    assert_eq!(answer.message(), expected);
}

#[test]
fn slow_and_half_open_clients_do_not_disturb_others() {
    let house = house();
    let mut idle: Vec<TcpStream> = (0..200)
        .map(|number| {
            let mut stream = TcpStream::connect(&house.address).expect("it listens");
            if number % 2 == 0 {
                stream.write_all(b"POST /jandi/webhook HTTP/1.1\r\nHost: x\r\nContent-Le").expect("half a head");
            } else {
                stream
                    .write_all(b"POST /jandi/webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n{\"to")
                    .expect("half a body");
            }
            stream
        })
        .collect();
    still_serves(&house);
    // A body that never comes whole is cut off with a 408, a head with nothing.
    let mut half = idle.swap_remove(1);
    half.set_read_timeout(Some(Duration::from_secs(30)))
        .expect("a timeout");
    let mut answer = Vec::new();
    half.read_to_end(&mut answer).expect("it is cut off");
    assert_eq!(read_answer(&answer).status, 408);
    drop(idle);
    still_serves(&house);
}

#[test]
fn a_client_that_leaves_in_the_middle_disturbs_nobody() {
    let house = house();
    for _ in 0..50 {
        let mut stream = TcpStream::connect(&house.address).expect("it listens");
        let _ = stream.write_all(b"POST /jandi/webhook HTTP/1.1\r\nContent-Length: 10\r\n\r\n{}");
        let _ = stream.shutdown(Shutdown::Both);
    }
    still_serves(&house);
}

#[test]
fn other_paths_and_methods_are_refused() {
    let house = house();
    assert_eq!(house.request("GET", "/", b"").status, 404);
    assert_eq!(house.request("POST", "/jandi/webhook/x", b"{}").status, 404);
    let answer = house.request("GET", "/jandi/webhook", b"");
    assert_eq!(answer.status, 405);
    assert!(answer.head.contains("allow: POST"), "{}", answer.head);
    assert_eq!(house.request("GET", "/healthz", b"").status, 200);
}
