//! Microsoft as a Teams bot sees it: a login that gives tokens, the Bot Framework's connector, which looks at them and signs
//! what people say ([`BotFramework`] makes such tokens), and Microsoft Graph, which names teams to whom it is permitted. It
//! remembers every request and keeps the messages, so that a reply or an update of something that is not there is refused.
//!
//! Paths and shapes are those of Microsoft's pages; nothing else answers for them here.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use serde_json::{Value, json};
use server::clock::SharedClock;
use server::config::TeamsBotSettings;
use tokio::task::JoinSet;
use url::{Url, form_urlencoded};

use super::bot_framework::BotFramework;
use super::serving::serve;

pub const APP_ID: &str = "dddddddd-3333-4444-8555-666666666666";
pub const APP_SECRET: &str = "app+secret&of=the bot";
const SCOPE: &str = "https://api.botframework.com/.default";
const GRAPH_SCOPE: &str = "https://graph.microsoft.com/.default";
const HOUR_SECONDS: i64 = 3600;
/// How long the login takes to answer: two who ask at a time would meet.
const LOGIN_TAKES: Duration = Duration::from_millis(30);

/// What the connector does with a request whose token is good.
#[derive(Debug, Clone)]
pub enum TeamsAnswer {
    /// This status and code of an error.
    Error(u16, &'static str),
    /// 429 with this `Retry-After`.
    RateLimited { retry_after_seconds: u32 },
    /// As if the token were none, whatever it is.
    Unauthorized,
}

/// One request to the connector as it arrived.
#[derive(Debug, Clone)]
pub struct TeamsRequest {
    pub method: Method,
    /// The path after the service URL, its segments decoded.
    pub path: Vec<String>,
    pub token: String,
    /// By the test's clock.
    pub at_ms: i64,
    pub body: Value,
    pub status: u16,
}

#[derive(Default)]
struct Teams {
    requests: Vec<TeamsRequest>,
    script: VecDeque<TeamsAnswer>,
    /// For requests of one method.
    scripts: HashMap<Method, VecDeque<TeamsAnswer>>,
    always: Option<TeamsAnswer>,
    /// The tokens that are good, and until when.
    tokens: HashMap<String, i64>,
    given: usize,
    /// The tenants of which tokens were asked, in order.
    logins: Vec<String>,
    login_refuses: Option<(u16, Value)>,
    /// Conversations and their messages.
    messages: BTreeMap<String, BTreeMap<String, Value>>,
    named: u64,
    /// Of teams, by Teams' own names for them.
    details: HashMap<String, Value>,
    /// The tokens that are good for Graph, and whose they are.
    graph_tokens: HashMap<String, String>,
    /// What teams are called; `None`: the app has no permission to know.
    names: Option<HashMap<String, String>>,
    /// Requests to Graph: their path and query.
    named_requests: Vec<String>,
}

struct Shared {
    clock: SharedClock,
    teams: Mutex<Teams>,
}

pub struct FakeTeams {
    address: SocketAddr,
    shared: Arc<Shared>,
    pub framework: BotFramework,
    _serving: JoinSet<()>,
}

impl FakeTeams {
    pub async fn start(clock: SharedClock) -> Self {
        let shared = Arc::new(Shared { clock, teams: Mutex::default() });
        let routes = Router::new()
            .route("/login/{tenant}/oauth2/v2.0/token", post(login))
            .route("/teams/{*path}", any(connector))
            .route("/graph/v1.0/teams/{team_id}", get(graph))
            .with_state(shared.clone());
        let framework = BotFramework::new(shared.clock.clone());
        let (address, serving) = serve(routes.merge(framework.routes())).await;
        Self { address, shared, framework, _serving: serving }
    }

    pub fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    /// For `microsoft_teams.bot`.
    pub fn bot(&self) -> TeamsBotSettings {
        TeamsBotSettings {
            app_id: APP_ID.parse().unwrap(),
            app_password: Some(APP_SECRET.into()),
            app_password_file: None,
            tenant_id: None,
            service_url: Some(self.url("/teams/")),
            login_url: Some(self.url("/login/")),
            graph_url: Some(self.url("/graph/")),
            openid_url: Some(self.url("/openid")),
            token_issuer: None,
        }
    }

    /// The next requests with a good token are answered so, one after the other.
    pub fn next(&self, answers: impl IntoIterator<Item = TeamsAnswer>) {
        self.teams().script.extend(answers);
    }

    /// The next requests of a method with a good token are answered so, one after the other.
    pub fn next_to(&self, method: Method, answers: impl IntoIterator<Item = TeamsAnswer>) {
        self.teams().scripts.entry(method).or_default().extend(answers);
    }

    /// Somebody spoke in this conversation: it is there, to be answered in.
    pub fn conversation(&self, conversation_id: &str) {
        self.teams().messages.entry(conversation_id.to_owned()).or_default();
    }

    /// The connector tells this of a team by Teams' own name for it.
    pub fn team(&self, thread_id: &str, details: Value) {
        self.teams().details.insert(thread_id.to_owned(), details);
    }

    /// Graph may be asked what teams are called, and knows these.
    pub fn names(&self, names: &[(&str, &str)]) {
        let owned = names.iter().map(|(id, name)| ((*id).to_owned(), (*name).to_owned()));
        self.teams().names = Some(owned.collect());
    }

    /// Requests to Graph with a good token: their path and query.
    pub fn named_requests(&self) -> Vec<String> {
        self.teams().named_requests.clone()
    }

    /// Every request with a good token is answered so; `None`: as without a word.
    pub fn always(&self, answer: Option<TeamsAnswer>) {
        self.teams().always = answer;
    }

    /// The login refuses from now on, with this status, word and number; `None`: it gives tokens.
    pub fn login_refuses(&self, refusal: Option<(u16, &str, u32)>) {
        self.teams().login_refuses = refusal.map(|(status, error, number)| {
            let description = format!("AADSTS{number}: Refused.\r\nTrace ID: 1");
            (status, json!({ "error": error, "error_description": description, "error_codes": [number] }))
        });
    }

    /// No token that was given is good any more.
    pub fn revoke_tokens(&self) {
        self.teams().tokens.clear();
    }

    /// The tenants of which tokens were asked, in order.
    pub fn logins(&self) -> Vec<String> {
        self.teams().logins.clone()
    }

    /// All requests to the connector, taken or not, in the order of their arrival.
    pub fn requests(&self) -> Vec<TeamsRequest> {
        self.teams().requests.clone()
    }

    /// The message that stands under both names.
    pub fn message(&self, conversation_id: &str, activity_id: &str) -> Option<Value> {
        self.teams().messages.get(conversation_id)?.get(activity_id).cloned()
    }

    /// All messages, thread by thread in the order of their beginning.
    pub fn messages(&self) -> Vec<Value> {
        self.teams().messages.values().flat_map(BTreeMap::values).cloned().collect()
    }

    fn teams(&self) -> MutexGuard<'_, Teams> {
        self.shared.teams.lock().unwrap()
    }
}

async fn login(State(shared): State<Arc<Shared>>, Path(tenant): Path<String>, body: Bytes) -> Response {
    let form: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    {
        let mut teams = shared.teams.lock().unwrap();
        teams.logins.push(tenant.clone());
    }
    tokio::time::sleep(LOGIN_TAKES).await;
    let mut teams = shared.teams.lock().unwrap();
    if let Some((status, refusal)) = &teams.login_refuses {
        return answer(*status, refusal);
    }
    let is_for_graph = form.get("scope").is_some_and(|scope| scope == GRAPH_SCOPE);
    let scope = if is_for_graph { GRAPH_SCOPE } else { SCOPE };
    let expected =
        [("grant_type", "client_credentials"), ("client_id", APP_ID), ("client_secret", APP_SECRET), ("scope", scope)];
    if expected.iter().any(|(name, value)| form.get(*name).map(String::as_str) != Some(value)) {
        return answer(401, &json!({ "error": "invalid_client", "error_codes": [7_000_215] }));
    }
    teams.given += 1;
    let token = format!("token-{}", teams.given);
    if is_for_graph {
        teams.graph_tokens.insert(token.clone(), tenant);
    } else {
        teams.tokens.insert(token.clone(), shared.clock.now_ms() + HOUR_SECONDS * 1000);
    }
    answer(200, &json!({ "token_type": "Bearer", "expires_in": HOUR_SECONDS, "access_token": token }))
}

/// Source: <https://learn.microsoft.com/graph/api/team-get>.
async fn graph(
    State(shared): State<Arc<Shared>>,
    Path(team_id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let error = |status, code: &str| answer(status, &json!({ "error": { "code": code, "message": "As it says." } }));
    let mut teams = shared.teams.lock().unwrap();
    let token = headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    // A token of another tenant knows none of this one's teams.
    let is_good = token.and_then(|token| teams.graph_tokens.get(token)).is_some_and(|tenant| tenant == super::TENANT);
    if !is_good {
        return error(401, "InvalidAuthenticationToken");
    }
    teams.named_requests.push(uri.to_string());
    let Some(names) = &teams.names else { return error(403, "Forbidden") };
    match names.get(&team_id) {
        Some(name) => answer(200, &json!({ "displayName": name })),
        None => error(404, "NotFound"),
    }
}

async fn connector(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let decoded = |segment: &str| form_urlencoded::parse(segment.as_bytes()).next().map(|pair| pair.0.into_owned());
    let path: Vec<String> = uri.path().trim_start_matches("/teams/").split('/').filter_map(decoded).collect();
    let token = headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let token = token.unwrap_or_default().to_owned();
    let body: Value = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
    let now_ms = shared.clock.now_ms();
    let mut teams = shared.teams.lock().unwrap();
    let is_good = teams.tokens.get(&token).is_some_and(|until_ms| *until_ms > now_ms);
    let told = if is_good { teams.told(&method) } else { None };
    let response = match told {
        _ if !is_good => answer(401, &json!({ "message": "Authorization has been denied for this request." })),
        Some(TeamsAnswer::Unauthorized) => answer(401, &json!({})),
        Some(TeamsAnswer::Error(status, code)) => {
            answer(status, &json!({ "error": { "code": code, "message": "As it says." } }))
        }
        Some(TeamsAnswer::RateLimited { retry_after_seconds }) => {
            let head = [("retry-after", retry_after_seconds.to_string())];
            (StatusCode::TOO_MANY_REQUESTS, head, r#"{"error":{"code":"Throttled"}}"#).into_response()
        }
        None => teams.take(&method, &path, &body),
    };
    let status = response.status().as_u16();
    teams.requests.push(TeamsRequest { method, path, token, at_ms: now_ms, body, status });
    response
}

impl Teams {
    fn told(&mut self, method: &Method) -> Option<TeamsAnswer> {
        let of_method = self.scripts.get_mut(method).and_then(VecDeque::pop_front);
        of_method.or_else(|| self.script.pop_front()).or_else(|| self.always.clone())
    }

    fn take(&mut self, method: &Method, path: &[String], body: &Value) -> Response {
        let gone = |code: &str| answer(404, &json!({ "error": { "code": code, "message": "Not found." } }));
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match (method, path.as_slice()) {
            (&Method::POST, ["v3", "conversations"]) if body["isGroup"] == false => {
                let Some(person) = body["members"][0]["id"].as_str().filter(|id| id.starts_with("29:")) else {
                    return answer(400, &json!({ "error": { "code": "BadSyntax", "message": "Bad members" } }));
                };
                let conversation_id = format!("a:{person}");
                self.messages.entry(conversation_id.clone()).or_default();
                answer(201, &json!({ "id": conversation_id }))
            }
            (&Method::GET, ["v3", "teams", thread_id]) => match self.details.get(*thread_id) {
                Some(details) => answer(200, details),
                None => gone("TeamNotFound"),
            },
            (&Method::POST, ["v3", "conversations"]) => {
                let Some(channel_id) = body["channelData"]["channel"]["id"].as_str().filter(|id| !id.contains('%'))
                else {
                    return answer(400, &json!({ "error": { "code": "BadSyntax", "message": "Bad channel" } }));
                };
                let activity_id = self.name();
                let conversation_id = format!("{channel_id};messageid={activity_id}");
                let messages = BTreeMap::from([(activity_id.clone(), body["activity"].clone())]);
                self.messages.insert(conversation_id.clone(), messages);
                answer(201, &json!({ "id": conversation_id, "activityId": activity_id }))
            }
            (&Method::POST, ["v3", "conversations", conversation_id, "activities"]) => {
                let activity_id = self.name();
                let Some(messages) = self.messages.get_mut(*conversation_id) else {
                    return gone("ConversationNotFound");
                };
                messages.insert(activity_id.clone(), body.clone());
                answer(201, &json!({ "id": activity_id }))
            }
            (&Method::PUT, ["v3", "conversations", conversation_id, "activities", activity_id]) => {
                let message = self.messages.get_mut(*conversation_id).and_then(|all| all.get_mut(*activity_id));
                let Some(message) = message else { return gone("ActivityNotFoundInConversation") };
                *message = body.clone();
                answer(200, &json!({ "id": activity_id }))
            }
            (&Method::GET, ["v3", "conversations", _, "pagedmembers"]) => answer(200, &json!({ "members": [] })),
            _ => gone("NotFound"),
        }
    }

    fn name(&mut self) -> String {
        self.named += 1;
        (1_700_000_000_000 + self.named).to_string()
    }
}

fn answer(status: u16, body: &Value) -> Response {
    let head = [("content-type", "application/json; charset=utf-8")];
    (StatusCode::from_u16(status).unwrap(), head, body.to_string()).into_response()
}
