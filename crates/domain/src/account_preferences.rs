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

#[cfg(test)]
mod tests {
    use wire::ids::{AccountId, ChatConfigurationArn, LoggingLevel, Platform};

    use super::*;
    use crate::chat_configuration::{Channel, ChimeWebhook};

    #[test]
    fn the_accounts_preference_overrides_the_channels() {
        let (account_id, name): (AccountId, _) = ("123456789012".parse().unwrap(), "ops".parse().unwrap());
        let configuration = |user_authorization_required| ChatConfiguration {
            arn: ChatConfigurationArn::new(Platform::ChimeWebhook, &account_id, &name),
            account_id: account_id.clone(),
            name: name.clone(),
            channel: Channel::ChimeWebhook(ChimeWebhook {
                description: "Ops".parse().unwrap(),
                url: "https://hooks.chime.aws/incomingwebhooks/a?token=b".parse().unwrap(),
            }),
            iam_role_arn: "arn:aws:iam::123456789012:role/chat".parse().unwrap(),
            sns_topic_arns: Vec::new(),
            logging_level: LoggingLevel::None,
            guardrail_policy_arns: Vec::new(),
            user_authorization_required,
            tags: Vec::new(),
        };
        for (of_account, of_channel, required) in
            [(false, false, false), (false, true, true), (true, false, true), (true, true, true)]
        {
            let preferences =
                AccountPreferences { user_authorization_required: of_account, ..AccountPreferences::default() };
            assert_eq!(preferences.require_user_authorization(&configuration(of_channel)), required);
        }
    }
}
