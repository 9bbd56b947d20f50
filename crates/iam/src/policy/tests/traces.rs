//! What a simulation says beyond the decision, and which keys a policy asks for.

use super::{context, policy, statements};
use crate::policy::{EvalDecision, MatchedStatement, Policy, Request, simulate};
use serde_json::json;
use std::collections::BTreeSet;

fn named(name: &str, statements: &serde_json::Value) -> Policy {
    Policy::parse(name, &json!({"Version": "2012-10-17", "Statement": statements}).to_string()).expect("a policy")
}

fn matched(policy: &str, index: usize, sid: Option<&str>) -> MatchedStatement {
    MatchedStatement { policy: policy.to_owned(), index, sid: sid.map(str::to_owned) }
}

#[test]
fn all_statements_that_allow_are_named() {
    let policies = [
        named(
            "Readers",
            &json!([
                {"Effect": "Allow", "Action": "sns:*", "Resource": "*"},
                {"Sid": "Read", "Effect": "Allow", "Action": "chatbot:Get*", "Resource": "*"},
            ]),
        ),
        named("Everybody", &json!({"Effect": "Allow", "Action": "*", "Resource": "*"})),
    ];
    let context = context(&json!({}));
    let found = simulate(&policies, &Request { action: "chatbot:GetCustomAction", resource: "*", context: &context });
    assert_eq!(found.decision, EvalDecision::Allowed);
    assert_eq!(found.matched_statements, [matched("Readers", 2, Some("Read")), matched("Everybody", 1, None)]);
    assert_eq!(found.missing_context_values, BTreeSet::new());
}

#[test]
fn beside_a_deny_no_allow_is_named() {
    let policies = [
        named(
            "Everybody",
            &json!([
                {"Effect": "Allow", "Action": "*", "Resource": "*"},
                {"Sid": "", "Effect": "Deny", "Action": "chatbot:*", "Resource": "*"},
            ]),
        ),
        named("Nobody", &json!({"Sid": "No", "Effect": "Deny", "Action": "*", "Resource": "*"})),
    ];
    let context = context(&json!({}));
    let found = simulate(&policies, &Request { action: "chatbot:GetCustomAction", resource: "*", context: &context });
    assert_eq!(found.decision, EvalDecision::ExplicitDeny);
    assert_eq!(found.matched_statements, [matched("Everybody", 2, None), matched("Nobody", 1, Some("No"))]);
}

#[test]
fn what_the_context_lacks_is_named_as_first_written() {
    let policy = statements(&json!([
        {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::${aws:PrincipalTag/Team, 'none'}", "Condition": {
            "StringEquals": {"aws:ResourceTag/Owner": "${AWS:UserName}"},
            "ForAllValues:StringEquals": {"aws:TagKeys": "a"},
        }},
        {"Effect": "Deny", "Action": "sns:*", "Resource": "*", "Condition": {
            "Null": {"AWS:RESOURCETAG/OWNER": "true"},
            "Bool": {"aws:SecureTransport": "false"},
        }},
    ]));
    let context = context(&json!({"aws:securetransport": "true", "aws:TagKeys": []}));
    let found = simulate([&policy], &Request { action: "chatbot:GetCustomAction", resource: "*", context: &context });
    assert_eq!(found.decision, EvalDecision::ImplicitDeny);
    assert_eq!(found.matched_statements, []);
    let missing: Vec<&str> = found.missing_context_values.iter().map(String::as_str).collect();
    assert_eq!(missing, ["AWS:UserName", "aws:PrincipalTag/Team", "aws:ResourceTag/Owner"]);
}

#[test]
fn a_policy_says_which_keys_it_may_ask_for() {
    let policy = statements(&json!({
        "Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::${aws:PrincipalTag/Team}",
        "Condition": {"StringLike": {"aws:ResourceTag/Owner": "${aws:username}"}},
    }));
    for asked in ["aws:ResourceTag/", "AWS:resourcetag/OWNER", "aws:PrincipalTag/", "aws:username", "aws:"] {
        assert!(policy.mentions_condition_key(asked), "{asked}");
    }
    for not_asked in ["aws:RequestTag/", "ResourceTag/", "aws:usernames", "iam:"] {
        assert!(!policy.mentions_condition_key(not_asked), "{not_asked}");
    }
}

#[test]
fn what_is_no_variable_is_not_asked_for() {
    let old = policy(&json!({"Statement": {
        "Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::${aws:username}",
        "Condition": {"StringEquals": {"x:y": "${aws:username}"}},
    }}));
    assert!(!old.mentions_condition_key("aws:username"));
}

#[test]
fn decisions_are_spelled_as_iam_spells_them() {
    let spelled =
        [EvalDecision::Allowed, EvalDecision::ExplicitDeny, EvalDecision::ImplicitDeny].map(|d| d.to_string());
    assert_eq!(spelled, ["allowed", "explicitDeny", "implicitDeny"]);
}
