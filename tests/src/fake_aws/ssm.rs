//! Maintenance windows of SSM, the JSON protocol.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeMaintenanceWindows.html>: pages of 10 to
//! 100, filters `Name` and `Enabled`, the next execution only.

use serde_json::{Value, json};

use super::refusal::Refusal;

/// A maintenance window.
#[derive(Debug, Clone)]
pub(super) struct Window {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) enabled: bool,
    pub(super) hours: u8,
    /// As SSM writes it, with an offset; none when it is never executed again.
    pub(super) next: Option<String>,
}

/// Answers `action`.
pub(super) fn answer(windows: &[Window], action: &str, asked: &Value) -> Result<Value, Refusal> {
    if action != "DescribeMaintenanceWindows" {
        return Err(Refusal::new(
            400,
            "UnknownOperationException",
            format!("SSM has no {action}"),
        ));
    }
    let most = match asked.get("MaxResults").and_then(Value::as_u64) {
        None => 50,
        Some(most @ 10..=100) => usize::try_from(most).unwrap_or(100),
        Some(most) => {
            return Err(Refusal::new(
                400,
                "ValidationException",
                format!(
                    "1 validation error detected: Value '{most}' at 'maxResults' failed to satisfy constraint: \
                     Member must be between 10 and 100"
                ),
            ));
        }
    };
    let from: usize = match asked.get("NextToken").and_then(Value::as_str) {
        None => 0,
        Some(token) => token.parse().map_err(|_| {
            Refusal::new(400, "InvalidNextToken", "The specified token isn't valid.")
        })?,
    };
    let filters = asked.get("Filters").and_then(Value::as_array);
    let found: Vec<&Window> = windows
        .iter()
        .filter(|window| {
            filters.is_none_or(|filters| filters.iter().all(|filter| passes(window, filter)))
        })
        .collect();
    let page: Vec<Value> = found
        .iter()
        .skip(from)
        .take(most)
        .map(|window| describe(window))
        .collect();
    let mut answer = json!({ "WindowIdentities": page });
    if from + most < found.len() {
        answer["NextToken"] = json!((from + most).to_string());
    }
    Ok(answer)
}

fn describe(window: &Window) -> Value {
    let mut described = json!({
        "WindowId": window.id,
        "Name": window.name,
        "Enabled": window.enabled,
        "Duration": window.hours,
        "Cutoff": 0,
        "Schedule": "cron(0 5 ? * SUN *)",
        "ScheduleTimezone": "UTC",
    });
    if let Some(next) = &window.next {
        described["NextExecutionTime"] = json!(next);
    }
    described
}

fn passes(window: &Window, filter: &Value) -> bool {
    let enabled = window.enabled.to_string();
    let own = match filter.get("Key").and_then(Value::as_str) {
        Some("Name") => window.name.as_str(),
        Some("Enabled") => enabled.as_str(),
        Some(_) | None => return false,
    };
    filter
        .get("Values")
        .and_then(Value::as_array)
        .is_some_and(|values| {
            values
                .iter()
                .filter_map(Value::as_str)
                .any(|value| value.eq_ignore_ascii_case(own))
        })
}
