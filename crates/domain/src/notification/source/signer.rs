//! Signer: signing jobs that succeeded or failed.
//!
//! Source: Signer Developer Guide, "Monitor Signer".

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use crate::notification::Severity;

pub const ENTRY: Entry = Entry::new("signer", "AWS Signer").events(&["aws.signer"], read);

fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let (id, state) = (detail.str("job_id")?, detail.str("status")?);
    let (severity, ended) = match state {
        "Failed" => (Severity::Critical, Some("Failed")),
        "Succeeded" => (Severity::Good, Some("Succeeded")),
        _ => (Severity::Neutral, None),
    };
    let object = |at: &str| {
        let place = detail.fields(at);
        Some(format!("{}/{}", place.str("bucketName")?, place.str("key")?))
    };
    let source = object("source");
    let reason = detail.either(&["status_reason", "statusReason"]);
    let subject = detail.str("source.key").unwrap_or(id);
    let draft = Draft::new(severity, format!("Signing of {subject}: {state}"))
        .gist(reason.clone().or_else(|| detail.text("platform")))
        .subject(Some(subject))
        .state(Some(state))
        .paragraph(None, reason)
        .fact("Platform", detail.str("platform"))
        .code("Unsigned", source)
        .code("Signed", object("destination"))
        .code("Job", Some(id))
        .thread(&["signer", id], ended);
    Some(draft)
}
