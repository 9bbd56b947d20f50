//! Where to go on: the tokens of a service, and the one text that holds them, in the form of the AWS CLI's `NextToken`: base64 of
//! JSON, with how much of that page was shown already.
//!
//! A token comes out of a chat: what it says is only ever a token, never another parameter of the call.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::PageError;
use crate::call::{Call, Input};
use crate::model::{Kind, Service, ShapeId};

/// How much of the page was shown.
const SHOWN: &str = "boto_truncate_amount";
/// Paths of what is base64 within.
const ENCODED: &str = "boto_encoded_keys";
/// The longest that was seen is some 3 KB: an item's key of `DynamoDB` is one.
const TOKEN_BYTES_MAX: usize = 64 * 1024;
/// Deeper than any shape that is a token.
const DEPTH_MAX: usize = 8;

/// By the names of the members that take them; null for what is not given.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tokens(Map<String, Value>);

impl Tokens {
    pub(super) fn none(names: &[&'static str]) -> Self {
        Self(names.iter().map(|name| ((*name).to_owned(), Value::Null)).collect())
    }

    pub(super) fn are_none(&self) -> bool {
        self.0.values().all(Value::is_null)
    }

    pub(super) fn set(&mut self, name: &str, token: Value) {
        self.0.insert(name.to_owned(), token);
    }

    /// Into the input of the next call; one that is not given stands there no more.
    pub(super) fn put_into(&self, input: &mut Input) {
        for (name, token) in &self.0 {
            if token.is_null() {
                input.shift_remove(name);
            } else {
                input.insert(name.clone(), token.clone());
            }
        }
    }

    /// Of a text that was given, with how much of its page is to be skipped. A text that is none of ours is the service's own.
    pub(super) fn resumed(text: &str, names: &[&'static str]) -> Result<(Self, usize), PageError> {
        if text.len() > TOKEN_BYTES_MAX {
            return Err(PageError(format!("the starting token is longer than {TOKEN_BYTES_MAX} bytes: it is not one")));
        }
        let Some(mut members) = decoded(text) else { return Self::of_old(text, names) };
        let shown = members.shift_remove(SHOWN).map_or(Some(0), |shown| usize::try_from(shown.as_u64()?).ok());
        members.shift_remove(ENCODED);
        let Some(shown) = shown else { return Err(not_of_this()) };
        let mut tokens = Self::none(names);
        for (name, token) in members {
            // botocore would hand any parameter on that a token names.
            if !names.contains(&name.as_str()) {
                return Err(not_of_this());
            }
            if token != "None" {
                tokens.set(&name, token);
            }
        }
        Ok((tokens, shown))
    }

    /// `TOKEN___2`, as the AWS CLI wrote them once, or the service's token itself.
    fn of_old(text: &str, names: &[&'static str]) -> Result<(Self, usize), PageError> {
        let mut parts: Vec<&str> = text.split("___").collect();
        let mut shown = 0;
        if parts.len() == names.len() + 1 {
            match parts.pop().and_then(|shown| shown.parse().ok()) {
                Some(number) => shown = number,
                None => parts = vec![text],
            }
        }
        if parts.len() > names.len() {
            return Err(not_of_this());
        }
        let mut tokens = Self::none(names);
        for (name, part) in names.iter().zip(parts) {
            if part != "None" {
                tokens.set(name, Value::from(part));
            }
        }
        Ok((tokens, shown))
    }

    /// The text to go on with, `shown` of that page left out.
    pub(super) fn resume(&self, call: &Call, shown: usize) -> String {
        let mut members = self.0.clone();
        if shown > 0 {
            members.insert(SHOWN.to_owned(), Value::from(shown));
        }
        let mut encoded = Vec::new();
        for member in call.service.input(call.operation) {
            if let Some(token) = self.0.get(member.name) {
                blobs(call.service, member.shape, token, &mut vec![Value::from(member.name)], &mut encoded);
            }
        }
        if !encoded.is_empty() {
            members.insert(ENCODED.to_owned(), Value::Array(encoded));
        }
        STANDARD.encode(Value::Object(members).to_string())
    }
}

fn not_of_this() -> PageError {
    PageError("the starting token is of another command: give the `NextToken` that this one ended with".to_owned())
}

/// The JSON object in it.
fn decoded(text: &str) -> Option<Map<String, Value>> {
    let bytes = STANDARD.decode(text).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Where blobs stand in a token, as paths: the AWS CLI must know them from texts.
fn blobs(service: &Service, shape: ShapeId, value: &Value, path: &mut Vec<Value>, found: &mut Vec<Value>) {
    if path.len() > DEPTH_MAX {
        return;
    }
    let mut within = |shape: ShapeId, value: &Value, step: Value| {
        path.push(step);
        blobs(service, shape, value, path, found);
        path.pop();
    };
    match (&service.shape(shape).kind, value) {
        (Kind::Blob { .. }, Value::String(_)) => found.push(Value::Array(path.clone())),
        (Kind::List { member, .. }, Value::Array(all)) => {
            for (at, one) in all.iter().enumerate() {
                within(member.shape, one, Value::from(at));
            }
        }
        (Kind::Map { value: member, .. }, Value::Object(members)) => {
            for (name, one) in members {
                within(member.shape, one, Value::from(name.as_str()));
            }
        }
        (Kind::Structure(structure), Value::Object(members)) => {
            for member in &structure.members {
                if let Some(one) = members.get(member.name) {
                    within(member.shape, one, Value::from(member.name));
                }
            }
        }
        _ => {}
    }
}
