//! Bellhop as the sandbox sees it: front doors that take what is signed, and remember it. Played here; what Bellhop itself makes
//! of these requests is tested through its own doors in `tests/it`.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use domain::slack_request::{SlackRequest, Verified};
use serde_json::Value;
use tokio::task::JoinSet;
use url::Url;

use super::{APP_ID, SIGNING_SECRET};

/// One request that Bellhop got, its signature good.
#[derive(Debug, Clone)]
pub struct Asked {
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Asked {
    /// The JSON of an event, or of the `payload` of a form.
    pub fn json(&self) -> Value {
        let text = self.form().remove("payload").unwrap_or_else(|| self.body.clone());
        serde_json::from_str(&text).unwrap()
    }

    pub fn form(&self) -> BTreeMap<String, String> {
        url::form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
    }
}

/// How Bellhop answers the next requests.
#[derive(Debug, Clone)]
pub enum Told {
    Status(u16),
    Body(Value),
    /// Longer than Slack waits.
    Late,
}

#[derive(Default)]
struct Seen {
    asked: Vec<Asked>,
    told: VecDeque<Told>,
}

struct Shared {
    now_ms: Arc<AtomicI64>,
    seen: Mutex<Seen>,
}

pub struct Bellhop {
    pub url: Url,
    shared: Arc<Shared>,
    _serving: JoinSet<std::io::Result<()>>,
}

impl Bellhop {
    pub async fn start(now_ms: Arc<AtomicI64>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let shared = Arc::new(Shared { now_ms, seen: Mutex::default() });
        let routes = Router::new()
            .route("/slack/events", post(take))
            .route("/slack/commands", post(take))
            .route("/slack/interactivity", post(take))
            .route("/teams/messages", post(take_activity))
            .with_state(Arc::clone(&shared));
        let mut serving = JoinSet::new();
        serving.spawn(axum::serve(listener, routes).into_future());
        Self { url, shared, _serving: serving }
    }

    /// The next requests are answered so, then 200.
    pub fn next(&self, told: impl IntoIterator<Item = Told>) {
        self.shared.seen.lock().unwrap().told.extend(told);
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.shared.seen.lock().unwrap().asked.clone()
    }

    /// The one request that came; forgotten then.
    pub fn only(&self) -> Asked {
        let mut asked = std::mem::take(&mut self.shared.seen.lock().unwrap().asked);
        assert_eq!(asked.len(), 1, "{asked:?}");
        asked.remove(0)
    }
}

async fn take(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap());
    let request = SlackRequest {
        timestamp: text("x-slack-request-timestamp"),
        signature: text("x-slack-signature"),
        body: &body,
    };
    let now_ms = shared.now_ms.load(Ordering::SeqCst);
    let verified = match Verified::by_signature(request, APP_ID, SIGNING_SECRET, now_ms) {
        Ok(verified) => verified,
        Err(error) => panic!("the sandbox signed wrongly: {error}"),
    };
    match remember(&shared, &uri, &headers, verified.body()) {
        None => StatusCode::OK.into_response(),
        Some(Told::Status(status)) => StatusCode::from_u16(status).unwrap().into_response(),
        Some(Told::Body(body)) => axum::Json(body).into_response(),
        Some(Told::Late) => {
            tokio::time::sleep(Duration::from_millis(3_300)).await;
            StatusCode::OK.into_response()
        }
    }
}

/// Whether its token is good, the test looks.
async fn take_activity(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    remember(&shared, &uri, &headers, std::str::from_utf8(&body).unwrap());
    StatusCode::OK.into_response()
}

fn remember(shared: &Shared, uri: &Uri, headers: &HeaderMap, body: &str) -> Option<Told> {
    let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    let mut seen = shared.seen.lock().unwrap();
    seen.asked.push(Asked { path: uri.path().to_owned(), headers, body: body.to_owned() });
    seen.told.pop_front()
}
