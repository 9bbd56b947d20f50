//! What a person links themselves with. Bellhop's own: AWS's API has none of it.

use super::{Shape, all, string_id};

string_id! {
    /// The code of a link as a page shows it, `K7QM-2XPA`.
    LinkCode,
    Shape::of_length(8, 16).matching("^[A-Za-z0-9-]+$", |text| {
        all(text, |b| b.is_ascii_alphanumeric() || b == b'-')
    })
}

string_id! {
    /// The number that is typed into a link's page, `482-913`: for one pair of eyes.
    LinkNumber,
    Shape::of_length(7, 7).matching("^[0-9]{3}-[0-9]{3}$", |text| {
        text.split_once('-').is_some_and(|(first, second)| {
            [first, second].iter().all(|half| half.len() == 3 && half.bytes().all(|b| b.is_ascii_digit()))
        })
    }).sensitive()
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;
    use crate::constraints::Constraint::{MaxLength, MinLength, Pattern};

    #[test]
    fn codes_and_numbers() {
        let pattern = Pattern("^[A-Za-z0-9-]+$");
        check::<LinkCode>(
            &["K7QM-2XPA", "k7qm2xpa"],
            &[("K7QM", &[MinLength(8)]), (&"K".repeat(17), &[MaxLength(16)]), ("K7QM 2XPA", &[pattern])],
        );
        let pattern = Pattern("^[0-9]{3}-[0-9]{3}$");
        check::<LinkNumber>(&["482-913"], &[("4829-13", &[pattern]), ("482-91", &[MinLength(7), pattern])]);
    }
}
