//! What is said in the sandbox: `chat.postMessage`, `chat.postEphemeral`, `chat.update`, files shared, and what comes by a
//! response URL (`replies.rs`). Called by `slack_api.rs`.
//!
//! Blocks are judged by `blocks.rs` before anything is kept; it never talks to Bellhop.

use std::sync::Arc;

use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::arguments::Arguments;
use super::channels::{ChannelSummary, Channels, Edited, Message, Ts, is_channel_id};
use super::live::LiveEvent;
use super::people::{self, BOT_ID, BOT_USER_ID};
use super::slack_api::{SlackError, existing_channel};
use super::{Sandbox, blocks};

/// A longer text is cut: <https://docs.slack.dev/reference/methods/chat.postMessage#truncating>
const POSTED_TEXT_MAX_CHARS: usize = 40_000;
/// A longer text is refused: <https://docs.slack.dev/reference/methods/chat.update#errors> (`msg_too_long`)
const UPDATED_TEXT_MAX_CHARS: usize = 4_000;
/// <https://docs.slack.dev/reference/methods/chat.postMessage#errors> (`too_many_attachments`)
const ATTACHMENTS_MAX: usize = 100;

impl Sandbox {
    pub(super) fn post_message(&self, arguments: &Arguments) -> Result<Value, SlackError> {
        let channel = addressed(arguments)?;
        let content = self.content(arguments)?;
        let mut message = content.posted(&channel, thread(arguments)?);
        message.reply_broadcast = message.thread_ts.is_some() && arguments.flag("reply_broadcast");
        let message = self.keep(message);
        Ok(json!({ "ok": true, "channel": channel, "ts": message.ts, "message": self.as_slack(&message) }))
    }

    /// <https://docs.slack.dev/reference/methods/chat.postEphemeral>
    pub(super) fn post_ephemeral(&self, arguments: &Arguments) -> Result<Value, SlackError> {
        let channel = existing_channel(arguments)?;
        let user = arguments.required("user")?;
        if people::find(&user).is_none() {
            return Err(SlackError::new("user_not_in_channel"));
        }
        let content = self.content(arguments)?;
        let thread_ts = thread(arguments)?;
        // Taken, and shown to nobody: "only shown if there is already an active thread".
        if thread_ts.is_some_and(|ts| !self.channels().has_replies(&channel, ts)) {
            return Ok(json!({ "ok": true, "message_ts": self.channels().next_ts(self.now_us()) }));
        }
        let message = Message { ephemeral_to: Some(user), ..content.posted(&channel, thread_ts) };
        Ok(json!({ "ok": true, "message_ts": self.keep(message).ts }))
    }

    /// Completes an upload; files for a thread are shown in it as a message, as Slack shows them.
    pub(super) fn share_files(&self, arguments: &Arguments, headers: &HeaderMap) -> Result<Value, SlackError> {
        let (answer, text) = self.complete_upload(arguments, headers)?;
        let Some(channel) = arguments.text("channel_id").filter(|channel| is_channel_id(channel)) else {
            return Ok(answer);
        };
        let thread_ts = arguments.text("thread_ts").and_then(|ts| ts.parse().ok());
        self.keep(Message { text, ..Message::of_the_bot(&channel, thread_ts) });
        Ok(answer)
    }

    pub(super) fn update(&self, arguments: &Arguments) -> Result<Value, SlackError> {
        let channel = existing_channel(arguments)?;
        let ts = arguments.required("ts")?.parse::<Ts>().map_err(|_| SlackError::new("message_not_found"))?;
        let content = self.content(arguments)?;
        if content.text.as_ref().is_some_and(|text| text.chars().count() > UPDATED_TEXT_MAX_CHARS) {
            return Err(SlackError::new("msg_too_long"));
        }
        let mut channels = self.channels();
        match channels.get(&channel, ts) {
            // <https://docs.slack.dev/reference/methods/chat.update>: ephemeral messages cannot be updated by it.
            Some(message) if message.ephemeral_to.is_none() => {}
            _ => return Err(SlackError::new("message_not_found")),
        }
        if channels.get(&channel, ts).is_some_and(|message| message.bot_id.is_none()) {
            return Err(SlackError::new("cant_update_message"));
        }
        let message = self.put(&mut channels, &channel, ts, content);
        let message = message.ok_or_else(|| SlackError::new("message_not_found"))?;
        let answered = self.as_slack(&message);
        Ok(json!({ "ok": true, "channel": channel, "ts": message.ts, "text": message.text, "message": answered }))
    }

    /// <https://docs.slack.dev/reference/methods/chat.delete>
    pub(super) fn delete(&self, arguments: &Arguments) -> Result<Value, SlackError> {
        let channel = existing_channel(arguments)?;
        let ts = arguments.required("ts")?.parse::<Ts>().map_err(|_| SlackError::new("message_not_found"))?;
        match self.channels().get(&channel, ts) {
            None => return Err(SlackError::new("message_not_found")),
            Some(message) if message.bot_id.is_none() => return Err(SlackError::new("cant_delete_message")),
            Some(_) => {}
        }
        self.take_away(&channel, ts);
        Ok(json!({ "ok": true, "channel": channel, "ts": ts }))
    }

    pub(super) fn take_away(&self, channel: &str, ts: Ts) {
        let mut channels = self.channels();
        if channels.remove(channel, ts) {
            self.announce(LiveEvent::Deleted(channel.to_owned(), ts));
        }
    }

    /// Puts other content in a message's place.
    pub(super) fn put(&self, channels: &mut Channels, channel: &str, ts: Ts, content: Content) -> Option<Arc<Message>> {
        let edited = Edited { user: BOT_USER_ID.to_owned(), ts: channels.next_ts(self.now_us()) };
        let message = channels.update(channel, ts, |message| content.replace(message, edited))?;
        self.announce(LiveEvent::Message(Arc::clone(&message)));
        Some(message)
    }

    /// Gives the message its `ts` and its thread, keeps it and tells the pages.
    pub(super) fn keep(&self, mut message: Message) -> Arc<Message> {
        let mut channels = self.channels();
        let is_new = channels.touch(&message.channel);
        // A reply to a reply belongs to the thread of the reply's first message (assumed); one to a message that is gone stands in the
        // channel, and Slack says nothing of it (<https://github.com/slack-go/slack/issues/1571>).
        let parent = |ts| channels.get(&message.channel, ts).map(|parent: &Message| parent.thread_ts.unwrap_or(ts));
        message.thread_ts = message.thread_ts.and_then(parent);
        message.ts = channels.next_ts(self.now_us());
        let message = channels.post(message);
        if is_new {
            self.announce_channel(channels.summary(&message.channel));
        }
        self.announce(LiveEvent::Message(Arc::clone(&message)));
        message
    }

    /// What a request says, judged.
    pub(super) fn content(&self, arguments: &Arguments) -> Result<Content, SlackError> {
        let content = Content::read(arguments)?;
        self.judge_files(
            content.blocks.as_deref().unwrap_or_default(),
            content.attachments.as_deref().unwrap_or_default(),
        )?;
        Ok(content)
    }

    pub(super) fn announce_channel(&self, summary: Option<ChannelSummary>) {
        if let Some(summary) = summary {
            self.announce(LiveEvent::Channel(summary));
        }
    }

    /// The message as Slack's answers carry it. (Slack would add a `block_id` to every block: here they are as sent.)
    pub(super) fn as_slack(&self, message: &Message) -> Value {
        let app_id = &self.workspace.app.app_id;
        let mut shown = json!({
            "type": "message", "user": message.user, "team": self.workspace.team_id, "text": message.text, "ts": message.ts,
        });
        let profile =
            || json!({ "id": BOT_ID, "app_id": app_id, "name": "Bellhop", "team_id": self.workspace.team_id });
        let optional = [
            ("bot_id", message.bot_id.as_ref().map(|id| json!(id))),
            ("app_id", message.bot_id.is_some().then(|| json!(app_id))),
            ("bot_profile", message.bot_id.is_some().then(profile)),
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
pub(super) struct Content {
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

    /// A new message of it.
    pub(super) fn posted(self, channel: &str, thread_ts: Option<Ts>) -> Message {
        let mut text = self.text.unwrap_or_default();
        if let Some((end, _)) = text.char_indices().nth(POSTED_TEXT_MAX_CHARS) {
            text.truncate(end);
        }
        Message {
            text,
            blocks: self.blocks.unwrap_or_default(),
            attachments: self.attachments.unwrap_or_default(),
            metadata: self.metadata,
            ..Message::of_the_bot(channel, thread_ts)
        }
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

/// A channel, or a person: then their conversation with the app.
fn addressed(arguments: &Arguments) -> Result<String, SlackError> {
    match people::find(&arguments.required("channel")?) {
        Some(person) => Ok(person.direct_channel()),
        None => existing_channel(arguments),
    }
}

fn thread(arguments: &Arguments) -> Result<Option<Ts>, SlackError> {
    // Observed, both: a malformed one is refused in these words, an unknown one is taken without a word.
    let parsed = |text: String| {
        text.parse::<Ts>().map_err(|_| {
            SlackError::with_messages("invalid_thread_ts", vec![format!("{text} is not a valid thread_ts")])
        })
    };
    arguments.text("thread_ts").filter(|text| !text.is_empty()).map(parsed).transpose()
}
