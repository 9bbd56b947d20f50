//! State Manager's associations, and what the nodes are found to be: their compliance and inventory.

use serde_json::Value;

use super::severity;
use crate::notification::console::encoded;
use crate::notification::source::draft::Draft;
use crate::notification::source::event::Event;
use crate::notification::source::fields::scalar;
use crate::notification::{Link, Severity};

/// Entries of a list inside a string that a card shows.
const SHOWN: usize = 5;
/// What Java writes for "not said".
const NOT_SAID: &str = "Optional.empty";

pub fn association(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let status = detail.str("status").unwrap_or("changed");
    let name = name(event)?;
    let counts = counts(detail.str("association-status-aggregated-count"));
    Some(
        Draft::new(severity(status), format!("Association {name}: {status}"))
            .gist(counts.clone())
            .subject(Some(name))
            .state(Some(status))
            .fact("Nodes", counts)
            .fact("Document", said(detail.str("document-name")).filter(|document| *document != name))
            .fact("Targets", targets(detail.str("targets")))
            .code("Schedule", said(detail.str("schedule-expression")))
            .time("Last success", said(detail.str("last-successful-execution-date")))
            .since("Last run", said(detail.str("last-execution-date")))
            .link(page(event)),
    )
}

pub fn association_of_instance(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let status = detail.str("status").unwrap_or("changed");
    let (name, node) = (name(event)?, detail.str("instance-id")?);
    Some(
        Draft::new(severity(status), format!("Association {name} on {node}: {status}"))
            .gist(said(detail.str("error-code")).or(said(detail.str("execution-summary"))))
            .subject(Some(node))
            .state(Some(status))
            .paragraph(None, said(detail.str("execution-summary")))
            .fact("Status", said(detail.str("detailed-status")))
            .fact("Error", said(detail.str("error-code")))
            .time("Last success", said(detail.str("last-successful-execution-date")))
            .since("Last run", said(detail.str("last-execution-date")))
            .link(page(event)),
    )
}

/// Its own name, else its document's.
fn name<'a>(event: &Event<'a>) -> Option<&'a str> {
    let names = ["association-name", "document-name", "association-id"];
    names.iter().find_map(|name| said(event.detail.str(name)))
}

fn said(value: Option<&str>) -> Option<&str> {
    value.filter(|value| *value != NOT_SAID)
}

fn page(event: &Event<'_>) -> Option<Link> {
    let path = format!("systems-manager/state-manager/{}/description", encoded(event.detail.str("association-id")?));
    Some(event.console()?.link("the association in Systems Manager", &path, ""))
}

/// `{"Success":3,"Failed":1}` inside a string: `3 Success, 1 Failed`.
fn counts(text: Option<&str>) -> Option<String> {
    let Value::Object(counts) = serde_json::from_str(text?).ok()? else { return None };
    let words: Vec<String> =
        counts.iter().take(SHOWN).filter_map(|(state, count)| Some(format!("{} {state}", scalar(count)?))).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// `[{"key":"tag:Role","values":["web"]}]` inside a string: `tag:Role web`.
fn targets(text: Option<&str>) -> Option<String> {
    let Value::Array(targets) = serde_json::from_str(text?).ok()? else { return None };
    let words = targets.iter().take(SHOWN).filter_map(|target| {
        let values: Vec<&str> =
            target.get("values")?.as_array()?.iter().take(SHOWN).filter_map(Value::as_str).collect();
        Some(format!("{} {}", target.get("key")?.as_str()?, values.join(", ")))
    });
    let words: Vec<String> = words.collect();
    (!words.is_empty()).then(|| words.join("; "))
}

pub fn compliance(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let (resource, status) = (detail.str("resource-id")?, detail.str("compliance-status")?);
    let kind = detail.str("compliance-type").unwrap_or("Configuration");
    let severity = severity(status);
    let ended = (severity == Severity::Good).then_some("Compliant");
    Some(
        Draft::new(severity, format!("{kind} compliance of {resource}: {status}"))
            .gist(detail.str("severity").map(|severity| format!("severity {severity}")))
            .subject(Some(resource))
            .state(Some(status))
            .fact("Severity", detail.str("severity"))
            .code("Patch baseline", detail.str("patch-baseline-id"))
            .time("Last run", detail.str("last-runtime"))
            .thread(&["ssm-compliance", kind, resource], ended),
    )
}

/// A deletion's reason ends with its summary as JSON: `The deletion summary is: {"totalCount":2,…}`.
fn without_json(reason: &str) -> &str {
    let Some((said, _)) = reason.split_once(": {") else { return reason };
    said.rfind(". ").and_then(|end| said.get(..=end)).unwrap_or(said)
}

pub fn inventory(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let (kind, status) = (detail.str("type-name")?, detail.str("action-status").unwrap_or("changed"));
    let action = detail.str("action").unwrap_or("change");
    let severity = if status.eq_ignore_ascii_case("failed") { Severity::Warning } else { Severity::Neutral };
    Some(
        Draft::new(severity, format!("Inventory {kind}, {action}: {status}"))
            .gist(detail.str("resource-id"))
            .subject(Some(kind))
            .state(Some(status))
            .paragraph(None, detail.str("action-reason").map(without_json))
            .code("Node", detail.str("resource-id")),
    )
}
