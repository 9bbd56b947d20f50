//! Members of JSON objects that the sandbox completes: its views, messages, and what it sends. It is all built here, so that
//! it is an object is known; what is none would stay as it is, where an index would panic.

use serde_json::Value;

/// Puts the member in, in the place of one that has its name.
pub fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

/// The member, or null.
pub fn of(object: &Value, name: &str) -> Value {
    object.get(name).cloned().unwrap_or_default()
}
