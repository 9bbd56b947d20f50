//! What Bellhop does with a request, whoever brought it. One file a noun; no HTTP of the front doors, no SQL.
//!
//! Every function that touches a tenant's data takes a [`Caller`] first and authorises first. What comes from SNS is
//! authorised by its signature instead: those functions take a `domain::sns_message::Verified`. What a queue of the
//! settings brings (`ingest`) is authorised by the queue's policy.

mod access_keys;
mod account_preferences;
mod associations;
mod audit;
mod authorization;
mod caller;
pub mod chat_commands;
mod chat_configurations;
mod chat_events;
mod command_permissions;
mod configured_teams;
mod conversations;
mod custom_actions;
mod deliveries;
mod error;
mod events;
mod group_roles;
mod health;
mod housekeeping;
mod ingest;
mod links;
mod notification_buttons;
mod notifications;
mod organization;
mod origin;
mod paces;
mod pagination;
mod pauses;
mod pictures;
mod refused_messages;
mod rules;
mod sign_in;
mod silences;
mod slack_channel_configurations;
mod slack_oauth;
mod slack_requests;
mod slack_sockets;
mod slack_workspaces;
mod tags;
mod teams_activities;
mod teams_installations;
mod thread_preferences;
mod throttle;
mod tickets;
mod topic_subscriptions;
mod user_identities;
mod user_roles;
mod watch;
mod whole_texts;

use std::collections::HashMap;
use std::sync::Arc;

use domain::approvals::Approvals;
use domain::delivery::{Backoff, Breaker};
use domain::notification::AccountNames;
use domain::notification::template::Templates;
use domain::rules::Rules;
use domain::sns_message::TrustedHosts;
use ipnet::IpNet;
use secrecy::SecretString;
use store::Store;
use store::outbox::AcceptRules;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;
use wire::ids::{AccountId, Arn};

pub use access_keys::{IDENTITY_LASTS_MS, Identities, Identity, NotIdentified};
pub use audit::{AuditQueue, AuditedCall, CallOutcome, JsonLines, Unrecorded};
pub use caller::Caller;
pub use chat_commands::Slots;
pub use chat_configurations::{ConfigurationPage, NewConfiguration, guardrails_in_force};
pub use chat_events::Heard;
pub use command_permissions::{CommandCredentials, CommandSessions, NoCredentials, Standing, StandingBy};
pub use configured_teams::TEAMS_MAX;
pub use custom_actions::{ActionPage, NewAction};
pub use error::AppError;
pub use events::{ConfigurationEvent, EventQueues, Shipped};
pub use group_roles::GroupMembers;
pub use ingest::{Polled, Queue};
pub use links::{
    AskedLink, LINK_LASTS_MS, LinkError, LinkStep, LinkView, OfferedRole, Proven, WhyOffered, is_role, new_browser,
    spoken_code,
};
pub use notifications::{Accepted, NotAccepted};
pub use organization::Organization;
pub use origin::Origin;
pub use paces::Paces;
pub use pauses::{Pauses, spoken};
pub use pictures::{Pictures, Undrawn, WantedPicture};
pub use refused_messages::{RefusedAt, RefusedQueue, Unwritten};
pub use sign_in::{
    FORM, GET_CALLER_IDENTITY, NONCE_HEADER, SERVER_NAME_HEADER, SignIn, SignInError, SignedIn, SignedRequest,
    server_name,
};
pub use silences::{SILENCES_EVERY_MS, Silences, new_silence};
pub use slack_oauth::{InstallLink, Installed, NoOauthApp, NotInstalled, Returned, SlackOauth};
pub use slack_requests::SigningSecrets;
pub use slack_workspaces::{NotOpened, Offered, WORKSPACES_MAX, opened_by};
pub use store::{
    ActionUpdate, ConfiguredTeam, Link, LinkRefusal, ListedConfiguration, PeopleOf, PersonId, PreferencesUpdate,
    SlackWorkspace,
};
pub use teams_activities::NotHeardTeams;
pub use teams_installations::TeamsInstallers;
pub use thread_preferences::{InForce, SaidBy, ThreadRules};
pub use throttle::Throttle;
pub use user_identities::NewUserIdentity;
pub use user_roles::{RoleBy, RoleDecision};
pub use watch::Watch;
pub use whole_texts::{UnpostedTexts, WholeTexts};

use crate::clock::SharedClock;
use crate::config::{CommandSettings, LimitSettings, Unsupported};
use crate::metrics::Metrics;
use crate::outbound::aws::AwsClient;
use crate::outbound::aws::sts::Sts;
use crate::outbound::certificates::Certificates;
use crate::outbound::chime::ChimeClient;
use crate::outbound::heartbeat::Heartbeat;
use crate::outbound::slack::SlackClient;
use crate::outbound::sns::Sns;
use crate::outbound::teams::TeamsClient;
use crate::outbound::teams::keys::TeamsKeys;
use crate::random::Random;

/// Everything that the functions of this module need. `state` makes it; front doors and workers share it.
pub struct App {
    pub(crate) store: Store,
    pub(crate) clock: SharedClock,
    pub(crate) random: Random,
    pub(crate) metrics: Metrics,
    /// What waits for Amazon CloudWatch.
    pub(crate) events: EventQueues,
    pub(crate) slack: SlackClient,
    /// Of the apps that are heard at `/slack/…`.
    pub(crate) signing_secrets: SigningSecrets,
    /// Slack can tell of presses: by requests, or by sockets.
    pub(crate) hears_slack: bool,
    pub(crate) slack_oauth: SlackOauth,
    pub(crate) sns: Sns,
    /// Polled beside `POST /sns`.
    pub(crate) queues: Vec<Arc<Queue>>,
    pub(crate) certificates: Certificates,
    pub(crate) trusted_hosts: TrustedHosts,
    /// Where SNS posts to: the public URL and `/sns`.
    pub(crate) sns_endpoint: Url,
    /// SNS itself is an emulator: it may reach a loopback address.
    pub(crate) sns_is_local: bool,
    pub(crate) limits: LimitSettings,
    pub(crate) identities: Identities,
    pub(crate) sign_in: SignIn,
    /// Roles that people may be offered, of the settings.
    pub(crate) user_roles: Vec<(AccountId, Arn)>,
    /// Calls AWS as the roles that [`Self::sts`] lends.
    pub(crate) aws: AwsClient,
    pub(crate) sts: Sts,
    pub(crate) command_sessions: CommandSessions,
    pub(crate) paces: Paces,
    pub(crate) backoff: Backoff,
    pub(crate) breaker: Breaker,
    pub(crate) accept_rules: AcceptRules,
    /// Of the settings.
    pub(crate) rules: Arc<Rules>,
    pub(crate) silences: Silences,
    pub(crate) organization: Organization,
    pub(crate) group_members: GroupMembers,
    /// Waiting messages of a channel from which on they are folded; 0: never.
    pub(crate) digest_after: i64,
    /// The longest that one attempt can take.
    pub(crate) attempt_ms: i64,
    pub(crate) pauses: Pauses,
    pub(crate) pictures: Pictures,
    pub(crate) whole_texts: WholeTexts,
    pub(crate) watch: Watch,
    pub(crate) heartbeat: Heartbeat,
    pub(crate) teams: TeamsClient,
    pub(crate) teams_keys: TeamsKeys,
    pub(crate) teams_installers: TeamsInstallers,
    pub(crate) chime: ChimeClient,
    pub(crate) commands: CommandSettings,
    pub(crate) approvals: Approvals,
    /// Of commands that run.
    pub(crate) slots: Slots,
    pub(crate) account_names: AccountNames,
    pub(crate) unsupported: Unsupported,
    pub(crate) thread_rules: ThreadRules,
    pub(crate) templates: Templates,
    /// By lane.
    pub(crate) teams_webhooks: HashMap<String, SecretString>,
    pub(crate) ledger_retention_days: u32,
    /// A configuration changed which topics are wanted.
    pub(crate) topics_changed: Notify,
    /// What was refused at the door and is not in the ledger yet.
    pub(crate) refused: RefusedQueue,
    pub(crate) audit: AuditQueue,
    pub(crate) audit_retention_days: u32,
    pub(crate) throttle: Throttle,
    /// For which requests may be signed; none named is any.
    pub(crate) regions: Vec<String>,
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// One permit for each API request that may be under way.
    pub(crate) requests: Arc<Semaphore>,
    /// What must end before the store closes: workers, and changes whose caller went away.
    pub(crate) tasks: TaskTracker,
    /// The server ends: what takes long ends early.
    pub(crate) stopping: CancellationToken,
}

pub type SharedApp = Arc<App>;
