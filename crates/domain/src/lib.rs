//! What Bellhop means: notifications and their cards, rendering for chat platforms, delivery rules.
//!
//! `store` keeps these types and `server` runs them; this crate never touches a clock, a file, the environment, the
//! network or an async runtime, so that everything in it can be tested with nothing but values.

pub mod account_preferences;
pub mod approvals;
pub mod chat_configuration;
pub mod command;
pub mod conversation;
pub mod custom_action;
pub mod delivery;
mod glob;
pub mod hours;
pub mod notification;
pub mod organization;
pub mod rules;
pub mod slack_app;
pub mod slack_request;
pub mod sns_message;
pub mod teams_token;
pub mod user_identity;
pub mod watch;
