//! Giving an account a Slack workspace or a team, and taking it: whether there is room, and which configurations stand in
//! the way.

use wire::ids::AccountId;

use crate::sql::{Transaction, query, query_of};
use crate::{Store, StoreError};

/// Configurations that are named; the rest is told by `more`.
const NAMED_MAX: usize = 10;

/// The configurations of a workspace or team that is not to go before they do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InUse {
    /// The first few, in the order of their ARNs.
    pub configuration_arns: Vec<String>,
    pub more: bool,
}

/// Why a workspace or a team is not given to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAuthorized {
    /// The settings did, and say it again at each start.
    Declared,
    /// The account has as many as it may have.
    Full,
    /// What it was to be authorised with was used before.
    Spent,
}

impl Store {
    /// `delete` is the statement that takes the row of `$1`, an account, and `$2`, a team. `Ok(Ok(false))`: there is none.
    pub(crate) async fn delete_team(
        &self,
        delete: &'static str,
        account_id: &AccountId,
        team_id: &str,
    ) -> Result<Result<bool, InUse>, StoreError> {
        let _change = self.kept.change();
        let mut transaction = self.write_of(account_id.as_str()).await?;
        if let Some(in_use) = team_use(&mut transaction, account_id, team_id).await? {
            return Ok(Err(in_use));
        }
        let deleted = query(delete).bind(account_id.as_str()).bind(team_id).execute(&mut transaction).await?;
        transaction.commit().await?;
        Ok(Ok(deleted > 0))
    }
}

async fn team_use(
    transaction: &mut Transaction,
    account_id: &AccountId,
    team_id: &str,
) -> Result<Option<InUse>, StoreError> {
    let rows =
        query("SELECT arn FROM chat_configurations WHERE account_id = $1 AND team_id = $2 ORDER BY arn LIMIT $3")
            .bind(account_id.as_str())
            .bind(team_id)
            .bind(i64::try_from(NAMED_MAX).unwrap_or(i64::MAX).saturating_add(1))
            .fetch_all(&mut *transaction)
            .await?;
    let mut configuration_arns = rows.iter().map(|row| row.try_get("arn")).collect::<Result<Vec<String>, _>>()?;
    let more = configuration_arns.len() > NAMED_MAX;
    configuration_arns.truncate(NAMED_MAX);
    Ok((!configuration_arns.is_empty()).then_some(InUse { configuration_arns, more }))
}

/// Whether a workspace or a team may be written for an account, again or for the first time.
pub(crate) async fn room(
    transaction: &mut Transaction,
    table: &'static str,
    account_id: &AccountId,
    team_id: &str,
    max: u32,
) -> Result<Result<(), NotAuthorized>, StoreError> {
    let row = query_of(format!("SELECT declared FROM {table} WHERE account_id = $1 AND team_id = $2"));
    let row = row.bind(account_id.as_str()).bind(team_id).fetch_optional(&mut *transaction).await?;
    if let Some(row) = row {
        let declared: i64 = row.try_get("declared")?;
        return Ok(if declared == 1 { Err(NotAuthorized::Declared) } else { Ok(()) });
    }
    let count = query_of(format!("SELECT COUNT(*) AS count FROM {table} WHERE account_id = $1"));
    let count: i64 = count.bind(account_id.as_str()).fetch_one(&mut *transaction).await?.try_get("count")?;
    Ok(if count >= i64::from(max) { Err(NotAuthorized::Full) } else { Ok(()) })
}
