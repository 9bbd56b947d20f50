//! `bellhop slack authorize`: a workspace for an account, by the token of a bot, without a browser. It asks Slack what the token
//! opens and writes that into the store beside a server, which posts with it at once. The token is printed nowhere.

use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use secrecy::SecretString;
use store::NotAuthorized;
use store::outbox::Pause;
use wire::ids::{AccountId, SlackAppId};

use crate::app::{Offered, WORKSPACES_MAX, opened_by};
use crate::cli::identities::account_id;
use crate::cli::{DataArguments, say};
use crate::clock::SystemClock;
use crate::outbound::slack::SlackClient;

const TIMEOUT: Duration = Duration::from_secs(20);
/// Of a token and the line's end.
const TOKEN_BYTES_MAX: u64 = 4096;

#[derive(Debug, Args)]
pub struct Authorize {
    #[command(flatten)]
    data: DataArguments,
    /// The account, twelve digits.
    #[arg(long, value_parser = account_id)]
    account_id: AccountId,
    #[command(flatten)]
    token: Token,
    /// The app whose token it must be, like `A012AB3CD`.
    #[arg(long)]
    app_id: Option<SlackAppId>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Token {
    /// The "Bot User OAuth Token", `xoxb-…`; `-` reads it from standard input, where other users of the machine do not see it.
    #[arg(long, value_name = "TOKEN|-")]
    bot_token: Option<SecretString>,
    /// A file with the token alone.
    #[arg(long, value_name = "FILE")]
    bot_token_file: Option<PathBuf>,
}

impl Token {
    fn read(&self) -> anyhow::Result<SecretString> {
        use secrecy::ExposeSecret as _;
        let mut text = String::new();
        match (&self.bot_token, &self.bot_token_file) {
            (Some(token), _) if token.expose_secret() != "-" => return Ok(token.clone()),
            (_, Some(file)) => {
                let open = std::fs::File::open(file);
                let open = open.with_context(|| format!("cannot read the token's file `{}`", file.display()))?;
                open.take(TOKEN_BYTES_MAX).read_to_string(&mut text).context("the token's file is no text")?;
            }
            _ => {
                let input = std::io::stdin().lock().take(TOKEN_BYTES_MAX).read_to_string(&mut text);
                input.context("standard input has no token")?;
            }
        }
        Ok(text.trim().into())
    }
}

impl Authorize {
    pub async fn run(self) -> anyhow::Result<()> {
        let token = self.token.read()?;
        let settings = self.data.settings_of_server()?;
        let store = self.data.open().await?;
        let slack = SlackClient::new(settings.slack_api_url()?, TIMEOUT, Arc::new(SystemClock))?;
        let app_id = self.app_id.as_ref().map(SlackAppId::as_str);
        let offered = Offered { account_id: &self.account_id, token: &token, app_id, by: None };
        let opened = opened_by(&slack, offered).await?;
        match store.authorize_slack_workspaces(&opened.workspaces, WORKSPACES_MAX, None).await? {
            Ok(()) => {}
            Err(NotAuthorized::Declared) => {
                bail!(
                    "the settings authorize this workspace for the account already: change its token in `slack.workspaces`"
                )
            }
            Err(NotAuthorized::Full) => bail!("an account has {WORKSPACES_MAX} workspaces at most; take one from it"),
            Err(NotAuthorized::Spent) => bail!("the authorization was used before"),
        }
        for workspace in &opened.workspaces {
            let (account_id, team_id) = (&workspace.account_id, &workspace.team_id);
            // What was held for want of a good token goes out once the server has tried this one, which it does now.
            if let Some(pause) = store.pause(&format!("slack/{account_id}/{team_id}")).await? {
                store.begin_pause(&Pause { probe_at_ms: 0, ..pause }).await?;
            }
            say(&format!("account {account_id} may now post to {} ({team_id})", workspace.team_name));
        }
        if !opened.missing_scopes.is_empty() {
            let missing = opened.missing_scopes.join(", ");
            say(&format!(
                "the token lacks scopes, without which some features stay silent: {missing}; add them on the app's page in Slack, \
                 reinstall the app, and authorize again"
            ));
        }
        Ok(())
    }
}
