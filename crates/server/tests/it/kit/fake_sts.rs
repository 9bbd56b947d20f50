//! AWS STS as Bellhop sees it: `GetCallerIdentity`, which checks signatures. And the one who signs, as `bellhop login` does.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::serving::serve;

const BODY: &str = "Action=GetCallerIdentity&Version=2011-06-15";
const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";
const REGION: &str = "eu-central-1";
/// Of everybody who signs here.
const KEY: (&str, &str) = ("AKIAREALAWS", "real-secret-of-aws");

/// What STS answers to a good signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StsAnswer {
    /// This ARN signed; the account is the ARN's.
    Arn(String),
    Status(u16),
    /// 200 and this.
    Text(String),
    RedirectTo(String),
}

struct Sts {
    answer: StsAnswer,
    requests: Vec<BTreeMap<String, String>>,
    nonces: usize,
}

#[derive(Clone)]
struct Shared {
    sts: Arc<Mutex<Sts>>,
    /// How many are waiting for the gate to open, and whether it is.
    waiting: watch::Sender<usize>,
    open: watch::Sender<bool>,
}

pub struct FakeSts {
    address: SocketAddr,
    shared: Shared,
    _serving: JoinSet<()>,
}

impl FakeSts {
    /// One where the caller is this ARN.
    pub async fn start(arn: &str) -> Self {
        let sts = Sts { answer: StsAnswer::Arn(arn.to_owned()), requests: Vec::new(), nonces: 0 };
        let shared =
            Shared { sts: Arc::new(Mutex::new(sts)), waiting: watch::Sender::new(0), open: watch::Sender::new(true) };
        // The path is the test's to see: nothing here is 404.
        let routes = Router::new().fallback(answer).with_state(shared.clone());
        let (address, serving) = serve(routes).await;
        Self { address, shared, _serving: serving }
    }

    /// For `sign_in.sts_hosts`.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    pub fn answers(&self, answer: StsAnswer) {
        self.sts().answer = answer;
    }

    /// The headers of every request.
    pub fn requests(&self) -> Vec<BTreeMap<String, String>> {
        self.sts().requests.clone()
    }

    /// Lets requests wait until [`open`](Self::open).
    pub fn close(&self) {
        self.shared.open.send_replace(false);
    }

    pub fn open(&self) {
        self.shared.open.send_replace(true);
    }

    pub fn waiting(&self) -> usize {
        *self.shared.waiting.borrow()
    }

    /// What `POST /sign-in` is given: signed for a server, with the right secret.
    pub fn signed(&self, server_name: &str, at_ms: i64) -> Value {
        self.signed_with(&[("x-bellhop-server", server_name), ("x-bellhop-nonce", &self.nonce())], KEY.1, at_ms)
    }

    pub fn signed_with_wrong_secret(&self, server_name: &str, at_ms: i64) -> Value {
        self.signed_with(&[("x-bellhop-server", server_name)], "wrong", at_ms)
    }

    /// Signed without a server's name.
    pub fn signed_for_nobody(&self, at_ms: i64) -> Value {
        self.signed_with(&[], KEY.1, at_ms)
    }

    fn signed_with(&self, more: &[(&'static str, &str)], secret: &str, at_ms: i64) -> Value {
        let host = self.host();
        let mut headers: BTreeMap<String, String> = signature(&host, more, secret, at_ms);
        headers.insert("content-type".to_owned(), FORM.to_owned());
        headers.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        json!({ "method": "POST", "url": format!("http://{host}/"), "headers": headers, "body": BODY })
    }

    /// As `bellhop login` does, so that two requests of one moment are two.
    fn nonce(&self) -> String {
        let mut sts = self.sts();
        sts.nonces += 1;
        format!("NONCE{}", sts.nonces)
    }

    fn sts(&self) -> MutexGuard<'_, Sts> {
        self.shared.sts.lock().unwrap()
    }
}

fn signature(host: &str, more: &[(&'static str, &str)], secret: &str, at_ms: i64) -> BTreeMap<String, String> {
    let identity = Credentials::new(KEY.0, secret, None, None, "test").into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(REGION)
        .name("sts")
        .time(UNIX_EPOCH + Duration::from_millis(at_ms.try_into().unwrap()))
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    let headers = [("content-type", FORM), ("host", host)].into_iter().chain(more.iter().copied());
    let url = format!("http://{host}/");
    let request = SignableRequest::new("POST", &url, headers, SignableBody::Bytes(BODY.as_bytes())).unwrap();
    let instructions = sign(request, &parameters).unwrap().into_parts().0;
    instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

async fn answer(State(shared): State<Shared>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let seen = headers.keys().map(|name| (name.to_string(), text(name.as_str()).unwrap())).collect();
    shared.sts.lock().unwrap().requests.push(seen);
    shared.waiting.send_modify(|waiting| *waiting += 1);
    let mut open = shared.open.subscribe();
    open.wait_for(|open| *open).await.unwrap();
    shared.waiting.send_modify(|waiting| *waiting -= 1);

    assert_eq!((method, uri.path(), uri.query(), &body[..]), (Method::POST, "/", None, BODY.as_bytes()));
    let date = text("x-amz-date").unwrap();
    let format = time::macros::format_description!("[year][month][day]T[hour][minute][second]Z");
    let at = time::PrimitiveDateTime::parse(&date, format).unwrap().assume_utc();
    let own = ["x-bellhop-server", "x-bellhop-nonce"].map(|name| (name, text(name).unwrap_or_default()));
    let own: Vec<_> = own.iter().map(|(name, value)| (*name, value.as_str())).filter(|own| !own.1.is_empty()).collect();
    let expected = signature(&text("host").unwrap(), &own, KEY.1, at.unix_timestamp() * 1000);
    if text("authorization") != Some(expected["authorization"].clone()) {
        let error = "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>";
        return (StatusCode::FORBIDDEN, error).into_response();
    }
    let answer = shared.sts.lock().unwrap().answer.clone();
    match answer {
        StsAnswer::Arn(arn) => identity(&arn).into_response(),
        StsAnswer::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        StsAnswer::Text(text) => text.into_response(),
        StsAnswer::RedirectTo(url) => (StatusCode::TEMPORARY_REDIRECT, [("location", url)]).into_response(),
    }
}

/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
fn identity(arn: &str) -> String {
    let account = arn.split(':').nth(4).unwrap();
    format!(
        r#"<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
        <Arn>{arn}</Arn><UserId>AIDAEXAMPLE</UserId><Account>{account}</Account>
        </GetCallerIdentityResult></GetCallerIdentityResponse>"#
    )
}
