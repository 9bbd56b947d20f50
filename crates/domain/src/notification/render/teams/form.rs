//! A form as a Teams message: one Adaptive Card with inputs, and a button that sends them.
//!
//! The server's `app/conversations` sends it, always into a person's own chat. What is filled in comes back as the value of a message
//! without words, by the fields' names beside the ticket: `Action.Execute` fails on phones where a card has an `Input.Text`
//! (<https://github.com/microsoft/botbuilder-js/issues/4430>, <https://github.com/microsoft/AdaptiveCards/issues/9315>).
//!
//! Inputs: <https://adaptivecards.io/explorer/Input.Text.html>, <https://adaptivecards.io/explorer/Input.ChoiceSet.html>; labels, titles and values are plain text there.

use serde_json::{Value, json};

use super::answer::line_or;
use super::elements::{Face, block, clean_line, cost, run};
use super::layout::Layout;
use super::{HEADLINE_TEXT, LINK_TEXT, SUMMARY_TEXT, TeamsMessage, limits, of_card};
use crate::conversation::{FORM_TICKET_BYTES_MAX, Field, Form, Input};
use crate::notification::render::conversation::{fields, powerless};
use crate::notification::text::is_hazard;

/// The share of the message that fields may take.
const FIELDS_ROOM: usize = limits::MESSAGE_UTF8_BYTES / 8 * 5;
/// Our own bounds: what Slack shows of them too.
const LABEL_TEXT: usize = 150;
const HINT_TEXT: usize = 300;
const CHOICE_TEXT: usize = 75;
const INPUT_TEXT: usize = 3_000;

/// Renders a form. Total: every form makes a message within Teams' limits. One whose ticket is too long can be read, not sent.
pub fn form(form: &Form) -> TeamsMessage {
    let can_be_sent = form.ticket.len() <= FORM_TICKET_BYTES_MAX;
    let (mut last, cut) = if can_be_sent { inputs(form) } else { (Vec::new(), false) };
    let notice = if !can_be_sent {
        Some("This form cannot be sent. Please tell whoever runs Bellhop.")
    } else if cut {
        Some("Not all of this form has room here.")
    } else {
        None
    };
    last.extend(notice.map(|notice| block(&[run(notice, Face::Small)], true)));
    let actions = if can_be_sent { vec![submit(form)] } else { Vec::new() };
    let head = block(&[run(&line_or(&form.title, HEADLINE_TEXT, "Bellhop"), Face::Strong)], false);
    let summary = line_or(&form.title, SUMMARY_TEXT, "Bellhop");
    let intro = powerless(&form.intro);
    let around = [json!(summary), head.clone(), json!(actions)];
    let mut layout = Layout::around(around.iter().chain(&last), &intro, "introduction");
    for part in &intro {
        layout.part(part);
    }
    let body = std::iter::once(head).chain(layout.finish()).chain(last).collect();
    of_card(summary, &json!({"width": "Full"}), body, actions)
}

/// What was typed and chosen comes back beside the ticket.
fn submit(form: &Form) -> Value {
    let title = line_or(&form.submit, LINK_TEXT, "OK");
    json!({"type": "Action.Submit", "title": title, "data": {"ticket": form.ticket}})
}

/// The fields in their order, and whether any had to go.
fn inputs(form: &Form) -> (Vec<Value>, bool) {
    let (fields, mut cut) = fields(form);
    let mut room = FIELDS_ROOM;
    let mut inputs = Vec::new();
    for field in fields {
        let hint = field.hint.as_ref().map(|hint| clean_line(hint, HINT_TEXT)).filter(|hint| !hint.is_empty());
        let hint = hint.map(|hint| block(&[run(&hint, Face::Small)], false));
        let elements: Vec<Value> = std::iter::once(input(&field)).chain(hint).collect();
        let cost = elements.iter().map(cost).sum::<usize>();
        if cost <= room {
            room -= cost;
            inputs.extend(elements);
        } else {
            cut = true;
        }
    }
    (inputs, cut)
}

fn input(field: &Field) -> Value {
    let label = line_or(&field.label, LABEL_TEXT, &clean_line(&field.name, LABEL_TEXT));
    let (mut input, required, value) = match &field.input {
        Input::Text { initial, optional } => {
            // A part of it would be sent as if somebody had meant it.
            let initial: String = initial.chars().filter(|c| !is_hazard(*c)).collect();
            let value = Some(initial).filter(|text| !text.is_empty() && text.chars().count() <= INPUT_TEXT);
            (json!({"type": "Input.Text", "id": field.name, "label": label, "maxLength": INPUT_TEXT}), !optional, value)
        }
        Input::Menu { choices, chosen } => {
            let title = |label: &str, value: &str| line_or(label, CHOICE_TEXT, &clean_line(value, CHOICE_TEXT));
            let choices: Vec<Value> = choices
                .iter()
                .map(|choice| json!({"title": title(&choice.label, &choice.value), "value": choice.value}))
                .collect();
            let input = json!({"type": "Input.ChoiceSet", "id": field.name, "label": label, "choices": choices});
            // Nobody can empty a menu that begins with a choice.
            (input, chosen.is_none(), chosen.clone())
        }
    };
    if let Some(input) = input.as_object_mut() {
        if required {
            input.insert("isRequired".to_owned(), json!(true));
            input.insert("errorMessage".to_owned(), json!("Please fill this in."));
        }
        input.extend(value.map(|value| ("value".to_owned(), Value::String(value))));
    }
    input
}
