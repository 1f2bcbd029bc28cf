//! Turns components into machine code: in a child process with limits, or taken from what was kept of earlier ones.

use std::{
    ffi::OsString,
    io::{self, Read as _},
    os::unix::process::{CommandExt as _, ExitStatusExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
        mpsc,
    },
    thread,
    time::Duration,
};

use reveille_core::model::Tier;
use rustix::process::Signal;

use crate::{
    code_cache::CodeCache,
    compile_error::CompileError,
    compile_frame::{ANSWER_HEAD_BYTES, read_answer, write_order},
    compile_limits::CompileLimits,
    engine,
    error::LoadError,
    text,
};

/// Most threads of one child. More bring little, and each has a stack that counts as memory.
const THREADS: usize = 4;

/// Bytes of the child's standard error that are looked at.
const SAID_BYTES: u64 = 4 << 10;
/// Characters of it that are shown.
const SAID_CHARS: usize = 200;

/// How often and how far apart it is looked whether a child has ended that closed its output: one that has not after
/// these two seconds does not mean to.
const LOOKS: u32 = 400;
const PAUSE: Duration = Duration::from_millis(5);

/// What Rust's standard library says when an allocation fails, before it aborts.
const OUT_OF_MEMORY: &str = "memory allocation of";

/// Machine code that may be run: this process, its child or an authenticated file has it from our compiler.
pub(crate) struct Native(Vec<u8>);

impl Native {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// How to start a process that calls [`compile_child`](crate::compile_child) and nothing else.
#[derive(Debug, Clone)]
pub struct ChildCommand {
    program: PathBuf,
    arguments: Vec<OsString>,
}

impl ChildCommand {
    /// A program with its arguments.
    pub fn new(
        program: impl Into<PathBuf>,
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.into_iter().map(Into::into).collect(),
        }
    }

    /// The program that runs now, with other arguments.
    ///
    /// # Errors
    /// When the system does not tell where it lies.
    pub fn this_program(
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> io::Result<Self> {
        // An update may have put another program in the place of the one that runs; this still names the old one.
        let itself = Path::new("/proc/self/exe");
        let program = if itself.exists() {
            itself.to_owned()
        } else {
            std::env::current_exe()?
        };
        Ok(Self::new(program, arguments))
    }
}

/// What a [`Compiler`] has done since it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Compiled {
    /// Components that were compiled, or could not be.
    pub compiled: u64,
    /// Components whose machine code was at hand.
    pub from_cache: u64,
}

/// Compiles components, one at a time, so that many do not take many times the memory.
#[derive(Debug, Default)]
pub struct Compiler {
    child: Option<ChildCommand>,
    limits: Option<CompileLimits>,
    cache: Option<CodeCache>,
    turn: Mutex<()>,
    compiled: AtomicU64,
    from_cache: AtomicU64,
}

impl Compiler {
    /// Compiles in this process, without limits: for components that are trusted.
    #[must_use]
    pub fn in_process() -> Self {
        Self::default()
    }

    /// Compiles in a child process.
    #[must_use]
    pub fn in_child(command: ChildCommand) -> Self {
        Self {
            child: Some(command),
            ..Self::default()
        }
    }

    /// With limits of its own in place of those of the tiers.
    #[must_use]
    pub fn with_limits(self, limits: CompileLimits) -> Self {
        Self {
            limits: Some(limits),
            ..self
        }
    }

    /// Keeps machine code in a folder, which is made at first use. Where it cannot be kept safely that is logged, and
    /// everything is compiled anew.
    #[must_use]
    pub fn with_cache(self, folder: impl Into<PathBuf>) -> Self {
        Self {
            cache: Some(CodeCache::new(folder.into())),
            ..self
        }
    }

    /// What was done so far.
    #[must_use]
    pub fn counts(&self) -> Compiled {
        Compiled {
            compiled: self.compiled.load(Relaxed),
            from_cache: self.from_cache.load(Relaxed),
        }
    }

    /// Machine code that was kept of the component with this digest.
    pub(crate) fn kept(&self, sha256: &str) -> Option<Native> {
        self.cache.as_ref()?.read(sha256).map(Native)
    }

    /// Counts that what was kept is in use.
    pub(crate) fn count_kept(&self) {
        self.from_cache.fetch_add(1, Relaxed);
    }

    /// Keeps machine code for the next start.
    pub(crate) fn keep(&self, sha256: &str, native: &Native) {
        if let Some(cache) = &self.cache {
            cache.write(sha256, &native.0);
        }
    }

    /// Takes out what was kept and turned out to be of no use.
    pub(crate) fn forget(&self, sha256: &str) {
        if let Some(cache) = &self.cache {
            cache.remove(sha256);
        }
    }

    /// Compiles a component of a tier.
    pub(crate) fn compile(&self, name: &str, wasm: &[u8], tier: Tier) -> Result<Native, LoadError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.compiled.fetch_add(1, Relaxed);
        let answer = match &self.child {
            None => engine::compile(wasm),
            Some(command) => {
                let limits = self.limits.unwrap_or_else(|| CompileLimits::of(tier));
                command
                    .run(wasm, &limits)
                    .map_err(|cause| LoadError::Compiler {
                        name: name.to_owned(),
                        cause,
                    })?
            }
        };
        answer.map(Native).map_err(|cause| LoadError::Compile {
            name: name.to_owned(),
            cause,
        })
    }
}

impl ChildCommand {
    /// What the child answers: machine code, or what the compiler has against the component.
    fn run(
        &self,
        wasm: &[u8],
        limits: &CompileLimits,
    ) -> Result<Result<Vec<u8>, String>, CompileError> {
        let start = |cause| CompileError::Start { cause };
        let print = engine::print().map_err(|cause| start(io::Error::other(cause)))?;
        let mut child = self.start().map_err(start)?;
        let (input, output, error) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let most = limits.output_bytes + ANSWER_HEAD_BYTES;
        let (send, receive) = mpsc::channel();

        let (answered, status, said) = thread::scope(|scope| {
            scope.spawn(move || {
                // A child that goes away early says why elsewhere.
                input.map(|mut input| write_order(&mut input, print, limits, wasm))
            });
            scope.spawn(move || {
                let mut bytes = Vec::new();
                let read = output.map(|output| output.take(most + 1).read_to_end(&mut bytes));
                drop(read);
                let _ = send.send(bytes);
            });
            let said = scope.spawn(move || {
                let mut bytes = Vec::new();
                let read = error.map(|error| error.take(SAID_BYTES).read_to_end(&mut bytes));
                drop(read);
                String::from_utf8_lossy(&bytes).into_owned()
            });
            let answered = receive.recv_timeout(limits.time);
            if answered.is_err() {
                let _ = child.kill();
            }
            (answered, end(&mut child), said.join().unwrap_or_default())
        });

        let bytes = answered.map_err(|_| CompileError::Time { limit: limits.time })?;
        if bytes.len() as u64 > most {
            return Err(CompileError::Output {
                bytes: limits.output_bytes,
            });
        }
        read_answer(bytes).ok_or_else(|| match status {
            Ok(status) => without_answer(status, &said, limits),
            Err(cause) => CompileError::Start { cause },
        })
    }

    fn start(&self) -> io::Result<Child> {
        // One core is left to the tick and the chat: priority alone does not keep a compiler out of their caches.
        let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = cores.saturating_sub(1).clamp(1, THREADS);
        Command::new(&self.program)
            .arg0("reveille")
            .args(&self.arguments)
            .env_clear()
            .env("RAYON_NUM_THREADS", threads.to_string())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
    }
}

/// How a child ends that has nothing more to say.
fn end(child: &mut Child) -> io::Result<ExitStatus> {
    for _ in 0..LOOKS {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        thread::sleep(PAUSE);
    }
    child.kill()?;
    child.wait()
}

/// Why a child ended without an answer.
fn without_answer(status: ExitStatus, said: &str, limits: &CompileLimits) -> CompileError {
    if said.contains(OUT_OF_MEMORY) {
        return CompileError::Memory {
            bytes: limits.memory_bytes,
        };
    }
    match status.signal() {
        Some(signal) if signal == Signal::XCPU.as_raw() => CompileError::Processor {
            seconds: limits.processor_seconds,
        },
        Some(signal) => CompileError::Signal { signal },
        None => CompileError::Answer {
            status: status.to_string(),
            said: text::log_line(&text::shortened(said.trim(), SAID_CHARS)),
        },
    }
}
