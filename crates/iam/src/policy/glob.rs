//! Wildcards: whether a sequence of texts, `*` and `?` matches a string. Used for actions, resources, and the Like and Arn
//! operators. Never recursive, never exponential.

/// A piece of a pattern whose variables, if it had any, are filled in. `S` is owned in a parsed policy and borrowed where
/// a variable's value was put in: that value is text here, so that a `*` in it cannot become a wildcard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<S> {
    Text(S),
    /// `?`: one character.
    AnyOne,
    /// `*`: any number of characters.
    AnyRun,
}

/// Where wildcards may match a colon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Anywhere,
    /// Not in the first five fields of an ARN. The five colons between them are then matched by colons of the pattern only, in
    /// order: that is the same as comparing field by field.
    WithinArnFields,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Sensitive,
    /// ASCII letters only: for actions, which have no others.
    Insensitive,
}

/// Whether a pattern without variables matches the whole of `text`: for what holds `*` and `?` outside of policies.
pub(crate) fn is_like(pattern: &str, text: &str) -> bool {
    let token = |piece| match piece {
        "*" => Token::AnyRun,
        "?" => Token::AnyOne,
        text => Token::Text(text),
    };
    let pieces = pattern.split_inclusive(['*', '?']).flat_map(|piece| match piece.strip_suffix(['*', '?']) {
        Some(before) => [before, piece.get(before.len()..).unwrap_or_default()],
        None => [piece, ""],
    });
    let tokens: Vec<_> = pieces.filter(|piece| !piece.is_empty()).map(token).collect();
    matches(&tokens, text, Case::Sensitive, Reach::Anywhere)
}

/// Matches the whole of `text`, in at most `text` × `tokens` comparisons: after a failure only the last `*` is made longer.
/// An earlier one need not be: it took the least that it could, and the last can take anything that it would have.
pub(super) fn matches<S: AsRef<str>>(tokens: &[Token<S>], text: &str, case: Case, reach: Reach) -> bool {
    let fence = match reach {
        Reach::Anywhere => 0,
        Reach::WithinArnFields => text.match_indices(':').nth(4).map_or(text.len(), |(at, _)| at + 1),
    };
    // What is left of the text after one character taken by a wildcard.
    let after_any = |rest: &str| -> Option<usize> {
        let taken = rest.chars().next()?;
        (taken != ':' || text.len() - rest.len() >= fence).then_some(taken.len_utf8())
    };
    let (mut remaining, mut rest) = (tokens, text);
    let mut last_run: Option<(&[Token<S>], &str)> = None;
    loop {
        let step = match remaining.split_first() {
            None if rest.is_empty() => return true,
            None => None,
            Some((Token::AnyRun, [])) if fence == 0 => return true,
            Some((Token::AnyRun, next)) => {
                last_run = Some((next, rest));
                Some((next, rest))
            }
            Some((Token::AnyOne, next)) => after_any(rest).and_then(|width| Some((next, rest.get(width..)?))),
            Some((Token::Text(wanted), next)) => strip(rest, wanted.as_ref(), case).map(|rest| (next, rest)),
        };
        (remaining, rest) = if let Some(step) = step {
            step
        } else {
            let Some((next, from)) = last_run else { return false };
            let Some(longer) = after_any(from).and_then(|width| from.get(width..)) else { return false };
            last_run = Some((next, longer));
            (next, longer)
        };
    }
}

fn strip<'t>(text: &'t str, prefix: &str, case: Case) -> Option<&'t str> {
    match case {
        Case::Sensitive => text.strip_prefix(prefix),
        Case::Insensitive => {
            let (head, rest) = text.split_at_checked(prefix.len())?;
            head.eq_ignore_ascii_case(prefix).then_some(rest)
        }
    }
}
