//! What Bellhop does with a request, whoever brought it. One file a noun; no HTTP of the front doors, no SQL.
//!
//! Every function that touches a tenant's data takes a [`Caller`] first and authorises first. What comes from SNS is
//! authorised by its signature instead: those functions take a `domain::sns_message::Verified`.

mod access_keys;
mod account_preferences;
mod associations;
mod authorization;
mod caller;
mod chat_configurations;
mod configured_teams;
mod custom_actions;
mod deliveries;
mod error;
mod health;
mod notifications;
mod pagination;
mod slack_channel_configurations;
mod slack_workspaces;
mod tags;
mod topic_subscriptions;
mod user_identities;

use std::sync::Arc;

use domain::delivery::{Backoff, Pace};
use domain::sns_message::TrustedHosts;
use store::Store;
use tokio::sync::Notify;
use url::Url;

pub use access_keys::SigningKey;
pub use caller::Caller;
pub use chat_configurations::{ConfigurationPage, NewConfiguration, guardrails_in_force};
pub use custom_actions::{ActionPage, NewAction};
pub use error::AppError;
pub use notifications::{Accepted, NotAccepted};
pub use store::{ActionUpdate, ListedConfiguration, PeopleOf, PersonId, PreferencesUpdate};

use crate::clock::SharedClock;
use crate::config::LimitSettings;
use crate::metrics::Metrics;
use crate::outbound::certificates::Certificates;
use crate::outbound::slack::SlackClient;
use crate::outbound::sns::Sns;
use crate::random::Random;

/// Everything that the functions of this module need. `state` makes it; front doors and workers share it.
pub struct App {
    pub(crate) store: Store,
    pub(crate) clock: SharedClock,
    pub(crate) random: Random,
    pub(crate) metrics: Metrics,
    pub(crate) slack: SlackClient,
    pub(crate) sns: Sns,
    pub(crate) certificates: Certificates,
    pub(crate) trusted_hosts: TrustedHosts,
    /// Where SNS posts to: the public URL and `/sns`.
    pub(crate) sns_endpoint: Url,
    /// SNS itself is an emulator: it may reach a loopback address.
    pub(crate) sns_is_local: bool,
    pub(crate) limits: LimitSettings,
    pub(crate) pace: Pace,
    pub(crate) backoff: Backoff,
    /// A configuration changed which topics are wanted.
    pub(crate) topics_changed: Notify,
}

pub type SharedApp = Arc<App>;
