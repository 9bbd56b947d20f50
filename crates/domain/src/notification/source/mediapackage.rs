//! Elemental `MediaPackage`: inputs, key providers and harvest jobs.
//!
//! Shapes: `MediaPackage` User Guide, "Monitoring with Amazon `EventBridge`"; the schemas of its events.

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use crate::notification::Severity;
use crate::notification::arn::Arn;

pub const ENTRY: Entry = Entry::new("mediapackage", "AWS Elemental MediaPackage").events(&["aws.mediapackage"], read);

fn read(event: &Event<'_>) -> Option<Draft> {
    if event.detail.has("harvest_job") {
        return harvest(event);
    }
    let detail = event.detail;
    let state = detail.str("event")?;
    let resource = event.resources.first().map(|arn| Arn::parse(arn).map_or(*arn, |arn| arn.short()));
    let subject = resource.or(detail.str("packaging_configuration_id")).unwrap_or("MediaPackage");
    let failed = state.contains("Error") || state.contains("Fail") || state.contains("MaxInput");
    let severity = if failed { Severity::Critical } else { Severity::Neutral };
    Some(
        Draft::new(severity, format!("MediaPackage {subject}: {state}"))
            .gist(detail.str("message"))
            .subject(Some(subject))
            .state(Some(state))
            .paragraph(None, detail.str("message"))
            .code("Packaging", detail.str("packaging_configuration_id")),
    )
}

fn harvest(event: &Event<'_>) -> Option<Draft> {
    let job = event.detail.fields("harvest_job");
    let (id, state) = (job.str("id")?, job.str("status")?);
    let (severity, ended) = match state {
        "FAILED" => (Severity::Critical, Some("Failed")),
        "SUCCEEDED" => (Severity::Good, Some("Succeeded")),
        _ => (Severity::Neutral, None),
    };
    Some(
        Draft::new(severity, format!("Harvest job {id}: {state}"))
            .gist(job.str("origin_endpoint_id").map(|endpoint| format!("of {endpoint}")))
            .subject(Some(id))
            .state(Some(state))
            .fact("Endpoint", job.str("origin_endpoint_id"))
            .fact("Bucket", job.str("s3_destination.bucket_name"))
            .code("Manifest", job.str("s3_destination.manifest_key"))
            .time("From", job.str("start_time"))
            .time("To", job.str("end_time"))
            .thread(&["mediapackage-harvest", job.str("arn").unwrap_or(id)], ended),
    )
}
