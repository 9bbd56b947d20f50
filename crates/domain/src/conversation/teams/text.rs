//! Text as a person typed it, out of the markup that Teams sends.
//!
//! Source: <https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-and-group-conversations#retrieve-mentions>;
//! that what was typed as `<` comes as `&lt;` is assumed of what Teams' other bots tell.

use serde_json::Value;

use super::text_at;

/// Whether the message is to our bot: its name there is `recipient`'s.
pub(super) fn mentions_us(json: &Value) -> bool {
    our_mentions(json).next().is_some()
}

/// Without the mention that called Bellhop, wherever it stands; of several, without the first. Mentions of others are their names.
pub(super) fn typed(json: &Value) -> String {
    let text = text_at(json, "/text").unwrap_or_default();
    let ours = our_mentions(json).filter_map(|mention| text_at(mention, "/text"));
    let found = ours.filter_map(|ours| Some((text.find(ours)?, ours.len()))).min();
    let called = found.and_then(|(at, length)| Some((text.get(..at)?, text.get(at + length..)?)));
    match called {
        Some((before, after)) => plain(&format!("{} {}", before.trim_end(), after.trim_start())),
        None => plain(text),
    }
}

fn our_mentions(json: &Value) -> impl Iterator<Item = &Value> {
    let us = text_at(json, "/recipient/id");
    let entities = json.get("entities").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    entities.iter().filter(move |entity| {
        text_at(entity, "/type") == Some("mention") && us.is_some() && text_at(entity, "/mentioned/id") == us
    })
}

fn plain(text: &str) -> String {
    let text = unquoted(text).replace("<at>", "").replace("</at>", "").replace("&nbsp;", " ").replace('\u{a0}', " ");
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    // Last: what was typed as `&lt;` arrives as `&amp;lt;`.
    text.replace("&amp;", "&").trim().to_owned()
}

/// Without the tags of messages that a reply quotes. One that was typed comes escaped, and stays.
/// Source: <https://github.com/microsoft/teams.py/issues/321>.
fn unquoted(text: &str) -> String {
    const TAG: &str = "<quoted ";
    let (mut rest, mut kept) = (text, String::with_capacity(text.len()));
    while let Some((before, tag)) = rest.split_once(TAG) {
        kept.push_str(before);
        let Some((_, after)) = tag.split_once("/>") else {
            kept.push_str(TAG);
            rest = tag;
            continue;
        };
        rest = after;
    }
    kept + rest
}
