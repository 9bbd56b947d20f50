//! Judges what blocks are made of: text objects, images, buttons. Called by `blocks.rs`.
//!
//! Limits: <https://docs.slack.dev/reference/block-kit/composition-objects> and `…/block-elements`.

use serde_json::Value;

use super::inputs;

const BUTTON_TEXT_MAX_CHARS: usize = 75;
const ACTION_ID_MAX_CHARS: usize = 255;
const BUTTON_VALUE_MAX_CHARS: usize = 2_000;
const BUTTON_URL_MAX_CHARS: usize = 3_000;
const IMAGE_URL_MAX_CHARS: usize = 3_000;
const ALT_TEXT_MAX_CHARS: usize = 2_000;
const IMAGE_TITLE_MAX_CHARS: usize = 2_000;
/// Ours: a hostile message could be wrong in every member of a mebibyte.
const COMPLAINTS_MAX: usize = 100;

/// Interactive elements of messages other than buttons: taken, and not looked into.
const UNJUDGED: [&str; 16] = [
    "channels_select",
    "checkboxes",
    "conversations_select",
    "datepicker",
    "datetimepicker",
    "external_select",
    "multi_channels_select",
    "multi_conversations_select",
    "multi_external_select",
    "multi_static_select",
    "multi_users_select",
    "overflow",
    "radio_buttons",
    "timepicker",
    "users_select",
    "workflow_button",
];

/// What is wrong, and where: `must be less than 151 characters [json-pointer:/blocks/0/text/text]`.
#[derive(Default)]
pub struct Complaints(Vec<String>);

impl Complaints {
    pub fn add(&mut self, what: &str, pointer: &str) {
        if self.0.len() < COMPLAINTS_MAX {
            self.0.push(format!("{what} [json-pointer:{pointer}]"));
        }
    }

    pub fn into_vec(self) -> Vec<String> {
        self.0
    }
}

/// Which text objects a place takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    Any,
    Plain,
}

/// Refuses members that Slack does not know, as Slack does (observed).
pub fn known_keys(object: &Value, known: &[&str], pointer: &str, complaints: &mut Complaints) {
    for key in object.as_object().into_iter().flat_map(serde_json::Map::keys) {
        if !known.contains(&key.as_str()) {
            complaints.add(&format!("invalid additional property: {key}"), pointer);
        }
    }
}

/// The array in a required member, which must have 1 to `max` items. Empty if it has none.
pub fn items<'v>(object: &'v Value, name: &str, max: usize, pointer: &str, complaints: &mut Complaints) -> &'v [Value] {
    let place = format!("{pointer}/{name}");
    match object.get(name) {
        None => complaints.add(&format!("missing required field: {name}"), pointer),
        Some(Value::Array(items)) => {
            if items.is_empty() {
                complaints.add("no fewer than 1 items allowed", &place);
            } else if items.len() > max {
                complaints.add(&format!("no more than {max} items allowed"), &place);
            }
            return items;
        }
        Some(_) => complaints.add("must provide an array", &place),
    }
    &[]
}

/// A member that may be absent; if it is there it is a string of 1 to `max` characters.
pub fn text_limit(object: &Value, name: &str, max: usize, pointer: &str, complaints: &mut Complaints) {
    let place = format!("{pointer}/{name}");
    match object.get(name) {
        Some(Value::String(text)) if text.is_empty() => complaints.add("must be more than 0 characters", &place),
        Some(Value::String(text)) if text.chars().count() > max => {
            complaints.add(&format!("must be less than {} characters", max + 1), &place);
        }
        None | Some(Value::String(_)) => {}
        Some(_) => complaints.add("must be a string", &place),
    }
}

/// A text object: <https://docs.slack.dev/reference/block-kit/composition-objects/text-object>
pub fn text(object: &Value, kind: TextKind, max: usize, pointer: &str, complaints: &mut Complaints) {
    if !object.is_object() {
        complaints.add("must provide an object", pointer);
        return;
    }
    match object.get("type").and_then(Value::as_str) {
        Some("plain_text") => known_keys(object, &["type", "text", "emoji"], pointer, complaints),
        Some("mrkdwn") if kind == TextKind::Any => {
            known_keys(object, &["type", "text", "verbatim"], pointer, complaints);
        }
        Some(other) => complaints.add(&format!("unsupported type: {other}"), &format!("{pointer}/type")),
        None => complaints.add("missing required field: type", pointer),
    }
    if object.get("text").is_none() {
        complaints.add("missing required field: text", pointer);
    }
    text_limit(object, "text", max, pointer, complaints);
}

pub fn required_text(
    object: &Value,
    name: &str,
    kind: TextKind,
    max: usize,
    pointer: &str,
    complaints: &mut Complaints,
) {
    match object.get(name) {
        Some(value) => text(value, kind, max, &format!("{pointer}/{name}"), complaints),
        None => complaints.add(&format!("missing required field: {name}"), pointer),
    }
}

/// What the image block and the image element have in common.
pub fn image(object: &Value, pointer: &str, complaints: &mut Complaints) {
    if object.get("alt_text").is_none() {
        complaints.add("missing required field: alt_text", pointer);
    }
    if object.get("image_url").is_none() && object.get("slack_file").is_none() {
        complaints.add("must define either `image_url` or `slack_file`", pointer);
    }
    text_limit(object, "alt_text", ALT_TEXT_MAX_CHARS, pointer, complaints);
    text_limit(object, "image_url", IMAGE_URL_MAX_CHARS, pointer, complaints);
    if let Some(title) = object.get("title") {
        text(title, TextKind::Plain, IMAGE_TITLE_MAX_CHARS, &format!("{pointer}/title"), complaints);
    }
}

/// An element of an actions block or, if `is_accessory`, beside a section, where an image may stand, too.
pub fn interactive(element: &Value, is_accessory: bool, pointer: &str, complaints: &mut Complaints) {
    match element.get("type").and_then(Value::as_str) {
        Some("button") => button(element, pointer, complaints),
        Some("static_select") => inputs::static_select(element, pointer, complaints),
        Some("image") if is_accessory => image(element, pointer, complaints),
        Some(kind) if UNJUDGED.contains(&kind) => {
            text_limit(element, "action_id", ACTION_ID_MAX_CHARS, pointer, complaints);
        }
        Some(kind) => complaints.add(&format!("unsupported type: {kind}"), &format!("{pointer}/type")),
        None => complaints.add("missing required field: type", pointer),
    }
}

/// <https://docs.slack.dev/reference/block-kit/block-elements/button-element>
fn button(button: &Value, pointer: &str, complaints: &mut Complaints) {
    let keys = ["type", "text", "action_id", "url", "value", "style", "confirm", "accessibility_label"];
    known_keys(button, &keys, pointer, complaints);
    required_text(button, "text", TextKind::Plain, BUTTON_TEXT_MAX_CHARS, pointer, complaints);
    text_limit(button, "action_id", ACTION_ID_MAX_CHARS, pointer, complaints);
    text_limit(button, "value", BUTTON_VALUE_MAX_CHARS, pointer, complaints);
    text_limit(button, "url", BUTTON_URL_MAX_CHARS, pointer, complaints);
    match button.get("style") {
        None => {}
        Some(Value::String(style)) if matches!(style.as_str(), "primary" | "danger") => {}
        Some(_) => complaints.add("must be a valid enum value", &format!("{pointer}/style")),
    }
}
