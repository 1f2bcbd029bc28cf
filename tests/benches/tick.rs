//! A tick over 1,000 schedules and 10,000 servers in memory with nothing to do: through the components, and with the
//! same rules called as plain libraries.

#![allow(clippy::expect_used, missing_docs, reason = "a bench")]

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use criterion::{Criterion, criterion_group, criterion_main};
use reveille_core::port::Rules;
use reveille_sandbox::Sandbox;
use reveille_tests::{Crowd, NativeRules};
use tokio::runtime::{Builder, Runtime};

const SCHEDULES: usize = 1_000;
/// Ticks after which a crowd begins its day anew: the minutes of a bench must not reach the evening.
const TICKS_A_DAY: u64 = 400;

fn runtime() -> Runtime {
    Builder::new_current_thread().build().expect("a runtime")
}

fn ticks(runtime: &Runtime, rules: &Arc<dyn Rules>, apart: TimeDelta, count: u64) -> Duration {
    let mut spent = Duration::ZERO;
    let mut left = count;
    while left > 0 {
        let gathered = Crowd::gather(SCHEDULES, Arc::clone(rules));
        let mut crowd = runtime.block_on(gathered).expect("a crowd");
        runtime
            .block_on(crowd.tick_after(apart))
            .expect("a tick to warm up");
        let batch = left.min(TICKS_A_DAY);
        let begun = Instant::now();
        for _ in 0..batch {
            black_box(runtime.block_on(crowd.tick_after(apart))).expect("a tick");
        }
        spent += begun.elapsed();
        left -= batch;
    }
    spent
}

fn tick(criterion: &mut Criterion) {
    let runtime = runtime();
    let sandbox: Arc<dyn Rules> =
        Arc::new(Sandbox::embedded().expect("the default components load"));
    let plain: Arc<dyn Rules> = Arc::new(NativeRules::default());
    let keeping: Arc<dyn Rules> = Arc::new(NativeRules::keeping_plans());
    let contenders = [
        ("components", &sandbox),
        ("libraries", &plain),
        ("libraries, plans kept", &keeping),
    ];
    for (when, apart) in [
        ("same minute", TimeDelta::milliseconds(1)),
        ("next minute", TimeDelta::minutes(1)),
    ] {
        let mut group = criterion.benchmark_group(format!("tick in the {when}"));
        for (who, rules) in contenders {
            group.bench_function(who, |bencher| {
                bencher.iter_custom(|count| ticks(&runtime, rules, apart, count));
            });
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).without_plots();
    targets = tick
}
criterion_main!(benches);
