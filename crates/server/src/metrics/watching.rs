//! How far behind things are, asked of the store when the metrics are read, and what operators were told.

use std::sync::atomic::AtomicU64;

use domain::watch::Finding;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// What is asked of the store; NaN where it does not answer.
#[derive(Debug, Clone, Copy)]
pub struct Watched {
    pub oldest_pending_seconds: f64,
    /// Channels whose last attempts failed: their circuit is open.
    pub channels_failing: f64,
    pub pauses: f64,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FindingLabels {
    finding: &'static str,
}

pub(super) struct Watching {
    oldest_pending_seconds: Gauge<f64, AtomicU64>,
    channels_failing: Gauge<f64, AtomicU64>,
    pauses: Gauge<f64, AtomicU64>,
    findings: Family<FindingLabels, Counter>,
}

impl Watching {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let (oldest_pending_seconds, channels_failing, pauses) = (Gauge::default(), Gauge::default(), Gauge::default());
        let findings = Family::default();
        registry.register(
            "oldest_pending_seconds",
            "Age of the delivery that has waited longest; 0 when nothing waits",
            oldest_pending_seconds.clone(),
        );
        registry.register(
            "channels_failing",
            "Channels whose last attempts failed: one message is tried per back-off",
            channels_failing.clone(),
        );
        registry.register("credentials_paused", "Credentials that a platform refuses", pauses.clone());
        registry.register("findings", "What operators were told", findings.clone());
        Self { oldest_pending_seconds, channels_failing, pauses, findings }
    }

    pub(super) fn set(&self, watched: Watched) {
        self.oldest_pending_seconds.set(watched.oldest_pending_seconds);
        self.channels_failing.set(watched.channels_failing);
        self.pauses.set(watched.pauses);
    }

    pub(super) fn finding(&self, finding: &Finding) {
        let finding = match finding {
            Finding::WorkspacePaused { .. } => "workspace_paused",
            Finding::WorkspaceResumed { .. } => "workspace_resumed",
            Finding::TopicFailing { .. } => "topic_failing",
            Finding::TopicRecovered { .. } => "topic_recovered",
            Finding::BacklogGrowing { .. } => "backlog_growing",
            Finding::BacklogCleared { .. } => "backlog_cleared",
            Finding::DeliveriesDead { .. } => "deliveries_dead",
            Finding::SlackSocketRefused { .. } => "slack_socket_refused",
            Finding::SlackSocketOpened { .. } => "slack_socket_opened",
        };
        self.findings.get_or_create(&FindingLabels { finding }).inc();
    }
}
