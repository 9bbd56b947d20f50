//! `bellhop organization`: are the chat applications policies of a settings file right, what do they come to for an account, and
//! what do they mean for a configuration. Only `explain` looks at data, and asks Slack nothing.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Subcommand;
use domain::chat_configuration::{Channel, ChatConfiguration};
use domain::organization::{AccountPolicy, ChannelType, ChatPolicies, RoleSettings};
use store::Store;
use wire::ids::{AccountId, ChatConfigurationArn};

use super::{DataArguments, say};
use crate::config::Settings;

#[derive(Debug, Subcommand)]
pub enum Organization {
    /// Read the policies of a settings file, and say what is wrong with them, and what of them has no effect.
    Check {
        /// Settings file.
        #[arg(long, default_value = "bellhop.toml")]
        config: PathBuf,
    },
    /// Show an account's effective policy, as AWS Organizations shows it.
    Effective {
        /// The account.
        #[arg(long)]
        account_id: AccountId,
        /// Settings file.
        #[arg(long, default_value = "bellhop.toml")]
        config: PathBuf,
    },
    /// Say what its account's policy means for a configuration: whether Bellhop talks in its channel, and whose role acts there.
    Explain {
        /// The configuration.
        #[arg(long)]
        configuration_arn: ChatConfigurationArn,
        /// Settings file.
        #[arg(long, default_value = "bellhop.toml")]
        config: PathBuf,
    },
}

impl Organization {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Check { config } => {
                let settings = Settings::of_file(&config)?;
                say(&check_lines(&settings, &settings.chat_policies()?).join("\n"));
                Ok(())
            }
            Self::Effective { account_id, config } => {
                let policies = Settings::of_file(&config)?.chat_policies()?;
                say(&serde_json::to_string_pretty(&policies.of(&account_id).effective.to_json())?);
                Ok(())
            }
            Self::Explain { configuration_arn, config } => explain(&configuration_arn, config).await,
        }
    }
}

fn check_lines(settings: &Settings, policies: &ChatPolicies) -> Vec<String> {
    let organization = &settings.organization;
    let documents = organization.attachments.len() + usize::from(organization.chat_policy.is_some());
    let many = if documents == 1 { "policy" } else { "policies" };
    let accounts = policies.accounts().count();
    let some = if accounts == 1 { "account has one of its own" } else { "accounts have one of their own" };
    let mut lines = vec![format!("the organization is good: {documents} chat applications {many}, {accounts} {some}")];
    let told = |whose: &str, policy: &AccountPolicy| {
        policy.ignored.iter().map(|ignored| format!("  {whose}: {ignored}")).collect::<Vec<_>>()
    };
    lines.extend(told("all accounts", policies.root()));
    lines.extend(policies.accounts().flat_map(|(account_id, policy)| told(account_id.as_str(), policy)));
    lines
}

async fn explain(arn: &ChatConfigurationArn, config: PathBuf) -> anyhow::Result<()> {
    let policies = Settings::of_file(&config)?.chat_policies()?;
    let account_id = arn.account_id().with_context(|| format!("`{arn}` names no account"))?;
    let store = DataArguments::of_config(config).open().await?;
    let Some(listed) = store.chat_configuration(&account_id, arn).await? else {
        bail!(
            "there is no configuration `{arn}`: `aws chatbot describe-slack-channel-configurations` and the like show those that there are"
        );
    };
    let configuration = listed.configuration;
    let policy = &policies.of(&account_id).policy;
    let channel_type = remembered_type(&store, &configuration).await?;
    let allowed = policy.allowed(&configuration.channel, channel_type);
    let required = store.account_preferences(&account_id).await?.require_user_authorization(&configuration);
    let state = if allowed.denied.is_some() { "DISABLED" } else { "ENABLED" };
    let mut lines = vec![format!("configuration  {arn}"), format!("state          {state}")];
    lines.extend(allowed.state_reason().map(|reason| format!("reason         {reason}")));
    if policy.asks_channel_type(&configuration.channel) {
        let known =
            channel_type.map_or("not known; Slack is asked when it matters".to_owned(), |known| known.to_string());
        lines.push(format!("channel        {known}"));
    }
    lines.push(format!("roles          {}", roles(allowed.roles, required)));
    say(&lines.join("\n"));
    Ok(())
}

/// What a server wrote down when Slack said it.
async fn remembered_type(store: &Store, configuration: &ChatConfiguration) -> anyhow::Result<Option<ChannelType>> {
    let Channel::Slack(channel) = &configuration.channel else { return Ok(None) };
    if let Some(known) = ChannelType::of_slack_id(&channel.channel_id) {
        return Ok(Some(known));
    }
    let key = (channel.team_id.as_str().to_owned(), channel.channel_id.as_str().to_owned());
    let seen = store.slack_channels(std::slice::from_ref(&key)).await?;
    Ok(seen.get(&key).map(|seen| ChannelType::of_private(seen.is_private)))
}

/// `required`: by the configuration or the account.
fn roles(roles: RoleSettings, required: bool) -> &'static str {
    match (roles.user_role, roles.channel_role) {
        (true, true) if required => "each person needs one of their own, as the configuration or the account wants it",
        (true, true) => "a person's own, or else the channel's",
        (true, false) => "each person needs one of their own: the policy does not allow the channel's",
        (false, true) => "the channel's: the policy does not allow people's own",
        (false, false) => {
            "none: the policy allows neither people's own nor the channel's, so nothing can be done in AWS from here"
        }
    }
}
