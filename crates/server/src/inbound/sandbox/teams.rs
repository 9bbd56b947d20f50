//! The sandbox's Microsoft Teams: one team in one tenant, its channels, the people's own conversations with the app.
//!
//! `teams/connector.rs` is the Bot Framework that Bellhop's bot posts to, `teams/activities.rs` what people say and press, sent to
//! Bellhop with tokens of `teams/issuer.rs`, which `dev` alone trusts. Kept in memory and bounded, like the rest of the sandbox.

pub mod activities;
pub mod connector;
mod issuer;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use serde_json::{Value, json};

use self::issuer::Issuer;
use super::live::LiveEvent;
use super::members;
use super::people::{PEOPLE, Person};
use super::{Sandbox, answer, refusal};

/// Messages kept; the oldest goes first.
const MESSAGES_MAX: usize = 1_000;
/// Channels that were named and have no message yet.
const CHANNELS_MAX: usize = 100;
/// Every team has it; its id is the team's own name in conversations.
const GENERAL: &str = "19:sandbox-general@thread.tacv2";
const OPS: &str = "19:sandbox-ops@thread.tacv2";

/// The tenant, its team, and Bellhop's bot there.
#[derive(Clone)]
pub struct Tenant {
    pub tenant_id: String,
    /// Of the group in Microsoft Entra.
    pub team_id: String,
    pub team_name: String,
    pub bot_app_id: String,
    /// Never shown or logged.
    pub bot_password: String,
    /// The name of the issuer of tokens.
    pub issuer: String,
}

/// A message as the sandbox shows it (`GET /sandbox/teams/messages`). Every key is always there.
#[derive(Clone, Debug, Serialize)]
pub struct TeamsMessage {
    /// `19:…@thread.tacv2;messageid=…` of a thread, `a:…` of a person's own conversation with the app.
    pub conversation: String,
    /// Null outside of channels.
    pub channel: Option<String>,
    pub id: String,
    /// The first message of its thread; null for that itself.
    pub reply_to: Option<String>,
    /// An id of `GET /sandbox/people`; null for the bot.
    pub user: Option<String>,
    pub text: String,
    /// As sent.
    pub attachments: Vec<Value>,
    pub is_edited: bool,
}

#[derive(Default)]
pub struct Conversations {
    messages: VecDeque<TeamsMessage>,
    channels: Vec<String>,
    /// The youngest id given out: milliseconds since 1970, as Teams' own look.
    last_id: i64,
    /// The connector's tokens and until when they are good.
    tokens: VecDeque<(String, i64)>,
}

/// The whole of it. Nothing is there unless the settings name a bot and a team.
pub struct Teams {
    tenant: Option<Tenant>,
    conversations: Mutex<Conversations>,
    /// Made when it is first asked for: a key takes a moment.
    issuer: OnceLock<Option<Issuer>>,
}

impl Teams {
    pub fn new(tenant: Option<Tenant>) -> Self {
        let channels = [GENERAL, OPS].map(str::to_owned).into();
        let conversations = Mutex::new(Conversations { channels, ..Conversations::default() });
        Self { tenant, conversations, issuer: OnceLock::new() }
    }

    fn conversations(&self) -> MutexGuard<'_, Conversations> {
        self.conversations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn issuer(&self) -> Option<&Issuer> {
        self.issuer.get_or_init(|| Issuer::generate().ok()).as_ref()
    }
}

impl Conversations {
    fn next_id(&mut self, now_ms: i64) -> String {
        self.last_id = now_ms.max(self.last_id.saturating_add(1));
        self.last_id.to_string()
    }

    fn touch(&mut self, channel: &str) {
        if !self.channels.iter().any(|known| known == channel) && self.channels.len() < CHANNELS_MAX {
            self.channels.push(channel.to_owned());
        }
    }

    fn keep(&mut self, message: TeamsMessage) {
        if self.messages.len() >= MESSAGES_MAX {
            self.messages.pop_front();
        }
        if let Some(channel) = &message.channel {
            let channel = channel.clone();
            self.touch(&channel);
        }
        self.messages.push_back(message);
    }

    fn find(&mut self, conversation: &str, id: &str) -> Option<&mut TeamsMessage> {
        // A thread is named by its first message; the channel's own name finds it too.
        let channel = channel_of(conversation);
        self.messages.iter_mut().find(|message| {
            message.id == id
                && (message.conversation == conversation || (channel.is_some() && message.channel == channel))
        })
    }
}

/// `19:…@thread.tacv2` of a conversation in a channel.
fn channel_of(conversation: &str) -> Option<String> {
    let channel = conversation.split(';').next().unwrap_or_default();
    is_channel(channel).then(|| channel.to_owned())
}

fn is_channel(id: &str) -> bool {
    let inner = id.strip_prefix("19:").and_then(|rest| rest.split_once('@')).map(|(name, _)| name);
    id.len() <= 200
        && inner.is_some_and(|name| !name.is_empty())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b":@.-_".contains(&b))
}

/// The name that the sandbox makes up for a channel.
fn channel_name(id: &str) -> String {
    match id {
        GENERAL => "General".to_owned(),
        OPS => "Ops".to_owned(),
        other => other.trim_start_matches("19:").split('@').next().unwrap_or_default().to_owned(),
    }
}

/// Teams' own name for a person.
fn account(person: &Person) -> String {
    format!("29:{}", person.name)
}

fn personal_conversation(person: &Person) -> String {
    format!("a:{}", person.name)
}

fn person_of(conversation: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| personal_conversation(person) == conversation)
}

/// `GET /sandbox/teams/messages?channel=`: `{"messages": […]}`, oldest first; `channel` takes a conversation too.
pub async fn messages(State(sandbox): State<Arc<Sandbox>>, RawQuery(query): RawQuery) -> Response {
    let mut wanted = None;
    for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        if name != "channel" {
            let sentence = format!("there is no `{name}`: use channel");
            return refusal(StatusCode::BAD_REQUEST, &sentence);
        }
        // As configurations name it, or as conversations do.
        wanted = Some(value.replace("%3A", ":").replace("%3a", ":").replace("%40", "@"));
    }
    let conversations = sandbox.teams.conversations();
    let is_wanted = |message: &&TeamsMessage| {
        wanted.as_ref().is_none_or(|id| message.channel.as_ref() == Some(id) || message.conversation == *id)
    };
    let messages: Vec<&TeamsMessage> = conversations.messages.iter().filter(is_wanted).collect();
    answer(StatusCode::OK, &json!({ "messages": messages }))
}

/// `DELETE /sandbox/teams/messages`: forgets all, `{"cleared": 3}`.
pub async fn clear(State(sandbox): State<Arc<Sandbox>>) -> Response {
    let mut conversations = sandbox.teams.conversations();
    let cleared = conversations.messages.drain(..).count();
    sandbox.announce(LiveEvent::Teams(Value::Null));
    answer(StatusCode::OK, &json!({ "cleared": cleared }))
}

/// `GET /sandbox/teams/channels`: the team, its channels with the id that a configuration names, and the people.
pub async fn channels(State(sandbox): State<Arc<Sandbox>>) -> Response {
    let Some(tenant) = &sandbox.teams.tenant else { return no_tenant() };
    let conversations = sandbox.teams.conversations();
    let shown = |id: &String| {
        let encoded = id.replace(':', "%3A").replace('@', "%40");
        json!({ "id": id, "name": channel_name(id), "channel_id": encoded })
    };
    let channels: Vec<Value> = conversations.channels.iter().map(shown).collect();
    let people: Vec<Value> = PEOPLE
        .iter()
        .map(|person| {
            let mut shown = person.shown();
            members::set(&mut shown, "conversation", json!(personal_conversation(person)));
            shown
        })
        .collect();
    let team = json!({ "id": tenant.team_id, "name": tenant.team_name, "tenant_id": tenant.tenant_id });
    answer(StatusCode::OK, &json!({ "team": team, "channels": channels, "people": people }))
}

fn no_tenant() -> Response {
    refusal(StatusCode::NOT_FOUND, "the settings name no `microsoft_teams.bot` and team: the sandbox plays no Teams")
}
