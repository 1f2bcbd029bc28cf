//! The end of a host whose AWS does not answer.

use std::{
    net::{TcpListener, TcpStream},
    process::Command,
};

use reveille_tests::house::{House, Place, send_signal};

/// Takes every request and answers none.
struct Silence(TcpListener);

impl Silence {
    fn begin() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    /// Waits until somebody asks.
    fn asked(&self) -> TcpStream {
        self.0.accept().unwrap().0
    }

    fn serve(&self, place: &Place) -> Command {
        let endpoint = format!("http://{}", self.0.local_addr().unwrap());
        let mut command = place.bare_command();
        command
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "nobody asks for it")
            .env("AWS_ENDPOINT_URL", endpoint)
            .env("REVEILLE_JANDI_TOKENS", "0123456789abcdef")
            .args(["--config", "aws.toml"]);
        command
    }
}

const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];
const AWS: &str = "[aws]\nregion = \"ap-northeast-2\"\n";

#[test]
fn a_host_that_opens_its_tables_hears_that_it_is_to_stop() {
    let place = Place::new();
    let tables = "[store]\ndynamodb = { config_table = \"config\" }\n";
    place.file("aws.toml", &format!("{tables}{AWS}"));
    let silence = Silence::begin();
    let mut child = silence.serve(&place).args(SERVE).spawn().unwrap();
    let _asked = silence.asked();
    send_signal(child.id(), "TERM");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_look_at_servers_that_are_not_answered_for_is_left_and_the_lease_given_back() {
    let place = Place::new();
    place.file("aws.toml", &format!("[store]\npath = \"own.db\"\n{AWS}"));
    let silence = Silence::begin();
    let command = silence.serve(&place);
    let house = House::start_command(place, command, &SERVE);
    let _asked = silence.asked();
    house.signal("TERM");
    let (place, code) = house.ended();
    assert_eq!(code, 0);
    // Over the same store, with servers that answer.
    let mut tick = place.bare_command();
    let output = tick.args(["--db", "own.db", "tick"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}
