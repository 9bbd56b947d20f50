//! `notifications`: what every message is read with.

use std::collections::BTreeMap;

use domain::notification::AccountNames;
use serde::Deserialize;

use super::Settings;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NotificationSettings {
    /// What messages call the accounts that they come from: `123456789012 = "prod"`. Accounts of `accounts` have theirs.
    pub account_names: BTreeMap<String, String>,
    /// What is done with messages that AWS Chatbot does not show: other text and JSON, events of nobody at AWS.
    pub unsupported: Unsupported,
}

/// AWS Chatbot's silence, for whoever wants it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unsupported {
    #[default]
    Show,
    Drop,
}

impl Settings {
    /// What messages call accounts.
    pub fn account_names(&self) -> AccountNames {
        let served = self.accounts.iter().map(|account| (account.account_id.as_str().to_owned(), account.name.clone()));
        let others = self.notifications.account_names.iter().map(|(id, name)| (id.clone(), name.clone()));
        served.chain(others).collect()
    }
}
