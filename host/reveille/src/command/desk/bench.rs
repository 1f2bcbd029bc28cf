//! `reveille rule bench`: what a call costs, beside the built-in `periods`.

use std::{
    fmt::Write as _,
    process::ExitCode,
    time::{Duration, Instant},
};

use chrono::{Days, NaiveDate};
use reveille_sandbox::{Called, Usage};
use serde::Serialize;

use crate::{
    cli::RuleFile,
    house::print,
    trial::{Asked, Trial, contexts, few, named_replies, planned, schedule_of},
};

/// What is measured against: the rule that every schedule has.
const BASELINE: &str = "periods";

/// Calls before the first that is measured: code is read in, memory is mapped.
const WARM_UP: u32 = 10;

/// What the calls of one kind cost. Every call has a fresh instance; times are of one call after the other.
#[derive(Debug, Serialize)]
struct Figures {
    what: String,
    calls: u32,
    failed: u32,
    calls_per_second: f64,
    p50_us: f64,
    p99_us: f64,
    fuel: u64,
    memory_bytes: usize,
}

#[derive(Debug, Serialize)]
struct Report {
    rule: String,
    version: String,
    compile_ms: Option<f64>,
    instance: Figures,
    call: Figures,
    baseline: Figures,
    times_the_baseline: f64,
    optimised: bool,
}

pub(super) fn run(rule: &RuleFile, calls: u32, json: bool) -> anyhow::Result<ExitCode> {
    let trial = Trial::compiled_anew(rule)?;
    let instance = measured("a fresh instance", calls, |_| {
        trial.alone.instantiate().without_answer()
    });
    let call = work(&trial, calls)?;
    let baseline = days(&trial, BASELINE, calls)?;
    let report = Report {
        rule: trial.listed.name.clone(),
        version: trial.listed.version.clone(),
        compile_ms: trial.compiling.map(|time| time.as_secs_f64() * 1_000.0),
        times_the_baseline: call.p50_us / baseline.p50_us.max(f64::MIN_POSITIVE),
        instance,
        call,
        baseline,
        optimised: !cfg!(debug_assertions),
    };
    print(&if json {
        format!("{}\n", serde_json::to_string_pretty(&report)?)
    } else {
        in_words(&report)
    });
    Ok(if report.call.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The rule at what it does first: plans, decisions, messages.
fn work(trial: &Trial, calls: u32) -> anyhow::Result<Figures> {
    if trial.plans() {
        return days(trial, &trial.listed.name, calls);
    }
    if trial.decides() {
        let crew = few(trial.alone.tags(), &office()?);
        let decide = |_| crew.of(&trial.alone, &trial.config).without_answer();
        return Ok(measured("a decision about six servers", calls, decide));
    }
    let (contexts, replies) = (contexts(), named_replies());
    Ok(measured("a message", calls, |call| {
        let named = &replies[call % replies.len()];
        let context = &contexts[call % contexts.len()];
        trial.alone.format(context, &named.reply).without_answer()
    }))
}

fn days(trial: &Trial, name: &str, calls: u32) -> anyhow::Result<Figures> {
    let (rule, config) = if name == trial.listed.name {
        (trial.alone.clone(), trial.config.as_str())
    } else {
        (trial.sandbox.alone(name)?, "{}")
    };
    let office = office()?;
    let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default();
    let year: Vec<Asked> = (0..365)
        .map(|day| {
            let date = first + Days::new(day);
            Asked {
                so_far: planned(&trial.sandbox, &office, date),
                schedule: office.clone(),
                date,
                day_before: None,
                exceptions: Vec::new(),
            }
        })
        .collect();
    let what = format!("a day of `{name}`");
    Ok(measured(&what, calls, |call| {
        year[call % year.len()].of(&rule, config).without_answer()
    }))
}

fn office() -> anyhow::Result<reveille_core::model::Schedule> {
    "office 09:00-18:00 mon-fri"
        .parse()
        .and_then(|period| schedule_of(&[period], "Asia/Seoul", None))
        .map_err(|fault: String| anyhow::anyhow!("the schedule of the bench is wrong: {fault}"))
}

/// Whether a call went well and what it used.
type Cost = (bool, Usage);

trait WithoutAnswer {
    fn without_answer(self) -> Cost;
}

impl<R> WithoutAnswer for Called<R> {
    fn without_answer(self) -> Cost {
        (self.answer.is_ok(), self.usage)
    }
}

fn measured(what: &str, calls: u32, mut call: impl FnMut(usize) -> Cost) -> Figures {
    for place in 0..WARM_UP.min(calls) {
        call(place as usize);
    }
    let mut times: Vec<Duration> = Vec::with_capacity(calls as usize);
    let (mut failed, mut fuel, mut memory_bytes) = (0, 0, 0);
    for place in 0..calls {
        let begun = Instant::now();
        let (well, usage) = call(place as usize);
        times.push(begun.elapsed());
        failed += u32::from(!well);
        fuel = fuel.max(usage.fuel);
        memory_bytes = memory_bytes.max(usage.memory_bytes);
    }
    let whole: Duration = times.iter().sum();
    times.sort_unstable();
    let part = |percent: usize| {
        let place = (times.len() * percent).div_ceil(100).saturating_sub(1);
        times
            .get(place)
            .map_or(0.0, |time| time.as_secs_f64() * 1e6)
    };
    Figures {
        what: what.to_owned(),
        calls,
        failed,
        calls_per_second: f64::from(calls) / whole.as_secs_f64().max(f64::MIN_POSITIVE),
        p50_us: part(50),
        p99_us: part(99),
        fuel,
        memory_bytes,
    }
}

fn in_words(report: &Report) -> String {
    let mut text = format!("{} {}\n", report.rule, report.version);
    if let Some(ms) = report.compile_ms {
        let _ = writeln!(text, "compiled in {ms:.0} ms, in a process of its own");
    }
    let _ = writeln!(
        text,
        "{:<32} {:>9} {:>9} {:>9} {:>12} {:>9}",
        "", "calls/s", "p50 µs", "p99 µs", "fuel", "KiB"
    );
    for figures in [&report.instance, &report.call, &report.baseline] {
        let _ = writeln!(
            text,
            "{:<32} {:>9.0} {:>9.0} {:>9.0} {:>12} {:>9}",
            figures.what,
            figures.calls_per_second,
            figures.p50_us,
            figures.p99_us,
            figures.fuel,
            figures.memory_bytes >> 10
        );
        if figures.failed > 0 {
            let _ = writeln!(
                text,
                "  {} of {} calls failed",
                figures.failed, figures.calls
            );
        }
    }
    let _ = writeln!(
        text,
        "a call takes {:.1} times as long as one of `{BASELINE}`",
        report.times_the_baseline
    );
    if !report.optimised {
        text.push_str(
            "this Reveille is a debug build: the times are no measure, the ratio is a rough one\n",
        );
    }
    text
}
