//! The signals that end the program. It listens to them from its first moment on: as process 1 of a container it gets
//! none that it does not listen to, and opening a house takes seconds.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What shells and containers read from an exit code: this much, and the number of the signal.
const BY_SIGNAL: i32 = 128;

/// SIGTERM and SIGINT.
#[derive(Debug)]
pub(crate) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    /// Listens from now on.
    ///
    /// # Errors
    /// When the system does not let it.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for one of them.
    pub(crate) async fn told(&mut self) -> SignalKind {
        tokio::select! {
            _ = self.terminate.recv() => SignalKind::terminate(),
            _ = self.interrupt.recv() => SignalKind::interrupt(),
        }
    }

    /// Waits for another one and ends the program at once, whatever it is at: what was answered is on the disk.
    pub(crate) async fn told_again(&mut self) -> ! {
        let signal = self.told().await;
        tracing::warn!("told to stop a second time: it ends at once");
        std::process::exit(BY_SIGNAL + signal.as_raw_value());
    }
}
