//! Uploads, from the first call to the picture on the page.

use serde_json::{Value, json};

use super::{TOKEN, Twin};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nwhatever";

/// Slack's SDKs send these methods as forms.
async fn form(twin: &Twin, method: &str, arguments: &[(&str, &str)]) -> Value {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(arguments).finish();
    let request = twin.http.post(twin.url(&format!("slack/api/{method}"))).bearer_auth(TOKEN);
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
    request.send().await.unwrap().json().await.unwrap()
}

async fn upload(twin: &Twin, place: &Value, bytes: &'static [u8]) -> u16 {
    let url = place["upload_url"].as_str().unwrap();
    twin.http.post(url).body(bytes).send().await.unwrap().status().as_u16()
}

fn message(file: &str) -> Value {
    let image = json!({ "type": "image", "slack_file": { "id": file }, "alt_text": "Graph" });
    json!({ "channel": "C0ALERTS", "text": "hi", "blocks": [image] })
}

#[tokio::test]
async fn a_picture_is_shown_once_its_upload_is_complete() {
    let twin = Twin::start().await;
    let length = PNG.len().to_string();
    let place = form(&twin, "files.getUploadURLExternal", &[("filename", "alarm.png"), ("length", &length)]).await;
    let id = place["file_id"].as_str().unwrap();
    let complete = json!([{ "id": id }]).to_string();
    assert_eq!(form(&twin, "files.completeUploadExternal", &[("files", &complete)]).await["error"], "file_not_found");
    assert_eq!(upload(&twin, &place, PNG).await, 200);
    assert_eq!(twin.slack("chat.postMessage", message(id)).await["error"], "invalid_blocks");
    assert_eq!(form(&twin, "files.completeUploadExternal", &[("files", &complete)]).await["ok"], true);
    let posted = twin.slack("chat.postMessage", message(id)).await;
    assert_eq!(posted["message"]["blocks"][0]["slack_file"]["id"], id);
    let shown = twin.http.get(twin.url(&format!("files/{id}"))).send().await.unwrap();
    assert_eq!(shown.headers()["content-type"], "image/png");
    assert_eq!(shown.bytes().await.unwrap(), PNG);
    assert_eq!(upload(&twin, &place, PNG).await, 404, "once");
}

#[tokio::test]
async fn what_is_neither_png_nor_text_is_not_taken_and_the_oldest_goes_first() {
    let twin = Twin::start().await;
    let place = form(&twin, "files.getUploadURLExternal", &[("filename", "a.html"), ("length", "6")]).await;
    assert_eq!(upload(&twin, &place, b"\xff\xfe\0\0\x01\x02").await, 400);
    for length in ["0", "1048577", "many"] {
        let refused = form(&twin, "files.getUploadURLExternal", &[("filename", "a"), ("length", length)]).await;
        assert_eq!(refused["error"], "invalid_arguments", "{length}");
    }
    let length = PNG.len().to_string();
    let first = form(&twin, "files.getUploadURLExternal", &[("filename", "a"), ("length", &length)]).await;
    for _ in 0..64 {
        form(&twin, "files.getUploadURLExternal", &[("filename", "a"), ("length", &length)]).await;
    }
    assert_eq!(upload(&twin, &first, PNG).await, 404);
}

#[tokio::test]
async fn a_text_is_shown_in_its_thread_and_never_as_a_page() {
    const PAGE: &[u8] = b"<script>alert(1)</script>";
    let twin = Twin::start().await;
    let posted = twin.slack("chat.postMessage", json!({ "channel": "C0OPS", "text": "cut" })).await;
    let length = PAGE.len().to_string();
    let place = form(&twin, "files.getUploadURLExternal", &[("filename", "a<b|c>.txt"), ("length", &length)]).await;
    assert_eq!(upload(&twin, &place, PAGE).await, 200);
    let (id, ts) = (place["file_id"].as_str().unwrap(), posted["ts"].as_str().unwrap());
    let complete = json!([{ "id": id }]).to_string();
    let thread = [("files", complete.as_str()), ("channel_id", "C0OPS"), ("thread_ts", ts)];
    assert_eq!(form(&twin, "files.completeUploadExternal", &thread).await["ok"], true);
    let messages: Value = twin.http.get(twin.url("messages?channel=C0OPS")).send().await.unwrap().json().await.unwrap();
    let reply = &messages["messages"][1];
    assert_eq!(reply["thread_ts"], ts);
    assert!(reply["text"].as_str().unwrap().contains(&format!("/sandbox/files/{id}|abc.txt>")), "{reply}");
    let shown = twin.http.get(twin.url(&format!("files/{id}"))).send().await.unwrap();
    assert_eq!(shown.headers()["content-type"], "text/plain; charset=utf-8");
    assert_eq!(shown.headers()["x-content-type-options"], "nosniff");
    assert_eq!(shown.bytes().await.unwrap(), PAGE);
}
