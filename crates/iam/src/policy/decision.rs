//! From policies and a request to a decision: the two ways to ask.

use super::statement::{Effect, Statement};
use super::{Policy, Request};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// IAM's `EvalDecision`, in the words of
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EvalDecision {
    Allowed,
    /// A matching Deny, whatever else matches.
    ExplicitDeny,
    /// Nothing matched.
    ImplicitDeny,
}

impl EvalDecision {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::ExplicitDeny => "explicitDeny",
            Self::ImplicitDeny => "implicitDeny",
        }
    }

    pub const fn is_allowed(self) -> bool {
        matches!(self, Self::Allowed)
    }
}

impl fmt::Display for EvalDecision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A decision and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    pub decision: EvalDecision,
    /// The statements that made the decision: all that deny if any does, else all that allow, in the order given.
    pub matched_statements: Vec<MatchedStatement>,
    /// Condition keys that the policies name, in conditions and variables of whatever statement, and that the context does
    /// not have, spelled as first written. So the reference; which statements IAM leaves out, if any, is not documented.
    pub missing_context_values: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchedStatement {
    /// The policy's name, as given to [`Policy::parse`].
    pub policy: String,
    /// From 1.
    pub index: usize,
    pub sid: Option<String>,
}

/// Whether these policies together let the request through. No policies at all is an implicit deny.
pub fn evaluate<'p>(policies: impl IntoIterator<Item = &'p Policy>, request: &Request<'_>) -> EvalDecision {
    let mut decision = EvalDecision::ImplicitDeny;
    for statement in policies.into_iter().flat_map(Policy::statements) {
        // A further Allow changes nothing; a Deny must be looked for to the end.
        if statement.effect == Effect::Allow && decision.is_allowed() {
            continue;
        }
        if statement.applies_to(request) {
            match statement.effect {
                Effect::Deny => return EvalDecision::ExplicitDeny,
                Effect::Allow => decision = EvalDecision::Allowed,
            }
        }
    }
    decision
}

/// The same decision, with its trace. Looks at every statement: not for the hot path.
pub fn simulate<'p>(policies: impl IntoIterator<Item = &'p Policy>, request: &Request<'_>) -> Evaluation {
    let mut allowing = Vec::new();
    let mut denying = Vec::new();
    let mut missing = BTreeMap::new();
    for policy in policies {
        for (statement, index) in policy.statements().iter().zip(1..) {
            for key in statement.condition_keys().filter(|key| !request.context.provides(key)) {
                missing.entry(key.folded()).or_insert_with(|| key.spelled().to_owned());
            }
            if statement.applies_to(request) {
                let matched = trace(policy, statement, index);
                match statement.effect {
                    Effect::Allow => allowing.push(matched),
                    Effect::Deny => denying.push(matched),
                }
            }
        }
    }
    let (decision, matched_statements) = match (denying.is_empty(), allowing.is_empty()) {
        (false, _) => (EvalDecision::ExplicitDeny, denying),
        (true, false) => (EvalDecision::Allowed, allowing),
        (true, true) => (EvalDecision::ImplicitDeny, Vec::new()),
    };
    Evaluation { decision, matched_statements, missing_context_values: missing.into_values().collect() }
}

fn trace(policy: &Policy, statement: &Statement, index: usize) -> MatchedStatement {
    MatchedStatement { policy: policy.name().to_owned(), index, sid: statement.sid.as_deref().map(str::to_owned) }
}
