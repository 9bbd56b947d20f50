//! What only Slack channels have: a workspace that must be authorised, and a name that Slack knows.

use std::time::Duration;

use domain::chat_configuration::{Channel, ChannelUpdate, ConfigurationUpdate, SlackChannel};
use store::{ListedConfiguration, SlackWorkspace};
use wire::ids::{ChatConfigurationArn, Platform, SlackChannelId, SlackChannelName, SlackTeamId};
use wire::operations::Operation;

use super::chat_configurations::{NewConfiguration, authorize_create};
use super::{App, AppError, Caller};

/// How long a create or update waits for Slack to name the channel. The id stands in for a name that does not come.
const CHANNEL_NAME_TIMEOUT: Duration = Duration::from_secs(2);

impl App {
    /// `channel_name`: as Slack calls it, unless it is given.
    pub async fn create_slack_channel_configuration(
        &self,
        caller: &Caller,
        (team_id, channel_id, channel_name): (SlackTeamId, SlackChannelId, Option<SlackChannelName>),
        new: impl FnOnce(Channel) -> NewConfiguration,
    ) -> Result<ListedConfiguration, AppError> {
        let operation = Operation::CreateSlackChannelConfiguration;
        let named = channel_name.clone().unwrap_or_else(|| (&channel_id).into());
        let mut new = new(Channel::Slack(SlackChannel { team_id: team_id.clone(), channel_id, channel_name: named }));
        // Before Slack is asked anything on the caller's behalf.
        authorize_create(caller, operation, &new)?;
        if let (None, Channel::Slack(channel)) = (channel_name, &mut new.channel) {
            let (team_id, account_id) = (team_id, caller.account_id.clone());
            let workspace = self.store.slack_workspace(&account_id, &team_id).await?;
            let workspace = workspace.ok_or(AppError::WorkspaceNotAuthorized { team_id, account_id })?;
            channel.channel_name = self.channel_name(&workspace, &channel.channel_id).await;
        }
        self.create_chat_configuration(caller, operation, new).await
    }

    pub async fn update_slack_channel_configuration(
        &self,
        caller: &Caller,
        arn: &ChatConfigurationArn,
        (channel_id, channel_name): (SlackChannelId, Option<SlackChannelName>),
        mut update: ConfigurationUpdate,
    ) -> Result<ListedConfiguration, AppError> {
        let (operation, platform) = (Operation::UpdateSlackChannelConfiguration, Platform::SlackChannel);
        let before = self.configuration_to_change(caller, operation, platform, arn).await?;
        // As in a create: before Slack is asked anything.
        if let Some(role) = &update.iam_role_arn {
            caller.authorize_to_pass(role)?;
        }
        let mut channel_name = channel_name;
        if let (None, Channel::Slack(channel)) = (&channel_name, &before.configuration.channel)
            && channel.channel_id != channel_id
        {
            let workspace = self.store.slack_workspace(&caller.account_id, &channel.team_id).await?;
            let (team_id, account_id) = (channel.team_id.clone(), caller.account_id.clone());
            let workspace = workspace.ok_or(AppError::WorkspaceNotAuthorized { team_id, account_id })?;
            channel_name = Some(self.channel_name(&workspace, &channel_id).await);
        }
        update.channel = Some(ChannelUpdate::Slack { channel_id, channel_name });
        self.update_chat_configuration(caller, operation, platform, arn, update).await
    }

    /// What Slack calls the channel; clients expect a name even when none was sent.
    async fn channel_name(&self, workspace: &SlackWorkspace, channel_id: &SlackChannelId) -> SlackChannelName {
        let asked = self.slack.channel_name(&workspace.bot_token, channel_id.as_str());
        let name = tokio::time::timeout(CHANNEL_NAME_TIMEOUT, asked).await.ok().flatten();
        name.and_then(|name| SlackChannelName::parse(&name).ok()).unwrap_or_else(|| channel_id.into())
    }
}
