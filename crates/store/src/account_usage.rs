//! How much an account has of what is limited: counted as things come and go, in their transactions.

use wire::ids::AccountId;

use crate::sql::{Engine, Transaction, query, query_of};
use crate::{Store, StoreError};

/// Changes of what the settings declare come one after another too, under this name.
pub(crate) const DECLARED: &str = "declared";

impl Store {
    /// A transaction that changes an account: those of one account come one after another, so that what one has looked at
    /// stays so until it commits. With SQLite's one writer, all do.
    pub(crate) async fn write_of(&self, account_id: &str) -> Result<Transaction, StoreError> {
        let mut transaction = self.write().await?;
        if transaction.engine() == Engine::Postgres {
            query(
                "INSERT INTO account_usage (account_id, chat_configurations, custom_actions) VALUES ($1, 0, 0)
                 ON CONFLICT (account_id) DO UPDATE SET account_id = excluded.account_id",
            )
            .bind(account_id)
            .execute(&mut transaction)
            .await?;
        }
        Ok(transaction)
    }
}

/// What is counted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Limited {
    ChatConfigurations,
    CustomActions,
}

impl Limited {
    fn column(self) -> &'static str {
        match self {
            Self::ChatConfigurations => "chat_configurations",
            Self::CustomActions => "custom_actions",
        }
    }
}

/// Counts one more, or answers `false` if there are `limit` already. A limit is at least 1.
pub(crate) async fn take(
    transaction: &mut Transaction,
    account_id: &AccountId,
    what: Limited,
    limit: u32,
) -> Result<bool, StoreError> {
    let (column, first) = match what {
        Limited::ChatConfigurations => ("chat_configurations", "1, 0"),
        Limited::CustomActions => ("custom_actions", "0, 1"),
    };
    let sql = format!(
        "INSERT INTO account_usage (account_id, chat_configurations, custom_actions) VALUES ($1, {first})
         ON CONFLICT (account_id) DO UPDATE SET {column} = account_usage.{column} + 1 WHERE account_usage.{column} < $2"
    );
    let counted = query_of(sql).bind(account_id.as_str()).bind(i64::from(limit)).execute(&mut *transaction).await?;
    Ok(counted == 1)
}

pub(crate) async fn give_back(
    transaction: &mut Transaction,
    account_id: &AccountId,
    what: Limited,
) -> Result<(), StoreError> {
    let column = what.column();
    let sql = format!("UPDATE account_usage SET {column} = {column} - 1 WHERE account_id = $1");
    query_of(sql).bind(account_id.as_str()).execute(&mut *transaction).await?;
    Ok(())
}
