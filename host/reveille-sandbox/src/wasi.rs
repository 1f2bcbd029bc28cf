//! A WASI in which nothing happens by itself, for components of ordinary toolchains: no files, environment, arguments
//! or sockets; the wall clock stands at the date of the request, the other at zero, a sleep is over at once, and
//! random numbers are the same at every call. Output goes to the rule's log.

use std::{
    sync::{Arc, LazyLock},
    thread,
    time::Duration,
};

use reveille_core::model::FailureKind;
use sha2::{Digest, Sha256};
use wasmtime::{
    Store,
    component::{HasData, Instance, InstancePre, Linker, Resource, ResourceTable},
};
use wasmtime_wasi::{
    HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxView, WasiView,
    p2::{
        DynPollable, Pollable, bindings::clocks::monotonic_clock, pipe::MemoryOutputPipe, subscribe,
    },
    random::Deterministic,
};

use crate::{
    call::{self, Call, Holds, Spent, Surroundings},
    fault::Fault,
    journal::{Journal, LogLevel},
    limits::Limits,
};

/// Most resources that the host keeps for a call.
const TABLE_CAPACITY: usize = 128;

/// Most random bytes that are given at once.
const RANDOM_BYTES: u64 = 4096;

/// What seeds the hash maps of a call; any number does.
const SEED: u64 = 7;

/// The random bytes of every call, over and over: the digests of 0, 1, 2 and on. Eight bytes alone would make every
/// number the same, and whoever waits for another one would wait for ever.
static RANDOM: LazyLock<Vec<u8>> = LazyLock::new(|| {
    (0..128_u8)
        .flat_map(|number| Sha256::digest([number]))
        .collect()
});

/// State of a call that has WASI.
pub(crate) struct WasiCall {
    call: Call,
    ctx: WasiCtx,
    table: ResourceTable,
    stdout: MemoryOutputPipe,
    stderr: MemoryOutputPipe,
}

impl Holds for WasiCall {
    fn call(&mut self) -> &mut Call {
        &mut self.call
    }
}

impl WasiView for WasiCall {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.ctx,
            table: &mut self.table,
        }
    }
}

/// A wall clock that stands.
struct StoppedClock(Duration);

impl HostWallClock for StoppedClock {
    fn resolution(&self) -> Duration {
        Duration::from_secs(60)
    }

    fn now(&self) -> Duration {
        self.0
    }
}

/// A monotonic clock that stands at zero.
struct Zero;

impl HostMonotonicClock for Zero {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        0
    }
}

/// The clock that components see: whoever waits for it has waited.
struct NoWaiting<'a>(&'a mut ResourceTable);

struct HasTable;

impl HasData for HasTable {
    type Data<'a> = NoWaiting<'a>;
}

struct Over;

#[wasmtime_wasi::async_trait]
impl Pollable for Over {
    async fn ready(&mut self) {}
}

impl monotonic_clock::Host for NoWaiting<'_> {
    fn now(&mut self) -> wasmtime::Result<u64> {
        Ok(0)
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        Ok(1)
    }

    fn subscribe_instant(&mut self, _when: u64) -> wasmtime::Result<Resource<DynPollable>> {
        self.subscribe_duration(0)
    }

    fn subscribe_duration(&mut self, _nanos: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let over = self.0.push(Over)?;
        subscribe(self.0, over)
    }
}

/// Puts the contract's imports and WASI into a linker.
pub(crate) fn link(linker: &mut Linker<WasiCall>) -> wasmtime::Result<()> {
    call::link(linker)?;
    wasmtime_wasi::p2::add_to_linker_sync(linker)?;
    // Wasmtime's own clock would sleep on the host, where no deadline reaches.
    linker.allow_shadowing(true);
    monotonic_clock::add_to_linker::<WasiCall, HasTable>(linker, |state| {
        NoWaiting(&mut state.table)
    })?;
    linker.allow_shadowing(false);
    Ok(())
}

fn state(surroundings: &Arc<Surroundings>, limits: &Limits, wall_clock: Duration) -> WasiCall {
    let stdout = MemoryOutputPipe::new(limits.log_bytes);
    let stderr = MemoryOutputPipe::new(limits.log_bytes);
    let mut table = ResourceTable::new();
    table.set_max_capacity(TABLE_CAPACITY);
    let ctx = WasiCtx::builder()
        .stdout(stdout.clone())
        .stderr(stderr.clone())
        .wall_clock(StoppedClock(wall_clock))
        .monotonic_clock(Zero)
        .secure_random(Deterministic::new(RANDOM.clone()))
        .insecure_random(Deterministic::new(RANDOM.clone()))
        .insecure_random_seed(u128::from(SEED))
        .max_random_size(RANDOM_BYTES)
        .allow_tcp(false)
        .allow_udp(false)
        .build();
    WasiCall {
        call: Call::new(surroundings),
        ctx,
        table,
        stdout,
        stderr,
    }
}

/// Runs `work` as [`call::run`] does, on a thread of its own: this WASI drives a runtime of its own, which must not
/// be done on a thread of another one.
pub(crate) fn run<R: Send>(
    pre: &InstancePre<WasiCall>,
    surroundings: &Arc<Surroundings>,
    wall_clock: Duration,
    work: impl FnOnce(&mut Store<WasiCall>, &Instance) -> wasmtime::Result<R> + Send,
) -> (Result<R, Fault>, Spent) {
    let state = state(surroundings, &surroundings.limits, wall_clock);
    let (stdout, stderr) = (state.stdout.clone(), state.stderr.clone());
    let ran = thread::scope(|scope| {
        thread::Builder::new()
            .name("wasi-call".to_owned())
            .spawn_scoped(scope, || call::run(pre, state, work))
            .map(|thread| thread.join())
    });
    let (mut answer, mut spent) = match ran {
        Ok(Ok(ran)) => ran,
        Ok(Err(_)) => failed("the sandbox itself failed"),
        Err(error) => failed(&format!("no thread for the call: {error}")),
    };
    let (_, out) = write_output(surroundings, LogLevel::Info, &stdout);
    let (said, err) = write_output(surroundings, LogLevel::Warn, &stderr);
    spent.log_lines += out + err;
    // A panic's text is on standard error, and nowhere else.
    if let (Err(fault), Some(said)) = (&mut answer, said)
        && fault.kind == FailureKind::Panic
    {
        fault.cause = format!("{}: {said}", fault.cause);
    }
    (answer, spent)
}

fn failed<R>(cause: &str) -> (Result<R, Fault>, Spent) {
    (Err(Fault::new(FailureKind::Host, cause)), Spent::default())
}

/// Keeps what was written, line by line, and returns the first line and how many there are.
fn write_output(
    surroundings: &Surroundings,
    level: LogLevel,
    pipe: &MemoryOutputPipe,
) -> (Option<String>, u32) {
    let bytes = pipe.contents();
    let text = String::from_utf8_lossy(&bytes);
    let (mut first, mut count) = (None, 0);
    let journal: &Journal = &surroundings.journal;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    for line in lines.take(surroundings.limits.host_calls as usize) {
        journal.write(&surroundings.rule, level, line);
        count += 1;
        first.get_or_insert_with(|| crate::text::log_line(&crate::text::shortened(line, 200)));
    }
    (first, count)
}
