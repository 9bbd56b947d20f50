//! Chooses the telling fields of an event's `detail`: shallow ones first, states, reasons and names before the rest.
//!
//! The `EventBridge` reader calls it. It looks at a bounded number of values and hides those that look secret.

use std::collections::VecDeque;

use serde_json::Value;

use super::severity::{is_current, is_state};
use crate::notification::arn::Arn;
use crate::notification::source::fields::scalar;
use crate::notification::source::sensitive;
use crate::notification::text::words;
use crate::notification::{Fact, Part, Text};

/// Fields and paragraphs that a card takes from `detail`.
const FACTS: usize = 10;
const PARAGRAPHS: usize = 3;
/// Values looked at, and how deep they may lie.
const VISITED: usize = 400;
const DEPTH: usize = 4;
/// From this length on a value with spaces reads better as a paragraph.
const PROSE_LENGTH: usize = 60;
/// Members of a list of plain values that are shown.
const LIST_SHOWN: usize = 5;
/// Longer states are no word for a headline.
const STATUS_LENGTH: usize = 40;

/// What is worth showing of a `detail`.
pub struct Telling {
    /// The event's state in its own word.
    pub status: Option<String>,
    /// Its title, or the name or id of what it is about.
    pub subject: Option<String>,
    pub prose: Vec<Part>,
    pub facts: Vec<Fact>,
}

struct Found {
    path: String,
    value: String,
    weight: usize,
    depth: usize,
    /// A name or an id, rather than a state or a reason.
    names: bool,
}

impl Telling {
    /// `known` are values that the card shows already.
    pub fn of(detail: &Value, known: &[&str]) -> Self {
        let mut found = search(detail);
        found.retain(|field| !known.contains(&field.value.as_str()));
        // Stable: equals stay in the sender's order.
        found.sort_by_key(|field| std::cmp::Reverse(score(field)));
        let status = found
            .iter()
            .filter(|field| field.depth < 2 && is_state(&field.path) && is_current(&field.path))
            .filter(|field| is_word(&field.value))
            .min_by_key(|field| field.depth)
            .map(|field| field.value.clone());
        let at_top = |wanted: fn(&Found) -> bool| found.iter().find(|field| field.depth == 0 && wanted(field));
        let subject = at_top(|field| field.path.eq_ignore_ascii_case("title"))
            .or_else(|| at_top(|field| field.names && field.value.len() <= STATUS_LENGTH));
        let subject = subject.map(|field| field.value.clone());
        let (prose, fields): (Vec<Found>, Vec<Found>) = found.into_iter().partition(is_prose);
        let prose = prose.into_iter().take(PARAGRAPHS);
        Self {
            status,
            subject,
            prose: prose.map(|it| Part::Paragraph { title: Some(it.path), text: Text::Plain(it.value) }).collect(),
            facts: fields.into_iter().take(FACTS).map(|field| Fact::new(field.path, face(field.value))).collect(),
        }
    }
}

/// Whether a value can stand in a headline: short, and a word rather than JSON or something hidden.
fn is_word(value: &str) -> bool {
    value.len() <= STATUS_LENGTH && value.chars().all(|c| c.is_alphanumeric() || " _-./:".contains(c))
}

fn is_prose(field: &Found) -> bool {
    field.value.len() >= PROSE_LENGTH && field.value.contains(' ')
}

fn score(field: &Found) -> usize {
    (field.weight * 3 + 2 * DEPTH).saturating_sub(field.depth * 2)
}

/// Identifiers in a code face, words as words.
fn face(value: String) -> Text {
    if Arn::parse(&value).is_some() {
        Text::Arn(value)
    } else if value.contains(char::is_whitespace) || value == sensitive::HIDDEN {
        Text::Plain(value)
    } else {
        Text::Code(value)
    }
}

/// Breadth first, so that the bound cuts off what lies deepest.
fn search(detail: &Value) -> Vec<Found> {
    let mut found = Vec::new();
    let mut queue = VecDeque::from([(String::new(), detail, 0usize)]);
    let mut visited = 0;
    while let Some((path, value, depth)) = queue.pop_front() {
        visited += 1;
        if visited > VISITED {
            break;
        }
        match value {
            Value::Object(members) if depth <= DEPTH => {
                let pair = sensitive::names_a_secret(members);
                for (name, member) in members.iter().take(VISITED) {
                    let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    if sensitive::is_sensitive_name(name) || (pair && sensitive::is_value(name)) {
                        if !member.is_null() {
                            found.push(Found::new(below, name, sensitive::HIDDEN.to_owned(), depth));
                        }
                    } else if member.is_object()
                        || member.as_array().is_some_and(|list| list.iter().any(Value::is_object))
                    {
                        queue.push_back((below, member, depth + 1));
                    } else if let Some(value) = words_of(member) {
                        found.push(Found::new(below, name, value, depth));
                    }
                }
            }
            // The first of a list of objects stands for all of them.
            Value::Array(items) => {
                if let Some(first) = items.iter().find(|item| item.is_object()) {
                    queue.push_back((format!("{path}[0]"), first, depth));
                }
            }
            // A `detail` that is no object; `EventBridge` refuses it, other senders need not.
            value => {
                if let (true, Some(value)) = (path.is_empty(), words_of(value)) {
                    found.push(Found::new("detail".to_owned(), "name", value, 0));
                }
            }
        }
    }
    found.retain(|field| field.weight > 1 || (field.weight == 1 && field.depth == 0));
    found
}

impl Found {
    fn new(path: String, name: &str, value: String, depth: usize) -> Self {
        let value = if sensitive::is_sensitive_text(&value) { sensitive::HIDDEN.to_owned() } else { value };
        let (weight, names) = weight(name);
        Self { path, value, weight, depth, names }
    }
}

/// A scalar, or a list of scalars, as one line.
fn words_of(value: &Value) -> Option<String> {
    let Value::Array(items) = value else {
        return scalar(value);
    };
    let mut shown: Vec<String> = items.iter().filter_map(scalar).take(LIST_SHOWN).collect();
    if shown.is_empty() {
        return None;
    }
    if items.len() > LIST_SHOWN {
        shown.push(format!("and {} more", items.len() - LIST_SHOWN));
    }
    Some(shown.join(", "))
}

/// How telling a member's name is (0 to 3), and whether it names the thing.
fn weight(name: &str) -> (usize, bool) {
    let mut weight = 1;
    let mut names = false;
    for word in words(name).take(8) {
        match word.as_str() {
            // Numbers of the request or the document, never of the thing.
            "request" | "version" | "etag" | "revision" | "schema" | "digest" | "principal" | "partition" => {
                return (0, false);
            }
            "state" | "status" | "severity" | "result" | "outcome" | "reason" | "error" | "cause" | "phase"
            | "message" | "title" | "compliance" | "health" => weight = 3,
            "name" | "id" | "arn" | "type" | "description" | "summary" | "code" | "action" | "instance" | "cluster"
            | "job" | "pipeline" | "stack" | "project" | "stage" | "service" | "category" | "bucket" | "key"
            | "event" | "finding" => {
                weight = weight.max(2);
                names |= matches!(word.as_str(), "name" | "id");
            }
            _ => {}
        }
    }
    (weight, names && weight == 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn paths(detail: &Value) -> Vec<String> {
        Telling::of(detail, &["123456789012"]).facts.into_iter().map(|fact| fact.label).collect()
    }

    #[test]
    fn states_before_names_before_the_rest_and_shallow_before_deep() {
        let detail = json!({
            "zone": "a", "instance-id": "i-1", "account": "123456789012", "version": "7",
            "container": {"status": "STOPPED", "zone": "b", "name": "web"},
            "state": "stopped",
        });
        assert_eq!(paths(&detail), ["state", "container.status", "instance-id", "container.name", "zone"]);
    }

    #[test]
    fn is_bounded() {
        let wide: serde_json::Map<String, Value> = (0..10_000).map(|n| (format!("name{n}"), json!("x"))).collect();
        assert_eq!(paths(&json!(wide)).len(), FACTS);
        let deep = (0..100).fold(json!({"status": "deep"}), |inner, _| json!({"a": inner}));
        assert!(paths(&deep).is_empty());
    }

    #[test]
    fn hides_secrets() {
        let detail = json!({"status": "ok", "password": "hunter2", "env": [{"name": "TOKEN", "value": "hunter2"}]});
        let telling = Telling::of(&detail, &[]);
        assert!(!format!("{:?}", telling.facts).contains("hunter2"));
        assert!(telling.facts.contains(&Fact::new("password", Text::Plain(sensitive::HIDDEN.to_owned()))));
        assert_eq!(telling.status.as_deref(), Some("ok"));
    }
}
