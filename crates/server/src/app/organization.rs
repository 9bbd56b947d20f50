//! The organization's chat applications policies at work: may Bellhop talk in a configuration's channel, and whose role may act
//! there. The API's describes, the worker that delivers and whoever answers in chat ask; `domain::organization` decides.
//!
//! Evaluated at run time, as AWS does: nothing is refused when it is made, and what is denied shows as DISABLED from the moment
//! on at which the policy denies it. Policies are of the settings, so a denied channel stays denied until a restart; but a
//! channel of Slack may turn from public to private at any time. Whether it did is asked of Slack only where a policy allows
//! one of the two, remembered in memory and in the store, and asked again after [`KNOWN_FOR_MS`].

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::chat_configuration::{Channel, ChatConfiguration, SlackChannel};
use domain::organization::{Allowed, ChannelType, ChatPolicies, ChatPolicy, Denied};
use moka::sync::Cache;
use secrecy::SecretString;
use store::{SeenSlackChannel, SlackChannelKey};
use wire::ids::{AccountId, SlackTeamId, Uuid};

use super::App;

/// How old an answer of Slack may be before it is asked again.
pub(super) const KNOWN_FOR_MS: i64 = 10 * 60 * 1000;
/// How long a Slack that did not say is left alone.
const UNKNOWN_FOR_MS: i64 = 60 * 1000;
/// How long one look at channels may take: somebody waits for the answer.
const LOOK_TIMEOUT: Duration = Duration::from_secs(2);
/// Requests of one look at the same time.
const LANES: usize = 4;
/// Channels in memory, a hundred bytes each.
const REMEMBERED_MAX: u64 = 20_000;

pub struct Organization {
    policies: ChatPolicies,
    seen: Cache<SlackChannelKey, Seen>,
}

/// What is known of a channel, and until when nobody need ask.
#[derive(Debug, Clone, Copy)]
struct Seen {
    channel_type: Option<ChannelType>,
    until_ms: i64,
}

impl Organization {
    pub fn new(policies: ChatPolicies) -> Self {
        Self { policies, seen: Cache::new(REMEMBERED_MAX) }
    }

    fn policy(&self, account_id: &AccountId) -> &ChatPolicy {
        &self.policies.of(account_id).policy
    }
}

impl App {
    /// What the policy of its account says of a configuration, now.
    pub async fn allowed(&self, configuration: &ChatConfiguration) -> Allowed {
        self.all_allowed([configuration]).await.pop().unwrap_or(Allowed::ALL)
    }

    /// The same of many, in their order: at most one statement of the store for all of them, and one look at Slack.
    pub async fn all_allowed(&self, configurations: impl IntoIterator<Item = &ChatConfiguration>) -> Vec<Allowed> {
        let asked: Vec<(&ChatPolicy, &ChatConfiguration)> =
            configurations.into_iter().map(|one| (self.organization.policy(&one.account_id), one)).collect();
        let mut unsure = BTreeMap::new();
        for (policy, one) in &asked {
            if let Channel::Slack(channel) = &one.channel
                && ChannelType::of_slack_id(&channel.channel_id).is_none()
                && policy.asks_channel_type(&one.channel)
            {
                let asking = Asking { account_id: one.account_id.clone(), team_id: channel.team_id.clone() };
                unsure.insert(key(channel), asking);
            }
        }
        let types = self.channel_types(unsure).await;
        let allowed = |(policy, one): (&ChatPolicy, &ChatConfiguration)| {
            let channel_type = match &one.channel {
                Channel::Slack(channel) => {
                    ChannelType::of_slack_id(&channel.channel_id).or_else(|| types.get(&key(channel)).copied())
                }
                Channel::MicrosoftTeams(_) | Channel::ChimeWebhook(_) => None,
            };
            policy.allowed(&one.channel, channel_type)
        };
        asked.into_iter().map(allowed).collect()
    }

    /// Why an account may not talk in any channel of a Slack workspace.
    pub fn workspace_denied(&self, account_id: &AccountId, team_id: &SlackTeamId) -> Option<Denied> {
        self.organization.policy(account_id).workspace(team_id).err()
    }

    /// The same of a team of Microsoft Teams.
    pub fn team_denied(&self, account_id: &AccountId, tenant_id: &Uuid, team_id: &Uuid) -> Option<Denied> {
        self.organization.policy(account_id).team(tenant_id, team_id).err()
    }

    /// The types of these channels, as far as they are known or Slack says them.
    async fn channel_types(
        &self,
        channels: BTreeMap<SlackChannelKey, Asking>,
    ) -> BTreeMap<SlackChannelKey, ChannelType> {
        let mut found = BTreeMap::new();
        let mut missing = BTreeMap::new();
        let now_ms = self.clock.now_ms();
        for (key, asking) in channels {
            match self.organization.seen.get(&key).filter(|seen| seen.until_ms > now_ms) {
                Some(seen) => found.extend(seen.channel_type.map(|channel_type| (key, channel_type))),
                None => drop(missing.insert(key, asking)),
            }
        }
        if missing.is_empty() {
            return found;
        }
        let keys: Vec<SlackChannelKey> = missing.keys().cloned().collect();
        let remembered = self.store.slack_channels(&keys).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "what is remembered of Slack's channels is not read");
            BTreeMap::new()
        });
        for (key, seen) in remembered {
            let channel_type = ChannelType::of_private(seen.is_private);
            let until_ms = seen.seen_at_ms.saturating_add(KNOWN_FOR_MS);
            if until_ms > now_ms {
                missing.remove(&key);
                self.organization.seen.insert(key.clone(), Seen { channel_type: Some(channel_type), until_ms });
            }
            // The last that Slack said stands until it says something else.
            found.insert(key, channel_type);
        }
        let said = self.ask_slack(missing, &found).await;
        found.extend(said);
        found
    }

    async fn ask_slack(
        &self,
        channels: BTreeMap<SlackChannelKey, Asking>,
        known: &BTreeMap<SlackChannelKey, ChannelType>,
    ) -> BTreeMap<SlackChannelKey, ChannelType> {
        if channels.is_empty() {
            return BTreeMap::new();
        }
        // Until Slack has said something: a look that is cut off is not repeated by everybody who comes.
        let until_ms = self.clock.now_ms().saturating_add(UNKNOWN_FOR_MS);
        for key in channels.keys() {
            self.organization.seen.insert(key.clone(), Seen { channel_type: known.get(key).copied(), until_ms });
        }
        let tokens = &self.tokens(channels.values()).await;
        let channels = &channels;
        let lane = async |first: usize| {
            for (key, asking) in channels.iter().skip(first).step_by(LANES) {
                let Some(token) = tokens.get(asking) else { continue };
                if let Some(is_private) = self.slack.channel_is_private(token, &key.1).await {
                    self.remember(key, is_private).await;
                }
            }
        };
        let looked = async { tokio::join!(lane(0), lane(1), lane(2), lane(3)) };
        if tokio::time::timeout(LOOK_TIMEOUT, looked).await.is_err() {
            tracing::warn!(channels = channels.len(), "Slack takes long to say whether channels are public or private");
        }
        let now = |key: &SlackChannelKey| Some((key.clone(), self.organization.seen.get(key)?.channel_type?));
        channels.keys().filter_map(now).collect()
    }

    /// By whom Slack is asked: a workspace once, whatever channels of it are asked about.
    async fn tokens(&self, asking: impl Iterator<Item = &Asking>) -> BTreeMap<Asking, SecretString> {
        let mut tokens = BTreeMap::new();
        for one in asking.cloned().collect::<BTreeSet<_>>() {
            match self.store.slack_workspace(&one.account_id, &one.team_id).await {
                Ok(Some(workspace)) => drop(tokens.insert(one, workspace.bot_token)),
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "a Slack workspace is not read"),
            }
        }
        tokens
    }

    async fn remember(&self, key: &SlackChannelKey, is_private: bool) {
        let seen_at_ms = self.clock.now_ms();
        let seen = Seen {
            channel_type: Some(ChannelType::of_private(is_private)),
            until_ms: seen_at_ms.saturating_add(KNOWN_FOR_MS),
        };
        self.organization.seen.insert(key.clone(), seen);
        if let Err(error) = self.store.put_slack_channel(key, SeenSlackChannel { is_private, seen_at_ms }).await {
            tracing::warn!(%error, channel = key.1, "what Slack said of a channel is not remembered");
        }
    }
}

/// On whose behalf Slack is asked about a channel.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Asking {
    account_id: AccountId,
    team_id: SlackTeamId,
}

fn key(channel: &SlackChannel) -> SlackChannelKey {
    (channel.team_id.as_str().to_owned(), channel.channel_id.as_str().to_owned())
}
