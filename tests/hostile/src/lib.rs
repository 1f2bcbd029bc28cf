//! A rule that does each thing that no rule should, as its configuration says: what a mistake or malice in ordinary
//! Rust comes to in the sandbox. What only a hand-made component can do is tested beside the sandbox.

use std::hint::black_box;

use reveille_sdk::{
    About, Day, Planner,
    log::{self, Level},
    types::{DayPlan, RuleError, Span, Want},
};

/// What a schedule has it do.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The thing.
    pub does: Deed,
}

/// A thing that no rule should do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// Goes on and on.
    Loop,
    /// Calls itself without end.
    Recurse,
    /// Takes all memory that there is.
    Hoard,
    /// Panics with a text that would act on a terminal.
    Panic,
    /// Reaches outside of a list.
    Reach,
    /// Logs without end.
    Shout,
    /// Logs one line of megabytes.
    ShoutOnce,
    /// Asks for data without end.
    Ask,
    /// Answers with a reason of megabytes.
    Ramble,
    /// Answers with more spans than a day may have.
    Shred,
    /// Answers with spans that overlap.
    Overlap,
    /// Answers with a span that leaves the day.
    Leave,
    /// Asks for the time, of which there is none here.
    Clock,
    /// Starts a thread.
    Thread,
    /// Opens a file.
    File,
    /// Speaks to the network.
    Network,
    /// Ends the process.
    Exit,
    /// Answers with an error of its own that would act on a terminal.
    Refuse,
}

/// The rule.
pub struct Hostile;

impl Planner for Hostile {
    const ABOUT: About = About::new(
        "hostile",
        env!("CARGO_PKG_VERSION"),
        "Does each thing that no rule should.",
    );
    type Config = Config;

    fn plan(_: &Day, config: Config, mut plan: DayPlan) -> Result<DayPlan, RuleError> {
        match config.does {
            Deed::Loop => spin(),
            Deed::Recurse => drop(black_box(deeper(black_box(1)))),
            Deed::Hoard => hoard(),
            Deed::Panic => explode(),
            Deed::Reach => drop(black_box(plan.spans.swap_remove(black_box(7_000)))),
            Deed::Shout => loop {
                log::write(Level::Error, "listen");
            },
            Deed::ShoutOnce => log::write(Level::Error, &"listen ".repeat(500_000)),
            Deed::Ask => loop {
                black_box(reveille_sdk::data::read("anything"));
            },
            Deed::Ramble => plan.spans = vec![span(0, 1, "and ".repeat(1_000_000))],
            Deed::Shred => {
                plan.spans = (0..300)
                    .map(|at| span(at * 2, at * 2 + 1, String::new()))
                    .collect()
            }
            Deed::Overlap => {
                plan.spans = vec![span(0, 90, String::new()), span(60, 120, String::new())]
            }
            Deed::Leave => plan.spans = vec![span(1_400, 1_500, String::new())],
            Deed::Clock => look_at_the_clock(),
            Deed::Thread => drop(std::thread::spawn(spin)),
            Deed::File => drop(std::fs::read("/etc/passwd").map_err(failed)?),
            Deed::Network => {
                drop(std::net::TcpStream::connect("169.254.169.254:80").map_err(failed)?)
            }
            Deed::Exit => std::process::exit(0),
            Deed::Refuse => return Err(RuleError::Failed("no\u{1b}[2J\nERROR forged".into())),
        }
        Ok(plan)
    }
}

fn span(begin: u16, end: u16, reason: String) -> Span {
    Span {
        begin,
        end,
        want: Want::Stop,
        instance_type: None,
        period: None,
        reason,
    }
}

fn failed(error: std::io::Error) -> RuleError {
    RuleError::Failed(error.to_string())
}

fn spin() {
    loop {
        black_box(());
    }
}

#[expect(unconditional_recursion, reason = "that is what it is for")]
fn deeper(depth: u64) -> u64 {
    let room = black_box([depth; 64]);
    deeper(black_box(depth + 1)) + room[7]
}

fn hoard() {
    let mut all = Vec::new();
    loop {
        all.push(black_box(vec![1_u8; 1 << 20]));
    }
}

#[expect(clippy::panic, reason = "that is what it is for")]
fn explode() {
    panic!("the end\u{1b}[2J");
}

fn look_at_the_clock() {
    black_box(std::time::Instant::now());
}

#[cfg(target_arch = "wasm32")]
reveille_sdk::export_planner!(Hostile);
