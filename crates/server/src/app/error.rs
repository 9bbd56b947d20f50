//! What can go wrong in `app`: a closed list, free of HTTP. Each front door says it in its own words.

use store::StoreError;
use wire::ids::{AccountId, ChatConfigurationArn, SlackChannelId, SlackTeamId};

/// The text of each is for the caller; what only the log may know is in [`AppError::for_the_log`].
#[derive(Debug, Clone, thiserror::Error)]
pub enum AppError {
    #[error("Resource with arn {0} already exists.")]
    AlreadyExists(ChatConfigurationArn),
    #[error(
        "Invalid request provided: Slack channel with ID {channel_id} in Slack team {team_id} has already been configured for AWS account {account_id}"
    )]
    ChannelTaken { channel_id: SlackChannelId, team_id: SlackTeamId, account_id: AccountId },
    #[error(
        "Invalid request provided: Slack workspace with ID {team_id} is not authorized with AWS account {account_id}"
    )]
    WorkspaceNotAuthorized { team_id: SlackTeamId, account_id: AccountId },
    #[error("Unable to find the resource with arn {0}")]
    NotFound(ChatConfigurationArn),
    #[error("Invalid request provided: {0} is not the arn of an Amazon SNS topic")]
    NotATopic(String),
    #[error("Limit exceeded: AWS account {account_id} has {max} Slack channel configurations already")]
    LimitExceeded { account_id: AccountId, max: u32 },
    #[error("The provided NextToken is not valid for this request")]
    InvalidNextToken,
    #[error("User: {principal} is not authorized to perform: {action} on resource: {resource}")]
    Denied { principal: String, action: String, resource: String },
    #[error("We can't process your request right now because of a server issue. Try again later.")]
    Store(#[from] StoreError),
}

impl AppError {
    /// The store did not answer; it may the next time.
    pub fn store_is_away(&self) -> bool {
        matches!(self, Self::Store(StoreError::Unavailable(_)))
    }

    /// The operator's half, where the caller's says less than happened.
    pub fn for_the_log(&self) -> Option<String> {
        match self {
            Self::Store(error) => Some(error.to_string()),
            _ => None,
        }
    }
}
