//! JSON that a service packed into a string, taken out of it, so that a card shows what it says.
//!
//! The chooser of an event's telling fields calls it. It looks no deeper than the chooser does.

use std::borrow::Cow;

use serde_json::Value;

use super::{DEPTH, VISITED};

/// JSON in longer strings is not read.
const PACKED_LENGTH: usize = 16 * 1024;

/// The `detail` with JSON taken out of its strings; copied only if there is any.
pub fn unpacked(detail: &Value) -> Cow<'_, Value> {
    if !holds_packed(detail, DEPTH) {
        return Cow::Borrowed(detail);
    }
    let mut detail = detail.clone();
    unpack(&mut detail, DEPTH);
    Cow::Owned(detail)
}

fn holds_packed(value: &Value, depth: usize) -> bool {
    match value {
        Value::String(text) => is_packed(text),
        Value::Object(members) if depth > 0 => members.values().take(VISITED).any(|it| holds_packed(it, depth - 1)),
        Value::Array(items) if depth > 0 => items.iter().take(VISITED).any(|it| holds_packed(it, depth - 1)),
        _ => false,
    }
}

fn unpack(value: &mut Value, depth: usize) {
    match value {
        // What begins like JSON and is none, or too long, would only be noise.
        Value::String(text) if is_packed(text) => {
            let parsed = if text.len() <= PACKED_LENGTH { serde_json::from_str(text).ok() } else { None };
            *value = parsed.unwrap_or(Value::Null);
        }
        Value::Object(members) if depth > 0 => members.values_mut().take(VISITED).for_each(|it| unpack(it, depth - 1)),
        Value::Array(items) if depth > 0 => items.iter_mut().take(VISITED).for_each(|it| unpack(it, depth - 1)),
        _ => {}
    }
}

/// `{"code":…`, `[{`, `{}`: the openings of JSON that no sentence has.
fn is_packed(text: &str) -> bool {
    let mut open = text.trim_start().chars();
    let mut next = || open.by_ref().find(|c| !c.is_whitespace());
    matches!((next(), next()), (Some('{'), Some('"' | '}')) | (Some('['), Some('{' | '"' | ']' | '[')))
}
