//! Which operations change nothing and reveal no secret, so that they may run without being confirmed; and whose answers hold secrets.
//! The plan of a command asks here. What is unsure is not read-only.

use crate::command_line::is_sensitive;
use crate::model::{Operation, Service};

/// Whether it may run at once.
pub fn is_read_only(service: &Service, operation: &Operation) -> bool {
    let _ = service;
    operation.read_only
}

/// Whether a member of its answer is marked as a secret in the model.
pub fn sensitive_output(service: &Service, operation: &Operation) -> bool {
    operation.output.is_some_and(|output| is_sensitive(service, output, &mut Vec::new()))
}
