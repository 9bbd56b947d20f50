//! What happens to events, told to whoever watches: Prometheus at once, Amazon CloudWatch by way of bounded memory.
//!
//! The delivery engine calls [`App::observe_arrival`] and [`App::observe_settlement`]; `worker::ship_cloudwatch` sends.
//! Nothing here waits for CloudWatch or fails a delivery: what cannot be kept is counted as lost.

mod counts;
mod lines;
mod ship;
mod text;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::notification::Card;
use store::outbox::{DeliveryState, KeptOut, PendingDelivery, Settlement};
use wire::ids::{ChatConfigurationArn, LoggingLevel};

use self::counts::Counts;
use self::lines::{Line, Lines};
use self::ship::Losses;
pub use self::ship::Shipped;
use super::App;
use super::rules::UNSUPPORTED;
use crate::config::CloudWatchSettings;
use crate::metrics::{CloudWatchLoss, EventKind};
use crate::outbound::aws::OwnClient;
use crate::outbound::cloudwatch::CloudWatch;
use crate::outbound::cloudwatch_logs::{CloudWatchLogs, LogLine};

/// Something happened to an event on its way to a configuration that exists.
#[derive(Debug, Clone)]
pub struct ConfigurationEvent {
    pub configuration: ChatConfigurationArn,
    pub logging_level: LoggingLevel,
    pub what: EventKind,
    /// The line of the configuration's log, if its level asks for one.
    pub text: Option<String>,
}

/// What waits for CloudWatch, if it is to get anything.
pub struct EventQueues {
    counts: Option<(Mutex<Counts>, CloudWatch)>,
    lines: Option<(Mutex<Lines>, CloudWatchLogs)>,
    losses: Losses,
}

impl EventQueues {
    pub fn new(settings: &CloudWatchSettings, aws: &OwnClient) -> Self {
        let (metrics, logs) = (&settings.metrics, &settings.logs);
        let counts = metrics.enabled.then(|| {
            let cloudwatch = CloudWatch::new(aws.clone(), metrics.region.clone(), metrics.namespace.clone());
            (Mutex::new(Counts::default()), cloudwatch)
        });
        let lines = logs.enabled.then(|| {
            let cloudwatch_logs =
                CloudWatchLogs::new(aws.clone(), logs.region.clone(), logs.group_prefix.clone(), logs.retention_days);
            (Mutex::new(Lines::default()), cloudwatch_logs)
        });
        Self { counts, lines, losses: Losses::default() }
    }
}

impl App {
    /// Counts an event, and keeps its line for the configuration's log. Never waits, never fails.
    pub fn observe(&self, event: ConfigurationEvent) {
        let ConfigurationEvent { configuration, logging_level, what, text } = event;
        self.count_events(&configuration, what, 1);
        let now_ms = self.clock.now_ms();
        let name = configuration_name(&configuration);
        if let Some((lines, _)) = &self.events.lines
            && is_logged(logging_level, what)
            && let (Some(account_id), Some(text)) = (configuration.account_id(), text)
        {
            let account_id = account_id.as_str().to_owned();
            let written = LogLine { at_ms: now_ms, text };
            let line = Line { account_id, configuration_name: name.to_owned(), written };
            if !held(lines).push(line) {
                self.lost(CloudWatchLoss::Logs, 1);
            }
        }
    }

    /// A line of a command: written whatever the configuration's level.
    /// Source: administrator guide, "Audit logs can't be disabled": they are written at `NONE` too.
    pub(super) fn observe_command(&self, configuration: &ChatConfigurationArn, text: String) {
        let (Some((lines, _)), Some(account_id)) = (&self.events.lines, configuration.account_id()) else { return };
        let configuration_name = configuration_name(configuration).to_owned();
        let written = LogLine { at_ms: self.clock.now_ms(), text };
        if !held(lines).push(Line { account_id: account_id.as_str().to_owned(), configuration_name, written }) {
            self.lost(CloudWatchLoss::Logs, 1);
        }
    }

    fn count_events(&self, configuration: &ChatConfigurationArn, what: EventKind, events: u64) {
        self.metrics.configuration_events(configuration.as_str(), what, events);
        if let Some((counts, _)) = &self.events.counts
            && !held(counts).add(self.clock.now_ms(), configuration_name(configuration), what, events)
        {
            self.lost(CloudWatchLoss::Metrics, events);
        }
    }

    /// A delivery is tried for the first time: its event has been received, and read by this reader.
    pub(super) fn observe_arrival(
        &self,
        delivery: &PendingDelivery,
        configuration: &ChatConfigurationArn,
        logging_level: LoggingLevel,
        card: &Card,
    ) {
        if delivery.attempts > 0 || delivery.posted.is_some() {
            return;
        }
        let what = if card.is_supported_by_aws() { EventKind::Processed } else { EventKind::Unsupported };
        self.observe_received(configuration, logging_level, what, &delivery.body);
    }

    /// Events that a digest will tell of: they are processed, and not one by one.
    pub(super) fn observe_folded(&self, folded: &BTreeMap<String, u64>) {
        for (configuration_arn, count) in folded {
            let Ok(configuration) = ChatConfigurationArn::parse(configuration_arn) else { continue };
            for _ in 0..*count {
                let (logging_level, what) = (LoggingLevel::None, EventKind::Processed);
                self.observe(ConfigurationEvent {
                    configuration: configuration.clone(),
                    logging_level,
                    what,
                    text: None,
                });
            }
        }
    }

    /// Events that were kept out by `delivery.events_per_second` or `notifications.unsupported`.
    pub(super) async fn observe_kept_out(&self, topic_arn: &str, message_id: &str, body: &str) {
        let kept_out = match self.store.kept_out(topic_arn, message_id).await {
            Ok(kept_out) => kept_out,
            Err(error) => {
                tracing::warn!(%error, topic_arn, message_id, "events that were kept out are not counted");
                return;
            }
        };
        for KeptOut { configuration_arn, state, reason } in kept_out {
            let what = match (state, reason.as_deref()) {
                (DeliveryState::Throttled, _) => EventKind::Throttled,
                (_, Some(UNSUPPORTED)) => EventKind::Unsupported,
                _ => continue,
            };
            if let Some((arn, logging_level)) = self.observed(&configuration_arn).await {
                self.observe_received(&arn, logging_level, what, body);
            }
        }
    }

    /// An event has been received for a configuration, and is of this kind beside.
    fn observe_received(
        &self,
        configuration: &ChatConfigurationArn,
        logging_level: LoggingLevel,
        what: EventKind,
        body: &str,
    ) {
        if what != EventKind::Processed {
            self.count_events(configuration, EventKind::Processed, 1);
        }
        let text = self.line(logging_level, what, || text::received(what, body));
        self.observe(ConfigurationEvent { configuration: configuration.clone(), logging_level, what, text });
    }

    /// An attempt has been made. A message that is given up counts as failed, an attempt that is repeated as nothing yet: AWS
    /// counts messages.
    /// `logging_level` is its configuration's, where that was read.
    pub(super) async fn observe_settlement(
        &self,
        delivery: &PendingDelivery,
        settlement: &Settlement,
        logging_level: Option<LoggingLevel>,
    ) {
        let (what, said) = match settlement {
            Settlement::Retry { .. } | Settlement::Posted { .. } | Settlement::Held { .. } => return,
            Settlement::Delivered { posted, .. } => (EventKind::Delivered, posted),
            // The message itself is out: only its thread's first message could not be updated.
            Settlement::Dead { reason } if delivery.posted.is_some() => (EventKind::Delivered, reason),
            Settlement::Suppressed { reason } | Settlement::Dead { reason } => (EventKind::Failed, reason),
        };
        let parsed = ChatConfigurationArn::parse(&delivery.configuration_arn).ok().zip(logging_level);
        let observed = match parsed {
            Some(known) => Some(known),
            None => self.observed(&delivery.configuration_arn).await,
        };
        let Some((configuration, logging_level)) = observed else { return };
        let text = self.line(logging_level, what, || text::settled(what, said, &delivery.body));
        self.observe(ConfigurationEvent { configuration, logging_level, what, text });
    }

    /// The configuration of a delivery and how much it logs; `None` if it was deleted meanwhile.
    async fn observed(&self, configuration_arn: &str) -> Option<(ChatConfigurationArn, LoggingLevel)> {
        let arn = ChatConfigurationArn::parse(configuration_arn).ok()?;
        let found = self.store.chat_configuration(&arn.account_id()?, &arn).await;
        match found {
            Ok(Some(listed)) => Some((arn, listed.configuration.logging_level)),
            Ok(None) => {
                self.metrics.forget_configuration(configuration_arn);
                None
            }
            // It is counted all the same; who may read what it says is not known at the moment.
            Err(_) => Some((arn, LoggingLevel::None)),
        }
    }

    /// A text costs something to make: only for a line that is written.
    fn line(&self, level: LoggingLevel, what: EventKind, text: impl FnOnce() -> String) -> Option<String> {
        (self.events.lines.is_some() && is_logged(level, what)).then(text)
    }
}

/// `ERROR` is for what does not arrive; `INFO` for everything. Source: reference ("All events", "Errors only").
fn is_logged(level: LoggingLevel, what: EventKind) -> bool {
    match level {
        LoggingLevel::Info => true,
        LoggingLevel::Error => matches!(what, EventKind::Failed | EventKind::Throttled),
        LoggingLevel::None => false,
    }
}

/// The last part of `arn:aws:chatbot::ACCOUNT:chat-configuration/PLATFORM/NAME`.
fn configuration_name(arn: &ChatConfigurationArn) -> &str {
    arn.as_str().rsplit('/').next().unwrap_or_default()
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_asks_for_its_events() {
        let logged = |level| EventKind::ALL.into_iter().filter(|what| is_logged(level, *what)).collect::<Vec<_>>();
        assert_eq!(logged(LoggingLevel::Info), EventKind::ALL);
        assert_eq!(logged(LoggingLevel::Error), [EventKind::Throttled, EventKind::Failed]);
        assert!(logged(LoggingLevel::None).is_empty());
    }
}
