//! Everything that is counted, as Prometheus reads it.

use std::{fmt, sync::Arc, time::Duration};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, NoLabelSet, text},
    metrics::{MetricType, info::Info},
    registry::Registry,
};
use reveille_core::{
    model::{CallTimes, Statistics},
    port::Rules as _,
};
use reveille_loader::{FeedState, FeedView, Feeds};
use reveille_sandbox::{Counters, Sandbox};

use crate::{
    clock::Clock,
    house::House,
    listing::{calls_by_role, word},
    shift::Post,
};

/// The type of the text: OpenMetrics, which Prometheus reads since its version 2.5.
pub(crate) const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The figures of the host and of its rules.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
}

impl Metrics {
    pub(crate) fn new(post: &Post, house: &House) -> Self {
        let mut registry = Registry::with_prefix("reveille");
        registry.register(
            "build",
            "The program",
            Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]),
        );
        post.figures.register(&mut registry);
        post.reloads.register(&mut registry);
        house.notice_figures.register(&mut registry);
        registry.register_collector(Box::new(RuleFigures {
            sandbox: Arc::clone(&house.sandbox),
        }));
        registry.register_collector(Box::new(DataFigures {
            feeds: Arc::clone(&house.feeds),
        }));
        Self { registry }
    }

    /// All of them now.
    pub(crate) fn text(&self) -> String {
        let mut written = String::new();
        if let Err(error) = text::encode(&mut written, &self.registry) {
            tracing::error!(%error, "the figures cannot be written");
        }
        written
    }
}

/// What the sandbox counts, read when it is asked for.
#[derive(Debug)]
struct RuleFigures {
    sandbox: Arc<Sandbox>,
}

/// Labels of a value.
type Labels = Vec<(&'static str, String)>;

impl Collector for RuleFigures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        self.of_rules(&mut encoder)?;
        self.of_the_sandbox(&mut encoder)
    }
}

impl RuleFigures {
    fn of_rules(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let rules = self.sandbox.loaded();
        let named = |name: &str| vec![("rule", name.to_owned())];
        let infos: Vec<Labels> = rules
            .iter()
            .map(|rule| {
                vec![
                    ("rule", rule.name.clone()),
                    ("version", rule.version.clone()),
                    ("sha256", rule.sha256.clone()),
                ]
            })
            .collect();
        info(encoder, "rule", "The rules that are loaded", &infos)?;
        let counted: Vec<(&str, Statistics)> = rules
            .iter()
            .map(|rule| {
                let counted = self.sandbox.statistics(&rule.name).unwrap_or_default();
                (rule.name.as_str(), counted.total)
            })
            .collect();
        let calls = counted.iter().flat_map(|(rule, counted)| {
            calls_by_role(counted).map(|(role, calls)| {
                let mut labels = named(rule);
                labels.push(("role", role.to_owned()));
                (labels, calls)
            })
        });
        counter(encoder, "rule_calls", "Calls of a rule", calls)?;
        let failures = counted.iter().flat_map(|(rule, counted)| {
            counted.failures.iter().map(|(kind, failures)| {
                let mut labels = named(rule);
                labels.push(("kind", word(*kind)));
                (labels, *failures)
            })
        });
        counter(
            encoder,
            "rule_failures",
            "Calls of a rule that failed, by kind",
            failures,
        )?;
        times(encoder, &counted)?;
        let fuel = counted.iter().map(|(rule, it)| (named(rule), it.fuel));
        counter(encoder, "rule_fuel", "Units of fuel of all calls", fuel)?;
        let lines = counted.iter().map(|(rule, it)| (named(rule), it.log_lines));
        counter(encoder, "rule_log_lines", "Lines that a rule logged", lines)?;
        let fuel = counted
            .iter()
            .map(|(rule, it)| (named(rule), it.most_fuel as f64));
        gauge(
            encoder,
            "rule_fuel_most",
            "Units of fuel of the call that used most",
            fuel,
        )?;
        let memory = counted
            .iter()
            .map(|(rule, it)| (named(rule), it.most_memory_bytes as f64));
        gauge(
            encoder,
            "rule_memory_peak_bytes",
            "Bytes of memory of the call that used most",
            memory,
        )?;
        let waiting = counted.iter().map(|(rule, _)| {
            let troubles = self.sandbox.troubles(rule);
            (named(rule), troubles.len() as f64)
        });
        gauge(
            encoder,
            "rule_troubles",
            "For how many schedules a rule is not asked because it has failed",
            waiting,
        )
    }

    fn of_the_sandbox(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let Counters {
            plans_computed,
            plan_hits,
            decider_calls,
            decision_hits,
            formatter_calls,
            message_hits,
        } = self.sandbox.counters();
        let by_role = |planner, decider, formatter| {
            [
                (vec![("role", String::from("planner"))], planner),
                (vec![("role", String::from("decider"))], decider),
                (vec![("role", String::from("formatter"))], formatter),
            ]
        };
        counter(
            encoder,
            "answers_computed",
            "Answers that rules were called for",
            by_role(plans_computed, decider_calls, formatter_calls),
        )?;
        counter(
            encoder,
            "answers_at_hand",
            "Answers that were kept from an earlier call",
            by_role(plan_hits, decision_hits, message_hits),
        )?;
        let compiled = self.sandbox.compiled();
        let of = |from: &str| vec![("from", from.to_owned())];
        counter(
            encoder,
            "components",
            "Components that were made ready: compiled, or with machine code that was kept",
            [
                (of("compiler"), compiled.compiled),
                (of("cache"), compiled.from_cache),
            ],
        )
    }
}

/// How named data stands, read when it is asked for.
struct DataFigures {
    feeds: Arc<Feeds>,
}

impl fmt::Debug for DataFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataFigures").finish_non_exhaustive()
    }
}

impl Collector for DataFigures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let now = Clock::machine();
        let feeds = self.feeds.listed(now);
        let named = |feed: &FeedView| vec![("data", feed.name.clone())];
        let is = |feed: &FeedView, states: &[FeedState]| {
            (
                named(feed),
                f64::from(u8::from(states.contains(&feed.state))),
            )
        };
        let usable = [FeedState::Fresh, FeedState::Unreachable];
        gauge(
            &mut encoder,
            "data_usable",
            "1 when rules can read the data source, 0 when it is missing or too old",
            feeds.iter().map(|feed| is(feed, &usable)),
        )?;
        gauge(
            &mut encoder,
            "data_reachable",
            "1 when the last look at the place of the data source went well",
            feeds.iter().map(|feed| is(feed, &[FeedState::Fresh])),
        )?;
        counter(
            &mut encoder,
            "data_failures",
            "Looks at the place of the data source that failed",
            feeds.iter().map(|feed| (named(feed), feed.failures)),
        )?;
        let age = |feed: &FeedView| {
            let confirmed = feed.confirmed?;
            let age = (now - confirmed).to_std().unwrap_or_default();
            Some((named(feed), age.as_secs_f64()))
        };
        gauge(
            &mut encoder,
            "data_age_seconds",
            "How long ago the place last said that the copy is what it has",
            feeds.iter().filter_map(age),
        )
    }
}

fn gauge(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    values: impl IntoIterator<Item = (Labels, f64)>,
) -> fmt::Result {
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for (labels, value) in values {
        family.encode_family(&labels)?.encode_gauge(&value)?;
    }
    Ok(())
}

/// Every so many of the bounds of times is a class: each is four times the one before, from 1 µs to 67 s.
const BOUNDS_OF_A_CLASS: usize = 4;

fn times(encoder: &mut DescriptorEncoder<'_>, counted: &[(&str, Statistics)]) -> fmt::Result {
    let mut family = encoder.encode_descriptor(
        "rule_call_duration_seconds",
        "How long calls of a rule took",
        None,
        MetricType::Histogram,
    )?;
    for (rule, counted) in counted {
        let mut classes = Vec::new();
        let mut calls = 0;
        for (place, count) in counted.times.counts.iter().enumerate() {
            calls += count;
            let bound = CallTimes::bound(place).map_or(f64::INFINITY, |bound| bound.as_secs_f64());
            if place % BOUNDS_OF_A_CLASS == 0 || bound.is_infinite() {
                classes.push((bound, calls));
                calls = 0;
            }
        }
        let total = Duration::from_nanos(counted.times.total_nanoseconds);
        let count = classes.iter().map(|(_, calls)| calls).sum();
        family
            .encode_family(&vec![("rule", (*rule).to_owned())])?
            .encode_histogram::<NoLabelSet>(total.as_secs_f64(), count, &classes, None)?;
    }
    Ok(())
}

fn info(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    infos: &[Labels],
) -> fmt::Result {
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Info)?;
    for labels in infos {
        family.encode_info(labels)?;
    }
    Ok(())
}

fn counter(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    values: impl IntoIterator<Item = (Labels, u64)>,
) -> fmt::Result {
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
    for (labels, value) in values {
        family
            .encode_family(&labels)?
            .encode_counter::<NoLabelSet, _, f64>(&value, None)?;
    }
    Ok(())
}
