//! How much an account has of what is limited: counted as things come and go, in their transactions.

use sqlx::{AssertSqlSafe, Sqlite, Transaction};
use wire::ids::AccountId;

use crate::StoreError;

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
    transaction: &mut Transaction<'static, Sqlite>,
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
    let counted = sqlx::query(AssertSqlSafe(sql))
        .bind(account_id.as_str())
        .bind(i64::from(limit))
        .execute(&mut **transaction)
        .await?;
    Ok(counted.rows_affected() == 1)
}

pub(crate) async fn give_back(
    transaction: &mut Transaction<'static, Sqlite>,
    account_id: &AccountId,
    what: Limited,
) -> Result<(), StoreError> {
    let column = what.column();
    let sql = format!("UPDATE account_usage SET {column} = {column} - 1 WHERE account_id = $1");
    sqlx::query(AssertSqlSafe(sql)).bind(account_id.as_str()).execute(&mut **transaction).await?;
    Ok(())
}
