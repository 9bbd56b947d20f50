//! The same properties for Microsoft Teams and Amazon Chime: within every limit, visible when cut, no power for a stranger.

use serde_json::Value;

use crate::notification::render::{chime, teams};
use crate::notification::text::{is_blank, is_hazard};
use crate::notification::{Card, Digest, DigestTopic, Source, digest};

/// Checks a card, and a digest of it.
pub fn check(card: &Card) {
    teams_is_sound(card);
    chime_is_sound(card);
    let topic = DigestTopic { topic_arn: card.footer.clone(), count: 3 };
    let newest = vec![card.clone(), card.clone()];
    let folded =
        digest(&Digest { delivery_id: 1, total: 3, topics: vec![topic], first_at_ms: 0, last_at_ms: 9, newest });
    assert_ne!(folded.source, Source::CustomNotification);
    teams_is_sound(&folded);
    chime_is_sound(&folded);
}

/// Teams' limits, written down again from its pages.
fn teams_is_sound(card: &Card) {
    let message = teams::message(card);
    let json = serde_json::to_string(&message).unwrap();
    assert!(json.len() <= 28 * 1000, "{} bytes", json.len());
    assert!(json.encode_utf16().count() * 2 <= 40 * 1000, "{} UTF-16 bytes", json.encode_utf16().count() * 2);
    assert!(!is_blank(&message.summary) && message.summary.chars().count() <= 600 && !message.summary.contains('\n'));
    assert_eq!(message.attachments.len(), 1);
    assert_eq!(message.attachments[0]["contentType"], "application/vnd.microsoft.card.adaptive");
    let content = &message.attachments[0]["content"];
    assert_eq!((content["type"].as_str(), content["version"].as_str()), (Some("AdaptiveCard"), Some("1.5")));
    assert!(content.get("entities").is_none() && content["msteams"].get("entities").is_none());
    let actions = content.get("actions").map_or(&[][..], |actions| actions.as_array().unwrap());
    assert!(actions.len() <= 6);
    for action in actions {
        assert!(
            action["type"] == "Action.OpenUrl" && action["url"].as_str().unwrap().starts_with("https://"),
            "{action}"
        );
    }
    assert!(!content["body"].as_array().unwrap().is_empty());
    walk(&content["body"], card.source == Source::CustomNotification);
}

/// Every element is one that we know, and only a custom notification's own words are where Teams reads markdown.
fn walk(value: &Value, native: bool) {
    for element in value.as_array().unwrap() {
        match element["type"].as_str().unwrap() {
            "Container" => walk(&element["items"], native),
            "RichTextBlock" => {
                assert!(!element["inlines"].as_array().unwrap().is_empty(), "{element}");
                walk(&element["inlines"], native);
            }
            "TextRun" => {
                let text = element["text"].as_str().unwrap();
                assert!(!text.is_empty() && !text.contains('\n') && !text.chars().any(is_hazard), "{element}");
            }
            "TextBlock" => {
                assert!(native, "markdown of a stranger: {element}");
                let text = element["text"].as_str().unwrap();
                assert!(!is_blank(text) && !text.chars().any(is_hazard), "{element}");
            }
            other => panic!("an element of type {other}"),
        }
    }
}

fn chime_is_sound(card: &Card) {
    let content = chime::message(card).content;
    assert!(content.encode_utf16().count() <= 4_096, "{} units", content.encode_utf16().count());
    assert!(content.starts_with("/md ") && !is_blank(&content[4..]));
    assert!(!content.chars().any(is_hazard), "{content:?}");
    if card.source == Source::CustomNotification {
        return;
    }
    assert!(!content.contains('@'), "a mention in {content}");
    assert!(content.matches("```").count() % 2 == 0, "an open code block in {content}");
    // A link with a label is one of ours.
    let outside: String = content.split("```").step_by(2).collect();
    for (at, _) in outside.match_indices("](") {
        let label = &outside[..at];
        assert!(
            outside[at..].starts_with("](https://") && label.rsplit('[').next().unwrap().starts_with("Open "),
            "{content}"
        );
    }
}
