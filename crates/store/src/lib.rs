//! What Bellhop remembers: the only SQL. `app` and `worker` call it; it decides nothing and speaks to nobody.
//!
//! Conventions, which every function here keeps:
//! * "Not found" is `Ok(None)` or an empty list, never an error.
//! * Time is a parameter (`now_ms`), so that a test can move it.
//! * A function that changes several rows changes them in one transaction, and returns after the commit.
//! * No type of the database driver is in a signature.
//! * Lists are read by key in pages; no statement reads more than it returns.

mod access_keys;
mod audit_records;
mod database;
mod error;
pub mod outbox;
mod secrets;
mod slack_channel_configurations;
mod slack_workspaces;
mod threads;
mod topic_subscriptions;

pub use access_keys::AccessKey;
pub use audit_records::{AuditOrder, AuditPosition, AuditRecord, NewAuditRecord};
pub use database::{Store, StoreSettings};
pub use error::StoreError;
pub use secrets::{EncryptionKey, EncryptionKeyError};
pub use slack_channel_configurations::{ConfigurationUpdate, Taken};
pub use slack_workspaces::SlackWorkspace;
pub use threads::ThreadParent;
pub use topic_subscriptions::{SubscriptionState, TopicSubscription};
