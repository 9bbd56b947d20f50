//! `ProveLink`, Bellhop's own: a principal of AWS proves to a link of somebody in chat who they are. AWS has its console for it.

use super::members::{input, output};
use crate::ids::{AwsUserIdentity, ChatConfigurationArn, LinkCode, LinkNumber, SlackChannelName, TeamName};

input! {
    ProveLinkRequest {
        code: LinkCode = "Code",
    }
}

output! {
    /// Whom the caller would link themselves to. Names are what chat says, for people to read.
    ProveLinkResult {
        aws_user_identity: AwsUserIdentity = "AwsUserIdentity",
        chat_configuration_arn: ChatConfigurationArn = "ChatConfigurationArn",
        /// `Slack` or `Microsoft Teams`.
        platform: String = "Platform",
        user_id: String = "UserId",
        user_name: Option<String> = "UserName",
        team_name: Option<TeamName> = "TeamName",
        channel_name: Option<SlackChannelName> = "ChannelName",
        /// To be typed into the page.
        one_time_number: LinkNumber = "OneTimeNumber",
        /// `2026-11-23T12:10:00Z`
        expires_at: String = "ExpiresAt",
    }
}
