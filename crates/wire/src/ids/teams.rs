//! Microsoft Teams' names for a tenant, a team, a channel and a person, as AWS Chatbot constrains them.

use super::{Shape, all, one_line, string_id};

string_id! {
    /// A tenant, a team or a person of Microsoft Teams: 36 characters, hexadecimal in groups of 8-4-4-4-12, kept as
    /// written. Source: reference, model (`UUID`).
    Uuid,
    Shape::of_length(36, 36).matching("^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$", |text| {
        let groups: Vec<&str> = text.split('-').collect();
        groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
            && groups.iter().all(|group| all(group, |b| b.is_ascii_hexdigit()))
    })
}

string_id! {
    /// A Teams channel as its link has it, percent-encoded: `19%3A…%40thread.tacv2`. 1 to 255 characters.
    /// Source: reference, model.
    TeamsChannelId,
    Shape::of_length(1, 255).matching(
        r"^([a-zA-Z0-9-_=+\/.,])*%3[aA]([a-zA-Z0-9-_=+\/.,])*%40([a-zA-Z0-9-_=+\/.,])*$",
        |text| {
            let is_part = |part: &str| {
                part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_=+/.,".contains(&b))
            };
            // No part holds a `%`, so the three are told apart by them.
            let mut parts = text.split('%');
            let (first, second, third) = (parts.next(), parts.next(), parts.next());
            let second = second.and_then(|part| part.strip_prefix("3a").or_else(|| part.strip_prefix("3A")));
            let third = third.and_then(|part| part.strip_prefix("40"));
            parts.next().is_none() && [first, second, third].into_iter().all(|part| part.is_some_and(is_part))
        },
    )
}

string_id! {
    /// A Teams channel's display name: 1 to 1000 characters on one line, sensitive. Source: reference, model.
    TeamsChannelName,
    Shape::of_length(1, 1000).sensitive().matching("^(.*)$", one_line)
}

string_id! {
    /// A team's display name: 1 to 255 characters on one line, sensitive. Source: reference, model.
    TeamName,
    Shape::of_length(1, 255).sensitive().matching("^(.*)$", one_line)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;
    use crate::constraints::Constraint::{MaxLength, MinLength, Pattern};

    #[test]
    fn uuids() {
        let pattern = Pattern("^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$");
        check::<Uuid>(
            &["11111111-2222-4333-8444-555555555555", "ABCDEFab-0000-0000-0000-00000000000F"],
            &[
                ("", &[MinLength(36), pattern]),
                ("11111111-2222-4333-8444-5555555555555", &[MaxLength(36), pattern]),
                ("11111111-2222-4333-8444-55555555555", &[MinLength(36), pattern]),
                ("11111111-2222-4333-8444-55555555555g", &[pattern]),
                ("1111111-12222-4333-8444-555555555555", &[pattern]),
                ("111111112-222-4333-8444-555555555555", &[pattern]),
            ],
        );
    }

    #[test]
    fn channel_ids() {
        let pattern = Pattern(r"^([a-zA-Z0-9-_=+\/.,])*%3[aA]([a-zA-Z0-9-_=+\/.,])*%40([a-zA-Z0-9-_=+\/.,])*$");
        check::<TeamsChannelId>(
            &[
                "19%3Aabc-_=+/.,%40thread.tacv2",
                "19%3aabc%40thread.skype",
                "%3A%40",
                &format!("%3A%40{}", "x".repeat(249)),
            ],
            &[
                ("", &[MinLength(1), pattern]),
                (&format!("%3A%40{}", "x".repeat(250)), &[MaxLength(255)]),
                ("19:abc@thread.tacv2", &[pattern]),
                ("19%3Aabc", &[pattern]),
                ("19%40abc%3Ax", &[pattern]),
                ("19%3Aabc%40x%40y", &[pattern]),
                ("19%3Aa c%40x", &[pattern]),
            ],
        );
    }

    #[test]
    fn names_are_on_one_line_and_stay_out_of_debug() {
        let pattern = Pattern("^(.*)$");
        check::<TeamsChannelName>(
            &["Général", &"ü".repeat(1000)],
            &[("", &[MinLength(1)]), (&"ü".repeat(1001), &[MaxLength(1000)]), ("a\nb", &[pattern])],
        );
        check::<TeamName>(
            &["Ops", &"ü".repeat(255)],
            &[("", &[MinLength(1)]), (&"ü".repeat(256), &[MaxLength(255)]), ("a\u{2028}b", &[pattern])],
        );
        assert_eq!(format!("{:?}", TeamName::parse("Ops").unwrap()), "TeamName(withheld)");
    }
}
