//! Why a document is no policy. Made by [`Policy::parse`](super::Policy::parse) alone.

use std::fmt;

/// How much of what the author wrote an error repeats.
const ECHO_CHARACTERS: usize = 80;

/// The first thing that is wrong, and where. `Display` is the sentence for whoever stored the policy; it begins in the words
/// of IAM's `MalformedPolicyDocument`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyError {
    /// From 1; absent for the document itself.
    statement: Option<usize>,
    /// `Action`, or `Condition StringEquals aws:username`.
    element: Option<String>,
    fault: Fault,
}

impl PolicyError {
    pub(super) fn in_document(fault: Fault) -> Self {
        Self { statement: None, element: None, fault }
    }

    /// The statement is not known where the fault is found: see [`in_statement`](Self::in_statement).
    pub(super) fn in_element(element: impl Into<String>, fault: Fault) -> Self {
        Self { statement: None, element: Some(element.into()), fault }
    }

    pub(super) fn in_statement(self, index: usize) -> Self {
        Self { statement: Some(index), ..self }
    }

    /// The statement's number, from 1.
    pub fn statement(&self) -> Option<usize> {
        self.statement
    }

    pub fn element(&self) -> Option<&str> {
        self.element.as_deref()
    }

    pub fn fault(&self) -> &Fault {
        &self.fault
    }
}

impl From<Fault> for PolicyError {
    fn from(fault: Fault) -> Self {
        Self::in_document(fault)
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Syntax errors in policy: ")?;
        if let Some(index) = self.statement {
            write!(f, "statement {index}: ")?;
        }
        if let Some(element) = &self.element {
            write!(f, "{element}: ")?;
        }
        self.fault.fmt(f)
    }
}

impl std::error::Error for PolicyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.fault)
    }
}

/// One cause each. The strings are what the author wrote, cut short.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("the document is longer than {limit} {unit}: split it into several policies")]
    TooLong { limit: usize, unit: &'static str },
    #[error("cannot be read as JSON: {reason}")]
    Json { reason: String },
    #[error("expected {expected}, found {found}")]
    Type { expected: &'static str, found: &'static str },
    #[error("there are more than {limit} {what}")]
    TooMany { limit: usize, what: &'static str },
    #[error("is empty: give at least one {what}, or leave it out")]
    Empty { what: &'static str },
    #[error("`{name}` is not an element of {of}: use one of {known}")]
    UnknownElement { name: String, of: &'static str, known: &'static str },
    #[error("identity-based policies have no `{name}`: whom a policy is for is said where it is attached")]
    Principal { name: String },
    #[error("`{version}` is not a version of the policy language: use `2012-10-17` or `2008-10-17`")]
    Version { version: String },
    #[error("`{name}` is missing")]
    Missing { name: &'static str },
    #[error("exactly one of `{plain}` and `{negated}` must be there, found {found}")]
    OneOf { plain: &'static str, negated: &'static str, found: &'static str },
    #[error("`{effect}` is neither `Allow` nor `Deny`")]
    Effect { effect: String },
    #[error("`{sid}` must be letters and digits only (A-Z, a-z, 0-9)")]
    Sid { sid: String },
    #[error("`{sid}` is the Sid of an earlier statement: each must be unique")]
    SidTwice { sid: String },
    #[error("`{action}` is neither `service:Operation`, with `*` and `?` as wildcards, nor `*`")]
    Action { action: String },
    #[error("`{resource}` must be in ARN format or `*`")]
    Resource { resource: String },
    #[error(
        "`{text}` has a `${{` that begins no variable: write `${{key}}`, `${{key, 'default'}}`, `${{*}}`, `${{?}}` or `${{$}}`"
    )]
    Variable { text: String },
    #[error("a value is longer than {limit} characters")]
    ValueTooLong { limit: usize },
    #[error("`{name}` is not a condition operator")]
    UnknownOperator { name: String },
    #[error("`{key}` is not a condition key: it has a service prefix (as `aws:`) and at most {limit} characters")]
    Key { key: String, limit: usize },
    #[error("`{key}` is named twice: the case of condition keys does not matter")]
    KeyTwice { key: String },
    #[error("`{value}` is not {expected}")]
    Value { value: String, expected: &'static str },
}

/// The author's text, safe to put into a sentence: short, and without control characters.
pub(super) fn echoed(text: &str) -> String {
    let mut echo: String = text.chars().take(ECHO_CHARACTERS).flat_map(char::escape_debug).collect();
    if text.chars().nth(ECHO_CHARACTERS).is_some() {
        echo.push('…');
    }
    echo
}
