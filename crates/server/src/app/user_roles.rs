//! Under which role a person acts in a configuration's channel: the one question that whatever acts in AWS asks first.

use domain::chat_configuration::ChatConfiguration;
use domain::user_identity::{Group, GroupIdentity};
use store::{PersonId, StoreError};
use wire::ids::{Arn, AwsUserIdentity};

use super::App;
use super::group_roles::GroupRole;

/// Neither the channel's nor anybody's.
const NO_ROLE: &str = "The chat applications policy of your organization allows no role here, neither the channel's nor one of \
                       your own. Please contact its administrator.";

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleDecision {
    /// They have none of their own, and need none.
    Channel {
        role: Arn,
    },
    Person {
        role: Arn,
        by: RoleBy,
    },
    /// They need a role of their own, by the channel's `UserAuthorizationRequired` or the account's, and have none.
    LinkFirst,
    /// One of their groups may decide, and it is not known now which they are in.
    Unknown,
    /// The organization's policy lets nobody act; why, for the person.
    Refused(String),
}

/// Who gave a person their role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleBy {
    /// By a link, as this principal.
    Themselves(AwsUserIdentity),
    Administrator,
    /// An administrator gave it to a group that they are in.
    Group(Group),
}

impl RoleBy {
    /// For that person to read.
    pub fn words(&self) -> String {
        match self {
            Self::Themselves(identity) => format!("you linked it as {}", identity.as_str()),
            Self::Group(group) => format!("{} gives it to you", group.words()),
            Self::Administrator => "an administrator gave it to you".to_owned(),
        }
    }
}

impl App {
    pub async fn role_of(
        &self,
        configuration: &ChatConfiguration,
        person: &PersonId,
    ) -> Result<RoleDecision, StoreError> {
        let roles = self.allowed(configuration).await.roles;
        if roles.user_role
            && let Some(identity) = self.store.user_identity(&configuration.arn, person).await?
        {
            let by = identity.aws_user_identity.map_or(RoleBy::Administrator, RoleBy::Themselves);
            return Ok(RoleDecision::Person { role: identity.iam_role_arn, by });
        }
        let by_group = if roles.user_role { self.group_of(configuration, person).await? } else { GroupRole::None };
        if let GroupRole::Of(GroupIdentity { group, iam_role_arn: role, .. }) = by_group {
            return Ok(RoleDecision::Person { role, by: RoleBy::Group(group) });
        }
        let preferences = self.store.account_preferences(&configuration.account_id).await?;
        if roles.require_user_role(preferences.require_user_authorization(configuration)) {
            return Ok(RoleDecision::LinkFirst);
        }
        if !roles.channel_role {
            return Ok(RoleDecision::Refused(NO_ROLE.to_owned()));
        }
        // The channel's role may be wider than their group's.
        if matches!(by_group, GroupRole::Unknown) {
            return Ok(RoleDecision::Unknown);
        }
        Ok(RoleDecision::Channel { role: configuration.iam_role_arn.clone() })
    }
}
