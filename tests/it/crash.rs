//! The accident that this prevents: somebody is told that the stop is put off, the process dies, and the servers stop
//! at the old time all the same.

use std::sync::mpsc;

use chrono::{Days, NaiveDate};
use serde_json::json;

use crate::house::{House, Place, TOKEN};

const ROUNDS: u64 = 12;

fn start(place: Place) -> House {
    place.demo("2026-11-23 13:00")
}

/// Sets the stop of `date` to 22:30 and tells whether that was answered.
fn set(address: &str, date: NaiveDate) -> bool {
    use std::io::{Read, Write};
    let body = json!({
        "token": TOKEN, "text": "", "data": format!("Development exception set {date} stop 22:30"),
        "keyword": "서버", "writerName": "하나", "createdAt": date.to_string(),
    })
    .to_string();
    let Ok(mut stream) = std::net::TcpStream::connect(address) else {
        return false;
    };
    let request = format!(
        "POST /jandi/webhook HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut answer = String::new();
    stream.write_all(request.as_bytes()).is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
        && answer.contains("22:30")
}

#[test]
fn what_was_answered_survives_a_kill_at_any_moment() {
    let mut place = Place::new();
    let mut date = NaiveDate::from_ymd_opt(2026, 11, 24).expect("a date");
    let mut answered = Vec::new();
    for round in 0..ROUNDS {
        let house = start(place);
        let address = house.address.clone();
        let (told, heard) = mpsc::channel();
        let first = date;
        let writer = std::thread::spawn(move || {
            let mut date = first;
            // It goes on until the house is gone, so that the kill always falls into a command.
            while set(&address, date) {
                if told.send(date).is_err() {
                    break;
                }
                date = date.checked_add_days(Days::new(1)).expect("a date");
            }
            date
        });
        // Another number of commands each time: 1, 4, 7, 3, 6, 2, 5, …
        for _ in 0..=(round * 3) % 7 {
            answered.push(heard.recv().expect("a command is answered"));
        }
        place = house.kill();
        answered.extend(heard.iter());
        date = writer
            .join()
            .expect("the writer")
            .checked_add_days(Days::new(1))
            .expect("a date");
    }
    assert!(answered.len() as u64 >= ROUNDS);

    let house = start(place);
    for date in &answered {
        let shown = house
            .say(&format!("Development exception info {date}"))
            .message();
        assert!(
            shown.contains("22:30"),
            "{date} was answered and is lost: {shown}"
        );
    }
}

#[test]
fn the_same_message_delivered_twice_acts_once_and_is_answered_alike() {
    let house = start(Place::new());
    let payload = json!({
        "token": TOKEN, "text": "/서버 Development force_stop 4h", "keyword": "서버", "writerName": "하나",
        "createdAt": "2026-11-23T04:00:00.000Z",
    });
    let first = house.post(&payload);
    assert_eq!(house.say("Development cancel").status, 200);
    let cancelled = house.say("Development info").message();
    let again = house.post(&payload);
    assert_eq!(first.body, again.body);
    // The second delivery did not force anything again.
    assert_eq!(house.say("Development info").message(), cancelled);

    // The same after a crash in between.
    let house = start(house.kill());
    assert_eq!(house.post(&payload).body, first.body);
}
