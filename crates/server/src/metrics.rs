//! The counters behind `GET /metrics`, in Prometheus' text form. docs/reference/metrics.md says what each is for.

mod api;
mod commands;
mod events;
mod slack;
mod teams;
mod watching;

use std::time::Duration;

use domain::watch::Finding;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

pub use self::watching::Watched;
use self::watching::Watching;

use self::api::ApiCounters;
use self::commands::CommandCounters;
use self::slack::SlackCounters;
use self::teams::TeamsCounters;
use events::{EventCounters, NamedConfigurations};

pub use self::slack::{SlackDoor, SlackOutcome};
pub use self::teams::TeamsOutcome;
pub use events::EventKind;

/// What became of a request to `POST /sns`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SnsOutcome {
    Accepted,
    Repeated,
    Confirmed,
    Unsubscribed,
    Malformed,
    TooLarge,
    BadSignature,
    UnknownTopic,
    Unavailable,
}

/// What became of a message that a queue brought, each time it was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SqsOutcome {
    Accepted,
    Repeated,
    Confirmed,
    Unsubscribed,
    Malformed,
    TooLarge,
    BadSignature,
    UnknownTopic,
    /// Another than the queue's `topic_arn`.
    OtherTopic,
    /// Raw, and the queue has no `topic_arn`.
    NoTopic,
    /// Its certificate's host, or SNS, does not answer.
    Unavailable,
    StoreAway,
    /// The server stopped before it was committed.
    Released,
}

/// A call of Amazon SQS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SqsCall {
    Receive,
    Delete,
    ChangeVisibility,
}

/// What came of an attempt to deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttemptOutcome {
    Delivered,
    Retry,
    Held,
    Suppressed,
    Dead,
}

impl SnsOutcome {
    /// The label, also in the ledger of what was refused.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Repeated => "repeated",
            Self::Confirmed => "confirmed",
            Self::Unsubscribed => "unsubscribed",
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
            Self::BadSignature => "bad_signature",
            Self::UnknownTopic => "unknown_topic",
            Self::Unavailable => "unavailable",
        }
    }
}

impl SqsOutcome {
    /// The label, also in the ledger of what was refused.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Repeated => "repeated",
            Self::Confirmed => "confirmed",
            Self::Unsubscribed => "unsubscribed",
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
            Self::BadSignature => "bad_signature",
            Self::UnknownTopic => "unknown_topic",
            Self::OtherTopic => "other_topic",
            Self::NoTopic => "no_topic",
            Self::Unavailable => "unavailable",
            Self::StoreAway => "store_away",
            Self::Released => "released",
        }
    }
}

impl SqsCall {
    fn as_str(self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::Delete => "delete",
            Self::ChangeVisibility => "change_visibility",
        }
    }
}

impl AttemptOutcome {
    /// The label, also of traces.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Retry => "retry",
            Self::Held => "held",
            Self::Suppressed => "suppressed",
            Self::Dead => "dead",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct MessageLabels {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SqsCallLabels {
    call: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AttemptLabels {
    platform: &'static str,
    outcome: &'static str,
}

/// What became of a picture of an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PictureOutcome {
    Shown,
    /// No credentials, a role that may not, no such metric.
    NotHad,
    /// The chat platform did not take it.
    NotShown,
    /// The message that was to hold it is too long.
    NoRoom,
    TimedOut,
    /// Too many waited.
    Dropped,
}

impl PictureOutcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::NotHad => "not_had",
            Self::NotShown => "not_shown",
            Self::NoRoom => "no_room",
            Self::TimedOut => "timed_out",
            Self::Dropped => "dropped",
        }
    }
}

/// What Amazon CloudWatch was to get and did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloudWatchLoss {
    /// Events that are in no metric.
    Metrics,
    /// Lines that are in no log.
    Logs,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LossLabels {
    what: &'static str,
}

pub struct Metrics {
    /// Whether events are counted by configuration.
    by_configuration: bool,
    registry: Registry,
    sns_messages: Family<MessageLabels, Counter>,
    queue_messages: Family<MessageLabels, Counter>,
    sqs_calls_failed: Family<SqsCallLabels, Counter>,
    delivery_attempts: Family<AttemptLabels, Counter>,
    api: ApiCounters,
    audit_records_lost: Counter,
    audit_lines_lost: Counter,
    refused_unrecorded: Counter,
    pictures: Family<MessageLabels, Counter>,
    watching: Watching,
    slack: SlackCounters,
    teams: TeamsCounters,
    commands: CommandCounters,
    events: EventCounters,
    configurations: NamedConfigurations,
    cloudwatch_lost: Family<LossLabels, Counter>,
}

impl Metrics {
    pub fn new(by_configuration: bool) -> Self {
        let mut registry = Registry::with_prefix("bellhop");
        let (sns_messages, delivery_attempts) = (Family::default(), Family::default());
        registry.register("sns_messages", "Requests to POST /sns by what became of them", sns_messages.clone());
        let (queue_messages, sqs_calls_failed) = (Family::default(), Family::default());
        registry.register(
            "sqs_messages",
            "Messages received from queues by what became of them",
            queue_messages.clone(),
        );
        registry.register("sqs_calls_failed", "Calls of Amazon SQS that failed", sqs_calls_failed.clone());
        registry.register(
            "delivery_attempts",
            "Requests to chat platforms by what came of them",
            delivery_attempts.clone(),
        );
        let (audit_records_lost, audit_lines_lost) = (Counter::default(), Counter::default());
        registry.register(
            "audit_records_lost",
            "Audit records that the store did not take",
            audit_records_lost.clone(),
        );
        registry.register("audit_lines_lost", "Audit records that are not in json_lines", audit_lines_lost.clone());
        let (refused_unrecorded, pictures) = (Counter::default(), Family::default());
        registry.register(
            "refused_unrecorded",
            "Messages that were refused and are not in the ledger",
            refused_unrecorded.clone(),
        );
        registry.register("pictures", "Pictures of alarms by what became of them", pictures.clone());
        let (watching, slack) = (Watching::register(&mut registry), SlackCounters::register(&mut registry));
        let teams = TeamsCounters::register(&mut registry);
        let (events, cloudwatch_lost) = (EventCounters::register(&mut registry), Family::default());
        registry.register(
            "cloudwatch_lost",
            "Events and log lines that Amazon CloudWatch was to get and did not",
            cloudwatch_lost.clone(),
        );
        Self {
            by_configuration,
            api: ApiCounters::register(&mut registry),
            commands: CommandCounters::register(&mut registry),
            events,
            configurations: NamedConfigurations::default(),
            cloudwatch_lost,
            registry,
            sns_messages,
            queue_messages,
            sqs_calls_failed,
            delivery_attempts,
            audit_records_lost,
            audit_lines_lost,
            refused_unrecorded,
            pictures,
            watching,
            slack,
            teams,
        }
    }
}

impl Metrics {
    pub fn sns_message(&self, outcome: SnsOutcome) {
        self.sns_messages.get_or_create(&MessageLabels { outcome: outcome.as_str() }).inc();
    }

    pub fn sqs_message(&self, outcome: SqsOutcome) {
        self.queue_messages.get_or_create(&MessageLabels { outcome: outcome.as_str() }).inc();
    }

    pub fn sqs_call_failed(&self, call: SqsCall) {
        self.sqs_calls_failed.get_or_create(&SqsCallLabels { call: call.as_str() }).inc();
    }

    pub fn delivery_attempt(&self, platform: &'static str, outcome: AttemptOutcome) {
        self.delivery_attempts.get_or_create(&AttemptLabels { platform, outcome: outcome.as_str() }).inc();
    }

    /// `operation` is a name of the API or `unknown`, never what a stranger sent.
    pub fn api_request(&self, operation: &'static str, status: u16) {
        self.api.request(operation, status);
    }

    /// `operation` is a name of the API or `unknown`, as in all of these.
    pub fn api_request_aborted(&self, operation: &'static str) {
        self.api.aborted(operation);
    }

    pub fn api_request_throttled(&self, operation: &'static str) {
        self.api.throttled(operation);
    }

    pub fn audit_records_lost(&self, records: usize) {
        self.audit_records_lost.inc_by(u64::try_from(records).unwrap_or(u64::MAX));
    }

    /// The counter itself, for the thread that writes the lines.
    pub fn audit_lines_lost(&self) -> Counter {
        self.audit_lines_lost.clone()
    }

    pub fn refused_unrecorded(&self, messages: u64) {
        self.refused_unrecorded.inc_by(messages);
    }

    pub fn picture(&self, outcome: PictureOutcome) {
        self.pictures.get_or_create(&MessageLabels { outcome: outcome.as_str() }).inc();
    }

    /// `configuration` is the ARN of one that exists, never what a stranger sent.
    pub fn configuration_events(&self, configuration: &str, what: EventKind, events: u64) {
        let label = if self.by_configuration { self.configurations.label(configuration) } else { "" };
        self.events.count(label, what, events);
    }

    /// The configuration is no more: its name goes, and makes room for another's.
    pub fn forget_configuration(&self, configuration: &str) {
        if self.configurations.forget(configuration) {
            self.events.remove(configuration);
        }
    }

    pub fn slack_request(&self, door: SlackDoor, outcome: SlackOutcome) {
        self.slack.request(door, outcome);
    }

    pub fn slack_repeat(&self, reason: Option<&str>) {
        self.slack.repeat(reason);
    }

    pub fn teams_request(&self, outcome: TeamsOutcome) {
        self.teams.request(outcome);
    }

    /// `outcome` is one of `app/chat_commands`' own, never what a stranger sent.
    pub fn command(&self, outcome: &'static str) {
        self.commands.command(outcome);
    }

    pub fn command_took(&self, milliseconds: i64) {
        self.commands.took(Duration::from_millis(u64::try_from(milliseconds).unwrap_or_default()).as_secs_f64());
    }

    pub fn cloudwatch_lost(&self, what: CloudWatchLoss, count: u64) {
        let what = match what {
            CloudWatchLoss::Metrics => "metrics",
            CloudWatchLoss::Logs => "logs",
        };
        self.cloudwatch_lost.get_or_create(&LossLabels { what }).inc_by(count);
    }

    pub fn finding(&self, finding: &Finding) {
        self.watching.finding(finding);
    }

    pub fn render(&self, watched: Watched) -> Result<String, std::fmt::Error> {
        self.watching.set(watched);
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
