//! Elemental `MediaLive`: alerts and states of channels and multiplexes.
//!
//! Shapes: `MediaLive` User Guide, "Monitoring with Amazon `EventBridge`"; the schemas of its events.

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use crate::notification::Severity;
use crate::notification::arn::Arn;

pub const ENTRY: Entry = Entry::new("medialive", "AWS Elemental MediaLive").events(&["aws.medialive"], read);

fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let multiplex = event.detail_type.contains("Multiplex");
    let arn = detail.either(&["channel_arn", "multiplex_arn"]);
    let arn = arn.as_deref().or_else(|| event.resources.first().copied());
    let name = arn.map(|arn| {
        Arn::parse(arn).and_then(|arn| arn.named(if multiplex { "multiplex" } else { "channel" })).unwrap_or(arn)
    });
    let kind = if multiplex { "multiplex" } else { "channel" };
    let subject = name.unwrap_or(kind);
    let message = detail.str("message");
    let (severity, headline, state) = if let Some(alarm) = detail.str("alarm_state") {
        let alert = detail.str("alert_type").unwrap_or("Alert");
        (alert_severity(alarm), format!("MediaLive {kind} {subject}, {alert}: {alarm}"), alarm)
    } else if let Some(state) = detail.str("state") {
        (state_severity(state), format!("MediaLive {kind} {subject}: {state}"), state)
    } else if event.detail_type == "MediaLive Channel Input Change" {
        let input = detail.str("active_input_attachment_name").unwrap_or("another input");
        (Severity::Neutral, format!("MediaLive {kind} {subject} switched to {input}"), "input changed")
    } else {
        return None;
    };
    let draft = Draft::new(severity, headline)
        .gist(message)
        .subject(Some(subject))
        .state(Some(state))
        .paragraph(None, message)
        .fact("Pipeline", detail.text("pipeline"))
        .fact("Pipelines running", detail.text("pipelines_running_count"))
        .fact("Switch", detail.str("active_input_switch_action_name"));
    Some(match detail.str("alarm_id") {
        Some(alarm) => draft.thread(&["medialive", subject, alarm], (state == "CLEARED").then_some("Cleared")),
        None => draft,
    })
}

fn alert_severity(alarm: &str) -> Severity {
    match alarm {
        "SET" => Severity::Critical,
        "CLEARED" => Severity::Good,
        _ => Severity::Neutral,
    }
}

fn state_severity(state: &str) -> Severity {
    match state {
        "CREATE_FAILED" | "UPDATE_FAILED" => Severity::Critical,
        "RECOVERING" | "STOPPED" | "DELETED" => Severity::Warning,
        "RUNNING" => Severity::Good,
        _ => Severity::Neutral,
    }
}
