//! The Bot Framework's connector: a bot's messages in channels, their replies and updates.
//!
//! `outbound/teams` calls it where a bot is set. A message costs at most one request's time, the token included. What was
//! refused for a token that was kept is sent once more with a new one: Microsoft may revoke a token before it expires.
//!
//! Sources: <https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference>,
//! <https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages>.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::chat_configuration::TeamsChannel;
use domain::conversation::TeamsScene;
use domain::delivery::{Broken, DeliveryOutcome, TeamsActivity, TeamsRoute, teams_outcome};
use domain::notification::render::teams::TeamsMessage;
use reqwest::Method;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tracing::Instrument as _;
use url::{Url, form_urlencoded};

use super::token::Tokens;
use super::{ANSWER_BYTES_MAX, TeamsBot};
use crate::clock::SharedClock;
use crate::outbound::http::{Answered, ExchangeError, HttpClient, is_loopback};
use crate::traces;

/// Of whom multi-tenant bots ask their tokens, and what they ask for. Source:
/// <https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication#bot-to-connector>.
const MULTI_TENANT: &str = "botframework.com";
const SCOPE: &str = "https://api.botframework.com/.default";
const UNAUTHORIZED: u16 = 401;

pub(super) struct Connector {
    http: HttpClient,
    clock: SharedClock,
    service_url: Url,
    timeout: Duration,
    tokens: Tokens,
    /// The conversation in which the bot itself was refused last, with a token that was good: there it is asked again.
    refused_in: Mutex<Option<Refused>>,
}

#[derive(Clone)]
struct Refused {
    service_url: Url,
    conversation_id: String,
}

/// A team as the connector tells it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TeamDetails {
    /// Of the group in Microsoft Entra.
    #[serde(rename = "aadGroupId")]
    pub team_id: String,
    pub name: Option<String>,
}

/// One request to the connector.
struct Call<'a> {
    /// Where it stands: that of the settings, or the one that a token proved for a conversation.
    service_url: Url,
    /// Its name in traces.
    name: &'static str,
    method: Method,
    path: String,
    body: Option<Value>,
    route: TeamsRoute<'a>,
    conversation_id: &'a str,
}

impl Connector {
    pub(super) fn new(timeout: Duration, clock: SharedClock, bot: &TeamsBot) -> reqwest::Result<Self> {
        let service_url = bot.service_url.clone();
        let tenant = bot.tenant_id.clone().unwrap_or_else(|| MULTI_TENANT.to_owned());
        let tokens = Tokens::new(timeout, clock.clone(), bot, tenant, SCOPE)?;
        Ok(Self { http: HttpClient::new(timeout)?, clock, service_url, timeout, tokens, refused_in: Mutex::default() })
    }

    pub(super) fn app_id(&self) -> &str {
        self.tokens.app_id()
    }

    pub(super) async fn post(
        &self,
        proven: Option<&str>,
        channel: &TeamsChannel,
        message: &TeamsMessage,
    ) -> DeliveryOutcome {
        let channel_id = on_the_wire(channel);
        self.call(Call {
            service_url: self.service_url_of(proven),
            name: "post",
            method: Method::POST,
            path: "v3/conversations".to_owned(),
            body: new_thread(&channel_id, channel.tenant_id.as_str(), message),
            route: TeamsRoute::NewThread,
            conversation_id: &channel_id,
        })
        .await
    }

    pub(super) async fn reply(
        &self,
        proven: Option<&str>,
        parent: &TeamsActivity,
        message: &TeamsMessage,
    ) -> DeliveryOutcome {
        let conversation_id = parent.conversation_id();
        self.call(Call {
            service_url: self.service_url_of(proven),
            name: "reply",
            method: Method::POST,
            path: format!("v3/conversations/{}/activities", escaped(conversation_id)),
            body: as_json(message),
            route: TeamsRoute::Reply { conversation_id },
            conversation_id,
        })
        .await
    }

    pub(super) async fn update(
        &self,
        proven: Option<&str>,
        activity: &TeamsActivity,
        message: &TeamsMessage,
    ) -> DeliveryOutcome {
        let (conversation_id, activity_id) = (activity.conversation_id(), activity.activity_id());
        self.call(Call {
            service_url: self.service_url_of(proven),
            name: "update",
            method: Method::PUT,
            path: format!("v3/conversations/{}/activities/{}", escaped(conversation_id), escaped(activity_id)),
            body: as_json(message),
            route: TeamsRoute::Update(activity),
            conversation_id,
        })
        .await
    }

    pub(super) async fn say(&self, scene: &TeamsScene, message: &TeamsMessage) -> DeliveryOutcome {
        self.say_in(scene, &scene.conversation_id, message).await
    }

    async fn say_in(&self, scene: &TeamsScene, conversation_id: &str, message: &TeamsMessage) -> DeliveryOutcome {
        let Some(service_url) = safe(&scene.service_url) else { return unsafe_url() };
        self.call(Call {
            service_url,
            name: "say",
            method: Method::POST,
            path: format!("v3/conversations/{}/activities", escaped(conversation_id)),
            body: as_json(message),
            route: TeamsRoute::Reply { conversation_id },
            conversation_id,
        })
        .await
    }

    pub(super) async fn replace(
        &self,
        scene: &TeamsScene,
        activity_id: &str,
        message: &TeamsMessage,
    ) -> DeliveryOutcome {
        let Some(service_url) = safe(&scene.service_url) else { return unsafe_url() };
        let Some(activity) = TeamsActivity::new(&scene.conversation_id, activity_id) else {
            return DeliveryOutcome::Dead { reason: "the message that was pressed has no name".to_owned() };
        };
        self.call(Call {
            service_url,
            name: "replace",
            method: Method::PUT,
            path: format!("v3/conversations/{}/activities/{}", escaped(&scene.conversation_id), escaped(activity_id)),
            body: as_json(message),
            route: TeamsRoute::Update(&activity),
            conversation_id: &scene.conversation_id,
        })
        .await
    }

    /// The conversation with a person is always the same one: asked for again, it is found, and an answer sent again goes there.
    pub(super) async fn say_to_person(
        &self,
        scene: &TeamsScene,
        account: &str,
        message: &TeamsMessage,
    ) -> DeliveryOutcome {
        let Some(service_url) = safe(&scene.service_url) else { return unsafe_url() };
        let tenant_id = scene.tenant_id.as_str();
        let body = json!({
            "isGroup": false,
            "bot": {"id": format!("28:{}", self.app_id())},
            "members": [{"id": account}],
            "tenantId": tenant_id,
            "channelData": {"tenant": {"id": tenant_id}},
        });
        let call = Call {
            service_url,
            name: "open",
            method: Method::POST,
            path: "v3/conversations".to_owned(),
            body: Some(body),
            route: TeamsRoute::NewThread,
            conversation_id: &scene.conversation_id,
        };
        match self.asked::<Named>(&call).await {
            Ok(Named { id }) => self.say_in(scene, &id, message).await,
            Err(outcome) => outcome,
        }
    }

    /// Source: <https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context#get-team-details>.
    pub(super) async fn team_details(&self, service_url: &str, thread_id: &str) -> Option<TeamDetails> {
        let call = Call {
            service_url: safe(service_url)?,
            name: "team",
            method: Method::GET,
            path: format!("v3/teams/{}", escaped(thread_id)),
            body: None,
            route: TeamsRoute::Reply { conversation_id: thread_id },
            conversation_id: thread_id,
        };
        self.asked(&call).await.ok()
    }

    /// An answer that is read for what it says. An `Err` is what its failure means.
    async fn asked<T: serde::de::DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, DeliveryOutcome> {
        let whole = self.answered(call).instrument(traces::chat_call("teams", call.name));
        let answered = match tokio::time::timeout(self.timeout, whole).await {
            Ok(answered) => answered?,
            Err(_) => return Err(Broken::Timeout.outcome("Teams")),
        };
        let answer = answered.answer(self.clock.now_ms());
        let read = serde_json::from_slice(answer.body).ok().filter(|_| (200..300).contains(&answer.status));
        read.ok_or_else(|| match teams_outcome(call.route, answer) {
            // A success that says nothing.
            DeliveryOutcome::Delivered { .. } => Broken::CutOff.outcome("Teams"),
            failed => failed,
        })
    }

    /// Asks for a token; and, where the connector refused the bot although its token was good, for a member of that
    /// conversation: a bot that is blocked gets tokens all the same. (That this asks what posting asks is assumed.)
    pub(super) async fn works(&self) -> Result<(), String> {
        self.tokens.new_token().await.map_err(|outcome| reason(outcome).unwrap_or_default())?;
        let refused_in = self.refused_in.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(Refused { service_url, conversation_id }) = refused_in else { return Ok(()) };
        let asked = self.call(Call {
            service_url,
            name: "members",
            method: Method::GET,
            path: format!("v3/conversations/{}/pagedmembers?pageSize=1", escaped(&conversation_id)),
            body: None,
            route: TeamsRoute::Reply { conversation_id: &conversation_id },
            conversation_id: &conversation_id,
        });
        match asked.await {
            DeliveryOutcome::Paused { reason } | DeliveryOutcome::Retry { reason, .. } => Err(reason),
            // A conversation that is gone is not the bot's trouble.
            DeliveryOutcome::Delivered { .. } | DeliveryOutcome::Dead { .. } => {
                self.refused_in(None);
                Ok(())
            }
        }
    }

    async fn call(&self, call: Call<'_>) -> DeliveryOutcome {
        let whole = self.signed(&call).instrument(traces::chat_call("teams", call.name));
        let outcome = match tokio::time::timeout(self.timeout, whole).await {
            Ok(outcome) => outcome,
            Err(_) => Broken::Timeout.outcome("Teams"),
        };
        tracing::debug!(call = call.name, ?outcome, "the connector was called");
        outcome
    }

    async fn signed(&self, call: &Call<'_>) -> DeliveryOutcome {
        match self.answered(call).await {
            Ok(answered) => {
                let outcome = teams_outcome(call.route, answered.answer(self.clock.now_ms()));
                if matches!(outcome, DeliveryOutcome::Paused { .. }) {
                    let conversation_id = call.conversation_id.to_owned();
                    self.refused_in(Some(Refused { service_url: call.service_url.clone(), conversation_id }));
                }
                outcome
            }
            Err(outcome) => outcome,
        }
    }

    /// Sends it with the token that is kept, and once more with a new one if that was refused.
    async fn answered(&self, call: &Call<'_>) -> Result<Answered, DeliveryOutcome> {
        let mut token = self.tokens.token().await?;
        let mut answered = self.exchange(call, &token.text).await;
        if token.was_kept && answered.as_ref().is_ok_and(|answered| self.status(answered) == UNAUTHORIZED) {
            token = self.tokens.token_after(&token.text).await?;
            answered = self.exchange(call, &token.text).await;
        }
        answered.map_err(|error| error.broken().outcome("Teams"))
    }

    async fn exchange(&self, call: &Call<'_>, token: &SecretString) -> Result<Answered, ExchangeError> {
        let wrong = |error: url::ParseError| ExchangeError::Network(Broken::Connect, error.to_string());
        let url = call.service_url.join(&call.path).map_err(wrong)?;
        let request = self.http.request(call.method.clone(), url).bearer_auth(token.expose_secret());
        let request = match &call.body {
            Some(body) => request.json(body),
            None => request,
        };
        Answered::of(request, ANSWER_BYTES_MAX).await
    }

    fn status(&self, answered: &Answered) -> u16 {
        answered.answer(self.clock.now_ms()).status
    }

    fn refused_in(&self, refused: Option<Refused>) {
        *self.refused_in.lock().unwrap_or_else(PoisonError::into_inner) = refused;
    }

    /// Where a token proved that a team is served, else where the settings say. A sandbox is somewhere else at each start: where
    /// both are on this machine, the settings are right.
    fn service_url_of(&self, proven: Option<&str>) -> Url {
        let proven = proven.and_then(safe).filter(|url| !(is_loopback(url) && is_loopback(&self.service_url)));
        proven.unwrap_or_else(|| self.service_url.clone())
    }
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

/// A token proved that it is Microsoft's; what goes there is a token of ours, so that it is https is looked at all the same. Some
/// end with `/`, some do not.
fn safe(service_url: &str) -> Option<Url> {
    let url = Url::parse(&format!("{}/", service_url.trim_end_matches('/'))).ok()?;
    (url.scheme() == "https" || is_loopback(&url)).then_some(url)
}

fn unsafe_url() -> DeliveryOutcome {
    DeliveryOutcome::Dead { reason: "the service URL of the activity is no https URL".to_owned() }
}

/// A thread of a channel begins with a conversation of its own. The tenant is said because a connector that serves many may
/// ask for it ("Could not parse tenant id").
fn new_thread(channel_id: &str, tenant_id: &str, message: &TeamsMessage) -> Option<Value> {
    #[derive(Serialize)]
    struct NewThread<'a> {
        #[serde(rename = "isGroup")]
        is_group: bool,
        #[serde(rename = "tenantId")]
        tenant_id: &'a str,
        #[serde(rename = "channelData")]
        channel_data: Value,
        activity: &'a TeamsMessage,
    }
    let channel_data = json!({"channel": {"id": channel_id}, "tenant": {"id": tenant_id}});
    as_json(&NewThread { is_group: true, tenant_id, channel_data, activity: message })
}

/// `19:…@thread.tacv2`: configurations have it as its link does, percent-encoded.
fn on_the_wire(channel: &TeamsChannel) -> String {
    channel.channel_id.as_str().replace("%3A", ":").replace("%3a", ":").replace("%40", "@")
}

/// A name as one segment of a path. No name has a space, which this would make a plus.
fn escaped(id: &str) -> String {
    form_urlencoded::byte_serialize(id.as_bytes()).collect()
}

/// Serialised once, however often it is sent.
fn as_json(body: &impl Serialize) -> Option<Value> {
    serde_json::to_value(body).ok()
}

fn reason(outcome: DeliveryOutcome) -> Option<String> {
    match outcome {
        DeliveryOutcome::Delivered { .. } => None,
        DeliveryOutcome::Retry { reason, .. }
        | DeliveryOutcome::Paused { reason }
        | DeliveryOutcome::Dead { reason } => Some(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::notification::render::teams::message;
    use domain::notification::{AccountNames, Incoming, card};

    /// Microsoft's numbers, and the longest channel id.
    #[test]
    fn the_largest_message_is_within_the_limit_with_its_request_around_it() {
        for filler in ["x", "€", "\\", "😀 "] {
            let text = filler.repeat(60_000);
            let incoming = Incoming {
                topic_arn: "arn:aws:sns:eu-west-1:123456789012:alarms",
                subject: Some(&text),
                message: &text,
                timestamp: "2026-11-22T12:00:00.000Z",
                account_names: AccountNames::NONE,
            };
            let body = new_thread(&"x".repeat(255), &"x".repeat(36), &message(&card(&incoming))).unwrap().to_string();
            assert!((13_000..=28_000).contains(&body.len()), "{} bytes", body.len());
            assert!(body.encode_utf16().count() * 2 <= 40_000, "{} UTF-16 units", body.encode_utf16().count());
        }
    }

    #[test]
    fn a_conversation_is_one_segment_of_the_path() {
        let id = "19:a/b.c-d_e=+,@thread.tacv2;messageid=17?x#y";
        let url = Url::parse("https://smba.example/teams/").unwrap();
        let url = url.join(&format!("v3/conversations/{}/activities", escaped(id))).unwrap();
        let segments: Vec<_> = url.path_segments().unwrap().collect();
        assert_eq!((segments.len(), segments[0], segments[4]), (5, "teams", "activities"));
        let decoded = form_urlencoded::parse(segments[3].as_bytes()).next().unwrap().0.into_owned();
        assert_eq!(decoded, id);
        assert_eq!((url.query(), url.fragment()), (None, None));
    }
}
