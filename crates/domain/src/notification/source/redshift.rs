//! Redshift: events of clusters and snapshots by SNS, and statements of its Data API by `EventBridge`.
//!
//! Shapes: Redshift Management Guide, "Amazon Redshift event notifications" and "Monitoring events for the Amazon Redshift Data
//! API in Amazon `EventBridge`".

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::event_subscription::{Publisher, SubscriptionMessage, publisher};
use super::fields::Object;
use crate::notification::text::first_line;
use crate::notification::{Incoming, Severity};

pub const ENTRY: Entry = Entry::new("redshift", "Amazon Redshift")
    .events(&["aws.redshift", "aws.redshift-data", "aws.redshift-serverless"], read)
    .objects(|object| publisher(object) == Some(Publisher::Redshift), read_object);

/// Longer sentences are cut in the headline and stand whole below it.
const HEADLINE_LENGTH: usize = 100;

fn read_object(object: &Object, incoming: &Incoming<'_>) -> Draft {
    let message = SubscriptionMessage::read(object);
    let name = message.source_id.unwrap_or("of no name");
    let kind = if message.source_type.contains("snapshot") { "snapshot" } else { "cluster" };
    let line = first_line(message.text, HEADLINE_LENGTH).unwrap_or_default();
    let categories: Vec<_> = message.fields.texts("Event Categories").take(5).collect();
    let stated = message.fields.str("Severity");
    let state = categories.first().map(ToString::to_string).or_else(|| message.event_id.map(str::to_owned));
    let draft =
        Draft::new(severity(stated, message.text), format!("Redshift {kind} {name}: {}", line.trim_end_matches('.')))
            .gist(state.clone())
            .subject(Some(name))
            .state(state.or_else(|| stated.map(str::to_owned)))
            .paragraph(None, (line.trim() != message.text).then_some(message.text))
            .fact("Severity", stated)
            .fact("Category", (!categories.is_empty()).then(|| categories.join(", ")))
            .code("Event", message.event_id)
            .resources(message.arn)
            .origin("aws.redshift", "Redshift Event")
            .since("Time", message.time());
    match message.place(incoming) {
        Some(place) => draft.place(place),
        None => draft,
    }
}

/// Redshift states `INFO` or `ERROR`; the sentence tells an error that matters less from one that stops the cluster.
fn severity(stated: Option<&str>, text: &str) -> Severity {
    let failed = ["failed", "failure", "unavailable"].iter().any(|word| text.contains(word));
    match stated {
        Some("ERROR") => Severity::Critical,
        _ if failed => Severity::Warning,
        _ => Severity::Neutral,
    }
}

fn read(event: &Event<'_>) -> Option<Draft> {
    if event.detail_type != "Redshift Data Statement Status Change" {
        return None;
    }
    let detail = event.detail;
    let id = detail.str("statementId")?;
    let (name, state) = (detail.str("statementName").unwrap_or(id), detail.str("state")?);
    let severity = match state {
        "FAILED" => Severity::Critical,
        "ABORTED" => Severity::Warning,
        "FINISHED" => Severity::Good,
        _ => Severity::Neutral,
    };
    Some(
        Draft::new(severity, format!("Redshift statement {name}: {state}"))
            .gist(detail.text("rows").map(|rows| format!("{rows} rows")))
            .subject(Some(name))
            .state(Some(state))
            .paragraph(None, detail.str("error"))
            .fact("Rows", detail.text("rows"))
            .code("Statement", Some(id))
            .code("By", detail.str("principal")),
    )
}
