//! Judges blocks and attachments as Slack does, so that what Slack would refuse is refused on the developer's machine.
//!
//! Called by `slack_api.rs`; the parts that blocks share are in `elements.rs`. Limits: <https://docs.slack.dev/reference/block-kit/blocks>.
//! The sentences are Slack's own where they are known (observed in public reports of `invalid_blocks`), in their style elsewhere.
//! A limit counts characters (assumed: Slack does not say whether those are code points). It never changes a block.

use std::collections::BTreeSet;

use serde_json::Value;

use super::elements::{self, Complaints, TextKind};
use super::inputs;
use super::slack_api::SlackError;

/// <https://docs.slack.dev/reference/block-kit/blocks>: "up to 50 blocks in each message"
const BLOCKS_MAX: usize = 50;
/// Undocumented; observed to be about this (slackapi/bolt-js#2509).
const ALL_TEXT_MAX_CHARS: usize = 13_200;
const BLOCK_ID_MAX_CHARS: usize = 255;
const SECTION_TEXT_MAX_CHARS: usize = 3_000;
const SECTION_FIELDS_MAX: usize = 10;
const SECTION_FIELD_MAX_CHARS: usize = 2_000;
const HEADER_TEXT_MAX_CHARS: usize = 150;
const CONTEXT_ELEMENTS_MAX: usize = 10;
const CONTEXT_TEXT_MAX_CHARS: usize = 3_000;
const ACTIONS_ELEMENTS_MAX: usize = 25;
const MARKDOWN_TEXT_MAX_CHARS: usize = 12_000;
/// <https://docs.slack.dev/reference/block-kit/blocks/table-block>.
const TABLE_ROWS_MAX: usize = 100;
const TABLE_CELLS_MAX: usize = 20;
const TABLE_CELL_MAX_CHARS: usize = 2_000;

/// Blocks of messages that Bellhop does not send: taken, and not looked into.
const UNJUDGED: [&str; 9] = [
    "card",
    "carousel",
    "container",
    "context_actions",
    "data_table",
    "data_visualization",
    "plan",
    "task_card",
    "video",
];

/// The blocks of a message. `invalid_blocks` with every complaint, or `msg_blocks_too_long`.
pub fn judge_message(blocks: &[Value]) -> Result<(), SlackError> {
    let complaints = judge(blocks, BLOCKS_MAX, "/blocks");
    if !complaints.is_empty() {
        return Err(SlackError::with_messages("invalid_blocks", complaints));
    }
    if blocks.iter().map(text_chars).sum::<usize>() > ALL_TEXT_MAX_CHARS {
        return Err(SlackError::new("msg_blocks_too_long"));
    }
    Ok(())
}

/// Attachments must be objects; the blocks in them are judged as those of a message.
pub fn judge_attachments(attachments: &[Value]) -> Result<(), SlackError> {
    let mut complaints = Vec::new();
    for (index, attachment) in attachments.iter().enumerate() {
        match attachment.get("blocks") {
            _ if !attachment.is_object() => {
                complaints.push(format!("must provide an object [json-pointer:/attachments/{index}]"));
            }
            None | Some(Value::Null) => {}
            Some(Value::Array(blocks)) => {
                complaints.extend(judge(blocks, BLOCKS_MAX, &format!("/attachments/{index}/blocks")));
            }
            Some(_) => complaints.push(format!("must provide an array [json-pointer:/attachments/{index}/blocks]")),
        }
    }
    if complaints.is_empty() { Ok(()) } else { Err(SlackError::with_messages("invalid_attachments", complaints)) }
}

/// What is wrong with a list of at most `max` blocks that stands at `root`.
pub fn judge(blocks: &[Value], max: usize, root: &str) -> Vec<String> {
    let mut complaints = Complaints::default();
    if blocks.len() > max {
        complaints.add(&format!("no more than {max} items allowed"), root);
    }
    let (mut block_ids, mut has_table) = (BTreeSet::new(), false);
    for (index, block) in blocks.iter().enumerate() {
        let pointer = format!("{root}/{index}");
        if !block.is_object() {
            complaints.add("must provide an object", &pointer);
            continue;
        }
        judge_block(block, &pointer, &mut complaints);
        if block.get("type").is_some_and(|kind| kind == "table") && std::mem::replace(&mut has_table, true) {
            complaints.add("only_one_table_allowed", &pointer);
        }
        elements::text_limit(block, "block_id", BLOCK_ID_MAX_CHARS, &pointer, &mut complaints);
        if let Some(id) = block.get("block_id").and_then(Value::as_str)
            && !block_ids.insert(id)
        {
            complaints.add(&format!("`block_id` \"{id}\" already exists"), &format!("{pointer}/block_id"));
        }
    }
    complaints.into_vec()
}

fn judge_block(block: &Value, pointer: &str, complaints: &mut Complaints) {
    let Some(kind) = block.get("type").and_then(Value::as_str) else {
        complaints.add("missing required field: type", pointer);
        return;
    };
    match kind {
        "section" => section(block, pointer, complaints),
        "header" => {
            elements::known_keys(block, &["type", "block_id", "text"], pointer, complaints);
            elements::required_text(block, "text", TextKind::Plain, HEADER_TEXT_MAX_CHARS, pointer, complaints);
        }
        "divider" => elements::known_keys(block, &["type", "block_id"], pointer, complaints),
        "context" => context(block, pointer, complaints),
        "image" => {
            let keys = ["type", "block_id", "image_url", "slack_file", "alt_text", "title"];
            elements::known_keys(block, &keys, pointer, complaints);
            elements::image(block, pointer, complaints);
        }
        "actions" => actions(block, pointer, complaints),
        "input" => inputs::input_block(block, pointer, complaints),
        "rich_text" => rich_text(block, pointer, complaints),
        "table" => table(block, pointer, complaints),
        "markdown" => {
            elements::known_keys(block, &["type", "block_id", "text"], pointer, complaints);
            match block.get("text").and_then(Value::as_str) {
                Some(_) => elements::text_limit(block, "text", MARKDOWN_TEXT_MAX_CHARS, pointer, complaints),
                None => complaints.add("missing required field: text", pointer),
            }
        }
        kind if UNJUDGED.contains(&kind) => {}
        // `alert` belongs to modals and `file` to messages that Slack itself writes: both are refused like unknown ones.
        _ => complaints.add(&format!("unsupported type: {kind}"), &format!("{pointer}/type")),
    }
}

fn section(block: &Value, pointer: &str, complaints: &mut Complaints) {
    elements::known_keys(block, &["type", "block_id", "text", "fields", "accessory", "expand"], pointer, complaints);
    let (text, fields) = (block.get("text"), block.get("fields"));
    if text.is_none() && fields.is_none() {
        complaints.add("must define either `fields` or `text`", pointer);
    }
    if let Some(text) = text {
        elements::text(text, TextKind::Any, SECTION_TEXT_MAX_CHARS, &format!("{pointer}/text"), complaints);
    }
    if fields.is_some() {
        let fields = elements::items(block, "fields", SECTION_FIELDS_MAX, pointer, complaints);
        for (index, field) in fields.iter().enumerate() {
            let pointer = format!("{pointer}/fields/{index}");
            elements::text(field, TextKind::Any, SECTION_FIELD_MAX_CHARS, &pointer, complaints);
        }
    }
    if let Some(accessory) = block.get("accessory") {
        elements::interactive(accessory, true, &format!("{pointer}/accessory"), complaints);
    }
}

fn context(block: &Value, pointer: &str, complaints: &mut Complaints) {
    elements::known_keys(block, &["type", "block_id", "elements"], pointer, complaints);
    let elements = elements::items(block, "elements", CONTEXT_ELEMENTS_MAX, pointer, complaints);
    for (index, element) in elements.iter().enumerate() {
        let pointer = format!("{pointer}/elements/{index}");
        if element.get("type").and_then(Value::as_str) == Some("image") {
            elements::image(element, &pointer, complaints);
        } else {
            elements::text(element, TextKind::Any, CONTEXT_TEXT_MAX_CHARS, &pointer, complaints);
        }
    }
}

fn actions(block: &Value, pointer: &str, complaints: &mut Complaints) {
    elements::known_keys(block, &["type", "block_id", "elements"], pointer, complaints);
    let mut action_ids = BTreeSet::new();
    let elements = elements::items(block, "elements", ACTIONS_ELEMENTS_MAX, pointer, complaints);
    for (index, element) in elements.iter().enumerate() {
        let pointer = format!("{pointer}/elements/{index}");
        elements::interactive(element, false, &pointer, complaints);
        if let Some(id) = element.get("action_id").and_then(Value::as_str)
            && !action_ids.insert(id)
        {
            complaints.add(&format!("`action_id` \"{id}\" already exists"), &format!("{pointer}/action_id"));
        }
    }
}

fn rich_text(block: &Value, pointer: &str, complaints: &mut Complaints) {
    const PARTS: [&str; 4] = ["rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"];
    elements::known_keys(block, &["type", "block_id", "elements"], pointer, complaints);
    // No limit is documented: the request's size is the only one.
    for (index, part) in elements::items(block, "elements", usize::MAX, pointer, complaints).iter().enumerate() {
        let pointer = format!("{pointer}/elements/{index}");
        match part.get("type").and_then(Value::as_str) {
            Some(kind) if PARTS.contains(&kind) => {
                elements::items(part, "elements", usize::MAX, &pointer, complaints);
            }
            Some(kind) => complaints.add(&format!("unsupported type: {kind}"), &format!("{pointer}/type")),
            None => complaints.add("missing required field: type", &pointer),
        }
    }
}

/// Rows of cells; as many in each (assumed: Slack's page says it of `data_table`).
fn table(block: &Value, pointer: &str, complaints: &mut Complaints) {
    elements::known_keys(block, &["type", "block_id", "rows", "column_settings"], pointer, complaints);
    let mut width = None;
    for (index, row) in elements::items(block, "rows", TABLE_ROWS_MAX, pointer, complaints).iter().enumerate() {
        let pointer = format!("{pointer}/rows/{index}");
        let Some(cells) = row.as_array() else {
            complaints.add("must provide an array", &pointer);
            continue;
        };
        if cells.is_empty() || cells.len() > TABLE_CELLS_MAX {
            complaints.add(&format!("must have 1 to {TABLE_CELLS_MAX} items"), &pointer);
        }
        if *width.get_or_insert(cells.len()) != cells.len() {
            complaints.add("must have as many items as the other rows", &pointer);
        }
        for (index, cell) in cells.iter().enumerate() {
            let pointer = format!("{pointer}/{index}");
            match cell.get("type").and_then(Value::as_str) {
                Some("rich_text") => rich_text(cell, &pointer, complaints),
                Some("raw_text") => {
                    elements::known_keys(cell, &["type", "text"], &pointer, complaints);
                    elements::text_limit(cell, "text", TABLE_CELL_MAX_CHARS, &pointer, complaints);
                }
                _ => complaints.add("unsupported type", &format!("{pointer}/type")),
            }
        }
    }
}

/// The characters of all that is called `text` in a block, however deep. The JSON reader bounds the nesting.
fn text_chars(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(text_chars).sum(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| match value {
                Value::String(text) if name == "text" => text.chars().count(),
                other => text_chars(other),
            })
            .sum(),
        _ => 0,
    }
}
