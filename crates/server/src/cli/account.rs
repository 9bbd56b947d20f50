//! `bellhop account`: whom the server serves, and whom for the time being not.

use clap::{Args, Subcommand};
use serde_json::json;
use wire::ids::AccountId;

use super::identities::{PageArguments, account_id, origin, refused, soon};
use super::{DataArguments, say};
use crate::identities;

#[derive(Debug, Subcommand)]
pub enum Account {
    /// Serve one more account.
    Create {
        #[command(flatten)]
        one: One,
        /// What people call it [default: its number].
        #[arg(long)]
        name: Option<String>,
    },
    /// List accounts.
    List {
        #[command(flatten)]
        data: DataArguments,
        #[command(flatten)]
        page: PageArguments,
    },
    /// Serve an account again that was disabled.
    Enable(One),
    /// Refuse every call of an account (`OptInRequired`), and let nobody of it sign in. What it has stays.
    Disable(One),
    /// Delete an account that has nothing any more.
    Delete(One),
}

#[derive(Debug, Args)]
pub struct One {
    #[command(flatten)]
    data: DataArguments,
    /// The account, twelve digits.
    #[arg(value_parser = account_id)]
    account_id: AccountId,
}

impl Account {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Create { one, name } => create(&one, name).await,
            Self::List { data, page } => list(&data, &page).await,
            Self::Enable(one) => set_enabled(&one, true).await,
            Self::Disable(one) => set_enabled(&one, false).await,
            Self::Delete(one) => {
                let deleted = one.data.open().await?.delete_account(&one.account_id).await?;
                deleted.map_err(|refusal| refused(&one.what(), refusal))?;
                say(&format!("{} is deleted; {}", one.what(), soon()));
                Ok(())
            }
        }
    }
}

impl One {
    fn what(&self) -> String {
        format!("account `{}`", self.account_id.as_str())
    }
}

async fn create(one: &One, name: Option<String>) -> anyhow::Result<()> {
    let name = name.unwrap_or_else(|| one.account_id.as_str().to_owned());
    identities::account_name(&name).map_err(anyhow::Error::msg)?;
    let created = one.data.open().await?.create_account(&one.account_id, &name).await?;
    created.map_err(|refusal| refused(&one.what(), refusal))?;
    say(&format!(
        "{} is created; `bellhop access-key create --account-id {}` makes a key of its root",
        one.what(),
        one.account_id.as_str()
    ));
    Ok(())
}

async fn list(data: &DataArguments, page: &PageArguments) -> anyhow::Result<()> {
    let accounts = data.open().await?.accounts(page.after.as_deref(), page.limit()).await?;
    let row = |account: store::Account| {
        let id = account.account_id.as_str().to_owned();
        let json = json!({
            "AccountId": id, "Name": account.name, "Enabled": account.enabled, "Declared": account.declared,
        });
        let state = if account.enabled { "enabled" } else { "disabled" };
        (vec![id, state.to_owned(), origin(account.declared).to_owned(), account.name], json)
    };
    let rows: Vec<_> = accounts.into_iter().map(row).collect();
    page.print("Accounts", &["ACCOUNT", "STATE", "MADE", "NAME"], &rows);
    Ok(())
}

async fn set_enabled(one: &One, enabled: bool) -> anyhow::Result<()> {
    let changed = one.data.open().await?.set_account_enabled(&one.account_id, enabled).await?;
    changed.map_err(|refusal| refused(&one.what(), refusal))?;
    let state = if enabled { "enabled" } else { "disabled" };
    say(&format!("{} is {state}; {}", one.what(), soon()));
    Ok(())
}
