//! AWS Chatbot's custom notification: the sender's own words, in the chat client's own markdown.
//!
//! Schema: AWS Chatbot Administrator Guide, "Custom notifications". A wrong one is not dropped: what is readable of it is
//! shown, with the path and the reason of every fault, so that its author can mend it from the chat room.

mod faults;

use serde_json::Value;

use self::faults::faults;
use super::fields::{Object, list, scalar, string};
use crate::delivery::Priority;
use crate::notification::text::first_line;
use crate::notification::triage::Triage;
use crate::notification::{About, Card, Incoming, Part, Severity, Source, Text, Thread};

/// Next steps and keywords that a card takes; the schema names no number.
const STEPS_SHOWN: usize = 50;
const KEYWORDS_SHOWN: usize = 50;
/// Characters of a thread's key and summary that are kept; the schema names no number.
const THREAD_KEY_LENGTH: usize = 255;
const SUMMARY_LENGTH: usize = 1_000;
/// Characters of the description's first line that a push line takes.
const GIST_LENGTH: usize = 120;

/// `source` is `custom`, or everything else is right; an `EventBridge` event may have any source, so it is told apart by
/// its `detail-type`.
pub fn claims(object: &Object) -> bool {
    if object.contains_key("detail-type") {
        return false;
    }
    let says_custom = string(object, "source") == Some("custom");
    let looks_custom = string(object, "version") == Some("1.0")
        && object.get("content").and_then(Value::as_object).is_some_and(|content| content.contains_key("description"));
    says_custom || looks_custom
}

pub fn read(object: &Object, incoming: &Incoming<'_>) -> Card {
    let faults = faults(object);
    let empty = Object::new();
    let section = |key: &str| object.get(key).and_then(Value::as_object).unwrap_or(&empty);
    let (content, metadata) = (section("content"), section("metadata"));
    let title = string(content, "title");
    let description = string(content, "description");
    let headline = match title {
        Some(title) => Text::Native(title.to_owned()),
        None => Text::Plain(format!("Notification from {}", incoming.topic_name())),
    };
    Card {
        source: Source::CUSTOM_NOTIFICATION,
        severity: if faults.is_empty() { Severity::Neutral } else { Severity::Warning },
        headline,
        gist: description.and_then(|text| first_line(text, GIST_LENGTH)).map(Text::Native),
        place: incoming.topic_place(),
        body: body(content, description, faults),
        links: Vec::new(),
        footer: format!("Custom notification through SNS topic {} · delivered by Bellhop", incoming.topic_name()),
        sent: incoming.sent(),
        thread: thread(metadata),
        about: About { origin: "custom".to_owned(), subject: title.map(str::to_owned), ..About::default() },
        mentions: Vec::new(),
        picture: None,
        controls: Vec::new(),
    }
}

/// A custom notification is never urgent by itself: its schema has no severity. Its `id` makes it alike to others of its topic
/// and thread; without one it is like no other.
pub fn triage(object: &Object, incoming: &Incoming<'_>) -> Option<Triage> {
    let id = string(object, "id")?;
    let thread = object.get("metadata").and_then(|metadata| metadata.get("threadId")).and_then(scalar);
    Some(Triage::alike(Priority::Notification, &["custom", incoming.topic_arn, &thread.unwrap_or_default(), id], &[]))
}

fn body(content: &Object, description: Option<&str>, faults: Vec<String>) -> Vec<Part> {
    let mut body = Vec::with_capacity(4);
    if let Some(description) = description {
        body.push(Part::Paragraph { title: None, text: Text::Native(description.to_owned()) });
    }
    let steps = list(content, "nextSteps");
    let items: Vec<Text> = steps.iter().filter_map(scalar).take(STEPS_SHOWN).map(Text::Native).collect();
    if !items.is_empty() {
        let left_out = steps.len().saturating_sub(STEPS_SHOWN);
        body.push(Part::Bullets { title: Some("Next steps".to_owned()), items, left_out });
    }
    let keywords: Vec<String> = list(content, "keywords").iter().filter_map(scalar).take(KEYWORDS_SHOWN).collect();
    if !keywords.is_empty() {
        body.push(Part::Tags(keywords));
    }
    if !faults.is_empty() {
        let title = Some("This custom notification does not follow the schema".to_owned());
        let items = faults.into_iter().map(Text::Plain).collect();
        body.push(Part::Bullets { title, items, left_out: 0 });
    }
    body
}

fn thread(metadata: &Object) -> Option<Thread> {
    let kept = |key: &str, limit: usize| {
        let text = metadata.get(key).and_then(scalar)?;
        Some(text.chars().take(limit).collect::<String>())
    };
    Some(Thread { key: kept("threadId", THREAD_KEY_LENGTH)?, summary: kept("summary", SUMMARY_LENGTH), ended: None })
}
