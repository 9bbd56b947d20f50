//! `DescribeSlackUserIdentities`, `DeleteSlackUserIdentity`: the IAM roles that people of Slack have chosen; and Bellhop's own
//! `CreateSlackUserIdentity`, for those that an administrator gives them.

use super::members::{input, output};
use crate::ids::{Arn, AwsUserIdentity, ChatConfigurationArn, MaxResults, PaginationToken, SlackTeamId, SlackUserId};

input! {
    DescribeSlackUserIdentitiesRequest {
        chat_configuration_arn: Option<ChatConfigurationArn> = "ChatConfigurationArn",
        next_token: Option<PaginationToken> = "NextToken",
        max_results: Option<MaxResults> = "MaxResults",
    }
}

output! {
    DescribeSlackUserIdentitiesResult {
        slack_user_identities: Vec<SlackUserIdentity> = "SlackUserIdentities",
        next_token: Option<PaginationToken> = "NextToken",
    }
}

output! {
    SlackUserIdentity {
        iam_role_arn: Arn = "IamRoleArn",
        chat_configuration_arn: ChatConfigurationArn = "ChatConfigurationArn",
        slack_team_id: SlackTeamId = "SlackTeamId",
        slack_user_id: SlackUserId = "SlackUserId",
        /// The AWS principal that linked the person; `null` if an administrator did.
        aws_user_identity: Option<AwsUserIdentity> = "AwsUserIdentity",
    }
}

input! {
    DeleteSlackUserIdentityRequest {
        chat_configuration_arn: ChatConfigurationArn = "ChatConfigurationArn",
        slack_team_id: SlackTeamId = "SlackTeamId",
        slack_user_id: SlackUserId = "SlackUserId",
    }
}

output! { DeleteSlackUserIdentityResult {} }

input! {
    CreateSlackUserIdentityRequest {
        chat_configuration_arn: ChatConfigurationArn = "ChatConfigurationArn",
        slack_user_id: SlackUserId = "SlackUserId",
        iam_role_arn: Arn = "IamRoleArn",
        aws_user_identity: Option<AwsUserIdentity> = "AwsUserIdentity",
    }
}

output! {
    CreateSlackUserIdentityResult {
        slack_user_identity: SlackUserIdentity = "SlackUserIdentity",
    }
}
