//! The ledger of what was refused at the door, the last of it: anybody can send something to be refused, so it has a bound.

use crate::outbox::rows_of_placeholders;
use crate::sql::{Row, query, query_of};
use crate::{Store, StoreError};

/// Rows of one INSERT.
const ROWS_MAX: usize = 100;

/// Something that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedMessage {
    pub id: i64,
    pub received_at_ms: i64,
    /// `bad_signature`, `malformed`, `too_large`, `unknown_topic`
    pub outcome: String,
    /// The address that it came from, or the queue.
    pub source: String,
    /// As it says.
    pub topic_arn: Option<String>,
    /// As it says.
    pub message_id: Option<String>,
    pub reason: String,
    /// Its beginning.
    pub body: String,
}

impl Store {
    /// Writes these and forgets what is more than `keep` before them.
    pub async fn record_refused(&self, refused: &[RefusedMessage], keep: i64) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        for rows in refused.chunks(ROWS_MAX) {
            let sql = format!(
                "INSERT INTO refused_messages (received_at_ms, outcome, source, topic_arn, message_id, reason, body)
                 VALUES {}",
                rows_of_placeholders(rows.len(), 7, "")
            );
            let insert = rows.iter().fold(query_of(sql), |insert, row| {
                insert
                    .bind(row.received_at_ms)
                    .bind(&row.outcome)
                    .bind(&row.source)
                    .bind(&row.topic_arn)
                    .bind(&row.message_id)
                    .bind(&row.reason)
                    .bind(&row.body)
            });
            insert.execute(&mut transaction).await?;
        }
        query("DELETE FROM refused_messages WHERE id <= (SELECT MAX(id) FROM refused_messages) - $1")
            .bind(keep)
            .execute(&mut transaction)
            .await?;
        transaction.commit().await
    }

    /// A page of them, the newest first, older than `before`.
    pub async fn refused_messages(&self, before: Option<i64>, limit: i64) -> Result<Vec<RefusedMessage>, StoreError> {
        let rows = query("SELECT * FROM refused_messages WHERE id < $1 ORDER BY id DESC LIMIT $2")
            .bind(before.unwrap_or(i64::MAX))
            .bind(limit)
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<RefusedMessage, StoreError> {
    Ok(RefusedMessage {
        id: row.try_get("id")?,
        received_at_ms: row.try_get("received_at_ms")?,
        outcome: row.try_get("outcome")?,
        source: row.try_get("source")?,
        topic_arn: row.try_get("topic_arn")?,
        message_id: row.try_get("message_id")?,
        reason: row.try_get("reason")?,
        body: row.try_get("body")?,
    })
}
