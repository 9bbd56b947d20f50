//! What a bot token opens: the workspaces to authorise with it, or why there are none.
//!
//! The API (`slack_workspaces`) and `bellhop slack authorize` ask it, each for a token that somebody handed over. It stores
//! nothing.

use domain::slack_app;
use secrecy::{ExposeSecret as _, SecretString};
use store::SlackWorkspace;
use wire::ids::AccountId;

use crate::outbound::slack::SlackClient;
use crate::outbound::slack::oauth::{SlackRefusal, TokenOwner};

/// What tokens of bots begin with: <https://docs.slack.dev/authentication/tokens>.
const BOT_TOKEN: &str = "xoxb-";
/// Of a bot too, for twelve hours: <https://docs.slack.dev/authentication/using-token-rotation>.
const EXPIRING_BOT_TOKEN: &str = "xoxe.xoxb-";

/// A token that somebody handed over, for an account.
#[derive(Debug, Clone, Copy)]
pub struct Offered<'a> {
    pub account_id: &'a AccountId,
    pub token: &'a SecretString,
    /// Whose it must be.
    pub app_id: Option<&'a str>,
    /// The principal who hands it over; `None`: the command line.
    pub by: Option<&'a str>,
}

/// One workspace; those of an organisation that added the app, if the token is the organisation's.
#[derive(Debug, Clone)]
pub struct Opened {
    pub workspaces: Vec<SlackWorkspace>,
    pub missing_scopes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    #[error(
        "this is not the token of a bot, which begins with `xoxb-`: copy the \"Bot User OAuth Token\" of the app's page \"OAuth \
         & Permissions\""
    )]
    NotABots,
    #[error(
        "this token expires within hours, and nothing is known to renew it with: authorize the workspace by OAuth \
         (`bellhop slack install-url`), which gets both, or make an app without token rotation"
    )]
    Expires,
    #[error("the token is of the app `{found}`, not of `{wanted}`: copy it from the page of that app")]
    AnotherApps { wanted: String, found: String },
    #[error(
        "no workspace of the organization `{0}` has added the app yet: add it to one in the organization's settings, then \
         authorize again"
    )]
    NoWorkspace(String),
    #[error("Slack refuses the token (`{0}`): copy it again from the app's page, or reinstall the app")]
    Refused(String),
    #[error("Slack cannot be asked now: {0}; try again")]
    Away(String),
}

impl From<SlackRefusal> for NotOpened {
    fn from(refusal: SlackRefusal) -> Self {
        match refusal {
            SlackRefusal::Code(code) => Self::Refused(code),
            SlackRefusal::Away(problem) => Self::Away(problem),
        }
    }
}

/// Asks Slack whose the token is, and what it opens.
pub async fn opened_by(slack: &SlackClient, offered: Offered<'_>) -> Result<Opened, NotOpened> {
    let text = offered.token.expose_secret();
    if text.starts_with(EXPIRING_BOT_TOKEN) {
        return Err(NotOpened::Expires);
    }
    if !text.starts_with(BOT_TOKEN) {
        return Err(NotOpened::NotABots);
    }
    let owner = slack.owner_of(offered.token).await?;
    if let (Some(wanted), Some(found)) = (offered.app_id, &owner.app_id)
        && wanted != found
    {
        return Err(NotOpened::AnotherApps { wanted: wanted.to_owned(), found: found.clone() });
    }
    let teams = if owner.is_of_organisation {
        slack.teams_of(offered.token).await?
    } else {
        vec![(owner.team_id.clone(), owner.team_name.clone())]
    };
    if teams.is_empty() {
        return Err(NotOpened::NoWorkspace(owner.enterprise_id.unwrap_or_else(|| owner.team_id.as_str().to_owned())));
    }
    Ok(Opened {
        missing_scopes: missing_scopes(owner.scopes.as_deref()),
        workspaces: workspaces(offered, &owner, teams),
    })
}

fn workspaces(
    offered: Offered<'_>,
    owner: &TokenOwner,
    teams: Vec<(wire::ids::SlackTeamId, String)>,
) -> Vec<SlackWorkspace> {
    let of = |(team_id, team_name)| SlackWorkspace {
        account_id: offered.account_id.clone(),
        team_id,
        team_name,
        bot_token: offered.token.clone(),
        app_id: owner.app_id.clone().or_else(|| offered.app_id.map(str::to_owned)),
        enterprise_id: owner.enterprise_id.clone(),
        bot_user_id: owner.bot_user_id.clone(),
        authorized_by: offered.by.map(str::to_owned),
        rotation: None,
        disabled_reason: None,
    };
    teams.into_iter().map(of).collect()
}

/// Names alone; nothing where Slack does not say what the token may.
pub(in crate::app) fn missing_scopes(granted: Option<&str>) -> Vec<String> {
    let missing = granted.map(slack_app::missing_scopes).unwrap_or_default();
    missing.into_iter().map(|scope| scope.name.to_owned()).collect()
}
