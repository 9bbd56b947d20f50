//! Maintenance windows: their executions, tasks and targets, and changes to the windows themselves.

use super::{end, severity};
use crate::notification::console::encoded;
use crate::notification::source::draft::Draft;
use crate::notification::source::event::Event;

pub fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let (window, status) = (detail.str("window-id")?, detail.str("status")?);
    let part = match event.detail_type {
        "Maintenance Window Execution State-change Notification" => " execution",
        "Maintenance Window Task Execution State-change Notification" => " task",
        "Maintenance Window Task Target Invocation State-change Notification" => " task on a target",
        "Maintenance Window Target Registration Notification" => " target",
        "Maintenance Window Task Registration Notification" => " task registration",
        _ => "",
    };
    let path = format!("systems-manager/maintenance-windows/{}/description", encoded(window));
    let draft = Draft::new(severity(status), format!("Maintenance window {window}{part}: {status}"))
        .gist(detail.str("owner-information").or(detail.str("status-details")))
        .subject(Some(window))
        .state(Some(status))
        .paragraph(None, detail.str("status-details"))
        .fact("Owner", detail.str("owner-information"))
        .code("Task", detail.either(&["window-task-id", "task-execution-id"]))
        .code("Target", detail.str("window-target-id"))
        .time("Started", detail.str("start-time"))
        .time("Ended", detail.str("end-time"))
        .link(event.console().map(|console| console.link("the window in Systems Manager", &path, "")));
    // Only the execution as a whole ends.
    let ended = if part == " execution" { end(status) } else { None };
    Some(match detail.str("window-execution-id") {
        Some(execution) => draft.thread(&["ssm-maintenance-window", execution], ended),
        None => draft,
    })
}
