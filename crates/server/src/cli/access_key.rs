//! `bellhop access-key`: with what users and the roots of accounts sign. A secret is printed once, when it is made.

use clap::{Args, Subcommand};
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::identities::{AccountArguments, Output, PageArguments, json_text, origin, refused, soon};
use super::{DataArguments, say};
use crate::clock::{Clock as _, SystemClock, iso8601};
use crate::credentials::{self, LONG_TERM};

#[derive(Debug, Subcommand)]
pub enum AccessKey {
    /// Make an access key. Its secret is shown this once.
    Create(Create),
    /// List the access keys of an account, without their secrets.
    List {
        #[command(flatten)]
        account: AccountArguments,
        #[command(flatten)]
        page: PageArguments,
    },
    /// Let a deactivated key sign again.
    Activate(One),
    /// Let a key sign no more; it can be activated again.
    Deactivate(One),
    /// Delete a key for good.
    Delete(One),
}

#[derive(Debug, Args)]
pub struct Create {
    #[command(flatten)]
    account: AccountArguments,
    /// Whose key it is. Without: the account's root, which may do everything in its account.
    #[arg(long)]
    user_name: Option<String>,
    #[arg(long, value_enum, default_value_t = Output::Table)]
    output: Output,
}

#[derive(Debug, Args)]
pub struct One {
    #[command(flatten)]
    data: DataArguments,
    access_key_id: String,
}

impl AccessKey {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Create(create) => create.run().await,
            Self::List { account, page } => list(&account, &page).await,
            Self::Activate(one) => set_active(&one, true).await,
            Self::Deactivate(one) => set_active(&one, false).await,
            Self::Delete(one) => {
                let deleted = one.data.open().await?.delete_access_key(&one.access_key_id).await?;
                deleted.map_err(|refusal| refused(&one.what(), refusal))?;
                say(&format!("{} is deleted; {}", one.what(), soon()));
                Ok(())
            }
        }
    }
}

impl One {
    fn what(&self) -> String {
        format!("access key `{}`", self.access_key_id)
    }
}

impl Create {
    async fn run(self) -> anyhow::Result<()> {
        let (account_id, now_ms) = (self.account.account_id, SystemClock.now_ms());
        let store = self.account.data.open().await?;
        let key = store::AccessKey {
            access_key_id: credentials::access_key_id(LONG_TERM)?,
            account_id: account_id.clone(),
            user_name: self.user_name.clone(),
            secret_access_key: credentials::secret_access_key()?,
        };
        let owner = self.user_name.as_ref().map_or_else(
            || format!("a key of account `{}`", account_id.as_str()),
            |name| format!("a key of `{name}` in account `{}`", account_id.as_str()),
        );
        store.create_access_key(&key, now_ms).await?.map_err(|refusal| refused(&owner, refusal))?;
        let (id, secret) = (&key.access_key_id, key.secret_access_key.expose_secret());
        say(&match self.output {
            // IAM's own answer: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html>.
            Output::Json => json_text(&json!({ "AccessKey": {
                "UserName": self.user_name, "AccessKeyId": id, "Status": "Active", "SecretAccessKey": secret,
                "CreateDate": iso8601(now_ms),
            }})),
            Output::Table => format!(
                "AWS_ACCESS_KEY_ID={id}\nAWS_SECRET_ACCESS_KEY={secret}\n\
                 The secret is shown this once: keep it now, or delete the key and make another."
            ),
        });
        Ok(())
    }
}

async fn list(account: &AccountArguments, page: &PageArguments) -> anyhow::Result<()> {
    let store = account.data.open().await?;
    let keys = store.access_keys(&account.account_id, page.after.as_deref(), page.limit()).await?;
    let row = |key: store::AccessKeyMetadata| {
        let (status, created) = (if key.active { "Active" } else { "Inactive" }, iso8601(key.created_at_ms));
        let json = json!({
            "UserName": key.user_name, "AccessKeyId": key.access_key_id, "Status": status, "CreateDate": created,
            "Declared": key.declared,
        });
        let owner = key.user_name.unwrap_or_else(|| "(root)".to_owned());
        let made = origin(key.declared).to_owned();
        (vec![key.access_key_id, status.to_owned(), created, made, owner], json)
    };
    let rows: Vec<_> = keys.into_iter().map(row).collect();
    page.print("AccessKeyMetadata", &["ACCESS KEY", "STATUS", "CREATED", "MADE", "USER"], &rows);
    Ok(())
}

async fn set_active(one: &One, active: bool) -> anyhow::Result<()> {
    let changed = one.data.open().await?.set_access_key_active(&one.access_key_id, active).await?;
    changed.map_err(|refusal| refused(&one.what(), refusal))?;
    let state = if active { "active" } else { "inactive" };
    say(&format!("{} is {state}; {}", one.what(), soon()));
    Ok(())
}
