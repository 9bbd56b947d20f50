//! Amazon CloudWatch as one who reads metrics sees it, and AWS STS who lends the role: `AssumeRole`, `GetMetricWidgetImage`,
//! `GetMetricData`. For servers started as a process, by the environment alone.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::serving::serve;

/// A picture of one pixel, which is blue.
pub const PIXEL: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90\x77\x53\xde\
    \0\0\0\x0cIDAT\x78\x9c\x63\xe0\x2c\xba\x0c\0\x01\xd6\x01\x4f\x28\xcf\xa8\x25\0\0\0\0IEND\xae\x42\x60\x82";
const OF_CLOUDWATCH: &str = "GraniteServiceVersion20100801.";
/// Whose key signs what the role asks for.
const ROLE_KEY: &str = "ASIAROLE";

/// What CloudWatch does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricsAnswer {
    /// Draws and gives numbers.
    Whole,
    /// An emulator that cannot draw.
    NumbersAlone,
    /// The role may not.
    Denied,
    /// No answer as long as the test runs.
    Hang,
}

struct Metrics {
    answer: MetricsAnswer,
    /// Name, region of the signature, and what was asked.
    requests: Vec<(String, String, Value)>,
    /// Seconds since 1970 and value.
    points: Vec<(i64, f64)>,
}

type Shared = Arc<Mutex<Metrics>>;

pub struct FakeMetrics {
    address: SocketAddr,
    shared: Shared,
    _serving: JoinSet<()>,
}

impl FakeMetrics {
    pub async fn start(answer: MetricsAnswer) -> Self {
        let shared = Arc::new(Mutex::new(Metrics { answer, requests: Vec::new(), points: Vec::new() }));
        let routes = Router::new().fallback(respond).with_state(shared.clone());
        let (address, serving) = serve(routes).await;
        Self { address, shared, _serving: serving }
    }

    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let url = format!("http://{}", self.address);
        vec![
            ("AWS_ENDPOINT_URL_CLOUDWATCH", url.clone()),
            ("AWS_ENDPOINT_URL_STS", url),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_MAX_ATTEMPTS", "1".to_owned()),
        ]
    }

    /// The numbers of every metric.
    pub fn has(&self, points: &[(i64, f64)]) {
        self.metrics().points = points.to_vec();
    }

    /// `AssumeRole`, `GetMetricData`, …, in order.
    pub fn operations(&self) -> Vec<String> {
        self.metrics().requests.iter().map(|(operation, _, _)| operation.clone()).collect()
    }

    /// Region and arguments of the first request of an operation.
    pub fn request(&self, operation: &str) -> (String, Value) {
        let metrics = self.metrics();
        let found = metrics.requests.iter().find(|(name, _, _)| name == operation);
        let (_, region, arguments) = found.unwrap_or_else(|| panic!("no {operation}: {:#?}", metrics.requests));
        (region.clone(), arguments.clone())
    }

    fn metrics(&self) -> MutexGuard<'_, Metrics> {
        self.shared.lock().unwrap()
    }
}

async fn respond(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let authorization = headers["authorization"].to_str().unwrap();
    // `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, …`
    let credential: Vec<&str> = authorization.split_once("Credential=").unwrap().1.split('/').collect();
    let target = headers.get("x-amz-target").map_or("", |target| target.to_str().unwrap());
    let (operation, arguments) = if let Some(operation) = target.strip_prefix(OF_CLOUDWATCH) {
        assert_eq!(credential[0], ROLE_KEY, "metrics are read as the role, and as nobody else");
        (operation.to_owned(), serde_json::from_slice(&body).unwrap())
    } else {
        assert_eq!(credential[0], "test");
        let form: BTreeMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
        (form["Action"].clone(), serde_json::to_value(form).unwrap())
    };
    let (answer, points) = {
        let mut metrics = shared.lock().unwrap();
        metrics.requests.push((operation.clone(), credential[2].to_owned(), arguments));
        (metrics.answer, metrics.points.clone())
    };
    match (operation.as_str(), answer) {
        ("AssumeRole", _) => ([("content-type", "text/xml")], assumed()).into_response(),
        (_, MetricsAnswer::Hang) => std::future::pending().await,
        ("GetMetricWidgetImage", MetricsAnswer::Whole) => {
            in_json(StatusCode::OK, &json!({ "MetricWidgetImage": STANDARD.encode(PIXEL) }))
        }
        ("GetMetricWidgetImage", MetricsAnswer::NumbersAlone) => {
            in_json(StatusCode::NOT_IMPLEMENTED, &json!({ "__type": "InternalFailure" }))
        }
        ("GetMetricData", MetricsAnswer::Whole | MetricsAnswer::NumbersAlone) => {
            let (at, values): (Vec<i64>, Vec<f64>) = points.into_iter().unzip();
            let result = json!({
                "Id": "m1", "Label": "CPUUtilization", "Timestamps": at, "Values": values, "StatusCode": "Complete",
            });
            in_json(StatusCode::OK, &json!({ "MetricDataResults": [result] }))
        }
        (_, MetricsAnswer::Denied) => in_json(StatusCode::FORBIDDEN, &json!({ "__type": "AccessDenied" })),
        (other, _) => panic!("{other}"),
    }
}

fn assumed() -> String {
    format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
         <AssumedRoleUser><AssumedRoleId>AROA:x</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/chatbot/x</Arn></AssumedRoleUser>\
         <Credentials><AccessKeyId>{ROLE_KEY}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>\
         <SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>\
         </AssumeRoleResult></AssumeRoleResponse>"
    )
}

fn in_json(status: StatusCode, body: &Value) -> Response {
    (status, [("content-type", "application/x-amz-json-1.0")], body.to_string()).into_response()
}
