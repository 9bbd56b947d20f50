//! Database Migration Service: replication instances, tasks and serverless replications, by `EventBridge` and by SNS.
//!
//! Shapes: DMS User Guide, "Working with Amazon `EventBridge` events and notifications" and "Working with Amazon SNS events".

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::event_subscription::{Publisher, SubscriptionMessage, publisher};
use super::fields::Object;
use crate::notification::arn::Arn;
use crate::notification::console::encoded;
use crate::notification::{Incoming, Link, Severity};

pub const ENTRY: Entry = Entry::new("dms", "AWS Database Migration Service")
    .events(&["aws.dms"], read)
    .objects(|object| publisher(object) == Some(Publisher::Dms), read_object);

/// How the console's page of a task begins; DMS links it in its events.
const TASK_PAGE: &str = "#taskDetails/";

fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let state = detail.str("eventType").or(detail.str("category"))?;
    let task = detail.str("resourceLink").and_then(|link| link.split_once(TASK_PAGE)).map(|(_, name)| name);
    let arn = event.resources.first().copied();
    let of_arn = arn.and_then(Arn::parse).and_then(|arn| arn.resource.rsplit(':').next());
    let of_link = detail.str("resourceLink").and_then(|link| link.rsplit_once('/')).map(|(_, name)| name);
    let name = task.or(of_link).or(of_arn).filter(|name| !name.is_empty()).or(arn)?;
    let kind = detail.str("type").map_or_else(|| "resource".to_owned(), |kind| kind.to_lowercase().replace('_', " "));
    let text = detail.str("detailMessage");
    Some(
        Draft::new(severity(detail.str("category"), state), format!("DMS {kind} {name}: {state}"))
            .gist(text)
            .subject(Some(name))
            .state(Some(state))
            .paragraph(None, text)
            .fact("Category", detail.str("category"))
            .code("Event", detail.str("eventId"))
            .link(task.and_then(|task| task_page(event, task))),
    )
}

fn task_page(event: &Event<'_>, task: &str) -> Option<Link> {
    let fragment = format!("{TASK_PAGE}{}", encoded(task));
    Some(event.console()?.link("the task in DMS", "dms/v2/home", &fragment))
}

fn read_object(object: &Object, incoming: &Incoming<'_>) -> Draft {
    let message = SubscriptionMessage::read(object);
    let kind = message.source_type.replace('-', " ");
    let name = message.source_id.unwrap_or("of no name");
    let text = message.text.trim_end_matches('.');
    let draft = Draft::new(severity(None, text), format!("DMS {kind} {name}: {text}"))
        .gist(message.event_id)
        .subject(Some(name))
        .state(message.event_id.or(Some(message.source_type)))
        .code("Event", message.event_id)
        .resources(message.arn)
        .origin("aws.dms", "DMS Event")
        .since("Time", message.time());
    match message.place(incoming) {
        Some(place) => draft.place(place),
        None => draft,
    }
}

/// `state` is an event type (`REPLICATION_TASK_FAILED`) or, by SNS, a sentence.
fn severity(category: Option<&str>, state: &str) -> Severity {
    let state = state.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| state.contains(word));
    match category {
        Some("Failure" | "LowStorage") => Severity::Critical,
        _ if says(&["failed", "failure", "inaccessible", "exhausted"]) => Severity::Critical,
        _ if says(&["storage"]) && says(&[" low"]) => Severity::Critical,
        Some("Failover" | "Deletion") => Severity::Warning,
        _ if says(&["stopped", "deleted", "paused", "cancelled"]) => Severity::Warning,
        _ => Severity::Neutral,
    }
}
