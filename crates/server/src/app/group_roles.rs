//! Roles that administrators give to groups of people: which group of a configuration a person is in. `role_of` asks, after a
//! person's own role and before the channel's. Nothing here changes a group, and who is in one is the platform's to say.
//!
//! Fails closed: where the platform does not say, in time, who is in a group, it is not known which role a person has, and they
//! get none by it, neither the group's nor a wider one. Members of Slack's groups are remembered for [`KNOWN_FOR_MS`], so that
//! whoever leaves a group has its role for that long at most.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use domain::chat_configuration::{Channel, ChatConfiguration};
use domain::user_identity::{Group, GroupIdentity, SlackGroupId};
use moka::sync::Cache;
use store::{PersonId, StoreError};
use wire::ids::{AccountId, SlackTeamId, Uuid};

use super::App;
use crate::outbound::slack::oauth::SlackRefusal;

const KNOWN_FOR_MS: i64 = 5 * 60 * 1000;
/// How long all questions of one decision may take: a form that it stands before must open within three seconds.
const LOOK_TIMEOUT: Duration = Duration::from_secs(2);
/// Members of all remembered groups together, some fifty bytes each.
const MEMBERS_MAX: u64 = 500_000;

type Key = (AccountId, SlackTeamId, SlackGroupId);

/// Slack's code for a user group that is not there any more: nobody is in it.
/// Source: <https://docs.slack.dev/reference/methods/usergroups.users.list>.
const NO_SUCH_GROUP: &str = "no_such_subteam";

/// What a configuration's groups mean for a person.
pub(super) enum GroupRole {
    /// The first by its id of those that they are in.
    Of(GroupIdentity),
    /// They are in none.
    None,
    /// The platform does not say.
    Unknown,
}

/// Members of Slack's user groups.
pub struct GroupMembers(Cache<Key, Arc<Members>>);

struct Members {
    user_ids: HashSet<String>,
    until_ms: i64,
}

impl Default for GroupMembers {
    fn default() -> Self {
        // A group without members is an entry too.
        let weight = |_: &Key, members: &Arc<Members>| u32::try_from(members.user_ids.len() + 1).unwrap_or(u32::MAX);
        Self(Cache::builder().weigher(weight).max_capacity(MEMBERS_MAX).build())
    }
}

impl App {
    /// Which of the configuration's groups gives the person a role.
    pub(super) async fn group_of(
        &self,
        configuration: &ChatConfiguration,
        person: &PersonId,
    ) -> Result<GroupRole, StoreError> {
        let groups = self.store.group_identities(&configuration.arn).await?;
        if groups.is_empty() {
            return Ok(GroupRole::None);
        }
        let looked = self.first_of(configuration, person, groups);
        tokio::time::timeout(LOOK_TIMEOUT, looked).await.unwrap_or_else(|_| {
            tracing::warn!(configuration = %configuration.arn, "it is not said in time who is in which group");
            Ok(GroupRole::Unknown)
        })
    }

    async fn first_of(
        &self,
        configuration: &ChatConfiguration,
        person: &PersonId,
        groups: Vec<GroupIdentity>,
    ) -> Result<GroupRole, StoreError> {
        match (&configuration.channel, person) {
            (Channel::Slack(channel), PersonId::Slack(user_id)) => {
                for identity in groups {
                    let Group::Slack(group_id) = &identity.group else { continue };
                    let key = (configuration.account_id.clone(), channel.team_id.clone(), group_id.clone());
                    // A later group's role is not theirs if they may be in this one.
                    let Some(members) = self.slack_members(key).await? else { return Ok(GroupRole::Unknown) };
                    if members.user_ids.contains(user_id.as_str()) {
                        return Ok(GroupRole::Of(identity));
                    }
                }
                Ok(GroupRole::None)
            }
            (Channel::MicrosoftTeams(channel), PersonId::MicrosoftTeams(user_id)) => {
                let ids: Vec<&Uuid> = groups.iter().filter_map(|identity| identity.group.of_entra()).collect();
                let found = match self.teams.groups_of(&channel.tenant_id, user_id, &ids).await {
                    Ok(found) => found,
                    Err(reason) => {
                        tracing::warn!(configuration = %configuration.arn, reason, "Microsoft Graph does not say who is in a group");
                        return Ok(GroupRole::Unknown);
                    }
                };
                let is_in = |it: &GroupIdentity| found.iter().any(|id| id.eq_ignore_ascii_case(it.group.as_str()));
                Ok(groups.into_iter().find(is_in).map_or(GroupRole::None, GroupRole::Of))
            }
            _ => Ok(GroupRole::None),
        }
    }

    /// `None`: Slack does not say.
    async fn slack_members(&self, key: Key) -> Result<Option<Arc<Members>>, StoreError> {
        let now_ms = self.clock.now_ms();
        if let Some(known) = self.group_members.0.get(&key).filter(|members| members.until_ms > now_ms) {
            return Ok(Some(known));
        }
        let (account_id, team_id, group_id) = &key;
        let Some(workspace) = self.store.slack_workspace(account_id, team_id).await? else { return Ok(None) };
        match self.slack.user_group_members(&workspace.bot_token, team_id.as_str(), group_id.as_str()).await {
            Ok(user_ids) => Ok(Some(self.remember_members(key, user_ids, now_ms))),
            Err(SlackRefusal::Code(code)) if code == NO_SUCH_GROUP => {
                tracing::warn!(%team_id, group_id = group_id.as_str(), "a user group that has a role is not there: nobody is in it");
                Ok(Some(self.remember_members(key, HashSet::new(), now_ms)))
            }
            Err(error) => {
                tracing::warn!(%team_id, group_id = group_id.as_str(), %error, "Slack does not say who is in a user group");
                Ok(None)
            }
        }
    }

    fn remember_members(&self, key: Key, user_ids: HashSet<String>, now_ms: i64) -> Arc<Members> {
        let members = Arc::new(Members { user_ids, until_ms: now_ms.saturating_add(KNOWN_FOR_MS) });
        self.group_members.0.insert(key, members.clone());
        members
    }
}
