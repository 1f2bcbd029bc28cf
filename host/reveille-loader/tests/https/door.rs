//! A door that says what it is told to, also what no server should.

use std::{
    io,
    sync::{Arc, Mutex},
};

use reveille_core::port::{FetchRequest, Fetched, Source as _, SourceError};
use reveille_loader::{Https, Reach};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// What follows an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    Close,
    Hang,
}

/// An answer, byte for byte.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) then: Then,
}

impl Answer {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            then: Then::Close,
        }
    }

    /// `200 OK` with `body` and further lines of the head.
    pub(crate) fn ok(head: &str, body: &str) -> Self {
        let length = body.len();
        Self::new(format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n{head}\r\n{body}"
        ))
    }

    pub(crate) fn status(status: &str) -> Self {
        Self::new(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n"))
    }

    pub(crate) fn redirect(to: &str) -> Self {
        Self::new(format!(
            "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"
        ))
    }

    pub(crate) fn then_hang(mut self) -> Self {
        self.then = Then::Hang;
        self
    }
}

/// A server on a port of its own, for as long as the runtime lives.
pub(crate) struct Door {
    pub(crate) port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Door {
    /// One that gives `answer` of every request's head.
    pub(crate) async fn open(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let heads = Arc::clone(&seen);
        let answer = Arc::new(answer);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (answer, heads) = (Arc::clone(&answer), Arc::clone(&heads));
                // Whoever has heard enough hangs up; that is no failure of the door.
                tokio::spawn(async move { serve(stream, &*answer, &heads).await.is_ok() });
            }
        });
        Self { port, seen }
    }

    pub(crate) fn location(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The heads of the requests so far, in small letters.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

async fn serve(
    mut stream: TcpStream,
    answer: &(impl Fn(&str) -> Answer + ?Sized),
    seen: &Mutex<Vec<String>>,
) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).to_lowercase();
    seen.lock().unwrap().push(head.clone());
    let answer = answer(&head);
    stream.write_all(answer.text.as_bytes()).await?;
    stream.flush().await?;
    match answer.then {
        Then::Close => Ok(()),
        Then::Hang => stream.read_u8().await.map(|_| ()),
    }
}

/// One that may go to this machine.
pub(crate) fn here() -> Https {
    Https::new().reaching(Reach {
        private: true,
        ..Reach::default()
    })
}

pub(crate) async fn fetch(https: &Https, location: &str) -> Result<Fetched, SourceError> {
    fetch_known(https, location, None).await
}

pub(crate) async fn fetch_known(
    https: &Https,
    location: &str,
    known: Option<&str>,
) -> Result<Fetched, SourceError> {
    let request = FetchRequest {
        location,
        known,
        most_bytes: 1000,
    };
    https.fetch(&request).await
}

/// The message of what could not be fetched.
pub(crate) async fn refused(https: &Https, location: &str) -> String {
    fetch(https, location).await.unwrap_err().to_string()
}
