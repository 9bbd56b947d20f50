//! What holds for all policies.

use crate::policy::{Context, EvalDecision, Policy, Request, evaluate, simulate};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

const ACTIONS: &[&str] = &["*", "chatbot:*", "chatbot:Get*", "chatbot:GetCustomAction", "chatbot:Delete*", "sns:*"];
const RESOURCES: &[&str] =
    &["*", "arn:aws:chatbot:*", "arn:aws:chatbot::*:custom-action/${aws:username}", "arn:aws:sns:::t"];
const ASKED: &[&str] = &["chatbot:GetCustomAction", "chatbot:DeleteCustomAction", "sns:Publish"];
const ON: &[&str] = &["*", "arn:aws:chatbot::111122223333:custom-action/anna", "arn:aws:sns:::t"];

/// Statements over few words, so that many match.
fn a_statement() -> impl Strategy<Value = Value> {
    let conditions = select(vec![
        json!({}),
        json!({"StringEquals": {"aws:username": ["anna", "ben"]}}),
        json!({"StringNotLike": {"aws:username": "a*"}}),
        json!({"Null": {"aws:username": "true"}}),
        json!({"ForAllValues:StringLike": {"aws:TagKeys": "t*"}}),
        json!({"NumericLessThanIfExists": {"x:size": 10}}),
        json!({"ForAnyValue:StringEquals": {"aws:TagKeys": "${aws:username}"}}),
    ]);
    let effects = select(vec!["Allow", "Allow", "Deny"]);
    let negations = (prop::bool::weighted(0.2), prop::bool::weighted(0.2));
    (effects, select(ACTIONS), select(RESOURCES), negations, conditions).prop_map(
        |(effect, action, resource, (not_action, not_resource), condition)| {
            let action_element = if not_action { "NotAction" } else { "Action" };
            let resource_element = if not_resource { "NotResource" } else { "Resource" };
            json!({"Effect": effect, action_element: action, resource_element: resource, "Condition": condition})
        },
    )
}

fn some_policies() -> impl Strategy<Value = Vec<Vec<Value>>> {
    prop::collection::vec(prop::collection::vec(a_statement(), 1..4), 1..4)
}

fn a_context() -> impl Strategy<Value = Context> {
    let username = prop::option::of(select(vec!["anna", "ben", "*", "c"]));
    let tag_keys = prop::option::of(prop::collection::vec(select(vec!["t", "team", "anna", "x"]), 0..3));
    let size = prop::option::of(select(vec!["9", "10", "many"]));
    (username, tag_keys, size).prop_map(|(username, tag_keys, size)| {
        let mut context = Context::new();
        if let Some(username) = username {
            context.insert("aws:username", username);
        }
        if let Some(keys) = tag_keys {
            context.insert_many("aws:TagKeys", keys);
        }
        if let Some(size) = size {
            context.insert("x:size", size);
        }
        context
    })
}

fn parsed(policies: &[Vec<Value>]) -> Vec<Policy> {
    policies.iter().map(|statements| super::statements(&json!(statements))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_deny_of_everything_wins_wherever_it_stands(
        policies in some_policies(), at in any::<prop::sample::Index>(), within in any::<prop::sample::Index>(),
        action in select(ASKED), resource in select(ON), context in a_context(),
    ) {
        let mut policies = policies;
        let at = at.index(policies.len());
        let within = within.index(policies[at].len() + 1);
        policies[at].insert(within, json!({"Effect": "Deny", "Action": "*", "Resource": "*"}));
        let request = Request { action, resource, context: &context };
        prop_assert_eq!(evaluate(&parsed(&policies), &request), EvalDecision::ExplicitDeny);
    }

    #[test]
    fn no_order_matters(
        (policies, shuffled) in some_policies().prop_flat_map(|policies| {
            let each: Vec<_> = policies.iter().map(|statements| Just(statements.clone()).prop_shuffle()).collect();
            (Just(policies), each.prop_shuffle())
        }),
        action in select(ASKED), resource in select(ON), context in a_context(),
    ) {
        let request = Request { action, resource, context: &context };
        let decided = evaluate(&parsed(&policies), &request);
        prop_assert_eq!(evaluate(&parsed(&shuffled), &request), decided);
        let all_in_one = [policies.concat()];
        prop_assert_eq!(evaluate(&parsed(&all_in_one), &request), decided);
        let simulated = simulate(&parsed(&shuffled), &request);
        prop_assert_eq!(simulated.decision, decided);
        prop_assert_eq!(simulated.matched_statements.is_empty(), decided == EvalDecision::ImplicitDeny);
    }

    /// Wherever a variable may stand, its value is compared letter by letter.
    #[test]
    fn a_variables_value_never_widens_a_match(value in r"[ab*?:/${}']{0,6}", name in r"[ab*?:/${}']{0,6}") {
        let mut context = Context::new();
        context.insert("aws:username", value.clone());
        let tagged = format!("arn:aws:s3:::{name}");
        context.insert("x:tag", tagged.clone());
        let pattern = "arn:aws:s3:::${aws:username}";
        let everything = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
        let on_resource = json!({"Effect": "Allow", "Action": "*", "Resource": pattern});
        let mut statements = vec![on_resource];
        for operator in ["StringEquals", "StringLike", "ArnEquals", "ForAnyValue:ArnLike", "StringEqualsIgnoreCase"] {
            let mut statement = everything.clone();
            statement["Condition"] = json!({operator: {"x:tag": pattern}});
            statements.push(statement);
        }
        for statement in statements {
            let policy = super::statements(&statement);
            let request = Request { action: "s3:GetObject", resource: &tagged, context: &context };
            prop_assert_eq!(evaluate([&policy], &request).is_allowed(), value == name, "{}", statement);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        drop(Policy::parse("test", &text));
    }

    #[test]
    fn any_json_is_read_or_refused_and_what_is_read_is_evaluated(document in any_json(), context in a_context()) {
        if let Ok(policy) = Policy::parse("test", &document.to_string()) {
            let request = Request { action: "chatbot:GetCustomAction", resource: "*", context: &context };
            prop_assert_eq!(simulate([&policy], &request).decision, evaluate([&policy], &request));
        }
    }

    /// The strings of a policy are where a parser by hand would go wrong.
    #[test]
    fn any_pattern_is_read_or_refused(text in r"(\$|\{|\}|\*|\?|'|,| |:|a|ü|\$\{a:b\}|\$\{a:b, 'c'\}){0,12}", value in "[ab:*ü]{0,8}") {
        let condition = json!({"StringLike": {"x:y": text}, "ArnLikeIfExists": {"x:z": format!("arn:aws:s3:::{text}")}});
        let statement = json!({"Effect": "Allow", "Action": "*", "Resource": format!("arn:aws:s3:::{text}"), "Condition": condition});
        let document = json!({"Version": "2012-10-17", "Statement": statement}).to_string();
        if let Ok(policy) = Policy::parse("test", &document) {
            let mut context = Context::new();
            context.insert("x:y", value.clone());
            context.insert("a:b", value);
            let request = Request { action: "chatbot:GetCustomAction", resource: "arn:aws:s3:::a", context: &context };
            prop_assert_eq!(simulate([&policy], &request).decision, evaluate([&policy], &request));
        }
    }
}

/// JSON of the words that policies are made of, in all the wrong places and some right ones.
fn any_json() -> impl Strategy<Value = Value> {
    let words = select(vec![
        "Version",
        "2012-10-17",
        "Statement",
        "Sid",
        "Effect",
        "Allow",
        "Deny",
        "Action",
        "NotAction",
        "Resource",
        "Condition",
        "StringLike",
        "ForAllValues:DateLessThan",
        "NumericEquals",
        "IpAddress",
        "Null",
        "aws:username",
        "*",
        "chatbot:*",
        "arn:aws:chatbot:*",
        "${aws:username}",
        "${",
        "true",
        "-",
        "1-1T:",
        "::/0",
        "",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        words.clone().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let nested = leaf.prop_recursive(5, 40, 6, move |inner| {
        let members = prop::collection::vec((words.clone(), inner.clone()), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            members.prop_map(|members| members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    });
    let conditions = nested.clone();
    prop_oneof![
        nested.clone(),
        nested.prop_map(|statement| json!({"Version": "2012-10-17", "Statement": statement})),
        conditions.prop_map(|condition| {
            let statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition});
            json!({"Version": "2012-10-17", "Statement": statement})
        }),
    ]
}
