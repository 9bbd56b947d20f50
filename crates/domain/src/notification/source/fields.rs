//! Reading values out of JSON that may hold anything, for all readers.
//!
//! A missing member, a null, a blank string, the word `null` and a value of the wrong kind are all "not said".

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

use crate::notification::text::is_blank;

/// A JSON object, as SNS carried it.
pub type Object = Map<String, Value>;

/// An object that is read by paths: `state.value`, `findings.0.Title`. What is not there reads as empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fields<'a>(Option<&'a Object>);

impl<'a> Fields<'a> {
    pub fn of(value: &'a Value) -> Self {
        Self(value.as_object())
    }

    pub fn of_object(object: &'a Object) -> Self {
        Self(Some(object))
    }

    /// The object itself, if it is one.
    pub fn object(self) -> Option<&'a Object> {
        self.0
    }

    pub fn is_empty(self) -> bool {
        self.0.is_none_or(Map::is_empty)
    }

    /// What is at a path, null included.
    pub fn value(self, path: &str) -> Option<&'a Value> {
        let mut segments = path.split('.');
        let first = self.0?.get(segments.next()?)?;
        segments.try_fold(first, |value, segment| match value {
            Value::Object(members) => members.get(segment),
            Value::Array(items) => items.get(segment.parse::<usize>().ok()?),
            _ => None,
        })
    }

    pub fn has(self, path: &str) -> bool {
        self.value(path).is_some()
    }

    /// A string with something in it.
    pub fn str(self, path: &str) -> Option<&'a str> {
        self.value(path)?.as_str().filter(|text| says_something(text))
    }

    /// A string, number or boolean in words.
    pub fn text(self, path: &str) -> Option<Cow<'a, str>> {
        words_of(self.value(path)?)
    }

    /// The first of several spellings that says something.
    pub fn either(self, paths: &[&str]) -> Option<Cow<'a, str>> {
        paths.iter().find_map(|path| self.text(path))
    }

    /// A whole number of something, also when it was sent as a string.
    pub fn count(self, path: &str) -> Option<u64> {
        count(self.value(path))
    }

    /// A number, also when it was sent as a string.
    pub fn number(self, path: &str) -> Option<f64> {
        match self.value(path)? {
            Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            value => value.as_f64(),
        }
    }

    pub fn flag(self, path: &str) -> Option<bool> {
        match self.value(path)? {
            Value::String(text) => text.trim().parse().ok(),
            value => value.as_bool(),
        }
    }

    pub fn fields(self, path: &str) -> Self {
        Self(self.value(path).and_then(Value::as_object))
    }

    /// The members of a list, or nothing.
    pub fn list(self, path: &str) -> &'a [Value] {
        self.value(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// The objects of a list.
    pub fn objects(self, path: &str) -> impl Iterator<Item = Self> {
        self.list(path).iter().filter_map(Value::as_object).map(Self::of_object)
    }

    /// The words of a list.
    pub fn texts(self, path: &str) -> impl Iterator<Item = Cow<'a, str>> {
        self.list(path).iter().filter_map(words_of)
    }
}

fn words_of(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => says_something(text).then_some(Cow::Borrowed(text.as_str())),
        value => scalar(value).map(Cow::Owned),
    }
}

/// A member that is a string with something in it.
pub fn string<'a>(object: &'a Object, key: &str) -> Option<&'a str> {
    object.get(key)?.as_str().filter(|text| says_something(text))
}

/// Synthetics and others write `"null"` and `"NULL"` for what is not there.
fn says_something(text: &str) -> bool {
    !is_blank(text) && !text.eq_ignore_ascii_case("null")
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
        Value::String(text) => says_something(text).then(|| text.clone()),
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
