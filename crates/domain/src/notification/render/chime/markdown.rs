//! Chime's markdown: a stranger's text made harmless, and texts cut where nothing breaks.
//!
//! The Chime renderer calls it. AWS lists the markup but no way to write a mark literally; a backslash, markdown's own, is
//! assumed. Mentions are not markdown, so no backslash helps: at signs become their full-width form.
//! Source: <https://docs.aws.amazon.com/chime/latest/ug/chat-format-message.html>.

use crate::notification::text::is_hazard;

/// What a cut text ends with, at its longest.
const CUT_ROOM: usize = 50;
const FENCE: &str = "```";
/// Stand for characters that nothing could take the power from.
const AT_LOOKALIKE: char = '＠';
const BACKTICK_LOOKALIKE: char = 'ˋ';
/// Longer addresses are text: one that long is not meant for people.
const LONGEST_ADDRESS: usize = 1_000;

/// Length as Chime may count it.
pub fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Grows a text up to a limit, whole escapes only.
struct Writer {
    out: String,
    left: usize,
}

impl Writer {
    fn new(limit: usize) -> Self {
        Self { out: String::new(), left: limit }
    }

    /// False once there is no room left.
    fn raw(&mut self, text: &str) -> bool {
        let length = units(text);
        let fits = length <= self.left;
        if fits {
            self.out.push_str(text);
            self.left -= length;
        }
        fits
    }

    fn literal(&mut self, c: char) -> bool {
        let mut bytes = [0; 4];
        match c {
            c if is_hazard(c) => true,
            '@' => self.raw(AT_LOOKALIKE.encode_utf8(&mut bytes)),
            '\\' | '`' | '*' | '_' | '~' | '[' | ']' | '(' | ')' | '<' | '>' | '#' | '|' | '!' => {
                self.left >= 2 && self.raw("\\") && self.raw(c.encode_utf8(&mut bytes))
            }
            c => self.raw(c.encode_utf8(&mut bytes)),
        }
    }
}

/// A stranger's prose, at most `limit` long, its web addresses left whole; and whether it was cut.
pub fn prose(text: &str, limit: usize) -> (String, bool) {
    let mut writer = Writer::new(limit.saturating_sub(CUT_ROOM));
    let mut rest = text.trim_end();
    while let Some(c) = rest.chars().next() {
        let address = address(rest);
        let written = match address {
            Some(address) => writer.raw(address),
            None => writer.literal(c),
        };
        if !written {
            return (format!("{}{}", writer.out, cut_notice(rest)), true);
        }
        rest = rest.get(address.map_or(c.len_utf8(), str::len)..).unwrap_or_default();
    }
    (writer.out, false)
}

/// The web address that the text starts with, if no character of it has power in markdown.
fn address(text: &str) -> Option<&str> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| text.starts_with(scheme))?;
    let ends = |c: char| !(c.is_ascii_alphanumeric() || "-._/:?#&=%+,;$".contains(c));
    let near = text.get(..text.floor_char_boundary(LONGEST_ADDRESS))?;
    let whole = near.split(ends).next()?.trim_end_matches(['.', ',', ';', ':', '?', '_']);
    (whole.len() > scheme.len() && whole.len() < LONGEST_ADDRESS - 8).then_some(whole)
}

/// A stranger's text on one line, cut with an ellipsis.
pub fn line(text: &str, limit: usize) -> String {
    let mut writer = Writer::new(limit.saturating_sub(1));
    for c in text.trim().chars() {
        if !writer.literal(if c.is_whitespace() { ' ' } else { c }) {
            writer.out.push('…');
            break;
        }
    }
    writer.out
}

fn inside_code(c: char) -> char {
    match c {
        '`' => BACKTICK_LOOKALIKE,
        '@' => AT_LOOKALIKE,
        c => c,
    }
}

/// A stranger's identifier in a code face; empty if there is nothing to show.
pub fn code(text: &str, limit: usize) -> String {
    let mut writer = Writer::new(limit.saturating_sub(3));
    for c in text.trim().chars().filter(|c| !is_hazard(*c)) {
        let c = inside_code(if c.is_whitespace() { ' ' } else { c });
        if !writer.raw(c.encode_utf8(&mut [0; 4])) {
            writer.out.push('…');
            break;
        }
    }
    if writer.out.trim().is_empty() { String::new() } else { format!("`{}`", writer.out) }
}

/// A stranger's lines in a code block, which nothing in them can end; and whether it was cut.
pub fn code_block(text: &str, limit: usize) -> (String, bool) {
    let mut writer = Writer::new(limit.saturating_sub(2 * (FENCE.len() + 1) + CUT_ROOM));
    let mut rest = text.trim_end();
    while let Some(c) = rest.chars().next() {
        if !is_hazard(c) && !writer.raw(inside_code(c).encode_utf8(&mut [0; 4])) {
            break;
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    let notice = if rest.is_empty() { String::new() } else { format!("\n{}", cut_notice(rest)) };
    (format!("{FENCE}\n{}\n{FENCE}{notice}", writer.out), !rest.is_empty())
}

/// The sender's own markdown, for custom notifications only: nothing but hazards removed; and whether it was cut.
pub fn whole(text: &str, limit: usize) -> (String, bool) {
    let clean: String = text.trim().chars().filter(|c| !is_hazard(*c)).collect();
    if units(&clean) <= limit {
        return (clean, false);
    }
    let mut writer = Writer::new(limit.saturating_sub(CUT_ROOM + FENCE.len() + 1));
    let mut rest = clean.as_str();
    while let Some(c) = rest.chars().next() {
        if !writer.raw(c.encode_utf8(&mut [0; 4])) {
            break;
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    let fence = if writer.out.matches(FENCE).count() % 2 == 1 { "\n```" } else { "" };
    (format!("{}{fence}{}", writer.out, cut_notice(rest)), true)
}

/// The sender's own markdown on one line, cut with an ellipsis.
pub fn native_line(text: &str, limit: usize) -> String {
    let mut writer = Writer::new(limit.saturating_sub(1));
    for c in text.trim().chars().filter(|c| !is_hazard(*c)) {
        if !writer.raw((if c.is_whitespace() { ' ' } else { c }).encode_utf8(&mut [0; 4])) {
            writer.out.push('…');
            break;
        }
    }
    writer.out
}

fn cut_notice(rest: &str) -> String {
    format!("… (cut, {} more characters)", rest.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_text_has_no_power() {
        let (text, was_cut) = prose("@All *x* [AWS](https://evil.example) `y` <b> a_b", 500);
        assert_eq!(text, r"＠All \*x\* \[AWS\]\(https://evil.example\) \`y\` \<b\> a\_b");
        assert!(!was_cut);
        assert_eq!(code("a`b @All\n", 50), "`aˋb ＠All`");
        assert_eq!(code_block("x\n```\n@All", 200).0, "```\nx\nˋˋˋ\n＠All\n```");
    }

    #[test]
    fn addresses_stay_whole_and_others_do_not_join_them() {
        let (text, _) = prose("see https://wiki.example.com/a_b?x=1&y=2, or http://a.example/@All.", 500);
        assert_eq!(text, "see https://wiki.example.com/a_b?x=1&y=2, or http://a.example/＠All.");
    }

    #[test]
    fn cuts_say_so_and_keep_escapes_whole() {
        let (text, was_cut) = prose(&"*".repeat(500), 100);
        assert!(was_cut && units(&text) <= 100, "{text}");
        assert!(text.starts_with(r"\*") && text.contains(r"\*… (cut, 475 more characters)"), "{text}");
        assert!(units(&line(&"@".repeat(500), 20)) <= 20);
        let (text, was_cut) = whole(&format!("```{}", "x".repeat(500)), 200);
        assert!(was_cut && units(&text) <= 200 && text.contains("\n```… (cut, "), "{text}");
    }
}
