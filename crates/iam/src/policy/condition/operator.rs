//! The names of condition operators. They are case-sensitive, as the reference spells them (*assumed*).

/// An operator's name, taken apart: `ForAnyValue:StringLikeIfExists`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Operator {
    pub(super) quantifier: Option<Quantifier>,
    pub(super) if_exists: bool,
    pub(super) kind: Kind,
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantifier {
    ForAllValues,
    ForAnyValue,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text { how: TextMatch, negated: bool },
    Number(Relation),
    Date(Relation),
    Bool,
    Binary,
    Address { negated: bool },
    Null,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextMatch {
    Exact,
    IgnoreCase,
    Like,
    Arn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Equals,
    NotEquals,
    LessThan,
    LessThanEquals,
    GreaterThan,
    GreaterThanEquals,
}

impl Operator {
    pub(super) fn parse(name: &str) -> Option<Self> {
        let (quantifier, rest) = if let Some(rest) = name.strip_prefix("ForAllValues:") {
            (Some(Quantifier::ForAllValues), rest)
        } else if let Some(rest) = name.strip_prefix("ForAnyValue:") {
            (Some(Quantifier::ForAnyValue), rest)
        } else {
            (None, name)
        };
        let (base, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |base| (base, true));
        let kind = Kind::parse(base)?;
        // `Null` asks about the key, not its values, and is itself the test of existence.
        let plain = quantifier.is_none() && !if_exists;
        (kind != Kind::Null || plain).then_some(Self { quantifier, if_exists, kind })
    }
}

impl Kind {
    fn parse(name: &str) -> Option<Self> {
        let text = |how, negated| Self::Text { how, negated };
        Some(match name {
            "StringEquals" => text(TextMatch::Exact, false),
            "StringNotEquals" => text(TextMatch::Exact, true),
            "StringEqualsIgnoreCase" => text(TextMatch::IgnoreCase, false),
            "StringNotEqualsIgnoreCase" => text(TextMatch::IgnoreCase, true),
            "StringLike" => text(TextMatch::Like, false),
            "StringNotLike" => text(TextMatch::Like, true),
            // The reference: they behave identically.
            "ArnEquals" | "ArnLike" => text(TextMatch::Arn, false),
            "ArnNotEquals" | "ArnNotLike" => text(TextMatch::Arn, true),
            "Bool" => Self::Bool,
            "BinaryEquals" => Self::Binary,
            "IpAddress" => Self::Address { negated: false },
            "NotIpAddress" => Self::Address { negated: true },
            "Null" => Self::Null,
            _ => {
                return if let Some(relation) = name.strip_prefix("Numeric") {
                    Relation::parse(relation).map(Self::Number)
                } else {
                    name.strip_prefix("Date").and_then(Relation::parse).map(Self::Date)
                };
            }
        })
    }
}

impl Relation {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "Equals" => Self::Equals,
            "NotEquals" => Self::NotEquals,
            "LessThan" => Self::LessThan,
            "LessThanEquals" => Self::LessThanEquals,
            "GreaterThan" => Self::GreaterThan,
            "GreaterThanEquals" => Self::GreaterThanEquals,
            _ => return None,
        })
    }

    /// Whether the request's value stands so to the policy's values: to one of them, or, for `NotEquals`, to all.
    pub(super) fn passes<T: Ord>(self, value: &T, wanted: &[T]) -> bool {
        match self {
            Self::Equals => wanted.contains(value),
            Self::NotEquals => !wanted.contains(value),
            Self::LessThan => wanted.iter().any(|bound| value < bound),
            Self::LessThanEquals => wanted.iter().any(|bound| value <= bound),
            Self::GreaterThan => wanted.iter().any(|bound| value > bound),
            Self::GreaterThanEquals => wanted.iter().any(|bound| value >= bound),
        }
    }
}
