//! A card as a Slack message: the headline on top, everything else in one coloured attachment below it.
//!
//! The worker that delivers to Slack calls it and sends the result to `chat.postMessage` or `chat.update` as it is, without
//! `link_names` and without `parse`, which would give power back to a stranger's text. The headline is a top-level block
//! because Slack prints `text` above a message that has attachments only; so `text` is the push line and nothing else.

mod answer;
mod blocks;
mod layout;
mod limits;
mod mrkdwn;
mod table;
mod view;

use serde::Serialize;

pub use self::answer::{answer, answer_in_lines};
pub use self::blocks::{Attachment, Block};
use self::layout::Layout;
pub use self::view::view;
use crate::notification::arn::Arn;
use crate::notification::mention::{MENTIONS_MAX, Mention, Whom};
use crate::notification::text::{first_line, is_blank};
use crate::notification::thread_update::Summary;
use crate::notification::{Card, Link, Part, Severity, Text, ThreadUpdate};

/// The body of `chat.postMessage`, less channel and thread.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SlackMessage {
    /// The push line on a phone; Slack shows it nowhere else as long as there are blocks.
    pub text: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<Block>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Whether something of the card had no room.
    #[serde(skip)]
    pub is_cut: bool,
}

impl SlackMessage {
    /// What it says in one line, for a Slack that takes its layout for wrong: whatever is lost is said to be.
    #[must_use]
    pub fn plainly(&self) -> Self {
        let text = format!("{}\n_Slack refused the layout of this message. The rest is in Bellhop._", self.text);
        Self { text, blocks: Vec::new(), attachments: Vec::new(), is_cut: true }
    }

    /// The same message with a picture that Slack has (a file's id), below the headline: Slack folds up what stands low in a
    /// long attachment. `alt_text` says the same in words.
    #[must_use]
    pub fn with_picture(mut self, file_id: &str, alt_text: &str) -> Self {
        let alt_text = first_line(alt_text, limits::ALT_TEXT - 1).unwrap_or_else(|| "Graph".to_owned());
        self.blocks.push(Block::image(file_id, alt_text));
        self
    }
}

/// A picture that Slack has (a file's id) as a message of its own.
pub fn picture(file_id: &str, alt_text: &str) -> SlackMessage {
    let text = first_line(alt_text, limits::ALT_TEXT - 1).unwrap_or_else(|| "Graph".to_owned());
    let empty = SlackMessage { text, blocks: Vec::new(), attachments: Vec::new(), is_cut: false };
    empty.with_picture(file_id, alt_text)
}

/// Our own bounds, below Slack's: what a phone shows.
const PUSH_TEXT: usize = 400;
const GIST_TEXT: usize = 150;
const PLACE_TEXT: usize = 40;
const TITLE_TEXT: usize = 300;
const LINKS_TEXT: usize = 1_500;
/// The share of a notification that its buttons may take, their tickets included: a row of them, and never its words.
const CONTROLS_ROOM: usize = limits::MESSAGE_BLOCKS / 3;
const FOOTER_TEXT: usize = 400;
const SUMMARY_TEXT: usize = 1_200;
/// A headline that another has replaced: readers of sources make none that is longer.
const FIRST_HEADLINE_TEXT: usize = 1_000;
/// Mentions of the longest ids, `<!subteam^S…>` and a space: 20 × 113.
const CALLED_TEXT: usize = 2_260;

const _: () = assert!(CALLED_TEXT + PUSH_TEXT <= limits::MESSAGE_TEXT && LINKS_TEXT <= limits::SECTION_TEXT);
const _: () = assert!(CALLED_TEXT <= limits::SECTION_TEXT);

/// Renders a card. Total: every card makes a message within all of Slack's limits.
pub fn message(card: &Card) -> SlackMessage {
    assemble(card, &card.body, None)
}

/// The first message of a thread, rendered again after a newer message joined the thread. Whom it called stands there still;
/// that Slack tells nobody of a mention in an edited message is assumed.
pub fn parent_update(update: &ThreadUpdate<'_>) -> SlackMessage {
    assemble(&update.shown(), &update.parent.body, Some(update))
}

/// `card` is what headline, colour and small print are of.
fn assemble(card: &Card, body: &[Part], update: Option<&ThreadUpdate<'_>>) -> SlackMessage {
    let called = called(&card.mentions);
    let push_line = push_line(card);
    let text = called.as_ref().map_or_else(|| push_line.clone(), |called| format!("{called} {push_line}"));
    let (headline, headline_was_cut) = headline(card);
    let mut top: Vec<Block> = called.map(|called| Block::section(called, false)).into_iter().collect();
    top.push(headline);
    let first = update.map(news).unwrap_or_default();
    let note = update.map(ThreadUpdate::note);
    let (controls, controls_cut) = answer::controls(&card.controls, CONTROLS_ROOM);
    let notice = controls_cut.then(|| Block::context([answer::CONTROLS_CUT.to_owned()]));
    let footer = footer(card, note);
    let last: Vec<Block> = links(&card.links).into_iter().chain(controls).chain(notice).chain([footer]).collect();
    let mut layout = Layout::around(top.iter().chain(&first).chain(&last), body, "notification");
    if headline_was_cut {
        layout.text(None, &card.headline);
    }
    for part in body {
        layout.part(part);
    }
    let is_cut = layout.is_cut();
    let blocks = first.into_iter().chain(layout.finish()).chain(last).collect();
    let attachment = Attachment { color: colour(card.severity), fallback: push_line, blocks };
    SlackMessage { text, blocks: top, attachments: vec![attachment], is_cut }
}

/// Whom rules call, as Slack writes it; of Slack's ids alone. Once above the headline, which a header block could not hold, and
/// once in the push line: <https://docs.slack.dev/messaging/formatting-message-text#mentioning-users>.
fn called(mentions: &[Mention]) -> Option<String> {
    let called = mentions.iter().filter_map(|mention| match mention.whom() {
        Whom::Here => Some("<!here>".to_owned()),
        Whom::Channel => Some("<!channel>".to_owned()),
        Whom::User(id) => Some(format!("<@{id}>")),
        Whom::Group(id) => Some(format!("<!subteam^{id}>")),
        Whom::TeamsUser { .. } => None,
    });
    let called: Vec<String> = called.take(MENTIONS_MAX).collect();
    (!called.is_empty()).then(|| called.join(" "))
}

/// What is new in the thread, and the headline that the message had before.
fn news(update: &ThreadUpdate<'_>) -> Vec<Block> {
    let at = mrkdwn::time(update.at()).replace('\n', " · ");
    let mut text = match update.over() {
        Some(over) => format!("{} · {at}", mrkdwn::bold(&over, TITLE_TEXT)),
        None => format!("*Latest Update:* {at}"),
    };
    if let Some(summary) = update.summary() {
        text.push_str("\n*Update Summary:* ");
        text.push_str(&match summary {
            Summary::Said(text) if update.is_native() => mrkdwn::native(text, SUMMARY_TEXT),
            Summary::Said(text) => mrkdwn::prose(text, SUMMARY_TEXT),
            Summary::OfCard(card) => summary_of(card),
            Summary::Gist(gist) => one_line(gist, SUMMARY_TEXT),
        });
    }
    let mut blocks = vec![Block::section(text, update.is_native())];
    if let Some((severity, headline)) = update.first_headline() {
        let words = match headline {
            Text::Plain(words) | Text::Code(words) | Text::Arn(words) => mrkdwn::bold(words, FIRST_HEADLINE_TEXT),
            other => one_line(other, FIRST_HEADLINE_TEXT),
        };
        blocks.push(Block::section(format!("{}{words}", mark(severity)), is_native(headline)));
    }
    blocks
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
        Text::Person { id, .. } => mrkdwn::person(id, limit),
        Text::Native(text) => mrkdwn::native_line(text, limit),
    }
}

/// The headline's block, and whether it could not hold all of it.
fn headline(card: &Card) -> (Block, bool) {
    if let Text::Native(title) = &card.headline {
        // A header block takes no mrkdwn, and the sender's mentions are to work.
        let title = mrkdwn::native(title, TITLE_TEXT);
        let is_formatted = title.contains(['*', '\n']) || title.is_empty();
        return (Block::section(if is_formatted { title } else { format!("*{title}*") }, true), false);
    }
    // Header text is plain: Slack gives `<`, `&` and `*` no meaning there, so only hazards go.
    let (Text::Plain(words) | Text::Code(words) | Text::Arn(words) | Text::Native(words)) = &card.headline else {
        return (Block::header(mark(card.severity).to_owned()), false);
    };
    let (words, was_cut) = mrkdwn::plain_line(&format!("{}{}", mark(card.severity), words.trim()), limits::HEADER_TEXT);
    (Block::header(words), was_cut)
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
        Text::Person { id, .. } => mrkdwn::person(id, limit),
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

/// Plain links, not buttons: Slack reports every press of a button to the app, which must then answer.
fn links(links: &[Link]) -> Option<Block> {
    let mut text = String::new();
    for link in links.iter().filter_map(|link| mrkdwn::link(&link.url, &link.label)) {
        if mrkdwn::units(&text) + mrkdwn::units(&link) < LINKS_TEXT {
            text.extend([&link, "\n"]);
        }
    }
    (!text.is_empty()).then(|| Block::section(text.trim_end().to_owned(), false))
}

fn footer(card: &Card, note: Option<&str>) -> Block {
    let mut elements = vec![mrkdwn::line(&card.footer, FOOTER_TEXT)];
    if !card.sent.is_blank() {
        elements.push(mrkdwn::line(&card.sent.utc(), FOOTER_TEXT));
    }
    elements.extend(note.map(str::to_owned));
    elements.retain(|element| !is_blank(element));
    Block::context(elements)
}
