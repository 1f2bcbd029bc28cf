//! A port of loopback behind which something answers, on a thread of its own, so that a test may block, or run a program
//! against it.

use std::{
    io,
    net::SocketAddr,
    thread::{self, JoinHandle},
};

use tokio::{net::TcpListener, sync::oneshot};

/// An open port; closed when dropped.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    close: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Door {
    /// Opens one at a free port. `attend` takes the connections until the door is closed; `name` is the thread's.
    ///
    /// # Errors
    /// When it cannot listen.
    pub(crate) fn open<Attending: Future<Output = ()>>(
        name: &str,
        attend: impl FnOnce(TcpListener) -> Attending + Send + 'static,
    ) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (close, closed) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let thread = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    let Ok(listener) = TcpListener::from_std(listener) else {
                        return;
                    };
                    tokio::select! {
                        () = attend(listener) => {}
                        _ = closed => {}
                    }
                });
            })?;
        Ok(Self {
            address,
            close: Some(close),
            thread: Some(thread),
        })
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        drop(self.close.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
