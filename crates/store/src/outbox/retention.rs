//! Forgetting: messages that are older than the ledger keeps, with all that hangs on them.

use crate::sql::{Value, query, query_of};
use crate::{Store, StoreError};

impl Store {
    /// Forgets up to `limit` messages from before a time, the oldest first, unless one of their deliveries still waits.
    /// Answers how many it was.
    pub async fn prune_notifications(&self, before_ms: i64, limit: i64) -> Result<usize, StoreError> {
        let mut transaction = self.write().await?;
        let rows = query(
            "SELECT id FROM notifications WHERE received_at_ms < $1 AND NOT EXISTS (
                 SELECT 1 FROM deliveries WHERE notification_id = notifications.id AND state IN ('pending', 'held'))
             ORDER BY received_at_ms, id LIMIT $2",
        )
        .bind(before_ms)
        .bind(limit)
        .fetch_all(&mut transaction)
        .await?;
        let ids = rows.iter().map(|row| row.try_get("id")).collect::<Result<Vec<i64>, _>>()?;
        if ids.is_empty() {
            return Ok(0);
        }
        let list = (1..=ids.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        for sql in [
            format!(
                "DELETE FROM delivery_history WHERE delivery_id IN (
                     SELECT id FROM deliveries WHERE notification_id IN ({list}) AND state NOT IN ('pending', 'held'))"
            ),
            format!("DELETE FROM deliveries WHERE notification_id IN ({list}) AND state NOT IN ('pending', 'held')"),
            format!("DELETE FROM threads WHERE parent_notification_id IN ({list})"),
            // One of them may have been revived at this moment.
            format!(
                "DELETE FROM notifications WHERE id IN ({list})
                     AND NOT EXISTS (SELECT 1 FROM deliveries WHERE notification_id = notifications.id)"
            ),
        ] {
            let delete = ids.iter().fold(query_of(sql), |delete, id| delete.bind(Value::from(id)));
            delete.execute(&mut transaction).await?;
        }
        transaction.commit().await?;
        Ok(ids.len())
    }

    /// Forgets what channels were told by similarity before a time.
    pub async fn prune_recent_similar(&self, before_ms: i64) -> Result<(), StoreError> {
        query("DELETE FROM recent_similar WHERE at_ms < $1").bind(before_ms).execute(&self.writer).await?;
        Ok(())
    }
}
