//! A card as a Slack message: the headline on top, everything else in one coloured attachment below it.
//!
//! The worker that delivers to Slack calls it and sends the result to `chat.postMessage` or `chat.update` as it is, without
//! `link_names` and without `parse`, which would give power back to a stranger's text. The headline is a top-level block
//! because Slack prints `text` above a message that has attachments only; so `text` is the push line and nothing else.

mod layout;
mod limits;
mod mrkdwn;

use serde::Serialize;
use serde_json::{Value, json};

use self::layout::Layout;
use crate::notification::arn::Arn;
use crate::notification::text::{first_line, is_blank, is_hazard};
use crate::notification::{Card, Link, Severity, Source, Text};

/// The body of `chat.postMessage`, less channel and thread.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SlackMessage {
    /// The push line on a phone; Slack shows it nowhere else as long as there are blocks.
    pub text: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Value>,
}

impl SlackMessage {
    /// The same message with a picture that Slack has (a file's id), below the headline: Slack folds up what stands low in a
    /// long attachment. `alt_text` says the same in words.
    #[must_use]
    pub fn with_picture(mut self, file_id: &str, alt_text: &str) -> Self {
        let alt_text = first_line(alt_text, limits::ALT_TEXT - 1).unwrap_or_else(|| "Graph".to_owned());
        self.blocks.push(json!({"type": "image", "slack_file": {"id": file_id}, "alt_text": alt_text}));
        self
    }
}

/// Our own bounds, below Slack's: what a phone shows.
const PUSH_TEXT: usize = 400;
const GIST_TEXT: usize = 150;
const PLACE_TEXT: usize = 40;
const TITLE_TEXT: usize = 300;
const LINKS_TEXT: usize = 1_500;
const FOOTER_TEXT: usize = 400;
const SUMMARY_TEXT: usize = 1_200;

const _: () = assert!(PUSH_TEXT <= limits::MESSAGE_TEXT && LINKS_TEXT <= limits::SECTION_TEXT);

/// Renders a card. Total: every card makes a message within all of Slack's limits.
pub fn message(card: &Card) -> SlackMessage {
    assemble(card, None)
}

/// The first message of a thread, rendered again after a newer message joined the thread.
pub fn parent_update(parent: &Card, latest: &Card) -> SlackMessage {
    let mut update = String::from("*Latest Update:* ");
    update.push_str(&mrkdwn::time(&latest.sent).replace('\n', " · "));
    update.push_str("\n*Update Summary:* ");
    let summary = latest.thread.as_ref().and_then(|thread| thread.summary.as_deref());
    let native = latest.source == Source::CUSTOM_NOTIFICATION;
    match summary {
        Some(summary) if native => update.push_str(&mrkdwn::native(summary, SUMMARY_TEXT)),
        Some(summary) => update.push_str(&mrkdwn::prose(summary, SUMMARY_TEXT)),
        None => update.push_str(&summary_of(latest)),
    }
    assemble(parent, Some(section(&update, native)))
}

fn assemble(card: &Card, update: Option<Value>) -> SlackMessage {
    let text = push_line(card);
    let (headline, headline_was_cut) = headline(card);
    let last: Vec<Value> = links(&card.links).into_iter().chain(update).chain([footer(card)]).collect();
    let mut layout = Layout::around(&headline, &last, &card.body);
    if headline_was_cut {
        layout.text(None, &card.headline);
    }
    for part in &card.body {
        layout.part(part);
    }
    let mut blocks = layout.finish();
    blocks.extend(last);
    let attachment = json!({"color": colour(card.severity), "fallback": text, "blocks": blocks});
    SlackMessage { text, blocks: vec![headline], attachments: vec![attachment] }
}

/// Severity, what and where in one line: `🔴 ALARM: cpu · CPUUtilization (Average) > 80 · eu-west-1 · 123456789012`.
fn push_line(card: &Card) -> String {
    let mut line = String::from(mark(card.severity));
    line.push_str(&one_line(&card.headline, PUSH_TEXT - GIST_TEXT - 2 * PLACE_TEXT - 20));
    let gist = card.gist.as_ref().map(|gist| one_line(gist, GIST_TEXT));
    for part in gist.into_iter().chain(card.place.words().map(|place| mrkdwn::line(place, PLACE_TEXT))) {
        if !part.trim().is_empty() {
            line.push_str(" · ");
            line.push_str(&part);
        }
    }
    line
}

fn summary_of(card: &Card) -> String {
    let headline = one_line(&card.headline, TITLE_TEXT);
    match &card.gist {
        Some(gist) => format!("{headline} · {}", one_line(gist, GIST_TEXT)),
        None => headline,
    }
}

fn one_line(text: &Text, limit: usize) -> String {
    match text {
        Text::Plain(text) | Text::Code(text) | Text::Arn(text) => mrkdwn::line(text, limit),
        Text::Time(moment) => mrkdwn::line(&moment.utc(), limit),
        Text::Native(text) => mrkdwn::native_line(text, limit),
    }
}

/// The headline's block, and whether it could not hold all of it.
fn headline(card: &Card) -> (Value, bool) {
    if let Text::Native(title) = &card.headline {
        // A header block takes no mrkdwn, and the sender's mentions are to work.
        let title = mrkdwn::native(title, TITLE_TEXT);
        let is_formatted = title.contains(['*', '\n']) || title.is_empty();
        return (section(&if is_formatted { title } else { format!("*{title}*") }, true), false);
    }
    // Header text is plain: Slack gives `<`, `&` and `*` no meaning there, so only hazards go.
    let (Text::Plain(words) | Text::Code(words) | Text::Arn(words) | Text::Native(words)) = &card.headline else {
        return (header(mark(card.severity)), false);
    };
    let words: String = words
        .trim()
        .chars()
        .filter(|c| !is_hazard(*c))
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .take(limits::HEADER_TEXT + 1)
        .collect();
    let whole = format!("{}{words}", mark(card.severity));
    let mut room = limits::HEADER_TEXT - 1;
    if mrkdwn::units(&whole) <= limits::HEADER_TEXT {
        return (header(&whole), false);
    }
    let fits = |c: &char| {
        let fits = c.len_utf16() <= room;
        room = room.saturating_sub(c.len_utf16());
        fits
    };
    let mut short: String = whole.chars().take_while(fits).collect();
    short.push('…');
    (header(&short), true)
}

fn mrkdwn_of(text: &Text, limit: usize) -> String {
    match text {
        Text::Plain(text) => mrkdwn::prose(text.trim(), limit),
        Text::Code(text) => mrkdwn::code(text, limit),
        Text::Arn(arn) => match Arn::parse(arn) {
            Some(parts) => format!("{} {}", mrkdwn::line(parts.short(), limit / 3), mrkdwn::code(arn, limit / 2)),
            None => mrkdwn::code(arn, limit),
        },
        Text::Time(moment) => mrkdwn::time(moment),
        Text::Native(text) => mrkdwn::native(text, limit),
    }
}

fn is_native(text: &Text) -> bool {
    matches!(text, Text::Native(_))
}

/// Colour is never alone: this mark and the headline's words say the same.
fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "🔴 ",
        Severity::Warning => "🟡 ",
        Severity::Good => "🟢 ",
        Severity::Neutral => "",
    }
}

fn colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "#d13212",
        Severity::Warning => "#f2a900",
        Severity::Good => "#1d8102",
        Severity::Neutral => "#687078",
    }
}

fn header(text: &str) -> Value {
    // Slack refuses an empty text.
    let text = if is_blank(text) { "Notification" } else { text };
    json!({"type": "header", "text": {"type": "plain_text", "text": text, "emoji": false}})
}

fn section(text: &str, native: bool) -> Value {
    let text = if is_blank(text) { "Notification" } else { text };
    json!({"type": "section", "text": mrkdwn_object(text, native)})
}

/// `verbatim` keeps Slack from turning `@here`, `#general` and the like in a stranger's text into mentions:
/// <https://docs.slack.dev/reference/block-kit/composition-objects/text-object>.
fn mrkdwn_object(text: &str, native: bool) -> Value {
    if native {
        json!({"type": "mrkdwn", "text": text})
    } else {
        json!({"type": "mrkdwn", "text": text, "verbatim": true})
    }
}

fn context(elements: &[String]) -> Value {
    let elements: Vec<Value> =
        elements.iter().take(limits::CONTEXT_ELEMENTS).map(|element| mrkdwn_object(element, false)).collect();
    json!({"type": "context", "elements": elements})
}

/// Plain links, not buttons: Slack reports every press of a button to the app, which must then answer.
fn links(links: &[Link]) -> Option<Value> {
    let mut text = String::new();
    for link in links.iter().filter_map(|link| mrkdwn::link(&link.url, &link.label)) {
        if mrkdwn::units(&text) + mrkdwn::units(&link) < LINKS_TEXT {
            text.extend([&link, "\n"]);
        }
    }
    (!text.is_empty()).then(|| section(text.trim_end(), false))
}

fn footer(card: &Card) -> Value {
    let mut elements = vec![mrkdwn::line(&card.footer, FOOTER_TEXT)];
    if !card.sent.is_blank() {
        elements.push(mrkdwn::line(&card.sent.utc(), FOOTER_TEXT));
    }
    elements.retain(|element| !is_blank(element));
    context(&elements)
}
