//! What came of the Bot Framework's requests to `/teams/messages`.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TeamsOutcome {
    /// Committed.
    Heard,
    Repeated,
    /// Of a tenant that no account serves.
    Foreign,
    /// Teams asked for what the app does not have.
    NotOffered,
    Malformed,
    TooLarge,
    Unverified,
    /// The settings have no bot.
    NoBot,
    Unavailable,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    outcome: &'static str,
}

impl TeamsOutcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Heard => "heard",
            Self::Repeated => "repeated",
            Self::Foreign => "foreign",
            Self::NotOffered => "not_offered",
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
            Self::Unverified => "unverified",
            Self::NoBot => "no_bot",
            Self::Unavailable => "unavailable",
        }
    }
}

#[derive(Default)]
pub(super) struct TeamsCounters {
    requests: Family<RequestLabels, Counter>,
}

impl TeamsCounters {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let counters = Self::default();
        let what = "Requests of the Bot Framework by what became of them";
        registry.register("teams_requests", what, counters.requests.clone());
        counters
    }

    pub(super) fn request(&self, outcome: TeamsOutcome) {
        self.requests.get_or_create(&RequestLabels { outcome: outcome.as_str() }).inc();
    }
}
