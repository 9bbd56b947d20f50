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
