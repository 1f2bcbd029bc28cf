//! Everything that is counted, as Prometheus reads it.

use std::{fmt, sync::Arc};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, NoLabelSet, text},
    metrics::{MetricType, info::Info},
    registry::Registry,
};
use reveille_core::port::Rules as _;
use reveille_sandbox::{Counters, Sandbox};

use crate::{figures::Figures, house::House};

/// The type of the text: OpenMetrics, which Prometheus reads since its version 2.5.
pub(crate) const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The figures of the host and of its rules.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
}

impl Metrics {
    pub(crate) fn new(figures: &Figures, house: &House) -> Self {
        let mut registry = Registry::with_prefix("reveille");
        registry.register(
            "build",
            "The program",
            Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]),
        );
        figures.register(&mut registry);
        registry.register_collector(Box::new(RuleFigures {
            sandbox: Arc::clone(&house.sandbox),
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
        let calls = rules.iter().map(|rule| (named(&rule.name), rule.calls));
        counter(encoder, "rule_calls", "Calls of a rule", calls)?;
        let failures = rules.iter().map(|rule| (named(&rule.name), rule.failures));
        counter(
            encoder,
            "rule_failures",
            "Calls of a rule that failed",
            failures,
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
