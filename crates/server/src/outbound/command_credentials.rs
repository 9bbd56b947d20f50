//! The credentials of a command: of an assumed role, never the server's own.
//!
//! A type of its own, so that nothing else signs a command: it is made in `outbound` alone, of what AssumeRole answered. Held in
//! memory by `app/command_permissions`, never stored, never logged.

use secrecy::SecretString;

/// Temporary credentials of a role, bound by guardrails and deny list.
#[derive(Debug, Clone)]
pub struct CommandCredentials {
    access_key_id: String,
    secret_access_key: SecretString,
    session_token: SecretString,
    expires_at_ms: i64,
}

impl CommandCredentials {
    /// Of an answer to AssumeRole. There is no other way to one.
    pub(in crate::outbound) fn of_assumed_role(
        access_key_id: String,
        secret_access_key: SecretString,
        session_token: SecretString,
        expires_at_ms: i64,
    ) -> Self {
        Self { access_key_id, secret_access_key, session_token, expires_at_ms }
    }

    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    pub fn secret_access_key(&self) -> &SecretString {
        &self.secret_access_key
    }

    pub fn session_token(&self) -> &SecretString {
        &self.session_token
    }

    pub fn expires_at_ms(&self) -> i64 {
        self.expires_at_ms
    }
}
