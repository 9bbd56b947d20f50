//! What came of Slack's requests to `/slack/…`, and how often Slack had to repeat itself.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// Where Slack knocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SlackDoor {
    Events,
    Commands,
    Interactivity,
    /// Socket Mode.
    Socket,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SlackOutcome {
    /// Committed.
    Heard,
    Repeated,
    /// Of a workspace that no account authorised with this app.
    Foreign,
    /// Slack asked whether the URL is ours, or looked at the certificate.
    Checked,
    /// Slack said that it keeps events to itself.
    RateLimited,
    Malformed,
    TooLarge,
    Unverified,
    /// Signed by one app's secret, and of another app.
    OtherApp,
    Unavailable,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    door: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RepeatLabels {
    reason: &'static str,
}

/// Why Slack says that it repeats itself. Source: <https://docs.slack.dev/apis/events-api#errors>.
const REPEAT_REASONS: [&str; 6] =
    ["http_timeout", "too_many_redirects", "connection_failed", "ssl_error", "http_error", "unknown_error"];

impl SlackDoor {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Commands => "commands",
            Self::Interactivity => "interactivity",
            Self::Socket => "socket",
        }
    }
}

impl SlackOutcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Heard => "heard",
            Self::Repeated => "repeated",
            Self::Foreign => "foreign",
            Self::Checked => "checked",
            Self::RateLimited => "rate_limited",
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
            Self::Unverified => "unverified",
            Self::OtherApp => "other_app",
            Self::Unavailable => "unavailable",
        }
    }
}

#[derive(Default)]
pub(super) struct SlackCounters {
    requests: Family<RequestLabels, Counter>,
    repeats: Family<RepeatLabels, Counter>,
}

impl SlackCounters {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let counters = Self::default();
        registry.register(
            "slack_requests",
            "Requests of Slack by the door and what became of them",
            counters.requests.clone(),
        );
        registry.register(
            "slack_repeats",
            "Requests that Slack repeated by what it says went wrong before",
            counters.repeats.clone(),
        );
        counters
    }

    pub(super) fn request(&self, door: SlackDoor, outcome: SlackOutcome) {
        self.requests.get_or_create(&RequestLabels { door: door.as_str(), outcome: outcome.as_str() }).inc();
    }

    /// What Slack gives as a reason is a label only if it is one that Slack documents.
    pub(super) fn repeat(&self, reason: Option<&str>) {
        let known = REPEAT_REASONS.into_iter().find(|known| Some(*known) == reason);
        self.repeats.get_or_create(&RepeatLabels { reason: known.unwrap_or("other") }).inc();
    }
}
