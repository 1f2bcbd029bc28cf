//! A rule whose every function is written by the test, as core instructions in text form, and wrapped as any
//! toolchain would wrap it. It plans, and where the test says so it also decides or has the words.

use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::Resolve;

/// Where an `ok` answer without spans stands in the guest's memory: zeros.
pub(crate) const EMPTY_PLAN: &str = "(i32.const 256)";

/// Interfaces of WASI, as far as tests import them.
const WASI: &str = r#"
    package wasi:clocks@0.2.6 {
        interface monotonic-clock {
            use wasi:io/poll@0.2.6.{pollable};
            now: func() -> u64;
            subscribe-duration: func(when: u64) -> pollable;
        }
        interface wall-clock {
            record datetime { seconds: u64, nanoseconds: u32 }
            now: func() -> datetime;
        }
    }
    package wasi:io@0.2.6 {
        interface poll {
            resource pollable { block: func(); }
        }
        interface error {
            resource error;
        }
        interface streams {
            use error.{error};
            variant stream-error { last-operation-failed(error), closed }
            resource output-stream {
                check-write: func() -> result<u64, stream-error>;
                write: func(contents: list<u8>) -> result<_, stream-error>;
                blocking-write-and-flush: func(contents: list<u8>) -> result<_, stream-error>;
            }
            resource input-stream {
                blocking-read: func(len: u64) -> result<list<u8>, stream-error>;
            }
        }
    }
    package wasi:cli@0.2.6 {
        interface exit { exit: func(status: result); }
        interface environment {
            get-arguments: func() -> list<string>;
            get-environment: func() -> list<tuple<string, string>>;
            initial-cwd: func() -> option<string>;
        }
        interface stdin {
            use wasi:io/streams@0.2.6.{input-stream};
            get-stdin: func() -> input-stream;
        }
        interface stdout {
            use wasi:io/streams@0.2.6.{output-stream};
            get-stdout: func() -> output-stream;
        }
        interface stderr {
            use wasi:io/streams@0.2.6.{output-stream};
            get-stderr: func() -> output-stream;
        }
    }
    package wasi:random@0.2.6 {
        interface random {
            get-random-bytes: func(len: u64) -> list<u8>;
            get-random-u64: func() -> u64;
        }
        interface insecure { get-insecure-random-u64: func() -> u64; }
        interface insecure-seed { insecure-seed: func() -> tuple<u64, u64>; }
    }
    package wasi:filesystem@0.2.6 {
        interface types { resource descriptor; }
        interface preopens {
            use types.{descriptor};
            get-directories: func() -> list<tuple<descriptor, string>>;
        }
    }
    package wasi:sockets@0.2.6 {
        interface network {
            resource network;
            enum error-code {
                unknown, access-denied, not-supported, invalid-argument, out-of-memory, timeout,
                concurrency-conflict, not-in-progress, would-block, invalid-state, new-socket-limit,
                address-not-bindable, address-in-use, remote-unreachable, connection-refused, connection-reset,
                connection-aborted, datagram-too-large, name-unresolvable, temporary-resolver-failure,
                permanent-resolver-failure,
            }
            enum ip-address-family { ipv4, ipv6 }
        }
        interface instance-network {
            use network.{network};
            instance-network: func() -> network;
        }
        interface tcp { resource tcp-socket; }
        interface udp { resource udp-socket; }
        interface tcp-create-socket {
            use network.{error-code, ip-address-family};
            use tcp.{tcp-socket};
            create-tcp-socket: func(address-family: ip-address-family) -> result<tcp-socket, error-code>;
        }
        interface udp-create-socket {
            use network.{error-code, ip-address-family};
            use udp.{udp-socket};
            create-udp-socket: func(address-family: ip-address-family) -> result<udp-socket, error-code>;
        }
        interface ip-name-lookup {
            use network.{network, error-code};
            resource resolve-address-stream;
            resolve-addresses: func(network: borrow<network>, name: string) -> result<resolve-address-stream, error-code>;
        }
    }
    package evil:host@1.0.0 {
        interface exec { run: func(command: string); }
    }
"#;

/// The function `$agree` of a decider, for its body: lists one decision for each server of the request, which is to
/// do nothing, and returns where that answer stands. The list begins at `$decisions` and has 36 bytes for each, and
/// room for one more.
const AGREE: &str = "
    (global $decisions (mut i32) (i32.const 0))
    (func $agree (param $request i32) (result i32)
        (local $left i32) (local $from i32) (local $to i32)
        (local.set $left (i32.load offset=96 (local.get $request)))
        (local.set $from (i32.load offset=92 (local.get $request)))
        (local.set $to (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
        (global.set $decisions (local.get $to))
        (global.set $free
            (i32.add (local.get $to) (i32.mul (i32.add (local.get $left) (i32.const 1)) (i32.const 36))))
        (i32.store (i32.const 516) (local.get $to))
        (i32.store (i32.const 520) (local.get $left))
        (block $done (loop $next
            (br_if $done (i32.eqz (local.get $left)))
            (i64.store align=4 (local.get $to) (i64.load align=4 (local.get $from)))
            (i32.store offset=20 (local.get $to) (i32.const 48))
            (i32.store offset=24 (local.get $to) (i32.const 3))
            (local.set $left (i32.sub (local.get $left) (i32.const 1)))
            (local.set $from (i32.add (local.get $from) (i32.const 80)))
            (local.set $to (i32.add (local.get $to) (i32.const 36)))
            (br $next)))
        (i32.const 512))";

/// A rule under construction. What is not said does nothing, and answers an empty plan.
pub(crate) struct Guest {
    world: String,
    imports: String,
    memory: String,
    fields: String,
    describe: String,
    plan: String,
    check_config: String,
    check_schedule: String,
    decide: Option<String>,
    format: Option<String>,
    realloc: String,
    start: bool,
    version: &'static str,
    with_about: bool,
}

impl Guest {
    pub(crate) fn new() -> Self {
        Self {
            world: String::new(),
            imports: String::new(),
            memory: "2".to_owned(),
            fields: String::new(),
            describe: "(i32.const 64)".to_owned(),
            plan: EMPTY_PLAN.to_owned(),
            check_config: "(i32.const 256)".to_owned(),
            check_schedule: EMPTY_PLAN.to_owned(),
            decide: None,
            format: None,
            realloc: BUMP.to_owned(),
            start: false,
            version: "0.1.0",
            with_about: true,
        }
    }

    /// Imports of the world, and further exports, in WIT.
    pub(crate) fn importing(mut self, wit: &str) -> Self {
        self.world = wit.to_owned();
        self
    }

    /// The same imports of the core module.
    pub(crate) fn core_imports(mut self, imports: &str) -> Self {
        self.imports = imports.to_owned();
        self
    }

    /// Pages that the memory begins with, and its limit.
    pub(crate) fn memory(mut self, pages: &str) -> Self {
        self.memory = pages.to_owned();
        self
    }

    /// Fields of the module besides: tables, functions.
    pub(crate) fn fields(mut self, fields: &str) -> Self {
        self.fields = fields.to_owned();
        self
    }

    /// The body of `describe`.
    pub(crate) fn describe(mut self, body: &str) -> Self {
        self.describe = body.to_owned();
        self
    }

    /// The body of `plan-day`; local 0 is where the request stands.
    pub(crate) fn plan(mut self, body: &str) -> Self {
        self.plan = body.to_owned();
        self
    }

    /// The body of `check-config`.
    pub(crate) fn check_config(mut self, body: &str) -> Self {
        self.check_config = body.to_owned();
        self
    }

    /// The body of `check-schedule`.
    pub(crate) fn check_schedule(mut self, body: &str) -> Self {
        self.check_schedule = body.to_owned();
        self
    }

    /// Decides: the body of `decide`; local 0 is where the request stands, and [`AGREE`] says what it may call.
    pub(crate) fn decide(mut self, body: &str) -> Self {
        self.decide = Some(body.to_owned());
        self
    }

    /// Has the words: the body of `format`; local 0 is where what is to be said stands.
    pub(crate) fn format(mut self, body: &str) -> Self {
        self.format = Some(body.to_owned());
        self
    }

    /// The body of the allocator that the host calls.
    pub(crate) fn realloc(mut self, body: &str) -> Self {
        self.realloc = body.to_owned();
        self
    }

    /// Runs the function `$start` when it is instantiated.
    pub(crate) fn starting(mut self) -> Self {
        self.start = true;
        self
    }

    /// Is made for another version of the contract.
    pub(crate) fn of_version(mut self, version: &'static str) -> Self {
        self.version = version;
        self
    }

    /// Does not say who it is.
    pub(crate) fn without_about(mut self) -> Self {
        self.with_about = false;
        self
    }

    /// The component.
    pub(crate) fn build(&self) -> Vec<u8> {
        let version = self.version;
        let start = if self.start { "(start $start)" } else { "" };
        let about = if self.with_about {
            format!(
                r#"(func (export "reveille:rules/about@{version}#describe") (result i32) {})
                   (func (export "reveille:rules/about@{version}#check-config") (param i32 i32) (result i32) {})"#,
                self.describe, self.check_config
            )
        } else {
            String::new()
        };
        let mut roles = String::new();
        let mut exports = String::new();
        if let Some(decide) = &self.decide {
            roles.push_str(&format!(
                r#"{AGREE} (func (export "reveille:rules/decider@{version}#decide") (param i32) (result i32) {decide})"#
            ));
            exports.push_str(&format!("export reveille:rules/decider@{version};"));
        }
        if let Some(format) = &self.format {
            roles.push_str(&format!(
                r#"(func (export "reveille:rules/formatter@{version}#format") (param i32) (result i32) {format})"#
            ));
            exports.push_str(&format!("export reveille:rules/formatter@{version};"));
        }
        let core = format!(
            r#"(module
                {imports}
                (memory (export "memory") {memory})
                (global $free (mut i32) (i32.const 4096))
                {fields}
                (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) {realloc})
                {about}
                {roles}
                (func (export "reveille:rules/planner@{version}#plan-day") (param i32) (result i32) {plan})
                (func (export "reveille:rules/planner@{version}#check-schedule")
                    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) {check_schedule})
                {start}
                (data (i32.const 16) "hostile")
                (data (i32.const 32) "1.0.0")
                (data (i32.const 48) "any")
                (data (i32.const 64) "\10\00\00\00\07\00\00\00\20\00\00\00\05\00\00\00")
            )"#,
            imports = self.imports,
            memory = self.memory,
            fields = self.fields,
            realloc = self.realloc,
            plan = self.plan,
            check_schedule = self.check_schedule,
        );
        let mut module = wat::parse_str(&core).expect("the test's text is WebAssembly");
        let mut resolve = Resolve::default();
        let mut wit = String::new();
        for file in [
            "types",
            "about",
            "imports",
            "planner",
            "decider",
            "formatter",
            "worlds",
        ] {
            let path = format!("{}/../../wit/{file}.wit", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(path).expect("the contract can be read");
            wit.push_str(&text.replace("package reveille:rules@0.1.0;", ""));
        }
        let about = if self.with_about {
            format!("export reveille:rules/about@{version};")
        } else {
            String::new()
        };
        let source = format!(
            "package test:guest;
            interface things {{ resource thing; }}
            package reveille:rules@{version} {{ {wit} }}
            {WASI}
            world guest {{
                import reveille:rules/log@{version};
                import reveille:rules/data@{version};
                {}
                {about}
                export reveille:rules/planner@{version};
                {exports}
            }}",
            self.world
        );
        let package = resolve
            .push_str("guest.wit", &source)
            .expect("the test's world is WIT");
        let world = resolve
            .select_world(&[package], Some("guest"))
            .expect("the world is there");
        wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
            .expect("the world fits into the module");
        ComponentEncoder::default()
            .validate(true)
            .module(&module)
            .and_then(|mut encoder| encoder.encode())
            .expect("the module is a component")
    }
}

/// Hands out memory and never takes it back.
const BUMP: &str = "
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
    (global.set $free (i32.add (local.get $at) (local.get 3)))
    (local.get $at)";

/// Appends sections to a component: a core module, and `count` instances of it.
pub(crate) fn with_instances(component: &[u8], module: &str, count: u8) -> Vec<u8> {
    let module = wat::parse_str(module).expect("the test's text is WebAssembly");
    let index = core_modules(component);
    let mut extended = component.to_vec();
    section(&mut extended, 1, &module);
    let mut instances = vec![count];
    for _ in 0..count {
        instances.extend([0x00, index, 0x00]);
    }
    section(&mut extended, 2, &instances);
    extended
}

fn section(component: &mut Vec<u8>, id: u8, content: &[u8]) {
    component.push(id);
    let mut length = content.len();
    loop {
        let low = u8::try_from(length & 0x7f).expect("seven bits");
        length >>= 7;
        if length == 0 {
            component.push(low);
            break;
        }
        component.push(low | 0x80);
    }
    component.extend(content);
}

/// How many core modules stand at the top level of a component.
fn core_modules(component: &[u8]) -> u8 {
    let mut rest = &component[8..];
    let mut count = 0;
    while let [id, after @ ..] = rest {
        let (mut length, mut shift, mut at) = (0_usize, 0, 0);
        loop {
            length |= usize::from(after[at] & 0x7f) << shift;
            shift += 7;
            at += 1;
            if after[at - 1] & 0x80 == 0 {
                break;
            }
        }
        count += u8::from(*id == 1);
        rest = &after[at + length..];
    }
    count
}
