//! What holds for a whole account.

use crate::chat_configuration::ChatConfiguration;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AccountPreferences {
    pub user_authorization_required: bool,
    /// Kept and shown; Bellhop trains nothing.
    pub training_data_collection_enabled: bool,
}

impl AccountPreferences {
    /// Whether people need a role of their own in a configuration's channel: the account's preference overrides the
    /// channel's. Source: AWS's administrator guide.
    pub fn require_user_authorization(self, configuration: &ChatConfiguration) -> bool {
        self.user_authorization_required || configuration.user_authorization_required
    }
}
