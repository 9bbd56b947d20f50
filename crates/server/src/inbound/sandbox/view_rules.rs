//! Judges a modal view as Slack does: its own members, its blocks (by `blocks.rs`), its inputs. Called by `views.rs`.
//!
//! Limits: <https://docs.slack.dev/reference/views/modal-views>, `…/block-kit/blocks/input-block`, `…/block-elements`.

use serde_json::Value;

use super::blocks;
use super::elements::{self, Complaints, TextKind};
use super::slack_api::SlackError;

const TITLE_MAX_CHARS: usize = 24;
const BLOCKS_MAX: usize = 100;
const PRIVATE_METADATA_MAX_CHARS: usize = 3_000;
const ID_MAX_CHARS: usize = 255;

/// `invalid_arguments`, with every complaint, as Slack words them (observed for `views.open`).
pub fn judge(view: &Value) -> Result<(), SlackError> {
    let mut complaints = Complaints::default();
    let members = [
        "type",
        "title",
        "blocks",
        "close",
        "submit",
        "private_metadata",
        "callback_id",
        "clear_on_close",
        "notify_on_close",
        "external_id",
        "submit_disabled",
    ];
    elements::known_keys(view, &members, "/view", &mut complaints);
    if view.get("type").and_then(Value::as_str) != Some("modal") {
        complaints.add("must be `modal`", "/view/type");
    }
    elements::required_text(view, "title", TextKind::Plain, TITLE_MAX_CHARS, "/view", &mut complaints);
    for name in ["submit", "close"] {
        if let Some(text) = view.get(name) {
            elements::text(text, TextKind::Plain, TITLE_MAX_CHARS, &format!("/view/{name}"), &mut complaints);
        }
    }
    let mut limit = |name: &str, max: usize| {
        let is_empty = view.get(name).and_then(Value::as_str) == Some("");
        if !is_empty {
            elements::text_limit(view, name, max, "/view", &mut complaints);
        }
    };
    limit("private_metadata", PRIVATE_METADATA_MAX_CHARS);
    limit("callback_id", ID_MAX_CHARS);
    limit("external_id", ID_MAX_CHARS);
    let list = if let Some(Value::Array(list)) = view.get("blocks") {
        list.as_slice()
    } else {
        complaints.add("missing required field: blocks", "/view");
        &[]
    };
    let has_input = list.iter().any(|block| block.get("type").and_then(Value::as_str) == Some("input"));
    if has_input && view.get("submit").is_none() {
        complaints.add("missing required field: submit", "/view");
    }
    let mut said = complaints.into_vec();
    said.extend(blocks::judge(list, BLOCKS_MAX, "/view/blocks"));
    if said.is_empty() { Ok(()) } else { Err(SlackError::with_messages("invalid_arguments", said)) }
}
