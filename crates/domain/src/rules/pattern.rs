//! What a condition compares a value with: a glob, its negation, a number.
//!
//! No regular expressions: a glob says what people mean by these attributes, cannot be slow, and reads the same in an AWS
//! event pattern's `wildcard`. Matching takes no memory and, for values of bounded length, bounded time.

use std::fmt;

use crate::glob;

/// Characters of one pattern.
pub const PATTERN_LENGTH: usize = 256;
/// Bytes of a value that are looked at: a headline is shorter, a text of a message may be anything.
const VALUE_BYTES: usize = 4_096;

/// One pattern as it was written, and what it means.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    written: String,
    negated: bool,
    test: Test,
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    /// `*` is any text, `?` one character; letters of ASCII match whatever their case.
    Glob(String),
    Compare(Comparison, f64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    AtLeast,
    AtMost,
    More,
    Less,
    Equal,
}

/// Longest first: `>=` begins with `>`.
const COMPARISONS: [(&str, Comparison); 5] = [
    (">=", Comparison::AtLeast),
    ("<=", Comparison::AtMost),
    (">", Comparison::More),
    ("<", Comparison::Less),
    ("=", Comparison::Equal),
];

impl Pattern {
    /// `web-*`, `!web-*`; with `numbers`, also `>= 7`.
    pub fn parse(written: &str, numbers: bool) -> Result<Self, String> {
        if written.chars().count() > PATTERN_LENGTH {
            return Err(format!("has a pattern of more than {PATTERN_LENGTH} characters"));
        }
        let (negated, rest) = match written.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, written),
        };
        if rest.trim().is_empty() {
            return Err("has an empty pattern; leave the condition out, or say `*` for anything".to_owned());
        }
        let compared = COMPARISONS.iter().find_map(|(sign, comparison)| Some((*comparison, rest.strip_prefix(sign)?)));
        let test = match compared {
            Some((comparison, number)) if numbers => {
                let number: Option<f64> = number.trim().parse().ok().filter(|number: &f64| number.is_finite());
                let number =
                    number.ok_or_else(|| format!("compares with `{}`, which is no number", rest.escape_debug()))?;
                Test::Compare(comparison, number)
            }
            _ => Test::Glob(rest.to_owned()),
        };
        Ok(Self { written: written.to_owned(), negated, test })
    }

    /// A number of the settings: a value must be the same number, however it is written.
    pub fn number(written: &str, number: f64) -> Self {
        Self { written: written.to_owned(), negated: false, test: Test::Compare(Comparison::Equal, number) }
    }

    /// The same somewhere in a longer text.
    pub fn anywhere(self) -> Self {
        let test = match self.test {
            Test::Glob(glob) => Test::Glob(format!("*{glob}*")),
            Test::Compare(comparison, number) => Test::Compare(comparison, number),
        };
        Self { test, ..self }
    }

    /// What stands behind the `!`, if there is one.
    pub fn bare(&self) -> &str {
        self.written.strip_prefix('!').unwrap_or(&self.written)
    }

    /// Whether the value is like the pattern, the `!` aside.
    pub fn is_like(&self, value: &str) -> bool {
        match &self.test {
            Test::Glob(glob) => {
                glob::matches(glob, value.get(..value.floor_char_boundary(VALUE_BYTES)).unwrap_or(value))
            }
            Test::Compare(comparison, wanted) => {
                let found: Option<f64> = value.trim().parse().ok().filter(|number: &f64| number.is_finite());
                found.is_some_and(|found| comparison.holds(found, *wanted))
            }
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl Comparison {
    #[expect(clippy::float_cmp, reason = "the same number in two spellings is the same float")]
    fn holds(self, found: f64, wanted: f64) -> bool {
        match self {
            Self::AtLeast => found >= wanted,
            Self::AtMost => found <= wanted,
            Self::More => found > wanted,
            Self::Less => found < wanted,
            Self::Equal => found == wanted,
        }
    }
}

/// Several patterns of one condition: one of those without `!` must be like a value, if there are any, and none of those
/// with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Patterns(Vec<Pattern>);

impl Patterns {
    pub fn new(patterns: Vec<Pattern>) -> Self {
        Self(patterns)
    }

    /// What has no value is like nothing: only negations hold.
    pub fn hold<S: AsRef<str>>(&self, values: &[S]) -> bool {
        let is_like = |pattern: &&Pattern| values.iter().any(|value| pattern.is_like(value.as_ref()));
        let mut wanted = self.0.iter().filter(|pattern| !pattern.negated).peekable();
        let any_wanted = wanted.peek().is_none() || wanted.any(|pattern| is_like(&pattern));
        any_wanted && !self.0.iter().filter(|pattern| pattern.negated).any(|pattern| is_like(&pattern))
    }
}

impl fmt::Display for Patterns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written: Vec<String> = self.0.iter().map(|pattern| format!("`{pattern}`")).collect();
        f.write_str(&written.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_like(pattern: &str, value: &str) -> bool {
        Pattern::parse(pattern, true).unwrap().is_like(value)
    }

    #[test]
    fn globs_and_numbers() {
        for (pattern, value, like) in [
            ("web", "web", true),
            ("web", "WEB", true),
            ("web", "web-1", false),
            ("web-*", "web-", true),
            ("*-prod-*", "eu-prod-api", true),
            ("*-prod-*", "eu-prod", false),
            ("i-???", "i-0ab", true),
            ("i-???", "i-0", false),
            ("*", "", true),
            ("größe?", "größe🔔", true),
            ("a*b*c", "a-b-b-c", true),
            (">= 7", "7", true),
            (">=7", "7.0", true),
            ("> 7", "7", false),
            ("< -1.5", "-2", true),
            ("= 8", "8.0", true),
            (">= 7", "high", false),
            (">= 7", "NaN", false),
            ("<=3", "3.01", false),
        ] {
            assert_eq!(is_like(pattern, value), like, "{pattern} {value}");
        }
        assert!(Pattern::parse(">= seven", true).is_err() && Pattern::parse("> inf", true).is_err());
        assert!(Pattern::parse(">= 7", false).unwrap().is_like(">= 7"));
        assert!(Pattern::parse("", true).is_err() && Pattern::parse("!", true).is_err());
        assert!(Pattern::parse(&"x".repeat(PATTERN_LENGTH + 1), true).is_err());
    }

    #[test]
    fn lists_take_any_and_refuse_what_is_negated() {
        let hold = |patterns: &[&str], values: &[&str]| {
            Patterns::new(patterns.iter().map(|text| Pattern::parse(text, false).unwrap()).collect()).hold(values)
        };
        assert!(hold(&["a*", "b*"], &["bee"]) && !hold(&["a*", "b*"], &["sea"]));
        assert!(hold(&["aws.*", "!aws.s3"], &["aws.ec2"]) && !hold(&["aws.*", "!aws.s3"], &["aws.s3"]));
        assert!(hold(&["!aws.s3"], &[]) && !hold(&["*"], &[]));
        assert!(!hold(&["!b"], &["a", "b"]) && hold(&["b"], &["a", "b"]));
    }

    #[test]
    fn a_pattern_of_stars_is_not_slow() {
        assert!(!is_like(&format!("{}b", "*a".repeat(100)), &"a".repeat(1_000_000)));
    }
}
