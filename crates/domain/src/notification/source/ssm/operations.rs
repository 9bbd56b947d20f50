//! Parameter Store, `OpsCenter` and Change Calendar.

use super::folded;
use crate::notification::arn::Arn;
use crate::notification::console::encoded;
use crate::notification::source::draft::Draft;
use crate::notification::source::event::Event;
use crate::notification::{Link, Severity};

pub fn parameter(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let (name, operation) = (detail.str("name")?, detail.str("operation")?);
    let severity = if operation == "Delete" { Severity::Warning } else { Severity::Neutral };
    Some(
        Draft::new(severity, format!("Parameter {name}: {operation}"))
            .gist(detail.str("description").or(detail.str("type")))
            .subject(Some(name))
            .state(Some(operation))
            .paragraph(Some("Description"), detail.str("description"))
            .fact("Type", detail.str("type"))
            .fact("Labels", detail.text("labels"))
            // A deleted parameter has no page.
            .link((operation != "Delete").then(|| parameter_page(event, name)).flatten()),
    )
}

/// A policy of an advanced parameter came true. Guide: "Assigning parameter policies in Parameter Store".
pub fn parameter_policy(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let name = detail.str("parameter-name").or(detail.str("name"))?;
    let policy = detail.str("policy-type")?;
    let (severity, says) = match policy {
        "Expiration" => (Severity::Critical, "expired and was deleted"),
        "ExpirationNotification" => (Severity::Warning, "is about to expire"),
        "NoChangeNotification" => (Severity::Warning, "has not changed for long"),
        _ => (Severity::Neutral, "met a condition of its policy"),
    };
    let mut draft = Draft::new(severity, format!("Parameter {name} {says}"))
        .gist(detail.str("action-reason"))
        .subject(Some(name))
        .state(Some(policy))
        .paragraph(None, detail.str("action-reason"))
        .fact("Policy", Some(policy))
        .fact("Action", detail.str("action-status"))
        .link((policy != "Expiration").then(|| parameter_page(event, name)).flatten());
    if policy == "ExpirationNotification" {
        draft = draft.next_step("Renew the value or move the expiration, else the parameter is deleted");
    }
    Some(draft)
}

/// The console escapes the name in the path twice: a name may hold slashes.
fn parameter_page(event: &Event<'_>, name: &str) -> Option<Link> {
    let path = format!("systems-manager/parameters/{}/description", encoded(&encoded(name)));
    Some(event.console()?.link("the parameter in Systems Manager", &path, ""))
}

pub fn ops_item(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let id = detail.str("ops-item-id");
    let title = detail.str("title").or(id)?;
    let status = detail.str("status").unwrap_or("changed");
    let resolved = matches!(folded(status).as_str(), "RESOLVED" | "CLOSED");
    let path = |id| format!("systems-manager/opsitems/{}", encoded(id));
    let draft =
        Draft::new(ops_severity(resolved, detail.text("severity").as_deref()), format!("OpsItem {title}: {status}"))
            .gist(detail.str("source"))
            .subject(Some(title))
            .state(Some(status))
            .paragraph(None, detail.str("description"))
            .fact("From", detail.str("source"))
            .fact("Severity", detail.text("severity"))
            .fact("Category", detail.str("category"))
            .fact("Priority", detail.text("priority"))
            .code("OpsItem", id)
            .code("By", detail.str("modified-by").or(detail.str("created-by")))
            .link(id.and_then(|id| Some(event.console()?.link("the OpsItem in Systems Manager", &path(id), ""))));
    Some(match id {
        Some(id) => draft.thread(&["ssm-opsitem", id], resolved.then_some("Resolved")),
        None => draft,
    })
}

/// `OpsCenter`: "Severity … 1 is critical, 4 is low".
fn ops_severity(resolved: bool, severity: Option<&str>) -> Severity {
    match severity {
        _ if resolved => Severity::Good,
        Some("1" | "2") => Severity::Critical,
        Some("4") => Severity::Neutral,
        _ => Severity::Warning,
    }
}

pub fn calendar(event: &Event<'_>) -> Option<Draft> {
    let state = event.detail.str("state")?;
    let arn = event.resources.first().copied();
    let name = arn.and_then(Arn::parse).and_then(|arn| arn.named("document")).or(arn)?;
    let says = match state {
        "CLOSED" => Some("Changes that respect it wait until it opens"),
        "OPEN" => Some("Changes that respect it may run"),
        _ => None,
    };
    Some(
        Draft::new(Severity::Neutral, format!("Change calendar {name}: {state}"))
            .gist(says)
            .subject(Some(name))
            .state(Some(state))
            .paragraph(None, says)
            .time("Next change", event.detail.str("nextTransitionTime"))
            .since("Since", event.detail.str("atTime")),
    )
}
