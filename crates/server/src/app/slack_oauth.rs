//! Authorising a Slack workspace by OAuth: a link, a browser that goes to Slack and comes back, a token for its code.
//!
//! A link is a sealed ticket, good for ten minutes and for one authorisation; the API or `bellhop slack install-url` makes it
//! for an account. `inbound/slack_oauth` opens it ([`App::begin_slack_install`]: a state that only this browser may bring back)
//! and ends it ([`App::finish_slack_install`]). All that must survive a restart is in the store, and is spent in the
//! transaction that stores the workspace. <https://docs.slack.dev/authentication/installing-with-oauth>

mod not_installed;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::slack_app;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use store::{EncryptionKey, NotAuthorized, OauthState, SlackWorkspace, SpentState, StoreError, TokenRotation};
use url::Url;
use wire::ids::{AccountId, SlackAppId};
use wire::operations::Operation;

use super::authorization::Access;
use super::slack_workspaces::missing_scopes;
use super::{App, AppError, Caller};
use crate::config::SlackAppSettings;
use crate::credentials;
use crate::outbound::slack::oauth::{Granted, OauthApp};

pub use self::not_installed::NotInstalled;

const SEALED_FOR: &str = "slack-install-ticket";
/// A link, and each state that it begins.
const LASTS_MS: i64 = 10 * 60 * 1000;
/// Longer than any of ours, and than any code of Slack's.
const PARAMETER_BYTES_MAX: usize = 2048;

/// The apps that workspaces may be authorised for by OAuth, and where browsers go in between.
#[derive(Debug)]
pub struct SlackOauth {
    apps: Vec<OauthApp>,
    install_url: Url,
    redirect_url: Url,
}

/// Why no app is asked about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoOauthApp {
    #[error("this server has no Slack app for OAuth: set `client_id` and `client_secret` of one of `slack.apps`")]
    NoneSet,
    #[error("this server has several Slack apps; name one: {0}")]
    Several(String),
    #[error("the Slack app `{0}` is not one of `slack.apps` with `client_id` and `client_secret`")]
    Unknown(String),
}

/// A link for a browser.
#[derive(Debug, Clone)]
pub struct InstallLink {
    pub url: Url,
    pub expires_at_ms: i64,
}

/// What a link says, sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Ticket {
    id: String,
    account_id: String,
    app_id: String,
    authorized_by: Option<String>,
    expires_at_ms: i64,
}

/// A browser that goes to Slack.
#[derive(Debug)]
pub struct Departure {
    /// What it is known by when it comes back: a cookie.
    pub browser: String,
    pub url: Url,
}

/// A browser that came back, with what it brought.
#[derive(Debug, Clone, Copy, Default)]
pub struct Returned<'a> {
    pub code: Option<&'a str>,
    pub state: Option<&'a str>,
    pub error: Option<&'a str>,
    pub browser: Option<&'a str>,
}

/// What came of it; kept for a browser that did not hear it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installed {
    pub account_id: String,
    /// Ids and names.
    pub workspaces: Vec<(String, String)>,
    pub missing_scopes: Vec<String>,
}

impl SlackOauth {
    pub fn new(apps: &[SlackAppSettings], public_url: &Url) -> Result<Self, url::ParseError> {
        let base = public_url.as_str().trim_end_matches('/');
        let of = |app: &SlackAppSettings| {
            let (client_id, client_secret) = (app.client_id.clone()?, app.client_secret.clone()?);
            Some(OauthApp { app_id: app.app_id.clone(), client_id, client_secret })
        };
        Ok(Self {
            apps: apps.iter().filter_map(of).collect(),
            install_url: Url::parse(&format!("{base}/slack/install"))?,
            redirect_url: Url::parse(&format!("{base}{}", slack_app::OAUTH_PATH))?,
        })
    }

    /// Where Slack must be allowed to send browsers.
    pub fn redirect_url(&self) -> &Url {
        &self.redirect_url
    }

    /// The app of this id; without one, the only one that there is.
    pub(super) fn app(&self, app_id: Option<&str>) -> Result<&OauthApp, NoOauthApp> {
        match (app_id, self.apps.as_slice()) {
            (Some(app_id), apps) => {
                apps.iter().find(|app| app.app_id == app_id).ok_or_else(|| NoOauthApp::Unknown(app_id.to_owned()))
            }
            (None, [app]) => Ok(app),
            (None, []) => Err(NoOauthApp::NoneSet),
            (None, apps) => {
                Err(NoOauthApp::Several(apps.iter().map(|app| app.app_id.as_str()).collect::<Vec<_>>().join(", ")))
            }
        }
    }

    /// Makes a link that authorises a workspace for an account. `by` is the principal who asked for it.
    pub fn link(
        &self,
        key: &EncryptionKey,
        account_id: &AccountId,
        app: Option<&str>,
        by: Option<&str>,
        now_ms: i64,
    ) -> Result<Result<InstallLink, NoOauthApp>, StoreError> {
        let app = match self.app(app) {
            Ok(app) => app,
            Err(none) => return Ok(Err(none)),
        };
        let expires_at_ms = now_ms.saturating_add(LASTS_MS);
        let ticket = Ticket {
            id: format!("slack-install/{}", random()?),
            account_id: account_id.as_str().to_owned(),
            app_id: app.app_id.clone(),
            authorized_by: by.map(str::to_owned),
            expires_at_ms,
        };
        let json = serde_json::to_string(&ticket).map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let sealed = URL_SAFE_NO_PAD.encode(key.seal(SEALED_FOR, &json)?);
        let mut url = self.install_url.clone();
        url.query_pairs_mut().append_pair("ticket", &sealed);
        Ok(Ok(InstallLink { url, expires_at_ms }))
    }
}

impl App {
    /// Where Slack sends browsers back to.
    pub fn slack_redirect_url(&self) -> &Url {
        self.slack_oauth.redirect_url()
    }

    /// A link to authorise a workspace by, for the caller's account.
    pub fn slack_oauth_parameters(
        &self,
        caller: &Caller,
        app_id: Option<&SlackAppId>,
    ) -> Result<InstallLink, AppError> {
        caller.authorize(&Access::to(Operation::GetSlackOauthParameters))?;
        // Whoever has the link needs no more permission: it ends what this begins.
        caller.authorize_to_redeem_slack_code()?;
        let (by, app_id) = (Some(caller.principal.arn.as_str()), app_id.map(SlackAppId::as_str));
        let key = self.store.encryption_key();
        let link = self.slack_oauth.link(key, &caller.account_id, app_id, by, self.clock.now_ms())?;
        link.map_err(|none| AppError::InvalidRequest(none.to_string()))
    }

    /// Opens a link: where the browser goes, and what it must bring back. `browser` is what it has from before.
    pub async fn begin_slack_install(&self, ticket: &str, browser: Option<&str>) -> Result<Departure, NotInstalled> {
        let now_ms = self.clock.now_ms();
        let ticket = self.opened_ticket(ticket).ok_or(NotInstalled::UnknownLink)?;
        if ticket.expires_at_ms <= now_ms {
            return Err(NotInstalled::LinkExpired);
        }
        if self.store.is_ticket_spent(&ticket.id).await? {
            return Err(NotInstalled::LinkSpent);
        }
        let account_id: AccountId = ticket.account_id.parse().map_err(|_| NotInstalled::UnknownLink)?;
        let app = self.slack_oauth.app(Some(&ticket.app_id)).map_err(|_| NotInstalled::AppIsGone)?;
        // A browser that opens two links must be able to end both.
        let browser = match browser.filter(|browser| is_random(browser)) {
            Some(browser) => browser.to_owned(),
            None => random()?,
        };
        let state = random()?;
        let scopes = slack_app::BOT_SCOPES.map(|scope| scope.name).join(",");
        let url = self.slack.authorize_url(&app.client_id, &scopes, &state, &self.slack_oauth.redirect_url);
        let begun = OauthState {
            state_hash: hash(&state),
            browser_hash: hash(&browser),
            account_id,
            app_id: ticket.app_id,
            authorized_by: ticket.authorized_by,
            ticket: ticket.id,
            expires_at_ms: now_ms.saturating_add(LASTS_MS),
            outcome: None,
        };
        if !self.store.put_oauth_state(&begun).await? {
            return Err(NotInstalled::LinkOpenedTooOften);
        }
        Ok(Departure { browser, url: url.ok_or(NotInstalled::AppIsGone)? })
    }

    /// Ends what [`begin_slack_install`](Self::begin_slack_install) began.
    pub async fn finish_slack_install(&self, returned: Returned<'_>) -> Result<Installed, NotInstalled> {
        let state = self.state_of(returned).await?;
        if let Some(outcome) = &state.outcome {
            return serde_json::from_str(outcome).map_err(|_| NotInstalled::LinkSpent);
        }
        // Before Slack is asked: the code of a link that is spent would install the app for nothing.
        if self.store.is_ticket_spent(&state.ticket).await? {
            return Err(NotInstalled::LinkSpent);
        }
        if let Some(error) = returned.error {
            return Err(NotInstalled::of_browser(error));
        }
        let code = returned.code.filter(|code| (1..=PARAMETER_BYTES_MAX).contains(&code.len()));
        let code = code.ok_or(NotInstalled::NoCode)?;
        let app = self.slack_oauth.app(Some(&state.app_id)).map_err(|_| NotInstalled::AppIsGone)?;
        let redirect_url = &self.slack_oauth.redirect_url;
        let granted = self.slack.exchange_code(app, code, redirect_url).await;
        let granted = granted.map_err(|refusal| NotInstalled::of_slack(refusal, redirect_url))?;
        if granted.app_id.as_ref().is_some_and(|granted| *granted != state.app_id) {
            return Err(NotInstalled::AnotherApp);
        }
        self.keep_granted(&state, granted).await
    }

    async fn state_of(&self, returned: Returned<'_>) -> Result<OauthState, NotInstalled> {
        let given = returned.state.filter(|state| is_random(state)).ok_or(NotInstalled::UnknownState)?;
        let state = self.store.oauth_state(&hash(given)).await?.ok_or(NotInstalled::UnknownState)?;
        let browser = returned.browser.filter(|browser| is_random(browser)).ok_or(NotInstalled::AnotherBrowser)?;
        if hash(browser) != state.browser_hash {
            return Err(NotInstalled::AnotherBrowser);
        }
        if state.expires_at_ms <= self.clock.now_ms() {
            return Err(NotInstalled::StateExpired);
        }
        Ok(state)
    }

    async fn keep_granted(&self, state: &OauthState, granted: Granted) -> Result<Installed, NotInstalled> {
        let teams = match &granted.team {
            Some(team) if !granted.is_of_organisation => vec![team.clone()],
            _ => {
                let teams = self.slack.teams_of(&granted.bot_token).await;
                teams.map_err(|refusal| NotInstalled::of_slack(refusal, &self.slack_oauth.redirect_url))?
            }
        };
        let now_ms = self.clock.now_ms();
        let rotation = granted.refresh.as_ref().map(|(refresh_token, seconds)| TokenRotation {
            refresh_token: refresh_token.clone(),
            expires_at_ms: now_ms.saturating_add(seconds.saturating_mul(1000)),
        });
        let workspaces: Vec<SlackWorkspace> = teams
            .into_iter()
            .map(|(team_id, team_name)| SlackWorkspace {
                account_id: state.account_id.clone(),
                team_id,
                team_name,
                bot_token: granted.bot_token.clone(),
                app_id: Some(state.app_id.clone()),
                enterprise_id: granted.enterprise_id.clone(),
                bot_user_id: granted.bot_user_id.clone(),
                authorized_by: state.authorized_by.clone(),
                rotation: rotation.clone(),
                disabled_reason: None,
            })
            .collect();
        if workspaces.is_empty() {
            return Err(NotInstalled::NoWorkspace);
        }
        let installed = Installed {
            account_id: state.account_id.as_str().to_owned(),
            workspaces: workspaces.iter().map(|it| (it.team_id.as_str().to_owned(), it.team_name.clone())).collect(),
            missing_scopes: missing_scopes(granted.scopes.as_deref()),
        };
        let outcome = serde_json::to_string(&installed).map_err(|error| StoreError::Unavailable(error.to_string()))?;
        match self.authorize_slack_workspaces(&workspaces, Some(SpentState { state, outcome: &outcome })).await? {
            Ok(()) => Ok(installed),
            Err(NotAuthorized::Spent) => Err(NotInstalled::LinkSpent),
            Err(NotAuthorized::Declared) => Err(NotInstalled::Declared),
            Err(NotAuthorized::Full) => Err(NotInstalled::Full),
        }
    }

    fn opened_ticket(&self, ticket: &str) -> Option<Ticket> {
        if ticket.len() > PARAMETER_BYTES_MAX {
            return None;
        }
        let sealed = URL_SAFE_NO_PAD.decode(ticket).ok()?;
        let opened = self.store.encryption_key().unseal(SEALED_FOR, &sealed)?;
        serde_json::from_str(opened.expose_secret()).ok()
    }
}

/// 160 bits that nobody guesses, of `A-Z2-7`.
fn random() -> Result<String, StoreError> {
    let nonce = || credentials::nonce().map_err(|error| StoreError::Unavailable(error.to_string()));
    Ok(format!("{}{}", nonce()?, nonce()?))
}

fn is_random(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b))
}

fn hash(text: &str) -> String {
    credentials::base32(digest::digest(&digest::SHA256, text.as_bytes()).as_ref())
}
