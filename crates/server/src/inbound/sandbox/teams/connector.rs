//! The Bot Framework as Bellhop's bot sees it: a login that gives tokens, and the connector that keeps what the bot posts.
//!
//! Bellhop's ordinary client calls it (`service_url` and `login_url` of the bot lead here in `dev`). Sources:
//! <https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference>,
//! <https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication>.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use super::super::live::LiveEvent;
use super::super::members;
use super::super::people::PEOPLE;
use super::super::{Sandbox, answer};
use super::{TeamsMessage, account, channel_of, is_channel, no_tenant, person_of, personal_conversation};

const SCOPE: &str = "https://api.botframework.com/.default";
const TOKEN_SECONDS: i64 = 3_600;
const TOKENS_MAX: usize = 100;

/// `POST /sandbox/teams/login/{tenant}/oauth2/v2.0/token`
pub async fn login(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Response {
    let Some(tenant) = &sandbox.teams.tenant else { return no_tenant() };
    let argument = |wanted: &str| {
        url::form_urlencoded::parse(&body).find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    let expected = [
        ("grant_type", "client_credentials"),
        ("client_id", tenant.bot_app_id.as_str()),
        ("client_secret", tenant.bot_password.as_str()),
        ("scope", SCOPE),
    ];
    if expected.iter().any(|(name, value)| argument(name).as_deref() != Some(*value)) {
        let refused = json!({
            "error": "invalid_client", "error_codes": [7_000_215],
            "error_description": "AADSTS7000215: Invalid client secret provided.",
        });
        return answer(StatusCode::UNAUTHORIZED, &refused);
    }
    let token = uuid::Uuid::new_v4().simple().to_string();
    let mut conversations = sandbox.teams.conversations();
    if conversations.tokens.len() >= TOKENS_MAX {
        conversations.tokens.pop_front();
    }
    conversations.tokens.push_back((token.clone(), (sandbox.now_ms)() + TOKEN_SECONDS * 1_000));
    let given = json!({ "token_type": "Bearer", "expires_in": TOKEN_SECONDS, "access_token": token });
    answer(StatusCode::OK, &given)
}

/// Everything under `/sandbox/teams/connector/v3/`
pub async fn call(
    State(sandbox): State<Arc<Sandbox>>,
    Path(path): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !sandbox.is_the_bot(&headers) {
        let message = "Authorization has been denied for this request.";
        return answer(StatusCode::UNAUTHORIZED, &json!({ "message": message }));
    }
    let body = match serde_json::from_slice::<Value>(&body) {
        Ok(body) => body,
        Err(_) if body.is_empty() => Value::Null,
        Err(_) => return error(StatusCode::BAD_REQUEST, "BadSyntax", "the body is no JSON"),
    };
    // Already decoded; no id has a slash in it.
    let path: Vec<&str> = path.split('/').collect();
    match (&method, path.as_slice()) {
        (&Method::POST, ["conversations"]) => sandbox.begin(&body),
        // With the id of an activity it is an answer to that one.
        (
            &Method::POST,
            ["conversations", conversation, "activities"] | ["conversations", conversation, "activities", _],
        ) => sandbox.post_activity(conversation, &body),
        (&Method::PUT, ["conversations", conversation, "activities", id]) => {
            sandbox.put_activity(conversation, id, &body)
        }
        (&Method::GET, ["conversations", _, "members" | "pagedmembers"]) => members(),
        _ => error(StatusCode::NOT_FOUND, "NotFound", "the sandbox's connector has no such method"),
    }
}

fn members() -> Response {
    let member = |person: &super::Person| json!({ "id": account(person), "name": person.real_name, "aadObjectId": person.aad_object_id });
    answer(StatusCode::OK, &json!({ "members": PEOPLE.iter().map(member).collect::<Vec<_>>() }))
}

fn error(status: StatusCode, code: &str, message: &str) -> Response {
    answer(status, &json!({ "error": { "code": code, "message": message } }))
}

impl Sandbox {
    fn is_the_bot(&self, headers: &HeaderMap) -> bool {
        let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        let now_ms = (self.now_ms)();
        let conversations = self.teams.conversations();
        token.is_some_and(|token| {
            conversations.tokens.iter().any(|(known, until_ms)| known == token && *until_ms > now_ms)
        })
    }

    /// A new thread of a channel, or somebody's own conversation with the app.
    fn begin(&self, body: &Value) -> Response {
        if let Some(channel) = body.pointer("/channelData/channel/id").and_then(Value::as_str) {
            if !is_channel(channel) {
                return error(StatusCode::BAD_REQUEST, "BadSyntax", "`channelData.channel.id` is no channel");
            }
            let (conversation, id) = self.posted(channel, None, &body["activity"]);
            return answer(StatusCode::CREATED, &json!({ "id": conversation, "activityId": id }));
        }
        let member = body.pointer("/members/0/id").and_then(Value::as_str).unwrap_or_default();
        let Some(person) = PEOPLE.iter().find(|person| account(person) == member) else {
            return error(StatusCode::NOT_FOUND, "MemberNotFound", "nobody in the sandbox has this id");
        };
        let conversation = personal_conversation(person);
        let mut begun = json!({ "id": conversation });
        if body.get("activity").is_some_and(Value::is_object) {
            members::set(&mut begun, "activityId", json!(self.posted(&conversation, None, &body["activity"]).1));
        }
        answer(StatusCode::CREATED, &begun)
    }

    fn post_activity(&self, conversation: &str, body: &Value) -> Response {
        let root = conversation.split_once(";messageid=").map(|(_, root)| root.to_owned());
        if channel_of(conversation).is_none() && person_of(conversation).is_none() {
            return error(StatusCode::NOT_FOUND, "ConversationNotFound", "the sandbox has no such conversation");
        }
        let (_, id) = self.posted(conversation, root, body);
        answer(StatusCode::CREATED, &json!({ "id": id }))
    }

    fn put_activity(&self, conversation: &str, id: &str, body: &Value) -> Response {
        let mut conversations = self.teams.conversations();
        let Some(message) = conversations.find(conversation, id).filter(|message| message.user.is_none()) else {
            return error(StatusCode::NOT_FOUND, "ActivityNotFoundInConversation", "the bot has no such message");
        };
        message.text = text(body);
        message.attachments = attachments(body);
        message.is_edited = true;
        self.announce(LiveEvent::Teams(json!(message)));
        answer(StatusCode::OK, &json!({ "id": id }))
    }

    /// Keeps what the bot says; the conversation that it is in then, and the message's id.
    fn posted(&self, conversation: &str, root: Option<String>, activity: &Value) -> (String, String) {
        let message = TeamsMessage {
            conversation: conversation.to_owned(),
            channel: channel_of(conversation),
            id: String::new(),
            reply_to: root,
            user: None,
            text: text(activity),
            attachments: attachments(activity),
            is_edited: false,
        };
        let message = self.keep_in_teams(message);
        (message.conversation, message.id)
    }

    /// Gives it its id, keeps it and tells the pages.
    pub(super) fn keep_in_teams(&self, mut message: TeamsMessage) -> TeamsMessage {
        let mut conversations = self.teams.conversations();
        message.id = conversations.next_id((self.now_ms)());
        // What begins a thread names it.
        if let (Some(channel), None) = (&message.channel, &message.reply_to) {
            message.conversation = format!("{channel};messageid={}", message.id);
        }
        conversations.keep(message.clone());
        self.announce(LiveEvent::Teams(json!(message)));
        message
    }
}

fn text(activity: &Value) -> String {
    activity.get("text").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn attachments(activity: &Value) -> Vec<Value> {
    activity.get("attachments").and_then(Value::as_array).cloned().unwrap_or_default()
}
