//! Amazon SNS as Bellhop sees it: a signer of messages, the host of its certificate and of `SubscribeURL`, and the three
//! calls of its API that Bellhop makes.
//!
//! The API is for servers started as a process (`BellhopProcess`): AWS's SDK learns of another endpoint from the
//! environment only, and a process of many tests has but one.

mod envelope;
mod signer;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::StatusCode;
use server::clock::SharedClock;
use tokio::task::JoinSet;

pub use envelope::{SnsEnvelope, SnsPost};
use signer::Signer;

use super::serving::serve;

const CERTIFICATE_PATH: &str = "/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem";
pub const SUBSCRIPTION_ID: &str = "0a1b2c3d-0000-4000-8000-000000000000";

/// What `SigningCertURL` answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Served {
    /// The certificate of the key that signs now.
    Current,
    /// The same key's certificate, from a year ago.
    Expired,
    /// A certificate of an elliptic curve.
    Elliptic,
    /// An error of the host.
    Status(u16),
}

/// What `SubscribeURL` answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visited {
    Confirmed,
    Status(u16),
    RedirectTo(String),
}

struct Sns {
    signer: &'static Signer,
    served: Served,
    visited: Visited,
    certificate_fetches: usize,
    visits: Vec<BTreeMap<String, String>>,
    calls: Vec<BTreeMap<String, String>>,
    messages: u64,
}

pub struct FakeSns {
    address: SocketAddr,
    clock: SharedClock,
    sns: Arc<Mutex<Sns>>,
    serving: Mutex<JoinSet<()>>,
}

impl FakeSns {
    pub async fn start(clock: SharedClock) -> Self {
        let sns = Arc::new(Mutex::new(Sns {
            signer: Signer::first(),
            served: Served::Current,
            visited: Visited::Confirmed,
            certificate_fetches: 0,
            visits: Vec::new(),
            calls: Vec::new(),
            messages: 0,
        }));
        let routes = Router::new()
            .route(CERTIFICATE_PATH, get(certificate))
            .route("/", get(visit).post(call))
            .with_state(sns.clone());
        let (address, serving) = serve(routes).await;
        Self { address, clock, sns, serving: Mutex::new(serving) }
    }

    /// For `sns.trusted_certificate_hosts` and `AWS_ENDPOINT_URL_SNS`.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// A notification that can still be changed; its `MessageId` is new.
    pub fn notification(&self, topic_arn: &str, message: &str) -> SnsEnvelope {
        self.envelope("Notification", topic_arn, message)
    }

    /// A `SubscriptionConfirmation` or `UnsubscribeConfirmation` whose `SubscribeURL` is this host's.
    pub fn confirmation(&self, kind: &str, topic_arn: &str) -> SnsEnvelope {
        let url = format!("http://{}/?Action=ConfirmSubscription&TopicArn={topic_arn}&Token=t0ken", self.address);
        let envelope = self.envelope(kind, topic_arn, "You have chosen to subscribe to the topic.");
        envelope.with("Token", "t0ken").with("SubscribeURL", &url)
    }

    fn envelope(&self, kind: &str, topic_arn: &str, message: &str) -> SnsEnvelope {
        let mut sns = self.sns();
        sns.messages += 1;
        let certificate = format!("http://{}{CERTIFICATE_PATH}", self.address);
        SnsEnvelope::new(sns.signer, self.clock.now_ms())
            .with("Type", kind)
            .with("MessageId", &format!("00000000-0000-4000-8000-{:012}", sns.messages))
            .with("TopicArn", topic_arn)
            .with("Message", message)
            .with("SigningCertURL", &certificate)
    }

    /// Signs with another key from now on, and serves its certificate under the same URL.
    pub fn rotate_key(&self) {
        self.sns().signer = Signer::second();
    }

    pub fn serve(&self, served: Served) {
        self.sns().served = served;
    }

    pub fn on_visit(&self, visited: Visited) {
        self.sns().visited = visited;
    }

    /// The host is down: nobody listens any more.
    pub async fn go_away(&self) {
        let mut serving = std::mem::take(&mut *self.serving.lock().unwrap());
        serving.shutdown().await;
    }

    pub fn certificate_fetches(&self) -> usize {
        self.sns().certificate_fetches
    }

    /// The query of every visit to `SubscribeURL`.
    pub fn visits(&self) -> Vec<BTreeMap<String, String>> {
        self.sns().visits.clone()
    }

    /// The parameters of every call of the API.
    pub fn calls(&self, action: &str) -> Vec<BTreeMap<String, String>> {
        let sns = self.sns();
        sns.calls.iter().filter(|call| call["Action"] == action).cloned().collect()
    }

    fn sns(&self) -> MutexGuard<'_, Sns> {
        self.sns.lock().unwrap()
    }
}

type Shared = State<Arc<Mutex<Sns>>>;

async fn certificate(State(sns): Shared) -> Response {
    let mut sns = sns.lock().unwrap();
    sns.certificate_fetches += 1;
    match sns.served {
        Served::Current => sns.signer.certificate_pem.clone().into_response(),
        Served::Expired => sns.signer.expired_certificate_pem().into_response(),
        Served::Elliptic => signer::elliptic_certificate_pem().into_response(),
        Served::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
    }
}

async fn visit(State(sns): Shared, Query(query): Query<BTreeMap<String, String>>) -> Response {
    let mut sns = sns.lock().unwrap();
    let topic_arn = query.get("TopicArn").cloned().unwrap_or_default();
    sns.visits.push(query);
    match &sns.visited {
        Visited::Confirmed => answer_xml("ConfirmSubscription", &topic_arn),
        Visited::Status(status) => StatusCode::from_u16(*status).unwrap().into_response(),
        Visited::RedirectTo(url) => Redirect::temporary(url).into_response(),
    }
}

/// The query protocol: <https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html>.
async fn call(State(sns): Shared, body: Bytes) -> Response {
    let parameters: BTreeMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
    let mut sns = sns.lock().unwrap();
    let (action, topic_arn) = (parameters["Action"].clone(), parameters.get("TopicArn").cloned());
    sns.calls.push(parameters);
    answer_xml(&action, &topic_arn.unwrap_or_default())
}

fn answer_xml(action: &str, topic_arn: &str) -> Response {
    let arn = match action {
        "ConfirmSubscription" => format!("<SubscriptionArn>{topic_arn}:{SUBSCRIPTION_ID}</SubscriptionArn>"),
        "Subscribe" => "<SubscriptionArn>pending confirmation</SubscriptionArn>".to_owned(),
        _ => String::new(),
    };
    let xml = format!(
        r#"<{action}Response xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><{action}Result>{arn}</{action}Result>
        <ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></{action}Response>"#
    );
    ([("content-type", "text/xml")], xml).into_response()
}
