//! Which IAM role a person of a chat channel acts under, and who said so.

use wire::ids::{
    AccountId, Arn, AwsUserIdentity, ChatConfigurationArn, SlackTeamId, SlackUserId, TeamsChannelId, Uuid,
};

/// A person in one configuration's channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserIdentity {
    pub account_id: AccountId,
    pub configuration_arn: ChatConfigurationArn,
    pub person: Person,
    pub iam_role_arn: Arn,
    /// `None`: an administrator made the link, and not the person.
    pub aws_user_identity: Option<AwsUserIdentity>,
}

/// Who they are where the channel is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Person {
    MicrosoftTeams { tenant_id: Uuid, team_id: Uuid, channel_id: TeamsChannelId, user_id: Uuid },
    Slack { team_id: SlackTeamId, user_id: SlackUserId },
}

/// What `is_slack_id` refuses, after the id.
pub const NOT_A_SLACK_ID: &str = "is no id of Slack: it has letters and digits alone, like U012AB3CD";

/// Stricter than the model, which takes any line of text: what Slack gives no person can be nobody's.
pub fn is_slack_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
