//! What Bellhop remembers: the only SQL. `app` and `worker` call it; it decides nothing and speaks to nobody.
//!
//! Conventions, which every function here keeps:
//! * "Not found" is `Ok(None)` or an empty list, never an error.
//! * Time is a parameter (`now_ms`), so that a test can move it.
//! * A function that changes several rows changes them in one transaction, and returns after the commit.
//! * No type of the database driver is in a signature.
//! * Lists are read by key in pages; no statement reads more than it returns.

mod access_keys;
mod account_preferences;
mod account_usage;
mod accounts;
mod associations;
mod audit_records;
mod chat_commands;
mod chat_configurations;
mod chat_events;
mod check;
mod command_aliases;
mod command_defaults;
mod configuration_preferences;
mod configured_teams;
mod copy;
mod custom_actions;
mod database;
mod error;
mod findings;
mod group_identities;
mod identities;
mod links;
mod oauth_states;
pub mod outbox;
mod pictures;
mod policies;
mod refused_messages;
mod secrets;
mod sessions;
mod silences;
mod slack_channels;
mod slack_workspaces;
mod sql;
mod tags;
mod team_use;
mod teams_installations;
mod threads;
mod topic_listeners;
mod topic_subscriptions;
mod turns;
mod user_identities;
mod users;

pub use access_keys::{AccessKey, AccessKeyMetadata};
pub use account_preferences::PreferencesUpdate;
pub use accounts::Account;
pub use associations::Absent;
pub use audit_records::{AuditOrder, AuditPosition, AuditRecord, NewAuditRecord};
pub use chat_commands::{ChatCommand, ChatCommandState, Moved, NewChatCommand};
pub use chat_configurations::{ListedConfiguration, Refused};
pub use chat_events::{ChatEventKind, ChatEventLease, ChatEventOutcome, ListedChatEvent, NewChatEvent};
pub use check::{Checked, CountedState, SealedColumn};
pub use command_aliases::{AliasCreated, CommandAlias};
pub use configuration_preferences::ConfigurationPreferences;
pub use configured_teams::ConfiguredTeam;
pub use copy::{Copied, CopiedTable, CopyError};
pub use custom_actions::{ActionCreated, ActionUpdate, Idempotency};
pub use database::{KEY_FILE, PostgresSettings, Role, Schema, Store, StoreSettings};
pub use error::StoreError;
pub use findings::ToldFinding;
pub use group_identities::TooManyGroups;
pub use identities::{DeclaredAccount, DeclaredIdentities, DeclaredPolicy, DeclaredUser, Entity, Refusal};
pub use links::{Link, LinkProof, LinkRefusal, LinkState, NUMBER_TRIES_MAX, NewLink};
pub use oauth_states::{OauthState, SpentState};
pub use pictures::Picture;
pub use policies::{ATTACHMENTS_MAX, POLICIES_MAX, Policy, PolicyAttachment};
pub use refused_messages::RefusedMessage;
pub use secrets::{EncryptionKey, EncryptionKeyError};
pub use sessions::{SESSIONS_MAX, Session, SessionMetadata};
pub use silences::{NewSilence, SILENCES_MAX, StoredSilence};
pub use slack_channels::{SeenSlackChannel, SlackChannelKey};
pub use slack_workspaces::{SlackWorkspace, TokenRotation};
pub use tags::{Tags, TooManyTags};
pub use team_use::{InUse, NotAuthorized};
pub use teams_installations::TeamsInstallation;
pub use threads::{Thread, ThreadEntry, ThreadLookup};
pub use topic_subscriptions::{SubscriptionState, TopicSubscription};
pub use user_identities::{PeopleOf, PersonId, TooManyPeople, person_key};
pub use users::User;
