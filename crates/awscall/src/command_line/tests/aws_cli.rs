//! The AWS CLI's own parser as the oracle: each line of `aws_cli.txt` is the same call here as it is there.
//! `aws_cli.json` is what the pinned AWS CLI says; `tests/conformance/command_lines.py` writes it.

use serde_json::{Value, json};

use super::super::OutputFormat;
use super::run;

const FACTS: &str = include_str!("aws_cli.json");
const LINES: &str = include_str!("aws_cli.txt");

fn facts() -> Vec<Value> {
    serde_json::from_str(FACTS).unwrap()
}

/// Python says 5.0 where 5 was typed for a number with a point; both are the same on the wire.
fn same(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Number(ours), Value::Number(theirs)) => ours.as_f64() == theirs.as_f64(),
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| same(ours, theirs))
        }
        (Value::Object(ours), Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().all(|(name, ours)| theirs.get(name).is_some_and(|theirs| same(ours, theirs)))
        }
        (ours, theirs) => ours == theirs,
    }
}

#[test]
fn each_line_is_the_call_that_the_aws_cli_makes_of_it() {
    let facts = facts();
    assert!(facts.len() >= 150, "{}", facts.len());
    assert_eq!(facts.len(), LINES.lines().count(), "run tests/conformance/command_lines.py");
    let mut wrong = Vec::new();
    for fact in facts {
        let line = fact["line"].as_str().unwrap();
        let command = run(line);
        let ours = Value::Object(command.call.input.clone());
        if command.call.operation.name != fact["operation"] || !same(&ours, &fact["input"]) {
            wrong.push(format!("{line}\n  ours   {ours}\n  theirs {}", fact["input"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_concerns_the_answer_is_the_same_too() {
    for fact in facts() {
        let line = fact["line"].as_str().unwrap();
        let command = run(line);
        let ours = json!([
            command.max_items,
            command.page_size,
            command.starting_token,
            command.region,
            command.output.map(OutputFormat::word),
            command.query,
        ]);
        let theirs = ["max_items", "page_size", "starting_token", "region", "output", "query"]
            .map(|name| fact.get(name).cloned().unwrap_or_default());
        assert_eq!(ours, json!(theirs), "{line}");
        let paginated = command.call.operation.paginator.is_some();
        assert_eq!(command.paginate, paginated && fact.get("no_paginate").is_none(), "{line}");
    }
}

#[test]
fn the_canonical_line_is_the_same_call_again() {
    for fact in facts() {
        let command = run(fact["line"].as_str().unwrap());
        let again = run(&command.shown);
        assert_eq!(again.call.input, command.call.input, "{}", command.shown);
        assert_eq!(again.shown, command.shown);
        assert_eq!(again.paginate, command.paginate, "{}", command.shown);
        assert_eq!((again.region, again.query, again.max_items), (command.region, command.query, command.max_items));
    }
}
