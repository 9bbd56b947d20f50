//! `bellhop slack doctor`: what stands between the settings and a Slack that works, each with its remedy.
//!
//! It asks Slack what Slack alone knows: whether tokens are taken, what they may, where the bot is. It changes nothing, and
//! never shows a token.

mod channels;
mod report;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use domain::slack_app::{EVENTS_PATH, missing_scopes};
use store::{Role, SlackWorkspace, Store};
use url::Url;

use self::report::Report;
use crate::cli::say;
use crate::clock::SystemClock;
use crate::config::{Settings, SlackAppSettings};
use crate::outbound::slack::oauth::{SlackRefusal, TokenOwner};
use crate::outbound::slack::{NotOpened, SLACK_API_URL, SlackClient};

const TIMEOUT: Duration = Duration::from_secs(10);
/// Accounts and workspaces are read in pages of so many.
const PAGE: i64 = 100;

#[derive(Debug, Args)]
pub struct Doctor {
    /// Settings file of `bellhop serve`.
    #[arg(long, default_value = "bellhop.toml")]
    config: PathBuf,
    /// Channels that are looked at, at most. Slack answers some fifty questions a minute.
    #[arg(long, default_value_t = 40)]
    channels: usize,
}

impl Doctor {
    pub async fn run(self) -> anyhow::Result<()> {
        let settings = Settings::of_file(&self.config)?;
        let api_url = match &settings.slack.api_url {
            Some(url) => url.clone(),
            None => Url::parse(SLACK_API_URL)?,
        };
        let slack = SlackClient::new(api_url, TIMEOUT, Arc::new(SystemClock))?;
        let mut report = Report::default();
        look_at_apps(&slack, &settings, &mut report).await;
        match store_of(&settings).await? {
            Some(store) => {
                let workspaces = workspaces_of(&store).await?;
                if workspaces.is_empty() {
                    report.missing(
                        "workspaces",
                        "no workspace is authorised: `bellhop slack authorize`, or `slack.workspaces`",
                    );
                }
                for workspace in &workspaces {
                    look_at_workspace(&slack, &settings, workspace, &mut report).await;
                }
                channels::look(&slack, &store, &workspaces, self.channels, &mut report).await?;
                store.close().await;
            }
            None => report
                .note("store", "no server has run with these settings yet: workspaces and channels were not looked at"),
        }
        say(&report.to_string());
        match report.count_missing() {
            0 => Ok(()),
            1 => bail!("something is missing: the line above that says MISSING has its remedy"),
            count => bail!("{count} things are missing: the lines above that say MISSING have their remedies"),
        }
    }
}

async fn look_at_apps(slack: &SlackClient, settings: &Settings, report: &mut Report) {
    if settings.slack.apps.is_empty() {
        report.note(
            "apps",
            "none of `slack.apps`: messages are posted, nobody is heard. `bellhop slack manifest` makes one",
        );
    }
    for app in &settings.slack.apps {
        let name = format!("app {}", app.app_id);
        by_http(&name, app, settings.server.public_url.as_ref(), report);
        by_socket(slack, &name, app, report).await;
        match (&app.client_id, &app.client_secret) {
            (Some(_), Some(_)) if settings.server.public_url.is_some() => {
                report.good(&name, "workspaces can be authorised in a browser");
            }
            (Some(_), Some(_)) => {
                report.missing(&name, "set `server.public_url`: Slack sends browsers there that authorise a workspace");
            }
            (None, None) => report.note(
                &name,
                "without `client_id` and `client_secret`, workspaces are authorised by `bellhop slack authorize`",
            ),
            _ => report.missing(&name, "set both `slack.apps.client_id` and `client_secret`, or neither"),
        }
    }
}

fn by_http(name: &str, app: &SlackAppSettings, public_url: Option<&Url>, report: &mut Report) {
    match (&app.signing_secret, public_url) {
        (Some(_), Some(url)) if url.scheme() == "https" => {
            let base = url.as_str().trim_end_matches('/');
            report.good(name, &format!("Slack is heard at {base}{EVENTS_PATH}"));
        }
        (Some(_), _) if app.app_token.is_some() => {
            report.note(name, "`signing_secret` has no use without an https `server.public_url`: Slack is heard by Socket Mode");
        }
        (Some(_), _) => report.missing(
            name,
            "Slack cannot reach the server: set `server.public_url` to its https URL, or `slack.apps.app_token` for Socket Mode",
        ),
        (None, _) if app.app_token.is_some() => {}
        (None, _) => report.missing(
            name,
            "nobody is heard: set `slack.apps.signing_secret` (Basic Information of the app), or `slack.apps.app_token` for \
             Socket Mode",
        ),
    }
}

async fn by_socket(slack: &SlackClient, name: &str, app: &SlackAppSettings, report: &mut Report) {
    let Some(token) = &app.app_token else { return };
    match slack.socket_url(token).await {
        Ok(_) => report.good(name, "Slack opens sockets for the app-level token"),
        Err(NotOpened::Refused(reason)) => report.missing(name, &reason),
        Err(NotOpened::Failed { reason, .. }) => {
            report.missing(name, &format!("{reason}: try again, or look at the way to Slack"));
        }
    }
}

async fn look_at_workspace(slack: &SlackClient, settings: &Settings, workspace: &SlackWorkspace, report: &mut Report) {
    const AUTHORISE: &str = "authorise it again, by `bellhop slack authorize` or in a browser";
    let name = name_of(workspace);
    if let Some(reason) = &workspace.disabled_reason {
        report.missing(&name, &format!("it is disabled ({reason}): {AUTHORISE}"));
        return;
    }
    let owner = match slack.owner_of(&workspace.bot_token).await {
        Ok(owner) => owner,
        Err(SlackRefusal::Code(code)) => {
            report.missing(&name, &format!("Slack refuses the bot token (`{code}`): {AUTHORISE}"));
            return;
        }
        Err(SlackRefusal::Away(reason)) => {
            report.missing(&name, &format!("Slack cannot be asked ({reason}): try again, or look at the way to Slack"));
            return;
        }
    };
    if owner.team_id != workspace.team_id && !owner.is_of_organisation {
        report.missing(
            &name,
            &format!("the bot token is of another workspace, `{}`: {AUTHORISE}", owner.team_id.as_str()),
        );
        return;
    }
    look_at_app_of(&name, settings, workspace, &owner, report);
    match owner.scopes.as_deref().map(missing_scopes) {
        None => report.note(&name, "the bot token works; Slack does not say what it may"),
        Some(missing) if missing.is_empty() => report.good(&name, "the bot token works and may all that it should"),
        Some(missing) => {
            let listed: Vec<_> = missing.iter().map(|scope| format!("`{}` ({})", scope.name, scope.why)).collect();
            report.missing(
                &name,
                &format!(
                    "the bot token may not {}: add them to the app as `bellhop slack manifest` has them, reinstall the app, \
                     then authorise the workspace again",
                    listed.join(", ")
                ),
            );
        }
    }
}

/// What is said in a workspace is heard of the app that it was authorised with.
fn look_at_app_of(
    name: &str,
    settings: &Settings,
    workspace: &SlackWorkspace,
    owner: &TokenOwner,
    report: &mut Report,
) {
    let apps = &settings.slack.apps;
    let Some(app_id) = owner.app_id.as_ref().or(workspace.app_id.as_ref()).filter(|_| !apps.is_empty()) else { return };
    if !apps.iter().any(|app| app.app_id == *app_id) {
        report.missing(
            name,
            &format!(
                "the bot token is of the app `{app_id}`, which is not one of `slack.apps`: its people are not heard"
            ),
        );
    } else if workspace.app_id.as_ref().is_some_and(|known| known != app_id) {
        report.missing(
            name,
            &format!(
                "the bot token is of the app `{app_id}` and not of the one that it is kept for: authorise it again"
            ),
        );
    }
}

fn name_of(workspace: &SlackWorkspace) -> String {
    let SlackWorkspace { account_id, team_id, team_name, .. } = workspace;
    format!("workspace {} ({team_name}) of account {}", team_id.as_str(), account_id.as_str())
}

/// `None`: there is no store yet, and a look must not make one.
async fn store_of(settings: &Settings) -> anyhow::Result<Option<Store>> {
    if settings.store.url.is_none() && !settings.store.data_dir.is_dir() {
        return Ok(None);
    }
    Ok(Some(Store::open(&settings.store.opened_as(Role::Tool)).await?))
}

async fn workspaces_of(store: &Store) -> anyhow::Result<Vec<SlackWorkspace>> {
    let (mut found, mut after): (Vec<SlackWorkspace>, Option<String>) = (Vec::new(), None);
    loop {
        let accounts = store.accounts(after.as_deref(), PAGE).await?;
        let Some(last) = accounts.last() else { return Ok(found) };
        after = Some(last.account_id.as_str().to_owned());
        for account in &accounts {
            let mut after: Option<String> = None;
            loop {
                let page = store.slack_workspaces(&account.account_id, after.as_deref(), PAGE).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.team_id.as_str().to_owned());
                found.extend(page);
            }
        }
    }
}
