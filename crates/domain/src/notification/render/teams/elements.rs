//! The few Adaptive Card elements that messages are made of, and a stranger's text made fit for them.
//!
//! The Teams renderer calls it. Text runs take no markdown; what is left to do is to drop hazards and to keep line breaks,
//! which runs do not promise to show: one line, one block.

use serde_json::{Value, json};

use super::limits;
use crate::notification::Moment;
use crate::notification::text::is_hazard;

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
    json!({"type": "TextBlock", "text": text, "wrap": true})
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
/// both limits: its bytes, or its UTF-16 bytes scaled to the other limit.
pub fn cost(element: &Value) -> usize {
    let json = element.to_string();
    json.len().max(scaled(json.encode_utf16().count())) + 1
}

/// What so many UTF-16 units take of it.
pub const fn scaled(utf16_units: usize) -> usize {
    (2 * utf16_units * limits::MESSAGE_UTF8_BYTES).div_ceil(limits::MESSAGE_UTF16_BYTES)
}

/// The beginning of a text that takes so much room, as [`cost`] counts it.
pub fn within(text: &str, room: usize) -> &str {
    let (mut bytes, mut utf16_units) = (0, 0);
    let fits = |(_, c): &(usize, char)| {
        let escaped = match c {
            '"' | '\\' => 2,
            c if c.is_control() => 6,
            _ => 0,
        };
        bytes += escaped.max(c.len_utf8());
        utf16_units += escaped.max(c.len_utf16());
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
