//! An answer as a Teams message: one Adaptive Card with the headline, what there is to read, the buttons and the small print.
//!
//! The server's `app/conversations` sends it. Buttons are `Action.Execute`, which Microsoft asks new bots to use and which works in
//! channels and chats alike: a press comes as an `adaptiveCard/action` invoke with the verb and the ticket, the person sees at once
//! that it was taken, and nothing is said into the channel. It needs no `refresh`, and no `Action.Submit` to fall back to: a client
//! that does not know it does not show cards of version 1.5 at all. Only a form is another thing. Sources:
//! <https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-actions>,
//! <https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/work-with-universal-actions-for-adaptive-cards>.

use serde_json::{Value, json};

use super::elements::{Face, block, clean_line, cost, run};
use super::layout::Layout;
use super::{FOOTER_TEXT, HEADLINE_TEXT, LINK_TEXT, SUMMARY_TEXT, TeamsMessage, limits, of_card};
use crate::conversation::{Answer, Control, Style};
use crate::notification::Text;
use crate::notification::render::conversation::{powerless, works};

/// The `verb` of a press.
pub const PRESS_VERB: &str = "press";
/// An answer that is one sentence may be a long one.
const SENTENCE_TEXT: usize = 2_000;
/// The share of the message that buttons may take, their tickets included.
const CONTROLS_ROOM: usize = limits::MESSAGE_UTF8_BYTES / 2;
/// Rows of buttons: about as many buttons as Slack takes.
const ROWS: usize = 4;
pub const CONTROLS_CUT: &str = "Not all buttons have room here.";
/// What is said where there is nothing to say.
const NOTHING: &str = "Bellhop";

/// Renders an answer. Total: every answer makes a message within Teams' limits.
pub fn answer(answer: &Answer) -> TeamsMessage {
    let parts = powerless(&answer.body);
    let (limit, face) = if parts.is_empty() { (SENTENCE_TEXT, Face::Plain) } else { (HEADLINE_TEXT, Face::Strong) };
    let line = line_or(&answer.headline, limit, NOTHING);
    let was_cut = line.ends_with('…') && !answer.headline.trim_end().ends_with('…');
    let head = block(&[run(&line, face)], false);
    let (actions, controls_cut) = controls(&answer.controls, CONTROLS_ROOM);
    let (actions, rows) =
        if actions.len() <= limits::ACTIONS { (actions, Vec::new()) } else { (Vec::new(), rows(&actions)) };
    let notice = controls_cut.then(|| CONTROLS_CUT.to_owned());
    let note = answer.note.as_ref().map(|note| clean_line(note, FOOTER_TEXT)).filter(|note| !note.is_empty());
    let small = notice.into_iter().chain(note).map(|text| block(&[run(&text, Face::Small)], true));
    let last: Vec<Value> = rows.into_iter().chain(small).collect();
    let summary = line_or(&answer.headline, SUMMARY_TEXT, NOTHING);
    let around = [json!(summary), head.clone(), json!(actions)];
    let mut layout = Layout::around(around.iter().chain(&last), &parts, "answer");
    if was_cut {
        layout.text(None, &Text::Plain(answer.headline.clone()));
    }
    for part in &parts {
        layout.part(part);
    }
    let body = std::iter::once(head).chain(layout.finish()).chain(last).collect();
    of_card(summary, &json!({"width": "Full"}), body, actions)
}

/// The buttons in their order, and whether any had to go.
pub fn controls(controls: &[Control], mut room: usize) -> (Vec<Value>, bool) {
    let mut actions = Vec::new();
    for control in controls.iter().filter(|control| works(control, limits::URL)) {
        let action = action(control);
        let cost = cost(&action);
        if cost <= room && actions.len() < ROWS * limits::ACTIONS {
            room -= cost;
            actions.push(action);
        }
    }
    let cut = actions.len() < controls.len();
    (actions, cut)
}

/// Buttons in the card's body, of which there may be more than actions of the card.
pub fn rows(actions: &[Value]) -> Vec<Value> {
    actions.chunks(limits::ACTIONS).map(|row| json!({"type": "ActionSet", "actions": row})).collect()
}

fn action(control: &Control) -> Value {
    let (mut action, style) = match control {
        Control::Press { label, style, ticket } => {
            let (title, data) = (line_or(label, LINK_TEXT, "OK"), json!({"ticket": ticket}));
            (json!({"type": "Action.Execute", "title": title, "verb": PRESS_VERB, "data": data}), style)
        }
        Control::Open { label, style, url } => {
            (json!({"type": "Action.OpenUrl", "title": line_or(label, LINK_TEXT, "Open"), "url": url}), style)
        }
    };
    let style = match style {
        Style::Plain => None,
        Style::Primary => Some("positive"),
        Style::Danger => Some("destructive"),
    };
    if let (Some(style), Some(action)) = (style, action.as_object_mut()) {
        action.insert("style".to_owned(), json!(style));
    }
    action
}

/// A text on one line; where it says nothing, `otherwise`.
pub fn line_or(text: &str, limit: usize, otherwise: &str) -> String {
    let line = clean_line(text, limit);
    if line.is_empty() { otherwise.to_owned() } else { line }
}
