//! Constraints that a member can break, and the sentence in which AWS reports them.
//!
//! The parsers of [`crate::ids`] say which constraints a text breaks; the decoders of [`crate::operations`] gather
//! every one of a request in a [`Violations`] and answer them all at once. Outputs are never checked.

use std::fmt;

/// What an operator may allow beyond the model. As AWS has it unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Characters of a `CommandText`.
    pub command_text: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { command_text: 100 }
    }
}

/// Violations that are spelled out. A hostile request can break thousands; the rest are counted only.
pub const MAX_SPELLED_VIOLATIONS: usize = 20;

/// Characters of a refused value that are echoed. AWS echoes all of it; a megabyte echoed per violation is a lever.
pub const MAX_ECHOED_CHARACTERS: usize = 256;

/// What a member must satisfy, in AWS's own words (`Display`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constraint {
    NotNull,
    /// Characters of a string, members of a list.
    MinLength(usize),
    /// Characters of a string, members of a list.
    MaxLength(usize),
    Pattern(&'static str),
    MinValue(i64),
    MaxValue(i64),
    EnumValues(&'static [&'static str]),
    UniqueItems,
    /// All that is asked of a map's keys.
    MapKeys(&'static [Constraint]),
    /// All that is asked of a map's values.
    MapValues(&'static [Constraint]),
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotNull => write!(f, "Member must not be null"),
            Self::MinLength(min) => write!(f, "Member must have length greater than or equal to {min}"),
            Self::MaxLength(max) => write!(f, "Member must have length less than or equal to {max}"),
            Self::Pattern(pattern) => write!(f, "Member must satisfy regular expression pattern: {pattern}"),
            Self::MinValue(min) => write!(f, "Member must be greater than or equal to {min}"),
            Self::MaxValue(max) => write!(f, "Member must be less than or equal to {max}"),
            Self::EnumValues(values) => write!(f, "Member must satisfy enum value set: [{}]", values.join(", ")),
            Self::UniqueItems => write!(f, "Member must have unique values"),
            Self::MapKeys(all) => write!(f, "Map keys must satisfy constraint: [{}]", listed(all)),
            Self::MapValues(all) => write!(f, "Map value must satisfy constraint: [{}]", listed(all)),
        }
    }
}

/// The constraints that one value breaks: what the parsers of [`crate::ids`] fail with. Never empty, never the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", joined(.0))]
pub struct UnmetConstraints(Vec<Constraint>);

impl UnmetConstraints {
    /// `Err` if `unmet` names a constraint, so that a parser can end with `?`.
    pub(crate) fn none_of(unmet: impl IntoIterator<Item = Constraint>) -> Result<(), Self> {
        let unmet: Vec<_> = unmet.into_iter().collect();
        if unmet.is_empty() { Ok(()) } else { Err(Self(unmet)) }
    }

    pub fn constraints(&self) -> &[Constraint] {
        &self.0
    }
}

fn listed(constraints: &[Constraint]) -> String {
    constraints.iter().map(Constraint::to_string).collect::<Vec<_>>().join(", ")
}

fn joined<T: ToString>(parts: &[T]) -> String {
    parts.iter().map(T::to_string).collect::<Vec<_>>().join("; ")
}

/// How a refused value is named in a violation.
#[derive(Debug, Clone, Copy)]
pub enum Echo<'a> {
    Text(&'a str),
    Number(i128),
    Null,
    /// A sensitive member, or a list: the value is left out.
    Withheld,
}

impl fmt::Display for Echo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => {
                f.write_str("Value '")?;
                let mut characters = text.chars();
                for character in characters.by_ref().take(MAX_ECHOED_CHARACTERS) {
                    // A line break in a message could forge a line of somebody's log.
                    let shown = if character.is_control() { char::REPLACEMENT_CHARACTER } else { character };
                    write!(f, "{shown}")?;
                }
                f.write_str(if characters.next().is_some() { "...'" } else { "'" })
            }
            Self::Number(number) => write!(f, "Value '{number}'"),
            Self::Null => write!(f, "Value null"),
            Self::Withheld => write!(f, "Value"),
        }
    }
}

/// All the violations of one request, answered in one message.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Violations {
    spelled: Vec<String>,
    detected: usize,
}

impl Violations {
    /// `path` as AWS writes it: `slackChannelId`, `snsTopicArns.2.member`, `tags.1.member.tagKey` (counted from 1).
    pub fn add(&mut self, path: impl fmt::Display, value: Echo<'_>, constraint: Constraint) {
        self.detected += 1;
        if self.spelled.len() < MAX_SPELLED_VIOLATIONS {
            self.spelled.push(format!("{value} at '{path}' failed to satisfy constraint: {constraint}"));
        }
    }

    pub fn is_empty(&self) -> bool {
        self.detected == 0
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.detected == 1 { "error" } else { "errors" };
        write!(f, "{} validation {plural} detected: {}", self.detected, joined(&self.spelled))?;
        match self.detected - self.spelled.len() {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_violation_reads_as_aws_words_it() {
        let mut violations = Violations::default();
        violations.add("slackChannelId", Echo::Text("C-1"), Constraint::Pattern("^[A-Za-z0-9]+$"));
        assert_eq!(
            violations.to_string(),
            "1 validation error detected: Value 'C-1' at 'slackChannelId' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: ^[A-Za-z0-9]+$"
        );
    }

    #[test]
    fn every_constraint_has_its_sentence_and_all_are_joined() {
        let mut violations = Violations::default();
        violations.add("a", Echo::Null, Constraint::NotNull);
        violations.add("b", Echo::Text(""), Constraint::MinLength(1));
        violations.add("c", Echo::Withheld, Constraint::MaxLength(255));
        violations.add("d", Echo::Number(0), Constraint::MinValue(1));
        violations.add("d", Echo::Number(101), Constraint::MaxValue(100));
        violations.add("e", Echo::Text("X"), Constraint::EnumValues(&["HAS_VALUE", "EQUALS"]));
        violations.add("f", Echo::Withheld, Constraint::UniqueItems);
        assert_eq!(
            violations.to_string(),
            "7 validation errors detected: \
             Value null at 'a' failed to satisfy constraint: Member must not be null; \
             Value '' at 'b' failed to satisfy constraint: Member must have length greater than or equal to 1; \
             Value at 'c' failed to satisfy constraint: Member must have length less than or equal to 255; \
             Value '0' at 'd' failed to satisfy constraint: Member must be greater than or equal to 1; \
             Value '101' at 'd' failed to satisfy constraint: Member must be less than or equal to 100; \
             Value 'X' at 'e' failed to satisfy constraint: Member must satisfy enum value set: [HAS_VALUE, EQUALS]; \
             Value at 'f' failed to satisfy constraint: Member must have unique values"
        );
    }

    #[test]
    fn violations_past_the_bound_are_counted_not_spelled() {
        let mut violations = Violations::default();
        for number in 0..=MAX_SPELLED_VIOLATIONS {
            violations.add(format_args!("list.{number}.member"), Echo::Null, Constraint::NotNull);
        }
        let message = violations.to_string();
        assert!(message.starts_with("21 validation errors detected: "), "{message}");
        assert!(message.contains("'list.19.member'") && !message.contains("'list.20.member'"), "{message}");
        assert!(message.ends_with("; and 1 more"), "{message}");
    }

    #[test]
    fn an_echo_is_cut_at_the_limit_and_loses_its_control_characters() {
        let at = "ü".repeat(MAX_ECHOED_CHARACTERS);
        assert_eq!(Echo::Text(&at).to_string(), format!("Value '{at}'"));
        assert_eq!(Echo::Text(&format!("{at}x")).to_string(), format!("Value '{at}...'"));
        assert_eq!(Echo::Text("a\nb").to_string(), "Value 'a\u{fffd}b'");
    }
}
