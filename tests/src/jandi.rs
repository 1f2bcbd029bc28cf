//! JANDI's incoming webhook as far as its help pages and those who measured it tell: the headers and fields that it asks
//! for, its limits, and its errors. It shows what it has taken, and fails on purpose.
//!
//! Its minutes pass when the test says so.

#![allow(
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "only tests use it, and each name says what it does"
)]

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER},
    http::request::Parts,
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpSocket},
    sync::oneshot,
};

/// How many requests a URL takes in a minute, and in ten.
const A_MINUTE: usize = 60;
const TEN_MINUTES: usize = 500;
const MAX_BODY_CHARS: usize = 5_000;
const MAX_BYTES: usize = 256 * 1024;
/// A test that waits longer has failed.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// What is done to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is answered so, and not taken.
    Status(u16),
    /// It is answered that there were too many, with the seconds to wait if there are any.
    TooMany(Option<u32>),
    /// It is taken, and the connection closed without an answer.
    Silence,
    /// It is taken, and never answered.
    Forever,
}

/// A message as the topic shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    pub body: String,
    pub colour: String,
    pub blocks: Vec<Value>,
}

#[derive(Debug, Default)]
struct Topic {
    shown: Vec<Shown>,
    faults: VecDeque<Fault>,
    /// The minutes of the requests that counted.
    requests: Vec<u32>,
    /// All requests, those that were refused too.
    attempts: usize,
    deleted: bool,
}

#[derive(Debug, Default)]
struct State {
    /// By name; the last part of the URL is made of it.
    topics: BTreeMap<String, Topic>,
    minute: u32,
    /// Requests that no topic was meant by.
    strays: usize,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A JANDI on this machine.
#[derive(Debug)]
pub struct Jandi {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// Its place, as long as it is closed.
    socket: Mutex<Option<TcpSocket>>,
    close: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Jandi {
    /// One that is reached.
    pub fn start() -> Self {
        let mut jandi = Self::closed();
        jandi.open();
        jandi
    }

    /// One that cannot be reached: it has its address, and connections are refused.
    pub fn closed() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        let here = SocketAddr::from(([127, 0, 0, 1], 0));
        socket.bind(here).expect("a port");
        Self {
            address: socket.local_addr().expect("an address"),
            shared: Arc::default(),
            socket: Mutex::new(Some(socket)),
            close: None,
            thread: None,
        }
    }

    /// Lets it be reached.
    pub fn open(&mut self) {
        let socket = self
            .socket
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
            .expect("it is closed");
        let (close, closed) = oneshot::channel();
        let (ready, listens) = std::sync::mpsc::channel();
        let shared = Arc::clone(&self.shared);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let serve = move || {
            runtime.block_on(async {
                let listener = socket.listen(128).expect("it listens");
                ready.send(()).expect("somebody waits");
                tokio::select! {
                    () = attend(&listener, &shared) => {}
                    _ = closed => {}
                }
            });
        };
        self.thread = Some(thread::spawn(serve));
        self.close = Some(close);
        listens.recv().expect("it listens");
    }

    /// The URL of a topic; the topic is made when there is none.
    pub fn url(&self, topic: &str) -> String {
        self.shared
            .state()
            .topics
            .entry(topic.to_owned())
            .or_default();
        format!(
            "http://{}/connect-api/webhook/1/{}",
            self.address,
            token(topic)
        )
    }

    /// What is done to the next requests of a topic, one after the other.
    pub fn fault(&self, topic: &str, faults: impl IntoIterator<Item = Fault>) {
        self.with(topic, |topic| topic.faults.extend(faults));
    }

    /// Deletes the webhook of a topic; its URL is known no more.
    pub fn delete(&self, topic: &str) {
        self.with(topic, |topic| topic.deleted = true);
    }

    pub fn a_minute_passes(&self) {
        self.shared.state().minute += 1;
    }

    /// Everything that a topic shows, in order.
    pub fn shown(&self, topic: &str) -> Vec<Shown> {
        self.with(topic, |topic| topic.shown.clone())
    }

    /// The texts of it.
    pub fn texts(&self, topic: &str) -> Vec<String> {
        let shown = self.shown(topic);
        shown.into_iter().map(|shown| shown.body).collect()
    }

    /// Takes what a topic shows away.
    pub fn take(&self, topic: &str) -> Vec<String> {
        let shown = self.with(topic, |topic| std::mem::take(&mut topic.shown));
        shown.into_iter().map(|shown| shown.body).collect()
    }

    /// How many requests there were for a topic.
    pub fn attempts(&self, topic: &str) -> usize {
        self.with(topic, |topic| topic.attempts)
    }

    /// How many requests were for no topic.
    pub fn strays(&self) -> usize {
        self.shared.state().strays
    }

    /// Waits until a topic shows so many messages.
    #[track_caller]
    pub fn wait_for(&self, topic: &str, count: usize) -> Vec<String> {
        let has_fewer = |state: &mut State| {
            let topic = state.topics.get(topic);
            topic.is_none_or(|topic| topic.shown.len() < count)
        };
        let (state, waited) = self
            .shared
            .changed
            .wait_timeout_while(self.shared.state(), LONGEST_WAIT, has_fewer)
            .unwrap_or_else(PoisonError::into_inner);
        drop(state);
        let texts = self.texts(topic);
        assert!(!waited.timed_out(), "{topic} shows only {texts:?}");
        texts
    }

    fn with<T>(&self, topic: &str, act: impl FnOnce(&mut Topic) -> T) -> T {
        let mut state = self.shared.state();
        act(state.topics.get_mut(topic).expect("a topic"))
    }
}

impl Drop for Jandi {
    fn drop(&mut self) {
        drop(self.close.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// 32 hexadecimal digits.
fn token(topic: &str) -> String {
    use sha2::{Digest as _, Sha256};
    let digest = Sha256::digest(topic.as_bytes());
    digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

async fn attend(listener: &TcpListener, shared: &Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let shared = Arc::clone(shared);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(request, &shared));
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// The connection is closed without an answer.
type HungUp = std::io::Error;

async fn answer(
    request: Request<Incoming>,
    shared: &Shared,
) -> Result<Response<Full<Bytes>>, HungUp> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(HungUp::other)?.to_bytes();
    match judge(&head, &body, shared) {
        Ok(response) => Ok(response),
        Err(Fault::Forever) => std::future::pending().await,
        Err(_) => Err(HungUp::other("silence")),
    }
}

/// The answer, or how there is none.
fn judge(head: &Parts, body: &[u8], shared: &Shared) -> Result<Response<Full<Bytes>>, Fault> {
    let mut state = shared.state();
    let minute = state.minute;
    let found = path(head.uri.path()).and_then(|token| {
        let mut topics = state.topics.iter_mut();
        topics.find(|(name, _)| self::token(name) == token)
    });
    let Some((_, topic)) = found else {
        state.strays += 1;
        return Ok(match path(head.uri.path()) {
            Some(_) => error(40_051, "Invalid token", &Value::Null),
            None => html(StatusCode::FORBIDDEN),
        });
    };
    topic.attempts += 1;
    let fault = topic.faults.pop_front();
    match fault {
        Some(Fault::Status(status)) => {
            return Ok(html(StatusCode::from_u16(status).expect("a status")));
        }
        Some(Fault::TooMany(wait)) => return Ok(too_many(wait)),
        Some(Fault::Silence | Fault::Forever) | None => {}
    }
    if topic.deleted {
        return Ok(error(40_051, "Invalid token", &Value::Null));
    }
    let within = |minutes: u32| {
        let requests = topic.requests.iter();
        requests.filter(|at| **at + minutes > minute).count()
    };
    if within(1) >= A_MINUTE || within(10) >= TEN_MINUTES {
        return Ok(too_many(None));
    }
    topic.requests.push(minute);
    let shown = match read(head, body) {
        Ok(shown) => shown,
        Err(refusal) => return Ok(*refusal),
    };
    topic.shown.push(shown);
    shared.changed.notify_all();
    fault.map_or_else(|| Ok(respond(StatusCode::OK, &json!({}))), Err)
}

/// The token of a path with a team.
fn path(path: &str) -> Option<&str> {
    let (team, token) = path
        .strip_prefix("/connect-api/webhook/")?
        .split_once('/')?;
    (!team.is_empty() && !token.contains('/')).then_some(token)
}

/// The message, if it may be shown.
fn read(head: &Parts, body: &[u8]) -> Result<Shown, Box<Response<Full<Bytes>>>> {
    let wrong = |path: &str, value: &Value| {
        let errors = json!({ "errors": [{ "path": path, "value": value }] });
        Box::new(error(40_000, "Invalid parameters", &errors))
    };
    let header = |name| head.headers.get(name).map(|value| value.as_bytes());
    if head.method != Method::POST {
        return Err(Box::new(html(StatusCode::NOT_FOUND)));
    }
    if header(ACCEPT) != Some(b"application/vnd.tosslab.jandi-v2+json")
        || header(CONTENT_TYPE) != Some(b"application/json")
    {
        return Err(wrong("headers", &Value::Null));
    }
    if body.len() > MAX_BYTES {
        return Err(Box::new(html(StatusCode::PAYLOAD_TOO_LARGE)));
    }
    let Ok(Value::Object(fields)) = serde_json::from_slice(body) else {
        return Err(wrong("", &Value::Null));
    };
    for (name, value) in &fields {
        let is_right = match name.as_str() {
            "body" => value
                .as_str()
                .is_some_and(|text| (1..=MAX_BODY_CHARS).contains(&text.chars().count())),
            "connectColor" => value.is_string(),
            "connectInfo" => value
                .as_array()
                .is_some_and(|blocks| blocks.iter().all(is_block)),
            _ => false,
        };
        if !is_right {
            return Err(wrong(name, value));
        }
    }
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    Ok(Shown {
        body: text("body").ok_or_else(|| wrong("body", &Value::Null))?,
        colour: text("connectColor").unwrap_or_default(),
        blocks: fields
            .get("connectInfo")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default(),
    })
}

fn is_block(block: &Value) -> bool {
    block.as_object().is_some_and(|fields| {
        fields.iter().all(|(name, value)| {
            ["title", "description", "imageUrl"].contains(&name.as_str()) && value.is_string()
        })
    })
}

fn respond(status: StatusCode, body: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = status;
    response
}

fn error(code: u32, message: &str, data: &Value) -> Response<Full<Bytes>> {
    let body = json!({ "code": code, "msg": message, "data": data });
    respond(StatusCode::BAD_REQUEST, &body)
}

fn too_many(wait: Option<u32>) -> Response<Full<Bytes>> {
    let body = json!({ "code": 42_900, "msg": "Too many requests" });
    let mut response = respond(StatusCode::TOO_MANY_REQUESTS, &body);
    if let Some(seconds) = wait {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

/// As the web server in front answers.
fn html(status: StatusCode) -> Response<Full<Bytes>> {
    let page = format!("<html><head><title>{status}</title></head><body></body></html>");
    let mut response = Response::new(Full::new(Bytes::from(page)));
    *response.status_mut() = status;
    response
}
