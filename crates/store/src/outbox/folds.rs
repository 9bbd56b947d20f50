//! Digests: when a lane's queue grows beyond its bound, what waits is folded into one delivery that tells of all.
//!
//! Nothing is dropped: each folded delivery stays in the ledger, names the one that tells of it, and can be revived.

use std::collections::BTreeMap;

use super::lanes::{Lease, holds};
use crate::sql::query;
use crate::{Store, StoreError};

/// Deliveries of one digest: more make another.
const FOLDED_MAX: i64 = 10_000;

/// What a digest tells of, by topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoldedTopic {
    pub topic_arn: String,
    pub count: i64,
    pub first_at_ms: i64,
    pub last_at_ms: i64,
}

/// A message that a digest tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoldedMessage {
    /// For whom it was: two accounts may share a channel.
    pub configuration_arn: String,
    /// The SNS envelope as it arrived.
    pub body: String,
}

impl Store {
    /// Folds what waits on a leased lane with this priority into the oldest of it, and answers how many of each configuration
    /// that were; none if there is nothing to fold, or the lease was lost.
    pub async fn fold(&self, lease: &Lease, priority: i64, now_ms: i64) -> Result<BTreeMap<String, u64>, StoreError> {
        let mut transaction = self.write().await?;
        if !holds(&mut transaction, lease).await? {
            return Ok(BTreeMap::new());
        }
        // A message that is out, and one that tells of others already, stays itself.
        let carrier = query(
            "SELECT id, folds FROM deliveries WHERE destination = $1 AND state = 'pending' AND priority = $2
                 AND posted IS NULL ORDER BY id LIMIT 1",
        );
        let carrier = carrier.bind(&lease.destination).bind(priority).fetch_optional(&mut transaction).await?;
        let Some(carrier) = carrier else { return Ok(BTreeMap::new()) };
        let (id, folds): (i64, i64) = (carrier.try_get("id")?, carrier.try_get("folds")?);
        let rows = query(
            "UPDATE deliveries SET state = 'folded', folded_into = $1, reason = $2, updated_at_ms = $3 WHERE id IN (
                 SELECT id FROM deliveries WHERE destination = $4 AND state = 'pending' AND priority = $5 AND id > $1
                     AND posted IS NULL AND folds = 0 ORDER BY id LIMIT $6)
             RETURNING configuration_arn",
        )
        .bind(id)
        .bind(format!("its channel's queue was long; delivery {id} tells of it"))
        .bind(now_ms)
        .bind(&lease.destination)
        .bind(priority)
        .bind(FOLDED_MAX.saturating_sub(folds).max(0))
        .fetch_all(&mut transaction)
        .await?;
        if !rows.is_empty() {
            query("UPDATE deliveries SET folds = folds + $2 WHERE id = $1")
                .bind(id)
                .bind(i64::try_from(rows.len()).unwrap_or(FOLDED_MAX))
                .execute(&mut transaction)
                .await?;
        }
        transaction.commit().await?;
        let mut folded: BTreeMap<String, u64> = BTreeMap::new();
        for row in rows {
            let count = folded.entry(row.try_get("configuration_arn")?).or_default();
            *count = count.saturating_add(1);
        }
        Ok(folded)
    }

    /// What a digest tells of beside its own message, the busiest topic first.
    pub async fn folded_topics(&self, delivery_id: i64) -> Result<Vec<FoldedTopic>, StoreError> {
        let rows = query(
            "SELECT topic_arn, COUNT(*) AS count, MIN(received_at_ms) AS first_at_ms, MAX(received_at_ms) AS last_at_ms
             FROM deliveries JOIN notifications ON notifications.id = deliveries.notification_id
             WHERE folded_into = $1 GROUP BY topic_arn ORDER BY count DESC, topic_arn",
        )
        .bind(delivery_id)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(FoldedTopic {
                    topic_arn: row.try_get("topic_arn")?,
                    count: row.try_get("count")?,
                    first_at_ms: row.try_get("first_at_ms")?,
                    last_at_ms: row.try_get("last_at_ms")?,
                })
            })
            .collect()
    }

    /// The newest messages that a digest tells of.
    pub async fn newest_folded(&self, delivery_id: i64, limit: i64) -> Result<Vec<FoldedMessage>, StoreError> {
        let sql = "SELECT body, configuration_arn FROM deliveries JOIN notifications ON notifications.id = deliveries.notification_id
             WHERE folded_into = $1 ORDER BY deliveries.id DESC LIMIT $2";
        let rows = query(sql).bind(delivery_id).bind(limit).fetch_all(&self.reader).await?;
        rows.iter()
            .map(|row| {
                Ok(FoldedMessage { configuration_arn: row.try_get("configuration_arn")?, body: row.try_get("body")? })
            })
            .collect()
    }
}
