//! Deliveries that quiet hours hold back: each waits beside its lane until its time, and then comes before what is newer.

use std::collections::BTreeMap;

use super::lanes::{Lease, Waking, holds, wake};
use crate::sql::query;
use crate::{Store, StoreError};

/// Deliveries of one look.
const ROWS_MAX: usize = 1_000;

impl Store {
    /// Takes back what a leased lane held until now. Its retries begin now, too. Before [`Store::release_held`].
    pub async fn release_quiet(&self, lease: &Lease, now_ms: i64) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        if !holds(&mut transaction, lease).await? {
            return Ok(());
        }
        query(
            "UPDATE deliveries SET state = 'pending', until_ms = NULL, reason = NULL, since_ms = $1, updated_at_ms = $1
             WHERE destination = $2 AND state = 'held' AND until_ms <= $1",
        )
        .bind(now_ms)
        .bind(&lease.destination)
        .execute(&mut transaction)
        .await?;
        transaction.commit().await
    }

    /// Wakes lanes that sleep over something whose quiet hours have ended.
    pub async fn end_quiet_hours(&self, now_ms: i64) -> Result<(), StoreError> {
        // A lane that was woken is not found again.
        while self.wake_some(now_ms).await? == ROWS_MAX {}
        Ok(())
    }

    /// Answers how many deliveries it looked at: of all lanes if that is less than it may.
    async fn wake_some(&self, now_ms: i64) -> Result<usize, StoreError> {
        let rows = query(
            "SELECT destination FROM deliveries WHERE until_ms <= $1 AND state = 'held' AND NOT EXISTS (
                 SELECT 1 FROM destinations WHERE destinations.destination = deliveries.destination
                     AND due_at_ms IS NOT NULL AND held = 1) LIMIT $2",
        )
        .bind(now_ms)
        .bind(i64::try_from(ROWS_MAX).unwrap_or(i64::MAX))
        .fetch_all(&self.reader)
        .await?;
        if rows.is_empty() {
            return Ok(0);
        }
        let waking = Waking { due_at_ms: Some(now_ms), held: true };
        let lanes = rows.iter().map(|row| Ok((row.try_get("destination")?, waking)));
        let lanes = lanes.collect::<Result<BTreeMap<String, Waking>, StoreError>>()?;
        let mut transaction = self.write().await?;
        wake(&mut transaction, &lanes).await?;
        transaction.commit().await?;
        self.waker.wake();
        Ok(rows.len())
    }
}
