//! A rule set, asked with parameters: the first rule whose conditions hold says the endpoint, or why there is none.
//!
//! Fails closed: what a rule reads and is not there is an error, never an empty text in a host name.

use super::functions;
use super::rules::{Condition, Expression, Function, Piece, Rule, RuleSet, Scheme, Step, Then};
use crate::percent;

/// What rules compute with.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Flag(bool),
    List(Vec<Value>),
    Record(Vec<(&'static str, Value)>),
}

/// What the rules said.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Resolved {
    pub url: String,
    /// In the order of the rules' preference.
    pub schemes: Vec<ResolvedScheme>,
    pub headers: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct ResolvedScheme {
    pub name: String,
    pub signing_name: Option<String>,
    pub signing_region: Option<String>,
    pub disable_double_encoding: bool,
}

/// Why the rules gave no endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// In AWS's words.
    Said(String),
    /// No rule applies, or one cannot be computed.
    Unresolved(&'static str),
}

type Outcome<T> = Result<T, Refusal>;

pub(super) fn resolve(set: &RuleSet, parameters: Vec<(String, Value)>) -> Outcome<Resolved> {
    let mut scope = Scope { named: parameters };
    scope.first_of(&set.rules)?.ok_or(Refusal::Unresolved("no rule applies"))
}

/// What has a name, innermost last: leaving a rule forgets what its conditions assigned.
struct Scope {
    named: Vec<(String, Value)>,
}

impl Scope {
    fn first_of(&mut self, rules: &[Rule]) -> Outcome<Option<Resolved>> {
        for rule in rules {
            let outer = self.named.len();
            let resolved = self.rule(rule);
            self.named.truncate(outer);
            if let Some(resolved) = resolved? {
                return Ok(Some(resolved));
            }
        }
        Ok(None)
    }

    fn rule(&mut self, rule: &Rule) -> Outcome<Option<Resolved>> {
        for condition in &rule.conditions {
            if !self.holds(condition)? {
                return Ok(None);
            }
        }
        match &rule.then {
            Then::Rules(rules) => self.first_of(rules),
            Then::Error(words) => Err(Refusal::Said(self.text(words)?)),
            Then::Endpoint { url, schemes, headers } => {
                let schemes = schemes.iter().map(|scheme| self.scheme(scheme)).collect::<Outcome<_>>()?;
                let mut all = Vec::new();
                for (name, values) in headers {
                    for value in values {
                        all.push((name.clone(), self.text(value)?));
                    }
                }
                Ok(Some(Resolved { url: self.text(url)?, schemes, headers: all }))
            }
        }
    }

    /// Whether it gives anything but false.
    fn holds(&mut self, condition: &Condition) -> Outcome<bool> {
        let value = self.call(&condition.call)?;
        let holds = !matches!(value, None | Some(Value::Flag(false)));
        if let (Some(name), Some(value)) = (&condition.assign, value) {
            self.named.push((name.clone(), value));
        }
        Ok(holds)
    }

    fn scheme(&self, scheme: &Scheme) -> Outcome<ResolvedScheme> {
        let regions: Vec<String> =
            scheme.signing_regions.iter().map(|region| self.text(region)).collect::<Outcome<_>>()?;
        Ok(ResolvedScheme {
            name: scheme.name.clone(),
            signing_name: scheme.signing_name.as_ref().map(|name| self.text(name)).transpose()?,
            signing_region: (!regions.is_empty()).then(|| regions.join(",")),
            disable_double_encoding: scheme.disable_double_encoding,
        })
    }

    fn named(&self, name: &str) -> Option<&Value> {
        self.named.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    fn value(&self, expression: &Expression) -> Outcome<Option<Value>> {
        match expression {
            Expression::Text(pieces) => self.pieces(pieces).map(|text| Some(Value::Text(text))),
            Expression::Flag(flag) => Ok(Some(Value::Flag(*flag))),
            // Positions are read where the function is; nothing computes with them.
            Expression::Number(_) => Err(Refusal::Unresolved("a number stands where none can")),
            Expression::Reference(name) => Ok(self.named(name).cloned()),
            Expression::Call(function) => self.call(function),
        }
    }

    fn pieces(&self, pieces: &[Piece]) -> Outcome<String> {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Reference { name, attributes } => {
                    let value = self.named(name).and_then(|value| at(value, attributes));
                    let Some(Value::Text(value)) = value else {
                        return Err(Refusal::Unresolved("a name in a text has no text"));
                    };
                    text.push_str(value);
                }
            }
        }
        Ok(text)
    }

    fn text(&self, expression: &Expression) -> Outcome<String> {
        match self.value(expression)? {
            Some(Value::Text(text)) => Ok(text),
            _ => Err(Refusal::Unresolved("there is no text where one must be")),
        }
    }

    fn flag(&self, expression: &Expression) -> Outcome<bool> {
        match self.value(expression)? {
            Some(Value::Flag(flag)) => Ok(flag),
            _ => Err(Refusal::Unresolved("there is no yes or no where one must be")),
        }
    }

    /// Of what may be missing.
    fn given_text(&self, expression: &Expression) -> Outcome<Option<String>> {
        match self.value(expression)? {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(_) => Err(Refusal::Unresolved("there is no text where one must be")),
            None => Ok(None),
        }
    }

    fn call(&self, function: &Function) -> Outcome<Option<Value>> {
        let flag = |flag| Ok(Some(Value::Flag(flag)));
        match function {
            Function::IsSet(of) => flag(self.value(of)?.is_some()),
            Function::Not(of) => flag(!self.flag(of)?),
            Function::Attribute(of, path) => Ok(self.value(of)?.and_then(|value| at(&value, path).cloned())),
            Function::StringEquals(one, other) => flag(self.text(one)? == self.text(other)?),
            Function::BooleanEquals(one, other) => flag(self.flag(one)? == self.flag(other)?),
            Function::Partition(of) => Ok(functions::partition(self.given_text(of)?.as_deref())),
            Function::ParseArn(of) => Ok(self.given_text(of)?.as_deref().and_then(functions::parse_arn)),
            Function::ParseUrl(of) => Ok(self.given_text(of)?.as_deref().and_then(functions::parse_url)),
            Function::UriEncode(of) => Ok(self.given_text(of)?.as_deref().map(|text| Value::Text(percent::all(text)))),
            Function::Substring { of, start, stop, reverse } => {
                let part = functions::substring(&self.text(of)?, *start, *stop, *reverse).map(str::to_owned);
                Ok(part.map(Value::Text))
            }
            Function::IsValidHostLabel(of, dots) => {
                let dots = self.flag(dots)?;
                flag(self.given_text(of)?.is_some_and(|text| functions::is_valid_host_label(&text, dots)))
            }
            Function::IsVirtualHostableBucket(of, dots) => {
                let dots = self.flag(dots)?;
                flag(self.given_text(of)?.is_some_and(|text| functions::is_virtual_hostable_bucket(&text, dots)))
            }
        }
    }
}

fn at<'a>(value: &'a Value, path: &[Step]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, step| match (value, step) {
        (Value::Record(members), Step::Name(name)) => {
            members.iter().find(|(known, _)| known == name).map(|(_, member)| member)
        }
        (Value::List(values), Step::Index(index)) => values.get(*index),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::rules::Rules;
    use super::{Refusal, Value, resolve};

    fn asked(rules: &serde_json::Value, parameters: &[(&str, &str)]) -> Result<String, Refusal> {
        let set = json!({ "version": "1.0", "parameters": {}, "rules": rules });
        let rules = Rules::new(String::leak(set.to_string()));
        let parameters =
            parameters.iter().map(|(name, text)| ((*name).to_owned(), Value::Text((*text).to_owned()))).collect();
        resolve(rules.set().expect("a rule set"), parameters).map(|resolved| resolved.url)
    }

    fn goes(url: &str) -> serde_json::Value {
        json!({ "type": "endpoint", "conditions": [], "endpoint": { "url": url } })
    }

    #[test]
    fn what_a_rule_assigned_is_forgotten_behind_it() {
        let split = json!({ "fn": "aws.parseArn", "argv": [{ "ref": "Given" }], "assign": "arn" });
        let never = json!({ "fn": "stringEquals", "argv": ["a", "b"] });
        let first = json!({ "type": "tree", "conditions": [split], "rules": [
            { "type": "tree", "conditions": [never], "rules": [goes("https://never.example")] },
        ] });
        let rules = json!([first, goes("https://{arn#region}.example")]);
        let given = [("Given", "arn:aws:sqs:eu-west-1:123456789012:q")];
        assert_eq!(asked(&rules, &given), Err(Refusal::Unresolved("a name in a text has no text")));
    }

    #[test]
    fn conditions_read_what_the_ones_before_assigned() {
        let split = json!({ "fn": "aws.parseArn", "argv": [{ "ref": "Given" }], "assign": "arn" });
        let queue = json!({ "fn": "stringEquals", "argv": [{ "fn": "getAttr", "argv": [{ "ref": "arn" }, "resourceId[1]"] }, "b"] });
        let rules = json!([{ "type": "endpoint", "conditions": [split, queue], "endpoint": { "url": "https://{arn#region}.example" } }]);
        let ask = |arn: &str| asked(&rules, &[("Given", arn)]);
        assert_eq!(ask("arn:aws:sqs:eu-west-1:123456789012:a/b"), Ok("https://eu-west-1.example".to_owned()));
        assert_eq!(ask("arn:aws:sqs:eu-west-1:123456789012:a:b"), Ok("https://eu-west-1.example".to_owned()));
        assert_eq!(ask("no arn"), Err(Refusal::Unresolved("no rule applies")));
    }

    #[test]
    fn what_is_missing_is_no_empty_text_in_a_host() {
        let rules = json!([goes("https://x.{Region}.example")]);
        assert_eq!(asked(&rules, &[]), Err(Refusal::Unresolved("a name in a text has no text")));
        assert_eq!(asked(&rules, &[("Region", "eu-west-1")]), Ok("https://x.eu-west-1.example".to_owned()));
    }

    #[test]
    fn a_rule_that_is_not_understood_spoils_the_set() {
        for condition in [json!({ "fn": "aws.newest", "argv": [] }), json!({ "fn": "isSet", "argv": [] })] {
            let set = json!({ "parameters": {}, "rules": [
                { "type": "endpoint", "conditions": [condition], "endpoint": { "url": "https://x.example" } },
            ] });
            assert!(Rules::new(String::leak(set.to_string())).set().is_err());
        }
    }
}
