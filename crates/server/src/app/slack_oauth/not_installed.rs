//! Why a workspace was not authorised, in sentences for the person in front of the browser: what happened, what to do.

use store::StoreError;
use url::Url;

use crate::outbound::slack::oauth::SlackRefusal;

#[derive(Debug, Clone, thiserror::Error)]
pub enum NotInstalled {
    #[error("the link is none")]
    UnknownLink,
    #[error("the link has expired")]
    LinkExpired,
    #[error("the link was used")]
    LinkSpent,
    #[error("the link was opened too often")]
    LinkOpenedTooOften,
    #[error("the app is not in the settings any more")]
    AppIsGone,
    #[error("the state is none")]
    UnknownState,
    #[error("the state has expired")]
    StateExpired,
    #[error("another browser brought the state")]
    AnotherBrowser,
    #[error("the person declined")]
    Declined,
    #[error("Slack sent the browser back with `{0}`")]
    SentBack(String),
    #[error("Slack sent no code")]
    NoCode,
    #[error("Slack answered `{code}`")]
    Refused { code: String, redirect_url: String },
    #[error("Slack cannot be asked now: {0}")]
    SlackAway(String),
    #[error("the token is another app's")]
    AnotherApp,
    #[error("the organisation has added the app to no workspace")]
    NoWorkspace,
    #[error("the settings authorise the workspace")]
    Declared,
    #[error("the account has as many workspaces as it may have")]
    Full,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the page says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    pub title: &'static str,
    pub what_happened: String,
    pub what_to_do: String,
}

const NEW_LINK: &str =
    "Ask for a new link: by `bellhop slack install-url`, or by the operation GetSlackOauthParameters.";
const ASK_OPERATOR: &str = "Tell the person who runs this Bellhop server, then open the link again.";
const NOT_AUTHORIZED: &str = "The workspace is not authorized";

impl NotInstalled {
    /// Of the `error` that the browser brought.
    pub(super) fn of_browser(error: &str) -> Self {
        match error {
            "access_denied" => Self::Declined,
            other => Self::SentBack(printable(other)),
        }
    }

    pub(super) fn of_slack(refusal: SlackRefusal, redirect_url: &Url) -> Self {
        match refusal {
            SlackRefusal::Away(problem) => Self::SlackAway(problem),
            SlackRefusal::Code(code) => Self::Refused { code, redirect_url: redirect_url.to_string() },
        }
    }

    /// It is the server's trouble, or Slack's: the same may work later.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::SlackAway(_) | Self::Store(_))
    }

    pub fn words(&self) -> Words {
        let (title, what_happened, what_to_do) = match self {
            Self::UnknownLink => ("This link is not one of ours", "Part of it may be missing.", NEW_LINK),
            Self::LinkExpired | Self::StateExpired => {
                ("This link has expired", "A link to authorize a workspace is good for ten minutes.", NEW_LINK)
            }
            Self::LinkSpent => ("This link was used before", "A link authorizes one workspace, once.", NEW_LINK),
            Self::LinkOpenedTooOften => ("This link was opened too often", "It does not open again.", NEW_LINK),
            Self::UnknownState => (
                NOT_AUTHORIZED,
                "What Slack sent back is not known here: it is too old, or did not begin here.",
                NEW_LINK,
            ),
            Self::AnotherBrowser => (
                NOT_AUTHORIZED,
                "This is not the browser in which the link was opened, or it does not keep cookies.",
                "Open the link and end in the same browser, with cookies allowed.",
            ),
            Self::Declined => (
                NOT_AUTHORIZED,
                "The app was not installed: somebody declined in Slack.",
                "Open the link again if that was not meant. Nothing was changed.",
            ),
            Self::NoCode => (NOT_AUTHORIZED, "Slack sent no code back.", "Open the link again."),
            Self::AppIsGone => {
                (NOT_AUTHORIZED, "The Slack app of this link is not in the settings of this server.", ASK_OPERATOR)
            }
            Self::AnotherApp => (
                NOT_AUTHORIZED,
                "Slack answered for another app than the link is of: the client id and the app id of the settings do not belong \
                 together.",
                ASK_OPERATOR,
            ),
            Self::NoWorkspace => (
                "No workspace is authorized yet",
                "The organization installed the app, and has added it to no workspace.",
                "Add the app to a workspace in the organization's settings in Slack. Then ask for a new link and open it.",
            ),
            Self::Declared => (
                NOT_AUTHORIZED,
                "This workspace is authorized by the settings of this server, which are stronger.",
                "Change its token in `slack.workspaces` of the settings, or take it out there and open the link again.",
            ),
            Self::Full => (
                NOT_AUTHORIZED,
                "The AWS account has as many workspaces as it may have.",
                "Delete an authorization that is not needed any more, then open the link again.",
            ),
            Self::SlackAway(_) => (
                "Slack does not answer",
                "Slack could not be asked whether this is right.",
                "Reload this page in a minute. If it then says that the code was used, open the link again.",
            ),
            Self::Store(_) => {
                ("Something is wrong here", "The server cannot remember anything now.", "Reload this page in a minute.")
            }
            Self::SentBack(code) => {
                return of_code(code, "Open the link again, and tell an administrator of the workspace.");
            }
            Self::Refused { code, redirect_url } => return of_refusal(code, redirect_url),
        };
        Words { title, what_happened: what_happened.to_owned(), what_to_do: what_to_do.to_owned() }
    }
}

/// The errors of `oauth.v2.access` that people meet: <https://docs.slack.dev/reference/methods/oauth.v2.access#errors>.
fn of_refusal(code: &str, redirect_url: &str) -> Words {
    let (what_happened, what_to_do) = match code {
        "invalid_code" => {
            ("Slack does not know this code any more: it is good for ten minutes.", "Open the link again.")
        }
        "code_already_used" => (
            "This code was used before. The page may have been reloaded.",
            "Look whether the workspace is in the list (`aws chatbot describe-slack-workspaces`); if not, open the link again.",
        ),
        "bad_client_secret" | "invalid_client_id" | "invalid_client" => (
            "Slack does not know this server: the client id or the client secret in its settings is wrong.",
            ASK_OPERATOR,
        ),
        "bad_redirect_uri" | "oauth_authorization_url_mismatch" => {
            return Words {
                title: NOT_AUTHORIZED,
                what_happened: "The app in Slack does not allow this server's address.".to_owned(),
                what_to_do: format!(
                    "Add {redirect_url} to the Redirect URLs on the app's page \"OAuth & Permissions\" in Slack, then open the \
                     link again."
                ),
            };
        }
        "invalid_team_for_non_distributed_app" => (
            "The app may be installed only in the workspace in which it was made.",
            "Activate public distribution on the app's page in Slack, or make an app in this workspace. Then open the link again.",
        ),
        "not_a_bot_token" => (
            "Slack gave no token of a bot: the app has no bot user.",
            "Make the app by the manifest that `bellhop slack manifest` prints, then open the link again.",
        ),
        _ => {
            return of_code(
                code,
                "Open the link again. If it says the same, look the code up in Slack's documentation.",
            );
        }
    };
    Words { title: NOT_AUTHORIZED, what_happened: what_happened.to_owned(), what_to_do: what_to_do.to_owned() }
}

fn of_code(code: &str, what_to_do: &str) -> Words {
    let what_happened = format!("Slack refused it with the code {code}.");
    Words { title: NOT_AUTHORIZED, what_happened, what_to_do: what_to_do.to_owned() }
}

fn printable(code: &str) -> String {
    code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(80).collect()
}
