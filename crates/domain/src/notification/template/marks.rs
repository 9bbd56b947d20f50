//! How a value is told from the template's own text in what a template yields.
//!
//! The engine writes every printed value between two characters that are no text (Unicode noncharacters, taken out of values
//! and refused in templates). `parts` reads structure (line breaks, `- `, `Label:`) outside of them alone: whatever a message
//! says, it adds no fact, no bullet and no title.

/// Around a value.
pub const BEGIN: char = '\u{fdd0}';
pub const END: char = '\u{fdd1}';
/// Stands for what the card has of its own: all facts, or the body.
pub const OWN: char = '\u{fdd2}';

pub fn is_mark(c: char) -> bool {
    matches!(c, BEGIN | END | OWN)
}

pub fn has_any(text: &str) -> bool {
    text.contains(is_mark)
}

/// The text as a person reads it.
pub fn plain(marked: &str) -> String {
    marked.chars().filter(|c| !is_mark(*c)).collect()
}

/// Splits at line breaks of the template's own.
pub fn lines(marked: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = marked;
    while let Some(at) = find(rest, '\n') {
        let (line, after) = rest.split_at(at);
        lines.push(line);
        rest = after.strip_prefix('\n').unwrap_or_default();
    }
    lines.push(rest);
    lines
}

/// What stands before and after the first `separator` of the template's own.
pub fn split_once(marked: &str, separator: char) -> Option<(&str, &str)> {
    let (before, after) = marked.split_at(find(marked, separator)?);
    Some((before, after.strip_prefix(separator)?))
}

/// The value, if there is nothing but one.
pub fn lone_value(marked: &str) -> Option<&str> {
    let value = marked.trim().strip_prefix(BEGIN)?.strip_suffix(END)?;
    (!has_any(value)).then_some(value)
}

fn find(marked: &str, wanted: char) -> Option<usize> {
    let mut inside = false;
    let (at, _) = marked.char_indices().find(|(_, c)| {
        match *c {
            BEGIN => inside = true,
            END => inside = false,
            _ => {}
        }
        !inside && *c == wanted
    })?;
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structure_is_the_template_s_alone() {
        let marked = format!("a: {BEGIN}b\nc: d{END}\n{BEGIN}x: y{END}: z");
        let lines = lines(&marked);
        assert_eq!(lines.len(), 2);
        assert_eq!(split_once(lines[0], ':').map(|(label, _)| label), Some("a"));
        assert_eq!(split_once(lines[1], ':').map(|(label, value)| (plain(label), value)), Some(("x: y".into(), " z")));
        assert_eq!(lone_value(&format!(" {BEGIN}x{END} ")), Some("x"));
        assert_eq!(lone_value(&format!("{BEGIN}x{END}{BEGIN}y{END}")), None);
    }
}
