//! What every platform needs to know about a stranger's characters, before its own escaping.
//!
//! Renderers and readers call it; it knows no platform's limits.

/// Whether a character may hide, reorder or forge what a person reads: control characters other than tab and line feed,
/// the bidirectional embeddings, overrides and isolates, invisible spaces, and the tag characters.
///
/// Kept are the joiners (emoji and several scripts need them) and the directional marks, which cannot reorder others.
pub fn is_hazard(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control() && c != '\n' && c != '\t';
    }
    matches!(c,
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

/// The first line that says something, without hazards, at most `limit` characters of it.
pub fn first_line(text: &str, limit: usize) -> Option<String> {
    let line = text.lines().map(str::trim).find(|line| line.chars().any(|c| !is_hazard(c) && !c.is_whitespace()))?;
    let mut kept = line.chars().filter(|c| !is_hazard(*c));
    let mut out: String = kept.by_ref().take(limit).collect();
    if kept.next().is_some() {
        out.push('…');
    }
    Some(out)
}

/// Whether anything visible is left once hazards and white space are gone.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_hazard(c))
}

/// The words of an identifier, lower case: `lastStatus`, `exit-code`, `EC2InstanceId` → `last status`, `exit code`,
/// `ec2 instance id`.
pub fn words(identifier: &str) -> impl Iterator<Item = String> + '_ {
    let mut chars = identifier.chars().peekable();
    std::iter::from_fn(move || {
        while chars.next_if(|c| !c.is_alphanumeric()).is_some() {}
        let first = chars.next()?;
        let mut word: String = first.to_lowercase().collect();
        let mut previous = first;
        while let Some(&c) = chars.peek() {
            let starts_word =
                c.is_uppercase() && (!previous.is_uppercase() || chars.clone().nth(1).is_some_and(char::is_lowercase));
            if !c.is_alphanumeric() || starts_word {
                break;
            }
            word.extend(c.to_lowercase());
            previous = c;
            chars.next();
        }
        Some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_identifiers_apart() {
        let of = |text| words(text).collect::<Vec<_>>().join(" ");
        assert_eq!(of("lastStatus"), "last status");
        assert_eq!(of("exit-code_2"), "exit code 2");
        assert_eq!(of("UPDATE_ROLLBACK_COMPLETE"), "update rollback complete");
        assert_eq!(of("EC2InstanceId"), "ec2 instance id");
        assert_eq!(of("HTTPServer"), "http server");
        assert_eq!(of("--"), "");
    }

    #[test]
    fn first_lines_are_bounded_and_visible() {
        assert_eq!(first_line("\n \u{202e}\nhello\u{7} world\nmore", 8), Some("hello wo…".to_owned()));
        assert_eq!(first_line(" \n\t\u{200b}", 8), None);
    }
}
