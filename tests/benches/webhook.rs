//! Requests a second of the webhook over loopback, beside a bare hyper server that answers a constant: the same
//! client, the same payloads, turn by turn in one run.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a bench"
)]

use std::{
    convert::Infallible,
    env,
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    header,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use reveille_tests::demo::{Demo, median, payload};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};

/// Set in the second process, which is the bare server.
const BARE: &str = "REVEILLE_BENCH_BARE";
const CONNECTIONS: usize = 8;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);
/// About as long as an answer to `help`.
const CONSTANT: &[u8] = &[b'x'; 2_000];

static MESSAGES: AtomicU64 = AtomicU64::new(0);

/// Reads each request to its end and answers [`CONSTANT`].
async fn bare() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("{}", listener.local_addr().expect("an address"));
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        stream.set_nodelay(true).expect("an option");
        let answer = |request: Request<Incoming>| async {
            request.into_body().collect().await.expect("a body");
            Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(CONSTANT))))
        };
        tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service_fn(answer)),
        );
    }
}

struct BareServer(Child);

impl Drop for BareServer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start_bare() -> (BareServer, String) {
    let bench = env::current_exe().expect("this bench");
    let mut child = Command::new(bench)
        .env(BARE, "1")
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let mut address = String::new();
    BufReader::new(child.stdout.take().expect("output"))
        .read_line(&mut address)
        .expect("an address");
    (BareServer(child), address.trim().to_owned())
}

/// One connection's requests, one after the other, until `end`.
async fn converse(address: SocketAddr, words: &'static str, end: Instant) -> u64 {
    let stream = TcpStream::connect(address).await.expect("a connection");
    stream.set_nodelay(true).expect("an option");
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .expect("a handshake");
    tokio::spawn(connection);
    let mut answered = 0;
    while Instant::now() < end {
        let body = payload(words, MESSAGES.fetch_add(1, Ordering::Relaxed));
        let request = Request::post("/jandi/webhook")
            .header(header::HOST, "bench")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body)))
            .expect("a request");
        sender.ready().await.expect("the connection is kept");
        let response = sender.send_request(request).await.expect("an answer");
        assert_eq!(response.status(), 200);
        let body = response
            .into_body()
            .collect()
            .await
            .expect("a body")
            .to_bytes();
        assert!(body.len() > 100, "{body:?}");
        answered += 1;
    }
    answered
}

#[expect(clippy::cast_precision_loss, reason = "it is a rate")]
async fn rate(address: &str, words: &'static str) -> f64 {
    let address = address.parse().expect("an address");
    let begun = Instant::now();
    let conversations: Vec<_> = (0..CONNECTIONS)
        .map(|_| tokio::spawn(converse(address, words, begun + ROUND)))
        .collect();
    let mut answered = 0;
    for conversation in conversations {
        answered += conversation.await.expect("a conversation");
    }
    answered as f64 / begun.elapsed().as_secs_f64()
}

async fn compare() {
    let folder = TempDir::new().expect("a folder");
    let demo = Demo::start(&folder.path().join("webhook.db")).expect("the demo");
    let (_bare, bare) = start_bare();
    let contenders = [
        (bare.as_str(), "help"),
        (&demo.address, "help"),
        (&demo.address, "Development status"),
    ];
    let mut rates = [Vec::new(), Vec::new(), Vec::new()];
    for round in 0..=ROUNDS {
        for ((address, words), rates) in contenders.into_iter().zip(&mut rates) {
            let rate = rate(address, words).await;
            // The first round warms up.
            if round > 0 {
                rates.push(rate);
            }
        }
    }
    let [bare, help, status] = rates.map(median);
    println!("bare hyper: {bare:.0} requests/s");
    println!(
        "help: {help:.0} requests/s, {:.2} of bare (at least 0.5)",
        help / bare
    );
    println!(
        "status: {status:.0} requests/s, {:.2} of bare (at least 0.5)",
        status / bare
    );
}

#[tokio::main]
async fn main() {
    if env::var_os(BARE).is_some() {
        bare().await;
    } else {
        compare().await;
    }
}
