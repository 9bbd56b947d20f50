//! Audit records: one row per API call of a known caller. The server's recorder writes them in batches, the command
//! line reads them in pages, a worker prunes them. What stands in a record is the server's affair; here it is text.

use wire::ids::AccountId;

use crate::outbox::rows_of_placeholders;
use crate::sql::{Row, query, query_of};
use crate::{Store, StoreError};

/// Rows of one INSERT: its five parameters a row stay far below SQLite's 32,766 (<https://sqlite.org/limits.html>).
const ROWS_MAX: usize = 128;

/// A record to be kept.
#[derive(Debug, Clone)]
pub struct NewAuditRecord {
    pub account_id: AccountId,
    pub event_time_ms: i64,
    pub event_id: String,
    pub event_name: &'static str,
    /// The whole record as one JSON object.
    pub record: String,
}

/// A record as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    pub at: AuditPosition,
    pub account_id: String,
    pub event_id: String,
    pub event_name: String,
    pub record: String,
}

/// Where a record stands among all: by time, and by order of arrival within a millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AuditPosition {
    pub event_time_ms: i64,
    pub id: i64,
}

impl AuditPosition {
    /// Before every record of this millisecond.
    pub fn before(event_time_ms: i64) -> Self {
        Self { event_time_ms, id: 0 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditOrder {
    OldestFirst,
    NewestFirst,
}

impl Store {
    /// Commits all of these, or none.
    pub async fn insert_audit_records(&self, records: &[NewAuditRecord]) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        for rows in records.chunks(ROWS_MAX) {
            let sql = format!(
                "INSERT INTO audit_records (account_id, event_time_ms, event_id, event_name, record) VALUES {}",
                rows_of_placeholders(rows.len(), 5, "")
            );
            let mut query = query_of(sql);
            for row in rows {
                query = query
                    .bind(row.account_id.as_str())
                    .bind(row.event_time_ms)
                    .bind(&row.event_id)
                    .bind(row.event_name)
                    .bind(&row.record);
            }
            query.execute(&mut transaction).await?;
        }
        transaction.commit().await
    }

    /// A page of the records after `from` and before `to`, of one account if asked.
    pub async fn audit_records(
        &self,
        account_id: Option<&AccountId>,
        (from, to): (AuditPosition, AuditPosition),
        order: AuditOrder,
        limit: i64,
    ) -> Result<Vec<AuditRecord>, StoreError> {
        let of_account = if account_id.is_some() { "account_id = $6 AND" } else { "" };
        let order = match order {
            AuditOrder::OldestFirst => "event_time_ms, id",
            AuditOrder::NewestFirst => "event_time_ms DESC, id DESC",
        };
        let sql = format!(
            "SELECT id, account_id, event_time_ms, event_id, event_name, record FROM audit_records
             WHERE {of_account} (event_time_ms, id) > ($1, $2) AND (event_time_ms, id) < ($3, $4)
             ORDER BY {order} LIMIT $5"
        );
        let mut query =
            query_of(sql).bind(from.event_time_ms).bind(from.id).bind(to.event_time_ms).bind(to.id).bind(limit);
        if let Some(account_id) = account_id {
            query = query.bind(account_id.as_str());
        }
        query.fetch_all(&self.reader).await?.iter().map(read).collect()
    }

    /// Forgets up to `limit` records from before a time, the oldest first. Answers how many there were.
    pub async fn prune_audit_records(&self, before_ms: i64, limit: i64) -> Result<u64, StoreError> {
        let mut transaction = self.write().await?;
        let pruned = query(
            "DELETE FROM audit_records WHERE id IN
             (SELECT id FROM audit_records WHERE event_time_ms < $1 ORDER BY event_time_ms LIMIT $2)",
        )
        .bind(before_ms)
        .bind(limit)
        .execute(&mut transaction)
        .await?;
        transaction.commit().await?;
        Ok(pruned)
    }
}

fn read(row: &Row) -> Result<AuditRecord, StoreError> {
    Ok(AuditRecord {
        at: AuditPosition { event_time_ms: row.try_get("event_time_ms")?, id: row.try_get("id")? },
        account_id: row.try_get("account_id")?,
        event_id: row.try_get("event_id")?,
        event_name: row.try_get("event_name")?,
        record: row.try_get("record")?,
    })
}
