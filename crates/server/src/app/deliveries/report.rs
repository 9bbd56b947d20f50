//! Saying what came of an attempt: a line of the log, a count, and what operators are told about what died.

use store::outbox::{PendingDelivery, Settlement};

use crate::app::App;
use crate::metrics::AttemptOutcome;
use crate::traces;

impl App {
    pub(super) fn report(&self, delivery: &PendingDelivery, settlement: &Settlement, wait_ms: i64) {
        let (id, configuration) = (delivery.id, delivery.configuration_arn.as_str());
        let outcome = match settlement {
            Settlement::Delivered { posted, .. } => {
                tracing::info!(delivery = id, configuration, posted, folds = delivery.folds, "delivered");
                AttemptOutcome::Delivered
            }
            // The reply is out; the update of its thread's first message follows and is counted then.
            Settlement::Posted { .. } => return,
            Settlement::Retry { reason } => {
                tracing::warn!(delivery = id, configuration, reason, wait_ms, "not delivered; trying again");
                AttemptOutcome::Retry
            }
            Settlement::Held { scope, reason } => {
                tracing::warn!(delivery = id, configuration, scope, reason, "held until the credentials are mended");
                AttemptOutcome::Held
            }
            Settlement::Suppressed { reason } => {
                tracing::warn!(
                    delivery = id,
                    configuration,
                    reason,
                    "kept out; `bellhop deliveries retry {id}` brings it"
                );
                AttemptOutcome::Suppressed
            }
            Settlement::Dead { reason } => {
                tracing::error!(
                    delivery = id,
                    configuration,
                    reason,
                    "not delivered; `bellhop deliveries retry {id}` revives it"
                );
                self.watch.died(delivery, reason);
                AttemptOutcome::Dead
            }
        };
        traces::attempted(outcome.as_str(), outcome == AttemptOutcome::Delivered);
        self.metrics.delivery_attempt(platform(configuration), outcome);
    }
}

/// A label of the metrics.
fn platform(configuration_arn: &str) -> &'static str {
    match configuration_arn.split('/').nth(1) {
        Some("slack-channel") => "slack",
        Some("microsoft-teams-channel") => "teams",
        Some("chime-webhook") => "chime",
        _ => "unknown",
    }
}
