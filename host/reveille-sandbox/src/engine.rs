//! The one engine of the process, the thread that gives deadlines their ticks, and the slots that calls take.

#[cfg(feature = "compiler")]
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{
    path::Path,
    sync::{Arc, Condvar, LazyLock, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use wasmtime::{Engine, Store, UpdateDeadline, component::Component};

use crate::engine_config;

/// Time between two ticks of the engine, by which deadlines are measured.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// How many times its deadline a call may take on a machine that is busy with other things. What waits for it is a
/// tick, which may take seconds; a thread that gets less than a twentieth of a core gets nothing done anyway.
const PATIENCE: u32 = 20;

/// What this program runs on and makes machine code for: a target triple.
pub const TARGET: &str = env!("REVEILLE_SANDBOX_TARGET");

static ENGINE: LazyLock<Result<Engine, String>> = LazyLock::new(|| {
    let start = || -> wasmtime::Result<Engine> {
        // Where address space is short (`ulimit -v`) there is no pool, and calls cost more.
        let engine = Engine::new(&engine_config::runner(TARGET)?).or_else(|error| {
            tracing::warn!("calls of rules go without a pool of memory: {error:#}");
            Engine::new(&engine_config::compiler(TARGET)?)
        })?;
        let weak = engine.weak();
        thread::Builder::new()
            .name("sandbox-ticks".to_owned())
            .spawn(move || {
                while let Some(engine) = weak.upgrade() {
                    engine.increment_epoch();
                    drop(engine);
                    thread::sleep(TICK);
                }
            })?;
        Ok(engine)
    };
    start().map_err(|error| format!("{error:#}"))
});

/// The engine; the same one at every call.
///
/// # Errors
/// When this machine cannot run it: the text says why.
pub(crate) fn engine() -> Result<&'static Engine, String> {
    ENGINE.as_ref().map_err(Clone::clone)
}

/// Stands for everything besides the component that its machine code depends on: the whole version of the compiler, the
/// target and the configuration. The build script works it out, so that programs without a compiler know it too.
pub(crate) type Print = [u8; 32];

/// The print of this program's engine.
pub(crate) static PRINT: Print = include!(concat!(env!("OUT_DIR"), "/print.rs"));

/// Compiles a component to machine code, apart from the engine that runs rules: a panic of the compiler leaves
/// whatever it held unusable.
#[cfg(feature = "compiler")]
pub(crate) fn compile(wasm: &[u8]) -> Result<Vec<u8>, String> {
    let compiled = catch_unwind(AssertUnwindSafe(|| -> wasmtime::Result<Vec<u8>> {
        Engine::new(&engine_config::compiler(TARGET)?)?.precompile_component(wasm)
    }));
    match compiled {
        Ok(Ok(native)) => Ok(native),
        Ok(Err(error)) => Err(format!("{error:#}")),
        Err(_) => Err("the compiler itself failed on it".to_owned()),
    }
}

/// Makes a component of machine code that [`compile`], here or in a child process, or the build script has made.
///
/// # Safety
/// `native` must be exactly what one of them returned: it is run as it is.
#[expect(
    unsafe_code,
    reason = "machine code cannot be checked; see the caller's duty"
)]
pub(crate) unsafe fn adopt(engine: &Engine, native: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: the caller vouches for the bytes.
    unsafe { Component::deserialize(engine, native) }
}

/// The same of a file, which is mapped; what stands behind the machine code is passed over.
///
/// # Safety
/// As [`adopt`], for as long as the component lives: the file may be removed or replaced, but not written to.
#[expect(
    unsafe_code,
    reason = "machine code cannot be checked; see the caller's duty"
)]
pub(crate) unsafe fn adopt_file(engine: &Engine, path: &Path) -> wasmtime::Result<Component> {
    // SAFETY: the caller vouches for the file.
    unsafe { Component::deserialize_file(engine, path) }
}

/// Ends what runs in `store` when it has worked for `deadline`, or has taken [`PATIENCE`] times as long: on a machine
/// that is busy with other things a call waits most of its time, and that is not its fault.
pub(crate) fn set_deadline<T>(store: &mut Store<T>, deadline: Duration) {
    let (begun, worked) = (Instant::now(), processor_time());
    store.set_epoch_deadline(ticks(deadline));
    store.epoch_deadline_callback(move |_| {
        let worked = processor_time().saturating_sub(worked);
        if deadline <= worked || deadline * PATIENCE <= begun.elapsed() {
            return Ok(UpdateDeadline::Interrupt);
        }
        Ok(UpdateDeadline::Continue(ticks(deadline - worked)))
    });
}

/// For how long this thread has worked. A call stays on its thread.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// Ticks after which a call that may take `deadline` ends. One more than fit, as the first is already under way.
pub(crate) fn ticks(deadline: Duration) -> u64 {
    u64::try_from(deadline.as_millis().div_ceil(TICK.as_millis()))
        .unwrap_or(u64::MAX - 1)
        .saturating_add(1)
}

/// Places for calls. A call waits for a free one instead of failing for want of it.
#[derive(Debug)]
pub(crate) struct Slots {
    free: Mutex<u32>,
    freed: Condvar,
}

/// A place that a call has; given back when dropped.
#[derive(Debug)]
pub(crate) struct Slot(Arc<Slots>);

/// Calls of one rule that may run at the same time. However long they take, the other rules have the rest of the pool.
pub(crate) const SHARE: u32 = engine_config::SLOTS / 4;

/// Places in the engine's pool.
static SLOTS: LazyLock<Arc<Slots>> = LazyLock::new(|| Slots::new(engine_config::SLOTS));

/// Waits for a place in the pool.
pub(crate) fn take_slot() -> Slot {
    SLOTS.take()
}

impl Slots {
    pub(crate) fn new(places: u32) -> Arc<Self> {
        Arc::new(Self {
            free: Mutex::new(places),
            freed: Condvar::new(),
        })
    }

    /// Waits for a place.
    pub(crate) fn take(self: &Arc<Self>) -> Slot {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            free = self
                .freed
                .wait(free)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        drop(free);
        Slot(Arc::clone(self))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_fills_its_places_leaves_the_others_theirs_and_gets_one_back() {
        let (pool, hostile, quiet) = (Slots::new(32), Slots::new(SHARE), Slots::new(SHARE));
        let free = |slots: &Arc<Slots>| *slots.free.lock().unwrap_or_else(PoisonError::into_inner);
        let held: Vec<_> = (0..SHARE).map(|_| (hostile.take(), pool.take())).collect();
        let waiting = thread::spawn({
            let (hostile, pool) = (Arc::clone(&hostile), Arc::clone(&pool));
            move || drop((hostile.take(), pool.take()))
        });
        assert_eq!((free(&hostile), free(&pool)), (0, 32 - SHARE));
        drop((quiet.take(), pool.take()));
        drop(held);
        assert!(waiting.join().is_ok());
        assert_eq!((free(&hostile), free(&pool)), (SHARE, 32));
    }

    #[test]
    fn a_deadline_never_comes_early() {
        assert_eq!(ticks(Duration::from_millis(20)), 3);
        assert_eq!(ticks(Duration::from_millis(21)), 4);
    }
}
