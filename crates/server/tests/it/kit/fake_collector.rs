//! An OpenTelemetry collector as Bellhop sees it: takes spans as protobuf over HTTP and keeps them.
//! Source: <https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto>.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use tokio::task::JoinSet;

use super::protobuf::{all, number, one, text};
use super::serving::serve;

/// Ids in hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectedSpan {
    pub service: String,
    pub name: String,
    pub trace_id: String,
    pub span_id: String,
    /// Empty for the first of a trace.
    pub parent_id: String,
    pub attributes: BTreeMap<String, String>,
    /// Trace and span of each link.
    pub links: Vec<(String, String)>,
    pub failed: bool,
}

pub struct FakeCollector {
    address: SocketAddr,
    spans: Arc<Mutex<Vec<CollectedSpan>>>,
    _serving: JoinSet<()>,
}

impl FakeCollector {
    pub async fn start() -> Self {
        let spans = Arc::default();
        let routes = Router::new().route("/v1/traces", post(take)).with_state(Arc::clone(&spans));
        let (address, serving) = serve(routes).await;
        Self { address, spans, _serving: serving }
    }

    /// For `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// In the order in which they ended.
    pub fn spans(&self) -> Vec<CollectedSpan> {
        self.spans.lock().unwrap().clone()
    }
}

async fn take(State(spans): State<Arc<Mutex<Vec<CollectedSpan>>>>, headers: HeaderMap, body: Bytes) {
    assert_eq!(headers["content-type"], "application/x-protobuf");
    for of_resource in all(&body, 1) {
        let service = attributes(one(of_resource, 1), 1).remove("service.name").unwrap_or_default();
        for of_scope in all(of_resource, 2) {
            let read = all(of_scope, 2).into_iter().map(|span| read(&service, span));
            spans.lock().unwrap().extend(read);
        }
    }
}

fn read(service: &str, span: &[u8]) -> CollectedSpan {
    CollectedSpan {
        service: service.to_owned(),
        trace_id: hex(one(span, 1)),
        span_id: hex(one(span, 2)),
        parent_id: hex(one(span, 4)),
        name: text(span, 5),
        attributes: attributes(span, 9),
        links: all(span, 13).into_iter().map(|link| (hex(one(link, 1)), hex(one(link, 2)))).collect(),
        failed: number(one(span, 15), 3) == Some(2),
    }
}

/// `KeyValue`s; a value that is no text is a number.
fn attributes(message: &[u8], field: u64) -> BTreeMap<String, String> {
    let value = |value: &[u8]| number(value, 3).map_or_else(|| text(value, 1), |number| number.to_string());
    all(message, field).into_iter().map(|pair| (text(pair, 1), value(one(pair, 2)))).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}
