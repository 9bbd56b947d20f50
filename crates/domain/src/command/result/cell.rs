//! One value of an output in few words, and how its name and AWS's model say that it is to be taken.
//!
//! `columns` and `details` call it.

use awscall::model::{Kind, Service, ShapeId};
use serde_json::{Map, Number, Value};

use super::known::Unit;
use super::nouns;
use super::subject::{Detail, in_order, is_empty};
use crate::notification::text::words;
use crate::notification::{Moment, Text, amounts};

/// Items of a list that one line takes.
const ITEMS: usize = 5;
/// Milliseconds since 1970 are those of the years 2001 to 2096; `CloudWatch` Logs counts so.
const MS_RANGE: std::ops::Range<i64> = 1_000_000_000_000..4_000_000_000_000;
/// Names that a thing goes by, before those made of its noun.
const NAMES: [&str; 6] = ["Name", "name", "Id", "id", "Arn", "arn"];

/// In one line; nothing for what says nothing.
pub fn text(service: &'static Service, detail: Detail<'_>, unit: Unit) -> Option<Text> {
    let Detail { name, value, shape } = detail;
    if is_empty(value) {
        return None;
    }
    let kind = shape.map(|shape| &service.shape(shape).kind);
    Some(match (value, kind) {
        (Value::Bool(flag), _) => Text::Plain(if *flag { "yes" } else { "no" }.to_owned()),
        (Value::Number(number), _) => match moment_of_number(name, value) {
            Some(moment) => Text::Time(moment),
            None => match number.as_u64().filter(|_| unit == Unit::Bytes || counts_bytes(name)) {
                Some(count) => Text::Plain(amounts::bytes(count)),
                None => Text::Plain(counted(name, number)),
            },
        },
        (Value::String(said), Some(Kind::Blob { .. })) => Text::Plain(blob(said)),
        (Value::String(said), Some(Kind::Timestamp { .. })) => Text::Time(Moment::parse(said)),
        (Value::String(said), kind) => of_string(name, said, kind),
        (Value::Array(items), _) => Text::Plain(of_items(service, items, item_shape(kind))),
        (Value::Object(members), _) => Text::Plain(of_members(service, members, shape)),
        (Value::Null, _) => return None,
    })
}

/// A count is to be read, any other number to be copied.
fn counted(name: &str, number: &Number) -> String {
    let is_count = words(name).take(16).last().is_some_and(|last| last == "count");
    let count = number.as_u64().filter(|_| is_count).and_then(|count| usize::try_from(count).ok());
    count.map_or_else(|| number.to_string(), nouns::counted)
}

fn of_string(name: &str, said: &str, kind: Option<&Kind>) -> Text {
    let moment = is_time(name).then(|| Moment::parse(said)).filter(|moment| moment.unix().is_some());
    let is_word = matches!(kind, Some(Kind::String { values }) if !values.is_empty());
    match moment {
        Some(moment) => Text::Time(moment),
        None if said.starts_with("arn:") => Text::Arn(said.to_owned()),
        None if !is_word && is_identifier(name) && !said.chars().any(char::is_whitespace) => {
            Text::Code(said.to_owned())
        }
        None => Text::Plain(said.to_owned()),
    }
}

/// `a, b, c and 4 more`; of what has parts of its own only how many there are.
fn of_items(service: &'static Service, items: &[Value], shape: Option<ShapeId>) -> String {
    let mut shown: Vec<String> = Vec::new();
    for item in items.iter().take(ITEMS) {
        match item {
            Value::Object(members) => match pair(members) {
                Some(pair) => shown.push(pair),
                None => match name_of(members, "") {
                    Some(name) => shown.push(name.to_owned()),
                    None => return format!("{} of them", items.len()),
                },
            },
            Value::Array(_) => return format!("{} of them", items.len()),
            scalar => shown.extend(plain(service, scalar, shape)),
        }
    }
    let rest = items.len().saturating_sub(ITEMS);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// Of a structure its name and its state, of a map its entries; of one with parts of its own how many.
fn of_members(service: &'static Service, members: &Map<String, Value>, shape: Option<ShapeId>) -> String {
    if let Some(pair) = pair(members) {
        return pair;
    }
    if let Some(said) = attribute_value(service, members) {
        return said;
    }
    let model = shape.map_or(&[][..], |shape| service.members(shape));
    let details: Vec<Detail<'_>> = in_order(model, members).filter(|detail| !is_empty(detail.value)).collect();
    if let [only] = details.as_slice()
        && let Some(said) = plain(service, only.value, only.shape)
    {
        return said;
    }
    let said: Vec<String> = details
        .iter()
        .take(ITEMS)
        .filter_map(|detail| Some(format!("{} {}", detail.name, plain(service, detail.value, detail.shape)?)))
        .collect();
    match details.len() {
        count if said.len() == count => said.join(", "),
        1 => "1 detail".to_owned(),
        count => format!("{count} details"),
    }
}

/// A value without parts, as it stands.
fn plain(service: &'static Service, value: &Value, shape: Option<ShapeId>) -> Option<String> {
    let kind = shape.map(|shape| &service.shape(shape).kind);
    match (value, kind) {
        (Value::String(said), Some(Kind::Blob { .. })) => Some(blob(said)),
        (Value::String(said), Some(Kind::Timestamp { .. })) => Some(Moment::parse(said).utc()),
        (Value::String(said), _) => Some(short(said).to_owned()),
        (Value::Bool(flag), _) => Some(if *flag { "yes" } else { "no" }.to_owned()),
        (Value::Number(number), _) => Some(number.to_string()),
        _ => None,
    }
}

/// A tag, a dimension, a parameter: `team=shop`.
pub fn pair(members: &Map<String, Value>) -> Option<String> {
    let of = |names: &[&str]| names.iter().find_map(|name| members.get(*name)).and_then(Value::as_str);
    let key = of(&["Key", "key", "Name", "name", "ParameterKey", "OutputKey", "TagKey"])?;
    let value = of(&["Value", "value", "ParameterValue", "OutputValue", "TagValue"])?;
    Some(format!("{key}={value}"))
}

/// A value of `DynamoDB`, `{"S": "x"}`, without its type.
/// Source: <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html>.
fn attribute_value(service: &Service, members: &Map<String, Value>) -> Option<String> {
    if service.id != "DynamoDB" || members.len() != 1 {
        return None;
    }
    let (kind, value) = members.iter().next()?;
    match (kind.as_str(), value) {
        ("S" | "N", Value::String(said)) => Some(said.clone()),
        ("BOOL", Value::Bool(flag)) => Some(flag.to_string()),
        ("NULL", _) => Some("null".to_owned()),
        ("SS" | "NS", Value::Array(items)) => {
            Some(items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "))
        }
        _ => None,
    }
}

/// What a thing is called: by its own noun (`FunctionName` of a function), or by a plain name.
pub fn name_of<'a>(members: &'a Map<String, Value>, noun: &str) -> Option<&'a str> {
    let joined: String = noun.split(' ').collect();
    let text = |name: &str| members.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let of_noun = |ending: &str| {
        let is_own = |name: &String| {
            let name = name.to_ascii_lowercase();
            name.strip_suffix(ending)
                .is_some_and(|stem| !stem.is_empty() && joined.to_ascii_lowercase().starts_with(stem))
        };
        members.iter().find(|(name, _)| is_own(name)).and_then(|(_, value)| value.as_str())
    };
    let found = of_noun("name")
        .or_else(|| NAMES.iter().find_map(|name| text(name)))
        .or_else(|| ["identifier", "id", "arn"].into_iter().find_map(of_noun));
    found.map(short)
}

/// How a thing is: its `State` or `Status`, in AWS's word.
pub fn state_of(members: &Map<String, Value>) -> Option<&str> {
    let is_state = |name: &String| {
        let last = words(name).take(16).last();
        last.is_some_and(|last| matches!(last.as_str(), "state" | "status" | "health"))
    };
    members.iter().find(|(name, value)| is_state(name) && (value.is_string() || value.is_object())).and_then(
        |(_, value)| {
            value
                .as_str()
                .or_else(|| value.get("Name").and_then(Value::as_str))
                .or_else(|| value.get("Code").and_then(Value::as_str))
        },
    )
}

/// An ARN by its resource, anything else as it stands.
pub fn short(said: &str) -> &str {
    crate::notification::resource_of(said).unwrap_or(said)
}

/// What `base64` text holds, by its length: four characters are three bytes.
fn blob(base64: &str) -> String {
    let padding = base64.bytes().rev().take_while(|byte| *byte == b'=').count();
    format!(
        "{} of binary",
        amounts::bytes(u64::try_from((base64.len() / 4 * 3).saturating_sub(padding)).unwrap_or(u64::MAX))
    )
}

fn item_shape(kind: Option<&Kind>) -> Option<ShapeId> {
    match kind {
        Some(Kind::List { member, .. }) => Some(member.shape),
        _ => None,
    }
}

/// By a name's last word: `LastModified`, `createdAt`, `StartTime`.
pub fn is_time(name: &str) -> bool {
    let last = words(name).take(16).last();
    last.is_some_and(|last| {
        matches!(
            last.as_str(),
            "time"
                | "date"
                | "at"
                | "timestamp"
                | "modified"
                | "updated"
                | "created"
                | "launched"
                | "expiration"
                | "on"
                | "datetime"
        )
    })
}

fn moment_of_number(name: &str, value: &Value) -> Option<Moment> {
    let number = value.as_i64().filter(|number| MS_RANGE.contains(number) && is_time(name))?;
    Some(Moment::from_unix_ms(number))
}

fn counts_bytes(name: &str) -> bool {
    name == "CodeSize" || words(name).take(16).any(|word| word == "bytes")
}

/// Names, ids and addresses: to be copied.
pub fn is_identifier(name: &str) -> bool {
    const LAST: [&str; 12] =
        ["name", "id", "identifier", "arn", "key", "address", "ip", "url", "uri", "endpoint", "digest", "ids"];
    words(name).take(16).last().is_some_and(|last| LAST.contains(&last.as_str()))
}
