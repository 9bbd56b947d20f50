//! The sandbox over real HTTP: what a Slack client, a test's faults and the page see of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::slack_api::READING;
use super::{Outgoing, SlackApp, Workspace, router};

mod authorizing;
mod bellhop;
mod block_limits;
mod fault_answers;
mod files;
mod pressing;
mod slack_methods;
mod speaking;
mod teams;
mod viewing;
mod views;

use bellhop::Bellhop;

const TOKEN: &str = "xoxb-test";
const APP_ID: &str = "A0SANDBOX";
const SIGNING_SECRET: &str = "the-signing-secret";
/// 2023-11-14T22:13:20Z
const START_MS: i64 = 1_700_000_000_000;

/// A sandbox of its own for a test, on a port of its own, with a clock that stands still. Dropped, it is gone.
struct Twin {
    address: String,
    http: reqwest::Client,
    now_ms: Arc<AtomicI64>,
    closing: CancellationToken,
    bellhop: Bellhop,
    _server: JoinSet<std::io::Result<()>>,
}

impl Twin {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let workspace = Workspace {
            team_id: "T0SANDBOX".to_owned(),
            team_name: "Sandbox".to_owned(),
            bot_token: TOKEN.to_owned(),
            app: SlackApp {
                app_id: APP_ID.to_owned(),
                client_id: "the-client".to_owned(),
                client_secret: "the-client-secret".to_owned(),
                signing_secret: SIGNING_SECRET.to_owned(),
            },
            teams: Some(teams::tenant()),
        };
        let now_ms = Arc::new(AtomicI64::new(START_MS));
        let clock = Arc::clone(&now_ms);
        let closing = CancellationToken::new();
        let bellhop = Bellhop::start(Arc::clone(&now_ms)).await;
        let outgoing = Outgoing::new(bellhop.url.clone(), TaskTracker::new()).unwrap();
        let routes = router(workspace, Arc::new(move || clock.load(Ordering::SeqCst)), outgoing, closing.clone());
        let mut server = JoinSet::new();
        server.spawn(axum::serve(listener, routes).into_future());
        let http = reqwest::Client::builder().timeout(Duration::from_secs(10)).build().unwrap();
        Self { address, http, now_ms, closing, bellhop, _server: server }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}/sandbox/{path}", self.address)
    }

    fn advance_ms(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// Calls a Slack method with a JSON body, or a form where it takes no JSON, and the right token.
    async fn send(&self, method: &str, body: &Value) -> reqwest::Result<reqwest::Response> {
        let request = self.http.post(self.url(&format!("slack/api/{method}"))).bearer_auth(TOKEN);
        if !READING.contains(&method) {
            return request.json(body).send().await;
        }
        let pairs = body.as_object().into_iter().flatten().map(|(name, value)| (name, value.as_str().unwrap()));
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        request.header("content-type", "application/x-www-form-urlencoded").body(form).send().await
    }

    /// Calls a Slack method that answers 200.
    async fn slack(&self, method: &str, body: Value) -> Value {
        let response = self.send(method, &body).await.unwrap();
        assert_eq!(response.status(), 200);
        response.json().await.unwrap()
    }

    async fn say(&self, channel: &str, text: &str) -> String {
        let answer = self.slack("chat.postMessage", json!({ "channel": channel, "text": text })).await;
        assert_eq!(answer["ok"], true, "{answer}");
        answer["ts"].as_str().unwrap().to_owned()
    }

    async fn get(&self, path: &str) -> Value {
        self.http.get(self.url(path)).send().await.unwrap().json().await.unwrap()
    }

    async fn texts(&self, query: &str) -> Vec<String> {
        let answer = self.get(&format!("messages{query}")).await;
        let messages = answer["messages"].as_array().unwrap_or_else(|| panic!("{answer}"));
        messages.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect()
    }

    /// What somebody does by `/sandbox/{path}`: the status and what it answers.
    async fn act(&self, path: &str, body: Value) -> (u16, Value) {
        let response = self.http.post(self.url(path)).json(&body).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// The same, answered 200.
    async fn does(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.act(path, body).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    async fn fault(&self, body: &Value) -> (u16, Value) {
        let response = self.http.post(self.url("faults")).json(body).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }
}
