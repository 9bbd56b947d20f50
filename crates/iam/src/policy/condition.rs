//! One line of a `Condition` block: an operator, a key, its values. Parsed with the statement, asked with each request.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

mod address;
mod instant;
mod number;
mod operator;
mod predicate;

use super::context::{ConditionKey, Context};
use super::document::{Version, values};
use super::error::{Fault, PolicyError, echoed};
use super::json::Node;
use super::pattern::{Pattern, condition_key};
use operator::{Operator, Quantifier};
use predicate::Predicate;
use std::collections::BTreeSet;

#[derive(Debug)]
pub(super) struct Condition {
    operator: Operator,
    key: ConditionKey,
    predicate: Predicate,
}

/// An empty block says nothing, and IAM lets it stand. An operator without keys or a key without values does not stand:
/// its author meant something.
pub(super) fn parse(node: Node, version: Version) -> Result<Box<[Condition]>, PolicyError> {
    let mut conditions = Vec::new();
    for (name, keys) in node.into_object()? {
        let at_operator = |fault| PolicyError::in_element(format!("Condition {}", echoed(&name)), fault);
        let operator = Operator::parse(&name).ok_or_else(|| Fault::UnknownOperator { name: echoed(&name) });
        let operator = operator.map_err(|fault| PolicyError::in_element("Condition", fault))?;
        let keys = keys.into_object().map_err(at_operator)?;
        if keys.is_empty() {
            return Err(at_operator(Fault::Empty { what: "condition key" }));
        }
        let mut seen = BTreeSet::new();
        for (spelled, nodes) in keys {
            let key = condition_key(&spelled).map_err(at_operator)?;
            // Two spellings of a key would both have to hold, which nobody who writes them means.
            if !seen.insert(key.folded().to_owned()) {
                return Err(at_operator(Fault::KeyTwice { key: echoed(&spelled) }));
            }
            let at_key =
                |fault| PolicyError::in_element(format!("Condition {} {}", echoed(&name), echoed(&spelled)), fault);
            let scalars = values(nodes, "value").and_then(|nodes| nodes.into_iter().map(scalar).collect());
            let scalars: Vec<String> = scalars.map_err(at_key)?;
            let predicate = Predicate::parse(operator.kind, &scalars, version).map_err(at_key)?;
            conditions.push(Condition { operator, key, predicate });
        }
    }
    Ok(conditions.into())
}

/// Quotation marks are optional for numbers and booleans, says the grammar, whatever the operator.
fn scalar(node: Node) -> Result<String, Fault> {
    match node {
        Node::Text(text) => Ok(text),
        Node::Number(number) => Ok(number.to_string()),
        Node::Bool(value) => Ok(value.to_string()),
        Node::Null | Node::List(_) | Node::Object(_) => Err(node.is_not("a string, number or boolean")),
    }
}

impl Condition {
    /// First whether the key is there, then its values:
    ///
    /// - absent (or without values): `…IfExists` and `ForAllValues:` hold, `ForAnyValue:` does not, a negated operator holds,
    ///   any other does not. Others report from tests of AWS that `ForAnyValue:…IfExists` fails
    ///   there too; the page on `…IfExists` says that it holds, and so it does here.
    /// - `ForAllValues:`: each of the request's values passes; `ForAnyValue:`: one does.
    /// - neither: as AWS asks, such a key should have one value. With several (*assumed*) a negated operator asks all
    ///   to pass and any other asks for one: `StringNotEquals` stays the opposite of `StringEquals`.
    pub(super) fn holds(&self, context: &Context) -> bool {
        let present = context.values(&self.key);
        if let Predicate::Null(wanted) = &self.predicate {
            return wanted.contains(&present.is_empty());
        }
        let negated = self.predicate.is_negated();
        if present.is_empty() {
            return match self.operator.quantifier {
                _ if self.operator.if_exists => true,
                Some(Quantifier::ForAllValues) => true,
                Some(Quantifier::ForAnyValue) => false,
                None => negated,
            };
        }
        let mut passes = present.iter().map(|value| self.predicate.passes(value, context));
        match self.operator.quantifier {
            Some(Quantifier::ForAllValues) => passes.all(|pass| pass),
            None if negated => passes.all(|pass| pass),
            Some(Quantifier::ForAnyValue) | None => passes.any(|pass| pass),
        }
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &ConditionKey> {
        std::iter::once(&self.key).chain(self.predicate.patterns().iter().flat_map(Pattern::variables))
    }
}
