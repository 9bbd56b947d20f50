//! What became of events, by configuration: the Prometheus side of AWS Chatbot's five CloudWatch metrics.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// Configurations that have counts of their own; the events of any more are counted together.
const CONFIGURATIONS_MAX: usize = 10_000;
/// The label of those.
const OTHERS: &str = "other";

/// What happened to an event on its way to one configuration's channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EventKind {
    /// Received, for this configuration.
    Processed,
    /// Of no service and no form that AWS Chatbot takes. Bellhop shows it all the same, as text.
    Unsupported,
    /// More than the configuration takes in a second, where that is limited.
    Throttled,
    /// In the channel.
    Delivered,
    /// Given up.
    Failed,
}

impl EventKind {
    pub const ALL: [Self; 5] = [Self::Processed, Self::Unsupported, Self::Throttled, Self::Delivered, Self::Failed];

    /// The label of our own metric.
    pub fn outcome(self) -> &'static str {
        match self {
            Self::Processed => "processed",
            Self::Unsupported => "unsupported",
            Self::Throttled => "throttled",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    /// AWS Chatbot's metric. Source: <https://docs.aws.amazon.com/chatbot/latest/adminguide/monitoring-cloudwatch.html>.
    pub fn metric_name(self) -> &'static str {
        match self {
            Self::Processed => "EventsProcessed",
            Self::Unsupported => "UnsupportedEvents",
            Self::Throttled => "EventsThrottled",
            Self::Delivered => "MessageDeliverySuccess",
            Self::Failed => "MessageDeliveryFailure",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EventLabels {
    configuration: String,
    outcome: &'static str,
}

/// Counters of at most [`CONFIGURATIONS_MAX`] configurations.
pub(super) struct EventCounters(Family<EventLabels, Counter>);

/// Whose counters there are.
#[derive(Default)]
pub(super) struct NamedConfigurations(Mutex<HashSet<String>>);

impl EventCounters {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let events = Family::default();
        let help = "Events by the configuration that they were for and what became of them";
        registry.register("events", help, events.clone());
        Self(events)
    }

    pub(super) fn count(&self, configuration: &str, what: EventKind, events: u64) {
        let labels = EventLabels { configuration: configuration.to_owned(), outcome: what.outcome() };
        self.0.get_or_create(&labels).inc_by(events);
    }

    pub(super) fn remove(&self, configuration: &str) {
        for what in EventKind::ALL {
            self.0.remove(&EventLabels { configuration: configuration.to_owned(), outcome: what.outcome() });
        }
    }
}

impl NamedConfigurations {
    /// The label under which a configuration is counted.
    pub(super) fn label<'a>(&self, configuration: &'a str) -> &'a str {
        let mut named = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if named.contains(configuration) {
            return configuration;
        }
        if named.len() >= CONFIGURATIONS_MAX {
            return OTHERS;
        }
        named.insert(configuration.to_owned());
        configuration
    }

    pub(super) fn forget(&self, configuration: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(configuration)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_configurations_have_names_and_one_that_goes_makes_room() {
        let named = NamedConfigurations::default();
        let arns: Vec<String> = (0..=CONFIGURATIONS_MAX).map(|n| format!("arn-{n}")).collect();
        let (last, first) = (&arns[CONFIGURATIONS_MAX], &arns[..CONFIGURATIONS_MAX]);
        assert!(first.iter().all(|arn| named.label(arn) == arn));
        assert_eq!(named.label(last), OTHERS);
        assert_eq!(named.label(&arns[0]), "arn-0", "it has its name already");
        assert!(named.forget("arn-7"));
        assert_eq!(named.label(last), last);
    }
}
