//! What policies say of an action before it is tried, where not all is known of it: a yes, a no, or neither. For `can-i`.
//!
//! A document is read twice: as narrow as it can be meant (what has conditions allows nothing and denies always), and as wide. Where
//! both come to the same, that is the answer. Pure; `app/command_permissions` brings the documents.

use iam::policy::{Context, Policy, Request, evaluate};
use serde_json::{Map, Value, json};

/// What is known of a decision beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forecast {
    Yes,
    No,
    /// By the resource, or by a condition.
    Depends,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Narrow,
    Wide,
}

/// What these policies together say, as one set. `resource` is an ARN, if it is known. A document that cannot be read allows nothing
/// for sure, and may allow anything.
pub fn forecast(documents: &[&str], action: &str, resource: Option<&str>) -> Forecast {
    let may = |reading| {
        let mut policies = Vec::new();
        for document in documents {
            match read(document, reading, resource.is_some()) {
                Some(policy) => policies.push(policy),
                None if reading == Reading::Wide => return true,
                None => return false,
            }
        }
        let context = Context::new();
        let request = Request { action, resource: resource.unwrap_or("*"), context: &context };
        evaluate(&policies, &request).is_allowed()
    };
    match (may(Reading::Narrow), may(Reading::Wide)) {
        (true, _) => Forecast::Yes,
        (false, false) => Forecast::No,
        (false, true) => Forecast::Depends,
    }
}

fn read(document: &str, reading: Reading, resource_is_known: bool) -> Option<Policy> {
    Policy::parse("as it stands", document).ok()?;
    let mut value: Value = serde_json::from_str(document).ok()?;
    let statements = match value.get_mut("Statement").map(Value::take)? {
        Value::Array(statements) => statements,
        statement => vec![statement],
    };
    let read: Vec<Value> = statements
        .into_iter()
        .filter_map(|statement| match statement {
            Value::Object(statement) => meant(statement, reading, resource_is_known),
            _ => None,
        })
        .collect();
    if read.is_empty() {
        return Policy::parse("nothing", NOTHING).ok();
    }
    let version = value.get("Version").cloned().unwrap_or_else(|| json!("2008-10-17"));
    Policy::parse("as it is meant", &json!({ "Version": version, "Statement": read }).to_string()).ok()
}

/// A policy has a statement at least.
const NOTHING: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"bellhop:Nothing","Resource":"arn:aws:bellhop:::nothing"}}"#;

/// A statement without its conditions, or none where they decide against it.
fn meant(mut statement: Map<String, Value>, reading: Reading, resource_is_known: bool) -> Option<Value> {
    let allows = statement.get("Effect").and_then(Value::as_str) == Some("Allow");
    // What is said generously: allows read widely, denies read narrowly.
    let generously = allows == (reading == Reading::Wide);
    if statement.remove("Condition").is_some_and(|conditions| conditions != json!({})) && !generously {
        return None;
    }
    if !resource_is_known {
        let all = statement.get("Resource").is_some_and(|resource| resource == "*" || *resource == json!(["*"]));
        if !all && !generously {
            return None;
        }
        statement.remove("NotResource");
        statement.insert("Resource".to_owned(), json!("*"));
    }
    Some(Value::Object(statement))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(statements: &Value, resource: Option<&str>) -> Forecast {
        let document = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
        forecast(&[&document], "lambda:InvokeFunction", resource)
    }

    const HELLO: &str = "arn:aws:lambda:eu-west-1:123456789012:function:hello";

    #[test]
    fn what_is_sure_is_said_and_else_it_depends() {
        let allow = |more: Value| {
            let mut statement = json!({ "Effect": "Allow", "Action": "lambda:Invoke*", "Resource": "*" });
            statement.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            statement
        };
        let mfa = json!({ "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "true" } } });
        assert_eq!(said(&json!([allow(json!({}))]), None), Forecast::Yes);
        assert_eq!(said(&json!([allow(json!({ "Action": "ec2:*" }))]), None), Forecast::No);
        assert_eq!(said(&json!([allow(mfa.clone())]), None), Forecast::Depends);
        let one = allow(json!({ "Resource": HELLO }));
        assert_eq!(said(&json!([one]), None), Forecast::Depends);
        assert_eq!(said(&json!([one]), Some(HELLO)), Forecast::Yes);
        assert_eq!(said(&json!([one]), Some("arn:aws:lambda:eu-west-1:123456789012:function:other")), Forecast::No);
        let deny = |more: Value| {
            let mut statement = json!({ "Effect": "Deny", "Action": "lambda:*", "Resource": "*" });
            statement.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            statement
        };
        assert_eq!(said(&json!([allow(json!({})), deny(json!({}))]), None), Forecast::No);
        assert_eq!(said(&json!([allow(json!({})), deny(mfa)]), None), Forecast::Depends);
        assert_eq!(said(&json!([allow(json!({})), deny(json!({ "Resource": HELLO }))]), None), Forecast::Depends);
        assert_eq!(said(&json!([allow(json!({})), deny(json!({ "Resource": HELLO }))]), Some(HELLO)), Forecast::No);
        let but_hello = json!({ "Effect": "Deny", "Action": "lambda:*", "NotResource": HELLO });
        assert_eq!(said(&json!([allow(json!({})), but_hello]), None), Forecast::Depends);
        assert_eq!(said(&json!([allow(json!({})), but_hello]), Some(HELLO)), Forecast::Yes);
    }

    #[test]
    fn several_policies_are_one_set_and_one_that_cannot_be_read_leaves_it_open() {
        let reads = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"lambda:Get*","Resource":"*"}}"#;
        let invokes =
            r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"lambda:Invoke*","Resource":"*"}}"#;
        assert_eq!(forecast(&[reads, invokes], "lambda:InvokeFunction", None), Forecast::Yes);
        assert_eq!(forecast(&[reads], "lambda:InvokeFunction", None), Forecast::No);
        assert_eq!(forecast(&[reads, "x"], "lambda:InvokeFunction", None), Forecast::Depends);
        assert_eq!(forecast(&[], "lambda:InvokeFunction", None), Forecast::No);
    }
}
