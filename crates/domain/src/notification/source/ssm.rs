//! Systems Manager: automations, commands, associations, compliance, maintenance windows, parameters, `OpsItems`, calendars.
//!
//! Shapes: Systems Manager User Guide, "Amazon `EventBridge` event examples for Systems Manager", "Reference: Amazon
//! `EventBridge` event patterns and types" and "Example Amazon SNS notifications". Its features spell states each in their
//! own way; [`severity`] and [`end`] read them all. Parameters of commands and documents never reach a card.

mod automation;
mod maintenance_window;
mod operations;
mod run_command;
mod state_manager;

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use crate::notification::Severity;

pub const ENTRY: Entry = Entry::new("ssm", "AWS Systems Manager")
    .events(&["aws.ssm"], read)
    .objects(run_command::claims, run_command::read_object);

/// Longer ones are no state.
const STATE_LENGTH: usize = 40;

fn read(event: &Event<'_>) -> Option<Draft> {
    match event.detail_type {
        "EC2 Automation Execution Status-change Notification" => automation::execution(event),
        "EC2 Automation Step Status-change Notification" => automation::step(event),
        "Change Request Status Update" => automation::change_request(event),
        "EC2 Command Status-change Notification" | "EC2 Command Invocation Status-change Notification" => {
            run_command::read(event)
        }
        "EC2 State Manager Association State Change" => state_manager::association(event),
        "EC2 State Manager Instance Association State Change" => state_manager::association_of_instance(event),
        "Configuration Compliance State Change" => state_manager::compliance(event),
        "Inventory Resource State Change" => state_manager::inventory(event),
        "Parameter Store Change" => operations::parameter(event),
        "Parameter Store Policy Action" => operations::parameter_policy(event),
        "OpsItem Create" | "OpsItem Update" => operations::ops_item(event),
        "Calendar State Change" => operations::calendar(event),
        _ if event.detail_type.starts_with("Maintenance Window ") => maintenance_window::read(event),
        _ => None,
    }
}

/// `TimedOut`, `TIMED_OUT` and `Timed Out` are one state.
fn folded(state: &str) -> String {
    state.chars().take(STATE_LENGTH).filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

fn severity(state: &str) -> Severity {
    match folded(state).as_str() {
        "FAILED"
        | "TIMEDOUT"
        | "DELIVERYTIMEDOUT"
        | "EXECUTIONTIMEDOUT"
        | "UNDELIVERABLE"
        | "TERMINATED"
        | "INVALIDPLATFORM"
        | "ACCESSDENIED"
        | "COMPLETEDWITHFAILURE"
        | "RATEEXCEEDED" => Severity::Critical,
        "CANCELLED"
        | "CANCELED"
        | "CANCELLING"
        | "REJECTED"
        | "NONCOMPLIANT"
        | "PENDINGAPPROVAL"
        | "PENDINGCHANGECALENDAROVERRIDE"
        | "CHANGECALENDAROVERRIDEREJECTED"
        | "SKIPPEDOVERLAPPING" => Severity::Warning,
        "SUCCESS" | "COMPLIANT" | "COMPLETEDWITHSUCCESS" | "RESOLVED" => Severity::Good,
        // `COMPLETE` of a maintenance window's task is sent "whether the task is successful or not".
        _ => Severity::Neutral,
    }
}

/// How an execution went, if the state is its last.
fn end(state: &str) -> Option<&'static str> {
    match folded(state).as_str() {
        "SUCCESS" | "COMPLETEDWITHSUCCESS" => Some("Succeeded"),
        "FAILED" | "COMPLETEDWITHFAILURE" | "UNDELIVERABLE" | "TERMINATED" => Some("Failed"),
        "TIMEDOUT" | "DELIVERYTIMEDOUT" | "EXECUTIONTIMEDOUT" => Some("Timed out"),
        "CANCELLED" | "CANCELED" => Some("Cancelled"),
        "REJECTED" => Some("Rejected"),
        "SKIPPEDOVERLAPPING" => Some("Skipped"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_state_is_one() {
        for state in ["TimedOut", "TIMED_OUT", "Timed Out"] {
            assert_eq!((severity(state), end(state)), (Severity::Critical, Some("Timed out")), "{state}");
        }
        for state in ["non_compliant", "NON_COMPLIANT", "Canceled", "CANCELLED", "PendingApproval"] {
            assert_eq!(severity(state), Severity::Warning, "{state}");
        }
        for state in ["COMPLETE", "IN_PROGRESS", "InProgress", "", "Scheduled"] {
            assert_eq!((severity(state), end(state)), (Severity::Neutral, None), "{state}");
        }
    }
}
