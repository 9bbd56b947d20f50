//! The Slack methods that Bellhop calls: here is their list, and who is who in it; `posting.rs`, `people.rs`, `views.rs`,
//! `files.rs` and `oauth.rs` have what is theirs.
//!
//! Called over HTTP by `outbound`'s Slack client, or by anybody's. Answers as Slack does: status 200 and `ok`, a code in
//! `error`. Source of shapes and codes: <https://docs.slack.dev/reference/methods>; what was seen of the live service or
//! is assumed says so. What a fault asks for is done by `misbehave.rs`; blocks are judged by `blocks.rs`.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::arguments::Arguments;
use super::channels::{channel_name, is_channel_id};
use super::misbehave::Misbehaviour;
use super::oauth::{OAUTH_ACCESS, SCOPES};
use super::people::{BOT_ID, BOT_USER_ID};
use super::views::Opening;
use super::{REQUEST_BODY_MAX_BYTES, Sandbox, answer};

/// The methods that the sandbox knows, by Slack's names.
pub const METHODS: [&str; 18] = [
    "auth.test",
    "bots.info",
    "chat.delete",
    "chat.postEphemeral",
    "chat.postMessage",
    "chat.update",
    "conversations.info",
    "conversations.members",
    "conversations.open",
    "files.completeUploadExternal",
    "files.getUploadURLExternal",
    OAUTH_ACCESS,
    "team.info",
    "users.info",
    "users.list",
    "views.open",
    "views.push",
    "views.update",
];

/// These take a form or a query, and of JSON nothing: <https://docs.slack.dev/apis/web-api> ("Evaluating requests").
pub(super) const READING: [&str; 6] =
    ["bots.info", "conversations.info", "conversations.members", "team.info", "users.info", "users.list"];

/// `{"ok": false, "error": code}`, with what is wrong in `response_metadata.messages`.
#[derive(Debug)]
pub struct SlackError {
    code: String,
    messages: Vec<String>,
}

impl SlackError {
    pub fn new(code: impl Into<String>) -> Self {
        Self { code: code.into(), messages: Vec::new() }
    }

    pub fn with_messages(code: impl Into<String>, messages: Vec<String>) -> Self {
        Self { code: code.into(), messages }
    }

    pub fn code(&self) -> &str {
        &self.code
    }

    fn body(&self) -> Value {
        let mut body = json!({ "ok": false, "error": self.code });
        if let (false, Some(members)) = (self.messages.is_empty(), body.as_object_mut()) {
            let messages: Vec<String> = self.messages.iter().map(|message| format!("[ERROR] {message}")).collect();
            members.insert("errors".to_owned(), json!(self.messages));
            members.insert("response_metadata".to_owned(), json!({ "messages": messages }));
        }
        body
    }
}

pub async fn call(State(sandbox): State<Arc<Sandbox>>, Path(name): Path<String>, request: Request) -> Response {
    let Some(method) = METHODS.into_iter().find(|method| *method == name) else {
        return answer(StatusCode::OK, &json!({ "ok": false, "error": "unknown_method", "req_method": name }));
    };
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, REQUEST_BODY_MAX_BYTES).await else {
        return answer(StatusCode::PAYLOAD_TOO_LARGE, &json!({ "ok": false, "error": "request_too_large" }));
    };
    let authenticate = |arguments: &Arguments| match method {
        // It proves itself by the app's secret.
        OAUTH_ACCESS => Ok(()),
        _ => sandbox.authenticate(arguments.token(&parts.headers)),
    };
    let arguments = Arguments::read(&parts, &body).and_then(|arguments| authenticate(&arguments).map(|()| arguments));
    let arguments = match arguments {
        Ok(arguments) => arguments,
        Err(error) => return sandbox.say(method, &error.body()),
    };
    let channel = arguments.text("channel");
    let fault = sandbox.faults().decide(method, channel.as_deref(), sandbox.now_us());
    match fault {
        None => {
            let outcome = sandbox.run(method, &arguments, &parts.headers).unwrap_or_else(|error| error.body());
            sandbox.say(method, &outcome)
        }
        Some(fault) => {
            if fault.kept {
                // The post is taken and its answer lost: whatever it would have said goes unsaid.
                drop(sandbox.run(method, &arguments, &parts.headers));
            }
            sandbox.misbehave(method, fault.kind).await
        }
    }
}

impl Sandbox {
    fn authenticate(&self, token: Option<&str>) -> Result<(), SlackError> {
        match token {
            None => Err(SlackError::new("not_authed")),
            Some(token) if token == self.workspace.bot_token => Ok(()),
            Some(_) => Err(SlackError::new("invalid_auth")),
        }
    }

    /// Counts the answer and gives it.
    fn say(&self, method: &'static str, body: &Value) -> Response {
        let is_ok = body.get("ok") == Some(&Value::Bool(true));
        self.faults().count(method, if is_ok { &["200"] } else { &["200", "not_ok"] });
        let mut response = answer(StatusCode::OK, body);
        // Of the token, whoever asks: <https://docs.slack.dev/reference/scopes>
        response.headers_mut().insert("x-oauth-scopes", HeaderValue::from_static(SCOPES));
        if let Ok(id) = HeaderValue::from_str(&uuid::Uuid::new_v4().simple().to_string()) {
            response.headers_mut().insert("x-slack-req-id", id);
        }
        response
    }

    async fn misbehave(&self, method: &'static str, kind: Misbehaviour) -> Response {
        if let Misbehaviour::SlackError { error } = kind {
            return self.say(method, &SlackError::new(error).body());
        }
        self.faults().count(method, &[&kind.label()]);
        kind.act(&self.closing).await
    }

    fn run(&self, method: &str, arguments: &Arguments, headers: &axum::http::HeaderMap) -> Result<Value, SlackError> {
        if READING.contains(&method) && arguments.is_json() {
            return Err(SlackError::new("invalid_arguments"));
        }
        match method {
            "auth.test" => Ok(self.auth_test(headers)),
            "bots.info" => self.bots_info(arguments),
            "chat.delete" => self.delete(arguments),
            "chat.postEphemeral" => self.post_ephemeral(arguments),
            "chat.postMessage" => self.post_message(arguments),
            "chat.update" => self.update(arguments),
            "conversations.info" => self.conversations_info(arguments),
            "conversations.members" => Self::conversations_members(arguments),
            "conversations.open" => self.conversations_open(arguments),
            "files.completeUploadExternal" => self.share_files(arguments, headers),
            "files.getUploadURLExternal" => self.upload_url(arguments, headers),
            OAUTH_ACCESS => self.oauth_access(arguments, headers),
            "team.info" => self.team_info(arguments),
            "users.info" => self.users_info(arguments),
            "users.list" => Ok(self.users_list()),
            "views.open" => self.open_view(arguments, Opening::First),
            "views.push" => self.open_view(arguments, Opening::Pushed),
            "views.update" => self.update_view(arguments),
            _ => Err(SlackError::new("unknown_method")),
        }
    }

    fn auth_test(&self, headers: &axum::http::HeaderMap) -> Value {
        let host = headers.get(axum::http::header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
        json!({
            "ok": true, "url": format!("http://{host}/sandbox"), "team": self.workspace.team_name, "user": "bellhop",
            "team_id": self.workspace.team_id, "user_id": BOT_USER_ID, "bot_id": BOT_ID, "is_enterprise_install": false,
        })
    }

    /// <https://docs.slack.dev/reference/methods/bots.info>: whose app a bot is.
    fn bots_info(&self, arguments: &Arguments) -> Result<Value, SlackError> {
        if arguments.text("bot").is_some_and(|bot| bot != BOT_ID) {
            return Err(SlackError::new("bot_not_found"));
        }
        Ok(json!({ "ok": true, "bot": {
            "id": BOT_ID, "deleted": false, "name": "Bellhop", "updated": 0, "app_id": self.workspace.app.app_id,
            "user_id": BOT_USER_ID, "icons": {},
        }}))
    }

    fn team_info(&self, arguments: &Arguments) -> Result<Value, SlackError> {
        if arguments.text("team").is_some_and(|team| team != self.workspace.team_id) {
            return Err(SlackError::new("team_not_found"));
        }
        let name = &self.workspace.team_name;
        Ok(json!({ "ok": true, "team": {
            "id": self.workspace.team_id, "name": name, "domain": name.to_lowercase().replace(' ', "-"),
            "email_domain": "", "icon": { "image_default": true },
        }}))
    }

    /// Makes the channel known, so that the page lists a channel as soon as a configuration names it.
    fn conversations_info(&self, arguments: &Arguments) -> Result<Value, SlackError> {
        let id = existing_channel(arguments)?;
        let mut channels = self.channels();
        if channels.touch(&id) {
            self.announce_channel(channels.summary(&id));
        }
        let (is_channel, is_group, is_im) = (id.starts_with('C'), id.starts_with('G'), id.starts_with('D'));
        let name = channel_name(&id);
        Ok(json!({ "ok": true, "channel": {
            "id": id, "name": name, "name_normalized": name, "is_channel": is_channel, "is_group": is_group,
            "is_im": is_im, "is_mpim": false, "is_private": !is_channel, "is_archived": false, "is_general": false,
            "is_shared": false, "is_org_shared": false, "is_ext_shared": false, "is_member": true,
            "context_team_id": self.workspace.team_id, "creator": BOT_USER_ID,
        }}))
    }
}

/// The channel that a method names.
pub fn existing_channel(arguments: &Arguments) -> Result<String, SlackError> {
    let id = arguments.required("channel")?;
    if is_channel_id(&id) { Ok(id) } else { Err(SlackError::new("channel_not_found")) }
}
