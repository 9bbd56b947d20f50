//! Files of the sandbox: Slack's way to upload in three steps, for PNGs and text, and what the page shows of them.
//!
//! `slack_api.rs` calls the two methods, a client the upload between them, the page `GET /sandbox/files/ID`. Kept in memory and
//! bounded; the oldest goes first. Source: <https://docs.slack.dev/messaging/working-with-files#upload>.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::arguments::Arguments;
use super::slack_api::SlackError;
use super::{REQUEST_BODY_MAX_BYTES, Sandbox, refusal};

/// With their size: what the sandbox can hold of them.
const FILES_MAX: usize = 64;
const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const NAME_MAX_CHARS: usize = 255;

/// The files by their ids, oldest first.
#[derive(Default)]
pub struct Files {
    files: VecDeque<File>,
    given: u64,
}

struct File {
    /// `F0000001`.
    id: String,
    /// Whoever knows it may upload, once.
    ticket: String,
    name: String,
    length: usize,
    bytes: Option<Bytes>,
    is_complete: bool,
}

impl Files {
    fn get_mut(&mut self, id: &str) -> Option<&mut File> {
        self.files.iter_mut().find(|file| file.id == id)
    }

    /// Whether a message may show it.
    pub fn is_complete(&self, id: &str) -> bool {
        self.files.iter().any(|file| file.id == id && file.is_complete)
    }

    fn bytes(&self, id: &str) -> Option<Bytes> {
        self.files.iter().find(|file| file.id == id && file.is_complete)?.bytes.clone()
    }
}

impl Sandbox {
    /// `files.getUploadURLExternal`.
    pub(super) fn upload_url(&self, arguments: &Arguments, headers: &HeaderMap) -> Result<Value, SlackError> {
        let name: String = arguments.required("filename")?.chars().take(NAME_MAX_CHARS).collect();
        let length =
            arguments.required("length")?.parse().ok().filter(|length| (1..=REQUEST_BODY_MAX_BYTES).contains(length));
        let Some(length) = length else { return Err(SlackError::new("invalid_arguments")) };
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
        let ticket = uuid::Uuid::new_v4().simple().to_string();
        let mut files = self.files();
        files.given += 1;
        let id = format!("F{:07}", files.given);
        if files.files.len() >= FILES_MAX {
            files.files.pop_front();
        }
        let upload_url = format!("http://{host}/sandbox/slack/upload/{ticket}");
        files.files.push_back(File { id: id.clone(), ticket, name, length, bytes: None, is_complete: false });
        Ok(json!({ "ok": true, "upload_url": upload_url, "file_id": id }))
    }

    /// `files.completeUploadExternal`: answers the files, and a line for the thread that they are shared in, if one is named.
    pub(super) fn complete_upload(
        &self,
        arguments: &Arguments,
        headers: &HeaderMap,
    ) -> Result<(Value, String), SlackError> {
        let Ok(Some(Value::Array(list))) = arguments.json("files") else {
            return Err(SlackError::new("invalid_arguments"));
        };
        let mut files = self.files();
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
        let (mut answer, mut line) = (Vec::new(), String::new());
        for asked in &list {
            let id = asked.get("id").and_then(Value::as_str).unwrap_or_default();
            let Some(file) = files.get_mut(id).filter(|file| file.bytes.is_some()) else {
                return Err(SlackError::new("file_not_found"));
            };
            file.is_complete = true;
            answer.push(json!({ "id": file.id, "title": file.name }));
            // The name is a client's: it cannot close the link.
            let name: String = file.name.chars().filter(|c| !"<>|&".contains(*c)).collect();
            let _ = writeln!(
                line,
                ":page_facing_up: <http://{host}/sandbox/files/{}|{name}> · {} bytes",
                file.id, file.length
            );
        }
        Ok((json!({ "ok": true, "files": answer }), line.trim_end().to_owned()))
    }

    /// A message that shows a file that is not there is refused, in Slack's words (observed in public reports).
    pub(super) fn judge_files(&self, blocks: &[Value], attachments: &[Value]) -> Result<(), SlackError> {
        let inside = attachments.iter().filter_map(|attachment| attachment.get("blocks")?.as_array()).flatten();
        let files = self.files();
        for block in blocks.iter().chain(inside) {
            if let Some(id) = block.pointer("/slack_file/id").and_then(Value::as_str)
                && !files.is_complete(id)
            {
                let complaints = vec![format!("invalid slack file [json-pointer:/blocks/slack_file] {id:?}")];
                return Err(SlackError::with_messages("invalid_blocks", complaints));
            }
        }
        Ok(())
    }
}

/// `POST /sandbox/slack/upload/TICKET`: the bytes, without a token, as Slack takes them.
pub async fn upload(State(sandbox): State<Arc<Sandbox>>, Path(ticket): Path<String>, bytes: Bytes) -> Response {
    let mut files = sandbox.files();
    let Some(file) = files.files.iter_mut().find(|file| file.ticket == ticket && file.bytes.is_none()) else {
        return refusal(StatusCode::NOT_FOUND, "nothing is awaited here: call files.getUploadURLExternal first");
    };
    let is_taken = bytes.starts_with(PNG_SIGNATURE) || std::str::from_utf8(&bytes).is_ok();
    if bytes.len() != file.length || !is_taken {
        return refusal(StatusCode::BAD_REQUEST, "the sandbox takes PNGs and text, of the length that was announced");
    }
    let answer = format!("OK - {}", bytes.len());
    file.bytes = Some(bytes);
    answer.into_response()
}

/// `GET /sandbox/files/ID`: the picture or text, for the page.
pub async fn file(State(sandbox): State<Arc<Sandbox>>, Path(id): Path<String>) -> Response {
    let Some(bytes) = sandbox.files().bytes(&id) else {
        return refusal(StatusCode::NOT_FOUND, "the sandbox has no such file any more: it keeps the newest");
    };
    let content_type = if bytes.starts_with(PNG_SIGNATURE) { "image/png" } else { "text/plain; charset=utf-8" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600")),
    ];
    (headers, bytes).into_response()
}
