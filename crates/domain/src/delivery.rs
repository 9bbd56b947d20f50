//! When a delivery is tried, how often, what an answer means, and when it is given up. Pure arithmetic and tables.
//!
//! The worker that delivers asks, the outbox keeps the answers. One destination (a channel) is one lane: its messages go
//! out in order, one at a time, paced; a lane never waits for another. Nothing here reads a clock or a random number: both
//! come in.

mod answer;
mod backoff;
mod broken;
mod chime_answer;
#[cfg(test)]
mod documented;
mod pace;
mod priority;
mod slack_answer;
mod table;
mod teams_activity;
mod teams_answer;
mod teams_token_answer;
mod threading;

pub use answer::{Answer, RETRY_AFTER_MAX_MS};
pub use backoff::{Backoff, Breaker};
pub use broken::Broken;
pub use chime_answer::chime_outcome;
pub use pace::Pace;
pub use priority::Priority;
pub use slack_answer::slack_outcome;
pub use teams_activity::TeamsActivity;
pub use teams_answer::{TeamsRoute, teams_outcome};
pub use teams_token_answer::teams_token_outcome;
pub use threading::{
    THREAD_WINDOW_DEFAULT_MS, THREAD_WINDOW_MAX_MS, ThreadEvent, ThreadPreferences, ThreadState, ThreadUpdates,
    UnknownThreadUpdates,
};

/// What became of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The platform took it. `posted` is the platform's name for the message (Slack's `ts`, a [`TeamsActivity`],
    /// Chime's id); empty where the platform gives none (a Teams webhook).
    Delivered { posted: String },
    /// Not now. The lane waits exactly `after_ms` if the platform said how long, else as long as [`Backoff`] says.
    Retry { after_ms: Option<i64>, reason: String },
    /// Not with these credentials: all that goes out with them (a workspace, a bot) stops until somebody mends them. The
    /// message itself is fine and keeps its place.
    Paused { reason: String },
    /// Never, unless somebody mends the cause and revives it. Other messages go on.
    Dead { reason: String },
}
