//! The table of decisions in `cases/`. A case has `policies` (whole documents), `statements` (of one policy of today's
//! version) or `condition` (of an Allow of everything); `source` says where the expectation is from, the reference if nothing is said.

use super::{context, policy, statements};
use crate::policy::{EvalDecision, Policy, Request, evaluate, simulate};
use serde_json::{Value, json};

const TABLES: [&str; 6] = [
    include_str!("cases/decisions.json"),
    include_str!("cases/actions_and_resources.json"),
    include_str!("cases/variables.json"),
    include_str!("cases/strings_and_arns.json"),
    include_str!("cases/numbers_dates_and_others.json"),
    include_str!("cases/sets.json"),
];

struct Case {
    name: String,
    policies: Vec<Policy>,
    /// The same condition, denying instead of allowing.
    mirrored: Option<Policy>,
    action: String,
    resource: String,
    context: Value,
    expected: String,
}

fn case(row: &Value) -> Case {
    let row = row.as_object().expect("an object");
    let known = ["name", "policies", "statements", "condition", "action", "resource", "context", "expected", "source"];
    assert!(row.keys().all(|key| known.contains(&key.as_str())), "unknown member in {row:?}");
    assert!(row.get("source").is_none_or(|source| source == "assumed"), "source of {row:?}");
    let text = |key, default: &str| row.get(key).map_or(default, |value| value.as_str().expect(key)).to_owned();
    let conditioned = |effect: &str, condition: &Value| {
        statements(&json!({"Effect": effect, "Action": "*", "Resource": "*", "Condition": condition}))
    };
    let policies = match (row.get("policies"), row.get("statements"), row.get("condition")) {
        (Some(documents), None, None) => documents.as_array().expect("a list").iter().map(policy).collect(),
        (None, Some(list), None) => vec![statements(list)],
        (None, None, Some(condition)) => vec![conditioned("Allow", condition)],
        _ => panic!("one of policies, statements and condition: {row:?}"),
    };
    Case {
        name: text("name", ""),
        policies,
        mirrored: row.get("condition").map(|condition| conditioned("Deny", condition)),
        action: text("action", "chatbot:UpdateAccountPreferences"),
        resource: text("resource", "arn:aws:chatbot::111122223333:chat-configuration/slack-channel/ops"),
        context: row.get("context").cloned().unwrap_or_else(|| json!({})),
        expected: text("expected", ""),
    }
}

#[test]
fn every_case_is_decided_as_expected() {
    let rows: Vec<Value> =
        TABLES.iter().flat_map(|table| serde_json::from_str::<Vec<Value>>(table).expect("a table")).collect();
    assert!(rows.len() >= 150, "the tables have {} cases: some went missing", rows.len());
    let mut wrong = Vec::new();
    for case in rows.iter().map(case) {
        let context = context(&case.context);
        let request = Request { action: &case.action, resource: &case.resource, context: &context };
        let decided = evaluate(&case.policies, &request);
        if decided.as_str() != case.expected {
            wrong.push(format!("{}: {decided}, expected {}", case.name, case.expected));
        }
        if evaluate(case.policies.iter().rev(), &request) != decided {
            wrong.push(format!("{}: the order of policies matters", case.name));
        }
        if simulate(&case.policies, &request).decision != decided {
            wrong.push(format!("{}: the simulation says otherwise", case.name));
        }
        // A condition holds or does not, whatever the effect.
        let denied = case.mirrored.map(|policy| evaluate([&policy], &request) == EvalDecision::ExplicitDeny);
        if denied.is_some_and(|denied| denied != decided.is_allowed()) {
            wrong.push(format!("{}: not so with Deny", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
