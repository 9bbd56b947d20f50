//! The AWS Chatbot API from outside. What is expected names its source: the model, the reference, observed of the real
//! service, or assumed.

mod chime_webhook_configurations;
mod corridor;
mod pagination;
mod slack_channel_configurations;
mod slack_workspaces;
mod teams_channel_configurations;
