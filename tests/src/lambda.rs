//! AWS Lambda as a function knows it: the process that it starts, with its environment, and its Runtime API over HTTP.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html> and
//! <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>, read 2026-11-23. One event at a time. What it
//! does not do: freeze the process between two events, but for [`Lambda::freeze`]; start another one when it has died.

use std::{
    collections::HashMap,
    io::{self, BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Method, Request, Response, body::Incoming, header::HeaderName, server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::{Mutex as Turn, mpsc as events},
};

use crate::{door::Door, memory::memory};

/// Where everything is.
const BASE: &str = "/2018-06-01/runtime/";
/// Largest answer to an event that is waited for.
const LARGEST: usize = 6 * 1_024 * 1_024;
/// How much longer than an invocation may take it is waited for: whoever does not answer by then never will.
const GRACE: Duration = Duration::from_secs(20);
/// The name of the function.
pub const FUNCTION: &str = "reveille";

/// What came of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The function's answer.
    Answer(Value),
    /// The function failed.
    Failure {
        /// Its `errorType`.
        kind: String,
        /// Its `errorMessage`.
        message: String,
    },
    /// It has not answered in time, and is ended.
    TimedOut,
    /// Its process has ended.
    Died,
}

impl Outcome {
    /// The answer.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    #[must_use]
    #[expect(clippy::panic, reason = "only tests use it")]
    pub fn answer(self) -> Value {
        match self {
            Self::Answer(answer) => answer,
            Self::Failure { .. } | Self::TimedOut | Self::Died => panic!("{self:?}"),
        }
    }

    /// The code and the message of a failure.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    #[must_use]
    #[expect(clippy::panic, reason = "only tests use it")]
    pub fn failure(self) -> (String, String) {
        match self {
            Self::Failure { kind, message } => (kind, message),
            Self::Answer(_) | Self::TimedOut | Self::Died => panic!("{self:?}"),
        }
    }
}

/// An event on its way.
#[derive(Debug)]
struct Event {
    id: String,
    deadline: u64,
    body: Vec<u8>,
}

/// What the door and the test share.
#[derive(Debug)]
struct Shared {
    next: Turn<events::UnboundedReceiver<Event>>,
    waiting: Mutex<HashMap<String, mpsc::Sender<Outcome>>>,
    is_dead: AtomicBool,
    arn: Mutex<String>,
}

/// A function that runs. It is killed when it is dropped.
#[derive(Debug)]
pub struct Lambda {
    child: Child,
    shared: Arc<Shared>,
    send: events::UnboundedSender<Event>,
    log: Arc<(Mutex<String>, Condvar)>,
    number: AtomicU64,
    _door: Door,
}

impl Lambda {
    /// Starts `command`, whose environment gets what Lambda sets.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let (send, next) = events::unbounded_channel();
        let shared = Arc::new(Shared {
            next: Turn::new(next),
            waiting: Mutex::default(),
            is_dead: AtomicBool::new(false),
            arn: Mutex::new(format!(
                "arn:aws:lambda:ap-northeast-2:111122223333:function:{FUNCTION}"
            )),
        });
        let served = Arc::clone(&shared);
        let door = Door::open("runtime-api", async move |listener| {
            attend(&listener, &served).await;
        })?;
        let mut child = command
            .env("AWS_LAMBDA_RUNTIME_API", door.address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", FUNCTION)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env(
                "AWS_LAMBDA_LOG_GROUP_NAME",
                format!("/aws/lambda/{FUNCTION}"),
            )
            .env(
                "AWS_LAMBDA_LOG_STREAM_NAME",
                "2026/11/23/[$LATEST]0123456789abcdef",
            )
            .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
            .env("AWS_REGION", "ap-northeast-2")
            .env("AWS_DEFAULT_REGION", "ap-northeast-2")
            .env("_HANDLER", "bootstrap")
            .env("TZ", ":UTC")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let log = Arc::new((Mutex::new(String::new()), Condvar::new()));
        if let Some(errors) = child.stderr.take() {
            let (log, shared) = (Arc::clone(&log), Arc::clone(&shared));
            thread::spawn(move || {
                for line in BufReader::new(errors).lines().map_while(Result::ok) {
                    let mut text = locked(&log.0);
                    text.push_str(&line);
                    text.push('\n');
                    log.1.notify_all();
                }
                shared.is_dead.store(true, Ordering::Release);
                locked(&shared.waiting).clear();
            });
        }
        Ok(Self {
            child,
            shared,
            send,
            log,
            number: AtomicU64::new(0),
            _door: door,
        })
    }

    /// From now on it is invoked by this alias.
    pub fn by_alias(&self, alias: &str) {
        let mut arn = locked(&self.shared.arn);
        arn.push(':');
        arn.push_str(alias);
    }

    /// Sends an event, for which there is a minute, and waits for what comes of it.
    pub fn invoke(&self, event: &Value) -> Outcome {
        self.invoke_within(event, Duration::from_secs(60))
    }

    /// As [`Lambda::invoke`], with another time.
    pub fn invoke_within(&self, event: &Value, time: Duration) -> Outcome {
        let deadline = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            + time;
        let deadline = u64::try_from(deadline.as_millis()).unwrap_or(u64::MAX);
        self.send(event.to_string().into_bytes(), deadline, time)
    }

    /// Sends anything, with anything as the deadline in milliseconds since 1970.
    pub fn send(&self, body: Vec<u8>, deadline: u64, time: Duration) -> Outcome {
        let number = self.number.fetch_add(1, Ordering::Relaxed) + 1;
        let id = format!("8476a536-e9f4-11e8-9739-{number:012x}");
        let (answer, answered) = mpsc::channel();
        locked(&self.shared.waiting).insert(id.clone(), answer);
        let event = Event {
            id: id.clone(),
            deadline,
            body,
        };
        if self.shared.is_dead.load(Ordering::Acquire) || self.send.send(event).is_err() {
            return Outcome::Died;
        }
        let outcome = answered.recv_timeout(time + GRACE);
        locked(&self.shared.waiting).remove(&id);
        match outcome {
            Ok(outcome) => outcome,
            Err(mpsc::RecvTimeoutError::Timeout) => Outcome::TimedOut,
            Err(mpsc::RecvTimeoutError::Disconnected) => Outcome::Died,
        }
    }

    /// What it has logged, once that has `text` in it.
    ///
    /// # Panics
    /// When it never has.
    #[track_caller]
    pub fn logged(&self, text: &str) -> String {
        let log = self
            .log
            .1
            .wait_timeout_while(locked(&self.log.0), GRACE, |log| !log.contains(text));
        let (log, waited) = log.unwrap_or_else(PoisonError::into_inner);
        assert!(!waited.timed_out(), "`{text}` is not in: {log}");
        log.clone()
    }

    /// Halts the process, as Lambda does when nothing is to be answered.
    ///
    /// # Errors
    /// When it cannot be halted.
    pub fn freeze(&self) -> io::Result<()> {
        self.signal("-STOP")
    }

    /// Lets it go on.
    ///
    /// # Errors
    /// When it cannot go on.
    pub fn thaw(&self) -> io::Result<()> {
        self.signal("-CONT")
    }

    fn signal(&self, signal: &str) -> io::Result<()> {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args([signal, &id]).status()?;
        if status.success() {
            return Ok(());
        }
        Err(io::Error::other(format!("kill {signal}: {status}")))
    }

    /// Kilobytes that it holds in memory, by the name that Linux gives them in `/proc/<pid>/status`: `VmRSS`, `VmHWM`.
    ///
    /// # Errors
    /// On other systems.
    pub fn memory(&self, name: &str) -> io::Result<u64> {
        memory(self.child.id(), name)
    }
}

impl Drop for Lambda {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn attend(listener: &TcpListener, shared: &Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let _ = stream.set_nodelay(true);
        let shared = Arc::clone(shared);
        tokio::spawn(async move {
            let serve = service_fn(|request: Request<Incoming>| {
                let shared = Arc::clone(&shared);
                async move { shared.answer(request).await }
            });
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), serve)
                .await;
        });
    }
}

impl Shared {
    async fn answer(&self, request: Request<Incoming>) -> hyper::Result<Response<Full<Bytes>>> {
        let (head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let path = head.uri.path().strip_prefix(BASE).unwrap_or_default();
        let parts: Vec<&str> = path.split('/').collect();
        Ok(match (&head.method, parts.as_slice()) {
            (&Method::GET, ["invocation", "next"]) => self.next().await,
            (&Method::POST, ["invocation", id, "response"]) => {
                if body.len() > LARGEST {
                    refuse(413, "Function.ResponseSizeTooLarge")
                } else {
                    let answer = serde_json::from_slice(&body).unwrap_or_default();
                    self.settle(id, Outcome::Answer(answer))
                }
            }
            (&Method::POST, ["invocation", id, "error"]) => self.settle(id, failure(&body)),
            (&Method::POST, ["init", "error"]) => reply(202, &json!({"status": "OK"})),
            _ => refuse(404, "NotFound"),
        })
    }

    /// The next event, when there is one.
    async fn next(&self) -> Response<Full<Bytes>> {
        let Some(event) = self.next.lock().await.recv().await else {
            return refuse(500, "Extension.ContainerError");
        };
        let mut response = Response::new(Full::new(Bytes::from(event.body)));
        let headers = [
            ("lambda-runtime-aws-request-id", event.id),
            ("lambda-runtime-deadline-ms", event.deadline.to_string()),
            (
                "lambda-runtime-invoked-function-arn",
                locked(&self.arn).clone(),
            ),
            (
                "lambda-runtime-trace-id",
                "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1"
                    .to_owned(),
            ),
        ];
        for (name, value) in headers {
            if let Ok(value) = value.parse() {
                let name = HeaderName::from_static(name);
                response.headers_mut().insert(name, value);
            }
        }
        response
    }

    fn settle(&self, id: &str, outcome: Outcome) -> Response<Full<Bytes>> {
        match locked(&self.waiting).remove(id) {
            Some(waiting) => {
                let _ = waiting.send(outcome);
                reply(202, &json!({"status": "OK"}))
            }
            None => refuse(400, "InvalidRequestID"),
        }
    }
}

fn failure(body: &[u8]) -> Outcome {
    let failure: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| failure[name].as_str().unwrap_or_default().to_owned();
    Outcome::Failure {
        kind: text("errorType"),
        message: text("errorMessage"),
    }
}

fn refuse(status: u16, kind: &str) -> Response<Full<Bytes>> {
    reply(status, &json!({"errorType": kind, "errorMessage": kind}))
}

fn reply(status: u16, body: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or_default();
    response
}
