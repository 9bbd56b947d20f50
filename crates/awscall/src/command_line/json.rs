//! JSON as it comes from chat: hostile, and with the quotes a phone made of it.

use serde_json::Value;

use super::NESTING_MAX;

/// Or why it is none, without repeating what it holds.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    let parsed: Result<Value, _> = serde_json::from_str(text);
    let parsed = match (parsed, super::words::straightened(text)) {
        (Err(error), Some(straight)) => serde_json::from_str(&straight).map_err(|_| error),
        (parsed, _) => parsed,
    };
    let value = parsed.map_err(|error| reason(&error))?;
    if depth(&value) > NESTING_MAX {
        return Err(format!("it is nested more than {NESTING_MAX} deep"));
    }
    Ok(value)
}

fn reason(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    match error.classify() {
        Category::Eof => "it ends too early, a bracket or a quote is not closed".to_owned(),
        _ if error.line() > 1 => format!("line {}, character {} is unexpected", error.line(), error.column()),
        _ => format!("character {} is unexpected", error.column()),
    }
}

/// serde itself stops at 128, so this ends.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
