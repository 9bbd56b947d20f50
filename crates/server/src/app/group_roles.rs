//! Roles that administrators give to groups of people: which group of a configuration a person is in. `role_of` asks, after a
//! person's own role and before the channel's. Nothing here changes a group, and who is in one is the platform's to say.
//!
//! Fails closed: of whom the platform does not say, in time, that they are in a group, is not in it. Members of Slack's groups
//! are remembered for [`KNOWN_FOR_MS`], so that whoever leaves a group has its role for that long at most.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use domain::chat_configuration::{Channel, ChatConfiguration};
use domain::user_identity::{Group, GroupIdentity, SlackGroupId};
use moka::sync::Cache;
use store::{PersonId, StoreError};
use wire::ids::{AccountId, SlackTeamId, Uuid};

use super::App;

const KNOWN_FOR_MS: i64 = 5 * 60 * 1000;
/// How long all questions of one decision may take: a form that it stands before must open within three seconds.
const LOOK_TIMEOUT: Duration = Duration::from_secs(2);
/// Members of all remembered groups together, some fifty bytes each.
const MEMBERS_MAX: u64 = 500_000;

type Key = (AccountId, SlackTeamId, SlackGroupId);

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
    /// The first by its id of the configuration's groups that the person is in.
    pub(super) async fn group_of(
        &self,
        configuration: &ChatConfiguration,
        person: &PersonId,
    ) -> Result<Option<GroupIdentity>, StoreError> {
        let groups = self.store.group_identities(&configuration.arn).await?;
        if groups.is_empty() {
            return Ok(None);
        }
        let looked = self.first_of(configuration, person, groups);
        tokio::time::timeout(LOOK_TIMEOUT, looked).await.unwrap_or_else(|_| {
            tracing::warn!(configuration = %configuration.arn, "who is in which group is not said in time: nobody is");
            Ok(None)
        })
    }

    async fn first_of(
        &self,
        configuration: &ChatConfiguration,
        person: &PersonId,
        groups: Vec<GroupIdentity>,
    ) -> Result<Option<GroupIdentity>, StoreError> {
        match (&configuration.channel, person) {
            (Channel::Slack(channel), PersonId::Slack(user_id)) => {
                for identity in groups {
                    let Group::Slack(group_id) = &identity.group else { continue };
                    let key = (configuration.account_id.clone(), channel.team_id.clone(), group_id.clone());
                    if self.slack_members(key).await?.is_some_and(|it| it.user_ids.contains(user_id.as_str())) {
                        return Ok(Some(identity));
                    }
                }
                Ok(None)
            }
            (Channel::MicrosoftTeams(channel), PersonId::MicrosoftTeams(user_id)) => {
                let ids: Vec<&Uuid> = groups.iter().filter_map(|identity| identity.group.of_entra()).collect();
                let found = match self.teams.groups_of(&channel.tenant_id, user_id, &ids).await {
                    Ok(found) => found,
                    Err(reason) => {
                        tracing::warn!(configuration = %configuration.arn, reason, "Microsoft Graph does not say who is in a group");
                        return Ok(None);
                    }
                };
                let is_in = |it: &GroupIdentity| found.iter().any(|id| id.eq_ignore_ascii_case(it.group.as_str()));
                Ok(groups.into_iter().find(is_in))
            }
            _ => Ok(None),
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
        match self.slack.user_group_members(&workspace.bot_token, group_id.as_str()).await {
            Ok(user_ids) => {
                let members = Arc::new(Members { user_ids, until_ms: now_ms.saturating_add(KNOWN_FOR_MS) });
                self.group_members.0.insert(key, members.clone());
                Ok(Some(members))
            }
            Err(error) => {
                tracing::warn!(%team_id, group_id = group_id.as_str(), %error, "Slack does not say who is in a user group");
                Ok(None)
            }
        }
    }
}
