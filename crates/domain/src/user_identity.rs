//! Which IAM role a person of a chat channel acts under, and who said so; and which role a group of people has.

use std::str::FromStr;

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

/// The role that an administrator gave to a group, in one configuration's channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupIdentity {
    pub configuration_arn: ChatConfigurationArn,
    pub group: Group,
    pub iam_role_arn: Arn,
}

/// A group of people, as the platform of the channel knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Group {
    /// Its object id in Microsoft Entra.
    MicrosoftTeams(Uuid),
    Slack(SlackGroupId),
}

impl Group {
    pub fn as_str(&self) -> &str {
        match self {
            Self::MicrosoftTeams(id) => id.as_str(),
            Self::Slack(id) => id.as_str(),
        }
    }

    /// The id of a group of Microsoft Entra.
    pub fn of_entra(&self) -> Option<&Uuid> {
        match self {
            Self::MicrosoftTeams(id) => Some(id),
            Self::Slack(_) => None,
        }
    }

    /// For people to read.
    pub fn words(&self) -> String {
        match self {
            Self::MicrosoftTeams(id) => format!("the group {id}"),
            Self::Slack(id) => format!("the user group {}", id.as_str()),
        }
    }
}

/// A user group of Slack, like `S0123ABCD`. Source: the examples of Slack's reference, `usergroups.list`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SlackGroupId(String);

/// Slack documents no length; its ids of today have eleven.
const SLACK_GROUP_ID_MAX: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no user group of Slack: its id begins with S, like `S0123ABCD`")]
pub struct NotAGroup(String);

impl SlackGroupId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SlackGroupId {
    type Err = NotAGroup;

    fn from_str(text: &str) -> Result<Self, NotAGroup> {
        let is_good = text.starts_with('S') && text.len() > 1 && text.len() <= SLACK_GROUP_ID_MAX && is_slack_id(text);
        if is_good {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAGroup(text.chars().take(SLACK_GROUP_ID_MAX).collect()))
        }
    }
}
