//! Figures that were put, the query protocol.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html>: at most 1,000 figures a
//! call, each with up to 30 dimensions.

use std::collections::BTreeMap;

use super::{refusal::Refusal, request::Form};

/// Most figures of a call.
const MOST: usize = 1_000;
/// Most dimensions of a figure.
const MOST_DIMENSIONS: usize = 30;

/// A figure that was put.
#[derive(Debug, Clone, PartialEq)]
pub struct PutMetric {
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its dimensions.
    pub dimensions: BTreeMap<String, String>,
    /// Its value.
    pub value: f64,
    /// Its unit, when it has one.
    pub unit: Option<String>,
    /// Its time as it was written, when it has one.
    pub timestamp: Option<String>,
}

/// Answers `action` and keeps the figures.
pub(super) fn answer(
    metrics: &mut Vec<PutMetric>,
    (account, region): (&str, &str),
    action: &str,
    form: &Form,
) -> Result<String, Refusal> {
    if action != "PutMetricData" {
        return Err(Refusal::unknown_action(action));
    }
    let namespace = form.need("Namespace")?;
    let invalid = |message: String| Refusal::new(400, "InvalidParameterValue", message);
    let mut put = Vec::new();
    for number in 1.. {
        let prefix = format!("MetricData.member.{number}");
        let field = |name: &str| form.get(&format!("{prefix}.{name}"));
        let Some(name) = field("MetricName") else {
            break;
        };
        let value = field("Value")
            .and_then(|value| value.parse::<f64>().ok())
            .filter(|value| value.is_finite())
            .ok_or_else(|| invalid(format!("The value of {name} is not valid.")))?;
        let dimensions: BTreeMap<String, String> = (1..)
            .map_while(|dimension| {
                let key = field(&format!("Dimensions.member.{dimension}.Name"))?;
                let value = field(&format!("Dimensions.member.{dimension}.Value"))?;
                Some((key.to_owned(), value.to_owned()))
            })
            .collect();
        if dimensions.len() > MOST_DIMENSIONS {
            return Err(invalid(format!(
                "{name} has more than {MOST_DIMENSIONS} dimensions."
            )));
        }
        put.push(PutMetric {
            account: account.to_owned(),
            region: region.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            dimensions,
            value,
            unit: field("Unit").map(str::to_owned),
            timestamp: field("Timestamp").map(str::to_owned),
        });
    }
    if put.is_empty() || put.len() > MOST {
        return Err(invalid(format!(
            "The collection MetricData must have from 1 to {MOST} members."
        )));
    }
    metrics.extend(put);
    Ok(String::new())
}
