//! Custom actions, and the tokens by which a repeated create is the same create.

use domain::custom_action::{Attachment, CustomAction};
use serde_json::json;
use wire::ids::{AccountId, AliasName, ClientToken, CommandText, CustomActionArn};

use crate::account_usage::{self, Limited};
use crate::sql::{Row, Transaction, query};
use crate::{Store, StoreError};

const TABLE: &str = "custom_actions";
/// How long a create may be repeated with its token. Source: issue; AWS's own is not documented.
pub const CLIENT_TOKEN_LIFETIME_MS: i64 = 24 * 60 * 60 * 1000;
/// Tokens that are forgotten with one create: more than it brings, so they never pile up.
const FORGOTTEN_MAX: i64 = 10;

/// A create that may be repeated.
#[derive(Debug, Clone)]
pub struct Idempotency {
    pub client_token: ClientToken,
    /// A digest of all that was asked for.
    pub request: String,
}

/// What came of a create.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionCreated {
    New,
    /// By this token, with this request, within the last day.
    Before,
    /// The token came with another request.
    TokenReused,
    NameTaken,
    LimitReached,
}

/// What an update changes; `None` stays as it is.
#[derive(Debug, Clone)]
pub struct ActionUpdate {
    pub command_text: CommandText,
    pub alias_name: Option<AliasName>,
    pub attachments: Option<Vec<Attachment>>,
}

impl Store {
    pub async fn create_custom_action(
        &self,
        action: &CustomAction,
        idempotency: Option<&Idempotency>,
        limit: u32,
        now_ms: i64,
    ) -> Result<ActionCreated, StoreError> {
        let mut transaction = self.write_of(action.account_id.as_str()).await?;
        let is_there = load(&mut transaction, &action.account_id, &action.arn).await?.is_some();
        if let Some(idempotency) = idempotency
            && let Some(request) = request_of(&mut transaction, &action.account_id, idempotency, now_ms).await?
        {
            if request != idempotency.request {
                return Ok(ActionCreated::TokenReused);
            }
            // Deleted since, it is made again: an answer that names nothing would help nobody.
            if is_there {
                return Ok(ActionCreated::Before);
            }
        }
        if is_there {
            return Ok(ActionCreated::NameTaken);
        }
        if !account_usage::take(&mut transaction, &action.account_id, Limited::CustomActions, limit).await? {
            return Ok(ActionCreated::LimitReached);
        }
        query(
            "INSERT INTO custom_actions (arn, account_id, name, command_text, alias_name, attachments, tags, created_at_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(action.arn.as_str())
        .bind(action.account_id.as_str())
        .bind(action.name.as_str())
        .bind(action.command_text.as_str())
        .bind(action.alias_name.as_ref().map(AsRef::as_ref))
        .bind(json!(action.attachments).to_string())
        .bind(json!(action.tags).to_string())
        .bind(now_ms)
        .execute(&mut transaction)
        .await?;
        if let Some(idempotency) = idempotency {
            remember(&mut transaction, action, idempotency, now_ms).await?;
        }
        transaction.commit().await?;
        Ok(ActionCreated::New)
    }

    pub async fn custom_action(
        &self,
        account_id: &AccountId,
        arn: &CustomActionArn,
    ) -> Result<Option<CustomAction>, StoreError> {
        let row = query("SELECT * FROM custom_actions WHERE arn = $1 AND account_id = $2")
            .bind(arn.as_str())
            .bind(account_id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// A page of an account's actions in the order of their ARNs, beginning after `after`.
    pub async fn custom_action_arns(
        &self,
        account_id: &AccountId,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<CustomActionArn>, StoreError> {
        let rows = query("SELECT arn FROM custom_actions WHERE account_id = $1 AND arn > $2 ORDER BY arn LIMIT $3")
            .bind(account_id.as_str())
            .bind(after.unwrap_or_default())
            .bind(limit)
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(|row| read_arn(row, TABLE, "arn")).collect()
    }

    /// Changes an action; `false` if there is none of this ARN in the account.
    pub async fn update_custom_action(
        &self,
        account_id: &AccountId,
        arn: &CustomActionArn,
        update: &ActionUpdate,
    ) -> Result<bool, StoreError> {
        let _change = self.kept.change();
        let mut transaction = self.write_of(account_id.as_str()).await?;
        let updated = query(
            "UPDATE custom_actions SET command_text = $1, alias_name = COALESCE($2, alias_name),
                 attachments = COALESCE($3, attachments) WHERE arn = $4 AND account_id = $5",
        )
        .bind(update.command_text.as_str())
        .bind(update.alias_name.as_ref().map(AsRef::as_ref))
        .bind(update.attachments.as_ref().map(|attachments| json!(attachments).to_string()))
        .bind(arn.as_str())
        .bind(account_id.as_str())
        .execute(&mut transaction)
        .await?;
        transaction.commit().await?;
        Ok(updated > 0)
    }

    /// Deletes an action and takes it from every configuration; `false` if there is none.
    pub async fn delete_custom_action(
        &self,
        account_id: &AccountId,
        arn: &CustomActionArn,
    ) -> Result<bool, StoreError> {
        let _change = self.kept.change();
        let mut transaction = self.write_of(account_id.as_str()).await?;
        let deleted = query("DELETE FROM custom_actions WHERE arn = $1 AND account_id = $2")
            .bind(arn.as_str())
            .bind(account_id.as_str())
            .execute(&mut transaction)
            .await?;
        if deleted == 0 {
            return Ok(false);
        }
        query("DELETE FROM associations WHERE resource_arn = $1").bind(arn.as_str()).execute(&mut transaction).await?;
        account_usage::give_back(&mut transaction, account_id, Limited::CustomActions).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// What a token that is still remembered was first sent with.
async fn request_of(
    transaction: &mut Transaction,
    account_id: &AccountId,
    idempotency: &Idempotency,
    now_ms: i64,
) -> Result<Option<String>, StoreError> {
    let row =
        query("SELECT request FROM client_tokens WHERE account_id = $1 AND client_token = $2 AND created_at_ms > $3")
            .bind(account_id.as_str())
            .bind(idempotency.client_token.as_str())
            .bind(now_ms.saturating_sub(CLIENT_TOKEN_LIFETIME_MS))
            .fetch_optional(&mut *transaction)
            .await?;
    row.map(|row| row.try_get("request")).transpose()
}

async fn remember(
    transaction: &mut Transaction,
    action: &CustomAction,
    idempotency: &Idempotency,
    now_ms: i64,
) -> Result<(), StoreError> {
    query(
        "DELETE FROM client_tokens WHERE (account_id, client_token) IN (
             SELECT account_id, client_token FROM client_tokens WHERE created_at_ms <= $1 ORDER BY created_at_ms LIMIT $2)",
    )
    .bind(now_ms.saturating_sub(CLIENT_TOKEN_LIFETIME_MS))
    .bind(FORGOTTEN_MAX)
    .execute(&mut *transaction)
    .await?;
    query(
        "INSERT INTO client_tokens (account_id, client_token, request, arn, created_at_ms) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (account_id, client_token) DO UPDATE SET request = excluded.request, arn = excluded.arn,
             created_at_ms = excluded.created_at_ms",
    )
    .bind(action.account_id.as_str())
    .bind(idempotency.client_token.as_str())
    .bind(&idempotency.request)
    .bind(action.arn.as_str())
    .bind(now_ms)
    .execute(&mut *transaction)
    .await?;
    Ok(())
}

async fn load(
    transaction: &mut Transaction,
    account_id: &AccountId,
    arn: &CustomActionArn,
) -> Result<Option<CustomAction>, StoreError> {
    let row = query("SELECT * FROM custom_actions WHERE arn = $1 AND account_id = $2")
        .bind(arn.as_str())
        .bind(account_id.as_str())
        .fetch_optional(&mut *transaction)
        .await?;
    row.as_ref().map(read).transpose()
}

pub(crate) fn read_arn(row: &Row, table: &'static str, column: &'static str) -> Result<CustomActionArn, StoreError> {
    let arn: &str = row.try_get(column)?;
    StoreError::parsed(table, column, arn, arn)
}

pub(crate) fn read(row: &Row) -> Result<CustomAction, StoreError> {
    let arn: &str = row.try_get("arn")?;
    let alias_name: Option<&str> = row.try_get("alias_name")?;
    let corrupt = |column| StoreError::corrupt(TABLE, column, arn, &"not the JSON that was written");
    Ok(CustomAction {
        account_id: StoreError::parsed(TABLE, "account_id", arn, row.try_get("account_id")?)?,
        name: StoreError::parsed(TABLE, "name", arn, row.try_get("name")?)?,
        command_text: StoreError::parsed(TABLE, "command_text", arn, row.try_get("command_text")?)?,
        alias_name: alias_name.map(|name| StoreError::parsed(TABLE, "alias_name", arn, name)).transpose()?,
        attachments: serde_json::from_str(row.try_get("attachments")?).map_err(|_| corrupt("attachments"))?,
        tags: serde_json::from_str(row.try_get("tags")?).map_err(|_| corrupt("tags"))?,
        arn: read_arn(row, TABLE, "arn")?,
    })
}
