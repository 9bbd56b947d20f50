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

use awscall::command_line::{self, CommandLine};

use crate::notification::sensitive::is_sensitive_name;

/// The line as the people of a channel see it: exactly what runs, but for passwords and the like.
pub fn line_for_people(line: &CommandLine) -> String {
    command_line::for_people(line, is_secret)
}

/// The line as logs and the audit trail have it: without what the models call sensitive, and without passwords and the like.
pub fn line_for_records(line: &CommandLine) -> String {
    command_line::masked(line, is_secret)
}

fn is_secret(parameter: &str) -> bool {
    is_sensitive_name(parameter) && !result::is_token_of_requests(parameter)
}

#[cfg(test)]
mod tests;
