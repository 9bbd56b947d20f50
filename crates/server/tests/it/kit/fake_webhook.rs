//! Webhooks of Microsoft Teams and Amazon Chime: remember every request, answer as they are told to.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use server::clock::SharedClock;
use tokio::task::JoinSet;
use url::Url;

use super::serving::serve;

/// One request as it arrived.
#[derive(Debug, Clone)]
pub struct WebhookRequest {
    pub path_and_query: String,
    /// By the test's clock.
    pub at_ms: i64,
    pub body: Value,
}

struct Shared {
    clock: SharedClock,
    requests: Mutex<Vec<WebhookRequest>>,
    script: Mutex<VecDeque<(u16, &'static str)>>,
    otherwise: (u16, &'static str),
}

pub struct FakeWebhook {
    address: SocketAddr,
    shared: Arc<Shared>,
    _serving: JoinSet<()>,
}

impl FakeWebhook {
    /// `otherwise` is its answer when it was told no other: a status and a body.
    pub async fn start(clock: SharedClock, otherwise: (u16, &'static str)) -> Self {
        let shared = Arc::new(Shared { clock, requests: Mutex::default(), script: Mutex::default(), otherwise });
        let routes = Router::new().fallback(answer).with_state(shared.clone());
        let (address, serving) = serve(routes).await;
        Self { address, shared, _serving: serving }
    }

    pub fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    /// The next requests are answered so, one after the other.
    pub fn next(&self, answers: impl IntoIterator<Item = (u16, &'static str)>) {
        self.shared.script.lock().unwrap().extend(answers);
    }

    /// Requests without a body.
    pub fn beats(&self) -> usize {
        self.requests().iter().filter(|request| request.body.is_null()).count()
    }

    pub fn requests(&self) -> Vec<WebhookRequest> {
        self.shared.requests.lock().unwrap().clone()
    }
}

async fn answer(State(shared): State<Arc<Shared>>, uri: Uri, body: Bytes) -> Response {
    // A heartbeat has no body.
    let body = if body.is_empty() { Bytes::from_static(b"null") } else { body };
    shared.requests.lock().unwrap().push(WebhookRequest {
        path_and_query: uri.path_and_query().unwrap().to_string(),
        at_ms: shared.clock.now_ms(),
        body: serde_json::from_slice(&body).unwrap(),
    });
    let (status, text) = shared.script.lock().unwrap().pop_front().unwrap_or(shared.otherwise);
    (StatusCode::from_u16(status).unwrap(), text).into_response()
}
