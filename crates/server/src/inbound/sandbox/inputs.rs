//! Judges input blocks and the elements in which people type and choose. Called by `blocks.rs` and `elements.rs`.
//!
//! Limits: <https://docs.slack.dev/reference/block-kit/blocks/input-block>, `…/composition-objects/option-object`.

use serde_json::Value;

use super::elements::{self, Complaints, TextKind};

const LABEL_MAX_CHARS: usize = 2_000;
const OPTIONS_MAX: usize = 100;
const OPTION_TEXT_MAX_CHARS: usize = 75;
const OPTION_VALUE_MAX_CHARS: usize = 150;
const PLACEHOLDER_MAX_CHARS: usize = 150;
const ACTION_ID_MAX_CHARS: usize = 255;
const TYPED_MAX_CHARS: usize = 3_000;

pub fn input_block(block: &Value, pointer: &str, complaints: &mut Complaints) {
    let keys = ["type", "block_id", "label", "element", "hint", "optional", "dispatch_action"];
    elements::known_keys(block, &keys, pointer, complaints);
    elements::required_text(block, "label", TextKind::Plain, LABEL_MAX_CHARS, pointer, complaints);
    if let Some(hint) = block.get("hint") {
        elements::text(hint, TextKind::Plain, LABEL_MAX_CHARS, &format!("{pointer}/hint"), complaints);
    }
    match block.get("element") {
        None => complaints.add("missing required field: element", pointer),
        Some(element) => input(element, &format!("{pointer}/element"), complaints),
    }
}

/// The elements that Bellhop sends are looked into; others of Slack's are taken as they are.
fn input(element: &Value, pointer: &str, complaints: &mut Complaints) {
    match element.get("type").and_then(Value::as_str) {
        None => complaints.add("missing required field: type", pointer),
        Some("button" | "image") => complaints.add("unsupported type for an input", &format!("{pointer}/type")),
        Some("plain_text_input") => {
            let keys = [
                "type",
                "action_id",
                "initial_value",
                "multiline",
                "min_length",
                "max_length",
                "dispatch_action_config",
                "focus_on_load",
                "placeholder",
            ];
            elements::known_keys(element, &keys, pointer, complaints);
            elements::text_limit(element, "action_id", ACTION_ID_MAX_CHARS, pointer, complaints);
            let is_empty = element.get("initial_value").and_then(Value::as_str) == Some("");
            if !is_empty {
                elements::text_limit(element, "initial_value", TYPED_MAX_CHARS, pointer, complaints);
            }
            placeholder(element, pointer, complaints);
        }
        Some("static_select") => static_select(element, pointer, complaints),
        Some(_) => elements::text_limit(element, "action_id", ACTION_ID_MAX_CHARS, pointer, complaints),
    }
}

/// <https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element#static_select>
pub fn static_select(element: &Value, pointer: &str, complaints: &mut Complaints) {
    let keys =
        ["type", "action_id", "options", "option_groups", "initial_option", "confirm", "focus_on_load", "placeholder"];
    elements::known_keys(element, &keys, pointer, complaints);
    elements::text_limit(element, "action_id", ACTION_ID_MAX_CHARS, pointer, complaints);
    placeholder(element, pointer, complaints);
    if element.get("option_groups").is_some() {
        return;
    }
    let options = elements::items(element, "options", OPTIONS_MAX, pointer, complaints);
    for (index, option) in options.iter().enumerate() {
        let place = format!("{pointer}/options/{index}");
        elements::required_text(option, "text", TextKind::Plain, OPTION_TEXT_MAX_CHARS, &place, complaints);
        if option.get("value").is_none() {
            complaints.add("missing required field: value", &place);
        }
        elements::text_limit(option, "value", OPTION_VALUE_MAX_CHARS, &place, complaints);
    }
    if let Some(initial) = element.get("initial_option")
        && !options.contains(initial)
    {
        complaints.add("`initial_option` must be one of the options", &format!("{pointer}/initial_option"));
    }
}

fn placeholder(element: &Value, pointer: &str, complaints: &mut Complaints) {
    if let Some(text) = element.get("placeholder") {
        elements::text(text, TextKind::Plain, PLACEHOLDER_MAX_CHARS, &format!("{pointer}/placeholder"), complaints);
    }
}
