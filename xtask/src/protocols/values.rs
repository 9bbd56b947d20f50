//! Values as botocore's cases write them, and as `awscall` has them: blobs are text there and base64 here, times are seconds there
//! and ISO 8601 in our answers.

use awscall::model::{Kind, Member, Service, ShapeId};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::fmt::rfc2822;
use serde_json::{Map, Value};

/// What a case gives, as an input of ours.
pub fn given(service: &Service, shape: ShapeId, value: &Value) -> Value {
    converted(service, shape, value, &|kind, value| match (kind, value) {
        (Kind::Blob { .. }, Value::String(text)) => Value::from(BASE64_STANDARD.encode(text)),
        (_, value) => value.clone(),
    })
}

/// What we answered, as a case would write it.
pub fn answered(service: &Service, shape: ShapeId, value: &Value) -> Value {
    converted(service, shape, value, &|kind, value| match (kind, value) {
        (Kind::Blob { .. }, Value::String(text)) => {
            let bytes = BASE64_STANDARD.decode(text).unwrap_or_default();
            Value::from(String::from_utf8_lossy(&bytes))
        }
        (Kind::Timestamp { .. }, Value::String(text)) => seconds(text),
        (_, value) => value.clone(),
    })
}

/// What botocore read out of a recorded answer: blobs as text, times as AWS wrote them.
pub fn recorded(service: &Service, shape: ShapeId, value: &Value) -> Value {
    converted(service, shape, value, &|kind, value| match (kind, value) {
        (Kind::Timestamp { .. }, Value::String(text)) => seconds(text),
        (_, value) => value.clone(),
    })
}

fn seconds(text: &str) -> Value {
    let moment = text
        .parse::<jiff::Timestamp>()
        .or_else(|_| rfc2822::DateTimeParser::new().parse_timestamp(text))
        .or_else(|_| format!("{text}Z").parse::<jiff::Timestamp>());
    moment.map_or_else(|_| Value::from(text), |moment| Value::from(moment.as_duration().as_secs_f64()))
}

fn converted(service: &Service, shape: ShapeId, value: &Value, scalar: &impl Fn(&Kind, &Value) -> Value) -> Value {
    let next = |member: &Member, value: &Value| converted(service, member.shape, value, scalar);
    let kind = &service.shape(shape).kind;
    match (kind, value) {
        (Kind::Structure(structure), Value::Object(members)) if !structure.document => {
            let members = members.iter().map(|(name, value)| {
                let member = structure.members.iter().find(|member| member.name == name);
                (name.clone(), member.map_or_else(|| value.clone(), |member| next(member, value)))
            });
            Value::Object(members.collect())
        }
        (Kind::List { member, .. }, Value::Array(values)) => values.iter().map(|value| next(member, value)).collect(),
        (Kind::Map { value: member, .. }, Value::Object(entries)) => {
            let entries = entries.iter().map(|(key, value)| (key.clone(), next(member, value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        (kind, value) => scalar(kind, value),
    }
}
