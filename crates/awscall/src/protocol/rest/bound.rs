//! The members of an answer that are in its headers, or are its status.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};

use super::super::field::Field;
use super::super::parsed::{self, malformed};
use super::super::{Response, ResponseError};
use crate::model::{Kind, Location};

pub(super) fn base64(bytes: &[u8]) -> Value {
    Value::from(BASE64_STANDARD.encode(bytes))
}

pub(super) fn members(root: Field<'_>, response: &Response) -> Result<Map<String, Value>, ResponseError> {
    let mut members = Map::new();
    for member in root.members() {
        let value = match member.location() {
            Some(Location::StatusCode) => Some(Value::from(response.status)),
            Some(Location::Headers) => Some(by_prefix(member, response)),
            Some(Location::Header) => match response.header_value(member.wire_name()) {
                Some(text) => header(member, text)?,
                None => None,
            },
            Some(Location::Uri | Location::QueryString) | None => None,
        };
        if let Some(value) = value {
            members.insert(member.model_name().to_owned(), value);
        }
    }
    Ok(members)
}

/// Those that begin like the wire name, without it.
fn by_prefix(member: Field<'_>, response: &Response) -> Value {
    let prefix = member.said_name().unwrap_or_default();
    let begins = |name: &str| name.get(..prefix.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix));
    let found = response.headers.iter().filter(|(name, _)| begins(name));
    let found = found
        .map(|(name, value)| (name.get(prefix.len()..).unwrap_or_default().to_owned(), Value::from(value.as_str())));
    Value::Object(found.collect())
}

fn header(member: Field<'_>, text: &str) -> Result<Option<Value>, ResponseError> {
    if member.json_value() {
        let json = BASE64_STANDARD.decode(text.trim()).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        return json.map(Some).ok_or_else(|| malformed(member, "is not JSON in base64"));
    }
    match &member.shape.kind {
        Kind::List { member: element, .. } => {
            let element = member.of(element);
            let dates = matches!(element.shape.kind, Kind::Timestamp { .. });
            let values = parts(text, dates);
            values
                .iter()
                .map(|part| parsed::scalar(element, part))
                .collect::<Result<_, _>>()
                .map(|values| Some(Value::Array(values)))
        }
        _ => parsed::scalar(member, text).map(Some),
    }
}

/// By commas outside of quotes; an HTTP date has one of its own.
fn parts(text: &str, dates: bool) -> Vec<String> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let (mut quoted, mut escaped, mut own) = (false, false, dates && text.contains("GMT"));
    for letter in text.chars() {
        match letter {
            _ if escaped => {
                part.push(letter);
                escaped = false;
            }
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted && own => {
                part.push(letter);
                own = false;
            }
            ',' if !quoted => {
                parts.push(part.trim().to_owned());
                part.clear();
                own = dates && text.contains("GMT");
            }
            _ => part.push(letter),
        }
    }
    parts.push(part.trim().to_owned());
    parts
}
