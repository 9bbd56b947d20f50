//! Amazon Inspector Classic's assessment runs, as JSON over SNS.
//!
//! Inspector's reader calls it. Shape: Amazon Inspector Classic User Guide, "Setting up an SNS topic for notifications"
//! (`event`, `template`, `target`, `run`, `finding`, `newstate`, `time`).

use crate::notification::arn::Arn;
use crate::notification::source::draft::Draft;
use crate::notification::source::fields::{Fields, Object, string};
use crate::notification::{Incoming, Severity};

pub fn claims(object: &Object) -> bool {
    string(object, "event").is_some() && string(object, "template").is_some_and(|arn| arn.contains(":inspector:"))
}

pub fn read(object: &Object, incoming: &Incoming<'_>) -> Draft {
    let message = Fields::of_object(object);
    let kind = message.str("event").unwrap_or("OTHER");
    let new_state = message.str("newstate");
    let (severity, what) = match kind {
        "FINDING_REPORTED" => (Severity::Warning, "reported a finding"),
        "ASSESSMENT_RUN_STARTED" => (Severity::Neutral, "started"),
        "ASSESSMENT_RUN_COMPLETED" => (Severity::Good, "completed"),
        "ASSESSMENT_RUN_STATE_CHANGED" => (of_state(new_state), new_state.unwrap_or("changed state")),
        other => (Severity::Neutral, other),
    };
    let arn = message.str("run").or_else(|| message.str("template")).and_then(Arn::parse);
    let run = arn.map(|arn| arn.resource.rsplit('/').next().unwrap_or(arn.resource));
    let named = run.unwrap_or("of an unknown template");
    let draft = Draft::new(severity, format!("Inspector assessment run {named}: {what}"))
        .subject(Some(named))
        .state(new_state.or(Some(kind)))
        .origin("aws.inspector", "Inspector Classic Notification")
        .code("Finding", message.str("finding"))
        .code("Template", message.str("template"))
        .code("Target", message.str("target"))
        .resources(message.str("finding").or_else(|| message.str("run")))
        .since("Time", message.str("time"))
        .place(incoming.place(arn.map(|arn| arn.account), arn.map(|arn| arn.region)));
    match message.str("run") {
        Some(run) => draft.thread(&["inspector", run], (kind == "ASSESSMENT_RUN_COMPLETED").then_some("Completed")),
        None => draft,
    }
}

fn of_state(state: Option<&str>) -> Severity {
    match state.unwrap_or_default() {
        "FAILED" | "ERROR" => Severity::Critical,
        "CANCELED" | "COMPLETED_WITH_ERRORS" => Severity::Warning,
        "COMPLETED" => Severity::Good,
        _ => Severity::Neutral,
    }
}
