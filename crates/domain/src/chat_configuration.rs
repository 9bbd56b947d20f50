//! A chat configuration as Bellhop keeps it, of any platform: what the API stores and the worker delivers by.

use std::collections::HashSet;

use wire::ids::{
    AccountId, Arn, ChatConfigurationArn, ChimeWebhookDescription, ChimeWebhookUrl, ConfigurationName,
    GuardrailPolicyArn, LoggingLevel, Platform, SlackChannelId, SlackChannelName, SlackTeamId, TagKey, TagValue,
    TeamName, TeamsChannelId, TeamsChannelName, Uuid,
};

/// The guardrail of a configuration that names none. Source: reference.
pub const DEFAULT_GUARDRAIL_POLICY_ARN: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatConfiguration {
    pub arn: ChatConfigurationArn,
    pub account_id: AccountId,
    pub name: ConfigurationName,
    pub channel: Channel,
    pub iam_role_arn: Arn,
    /// A set: no duplicates, in the order in which they were given.
    pub sns_topic_arns: Vec<Arn>,
    pub logging_level: LoggingLevel,
    /// In the order in which they were given; empty means [`DEFAULT_GUARDRAIL_POLICY_ARN`].
    pub guardrail_policy_arns: Vec<GuardrailPolicyArn>,
    pub user_authorization_required: bool,
    /// No key twice.
    pub tags: Vec<(TagKey, TagValue)>,
}

/// Where a configuration's messages go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Channel {
    ChimeWebhook(ChimeWebhook),
    MicrosoftTeams(TeamsChannel),
    Slack(SlackChannel),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChimeWebhook {
    pub description: ChimeWebhookDescription,
    /// Whoever knows it can post: it is a secret.
    pub url: ChimeWebhookUrl,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamsChannel {
    pub tenant_id: Uuid,
    pub team_id: Uuid,
    pub team_name: Option<TeamName>,
    pub channel_id: TeamsChannelId,
    pub channel_name: Option<TeamsChannelName>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlackChannel {
    pub team_id: SlackTeamId,
    pub channel_id: SlackChannelId,
    pub channel_name: SlackChannelName,
}

/// What an update changes; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct ConfigurationUpdate {
    pub channel: Option<ChannelUpdate>,
    pub iam_role_arn: Option<Arn>,
    pub sns_topic_arns: Option<Vec<Arn>>,
    pub logging_level: Option<LoggingLevel>,
    pub guardrail_policy_arns: Option<Vec<GuardrailPolicyArn>>,
    pub user_authorization_required: Option<bool>,
}

/// What an update changes of a channel. Of another platform than the configuration's, it changes nothing.
#[derive(Debug, Clone)]
pub enum ChannelUpdate {
    ChimeWebhook { description: Option<ChimeWebhookDescription>, url: Option<ChimeWebhookUrl> },
    MicrosoftTeams { channel_id: TeamsChannelId, channel_name: Option<TeamsChannelName> },
    Slack { channel_id: SlackChannelId, channel_name: Option<SlackChannelName> },
}

impl ChatConfiguration {
    #[must_use]
    pub fn updated(self, update: ConfigurationUpdate) -> Self {
        Self {
            channel: match update.channel {
                Some(channel) => self.channel.updated(channel),
                None => self.channel,
            },
            iam_role_arn: update.iam_role_arn.unwrap_or(self.iam_role_arn),
            sns_topic_arns: update.sns_topic_arns.map_or(self.sns_topic_arns, as_a_set),
            logging_level: update.logging_level.unwrap_or(self.logging_level),
            guardrail_policy_arns: update.guardrail_policy_arns.unwrap_or(self.guardrail_policy_arns),
            user_authorization_required: update.user_authorization_required.unwrap_or(self.user_authorization_required),
            ..self
        }
    }
}

/// The lane of a channel of Microsoft Teams. Both spellings of a percent-encoded colon, and of a UUID, are one channel.
pub fn teams_destination(team_id: &Uuid, channel_id: &TeamsChannelId) -> String {
    format!("teams/{}/{}", team_id.as_str().to_lowercase(), channel_id.as_str().replace("%3a", "%3A"))
}

impl Channel {
    pub fn platform(&self) -> Platform {
        match self {
            Self::ChimeWebhook(_) => Platform::ChimeWebhook,
            Self::MicrosoftTeams(_) => Platform::MicrosoftTeamsChannel,
            Self::Slack(_) => Platform::SlackChannel,
        }
    }

    /// The lane of the outbox that this channel's messages go through. Two accounts may configure one channel: they
    /// share its lane, because the platform's limit is the channel's.
    pub fn destination(&self) -> String {
        match self {
            Self::ChimeWebhook(webhook) => format!("chime/{}", webhook.id()),
            Self::MicrosoftTeams(channel) => teams_destination(&channel.team_id, &channel.channel_id),
            Self::Slack(channel) => format!("slack/{}/{}", channel.team_id, channel.channel_id),
        }
    }

    fn updated(self, update: ChannelUpdate) -> Self {
        match (self, update) {
            (Self::ChimeWebhook(webhook), ChannelUpdate::ChimeWebhook { description, url }) => {
                Self::ChimeWebhook(ChimeWebhook {
                    description: description.unwrap_or(webhook.description),
                    url: url.unwrap_or(webhook.url),
                })
            }
            (Self::MicrosoftTeams(channel), ChannelUpdate::MicrosoftTeams { channel_id, channel_name }) => {
                let channel_name = channel_name.or(channel.channel_name);
                Self::MicrosoftTeams(TeamsChannel { channel_id, channel_name, ..channel })
            }
            (Self::Slack(channel), ChannelUpdate::Slack { channel_id, channel_name }) => {
                let channel_name = channel_name.unwrap_or(channel.channel_name);
                Self::Slack(SlackChannel { channel_id, channel_name, ..channel })
            }
            (unlike, _) => unlike,
        }
    }
}

impl ChimeWebhook {
    /// What stands between the path and the token, and is no secret.
    fn id(&self) -> &str {
        let last = self.url.as_str().rsplit('/').next().unwrap_or_default();
        last.split('?').next().unwrap_or_default()
    }
}

/// Topics as the set that they are: one listed twice is one.
pub fn as_a_set(mut topics: Vec<Arn>) -> Vec<Arn> {
    let mut seen = HashSet::new();
    topics.retain(|topic| seen.insert(topic.clone()));
    topics
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slack() -> Channel {
        Channel::Slack(SlackChannel {
            team_id: "T0SANDBOX".parse().unwrap(),
            channel_id: "C1".parse().unwrap(),
            channel_name: "ops".parse().unwrap(),
        })
    }

    fn chime() -> Channel {
        Channel::ChimeWebhook(ChimeWebhook {
            description: "Ops".parse().unwrap(),
            url: "https://hooks.chime.aws/incomingwebhooks/the-id?token=the-token".parse().unwrap(),
        })
    }

    #[test]
    fn a_lane_is_named_by_the_channel_and_by_no_secret() {
        let teams = Channel::MicrosoftTeams(TeamsChannel {
            tenant_id: "66666666-7777-4888-9999-aaaaaaaaaaaa".parse().unwrap(),
            team_id: "11111111-2222-4333-8444-555555555555".parse().unwrap(),
            team_name: None,
            channel_id: "19%3Aa%40thread.tacv2".parse().unwrap(),
            channel_name: None,
        });
        assert_eq!(slack().destination(), "slack/T0SANDBOX/C1");
        assert_eq!(teams.destination(), "teams/11111111-2222-4333-8444-555555555555/19%3Aa%40thread.tacv2");
        assert_eq!(chime().destination(), "chime/the-id");
        let spelled = |team_id: &str, channel_id: &str| {
            let Channel::MicrosoftTeams(channel) = teams.clone() else { panic!("{teams:?}") };
            let (team_id, channel_id) = (team_id.parse().unwrap(), channel_id.parse().unwrap());
            Channel::MicrosoftTeams(TeamsChannel { team_id, channel_id, ..channel }).destination()
        };
        let otherwise = spelled("aaaaaaaa-2222-4333-8444-555555555555", "19%3aA%40thread.tacv2");
        assert_eq!(spelled("AAAAAAAA-2222-4333-8444-555555555555", "19%3AA%40thread.tacv2"), otherwise);
    }

    #[test]
    fn an_update_of_another_platform_changes_nothing() {
        let update = ChannelUpdate::Slack { channel_id: "C2".parse().unwrap(), channel_name: None };
        assert_eq!(chime().updated(update.clone()), chime());
        assert_eq!(slack().updated(update).destination(), "slack/T0SANDBOX/C2");
    }

    #[test]
    fn topics_are_a_set_in_the_order_given() {
        let topics = ["b", "a", "b"].map(|name| format!("arn:aws:sns:us-east-1:123456789012:{name}").parse().unwrap());
        let names: Vec<_> = as_a_set(topics.to_vec()).iter().map(|topic| topic.resource().to_owned()).collect();
        assert_eq!(names, ["b", "a"]);
    }
}
