//! CloudWatch Synthetics: canaries whose run failed or that cannot run.
//!
//! Source: CloudWatch User Guide, "Monitoring canary events with Amazon `EventBridge`".

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use crate::notification::console::{Console, encoded};
use crate::notification::{Link, Severity};

pub const ENTRY: Entry = Entry::new("synthetics", "Amazon CloudWatch Synthetics").events(&["aws.synthetics"], read);

fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let canary = detail.str("canary-name")?;
    let run = detail.str("test-run-status");
    let state = run.or_else(|| detail.str("current-state"))?;
    let reason = detail.str("state-reason");
    let draft = Draft::new(severity(state), format!("Canary {canary}: {state}"))
        .gist(reason)
        .subject(Some(canary))
        .state(Some(state))
        .paragraph(None, reason)
        .fact("Before", detail.str("previous-state"))
        .code("Artifacts", detail.str("artifact-location"))
        .link(event.console().map(|console| page(console, canary)));
    // Runs of one canary are one matter: it fails until it passes again.
    Some(match run {
        Some(run) => draft.thread(&["synthetics", &who(event), canary], (run == "PASSED").then_some("Passed")),
        None => draft,
    })
}

fn who(event: &Event<'_>) -> String {
    [event.account, event.region].map(Option::unwrap_or_default).join("/")
}

fn severity(state: &str) -> Severity {
    match state {
        "FAILED" | "ERROR" => Severity::Critical,
        "PASSED" => Severity::Good,
        "STOPPED" | "STOPPING" => Severity::Warning,
        _ => Severity::Neutral,
    }
}

fn page(console: Console<'_>, canary: &str) -> Link {
    console.link(
        "the canary in CloudWatch",
        "cloudwatch/home",
        &format!("#synthetics:canary/detail/{}", encoded(canary)),
    )
}
