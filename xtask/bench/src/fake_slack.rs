//! A Slack that accepts everything and remembers when each message arrived. A process of its own; Bellhop reaches it
//! through its ordinary Slack client. It never checks what it is sent: Slack's errors and limits are the business of
//! the tests, not of the benchmark.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{clock, process, sns};

/// Every `chat.postMessage` and `chat.postEphemeral` so far.
type Posts = Arc<Mutex<Vec<Post>>>;

struct Post {
    arrived_unix_nanos: i64,
    body: Bytes,
}

/// Serves until it is ended.
pub async fn serve() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    process::announce("fake-slack", listener.local_addr()?)?;
    axum::serve(listener, router()).await?;
    Ok(())
}

fn router() -> Router {
    Router::new()
        .route("/api/chat.postMessage", post(post_message))
        .route("/api/chat.postEphemeral", post(post_ephemeral))
        .route("/api/{method}", post(other_method).get(other_method))
        .route("/arrivals", get(arrivals))
        .route("/replies/{first}", get(replies))
        .with_state(Posts::default())
}

/// <https://docs.slack.dev/reference/methods/chat.postMessage>
async fn post_message(State(posts): State<Posts>, body: Bytes) -> Json<Value> {
    let arrived_unix_nanos = clock::unix_nanos();
    let message: Value = serde_json::from_slice(&body).unwrap_or_default();
    let channel = message.get("channel").and_then(Value::as_str).unwrap_or("C0UNKNOWN").to_owned();
    let number = {
        let mut posts = posts.lock().unwrap_or_else(PoisonError::into_inner);
        posts.push(Post { arrived_unix_nanos, body });
        posts.len()
    };
    // Slack's own form: ten digits of seconds, six that make it unique in its channel.
    let ts = format!("{}.{number:06}", arrived_unix_nanos / 1_000_000_000);
    Json(json!({
        "ok": true,
        "channel": channel,
        "ts": ts,
        "message": { "type": "message", "subtype": "bot_message", "ts": ts, "text": message.get("text") },
    }))
}

/// <https://docs.slack.dev/reference/methods/chat.postEphemeral>
async fn post_ephemeral(State(posts): State<Posts>, body: Bytes) -> Json<Value> {
    let arrived_unix_nanos = clock::unix_nanos();
    posts.lock().unwrap_or_else(PoisonError::into_inner).push(Post { arrived_unix_nanos, body });
    Json(json!({ "ok": true, "message_ts": format!("{}.000000", arrived_unix_nanos / 1_000_000_000) }))
}

/// What else the server may ask a workspace: who am I, which team is this, does the channel exist.
async fn other_method(Path(method): Path<String>) -> Json<Value> {
    let team = json!({ "id": "T0BENCH", "name": "Bench", "domain": "bench" });
    Json(match method.as_str() {
        "auth.test" => json!({
            "ok": true, "url": "https://bench.slack.com/", "team": "Bench", "user": "bellhop",
            "team_id": "T0BENCH", "user_id": "U0BENCH", "bot_id": "B0BENCH",
        }),
        "team.info" => json!({ "ok": true, "team": team }),
        "conversations.info" => {
            json!({ "ok": true, "channel": { "id": "C0BENCH", "name": "bench", "is_channel": true, "is_member": true } })
        }
        _ => json!({ "ok": true }),
    })
}

/// When each message that carries one of the benchmark's marks arrived, in order of arrival. The marks are searched
/// for here and not while posts arrive, so that the search is not part of what is measured.
async fn arrivals(State(posts): State<Posts>) -> Json<Value> {
    let posts = posts.lock().unwrap_or_else(PoisonError::into_inner);
    let arrivals = posts.iter().filter_map(|post| {
        let mark = sns::find_mark(&post.body)?;
        Some(json!({ "mark": mark, "unix_nanos": post.arrived_unix_nanos }))
    });
    Json(arrivals.collect())
}

/// The messages in threads that begin at `first` or later, in order of arrival, each as it was sent.
async fn replies(State(posts): State<Posts>, Path(first): Path<String>) -> Json<Value> {
    let posts = posts.lock().unwrap_or_else(PoisonError::into_inner);
    let replies = posts.iter().filter_map(|post| {
        let message: Value = serde_json::from_slice(&post.body).ok()?;
        let thread_ts = message.get("thread_ts")?.as_str().filter(|ts| **ts >= *first)?.to_owned();
        Some(json!({ "thread_ts": thread_ts, "unix_nanos": post.arrived_unix_nanos, "message": message }))
    });
    Json(replies.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{self, Connection, prepare};

    #[tokio::test]
    async fn an_arrival_is_found_by_its_mark() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let mut server = tokio::task::JoinSet::new();
        server.spawn(async move { axum::serve(listener, router()).await });

        let before = clock::unix_nanos();
        let mut slack = Connection::open(address).await.expect("a connection");
        let mark = sns::mark(42);
        for text in [format!("ALARM: {mark} went off"), "no mark".to_owned()] {
            let body = json!({ "channel": "C1", "text": text }).to_string();
            let request = prepare("POST", "/api/chat.postMessage", &[("host", "slack")], body.as_bytes());
            let answer = slack.exchange(&request).await.expect("an answer");
            let said: Value = serde_json::from_slice(&answer.body).expect("JSON");
            assert_eq!((said["ok"].as_bool(), said["channel"].as_str()), (Some(true), Some("C1")));
        }
        let listed = http::get(address, "/arrivals").await.expect("the arrivals");
        let listed: Value = serde_json::from_slice(&listed.body).expect("JSON");
        assert_eq!(listed.as_array().map(Vec::len), Some(1));
        assert_eq!(listed[0]["mark"], mark.as_str());
        let arrived = listed[0]["unix_nanos"].as_i64().expect("nanoseconds");
        assert!((before..=clock::unix_nanos()).contains(&arrived));
    }

    #[tokio::test]
    async fn replies_are_found_by_their_threads() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let mut server = tokio::task::JoinSet::new();
        server.spawn(async move { axum::serve(listener, router()).await });

        let mut slack = Connection::open(address).await.expect("a connection");
        for (method, thread_ts) in
            [("postMessage", "1.000001"), ("postMessage", "1.000002"), ("postEphemeral", "1.000003")]
        {
            let body = json!({ "channel": "C1", "text": "yes", "thread_ts": thread_ts }).to_string();
            let path = format!("/api/chat.{method}");
            let answer = slack.exchange(&prepare("POST", &path, &[("host", "slack")], body.as_bytes())).await;
            assert_eq!(answer.expect("an answer").status, 200);
        }
        let listed = http::get(address, "/replies/1.000002").await.expect("the replies");
        let listed: Value = serde_json::from_slice(&listed.body).expect("JSON");
        assert_eq!(listed.as_array().map(Vec::len), Some(2), "{listed}");
        assert_eq!((&listed[0]["thread_ts"], &listed[1]["message"]["text"]), (&json!("1.000002"), &json!("yes")));
    }
}
