//! Events as Slack posts them to the request URL of an app, signed by the app's secret. Used by the measurements; everything
//! is signed before a clock starts, within the five minutes that a signature lasts. Shares nothing with Bellhop's own reading
//! of Slack: a mistake in one must not be repeated in the other.

use aws_lc_rs::hmac;
use serde_json::{Value, json};

use crate::clock;
use crate::http;

/// The app that the measured server is configured with.
pub const APP_ID: &str = "A0BENCH";
pub const SIGNING_SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";

/// Whom Slack tells: what comes after the mention is a command.
const BOT: &str = "U0BENCH";

/// A person joins a channel: each is heard and kept, and nobody is to be answered, so that answering is not measured beside.
/// Source: <https://docs.slack.dev/reference/events/member_joined_channel>.
pub fn request(host: &str, team_id: &str, number: usize) -> Vec<u8> {
    let event = json!({
        "type": "member_joined_channel", "user": "U0PERSON", "channel": "C0BENCH", "channel_type": "C", "team": team_id,
        "inviter": "U0INVITER", "event_ts": ts(number),
    });
    callback(host, team_id, number, &event)
}

/// A person says something to the bot, in a thread of its own that has replies: what answers them alone is in it, too.
/// Source: <https://docs.slack.dev/reference/events/app_mention>.
pub fn mention(host: &str, team_id: &str, channel_id: &str, number: usize, text: &str) -> Vec<u8> {
    let event = json!({
        "type": "app_mention", "user": "U0PERSON", "text": format!("<@{BOT}> {text}"), "channel": channel_id, "team": team_id,
        "ts": ts(number), "thread_ts": ts(number), "event_ts": ts(number),
    });
    callback(host, team_id, number, &event)
}

/// The message of the event with this number: what answers it is in its thread.
pub fn ts(number: usize) -> String {
    format!("1700000000.{number:06}")
}

fn callback(host: &str, team_id: &str, number: usize, event: &Value) -> Vec<u8> {
    let body = json!({
        "token": "deprecated", "team_id": team_id, "context_team_id": team_id, "api_app_id": APP_ID, "event": event,
        "type": "event_callback", "event_id": format!("Ev{number:010}"), "event_time": 1_700_000_000,
        "authorizations": [
            {"enterprise_id": null, "team_id": team_id, "user_id": BOT, "is_bot": true, "is_enterprise_install": false},
        ],
        "is_ext_shared_channel": false, "event_context": "4-eyJldCI6Im1lbWJlcl9qb2luZWRfY2hhbm5lbCJ9",
    })
    .to_string();
    let timestamp = clock::utc().unix_timestamp().to_string();
    let signature = signature(SIGNING_SECRET, &timestamp, body.as_bytes());
    let headers = [
        ("host", host),
        ("user-agent", "Slackbot 1.0 (+https://api.slack.com/robots)"),
        ("accept", "*/*"),
        ("content-type", "application/json"),
        ("x-slack-request-timestamp", &timestamp),
        ("x-slack-signature", &signature),
    ];
    http::prepare("POST", "/slack/events", &headers, body.as_bytes())
}

/// Source: <https://docs.slack.dev/authentication/verifying-requests-from-slack>.
fn signature(secret: &str, timestamp: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, &[b"v0:", timestamp.as_bytes(), b":", body].concat());
    tag.as_ref().iter().fold("v0=".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slacks_own_example_is_signed_as_slack_does() {
        let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
        assert_eq!(
            signature("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body.as_bytes()),
            "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
        );
    }

    #[test]
    fn each_event_has_a_name_of_its_own() {
        let [one, other] = [1, 2].map(|number| String::from_utf8(request("h", "T1", number)).expect("text"));
        assert!(one.contains("Ev0000000001") && other.contains("Ev0000000002"));
    }
}
