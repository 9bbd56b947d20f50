//! Anything that no other reader knows: text as it stands, JSON laid out. Nothing is dropped for being unknown.

use serde_json::Value;

use super::eventbridge_event::Telling;
use super::fields::{Object, scalar};
use super::label::labels;
use super::{sensitive, severity};
use crate::notification::text::{first_line, is_blank};
use crate::notification::{About, Card, Fact, Incoming, Part, Severity, Source, Text};

/// Characters of a text's first line that a push line takes.
const GIST_LENGTH: usize = 120;
/// A flat object of more members, or with a longer list, is laid out instead; longer values stand as paragraphs.
const FLAT_MEMBERS: usize = 16;
const FLAT_LIST: usize = 10;
const FACT_LENGTH: usize = 80;

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

/// A message that is a JSON object or list of no shape we know, values that look secret hidden: a flat object as labelled
/// values, anything deeper laid out.
pub fn json(mut value: Value, incoming: &Incoming<'_>) -> Card {
    sensitive::hide(&mut value);
    let telling = Telling::of(&value, &[]);
    let title = told(&value, &["title", "subject"]).filter(|_| incoming.subject.is_none_or(is_blank));
    let flat = value.as_object().and_then(|members| flat(members, title.as_deref()));
    let gist = match &value {
        Value::Array(items) => Some(format!("a list of {}", items.len())),
        Value::Object(members) if members.is_empty() => Some("an empty object".to_owned()),
        Value::Object(members) => {
            let says = [
                told(&value, &["message", "text", "summary", "description"]),
                telling.name.clone(),
                telling.status.clone(),
            ];
            let says = says.into_iter().flatten().find(|says| Some(says) != title.as_ref());
            says.and_then(|says| first_line(&says, GIST_LENGTH)).or_else(|| {
                let names: Vec<&str> = members.keys().take(4).map(String::as_str).collect();
                first_line(&names.join(", "), GIST_LENGTH)
            })
        }
        _ => None,
    };
    // `{:#}` is serde_json's own layout and cannot fail.
    let body = flat.unwrap_or_else(|| vec![Part::Preformatted { title: None, text: format!("{value:#}") }]);
    let card = card(incoming, gist, body);
    Card {
        severity: severity::infer("", "", &value),
        headline: title.map_or(card.headline, Text::Plain),
        about: About {
            kind: "json".to_owned(),
            state: telling.status,
            subject: telling.name.or(telling.id),
            ..card.about
        },
        ..card
    }
}

/// The first of several members, in any case, that is a string with something in it.
fn told(value: &Value, names: &[&str]) -> Option<String> {
    let members = value.as_object()?;
    let of = |wanted: &&str| {
        let mut same = members.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        same.find_map(|(_, value)| first_line(value.as_str()?, GIST_LENGTH))
    };
    names.iter().find_map(of)
}

/// A short object of plain values: prose as paragraphs, the rest as labelled values. `None` if it is anything else, so that
/// nothing of it is left out. `title` is the headline already.
fn flat(members: &Object, title: Option<&str>) -> Option<Vec<Part>> {
    if members.len() > FLAT_MEMBERS {
        return None;
    }
    let mut said: Vec<(Vec<String>, String)> = Vec::new();
    for (name, value) in members {
        let value = match value {
            Value::Null => continue,
            Value::String(text) if is_blank(text) => continue,
            Value::Array(items) if items.len() <= FLAT_LIST => {
                let words: Vec<String> = items.iter().map(scalar).collect::<Option<_>>()?;
                if words.is_empty() {
                    continue;
                }
                words.join(", ")
            }
            value => scalar(value)?,
        };
        if title == Some(value.as_str()) {
            continue;
        }
        said.push((vec![name.clone()], value));
    }
    let paths: Vec<&[String]> = said.iter().map(|(path, _)| path.as_slice()).collect();
    let labels = labels(&paths);
    let (mut body, mut facts) = (Vec::new(), Vec::new());
    for (label, (_, value)) in labels.into_iter().zip(said) {
        if value.contains('\n') || value.len() > FACT_LENGTH {
            body.push(Part::Paragraph { title: Some(label), text: Text::Plain(value) });
        } else {
            facts.push(Fact::new(label, Text::Plain(value)));
        }
    }
    if !facts.is_empty() {
        body.push(Part::Facts(facts));
    }
    (!body.is_empty()).then_some(body)
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
        mentions: Vec::new(),
        picture: None,
        controls: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notification::AccountNames;
    use serde_json::json;

    fn of(value: Value) -> Card {
        let topic_arn = "arn:aws:sns:eu-west-1:123456789012:t";
        let incoming =
            Incoming { topic_arn, subject: None, message: "", timestamp: "", account_names: AccountNames::NONE };
        super::json(value, &incoming)
    }

    #[test]
    fn flat_objects_are_labelled_values() {
        let card =
            of(json!({"title": "Nightly export", "status": "FAILED", "exitCode": 3, "hosts": ["a", "b"], "note": null,
                             "dbPassword": "hunter2", "message": "line one\nline two"}));
        assert_eq!(card.headline, Text::Plain("Nightly export".to_owned()));
        assert_eq!((card.severity, card.about.state.as_deref()), (Severity::Critical, Some("FAILED")));
        assert_eq!(card.gist, Some(Text::Plain("line one".to_owned())));
        let fact = |label: &str, value: &str| Fact::new(label, Text::Plain(value.to_owned()));
        let [Part::Paragraph { title: Some(title), .. }, Part::Facts(facts)] = card.body.as_slice() else {
            panic!("{:?}", card.body)
        };
        assert_eq!(title, "Message");
        for wanted in [fact("Exit code", "3"), fact("Hosts", "a, b"), fact("DB password", "(hidden)")] {
            assert!(facts.contains(&wanted), "{wanted:?} in {facts:?}");
        }
    }

    #[test]
    fn deeper_or_longer_objects_are_laid_out_whole() {
        let wide: Object = (0..=FLAT_MEMBERS).map(|n| (format!("m{n}"), json!(n))).collect();
        for value in [
            json!({"a": {"b": 1}}),
            json!({"a": [[1]]}),
            Value::Object(wide),
            json!({}),
            json!({"a": null}),
            json!([1]),
        ] {
            let card = of(value.clone());
            let [Part::Preformatted { text, .. }] = card.body.as_slice() else { panic!("{:?}", card.body) };
            assert_eq!(serde_json::from_str::<Value>(text).unwrap(), value);
        }
    }
}
