//! An output without its secrets: what AWS's model marks as sensitive, what is called like a secret, and what looks like one.
//!
//! `result` calls it first. It errs towards hiding, except for what is needed to go on: the tokens of pages.

use awscall::model::{Kind, Operation, Service, ShapeId};
use serde_json::{Map, Value};

use crate::notification::sensitive::{self, HIDDEN, is_sensitive_name, is_value, names_a_secret};
use crate::notification::text::words;

/// What stands for what the model marks.
pub const MASK: &str = "*****";
/// Deeper is hidden: nobody reads it, and what walks it is recursive.
const DEPTH_MAX: usize = 64;

/// Services and members that the models mark, and that are read when something is wrong: why a workflow failed, which account it is. What
/// looks like a secret in them is hidden all the same.
const TOLD: [(&str, &str); 9] = [
    ("bedrock", "name"),
    ("glue", "EvaluatedRule"),
    ("glue", "EvaluationMessage"),
    ("grafana", "name"),
    ("organizations", "AccountName"),
    ("organizations", "Name"),
    ("stepfunctions", "cause"),
    ("stepfunctions", "error"),
    ("stepfunctions", "redriveStatusReason"),
];

pub struct Masked {
    pub output: Value,
    /// Whether anything is.
    pub hides: bool,
}

pub fn masked(service: &'static Service, operation: &'static Operation, output: &Value) -> Masked {
    let mut walk = Walk { service, hides: false };
    let output = walk.value(output, operation.output, 0);
    Masked { output, hides: walk.hides }
}

struct Walk {
    service: &'static Service,
    hides: bool,
}

impl Walk {
    fn value(&mut self, value: &Value, shape: Option<ShapeId>, depth: usize) -> Value {
        if depth > DEPTH_MAX {
            return self.hidden(HIDDEN);
        }
        let shape = shape.map(|id| self.service.shape(id));
        // A flag or a number that is marked is none: models mark whole families of shapes.
        if shape.is_some_and(|shape| shape.sensitive)
            && matches!(value, Value::String(_) | Value::Object(_) | Value::Array(_))
        {
            return self.hidden(MASK);
        }
        match (value, shape.map(|shape| &shape.kind)) {
            (Value::Object(members), Some(Kind::Structure(structure))) if !structure.document => {
                let pair = names_a_secret(members);
                let of = |name: &str| structure.members.iter().find(|member| member.name == name);
                self.members(members, |walk, name, member| {
                    if pair && is_value(name) && member.is_string() {
                        return walk.hidden(HIDDEN);
                    }
                    walk.named(name, member, of(name).map(|member| member.shape), depth)
                })
            }
            (Value::Object(members), Some(Kind::Map { value: of, .. })) => {
                self.members(members, |walk, name, member| walk.named(name, member, Some(of.shape), depth))
            }
            (Value::Array(items), Some(Kind::List { member, .. })) => {
                Value::Array(items.iter().map(|item| self.value(item, Some(member.shape), depth + 1)).collect())
            }
            (Value::Null | Value::Bool(_) | Value::Number(_), _) | (_, Some(Kind::Timestamp { .. })) => value.clone(),
            _ => self.unmodelled(value),
        }
    }

    fn members(&mut self, members: &Map<String, Value>, mut of: impl FnMut(&mut Self, &str, &Value) -> Value) -> Value {
        Value::Object(members.iter().map(|(name, member)| (name.clone(), of(self, name, member))).collect())
    }

    /// A text under the name of a secret is one; a structure under it may hold more than the secret.
    fn named(&mut self, name: &str, value: &Value, shape: Option<ShapeId>, depth: usize) -> Value {
        match value {
            Value::String(_) if is_token_of_requests(name) || self.is_one_of_a_few(shape) => value.clone(),
            Value::String(_) if is_sensitive_name(name) => self.hidden(HIDDEN),
            Value::String(_) if TOLD.contains(&(self.service.name, name)) => self.unmodelled(value),
            Value::Array(items) if is_sensitive_name(name) && items.iter().any(Value::is_string) => self.hidden(HIDDEN),
            _ => self.value(value, shape, depth + 1),
        }
    }

    /// A value that the model lists is nobody's secret, whatever it is called: `apiKeySource` is `HEADER`.
    fn is_one_of_a_few(&self, shape: Option<ShapeId>) -> bool {
        let shape = shape.map(|id| self.service.shape(id));
        shape.is_some_and(|shape| {
            !shape.sensitive && matches!(&shape.kind, Kind::String { values } if !values.is_empty())
        })
    }

    /// A text, or what no model describes: judged as notifications are.
    fn unmodelled(&mut self, value: &Value) -> Value {
        let mut shown = value.clone();
        sensitive::hide(&mut shown);
        self.hides |= shown != *value;
        shown
    }

    fn hidden(&mut self, mask: &str) -> Value {
        self.hides = true;
        Value::String(mask.to_owned())
    }
}

/// The tokens of pages, and those by which a request is told from another: they open nothing.
pub fn is_token_of_requests(name: &str) -> bool {
    let words: Vec<String> = words(name).take(8).collect();
    let is = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    words.last().is_some_and(|last| last == "token")
        && is(&[
            "next",
            "continuation",
            "pagination",
            "page",
            "client",
            "idempotency",
            "lock",
            "marker",
            "forward",
            "backward",
        ])
}

#[cfg(test)]
mod tests {
    use awscall::call::Call;
    use serde_json::json;

    use super::*;

    fn of(service: &str, operation: &str, output: &Value) -> Masked {
        let call = Call::of(service, operation, Map::new()).unwrap();
        masked(call.service, call.operation, output)
    }

    #[test]
    fn why_it_failed_and_which_account_it_is_are_told_and_no_secret_with_them() {
        for (service, name) in TOLD {
            let service = awscall::catalog::catalog().service(service).unwrap();
            let is_marked =
                |member: &awscall::model::Member| member.name == name && service.shape(member.shape).sensitive;
            let structures = service.shapes.iter().filter_map(|shape| match &shape.kind {
                Kind::Structure(structure) => Some(structure),
                _ => None,
            });
            assert!(structures.flat_map(|it| &it.members).any(is_marked), "{} {name} needs no exception", service.name);
        }
        let output =
            json!({"status": "FAILED", "error": "States.TaskFailed", "cause": "no route to 10.0.0.1", "input": "{}"});
        let told = of("stepfunctions", "DescribeExecution", &output).output;
        assert_eq!(
            (&told["error"], &told["cause"], &told["input"]),
            (&output["error"], &output["cause"], &json!(MASK))
        );
        let cause = json!({"cause": "refused: password=hunter2 AKIAIOSFODNN7EXAMPLE"});
        let told = of("stepfunctions", "DescribeExecution", &cause);
        assert!(told.hides && !told.output.to_string().contains("hunter2"), "{}", told.output);
    }

    #[test]
    fn what_the_model_marks_is_masked() {
        let output = json!({"FunctionName": "pay", "Environment": {"Variables": {"STAGE": "prod"}}, "MemorySize": 128});
        let masked = of("lambda", "GetFunctionConfiguration", &output);
        assert!(masked.hides);
        let wanted = json!({"FunctionName": "pay", "Environment": {"Variables": MASK}, "MemorySize": 128});
        assert_eq!(masked.output, wanted);
    }

    #[test]
    fn what_only_sounds_like_a_secret_is_shown() {
        let apis = json!({"items": [{"id": "a", "apiKeySource": "HEADER"}]});
        assert_eq!(of("apigateway", "GetRestApis", &apis).output, apis);
        let sets = json!({"IPSets": [{"Name": "office", "LockToken": "75ff4d89-3603-45a7-889c-2ce796b5bd25"}]});
        assert_eq!(of("wafv2", "ListIPSets", &sets).output, sets);
    }

    #[test]
    fn what_is_called_or_looks_like_a_secret_is_hidden() {
        let output = json!({"Stacks": [{
            "StackName": "shop",
            "Parameters": [{"ParameterKey": "Stage", "ParameterValue": "prod"}],
            "Tags": [{"Key": "api-token", "Value": "t0p"}, {"Key": "team", "Value": "shop"}],
            "Description": "postgres://u:hunter2@db/x",
        }], "NextToken": "abc"});
        let masked = of("cloudformation", "DescribeStacks", &output);
        let text = masked.output.to_string();
        assert!(masked.hides && !text.contains("t0p") && !text.contains("hunter2"), "{text}");
        assert!(
            text.contains("\"team\"") && text.contains("\"Value\":\"shop\"") && text.contains("\"NextToken\":\"abc\"")
        );
    }

    #[test]
    fn what_is_harmless_stays_whole() {
        let output =
            json!({"Functions": [{"FunctionName": "pay", "Runtime": "python3.12", "Timeout": 3}], "NextMarker": "n"});
        let masked = of("lambda", "ListFunctions", &output);
        assert_eq!((masked.output, masked.hides), (output, false));
    }
}
