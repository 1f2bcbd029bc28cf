//! The socket: takes connections on loopback and gives each request to the world behind it.

use std::{
    fmt, io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::{
    Response,
    body::{Body, Frame, Incoming, SizeHint},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};

use crate::door::Door;

use super::{Shared, answer::Answer, fault::Wait};

/// How an answer leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// As it should.
    Whole,
    /// Not at all: the connection is reset.
    Reset,
    /// Not at all: the connection is closed.
    Close,
    /// Not at all: the connection stays open.
    Never,
    /// Half of the body, then the end of the connection.
    Half,
}

/// What is done about a request.
#[derive(Debug)]
pub(super) struct Reply {
    /// What it waits for.
    pub(super) wait: Wait,
    /// How it leaves.
    pub(super) manner: Manner,
    /// What leaves.
    pub(super) answer: Answer,
}

/// Opens a door on loopback to the world behind it.
pub(super) fn open(shared: Arc<Shared>) -> io::Result<Door> {
    Door::open("fake-aws", async move |listener| {
        attend(&listener, &shared).await
    })
}

async fn attend(listener: &TcpListener, shared: &Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let _ = stream.set_nodelay(true);
        let shared = Arc::clone(shared);
        let resets = Arc::new(AtomicBool::new(false));
        let line = Line {
            stream,
            resets: Arc::clone(&resets),
        };
        tokio::spawn(async move {
            let serve = service_fn(|request: hyper::Request<Incoming>| {
                let (shared, resets) = (Arc::clone(&shared), Arc::clone(&resets));
                async move {
                    let (head, body) = request.into_parts();
                    let body = body.collect().await.map_err(|_| HungUp)?.to_bytes();
                    let reply = shared.world().answer(&head, &body);
                    if !reply.wait.time.is_zero() {
                        tokio::time::sleep(reply.wait.time).await;
                    }
                    if let Some(others) = &reply.wait.others {
                        others.wait().await;
                    }
                    match reply.manner {
                        Manner::Whole => Ok(response(reply.answer, false)),
                        Manner::Half => Ok(response(reply.answer, true)),
                        Manner::Reset => {
                            resets.store(true, Ordering::Release);
                            Err(HungUp)
                        }
                        Manner::Close => Err(HungUp),
                        Manner::Never => std::future::pending().await,
                    }
                }
            });
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(line), serve)
                .await;
        });
    }
}

fn response(answer: Answer, half: bool) -> Response<Sent> {
    let body = Bytes::from(answer.body);
    let length = body.len();
    let body = if half { body.slice(..length / 2) } else { body };
    let mut response = Response::new(Sent {
        left: Some(body),
        length,
        half,
        paused: false,
    });
    *response.status_mut() =
        hyper::StatusCode::from_u16(answer.status).unwrap_or(hyper::StatusCode::OK);
    response.headers_mut().insert(
        hyper::header::CONTENT_TYPE,
        hyper::header::HeaderValue::from_static(answer.content_type),
    );
    response
}

/// Why a connection ends.
#[derive(Debug)]
struct HungUp;

impl fmt::Display for HungUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hung up")
    }
}

impl std::error::Error for HungUp {}

/// A body that says its whole length, whether it comes whole or not.
struct Sent {
    left: Option<Bytes>,
    length: usize,
    half: bool,
    paused: bool,
}

impl Body for Sent {
    type Data = Bytes;
    type Error = HungUp;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HungUp>>> {
        match self.left.take() {
            Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            None if self.half && !self.paused => {
                // What was given so far leaves while nothing more is there.
                self.paused = true;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            None if self.half => Poll::Ready(Some(Err(HungUp))),
            None => Poll::Ready(None),
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length as u64)
    }
}

/// A connection that can end with a reset instead of a farewell.
struct Line {
    stream: TcpStream,
    resets: Arc<AtomicBool>,
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.resets.load(Ordering::Acquire) {
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
