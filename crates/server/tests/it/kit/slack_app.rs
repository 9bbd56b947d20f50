//! An app of Slack, as Slack speaks to its request URLs: what people say and press, signed with the app's secret, or sent wrongly in
//! any way that a test asks for. Ours, written after Slack's documentation; that Slack signs like this rests on Slack's own verifier in
//! `tests/conformance`.

use std::net::SocketAddr;
use std::sync::LazyLock;

use aws_lc_rs::hmac;
use http::HeaderMap;
use serde_json::{Value, json};
use server::config::SlackAppSettings;

use super::{TEAM, http_client};

/// The signature's header, and the one that says when.
pub const SIGNATURE: &str = "x-slack-signature";
pub const TIMESTAMP: &str = "x-slack-request-timestamp";
/// As whom the apps of the tests are mentioned.
const BOT: &str = "U0BOT";

/// An app and its secret.
#[derive(Debug, Clone, Copy)]
pub struct SlackApp {
    pub id: &'static str,
    pub signing_secret: &'static str,
}

/// The app of most tests, and another of the same server.
pub const APP: SlackApp = SlackApp { id: "A0BELLHOP", signing_secret: "8f742231b10e8888abcd99yyyzzz85a5" };
pub const OTHER_APP: SlackApp = SlackApp { id: "A0OTHER", signing_secret: "e6b19c573432dcc6b075501d51b51bb8" };

/// A request that can still be changed.
#[derive(Debug, Clone)]
pub struct SlackPost {
    pub path: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// What Slack was told.
#[derive(Debug, Clone)]
pub struct SlackAnswered {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl SlackApp {
    pub fn settings(self) -> SlackAppSettings {
        SlackAppSettings {
            app_id: self.id.to_owned(),
            client_id: None,
            client_secret: None,
            client_secret_file: None,
            signing_secret: Some(self.signing_secret.into()),
            signing_secret_file: None,
            app_token: None,
            app_token_file: None,
            socket_connections: 2,
        }
    }

    /// Somebody mentions the app in `C1` of [`TEAM`]; `id` names the event.
    pub fn mention(self, id: &str, text: &str) -> Value {
        json!({
            "token": "deprecated", "team_id": TEAM, "api_app_id": self.id, "type": "event_callback",
            "event_id": id, "event_time": 1_795_348_800,
            "event": {
                "type": "app_mention", "user": "U0ANNA", "text": format!("<@{BOT}> {text}"), "channel": "C1",
                "ts": "1795348800.000100", "event_ts": "1795348800.000100",
            },
            "authorizations": [{
                "enterprise_id": null, "team_id": TEAM, "user_id": BOT, "is_bot": true, "is_enterprise_install": false,
            }],
            "is_ext_shared_channel": false,
        })
    }

    /// The fields of `/aws TEXT` in `C1`.
    pub fn command(self, trigger_id: &str, text: &str) -> Vec<(&'static str, String)> {
        let fields = [
            ("token", "deprecated"),
            ("team_id", TEAM),
            ("channel_id", "C1"),
            ("channel_name", "ops"),
            ("user_id", "U0ANNA"),
            ("user_name", "anna"),
            ("command", "/aws"),
            ("text", text),
            ("api_app_id", self.id),
            ("response_url", "https://hooks.slack.com/commands/T0OPS/1/x"),
            ("trigger_id", trigger_id),
        ];
        fields.map(|(name, value)| (name, value.to_owned())).to_vec()
    }

    /// Somebody presses a button of a message.
    pub fn press(self, trigger_id: &str, value: &str) -> Value {
        json!({
            "type": "block_actions", "api_app_id": self.id, "trigger_id": trigger_id,
            "team": {"id": TEAM, "domain": "ops"}, "user": {"id": "U0ANNA", "username": "anna", "team_id": TEAM},
            "channel": {"id": "C1", "name": "ops"}, "message": {"ts": "1795348800.000100"},
            "actions": [{"type": "button", "action_id": "press-0", "block_id": "b", "value": value}],
        })
    }

    /// What the Events API posts.
    pub fn event(self, payload: &Value, now_ms: i64) -> SlackPost {
        self.sign("/slack/events", "application/json", payload.to_string().into_bytes(), now_ms)
    }

    pub fn slash(self, fields: &[(&'static str, String)], now_ms: i64) -> SlackPost {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.sign("/slack/commands", "application/x-www-form-urlencoded", body.into_bytes(), now_ms)
    }

    pub fn interaction(self, payload: &Value, now_ms: i64) -> SlackPost {
        let body =
            url::form_urlencoded::Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish();
        self.sign("/slack/interactivity", "application/x-www-form-urlencoded", body.into_bytes(), now_ms)
    }

    /// Any body, signed with the app's secret at a time.
    pub fn sign(self, path: &'static str, content_type: &str, body: Vec<u8>, now_ms: i64) -> SlackPost {
        let post = SlackPost { path, headers: vec![("content-type", content_type.to_owned())], body };
        post.signed_by(self.signing_secret, &(now_ms / 1000).to_string())
    }
}

impl SlackPost {
    /// Signs again, with whatever secret and time.
    pub fn signed_by(mut self, secret: &str, timestamp: &str) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let tag = hmac::sign(&key, &[b"v0:", timestamp.as_bytes(), b":", &self.body].concat());
        let tag = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        self.headers.retain(|(name, _)| ![SIGNATURE, TIMESTAMP].contains(name));
        self.header(TIMESTAMP, timestamp).header(SIGNATURE, &format!("v0={tag}"))
    }

    /// One more header.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(found, _)| *found != name);
        self
    }

    /// The header's value, changed.
    pub fn changed(mut self, name: &str, change: impl FnOnce(&str) -> String) -> Self {
        let value = &mut self.headers.iter_mut().find(|(found, _)| *found == name).unwrap().1;
        *value = change(value);
        self
    }

    /// As Slack repeats itself.
    pub fn repeated(self, number: u32, reason: &str) -> Self {
        self.header("x-slack-retry-num", &number.to_string()).header("x-slack-retry-reason", reason)
    }

    pub async fn send(&self, address: SocketAddr) -> SlackAnswered {
        static HTTP: LazyLock<reqwest::Client> = LazyLock::new(http_client);
        // A test's connections end with its runtime: nothing is kept for the next.
        let mut request = HTTP.post(format!("http://{address}{}", self.path)).header("connection", "close");
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let response = request.body(self.body.clone()).send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        SlackAnswered { status, headers, text: response.text().await.unwrap() }
    }
}
