//! Chat configurations of every platform: create, describe, list, update, delete. What a platform has of its own is in
//! the file of its name beside this one.

use std::sync::LazyLock;

use domain::chat_configuration::{
    Channel, ChatConfiguration, ConfigurationUpdate, DEFAULT_GUARDRAIL_POLICY_ARN, as_a_set,
};
use domain::sns_message::TopicArn;
use store::{ListedConfiguration, Refused};
use wire::ids::{
    Arn, ChatConfigurationArn, ConfigurationName, GuardrailPolicyArn, LoggingLevel, MaxResults, Platform, TagKey,
    TagValue,
};
use wire::operations::Operation;

use super::authorization::Access;
use super::pagination::{Pages, rows_to_read};
use super::{App, AppError, Caller};

/// A configuration to be made. Account and ARN follow from the caller.
#[derive(Debug, Clone)]
pub struct NewConfiguration {
    pub name: ConfigurationName,
    pub channel: Channel,
    pub iam_role_arn: Arn,
    pub sns_topic_arns: Vec<Arn>,
    pub logging_level: LoggingLevel,
    pub guardrail_policy_arns: Vec<GuardrailPolicyArn>,
    pub user_authorization_required: bool,
    pub tags: Vec<(TagKey, TagValue)>,
}

#[derive(Debug, Clone)]
pub struct ConfigurationPage {
    pub configurations: Vec<ListedConfiguration>,
    pub next_token: Option<String>,
}

impl App {
    pub async fn create_chat_configuration(
        &self,
        caller: &Caller,
        operation: Operation,
        new: NewConfiguration,
    ) -> Result<ListedConfiguration, AppError> {
        let arn = authorize_create(caller, operation, &new)?;
        let sns_topic_arns = as_a_set(new.sns_topic_arns);
        self.check_topics(&sns_topic_arns)?;
        self.check_tags(&new.name, &new.tags)?;
        let configuration = ChatConfiguration {
            arn,
            account_id: caller.account_id.clone(),
            name: new.name,
            channel: new.channel,
            iam_role_arn: new.iam_role_arn,
            sns_topic_arns,
            logging_level: new.logging_level,
            guardrail_policy_arns: new.guardrail_policy_arns,
            user_authorization_required: new.user_authorization_required,
            tags: new.tags,
        };
        let limit = self.limits.chat_configurations;
        let created = self.store.create_chat_configuration(&configuration, limit, self.clock.now_ms()).await?;
        let team_name = created.map_err(|refused| self.refusal(refused, &configuration))?;
        self.topics_changed.notify_one();
        Ok(ListedConfiguration { configuration, team_name })
    }

    /// One configuration. Its tags may be asked about, though the operation has no resource. Source: AWS's reference, for
    /// `GetMicrosoftTeamsChannelConfiguration`.
    pub async fn get_chat_configuration(
        &self,
        caller: &Caller,
        operation: Operation,
        platform: Platform,
        arn: &ChatConfigurationArn,
    ) -> Result<ListedConfiguration, AppError> {
        self.authorized_configuration(caller, Access::to(operation), platform, arn).await
    }

    /// The configuration that an operation is to change.
    pub(super) async fn configuration_to_change(
        &self,
        caller: &Caller,
        operation: Operation,
        platform: Platform,
        arn: &ChatConfigurationArn,
    ) -> Result<ListedConfiguration, AppError> {
        self.authorized_configuration(caller, Access::to(operation).on(arn.as_str()), platform, arn).await
    }

    /// Whoever may not learns nothing of whether it is there.
    async fn authorized_configuration(
        &self,
        caller: &Caller,
        access: Access<'_>,
        platform: Platform,
        arn: &ChatConfigurationArn,
    ) -> Result<ListedConfiguration, AppError> {
        let found = self.configuration_of(caller, platform, arn).await?;
        let tags = found.as_ref().map(|found| found.configuration.tags.as_slice()).unwrap_or_default();
        caller.authorize(&access.with_resource_tags(tags))?;
        found.ok_or_else(|| AppError::NotFound { arn: arn.as_str().to_owned() })
    }

    /// The caller's configuration of an ARN, if it is of the platform.
    async fn configuration_of(
        &self,
        caller: &Caller,
        platform: Platform,
        arn: &ChatConfigurationArn,
    ) -> Result<Option<ListedConfiguration>, AppError> {
        let found = self.store.chat_configuration(&caller.account_id, arn).await?;
        Ok(found.filter(|found| found.configuration.channel.platform() == platform))
    }

    /// The configuration of an ARN as a page of one or none, or a page of all. Source: observed.
    pub async fn describe_chat_configurations(
        &self,
        caller: &Caller,
        operation: Operation,
        platform: Platform,
        arn: Option<&ChatConfigurationArn>,
        asked: (MaxResults, Option<&str>),
    ) -> Result<ConfigurationPage, AppError> {
        let Some(arn) = arn else {
            return self.chat_configurations(caller, operation, platform, None, asked).await;
        };
        caller.authorize(&Access::to(operation))?;
        // One configuration is one page: whatever token comes along was not made for it.
        self.page_start(&Pages::of(operation, &caller.account_id).filtered_by(Some(arn.as_str())), asked.1)?;
        let found = self.configuration_of(caller, platform, arn).await?;
        Ok(ConfigurationPage { configurations: found.into_iter().collect(), next_token: None })
    }

    /// A page of the platform's configurations, or of one team's.
    pub async fn chat_configurations(
        &self,
        caller: &Caller,
        operation: Operation,
        platform: Platform,
        team_id: Option<&str>,
        (max_results, token): (MaxResults, Option<&str>),
    ) -> Result<ConfigurationPage, AppError> {
        caller.authorize(&Access::to(operation))?;
        let pages = Pages::of(operation, &caller.account_id).filtered_by(team_id);
        let after = self.page_start(&pages, token)?;
        let (after, wanted) = (after.as_deref(), rows_to_read(max_results));
        let account_id = &caller.account_id;
        let rows = match team_id {
            Some(team_id) => self.store.chat_configurations_of_team(account_id, team_id, after, wanted).await?,
            None => self.store.chat_configurations(account_id, platform, after, wanted).await?,
        };
        let key = |row: &ListedConfiguration| row.configuration.arn.as_str().to_owned();
        let (configurations, next_token) = self.page(&pages, rows, max_results, key)?;
        Ok(ConfigurationPage { configurations, next_token })
    }

    pub async fn update_chat_configuration(
        &self,
        caller: &Caller,
        operation: Operation,
        platform: Platform,
        arn: &ChatConfigurationArn,
        update: ConfigurationUpdate,
    ) -> Result<ListedConfiguration, AppError> {
        let not_found = || AppError::NotFound { arn: arn.as_str().to_owned() };
        let before = self.configuration_to_change(caller, operation, platform, arn).await?;
        if let Some(role) = &update.iam_role_arn {
            caller.authorize_to_pass(role)?;
        }
        if let Some(topics) = &update.sns_topic_arns {
            self.check_topics(&as_a_set(topics.clone()))?;
        }
        let after = before.configuration.updated(update.clone());
        let account_id = &caller.account_id;
        let updated = self.store.update_chat_configuration(account_id, arn, update, self.clock.now_ms()).await?;
        let updated = updated.ok_or_else(not_found)?.map_err(|refused| self.refusal(refused, &after))?;
        self.topics_changed.notify_one();
        Ok(updated)
    }

    pub async fn delete_chat_configuration(
        &self,
        caller: &Caller,
        operation: Operation,
        platform: Platform,
        arn: &ChatConfigurationArn,
    ) -> Result<(), AppError> {
        let not_found = || AppError::NotFound { arn: arn.as_str().to_owned() };
        self.configuration_to_change(caller, operation, platform, arn).await?;
        let now_ms = self.clock.now_ms();
        if !self.store.delete_chat_configuration(&caller.account_id, arn, now_ms).await? {
            return Err(not_found());
        }
        self.metrics.forget_configuration(arn.as_str());
        self.topics_changed.notify_one();
        Ok(())
    }

    /// The model takes any ARN here; one that is no topic could never bring a message.
    fn check_topics(&self, topics: &[Arn]) -> Result<(), AppError> {
        if let Some(wrong) = topics.iter().find(|topic| TopicArn::parse(topic.as_str()).is_none()) {
            return Err(AppError::NotATopic(wrong.as_str().to_owned()));
        }
        let max = self.limits.topics_per_configuration;
        if topics.len() > max {
            return Err(AppError::LimitExceeded { what: "a configuration may list SNS topics,".to_owned(), max });
        }
        Ok(())
    }

    fn check_tags(&self, name: &ConfigurationName, tags: &[(TagKey, TagValue)]) -> Result<(), AppError> {
        let max = self.limits.tags_per_resource;
        if tags.len() > max {
            return Err(AppError::LimitExceeded { what: format!("configuration {name} may have tags,"), max });
        }
        Ok(())
    }

    fn refusal(&self, refused: Refused, configuration: &ChatConfiguration) -> AppError {
        let account_id = configuration.account_id.clone();
        match (refused, &configuration.channel) {
            (Refused::NameTaken, _) => AppError::AlreadyExists { arn: configuration.arn.as_str().to_owned() },
            (Refused::LimitReached, _) => AppError::LimitExceeded {
                what: format!("AWS account {account_id} may have chat configurations,"),
                max: usize::try_from(self.limits.chat_configurations).unwrap_or(usize::MAX),
            },
            (Refused::NotAuthorized, Channel::Slack(channel)) => {
                AppError::WorkspaceNotAuthorized { team_id: channel.team_id.clone(), account_id }
            }
            (Refused::NotAuthorized, Channel::MicrosoftTeams(channel)) => AppError::TeamNotConfigured {
                team_id: channel.team_id.clone(),
                tenant_id: channel.tenant_id.clone(),
                account_id,
            },
            // A Chime webhook needs no authorisation, so the store has refused its place.
            (Refused::ChannelTaken | Refused::NotAuthorized, channel) => {
                AppError::ChannelTaken { channel: Box::new(channel.clone()), account_id }
            }
        }
    }
}

/// All that a create asks of its caller's policies, and the ARN of what it would make. Before anything is looked up: whoever
/// may do a part learns nothing of names, channels and workspaces.
pub(super) fn authorize_create(
    caller: &Caller,
    operation: Operation,
    new: &NewConfiguration,
) -> Result<ChatConfigurationArn, AppError> {
    let arn = ChatConfigurationArn::new(new.channel.platform(), &caller.account_id, &new.name);
    caller.authorize(&Access::to(operation).with_request_tags(&new.tags))?;
    caller.authorize_to_tag(arn.as_str(), &new.tags)?;
    caller.authorize_to_pass(&new.iam_role_arn)?;
    Ok(arn)
}

/// The guardrails in force: a configuration that names none has AWS's default. Source: reference.
pub fn guardrails_in_force(configuration: &ChatConfiguration) -> Vec<GuardrailPolicyArn> {
    static DEFAULT: LazyLock<Vec<GuardrailPolicyArn>> =
        LazyLock::new(|| GuardrailPolicyArn::parse(DEFAULT_GUARDRAIL_POLICY_ARN).into_iter().collect());
    let named = &configuration.guardrail_policy_arns;
    if named.is_empty() { DEFAULT.clone() } else { named.clone() }
}
