//! Simulated permissions, the query protocol.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html>: one result for each action
//! and resource, `allowed` or `implicitDeny`.

use std::collections::BTreeSet;

use super::{refusal::Refusal, request::Form, xml::element};

/// Answers `action` by what is `denied`.
pub(super) fn answer(
    denied: &BTreeSet<String>,
    action: &str,
    form: &Form,
) -> Result<String, Refusal> {
    if action != "SimulatePrincipalPolicy" {
        return Err(Refusal::unknown_action(action));
    }
    form.need("PolicySourceArn")?;
    let actions: Vec<&str> = form.list("ActionNames.member").collect();
    if actions.is_empty() {
        form.need("ActionNames.member.1")?;
    }
    let mut resources: Vec<&str> = form.list("ResourceArns.member").collect();
    if resources.is_empty() {
        resources.push("*");
    }
    let mut out = String::from("<EvaluationResults>");
    for action in actions {
        let decision = if denied.contains(action) {
            "implicitDeny"
        } else {
            "allowed"
        };
        for resource in &resources {
            out.push_str("<member>");
            element(&mut out, "EvalActionName", action);
            element(&mut out, "EvalResourceName", resource);
            element(&mut out, "EvalDecision", decision);
            out.push_str("<MatchedStatements/><MissingContextValues/></member>");
        }
    }
    out.push_str("</EvaluationResults><IsTruncated>false</IsTruncated>");
    Ok(out)
}
