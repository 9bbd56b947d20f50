//! What an operator compares, with its values ready: asked once for each value that the request has.

use super::address;
use super::instant::Instant;
use super::number::Decimal;
use super::operator::{Kind, Relation, TextMatch};
use crate::policy::context::Context;
use crate::policy::document::{ARN_COLONS, Version};
use crate::policy::error::{Fault, echoed};
use crate::policy::glob::{Case, Reach};
use crate::policy::pattern::{Comparison, Pattern, Wildcards};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ipnet::IpNet;

/// A list's values are alternatives; for a negated predicate, none may be met.
#[derive(Debug)]
pub(super) enum Predicate {
    Text {
        comparison: Comparison,
        negated: bool,
        patterns: Box<[Pattern]>,
    },
    Number {
        relation: Relation,
        values: Box<[Decimal]>,
    },
    Date {
        relation: Relation,
        values: Box<[Instant]>,
    },
    Bool(Box<[bool]>),
    Binary(Box<[Box<[u8]>]>),
    Address {
        negated: bool,
        networks: Box<[IpNet]>,
    },
    /// Asks about the key alone: true for absent.
    Null(Box<[bool]>),
}

impl Predicate {
    pub(super) fn parse(kind: Kind, values: &[String], version: Version) -> Result<Self, Fault> {
        Ok(match kind {
            Kind::Text { how, negated } => {
                let patterns =
                    values.iter().map(|value| parse_pattern(value, how, version)).collect::<Result<_, _>>()?;
                Self::Text { comparison: comparison(how), negated, patterns }
            }
            Kind::Number(relation) => {
                let expected = "a decimal number of at most 18 digits before and 9 after the point";
                Self::Number { relation, values: parse_all(values, Decimal::parse, expected)? }
            }
            Kind::Date(relation) => {
                let expected = "a date of ISO 8601 (`2026-11-22T10:00:00Z`) or a number of epoch seconds";
                Self::Date { relation, values: parse_all(values, Instant::parse, expected)? }
            }
            Kind::Bool => Self::Bool(parse_all(values, boolean, "`true` or `false`")?),
            Kind::Null => Self::Null(parse_all(values, boolean, "`true` or `false`")?),
            Kind::Binary => Self::Binary(parse_all(values, binary, "base64 with padding")?),
            Kind::Address { negated } => {
                let expected = "an IPv4 or IPv6 address or CIDR range";
                Self::Address { negated, networks: parse_all(values, address::network, expected)? }
            }
        })
    }

    pub(super) fn is_negated(&self) -> bool {
        match self {
            Self::Text { negated, .. } | Self::Address { negated, .. } => *negated,
            Self::Number { relation, .. } | Self::Date { relation, .. } => *relation == Relation::NotEquals,
            Self::Bool(_) | Self::Binary(_) | Self::Null(_) => false,
        }
    }

    /// Whether one value of the request passes. One that cannot be read as the operator's type passes no test, a negated
    /// one no more than another, so that the statement does not match: `NumericLessThan` and a Deny do not stop a request
    /// whose value is `many`. The same holds for a negated test one of whose variables has no value. AWS documents
    /// neither beyond "the statement is invalid" (*assumed*).
    pub(super) fn passes(&self, value: &str, context: &Context) -> bool {
        match self {
            Self::Text { comparison, negated, patterns } => {
                let mut answers = patterns.iter().map(|pattern| pattern.matches(value, context, *comparison));
                if *negated {
                    answers.all(|answer| answer == Some(false))
                } else {
                    answers.any(|answer| answer == Some(true))
                }
            }
            Self::Number { relation, values } => {
                Decimal::parse(value).is_some_and(|value| relation.passes(&value, values))
            }
            Self::Date { relation, values } => {
                Instant::parse(value).is_some_and(|value| relation.passes(&value, values))
            }
            Self::Bool(values) => boolean(value).is_some_and(|value| values.contains(&value)),
            Self::Binary(values) => binary(value).is_some_and(|value| values.contains(&value)),
            Self::Address { negated, networks } => {
                address::address(value).is_some_and(|address| address::any_contains(networks, address) != *negated)
            }
            // Not asked for values: see `Condition::holds`.
            Self::Null(_) => false,
        }
    }

    /// Where variables may be.
    pub(super) fn patterns(&self) -> &[Pattern] {
        match self {
            Self::Text { patterns, .. } => patterns,
            _ => &[],
        }
    }
}

const fn comparison(how: TextMatch) -> Comparison {
    match how {
        TextMatch::Exact | TextMatch::Like => Comparison::Glob(Case::Sensitive, Reach::Anywhere),
        TextMatch::IgnoreCase => Comparison::IgnoreCase,
        TextMatch::Arn => Comparison::Glob(Case::Sensitive, Reach::WithinArnFields),
    }
}

fn parse_pattern(value: &str, how: TextMatch, version: Version) -> Result<Pattern, Fault> {
    let wildcards = match how {
        TextMatch::Exact | TextMatch::IgnoreCase => Wildcards::Literal,
        TextMatch::Like | TextMatch::Arn => Wildcards::Wild,
    };
    let pattern = Pattern::parse(value, version, wildcards)?;
    // A variable may hold a whole ARN. Without one, fewer fields than six could never match.
    let no_arn = pattern.fixed_colons() < ARN_COLONS && pattern.variables().next().is_none();
    if how == TextMatch::Arn && no_arn {
        let expected = "an ARN: it has six fields with `:` between them, each of which may have `*` and `?` (for other patterns \
                        use StringLike)";
        return Err(Fault::Value { value: echoed(value), expected });
    }
    Ok(pattern)
}

fn parse_all<T>(values: &[String], parse: fn(&str) -> Option<T>, expected: &'static str) -> Result<Box<[T]>, Fault> {
    values.iter().map(|value| parse(value).ok_or_else(|| Fault::Value { value: echoed(value), expected })).collect()
}

fn boolean(text: &str) -> Option<bool> {
    // Generators write Python's `True` too.
    if text.eq_ignore_ascii_case("true") { Some(true) } else { text.eq_ignore_ascii_case("false").then_some(false) }
}

/// On both sides: a context's binary value is handed in as base64 too, as to `SimulateCustomPolicy`.
fn binary(text: &str) -> Option<Box<[u8]>> {
    STANDARD.decode(text).ok().map(Vec::into_boxed_slice)
}
