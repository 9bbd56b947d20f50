//! What came of requests to the AWS Chatbot API.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    operation: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabels {
    operation: &'static str,
}

#[derive(Default)]
pub(super) struct ApiCounters {
    requests: Family<RequestLabels, Counter>,
    aborted: Family<OperationLabels, Counter>,
    throttled: Family<OperationLabels, Counter>,
}

impl ApiCounters {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let counters = Self::default();
        registry.register("api_requests", "Requests to the AWS Chatbot API", counters.requests.clone());
        let aborted = "Requests to the AWS Chatbot API whose client went away before the answer";
        registry.register("api_requests_aborted", aborted, counters.aborted.clone());
        let throttled = "Requests to the AWS Chatbot API that were more than their account may make";
        registry.register("api_requests_throttled", throttled, counters.throttled.clone());
        counters
    }

    pub(super) fn request(&self, operation: &'static str, status: u16) {
        self.requests.get_or_create(&RequestLabels { operation, status }).inc();
    }

    pub(super) fn aborted(&self, operation: &'static str) {
        self.aborted.get_or_create(&OperationLabels { operation }).inc();
    }

    pub(super) fn throttled(&self, operation: &'static str) {
        self.throttled.get_or_create(&OperationLabels { operation }).inc();
    }
}
