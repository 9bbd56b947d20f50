//! What a template knows of a card: plain values, never the card itself.
//!
//! The message is shown as the readers show it: what looks like a secret is hidden in it.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object, Serde, Value};
use serde_json::json;

use crate::notification::source::sensitive;
use crate::notification::{Card, Incoming, Part, Severity, Text};

/// All variables, as docs/guides/templates.md lists them.
pub const NAMES: [&str; 19] = [
    "headline",
    "gist",
    "body",
    "facts",
    "footer",
    "severity",
    "source",
    "origin",
    "type",
    "state",
    "subject",
    "resources",
    "account",
    "account_name",
    "region",
    "time",
    "links",
    "topic",
    "message",
];

/// What the card has of its own: printed alone, it stands in its place as it is.
#[derive(Debug)]
pub enum Own {
    Body,
    /// By label, in the card's order.
    Facts(Vec<(String, String)>),
}

impl Object for Own {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let Self::Facts(facts) = &**self else { return None };
        let label = key.as_str()?;
        facts.iter().find(|(known, _)| known == label).map(|(_, value)| Value::from(value.as_str()))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match &**self {
            Self::Body => Enumerator::NonEnumerable,
            Self::Facts(facts) => {
                Enumerator::Values(facts.iter().map(|(label, _)| Value::from(label.as_str())).collect())
            }
        }
    }
}

/// A text as a template has it.
pub fn words(text: &Text) -> String {
    match text {
        Text::Plain(text)
        | Text::Code(text)
        | Text::Arn(text)
        | Text::Native(text)
        | Text::Person { name: text, .. } => text.clone(),
        Text::Time(moment) => moment.utc(),
    }
}

/// The value of every name.
pub fn of(card: &Card, incoming: &Incoming<'_>) -> Value {
    let text = |text: Option<&str>| text.map_or(Value::UNDEFINED, Value::from);
    let links: Vec<_> = card.links.iter().map(|link| json!({"label": link.label, "url": link.url})).collect();
    let facts = card.body.iter().filter_map(|part| if let Part::Facts(facts) = part { Some(facts) } else { None });
    let facts: Vec<_> = facts.flatten().map(|fact| (fact.label.clone(), words(&fact.value))).collect();
    let about = &card.about;
    Value::from_pairs([
        ("headline", Value::from(words(&card.headline))),
        ("gist", card.gist.as_ref().map_or(Value::UNDEFINED, |gist| Value::from(words(gist)))),
        ("body", Value::from_object(Own::Body)),
        ("facts", Value::from_object(Own::Facts(facts))),
        ("footer", Value::from(card.footer.as_str())),
        ("severity", Value::from(severity(card.severity))),
        ("source", Value::from(card.source.name())),
        ("origin", Value::from(about.origin.as_str())),
        ("type", Value::from(about.kind.as_str())),
        ("state", text(about.state.as_deref())),
        ("subject", text(about.subject.as_deref())),
        ("resources", Value::from(Serde(&about.resources))),
        ("account", text(card.place.account.as_deref())),
        ("account_name", text(card.place.account_name.as_deref())),
        ("region", text(card.place.region.as_deref())),
        ("time", Value::from(card.sent.utc())),
        ("links", Value::from(Serde(links))),
        ("topic", Value::from(incoming.topic_name())),
        ("message", message(incoming.message)),
    ])
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Neutral => "neutral",
        Severity::Good => "good",
        Severity::Warning => "warning",
        Severity::Critical => "critical",
    }
}

/// The message's JSON, or its text.
fn message(message: &str) -> Value {
    let text = message.trim_start_matches('\u{feff}').trim_start();
    let json = if text.starts_with(['{', '[']) { serde_json::from_str(text).ok() } else { None };
    let mut value = json.unwrap_or_else(|| serde_json::Value::String(message.to_owned()));
    sensitive::hide(&mut value);
    Value::from(Serde(value))
}
