//! Where a delivery goes: its configuration's channel as it is now, and what opens it.

use domain::chat_configuration::{Channel, SlackChannel, TeamsChannel, teams_destination};
use domain::organization::Denied;
use secrecy::SecretString;
use store::StoreError;
use store::outbox::PendingDelivery;
use url::Url;
use wire::ids::{AccountId, Arn, ChatConfigurationArn, LoggingLevel, Uuid};

use crate::app::App;
use crate::app::paces::Share;
use crate::app::teams_installations::teams_team_scope;

/// All that one delivery needs.
pub(super) struct Target {
    pub(super) configuration_arn: ChatConfigurationArn,
    pub(super) logging_level: LoggingLevel,
    /// What its channel may read of AWS.
    pub(super) iam_role_arn: Arn,
    /// The credentials that it goes out with: what is paused if they are refused.
    pub(super) scope: String,
    pub(super) route: Route,
}

pub(super) enum Route {
    Slack {
        channel: SlackChannel,
        bot_token: SecretString,
    },
    /// A webhook of Teams, of Workflows or a connector.
    TeamsWebhook(SecretString),
    /// The bot, which is in all channels of the teams that have its app.
    TeamsBot {
        channel: TeamsChannel,
        /// Where the connector said that it serves the team, if it did.
        service_url: Option<String>,
    },
    Chime(Url),
}

/// Why a delivery does not go out now.
pub(super) enum NoTarget {
    /// Somebody has to do something, and then revive it.
    Gone(String),
    Paused {
        scope: String,
        reason: String,
    },
    /// The organization's policy denies its channel.
    Denied(String),
    /// It may be denied: what the policy asks of the channel is not known now.
    Unknown(String),
}

impl Target {
    /// The limits that it shares with other channels.
    pub(super) fn shares(&self, delivery: &PendingDelivery) -> Share {
        match (&self.route, &delivery.posted) {
            (Route::Slack { channel, .. }, None) => Share::SlackWorkspace(channel.team_id.as_str().to_owned()),
            (Route::Slack { channel, .. }, Some(_)) => Share::SlackUpdates(channel.team_id.as_str().to_owned()),
            (Route::TeamsBot { channel, .. }, _) => Share::TeamsTenant(channel.tenant_id.as_str().to_lowercase()),
            // Each webhook has its own limit, which is its lane's.
            (Route::TeamsWebhook(_) | Route::Chime(_), _) => Share::None,
        }
    }
}

impl App {
    pub(super) async fn target(&self, delivery: &PendingDelivery) -> Result<Result<Target, NoTarget>, StoreError> {
        let arn = ChatConfigurationArn::parse(&delivery.configuration_arn).ok();
        let Some((arn, account_id)) = arn.and_then(|arn| arn.account_id().map(|account_id| (arn, account_id))) else {
            return Err(StoreError::Corrupt {
                table: "deliveries",
                column: "configuration_arn",
                row: delivery.configuration_arn.clone(),
                problem: "not the ARN of a configuration".to_owned(),
            });
        };
        let Some(listed) = self.store.chat_configuration(&account_id, &arn).await? else {
            return Ok(Err(NoTarget::Gone("its configuration was deleted".to_owned())));
        };
        if let Some(denied) = self.allowed(&listed.configuration).await.denied {
            return Ok(Err(match &denied {
                Denied::UnknownChannelType { .. } => NoTarget::Unknown(denied.to_string()),
                _ => NoTarget::Denied(denied.to_string()),
            }));
        }
        let logging_level = listed.configuration.logging_level;
        let iam_role_arn = listed.configuration.iam_role_arn;
        let found = match listed.configuration.channel {
            Channel::Slack(channel) => self.slack_route(&account_id, channel).await?,
            Channel::MicrosoftTeams(channel) => self.teams_route(channel).await?,
            Channel::ChimeWebhook(webhook) => {
                self.chime.webhook(&webhook.url).map(|url| (String::new(), Route::Chime(url))).ok_or_else(|| {
                    NoTarget::Gone("its webhook's URL is none; update the configuration and retry".to_owned())
                })
            }
        };
        Ok(found.map(|(scope, route)| Target { configuration_arn: arn, logging_level, iam_role_arn, scope, route }))
    }

    async fn slack_route(
        &self,
        account_id: &AccountId,
        channel: SlackChannel,
    ) -> Result<Result<(String, Route), NoTarget>, StoreError> {
        let scope = slack_scope(account_id.as_str(), channel.team_id.as_str());
        if let Some(reason) = self.pauses.reason(&scope) {
            return Ok(Err(NoTarget::Paused { scope, reason }));
        }
        let Some(workspace) = self.store.slack_workspace(account_id, &channel.team_id).await? else {
            let team = &channel.team_id;
            let reason = format!("the Slack workspace {team} is not authorised any more; authorise it and retry");
            return Ok(Err(NoTarget::Gone(reason)));
        };
        if let Some(reason) = workspace.disabled_reason {
            // The pause is what lets out what is held; it may have been lost in a restart right after the news.
            self.begin_pause(&scope, &reason).await?;
            return Ok(Err(NoTarget::Paused { scope, reason }));
        }
        Ok(Ok((scope, Route::Slack { channel, bot_token: workspace.bot_token })))
    }

    /// The channel's webhook, else the bot.
    async fn teams_route(&self, channel: TeamsChannel) -> Result<Result<(String, Route), NoTarget>, StoreError> {
        if let Some(url) = self.teams_webhooks.get(&teams_destination(&channel.team_id, &channel.channel_id)) {
            return Ok(Ok((String::new(), Route::TeamsWebhook(url.clone()))));
        }
        let Some(app_id) = self.teams.bot_app_id() else {
            let (team_id, channel_id) = (&channel.team_id, &channel.channel_id);
            return Ok(Err(NoTarget::Gone(format!(
                "nothing reaches this channel of Microsoft Teams; set a bot in `microsoft_teams.bot`, or add the channel's \
                 webhook to `microsoft_teams.webhooks` with team_id {team_id} and channel_id {channel_id}, and retry"
            ))));
        };
        // The bot as a whole, and the app in this team.
        let scope = teams_scope(app_id);
        for scope in [&scope, &teams_team_scope(&channel.team_id)] {
            if let Some(reason) = self.pauses.reason(scope) {
                return Ok(Err(NoTarget::Paused { scope: scope.clone(), reason }));
            }
        }
        let installed = self.store.teams_installation(&channel.team_id).await?;
        let is_its_own = |tenant_id: &Uuid| tenant_id.as_str().eq_ignore_ascii_case(channel.tenant_id.as_str());
        let installed = installed.filter(|installed| is_its_own(&installed.tenant_id));
        let service_url = installed.map(|installed| installed.service_url);
        Ok(Ok((scope, Route::TeamsBot { channel, service_url })))
    }
}

/// `teams/APP_ID`: one token serves all that the bot sends.
fn teams_scope(app_id: &str) -> String {
    format!("teams/{app_id}")
}

/// `slack/ACCOUNT/TEAM`: each account has its own token of a workspace.
pub(in crate::app) fn slack_scope(account_id: &str, team_id: &str) -> String {
    format!("slack/{account_id}/{team_id}")
}
