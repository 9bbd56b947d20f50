//! `bellhop slack manifest`: the app as Slack takes it, to be pasted where an app is made "from a manifest".
//!
//! What it may do and hears is `domain::slack_app`'s list; this is its shape and nothing else. Slack takes JSON and YAML: JSON
//! is printed, which is both. Source: <https://docs.slack.dev/reference/app-manifest>.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use domain::slack_app::{
    BOT_EVENTS, BOT_SCOPES, COMMANDS_PATH, EVENTS_PATH, INTERACTIVITY_PATH, OAUTH_PATH, SHORTCUTS, SLASH_COMMAND,
};
use serde_json::{Map, Value, json};
use url::Url;

use crate::cli::say;
use crate::config::Settings;

/// <https://docs.slack.dev/reference/app-manifest#display>
const APP_NAME_LENGTH: usize = 35;
/// <https://docs.slack.dev/reference/app-manifest#features>
const BOT_NAME_LENGTH: usize = 80;

#[derive(Debug, Args)]
pub struct Manifest {
    /// What the app is called in Slack.
    #[arg(long, default_value = "Bellhop")]
    app_name: String,
    /// What people mention, without the `@`.
    #[arg(long, default_value = "aws")]
    bot_name: String,
    /// How Slack and browsers reach the server: `https://bellhop.example.com`. That of the settings, unless it is given.
    #[arg(long, value_name = "URL")]
    public_url: Option<Url>,
    /// Hear Slack through sockets that the server opens: Slack need not reach it.
    #[arg(long)]
    socket_mode: bool,
    /// Settings file: its public URL, and Socket Mode if one of its apps has an app-level token.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Bot tokens expire after twelve hours and are renewed. It cannot be turned off again in Slack.
    #[arg(long)]
    token_rotation: bool,
    /// The app may be added by an Enterprise organisation, to many of its workspaces.
    #[arg(long)]
    org: bool,
}

/// How the app is reached.
struct Reached {
    base_url: Option<String>,
    by_socket: bool,
}

impl Manifest {
    pub fn run(self) -> anyhow::Result<()> {
        let settings = self.config.as_deref().map(Settings::of_file).transpose()?;
        say(&serde_json::to_string_pretty(&self.manifest(settings.as_ref())?)?);
        Ok(())
    }

    fn manifest(&self, settings: Option<&Settings>) -> anyhow::Result<Value> {
        if !(1..=APP_NAME_LENGTH).contains(&self.app_name.chars().count()) {
            bail!(
                "`{}` is no name of an app: Slack takes 1 to {APP_NAME_LENGTH} characters in --app-name",
                self.app_name
            );
        }
        let is_of_a_bot = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
        if !(1..=BOT_NAME_LENGTH).contains(&self.bot_name.len()) || !self.bot_name.chars().all(is_of_a_bot) {
            bail!("`{}` is no name of a bot: Slack takes a-z, 0-9, -, _ and . in --bot-name", self.bot_name);
        }
        let reached = self.reached(settings)?;
        Ok(json!({
            "_metadata": { "major_version": 1, "minor_version": 1 },
            "display_information": {
                "name": self.app_name,
                "description": "AWS notifications in your channels, and AWS commands from them",
                "background_color": "#23395d",
            },
            "features": self.features(&reached),
            "oauth_config": oauth_config(&reached),
            "settings": self.settings(&reached),
        }))
    }

    fn reached(&self, settings: Option<&Settings>) -> anyhow::Result<Reached> {
        let set_url = settings.and_then(|settings| settings.server.public_url.clone());
        let url = self.public_url.clone().or(set_url);
        let has_token = settings.is_some_and(|settings| settings.slack.apps.iter().any(|app| app.app_token.is_some()));
        // A URL that is named on the command line is meant to be used.
        let by_socket = self.socket_mode || (has_token && self.public_url.is_none());
        match &url {
            Some(url) if url.scheme() != "https" => {
                bail!("`{url}` is no URL that Slack takes: it must begin with `https://`; see --public-url")
            }
            None if !by_socket => {
                bail!("say how Slack reaches the server: --public-url https://…, or --socket-mode where it cannot")
            }
            _ => {}
        }
        Ok(Reached { base_url: url.map(|url| url.as_str().trim_end_matches('/').to_owned()), by_socket })
    }

    fn features(&self, reached: &Reached) -> Value {
        let shortcuts = SHORTCUTS.map(|shortcut| {
            json!({
                "name": shortcut.name, "type": "message", "callback_id": shortcut.callback_id,
                "description": shortcut.description,
            })
        });
        let command = json!({
            "command": SLASH_COMMAND, "description": "Ask AWS, or ask for help", "usage_hint": "help",
            "should_escape": false,
        });
        json!({
            // Without the tab, nobody can write to the app directly.
            "app_home": { "home_tab_enabled": false, "messages_tab_enabled": true, "messages_tab_read_only_enabled": false },
            "bot_user": { "display_name": self.bot_name, "always_online": true },
            "shortcuts": shortcuts,
            "slash_commands": [reached.at(command, "url", COMMANDS_PATH)],
        })
    }

    fn settings(&self, reached: &Reached) -> Value {
        // Slack tells these to apps of organisations alone.
        let events = BOT_EVENTS.iter().filter(|event| self.org || !event.name.starts_with("team_access_"));
        let events: Vec<&str> = events.map(|event| event.name).collect();
        json!({
            "event_subscriptions": reached.at(json!({ "bot_events": events }), "request_url", EVENTS_PATH),
            "interactivity": reached.at(json!({ "is_enabled": true }), "request_url", INTERACTIVITY_PATH),
            "org_deploy_enabled": self.org,
            "socket_mode_enabled": reached.by_socket,
            "token_rotation_enabled": self.token_rotation,
        })
    }
}

fn oauth_config(reached: &Reached) -> Value {
    let mut config = Map::new();
    // A browser comes there, whichever way Slack is heard.
    if let Some(base_url) = &reached.base_url {
        config.insert("redirect_urls".to_owned(), json!([format!("{base_url}{OAUTH_PATH}")]));
    }
    config.insert("scopes".to_owned(), json!({ "bot": BOT_SCOPES.map(|scope| scope.name) }));
    Value::Object(config)
}

impl Reached {
    /// With the URL that Slack posts to, where it posts.
    fn at(&self, mut what: Value, member: &str, path: &str) -> Value {
        if let (false, Some(base_url), Some(members)) = (self.by_socket, &self.base_url, what.as_object_mut()) {
            members.insert(member.to_owned(), format!("{base_url}{path}").into());
        }
        what
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every member that the reference documents for apps like this one, as JSON pointers; a list's items under `*`.
    const DOCUMENTED: [&str; 28] = [
        "/_metadata/major_version",
        "/_metadata/minor_version",
        "/display_information/name",
        "/display_information/description",
        "/display_information/background_color",
        "/features/app_home/home_tab_enabled",
        "/features/app_home/messages_tab_enabled",
        "/features/app_home/messages_tab_read_only_enabled",
        "/features/bot_user/display_name",
        "/features/bot_user/always_online",
        "/features/shortcuts/*/name",
        "/features/shortcuts/*/type",
        "/features/shortcuts/*/callback_id",
        "/features/shortcuts/*/description",
        "/features/slash_commands/*/command",
        "/features/slash_commands/*/url",
        "/features/slash_commands/*/description",
        "/features/slash_commands/*/usage_hint",
        "/features/slash_commands/*/should_escape",
        "/oauth_config/redirect_urls/*",
        "/oauth_config/scopes/bot/*",
        "/settings/event_subscriptions/request_url",
        "/settings/event_subscriptions/bot_events/*",
        "/settings/interactivity/is_enabled",
        "/settings/interactivity/request_url",
        "/settings/org_deploy_enabled",
        "/settings/socket_mode_enabled",
        "/settings/token_rotation_enabled",
    ];

    fn plain() -> Manifest {
        Manifest {
            app_name: "Bellhop".to_owned(),
            bot_name: "aws".to_owned(),
            public_url: None,
            socket_mode: false,
            config: None,
            token_rotation: false,
            org: false,
        }
    }

    fn of_url(url: &str) -> Manifest {
        Manifest { public_url: Some(Url::parse(url).unwrap()), ..plain() }
    }

    fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                members.iter().for_each(|(name, value)| leaves(value, &format!("{at}/{name}"), found));
            }
            Value::Array(items) => items.iter().for_each(|item| leaves(item, &format!("{at}/*"), found)),
            _ => found.push(at.to_owned()),
        }
    }

    #[test]
    fn it_has_only_what_slack_documents_and_is_within_its_limits() {
        for manifest in [of_url("https://b.example/x/"), Manifest { socket_mode: true, org: true, ..plain() }] {
            let manifest = manifest.manifest(None).unwrap();
            let mut found = Vec::new();
            leaves(&manifest, "", &mut found);
            for at in found {
                assert!(DOCUMENTED.contains(&at.as_str()), "{at}");
            }
            let length = |at: &str| manifest.pointer(at).unwrap().as_str().unwrap().len();
            assert!(length("/display_information/description") <= 140);
            assert!(length("/features/slash_commands/0/command") <= 32);
            assert!(length("/features/shortcuts/0/name") <= 24);
            assert!(length("/features/shortcuts/0/description") <= 150);
        }
    }

    #[test]
    fn slack_posts_to_the_public_url() {
        let manifest = of_url("https://b.example/x/").manifest(None).unwrap();
        for (at, url) in [
            ("/features/slash_commands/0/url", "https://b.example/x/slack/commands"),
            ("/settings/event_subscriptions/request_url", "https://b.example/x/slack/events"),
            ("/settings/interactivity/request_url", "https://b.example/x/slack/interactivity"),
            ("/oauth_config/redirect_urls/0", "https://b.example/x/slack/oauth"),
        ] {
            assert_eq!(manifest.pointer(at), Some(&json!(url)));
        }
        assert_eq!(manifest["settings"]["socket_mode_enabled"], false);
    }

    #[test]
    fn socket_mode_needs_no_url_and_browsers_still_have_one() {
        let manifest = Manifest { socket_mode: true, ..plain() }.manifest(None).unwrap();
        assert!(!manifest.to_string().contains("http"), "{manifest}");
        assert_eq!(manifest["settings"]["socket_mode_enabled"], true);
        let manifest = Manifest { socket_mode: true, ..of_url("https://b.example") }.manifest(None).unwrap();
        assert_eq!(manifest["oauth_config"]["redirect_urls"], json!(["https://b.example/slack/oauth"]));
        assert_eq!(manifest["settings"]["event_subscriptions"].get("request_url"), None);
    }

    #[test]
    fn organisations_are_told_of_and_others_not() {
        let events = |org| {
            let manifest = Manifest { org, socket_mode: true, ..plain() }.manifest(None).unwrap();
            manifest["settings"]["event_subscriptions"]["bot_events"].to_string()
        };
        assert!(events(true).contains("team_access_revoked") && !events(false).contains("team_access"));
    }

    #[test]
    fn what_slack_would_refuse_is_refused_with_the_remedy() {
        for (manifest, remedy) in [
            (plain(), "--public-url"),
            (of_url("http://b.example"), "https://"),
            (Manifest { app_name: "x".repeat(36), ..of_url("https://b.example") }, "--app-name"),
            (Manifest { bot_name: "AWS".to_owned(), ..of_url("https://b.example") }, "--bot-name"),
        ] {
            let error = manifest.manifest(None).unwrap_err().to_string();
            assert!(error.contains(remedy), "{error}");
        }
    }
}
