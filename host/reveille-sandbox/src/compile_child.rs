//! The child process that compiles one component, from within. It narrows itself before it reads a byte of the component:
//! it can open no file and no socket, write to none, and has bounded memory and processor time.

use std::{
    io::{self, Read as _, Write as _},
    process::ExitCode,
};

use rustix::process::{Resource, Rlimit, getrlimit, nice, setrlimit};

use crate::{
    compile_frame::{Order, read_order, write_answer},
    engine,
};

/// Standard input, output and error, and nothing more.
const OPEN_FILES: u64 = 3;

/// Gives way to whatever else runs: beside a busy thread of usual priority it gets a tenth of a core, so that the tick and
/// the chat are slowed by no more than that, and it still comes to an end. At the lowest priority it would get a
/// seventieth, and on a machine that is busy with other things a rule would wait for minutes, or for its limit.
const NICE: i32 = 10;

/// Compiles the component on standard input and writes its machine code to standard output, for a
/// [`Compiler`](crate::Compiler) that has started this process. For nothing else: the process is narrowed for good.
#[must_use]
pub fn compile_child() -> ExitCode {
    match answer() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn answer() -> io::Result<()> {
    let mut input = io::stdin().lock();
    let order = read_order(&mut input, &engine::PRINT)?;
    narrow(&order)?;
    let mut wasm = Vec::new();
    input.take(order.component_bytes).read_to_end(&mut wasm)?;
    if wasm.len() as u64 != order.component_bytes {
        return Err(io::Error::other("the component is cut off"));
    }
    write_answer(&mut io::stdout().lock(), &engine::compile(&wasm))
}

fn narrow(order: &Order) -> io::Result<()> {
    // Where it is not allowed the compiler is only less polite.
    let _ = nice(NICE);
    let seconds = order.processor_seconds;
    // At the first number the kernel sends a signal that tells what happened; at the second it kills.
    limit(Resource::Cpu, seconds, seconds + 1)?;
    // What can be written to. Address space would count the program itself and what threads merely set aside.
    limit(Resource::Data, order.memory_bytes, order.memory_bytes)?;
    limit(Resource::Nofile, OPEN_FILES, OPEN_FILES)?;
    limit(Resource::Fsize, 0, 0)?;
    limit(Resource::Core, 0, 0)
}

/// Lowers a limit; one that is lower already stays.
fn limit(resource: Resource, soft: u64, hard: u64) -> io::Result<()> {
    let most = getrlimit(resource).maximum.unwrap_or(u64::MAX);
    setrlimit(
        resource,
        Rlimit {
            current: Some(soft.min(most)),
            maximum: Some(hard.min(most)),
        },
    )?;
    Ok(())
}
