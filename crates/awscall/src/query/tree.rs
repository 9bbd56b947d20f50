//! An expression as a tree: what [`super::parse`] makes and [`super::evaluate`] answers.

use serde_json::Value;

use super::functions::Function;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Current,
    Field(String),
    Index(i64),
    Slice(Slice),
    Literal(Value),
    /// The second of what the first gives.
    Then(Box<Node>, Box<Node>),
    /// The second of each in the list that the first gives; what gives null is left out.
    Each(Box<Node>, Box<Node>),
    /// The second, if the first holds.
    If(Box<Node>, Box<Node>),
    Values(Box<Node>),
    Flatten(Box<Node>),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
    Or(Box<Node>, Box<Node>),
    And(Box<Node>, Box<Node>),
    Not(Box<Node>),
    Compare(Comparison, Box<Node>, Box<Node>),
    Call(Function, Vec<Argument>),
}

/// As Python slices: from the end where a place is negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slice {
    pub begin: Option<i64>,
    pub end: Option<i64>,
    /// Never 0.
    pub step: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Argument {
    Value(Node),
    /// `&Name`.
    Expression(Node),
}
