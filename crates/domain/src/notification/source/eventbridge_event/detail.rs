//! Chooses the telling fields of an event's `detail`: shallow ones first, states, reasons and names before the rest.
//!
//! The `EventBridge` reader calls it. It looks at a bounded number of values and hides those that look secret. JSON that a
//! service packed into a string is read like the rest.

mod packed;

use std::collections::VecDeque;

use serde_json::Value;

use self::packed::unpacked;
use super::severity::{is_current, is_state};
use crate::notification::arn::Arn;
use crate::notification::source::fields::scalar;
use crate::notification::source::label::labels;
use crate::notification::source::sensitive;
use crate::notification::text::words;
use crate::notification::{Fact, Moment, Part, Text};

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
/// Longer states are no word for a headline, longer names no name.
const STATUS_LENGTH: usize = 40;
const NAME_LENGTH: usize = 100;

/// What is worth showing of a `detail`.
#[derive(Debug)]
pub struct Telling {
    /// The event's state in its own word.
    pub status: Option<String>,
    /// Its title, or the name of what it is about.
    pub name: Option<String>,
    /// The nearest to a name that it has otherwise: an id, a name further down.
    pub id: Option<String>,
    pub prose: Vec<Part>,
    pub facts: Vec<Fact>,
}

struct Found {
    /// Names of members from the top.
    path: Vec<String>,
    value: String,
    weight: usize,
    depth: usize,
    names: Names,
}

/// Whether a member's name says that its value names the thing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Names {
    No,
    Id,
    Name,
}

impl Telling {
    /// `known` are values that the card shows already.
    pub fn of(detail: &Value, known: &[&str]) -> Self {
        let detail = unpacked(detail);
        let mut found = search(&detail);
        found.retain(|field| !known.contains(&field.value.as_str()));
        // Stable: equals stay in the sender's order.
        found.sort_by_key(|field| std::cmp::Reverse(score(field)));
        let status = status(&found);
        let (name, id) = (name(&found), id(&found));
        let (prose, fields): (Vec<Found>, Vec<Found>) = found.into_iter().partition(is_prose);
        let prose: Vec<Found> = prose.into_iter().take(PARAGRAPHS).collect();
        let fields: Vec<Found> = fields.into_iter().take(FACTS).collect();
        let paths = |found: &[Found]| labels(&found.iter().map(|field| field.path.as_slice()).collect::<Vec<_>>());
        let prose_labels = paths(&prose).into_iter().zip(prose);
        let fact_labels = paths(&fields).into_iter().zip(fields);
        let paragraph =
            |(title, field): (String, Found)| Part::Paragraph { title: Some(title), text: Text::Plain(field.value) };
        Self {
            status,
            name,
            id,
            prose: prose_labels.map(paragraph).collect(),
            facts: fact_labels.map(|(label, field)| Fact::new(label, face(field.value))).collect(),
        }
    }
}

/// A state, else what was done, in the shallowest word for it.
fn status(found: &[Found]) -> Option<String> {
    let shallow = || found.iter().filter(|field| field.depth < 2 && is_word(&field.value));
    let states = shallow().filter(|field| {
        let path = field.path.join(".");
        is_state(&path) && is_current(&path)
    });
    let state = states.min_by_key(|field| field.depth);
    let deed = || found.iter().find(|field| field.depth == 0 && is_word(&field.value) && is_deed(field));
    state.or_else(deed).map(|field| field.value.clone())
}

/// `operation`, `typeOfChange`, `event-type`: what was done, where there is no state.
fn is_deed(field: &Found) -> bool {
    const DEEDS: [&str; 9] = [
        "operation",
        "action",
        "event",
        "event type",
        "event name",
        "type of change",
        "change type",
        "verdict",
        "decision",
    ];
    let name = field.path.last().map(|name| words(name).take(8).collect::<Vec<_>>().join(" "));
    name.is_some_and(|name| DEEDS.contains(&name.as_str()))
}

fn name(found: &[Found]) -> Option<String> {
    let at_top = |wanted: fn(&Found) -> bool| {
        found.iter().find(|field| field.depth == 0 && field.value.len() <= NAME_LENGTH && wanted(field))
    };
    let title = at_top(|field| field.path.last().is_some_and(|name| name.eq_ignore_ascii_case("title")));
    title.or_else(|| at_top(|field| field.names == Names::Name)).map(|field| field.value.clone())
}

fn id(found: &[Found]) -> Option<String> {
    let named = found.iter().filter(|field| field.names > Names::No && field.value.len() <= NAME_LENGTH);
    let nearest = named.min_by_key(|field| (field.depth, std::cmp::Reverse(field.names)));
    let arn = || found.iter().find(|field| Arn::parse(&field.value).is_some());
    let value = &nearest.or_else(arn)?.value;
    Some(Arn::parse(value).map_or(value.as_str(), |arn| arn.short()).to_owned())
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

/// Identifiers in a code face, points in time as such, words as words.
fn face(value: String) -> Text {
    if Arn::parse(&value).is_some() {
        return Text::Arn(value);
    }
    let moment = Moment::parse(&value);
    if moment.unix().is_some() {
        Text::Time(moment)
    } else if value.contains(char::is_whitespace) || value == sensitive::HIDDEN {
        Text::Plain(value)
    } else {
        Text::Code(value)
    }
}

/// Breadth first, so that the bound cuts off what lies deepest.
fn search(detail: &Value) -> Vec<Found> {
    let mut found = Vec::new();
    let mut queue = VecDeque::from([(Vec::new(), detail, 0usize)]);
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
                    let below = [path.as_slice(), std::slice::from_ref(name)].concat();
                    if sensitive::is_sensitive_name(name) || (pair && sensitive::is_value(name)) {
                        if !member.is_null() {
                            found.push(Found::new(below, name, sensitive::HIDDEN.to_owned(), depth));
                        }
                    } else if member.is_object()
                        || member.as_array().is_some_and(|list| list.iter().any(Value::is_object))
                    {
                        queue.push_back((below, member, depth + 1));
                    } else if let Some(value) = words_of(name, member) {
                        found.push(Found::new(below, name, value, depth));
                    }
                }
            }
            // The first of a list of objects stands for all of them, and the card says so.
            Value::Array(items) if items.iter().any(Value::is_object) => {
                let objects = items.iter().filter(|item| item.is_object()).count();
                if objects > 1 {
                    let says = format!("{objects}, of which the first is shown");
                    let name = path.last().cloned().unwrap_or_else(|| "detail".to_owned());
                    let path = if path.is_empty() { vec![name.clone()] } else { path.clone() };
                    found.push(Found { weight: 2, names: Names::No, ..Found::new(path, &name, says, depth) });
                }
                if let Some(first) = items.iter().find(|item| item.is_object()) {
                    queue.push_back((path, first, depth));
                }
            }
            // A `detail` that is no object; `EventBridge` refuses it, other senders need not.
            value => {
                if let (true, Some(value)) = (path.is_empty(), words_of("detail", value)) {
                    let says = Found::new(vec!["detail".to_owned()], "detail", value, 0);
                    found.push(Found { weight: 2, ..says });
                }
            }
        }
    }
    found.retain(|field| field.weight > 1 || (field.weight == 1 && field.depth == 0));
    found
}

impl Found {
    fn new(path: Vec<String>, name: &str, value: String, depth: usize) -> Self {
        let value = sensitive::shown(value);
        let (weight, names) = weight(name);
        let names = if value == sensitive::HIDDEN { Names::No } else { names };
        Self { path, value, weight, depth, names }
    }
}

/// A scalar, or a list of scalars, as one line; nothing for what only says that nothing is said.
fn words_of(name: &str, value: &Value) -> Option<String> {
    let Value::Array(items) = value else {
        return moment(name, value).or_else(|| scalar(value)).filter(|text| !is_nothing(text));
    };
    let mut said = items.iter().filter_map(scalar).filter(|text| !is_nothing(text));
    let mut shown: Vec<String> = said.by_ref().take(LIST_SHOWN).collect();
    if shown.is_empty() {
        return None;
    }
    let more = said.count();
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    Some(shown.join(", "))
}

/// Words of programs for "not said".
fn is_nothing(text: &str) -> bool {
    const NOTHING: [&str; 8] = ["null", "n/a", "none", "nil", "undefined", "nan", "-", "optional.empty"];
    let text = text.trim();
    NOTHING.iter().any(|nothing| text.eq_ignore_ascii_case(nothing)) || text.starts_with("[object ")
}

/// A number of milliseconds since 1970, where the name says that it is a time: `1795371616867`.
fn moment(name: &str, value: &Value) -> Option<String> {
    /// The years 2001 to 2100.
    const MILLISECONDS: std::ops::Range<i64> = 1_000_000_000_000..4_102_444_800_000;
    let unix_ms = value.as_i64().filter(|unix_ms| MILLISECONDS.contains(unix_ms))?;
    let last = words(name).take(8).last()?;
    matches!(last.as_str(), "time" | "timestamp" | "date" | "at" | "ms" | "millis")
        .then(|| Moment::from_unix_ms(unix_ms).utc())
}

/// How telling a member's name is (0 to 3), and whether it names the thing.
fn weight(name: &str) -> (usize, Names) {
    let mut weight = 1;
    let (mut names, mut of_another, mut is_matter) = (Names::No, false, false);
    for word in words(name).take(8) {
        // Its configuration, its caller, its envelope: not the thing itself.
        of_another |= matches!(
            word.as_str(),
            "event" | "notification" | "session" | "correlation" | "trace" | "config" | "role" | "user" | "account"
        );
        match word.as_str() {
            // Requests that are the thing: of a Spot Instance, a pull, a change.
            "spot" | "pull" | "change" => is_matter = true,
            "request" if is_matter => {}
            // Numbers of the request or the document, never of the thing.
            "request" | "version" | "etag" | "revision" | "schema" | "digest" | "principal" | "partition"
            | "sequencer" => {
                return (0, Names::No);
            }
            "state" | "status" | "severity" | "result" | "outcome" | "reason" | "error" | "cause" | "phase"
            | "message" | "title" | "compliance" | "health" => weight = 3,
            "name" | "id" | "arn" | "type" | "description" | "summary" | "code" | "action" | "instance" | "cluster"
            | "job" | "pipeline" | "stack" | "project" | "stage" | "service" | "category" | "bucket" | "key"
            | "event" | "finding" | "operation" => {
                weight = weight.max(2);
                match word.as_str() {
                    "name" => names = Names::Name,
                    "id" => names = names.max(Names::Id),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    (weight, if weight == 2 && !of_another { names } else { Names::No })
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
        assert_eq!(paths(&detail), ["State", "Status", "Instance ID", "Name", "Zone"]);
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
        assert!(telling.facts.contains(&Fact::new("Password", Text::Plain(sensitive::HIDDEN.to_owned()))));
        assert_eq!(telling.status.as_deref(), Some("ok"));
    }

    #[test]
    fn where_names_collide_the_parent_tells_them_apart() {
        let detail = json!({"status": "a", "container": {"status": "b", "lastStatus": "c"}, "task": {"status": "d"}});
        assert_eq!(paths(&detail), ["Status", "Container status", "Last status", "Task status"]);
    }

    #[test]
    fn json_in_a_string_is_read_and_never_shown() {
        let detail =
            json!({"reason": "{\"code\":\"NO_CAPACITY\",\"message\":null}", "cut": "{\"code\":\"X", "list": "[]"});
        let telling = Telling::of(&detail, &[]);
        assert_eq!(telling.facts, [Fact::new("Code", Text::Code("NO_CAPACITY".to_owned()))]);
        let hidden = Telling::of(&json!({"data": "{\"password\":\"hunter2\"}"}), &[]);
        assert!(!format!("{hidden:?}").contains("hunter2"));
    }

    #[test]
    fn what_says_nothing_is_not_shown() {
        let detail = json!({"status": "null", "reason": "N/A", "name": ["None", "web"], "state": "[object Object]"});
        let telling = Telling::of(&detail, &[]);
        assert_eq!(telling.facts, [Fact::new("Name", Text::Code("web".to_owned()))]);
        assert_eq!((telling.status, telling.name.as_deref()), (None, Some("web")));
    }

    #[test]
    fn details_that_are_no_object_are_shown() {
        let facts = |detail: Value| Telling::of(&detail, &[]).facts;
        assert_eq!(facts(json!("hello world")), [Fact::new("Detail", Text::Plain("hello world".to_owned()))]);
        assert_eq!(facts(json!(["a", 2, null])), [Fact::new("Detail", Text::Plain("a, 2".to_owned()))]);
        let list = facts(json!([{"name": "a"}, {"name": "b"}]));
        assert_eq!(list.len(), 2);
        assert!(list.contains(&Fact::new("Detail", Text::Plain("2, of which the first is shown".to_owned()))));
        assert_eq!(facts(json!(null)), []);
    }

    #[test]
    fn deeds_are_states_where_there_is_none() {
        let of = |detail: Value| Telling::of(&detail, &[]).status;
        assert_eq!(of(json!({"operation": "Delete", "name": "x"})).as_deref(), Some("Delete"));
        assert_eq!(of(json!({"event-type": "started", "status": "OK"})).as_deref(), Some("OK"));
    }
}
