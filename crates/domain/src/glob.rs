//! Globs, one meaning for rules and templates: `*` is any text, `?` one character, letters of ASCII match whatever their
//! case.
//!
//! Rules' conditions and templates' selectors call it. Policies have globs of their own, with AWS's meaning.

/// Whether all of the value is like the glob.
///
/// Tries a star's shortest text first and goes back to the last star only: at most pattern × value steps.
pub fn matches(glob: &str, value: &str) -> bool {
    let (mut glob, mut value) = (glob.chars(), value.chars());
    // The pattern behind the last star, and the value from which on it was tried.
    let mut retry: Option<(std::str::Chars<'_>, std::str::Chars<'_>)> = None;
    loop {
        let (mut next_glob, mut next_value) = (glob.clone(), value.clone());
        match (next_glob.next(), next_value.next()) {
            (Some('*'), _) => {
                retry = Some((next_glob.clone(), value.clone()));
                glob = next_glob;
                continue;
            }
            (Some(wanted), Some(found)) if wanted == '?' || wanted.eq_ignore_ascii_case(&found) => {
                (glob, value) = (next_glob, next_value);
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        let Some((after_star, tried)) = &mut retry else { return false };
        if tried.next().is_none() {
            return false;
        }
        (glob, value) = (after_star.clone(), tried.clone());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn all_of_the_value_is_like_all_of_the_glob() {
        for (glob, value) in
            [("aws.ec2", "aws.ec2"), ("aws.*", "aws.ec2"), ("*", ""), ("*a*b", "xaxbab"), ("E?2 *", "ec2 stopped")]
        {
            assert!(matches(glob, value), "{glob} {value}");
        }
        for (glob, value) in [("aws.ec2", "aws.ec"), ("aws.?", "aws."), ("", "a"), ("*a*b", "xaxba")] {
            assert!(!matches(glob, value), "{glob} {value}");
        }
    }

    /// The definition, without any thought of speed.
    fn defined(glob: &[char], value: &[char]) -> bool {
        match glob.split_first() {
            None => value.is_empty(),
            Some(('*', rest)) => (0..=value.len()).any(|skipped| defined(rest, &value[skipped..])),
            Some((wanted, rest)) => value.split_first().is_some_and(|(found, others)| {
                (*wanted == '?' || wanted.eq_ignore_ascii_case(found)) && defined(rest, others)
            }),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn globs_match_as_defined(glob in "[ab*?é]{1,8}", value in "[abAé]{0,10}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(matches(&glob, &value), defined(&chars(&glob), &chars(&value)));
        }
    }
}
