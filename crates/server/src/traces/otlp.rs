//! Traces to an OpenTelemetry collector, as protobuf over HTTP, and the ids that ours have. `cli` starts the exporter;
//! `traces` joins spans to their trace. Endpoint, headers and batches are OpenTelemetry's standard variables.

use std::cell::Cell;
use std::pin::Pin;
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState, TracerProvider as _,
};
use opentelemetry_http::{Bytes, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator, Sampler, SdkTracerProvider};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::Layer;
use tracing_subscriber::registry::LookupSpan;

use super::{TraceIds, XrayParent};
use crate::config::TraceSettings;
use crate::outbound::http::{self, HttpClient};

/// OpenTelemetry's default for one export.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the end of the process waits for the last spans.
const FINISH_TIMEOUT: Duration = Duration::from_secs(5);
const ANSWER_BYTES_MAX: usize = 64 * 1024;

pub type ExporterLayer<S> = Box<dyn Layer<S> + Send + Sync>;

/// Sends spans in batches from a thread of its own. Spans that find its queue full are dropped and said in the log.
#[derive(Debug)]
pub struct Exporter(SdkTracerProvider);

impl Exporter {
    /// `runtime` is where the requests run: the thread that makes them has none.
    pub fn start(settings: TraceSettings, runtime: tokio::runtime::Handle) -> anyhow::Result<Self> {
        let client = CollectorClient { http: HttpClient::new(EXPORT_TIMEOUT)?, runtime };
        let exporter =
            SpanExporter::builder().with_http().with_http_client(client).with_protocol(Protocol::HttpBinary).build()?;
        let mut resource = Resource::builder();
        if !settings.service_is_named {
            resource = resource.with_service_name("bellhop");
        }
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            // By the trace's id alone: all nodes decide the same for one notification.
            .with_sampler(Sampler::TraceIdRatioBased(settings.ratio))
            .with_id_generator(NotificationIds::default())
            .with_resource(resource.build())
            .build();
        Ok(Self(provider))
    }

    pub fn layer<S>(&self) -> ExporterLayer<S>
    where
        S: tracing::Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        let tracer = self.0.tracer("bellhop");
        let layer = tracing_opentelemetry::layer().with_tracer(tracer);
        layer.with_location(false).with_threads(false).with_tracked_inactivity(false).with_target(false).boxed()
    }

    /// Sends what is left. Not to be called from the runtime's own threads: it blocks.
    pub fn finish(&self) {
        if let Err(error) = self.0.shutdown_with_timeout(FINISH_TIMEOUT) {
            tracing::warn!(%error, "the last spans did not reach the collector");
        }
    }
}

/// Makes a span the first of its notification's trace, linked to the trace that the message came from.
pub(super) fn begin(span: &Span, ids: TraceIds, xray: Option<XrayParent>) {
    if let Some(XrayParent { trace, span: parent }) = xray {
        span.add_link(remote(trace, parent));
    }
    BEGINS.set(Some(ids));
    // Now, not when it is entered: the ids are for this span and no other.
    let _ = span.context();
    BEGINS.set(None);
}

/// Makes a span go on with a trace that began elsewhere.
pub(super) fn go_on(span: &Span, ids: TraceIds) {
    // It fails only where no exporter listens, and then nothing is to be joined.
    let _ = span.set_parent(Context::new().with_remote_span_context(remote(ids.trace, ids.first_span)));
}

fn remote(trace: [u8; 16], span: [u8; 8]) -> SpanContext {
    let (trace, span) = (TraceId::from_bytes(trace), SpanId::from_bytes(span));
    SpanContext::new(trace, span, TraceFlags::SAMPLED, true, TraceState::NONE)
}

thread_local! {
    /// The ids of the span that this thread is just beginning.
    static BEGINS: Cell<Option<TraceIds>> = const { Cell::new(None) };
}

/// Random ids, but for the span that begins a notification's trace.
#[derive(Debug, Default)]
struct NotificationIds(RandomIdGenerator);

impl IdGenerator for NotificationIds {
    fn new_trace_id(&self) -> TraceId {
        BEGINS.get().map_or_else(|| self.0.new_trace_id(), |ids| TraceId::from_bytes(ids.trace))
    }

    fn new_span_id(&self) -> SpanId {
        BEGINS.get().map_or_else(|| self.0.new_span_id(), |ids| SpanId::from_bytes(ids.first_span))
    }
}

/// Our HTTP client, with its time-outs, proxies and TLS, in the shape that OpenTelemetry asks for.
#[derive(Clone)]
struct CollectorClient {
    http: HttpClient,
    runtime: tokio::runtime::Handle,
}

impl std::fmt::Debug for CollectorClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CollectorClient")
    }
}

impl CollectorClient {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let url = url::Url::parse(&head.uri.to_string())?;
        let response = self.http.request(head.method, url).headers(head.headers).body(body).send().await;
        let response = response.map_err(http::ExchangeError::from)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut answer = Response::new(Bytes::from(http::body(response, ANSWER_BYTES_MAX).await?));
        *answer.status_mut() = status;
        *answer.headers_mut() = headers;
        Ok(answer)
    }
}

type Answered<'a> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'a>>;

impl opentelemetry_http::HttpClient for CollectorClient {
    fn send_bytes<'client, 'answer>(&'client self, request: Request<Bytes>) -> Answered<'answer>
    where
        'client: 'answer,
        Self: 'answer,
    {
        let client = self.clone();
        let sent = self.runtime.spawn(async move { client.send(request).await });
        Box::pin(async move { sent.await? })
    }
}
