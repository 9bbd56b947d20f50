//! What is not heard: unsigned, stale, changed, of another app, malformed, too large. No row of any of it.

use serde_json::json;
use server::clock::Clock as _;

use super::{heard, hearing, outcome};
use crate::kit::{APP, OTHER_APP, SIGNATURE, SlackPost, TIMESTAMP, TestServer};

/// Refused with a status and a sentence, and nothing heard.
async fn refused(server: &TestServer, post: &SlackPost, outcome: &str, status: u16) -> String {
    let answered = super::outcome(server, post, outcome).await;
    assert_eq!(answered.status, status, "{answered:?}");
    // What will be refused again need not come again; a secret or a clock of ours may be put right.
    let wants_no_more = answered.headers.contains_key("x-slack-no-retry");
    assert_eq!(wants_no_more, outcome != "unverified", "{answered:?}");
    assert!(heard(server).await.is_empty(), "{post:?}");
    answered.text
}

fn mention(server: &TestServer) -> SlackPost {
    APP.event(&APP.mention("Ev1", "help"), server.clock.now_ms())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_that_is_missing_or_comes_twice_is_401() {
    let server = hearing().await;
    let good = mention(&server);
    for name in [SIGNATURE, TIMESTAMP] {
        let text = refused(&server, &good.clone().without(name), "unverified", 401).await;
        assert!(text.contains("X-Slack-Signature"), "{text}");
        let (_, value) = good.headers.iter().find(|(found, _)| *found == name).unwrap();
        refused(&server, &good.clone().header(name, value), "unverified", 401).await;
        refused(&server, &good.clone().changed(name, |_| String::new()), "unverified", 401).await;
    }
    assert_eq!(outcome(&server, &good, "heard").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn five_minutes_are_the_bound_both_ways() {
    let server = hearing().await;
    let good = mention(&server);
    let at = |seconds: i64| {
        let signed_at = server.clock.now_ms() / 1000 + seconds;
        good.clone().signed_by(APP.signing_secret, &signed_at.to_string())
    };
    for seconds in [-301, 301, -86_400, 86_400, i64::MAX / 1_000_000] {
        let text = refused(&server, &at(seconds), "unverified", 401).await;
        assert!(text.contains("five minutes"), "{text}");
    }
    for timestamp in ["0", "", "now", "-1", "1795348800.0", "99999999999999999999", "9223372036854775807"] {
        refused(&server, &good.clone().signed_by(APP.signing_secret, timestamp), "unverified", 401).await;
    }
    // What was signed in time is stale five minutes later.
    server.clock.advance(301_000);
    refused(&server, &good, "unverified", 401).await;
    for (seconds, said) in [(-300, "heard"), (300, "repeated")] {
        assert_eq!(outcome(&server, &at(seconds), said).await.status, 200, "{seconds}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_app_speaks_for_itself_alone() {
    let server = hearing().await;
    let now_ms = server.clock.now_ms();
    // Signed by a secret that the server knows, and of an app that it knows; but not one of the other.
    let forged = [
        OTHER_APP.event(&APP.mention("Ev1", "help"), now_ms),
        OTHER_APP.slash(&APP.command("1.2", "help"), now_ms),
        OTHER_APP.interaction(&APP.press("1.3", "ticket"), now_ms),
    ];
    for post in forged {
        let text = refused(&server, &post, "other_app", 401).await;
        assert!(text.contains(OTHER_APP.id), "{text}");
    }
    let stranger = mention(&server).signed_by("the secret of an app that nobody set", &(now_ms / 1000).to_string());
    refused(&server, &stranger, "unverified", 401).await;
    refused(&server, &mention(&server).signed_by("", &(now_ms / 1000).to_string()), "unverified", 401).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_signing_secret_nothing_is_heard_and_the_remedy_is_told() {
    let server = TestServer::start_with(|settings| {
        let mut app = APP.settings();
        app.signing_secret = None;
        settings.slack.apps = vec![app];
    })
    .await;
    // An empty secret is no secret.
    let now = (server.clock.now_ms() / 1000).to_string();
    for post in [mention(&server), mention(&server).signed_by("", &now)] {
        let text = refused(&server, &post, "unverified", 401).await;
        assert!(text.contains("`signing_secret`"), "{text}");
    }
}

/// Every single byte: of the signature, of the time, of the body; and the body cut or continued anywhere.
#[tokio::test(flavor = "multi_thread")]
async fn no_byte_of_a_signed_request_can_be_changed() {
    let server = hearing().await;
    let good = mention(&server);
    let mut forged = Vec::new();
    for name in [SIGNATURE, TIMESTAMP] {
        let length = good.headers.iter().find(|(found, _)| *found == name).unwrap().1.len();
        for at in 0..length {
            // Each stays a header: what is no text does not come through HTTP.
            for flip in [1, 2, 16] {
                let flipped = |value: &str| {
                    let mut bytes = value.as_bytes().to_vec();
                    bytes[at] ^= flip;
                    String::from_utf8(bytes).unwrap()
                };
                forged.push(good.clone().changed(name, flipped));
            }
        }
    }
    for at in 0..good.body.len() {
        for flip in [1_u8, 0x20, 0x80] {
            let mut post = good.clone();
            post.body[at] ^= flip;
            forged.push(post);
        }
    }
    for body in [vec![], good.body[1..].to_vec(), good.body[..good.body.len() - 1].to_vec(), good.body.repeat(2)] {
        forged.push(SlackPost { body, ..good.clone() });
    }
    assert!(forged.len() > 1500);
    for post in &forged {
        let answered = post.send(server.address()).await;
        assert_eq!(answered.status, 401, "{post:?}");
    }
    assert!(heard(&server).await.is_empty());
    let line = "bellhop_slack_requests_total{door=\"events\",outcome=\"unverified\"}";
    assert_eq!(server.metric(line).await, forged.len() as u64);
    assert_eq!(outcome(&server, &good, "heard").await.status, 200);
}

/// A signature is of a body, and a body of one door: what is signed for another is no payload there.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_well_signed_and_no_payload_is_400() {
    let server = hearing().await;
    let now_ms = server.clock.now_ms();
    let event = |text: &str| APP.sign("/slack/events", "application/json", text.as_bytes().to_vec(), now_ms);
    let without = |member: &str| {
        let mut payload = APP.mention("Ev1", "help");
        payload.as_object_mut().unwrap().remove(member);
        APP.event(&payload, now_ms)
    };
    let form = "application/x-www-form-urlencoded";
    for post in [
        event(""),
        event("hello"),
        event("[]"),
        event("{}"),
        event("\"\""),
        event(&"[".repeat(100_000)),
        event(&json!({"type": "url_verification"}).to_string()),
        APP.sign("/slack/events", "application/json", b"{\"a\": \"\xff\"}".to_vec(), now_ms),
        without("api_app_id"),
        without("event_id"),
        APP.event(&APP.mention("Ev\u{0}1", "help"), now_ms),
        APP.event(&APP.mention(&"E".repeat(1000), "help"), now_ms),
        APP.sign("/slack/commands", form, b"".to_vec(), now_ms),
        APP.sign("/slack/commands", form, b"api_app_id=A0BELLHOP".to_vec(), now_ms),
        APP.sign("/slack/interactivity", form, b"payload=%7B".to_vec(), now_ms),
        APP.sign("/slack/interactivity", form, b"no=payload".to_vec(), now_ms),
        SlackPost { path: "/slack/interactivity", ..APP.event(&APP.mention("Ev1", "help"), now_ms) },
        SlackPost { path: "/slack/events", ..APP.slash(&APP.command("1.2", "help"), now_ms) },
    ] {
        refused(&server, &post, "malformed", 400).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mebibyte_is_taken_and_a_byte_more_is_413() {
    const LARGEST: usize = 1024 * 1024;
    let server = hearing().await;
    let now_ms = server.clock.now_ms();
    let bare = APP.mention("Ev1", "").to_string().len();
    let of_length = |length: usize| APP.event(&APP.mention("Ev1", &"x".repeat(length - bare)), now_ms);
    refused(&server, &of_length(LARGEST + 1), "too_large", 413).await;
    let largest = of_length(LARGEST);
    assert_eq!(largest.body.len(), LARGEST);
    assert_eq!(outcome(&server, &largest, "heard").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_posts_are_heard() {
    let server = hearing().await;
    for path in ["/slack/events", "/slack/commands", "/slack/interactivity"] {
        assert_eq!(server.get(path).await.0, 405, "{path}");
    }
}
