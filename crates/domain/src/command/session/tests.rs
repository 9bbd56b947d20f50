//! Names and policies of sessions, against the limits of AWS STS.

use iam::policy::{Context, EvalDecision, Policy, Request, evaluate};

use super::*;

const ADMINISTRATOR: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// What AWS decides of a session whose role may all, by guardrails and our own policy together.
fn decided(guardrails: &[&str], action: &str, keys: &[(&str, &str)]) -> EvalDecision {
    let mut policies: Vec<Policy> = guardrails.iter().map(|text| Policy::parse("guardrail", text).unwrap()).collect();
    policies.push(Policy::parse("ours", deny_policy()).unwrap());
    let mut context = Context::new();
    for (key, value) in keys {
        context.insert(key, *value);
    }
    evaluate(&policies, &Request { action, resource: "*", context: &context })
}

#[test]
fn a_session_is_named_after_whoever_acts() {
    assert_eq!(SessionName::of("slack", "U012AB3CD").as_str(), "Bellhop-slack-U012AB3CD");
    let teams = SessionName::of("teams", "0b7f7a5a-2f0c-4a0b-9d5e-9d3f1a2b3c4d");
    assert_eq!(teams.as_str(), "Bellhop-teams-0b7f7a5a-2f0c-4a0b-9d5e-9d3f1a2b3c4d");
    let odd = SessionName::of("slack", &"ü /".repeat(100));
    assert_eq!(odd.as_str().len(), NAME_MAX);
    assert!(odd.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte)));
}

#[test]
fn the_deny_list_binds_an_administrator() {
    for action in [
        "secretsmanager:GetSecretValue",
        "sts:AssumeRole",
        "iam:CreateAccessKey",
        "kms:Decrypt",
        "chatbot:UpdateSlackChannelConfiguration",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "dynamodb:GetItem",
        "ec2:GetPasswordData",
        "lightsail:DownloadDefaultKeyPair",
        "ssm:StartSession",
        "gamelift:GetInstanceAccess",
    ] {
        assert_eq!(decided(&[ADMINISTRATOR], action, &[]), EvalDecision::ExplicitDeny, "{action}");
    }
    for action in ["lambda:InvokeFunction", "s3:ListBucket", "ec2:RunInstances", "ssm:GetParameter", "dynamodb:Query"] {
        assert_eq!(decided(&[ADMINISTRATOR], action, &[]), EvalDecision::Allowed, "{action}");
    }
}

/// An `Allow *` in our policy would undo every guardrail: session policies are one set.
#[test]
fn the_deny_list_allows_nothing() {
    assert_eq!(decided(&[], "lambda:ListFunctions", &[]), EvalDecision::ImplicitDeny);
    let reads = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lambda:List*","Resource":"*"}]}"#;
    assert_eq!(decided(&[reads], "lambda:ListFunctions", &[]), EvalDecision::Allowed);
    assert_eq!(decided(&[reads], "lambda:DeleteFunction", &[]), EvalDecision::ImplicitDeny);
}

#[test]
fn what_others_do_in_the_sessions_name_is_denied_only_where_it_reveals() {
    let pass = [("iam:PassedToService", "ecs-tasks.amazonaws.com")];
    assert_eq!(decided(&[ADMINISTRATOR], "iam:PassRole", &pass), EvalDecision::Allowed);
    // Not every service says to whom.
    assert_eq!(decided(&[ADMINISTRATOR], "iam:PassRole", &[]), EvalDecision::Allowed);
    let linked = [("iam:AWSServiceName", "elasticloadbalancing.amazonaws.com")];
    assert_eq!(decided(&[ADMINISTRATOR], "iam:CreateServiceLinkedRole", &linked), EvalDecision::Allowed);
    for operation in &awscall::catalog::catalog().service("iam").unwrap().operations {
        let action = format!("iam:{}", operation.name);
        assert_eq!(decided(&[ADMINISTRATOR], &action, &[]), EvalDecision::ExplicitDeny, "{action}");
    }
    let by = |service: &str| {
        let via = format!("{service}.eu-west-1.amazonaws.com");
        decided(&[ADMINISTRATOR], "kms:Decrypt", &[("kms:ViaService", via.as_str())])
    };
    assert_eq!((by("sqs"), by("ssm")), (EvalDecision::Allowed, EvalDecision::ExplicitDeny));
}

/// AWS STS counts the ARNs of the guardrails in: ten of common length fit beside.
#[test]
fn the_policy_leaves_room_for_guardrails() {
    let ten = 10 * "arn:aws:iam::123456789012:policy/our-chat-guardrail-for-production".len();
    assert!(deny_policy().len() + ten <= POLICY_CHARACTERS_MAX, "{}", deny_policy().len());
    assert!(deny_policy().is_ascii());
}

fn merged(documents: &[&str]) -> Result<String, Unmergeable> {
    let guardrails: Vec<_> =
        documents.iter().map(|document| GuardrailDocument { arn: "arn:aws:iam::1:policy/x", document }).collect();
    merged_policy(&guardrails)
}

#[test]
fn guardrails_merge_into_one_policy_that_still_denies() {
    let one = r#"{"Version":"2012-10-17","Statement":{"Sid":"A","Effect":"Allow","Action":"lambda:*","Resource":"*"}}"#;
    let other = r#"{"Statement":[{"Sid":"A","Effect":"Allow","Action":"secretsmanager:*","Resource":"*"}]}"#;
    let policy = Policy::parse("merged", &merged(&[one, other]).unwrap()).unwrap();
    let context = Context::new();
    let decided = |action| evaluate([&policy], &Request { action, resource: "*", context: &context });
    assert_eq!(decided("lambda:InvokeFunction"), EvalDecision::Allowed);
    assert_eq!(decided("secretsmanager:GetSecretValue"), EvalDecision::ExplicitDeny);
    assert_eq!(decided("ec2:RunInstances"), EvalDecision::ImplicitDeny);
}

#[test]
fn guardrails_that_would_mean_something_else_are_not_merged() {
    let old = r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${aws:username}"}}"#;
    assert!(matches!(merged(&[old]), Err(Unmergeable::OldVariables(_))));
    for not_one in ["", "[]", "{}", r#"{"Statement":[{"Effect":"Allow","Action":"s3:*"}]}"#, r#"{"Statement":"x"}"#] {
        assert!(matches!(merged(&[not_one]), Err(Unmergeable::NotADocument(_))), "{not_one}");
    }
    let actions: Vec<String> = (0..60).map(|n| format!("lambda:Invoke{n}")).collect();
    let long =
        json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": actions, "Resource": "*" }] });
    assert!(matches!(merged(&[&long.to_string()]), Err(Unmergeable::TooLong(_))));
}
