//! How much is read: each limit, at it and one past it.

use crate::policy::{
    Fault, MAX_CHARACTERS, MAX_DOCUMENT_BYTES, MAX_KEY_CHARACTERS, MAX_STATEMENTS, MAX_VALUE_CHARACTERS, MAX_VALUES,
    Policy,
};
use serde_json::{Value, json};

fn fault(document: &str) -> Option<Fault> {
    Policy::parse("test", document).err().map(|error| error.fault().clone())
}

fn with_condition(condition: Value) -> String {
    let mut statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    statement["Condition"] = condition;
    json!({"Statement": statement}).to_string()
}

#[test]
fn white_space_does_not_count_until_it_does() {
    let document = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let padded = |bytes: usize| format!("{document}{}", " ".repeat(bytes - document.len()));
    assert_eq!(fault(&padded(MAX_DOCUMENT_BYTES)), None);
    assert!(matches!(fault(&padded(MAX_DOCUMENT_BYTES + 1)), Some(Fault::TooLong { unit: "bytes", .. })));
}

#[test]
fn characters_are_counted_not_bytes() {
    let document = |count: usize| {
        let id = "ü".repeat(count);
        format!(r#"{{"Id":"{id}","Statement":{{"Effect":"Allow","Action":"*","Resource":"*"}}}}"#)
    };
    let frame = document(0).chars().count();
    assert_eq!(fault(&document(MAX_CHARACTERS - frame)), None);
    assert!(matches!(fault(&document(MAX_CHARACTERS - frame + 1)), Some(Fault::TooLong { .. })));
}

#[test]
fn there_are_so_many_statements_and_no_more() {
    // Too short to mean anything: counted before they are read, so that the document's own limit is not met first.
    let document = |count: usize| json!({"Statement": vec![json!({}); count]}).to_string();
    assert!(matches!(fault(&document(MAX_STATEMENTS)), Some(Fault::Missing { .. })));
    assert!(matches!(fault(&document(MAX_STATEMENTS + 1)), Some(Fault::TooMany { limit: MAX_STATEMENTS, .. })));
}

#[test]
fn there_are_so_many_values_and_no_more() {
    let document = |count: usize| with_condition(json!({"NumericEquals": {"x:y": vec![1; count]}}));
    assert_eq!(fault(&document(MAX_VALUES)), None);
    assert!(matches!(fault(&document(MAX_VALUES + 1)), Some(Fault::TooMany { limit: MAX_VALUES, .. })));
}

#[test]
fn a_value_is_so_long_and_no_longer() {
    let document = |count: usize| with_condition(json!({"StringEquals": {"x:y": "v".repeat(count)}}));
    assert_eq!(fault(&document(MAX_VALUE_CHARACTERS)), None);
    assert!(matches!(fault(&document(MAX_VALUE_CHARACTERS + 1)), Some(Fault::ValueTooLong { .. })));
}

#[test]
fn a_key_is_so_long_and_no_longer() {
    let document =
        |count: usize| with_condition(json!({"StringEquals": {format!("x:{}", "y".repeat(count - 2)): "v"}}));
    assert_eq!(fault(&document(MAX_KEY_CHARACTERS)), None);
    assert!(matches!(fault(&document(MAX_KEY_CHARACTERS + 1)), Some(Fault::Key { .. })));
}

#[test]
fn a_deep_document_does_not_take_the_stack() {
    assert!(matches!(fault(&"[".repeat(MAX_CHARACTERS)), Some(Fault::Json { .. })));
    assert!(matches!(fault(&r#"{"a":"#.repeat(2_000)), Some(Fault::Json { .. })));
}
