//! Anything that no other reader knows: text as it stands, JSON laid out. Nothing is dropped for being unknown.

use serde_json::Value;

use super::sensitive;
use crate::notification::text::{first_line, is_blank};
use crate::notification::{About, Card, Incoming, Part, Severity, Source, Text};

/// Characters of a text's first line that a push line takes.
const GIST_LENGTH: usize = 120;

/// A message that is not JSON.
pub fn text(incoming: &Incoming<'_>) -> Card {
    let message = incoming.message;
    if is_blank(message) {
        let text = Text::Plain("The message is empty.".to_owned());
        return card(incoming, None, vec![Part::Paragraph { title: None, text }]);
    }
    let gist = first_line(message, GIST_LENGTH);
    card(incoming, gist, vec![Part::Paragraph { title: None, text: Text::Plain(message.trim_end().to_owned()) }])
}

/// A message that is a JSON object or list of no shape we know, laid out, values that look secret hidden.
pub fn json(mut value: Value, incoming: &Incoming<'_>) -> Card {
    sensitive::hide(&mut value);
    let gist = match &value {
        Value::Array(items) => Some(format!("a list of {}", items.len())),
        Value::Object(members) if members.is_empty() => Some("an empty object".to_owned()),
        Value::Object(members) => {
            let names: Vec<&str> = members.keys().take(4).map(String::as_str).collect();
            first_line(&names.join(", "), GIST_LENGTH)
        }
        _ => None,
    };
    // `{:#}` is serde_json's own layout and cannot fail.
    card(incoming, gist, vec![Part::Preformatted { title: None, text: format!("{value:#}") }])
}

fn card(incoming: &Incoming<'_>, gist: Option<String>, body: Vec<Part>) -> Card {
    let headline = match incoming.subject.filter(|subject| !is_blank(subject)) {
        Some(subject) => subject.to_owned(),
        None => format!("Message from {}", incoming.topic_name()),
    };
    Card {
        source: Source::PLAIN_TEXT,
        severity: Severity::Neutral,
        headline: Text::Plain(headline),
        gist: gist.map(Text::Plain),
        place: incoming.topic_place(),
        body,
        links: Vec::new(),
        footer: incoming.footer(),
        sent: incoming.sent(),
        thread: None,
        about: About { kind: "text".to_owned(), ..About::default() },
        picture: None,
    }
}
