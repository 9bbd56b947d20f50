//! Slack's Web API as Bellhop sees it: remembers every request, answers as it is told to.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use server::clock::SharedClock;
use tokio::task::JoinSet;
use url::Url;

use super::serving::serve;

/// The id of every file.
const FILE: &str = "F0FILE";

/// What Slack does with a request.
#[derive(Debug, Clone)]
pub enum SlackAnswer {
    Ok,
    /// 429 with this `Retry-After`.
    RateLimited {
        retry_after_seconds: u32,
    },
    Status(u16),
    /// `ok: false` with this code.
    Error(&'static str),
    /// No answer as long as the test runs.
    Hang,
    /// The reply is posted, and not in its thread.
    OkBesideThread,
    /// The message is posted, and the answer never comes.
    PostedThenHang,
    /// The connection ends without an answer.
    Reset,
    /// A whole HTTP answer with half of its JSON.
    Truncated,
}

/// One request as it arrived.
#[derive(Debug, Clone)]
pub struct SlackRequest {
    pub method: String,
    pub token: String,
    /// By the test's clock.
    pub at_ms: i64,
    pub body: Value,
    /// The `ts` under which Slack took it; `None` if it did not.
    pub posted: Option<String>,
}

impl SlackRequest {
    pub fn channel(&self) -> &str {
        self.body["channel"].as_str().unwrap_or_default()
    }

    pub fn thread_ts(&self) -> Option<&str> {
        self.body["thread_ts"].as_str()
    }

    /// The `message-…` that the test put into the notification.
    pub fn marker(&self) -> String {
        let text = self.body["text"].as_str().unwrap_or_default();
        let from = text.find("message-").unwrap_or_else(|| panic!("no marker in `{text}`"));
        text[from..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
    }
}

struct Bucket {
    size: i64,
    interval_ms: i64,
    /// When it is full again.
    full_at_ms: i64,
}

struct Slack {
    requests: Vec<SlackRequest>,
    script: HashMap<String, VecDeque<SlackAnswer>>,
    channels: HashMap<String, SlackAnswer>,
    tokens: HashMap<String, SlackAnswer>,
    /// Channels that are not public.
    private: HashSet<String>,
    /// What methods that only ask say, by their name and what is asked with.
    says: HashMap<(String, String), (Value, Option<String>)>,
    buckets: Option<(i64, i64)>,
    bucket_of: HashMap<String, Bucket>,
    posted: u64,
    /// What `apps.connections.open` answers.
    socket_url: Option<String>,
}

struct Shared {
    clock: SharedClock,
    slack: Mutex<Slack>,
}

pub struct FakeSlack {
    address: SocketAddr,
    shared: Arc<Shared>,
    _serving: JoinSet<()>,
}

impl FakeSlack {
    pub async fn start(clock: SharedClock) -> Self {
        let shared = Arc::new(Shared {
            clock,
            slack: Mutex::new(Slack {
                requests: Vec::new(),
                script: HashMap::new(),
                channels: HashMap::new(),
                tokens: HashMap::new(),
                private: HashSet::new(),
                says: HashMap::new(),
                buckets: None,
                bucket_of: HashMap::new(),
                posted: 0,
                socket_url: None,
            }),
        });
        let routes = Router::new()
            .route("/api/{method}", post(answer))
            .route("/upload/{file}", post(upload))
            .with_state(shared.clone());
        let (address, serving) = serve(routes).await;
        Self { address, shared, _serving: serving }
    }

    /// For `slack.api_url`.
    pub fn api_url(&self) -> Url {
        Url::parse(&format!("http://{}/api/", self.address)).unwrap()
    }

    /// The next calls of `method` are answered so, one after the other; those after them with success.
    pub fn next(&self, method: &str, answers: impl IntoIterator<Item = SlackAnswer>) {
        let mut slack = self.slack();
        slack.script.entry(method.to_owned()).or_default().extend(answers);
    }

    /// Every message to `channel` is answered so.
    pub fn always(&self, channel: &str, answer: SlackAnswer) {
        self.slack().channels.insert(channel.to_owned(), answer);
    }

    /// From now on the channel is private, or public again.
    pub fn private(&self, channel: &str, is_private: bool) {
        let private = &mut self.slack().private;
        if is_private {
            private.insert(channel.to_owned())
        } else {
            private.remove(channel)
        };
    }

    /// Every call with this token is answered so; `None`: as without a word.
    pub fn token(&self, token: &str, answer: Option<SlackAnswer>) {
        let tokens = &mut self.slack().tokens;
        match answer {
            Some(answer) => drop(tokens.insert(token.to_owned(), answer)),
            None => drop(tokens.remove(token)),
        }
    }

    /// What `method` says in its success: with this token; of a page after the first, with this token and `/` and the cursor; of
    /// `oauth.v2.access`, with this code or refresh token; of `usergroups.users.list`, with this group.
    pub fn says(&self, method: &str, with: &str, answer: Value) {
        self.slack().says.insert((method.to_owned(), with.to_owned()), (answer, None));
    }

    /// `auth.test` says this of a token, with these scopes in its head.
    pub fn knows(&self, token: &str, owner: Value, scopes: &str) {
        self.slack().says.insert(("auth.test".to_owned(), token.to_owned()), (owner, Some(scopes.to_owned())));
    }

    /// Apps in Socket Mode open their sockets there.
    pub fn opens_sockets_at(&self, url: String) {
        self.slack().socket_url = Some(url);
    }

    /// Allows each channel `size` messages at once and one more every `interval_ms`; refuses the others with 429.
    pub fn allow(&self, size: i64, interval_ms: i64) {
        self.slack().buckets = Some((size, interval_ms));
    }

    /// All requests of `method`, taken or not, in the order of their arrival.
    pub fn requests(&self, method: &str) -> Vec<SlackRequest> {
        let slack = self.slack();
        slack.requests.iter().filter(|request| request.method == method).cloned().collect()
    }

    /// The messages that stand in `channel`, in order.
    pub fn posted(&self, channel: &str) -> Vec<SlackRequest> {
        let mut posts = self.requests("chat.postMessage");
        posts.retain(|post| post.posted.is_some() && post.channel() == channel);
        posts
    }

    fn slack(&self) -> MutexGuard<'_, Slack> {
        self.shared.slack.lock().unwrap()
    }
}

impl Slack {
    fn decide(&mut self, method: &str, token: &str, channel: &str, now_ms: i64) -> SlackAnswer {
        if let Some(answer) = self.tokens.get(token) {
            return answer.clone();
        }
        if let Some(answer) = self.channels.get(channel) {
            return answer.clone();
        }
        if let Some(answer) = self.script.get_mut(method).and_then(VecDeque::pop_front) {
            return answer;
        }
        let Some((size, interval_ms)) = self.buckets.filter(|_| method == "chat.postMessage") else {
            return SlackAnswer::Ok;
        };
        let bucket =
            self.bucket_of.entry(channel.to_owned()).or_insert(Bucket { size, interval_ms, full_at_ms: now_ms });
        let full_at_ms = bucket.full_at_ms.max(now_ms) + bucket.interval_ms;
        if full_at_ms - now_ms > bucket.size * bucket.interval_ms {
            return SlackAnswer::RateLimited { retry_after_seconds: 1 };
        }
        bucket.full_at_ms = full_at_ms;
        SlackAnswer::Ok
    }

    fn say(&self, method: &str, token: &str, body: &Value) -> Option<(Value, Option<String>)> {
        let argument = |name: &str| body[name].as_str().filter(|text| !text.is_empty());
        let with = match (argument("cursor"), argument("code").or(argument("refresh_token")).or(argument("usergroup")))
        {
            (Some(cursor), _) => format!("{token}/{cursor}"),
            (None, Some(grant)) => grant.to_owned(),
            (None, None) => token.to_owned(),
        };
        let said = self.says.get(&(method.to_owned(), with)).cloned();
        // Whose an unknown token is: a bot's of a workspace that nobody else has.
        said.or_else(|| {
            (method == "auth.test").then(|| (json!({ "team_id": "T0NEW", "team": "New", "user_id": "U0BOT" }), None))
        })
    }

    fn ts(&mut self) -> String {
        self.posted += 1;
        format!("1700000000.{:06}", self.posted)
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    Path(method): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // The methods of files come as forms.
    let is_form = headers["content-type"] == "application/x-www-form-urlencoded";
    let body: Value = if is_form {
        url::form_urlencoded::parse(&body).map(|(name, value)| (name.into_owned(), json!(value))).collect()
    } else {
        serde_json::from_slice(&body).unwrap()
    };
    let channel = body["channel"].as_str().unwrap_or_default().to_owned();
    // An event's own address needs no token: it is the permission. An app signs its own requests with its client secret.
    let authorization = headers.get("authorization").map(|value| value.to_str().unwrap()).unwrap_or_default();
    let token = authorization.strip_prefix("Bearer ").unwrap_or(authorization);
    let (answer, ts, is_private, said) = {
        let mut slack = shared.slack.lock().unwrap();
        let now_ms = shared.clock.now_ms();
        let answer = slack.decide(&method, token, &channel, now_ms);
        let is_taken = matches!(answer, SlackAnswer::Ok | SlackAnswer::OkBesideThread | SlackAnswer::PostedThenHang);
        let ts = (is_taken && method == "chat.postMessage").then(|| slack.ts());
        let said = slack.say(&method, token, &body);
        let (token, asked) = (token.to_owned(), method.clone());
        slack.requests.push(SlackRequest { token, at_ms: now_ms, posted: ts.clone(), method: asked, body });
        (answer, ts, slack.private.contains(&channel), said)
    };
    match answer {
        SlackAnswer::OkBesideThread => json_answer(&json!({ "ok": true, "ts": ts, "message": { "ts": ts } })),
        SlackAnswer::Ok => {
            let name = format!("name-of-{channel}");
            let info = json!({ "id": channel, "name": name, "is_private": is_private });
            let host = headers["host"].to_str().unwrap();
            let (url, file) = (format!("http://{host}/upload/{FILE}"), FILE);
            let answer = json!({ "ok": true, "ts": ts, "channel": info, "upload_url": url, "file_id": file });
            if method == "apps.connections.open" {
                let socket_url = shared.slack.lock().unwrap().socket_url.clone();
                let url = socket_url.expect("a test that opens sockets says where");
                return json_answer(&json!({ "ok": true, "url": url }));
            }
            let Some((said, scopes)) = said else { return json_answer(&answer) };
            let mut response = json_answer(&super::with(answer, said));
            if let Some(scopes) = scopes {
                response.headers_mut().insert("x-oauth-scopes", scopes.parse().unwrap());
            }
            response
        }
        SlackAnswer::RateLimited { retry_after_seconds } => {
            let head = (http::StatusCode::TOO_MANY_REQUESTS, [("retry-after", retry_after_seconds.to_string())]);
            (head.0, head.1, r#"{"ok":false,"error":"ratelimited"}"#).into_response()
        }
        SlackAnswer::Status(status) => http::StatusCode::from_u16(status).unwrap().into_response(),
        SlackAnswer::Error(code) => json_answer(&json!({ "ok": false, "error": code })),
        SlackAnswer::Hang | SlackAnswer::PostedThenHang => std::future::pending().await,
        SlackAnswer::Reset => {
            // A body that fails before its first byte: hyper closes the connection with the head still unsent.
            let torn = io::Error::other("torn");
            Body::from_stream(tokio_stream::once(Err::<Bytes, io::Error>(torn))).into_response()
        }
        SlackAnswer::Truncated => ([("content-type", "application/json")], r#"{"ok":true,"ts":"17"#).into_response(),
    }
}

/// The bytes of a file, kept as a request of `upload` with them in base64.
async fn upload(
    State(shared): State<Arc<Shared>>,
    Path(file): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    assert!(!headers.contains_key("authorization"), "the address is the permission");
    let body = json!({ "file": file, "bytes": STANDARD.encode(&body) });
    let at_ms = shared.clock.now_ms();
    let request = SlackRequest { method: "upload".to_owned(), token: String::new(), at_ms, body, posted: None };
    shared.slack.lock().unwrap().requests.push(request);
    "OK".into_response()
}

fn json_answer(body: &Value) -> Response {
    ([("content-type", "application/json; charset=utf-8")], body.to_string()).into_response()
}
