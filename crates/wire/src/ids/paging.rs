//! How much a Describe or List operation may answer, and where it goes on.

use super::{Shape, all, string_id};
use crate::constraints::{Constraint, UnmetConstraints};
use crate::shape::Described;
use serde_json::{Value, json};
use std::fmt;

/// Results on one page: 1 to 100. Source: reference, model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct MaxResults(u8);

impl MaxResults {
    const MIN: i128 = 1;
    const MAX_U8: u8 = 100;
    /// What a request gets that does not say. Source: assumed, the most that one can ask for.
    pub const DEFAULT: Self = Self(Self::MAX_U8);

    /// Takes any integer that JSON can hold, so that a huge one is refused in the same words as 101.
    pub fn parse(number: i128) -> Result<Self, UnmetConstraints> {
        let too_low = (number < Self::MIN).then_some(Constraint::MinValue(1));
        let too_high = (number > i128::from(Self::MAX_U8)).then_some(Constraint::MaxValue(100));
        UnmetConstraints::none_of(too_low.into_iter().chain(too_high))?;
        // The bounds above fit; the fallback is never reached.
        Ok(Self(u8::try_from(number).unwrap_or(Self::MAX_U8)))
    }

    pub fn get(self) -> usize {
        usize::from(self.0)
    }
}

impl Default for MaxResults {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Described for MaxResults {
    fn describe() -> Value {
        json!({ "type": "integer", "min": 1, "max": Self::MAX_U8 })
    }
}

impl fmt::Display for MaxResults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

string_id! {
    /// Where the next page begins. 4 to 1276 characters; opaque to clients, the server makes it and must check what
    /// comes back. Source: reference, model (which lacks `|` and the blank).
    PaginationToken,
    Shape::of_length(1, 1276).matching(r#"^[a-zA-Z0-9=\|/+_.\- ,#:\\"{}]{4,1276}$"#, |text| {
        (4..=1276).contains(&text.len())
            && all(text, |b| b.is_ascii_alphanumeric() || br#"=|/+_.- ,#:\"{}"#.contains(&b))
    })
}

string_id! {
    /// Where the next page of custom actions or associations begins: 1 to 1024 printable ASCII characters. Source: model.
    AsciiPaginationToken,
    Shape::of_length(1, 1024).matching(r"^[\x20-\x7F]+$", |text| all(text, |b| matches!(b, 0x20..=0x7f)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;
    use crate::constraints::Constraint::{MaxLength, MaxValue, MinLength, MinValue, Pattern};

    #[test]
    fn max_results() {
        assert_eq!(MaxResults::parse(1).unwrap().get(), 1);
        assert_eq!(MaxResults::parse(100).unwrap().get(), 100);
        assert_eq!(MaxResults::default().get(), 100);
        for (number, constraint) in
            [(0, MinValue(1)), (-1, MinValue(1)), (101, MaxValue(100)), (i128::from(u64::MAX), MaxValue(100))]
        {
            assert_eq!(MaxResults::parse(number).unwrap_err().constraints(), [constraint], "{number}");
        }
    }

    #[test]
    fn pagination_tokens() {
        let pattern = Pattern(r#"^[a-zA-Z0-9=\|/+_.\- ,#:\\"{}]{4,1276}$"#);
        check::<PaginationToken>(
            &["abcd", r#"=|/+_.- ,#:\"{}"#, &"t".repeat(1276)],
            &[
                ("", &[MinLength(1), pattern]),
                ("abc", &[pattern]),
                (&"t".repeat(1277), &[MaxLength(1276), pattern]),
                ("abcd!", &[pattern]),
                ("abc\n", &[pattern]),
                ("äbcd", &[pattern]),
            ],
        );
    }

    #[test]
    fn ascii_pagination_tokens() {
        let pattern = Pattern(r"^[\x20-\x7F]+$");
        check::<AsciiPaginationToken>(
            &["a", " ~\x7f", &"t".repeat(1024)],
            &[("", &[MinLength(1), pattern]), (&"t".repeat(1025), &[MaxLength(1024)]), ("a\n", &[pattern])],
        );
    }
}
