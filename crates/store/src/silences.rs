//! Silences: what stays out of chat until it ends. Made and ended by tools, read by all nodes.
//!
//! What a silence's conditions mean is not known here: they are kept as the JSON that their maker gave.

use wire::ids::AccountId;

use crate::sql::{Row, query};
use crate::{Store, StoreError};

/// Silences in force at the same time: each is asked about every message.
pub const SILENCES_MAX: i64 = 1_000;

/// A silence to be made. Whoever makes it has checked it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSilence {
    /// Of configurations of this account only.
    pub account_id: Option<AccountId>,
    /// JSON.
    pub conditions: String,
    pub author: String,
    pub comment: String,
    pub created_at_ms: i64,
    pub ends_at_ms: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSilence {
    pub id: i64,
    pub silence: NewSilence,
}

impl Store {
    /// Answers the new silence's number, or `None` if there are [`SILENCES_MAX`] in force.
    pub async fn create_silence(&self, silence: &NewSilence) -> Result<Option<i64>, StoreError> {
        let made = query(
            "INSERT INTO silences (account_id, conditions, author, comment, created_at_ms, ends_at_ms)
             SELECT $1, $2, $3, $4, $5, $6
             WHERE (SELECT COUNT(*) FROM silences AS others WHERE others.ends_at_ms > $5) < $7 RETURNING id",
        )
        .bind(silence.account_id.as_ref().map(AccountId::as_str))
        .bind(&silence.conditions)
        .bind(&silence.author)
        .bind(&silence.comment)
        .bind(silence.created_at_ms)
        .bind(silence.ends_at_ms)
        .bind(SILENCES_MAX)
        .fetch_optional(&self.writer)
        .await?;
        made.map(|row| row.try_get("id")).transpose()
    }

    /// Those in force, the first to end first.
    pub async fn silences_in_force(&self, now_ms: i64) -> Result<Vec<StoredSilence>, StoreError> {
        let rows = query("SELECT * FROM silences WHERE ends_at_ms > $1 ORDER BY ends_at_ms, id LIMIT $2")
            .bind(now_ms)
            .bind(SILENCES_MAX)
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(read).collect()
    }

    /// A page of all that are remembered, the newest first, older than `before`.
    pub async fn silences(&self, before: Option<i64>, limit: i64) -> Result<Vec<StoredSilence>, StoreError> {
        let rows = query("SELECT * FROM silences WHERE id < $1 ORDER BY id DESC LIMIT $2")
            .bind(before.unwrap_or(i64::MAX))
            .bind(limit)
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(read).collect()
    }

    /// Ends a silence now. `false` if it is over, or there is none.
    pub async fn expire_silence(&self, id: i64, now_ms: i64) -> Result<bool, StoreError> {
        let ended = query("UPDATE silences SET ends_at_ms = $2 WHERE id = $1 AND ends_at_ms > $2");
        Ok(ended.bind(id).bind(now_ms).execute(&self.writer).await? == 1)
    }

    /// Forgets silences that ended before a time.
    pub async fn prune_silences(&self, before_ms: i64) -> Result<(), StoreError> {
        query("DELETE FROM silences WHERE ends_at_ms < $1").bind(before_ms).execute(&self.writer).await?;
        Ok(())
    }
}

fn read(row: &Row) -> Result<StoredSilence, StoreError> {
    let id: i64 = row.try_get("id")?;
    let account_id: Option<String> = row.try_get("account_id")?;
    let account_id = account_id.map(|text| text.parse()).transpose();
    Ok(StoredSilence {
        id,
        silence: NewSilence {
            account_id: account_id
                .map_err(|error| StoreError::corrupt("silences", "account_id", &id.to_string(), &error))?,
            conditions: row.try_get("conditions")?,
            author: row.try_get("author")?,
            comment: row.try_get("comment")?,
            created_at_ms: row.try_get("created_at_ms")?,
            ends_at_ms: row.try_get("ends_at_ms")?,
        },
    })
}
