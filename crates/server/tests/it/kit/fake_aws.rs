//! AWS as Bellhop sees it: any service at one address. It verifies every signature with `iam::sigv4`, lends roles as AWS STS
//! does, and answers all else as the test says, which knows the operation's protocol.
//!
//! For [`connect`](server::outbound::aws::connect) and for servers of this process: `settings.aws = aws.environment()`.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use aws_credential_types::Credentials;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http::{HeaderMap, Method, StatusCode, Uri};
use iam::sigv4::{self, Policy, RequestHead, SigningKeys, SigningSecret};
use serde_json::Value;
use server::clock::SharedClock;
use server::config::AwsEnvironment;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use tokio::task::JoinSet;

use super::serving::serve;

/// The server's own key.
pub const OWN_KEY: &str = "AKIABELLHOP";
const OWN_SECRET: &str = "the-servers-own-secret";
const SESSION: Duration = Duration::from_hours(1);

/// How a call is answered.
#[derive(Debug, Clone)]
pub enum AwsAnswer {
    /// 200 with this body.
    Body(String),
    /// The same with these headers.
    With(u16, Vec<(&'static str, String)>, String),
    /// As the JSON protocols say no.
    Refused(u16, &'static str),
    /// Read, and never answered: the connection ends.
    Break,
    /// A good head, and a body that ends too soon.
    CutOff,
    /// No answer as long as the test runs.
    Hang,
    /// 200 and so many bytes.
    Large(usize),
}

/// A call as it arrived, its signature good.
#[derive(Debug, Clone)]
pub struct AwsRequest {
    /// Of the scope that was signed: `lambda`.
    pub service: String,
    pub region: String,
    /// As the JSON and query protocols name it, else `GET /path`.
    pub operation: String,
    pub access_key_id: String,
    pub headers: HeaderMap,
    pub uri: Uri,
    pub body: String,
}

impl AwsRequest {
    /// Of the query protocol.
    pub fn form(&self) -> BTreeMap<String, String> {
        url::form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

#[derive(Default)]
struct Aws {
    /// Secrets and tokens by key.
    keys: HashMap<String, (String, Option<String>)>,
    roles_lent: u32,
    /// By operation; the last stays.
    answers: HashMap<String, VecDeque<AwsAnswer>>,
    /// By operation, where a test says nothing else.
    usually: HashMap<String, AwsAnswer>,
    requests: Vec<AwsRequest>,
    /// What was wrong with requests: their senders were answered 403.
    badly_signed: Vec<String>,
    ahead_ms: i64,
}

#[derive(Clone)]
struct Shared {
    clock: SharedClock,
    aws: Arc<Mutex<Aws>>,
}

pub struct FakeAws {
    address: SocketAddr,
    shared: Shared,
    _serving: JoinSet<()>,
}

impl FakeAws {
    pub async fn start(clock: SharedClock) -> Self {
        let keys = HashMap::from([(OWN_KEY.to_owned(), (OWN_SECRET.to_owned(), None))]);
        let shared = Shared { clock, aws: Arc::new(Mutex::new(Aws { keys, ..Aws::default() })) };
        let (address, serving) = serve(Router::new().fallback(answer).with_state(shared.clone())).await;
        Self { address, shared, _serving: serving }
    }

    /// All services are here, and the server's own key is [`OWN_KEY`].
    pub fn environment(&self) -> AwsEnvironment {
        AwsEnvironment {
            region: Some("us-east-1".to_owned()),
            endpoint_url: Some(format!("http://{}", self.address)),
            credentials: Some(Credentials::from_keys(OWN_KEY, OWN_SECRET, None)),
            ..AwsEnvironment::default()
        }
    }

    /// The next calls of an operation are answered so, one after the other; from then on like the last.
    pub fn answers(&self, operation: &str, answers: impl IntoIterator<Item = AwsAnswer>) {
        self.aws().answers.entry(operation.to_owned()).or_default().extend(answers);
    }

    /// Calls of an operation are answered so unless a test says otherwise.
    pub fn usually_answers(&self, operation: &str, answer: AwsAnswer) {
        self.aws().usually.insert(operation.to_owned(), answer);
    }

    /// Its clock goes wrong by so much.
    pub fn is_ahead(&self, milliseconds: i64) {
        self.aws().ahead_ms = milliseconds;
    }

    /// In the order in which they came.
    pub fn requests(&self) -> Vec<AwsRequest> {
        self.aws().requests.clone()
    }

    pub fn of(&self, operation: &str) -> Vec<AwsRequest> {
        self.requests().into_iter().filter(|request| request.operation == operation).collect()
    }

    pub fn badly_signed(&self) -> Vec<String> {
        self.aws().badly_signed.clone()
    }

    fn aws(&self) -> MutexGuard<'_, Aws> {
        self.shared.aws.lock().unwrap()
    }
}

/// Every answer has the date of the clock, as AWS's have theirs: without it, the machine's would stand there.
async fn answer(State(shared): State<Shared>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let now_ms = shared.clock.now_ms() + shared.aws.lock().unwrap().ahead_ms;
    let now = OffsetDateTime::from_unix_timestamp(now_ms / 1000).unwrap();
    let date = now.format(&Rfc2822).unwrap().replace("+0000", "GMT");
    let mut response = shared.answer((&method, &uri, &headers, &body), now_ms).await;
    response.headers_mut().insert("date", date.parse().unwrap());
    response
}

impl Shared {
    async fn answer(&self, sent: (&Method, &Uri, &HeaderMap, &Bytes), now_ms: i64) -> Response {
        let request = match self.verified(sent, now_ms) {
            Ok(request) => request,
            Err(why) => {
                self.aws.lock().unwrap().badly_signed.push(why);
                let said = r#"{"__type":"SignatureDoesNotMatch","message":"as AWS would"}"#;
                return (StatusCode::FORBIDDEN, said).into_response();
            }
        };
        let operation = request.operation.clone();
        let answer = {
            let mut aws = self.aws.lock().unwrap();
            aws.requests.push(request.clone());
            let answers = aws.answers.get_mut(&operation);
            let told = answers
                .and_then(|answers| if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() });
            told.or_else(|| aws.usually.get(&operation).cloned())
        };
        let Some(answer) = answer else { return self.of_itself(&request) };
        match answer {
            AwsAnswer::Body(body) => body.into_response(),
            AwsAnswer::With(status, with, body) => {
                let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
                for (name, value) in with {
                    response.headers_mut().insert(name, value.parse().unwrap());
                }
                response
            }
            AwsAnswer::Refused(status, code) => {
                let said = format!(r#"{{"__type":"{code}","message":"as the test says"}}"#);
                (StatusCode::from_u16(status).unwrap(), said).into_response()
            }
            // Ends the task of the connection, without a word to the panic hook.
            AwsAnswer::Break => std::panic::resume_unwind(Box::new("broken by the test")),
            AwsAnswer::CutOff => {
                let half = stream::iter([Ok("{\"half\":"), Err(std::io::Error::other("cut off by the test"))]);
                Body::from_stream(half).into_response()
            }
            AwsAnswer::Hang => std::future::pending().await,
            AwsAnswer::Large(bytes) => "x".repeat(bytes).into_response(),
        }
    }

    fn verified(
        &self,
        (method, uri, headers, body): (&Method, &Uri, &HeaderMap, &Bytes),
        now_ms: i64,
    ) -> Result<AwsRequest, String> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let authorization = header("authorization").ok_or("nobody signed")?;
        let scope = authorization.split("Credential=").nth(1).and_then(|rest| rest.split(',').next());
        let scope: Vec<&str> = scope.ok_or("no scope")?.split('/').collect();
        let [access_key_id, _, region, service, _] = scope[..] else { return Err(format!("{scope:?}")) };
        // A policy names a service for good; tests have few.
        let policy = Policy { service: service.to_owned().leak() };
        let presented =
            sigv4::parse(RequestHead { method, uri, headers }, policy).map_err(|error| error.to_string())?;
        let (secret, token) = {
            let aws = self.aws.lock().unwrap();
            aws.keys.get(access_key_id).cloned().ok_or_else(|| format!("nobody has `{access_key_id}`"))?
        };
        let keys = SigningKeys::new(&secret);
        let now = OffsetDateTime::from_unix_timestamp(now_ms / 1000).unwrap();
        let secret = SigningSecret { keys: &keys, session_token: token.as_deref() };
        presented.verify(secret, body, now).map_err(|error| error.to_string())?;
        let body = String::from_utf8_lossy(body).into_owned();
        let action = || url::form_urlencoded::parse(body.as_bytes()).find(|(name, _)| name == "Action");
        let operation = match header("x-amz-target") {
            Some(target) => target.rsplit('.').next().unwrap_or_default().to_owned(),
            None => action().map_or_else(|| format!("{method} {}", uri.path()), |(_, action)| action.into_owned()),
        };
        Ok(AwsRequest {
            service: service.to_owned(),
            region: region.to_owned(),
            operation,
            access_key_id: access_key_id.to_owned(),
            headers: headers.clone(),
            uri: uri.clone(),
            body,
        })
    }

    /// As AWS STS lends roles and names callers; nothing else is known here.
    fn of_itself(&self, request: &AwsRequest) -> Response {
        let text = |body: String| ([("content-type", "text/xml")], body).into_response();
        match (request.service.as_str(), request.operation.as_str()) {
            ("sts", "AssumeRole") => text(self.lend(&request.form())),
            ("sts", "GetCallerIdentity") => text(format!(
                "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
                 <Arn>arn:aws:sts::123456789012:key/{}</Arn><UserId>AROA:x</UserId><Account>123456789012</Account>\
                 </GetCallerIdentityResult></GetCallerIdentityResponse>",
                request.access_key_id
            )),
            _ => (StatusCode::BAD_REQUEST, r#"{"__type":"UnknownOperationException","message":"not here"}"#)
                .into_response(),
        }
    }

    fn lend(&self, asked: &BTreeMap<String, String>) -> String {
        let expires_at = OffsetDateTime::from_unix_timestamp(self.clock.now_ms() / 1000).unwrap() + SESSION;
        let mut aws = self.aws.lock().unwrap();
        aws.roles_lent += 1;
        let (number, role, session) = (aws.roles_lent, &asked["RoleArn"], &asked["RoleSessionName"]);
        let (id, secret, token) = (format!("ASIAROLE{number}"), format!("secret-{number}"), format!("token-{number}"));
        let arn = role.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/");
        let until = expires_at.format(&time::format_description::well_known::Rfc3339).unwrap();
        aws.keys.insert(id.clone(), (secret.clone(), Some(token.clone())));
        format!(
            "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
             <AssumedRoleUser><AssumedRoleId>AROA:{session}</AssumedRoleId><Arn>{arn}/{session}</Arn></AssumedRoleUser>\
             <Credentials><AccessKeyId>{id}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>\
             <SessionToken>{token}</SessionToken><Expiration>{until}</Expiration></Credentials>\
             </AssumeRoleResult></AssumeRoleResponse>"
        )
    }
}
