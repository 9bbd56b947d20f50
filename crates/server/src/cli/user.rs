//! `bellhop user`: the users of an account. What they may do, policies say; until one is attached, nothing.

use clap::{Args, Subcommand};
use serde_json::json;

use super::identities::{AccountArguments, PageArguments, origin, refused};
use super::say;
use crate::clock::{Clock as _, SystemClock, iso8601};
use crate::identities;

#[derive(Debug, Subcommand)]
pub enum User {
    /// Make a user.
    Create(One),
    /// List the users of an account.
    List {
        #[command(flatten)]
        account: AccountArguments,
        #[command(flatten)]
        page: PageArguments,
    },
    /// Delete a user that has neither access keys nor attached policies.
    Delete(One),
}

#[derive(Debug, Args)]
pub struct One {
    #[command(flatten)]
    account: AccountArguments,
    user_name: String,
}

impl User {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Create(one) => create(&one).await,
            Self::List { account, page } => list(&account, &page).await,
            Self::Delete(one) => {
                let store = one.account.data.open().await?;
                let deleted = store.delete_user(&one.account.account_id, &one.user_name).await?;
                deleted.map_err(|refusal| refused(&one.what(), refusal))?;
                say(&format!("{} is deleted", one.what()));
                Ok(())
            }
        }
    }
}

impl One {
    fn what(&self) -> String {
        format!("user `{}` of account `{}`", self.user_name, self.account.account_id.as_str())
    }
}

async fn create(one: &One) -> anyhow::Result<()> {
    identities::user_name(&one.user_name).map_err(anyhow::Error::msg)?;
    let store = one.account.data.open().await?;
    let created = store.create_user(&one.account.account_id, &one.user_name, SystemClock.now_ms()).await?;
    created.map_err(|refusal| refused(&one.what(), refusal))?;
    let (account_id, name) = (one.account.account_id.as_str(), &one.user_name);
    say(&format!(
        "arn:aws:iam::{account_id}:user/{name}\n\
         `bellhop access-key create --account-id {account_id} --user-name {name}` makes a key, \
         `bellhop policy attach` lets it do something"
    ));
    Ok(())
}

async fn list(account: &AccountArguments, page: &PageArguments) -> anyhow::Result<()> {
    let store = account.data.open().await?;
    let users = store.users(&account.account_id, page.after.as_deref(), page.limit()).await?;
    let row = |user: store::User| {
        let arn = format!("arn:aws:iam::{}:user/{}", user.account_id.as_str(), user.name);
        let created = iso8601(user.created_at_ms);
        let json = json!({ "UserName": user.name, "Arn": arn, "CreateDate": created, "Declared": user.declared });
        (vec![user.name, created, origin(user.declared).to_owned(), arn], json)
    };
    let rows: Vec<_> = users.into_iter().map(row).collect();
    page.print("Users", &["USER", "CREATED", "MADE", "ARN"], &rows);
    Ok(())
}
