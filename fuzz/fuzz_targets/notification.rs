//! `domain::notification` on any bytes, as a message and as its subject: a card, then the message of every platform. Nothing
//! may panic, no platform's size may be passed, and no message may be empty. The input is the subject, a newline, the message.

#![no_main]

use domain::notification::render::{chime, slack, teams};
use domain::notification::{AccountNames, Incoming, SIMILARITY_KEY_BYTES_MAX, card, triage};
use libfuzzer_sys::fuzz_target;

/// Slack's documentation, "Block Kit": blocks of a message. The crate's own constants are not used: they may be wrong.
const SLACK_BLOCKS: usize = 50;
/// Microsoft Teams, "Create an Incoming Webhook": a message has at most 28 KB.
const TEAMS_BYTES: usize = 28_000;
/// Amazon Chime's "Webhooks": characters of a message.
const CHIME_CHARACTERS: usize = 4_096;

fuzz_target!(|input: &[u8]| {
    let input = String::from_utf8_lossy(input);
    let (subject, message) = input.split_once('\n').map_or((None, &*input), |(subject, rest)| (Some(subject), rest));
    let incoming = Incoming {
        topic_arn: "arn:aws:sns:eu-west-1:123456789012:alarms",
        subject,
        message,
        timestamp: "2026-11-22T18:20:17.012Z",
        account_names: AccountNames::NONE,
    };
    if let Some(similarity) = triage(&incoming).similarity {
        assert!(similarity.matter.len() <= SIMILARITY_KEY_BYTES_MAX && similarity.says.len() <= SIMILARITY_KEY_BYTES_MAX);
    }
    let card = card(&incoming);

    let to_slack = slack::message(&card);
    let inner = to_slack.attachments.first().and_then(|attachment| attachment["blocks"].as_array());
    assert!(!to_slack.text.is_empty() && to_slack.blocks.len() + inner.map_or(0, Vec::len) <= SLACK_BLOCKS);
    // A renderer's second message, the parent of a thread, has more to hold.
    let parent = slack::parent_update(&card, &card);
    let inner = parent.attachments.first().and_then(|attachment| attachment["blocks"].as_array());
    assert!(parent.blocks.len() + inner.map_or(0, Vec::len) <= SLACK_BLOCKS);

    let to_teams = serde_json::to_string(&teams::message(&card)).expect("a message is JSON");
    assert!(to_teams.len() <= TEAMS_BYTES, "{} bytes", to_teams.len());

    let to_chime = chime::message(&card).content;
    assert!(to_chime.encode_utf16().count() <= CHIME_CHARACTERS && to_chime.starts_with("/md "));
});
