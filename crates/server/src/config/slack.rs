//! `[slack]`: the apps that people talk to, and the workspaces that are authorised by the settings.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;
use wire::ids::{AccountId, SlackTeamId};

use super::{SettingsError, parsed, secret_file};

/// What an app may have open at a time: <https://docs.slack.dev/apis/events-api/using-socket-mode>.
const SOCKETS_MAX: u8 = 10;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SlackSettings {
    /// Slack's Web API: `https://slack-gov.com/api/` of `GovSlack`. `dev` puts its sandbox here unless it is set.
    pub api_url: Option<Url>,
    pub workspaces: Vec<SlackWorkspaceSettings>,
    /// The apps that people talk to; without one, Bellhop posts and hears nothing.
    pub apps: Vec<SlackAppSettings>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlackWorkspaceSettings {
    #[serde(deserialize_with = "parsed")]
    pub account_id: AccountId,
    #[serde(deserialize_with = "parsed")]
    pub team_id: SlackTeamId,
    pub team_name: String,
    pub bot_token: SecretString,
    /// Whose token it is: one of `slack.apps`. Unless it is named, events of any app are heard.
    pub app_id: Option<String>,
}

/// An app of Slack. In settings that were read its secrets are there, wherever they came from.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlackAppSettings {
    /// `A…`, of "Basic Information".
    pub app_id: String,
    /// With it and the client secret, workspaces are authorised by OAuth.
    pub client_id: Option<String>,
    pub client_secret: Option<SecretString>,
    pub client_secret_file: Option<PathBuf>,
    /// With it, Slack's requests are heard at `/slack/events`, `/slack/commands` and `/slack/interactivity`.
    pub signing_secret: Option<SecretString>,
    pub signing_secret_file: Option<PathBuf>,
    /// `xapp-…`: with it, Slack is heard by Socket Mode.
    pub app_token: Option<SecretString>,
    pub app_token_file: Option<PathBuf>,
    /// Sockets that each node keeps open. Two, so that one is heard while Slack renews the other.
    #[serde(default = "socket_connections")]
    pub socket_connections: u8,
}

impl SlackSettings {
    pub(super) fn read_secrets(&mut self, directory: &Path) -> Result<(), SettingsError> {
        self.apps.iter_mut().try_for_each(|app| app.read_secrets(directory))
    }

    /// What a type alone cannot say: which key, and what it must be.
    pub(super) fn problem(&self) -> Option<(&'static str, String)> {
        let (app_id, names) = ("slack.apps.app_id", |app: &SlackAppSettings| app.app_id.clone());
        if let Some(app) = self.apps.iter().find(|app| !is_app_id(&app.app_id)) {
            return Some((app_id, format!("has `{}`, which is none, like `A012AB3CD`", app.app_id)));
        }
        let mut seen = std::collections::BTreeSet::new();
        if let Some(twice) = self.apps.iter().map(names).find(|id| !seen.insert(id.clone())) {
            return Some((app_id, format!("has `{twice}` twice")));
        }
        if let Some(app) = self.apps.iter().find(|app| !(1..=SOCKETS_MAX).contains(&app.socket_connections)) {
            let problem =
                format!("is {}; Slack takes 1 to {SOCKETS_MAX}, of all nodes together", app.socket_connections);
            return Some(("slack.apps.socket_connections", problem));
        }
        let unknown = |workspace: &&SlackWorkspaceSettings| {
            workspace.app_id.as_ref().is_some_and(|id| !self.apps.iter().any(|app| app.app_id == *id))
        };
        let workspace = self.workspaces.iter().find(unknown)?;
        let id = workspace.app_id.clone().unwrap_or_default();
        Some(("slack.workspaces.app_id", format!("has `{id}`, which is not one of `slack.apps`")))
    }
}

impl SlackAppSettings {
    fn read_secrets(&mut self, directory: &Path) -> Result<(), SettingsError> {
        secret_file::read(
            "slack.apps.client_secret",
            &mut self.client_secret,
            &mut self.client_secret_file,
            directory,
        )?;
        secret_file::read(
            "slack.apps.signing_secret",
            &mut self.signing_secret,
            &mut self.signing_secret_file,
            directory,
        )?;
        secret_file::read("slack.apps.app_token", &mut self.app_token, &mut self.app_token_file, directory)
    }
}

fn socket_connections() -> u8 {
    2
}

fn is_app_id(text: &str) -> bool {
    (2..=32).contains(&text.len())
        && text.starts_with('A')
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}
