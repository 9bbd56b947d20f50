//! `CloudFormation`: stacks and their resources, drift, hooks and `StackSets`.
//!
//! A stack's notification topic gets lines of text, which [`text`] takes apart; `EventBridge` sends the same and more.
//! Source: `CloudFormation` User Guide, "`CloudFormation` events detail reference" and "Stack status codes".

mod text;

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::fields::Fields;
use crate::notification::arn::Arn;
use crate::notification::console::Console;
use crate::notification::{Link, Severity};

pub const ENTRY: Entry = Entry::new("cloudformation", "AWS CloudFormation")
    .events(&["aws.cloudformation"], read)
    .texts(text::claims, text::read);

const STACK: &str = "AWS::CloudFormation::Stack";

fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    match event.detail_type {
        "CloudFormation Drift Detection Status Change" => drift(event),
        "CloudFormation Hook Invocation Progress" => hook(event),
        "CloudFormation StackSet Status Change"
        | "CloudFormation StackSet Operation Status Change"
        | "CloudFormation StackSet StackInstance Status Change" => stack_set(event),
        _ => {
            let change = Change {
                stack_id: detail.str("stack-id").or_else(|| event.resources.first().copied())?,
                stack_name: None,
                logical_id: detail.str("logical-resource-id"),
                physical_id: detail.str("physical-resource-id"),
                resource_type: detail.str("resource-type"),
                status: status(detail)?,
                reason: detail.str("status-details.status-reason"),
                token: detail.str("client-request-token"),
            };
            Some(change.draft())
        }
    }
}

fn status(detail: Fields<'_>) -> Option<&str> {
    detail.str("status-details.status").or_else(|| detail.str("status"))
}

/// A stack, or one resource of it, that changed: what text and events both say.
struct Change<'a> {
    /// An ARN; whatever it is, it names the stack.
    stack_id: &'a str,
    stack_name: Option<&'a str>,
    logical_id: Option<&'a str>,
    physical_id: Option<&'a str>,
    resource_type: Option<&'a str>,
    status: &'a str,
    reason: Option<&'a str>,
    /// What is the same in all events of one operation.
    token: Option<&'a str>,
}

impl Change<'_> {
    fn draft(&self) -> Draft {
        let stack = stack_name(self.stack_id).or(self.stack_name).unwrap_or(self.stack_id);
        let resource = self.logical_id.filter(|_| !self.is_of_stack());
        let headline = match resource {
            Some(resource) => format!("Resource {resource} of stack {stack}: {}", self.status),
            None => format!("Stack {stack}: {}", self.status),
        };
        let ended = if self.is_of_stack() { end(self.status) } else { None };
        let mut thread = vec!["cloudformation", self.stack_id];
        thread.extend(self.token);
        let draft = Draft::new(self.severity(), headline)
            .gist(self.reason.or(resource.and(self.resource_type)))
            .subject(Some(stack))
            .state(Some(self.status))
            .resources([self.stack_id])
            .paragraph(None, self.reason)
            .fact("Resource type", self.resource_type.filter(|_| resource.is_some()))
            .code("Physical id", self.physical_id.filter(|_| resource.is_some()))
            .link(page(self.stack_id))
            .thread(&thread, ended);
        match next_step(self.status).filter(|_| self.is_of_stack()) {
            Some(step) => draft.next_step(step),
            None => draft,
        }
    }

    /// A stack reports of itself as of a resource whose physical id is the stack's.
    fn is_of_stack(&self) -> bool {
        match (self.logical_id, self.physical_id) {
            (None, _) => true,
            (_, Some(physical)) => physical == self.stack_id,
            (Some(logical), None) => self.resource_type == Some(STACK) && stack_name(self.stack_id) == Some(logical),
        }
    }

    fn severity(&self) -> Severity {
        // What was cancelled because something else failed is not the failure.
        let followed = self.reason.is_some_and(|reason| {
            let reason = reason.trim_end_matches('.');
            reason.starts_with("Resource ") && reason.ends_with(" cancelled")
        });
        if followed { Severity::Warning } else { severity(self.status) }
    }
}

/// Any rollback is a deployment that failed, also once it is complete.
fn severity(status: &str) -> Severity {
    match status {
        _ if status.ends_with("_FAILED") || status.contains("ROLLBACK") => Severity::Critical,
        "DELETE_SKIPPED" => Severity::Neutral,
        _ if status.ends_with("_COMPLETE") => Severity::Good,
        _ => Severity::Neutral,
    }
}

fn end(status: &str) -> Option<&'static str> {
    match status {
        // Resources are still being removed, but the update is done and can no longer fail.
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" | "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS" => None,
        "DELETE_COMPLETE" => Some("Deleted"),
        _ if status.ends_with("ROLLBACK_COMPLETE") => Some("Rolled back"),
        _ if status.ends_with("_COMPLETE") => Some("Complete"),
        _ if status.ends_with("_FAILED") => Some("Failed"),
        _ => None,
    }
}

/// The states that a stack does not leave by itself. Source: User Guide, "Stack status codes".
fn next_step(status: &str) -> Option<&'static str> {
    match status {
        "UPDATE_ROLLBACK_FAILED" => Some("Fix what blocks the rollback, then continue the update rollback"),
        "ROLLBACK_COMPLETE" => Some("Delete the stack before creating it again: it cannot be updated"),
        "DELETE_FAILED" => Some("Delete the stack again, retaining the resources that cannot be deleted"),
        _ => None,
    }
}

fn drift(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let stack_id = detail.str("stack-id")?;
    let stack = stack_name(stack_id).unwrap_or(stack_id);
    let detection = detail.str("status-details.detection-status");
    let found = detail.str("status-details.stack-drift-status");
    let state = found.or(detection)?;
    let drifted = detail.count("drift-detection-details.drifted-stack-resource-count").filter(|count| *count > 0);
    let severity = match (detection, found) {
        (Some("DETECTION_FAILED"), _) | (_, Some("DRIFTED")) => Severity::Warning,
        (_, Some("IN_SYNC")) => Severity::Good,
        _ => Severity::Neutral,
    };
    let draft = Draft::new(severity, format!("Drift of stack {stack}: {state}"))
        .gist(drifted.map(|count| format!("{count} resources differ from the template")))
        .subject(Some(stack))
        .state(Some(state))
        .fact("Drifted resources", drifted.map(|count| count.to_string()))
        .fact("Detection", detection)
        .link(page(stack_id));
    Some(draft)
}

fn hook(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let hook = detail.str("hook-detail.hook-type-name")?;
    let status = status(detail)?;
    let warns = detail.str("hook-detail.failure-mode") == Some("WARN");
    let severity = match status {
        _ if status.ends_with("FAILED") && warns => Severity::Warning,
        _ if status.ends_with("FAILED") => Severity::Critical,
        _ if status.ends_with("SUCCEEDED") => Severity::Good,
        _ => Severity::Neutral,
    };
    let target = detail.str("target-detail.target-name").or_else(|| detail.str("target-detail.target-id"));
    let reason = detail.str("status-reason");
    let target_id = detail.str("target-detail.target-id");
    let draft = Draft::new(severity, format!("Hook {hook}: {status}"))
        .gist(reason.or(target))
        .subject(Some(hook))
        .state(Some(status))
        .paragraph(None, reason)
        .fact("Target", target.map(|target| stack_name(target).unwrap_or(target)))
        .fact("Action", detail.str("target-detail.target-action"))
        .fact("Invocation", detail.str("target-detail.target-invocation-point"))
        .fact("On failure", detail.str("hook-detail.failure-mode"))
        .link(target_id.and_then(page));
    Some(draft)
}

/// A `StackSet`, an operation on it, or what the operation did to one account's stack.
fn stack_set(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let set_arn = detail.str("stack-set-arn")?;
    // `stackset/NAME:ID`
    let named = Arn::parse(set_arn).and_then(|arn| arn.named("stackset"));
    let set = named.and_then(|named| named.split(':').next()).unwrap_or(set_arn);
    let status = status(detail)?;
    let operation = detail.str("stack-set-operation-id");
    let instance = detail.str("stack-id").and_then(Arn::parse);
    let headline = match (operation, instance) {
        (Some(_), _) => format!("Operation on StackSet {set}: {status}"),
        (_, Some(stack)) => format!("StackSet {set} in {} {}: {status}", stack.account, stack.region),
        _ => format!("StackSet {set}: {status}"),
    };
    let detailed = detail.str("status-details.detailed-status");
    let severity = match status {
        _ if detailed == Some("FAILED") => Severity::Critical,
        "FAILED" | "INOPERABLE" => Severity::Critical,
        "STOPPED" | "STOPPING" | "OUTDATED" | "DELETED" => Severity::Warning,
        "SUCCEEDED" | "CURRENT" => Severity::Good,
        _ => Severity::Neutral,
    };
    let reason = detail.str("status-details.status-reason");
    let action = detail.str("action");
    let console = event.console();
    let draft = Draft::new(severity, headline)
        .gist(reason.or(action))
        .subject(Some(set))
        .state(Some(status))
        .resources([set_arn])
        .paragraph(None, reason)
        .fact("Action", action)
        .fact("Detailed status", detailed)
        .link(
            console
                .map(|console| console.link("the StackSets in CloudFormation", "cloudformation/home", "#/stacksets")),
        );
    let ended = match status {
        "SUCCEEDED" => Some("Succeeded"),
        "FAILED" => Some("Failed"),
        "STOPPED" => Some("Stopped"),
        _ => None,
    };
    Some(match operation {
        Some(operation) => draft.thread(&["cloudformation", set_arn, operation], ended),
        None => draft,
    })
}

/// `arn:…:stack/NAME/ID` → `NAME`.
fn stack_name(stack_id: &str) -> Option<&str> {
    Arn::parse(stack_id)?.named("stack")?.split('/').next().filter(|name| !name.is_empty())
}

fn page(stack_id: &str) -> Option<Link> {
    let arn = Arn::parse(stack_id)?;
    Console::of_arn(&arn, None)?.resource(&arn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_of_stacks() {
        for (status, level, ended) in [
            ("CREATE_IN_PROGRESS", Severity::Neutral, None),
            ("CREATE_COMPLETE", Severity::Good, Some("Complete")),
            ("CREATE_FAILED", Severity::Critical, Some("Failed")),
            ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", Severity::Neutral, None),
            ("UPDATE_ROLLBACK_IN_PROGRESS", Severity::Critical, None),
            ("UPDATE_ROLLBACK_COMPLETE", Severity::Critical, Some("Rolled back")),
            ("UPDATE_ROLLBACK_FAILED", Severity::Critical, Some("Failed")),
            ("DELETE_COMPLETE", Severity::Good, Some("Deleted")),
            ("DELETE_SKIPPED", Severity::Neutral, None),
            ("REVIEW_IN_PROGRESS", Severity::Neutral, None),
        ] {
            assert_eq!((severity(status), end(status)), (level, ended), "{status}");
        }
    }
}
