//! Rules are compiled by the program itself, in a child process with limits.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

#[expect(dead_code, reason = "the tests of the sandbox use the rest of it")]
#[path = "../../reveille-sandbox/tests/it/guest.rs"]
mod guest;

use std::{fs, path::Path, process::Command, thread, time::Duration};

use guest::Guest;
use reveille_core::model::{RuleSource, Tier};
use reveille_sandbox::{
    ChildCommand, CompileLimits, Compiled, Compiler, Limits, LoadError, Sandbox,
};

/// The child is the real program.
fn compiler() -> Compiler {
    Compiler::in_child(ChildCommand::new(
        env!("CARGO_BIN_EXE_reveille"),
        ["compile-component"],
    ))
}

fn sandbox(compiler: Compiler) -> Sandbox {
    Sandbox::with_compiler(compiler).unwrap()
}

fn load(sandbox: &Sandbox, name: &str, component: &[u8]) -> Result<(), LoadError> {
    let source = RuleSource {
        name: name.to_owned(),
        location: format!("{name}.wasm"),
        sha256: None,
        tier: Tier::Rule,
        wasi: false,
        data: std::collections::BTreeMap::new(),
    };
    let limits = Limits {
        file_bytes: 24 << 20,
        ..Limits::of(Tier::Rule)
    };
    sandbox.load_bytes(&source, limits, component).map(drop)
}

/// A rule with a core module of this many functions, each of this many divisions, which nobody calls.
fn bomb(functions: usize, divisions: usize) -> Vec<u8> {
    // The first parameter becomes itself, times its quotient by the second.
    let division = [0x20, 0, 0x20, 0, 0x20, 1, 0x6d, 0x6c, 0x21, 0];
    let body = [&[0], division.repeat(divisions).as_slice(), &[0x0b]].concat();
    let body = [leb(body.len()), body].concat();
    let module = [
        b"\0asm\x01\0\0\0".to_vec(),
        section(1, &[1, 0x60, 2, 0x7f, 0x7f, 0]),
        section(3, &[leb(functions), vec![0; functions]].concat()),
        section(10, &[leb(functions), body.repeat(functions)].concat()),
    ];
    [Guest::new().build(), section(1, &module.concat())].concat()
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id], leb(content.len()).as_slice(), content].concat()
}

/// A number as WebAssembly writes it: seven bits in a byte, the lowest first.
fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push(u8::try_from(number & 0x7f).unwrap() | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap());
    bytes
}

/// Loads a bomb beside a rule that is asked as long as the compiler works on it.
fn not_compiled(limits: CompileLimits, bomb: &[u8]) -> String {
    let sandbox = sandbox(compiler().with_limits(limits));
    load(&sandbox, "quiet", &Guest::new().build()).unwrap();
    let (error, answers) = thread::scope(|scope| {
        let loading = scope.spawn(|| load(&sandbox, "bomb", bomb).unwrap_err());
        let mut answers = 0;
        // No more than that, or the compiler, which gives way, would hardly come to its limit.
        while answers < 100 {
            sandbox.check_config("quiet", "{}").unwrap();
            if loading.is_finished() {
                break;
            }
            answers += 1;
        }
        (loading.join().unwrap(), answers)
    });
    assert!(answers > 0, "the other rule has to wait for the compiler");
    error.to_string()
}

#[test]
fn a_component_that_takes_long_to_compile_is_stopped_while_another_rule_answers() {
    let limits = CompileLimits {
        processor_seconds: 1,
        ..CompileLimits::of(Tier::Rule)
    };
    let error = not_compiled(limits, &bomb(60, 5000));
    assert!(
        error.contains("more than the 1 s of processor time"),
        "{error}"
    );
}

#[test]
fn a_component_that_takes_much_memory_to_compile_is_stopped_while_another_rule_answers() {
    let limits = CompileLimits {
        memory_bytes: 48 << 20,
        ..CompileLimits::of(Tier::Rule)
    };
    let error = not_compiled(limits, &bomb(4, 60_000));
    assert!(error.contains("more than the 48 MiB of memory"), "{error}");
}

#[test]
fn more_machine_code_than_the_limit_is_refused() {
    let limits = CompileLimits {
        output_bytes: 4 << 10,
        ..CompileLimits::of(Tier::Rule)
    };
    let sandbox = sandbox(compiler().with_limits(limits));
    let error = load(&sandbox, "large", &Guest::new().build()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("more than the 4 KiB of machine code"),
        "{error}"
    );
}

#[test]
fn what_the_compiler_says_of_a_component_arrives() {
    let sandbox = sandbox(compiler());
    let mut broken = Guest::new().build();
    broken.truncate(broken.len() - 1);
    let error = load(&sandbox, "broken", &broken).unwrap_err();
    assert!(matches!(error, LoadError::Compile { .. }), "{error}");
    load(&sandbox, "quiet", &Guest::new().build()).unwrap();
}

/// Loads the quiet rule in a process that starts.
fn start(folder: &Path) -> Compiled {
    let sandbox = sandbox(compiler().with_cache(folder));
    load(&sandbox, "quiet", &Guest::new().build()).unwrap();
    sandbox.check_config("quiet", "{}").unwrap();
    sandbox.compiled()
}

#[test]
fn a_second_start_takes_the_code_of_the_first_unless_somebody_touched_it() {
    const COMPILED: Compiled = Compiled {
        compiled: 1,
        from_cache: 0,
    };
    const AT_HAND: Compiled = Compiled {
        compiled: 0,
        from_cache: 1,
    };
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("compiled");
    assert_eq!(start(&cache), COMPILED);
    assert_eq!(start(&cache), AT_HAND);
    let file = fs::read_dir(&cache)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some())
        .unwrap();
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();
    assert_eq!(start(&cache), COMPILED);
    assert_eq!(start(&cache), AT_HAND);
}

#[test]
fn the_program_compiles_rules_of_its_configuration_and_keeps_the_code_beside_its_store() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("quiet.wasm"), Guest::new().build()).unwrap();
    let config = folder.path().join("reveille.toml");
    fs::write(
        &config,
        "[store]\npath = \"r.db\"\n[[rules]]\nname = \"quiet\"\nlocation = \"quiet.wasm\"\n",
    )
    .unwrap();
    for _ in 0..2 {
        let output = Command::new(env!("CARGO_BIN_EXE_reveille"))
            .arg("--config")
            .arg(&config)
            .args(["rule", "list"])
            .output()
            .unwrap();
        let list = String::from_utf8(output.stdout).unwrap();
        assert!(list.contains("quiet"), "{list}");
        let kept = fs::read_dir(folder.path().join("r.db-compiled")).unwrap();
        assert_eq!(kept.count(), 2, "a key and the code of one component");
    }
}

#[test]
fn a_child_that_waits_is_ended_at_its_wall_clock_limit() {
    let limits = CompileLimits {
        time: Duration::from_millis(100),
        ..CompileLimits::of(Tier::Rule)
    };
    let error = by_shell("exec sleep 600", limits);
    assert!(error.contains("longer than the 0.1 s"), "{error}");
}

#[test]
fn a_child_that_is_killed_or_answers_rubbish_is_an_error_that_says_so() {
    let limits = CompileLimits::of(Tier::Rule);
    let killed = by_shell("kill -9 $$", limits);
    assert!(killed.contains("ended by signal 9"), "{killed}");
    let rubbish = by_shell("exec cat", limits);
    assert!(rubbish.contains("no answer that can be used"), "{rubbish}");
    let failed = by_shell("echo 'no luck today' >&2; exit 3", limits);
    assert!(failed.contains("exit status: 3"), "{failed}");
    assert!(failed.contains("no luck today"), "{failed}");
    let flood = by_shell("exec cat /dev/zero", limits);
    assert!(flood.contains("more than the 8192 KiB"), "{flood}");
}

#[test]
fn a_child_that_cannot_be_started_is_an_error_that_says_so() {
    let missing = Compiler::in_child(ChildCommand::new("/nowhere/reveille", [""; 0]));
    let error = load(&sandbox(missing), "quiet", &Guest::new().build()).unwrap_err();
    assert!(error.to_string().contains("cannot be started"), "{error}");
}

/// What becomes of a rule when another program is in the place of the child; the built-in rules go on.
fn by_shell(script: &str, limits: CompileLimits) -> String {
    let shell = ChildCommand::new("/bin/sh", ["-c", script]);
    let sandbox = sandbox(Compiler::in_child(shell).with_limits(limits));
    let error = load(&sandbox, "quiet", &Guest::new().build()).unwrap_err();
    sandbox.check_config("periods", "{}").unwrap();
    error.to_string()
}
