//! The Slack methods that Bellhop calls: auth.test, chat.postMessage, chat.update, conversations.info, team.info, and those of
//! `files.rs`.
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
use super::channels::{Edited, Message, Ts, channel_name, is_channel_id};
use super::live::LiveEvent;
use super::misbehave::Misbehaviour;
use super::{REQUEST_BODY_MAX_BYTES, Sandbox, answer, blocks};

/// A longer text is cut: <https://docs.slack.dev/reference/methods/chat.postMessage#truncating>
const POSTED_TEXT_MAX_CHARS: usize = 40_000;
/// A longer text is refused: <https://docs.slack.dev/reference/methods/chat.update#errors> (`msg_too_long`)
const UPDATED_TEXT_MAX_CHARS: usize = 4_000;
/// <https://docs.slack.dev/reference/methods/chat.postMessage#errors> (`too_many_attachments`)
const ATTACHMENTS_MAX: usize = 100;

const USER_ID: &str = "U0BELLHOP";
const BOT_ID: &str = "B0BELLHOP";
const APP_ID: &str = "A0BELLHOP";

/// The methods that the sandbox knows, by Slack's names.
pub const METHODS: [&str; 7] = [
    "auth.test",
    "chat.postMessage",
    "chat.update",
    "conversations.info",
    "files.completeUploadExternal",
    "files.getUploadURLExternal",
    "team.info",
];

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
    let arguments = Arguments::read(&parts, &body)
        .and_then(|arguments| sandbox.authenticate(arguments.token(&parts.headers)).map(|()| arguments));
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
        match method {
            "auth.test" => Ok(self.auth_test(headers)),
            "chat.postMessage" => self.post_message(arguments),
            "chat.update" => self.update(arguments),
            "conversations.info" => self.conversations_info(arguments),
            "files.completeUploadExternal" => self.share_files(arguments, headers),
            "files.getUploadURLExternal" => self.upload_url(arguments, headers),
            "team.info" => self.team_info(arguments),
            _ => Err(SlackError::new("unknown_method")),
        }
    }

    fn auth_test(&self, headers: &axum::http::HeaderMap) -> Value {
        let host = headers.get(axum::http::header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
        json!({
            "ok": true, "url": format!("http://{host}/sandbox"), "team": self.workspace.team_name, "user": "bellhop",
            "team_id": self.workspace.team_id, "user_id": USER_ID, "bot_id": BOT_ID, "is_enterprise_install": false,
        })
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
            "context_team_id": self.workspace.team_id, "creator": USER_ID,
        }}))
    }

    fn post_message(&self, arguments: &Arguments) -> Result<Value, SlackError> {
        let channel = existing_channel(arguments)?;
        let content = Content::read(arguments)?;
        self.judge_files(
            content.blocks.as_deref().unwrap_or_default(),
            content.attachments.as_deref().unwrap_or_default(),
        )?;
        let thread_ts = match arguments.text("thread_ts").filter(|text| !text.is_empty()) {
            // Observed, both: a malformed one is refused in these words, an unknown one is taken without a word.
            Some(text) => Some(text.parse::<Ts>().map_err(|_| {
                SlackError::with_messages("invalid_thread_ts", vec![format!("{text} is not a valid thread_ts")])
            })?),
            None => None,
        };
        let mut text = content.text.unwrap_or_default();
        if let Some((end, _)) = text.char_indices().nth(POSTED_TEXT_MAX_CHARS) {
            text.truncate(end);
        }
        let mut channels = self.channels();
        // A reply to a reply belongs to the thread of the reply's first message (assumed).
        let thread_ts =
            thread_ts.map(|ts| channels.get(&channel, ts).and_then(|parent| parent.thread_ts).unwrap_or(ts));
        let is_new = channels.touch(&channel);
        let message = Message {
            ts: channels.next_ts(self.now_us()),
            channel: channel.clone(),
            thread_ts,
            reply_broadcast: thread_ts.is_some() && arguments.flag("reply_broadcast"),
            user: USER_ID.to_owned(),
            bot_id: BOT_ID.to_owned(),
            text,
            blocks: content.blocks.unwrap_or_default(),
            attachments: content.attachments.unwrap_or_default(),
            metadata: content.metadata,
            edited: None,
        };
        let message = channels.post(message);
        if is_new {
            self.announce_channel(channels.summary(&channel));
        }
        self.announce(LiveEvent::Message(Arc::clone(&message)));
        Ok(json!({ "ok": true, "channel": channel, "ts": message.ts, "message": self.as_slack(&message) }))
    }

    /// Completes an upload; files for a thread are shown in it as a message, as Slack shows them.
    fn share_files(&self, arguments: &Arguments, headers: &axum::http::HeaderMap) -> Result<Value, SlackError> {
        let (answer, text) = self.complete_upload(arguments, headers)?;
        let Some(channel) = arguments.text("channel_id").filter(|channel| is_channel_id(channel)) else {
            return Ok(answer);
        };
        let mut channels = self.channels();
        let message = Message {
            ts: channels.next_ts(self.now_us()),
            channel,
            thread_ts: arguments.text("thread_ts").and_then(|ts| ts.parse().ok()),
            reply_broadcast: false,
            user: USER_ID.to_owned(),
            bot_id: BOT_ID.to_owned(),
            text,
            blocks: Vec::new(),
            attachments: Vec::new(),
            metadata: None,
            edited: None,
        };
        let message = channels.post(message);
        self.announce(LiveEvent::Message(message));
        Ok(answer)
    }

    fn update(&self, arguments: &Arguments) -> Result<Value, SlackError> {
        let channel = existing_channel(arguments)?;
        let ts = arguments.required("ts")?.parse::<Ts>().map_err(|_| SlackError::new("message_not_found"))?;
        let content = Content::read(arguments)?;
        self.judge_files(
            content.blocks.as_deref().unwrap_or_default(),
            content.attachments.as_deref().unwrap_or_default(),
        )?;
        if content.text.as_ref().is_some_and(|text| text.chars().count() > UPDATED_TEXT_MAX_CHARS) {
            return Err(SlackError::new("msg_too_long"));
        }
        let mut channels = self.channels();
        let edited = Edited { user: USER_ID.to_owned(), ts: channels.next_ts(self.now_us()) };
        let message = channels.update(&channel, ts, |message| content.replace(message, edited));
        let message = message.ok_or_else(|| SlackError::new("message_not_found"))?;
        self.announce(LiveEvent::Message(Arc::clone(&message)));
        let answered = self.as_slack(&message);
        Ok(json!({ "ok": true, "channel": channel, "ts": message.ts, "text": message.text, "message": answered }))
    }

    fn announce_channel(&self, summary: Option<super::channels::ChannelSummary>) {
        if let Some(summary) = summary {
            self.announce(LiveEvent::Channel(summary));
        }
    }

    /// The message as Slack's answers carry it. (Slack would add a `block_id` to every block: here they are as sent.)
    fn as_slack(&self, message: &Message) -> Value {
        let mut shown = json!({
            "type": "message", "user": message.user, "bot_id": message.bot_id, "app_id": APP_ID,
            "team": self.workspace.team_id, "text": message.text, "ts": message.ts,
            "bot_profile": { "id": BOT_ID, "app_id": APP_ID, "name": "Bellhop", "team_id": self.workspace.team_id },
        });
        let optional = [
            // <https://docs.slack.dev/reference/events/message/thread_broadcast>
            ("subtype", message.reply_broadcast.then(|| json!("thread_broadcast"))),
            ("thread_ts", message.thread_ts.map(|ts| json!(ts))),
            ("blocks", (!message.blocks.is_empty()).then(|| json!(message.blocks))),
            ("attachments", (!message.attachments.is_empty()).then(|| json!(message.attachments))),
            ("metadata", message.metadata.clone()),
            ("edited", message.edited.as_ref().map(|edited| json!(edited))),
        ];
        if let Some(members) = shown.as_object_mut() {
            members.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        }
        shown
    }
}

/// What `chat.postMessage` and `chat.update` say, judged. `None`: the argument was not sent.
struct Content {
    text: Option<String>,
    blocks: Option<Vec<Value>>,
    attachments: Option<Vec<Value>>,
    metadata: Option<Value>,
}

impl Content {
    fn read(arguments: &Arguments) -> Result<Self, SlackError> {
        let text = arguments.text("text");
        let blocks = array(arguments, "blocks", "invalid_blocks_format")?;
        if let Some(blocks) = &blocks {
            blocks::judge_message(blocks)?;
        }
        let attachments = array(arguments, "attachments", "invalid_attachments")?;
        if let Some(attachments) = &attachments {
            if attachments.len() > ATTACHMENTS_MAX {
                return Err(SlackError::new("too_many_attachments"));
            }
            blocks::judge_attachments(attachments)?;
        }
        let some = |list: &Option<Vec<Value>>| list.as_ref().is_some_and(|list| !list.is_empty());
        if text.as_ref().is_none_or(|text| text.trim().is_empty()) && !some(&blocks) && !some(&attachments) {
            return Err(SlackError::new("no_text"));
        }
        let metadata = arguments.json("metadata").map_err(|_| SlackError::new("invalid_metadata_format"))?;
        if metadata.as_ref().is_some_and(|metadata| !is_metadata(metadata)) {
            return Err(SlackError::new("invalid_metadata_format"));
        }
        Ok(Self { text, blocks, attachments, metadata })
    }

    /// Blocks and attachments that are not sent stay only if no text is sent either:
    /// <https://docs.slack.dev/reference/methods/chat.update>
    fn replace(self, message: &mut Message, edited: Edited) {
        let has_text = self.text.is_some();
        if self.blocks.is_some() || has_text {
            message.blocks = self.blocks.unwrap_or_default();
        }
        if self.attachments.is_some() || has_text {
            message.attachments = self.attachments.unwrap_or_default();
        }
        if let Some(text) = self.text {
            message.text = text;
        }
        if self.metadata.is_some() {
            message.metadata = self.metadata;
        }
        message.edited = Some(edited);
    }
}

fn array(arguments: &Arguments, name: &str, code: &str) -> Result<Option<Vec<Value>>, SlackError> {
    match arguments.json(name) {
        Ok(None) => Ok(None),
        Ok(Some(Value::Array(items))) => Ok(Some(items)),
        Ok(Some(_)) | Err(_) => Err(SlackError::new(code)),
    }
}

/// <https://docs.slack.dev/messaging/message-metadata>
fn is_metadata(metadata: &Value) -> bool {
    metadata.get("event_type").is_some_and(Value::is_string)
        && metadata.get("event_payload").is_some_and(Value::is_object)
}

fn existing_channel(arguments: &Arguments) -> Result<String, SlackError> {
    let id = arguments.required("channel")?;
    if is_channel_id(&id) { Ok(id) } else { Err(SlackError::new("channel_not_found")) }
}
