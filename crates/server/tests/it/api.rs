//! The AWS Chatbot API from outside. What is expected names its source: the model, the reference, observed of the real
//! service, or assumed.

mod account_preferences;
mod associations;
mod audit;
mod authorization;
mod chime_webhook_configurations;
mod configured_teams;
mod corridor;
mod custom_actions;
mod http;
mod isolation;
mod pagination;
mod slack_channel_configurations;
mod slack_user_identities;
mod slack_workspaces;
mod tags;
mod teams_channel_configurations;
mod teams_user_identities;
mod throttling;
