//! The matcher against the obvious, slow one, and against patterns made to be slow.

use crate::policy::glob::{Case, Reach, Token, matches};
use proptest::prelude::*;

fn tokens(pattern: &str) -> Vec<Token<String>> {
    let one = |c: char| match c {
        '*' => Token::AnyRun,
        '?' => Token::AnyOne,
        other => Token::Text(other.to_string()),
    };
    pattern.chars().map(one).collect()
}

/// By a table of all prefixes of both.
fn obviously_matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let mut table = vec![vec![false; text.len() + 1]; pattern.len() + 1];
    table[0][0] = true;
    for p in 1..=pattern.len() {
        for t in 0..=text.len() {
            table[p][t] = match pattern[p - 1] {
                '*' => table[p - 1][t] || (t > 0 && table[p][t - 1]),
                '?' => t > 0 && table[p - 1][t - 1],
                c => t > 0 && text[t - 1] == c && table[p - 1][t - 1],
            };
        }
    }
    table[pattern.len()][text.len()]
}

/// Six fields each, compared one by one.
fn obviously_matches_arn(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<&str>, Vec<&str>) = (pattern.splitn(6, ':').collect(), text.splitn(6, ':').collect());
    pattern.len() == 6 && text.len() == 6 && pattern.iter().zip(&text).all(|(p, t)| obviously_matches(p, t))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_glob_matches_what_it_obviously_matches(pattern in "[ab*?ü]{0,10}", text in "[abü]{0,14}") {
        let found = matches(&tokens(&pattern), &text, Case::Sensitive, Reach::Anywhere);
        prop_assert_eq!(found, obviously_matches(&pattern, &text));
    }

    #[test]
    fn an_arn_is_compared_field_by_field(pattern in "([a*?]{0,3}:){5}[a:*?]{0,5}", text in "([a:]{0,2}:){4,5}[a:]{0,4}") {
        let found = matches(&tokens(&pattern), &text, Case::Sensitive, Reach::WithinArnFields);
        prop_assert_eq!(found, obviously_matches_arn(&pattern, &text), "{} {}", pattern, text);
    }
}

/// Tried all ways, this would not end before the sun does.
#[test]
fn a_hostile_pattern_takes_no_time() {
    let pattern = format!("{}b", "*a".repeat(1_000));
    let text = "a".repeat(20_000);
    for reach in [Reach::Anywhere, Reach::WithinArnFields] {
        assert!(!matches(&tokens(&pattern), &text, Case::Sensitive, reach));
        assert!(!matches(&tokens(&pattern), &text, Case::Insensitive, reach));
        assert!(matches(&tokens(&pattern), &format!("{text}b"), Case::Sensitive, reach));
    }
}
