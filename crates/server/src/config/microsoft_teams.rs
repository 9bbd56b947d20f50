//! `[microsoft_teams]`: teams that accounts may post to, and how their channels are reached: by webhooks, by a bot.

use std::path::{Path, PathBuf};

use domain::chat_configuration::teams_destination;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;
use wire::ids::{AccountId, TeamsChannelId, Uuid};

use super::{SettingsError, parsed, secret_file};
use crate::outbound::http::is_loopback;

/// Where the public cloud answers bots; a tenant of another cloud has another.
/// Source: <https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages>.
const SERVICE_URL: &str = "https://smba.trafficmanager.net/teams/";
/// Source: <https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication>.
const LOGIN_URL: &str = "https://login.microsoftonline.com/";
/// Where the keys of the public cloud's Bot Framework are found. Source: the same page.
const OPENID_URL: &str = "https://login.botframework.com/v1/.well-known/openidconfiguration";
/// Where the public clouds tell names. Source: <https://learn.microsoft.com/graph/deployments>.
const GRAPH_URL: &str = "https://graph.microsoft.com/";
/// In `user_ids`: whoever may add apps to teams of the tenant.
const ANYBODY: &str = "*";

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MicrosoftTeamsSettings {
    /// Teams that accounts may post to.
    pub teams: Vec<ConfiguredTeamSettings>,
    /// Webhooks of channels, of Workflows or connectors. A channel that has one is not reached by the bot.
    pub webhooks: Vec<TeamsWebhookSettings>,
    /// The bot that reaches all other channels.
    pub bot: Option<TeamsBotSettings>,
    /// Who gives an account a team by adding the app to it.
    pub installers: Vec<TeamsInstallerSettings>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamsInstallerSettings {
    #[serde(deserialize_with = "parsed")]
    pub account_id: AccountId,
    pub tenant_id: Uuid,
    /// Object ids of people in Microsoft Entra; `"*"` is anybody of the tenant.
    pub user_ids: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfiguredTeamSettings {
    #[serde(deserialize_with = "parsed")]
    pub account_id: AccountId,
    pub team_id: Uuid,
    pub tenant_id: Uuid,
    pub team_name: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamsWebhookSettings {
    pub team_id: Uuid,
    /// As the chat configuration names it, `19%3A…%40thread.tacv2`, or without the percent signs.
    pub channel_id: String,
    /// Whoever knows it may post.
    pub url: SecretString,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamsBotSettings {
    /// The id of the bot's app registration.
    pub app_id: Uuid,
    /// A client secret of the app; in settings that were read it is there, wherever it came from.
    pub app_password: Option<SecretString>,
    /// The file of the client secret, beside the settings file unless its path is absolute.
    pub app_password_file: Option<PathBuf>,
    /// The tenant of a single-tenant app; a multi-tenant app has none.
    pub tenant_id: Option<Uuid>,
    pub service_url: Option<Url>,
    pub login_url: Option<Url>,
    /// Microsoft Graph, which is asked what a team is called where nobody said it; `dev` asks nobody unless it is set.
    pub graph_url: Option<Url>,
    /// The metadata of whoever signs what comes in.
    pub openid_url: Option<Url>,
    /// Their name in tokens.
    pub token_issuer: Option<String>,
}

impl TeamsInstallerSettings {
    pub fn is_anybody(&self) -> bool {
        self.user_ids.iter().any(|id| id == ANYBODY)
    }
}

impl TeamsWebhookSettings {
    /// The lane of the channel; `None` if its id is none.
    pub fn destination(&self) -> Option<String> {
        let encoded = self.channel_id.replace(':', "%3A").replace('@', "%40");
        let channel_id = TeamsChannelId::parse(&encoded).ok()?;
        Some(teams_destination(&self.team_id, &channel_id))
    }
}

impl TeamsBotSettings {
    /// # Errors
    /// Of a constant, none.
    pub fn service_url(&self) -> Result<Url, url::ParseError> {
        self.service_url.clone().map_or_else(|| Url::parse(SERVICE_URL), Ok)
    }

    /// # Errors
    /// Of a constant, none.
    pub fn login_url(&self) -> Result<Url, url::ParseError> {
        self.login_url.clone().map_or_else(|| Url::parse(LOGIN_URL), Ok)
    }

    /// # Errors
    /// Of a constant, none.
    pub fn graph_url(&self) -> Result<Url, url::ParseError> {
        self.graph_url.clone().map_or_else(|| Url::parse(GRAPH_URL), Ok)
    }

    /// # Errors
    /// Of a constant, none.
    pub fn openid_url(&self) -> Result<Url, url::ParseError> {
        self.openid_url.clone().map_or_else(|| Url::parse(OPENID_URL), Ok)
    }

    pub fn token_issuer(&self) -> &str {
        self.token_issuer.as_deref().unwrap_or(domain::teams_token::ISSUER)
    }

    fn read_password(&mut self, directory: &Path) -> Result<(), SettingsError> {
        let key = "microsoft_teams.bot.app_password";
        secret_file::read(key, &mut self.app_password, &mut self.app_password_file, directory)
    }
}

impl MicrosoftTeamsSettings {
    /// Reads the file that the bot's secret stands in, if it stands in one.
    pub(super) fn read_password(&mut self, directory: &Path) -> Result<(), SettingsError> {
        self.bot.as_mut().map_or(Ok(()), |bot| bot.read_password(directory))
    }

    /// What a type alone cannot say: which key, and what it must be.
    pub(super) fn problem(&self) -> Option<(&'static str, String)> {
        let wrong_webhook = self.webhooks.iter().find(|webhook| webhook.destination().is_none());
        if let Some(webhook) = wrong_webhook {
            let problem = format!("has `{}`, which is none, like `19%3A…%40thread.tacv2`", webhook.channel_id);
            return Some(("microsoft_teams.webhooks.channel_id", problem));
        }
        let ids = self.installers.iter().flat_map(|installer| &installer.user_ids);
        if let Some(id) = ids.into_iter().find(|id| *id != ANYBODY && Uuid::parse(id).is_err()) {
            let problem = format!("has `{id}`, which is no object id of a person in Microsoft Entra, and not `\"*\"`");
            return Some(("microsoft_teams.installers.user_ids", problem));
        }
        let bot = self.bot.as_ref()?;
        if bot.app_password.is_some() == bot.app_password_file.is_some() {
            return Some(("microsoft_teams.bot", "must have either `app_password` or `app_password_file`".to_owned()));
        }
        let urls = [
            ("microsoft_teams.bot.service_url", &bot.service_url),
            ("microsoft_teams.bot.login_url", &bot.login_url),
            ("microsoft_teams.bot.graph_url", &bot.graph_url),
        ];
        // What goes there is the secret, or a token that is as good.
        let is_safe = |url: &Url| url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url));
        let problem = |url: &Option<Url>| match url {
            Some(url) if !is_safe(url) => Some("must be a https URL, or http of this machine"),
            Some(url) if !url.path().ends_with('/') => Some("must end with `/`"),
            _ => None,
        };
        if bot.openid_url.as_ref().is_some_and(|url| !is_safe(url)) {
            return Some(("microsoft_teams.bot.openid_url", "must be a https URL, or http of this machine".to_owned()));
        }
        urls.into_iter().find_map(|(key, url)| Some((key, problem(url)?.to_owned())))
    }
}
