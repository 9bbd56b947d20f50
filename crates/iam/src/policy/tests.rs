//! The policy language, tested by values: a table of decisions as data, the refusals, the trace, and properties.

mod decisions;
mod globs;
mod limits;
mod properties;
mod refusals;
mod traces;

use super::{Context, Policy};
use serde_json::{Value, json};

fn policy(document: &Value) -> Policy {
    Policy::parse("test", &document.to_string()).unwrap_or_else(|error| panic!("{document}: {error}"))
}

fn statements(statements: &Value) -> Policy {
    policy(&json!({"Version": "2012-10-17", "Statement": statements}))
}

/// Strings are keys with one value, lists are keys with many.
fn context(values: &Value) -> Context {
    let mut context = Context::new();
    for (key, value) in values.as_object().expect("an object") {
        match value {
            Value::String(value) => context.insert(key, value.clone()),
            Value::Array(values) => {
                context.insert_many(key, values.iter().map(|value| value.as_str().expect("a string")));
            }
            other => panic!("{other} is neither a string nor a list"),
        }
    }
    context
}
