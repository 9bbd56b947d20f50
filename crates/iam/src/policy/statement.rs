//! One statement, ready to be matched. Made by the document's parser, asked by the two evaluations.

use super::Request;
use super::condition::Condition;
use super::context::{ConditionKey, Context};
use super::glob::{Case, Reach};
use super::pattern::{Comparison, Pattern};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
}

#[derive(Debug)]
pub(super) struct Statement {
    pub(super) sid: Option<Box<str>>,
    pub(super) effect: Effect,
    pub(super) actions: Targets,
    pub(super) resources: Targets,
    /// All must hold.
    pub(super) conditions: Box<[Condition]>,
}

/// `Action` or `NotAction`, `Resource` or `NotResource`.
#[derive(Debug)]
pub(super) struct Targets {
    pub(super) negated: bool,
    pub(super) patterns: Box<[Pattern]>,
}

impl Statement {
    pub(super) fn applies_to(&self, request: &Request<'_>) -> bool {
        let Request { action, resource, context } = *request;
        self.actions.include(action, context, Case::Insensitive)
            && self.resources.include(resource, context, Case::Sensitive)
            && self.conditions.iter().all(|condition| condition.holds(context))
    }

    /// Whatever keys an evaluation may ask for.
    pub(super) fn condition_keys(&self) -> impl Iterator<Item = &ConditionKey> {
        let in_resources = self.resources.patterns.iter().flat_map(Pattern::variables);
        in_resources.chain(self.conditions.iter().flat_map(Condition::keys))
    }
}

impl Targets {
    /// A `*` crosses `/` and `:` alike. AWS advises against relying on the colon and promises it for a `*` at the end
    /// of an ARN's segment only (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>);
    /// that one amid a segment crosses too is *assumed*. Only the Arn operators compare field by field.
    ///
    /// A pattern whose variable has no value matches nothing, and makes a `NotResource` match nothing either: the
    /// reference says that such a statement is invalid (*assumed*: the list's other patterns still count).
    fn include(&self, name: &str, context: &Context, case: Case) -> bool {
        let comparison = Comparison::Glob(case, Reach::Anywhere);
        let mut answers = self.patterns.iter().map(|pattern| pattern.matches(name, context, comparison));
        if self.negated {
            answers.all(|answer| answer == Some(false))
        } else {
            answers.any(|answer| answer == Some(true))
        }
    }
}
