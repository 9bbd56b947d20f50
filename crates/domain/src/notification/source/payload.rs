//! Reading values out of JSON that may hold anything, for all readers.
//!
//! A missing member, a null, a blank string and a value of the wrong kind are all "not said".

use serde_json::{Number, Value};

use super::Object;
use crate::notification::text::is_blank;

/// A member that is a string with something in it.
pub fn string<'a>(object: &'a Object, key: &str) -> Option<&'a str> {
    object.get(key)?.as_str().filter(|text| !is_blank(text))
}

/// The first of two spellings that says something.
pub fn either<'a>(object: &'a Object, key: &str, other: &str) -> Option<&'a Value> {
    let said = |key| object.get(key).filter(|value| !value.is_null());
    said(key).or_else(|| said(other))
}

/// Like [`either`], for strings.
pub fn either_string<'a>(object: &'a Object, key: &str, other: &str) -> Option<&'a str> {
    string(object, key).or_else(|| string(object, other))
}

/// A string, number or boolean in words; nothing for null, blank, lists and objects.
pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => (!is_blank(text)).then(|| text.clone()),
        Value::Number(number) => Some(plain_number(number)),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A number as a person writes it: `80`, not `80.0`.
pub fn plain_number(number: &Number) -> String {
    let text = number.to_string();
    match text.strip_suffix(".0") {
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

/// A whole number of something, also when it was sent as a string.
pub fn count(value: Option<&Value>) -> Option<u64> {
    match value? {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_u64(),
    }
}

/// The members of a list, or nothing.
pub fn list<'a>(object: &'a Object, key: &str) -> &'a [Value] {
    object.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
