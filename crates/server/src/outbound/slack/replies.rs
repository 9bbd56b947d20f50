//! What only answers need of Slack: messages to one person, views, and the addresses that events bring.

use domain::delivery::{Answer, DeliveryOutcome, slack_outcome};
use domain::notification::render::slack::SlackMessage;
use reqwest::Method;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::{Value, json};
use tracing::Instrument as _;
use url::Url;

use super::{ANSWER_BYTES_MAX, SlackChannelCall, SlackClient};
use crate::outbound::http::{Answered, is_loopback};
use crate::traces;

/// Where the addresses of events are: <https://docs.slack.dev/interactivity/handling-user-interaction#message_responses>.
const RESPONSE_HOSTS: [&str; 2] = ["hooks.slack.com", "hooks.slack-gov.com"];

/// How a message goes by an event's own address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Respond {
    /// Seen by whoever asked alone.
    ToAsker,
    /// In the place of the message that was pressed.
    InPlace,
}

impl SlackClient {
    /// `chat.postEphemeral`: seen by one person of the channel, until they reload.
    pub async fn post_ephemeral(
        &self,
        call: &SlackChannelCall<'_>,
        user_id: &str,
        thread_ts: Option<&str>,
        message: &SlackMessage,
    ) -> DeliveryOutcome {
        #[derive(Serialize)]
        struct Post<'a> {
            channel: &'a str,
            user: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            thread_ts: Option<&'a str>,
            #[serde(flatten)]
            message: &'a SlackMessage,
        }
        let post = Post { channel: call.channel_id, user: user_id, thread_ts, message };
        self.verdict("chat.postEphemeral", call.token, &post).await
    }

    /// `views.open`, within three seconds of the press.
    pub async fn open_view(&self, token: &SecretString, trigger_id: &str, view: &Value) -> DeliveryOutcome {
        self.verdict("views.open", token, &json!({ "trigger_id": trigger_id, "view": view })).await
    }

    /// Posts to an event's `response_url`, if it is Slack's: whoever could choose it could make this server call anything.
    pub async fn respond(&self, url: &str, how: Respond, message: &SlackMessage) -> DeliveryOutcome {
        #[derive(Serialize)]
        struct Post<'a> {
            response_type: &'static str,
            replace_original: bool,
            #[serde(flatten)]
            message: &'a SlackMessage,
        }
        let Some(url) = Url::parse(url).ok().filter(|url| self.is_slacks(url)) else {
            return DeliveryOutcome::Dead { reason: "the event's `response_url` is not Slack's".to_owned() };
        };
        let post = Post { response_type: "ephemeral", replace_original: how == Respond::InPlace, message };
        let exchange = Answered::of(self.http.request(Method::POST, url).json(&post), ANSWER_BYTES_MAX);
        match exchange.instrument(traces::chat_call("slack", "response_url")).await {
            Ok(answered) => responded(answered.answer(self.clock.now_ms())),
            Err(error) => error.broken().outcome("Slack"),
        }
    }

    /// Of its hosts; where `slack.api_url` is a sandbox or a fake of this machine, of that.
    fn is_slacks(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let is_hook = url.scheme() == "https" && RESPONSE_HOSTS.contains(&host);
        is_hook || (is_loopback(&self.api_url) && is_loopback(url) && url.port() == self.api_url.port())
    }
}

/// It answers `ok` in plain text, or 404 once it is used up.
fn responded(answer: Answer<'_>) -> DeliveryOutcome {
    match answer.status {
        200 => DeliveryOutcome::Delivered { posted: String::new() },
        404 => DeliveryOutcome::Dead { reason: "the event's `response_url` is used up".to_owned() },
        _ => slack_outcome(answer),
    }
}
