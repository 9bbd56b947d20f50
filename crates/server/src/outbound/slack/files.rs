//! Slack's files: a picture goes to Slack in three steps, and is shown by its id in a message.
//!
//! Source: <https://docs.slack.dev/messaging/working-with-files#upload>. A picture is in no channel by itself: the message
//! that names it shows it. A text is shown in a thread.

use reqwest::Method;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tracing::Instrument as _;
use url::Url;
use url::form_urlencoded::Serializer;

use super::{ANSWER_BYTES_MAX, SlackClient};
use crate::outbound::http;
use crate::traces;

const FORM: &str = "application/x-www-form-urlencoded";
/// Where Slack takes files, besides the host of its API.
const FILES_HOST_SUFFIX: &str = ".slack.com";

/// Why Slack has no file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotUploaded {
    /// The token may not: the app needs the scope `files:write`.
    #[error("the token lacks the scope `files:write`")]
    MissingScope,
    /// A file is shown in no channel that the app is not in, though messages of it may be.
    #[error("the app is not in the channel")]
    NotInChannel,
    #[error("{0}")]
    Failed(String),
}

/// A file to upload.
pub struct Upload<'a> {
    pub name: &'a str,
    pub content_type: &'static str,
    /// What a picture shows, in words.
    pub alt_text: Option<&'a str>,
    pub bytes: Vec<u8>,
    /// The thread that it is shown in; `None`: a message will name it.
    pub thread: Option<UploadThread<'a>>,
}

pub struct UploadThread<'a> {
    pub channel_id: &'a str,
    /// `None`: in the channel itself.
    pub ts: Option<&'a str>,
}

impl SlackClient {
    /// `files.getUploadURLExternal`, the bytes, `files.completeUploadExternal`. Answers the file's id.
    pub async fn upload(&self, token: &SecretString, file: Upload<'_>) -> Result<String, NotUploaded> {
        let Upload { name: file_name, content_type, alt_text, bytes, thread } = file;
        let length = bytes.len().to_string();
        let mut arguments = vec![("filename", file_name), ("length", length.as_str())];
        arguments.extend(alt_text.map(|alt_text| ("alt_txt", alt_text)));
        let place = self.form("files.getUploadURLExternal", token, &arguments).await?;
        let text = |name: &str| place.get(name).and_then(Value::as_str);
        let (Some(url), Some(id)) = (text("upload_url").and_then(|url| self.upload_url(url)), text("file_id")) else {
            return Err(failed("`files.getUploadURLExternal` answered no place to upload to"));
        };
        let request = self.http.request(Method::POST, url).header("content-type", content_type).body(bytes);
        let sent = request.send().instrument(traces::chat_call("slack", "upload")).await;
        let status = sent.map_err(|error| failed(&http::ExchangeError::from(error).to_string()))?.status();
        if !status.is_success() {
            return Err(failed(&format!("the upload was answered with {status}")));
        }
        let files = json!([{ "id": id, "title": file_name }]).to_string();
        let mut arguments = vec![("files", files.as_str())];
        if let Some(thread) = thread {
            arguments.push(("channel_id", thread.channel_id));
            arguments.extend(thread.ts.map(|ts| ("thread_ts", ts)));
        }
        self.form("files.completeUploadExternal", token, &arguments).await?;
        Ok(id.to_owned())
    }

    /// Slack's own hosts, or the host of the API that the settings name: what the answer says is not believed blindly.
    fn upload_url(&self, url: &str) -> Option<Url> {
        let url = Url::parse(url).ok()?;
        let is_slacks = url.scheme() == "https" && url.host_str().is_some_and(|host| host.ends_with(FILES_HOST_SUFFIX));
        (is_slacks || url.origin() == self.api_url.origin()).then_some(url)
    }

    /// These methods are documented to take JSON and observed to refuse it: a form, as Slack's own SDKs send.
    async fn form(&self, method: &str, token: &SecretString, arguments: &[(&str, &str)]) -> Result<Value, NotUploaded> {
        let url = self.api_url.join(method).map_err(|error| failed(&error.to_string()))?;
        let body = Serializer::new(String::new()).extend_pairs(arguments).finish();
        let request = self.http.request(Method::POST, url).bearer_auth(token.expose_secret());
        let request = request.header("content-type", FORM).body(body);
        let exchange = async { http::body(request.send().await?, ANSWER_BYTES_MAX).await };
        let answer = exchange.instrument(traces::chat_call("slack", method)).await;
        let answer = answer.map_err(|error| failed(&format!("`{method}`: {error}")))?;
        let answer: Value =
            serde_json::from_slice(&answer).map_err(|_| failed(&format!("`{method}` answered no JSON")))?;
        match answer.get("error").and_then(Value::as_str) {
            _ if answer.get("ok") == Some(&Value::Bool(true)) => Ok(answer),
            Some("missing_scope" | "no_permission" | "not_allowed_token_type") => Err(NotUploaded::MissingScope),
            Some("not_in_channel" | "channel_not_found") => Err(NotUploaded::NotInChannel),
            Some(code) => {
                Err(failed(&format!("`{method}`: {}", code.chars().take(100).collect::<String>().escape_debug())))
            }
            None => Err(failed(&format!("`{method}` answered neither success nor an error"))),
        }
    }
}

fn failed(why: &str) -> NotUploaded {
    NotUploaded::Failed(why.to_owned())
}
