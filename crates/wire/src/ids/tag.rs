//! Keys and values of tags.

use super::{Shape, string_id};

string_id! {
    /// A tag's key: 1 to 128 characters of any kind. Source: model.
    TagKey,
    Shape::of_length(1, 128)
}

string_id! {
    /// A tag's value: up to 256 characters of any kind, may be empty. Source: model.
    TagValue,
    Shape::of_length(0, 256)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;
    use crate::constraints::Constraint::{MaxLength, MinLength};

    #[test]
    fn tag_keys_and_values() {
        check::<TagKey>(
            &["k", "aws:cloudformation:stack-name", &"ü".repeat(128)],
            &[("", &[MinLength(1)]), (&"k".repeat(129), &[MaxLength(128)])],
        );
        check::<TagValue>(&["", "v", &"ü".repeat(256)], &[(&"v".repeat(257), &[MaxLength(256)])]);
    }
}
