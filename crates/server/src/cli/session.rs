//! `bellhop session`: who is signed in with an identity of AWS, and an end to it.

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use iam::principal::Principal;
use serde_json::json;

use super::identities::{AccountArguments, PageArguments, account_id, soon};
use super::{DataArguments, say};
use crate::clock::{Clock as _, SystemClock, iso8601};

#[derive(Debug, Subcommand)]
pub enum Session {
    /// List the sessions of an account, also those that ended within a day.
    List {
        #[command(flatten)]
        account: AccountArguments,
        #[command(flatten)]
        page: PageArguments,
    },
    /// End sessions before their time. Who may sign in may sign in again: see `policy detach`, `account disable`.
    Revoke(Revoke),
}

#[derive(Debug, Args)]
pub struct Revoke {
    #[command(flatten)]
    data: DataArguments,
    /// The session's access key, as `list` shows it.
    #[arg(required_unless_present = "principal_arn", conflicts_with = "principal_arn")]
    access_key_id: Option<String>,
    /// All sessions of this principal.
    #[arg(long)]
    principal_arn: Option<String>,
}

impl Session {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List { account, page } => list(&account, &page).await,
            Self::Revoke(revoke) => revoke.run().await,
        }
    }
}

impl Revoke {
    async fn run(self) -> anyhow::Result<()> {
        if let Some(arn) = &self.principal_arn {
            let principal = Principal::of_arn(arn, "").with_context(|| {
                format!("`{arn}` is not the ARN of a principal that signs in: `bellhop session list` shows them")
            })?;
            let account_id = account_id(&principal.account_id).map_err(anyhow::Error::msg)?;
            let revoked = self.data.open().await?.revoke_sessions_of(&account_id, arn).await?;
            say(&format!("{revoked} sessions are revoked; {}", soon()));
            return Ok(());
        }
        let id = self.access_key_id.unwrap_or_default();
        if !self.data.open().await?.revoke_session(&id).await? {
            bail!("there is no session `{id}`: `bellhop session list` shows those that there are");
        }
        say(&format!("session `{id}` is revoked; {}", soon()));
        Ok(())
    }
}

async fn list(account: &AccountArguments, page: &PageArguments) -> anyhow::Result<()> {
    let store = account.data.open().await?;
    let sessions = store.sessions(&account.account_id, page.after.as_deref(), page.limit()).await?;
    let now_ms = SystemClock.now_ms();
    let row = |session: store::SessionMetadata| {
        let (created, expires) = (iso8601(session.created_at_ms), iso8601(session.expires_at_ms));
        let ended = session.expires_at_ms <= now_ms;
        let json = json!({
            "AccessKeyId": session.access_key_id, "Arn": session.principal_arn, "CreateDate": created,
            "Expiration": expires, "Expired": ended,
        });
        let until = if ended { format!("{expires} (ended)") } else { expires };
        (vec![session.access_key_id, created, until, session.principal_arn], json)
    };
    let rows: Vec<_> = sessions.into_iter().map(row).collect();
    page.print("Sessions", &["ACCESS KEY", "SIGNED IN", "EXPIRES", "PRINCIPAL"], &rows);
    Ok(())
}
