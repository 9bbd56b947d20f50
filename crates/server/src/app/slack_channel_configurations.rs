//! Slack channel configurations: create, describe, update, delete.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use domain::slack_channel_configuration::{DEFAULT_GUARDRAIL_POLICY_ARN, SlackChannelConfiguration};
use domain::sns_message::TopicArn;
pub use store::ConfigurationUpdate;
use store::{SlackWorkspace, Taken};
use wire::ids::{Arn, ChatConfigurationArn, ConfigurationName, GuardrailPolicyArn, LoggingLevel, MaxResults};
use wire::ids::{PaginationToken, Platform, SlackChannelId, SlackChannelName, SlackTeamId, TagKey, TagValue};
use wire::operations::Operation;

use super::pagination::rows_to_read;
use super::{App, AppError, Caller};

/// How long a create or update waits for Slack to name the channel. The id stands in for a name that does not come.
const CHANNEL_NAME_TIMEOUT: Duration = Duration::from_secs(2);

/// A configuration to be made. Account and ARN follow from the caller.
#[derive(Debug, Clone)]
pub struct NewConfiguration {
    pub name: ConfigurationName,
    pub team_id: SlackTeamId,
    pub channel_id: SlackChannelId,
    /// `None`: as Slack calls it.
    pub channel_name: Option<SlackChannelName>,
    pub iam_role_arn: Arn,
    pub sns_topic_arns: Vec<Arn>,
    pub logging_level: LoggingLevel,
    pub guardrail_policy_arns: Vec<GuardrailPolicyArn>,
    pub user_authorization_required: bool,
    pub tags: Vec<(TagKey, TagValue)>,
}

/// A configuration with what its workspace adds.
#[derive(Debug, Clone)]
pub struct DescribedConfiguration {
    pub configuration: SlackChannelConfiguration,
    /// `None`: the workspace is no longer authorised.
    pub team_name: Option<String>,
}

#[derive(Debug, Clone)]
pub struct ConfigurationPage {
    pub configurations: Vec<DescribedConfiguration>,
    pub next_token: Option<String>,
}

impl App {
    pub async fn create_slack_channel_configuration(
        &self,
        caller: &Caller,
        new: NewConfiguration,
    ) -> Result<DescribedConfiguration, AppError> {
        caller.authorize(Operation::CreateSlackChannelConfiguration, "*")?;
        check_topics(&new.sns_topic_arns)?;
        let workspace = self.authorized_workspace(caller, &new.team_id).await?;
        self.check_limit(caller).await?;
        let channel_name = match new.channel_name {
            Some(name) => name,
            None => self.channel_name(&workspace, &new.channel_id).await,
        };
        let configuration = SlackChannelConfiguration {
            arn: ChatConfigurationArn::new(Platform::SlackChannel, &caller.account_id, &new.name),
            account_id: caller.account_id.clone(),
            name: new.name,
            team_id: new.team_id,
            channel_id: new.channel_id,
            channel_name,
            iam_role_arn: new.iam_role_arn,
            sns_topic_arns: as_a_set(new.sns_topic_arns),
            logging_level: new.logging_level,
            guardrail_policy_arns: new.guardrail_policy_arns,
            user_authorization_required: new.user_authorization_required,
            tags: new.tags,
        };
        let taken = self.store.create_slack_channel_configuration(&configuration, self.clock.now_ms()).await?;
        taken.map_err(|taken| taken_error(taken, &configuration))?;
        self.topics_changed.notify_one();
        Ok(DescribedConfiguration { configuration, team_name: Some(workspace.team_name) })
    }

    pub async fn describe_slack_channel_configurations(
        &self,
        caller: &Caller,
        arn: Option<&ChatConfigurationArn>,
        max_results: MaxResults,
        token: Option<&PaginationToken>,
    ) -> Result<ConfigurationPage, AppError> {
        let operation = Operation::DescribeSlackChannelConfigurations;
        caller.authorize(operation, arn.map_or("*", ChatConfigurationArn::as_str))?;
        let after = self.page_start(operation, &caller.account_id, token)?;
        if let Some(arn) = arn {
            let found = self.store.slack_channel_configuration(&caller.account_id, arn).await?;
            let configurations = self.with_team_names(caller, found.into_iter().collect()).await?;
            return Ok(ConfigurationPage { configurations, next_token: None });
        }
        let wanted = rows_to_read(max_results);
        let rows = self.store.slack_channel_configurations(&caller.account_id, after.as_deref(), wanted).await?;
        let (rows, next_token) = self.page(operation, &caller.account_id, rows, max_results, |row| row.arn.as_str())?;
        Ok(ConfigurationPage { configurations: self.with_team_names(caller, rows).await?, next_token })
    }

    pub async fn update_slack_channel_configuration(
        &self,
        caller: &Caller,
        arn: &ChatConfigurationArn,
        mut update: ConfigurationUpdate,
    ) -> Result<DescribedConfiguration, AppError> {
        caller.authorize(Operation::UpdateSlackChannelConfiguration, arn.as_str())?;
        check_topics(update.sns_topic_arns.as_deref().unwrap_or_default())?;
        update.sns_topic_arns = update.sns_topic_arns.map(as_a_set);
        let not_found = || AppError::NotFound(arn.clone());
        let before = self.store.slack_channel_configuration(&caller.account_id, arn).await?.ok_or_else(not_found)?;
        let channel_id = update.channel_id.clone().unwrap_or_else(|| before.channel_id.clone());
        if channel_id != before.channel_id && update.channel_name.is_none() {
            let workspace = self.authorized_workspace(caller, &before.team_id).await?;
            update.channel_name = Some(self.channel_name(&workspace, &channel_id).await);
        }
        let updated =
            self.store.update_slack_channel_configuration(&caller.account_id, arn, update, self.clock.now_ms()).await?;
        let taken = SlackChannelConfiguration { channel_id, ..before };
        let configuration = updated.ok_or_else(not_found)?.map_err(|which| taken_error(which, &taken))?;
        self.topics_changed.notify_one();
        let described = self.with_team_names(caller, vec![configuration]).await?;
        described.into_iter().next().ok_or_else(not_found)
    }

    pub async fn delete_slack_channel_configuration(
        &self,
        caller: &Caller,
        arn: &ChatConfigurationArn,
    ) -> Result<(), AppError> {
        caller.authorize(Operation::DeleteSlackChannelConfiguration, arn.as_str())?;
        let now_ms = self.clock.now_ms();
        if !self.store.delete_slack_channel_configuration(&caller.account_id, arn, now_ms).await? {
            return Err(AppError::NotFound(arn.clone()));
        }
        self.topics_changed.notify_one();
        Ok(())
    }

    /// Looked at before the create and not within it: creates at the same moment may pass it together.
    async fn check_limit(&self, caller: &Caller) -> Result<(), AppError> {
        let max = self.limits.slack_channel_configurations;
        if self.store.has_slack_channel_configurations(&caller.account_id, max).await? {
            return Err(AppError::LimitExceeded { account_id: caller.account_id.clone(), max });
        }
        Ok(())
    }

    async fn authorized_workspace(&self, caller: &Caller, team_id: &SlackTeamId) -> Result<SlackWorkspace, AppError> {
        let workspace = self.store.slack_workspace(&caller.account_id, team_id).await?;
        workspace.ok_or_else(|| AppError::WorkspaceNotAuthorized {
            team_id: team_id.clone(),
            account_id: caller.account_id.clone(),
        })
    }

    /// What Slack calls the channel; clients expect a name even when none was sent.
    async fn channel_name(&self, workspace: &SlackWorkspace, channel_id: &SlackChannelId) -> SlackChannelName {
        let asked = self.slack.channel_name(&workspace.bot_token, channel_id.as_str());
        let name = tokio::time::timeout(CHANNEL_NAME_TIMEOUT, asked).await.ok().flatten();
        name.and_then(|name| SlackChannelName::parse(&name).ok()).unwrap_or_else(|| channel_id.into())
    }

    async fn with_team_names(
        &self,
        caller: &Caller,
        configurations: Vec<SlackChannelConfiguration>,
    ) -> Result<Vec<DescribedConfiguration>, AppError> {
        let mut names: HashMap<SlackTeamId, Option<String>> = HashMap::new();
        for configuration in &configurations {
            if !names.contains_key(&configuration.team_id) {
                let workspace = self.store.slack_workspace(&caller.account_id, &configuration.team_id).await?;
                names.insert(configuration.team_id.clone(), workspace.map(|workspace| workspace.team_name));
            }
        }
        let described = |configuration: SlackChannelConfiguration| DescribedConfiguration {
            team_name: names.get(&configuration.team_id).cloned().flatten(),
            configuration,
        };
        Ok(configurations.into_iter().map(described).collect())
    }
}

impl DescribedConfiguration {
    /// The guardrails in force: a configuration that names none has AWS's default. Source: reference.
    pub fn guardrail_policy_arns(&self) -> Vec<GuardrailPolicyArn> {
        let named = &self.configuration.guardrail_policy_arns;
        if named.is_empty() {
            GuardrailPolicyArn::parse(DEFAULT_GUARDRAIL_POLICY_ARN).into_iter().collect()
        } else {
            named.clone()
        }
    }
}

/// One listed twice is one.
fn as_a_set(mut topics: Vec<Arn>) -> Vec<Arn> {
    let mut seen = HashSet::new();
    topics.retain(|topic| seen.insert(topic.clone()));
    topics
}

/// The model takes any ARN here; one that is no topic could never bring a message.
fn check_topics(topics: &[Arn]) -> Result<(), AppError> {
    let wrong = topics.iter().find(|topic| TopicArn::parse(topic.as_str()).is_none());
    wrong.map_or(Ok(()), |topic| Err(AppError::NotATopic(topic.as_str().to_owned())))
}

fn taken_error(taken: Taken, configuration: &SlackChannelConfiguration) -> AppError {
    match taken {
        Taken::Name => AppError::AlreadyExists(configuration.arn.clone()),
        Taken::Channel => AppError::ChannelTaken {
            channel_id: configuration.channel_id.clone(),
            team_id: configuration.team_id.clone(),
            account_id: configuration.account_id.clone(),
        },
    }
}
