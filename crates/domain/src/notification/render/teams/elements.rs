//! The few Adaptive Card elements that messages are made of, and a stranger's text made fit for them.
//!
//! The Teams renderer calls it. Text runs take no markdown; what is left to do is to drop hazards and to keep line breaks,
//! which runs do not promise to show: one line, one block.

use serde_json::{Value, json};

use super::limits;
use crate::notification::Moment;
use crate::notification::text::{is_blank, is_hazard};

/// How a run looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    Plain,
    Strong,
    Code,
    Small,
}

/// One run of text.
pub fn run(text: &str, face: Face) -> Value {
    match face {
        Face::Plain => json!({"type": "TextRun", "text": text}),
        Face::Strong => json!({"type": "TextRun", "text": text, "weight": "Bolder"}),
        Face::Code => json!({"type": "TextRun", "text": text, "fontType": "Monospace"}),
        Face::Small => json!({"type": "TextRun", "text": text, "size": "Small", "isSubtle": true}),
    }
}

/// A block of runs, close to the one before or apart from it.
pub fn block(runs: &[Value], apart: bool) -> Value {
    json!({"type": "RichTextBlock", "spacing": if apart { "Medium" } else { "None" }, "inlines": runs})
}

/// Elements that belong together.
pub fn stack(items: &[Value], apart: bool) -> Value {
    json!({"type": "Container", "spacing": if apart { "Medium" } else { "None" }, "items": items})
}

/// A custom notification's own markdown.
pub fn native(text: &str) -> Value {
    json!({"type": "TextBlock", "text": broken(text), "wrap": true})
}

/// With an empty line wherever a line ends outside a list: there Teams' clients do not take `\n` alone for a break
/// (<https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format>, "Newlines for Adaptive
/// Cards"). An item of a list goes on in lines that are indented.
fn broken(text: &str) -> String {
    let mut lines = text.lines();
    let mut last = lines.next().unwrap_or_default();
    let mut whole = String::from(last);
    let mut in_list = is_item(last);
    for line in lines {
        let goes_on = in_list && (is_item(line) || line.starts_with([' ', '\t']));
        whole.push_str(if goes_on || is_blank(last) || is_blank(line) { "\n" } else { "\n\n" });
        whole.push_str(line);
        in_list = goes_on || is_item(line);
        last = line;
    }
    whole
}

/// Whether a line begins an item: `- `, `* `, `+ `, `1. `, `1) `.
fn is_item(line: &str) -> bool {
    let line = line.trim_start();
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let (marks, rest): (&[char], &str) =
        if number.len() < line.len() { (&['.', ')'], number) } else { (&['-', '*', '+'], line) };
    rest.strip_prefix(marks).is_some_and(|text| text.starts_with([' ', '\t']))
}

/// A point in time in the reader's own time zone and words, and `after` it; nothing, if it is none that we can read. A block of text: in
/// runs Teams shows the functions themselves, in channels on the desktop and in the browser
/// (<https://github.com/MicrosoftDocs/msteams-docs/issues/8030>).
///
/// Source: <https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features#datetime-formatting-and-localization>.
pub fn local_time(moment: &Moment, after: &str) -> Option<Value> {
    moment.unix()?;
    let at = moment.iso8601();
    Some(
        json!({"type": "TextBlock", "spacing": "None", "wrap": true, "text": format!("{{{{DATE({at}, SHORT)}}}} {{{{TIME({at})}}}}{after}")}),
    )
}

/// What an element takes of the message's room, so that a message whose costs are within [`limits::MESSAGE_UTF8_BYTES`] is within
/// both limits: its bytes as Workflows counts them, or its UTF-16 bytes scaled to the other limit. Workflows hands the card on as
/// a string inside JSON, and what is too large then is lost after the 202: a card of 24,453 bytes was counted as 28,897, "whereas
/// max allowed size is 28672 bytes" (<https://github.com/MicrosoftDocs/msteams-docs/issues/11274>).
pub fn cost(element: &Value) -> usize {
    let json = element.to_string();
    let escaped_again = json.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count();
    (json.len() + escaped_again).max(scaled(json.encode_utf16().count())) + 1
}

/// What so many UTF-16 units take of it.
pub const fn scaled(utf16_units: usize) -> usize {
    (2 * utf16_units * limits::MESSAGE_UTF8_BYTES).div_ceil(limits::MESSAGE_UTF16_BYTES)
}

/// The beginning of a text that takes so much room, as [`cost`] counts it.
pub fn within(text: &str, room: usize) -> &str {
    let (mut bytes, mut utf16_units) = (0, 0);
    let fits = |(_, c): &(usize, char)| {
        // Escaped once, and once more.
        let (once, twice) = match c {
            '"' | '\\' => (2, 4),
            c if c.is_control() => (6, 7),
            c => (c.len_utf16(), c.len_utf8()),
        };
        bytes += twice;
        utf16_units += once;
        bytes.max(scaled(utf16_units)) <= room
    };
    let end = text.char_indices().take_while(fits).last().map_or(0, |(at, c)| at + c.len_utf8());
    text.get(..end).unwrap_or_default()
}

/// Some of Teams' clients read functions in runs, too: a stranger's is shown as it stands, with its braces apart. Of a text without
/// hazards: they might stand between the braces.
fn defused(text: &str) -> String {
    text.replace("{{DATE(", "{ {DATE(").replace("{{TIME(", "{ {TIME(")
}

/// A stranger's text on one line, at most `limit` characters.
pub fn clean_line(text: &str, limit: usize) -> String {
    let mut kept = text.trim().chars().filter(|c| !is_hazard(*c)).map(|c| if c.is_whitespace() { ' ' } else { c });
    let mut line: String = kept.by_ref().take(limit.saturating_sub(1)).collect();
    let rest: String = kept.by_ref().take(2).collect();
    if rest.chars().count() > 1 {
        line.push('…');
    } else {
        line.push_str(&rest);
    }
    defused(line.trim())
}

/// One line of a text of many, its indentation kept: renderers collapse ordinary spaces.
pub fn indented(line: &str) -> String {
    const INDENTATION_MAX: usize = 40;
    let clean: String = line.trim_end().chars().filter(|c| !is_hazard(*c)).collect();
    let text = clean.trim_start();
    let spaces = clean.chars().take_while(|c| c.is_whitespace()).map(|c| if c == '\t' { 4 } else { 1 }).sum::<usize>();
    format!("{}{}", "\u{a0}".repeat(spaces.min(INDENTATION_MAX)), defused(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lines_end_is_a_break_outside_lists_too() {
        for (text, shown) in [
            ("one", "one"),
            ("one\ntwo\r\nthree", "one\n\ntwo\n\nthree"),
            ("one\n\ntwo\n \nthree", "one\n\ntwo\n \nthree"),
            ("do:\n- a\n  - b\n  more\n1. c\n2) d\nthen", "do:\n\n- a\n  - b\n  more\n1. c\n2) d\n\nthen"),
            ("-5 °C\n**x**\n1.5", "-5 °C\n\n**x**\n\n1.5"),
        ] {
            assert_eq!(native(text)["text"], shown);
            assert_eq!(native(shown)["text"], shown, "what was cut to fit stays as long as it is");
        }
    }

    /// Counted again in the long way.
    #[test]
    fn a_cost_is_of_the_card_as_a_string_inside_json() {
        for text in ["日本", r"C:\Windows\System32", r#"{"a":{"b":"\"c\""}}"#, "one\ntwo\tthree", "word ", "😀"] {
            let whole = text.repeat(300);
            let element = block(&[run(&whole, Face::Plain)], true);
            let handed_on = json!(element.to_string()).to_string();
            assert!(cost(&element) + 2 > handed_on.len(), "{text}");
            for room in [0, 1, 7, 100, 1_000] {
                let kept = within(&whole, room);
                let spent = json!(json!(kept).to_string()).to_string().len() - r#""\"\"""#.len();
                assert!(spent <= room && (room < 100 || !kept.is_empty()), "{text} {room} {spent}");
            }
        }
    }
}
