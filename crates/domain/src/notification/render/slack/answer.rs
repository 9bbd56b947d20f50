//! An answer as a Slack message: the headline, what there is to read, the buttons, the small print. No coloured bar: it is a
//! conversation and no alarm.
//!
//! The server's `app/conversations` sends the result to `chat.postMessage`, `chat.postEphemeral` or a `response_url` as it is. A press
//! comes back as `domain::conversation::slack` reads it.

use super::blocks::{Block, Element, TextObject};
use super::layout::Layout;
use super::{FOOTER_TEXT, PUSH_TEXT, SlackMessage, TITLE_TEXT, limits, mrkdwn};
use crate::conversation::{Answer, Control, PRESS_TICKET_BYTES_MAX, Style};
use crate::notification::Text;
use crate::notification::render::conversation::{powerless, works};
use crate::notification::text::is_blank;

/// An answer that is one sentence may be a long one.
const SENTENCE_TEXT: usize = 2_000;
/// The share of the message that buttons may take, their tickets included: whether Slack counts them is not documented.
const CONTROLS_ROOM: usize = limits::MESSAGE_BLOCKS / 3 * 2;
pub(super) const CONTROLS_CUT: &str = "_Not all buttons have room here._";
/// What is said where there is nothing to say.
const NOTHING: &str = "Bellhop";

const _: () = assert!(PRESS_TICKET_BYTES_MAX <= limits::BUTTON_VALUE && SENTENCE_TEXT <= limits::SECTION_TEXT);

/// Renders an answer. Total: every answer makes a message within all of Slack's limits.
pub fn answer(answer: &Answer) -> SlackMessage {
    drawn(answer, true)
}

/// The same with a line for each row of a table: for where Slack does not take its block of tables.
pub fn answer_in_lines(answer: &Answer) -> SlackMessage {
    drawn(answer, false)
}

fn drawn(answer: &Answer, tables: bool) -> SlackMessage {
    let body = powerless(&answer.body);
    let headline = Some(answer.headline.as_str()).filter(|headline| !is_blank(headline)).unwrap_or(NOTHING);
    let top =
        if body.is_empty() { mrkdwn::sentence(headline, SENTENCE_TEXT) } else { mrkdwn::bold(headline, TITLE_TEXT) };
    let was_cut = top.trim_end_matches('*').ends_with('…') && !headline.trim_end().ends_with('…');
    let top = Block::section(top, false);
    let (controls, controls_cut) = controls(&answer.controls, CONTROLS_ROOM);
    let note = answer.note.as_ref().filter(|note| !is_blank(note)).map(|note| mrkdwn::sentence(note, FOOTER_TEXT));
    let notice = controls_cut.then(|| CONTROLS_CUT.to_owned());
    let small = Block::context(notice.into_iter().chain(note));
    let small = matches!(&small, Block::Context { elements } if !elements.is_empty()).then_some(small);
    let last: Vec<Block> = controls.into_iter().chain(small).collect();
    let mut layout = Layout::around(std::iter::once(&top).chain(&last), &body, "answer");
    if tables {
        layout = layout.with_tables();
    }
    if was_cut {
        layout.text(None, &Text::Plain(answer.headline.clone()));
    }
    for part in &body {
        layout.part(part);
    }
    let is_cut = layout.is_cut() || controls_cut;
    let blocks = std::iter::once(top).chain(layout.finish()).chain(last).collect();
    SlackMessage { text: mrkdwn::line(headline, PUSH_TEXT), blocks, attachments: Vec::new(), is_cut }
}

/// The buttons in their order, and whether any had to go: those that cannot work, those that have no room.
pub(super) fn controls(controls: &[Control], mut room: usize) -> (Option<Block>, bool) {
    let mut elements = Vec::new();
    for control in controls.iter().filter(|control| works(control, limits::URL)) {
        let button = button(elements.len(), control);
        let cost = button.cost();
        if cost <= room && elements.len() < limits::ACTIONS {
            room -= cost;
            elements.push(button);
        }
    }
    let cut = elements.len() < controls.len();
    ((!elements.is_empty()).then_some(Block::Actions { elements }), cut)
}

fn button(number: usize, control: &Control) -> Element {
    let (label, style) = match control {
        Control::Press { label, style, .. } | Control::Open { label, style, .. } => (label, style),
    };
    let text = label_of(label, limits::BUTTON_TEXT, "OK");
    let style = match style {
        Style::Plain => None,
        Style::Primary => Some("primary"),
        Style::Danger => Some("danger"),
    };
    match control {
        Control::Press { ticket, .. } => Element::Button {
            action_id: format!("press-{number}"),
            text,
            value: Some(ticket.clone()),
            url: None,
            style,
        },
        Control::Open { url, .. } => {
            Element::Button { action_id: format!("open-{number}"), text, value: None, url: Some(url.clone()), style }
        }
    }
}

/// Words in which Slack reads nothing; where there are none, `otherwise`.
pub fn label_of(words: &str, limit: usize, otherwise: &str) -> TextObject {
    let words = if is_blank(words) { otherwise } else { words.trim() };
    TextObject::plain(mrkdwn::plain_line(words, limit).0)
}
