//! A command of AWS that somebody gives in chat: what it may do, what is said of it. The server's `app/chat_commands` runs it.

pub mod access_denied;
pub mod alarm_logs;
pub mod alias;
pub mod custom_action;
pub mod denied;
pub mod error_words;
pub mod forecast;
pub mod form;
pub mod help_words;
pub mod iam_action;
pub mod pipeline_approval;
pub mod refusal;
pub mod result;
pub mod session;
pub mod variables;

#[cfg(test)]
mod tests;
