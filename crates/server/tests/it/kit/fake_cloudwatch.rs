//! Amazon CloudWatch and CloudWatch Logs as Bellhop sees them: one host, both services, everything that was put kept.
//!
//! For servers started as a process (`BellhopProcess`), by the environment alone.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::serving::serve;

/// AWS's JSON protocol. Source: the models of both services.
const PUT_METRIC_DATA: &str = "GraniteServiceVersion20100801.PutMetricData";
const OF_LOGS: &str = "Logs_20140328.";

/// How the next requests are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloudWatchAnswer {
    Status(u16),
    /// 400 with this code.
    Refused(&'static str),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogGroup {
    pub retention_days: Option<i64>,
    pub streams: BTreeMap<String, Vec<String>>,
}

#[derive(Default)]
struct CloudWatch {
    troubles: VecDeque<CloudWatchAnswer>,
    /// Of the requests, in order: `PutMetricData`, `PutLogEvents`, …
    operations: Vec<String>,
    metrics: Vec<Value>,
    groups: BTreeMap<String, LogGroup>,
}

type Shared = Arc<Mutex<CloudWatch>>;

pub struct FakeCloudWatch {
    address: SocketAddr,
    shared: Shared,
    _serving: JoinSet<()>,
}

impl FakeCloudWatch {
    pub async fn start() -> Self {
        let shared = Shared::default();
        let routes = Router::new().fallback(answer).with_state(shared.clone());
        let (address, serving) = serve(routes).await;
        Self { address, shared, _serving: serving }
    }

    /// What a process needs to call this one, and to call it once where it would repeat.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let url = format!("http://{}", self.address);
        vec![
            ("AWS_ENDPOINT_URL_CLOUDWATCH", url.clone()),
            ("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", url),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
            ("AWS_MAX_ATTEMPTS", "1".to_owned()),
        ]
    }

    /// The next requests are answered so, one after the other, and nothing of them is kept.
    pub fn next(&self, answers: impl IntoIterator<Item = CloudWatchAnswer>) {
        self.cloudwatch().troubles.extend(answers);
    }

    pub fn operations(&self) -> Vec<String> {
        self.cloudwatch().operations.clone()
    }

    /// Each request of `PutMetricData` that was taken.
    pub fn metrics(&self) -> Vec<Value> {
        self.cloudwatch().metrics.clone()
    }

    /// The sum of a configuration's metric over all minutes.
    pub fn sum(&self, configuration: &str, metric: &str) -> f64 {
        let requests = self.metrics();
        let data = requests.iter().flat_map(|request| request["MetricData"].as_array().unwrap());
        let wanted = json!([{ "Name": "ConfigurationName", "Value": configuration }]);
        data.filter(|datum| datum["MetricName"] == metric && datum["Dimensions"] == wanted)
            .map(|datum| datum["StatisticValues"]["Sum"].as_f64().unwrap())
            .sum()
    }

    pub fn group(&self, name: &str) -> Option<LogGroup> {
        self.cloudwatch().groups.get(name).cloned()
    }

    /// All lines of a group, in the order in which they came.
    pub fn lines(&self, group: &str) -> Vec<String> {
        self.group(group).map(|group| group.streams.into_values().flatten().collect()).unwrap_or_default()
    }

    fn cloudwatch(&self) -> MutexGuard<'_, CloudWatch> {
        self.shared.lock().unwrap()
    }
}

async fn answer(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let mut cloudwatch = shared.lock().unwrap();
    let authorization = headers["authorization"].to_str().unwrap();
    assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=test/"), "{authorization}");
    let target = headers["x-amz-target"].to_str().unwrap();
    let of_logs = target.strip_prefix(OF_LOGS);
    let operation = of_logs.unwrap_or("PutMetricData");
    cloudwatch.operations.push(operation.to_owned());
    let request: Value = serde_json::from_slice(&body).unwrap();
    match cloudwatch.troubles.pop_front() {
        Some(CloudWatchAnswer::Status(status)) => StatusCode::from_u16(status).unwrap().into_response(),
        Some(CloudWatchAnswer::Refused(code)) => error(code),
        None if of_logs.is_some() => cloudwatch.log(operation, &request),
        None => {
            assert_eq!(target, PUT_METRIC_DATA);
            cloudwatch.metrics.push(request);
            in_json(StatusCode::OK, &json!({}))
        }
    }
}

impl CloudWatch {
    /// As the reference of each operation says.
    fn log(&mut self, operation: &str, request: &Value) -> Response {
        let text = |member: &str| request[member].as_str().unwrap_or_default().to_owned();
        let name = text("logGroupName");
        if operation == "CreateLogGroup" {
            if self.groups.contains_key(&name) {
                return error("ResourceAlreadyExistsException");
            }
            self.groups.insert(name, LogGroup { retention_days: None, streams: BTreeMap::new() });
            return in_json(StatusCode::OK, &json!({}));
        }
        let Some(group) = self.groups.get_mut(&name) else {
            return error("ResourceNotFoundException");
        };
        match operation {
            "PutRetentionPolicy" => group.retention_days = request["retentionInDays"].as_i64(),
            "CreateLogStream" => {
                if group.streams.insert(text("logStreamName"), Vec::new()).is_some() {
                    return error("ResourceAlreadyExistsException");
                }
            }
            "PutLogEvents" => {
                let Some(stream) = group.streams.get_mut(&text("logStreamName")) else {
                    return error("ResourceNotFoundException");
                };
                let events = request["logEvents"].as_array().unwrap();
                assert!(events.is_sorted_by_key(|event| event["timestamp"].as_i64().unwrap()), "{events:#?}");
                stream.extend(events.iter().map(|event| event["message"].as_str().unwrap().to_owned()));
            }
            other => panic!("{other}"),
        }
        in_json(StatusCode::OK, &json!({}))
    }
}

fn error(code: &str) -> Response {
    in_json(StatusCode::BAD_REQUEST, &json!({ "__type": code, "message": "as the test wants it" }))
}

fn in_json(status: StatusCode, body: &Value) -> Response {
    (status, [("content-type", "application/x-amz-json-1.1")], body.to_string()).into_response()
}
