//! `bellhop slack install-url`: a link by which somebody authorises a workspace in their browser. The server must run: it opens
//! the link, and Slack sends the browser back to it.

use anyhow::Context as _;
use clap::Args;
use wire::ids::{AccountId, SlackAppId};

use crate::app::SlackOauth;
use crate::cli::identities::account_id;
use crate::cli::{DataArguments, say};
use crate::clock::{Clock as _, SystemClock, iso8601};

#[derive(Debug, Args)]
pub struct InstallUrl {
    #[command(flatten)]
    data: DataArguments,
    /// The account that the workspace is for, twelve digits.
    #[arg(long, value_parser = account_id)]
    account_id: AccountId,
    /// Which of `slack.apps`, if there are several.
    #[arg(long)]
    app_id: Option<SlackAppId>,
}

impl InstallUrl {
    pub async fn run(self) -> anyhow::Result<()> {
        let settings = self.data.settings_of_server()?;
        let oauth = SlackOauth::new(&settings.slack.apps, &settings.public_url()?)?;
        let store = self.data.open().await?;
        let app_id = self.app_id.as_ref().map(SlackAppId::as_str);
        let link = oauth.link(store.encryption_key(), &self.account_id, app_id, None, SystemClock.now_ms());
        let link = link.context("the store's key cannot seal the link")??;
        say(link.url.as_str());
        say(&format!(
            "open it until {} as somebody who may install apps in the workspace; it works once, and Slack must allow {} in the app's \
             Redirect URLs",
            iso8601(link.expires_at_ms),
            oauth.redirect_url()
        ));
        Ok(())
    }
}
