//! The child process that compiles a component, from without.

use std::{
    ffi::OsString,
    io::{self, Read as _},
    os::unix::process::{CommandExt as _, ExitStatusExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use rustix::process::Signal;

use crate::{
    compile_error::CompileError,
    compile_frame::{ANSWER_HEAD_BYTES, read_answer, write_order},
    compile_limits::CompileLimits,
    engine::PRINT,
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

impl ChildCommand {
    /// What the child answers: machine code, or what the compiler has against the component.
    pub(crate) fn run(
        &self,
        wasm: &[u8],
        limits: &CompileLimits,
    ) -> Result<Result<Vec<u8>, String>, CompileError> {
        let start = |cause| CompileError::Start { cause };
        let mut child = self.start().map_err(start)?;
        let (input, output, error) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let most = limits.output_bytes + ANSWER_HEAD_BYTES;
        let (send, receive) = mpsc::channel();

        let (answered, status, said) = thread::scope(|scope| {
            scope.spawn(move || {
                // A child that goes away early says why elsewhere.
                input.map(|mut input| write_order(&mut input, &PRINT, limits, wasm))
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
