//! IAM's JSON policy language, for identity-based policies: parsed once, evaluated per request.
//!
//! The server parses a policy when it is stored and when it starts ([`Policy::parse`]), builds a [`Context`] for each call and
//! asks [`evaluate`]; `bellhop policy simulate` asks [`simulate`]. What is refused is refused when parsed: an evaluation
//! has no errors. Nothing here knows which actions, resources or condition keys exist, and nothing reads a clock: the
//! server puts `aws:CurrentTime` into the context like every other key.
//!
//! Where AWS's pages are silent or contradict each other the choice is named at the code that makes it, marked *assumed*.
//! The pages: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>.

mod condition;
mod context;
mod decision;
mod document;
mod error;
mod glob;
mod json;
mod pattern;
mod statement;
#[cfg(test)]
mod tests;

pub use context::Context;
pub use decision::{EvalDecision, Evaluation, MatchedStatement, evaluate, simulate};
pub use document::{
    MAX_CHARACTERS, MAX_DOCUMENT_BYTES, MAX_KEY_CHARACTERS, MAX_STATEMENTS, MAX_VALUE_CHARACTERS, MAX_VALUES,
};
pub use error::{Fault, PolicyError};
pub(crate) use glob::is_like;

use statement::Statement;
use std::sync::Arc;

/// A policy document that was understood whole. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Policy {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    name: Box<str>,
    statements: Box<[Statement]>,
}

impl Policy {
    /// Reads a document. `name` is for traces alone and may be anything.
    pub fn parse(name: &str, json: &str) -> Result<Self, PolicyError> {
        let statements = document::parse(json)?;
        Ok(Self { inner: Arc::new(Inner { name: name.into(), statements }) })
    }

    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Whether an evaluation may ask for a condition key that begins with `prefix`, in a condition or as a variable.
    /// Case does not matter. `aws:ResourceTag/` tells whether the resource's tags are needed at all.
    pub fn mentions_condition_key(&self, prefix: &str) -> bool {
        let prefix = prefix.to_lowercase();
        self.inner.statements.iter().flat_map(Statement::condition_keys).any(|key| key.folded().starts_with(&prefix))
    }

    fn statements(&self) -> &[Statement] {
        &self.inner.statements
    }
}

/// What somebody wants to do.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// `service:Operation`.
    pub action: &'a str,
    /// An ARN, or `*` for an operation that takes no resource. Wildcards in it are text: only a policy has patterns.
    pub resource: &'a str,
    pub context: &'a Context,
}
