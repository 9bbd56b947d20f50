//! Automation: executions, their steps, and the change requests of Change Manager that start them.

use super::{end, severity};
use crate::notification::Link;
use crate::notification::arn::Arn;
use crate::notification::console::encoded;
use crate::notification::duration;
use crate::notification::source::draft::Draft;
use crate::notification::source::event::Event;

pub fn execution(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let (runbook, status) = (detail.str("Definition")?, detail.str("Status").unwrap_or("changed"));
    let waits = status == "PendingApproval";
    let headline = if waits {
        format!("Automation {runbook} waits for approval")
    } else {
        format!("Automation {runbook}: {status}")
    };
    let mut draft = about(event, Draft::new(severity(status), headline), runbook, status)
        .gist(took(event).map(|took| format!("after {took}")).or_else(|| started_by(event)))
        .code("Started by", detail.str("ExecutedBy"));
    if waits {
        draft = draft.next_step("Review the automation, then approve or reject it in Systems Manager");
    }
    Some(match detail.str("ExecutionId") {
        Some(id) => draft.thread(&["ssm-automation", id], end(status)),
        None => draft,
    })
}

/// `by user/jonas`.
fn started_by(event: &Event<'_>) -> Option<String> {
    let who = event.detail.str("ExecutedBy")?;
    Some(format!("by {}", Arn::parse(who).map_or(who, |arn| arn.short())))
}

pub fn step(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let (runbook, step) = (detail.str("Definition")?, detail.str("StepName")?);
    let status = detail.str("Status").unwrap_or("changed");
    let headline = format!("Automation {runbook}, step {step}: {status}");
    let draft = about(event, Draft::new(severity(status), headline), runbook, status)
        .gist(detail.str("Action"))
        .code("Action", detail.str("Action"));
    // The execution goes on, or ends with a message of its own.
    Some(match detail.str("ExecutionId") {
        Some(id) => draft.thread(&["ssm-automation", id], None),
        None => draft,
    })
}

fn about(event: &Event<'_>, draft: Draft, runbook: &str, status: &str) -> Draft {
    let id = event.detail.str("ExecutionId");
    draft
        .subject(Some(runbook))
        .state(Some(status))
        .fact("Duration", took(event))
        .code("Execution", id)
        .link(id.and_then(|id| page(event, id)))
}

/// `Time` is the milliseconds that it took so far.
fn took(event: &Event<'_>) -> Option<String> {
    const LONGEST: f64 = 1e15;
    let milliseconds = event.detail.number("Time").filter(|number| (1.0..LONGEST).contains(number))?;
    // A float's digits before the point: AWS writes `5753.0`.
    let whole = format!("{milliseconds:.0}").parse().ok()?;
    Some(duration::of_ms(whole))
}

fn page(event: &Event<'_>, execution: &str) -> Option<Link> {
    let path = format!("systems-manager/automation/execution/{}", encoded(execution));
    Some(event.console()?.link("the automation in Systems Manager", &path, ""))
}

pub fn change_request(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let id = detail.str("change-request-id");
    let title = detail.str("change-request-title").or(id)?;
    let status = detail.str("ops-item-status").unwrap_or("changed");
    let draft = Draft::new(severity(status), format!("Change request {title}: {status}"))
        .gist(detail.str("change-template-document-name"))
        .subject(Some(title))
        .state(Some(status))
        .fact("Template", detail.str("change-template-document-name"))
        .code("Runbook", detail.str("runbook-document-arn"))
        .code("Requested by", detail.str("ops-item-created-by"))
        .since("Updated", detail.str("ops-item-modified-time"));
    Some(match id {
        Some(id) => draft.thread(&["ssm-change-request", id], end(status)),
        None => draft,
    })
}
