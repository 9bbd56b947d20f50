//! A chat configuration as a row: the columns of each platform's channel, and back.

use std::str::FromStr;

use domain::chat_configuration::{Channel, ChatConfiguration, ChimeWebhook, SlackChannel, TeamsChannel};
use secrecy::ExposeSecret as _;
use wire::ids::{ChatConfigurationArn, Platform};

use super::ListedConfiguration;
use crate::sql::Row;
use crate::{EncryptionKey, StoreError};

const TABLE: &str = "chat_configurations";

/// The columns that depend on the platform.
#[derive(Default)]
pub(super) struct Columns<'a> {
    pub(super) destination: String,
    pub(super) tenant_id: Option<&'a str>,
    pub(super) team_id: Option<&'a str>,
    pub(super) team_name: Option<&'a str>,
    pub(super) channel_id: Option<&'a str>,
    pub(super) channel_name: Option<&'a str>,
    pub(super) webhook_description: Option<&'a str>,
    pub(super) sealed_webhook_url: Option<Vec<u8>>,
}

impl<'a> Columns<'a> {
    pub(super) fn of(
        channel: &'a Channel,
        arn: &ChatConfigurationArn,
        key: &EncryptionKey,
    ) -> Result<Self, StoreError> {
        let destination = channel.destination();
        Ok(match channel {
            Channel::ChimeWebhook(webhook) => Self {
                destination,
                webhook_description: Some(webhook.description.as_str()),
                sealed_webhook_url: Some(key.seal(&row_name(arn.as_str()), webhook.url.as_str())?),
                ..Self::default()
            },
            Channel::MicrosoftTeams(channel) => Self {
                destination,
                tenant_id: Some(channel.tenant_id.as_str()),
                team_id: Some(channel.team_id.as_str()),
                team_name: channel.team_name.as_ref().map(AsRef::as_ref),
                channel_id: Some(channel.channel_id.as_str()),
                channel_name: channel.channel_name.as_ref().map(AsRef::as_ref),
                ..Self::default()
            },
            Channel::Slack(channel) => Self {
                destination,
                team_id: Some(channel.team_id.as_str()),
                channel_id: Some(channel.channel_id.as_str()),
                channel_name: Some(channel.channel_name.as_str()),
                ..Self::default()
            },
        })
    }
}

pub(crate) fn row_name(arn: &str) -> String {
    format!("{TABLE}/{arn}")
}

/// A row with its ARN, by which a corrupt one is reported.
struct Reader<'a> {
    row: &'a Row,
    arn: &'a str,
}

impl Reader<'_> {
    fn parsed<T: FromStr<Err: ToString>>(&self, column: &'static str) -> Result<T, StoreError> {
        self.optional(column)?.ok_or_else(|| self.corrupt(column, "it is NULL"))
    }

    fn optional<T: FromStr<Err: ToString>>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        let text: Option<&str> = self.row.try_get(column)?;
        text.map(|text| StoreError::parsed(TABLE, column, self.arn, text)).transpose()
    }

    fn json<T: serde::de::DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        let text: &str = self.row.try_get(column)?;
        serde_json::from_str(text).map_err(|_| self.corrupt(column, "not the JSON that was written"))
    }

    fn corrupt(&self, column: &'static str, problem: &str) -> StoreError {
        StoreError::corrupt(TABLE, column, self.arn, &problem)
    }
}

pub(super) fn read(row: &Row, key: &EncryptionKey) -> Result<ListedConfiguration, StoreError> {
    let text: &str = row.try_get("arn")?;
    let reader = Reader { row, arn: text };
    let arn: ChatConfigurationArn = reader.parsed("arn")?;
    let platform = arn.platform().ok_or_else(|| reader.corrupt("arn", "it names no platform"))?;
    let (channel, team_name) = match platform {
        Platform::ChimeWebhook => (Channel::ChimeWebhook(webhook(&reader, key)?), None),
        Platform::MicrosoftTeamsChannel => {
            (Channel::MicrosoftTeams(teams_channel(&reader)?), row.try_get("configured_team_name")?)
        }
        Platform::SlackChannel => (Channel::Slack(slack_channel(&reader)?), row.try_get("workspace_name")?),
    };
    let configuration = ChatConfiguration {
        account_id: reader.parsed("account_id")?,
        name: reader.parsed("name")?,
        channel,
        iam_role_arn: reader.parsed("iam_role_arn")?,
        sns_topic_arns: reader.json("sns_topic_arns")?,
        logging_level: reader.parsed("logging_level")?,
        guardrail_policy_arns: reader.json("guardrail_policy_arns")?,
        user_authorization_required: row.try_get::<i64>("user_authorization_required")? != 0,
        tags: reader.json("tags")?,
        arn,
    };
    Ok(ListedConfiguration { configuration, team_name })
}

fn webhook(reader: &Reader<'_>, key: &EncryptionKey) -> Result<ChimeWebhook, StoreError> {
    let column = "sealed_webhook_url";
    let sealed: &[u8] = reader.row.try_get(column)?;
    let url = key
        .unseal(&row_name(reader.arn), sealed)
        .ok_or_else(|| reader.corrupt(column, "the encryption key does not open it"))?;
    let url = url.expose_secret().parse().map_err(|_| reader.corrupt(column, "not the URL of a webhook"))?;
    Ok(ChimeWebhook { description: reader.parsed("webhook_description")?, url })
}

fn teams_channel(reader: &Reader<'_>) -> Result<TeamsChannel, StoreError> {
    Ok(TeamsChannel {
        tenant_id: reader.parsed("tenant_id")?,
        team_id: reader.parsed("team_id")?,
        team_name: reader.optional("team_name")?,
        channel_id: reader.parsed("channel_id")?,
        channel_name: reader.optional("channel_name")?,
    })
}

fn slack_channel(reader: &Reader<'_>) -> Result<SlackChannel, StoreError> {
    Ok(SlackChannel {
        team_id: reader.parsed("team_id")?,
        channel_id: reader.parsed("channel_id")?,
        channel_name: reader.parsed("channel_name")?,
    })
}
