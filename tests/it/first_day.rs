//! The evening of the first day, as the guide shows it: a warning, an extension by the command in it, and the stop.
//! `REVEILLE_DOCS=write` draws it anew.

use std::path::Path;

use reveille_tests::jandi::{Jandi, Shown};

use crate::{
    house::{House, Place},
    picture::{Picture, answered},
};

/// The demo's servers, up since the morning, and the topic that they are told of in.
struct Evening {
    place: Place,
    jandi: Jandi,
}

impl Evening {
    fn begin() -> Self {
        let jandi = Jandi::start();
        let place = Place::new();
        let target = format!(
            "[[jandi.targets]]\nname = \"ops\"\nurl = {{ value = \"{}\" }}\nschedules = [\"Development\"]\n",
            jandi.url("ops")
        );
        place.file("reveille.toml", &target);
        let place = place.demo("2026-11-23 09:00").kill();
        let evening = Self { place, jandi };
        for time in ["09:30", "09:31", "09:32", "09:33", "21:49"] {
            evening.tick(&format!("2026-11-23 {time}"));
        }
        evening.jandi.take("ops");
        evening
    }

    /// A scheduling run, and what it has told.
    fn tick(&self, at: &str) -> Vec<Shown> {
        let told = self.jandi.shown("ops").len();
        self.place
            .ok(&["--config", "reveille.toml", "--at", at, "tick"]);
        self.jandi.shown("ops").split_off(told)
    }

    #[track_caller]
    fn told(&self, at: &str) -> Shown {
        let mut told = self.tick(at);
        assert_eq!(told.len(), 1, "{at}: {told:?}");
        told.remove(0)
    }

    fn say(&mut self, at: &str, words: &str) -> Shown {
        let arguments = ["--config", "reveille.toml", "--at", at, "--freeze"];
        let serve = ["serve", "--no-timer", "--listen", "127.0.0.1:0"];
        let place = std::mem::take(&mut self.place);
        let house = House::start(place, &[&arguments[..], &serve[..]].concat());
        let answer = house.say(words);
        self.place = house.kill();
        assert_eq!(answer.status, 200, "{answer:?}");
        answered(&answer.body)
    }
}

#[test]
fn the_picture_of_the_first_evening_is_what_happens() {
    let mut evening = Evening::begin();
    let mut picture = Picture::new(
        "A chat: ten minutes before a stop a warning with a command, the command, another warning, and the stop",
    );
    let warning = evening.told("2026-11-23 21:50");
    let command = warning
        .body
        .rsplit("/서버 ")
        .next()
        .unwrap()
        .trim()
        .to_owned();
    picture.shown("오후 9:50", &warning);
    picture.said("오후 9:52", &format!("/서버 {command}"));
    let answer = evening.say("2026-11-23 21:52", &command);
    picture.shown("오후 9:52", &answer);
    assert_eq!(evening.tick("2026-11-23 22:00"), []);
    picture.shown("오후 10:50", &evening.told("2026-11-23 22:50"));
    picture.shown("오후 11:00", &evening.told("2026-11-23 23:00"));

    let drawn = picture.svg();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../host/reveille/first-day.svg");
    if std::env::var_os("REVEILLE_DOCS").is_some_and(|value| value == "write") {
        std::fs::write(path, drawn).unwrap();
    } else {
        assert_eq!(std::fs::read_to_string(path).unwrap(), drawn);
    }
}
