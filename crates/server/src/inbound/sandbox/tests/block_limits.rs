//! What Slack would refuse in a block is refused here, in its words and at its place.

use serde_json::{Value, json};

use super::Twin;

/// The complaints about a message of these blocks, without Slack's `[ERROR] `; empty if it was posted.
async fn complaints(twin: &Twin, blocks: Value) -> Vec<String> {
    let answer = twin.slack("chat.postMessage", json!({ "channel": "C0A", "text": "x", "blocks": blocks })).await;
    if answer["ok"] == true {
        return Vec::new();
    }
    assert_eq!(answer["error"], "invalid_blocks", "{answer}");
    let messages = answer["response_metadata"]["messages"].as_array().unwrap();
    messages.iter().map(|message| message.as_str().unwrap().strip_prefix("[ERROR] ").unwrap().to_owned()).collect()
}

fn mrkdwn(text: impl Into<String>) -> Value {
    json!({ "type": "mrkdwn", "text": text.into() })
}

fn plain(text: impl Into<String>) -> Value {
    json!({ "type": "plain_text", "text": text.into() })
}

#[tokio::test]
async fn blocks_at_their_limits_are_taken() {
    let twin = Twin::start().await;
    let blocks = [
        json!([{ "type": "section", "text": mrkdwn("a".repeat(3_000)) }]),
        json!([{ "type": "section", "fields": vec![mrkdwn("a".repeat(1_000)); 10] }]),
        json!([{ "type": "section", "fields": [mrkdwn("é".repeat(2_000))] }]),
        json!([{ "type": "header", "text": plain("a".repeat(150)) }]),
        json!(vec![json!({ "type": "divider" }); 50]),
        json!([{ "type": "context", "elements": vec![mrkdwn("a"); 10] }]),
        json!([{ "type": "image", "image_url": "https://example.com/a.png", "alt_text": "a graph", "title": plain("a") }]),
        json!([{ "type": "actions", "elements": [{
            "type": "button", "text": plain("a".repeat(75)), "url": "https://example.com", "style": "danger", "action_id": "a",
        }] }]),
        json!([{ "type": "rich_text", "elements": [{ "type": "rich_text_section", "elements": [
            { "type": "text", "text": "hi", "style": { "bold": true } },
        ] }] }]),
        json!([{ "type": "markdown", "text": "**hi**" }]),
        json!([{ "type": "table", "rows": vec![vec![json!({ "type": "raw_text", "text": "a" }); 20]; 100] }]),
        json!([{ "type": "section", "text": plain("a"), "accessory": {
            "type": "image", "image_url": "https://example.com/a.png", "alt_text": "a graph",
        } }]),
    ];
    for blocks in blocks {
        assert_eq!(complaints(&twin, blocks.clone()).await, [""; 0], "{blocks}");
    }
}

#[tokio::test]
async fn texts_and_lists_beyond_a_limit_are_refused_at_their_place() {
    let cases = [
        (json!(vec![json!({ "type": "divider" }); 51]), "no more than 50 items allowed [json-pointer:/blocks]"),
        (
            json!([{ "type": "section", "text": mrkdwn("a".repeat(3_001)) }]),
            "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            json!([{ "type": "divider" }, { "type": "section", "fields": [mrkdwn("a".repeat(2_001))] }]),
            "must be less than 2001 characters [json-pointer:/blocks/1/fields/0/text]",
        ),
        (
            json!([{ "type": "section", "fields": vec![mrkdwn("a"); 11] }]),
            "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
        ),
        (
            json!([{ "type": "section", "text": mrkdwn("") }]),
            "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
        ),
        (json!([{ "type": "section" }]), "must define either `fields` or `text` [json-pointer:/blocks/0]"),
        (json!([{ "type": "section", "text": "hi" }]), "must provide an object [json-pointer:/blocks/0/text]"),
        (
            json!([{ "type": "header", "text": plain("a".repeat(151)) }]),
            "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            json!([{ "type": "header", "text": mrkdwn("a") }]),
            "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
        ),
    ];
    refused(&cases).await;
}

#[tokio::test]
async fn blocks_that_make_no_sense_are_refused_at_their_place() {
    let button = |id: &str| json!({ "type": "button", "text": plain("go"), "action_id": id });
    let cases = [
        (
            json!([{ "type": "context", "elements": vec![mrkdwn("a"); 11] }]),
            "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            json!([{ "type": "image", "image_url": "https://example.com/a.png" }]),
            "missing required field: alt_text [json-pointer:/blocks/0]",
        ),
        (
            json!([{ "type": "actions", "elements": [button("a"), button("a")] }]),
            "`action_id` \"a\" already exists [json-pointer:/blocks/0/elements/1/action_id]",
        ),
        (
            json!([{ "type": "actions", "elements": [{ "type": "button", "text": plain("a".repeat(76)) }] }]),
            "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
        ),
        (json!([{ "type": "confetti" }]), "unsupported type: confetti [json-pointer:/blocks/0/type]"),
        (json!([{}]), "missing required field: type [json-pointer:/blocks/0]"),
        (json!(["x"]), "must provide an object [json-pointer:/blocks/0]"),
        (
            json!([{ "type": "divider", "text": plain("a") }]),
            "invalid additional property: text [json-pointer:/blocks/0]",
        ),
        (
            json!([{ "type": "divider", "block_id": "b" }, { "type": "divider", "block_id": "b" }]),
            "`block_id` \"b\" already exists [json-pointer:/blocks/1/block_id]",
        ),
        (
            json!([{ "type": "table", "rows": vec![[json!({ "type": "raw_text", "text": "a" })]; 101] }]),
            "no more than 100 items allowed [json-pointer:/blocks/0/rows]",
        ),
        (
            json!([{ "type": "table", "rows": [[{ "type": "rich_text", "elements": [{ "type": "paragraph", "elements": [] }] }]] }]),
            "unsupported type: paragraph [json-pointer:/blocks/0/rows/0/0/elements/0/type]",
        ),
        (
            json!([{ "type": "rich_text", "elements": [{ "type": "paragraph", "elements": [] }] }]),
            "unsupported type: paragraph [json-pointer:/blocks/0/elements/0/type]",
        ),
    ];
    refused(&cases).await;
}

/// Each message has the one complaint.
async fn refused(cases: &[(Value, &str)]) {
    let twin = Twin::start().await;
    for (blocks, complaint) in cases {
        assert_eq!(complaints(&twin, blocks.clone()).await, [*complaint], "{blocks}");
    }
}

#[tokio::test]
async fn all_text_together_has_a_limit() {
    let twin = Twin::start().await;
    let blocks = vec![json!({ "type": "section", "text": mrkdwn("a".repeat(3_000)) }); 5];
    let answer = twin.slack("chat.postMessage", json!({ "channel": "C0A", "blocks": blocks })).await;
    assert_eq!(answer["error"], "msg_blocks_too_long");
}

#[tokio::test]
async fn blocks_in_attachments_are_judged_too() {
    let twin = Twin::start().await;
    let attachments = json!([{ "color": "#fff" }, { "blocks": [{ "type": "header", "text": plain("") }] }]);
    let answer = twin.slack("chat.postMessage", json!({ "channel": "C0A", "attachments": attachments })).await;
    assert_eq!(answer["error"], "invalid_attachments");
    assert_eq!(
        answer["errors"],
        json!(["must be more than 0 characters [json-pointer:/attachments/1/blocks/0/text/text]"])
    );
}
