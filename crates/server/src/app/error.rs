//! What can go wrong in `app`: a closed list, free of HTTP. Each front door says it in its own words.

use domain::chat_configuration::Channel;
use store::{InUse, NotAuthorized, StoreError};
use wire::ids::{AccountId, SlackTeamId, Uuid};

/// The text of each is for the caller; what only the log may know is in [`AppError::for_the_log`].
#[derive(Debug, Clone, thiserror::Error)]
pub enum AppError {
    #[error("Resource with arn {arn} already exists.")]
    AlreadyExists { arn: String },
    #[error("Invalid request provided: {} has already been configured for AWS account {account_id}", channel_words(.channel))]
    ChannelTaken { channel: Box<Channel>, account_id: AccountId },
    #[error(
        "Invalid request provided: Slack workspace with ID {team_id} is not authorized with AWS account {account_id}"
    )]
    WorkspaceNotAuthorized { team_id: SlackTeamId, account_id: AccountId },
    #[error(
        "Invalid request provided: The Microsoft Teams team id you are using is not configured: team {team_id} of tenant {tenant_id} with AWS account {account_id}"
    )]
    TeamNotConfigured { team_id: Uuid, tenant_id: Uuid, account_id: AccountId },
    #[error("Unable to find the resource with arn {arn}")]
    NotFound { arn: String },
    #[error("No Team found for the team id {team_id}")]
    TeamNotFound { team_id: Uuid },
    #[error("Channel Arn {arn} does not exist!")]
    ConfigurationOfAssociationNotFound { arn: String },
    #[error("No user identity found for user {user_id} in {configuration_arn}")]
    UserIdentityNotFound { user_id: String, configuration_arn: String },
    #[error("{what} is used by chat configurations of this account; delete them first: {}", arns_words(.in_use))]
    InUse { what: String, in_use: InUse },
    #[error("Invalid request provided: {0} is not the arn of an Amazon SNS topic")]
    NotATopic(String),
    #[error("Invalid request provided: {0}")]
    InvalidRequest(String),
    #[error("Limit exceeded: {what} {max} at most")]
    LimitExceeded { what: String, max: usize },
    #[error("{arn} may have {max} tags at most")]
    TooManyTags { arn: String, max: usize },
    #[error("The client token {client_token} was used before with other parameters.")]
    ClientTokenReused { client_token: String },
    #[error("The provided NextToken is not valid for this request")]
    InvalidNextToken,
    #[error("User: {principal} is not authorized to perform: {action} on resource: {resource} {because}")]
    Denied { principal: String, action: String, resource: String, because: String },
    #[error("Slack cannot be asked now: {0}. Try again later.")]
    SlackAway(String),
    #[error("We can't process your request right now because of a server issue. Try again later.")]
    Store(#[from] StoreError),
}

impl AppError {
    /// A workspace or a team that an account is not given.
    pub(super) fn of_authorization(refused: NotAuthorized, what: &str, max: u32) -> Self {
        match refused {
            NotAuthorized::Declared => {
                Self::InvalidRequest(format!("{what} is authorized by the settings of this server; change it there"))
            }
            NotAuthorized::Spent => {
                Self::InvalidRequest(format!("{what} was to be authorized with what was used before"))
            }
            NotAuthorized::Full => Self::LimitExceeded {
                what: format!("{what} is one too many: an account has"),
                max: usize::try_from(max).unwrap_or(usize::MAX),
            },
        }
    }

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

/// Slack's as observed; the others likewise. Source: assumed.
fn channel_words(channel: &Channel) -> String {
    match channel {
        Channel::ChimeWebhook(_) => "Chime webhook".to_owned(),
        Channel::MicrosoftTeams(channel) => {
            format!("Microsoft Teams channel with ID {} in team {}", channel.channel_id, channel.team_id)
        }
        Channel::Slack(channel) => {
            format!("Slack channel with ID {} in Slack team {}", channel.channel_id, channel.team_id)
        }
    }
}

fn arns_words(in_use: &InUse) -> String {
    let and_more = if in_use.more { ", and more" } else { "" };
    format!("{}{and_more}", in_use.configuration_arns.join(", "))
}
