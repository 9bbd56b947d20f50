//! A form as a modal view of Slack, for `views.open` and `views.push`.
//!
//! The server's `app/conversations` sends it. What is filled in comes back as `domain::conversation::slack` reads it: a block's id is
//! the field's number, its element's `action_id` the field's name.

use serde::Serialize;
use serde_json::{Value, json};

use super::answer::label_of;
use super::blocks::{Block, Element, SelectOption, TextObject};
use super::layout::Layout;
use super::limits;
use super::mrkdwn::units;
use crate::conversation::{Choice, FORM_TICKET_BYTES_MAX, Field, Form, Input};
use crate::notification::render::conversation::{fields, powerless};
use crate::notification::text::{is_blank, is_hazard};

/// <https://docs.slack.dev/reference/views/modal-views>.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "modal")]
struct Modal {
    title: TextObject,
    blocks: Vec<Block>,
    close: TextObject,
    #[serde(skip_serializing_if = "Option::is_none")]
    submit: Option<TextObject>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_metadata: Option<String>,
}

/// What a view takes besides its fields: the introduction, whose layout has a message's bound, in characters of up to three bytes,
/// and the ticket.
const FRAME_BYTES: usize = 4 * limits::MESSAGE_BLOCKS + limits::PRIVATE_METADATA + 2_000;
const FIELDS_BYTES: usize = limits::VIEW_BYTES - FRAME_BYTES;
/// Blocks that are not fields: the introduction's, and a notice.
const OTHER_BLOCKS: usize = limits::BLOCKS + 1;
const FIELDS: usize = limits::VIEW_BLOCKS - OTHER_BLOCKS;
/// Our own bounds, below Slack's.
const LABEL_TEXT: usize = 150;
const HINT_TEXT: usize = 300;

const _: () = assert!(FORM_TICKET_BYTES_MAX <= limits::PRIVATE_METADATA);
const _: () = assert!(LABEL_TEXT <= limits::INPUT_LABEL && HINT_TEXT <= limits::INPUT_LABEL);

/// Renders a form. Total: every form makes a view within all of Slack's limits. One whose ticket Slack would not keep can be read and
/// closed, not sent.
pub fn view(form: &Form) -> Value {
    let can_be_sent = form.ticket.len() <= FORM_TICKET_BYTES_MAX;
    let (inputs, cut) = if can_be_sent { inputs(form) } else { (Vec::new(), false) };
    let intro = powerless(&form.intro);
    let mut layout = Layout::around(std::iter::empty(), &intro, "introduction");
    for part in &intro {
        layout.part(part);
    }
    let mut blocks = layout.finish();
    blocks.extend(inputs);
    if !can_be_sent {
        blocks.push(Block::context(["_This form cannot be sent. Please tell whoever runs Bellhop._".to_owned()]));
    } else if cut {
        blocks.push(Block::context(["_Not all of this form has room here._".to_owned()]));
    } else if blocks.is_empty() {
        blocks.push(Block::section(super::mrkdwn::line(&form.title, LABEL_TEXT), false));
    }
    let modal = Modal {
        title: label_of(&form.title, limits::VIEW_TITLE, "Bellhop"),
        blocks,
        close: label_of("Cancel", limits::VIEW_TITLE, ""),
        submit: can_be_sent.then(|| label_of(&form.submit, limits::VIEW_TITLE, "Send")),
        private_metadata: can_be_sent.then(|| form.ticket.clone()),
    };
    json!(modal)
}

/// The fields in their order, and whether any had to go.
fn inputs(form: &Form) -> (Vec<Block>, bool) {
    let (fields, mut cut) = fields(form);
    let mut room = FIELDS_BYTES;
    let mut inputs = Vec::new();
    for field in fields {
        let input = input(inputs.len(), &field);
        let cost = json!(input).to_string().len() + 1;
        if cost <= room && inputs.len() < FIELDS {
            room -= cost;
            inputs.push(input);
        } else {
            cut = true;
        }
    }
    (inputs, cut)
}

fn input(number: usize, field: &Field) -> Block {
    let hint = field.hint.as_ref().filter(|hint| !is_blank(hint));
    let (element, optional) = match &field.input {
        Input::Text { initial, optional } => {
            // A part of it would be sent as if somebody had meant it.
            let initial: String = initial.chars().filter(|c| !is_hazard(*c)).collect();
            let initial_value = Some(initial).filter(|text| !text.is_empty() && units(text) <= limits::INPUT_TEXT);
            (Element::PlainTextInput { action_id: field.name.clone(), initial_value }, *optional)
        }
        Input::Menu { choices, chosen } => {
            let options: Vec<SelectOption> = choices.iter().map(option).collect();
            let initial_option = options.iter().find(|option| Some(&option.value) == chosen.as_ref()).cloned();
            (Element::StaticSelect { action_id: field.name.clone(), options, initial_option }, false)
        }
    };
    Block::Input {
        block_id: number.to_string(),
        label: label_of(&field.label, LABEL_TEXT, &field.name),
        element,
        hint: hint.map(|hint| label_of(hint, HINT_TEXT, "")),
        optional,
    }
}

fn option(choice: &Choice) -> SelectOption {
    SelectOption { text: label_of(&choice.label, limits::OPTION_TEXT, &choice.value), value: choice.value.clone() }
}
